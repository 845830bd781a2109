package mapping_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/mapping"
)

const aForm = `
name: receipts
queries:
  - form:
      begins: [HARBOUR RECEIPT]
      fields:
        Number: {label: [No, Number], under: Receipt, value: '^[0-9]+$', required: true}
        Payer: {label: Received from, where: below, lines: 2}
        Ship: Name of the ship
    entities: {payment: {schema: Payment, keys: [Number], properties: {purpose: Ship}}}
`

func TestForm(t *testing.T) {
	m, err := mapping.Parse("f.yml", []byte(aForm))
	if err != nil {
		t.Fatal(err)
	}
	f := m.Queries[0].Form
	number, ship := f.Fields[0], f.Fields[2]
	if !m.OfDocuments() || len(f.Fields) != 3 || !number.Required || number.Under[0] != "Receipt" || ship.Name != "Ship" || ship.Lines != 1 {
		t.Errorf("got %+v", f)
	}
	if diff := cmp.Diff([]mapping.Side{mapping.Right, mapping.Below}, ship.Sides); diff != "" {
		t.Error(diff)
	}
	for _, tt := range []struct{ name, old, with, want string }{
		{"an unknown key", "required: true", "needed: true", `f.yml:7:74: unknown key "needed" in a field of a form`},
		{"a side that is none", "where: below", "where: above", "right of its label or below it"},
		{"a label without letters", "Name of the ship", `"--:"`, "printed words"},
		{"two groups", "^[0-9]+$", "^([0-9]+)-([0-9]+)$", "may have one group"},
		{"no label", "label: Received from, ", "", `field "Payer" of a form needs a label`},
		{"an unknown key of the form", "begins:", "starts:", `unknown key "starts" in a form`},
		{"too many lines", "lines: 2", "lines: 2000", "1 to 50"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := mapping.Parse("f.yml", []byte(strings.Replace(aForm, tt.old, tt.with, 1))); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %s", err, tt.want)
			}
		})
	}
}

func TestTakes(t *testing.T) {
	query := func(from string) string {
		return "name: x\nqueries:\n  - " + from + "\n    entities: {p: {schema: Person, keys: [Name], properties: {name: Name, birthDate: Born}}}\n"
	}
	header := []string{"NAME", "Born", "Town"}
	for _, tt := range []struct {
		from    string
		header  []string
		caption string
		page    int
		want    bool
	}{
		{"name: all", header, "", 1, true},
		{"name: all", header[:1], "", 1, false},
		{"from: {columns: [name]}", header[:1], "", 1, true},
		{"from: {columns: [name, seat]}", header, "", 1, false},
		{"from: {columns: [name], pages: [2, 4-6]}", header, "", 5, true},
		{"from: {columns: [name], pages: [2, 4-6]}", header, "", 3, false},
		{"from: {caption: '(?i)^members'}", header, "Members of the board", 1, true},
		{"from: {caption: '(?i)^members'}", header, "Debts", 1, false},
		{"from: {table: '^Sheet'}", header[1:], "", 0, true},
	} {
		m, err := mapping.Parse("t.yml", []byte(query(tt.from)))
		if err != nil {
			t.Fatal(err)
		}
		if got := m.Queries[0].Takes(tt.header, "Sheet1", tt.caption, tt.page); got != tt.want {
			t.Errorf("%s of %v under %q on page %d: %v", tt.from, tt.header, tt.caption, tt.page, got)
		}
	}
	if _, err := mapping.Parse("t.yml", []byte(query("from: {pages: [4-2]}"))); err == nil || !strings.Contains(err.Error(), "pages are written 3, or 3-7") {
		t.Errorf("got %v", err)
	}
}
