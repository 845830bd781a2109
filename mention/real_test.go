package mention

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt/ftm"
	"overt/internal/language"
)

// realRows reads a table of the shared data, as values by column. The names of
// the columns are those given, else the first row.
func realRows(t *testing.T, columns []string, parts ...string) []map[string]string {
	t.Helper()
	root := cmp.Or(os.Getenv("OVERT_SHARED"), filepath.Join("..", "..", "shared"))
	f, err := os.Open(filepath.Join(append([]string{root, "data"}, parts...)...))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("the shared data is not here (%s); set OVERT_SHARED to the folder that holds data/", filepath.Join(parts...))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var in io.Reader = f
	if strings.HasSuffix(parts[len(parts)-1], ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	r := csv.NewReader(in)
	r.LazyQuotes, r.FieldsPerRecord = true, -1
	head := columns
	if head == nil {
		if head, err = r.Read(); err != nil {
			t.Fatal(err)
		}
	}
	var rows []map[string]string
	for {
		record, err := r.Read()
		if err == io.EOF {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		row := map[string]string{}
		for i := range min(len(head), len(record)) {
			row[strings.TrimPrefix(head[i], "\ufeff")] = record[i]
		}
		rows = append(rows, row)
	}
}

// TestRealContracts: the numbers of contracts in a table are found in a
// sentence, as they stand.
func TestRealContracts(t *testing.T) {
	for _, tt := range []struct {
		file   []string
		column string
		least  float64
	}{
		{[]string{"procurement", "cbp-ice-transactions", "CBP_ICE_FY2024_Contract_Obligations.csv.gz"}, "Award ID", 0.98},
		{[]string{"procurement", "usaspending-ice-fy13-17", "fy14.csv.gz"}, "award", 0.9},
		{[]string{"procurement", "usaspending-ice-fy13-17", "fy14.csv.gz"}, "parent", 0.9},
	} {
		seen, found, missed := map[string]bool{}, 0, []string{}
		var columns []string
		if tt.column != "Award ID" { // these files have no header
			columns = []string{"award", "", "", "", "", "parent"}
		}
		for _, row := range realRows(t, columns, tt.file...) {
			id := row[tt.column]
			if id == "" || seen[id] {
				continue
			}
			seen[id] = true
			ok := false
			Patterns("Under contract "+id+", the vendor delivers.", Options{}, func(s Span) { ok = ok || s.Kind == Contract && s.Value == id })
			if ok {
				found++
			} else if len(missed) < 10 {
				missed = append(missed, id)
			}
		}
		share := float64(found) / float64(max(len(seen), 1))
		t.Logf("%s: %d of %d found; not %q", tt.column, found, len(seen), missed)
		if len(seen) == 0 || share < tt.least {
			t.Errorf("%s: %.3f of %d found, want %.2f", tt.column, share, len(seen), tt.least)
		}
	}
}

// TestRealFrequent: no name of one word that is admitted, and no acronym, is an
// everyday word that public records have with a capital all the time.
func TestRealFrequent(t *testing.T) {
	for _, file := range []string{"federal-register-sorn/sorn_abstracts_dev.csv", "ai-use-cases/2024_consolidated_ai_inventory_raw_v2.csv.gz"} {
		count, size := map[string]int{}, 0
		for _, row := range realRows(t, nil, append([]string{"federal-systems"}, strings.Split(file, "/")...)...) {
			for _, text := range row {
				if len(text) < 60 {
					continue // no sentence
				}
				size += len(text)
				var w words
				w.reset(text)
				for w.next() {
					if w.word.flags&upperFirst != 0 && w.word.flags&hasLower != 0 {
						count[text[w.word.start:w.word.end]]++
					}
				}
			}
		}
		for word, n := range count {
			rate := float64(n) * 1e6 / float64(size)
			key, _, err := admit(Entry{Text: word, Entity: "e"})
			if rate > 50 && err == nil && language.IsEveryday(key[0]) {
				t.Errorf("%s: %q is admitted, and stands %.0f times in a megabyte", file, word, rate)
			}
		}
	}
}

// TestRealNames: names of a list of sanctioned persons, ships and companies are
// found where they stand in a sentence, but for those that are refused.
func TestRealNames(t *testing.T) {
	var entries []Entry
	refused := 0
	columns := []string{"id", "name"}
	for _, row := range realRows(t, columns, "watchlists", "ofac-2021-04", "sdn.csv.gz") {
		e := Entry{Text: row["name"], Entity: ftm.EntityID(row["id"])}
		if _, _, err := admit(e); err != nil {
			refused++
			continue
		}
		entries = append(entries, e)
	}
	n, missed := built(t, entries...), []string{}
	for _, e := range entries {
		found := false
		n.Find("It was sold to "+e.Text+", which paid.", func(s Span) {
			found = found || slices.ContainsFunc(s.Candidates, func(c Candidate) bool { return c.Entity == e.Entity })
		})
		if !found {
			missed = append(missed, e.Text)
		}
	}
	t.Logf("%d names, %d refused, %d not found: %.20q", len(entries), refused, len(missed), missed)
	if len(entries) < 8000 || refused > 20 || len(missed) > 0 {
		t.Errorf("%d names admitted, %d refused, %d not found", len(entries), refused, len(missed))
	}
}
