package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
	"overt/watch"
)

// watched are watches of a world.
func (w *world) watched() []watch.Question {
	a, b := pick(w.Rand, words), pick(w.Rand, words)
	dataset, list := pick(w.Rand, w.labels).Dataset, pick(w.Rand, w.labels).Dataset
	return []watch.Question{
		{Kind: watch.Search, Words: a + " OR " + b}, {Kind: watch.Entity, Words: a}, {Kind: watch.Entity, Words: b},
		{Kind: watch.Trace, Words: a, To: b}, {Kind: watch.List, Names: []string{a, b}, Against: []string{list}}, {Kind: watch.List, Of: dataset, Against: []string{list}},
	}
}

// A moment of a world is what some of its runs leave, as a scope shows it.
type watchMoment struct {
	f     *filled
	d     *gate.Desk
	close func()
}

func (w *world) moment(t testing.TB, dir string, order []int, keeps, sees func(policy.Label) bool) watchMoment {
	t.Helper()
	all := policytest.ReadOnly(w.labels...)
	f := w.fill(t, order, keeps)
	f.searchable(t, all, inMemory)
	g, worker := f.derived(t, dir, all, "")
	var labels []policy.Label
	for _, l := range w.labels {
		if sees(l) {
			labels = append(labels, l)
		}
	}
	d := f.lay(t, g, policytest.ReadOnly(labels...), statement.When{})
	return watchMoment{f, d, func() { must(t, errors.Join(d.View.Close(), worker.Close(), g.Close())) }}
}

// state asks a watch; what cannot be asked finds nothing.
func (m *watchMoment) state(t testing.TB, q *watch.Question) *watch.State {
	t.Helper()
	s, err := answer.ReadWatched(t.Context(), m.d, q)
	if overt.CodeOf(err) == overt.Invalid {
		return &watch.State{}
	}
	must(t, err)
	return s
}

// news is what a watch that found before tells at a moment.
func (m *watchMoment) news(t testing.TB, q *watch.Question, before *watch.State) []watch.News {
	t.Helper()
	return watch.Compare(before, m.state(t, q), m.d.Scope.Sees, func(id ftm.EntityID) ftm.EntityID { return answer.Canonical(m.d.Graph, id) })
}

func (m *watchMoment) told(t testing.TB, v any) string {
	t.Helper()
	return m.f.told(t, question{"", func(context.Context, *gate.Desk) (any, error) { return v, nil }}, m.d)
}

// watchFelt tells how something hidden is felt in what watches find and tell, "" when it
// is not. leaky lets news rest on what its owner does not see: a leak that must be felt.
func watchFelt(t testing.TB, dir string, seed uint64, leaky bool, met map[string]int) string {
	t.Helper()
	w := newWorld(seed)
	everything := func(policy.Label) bool { return true }
	early := w.order()[:1+w.IntN(len(w.runs))]
	wide, narrow := w.scope().Sees, w.scope().Sees
	narrower := func(l policy.Label) bool { return wide(l) && narrow(l) }
	questions := w.watched()
	open := func(order []int, keeps, sees func(policy.Label) bool) watchMoment {
		return w.moment(t, dir, order, keeps, sees)
	}
	whole := []watchMoment{open(early, everything, wide), open(w.order(), everything, wide), open(w.order(), everything, narrower)}
	cut := []watchMoment{open(early, wide, wide), open(w.order(), wide, wide)}
	defer func() {
		for _, m := range slices.Concat(whole, cut) {
			m.close()
		}
	}()
	for i := range questions {
		q := &questions[i]
		before := whole[0].state(t, q)
		got, want := whole[1].news(t, q, before), cut[1].news(t, q, cut[0].state(t, q))
		if g, c := whole[1].told(t, got), cut[1].told(t, want); g != c {
			return fmt.Sprintf("%+v\n%s", q, differ(c, g))
		}
		for _, n := range got {
			met[n.Change]++
		}
		if felt := lostSight(t, &whole[2], q, before, leaky); felt != "" {
			return felt
		}
	}
	return ""
}

// lostSight tells a watch whose owner sees less than before: no news rests on what he does
// not see, and nothing went that merely was hidden.
func lostSight(t testing.TB, m *watchMoment, q *watch.Question, before *watch.State, leaky bool) string {
	t.Helper()
	sees := m.d.Scope.Sees
	if leaky {
		sees = func(policy.Label) bool { return true }
	}
	for _, n := range watch.Compare(before, m.state(t, q), sees, func(id ftm.EntityID) ftm.EntityID { return answer.Canonical(m.d.Graph, id) }) {
		if !n.Shown(m.d.Scope.Sees) {
			raw, err := json.Marshal(n)
			must(t, err)
			return fmt.Sprintf("%+v, with less in sight: %s", q, raw)
		}
	}
	return ""
}

// TestWatchOracle: what watches find and tell over everything is what they find and tell
// over a home that holds only what their owner may see.
func TestWatchOracle(t *testing.T) {
	dir, met := memoryDir(t), map[string]int{}
	for seed := range worlds(40, 10) {
		if felt := watchFelt(t, dir, uint64(seed), false, met); felt != "" {
			t.Fatalf("world %d: a hidden thing is felt (-as if absent +with it):\n%s", seed, felt)
		}
	}
	t.Logf("%v", met)
	for _, change := range []string{watch.New, watch.Changed, watch.Gone} {
		if met[change] == 0 && !testing.Short() { // few worlds need not have each
			t.Errorf("no news was %s: the oracle is blind to it", change)
		}
	}
	for seed := range 40 {
		if watchFelt(t, dir, uint64(seed), true, met) != "" {
			return
		}
	}
	t.Error("news of what is hidden is not felt in 40 worlds")
}

// TestWatchOrder: that the same runs came in otherwise is no news.
func TestWatchOrder(t *testing.T) {
	dir := memoryDir(t)
	for seed := range worlds(40, 8) {
		w := newWorld(uint64(seed))
		for i := range w.runs {
			w.runs[i].spec.Observed = fmt.Sprintf("2024-01-%02d", 1+i)
		}
		everything := func(policy.Label) bool { return true }
		questions := w.watched()
		found := map[int]*watch.State{}
		for _, order := range [][]int{w.order(), w.Perm(len(w.runs))} {
			m := w.moment(t, dir, order, everything, everything)
			for j := range questions {
				if found[j] == nil {
					found[j] = m.state(t, &questions[j])
				} else if news := m.news(t, &questions[j], found[j]); len(news) > 0 {
					t.Fatalf("world %d: the order of imports is news: %+v\n%s", seed, questions[j], m.told(t, news))
				}
			}
			m.close()
		}
	}
}
