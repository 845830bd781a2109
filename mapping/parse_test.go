package mapping_test

import (
	"errors"
	"strings"
	"testing"

	"overt"
	"overt/mapping"
)

// TestParseErrors has one line for each thing that can be wrong with a mapping:
// where the error must point to, and a word it must hold.
func TestParseErrors(t *testing.T) {
	entity := func(body string) string { return "entities:\n  a:\n    schema: Company\n    key: id\n" + body }
	for _, tt := range []struct {
		name, yaml, where, says string
	}{
		{"empty", "", "m.yaml", "empty"},
		{"no YAML", "a: [", "m.yaml", "line"},
		{"a list", "- a", "m.yaml:1:1", "keys with values"},
		{"unknown key at the top", "name: x\nentitys: {}\n", "m.yaml:2:1", "entitys"},
		{"no queries", "name: x\n", "m.yaml", "no queries"},
		{"unknown extent", "extent: some\n" + entity(""), "m.yaml:1:9", "extent"},
		{"no entities", "queries: [{rows: /a}]", "m.yaml:1:11", "no entities"},
		{"empty entities", "queries: [{entities: {}}]", "m.yaml:1:22", "no entities"},
		{"unknown key of a query", "queries: [{row: /a, entities: {}}]", "m.yaml:1:12", "row"},
		{"unknown key of an entity", entity("    colour: red\n"), "m.yaml:5:5", "colour"},
		{"key twice", entity("    key: other\n"), "m.yaml:5:5", "twice"},
		{"no schema", "entities: {a: {key: id}}", "m.yaml:1:12", "no schema"},
		{"unknown schema", "entities: {a: {schema: Firm, key: id}}", "m.yaml:1:24", "Firm"},
		{"misspelt schema", "entities: {a: {schema: Companie, key: id}}", "m.yaml:1:24", "the nearest is Company"},
		{"no keys", "entities: {a: {schema: Company}}", "m.yaml:1:12", "keys or id_column"},
		{"keys and id column", entity("    id_column: id\n"), "m.yaml:2:3", "both keys and id_column"},
		{"unknown property", entity("    properties:\n      colour: red\n"), "m.yaml:6:7", "colour"},
		{"misspelt property", entity("    properties:\n      jurisdicton: red\n"), "m.yaml:6:7", "the nearest is jurisdiction"},
		{"property of no likeness", entity("    properties:\n      qqqq: red\n"), "m.yaml:6:7", "there are address,"},
		{"reverse property", entity("    properties:\n      ownershipOwner: x\n"), "m.yaml:6:7", "way back"},
		{"property without anything", entity("    properties:\n      name: {fuzzy: true}\n"), "m.yaml:6:7", "neither column"},
		{"unknown key of a property", entity("    properties:\n      name: {colum: x}\n"), "m.yaml:6:14", "colum"},
		{"entity for a text", entity("    properties:\n      name: {entity: a}\n"), "m.yaml:6:7", "not entities"},
		{"entity and column", entity("    properties:\n      parent: {entity: b, column: c}\n  b: {schema: Company, key: c}\n"), "m.yaml:6:7", "one of them"},
		{"undeclared entity", entity("    properties:\n      parent: {entity: b}\n"), "m.yaml:6:7", "no entity of this query"},
		{"wrong range", entity("    properties:\n      parent: {entity: b}\n  b: {schema: Vessel, key: c}\n"), "m.yaml:6:7", "LegalEntity"},
		{"circle", entity("    properties:\n      parent: {entity: b}\n  b: {schema: Company, key: c, properties: {parent: {entity: a}}}\n"), "m.yaml:7:45", "circle"},
		{"itself", entity("    properties:\n      parent: {entity: a}\n"), "m.yaml:6:7", "circle"},
		{"template and column", entity("    properties:\n      name: {template: '{{a}}', column: b}\n"), "m.yaml:6:13", "one of the three"},
		{"empty template", entity("    properties:\n      name: {template: ''}\n"), "m.yaml:6:24", "empty"},
		{"bad pattern", entity("    properties:\n      name: {column: a, pattern: '('}\n"), "m.yaml:6:34", "pattern"},
		{"two groups", entity("    properties:\n      name: {column: a, pattern: '(a)(b)'}\n"), "m.yaml:6:34", "one group"},
		{"unknown lookup", entity("    properties:\n      name: {column: a, lookup: towns}\n"), "m.yaml:6:33", "towns"},
		{"lookup_else alone", entity("    properties:\n      name: {column: a, lookup_else: keep}\n"), "m.yaml:6:13", "needs lookup"},
		{"letters", entity("    properties:\n      name: {column: a, letters: big}\n"), "m.yaml:6:34", "letters"},
		{"pad", entity("    properties:\n      name: {column: a, pad: much}\n"), "m.yaml:6:30", "number"},
		{"derive", entity("    properties:\n      name: {column: a, derive: magic}\n"), "m.yaml:6:33", "derive"},
		{"literal that is not clean", entity("    properties:\n      country: {literal: Atlantis}\n"), "m.yaml:6:7", "country"},
		{"unknown country", entity("    properties:\n      phone: {column: a, country: Atlantis}\n"), "m.yaml:6:35", "country"},
		{"condition without a test", entity("    when: {column: a}\n"), "m.yaml:5:11", "needs a column and one of"},
		{"condition without a column", entity("    when: {is: a}\n"), "m.yaml:5:11", "needs a column"},
		{"two tests", entity("    when: {column: a, is: b, present: true}\n"), "m.yaml:5:30", "one test"},
		{"unknown test", entity("    when: {column: a, has: b}\n"), "m.yaml:5:23", "has"},
		{"item without each", entity("    properties: {name: $item}\n"), "m.yaml:5:24", "$item"},
		{"field twice", "fields: {f: a, f: b}\n" + entity(""), "m.yaml:1:16", "twice"},
		{"field of nothing", "fields: {f: {split: x}}\n" + entity(""), "m.yaml:1:13", "needs column"},
		{"flag", entity("    required: maybe\n"), "m.yaml:5:15", "true or false"},
		{"join of tables", "database: x\njoins: [{left: a}]\n" + entity(""), "m.yaml:2:9", "left and right"},
		{"sensitive without basis", "sensitive: [{column: religion}]\n" + entity(""), "m.yaml:1:13", "basis"},
		{"sensitive, never allowed", "sensitive: [{column: face_template, basis: b, approved: p, until: 2030-01-01}]\n" + entity(""), "m.yaml:1:13", "absolutely"},
		{"sensitive until when", "sensitive: [{column: religion, basis: b, approved: p, until: soon}]\n" + entity(""), "m.yaml:1:62", "date"},
		{"detect", "detect: {colour: red}\n" + entity(""), "m.yaml:1:10", "colour"},
		{"observed", "observed: {colour: red}\n" + entity(""), "m.yaml:1:12", "colour"},
		{"too long", strings.Repeat("# comment\n", 120_000), "m.yaml", "bytes"},
		{"anchors that unfold", bomb(), "m.yaml", "values, anchors unfolded"},
		{"an anchor inside itself", "fields: {f: &f {first: [*f]}}\n" + entity(""), "m.yaml", "anchors unfolded"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := mapping.Parse("m.yaml", []byte(tt.yaml))
			var e *overt.Error
			if !errors.As(err, &e) || e.Code != overt.Invalid {
				t.Fatalf("got %v, want an invalid error", err)
			}
			if !strings.HasPrefix(e.Where, tt.where) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want it at %s and to say %q", err, tt.where, tt.says)
			}
		})
	}
}

