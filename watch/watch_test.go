package watch_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/watch"
)

var a, b = policy.Label{Dataset: "a"}, policy.Label{Dataset: "b"}

func item(what, decides string, labels ...policy.Label) watch.Item {
	return watch.Item{What: what, Decides: decides, Text: decides, Labels: labels}
}

func state(items ...watch.Item) *watch.State {
	s := &watch.State{Labels: []policy.Label{a, b}, Items: items}
	s.Sort()
	return s
}

// told writes news as "changed x: 1 → 2".
func told(news []watch.News) []string {
	var out []string
	for _, n := range news {
		words := n.Change + " " + n.Item().What + ":"
		if n.Before != nil {
			words += " " + n.Before.Decides
		}
		words += " →"
		if n.After != nil {
			words += " " + n.After.Decides
		}
		for _, l := range n.Labels {
			words += " " + l.Dataset
		}
		out = append(out, words)
	}
	return out
}

func TestCompare(t *testing.T) {
	all := func(policy.Label) bool { return true }
	onlyA := func(l policy.Label) bool { return l.Dataset == "a" }
	grouped := func(what, group string) watch.Item {
		return watch.Item{What: what, Group: group, Decides: what, Labels: []policy.Label{a}}
	}
	of := func(id ftm.EntityID) watch.Item {
		return watch.Item{What: "link", Of: []ftm.EntityID{id}, Decides: "1", Labels: []policy.Label{a}}
	}
	for _, c := range []struct {
		name          string
		before, after *watch.State
		sees          func(policy.Label) bool
		want          []string
	}{
		{"the same", state(item("x", "1")), state(item("x", "1")), all, nil},
		{"new, changed, gone", state(item("x", "1", a), item("y", "1", b)), state(item("x", "2", a), item("z", "1", a)), all, []string{"gone y: 1 → b", "new z: → 1 a", "changed x: 1 → 2 a"}},
		{"what does not decide", state(item("x", "1")), &watch.State{Labels: []policy.Label{a, b}, Items: []watch.Item{{What: "x", Decides: "1", Text: "other words"}}}, all, nil},
		{"one of a group for another", state(grouped("n 1", "n")), state(grouped("n 2", "n")), all, []string{"changed n 2: n 1 → n 2 a"}},
		{"two of a group for one", state(grouped("n 1", "n")), state(grouped("n 2", "n"), grouped("n 3", "n")), all, []string{"gone n 1: n 1 → a", "new n 2: → n 2 a", "new n 3: → n 3 a"}},
		{"a right that went: it goes in silence", state(item("x", "1", b), item("y", "1", a)), state(item("y", "1", a)), onlyA, nil},
		{"a right that went: what is left of a sum is not told", state(item("sum", "10")), state(item("sum", "4")), onlyA, nil},
		{"a group that is listed in part", &watch.State{Cut: []string{"n"}, Items: []watch.Item{grouped("n 1", "n"), grouped("n 2", "n")}}, state(grouped("n 2", "n"), grouped("n 3", "n")), all, nil},
		{"more of a group that is listed in part", &watch.State{Cut: []string{"n"}, Items: []watch.Item{grouped("n 1", "n")}}, state(grouped("n 1", "n"), grouped("n 2", "n")), all, []string{"new n 2: → n 2 a"}},
		{"joined meanwhile", state(of("one")), state(of("uno")), all, nil},
	} {
		canonical := func(id ftm.EntityID) ftm.EntityID {
			if id == "uno" {
				return "one"
			}
			return id
		}
		if diff := cmp.Diff(c.want, told(watch.Compare(c.before, c.after, c.sees, canonical))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestSum(t *testing.T) {
	for _, c := range []struct {
		item             watch.Item
		amount, currency string
		ok               bool
	}{
		{watch.Item{What: "sum paid outlay USD", Text: "5000000.50 USD", Decides: "5000000.50"}, "5000000.50", "USD", true},
		{watch.Item{What: "step obligation EUR", Text: "-7 EUR", Decides: "-7"}, "-7", "EUR", true},
		{watch.Item{What: "value amount", Text: "7 EUR", Decides: "7"}, "", "", false},
	} {
		if amount, currency, ok := c.item.Sum(); ok != c.ok || ok && (amount != c.amount || currency != c.currency) {
			t.Errorf("%s: %q %q %v", c.item.What, amount, currency, ok)
		}
	}
}

func TestShown(t *testing.T) {
	n := watch.News{Labels: []policy.Label{a, b}}
	if n.Shown(func(l policy.Label) bool { return l.Dataset == "a" }) {
		t.Error("news is shown to who does not see all that it rests on")
	}
}

func TestCheck(t *testing.T) {
	for words, q := range map[string]watch.Question{
		"cannot be watched":         {Kind: "mail", Words: "x"},
		"say what to watch":         {Kind: watch.Search, Words: " "},
		"where the path ends":       {Kind: watch.Trace, Words: "x"},
		"against which datasets":    {Kind: watch.List, Of: "customers"},
		"some names, or a dataset":  {Kind: watch.List, Against: []string{"lists"}, Of: "customers", Names: []string{"x"}},
		"passage or entity, not in": {Kind: watch.Search, Words: "x", In: "mail"},
		"longer than":               {Kind: watch.Search, Words: strings.Repeat("x", 3000)},
		"or no text":                {Kind: watch.Entity, Words: "\xff"},
	} {
		if err := q.Check(); overt.CodeOf(err) != overt.Invalid || !strings.Contains(err.Error(), words) {
			t.Errorf("%+v: %v, want %q", q.Kind, err, words)
		}
	}
	q := watch.Question{Kind: watch.List, Against: []string{"lists"}, Names: []string{"Ada Example"}}
	if err := q.Check(); err != nil {
		t.Error(err)
	}
}
