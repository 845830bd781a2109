package searchtest

import (
	"context"
	"fmt"
	"reflect"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/driver/memory"
	"overt/policy/policytest"
	"overt/search"
)

// Oracle holds that an index tells a reader of everything what the plainest
// index of only what he may see would tell him, in random worlds.
func Oracle(t *testing.T, open func(t *testing.T) search.Index, worlds int) {
	t.Helper()
	if testing.Short() {
		worlds = min(worlds, 500)
	}
	if n, felt := Leak(t, open, worlds); felt != "" {
		t.Errorf("world %d: %s", n, felt)
	}
}

// Leak looks for a world in which an index tells a reader what he could not be
// told over visible items alone, and says how; "" when there is none.
func Leak(t *testing.T, open func(t *testing.T) search.Index, worlds int) (n int, felt string) {
	t.Helper()
	for seed := range worlds {
		w := newWorld(uint64(seed))
		if felt := w.compare(t, open(t)); felt != "" {
			return seed, felt
		}
	}
	return worlds, ""
}

func (w *world) compare(t *testing.T, index search.Index) string {
	t.Helper()
	defer index.Close()
	view := w.view()
	all := policytest.Scope(w.labels...)
	var few memory.Index
	for len(w.items) > 0 {
		n := min(len(w.items), 1+w.IntN(20))
		batch := search.Batch{Items: w.items[:n]}
		w.items = w.items[n:]
		if w.IntN(6) == 0 {
			batch.Documents = []string{"doc-1"}
		}
		if w.IntN(10) == 0 {
			batch.Runs = append(batch.Runs, w.runs[0].ID)
		}
		must(t, index.Write(t.Context(), all, batch))
		visible := search.Batch{Documents: batch.Documents, Runs: batch.Runs}
		for _, it := range batch.Items {
			if view.Shows(it.Label.Key(), it.Run, it.Until) {
				visible.Items = append(visible.Items, it)
			}
		}
		must(t, few.Write(t.Context(), all, visible))
	}
	for range 4 {
		q := w.query()
		got, want := ask(t.Context(), index, view, q), ask(t.Context(), &few, view, q)
		if !reflect.DeepEqual(want, got) {
			diff := cmp.Diff(want, got)
			return fmt.Sprintf("%+v (-right +told):\n%s", q, diff)
		}
	}
	for _, prefix := range []string{"b", "ze", "пу", "the", ""} {
		got, err := index.Suggest(t.Context(), view, prefix, 2)
		want, wantErr := few.Suggest(t.Context(), view, prefix, 2)
		if diff := cmp.Diff(want, got); diff != "" || fmt.Sprint(err) != fmt.Sprint(wantErr) {
			return fmt.Sprintf("suggestions for %q, errors %v and %v (-right +told):\n%s", prefix, wantErr, err, diff)
		}
	}
	return ""
}

// An answer is all that an index says of a query.
type answer struct {
	Pages []search.Page
	Count int64
	All   []search.Hit
	Err   string
}

func ask(ctx context.Context, index search.Index, v search.View, q search.Query) (a answer) {
	var err error
	if a.Count, err = index.Count(ctx, v, q); err != nil {
		a.Err = err.Error()
		return a
	}
	for h, err := range index.All(ctx, v, q) {
		if err != nil {
			a.Err = err.Error()
		}
		a.All = append(a.All, h)
	}
	for range 100 {
		p, err := index.Search(ctx, v, q)
		if err != nil {
			a.Err = err.Error()
			break
		}
		a.Pages = append(a.Pages, p)
		if q.After = p.Next; q.After == "" {
			break
		}
	}
	return a
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
