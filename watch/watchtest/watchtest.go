// Package watchtest is the suite that every driver of watch.Store passes.
package watchtest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/policy"
	"overt/watch"
)

const (
	at   = "2026-02-03T04:05:06Z"
	anna = "local:anna"
	ben  = "local:ben"
)

var registers = policy.Label{Dataset: "registers"}

// Run tries everything the contract promises. open gives an empty store each time it
// is called.
func Run(t *testing.T, open func(t *testing.T) watch.Store) {
	t.Helper()
	for _, c := range []struct {
		name string
		test func(*testing.T, watch.Store)
	}{{"turns", testTurns}, {"refusals", testRefusals}, {"owners", testOwners}, {"at once", testAtOnce}} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open(t)) })
	}
}

func state(words ...string) *watch.State {
	s := &watch.State{Labels: []policy.Label{registers}}
	for _, w := range words {
		s.Items = append(s.Items, watch.Item{What: w, Text: w, Decides: w})
	}
	return s
}

func add(t *testing.T, s watch.Store, id, actor string) {
	t.Helper()
	must(t, s.Add(t.Context(), watch.Watch{
		ID: id, Actor: actor, Purpose: "verification", Made: at, Looked: at, Stamp: "a", Question: watch.Question{Kind: watch.Search, Words: "ferry “money” \U0001F6A2"},
	}, state("one")))
}

func testTurns(t *testing.T, s watch.Store) {
	add(t, s, "w1", anna)
	turn := watch.Turn{Last: 0, At: at, Stamp: "b", State: state("one", "two"), News: []watch.News{{Change: watch.New, After: &state("two").Items[0], Labels: []policy.Label{registers}}}}
	must(t, s.Take(t.Context(), anna, "w1", turn))
	code(t, s.Take(t.Context(), anna, "w1", turn), overt.Conflict)
	must(t, s.Take(t.Context(), anna, "w1", watch.Turn{Last: 1, At: at, Stamp: "b", Silent: "closed"}))
	turn.Last = 2
	must(t, s.Take(t.Context(), anna, "w1", turn))
	news, err := s.News(t.Context(), anna, "w1", 0, 10)
	must(t, err)
	if len(news) != 2 || news[0].Number != 2 || news[1].Number != 1 || news[0].After.Text != "two" {
		t.Errorf("news: %+v", news)
	}
	if news, err = s.News(t.Context(), anna, "w1", 2, 10); err != nil || len(news) != 1 || news[0].Number != 1 {
		t.Errorf("older news: %+v, %v", news, err)
	}
	got, err := s.State(t.Context(), anna, "w1")
	must(t, err)
	if diff := cmp.Diff(state("one", "two"), got); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
	must(t, s.See(t.Context(), anna, "w1", 1))
	must(t, s.See(t.Context(), anna, "w1", 0)) // what was seen stays seen
	all, err := s.Watches(t.Context(), anna)
	must(t, err)
	if w := all[0]; len(all) != 1 || w.Turn != 3 || w.Told != 2 || w.Seen != 1 || w.Items != 2 || w.Stamp != "b" || w.Silent != "" || w.Words != "ferry “money” \U0001F6A2" {
		t.Errorf("watches: %+v", all)
	}
	must(t, s.See(t.Context(), anna, "w1", 99))
	if all, err = s.Watches(t.Context(), anna); err != nil || all[0].Seen != 2 {
		t.Errorf("seen: %+v, %v", all, err)
	}
}

func testRefusals(t *testing.T, s watch.Store) {
	add(t, s, "w1", anna)
	code(t, s.Add(t.Context(), watch.Watch{ID: "w1", Actor: ben, Made: at}, state()), overt.Conflict)
	for _, actor := range []string{anna, ben} {
		id := map[string]string{anna: "w2", ben: "w1"}[actor] // not there, and not his
		code(t, s.Take(t.Context(), actor, id, watch.Turn{At: at}), overt.NotFound)
		code(t, s.See(t.Context(), actor, id, 1), overt.NotFound)
		code(t, s.Remove(t.Context(), actor, id), overt.NotFound)
		_, err := s.State(t.Context(), actor, id)
		code(t, err, overt.NotFound)
		_, err = s.News(t.Context(), actor, id, 0, 1)
		code(t, err, overt.NotFound)
	}
	for i := range watch.MaxWatches - 1 {
		add(t, s, fmt.Sprint("x", i), anna)
	}
	code(t, s.Add(t.Context(), watch.Watch{ID: "more", Actor: anna, Made: at}, state()), overt.Invalid)
}

func testOwners(t *testing.T, s watch.Store) {
	add(t, s, "w2", ben)
	add(t, s, "w1", anna)
	visits, err := s.Visits(t.Context())
	must(t, err)
	if diff := cmp.Diff([]watch.Visit{{Actor: anna, Purpose: "verification"}, {Actor: ben, Purpose: "verification"}}, visits); diff != "" {
		t.Errorf("visits (-want +got):\n%s", diff)
	}
	labels, err := s.Labels(t.Context(), ben)
	must(t, err)
	if diff := cmp.Diff([]policy.Label{registers}, labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	must(t, s.Remove(t.Context(), ben, "w2"))
	if labels, err = s.Labels(t.Context(), ben); err != nil || len(labels) != 0 {
		t.Errorf("labels of a removed watch: %v, %v", labels, err)
	}
}

func testAtOnce(t *testing.T, s watch.Store) {
	add(t, s, "w1", anna)
	var took atomic.Int64
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			err := s.Take(t.Context(), anna, "w1", watch.Turn{Last: 0, At: at, State: state("two"), News: []watch.News{{Change: watch.New, Labels: []policy.Label{registers}}}})
			if err == nil {
				took.Add(1)
			} else if overt.CodeOf(err) != overt.Conflict {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if news, err := s.News(t.Context(), anna, "w1", 0, 10); took.Load() != 1 || err != nil || len(news) != 1 {
		t.Errorf("%d took the same turn; %d pieces of news, %v", took.Load(), len(news), err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func code(t *testing.T, err error, want overt.Code) {
	t.Helper()
	if overt.CodeOf(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
