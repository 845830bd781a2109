package mapping_test

import (
	"path/filepath"
	"testing"

	"overt/extract/open"
	"overt/mapping"
)

// one maps one real file by its pack, header line or not, as an import does.
func one(t testing.TB, path, pack string) *result {
	t.Helper()
	r := newResult()
	r.file(t, path, pack)
	return r
}

// file adds one real file to the result.
func (r *result) file(t testing.TB, path, pack string) {
	t.Helper()
	path = filepath.Join(shared(t), filepath.FromSlash(path))
	r.load(t, path, pack, open.Options{Header: mapping.Pack(pack).Header})
}

// TestOFACReal holds the counts of the files, and that the three join by number.
func TestOFACReal(t *testing.T) {
	const dir = "watchlists/ofac-2021-04/"
	r := one(t, dir+"sdn.csv.gz", "ofac-sdn")
	if r.records != 8890 || len(r.of("Sanction")) != 8890 {
		t.Errorf("got %d rows, %d sanctions, want 8890", r.records, len(r.of("Sanction")))
	}
	for schema, want := range map[string]int{"Person": 4566, "Organization": 3644, "Vessel": 403, "Airplane": 277} {
		if got := len(r.of(schema)); got != want {
			t.Errorf("%s: got %d, want %d", schema, got, want)
		}
	}
	t.Logf("%d entities, %v", len(r.entities), summary(r.problems))
	for _, tt := range []struct {
		file, pack string
		rows       int
		problems   int // a country that is no more
	}{{"add", "ofac-sdn-addresses", 13761, 2}, {"alt", "ofac-sdn-aliases", 11742, 0}} {
		more := one(t, dir+tt.file+".csv.gz", tt.pack)
		t.Logf("%d entities, %v", len(more.entities), summary(more.problems))
		if more.records != tt.rows || len(more.problems) != tt.problems {
			t.Errorf("%s: got %d rows, problems %v, want %d and %d", tt.file, more.records, summary(more.problems), tt.rows, tt.problems)
		}
		for id := range more.entities {
			if r.entities[id] == nil {
				t.Errorf("%s: %s is not in sdn.csv", tt.file, id)
			}
		}
	}
}
