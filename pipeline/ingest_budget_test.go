package pipeline_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"overt/extract/document"
	"overt/internal/hometest"
	"overt/internal/sandbox"
	"overt/ledger"
	"overt/pipeline"
)

// A costly script takes a second of processor time for each document.
type costly struct{ *script }

func (c costly) Measured(ctx context.Context, in document.Input, out document.Sink) (sandbox.Usage, error) {
	return sandbox.Usage{CPU: time.Second}, c.Read(ctx, in, out)
}

// nest is a document with so many files inside, all unlike.
func nest(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "inside f%d;page %d of %d\n", i, i, n)
	}
	return b.String()
}

// What comes out of one received file is bounded over batches and restarts; what
// was not opened is said, and a larger budget opens it, without a second copy of
// what was there.
func TestBudgetOfFiles(t *testing.T) {
	for _, c := range []struct {
		name          string
		budget, later ledger.Spent
		held          int // files inside that are received at first
	}{
		{"files", ledger.Spent{Files: 3, Bytes: 1 << 20, CPU: 1 << 30}, ledger.Spent{Files: 9, Bytes: 1 << 20, CPU: 1 << 30}, 3},
		{"bytes", ledger.Spent{Files: 100, Bytes: 40, CPU: 1 << 30}, ledger.Spent{Files: 100, Bytes: 400, CPU: 1 << 30}, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := hometest.Memory(t)
			s := &script{reads: map[string]int{}}
			in := ingester(h, s)
			in.Budget = func(int64) ledger.Spent { return c.budget }
			w := ingest(t, in, "d", folder(t, map[string]string{"bomb": nest(8), "peer": nest(2)}))
			bomb := find(t, h, "bomb")
			want := fmt.Sprintf("%d files inside of it were not opened: bomb unpacks to more than", 8-c.held)
			if bomb.Verdict != ledger.Partial || !strings.Contains(bomb.Reason, want) || bomb.Spent.Files != int64(c.held) {
				t.Errorf("the bomb: %+v", bomb)
			}
			if peer := find(t, h, "peer"); peer.Verdict != ledger.Read || w.Verdicts[ledger.Read] != 3+c.held {
				t.Errorf("its peer: %+v; all: %v", peer, w.Verdicts)
			}

			again := func() *ledger.Entry {
				t.Helper()
				in = ingester(h, s) // another process
				in.Budget = func(int64) ledger.Spent { return c.budget }
				if _, err := in.Reopen(t.Context(), "d", pipeline.Again{Files: []string{"bomb"}}); err != nil {
					t.Fatal(err)
				}
				if _, err := in.Work(t.Context(), []string{"d"}); err != nil {
					t.Fatal(err)
				}
				e := find(t, h, "bomb")
				return &e
			}
			if e := again(); !strings.Contains(e.Reason, want) || e.Spent != bomb.Spent {
				t.Errorf("again: %+v", e)
			}
			c.budget = c.later
			if e := again(); e.Verdict != ledger.Read || e.Spent.Files != 8 {
				t.Errorf("with a larger budget: %+v", e)
			}
			for i := range 8 {
				if e := find(t, h, fmt.Sprintf("bomb!f%d", i)); e.Verdict != ledger.Read {
					t.Errorf("file %d: %+v", i, e)
				}
			}
			if n := strings.Count(kept(t, h, "d"), "bomb!"); n != 8 {
				t.Errorf("%d files of the bomb, want 8", n)
			}
		})
	}
}

// What reading takes is bounded too: what is over is not opened, and says why.
func TestBudgetOfTime(t *testing.T) {
	h := hometest.Memory(t)
	s := &script{reads: map[string]int{}}
	in := ingester(h, s)
	in.Workers = 1
	in.Reader = func(string) document.Reader { return costly{s} }
	in.Budget = func(int64) ledger.Spent { return ledger.Spent{Files: 100, Bytes: 1 << 20, CPU: 4000} }
	w := ingest(t, in, "d", folder(t, map[string]string{"slow": nest(8), "peer": "page peer"}))
	if w.Verdicts[ledger.Read] != 2+3 || w.Verdicts[ledger.Failed] != 5 {
		t.Errorf("verdicts: %v", w.Verdicts)
	}
	if e := find(t, h, "slow"); e.Spent.CPU != 4000 || e.CPU != 1000 {
		t.Errorf("spent: %+v", e)
	}
	last := find(t, h, "slow!f7")
	if last.Verdict != ledger.Failed || !strings.Contains(last.Reason, "to read what is inside of slow took the 4s of processor time") || !strings.Contains(last.Retry, "--budget") {
		t.Errorf("the last: %+v", last)
	}
	in.Budget = nil
	if n, err := in.Reopen(t.Context(), "d", pipeline.Again{}); n != 5 || err != nil {
		t.Fatalf("reopened %d, %v", n, err)
	}
	if w, err := in.Work(t.Context(), []string{"d"}); err != nil || w.Verdicts[ledger.Read] != 5 {
		t.Errorf("with the usual budget: %v, %v", w, err)
	}
}

// Thousands of copies are read once, and in as many batches as others would be.
func TestIngestManyCopies(t *testing.T) {
	h := hometest.Memory(t)
	s := &script{reads: map[string]int{}}
	in := ingester(h, s)
	in.Batch = 100
	files := map[string]string{}
	for i := range 1000 {
		files[fmt.Sprintf("good%d", i)] = "page the same\ninside f;page inner"
		files[fmt.Sprintf("bad%d", i)] = "break"
	}
	w := ingest(t, in, "d", folder(t, files))
	reads := 0
	for _, n := range s.reads {
		reads += n
	}
	if w.Verdicts[ledger.Read] != 1001 || w.Verdicts[ledger.Failed] != 1000 || reads > 30 {
		t.Errorf("verdicts: %v after %d readings in %d runs", w.Verdicts, reads, len(w.Runs))
	}
	if e := find(t, h, "good999"); e.Read != 1 || e.Run == 0 {
		t.Errorf("a copy: %+v", e)
	}
}

// A dataset with many documents does not hold up one with few: they are read in
// turn, and one bad document holds up nobody.
func TestWorkInTurn(t *testing.T) {
	h := hometest.Memory(t)
	s := &script{reads: map[string]int{}}
	many, few := map[string]string{}, map[string]string{"few-bad": "die"}
	for i := range 5000 {
		many[fmt.Sprintf("many%d", i)] = fmt.Sprintf("page %d", i)
	}
	for i := range 10 {
		few[fmt.Sprintf("few%d", i)] = fmt.Sprintf("page few %d", i)
	}
	in := ingester(h, s)
	in.Batch = 50
	for _, d := range []struct {
		name  string
		files map[string]string
	}{{"many", many}, {"few", few}} {
		if _, err := in.Receive(t.Context(), d.name, []string{folder(t, d.files)}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var last pipeline.Rate
	in.Progress = func(r pipeline.Rate) {
		if last = r; r.Done >= 150 {
			stop()
		}
	}
	_, _ = in.Work(ctx, []string{"many", "few"})
	if last.Waiting < 4800 || last.Waiting > 5011-150 {
		t.Errorf("%d done, and %d are said to wait", last.Done, last.Waiting)
	}
	for name := range few {
		if e := find(t, h, name); e.Verdict == ledger.Waiting {
			t.Errorf("%s waits still", name)
		}
	}
}
