package pipeline

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"overt"
	"overt/blob"
	"overt/extract/document"
	"overt/extract/reading"
	"overt/extract/worker"
	"overt/gate"
	"overt/internal/sandbox"
	"overt/ledger"
	"overt/policy"
	"overt/statement"
)

// maxAttempts is how often a document is tried whose process died with it.
const maxAttempts = 25

// maxNesting is how deep files inside files are read.
const maxNesting = 32

// A batch is documents that become one run.
type batch struct {
	in     *Ingester
	bench  *gate.Bench
	label  policy.Label
	token  string
	all    []string // datasets that are worked off together
	rate   *meter
	packer *reading.Packer
	blobs  map[overt.BlobID]bool // that were taken: each is read once
	// copies are documents whose bytes were taken already.
	copies []ledger.Entry

	mu     sync.Mutex
	done   []*had
	purses map[int64]*purse // of received files
}

// A had document was given to a reader.
type had struct {
	ledger.Entry
	name    string                // of the file itself, without what it is inside of
	kind    string                // media type, as far as a reader said
	index   *reading.Index        // nil when nothing of it was read
	text    overt.BlobID          // where the reading is kept
	there   map[overt.BlobID]bool // what is inside and was received before
	before  rest                  // files inside that an earlier reading received
	cpu     time.Duration
	tooMany bool // files inside, for the budget
	own     bool // what is said holds for this place alone, and not for its bytes
	err     error
	outcome ledger.Outcome
	left    []ledger.Left
	odd     []ledger.Warning // values that are none
	source  int              // in RunSpec.Sources
}

