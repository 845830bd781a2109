package mapping_test

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/extract"
	"overt/extract/open"
	"overt/mapping"
)

// parse reads a mapping that must be right.
func parse(t testing.TB, text string) *mapping.Mapping {
	t.Helper()
	m, err := mapping.Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func textSource(name, text string) extract.Source {
	return extract.Source{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
}

// mapped is what a mapping gives for a text, in the order it was emitted.
func mapped(t testing.TB, m *mapping.Mapping, format, text string) (entities []mapping.Entity, problems []mapping.Problem) {
	t.Helper()
	opts := open.Options{Format: format}
	if format == "csv" {
		opts.Delimiter, opts.HeaderRow = ",", 1
	}
	parts, err := open.Open(t.Context(), textSource("test."+format, text), opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range m.Queries {
		for rec, err := range parts[0].Reader.Records(t.Context(), q.Rows) {
			if err != nil {
				t.Fatal(err)
			}
			emit := func(e mapping.Entity) error { entities = append(entities, e); return nil }
			if err := m.Apply(q, rec, emit, func(p mapping.Problem) { problems = append(problems, p) }); err != nil {
				t.Fatal(err)
			}
		}
	}
	return entities, problems
}

// short writes entities on a line each: schema, then property=value.
func short(entities []mapping.Entity) []string {
	names := map[string]string{}
	var out []string
	for i, e := range entities {
		id := string(e.ID)
		if _, ok := names[id]; !ok && len(id) == 40 {
			names[id] = fmt.Sprintf("#%d", i+1)
		}
		line := e.Schema
		for _, v := range e.Values {
			value := v.Clean
			if n, ok := names[value]; ok {
				value = n
			}
			line += " " + v.Prop + "=" + value
		}
		out = append(out, line)
	}
	return out
}

func sha(parts ...string) string {
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// TestValues has one line for each key of a property.
func TestValues(t *testing.T) {
	const table = "id,name,amount,when,note,city,empty,flag\n" +
		"1, Ada  Ltd ,\"1,234.50\",27/03/2014,a; b ;c,Paris,,yes\n"
	for _, tt := range []struct {
		name string
		prop string
		yaml string
		want []string
	}{
		{"column by name alone", "name", `name`, []string{"Ada Ltd"}},
		{"column", "name", `{column: name}`, []string{"Ada Ltd"}},
		{"columns", "name", `{columns: [name, city]}`, []string{"Ada Ltd", "Paris"}},
		{"column in other letters", "name", `{column: " NaMe"}`, []string{"Ada Ltd"}},
		{"column that is not there", "name", `{column: nobody}`, nil},
		{"column by number", "name", `{column: "#6"}`, []string{"Paris"}},
		{"literal", "country", `{literal: fr}`, []string{"fr"}},
		{"literals", "topics", `{literals: [sanction, debarment]}`, []string{"sanction", "debarment"}},
		{"literal and column", "keywords", `{literal: x, column: city}`, []string{"x", "Paris"}},
		{"template", "summary", `{template: "{{name}} of {{city}}"}`, []string{"Ada  Ltd of Paris"}},
		{"template with a default", "summary", `{template: "{{name}}/{{empty|-NONE-}}"}`, []string{"Ada  Ltd/-NONE-"}},
		{"template without a required column", "summary", `{template: "{{name}}/{{empty!}}"}`, nil},
		{"template of nothing", "summary", `{template: "({{empty}})"}`, nil},
		{"join", "address", `{columns: [city, empty, id], join: ", "}`, []string{"Paris, 1"}},
		{"split", "keywords", `{column: note, split: ";"}`, []string{"a", "b", "c"}},
		{"split by pattern", "keywords", `{column: note, split: "/[; ]+/"}`, []string{"a", "b", "c"}},
		{"pattern with a group", "keywords", `{column: when, pattern: '^\d+/(\d+)/'}`, []string{"03"}},
		{"pattern, every match", "keywords", `{column: note, pattern: '[ac]'}`, []string{"a", "c"}},
		{"pattern that does not match", "keywords", `{column: note, pattern: 'z'}`, nil},
		{"first", "name", `{first: [empty, {column: city, letters: upper}, name]}`, []string{"PARIS"}},
		{"first with a condition", "name", `{first: [{column: name, when: {column: flag, is: no}}, city]}`, []string{"Paris"}},
		{"lookup", "country", `{column: city, lookup: {PARIS: fr}}`, []string{"fr"}},
		{"lookup drops", "country", `{column: name, lookup: {paris: fr}}`, nil},
		{"lookup keeps", "keywords", `{column: name, lookup: {paris: fr}, lookup_else: keep}`, []string{"Ada Ltd"}},
		{"lookup by name", "country", `{column: city, lookup: towns}`, []string{"fr"}},
		{"letters", "keywords", `{column: name, letters: fold}`, []string{"ada ltd"}},
		{"strip", "keywords", `{column: when, strip: /}`, []string{"27032014"}},
		{"pad", "keywords", `{column: id, pad: 4}`, []string{"0001"}},
		{"pad leaves text alone", "keywords", `{column: city, pad: 9}`, []string{"Paris"}},
		{"derive", "keywords", `{column: when, date_formats: "%d/%m/%Y", derive: us_fiscal_year}`, []string{"2014"}},
		{"derive a date", "keywords", `{column: when, date_formats: "%d/%m/%Y", derive: date}`, []string{"2014-03-27"}},
		{"format", "createdAt", `{column: when, format: "%d/%m/%Y"}`, []string{"2014-03-27"}},
		{"format from a list", "createdAt", `{column: when, format: ["%Y-%m-%d", "%d/%m/%Y"]}`, []string{"2014-03-27"}},
		{"ignore", "keywords", `{columns: [city, flag], ignore: [PARIS]}`, []string{"yes"}},
		{"ignore by pattern", "keywords", `{columns: [city, flag], ignore: ["/^P/"]}`, []string{"yes"}},
		{"ignore inside a split", "keywords", `{column: note, split: ";", ignore: [b]}`, []string{"a", "c"}},
		{"when", "keywords", `{column: city, when: {column: flag, is: [YES, maybe]}}`, []string{"Paris"}},
		{"unless", "keywords", `{column: city, unless: {column: flag, is: yes}}`, nil},
		{"when present", "keywords", `{column: city, when: {column: empty, present: true}}`, nil},
		{"when absent", "keywords", `{column: city, when: {column: empty, present: false}}`, []string{"Paris"}},
		{"when matches", "keywords", `{column: city, when: {column: name, matches: '^Ada'}}`, []string{"Paris"}},
		{"when same", "keywords", `{column: city, when: {column: city, same_as: city}}`, []string{"Paris"}},
		{"when all", "keywords", `{column: city, when: [{column: flag, is: yes}, {column: id, is: 2}]}`, nil},
		{"when any", "keywords", `{column: city, when: {any: [{column: flag, is: no}, {column: id, is: 1}]}}`, []string{"Paris"}},
		{"when not", "keywords", `{column: city, when: {not: {column: id, is: 1}}}`, nil},
		{"two conditions", "keywords", `{column: city, when: {column: id, is: 1}, unless: {column: flag, is: yes}}`, nil},
		{"fuzzy", "website", `{literal: example.com, fuzzy: true}`, []string{"http://example.com/"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := parse(t, "lookups: {towns: {paris: fr}}\nentities:\n  a:\n    schema: Company\n    key: id\n    properties:\n      "+tt.prop+": "+tt.yaml+"\n")
			entities, problems := mapped(t, m, "csv", table)
			if len(problems) != 0 || len(entities) != 1 {
				t.Fatalf("got %d entities, problems %v", len(entities), problems)
			}
			var got []string
			for _, v := range entities[0].Values {
				if tt.name == "fuzzy" { // the model decides on the slash at the end
					v.Clean = strings.TrimSuffix(v.Clean, "/") + "/"
				}
				got = append(got, v.Clean)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("want -, got +\n%s", diff)
			}
		})
	}
}

// TestKeys computes ids as FollowTheMoney does; the constants were computed with
// Python's hashlib from the rule in its source.
func TestKeys(t *testing.T) {
	const table = "a,b,c\n x ,É,\n"
	for _, tt := range []struct {
		name, entity, top string
		opts              mapping.Options
		want              string
	}{
		{"key", `key: a`, "", mapping.Options{}, "11f6ad8ec52a2984abaafd7c3b516503785c2072"},
		{"key and keys", `{key: a, keys: [b]}`, "", mapping.Options{}, sha("x", "É")},
		{"keys are sorted by value", `keys: [b, a]`, "", mapping.Options{}, sha("x", "É")},
		{"empty keys do not count", `keys: [a, c]`, "", mapping.Options{}, sha("x")},
		{"literal first", `{key_literal: " Own ", key: a}`, "", mapping.Options{}, sha("Own", "x")},
		{"prefix before literal", `{key_literal: L, key: a}`, "", mapping.Options{KeyPrefix: "P"}, sha("P", "L", "x")},
		{"prefix of the file", `{key_literal: L, key: a}`, "key_prefix: Q", mapping.Options{KeyPrefix: "P"}, sha("P", "Q", "L", "x")},
		{"id column", `id_column: a`, "", mapping.Options{KeyPrefix: "P"}, "x"},
		{"letters are composed", `key: b`, "", mapping.Options{}, sha("\u00c9")},
		{"empty", `key: c`, "", mapping.Options{}, ""},
		{"empty with a literal", `{key: c, key_literal: L}`, "", mapping.Options{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			entity := strings.TrimSuffix(strings.TrimPrefix(tt.entity, "{"), "}")
			m, err := mapping.ParseWith("t", []byte(tt.top+"\nentities: {e: {schema: Person, "+entity+"}}"), tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			entities, _ := mapped(t, m, "csv", strings.Replace(table, "É", "E\u0301", 1))
			got := ""
			if len(entities) > 0 {
				got = string(entities[0].ID)
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestReferences(t *testing.T) {
	m := parse(t, `
entities:
  ownership:
    schema: Ownership
    key_literal: Ownership
    keys: [owner_id, asset_id]
    properties:
      owner: {entity: owner, required: true}
      asset: {entity: asset, required: true}
      percentage: {column: share}
  owner: {schema: Company, key: owner_id, properties: {name: owner}}
  asset: {schema: Company, key: asset_id, properties: {name: asset}}
`)
	entities, problems := mapped(t, m, "csv", "owner_id,owner,asset_id,asset,share\n1,A,2,B,50\n3,C,,,\n")
	want := []string{"Company name=A", "Company name=B", "Ownership owner=#1 asset=#2 percentage=50", "Company name=C"}
	if diff := cmp.Diff(want, short(entities)); diff != "" || len(problems) != 0 {
		t.Errorf("problems %v, want -, got +\n%s", problems, diff)
	}
	// A reference cites the cells that name the other entity.
	owner := entities[2].Values[0]
	if got := owner.Cells[0]; got.Text != "1" || got.At != (overt.Locator{Row: 2, Column: "owner_id"}) {
		t.Errorf("the owner cites %v", got)
	}
}

func TestOrigins(t *testing.T) {
	m := parse(t, `
entities:
  a:
    schema: Company
    key: id
    properties:
      name: {columns: [name, other]}
      country: {literal: fr}
      address: {columns: [street, town], join: ", "}
      incorporationDate: {column: born, pattern: '^(\S+)', format: "%d/%m/%Y"}
`)
	entities, _ := mapped(t, m, "csv", "id,name,other,street,town,born\n1, A ,A,Rue 1,Paris,01/02/2003 00:00\n")
	at := func(c string) overt.Locator { return overt.Locator{Row: 2, Column: c} }
	want := []mapping.Value{
		{Prop: "country", Clean: "fr", Original: "fr", Cells: []extract.Cell{{At: overt.Locator{Row: 2}}}},
		{Prop: "name", Clean: "A", Original: "A", Cells: []extract.Cell{{Text: " A ", At: at("name")}, {Text: "A", At: at("other")}}},
		{Prop: "address", Clean: "Rue 1, Paris", Original: "Rue 1, Paris", Cells: []extract.Cell{{Text: "Rue 1", At: at("street")}, {Text: "Paris", At: at("town")}}},
		{Prop: "incorporationDate", Clean: "2003-02-01", Original: "01/02/2003", Cells: []extract.Cell{{Text: "01/02/2003 00:00", At: at("born")}}},
	}
	if diff := cmp.Diff(want, entities[0].Values); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

func TestProblems(t *testing.T) {
	m := parse(t, `
entities:
  a:
    schema: Company
    key: id
    properties:
      name: name
      incorporationDate: born
  b: {schema: Person, key: person, required: true}
`)
	entities, problems := mapped(t, m, "csv", "id,name,born,person\n1,A,32 March,p\n2,B,2001-02,\n,C,,\n")
	if got := short(entities); !slices.Equal(got, []string{"Company name=A", "Person", "Company name=B incorporationDate=2001-02"}) {
		t.Errorf("got %q", got)
	}
	type place struct {
		Row              int64
		Column, Property string
		Fatal            bool
	}
	var got []place
	for _, p := range problems {
		got = append(got, place{p.Where.Row, p.Column, p.Property, p.Fatal})
		if strings.Contains(p.Reason, "March") || p.Reason == "" {
			t.Errorf("the reason must not repeat the value: %q", p.Reason)
		}
	}
	want := []place{{2, "born", "Company:incorporationDate", false}, {3, "", "", false}, {4, "", "", false}, {4, "", "", true}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

func TestFilters(t *testing.T) {
	const table = "id,kind,state\n1,a,on\n2,b,on\n3,a,off\n4,,on\n"
	for _, tt := range []struct{ filter, want string }{
		{`filters: {kind: a}`, "1 3"},
		{`filters_not: {kind: a}`, "2 4"},
		{`filters: {kind: [a, b]}`, "1 2 3"},
		{`{filters: {kind: a}, filters_not: {state: off}}`, "1"},
		{`filters_not: {kind: ""}`, "1 2 3"},
		{`filters: {kind: A}`, ""},
		{`when: {column: kind, is: A}`, "1 3"},
	} {
		filter := strings.TrimSuffix(strings.TrimPrefix(tt.filter, "{filters"), "}}")
		if filter != tt.filter {
			filter = "filters" + filter + "}"
			filter = strings.Replace(filter, ", filters_not", "\nfilters_not", 1)
		}
		m := parse(t, filter+"\nentities: {e: {schema: Person, id_column: id}}")
		entities, problems := mapped(t, m, "csv", table)
		var got []string
		for _, e := range entities {
			got = append(got, string(e.ID))
		}
		if strings.Join(got, " ") != tt.want || len(problems) != 0 {
			t.Errorf("%s: got %v, problems %v, want %s", tt.filter, got, problems, tt.want)
		}
	}
}

// TestEach makes an entity of each value of a cell, and refers to all of them.
func TestEach(t *testing.T) {
	m := parse(t, `
fields:
  numbers: {column: contracts, split: "/[;, ]+/", pattern: '^\d+$'}
entities:
  contract:
    schema: Contract
    each: numbers
    key: $item
    properties: {title: $item}
  use:
    schema: UseCase
    key: id
    properties: {name: name, contract: {entity: contract}, contractNumber: numbers}
`)
	entities, _ := mapped(t, m, "csv", "id,name,contracts\nu,Use,12; 34 and 56\nv,None,n/a\n")
	want := []string{
		"Contract title=12", "Contract title=34", "Contract title=56",
		"UseCase name=Use contract=#1 contract=#2 contract=#3 contractNumber=12 contractNumber=34 contractNumber=56",
		"UseCase name=None",
	}
	if diff := cmp.Diff(want, short(entities)); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
	if got := entities[1].Values[0].Cells[0]; got.Text != "12; 34 and 56" {
		t.Errorf("the contract cites %q, want the whole cell", got.Text)
	}
}

func TestTrees(t *testing.T) {
	m := parse(t, `
queries:
  - rows: /firms/*
    entities:
      firm:
        schema: Company
        key: id
        properties: {name: names, address: seat/town, keywords: "staff/*/role"}
  - rows: /firms/*
    each: staff
    fields: {firm_id: ../id}
    entities:
      firm: {schema: Company, key: firm_id}
      person: {schema: Person, key: name, properties: {name: name}}
      post:
        schema: Directorship
        keys: [firm_id, name]
        properties:
          director: {entity: person}
          organization: {entity: firm}
          role: role
`)
	text := `{"firms":[{"id":7,"names":["A","B"],"seat":{"town":"Bonn"},"staff":[{"name":"P","role":"boss"},{"name":"Q","role":null}]},{"id":"8"}]}`
	entities, problems := mapped(t, m, "json", text)
	want := []string{
		"Company name=A name=B address=Bonn keywords=boss", "Company",
		"Company", "Person name=P", "Directorship director=#4 organization=#1 role=boss",
		"Company", "Person name=Q", "Directorship director=#7 organization=#1",
	}
	if diff := cmp.Diff(want, short(entities)); diff != "" || len(problems) != 0 {
		t.Errorf("problems %v, want -, got +\n%s", problems, diff)
	}
	if got := entities[0].Values[1].Cells[0].At.Pointer; got != "/firms/0/names/1" {
		t.Errorf("got the pointer %s", got)
	}
	// Lines of JSON have rows and pointers both.
	m = parse(t, `{entities: {a: {schema: Person, key: id, properties: {name: who/name}}}}`)
	entities, _ = mapped(t, m, "jsonl", "{\"id\":1,\"who\":{\"name\":\"A\"}}\n{\"ID\":2}\n{\"id\":3}\n")
	if got := short(entities); !slices.Equal(got, []string{"Person name=A", "Person"}) {
		t.Errorf("got %q; paths in trees are exact", got)
	}
	if at := entities[0].Values[0].Cells[0].At; at.Row != 1 || at.Pointer != "/who/name" {
		t.Errorf("got the place %v", at)
	}
}

// TestWithheld: a withheld name is never an entity.
func TestWithheld(t *testing.T) {
	m := parse(t, `
ignore: [LAW ENFORCEMENT SENSITIVE, "#N/A", "/(?i)^redacted/"]
entities:
  firm: {schema: Company, key: name, properties: {name: name}}
  paid:
    schema: Payment
    key: id
    properties:
      beneficiary: {entity: firm}
      amount: amount
      description: {template: "to {{name}}", ignore: []}
`)
	entities, problems := mapped(t, m, "csv", "id,name,amount\n1,law  enforcement sensitive,5\n2,Redacted due to PII,6\n3,#N/A,7\n4,Acme,8\n")
	want := []string{
		"Payment amount=5 description=to law  enforcement sensitive", "Payment amount=6 description=to Redacted due to PII",
		"Payment amount=7 description=to #N/A", "Company name=Acme", "Payment beneficiary=#4 amount=8 description=to Acme",
	}
	got := short(entities)
	if diff := cmp.Diff(want, got); diff != "" || len(problems) != 0 {
		t.Errorf("problems %v, want -, got +\n%s", problems, diff)
	}
}