// bomb is a mapping of a kilobyte that unfolds to millions of conditions.
func bomb() string {
	var b strings.Builder
	b.WriteString("fields:\n  c0: {column: x, when: &w0 {column: x, present: true}}\n")
	for i, name := 1, 'a'; i < 12; i, name = i+1, name+1 {
		prev := "*w" + string(rune('0'+(i-1)%10)) + strings.Repeat("x", (i-1)/10)
		this := "&w" + string(rune('0'+i%10)) + strings.Repeat("x", i/10)
		b.WriteString("  f" + string(name) + ": {column: x, when: " + this + " {all: [" + strings.TrimSuffix(strings.Repeat(prev+", ", 8), ", ") + "]}}\n")
	}
	b.WriteString("entities: {a: {schema: Company, key: id}}\n")
	return b.String()
}

func TestMergeKeys(t *testing.T) {
	m := parse(t, `
entities:
  a: &a
    schema: Company
    key: id
    properties: &p {name: name, country: {literal: fr}}
  b:
    <<: *a
    key: other
    properties: {<<: *p, country: {literal: de}}
`)
	entities, _ := mapped(t, m, "csv", "id,other,name\n1,2,N\n")
	got := short(entities)
	if len(got) != 2 || got[0] != "Company country=fr name=N" || got[1] != "Company country=de name=N" {
		t.Errorf("got %q", got)
	}
}

func TestHeader(t *testing.T) {
	m := parse(t, `
name: pack
title: T
publisher: P
licence: L
address: https://example.org
class: public
extent: window
series: s
labels: [a, b]
header: [id, name]
entities: {a: {schema: Company, key: id}}
`)
	if m.Name != "pack" || m.Title != "T" || m.Publisher != "P" || m.Licence != "L" || m.Address != "https://example.org" ||
		m.Class != "public" || m.Extent != mapping.Window || m.Series != "s" || len(m.Labels) != 2 || len(m.Header) != 2 {
		t.Errorf("got %+v", m)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("entities: {a: {schema: Company, key: id, properties: {name: {template: '{{a|b}}{{c!}}'}}}}")
	f.Add("x: {queries: [{csv_url: $A, filters: {a: b}, entities: {a: {schema: Person, keys: [a, b], properties: {name: a}}}}]}")
	f.Add("fields: {f: &f {first: [*f]}}\nentities: {}")
	f.Add("lookups: {a: {b: c}}\nignore: [/a/, b]\ndetect: {shapes: {1: a}}\nobserved: filename\nentities: 1")
	f.Add("{<<: [{name: a}], entities: {? [a] : b}}")
	f.Fuzz(func(t *testing.T, text string) {
		m, err := mapping.Parse("fuzz.yaml", []byte(text))
		if err != nil {
			if overt.CodeOf(err) != overt.Invalid {
				t.Fatalf("got %v, want an invalid error", err)
			}
			return
		}
		for _, q := range m.Queries {
			rec := &row{[]string{"a", "b", "id"}, []string{"x", "1/2/2003", "7"}, 2}
			if err := m.Apply(q, rec, func(mapping.Entity) error { return nil }, func(mapping.Problem) {}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