// read has documents read until the batch is full, its time is over, or none
// waits. When ctx ends, what was read until then is the batch.
func (b *batch) read(ctx context.Context) error {
	size, span := b.in.Batch, b.in.Span
	if size == 0 {
		size = 200
	}
	if span == 0 {
		span = 20 * time.Second
	}
	ends := time.Now().Add(span)
	work := make(chan ledger.Entry)
	failed := make(chan error, max(1, b.in.Workers))
	var readers sync.WaitGroup
	for range max(1, b.in.Workers) {
		readers.Add(1)
		go func() {
			defer readers.Done()
			for e := range work {
				if err := b.one(ctx, e); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	err := b.feed(ctx, work, failed, size, ends)
	close(work)
	readers.Wait()
	if err != nil {
		return err // the others failed of the same
	}
	select {
	case err = <-failed:
		return err
	default:
	}
	return b.share(ctx)
}

func (b *batch) feed(ctx context.Context, work chan<- ledger.Entry, failed <-chan error, size int, ends time.Time) error {
	for n := 0; n < size && time.Now().Before(ends) && ctx.Err() == nil; {
		some, err := b.bench.Ledger.Take(ctx, b.token, max(1, b.in.Workers), []string{b.label.Dataset})
		if err != nil || len(some) == 0 {
			return err
		}
		for _, e := range some {
			if b.blobs[e.Blob] {
				b.copies = append(b.copies, e)
				n++
				continue
			}
			b.blobs[e.Blob] = true
			select {
			case work <- e:
				n++
			case err := <-failed:
				return err
			case <-ctx.Done():
				return nil
			}
		}
	}
	return nil
}

// one has one document read. Errors are those of our own stores.
func (b *batch) one(ctx context.Context, e ledger.Entry) error {
	h, err := b.begin(ctx, e)
	if err != nil {
		return err
	}
	b.rate.say(func(r *Rate) { r.File = e.Source })
	switch {
	case e.Attempts > maxAttempts:
		h.own, h.err = true, &document.Refusal{Code: document.TooMuch, Reason: fmt.Sprintf("its reading was interrupted %d times", maxAttempts), Retry: "overt retry"}
	case strings.Count(e.Source, "!") > maxNesting:
		h.own, h.err = true, &document.Refusal{Code: document.TooMuch, Reason: fmt.Sprintf("it is inside of more than %d others", maxNesting), Retry: "take it out and ingest it by itself"}
	default:
		if err := b.document(ctx, h); err != nil {
			return err
		}
	}
	if ctx.Err() != nil {
		return nil // not read to its end: it waits
	}
	b.had(h)
	return nil
}

// document finds the reading of the same bytes that is kept already, or makes
// one.
func (b *batch) document(ctx context.Context, h *had) error {
	paths, files, err := b.before(ctx, h.Entry)
	if err != nil {
		return err
	}
	h.before = files
	if known, err := b.known(ctx, h); known || err != nil {
		return err
	}
	p, err := b.purse(ctx, h.Entry)
	if err != nil {
		return err
	}
	if h.err = p.late(); h.err != nil {
		h.own = true
		return nil
	}
	in, err := b.bench.Blobs.Open(ctx, h.Blob)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	s := newIntake(ctx, b.bench.Blobs, h.Blob, b.packer)
	s.purse, s.before, s.source = p, paths, h.Source
	s.head.Languages = b.in.Languages
	out := &recogniser{Sink: s, ctx: ctx, how: b.in.Recognise}
	h.err = b.readMeasured(ctx, h, document.Input{
		ReaderAt: blob.At(in), Size: h.Size, Name: h.name, Passwords: b.in.Passwords, Limits: b.in.Limits,
	}, out)
	if err := out.flush(); err != nil && h.err == nil {
		h.err = err
	}
	h.kind, h.tooMany = s.head.Type, s.unopened > 0
	h.own = h.tooMany
	p.pay(ledger.Spent{CPU: h.cpu.Milliseconds()})
	var ours *storeError
	var failure *worker.Failure
	switch {
	case errors.As(h.err, &ours):
		_, _, _ = s.close(h.err)
		return ours.err
	case errors.As(h.err, &failure) && (failure.What == sandbox.NotStarted || failure.What == sandbox.NotConfined):
		_, _, _ = s.close(h.err)
		return h.err // nothing can be read here: all of it waits
	}
	if ctx.Err() != nil {
		_, _, _ = s.close(ctx.Err())
		return nil
	}
	h.index, h.text, err = s.close(h.err)
	return err
}

// known finds the reading of a document that came before, by the reader that
// would read it today.
func (b *batch) known(ctx context.Context, h *had) (bool, error) {
	view, err := b.bench.Statements.View(ctx, b.bench.Scope, statement.When{})
	if err != nil {
		return false, err
	}
	defer func() { _ = view.Close() }()
	stmts, err := view.Entity(ctx, readingID(h.Blob))
	if err != nil {
		if overt.CodeOf(err) == overt.NotFound {
			return false, nil
		}
		return false, err
	}
	for i := range stmts {
		if stmts[i].Prop != "text" {
			continue
		}
		index, err := b.open(ctx, overt.BlobID(stmts[i].Value))
		if err != nil {
			return false, err
		}
		if now := b.in.Version(index.Type); now != "" && now == index.Reader && len(index.Gaps) == 0 && (b.in.Recognise == nil || slices.Equal(index.Languages, b.in.Languages)) {
			h.index, h.text, h.there = index, overt.BlobID(stmts[i].Value), map[overt.BlobID]bool{h.Blob: true}
			for _, m := range index.Members {
				known, err := b.bench.Ledger.Knows(ctx, b.label.Dataset, m.Blob)
				if err != nil {
					return false, err
				}
				h.there[m.Blob] = h.there[m.Blob] || known
			}
			return true, nil
		}
	}
	return false, nil
}

func (b *batch) open(ctx context.Context, id overt.BlobID) (*reading.Index, error) {
	r, done, err := openReading(ctx, b.bench.Blobs, id)
	if err != nil {
		return nil, err
	}
	return &r.Index, done()
}

// keep makes what was read a run, and settles the documents. What is settled
// has its run; what died before waits.
func (b *batch) keep(ctx context.Context, w *Work) (int64, error) {
	if len(b.done) == 0 {
		return 0, nil
	}
	ctx = context.WithoutCancel(ctx) // a moment longer than an interrupt waits
	var spec statement.RunSpec
	var good []*had
	for _, h := range b.done {
		if h.index == nil {
			continue
		}
		h.source = len(spec.Sources)
		spec.Sources = append(spec.Sources, statement.Source{Name: h.Source, Blob: h.Blob, Size: h.Size})
		good = append(good, h)
	}
	run := statement.Run{}
	if len(good) > 0 {
		spec.Dataset, spec.Format, spec.Extent, spec.Series = b.label.Dataset, "documents", ingestExtent, "documents"
		spec.Observed, spec.Imported, spec.Token, spec.Actor = b.in.now(), b.in.now(), b.token, b.bench.Actor
		spec.Mapping = strings.Repeat("0", 64)
		spec.Unconfined = b.in.Unconfined != nil && b.in.Unconfined()
		for _, h := range good {
			if spec.Unconfined {
				h.odd = append(h.odd, ledger.Warning{Code: statement.Unconfined, Message: statement.SaidUnconfined, Where: h.Source})
			}
		}
		var err error
		if run, err = b.commit(ctx, spec, good); err != nil {
			return 0, err
		}
		w.Runs = append(w.Runs, RunReport{Run: run.ID, Dataset: run.Dataset, Observed: run.Observed, Extent: run.Extent, Entities: run.Entities, Statements: run.Statements, New: run.New})
	}
	for _, h := range b.done {
		if err := b.settle(ctx, h, run.ID); err != nil {
			return run.Statements, err
		}
		w.count(h)
	}
	return run.Statements, nil
}

func (b *batch) commit(ctx context.Context, spec statement.RunSpec, good []*had) (statement.Run, error) {
	out, err := b.bench.Statements.Begin(ctx, b.bench.Scope, spec)
	if err != nil {
		return statement.Run{}, err
	}
	t := &teller{label: b.label, w: out, when: spec.Imported, open: func(id overt.BlobID) (*reading.Reading, func() error, error) {
		return openReading(ctx, b.bench.Blobs, id)
	}}
	for _, h := range good {
		if err := t.tell(h); err != nil {
			return statement.Run{}, errors.Join(err, out.Abort())
		}
	}
	for _, h := range good {
		h.conclude() // what could not be told is left out too
		if err := b.prepare(ctx, h); err != nil {
			return statement.Run{}, errors.Join(err, out.Abort())
		}
	}
	return out.Commit(ctx)
}

func (b *batch) prepare(ctx context.Context, h *had) error {
	for i := 0; i < len(h.left); i += leftBatch {
		if err := b.bench.Ledger.Leave(ctx, h.ID, h.left[i:min(len(h.left), i+leftBatch)]); err != nil {
			return err
		}
	}
	return b.bench.Ledger.Prepare(ctx, h.ID, h.outcome)
}

func (b *batch) settle(ctx context.Context, h *had, run overt.RunID) error {
	if h.index != nil {
		h.outcome.Run = run
	}
	return b.bench.Ledger.Settle(ctx, h.ID, h.outcome)
}

// hash commits to what was written: the bytes it came from.
func (b *batch) hash() string {
	sum := newHash()
	for _, h := range b.done {
		_, _ = io.WriteString(sum, string(h.Blob)+"\n")
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func (w *Work) count(h *had) {
	w.Verdicts[h.outcome.Verdict]++
	if h.index != nil {
		w.Pages += int64(len(h.index.Pages))
	}
	if h.outcome.Verdict != ledger.Read {
		w.Files = append(w.Files, FileReport{
			Source: h.Source, Dataset: h.Dataset, Format: h.outcome.Format, Verdict: h.outcome.Verdict, Reason: h.outcome.Reason,
			Retry: h.outcome.Retry, Run: h.outcome.Run, Received: h.outcome.Received, Read: h.outcome.Read, LeftOut: h.outcome.LeftOut,
			Warnings: h.outcome.Warnings, Entry: h.ID,
		})
	}
}
