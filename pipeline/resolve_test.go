package pipeline_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/internal/hometest"
	"overt/pipeline"
	"overt/resolve/evaluate"
)

// registers imports two registers that know the same ferry, and a namesake each.
func registers(t *testing.T, h *hometest.Home) {
	t.Helper()
	for name, text := range map[string]string{
		"north": `{"id":"n-1","schema":"Company","properties":{"name":["Northmoor Ferry Company Limited"],"registrationNumber":["04411223"],"phone":["+441632960001"],"jurisdiction":["gb"]}}
{"id":"n-2","schema":"Company","properties":{"name":["Harbour Trust Limited"],"jurisdiction":["gb"]}}
`,
		"south": `{"id":"s-1","schema":"Company","properties":{"name":["Northmoor Ferry Co Ltd"],"registrationNumber":["04411223"],"phone":["+441632960001"],"jurisdiction":["gb"]}}
{"id":"s-2","schema":"Company","properties":{"name":["The Old Harbour Chandlery"],"jurisdiction":["gb"]}}
`,
	} {
		path := filepath.Join(t.TempDir(), name+".json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		h.Import(t, pipeline.Request{Paths: []string{path}, Dataset: name})
	}
}

// enter opens the gate for the owner.
func enterHome(t *testing.T, h *hometest.Home) *gate.Pass {
	t.Helper()
	pass, err := h.Gate.Open(t.Context(), gate.Visit{Actor: h.Actor})
	if err != nil {
		t.Fatal(err)
	}
	return pass
}

func resolveAll(t *testing.T, h *hometest.Home, datasets ...string) *pipeline.Resolved {
	t.Helper()
	r, err := gate.Ask(t.Context(), enterHome(t, h), gate.Act{Action: "entity.resolve"}, true, func(ctx context.Context, d *gate.Desk) (*pipeline.Resolved, error) {
		return pipeline.Resolve(ctx, d, pipeline.Resolution{Datasets: datasets}, h.Kept(), h.Clock())
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// oneWith tells who is one with an entity, and what is said beside.
func oneWith(t *testing.T, h *hometest.Home, id string) string {
	t.Helper()
	p, err := gate.Ask(t.Context(), enterHome(t, h), gate.Act{Action: "entity.read"}, true, func(ctx context.Context, d *gate.Desk) (*answer.Profile, error) {
		return answer.Show(ctx, d, id, 1, true)
	})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(p.Found.Referents, len(p.Notes))
}

func decideOn(t *testing.T, h *hometest.Home, q pipeline.Decision) *pipeline.Decided {
	t.Helper()
	done, err := pipeline.Decide(t.Context(), enterHome(t, h), q, h.Clock)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// TestResolveLife: a result holds, follows what people say, and falls with what it
// rests on.
func TestResolveLife(t *testing.T) {
	h := hometest.Memory(t)
	registers(t, h)
	step := func(what, id, want string) {
		t.Helper()
		if got := oneWith(t, h, id); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	step("before", "n-1", "[n-1] 0")
	if r := resolveAll(t, h); r.Clusters != 1 || r.Merged != 2 || r.Entities != 4 {
		t.Errorf("resolved %+v", *r)
	}
	step("resolved", "n-1", "[n-1 s-1] 0")

	said := decideOn(t, h, pipeline.Decision{Left: "s-2", Right: "n-2", Verdict: "positive", Reason: "one trust"})
	step("judged one", "n-2", "[n-2 s-2] 0")
	resolveAll(t, h)
	step("resolved with it", "n-2", "[n-2 s-2] 0")
	back := decideOn(t, h, pipeline.Decision{Verdict: "retract", Retracts: said.Judgements[0].ID, Reason: "it was the branch"})
	step("taken back", "n-2", "[n-2] 1")
	step("the rest stays", "n-1", "[n-1 s-1] 1")
	decideOn(t, h, pipeline.Decision{Verdict: "retract", Retracts: back.Judgements[0].ID, Reason: "it was not"})
	step("and that taken back", "n-2", "[n-2 s-2] 0")
	_, err := pipeline.Decide(t.Context(), enterHome(t, h), pipeline.Decision{Left: "n-2", Right: "nobody", Verdict: "positive", Reason: "x"}, h.Clock)
	if overt.CodeOf(err) != overt.NotFound {
		t.Errorf("one with nobody: %v", err)
	}

	// Of what one side does not show, nothing is told: no result, no judgement.
	h.Hide(t, "south")
	step("the south is hidden", "n-1", "[n-1] 0")
	step("the south is hidden", "n-2", "[n-2] 0")
	resolveAll(t, h)
	step("resolved without the south", "n-1", "[n-1] 0")
	h.Hide(t)
	step("the south is back", "n-1", "[n-1 s-1] 0")

	// An import that is taken back makes void what rests on it.
	if err := enterHome(t, h).Undo(t.Context(), said.Runs[0]); err != nil {
		t.Fatal(err)
	}
	step("half a judgement is gone", "n-2", "[n-2] 1")
}

// TestResolveDatasets: what is resolved of some datasets rests on them alone.
func TestResolveDatasets(t *testing.T) {
	h := hometest.Memory(t)
	registers(t, h)
	if r := resolveAll(t, h, "north"); r.Entities != 2 || r.Clusters != 0 || len(r.Datasets) != 1 {
		t.Errorf("of the north alone %+v", *r)
	}
	_, err := gate.Ask(t.Context(), enterHome(t, h), gate.Act{Action: "entity.resolve"}, true, func(ctx context.Context, d *gate.Desk) (*pipeline.Resolved, error) {
		return pipeline.Resolve(ctx, d, pipeline.Resolution{Datasets: []string{"west"}}, h.Kept(), h.Clock())
	})
	if overt.CodeOf(err) != overt.NotFound {
		t.Errorf("of a dataset that is not there: %v", err)
	}
}

// TestReviewQueue: every pair comes once, one that was taken back again, and samples
// are counted.
func TestReviewQueue(t *testing.T) {
	h := hometest.Memory(t)
	registers(t, h)
	rev, err := gate.Ask(t.Context(), enterHome(t, h), gate.Act{Action: "entity.resolve"}, true, func(ctx context.Context, d *gate.Desk) (*pipeline.Review, error) {
		return pipeline.NewReview(ctx, d, pipeline.Resolution{}, h.Clock())
	})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[[2]ftm.EntityID]int{}
	var last pipeline.Candidate
	for {
		c, ok := rev.Next()
		if !ok {
			break
		}
		seen[[2]ftm.EntityID{c.Left, c.Right}]++
		rev.Said(c, true)
		last = c
	}
	if len(seen) == 0 || seen[[2]ftm.EntityID{"n-1", "s-1"}] != 1 {
		t.Fatalf("handed out %v", seen)
	}
	e := rev.Estimate()
	if e.Samples == 0 || e.Precision[1] != 1 || e.Precision[0] <= 0 || e.Recall[0] > e.Recall[1] {
		t.Errorf("all is well, and the estimate is %+v", e)
	}
	rev.Reopen(last, true, true)
	if again := rev.Estimate(); again.Samples != e.Samples-1 {
		t.Errorf("taken back, %+v", again)
	}
	if c, ok := rev.Next(); !ok || c.Left != last.Left || c.Right != last.Right {
		t.Errorf("taken back, %+v comes", c)
	}
}

// TestReviewRemembers: what was said of random pairs in earlier reviews counts, until
// it is taken back.
func TestReviewRemembers(t *testing.T) {
	h := hometest.Memory(t)
	registers(t, h)
	estimate := func() evaluate.Estimate {
		t.Helper()
		rev, err := gate.Ask(t.Context(), enterHome(t, h), gate.Act{Action: "entity.resolve"}, true, func(ctx context.Context, d *gate.Desk) (*pipeline.Review, error) {
			return pipeline.NewReview(ctx, d, pipeline.Resolution{}, h.Clock())
		})
		if err != nil {
			t.Fatal(err)
		}
		return rev.Estimate()
	}
	decideOn(t, h, pipeline.Decision{Left: "n-2", Right: "s-2", Verdict: "negative", Reason: "not drawn"})
	if e := estimate(); e.Samples != 0 {
		t.Errorf("what was not drawn counts: %+v", e)
	}
	said := decideOn(t, h, pipeline.Decision{Left: "n-1", Right: "s-1", Verdict: "positive", Reason: "drawn", Sample: "joined"})
	if e := estimate(); e.Samples != 1 || e.Precision[1] != 1 || e.Precision[0] <= 0 {
		t.Errorf("one that was drawn is right: %+v", e)
	}
	decideOn(t, h, pipeline.Decision{Verdict: "retract", Retracts: said.Judgements[0].ID, Reason: "mistaken"})
	if e := estimate(); e.Samples != 0 {
		t.Errorf("taken back: %+v", e)
	}
}
