package match

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"overt/ftm"
)

// A slot is a group of properties that are compared together and give one number
// of bits, so that what goes hand in hand is not counted twice.
type slot uint8

const (
	slotName slot = iota
	slotIdent
	slotDate  // of birth, of incorporation, of building, of publication
	slotDate2 // of death, of dissolution
	slotAddress
	slotCountry
	slotPhone
	slotEmail
	slotWeb
	slotReference // other entities, by their ids
	slotPeople    // authors, parents: other people by name
	slotPublisher
	slotText
	slotRole
	slotPlace
	slotNumber
	slotOther
	slots
)

// A tag is a slot and, within it, what may be compared with what: the kind of a
// name, the scheme of an identifier, the property of a date.
type tag uint16

const subBits = 10

func (t tag) slot() slot { return slot(t >> subBits) }
func (t tag) sub() int   { return int(t & (1<<subBits - 1)) }

func tagOf(s slot, sub int) tag { return tag(s)<<subBits | tag(sub) }

// Subs of slotName: by which rules the text is read.
const (
	subOrganisation = iota
	subPerson
	subParts // of a person, joined with partsMark
	subThing
)

const partsMark = "\x1f"

// A family is a group of schemata whose records are weighed by one model.
type family uint8

const (
	familyPerson family = iota
	familyOrganisation
	familyThing
	familyDocument
	familyAddress
	families
)

func (f family) String() string {
	return [...]string{"person", "organisation", "thing", "document", "address"}[f]
}

// A planned property is where the values of a property go.
type planned struct {
	tag  tag
	also tag // a second reading of the same text, or none
	part int // of a person's name, from 1; 0 if none
}

const noTag = tag(math.MaxUint16)

type plannedSchema struct {
	name   string
	edge   bool
	family family
	props  map[string]planned
}

// A plan says what is compared by what, for every schema of the model.
type plan struct {
	schemata     []plannedSchema
	schemaByName map[string]uint16
	compatible   [][]bool
	subs         [][]string      // by slot: name of each sub, for people
	identifiers  []*ftm.Property // by sub of slotIdent
}

func newPlan(model *ftm.Model) plan {
	all := model.Schemata()
	p := plan{schemaByName: map[string]uint16{}, subs: make([][]string, slots)}
	p.subs[slotName] = []string{"organisation", "person", "person", "thing"}
	for i, s := range all {
		ps := plannedSchema{name: s.Name, edge: s.Edge != nil, family: familyOf(s), props: map[string]planned{}}
		for _, prop := range s.SortedProperties() {
			if pl, ok := p.place(s, prop); ok {
				ps.props[prop.Name] = pl
			}
		}
		p.schemata = append(p.schemata, ps)
		p.schemaByName[s.Name] = uint16(i)
	}
	p.compatible = make([][]bool, len(all))
	for i, a := range all {
		p.compatible[i] = make([]bool, len(all))
		for j, b := range all {
			_, err := model.Common(a.Name, b.Name)
			p.compatible[i][j] = err == nil
		}
	}
	return p
}

func familyOf(s *ftm.Schema) family {
	switch {
	case s.IsA("Person"):
		return familyPerson
	case s.IsA("LegalEntity"):
		return familyOrganisation
	case s.IsA("Document"):
		return familyDocument
	case s.IsA("Address"):
		return familyAddress
	}
	return familyThing
}

// parts are the properties that a person's name is put together from, in the order
// of their texts.
var parts = []string{"firstName", "middleName", "secondName", "fatherName", "motherName", "lastName", "title", "nameSuffix"}

// never lists what is not compared whatever its type: what says nothing about who
// it is, and what is not to be used to tell people apart.
var never = []string{
	"appearance", "ethnicity", "eyeColor", "gender", "hairColor", "height", "weight", "political", "religion", "spokenLanguage",
	"latitude", "longitude", "navigationArea", "detectedCountry", "detectedLanguage", "locationMentioned",
	"alephUrl", "sourceUrl", "publisherUrl", "retrievedAt", "modifiedAt", "createdAt", "processedAt", "indexText", "proof",
	"crawler", "generator", "program", "programId", "status", "topics", "messageId", "encoding", "extension", "processingAgent",
	"processingError", "processingStatus", "ancestors", "parentFolder", "fileSize", "icijId",
}

// inSlot names properties whose slot does not follow from their type.
var inSlot = map[string]slot{
	"deathDate": slotDate2, "dissolutionDate": slotDate2, "deregistrationDate": slotDate2,
	"author": slotPeople, "publisher": slotPublisher, "motherName": slotPeople, "fatherName": slotPeople,
	"description": slotText, "summary": slotText, "notes": slotText, "bodyText": slotText,
	"position": slotRole, "sector": slotRole, "classification": slotRole, "keywords": slotRole, "education": slotRole, "type": slotRole,
	"birthPlace": slotPlace, "city": slotAddress, "street": slotAddress, "street2": slotAddress, "postalCode": slotAddress, "region": slotAddress, "state": slotAddress,
	"legalForm": slotOther,
}

