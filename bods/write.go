package bods

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"overt/ftm"
)

// A Meta is what a statement says of itself.
type Meta struct {
	Date      string // of the statement and its publication: an ISO 8601 date or time
	Publisher string
}

// statement is one of version 0.4, fields in the order of the standard.
type statement struct {
	StatementID        string      `json:"statementId"`
	StatementDate      string      `json:"statementDate"`
	PublicationDetails publication `json:"publicationDetails"`
	DeclarationSubject string      `json:"declarationSubject"`
	RecordID           string      `json:"recordId"`
	RecordType         string      `json:"recordType"`
	RecordStatus       string      `json:"recordStatus"`
	RecordDetails      any         `json:"recordDetails"`
}

type publication struct {
	PublicationDate string    `json:"publicationDate"`
	BodsVersion     string    `json:"bodsVersion"`
	Publisher       publisher `json:"publisher"`
}

type publisher struct {
	Name string `json:"name"`
}

type place struct {
	Name string `json:"name"`
	Code string `json:"code,omitempty"`
}

type identifier struct {
	ID         string `json:"id"`
	Scheme     string `json:"scheme,omitempty"`
	SchemeName string `json:"schemeName"`
}

type address struct {
	Type    string `json:"type,omitempty"`
	Address string `json:"address"`
}

type entityDetails struct {
	IsComponent     bool         `json:"isComponent"`
	EntityType      entityType   `json:"entityType"`
	Name            string       `json:"name,omitempty"`
	AlternateNames  []string     `json:"alternateNames,omitempty"`
	Jurisdiction    *place       `json:"jurisdiction,omitempty"`
	Identifiers     []identifier `json:"identifiers,omitempty"`
	FoundingDate    string       `json:"foundingDate,omitempty"`
	DissolutionDate string       `json:"dissolutionDate,omitempty"`
	Addresses       []address    `json:"addresses,omitempty"`
}

type entityType struct {
	Type    string `json:"type"`
	Details string `json:"details,omitempty"`
}

type personDetails struct {
	IsComponent   bool         `json:"isComponent"`
	PersonType    string       `json:"personType"`
	Names         []name       `json:"names,omitempty"`
	Identifiers   []identifier `json:"identifiers,omitempty"`
	Nationalities []place      `json:"nationalities,omitempty"`
	BirthDate     string       `json:"birthDate,omitempty"`
	DeathDate     string       `json:"deathDate,omitempty"`
	Addresses     []address    `json:"addresses,omitempty"`
	Exposure      *exposure    `json:"politicalExposure,omitempty"`
}

type name struct {
	Type     string `json:"type"`
	FullName string `json:"fullName"`
}

type exposure struct {
	Status string `json:"status"`
}

type relationDetails struct {
	IsComponent     bool       `json:"isComponent"`
	Subject         string     `json:"subject"`
	InterestedParty any        `json:"interestedParty"`
	Interests       []interest `json:"interests,omitempty"`
}

// Unspecified stands where a party cannot be named.
type Unspecified struct {
	Reason      string `json:"reason"`
	Description string `json:"description,omitempty"`
}

type interest struct {
	Type             string      `json:"type"`
	DirectOrIndirect string      `json:"directOrIndirect"`
	Share            *percentage `json:"share,omitempty"`
	StartDate        string      `json:"startDate,omitempty"`
	EndDate          string      `json:"endDate,omitempty"`
	Details          string      `json:"details,omitempty"`
}

type percentage struct {
	Exact   json.Number `json:"exact,omitempty"`
	Minimum json.Number `json:"minimum,omitempty"`
	Maximum json.Number `json:"maximum,omitempty"`
}

// Party writes a statement on a person or an entity; nil for what is neither.
func Party(e *ftm.Entity, m Meta) []byte {
	s := ftm.Default().Schema(e.Schema)
	switch {
	case s == nil || !s.IsA("LegalEntity"):
		return nil
	case s.IsA("Person"):
		return m.write(person, string(e.ID), string(e.ID), aPerson(s, e))
	}
	return m.write(entity, string(e.ID), string(e.ID), anEntity(s, e))
}

// Ends tells which properties of a schema hold the interested party and the
// subject; ok is false for schemata that are no interest in an entity.
func Ends(schema string) (party, subject string, ok bool) {
	for _, l := range []link{owns, directs, rules, linked} {
		if l.schema == schema {
			return l.party, l.subject, true
		}
	}
	return "", "", false
}

// Relationship writes a statement on a link between two parties, given by the
// ids of their records. An empty party is one that cannot be told.
func Relationship(e *ftm.Entity, subject, party string, m Meta) []byte {
	d := relationDetails{Subject: subject, InterestedParty: party, Interests: []interest{anInterest(e)}}
	if party == "" {
		d.InterestedParty = Unspecified{Reason: "informationUnknownToPublisher"}
	}
	return m.write(relationship, string(e.ID), subject, d)
}

func (m Meta) write(kind, record, about string, details any) []byte {
	s := statement{
		StatementDate: m.Date, DeclarationSubject: about, RecordID: record, RecordType: kind, RecordStatus: "new", RecordDetails: details,
		PublicationDetails: publication{m.Date, Version, publisher{m.Publisher}},
	}
	s.StatementID = sum(record, string(encode(s)))
	return encode(s)
}

func encode(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("bods: %v", err)) // texts, and numbers that were checked
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}

