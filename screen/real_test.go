package screen_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt/ftm"
	"overt/gate"
	"overt/internal/hometest"
	"overt/internal/sharedtest"
	"overt/pipeline"
	"overt/screen"
)

// lists imports the lists of 2021 and gives what a desk shows of them.
func lists(t *testing.T, do func(context.Context, *gate.Desk) error) {
	t.Helper()
	h := hometest.Memory(t)
	h.Import(t, pipeline.Request{Paths: []string{sharedtest.Path(t, "watchlists", "eu-journal"), sharedtest.Path(t, "watchlists", "ofac-2021-04")}})
	desk(t, h, do)
}

func desk(t *testing.T, h *hometest.Home, do func(context.Context, *gate.Desk) error) {
	t.Helper()
	ctx := context.Background()
	pass, err := h.Gate.Open(ctx, gate.Visit{Actor: h.Actor})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gate.Ask(ctx, pass, gate.Act{Action: "screen"}, false, func(ctx context.Context, d *gate.Desk) (int, error) { return 0, do(ctx, d) }); err != nil {
		t.Fatal(err)
	}
}

func rows(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	all, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, r := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = r[i]
		}
		out = append(out, row)
	}
	return out
}

func personOf(r map[string]string, full bool) screen.Query {
	q := screen.Query{Schema: "Person", Properties: map[string][]string{"name": {r["full_name"]}}}
	if full {
		q.Properties["birthDate"] = []string{r["date_of_birth"]}
		q.Properties["nationality"] = []string{r["nationality"]}
	}
	return q
}

// TestRealLists screens people who are on no list, vendors of an agency, and those who
// are listed, against lists that are there.
func TestRealLists(t *testing.T) {
	lists(t, func(ctx context.Context, d *gate.Desk) error {
		x, err := screen.Build(ctx, d.View, nil)
		if err != nil {
			return err
		}
		t.Logf("%d entities of %v", x.Len(), x.Datasets())
		screened := func(what string, queries []screen.Query) int {
			answered, err := x.Answer(ctx, d.View, queries, must(screen.Options{}.WithDefaults()))
			if err != nil {
				t.Fatal(err)
			}
			n := 0
			for _, a := range answered {
				if a.Err != nil {
					t.Errorf("%s: %v: %v", what, a.Query.Properties, a.Err)
				}
				if len(a.Results) > 0 && a.Results[0].Match {
					n++
				}
			}
			t.Logf("%s: %d of %d are hit", what, n, len(queries))
			return n
		}
		var bare, full []screen.Query
		for _, r := range rows(t, sharedtest.Path(t, "name-matching", "yente-candidate-generation", "negatives_us.csv.gz"))[:600] {
			bare, full = append(bare, personOf(r, false)), append(full, personOf(r, true))
		}
		if n := screened("on no list, by name, birth date and nationality", full); n > 2 {
			t.Errorf("%d of 600 who are on no list are hit", n)
		}
		if n := screened("on no list, by name", bare); n > 4 {
			t.Errorf("%d of 600 who are on no list are hit by name", n)
		}
		seen := map[string]bool{}
		var vendors []screen.Query
		for _, f := range []string{"2024"} {
			for _, r := range rows(t, sharedtest.Path(t, "procurement", "cbp-ice-transactions", "CBP_ICE_FY"+f+"_Contract_Obligations.csv.gz")) {
				if name := r["Recipient Name"]; !seen[name] {
					seen[name] = true
					vendors = append(vendors, screen.Query{Schema: "Company", Properties: map[string][]string{"name": {name}}})
				}
			}
		}
		if n := screened("vendors", vendors); n > 15 {
			t.Errorf("%d of the vendors are hit", n)
		}
		return nil
	})
}

