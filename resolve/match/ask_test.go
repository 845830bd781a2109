package match_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/resolve/match"
)

// TestAsk: a request is weighed the same whatever else the records are, and who is
// only related comes last.
func TestAsk(t *testing.T) {
	company := func(id, name string) match.Record {
		return match.Record{ID: id, Source: "list", Schema: "Company", Values: []match.Value{{Prop: "name", Text: name}}}
	}
	asked := func(more ...match.Record) []match.Hit {
		m, err := match.New(match.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.Ask(company("", "x"), 1); err == nil {
			t.Error("asked before there is an index")
		}
		for _, r := range append([]match.Record{company("a", "Northmoor Bleaching Ltd"), company("b", "Northmoor Bleaching Rotterdam Ltd")}, more...) {
			if err := m.Add(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := m.Index(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := m.Screen(company("", "x"), 1); err == nil {
			t.Error("screened without weights")
		}
		hits, err := m.Ask(company("", "Northmoor Bleaching Limited"), 5)
		if err != nil {
			t.Fatal(err)
		}
		return hits
	}
	few := asked()
	if len(few) != 2 || few[0].ID != "a" || few[0].Outcome != match.Same || few[1].ID != "b" || few[1].Outcome != match.Related {
		t.Errorf("hits: %+v", few)
	}
	var more []match.Record
	for _, r := range []string{"Grey Petrel", "Bleaching Works", "Northmoor Dyeing"} {
		more = append(more, company(r, r))
	}
	if diff := cmp.Diff(few[0], asked(more...)[0]); diff != "" {
		t.Errorf("beside others (-few +more):\n%s", diff)
	}
}
