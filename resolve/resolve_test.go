package resolve_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt/driver/memory"
	"overt/ftm"
	"overt/graph"
	"overt/pipeline"
	"overt/policy"
	"overt/policy/policytest"
	"overt/resolve"
	"overt/statement"
)

// keep imports lines, each a run of its own, and gives their datasets and ids.
func keep(t *testing.T, extent statement.Extent, lines ...string) (store *memory.Store, all []string, ids map[ftm.EntityID]bool) {
	t.Helper()
	store, ids = new(memory.Store), map[ftm.EntityID]bool{}
	for i, line := range lines {
		dataset, stmts := said(line)
		label := policy.Label{Dataset: dataset}
		all = append(all, dataset)
		w, err := store.Begin(t.Context(), policytest.Scope(label), statement.RunSpec{Dataset: dataset, Extent: extent, Observed: fmt.Sprintf("2024-01-%02d", i+1)})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Add(label, stmts[0].Entity, stmts); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
		ids[stmts[0].Entity] = true
	}
	return store, all, ids
}

// said is what a line "dataset id Schema prop=value; …" says.
func said(line string) (dataset string, stmts []statement.Statement) {
	f := strings.SplitN(line, " ", 4)
	for _, pv := range strings.Split(f[3], ";") {
		p, v, _ := strings.Cut(strings.TrimSpace(pv), "=")
		stmts = append(stmts, statement.Statement{Entity: ftm.EntityID(f[1]), Schema: f[2], Prop: p, Value: v})
	}
	return f[0], stmts
}

// clusters imports lines "dataset id Schema prop=value; …", derives the graph
// and writes the clusters that the datasets see, as "a+b c".
func clusters(t *testing.T, see []string, lines ...string) string {
	t.Helper()
	store, all, ids := keep(t, statement.Window, lines...)
	whole, err := store.View(t.Context(), policytest.Datasets(all...), statement.When{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "g.og")
	if err := pipeline.Derive(t.Context(), whole, 1, dir, path); err != nil {
		t.Fatal(err)
	}
	g, err := graph.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = g.Close() }()
	if see == nil {
		see = all
	}
	part, err := store.View(t.Context(), policytest.Datasets(see...), statement.When{})
	if err != nil {
		t.Fatal(err)
	}
	v := g.View(part.Sight())
	var out []string
	for id := range ids {
		n, ok := v.Find(id)
		if !ok || v.ID(n) != id {
			continue // not visible, or named by another member
		}
		var members []string
		for _, m := range v.Members(n) {
			if !resolve.IsKey(m) {
				members = append(members, string(m))
			}
		}
		out = append(out, strings.Join(members, "+"))
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

const uei, duns = "uniqueEntityId=ZQGGHJH74DW7", "dunsCode=784737723"

var exact = []struct {
	name  string
	see   []string
	lines []string
	want  string
}{
	{"one UEI", nil, []string{"d a Company name=A; " + uei, "e b Organization name=B; " + uei}, "a+b"},
	{"two schemes in a chain", nil, []string{"d a Company " + uei, "d b Company " + uei + "; " + duns, "d c Company " + duns}, "a+b+c"},
	{"three with one number", nil, []string{"d a Company " + duns, "d b Company " + duns, "e c Company " + duns}, "a+b+c"},
	{"a person is not her company", nil, []string{"d a Company innCode=7707083893", "d b Person innCode=7707083893"}, "a b"},
	{"a number that stands for none", nil, []string{"d a Company dunsCode=000000000", "d b Company dunsCode=000000000"}, "a b"},
	{"one name is no identity", nil, []string{"d a Company name=Acme", "d b Company name=Acme"}, "a b"},
	{"whole contract numbers", nil, []string{"d a Award piid=70CTD024FC0000017", "e b Award piid=70CTD024FC0000017"}, "a+b"},
	{"order numbers are not whole", nil, []string{"d a Award piid=0001", "e b Award piid=0001"}, "a b"},
	{"award keys", nil, []string{"d a Award awardKey=CONT_AWD_1", "e b Award awardKey=CONT_AWD_1"}, "a+b"},
	{"agency codes", nil, []string{"d a Agency agencyCode=7012", "e b Agency agencyCode=7012"}, "a+b"},
	{"an agency's names, as the reference list has them", nil, []string{
		"reference r Agency name=U.S. Immigration and Customs Enforcement; abbreviation=ICE; agencyCode=7012",
		"d a Agency name=ICE", "e b Agency name=U.S. IMMIGRATION AND CUSTOMS ENFORCEMENT", "e c Agency name=Office of Inspector General",
	}, "a+b+r c"},
	{"a name the list does not have joins nobody", nil, []string{"d a Agency name=Office of Inspector General", "e b Agency name=Office of Inspector General"}, "a b"},
	{"without sight of the list the names join nobody", []string{"d", "e"}, []string{
		"reference r Agency name=ICE", "d a Agency name=ICE", "e b Agency name=ICE",
	}, "a b"},
	{"a hidden member is neither member nor name", []string{"e", "f"}, []string{"d a Company " + duns, "e b Company " + duns, "f c Company " + duns}, "b+c"},
	{"a hidden link does not join", []string{"d", "f"}, []string{"d a Company " + uei, "e b Company " + uei + "; " + duns, "f c Company " + duns}, "a c"},
}

func TestExactIdentity(t *testing.T) {
	for _, c := range exact {
		t.Run(c.name, func(t *testing.T) {
			if got := clusters(t, c.see, c.lines...); got != c.want {
				t.Errorf("clusters %q, want %q", got, c.want)
			}
		})
	}
}
