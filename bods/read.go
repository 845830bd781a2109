package bods

import (
	"fmt"
	"slices"
	"strings"

	"overt"
	"overt/extract"
	"overt/ftm"
)

// Read makes entities of one statement: first the one that holds the statement
// whole, then the links of a relationship. reason says why nothing can be made
// of it.
func (h *History) Read(rec extract.Record) (entities []Entity, problems []Problem, reason string) {
	f := frameOf(rec)
	switch {
	case f.kind == "":
		return nil, nil, "it is no statement on an entity, a person or a relationship"
	case f.record == "":
		return nil, nil, "it has no record id"
	}
	f.record = h.recordOf(f.record)
	r := &reading{h: h, frame: f, model: ftm.Default()}
	switch f.kind {
	case person:
		r.person()
	case entity:
		r.entity()
	case relationship:
		if reason = r.relationship(); reason != "" {
			return nil, nil, reason
		}
	}
	r.keep()
	return r.entities, r.problems, ""
}

// A reading is one statement on its way to entities.
type reading struct {
	frame
	h        *History
	model    *ftm.Model
	entities []Entity
	problems []Problem
}

// begin starts an entity; what is said next is said of it.
func (r *reading) begin(id, schema string) {
	r.entities = append(r.entities, Entity{ID: ftm.EntityID(id), Schema: schema, Date: r.date})
}

func (r *reading) current() *Entity { return &r.entities[len(r.entities)-1] }

// say adds a value to the current entity, cleaned by its type.
func (r *reading) say(prop string, c extract.Cell) {
	r.add(prop, strings.TrimSpace(c.Text), c.Text, c.At)
}

// made adds a value that stands in no cell of its own.
func (r *reading) made(prop, value string, at overt.Locator) { r.add(prop, value, "", at) }

// add adds a value; cell is the whole text it stands in, "" where it is made.
func (r *reading) add(prop, value, cell string, at overt.Locator) {
	e := r.current()
	p := r.model.Schema(e.Schema).Property(prop)
	if value == "" || p == nil {
		return
	}
	clean, err := p.Type.Clean(value, ftm.CleanOptions{})
	if whole, _, part := strings.Cut(value, "-"); err != nil && part && prop == "jurisdiction" {
		clean, err = p.Type.Clean(whole, ftm.CleanOptions{}) // a part of a country
	}
	if err != nil {
		r.problems = append(r.problems, Problem{at, fmt.Sprintf("%s:%s: %v", e.Schema, prop, err)})
		return
	}
	v := Value{Prop: prop, Text: clean, At: at, Made: cell == ""}
	if clean != value && !v.Made {
		v.Original = value
	}
	if cell != value {
		v.Quote = cell
	}
	e.Values = append(e.Values, v)
}

// all says the values under the first path that has any.
func (r *reading) all(prop string, names ...string) {
	for _, path := range r.paths(names) {
		cells := r.rec.Cells(path)
		for _, c := range cells {
			r.say(prop, c)
		}
		if len(cells) > 0 {
			return
		}
	}
}

// keep holds the statement whole with the first entity, as one of 0.4.
func (r *reading) keep() {
	first := &r.entities[0]
	raw := ""
	if j, ok := r.rec.(extract.JSONRecord); ok {
		raw = string(r.raised(j))
	}
	first.Values = append(first.Values, Value{Prop: Statement, Text: raw, At: r.rec.At(), Made: true})
}

// provenance says where the statement comes from, of the current entity.
func (r *reading) provenance() {
	for prop, path := range map[string]string{
		"publisher": "publicationDetails/publisher/name", "publisherUrl": "publicationDetails/publisher/url", "sourceUrl": "source/url", "modifiedAt": "statementDate",
	} {
		if c, ok := cell(r.rec, path); ok {
			r.say(prop, c)
		}
	}
}

// unnamed says whether the party is one whose name is not given, and why, as a
// remark.
func (r *reading) unnamed(kind, details string) bool {
	if !strings.HasPrefix(kind, "anonymous") && !strings.HasPrefix(kind, "unknown") {
		return false
	}
	if reason, ok := cell(r.rec, r.paths([]string{details + "/reason"})...); ok {
		r.made("notes", remark("no name is given", reason.Text, r.text(details+"/description")), reason.At)
	}
	return true
}

// remark puts a reason into words: the text of the source, else its code.
func remark(what, reason, description string) string {
	if description != "" {
		return fmt.Sprintf("%s: %s (%s)", what, description, reason)
	}
	return fmt.Sprintf("%s (%s)", what, reason)
}

