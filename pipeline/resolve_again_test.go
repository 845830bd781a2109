package pipeline_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/ftm"
	"overt/gate"
	"overt/internal/hometest"
	"overt/pipeline"
	"overt/resolve"
	"overt/statement"
)

// extracts are made-up registers that know some of the same companies, a file each.
func extracts(t *testing.T) (paths []string) {
	t.Helper()
	r := rand.New(rand.NewPCG(5, 6))
	words := strings.Fields("Northmoor Harbour Quay Ferry Chandlers Trust Lantern Bleaching Dyeing Wharf Tide Saltmarsh Heron Petrel Cooper Tanner")
	names := make([]string, 60)
	for i := range names {
		names[i] = fmt.Sprintf("%s %s %s", words[r.IntN(len(words))], words[r.IntN(len(words))], []string{"Limited", "Ltd", "Company Ltd"}[r.IntN(3)])
	}
	for f := range 4 {
		var b strings.Builder
		for k := range 25 {
			n := r.IntN(len(names))
			fmt.Fprintf(&b, `{"id":"r%d-%02d","schema":"Company","properties":{"name":[%q],"jurisdiction":["gb"],"phone":["+4416329600%02d"],"address":["%d Harbour Street, Northmoor"]}}`+"\n", f, k, names[n], n, 1+n/2)
		}
		path := filepath.Join(t.TempDir(), fmt.Sprintf("r%d.json", f))
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// resolveWith resolves on so many threads.
func resolveWith(t *testing.T, h *hometest.Home, threads int) *pipeline.Resolved {
	t.Helper()
	r, err := gate.Ask(t.Context(), enterHome(t, h), gate.Act{Action: "entity.resolve"}, true, func(ctx context.Context, d *gate.Desk) (*pipeline.Resolved, error) {
		return pipeline.Resolve(ctx, d, pipeline.Resolution{Threads: threads}, h.Kept(), h.Clock())
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// runsOf are the runs of a home, by their numbers.
func runsOf(t *testing.T, h *hometest.Home) []statement.Run {
	t.Helper()
	var out []statement.Run
	_, err := gate.Ask(t.Context(), enterHome(t, h), gate.Act{Action: "run.read"}, false, func(_ context.Context, d *gate.Desk) (int, error) {
		out = d.Runs
		return 1, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(out, func(a, b statement.Run) int { return int(a.ID - b.ID) })
	return out
}

// foundBy is what a home keeps of who is who.
func foundBy(t *testing.T, h *hometest.Home) *resolve.Result {
	t.Helper()
	var out *resolve.Result
	_, err := gate.Ask(t.Context(), enterHome(t, h), gate.Act{Action: "entity.read"}, true, func(_ context.Context, d *gate.Desk) (int, error) {
		out = d.Identity.Result
		return 1, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return &resolve.Result{Head: resolve.Head{Counts: out.Counts}, Groups: out.Groups, Pairs: out.Pairs}
}

// TestResolveInAnyOrder: what is found does not depend on the order of imports, on
// what was resolved or taken back between them, or on threads.
func TestResolveInAnyOrder(t *testing.T) {
	paths := extracts(t)
	take := func(h *hometest.Home, i int) {
		h.Import(t, pipeline.Request{Paths: []string{paths[i]}, Dataset: fmt.Sprint("d", i)})
	}
	batch := hometest.Memory(t)
	for i := range paths {
		take(batch, i)
	}
	resolveWith(t, batch, 1)
	want := foundBy(t, batch)
	if len(want.Groups) == 0 {
		t.Fatal("nothing was found to be one")
	}
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 3 {
		h := hometest.Memory(t)
		for _, i := range r.Perm(len(paths)) {
			if r.IntN(2) == 0 { // taken back, and in again
				take(h, i)
				resolveWith(t, h, 2)
				runs := runsOf(t, h)
				if err := enterHome(t, h).Undo(t.Context(), runs[len(runs)-1].ID); err != nil {
					t.Fatal(err)
				}
			}
			take(h, i)
			resolveWith(t, h, []int{1, 2, 4}[round])
		}
		if diff := cmp.Diff(want, foundBy(t, h)); diff != "" {
			t.Fatalf("round %d (-batch +step by step):\n%s", round, diff)
		}
	}
}

// TestResolveAgain: what was compared is not compared again, a judgement and its
// retraction touch what they are about, and what comes of it is what comes of all
// that is compared anew.
func TestResolveAgain(t *testing.T) {
	h := hometest.Memory(t)
	for i, path := range extracts(t) {
		h.Import(t, pipeline.Request{Paths: []string{path}, Dataset: fmt.Sprint("d", i)})
	}
	first := resolveWith(t, h, 0)
	if first.Compared != first.Candidates || first.Compared == 0 || first.Divided < 5 {
		t.Fatalf("at first %+v", *first)
	}
	before := foundBy(t, h)
	if r := resolveWith(t, h, 0); r.Compared != 0 || r.Divided != 0 {
		t.Errorf("again: %d pairs compared, %d sets divided", r.Compared, r.Divided)
	}
	anew := func(what string) *resolve.Result {
		t.Helper()
		r := resolveWith(t, h, 0)
		if r.Compared != 0 || r.Divided > 2 {
			t.Errorf("%s: %d pairs compared, %d sets divided", what, r.Compared, r.Divided)
		}
		got := foundBy(t, h)
		works, err := filepath.Glob(filepath.Join(h.Dir, "derived", "resolved", "*.om"))
		if err != nil || len(works) != 1 {
			t.Fatalf("kept %v, %v", works, err)
		}
		if err := os.Remove(works[0]); err != nil {
			t.Fatal(err)
		}
		if r := resolveWith(t, h, 0); r.Compared == 0 {
			t.Errorf("%s: nothing was kept, and nothing compared", what)
		}
		if diff := cmp.Diff(foundBy(t, h), got); diff != "" {
			t.Errorf("%s (-all anew +again):\n%s", what, diff)
		}
		return got
	}
	pair := before.Groups[0]
	decideOn(t, h, pipeline.Decision{Left: pair[0], Right: pair[1], Verdict: "negative", Reason: "two"})
	if diff := cmp.Diff(before, anew("judged to be two")); diff == "" {
		t.Error("a judgement has no effect")
	}
	other := slices.IndexFunc(before.Groups, func(g []ftm.EntityID) bool { return !slices.Contains(g, pair[0]) })
	said := decideOn(t, h, pipeline.Decision{Left: pair[0], Right: before.Groups[other][0], Verdict: "positive", Reason: "one"})
	one := anew("judged to be one")
	retract := decideOn(t, h, pipeline.Decision{Verdict: "retract", Retracts: said.Judgements[0].ID, Reason: "mistaken"})
	anew("retracted")
	decideOn(t, h, pipeline.Decision{Verdict: "retract", Retracts: retract.Judgements[0].ID, Reason: "it was right"})
	if diff := cmp.Diff(one, anew("and that retracted")); diff != "" {
		t.Errorf("retracted, and that retracted (-before +after):\n%s", diff)
	}
	for _, run := range runsOf(t, h) {
		if run.Format == resolve.JudgementFormat {
			if err := enterHome(t, h).Undo(t.Context(), run.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	if diff := cmp.Diff(before, anew("taken back")); diff != "" {
		t.Errorf("taken back (-before +after):\n%s", diff)
	}
	// One company more is compared with those it may be, and with them those whose words
	// have become common by it.
	path := filepath.Join(t.TempDir(), "more.json")
	if err := os.WriteFile(path, []byte(`{"id":"more","schema":"Company","properties":{"name":["Zephyr Ropes"],"phone":["+441632960007"]}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	h.Import(t, pipeline.Request{Paths: []string{path}, Dataset: "more"})
	if r := resolveWith(t, h, 0); r.Compared == 0 || r.Compared > r.Candidates*2/3 {
		t.Errorf("one company more: %d of %d pairs compared", r.Compared, r.Candidates)
	}
	got := foundBy(t, h)
	if err := os.RemoveAll(filepath.Join(h.Dir, "derived", "resolved")); err != nil {
		t.Fatal(err)
	}
	if r := resolveWith(t, h, 0); r.Compared != r.Candidates {
		t.Errorf("nothing is kept: %d of %d pairs compared", r.Compared, r.Candidates)
	}
	if diff := cmp.Diff(foundBy(t, h), got); diff != "" {
		t.Errorf("one company more (-all anew +again):\n%s", diff)
	}
}
