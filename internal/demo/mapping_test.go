package demo

import (
	"io/fs"
	"strconv"
	"testing"

	"overt"
	"overt/extract"
	"overt/ftm"
	"overt/internal/reference"
	"overt/mapping"
)

// A record is one line of a table, as extract would give it.
type record struct {
	header []string
	cells  row
	at     int64
}

func (r record) At() overt.Locator                 { return overt.Locator{Row: r.at} }
func (r record) Columns() []string                 { return r.header }
func (r record) Each(path string) []extract.Record { return nil }
func (r record) Cells(path string) []extract.Cell {
	text, ok := r.cells[path]
	if !ok {
		return nil
	}
	return []extract.Cell{{Text: text, At: overt.Locator{Row: r.at, Column: path}}}
}

// A world is what a mapping made of its tables.
type world struct {
	schema map[ftm.EntityID]string
	values map[ftm.EntityID]map[string][]string
}

// apply maps every row of every table and fails on any problem, and on any row
// that no query takes or that has no entity.
func apply(t *testing.T, files fs.FS, name string) world {
	t.Helper()
	text, err := fs.ReadFile(files, name)
	if err != nil {
		t.Fatal(err)
	}
	m, err := mapping.Parse(name, text)
	if err != nil {
		t.Fatal(err)
	}
	w := world{map[ftm.EntityID]string{}, map[ftm.EntityID]map[string][]string{}}
	mapped := map[string]map[int64]int{}
	for _, q := range m.Queries {
		for _, table := range q.Sources {
			header, rows := readTable(t, files, table)
			if mapped[table] == nil {
				mapped[table] = map[int64]int{}
			}
			for i, cells := range rows {
				rec := record{header, cells, int64(i + 2)}
				given := false
				err := m.Apply(q, rec, func(e mapping.Entity) error {
					given = true
					w.add(t, table+" row "+strconv.FormatInt(rec.at, 10), e)
					return nil
				}, func(p mapping.Problem) {
					t.Errorf("%s: %s: column %q, property %q: %s", table, p.Where, p.Column, p.Property, p.Reason)
				})
				if err != nil {
					t.Fatalf("%s row %d: %v", table, rec.at, err)
				}
				if given {
					mapped[table][rec.at]++
				}
			}
		}
	}
	tables, _ := fs.Glob(files, "*.csv")
	for _, table := range tables {
		_, rows := readTable(t, files, table)
		for i := range rows {
			if n := mapped[table][int64(i+2)]; n != 1 {
				t.Errorf("%s row %d is taken by %d queries, want 1", table, i+2, n)
			}
		}
	}
	return w
}

func (w world) add(t *testing.T, where string, e mapping.Entity) {
	t.Helper()
	if s := ftm.Default().Schema(e.Schema); s == nil || s.IsA("Person") {
		t.Errorf("%s gives a %s: the tables are about institutions", where, e.Schema)
	}
	if before := w.schema[e.ID]; before != "" {
		common, err := ftm.Default().Common(before, e.Schema)
		if err != nil {
			t.Errorf("%s: %s is a %s and a %s", where, e.ID, before, e.Schema)
		}
		w.schema[e.ID] = common
	} else {
		w.schema[e.ID] = e.Schema
		w.values[e.ID] = map[string][]string{}
	}
	for _, v := range e.Values {
		w.values[e.ID][v.Prop] = append(w.values[e.ID][v.Prop], v.Clean)
	}
}

// complete checks that whatever a reference leads to is there, with the
// schema it needs, and that each entity has what its schema requires.
func (w world) complete(t *testing.T) {
	t.Helper()
	for id, name := range w.schema {
		s := ftm.Default().Schema(name)
		for _, required := range s.Required {
			if len(w.values[id][required]) == 0 {
				t.Errorf("%s %s has no %s", name, id, required)
			}
		}
		for prop, values := range w.values[id] {
			p := s.Property(prop)
			if p == nil || p.Type.Name != "entity" {
				continue
			}
			for _, v := range values {
				other := ftm.Default().Schema(w.schema[ftm.EntityID(v)])
				if other == nil || !other.IsA(p.Range) {
					t.Errorf("%s %s: %s leads to %s, which is no %s", name, id, prop, v, p.Range)
				}
			}
		}
	}
}

// joins says whether an entity of the schema has both values.
func (w world) joins(schema, prop1, value1, prop2, value2 string) bool {
	for id, name := range w.schema {
		if name == schema && w.has(id, prop1, value1) && w.has(id, prop2, value2) {
			return true
		}
	}
	return false
}

func (w world) has(id ftm.EntityID, prop, value string) bool {
	for _, v := range w.values[id][prop] {
		if v == value {
			return true
		}
	}
	return false
}

func TestMappingTakesEveryRow(t *testing.T) {
	w := apply(t, Files(), Mapping)
	w.complete(t)
	for _, c := range []struct{ schema, prop1, value1, prop2, value2 string }{
		{"StatedPayment", "payer", "us-ice", "beneficiary", "org-four-points"},
		{"UnknownLink", "subject", "org-four-points", "object", "org-aws"},
		{"StatedPayment", "payer", "org-palantir", "beneficiary", "org-aws"},
		{"DataFlow", "source", "sys-sevis", "target", "sys-icm"},
		{"DataFlow", "source", "sys-icm", "target", "us-ice"},
		{"Hosting", "hosted", "sys-icm", "host", "org-aws"},
		{"Hosting", "hosted", "sys-ident", "host", "cld-aws-govcloud"},
		{"Leverages", "product", "cld-palantir-fcs", "platform", "cld-aws-govcloud"},
		{"Award", "authority", "us-ice", "supplier", "org-palantir"},
		{"Records", "notice", "pia-ice-045", "system", "sys-icm"},
		{"CloudProduct", "authorizationCount", "204", "authorizationCount", "110"},
		{"System", "recordsHeld", "230000000", "recordsHeld", "150000000"},
		{"Agency", "agencyCode", "7012", "abbreviation", "ICE"},
	} {
		if !w.joins(c.schema, c.prop1, c.value1, c.prop2, c.value2) {
			t.Errorf("no %s with %s %s and %s %s", c.schema, c.prop1, c.value1, c.prop2, c.value2)
		}
	}
}

func TestReferenceMappingTakesEveryRow(t *testing.T) {
	w := apply(t, reference.Files(), reference.Mapping)
	w.complete(t)
	for _, c := range []struct{ schema, prop1, value1, prop2, value2 string }{
		{"Agency", "agencyCode", "7012", "parent", "us-dhs"},
		{"Agency", "agencyCode", "4730", "agencyCode", "4735"},
		{"Agency", "cgacCode", "070", "abbreviation", "DHS"},
		{"Ownership", "owner", "org-amazon", "asset", "org-aws"},
		{"CloudProduct", "name", "Microsoft Azure", "provider", "org-microsoft"},
	} {
		if !w.joins(c.schema, c.prop1, c.value1, c.prop2, c.value2) {
			t.Errorf("no %s with %s %s and %s %s", c.schema, c.prop1, c.value1, c.prop2, c.value2)
		}
	}
}
