package watch

import (
	"cmp"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/policy"
)

// A State is what a watch found when it was asked.
type State struct {
	// Labels are all that the asker saw, each once, ascending by key.
	Labels []policy.Label `json:"labels"`
	Items  []Item         `json:"items"` // by what they are
	// Cut are groups of which more was there than is listed: that one of them is not
	// listed says nothing.
	Cut []string `json:"cut,omitempty"`
}

// An Item is one thing that a watch found.
type Item struct {
	// What it is, and of which entities: an item with the same What and the same
	// entities is the same thing, whatever it says. Entities are joined and parted
	// over time; those of an older item are taken for whom they belong to today.
	What string         `json:"what"`
	Of   []ftm.EntityID `json:"of,omitempty"`
	// Group is what it is one of: when one item of a group goes and one comes, that
	// is a change of it. "" for none.
	Group string `json:"group,omitempty"`
	// Decides is what it takes to be told again: a hash, or the words themselves.
	Decides string `json:"decides"`

	Label string       `json:"label,omitempty"` // what kind of thing, for people
	Text  string       `json:"text"`            // what it says
	Open  ftm.EntityID `json:"open,omitempty"`  // the entity or document it opens at
	Prop  string       `json:"prop,omitempty"`  // and the property
	Cite  string       `json:"cite,omitempty"`  // address of its passage
	Doubt string       `json:"doubt,omitempty"` // what became known against what it rests on
	// Citations are the first of its places, Cited how many there are of those looked at.
	Citations []overt.Citation `json:"citations,omitempty"`
	Cited     int              `json:"cited,omitempty"`
	// Labels are those it rests on; none stands for all of its state.
	Labels []policy.Label `json:"labels,omitempty"`
}

// Sum is the amount that the item tells, exact, and its currency; ok is false for what is
// no sum.
func (i *Item) Sum() (amount, currency string, ok bool) {
	if !strings.HasPrefix(i.What, "sum ") && !strings.HasPrefix(i.What, "step ") {
		return "", "", false
	}
	currency, ok = strings.CutPrefix(i.Text, i.Decides+" ")
	return i.Decides, currency, ok
}

// key names the item, its entities taken for whom they belong to.
func (i *Item) key(canonical func(ftm.EntityID) ftm.EntityID) string {
	parts := []string{i.What}
	for _, id := range i.Of {
		if canonical != nil {
			id = canonical(id)
		}
		parts = append(parts, string(id))
	}
	return strings.Join(parts, "\x00")
}

// Sort brings items into order, and leaves out what is there twice.
func (s *State) Sort() {
	slices.SortStableFunc(s.Items, func(a, b Item) int { return cmp.Compare(a.key(nil), b.key(nil)) })
	s.Items = slices.CompactFunc(s.Items, func(a, b Item) bool { return a.key(nil) == b.key(nil) })
}

// What became of an item.
const (
	New     = "new"
	Changed = "changed"
	Gone    = "gone"
)

// A News is one thing that was told.
type News struct {
	Number int64  `json:"number"`           // from 1, of its watch
	At     string `json:"at"`               // when it was found, RFC 3339 in UTC
	Change string `json:"change"`           // new, changed or gone
	Before *Item  `json:"before,omitempty"` // what it was; nil of what is new
	After  *Item  `json:"after,omitempty"`  // what it is; nil of what is gone
	// Labels are all that it rests on: who does not see each of them is not told.
	Labels []policy.Label `json:"labels"`
}

// Item is what the news is of, as it is now or was last.
func (n *News) Item() *Item {
	if n.After != nil {
		return n.After
	}
	return n.Before
}

// Shown says whether somebody who sees these labels may be told.
func (n *News) Shown(sees func(policy.Label) bool) bool { return seesAll(n.Labels, sees) }

func seesAll(labels []policy.Label, sees func(policy.Label) bool) bool {
	return !slices.ContainsFunc(labels, func(l policy.Label) bool { return !sees(l) })
}

// Compare tells what became of what a watch found: what came, what changed in what
// decides, and what went. What rested on something that the asker no longer may see is
// passed over in silence, as if it had never been there. canonical gives whom an entity
// belongs to today.
func Compare(before, after *State, sees func(policy.Label) bool, canonical func(ftm.EntityID) ftm.EntityID) []News {
	was, hidden := map[string]*Item{}, map[string]bool{}
	for i := range before.Items {
		it := &before.Items[i]
		key := it.key(canonical)
		if seesAll(it.rests(before), sees) {
			was[key] = it
		} else {
			hidden[key] = true
		}
	}
	var came, changed []News
	for i := range after.Items {
		it := &after.Items[i]
		key := it.key(canonical)
		old := was[key]
		delete(was, key)
		switch {
		case hidden[key]:
		case old == nil:
			came = append(came, News{Change: New, After: it, Labels: it.rests(after)})
		case old.Decides != it.Decides:
			changed = append(changed, News{Change: Changed, Before: old, After: it, Labels: union(old.rests(before), it.rests(after))})
		}
	}
	var went []News
	for i := range before.Items { // in their order
		key := before.Items[i].key(canonical)
		if old := was[key]; old != nil {
			delete(was, key)
			went = append(went, News{Change: Gone, Before: old, Labels: old.rests(before)})
		}
	}
	came, went = withoutCut(slices.Concat(before.Cut, after.Cut), came, went)
	all := slices.Concat(changed, pair(came, went))
	// What is told last stands first where the newest does: changes go before all else.
	slices.SortStableFunc(all, func(a, b News) int { return rank[a.Change] - rank[b.Change] })
	return all
}

var rank = map[string]int{Gone: 0, New: 1, Changed: 2}

// withoutCut leaves out what went from groups that are listed in part, and what came in
// its place.
func withoutCut(cut []string, came, went []News) ([]News, []News) {
	replaced := map[string]bool{}
	went = slices.DeleteFunc(went, func(n News) bool {
		in := slices.Contains(cut, n.Before.Group)
		replaced[n.Before.Group] = replaced[n.Before.Group] || in
		return in
	})
	return slices.DeleteFunc(came, func(n News) bool { return replaced[n.After.Group] }), went
}

// pair makes one change of what came and what went, where a group has one of each
// under the same label.
func pair(came, went []News) (out []News) {
	in, gone := map[string][]int{}, map[string][]int{}
	for i, n := range came {
		in[n.After.Group] = append(in[n.After.Group], i)
	}
	for i, n := range went {
		gone[n.Before.Group] = append(gone[n.Before.Group], i)
	}
	paired := map[int]bool{}
	for _, n := range came {
		g := n.After.Group
		if g != "" && len(in[g]) == 1 && len(gone[g]) == 1 && went[gone[g][0]].Before.Label == n.After.Label {
			old := went[gone[g][0]]
			paired[gone[g][0]] = true
			n = News{Change: Changed, Before: old.Before, After: n.After, Labels: union(old.Labels, n.Labels)}
		}
		out = append(out, n)
	}
	for i, n := range went {
		if !paired[i] {
			out = append(out, n)
		}
	}
	return out
}

// rests are the labels that an item of a state rests on.
func (i *Item) rests(s *State) []policy.Label {
	if len(i.Labels) == 0 {
		return s.Labels
	}
	return i.Labels
}

func union(a, b []policy.Label) []policy.Label { return Labels(slices.Concat(a, b)) }

// Labels brings labels into order, each once.
func Labels(all []policy.Label) []policy.Label {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b policy.Label) int { return cmp.Compare(a.Key(), b.Key()) })
	return slices.CompactFunc(all, func(a, b policy.Label) bool { return a.Key() == b.Key() })
}