// TestRealTypos screens people as somebody mistyped them against the list they are on:
// row n of one file is row n of the other.
func TestRealTypos(t *testing.T) {
	dir := sharedtest.Path(t, "name-matching", "yente-candidate-generation")
	right, typed := rows(t, filepath.Join(dir, "positives_un_untreated.csv")), rows(t, filepath.Join(dir, "positives_un_treated.csv"))
	var lines []string
	for i, r := range right {
		q := personOf(r, true)
		raw, err := json.Marshal(map[string]any{"id": fmt.Sprintf("un-%d", i), "schema": "Person", "properties": q.Properties})
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(raw))
	}
	h := hometest.Memory(t)
	listed(t, h, "un", "2024-01-01", lines...)
	for _, tt := range []struct {
		full  bool
		least int
	}{{true, 600}, {false, 500}} {
		var queries []screen.Query
		for _, r := range typed {
			queries = append(queries, personOf(r, tt.full))
		}
		first, matched := 0, 0
		for i, a := range answers(t, h, screen.Options{}, nil, queries...) {
			want := ftm.EntityID(fmt.Sprintf("un-%d", i))
			if len(a.Results) > 0 && a.Results[0].ID == want {
				first++
			}
			for _, r := range a.Results {
				if r.ID == want && r.Match {
					matched++
				}
			}
		}
		t.Logf("with dates %v: %d of %d come first, %d are matches", tt.full, first, len(queries), matched)
		if matched < tt.least {
			t.Errorf("with dates %v: %d are matches, want %d or more", tt.full, matched, tt.least)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestRealUpdate clears every hit of OFAC's list, and takes in a newer state of it in
// which some of them say otherwise: those come back, and no others. No second state
// of that list is at hand, so the newer one is the first, changed in known places.
func TestRealUpdate(t *testing.T) {
	h := hometest.Memory(t)
	old := sharedtest.Path(t, "watchlists", "ofac-2021-04")
	h.Import(t, pipeline.Request{Paths: []string{old}, Observed: "2021-04-01"})
	var queries []screen.Query
	for i, r := range sdn(t, filepath.Join(old, "sdn.csv.gz")) {
		if i%400 == 0 && r[2] == "individual" {
			queries = append(queries, person(r[1], "id", "customer-"+r[0]))
		}
	}
	hits := func() (open, cleared map[ftm.EntityID]int) {
		open, cleared = map[ftm.EntityID]int{}, map[ftm.EntityID]int{}
		for _, a := range answers(t, h, screen.Options{}, nil, queries...) {
			for _, r := range a.Results {
				switch {
				case r.Cleared != nil:
					cleared[r.ID]++
				case r.Match:
					open[r.ID]++
				}
			}
		}
		return open, cleared
	}
	for _, a := range answers(t, h, screen.Options{}, nil, queries...) {
		for i := range a.Results {
			if a.Results[i].Match {
				clearing(t, h, &a.Results[i])
			}
		}
	}
	open, cleared := hits()
	if len(open) > 0 || len(cleared) < 5 {
		t.Fatalf("after clearing: open %v, cleared %v", open, cleared)
	}
	t.Logf("%d requests, %d entities hit and cleared", len(queries), len(cleared))

	// The newer state: every second of those has its name otherwise, all have another title.
	renamed := map[string]bool{}
	for id := range cleared {
		if number := strings.TrimPrefix(string(id), "ofac-"); len(renamed) < len(cleared)/2 {
			renamed[number] = true
		}
	}
	newer := filepath.Join(t.TempDir(), "ofac-2021-05")
	change := func(name string, row func([]string)) {
		rewrite(t, filepath.Join(old, name), filepath.Join(newer, name), row)
	}
	change("sdn.csv.gz", func(r []string) {
		if r[4] = "Newly titled"; renamed[r[0]] {
			r[1] = strings.ToUpper(r[1])
		}
	})
	change("alt.csv.gz", func([]string) {})
	change("add.csv.gz", func([]string) {})
	h.Import(t, pipeline.Request{Paths: []string{newer}, Observed: "2021-05-01"})
	open, still := hits()
	if len(open)+len(still) != len(cleared) {
		t.Errorf("%d open and %d cleared, of %d", len(open), len(still), len(cleared))
	}
	for id := range cleared {
		if name := strings.TrimPrefix(string(id), "ofac-"); (open[id] > 0) != renamed[name] {
			t.Errorf("%s: open %d, cleared %d; told otherwise: %v", id, open[id], still[id], renamed[name])
		}
	}
}

// sdn reads a list without a header.
func sdn(t *testing.T, path string) (out [][]string) {
	t.Helper()
	rewrite(t, path, filepath.Join(t.TempDir(), "copy.csv.gz"), func(r []string) { out = append(out, slices.Clone(r)) })
	return out
}

// rewrite writes a list anew, each row changed.
func rewrite(t *testing.T, from, to string, row func([]string)) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	unpacked, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(unpacked)
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	all, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		if len(one) > 4 {
			row(one)
		}
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	packed := gzip.NewWriter(f)
	w := csv.NewWriter(packed)
	if err := errors.Join(w.WriteAll(all), packed.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
}
