package mapping_test

import (
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/mapping"
)

func TestEmitErrorEnds(t *testing.T) {
	m := parse(t, `{entities: {a: {schema: Person, key: id}, b: {schema: Person, key: id}}}`)
	stop := errors.New("full")
	calls := 0
	err := m.Apply(m.Queries[0], &row{[]string{"id"}, []string{"1"}, 2}, func(mapping.Entity) error { calls++; return stop }, nil)
	if !errors.Is(err, stop) || calls != 1 {
		t.Errorf("got %v after %d calls, want the error of the first", err, calls)
	}
}

// TestConcurrent applies one mapping to tables with different headers at once.
func TestConcurrent(t *testing.T) {
	m := parse(t, `{entities: {a: {schema: Company, key: id, properties: {name: {first: [new name, old name]}}}}}`)
	headers := [][]string{{"ID", "New Name"}, {"old_name", "id"}}
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 200 {
				h := headers[(g+i)%2]
				values := []string{"1", "N"}
				if h[0] == "old_name" {
					values = []string{"O", "1"}
				}
				want := values[(g+i+1)%2]
				_ = m.Apply(m.Queries[0], &row{h, values, 2}, func(e mapping.Entity) error {
					if e.Values[0].Clean != want {
						t.Errorf("got %s, want %s", e.Values[0].Clean, want)
					}
					return nil
				}, nil)
			}
		})
	}
	wg.Wait()
}

func TestEnvironmentAndSQL(t *testing.T) {
	text := `
database: ${DB}
tables: [{table: company, alias: comp}, shares]
joins: [{left: comp.id, right: shares.owner}]
entities: {c: {schema: Company, key: comp.id, properties: {name: comp.name}}}
`
	t.Setenv("DB", "from the process")
	m, err := mapping.ParseWith("kek.yml", []byte(text), mapping.Options{Env: map[string]string{"OTHER": "x"}})
	if err != nil {
		t.Fatal(err)
	}
	q := m.Queries[0]
	want := &mapping.SQL{Database: "${DB}", Tables: []mapping.Table{{Name: "company", Alias: "comp"}, {Name: "shares", Alias: "shares"}}, Joins: []mapping.Join{{Left: "comp.id", Right: "shares.owner"}}}
	if diff := cmp.Diff(want, q.SQL); diff != "" || !q.NeedsSQL() || m.Name != "kek" {
		t.Errorf("name %q, want -, got +\n%s", m.Name, diff)
	}
	m, err = mapping.ParseWith("f.yml", []byte("set:\n  label: A set\n  queries:\n    - csv_url: $BASE/a.csv\n      csv_urls: ['${BASE}/b.csv']\n      entities: {p: {schema: Person, key: id}}\n"), mapping.Options{Env: map[string]string{"BASE": "http://h"}})
	if err != nil {
		t.Fatal(err)
	}
	if q := m.Queries[0]; !slices.Equal(q.Sources, []string{"http://h/a.csv", "http://h/b.csv"}) || q.Dataset != "set" || m.Name != "set" || m.Title != "A set" || q.NeedsSQL() {
		t.Errorf("got %q of dataset %q, mapping %q", q.Sources, q.Dataset, m.Name)
	}
}

func TestDigest(t *testing.T) {
	const text = `{entities: {p: {schema: Person, key: id}}}`
	if got, want := parse(t, text).Digest(), "sha256"; len(got) != 64 || got == want {
		t.Errorf("got %q", got)
	}
	if parse(t, text).Digest() == parse(t, text+"\n").Digest() {
		t.Error("different texts have one digest")
	}
}
