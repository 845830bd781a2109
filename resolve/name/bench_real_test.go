package name

import (
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"testing"

	"overt/internal/sharedtest"
)

func kindOf(schema string) Kind {
	switch schema {
	case "Person":
		return Person
	case "Vessel":
		return Thing
	}
	return Organisation
}

// rows reads a CSV file of the shared data without its head.
func rows(t testing.TB, parts ...string) [][]string {
	t.Helper()
	f, err := os.Open(sharedtest.Path(t, parts...))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	out, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return out[1:]
}

// TestNameBench is the share of right decisions on labelled pairs of names by
// the shipped threshold. The groups made by a language model have labels that
// contradict each other.
func TestNameBench(t *testing.T) {
	type tally struct{ right, all, wrongYes, wrongNo int }
	groups := map[string]*tally{}
	total := &tally{}
	for _, row := range rows(t, "name-matching", "nomenklatura-name-bench", "cases_dev.csv") {
		k := kindOf(row[1])
		a, b := Parse(row[2], k, Hint{}), Parse(row[3], k, Hint{})
		r := Compare(a, b, nil)
		want := row[4] == "true"
		for _, key := range []string{row[0], "schema " + row[1]} {
			if groups[key] == nil {
				groups[key] = &tally{}
			}
		}
		for _, g := range []*tally{groups[row[0]], groups["schema "+row[1]], total} {
			g.all++
			switch {
			case r.Same() == want:
				g.right++
			case want:
				g.wrongNo++
			default:
				g.wrongYes++
			}
		}
		if r.Same() != want && os.Getenv("OVERT_ERRORS") != "" {
			fmt.Printf("%-15s %-12s want=%-5v %-60s | %-60s %s (%s) [%s] [%s]\n", row[0], row[1], want, row[2], row[3], r.Level.In(r.Kind), r.Why, a, b)
		}
	}
	for _, g := range slices.Sorted(maps.Keys(groups)) {
		t.Logf("%-20s %3d of %3d, false yes %d, false no %d", g, groups[g].right, groups[g].all, groups[g].wrongYes, groups[g].wrongNo)
	}
	share := float64(total.right) / float64(total.all)
	t.Logf("all: %.3f", share)
	if share < 0.87 {
		t.Errorf("right decisions: %.3f, want 0.87", share)
	}
}

func gunzip(t *testing.T, path string) io.Reader {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	return z
}
