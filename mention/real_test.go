package mention

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
