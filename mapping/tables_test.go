package mapping_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/mapping"
)

// TestColumnsOfTables: a bare name is that of the first table that has it, and no
// alias leads to what is refused.
func TestColumnsOfTables(t *testing.T) {
	m := parse(t, `
tables: [{table: person, alias: a}, {table: person, alias: b}]
joins: [{left: a.boss, right: b.id}]
filters: {A.KIND: [x, ''], f: y}
filters_not: {name: z}
fields: {f: b.name}
entities: {p: {schema: Person, key: id, properties: {name: b.name, notes: {columns: [a.face_template, b.gps_track]}, summary: "#2"}}}
`)
	q := m.Queries[0]
	header := []string{"a.id", "a.name", "a.kind", "a.boss", "a.face_template", "b.id", "b.name", "b.kind", "b.gps_track"}
	for name, want := range map[string]string{
		"id": "a.id", "b.id": "b.id", "B.ID": "b.id", "Kind": "a.kind", "#6": "b.id", "face template": "a.face_template", "none": "",
	} {
		if got := q.Find(header, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := q.Wanted(header); !slices.Equal(got, []string{"a.id", "a.name", "a.kind", "b.name"}) {
		t.Errorf("wanted are %q", got)
	}
	if !q.Refused(header, "a.face_template") || !q.Refused(header, "b.gps_track") || q.Refused(header, "b.name") {
		t.Error("other columns are refused")
	}
	want := []mapping.Filter{{Column: "A.KIND", Values: []string{"", "x"}}, {Column: "name", Values: []string{"z"}, Not: true}}
	if diff := cmp.Diff(want, q.SQL.Filters); diff != "" {
		t.Errorf("filters of the database differ (-want +got):\n%s", diff)
	}
}
