package mapping_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"overt/extract/open"
	"overt/internal/sharedtest"
)

// TestOCDSReal holds that releases, records and versioned releases of one
// process give the same entities, and that amendments keep what was.
func TestOCDSReal(t *testing.T) {
	dir := filepath.Join(sharedtest.Path(t), "procurement", "ocds-sample", "1.1")
	ids := func(r *result) string {
		var out []string
		for id := range r.entities {
			out = append(out, id)
		}
		slices.Sort(out)
		return strings.Join(out, " ")
	}
	single := newResult()
	names, err := filepath.Glob(filepath.Join(dir, "ocds-213czf-000-00001-0*.json"))
	if err != nil || len(names) != 6 {
		t.Fatalf("%d releases, %v", len(names), err)
	}
	for _, n := range names {
		single.load(t, n, "ocds-packages", open.Options{})
	}
	for _, name := range []string{"ocds-213czf-000-00001.json", "record/ocds-213czf-000-00001.json", "record/ocds-213czf-000-00001-withversions.json"} {
		r := newResult()
		r.load(t, filepath.Join(dir, filepath.FromSlash(name)), "ocds-packages", open.Options{})
		if len(r.problems) != 0 || len(r.entities) != 9 || ids(r) != ids(single) {
			t.Errorf("%s: %d entities, problems %v, want the 9 of the single releases", name, len(r.entities), summary(r.problems))
		}
		if got := sum(t, r.of("Payment"), "amount"); got != "60000.00" {
			t.Errorf("%s: %s paid, want 60000.00", name, got)
		}
		versions := strings.Contains(name, "versions") || !strings.Contains(name, "record")
		for _, a := range r.of("Award") {
			switch a.one("awardType") {
			case "award":
				if a.has("status", "pending") != versions || !a.has("status", "active") || !a.has("currentValue", "11000000") || len(a.values["supplier"]) != 1 || len(a.values["authority"]) != 1 {
					t.Errorf("%s: award %v", name, a.values)
				}
			case "contract":
				if len(a.values["awardedBy"]) != 1 || len(a.values["currentValue"]) != 0 || !a.has("amount", "11000000") {
					t.Errorf("%s: contract %v", name, a.values)
				}
			default:
				t.Errorf("%s: neither award nor contract: %v", name, a.values)
			}
		}
		for _, c := range r.of("CallForTenders") {
			if len(c.values["tenderers"]) != 2 || c.has("notes", "Estimated value: 1000000 GBP") != versions || !c.has("notes", "Estimated value: 1100000 GBP") {
				t.Errorf("%s: tender %v", name, c.values)
			}
		}
	}
}

// TestOCDSPacksAgree holds that a release says the same by itself, in a package,
// and in a record, compiled or embedded.
func TestOCDSPacksAgree(t *testing.T) {
	text, err := os.ReadFile(fixture(t, "ocds-releases"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	list := strings.ReplaceAll(strings.TrimSpace(string(text)), "\n", ",")
	read := func(text, pack string) *result {
		path := filepath.Join(t.TempDir(), "one.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		r := newResult()
		r.load(t, path, pack, open.Options{})
		return r
	}
	one, all := read(first, "ocds-releases"), read(string(text), "ocds-releases")
	for _, tt := range []struct {
		text string
		want *result
	}{
		{`{"releases":[` + list + `]}`, all},
		{`{"records":[{"ocid":"ocds-test01-0","releases":[` + list + `]}]}`, all},
		{`{"records":[{"ocid":"ocds-test01-0","compiledRelease":` + first + `}]}`, one},
	} {
		got := read(tt.text, "ocds-packages")
		if len(got.entities) < 3 || !reflect.DeepEqual(got.entities, tt.want.entities) {
			t.Errorf("%.40s…: %d entities differ from the %d of the releases", tt.text, len(got.entities), len(tt.want.entities))
		}
	}
}
