package mapping_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"overt/extract"
	"overt/extract/open"
	"overt/internal/decimal"
	"overt/mapping"
)

// A result is what mapping one or more files gave.
type result struct {
	entities map[string]*merged
	records  int
	emitted  int
	problems []mapping.Problem
}

// merged is an entity over all its sightings.
type merged struct {
	id       string
	schemata map[string]bool
	values   map[string]map[string]bool
	cells    map[string]int // places by property
}

func (m *merged) one(prop string) string {
	for v := range m.values[prop] {
		return v
	}
	return ""
}

func (m *merged) has(prop, value string) bool { return m.values[prop][value] }

func newResult() *result { return &result{entities: map[string]*merged{}} }

func (r *result) add(e mapping.Entity) {
	r.emitted++
	m := r.entities[string(e.ID)]
	if m == nil {
		m = &merged{id: string(e.ID), schemata: map[string]bool{}, values: map[string]map[string]bool{}, cells: map[string]int{}}
		r.entities[string(e.ID)] = m
	}
	m.schemata[e.Schema] = true
	for _, v := range e.Values {
		if m.values[v.Prop] == nil {
			m.values[v.Prop] = map[string]bool{}
		}
		m.values[v.Prop][v.Clean] = true
		m.cells[v.Prop] += len(v.Cells)
	}
}

// of gives the entities of a schema.
func (r *result) of(schema string) []*merged {
	var out []*merged
	for _, m := range r.entities {
		if m.schemata[schema] {
			out = append(out, m)
		}
	}
	return out
}

func source(path string) extract.Source {
	return extract.Source{Name: filepath.Base(path), Open: func() (io.ReadCloser, error) { return os.Open(path) }}
}

// load maps one file by the pack of the given name, or the one detected.
func (r *result) load(t testing.TB, path, want string, opts open.Options) {
	t.Helper()
	parts, err := open.Open(t.Context(), source(path), opts)
	if err != nil {
		t.Fatalf("open %s: %v", path, err)
	}
	for _, part := range parts {
		m := detect(t, path, part, want)
		r.apply(t, m, part.Reader)
	}
}

// detect looks at the head of a part as an importer does, and wants a pack.
func detect(t testing.TB, path string, part extract.Part, want string) *mapping.Mapping {
	t.Helper()
	h := mapping.Head{Name: filepath.Base(path)}
	if part.Outline != nil {
		var err error
		if h.Outline, err = part.Outline(t.Context(), mapping.Sought()); err != nil {
			t.Fatal(err)
		}
	}
	if n := 0; part.Reader.Info().Format == extract.CSV {
		for rec, err := range part.Reader.Records(t.Context(), "") {
			if err == nil {
				h.Records = append(h.Records, rec)
			}
			if n++; n >= 20 {
				break
			}
		}
	}
	h.Info = part.Reader.Info()
	found, err := mapping.Detect(h)
	if err != nil {
		t.Fatal(err)
	}
	if len(found) == 0 || found[0].Mapping == nil || found[0].Mapping.Name != want {
		t.Fatalf("%s: detected %v, want %s", path, found, want)
	}
	return found[0].Mapping
}

func (r *result) apply(t testing.TB, m *mapping.Mapping, reader extract.Reader) {
	t.Helper()
	for _, q := range m.Queries {
		for rec, err := range reader.Records(t.Context(), q.Rows) {
			var row *extract.RowError
			if errors.As(err, &row) {
				t.Errorf("row left out: %v", err)
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			r.records++
			emit := func(e mapping.Entity) error {
				for _, v := range e.Values {
					if len(v.Cells) == 0 {
						t.Fatalf("%s %s: %s has no cell", e.Schema, e.ID, v.Prop)
					}
				}
				r.add(e)
				return nil
			}
			if err := m.Apply(q, rec, emit, func(p mapping.Problem) { r.problems = append(r.problems, p) }); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// sum adds the only value of a property over entities.
func sum(t testing.TB, entities []*merged, prop string) string {
	t.Helper()
	var total decimal.Decimal
	for _, e := range entities {
		for v := range e.values[prop] {
			d, err := decimal.Parse(v)
			if err != nil {
				t.Fatal(err)
			}
			total = total.Add(d)
		}
	}
	return total.StringFixed(2)
}

func summary(ps []mapping.Problem) map[string]int {
	out := map[string]int{}
	for _, p := range ps {
		out[p.Column+" → "+p.Property+": "+p.Reason]++
	}
	return out
}
