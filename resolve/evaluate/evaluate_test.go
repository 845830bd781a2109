package evaluate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/internal/sharedtest"
	"overt/resolve/match"
)

// Clusters {a b} {c d e} of entities {a b c} {d e}: by hand.
func TestMeasures(t *testing.T) {
	var records []match.Record
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		records = append(records, match.Record{ID: id})
	}
	var r Report
	r.measureClusters([]match.Cluster{{Members: []string{"a", "b"}}, {Members: []string{"c", "d", "e"}}}, records, []int{0, 0, 0, 3, 3})
	if diff := cmp.Diff(&Rates{2. / 4, 2. / 4, .5}, r.Pairwise); diff != "" {
		t.Errorf("pairwise:\n%s", diff)
	}
	precision, recall := (1+1+1./3+2./3+2./3)/5, (2./3+2./3+1./3+1+1)/5
	if got := *r.BCubed; got.Precision-precision > 1e-12 || got.Recall-recall > 1e-12 || precision-got.Precision > 1e-12 {
		t.Errorf("B³ %+v, want %v and %v", got, precision, recall)
	}
	if r.Exact.Recall != 0 || r.MergeCost != 2./5 || r.Truth != 4 {
		t.Errorf("whole %v, mends %v, truth %d", r.Exact, r.MergeCost, r.Truth)
	}
	r = Report{}
	r.curve([]decided{{.9, true}, {.8, false}, {.6, true}}, 4)
	if want := (1. + 2./3) / 4; r.Average-want > 1e-12 || want-r.Average > 1e-12 {
		t.Errorf("average precision %v, want %v", r.Average, want)
	}
	if want := (.01 + .64 + .16) / 3; r.Brier-want > 1e-12 || want-r.Brier > 1e-12 {
		t.Errorf("Brier %v, want %v", r.Brier, want)
	}
}

func TestFill(t *testing.T) {
	row := map[string]string{"a": "x", "b": "", "c": "y  z"}
	for in, want := range map[string]string{"{a}": "x", "{b}": "", "{b} {b}": "", "{a}, {b}, {c}": "x, y z", "{b}, {a}": "x", "all": "all", "{none}": "", "v{a}": "vx"} {
		if got := template(in).fill(row); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"no tables":      {"name: x\n", "it needs a name and tables"},
		"unknown key":    {"name: x\nfoo: 1\n", "foo"},
		"two characters": {"name: x\ntables: [{file: a, source: s, schema: Person, separator: '||', values: {name: '{n}'}}]\n", "one character"},
		"no schema":      {"name: x\ntables: [{file: a, source: s, schema: Persona, values: {name: '{n}'}}]\n", `schema "Persona" is not in the model`},
		"half a pair":    {"name: x\ntables: [{file: a, source: s, schema: Person, left: {name: '{n}'}}]\n", "left and right"},
		"bad pattern":    {"name: x\ntables: [{file: a, source: s, schema: Person, pattern: '(', values: {name: '{n}'}}]\n", "pattern"},
		"no requests":    {"name: x\ntables: [{file: a, source: s, schema: Person, values: {name: '{n}'}}]\nscreen: {requests: [t]}\n", `no table has the source "t"`},
	} {
		path := filepath.Join(t.TempDir(), "set.yaml")
		if err := os.WriteFile(path, []byte(tt.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v, want %s", name, err, tt.want)
		}
	}
}

// Floors stand just beneath what was measured: same defaults for all sets. All of
// them, and the large ones, are held by TestResolution.
func TestRealSets(t *testing.T) {
	root := sharedtest.Path(t, "entity-resolution")
	for _, tt := range []struct {
		set        string
		records    int
		truth      int
		f1, bCubed float64
	}{
		{"febrl1", 1000, 500, .9985, .999},
		{"rldata500", 500, 50, .95, .995},
		{"fake1000", 1000, 2031, .82, .87},
		{"restaurants", 2595, 89, .80, .99},
	} {
		r := measureSet(t, filepath.Dir(root), tt.set, Config{Twice: tt.set == "febrl1"})
		if r.Records != tt.records || r.Truth != tt.truth {
			t.Errorf("%s: %d records and %d true pairs, want %d and %d", tt.set, r.Records, r.Truth, tt.records, tt.truth)
		}
		if r.Pairwise.F1 < tt.f1 || r.BCubed.F1 < tt.bCubed {
			t.Errorf("%s: F1 %.4f, B³ %.4f, want %.4f and %.4f", tt.set, r.Pairwise.F1, r.BCubed.F1, tt.f1, tt.bCubed)
		}
		if r.Same != "" && r.Same != "yes" {
			t.Errorf("%s: another order gives another result: %s", tt.set, r.Same)
		}
	}
	pairs := measureSet(t, filepath.Dir(root), "name-pairs", Config{})
	if pairs.Accuracy < .86 {
		t.Errorf("labelled names: accuracy %.4f", pairs.Accuracy)
	}
	listed := measureSet(t, filepath.Dir(root), "un-list", Config{})
	if s := listed.Screening; s.Requests != 683 || s.First < 665 {
		t.Errorf("damaged names: %d of %d stand first", s.First, s.Requests)
	}
}

func measureSet(t *testing.T, root, set string, cfg Config) *Report {
	t.Helper()
	d, err := Read(filepath.Join("sets", set+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	cfg.Root = root
	r, err := Run(t.Context(), d, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func FuzzRows(f *testing.F) {
	f.Add("COL name VAL a\tCOL name VAL b\t1\n", "col-val")
	f.Add("n,m\n\"a,b\n", "csv")
	f.Fuzz(func(t *testing.T, text, format string) {
		path := filepath.Join(t.TempDir(), "rows")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		last := 0
		_ = rows("", form{File: path, Format: format}, nil, func(n int, row map[string]string) error {
			if n != last+1 || len(row) == 0 {
				t.Errorf("row %d after %d: %v", n, last, row)
			}
			last = n
			return nil
		})
	})
}