// place says where a property goes; ok is false if it is not compared.
func (p *plan) place(s *ftm.Schema, prop *ftm.Property) (planned, bool) {
	if prop.Stub || slices.Contains(never, prop.Name) || strings.HasSuffix(prop.Name, "Mentioned") {
		return planned{}, false
	}
	if i := slices.Index(parts, prop.Name); i >= 0 && s.IsA("Person") {
		return planned{tag: noTag, also: noTag, part: i + 1}, true
	}
	if prop.Type.Name == "name" || prop.Name == "title" && s.IsA("Document") {
		return namePlace(s), true
	}
	if prop.Name == "publisher" && !s.IsA("Document") {
		return planned{}, false // for things it is who published the record
	}
	at, ok := inSlot[prop.Name]
	if !ok {
		at, ok = slotOfType(prop)
	}
	if !ok {
		return planned{}, false
	}
	sub := ""
	switch at {
	case slotIdent:
		sub = prop.QName // its rules may differ from schema to schema
		if scheme, ok := prop.Scheme(); ok {
			sub = scheme
		}
		t := p.tag(at, sub)
		if t.sub() == len(p.identifiers) {
			p.identifiers = append(p.identifiers, prop)
		}
		return planned{tag: t, also: noTag}, true
	case slotDate, slotDate2, slotReference, slotRole, slotNumber, slotOther, slotPeople:
		sub = prop.Name
	case slotCountry:
		if prop.Name == "jurisdiction" {
			sub = prop.Name
		}
	}
	return planned{tag: p.tag(at, sub), also: noTag}, true
}

func namePlace(s *ftm.Schema) planned {
	org, person := tagOf(slotName, subOrganisation), tagOf(slotName, subPerson)
	switch {
	case s.IsA("Person"):
		return planned{tag: person, also: noTag}
	case s.Name == "LegalEntity":
		return planned{tag: org, also: person} // it may turn out to be either
	case s.IsA("LegalEntity"):
		return planned{tag: org, also: noTag}
	}
	return planned{tag: tagOf(slotName, subThing), also: noTag}
}

func slotOfType(prop *ftm.Property) (slot, bool) {
	switch prop.Type.Name {
	case "identifier", "iban", "checksum":
		return slotIdent, true
	case "date":
		return slotDate, true
	case "address":
		return slotAddress, true
	case "country":
		return slotCountry, true
	case "phone":
		return slotPhone, true
	case "email":
		return slotEmail, true
	case "url", "ip":
		return slotWeb, true
	case "entity":
		return slotReference, true
	case "text":
		return slotText, true
	case "number":
		return slotNumber, true
	case "string":
		return slotOther, true
	}
	return 0, false
}

func (p *plan) tag(s slot, sub string) tag {
	at := slices.Index(p.subs[s], sub)
	if at < 0 {
		at = len(p.subs[s])
		p.subs[s] = append(p.subs[s], sub)
	}
	return tagOf(s, at)
}

// A tagged text is a value under its tag.
type tagged struct {
	tag  tag
	text string
}

// read gives the values of a record under their tags, those that nothing is
// compared by left out. Texts are cut at maxText bytes.
func (p *plan) read(schema uint16, values []Value) []tagged {
	var out []tagged
	var name [9]string
	values = slices.Clone(values)
	slices.SortFunc(values, func(a, b Value) int {
		return cmp.Or(strings.Compare(a.Prop, b.Prop), strings.Compare(a.Text, b.Text))
	})
	for _, v := range slices.Compact(values) {
		pl, ok := p.schemata[schema].props[v.Prop]
		text := strings.TrimSpace(v.Text[:min(len(v.Text), maxText)])
		switch {
		case !ok || text == "":
			continue
		case pl.part > 0:
			text = strings.ReplaceAll(text, partsMark, " ")
			name[pl.part] = strings.TrimSpace(name[pl.part] + " " + text)
			continue
		}
		out = append(out, tagged{pl.tag, strings.ToValidUTF8(text, "�")})
		if pl.also != noTag {
			out = append(out, tagged{pl.also, strings.ToValidUTF8(text, "�")})
		}
	}
	if joined := strings.Join(name[1:], partsMark); len(joined) > len(name)-2 {
		out = append(out, tagged{tagOf(slotName, subParts), strings.ToValidUTF8(joined, "�")})
	}
	return out
}
