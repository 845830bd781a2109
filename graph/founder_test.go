package graph

import (
	"testing"

	"overt/ftm"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

// TestFounder: who comes later does not rename a cluster, and who is hidden names
// none.
func TestFounder(t *testing.T) {
	w := world{
		nodes: []nodeDecl{
			{"m", "Company", Alternatives{{1}}}, {"b", "Company", Alternatives{{2}}}, {"a", "Company", Alternatives{{3}}},
			{"z", "Company", Alternatives{{1}}}, {"key", "", Alternatives{{1}, {2}, {3}}},
		},
		same: []sameDecl{
			{"m", "key", Alternatives{{1}}, "n"}, {"b", "key", Alternatives{{2}}, "n"}, {"a", "key", Alternatives{{3}}, "n"}, {"z", "key", Alternatives{{1}}, "n"},
		},
	}
	g := w.graph(t, nil)
	sight := func(days [3]string, sees ...string) *statement.Sight {
		var infos []statement.ClassInfo
		for i, day := range days {
			name := []string{"one", "two", "three"}[i]
			infos = append(infos, statement.ClassInfo{
				Class: statement.Class(i + 1), Label: policy.Label{Dataset: name},
				Run: &statement.Run{RunSpec: statement.RunSpec{Dataset: name, Extent: statement.Full, Observed: day}},
			})
		}
		return statement.NewSight(policytest.Datasets(sees...), statement.When{}, infos)
	}
	rising, falling := [3]string{"2024-01-01", "2024-01-02", "2024-01-03"}, [3]string{"2024-01-03", "2024-01-02", "2024-01-01"}
	for _, c := range []struct {
		name string
		see  *statement.Sight
		want string
	}{
		{"the earliest, not the smallest", sight(rising, "one", "two", "three"), "m"},
		{"of one run the smallest", sight(rising, "one"), "m"},
		{"what came later names no other", sight(falling, "one", "two", "three"), "a"},
		{"the earliest that is shown", sight(rising, "two", "three"), "b"},
		{"a key is no name", sight(rising, "three"), "a"},
	} {
		v := g.View(c.see)
		for _, id := range []string{"a", "b", "m", "z"} {
			if n, ok := v.find(ftm.EntityID(id)); ok {
				if got := v.g.id(v.canonical(n)); string(got) != c.want {
					t.Errorf("%s: %s is known as %s, want %s", c.name, id, got, c.want)
				}
			}
		}
	}
}
