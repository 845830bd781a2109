package pipeline_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/internal/hometest"
	"overt/pipeline"
	book "overt/resolve/judge"
)

// queues makes the queues of a home, or gives those that are kept.
func queues(t *testing.T, h *hometest.Home, rs *pipeline.Reviews, do func(context.Context, *gate.Desk, *pipeline.Queues, *book.Book)) (made bool) {
	t.Helper()
	_, err := gate.Ask(t.Context(), enterHome(t, h), gate.Act{Action: "entity.resolve"}, true, func(ctx context.Context, d *gate.Desk) (int, error) {
		q := rs.Find(d, false)
		if made = q == nil; made {
			var err error
			if q, err = rs.Make(ctx, d, h.Clock()); err != nil {
				return 0, err
			}
		}
		do(ctx, d, q, d.Identity.Book)
		return 0, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// alike imports two registers with n companies each that are like each other in pairs.
func alike(t *testing.T, h *hometest.Home, n int) {
	t.Helper()
	for side, form := range map[string]string{"north": "Limited", "south": "Ltd"} {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `{"id":"%c-%02d","schema":"Company","properties":{"name":["Ferry %c%c Works %s"],"jurisdiction":["gb"]}}`+"\n", side[0], i, 'A'+i, 'a'+i, form)
		}
		h.Import(t, pipeline.Request{Dataset: side, Files: []pipeline.Embedded{{Name: side + ".ftm.json", Data: []byte(b.String())}}})
	}
}

// TestQueues: a queue has each pair once in one order, leaves out what is decided since,
// and is kept until what it rests on changes.
func TestQueues(t *testing.T) {
	h := hometest.Memory(t)
	alike(t, h, 8)
	var rs pipeline.Reviews
	var first []pipeline.Candidate
	queues(t, h, &rs, func(_ context.Context, _ *gate.Desk, q *pipeline.Queues, said *book.Book) {
		for _, name := range []string{pipeline.QueueOpen, pipeline.QueueLabel} {
			seen := map[[2]ftm.EntityID]bool{}
			all := q.Named(name, said, "").After(said, -1, 1000)
			for i, c := range all {
				if _, at := q.Named(name, said, "").Find(c.Right, c.Left); at != i || seen[[2]ftm.EntityID{c.Left, c.Right}] {
					t.Errorf("%s: %s %s is at %d, and comes as number %d", name, c.Left, c.Right, at, i)
				}
				if seen[[2]ftm.EntityID{c.Left, c.Right}] = true; name == pipeline.QueueLabel && c.Sample() == "" {
					t.Errorf("%s %s was not drawn", c.Left, c.Right)
				}
			}
			if len(all) != q.Random() || len(all) < 8 {
				t.Errorf("%s: %d pairs of %d", name, len(all), q.Random())
			}
			if skipped := q.Named(name, said, "").After(said, 2, 1000); len(skipped) != len(all)-1 || skipped[len(skipped)-1] != all[1] {
				t.Errorf("%s: after the third come %d", name, len(skipped))
			}
			if first = all; q.Named("none", said, "") != nil {
				t.Error("there is a queue of no name")
			}
		}
	})
	decideOn(t, h, pipeline.Decision{Left: first[0].Left, Right: first[0].Right, Verdict: book.Negative, Reason: "x", Sample: first[0].Sample()})
	if made := queues(t, h, &rs, func(_ context.Context, _ *gate.Desk, q *pipeline.Queues, said *book.Book) {
		if now := q.Named(pipeline.QueueLabel, said, "").After(said, -1, 1); now[0] != first[1] {
			t.Errorf("after the first, %v comes", now)
		}
		if e := q.Estimate(said); e.Samples != 1 {
			t.Errorf("%d samples", e.Samples)
		}
	}); made {
		t.Error("a judgement makes the queues anew")
	}
	h.Hide(t, "south")
	if made := queues(t, h, &rs, func(_ context.Context, _ *gate.Desk, q *pipeline.Queues, said *book.Book) {
		for _, c := range q.Named(pipeline.QueueOpen, said, "").After(said, -1, 1000) {
			if strings.HasPrefix(string(c.Left+c.Right), "s-") || strings.HasPrefix(string(c.Right), "s-") {
				t.Errorf("%s %s is told to who does not see it", c.Left, c.Right)
			}
		}
	}); !made {
		t.Error("queues of others are given")
	}
}

// TestDecideAll: what contradicts what stands, or the others, is left out and told.
func TestDecideAll(t *testing.T) {
	h := hometest.Memory(t)
	alike(t, h, 3)
	decideOn(t, h, pipeline.Decision{Left: "n-00", Right: "s-00", Verdict: book.Negative, Reason: "x"})
	pair := func(a, b ftm.EntityID) pipeline.Decision {
		return pipeline.Decision{Left: a, Right: b, Verdict: book.Positive, Reason: "alike"}
	}
	act := gate.Act{Action: "entity.judge", Object: "3 pairs"}
	done, err := pipeline.DecideAll(t.Context(), enterHome(t, h), act, []pipeline.Decision{pair("n-01", "s-01"), pair("n-00", "n-02"), pair("n-02", "s-00")}, h.Clock)
	if err != nil || len(done.Judgements) != 2 || len(done.Refused) != 1 || !strings.Contains(done.Refused[0], "cannot be one") {
		t.Errorf("%+v, %v", done, err)
	}
	if _, err := pipeline.DecideAll(t.Context(), enterHome(t, h), act, []pipeline.Decision{pair("n-01", "nobody")}, h.Clock); overt.CodeOf(err) != overt.NotFound {
		t.Errorf("one with nobody: %v", err)
	}
}