func (r *reading) person() {
	r.begin(r.record, "Person")
	if !r.unnamed(r.text("personType"), "unspecifiedPersonDetails") {
		r.names()
	}
	for prop, path := range map[string]string{"birthDate": "birthDate", "deathDate": "deathDate", "title": "title"} {
		r.all(prop, path)
	}
	r.countries("nationality", "nationalities")
	r.countries("country", "taxResidencies")
	r.identifiers("idNumber")
	r.addresses("addresses", "placeOfResidence")
	if c, ok := cell(r.rec, r.paths([]string{"placeOfBirth/address", "placeOfBirth/country/name"})...); ok {
		r.say("birthPlace", c)
	}
	if c, ok := cell(r.rec, r.paths([]string{"placeOfBirth/country/code", "placeOfBirth/country"})...); ok {
		r.say("birthCountry", c)
	}
	r.exposure()
	r.provenance()
}

// names of a person: those of a former or another kind are no names to call it
// by.
func (r *reading) names() {
	props := map[string]string{"former": "previousName", "birth": "previousName", "alternative": "alias", "alias": "alias", "translation": "alias", "transliteration": "alias"}
	for _, n := range r.rec.Each(r.details + "names") {
		prop := props[text(n, "type")]
		if prop == "" {
			prop = "name"
		}
		parts := map[string]string{"firstName": "givenName", "lastName": "familyName", "fatherName": "patronymicName"}
		if full, ok := cell(n, "fullName"); ok {
			r.say(prop, full)
		} else {
			r.made(prop, strings.Join(strings.Fields(text(n, "givenName")+" "+text(n, "patronymicName")+" "+text(n, "familyName")), " "), n.At())
		}
		for part, path := range parts {
			if c, ok := cell(n, path); ok && prop == "name" {
				r.say(part, c)
			}
		}
	}
}

// exposure is what is said of a political role. That there is none, or that it
// is not known, stays in the statement.
func (r *reading) exposure() {
	c, ok := cell(r.rec, r.paths([]string{"politicalExposure/status", "hasPepStatus"})...)
	if !ok || c.Text != "isPep" && c.Text != "true" {
		return
	}
	r.made("topics", "role.pep", c.At)
	r.all("position", "politicalExposure/details/reason", "pepStatusDetails/reason")
}

func (r *reading) entity() {
	kind := r.text("entityType/type", "entityType")
	schema := "LegalEntity"
	switch kind {
	case "registeredEntity":
		schema = "Company"
	case "state", "stateBody":
		schema = "PublicBody"
	}
	r.begin(r.record, schema)
	details := "unspecifiedEntityDetails"
	if !r.unnamed(kind, details) {
		r.all("name", "name")
		r.all("alias", "alternateNames")
	}
	r.all("legalForm", "entityType/details", "entitySubtype/localTerm")
	r.all("classification", "entityType/subtype", "entitySubtype/generalCategory")
	r.all("incorporationDate", "foundingDate")
	r.all("dissolutionDate", "dissolutionDate")
	r.all("sourceUrl", "uri")
	for _, at := range []string{"jurisdiction", "incorporatedInJurisdiction"} {
		r.country("jurisdiction", r.rec, r.details+at)
	}
	r.identifiers("registrationNumber")
	r.addresses("addresses")
	r.listings()
	r.provenance()
}

func (r *reading) listings() {
	for _, l := range r.rec.Each(r.details + "publicListing/securitiesListings") {
		if c, ok := cell(l, "security/ticker"); ok {
			r.say("ticker", c)
		}
		if c, ok := cell(l, "security/id"); ok && text(l, "security/idScheme") == "isin" {
			r.say("isinCode", c)
		}
	}
}

// country says a country by its code, else by its name.
func (r *reading) country(prop string, rec extract.Record, path string) {
	if c, ok := cell(rec, path+"/code", path+"/name", path); ok {
		r.say(prop, c)
	}
}

func (r *reading) countries(prop, name string) {
	for _, c := range r.rec.Each(r.details + name) {
		if code, ok := cell(c, "code", "name"); ok {
			r.say(prop, code)
		}
	}
}

// addresses become one line each, as FollowTheMoney has them.
func (r *reading) addresses(names ...string) {
	for _, name := range names {
		for _, a := range r.rec.Each(r.details + name) {
			var parts []string
			for _, p := range []string{text(a, "address"), text(a, "postCode", "postcode"), text(a, "country/name", "country")} {
				if p != "" && !slices.Contains(parts, p) {
					parts = append(parts, p)
				}
			}
			line := strings.Join(parts, ", ")
			if c, ok := cell(a, "address"); ok && line == c.Text {
				r.say("address", c)
			} else {
				r.made("address", line, a.At())
			}
			if code, ok := cell(a, "country/code", "country"); ok && text(a, "country/code") != "" || len(code.Text) == 2 {
				r.say("country", code)
			}
		}
	}
}