func anEntity(s *ftm.Schema, e *ftm.Entity) entityDetails {
	d := entityDetails{EntityType: entityType{Type: "legalEntity", Details: e.First("legalForm")}, Name: e.First("name")}
	switch {
	case s.IsA("Company"):
		d.EntityType.Type = "registeredEntity"
	case s.IsA("PublicBody"):
		d.EntityType.Type = "stateBody"
	case d.Name == "" && e.First("alias") == "":
		d.EntityType.Type = "unknownEntity"
	}
	d.AlternateNames = slices.Concat(rest(e.Properties["name"]), e.Properties["alias"], e.Properties["previousName"], e.Properties["weakAlias"])
	if places := countries(e, "jurisdiction", "mainCountry", "country"); len(places) > 0 {
		d.Jurisdiction = &places[0]
	}
	d.Identifiers = identifiersOf(s, e)
	d.FoundingDate, d.DissolutionDate = wholeDate(e.First("incorporationDate")), wholeDate(e.First("dissolutionDate"))
	d.Addresses = addressesOf(e, "registered")
	return d
}

func aPerson(s *ftm.Schema, e *ftm.Entity) personDetails {
	d := personDetails{PersonType: "knownPerson"}
	for _, n := range []struct{ prop, kind string }{{"name", "legal"}, {"alias", "alternative"}, {"weakAlias", "alternative"}, {"previousName", "former"}} {
		for _, v := range e.Properties[n.prop] {
			d.Names = append(d.Names, name{n.kind, v})
		}
	}
	if len(d.Names) == 0 {
		d.PersonType = "unknownPerson"
	}
	d.Identifiers = identifiersOf(s, e)
	d.Nationalities = countries(e, "nationality", "citizenship")
	d.BirthDate, d.DeathDate = ftm.CutDay(e.First("birthDate")), ftm.CutDay(e.First("deathDate"))
	d.Addresses = addressesOf(e, "")
	if slices.Contains(e.Properties["topics"], "role.pep") {
		d.Exposure = &exposure{"isPep"}
	}
	return d
}

func rest(list []string) []string {
	if len(list) == 0 {
		return nil
	}
	return list[1:]
}

// countries are those of the first property that has any.
func countries(e *ftm.Entity, props ...string) []place {
	names := ftm.Default().Type("country").Values
	for _, p := range props {
		var out []place
		for _, code := range e.Properties[p] {
			at := place{Name: code}
			if names[code] != "" {
				at.Name = names[code]
			}
			if iso(code) && (p == "jurisdiction" || len(code) == 2) {
				at.Code = strings.ToUpper(code)
			}
			out = append(out, at)
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// iso says whether a code has the form of ISO 3166: two letters, or those of a
// part of a country behind them.
func iso(code string) bool {
	head, tail, divided := strings.Cut(code, "-")
	return len(head) == 2 && (!divided || len(tail) > 0 && len(tail) <= 3)
}

// identifiersOf lists the identifiers by property. Those of links are the ids
// of other things.
func identifiersOf(s *ftm.Schema, e *ftm.Entity) (out []identifier) {
	for _, p := range s.SortedProperties() {
		if p.Type.Name != "identifier" {
			continue
		}
		for _, v := range e.Properties[p.Name] {
			out = append(out, identifier{v, schemeOf(p.Name), p.Label})
		}
	}
	return out
}

func addressesOf(e *ftm.Entity, kind string) (out []address) {
	for _, a := range e.Properties["address"] {
		out = append(out, address{kind, a})
	}
	return out
}

// wholeDate rounds a date to the first day of its month or year, as the
// standard asks where no more is known.
func wholeDate(date string) string {
	switch date = ftm.CutDay(date); len(date) {
	case len("2006"):
		return date + "-01-01"
	case len("2006-01"):
		return date + "-01"
	}
	return date
}

func anInterest(e *ftm.Entity) interest {
	i := interest{Type: "unknownInterest", DirectOrIndirect: "unknown", Details: e.First("summary")}
	l, known := interests[e.First("role")]
	switch {
	case known && l.schema == e.Schema:
		i.Type = e.First("role")
	case e.Schema == owns.schema:
		i.Type = "shareholding"
	case e.Schema == directs.schema:
		i.Type = "seniorManagingOfficial"
	case e.Schema == rules.schema:
		i.Type = "otherInfluenceOrControl"
	}
	if i.Details == "" && i.Type != e.First("role") {
		i.Details = e.First("role")
	}
	if d := e.First("ownershipType"); d == "direct" || d == "indirect" {
		i.DirectOrIndirect = d
	}
	i.Share = shareOf(e.First("percentage"))
	i.StartDate, i.EndDate = wholeDate(e.First("startDate")), wholeDate(e.First("endDate"))
	return i
}

// shareOf reads a percentage as it is written in FollowTheMoney: "50", "33.3%",
// "25-50". nil for anything else.
func shareOf(text string) *percentage {
	text = strings.TrimSpace(strings.ReplaceAll(text, "%", ""))
	low, high, bounds := strings.Cut(strings.ReplaceAll(text, "–", "-"), "-")
	a, okA := percent(low)
	b, okB := percent(high)
	switch {
	case bounds && okA && okB:
		return &percentage{Minimum: a, Maximum: b}
	case !bounds && okA:
		return &percentage{Exact: a}
	}
	return nil
}

// percent reads a number from 0 to 100.
func percent(text string) (json.Number, bool) {
	n := json.Number(strings.TrimSpace(text))
	if f, err := n.Float64(); err != nil || f < 0 || f > 100 || !json.Valid([]byte(n)) {
		return "", false
	}
	return n, true
}
