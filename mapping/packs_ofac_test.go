package mapping_test

import (
	"testing"

	"overt/extract/open"
	"overt/mapping"
)

// TestOFACForms holds that the two forms of OFAC's list, and the three files of
// the older one, say things of the same entities.
func TestOFACForms(t *testing.T) {
	load := func(packs ...string) *result {
		r := newResult()
		for _, pack := range packs {
			r.load(t, fixture(t, pack), pack, open.Options{Header: mapping.Pack(pack).Header})
		}
		return r
	}
	csv, xml := load("ofac-sdn", "ofac-sdn-addresses", "ofac-sdn-aliases"), load("ofac-sdn-xml")
	for id, e := range xml.entities {
		if len(e.values["holder"]) > 0 || csv.entities[id] != nil {
			continue // documents of the XML have numbers of their own
		}
		t.Errorf("%s (%v) is in the XML alone", id, e.values["name"])
	}
	for _, r := range []*result{csv, xml} {
		e := r.entities["ofac-101"]
		for prop, want := range map[string]string{
			"name": "Erika MUSTERMANN", "birthDate": "1964-08-12", "nationality": "kp", "country": "kp",
			"gender": "female", "passportNumber": "X1234567", "weakAlias": "EM", "program": "IRGC",
			"topics": "sanction", "notes": "DOB circa 1966",
		} {
			if !e.has(prop, want) {
				t.Errorf("%s: got %v, want %s among them", prop, e.values[prop], want)
			}
		}
		if e.has("birthDate", "1966") {
			t.Error("a year that is circa became a date of birth")
		}
		if got := r.entities["ofac-103"]; !got.has("imoNumber", "9187629") || !got.schemata["Vessel"] {
			t.Errorf("the ship: got %v", got)
		}
	}
}
