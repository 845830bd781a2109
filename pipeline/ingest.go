package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"overt"
	"overt/extract/document"
	"overt/extract/reading"
	"overt/gate"
	"overt/ledger"
	"overt/policy"
	"overt/statement"
)

// An Ingester receives documents and has them read. What it receives waits in
// the coverage ledger until a reader had it, in this process or a later one.
type Ingester struct {
	Open  func(ctx context.Context, labels []policy.Label) (*gate.Pass, error)
	Clock func() time.Time
	// Reader gives what reads the documents of a dataset, in a confined process.
	// It is used by several goroutines.
	Reader func(dataset string) document.Reader
	// Unconfined says whether Reader has read in a process that the system does not
	// confine; nil is never.
	Unconfined func() bool
	// Recognise reads text on pictures; nil where nothing does. Languages are
	// those it looks for.
	Recognise Recognise
	Languages []string
	// Version names what Reader would read a media type with today; "" when it
	// reads no such type.
	Version   func(mediaType string) string
	Workers   int // documents read at once
	Limits    document.Limits
	Passwords []string
	// Budget gives what may come out of one received file of so many bytes, and be
	// spent on it; Budget(size, 1) when nil.
	Budget   func(size int64) ledger.Spent
	Progress func(Rate)
	// Batch bounds how many documents, and Span how long, until what was read is
	// kept and can be seen; 200 and 20 s when 0.
	Batch int
	Span  time.Duration
}

// A Rate is how far the reading of documents has come.
type Rate struct {
	File  string // one that is being read, or was just
	Done  int64  // documents settled since the beginning, those inside others counted
	Bytes int64  // of them
	Pages int64
	// Waiting is how many documents are known to wait. It grows while archives are
	// read.
	Waiting int64
}

// A Received is what became of files on their way to the readers.
type Received struct {
	Dataset string       `json:"dataset"`
	Files   int          `json:"files"`
	Bytes   int64        `json:"bytes"`
	Failed  []FileReport `json:"failed"` // could not even be kept
	entries []int64
}

// Receive keeps the bytes of files and folders and lets them wait for a reader.
// Hidden files are files like others; links are entered and not followed.
// Errors: only what concerns all of it (nothing there, no access, the disk).
func (in *Ingester) Receive(ctx context.Context, dataset string, paths []string) (*Received, error) {
	files, err := walk(paths, true)
	if err != nil {
		return nil, err
	}
	label := policy.Label{Dataset: dataset}
	if err := label.Validate(); err != nil {
		return nil, err
	}
	pass, err := in.Open(ctx, []policy.Label{label})
	if err != nil {
		return nil, err
	}
	rep := &Received{Dataset: dataset, Failed: []FileReport{}}
	act := gate.Act{Action: "document.receive", Object: dataset, Query: fmt.Sprintf("%d files", len(files))}
	err = pass.Do(ctx, act, func(ctx context.Context, b *gate.Bench) (int64, string, error) {
		if err := mayWrite(b, label); err != nil {
			return 0, "", err
		}
		for _, f := range files {
			if err := in.receive(ctx, b, dataset, f, rep); err != nil {
				return int64(rep.Files), "", err
			}
		}
		return int64(rep.Files), "", nil
	})
	return rep, err
}

// mayWrite refuses a label that the asker may not write, before anything of it is
// received: the ledger takes what the importer enters.
func mayWrite(b *gate.Bench, label policy.Label) error {
	if !b.Scope.Writes(label) {
		return overt.Errorf(overt.Denied, label.Dataset, "you may not write to this dataset")
	}
	return nil
}

func (in *Ingester) receive(ctx context.Context, b *gate.Bench, dataset string, f *file, rep *Received) error {
	e := ledger.Entry{Token: token(), Dataset: dataset, Source: f.name, At: in.now()}
	cause := f.err
	if cause == nil {
		cause = in.keep(ctx, b, f, &e)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if overt.CodeOf(cause) == overt.Unavailable && !errors.Is(cause, errUnread) {
		return cause // our own disk
	}
	e.Document = cause == nil
	id, err := b.Ledger.Receive(ctx, e)
	if err != nil {
		return err
	}
	if cause == nil {
		rep.Files, rep.Bytes, rep.entries = rep.Files+1, rep.Bytes+e.Size, append(rep.entries, id)
		return nil
	}
	o := ledger.Outcome{Verdict: ledger.Failed, Reason: describe(cause), Retry: "ingest it again when this is mended"}
	rep.Failed = append(rep.Failed, FileReport{Source: f.name, Dataset: dataset, Verdict: o.Verdict, Reason: o.Reason, Retry: o.Retry, Entry: id})
	return b.Ledger.Settle(ctx, id, o)
}

// errUnread marks what is wrong with the file and not with our own disk.
var errUnread = errors.New("the file cannot be read")

func (in *Ingester) keep(ctx context.Context, b *gate.Bench, f *file, e *ledger.Entry) error {
	r, err := f.open()
	if err != nil {
		return &overt.Error{Code: overt.Unavailable, Where: f.name, Message: pathCause(err).Error(), Err: errUnread}
	}
	defer func() { _ = r.Close() }()
	src := &sourceReader{r: r}
	e.Blob, e.Size, err = b.Blobs.Put(ctx, src)
	if src.err != nil {
		return &overt.Error{Code: overt.Unavailable, Where: f.name, Message: pathCause(src.err).Error(), Err: errUnread}
	}
	return err
}

// A sourceReader remembers that it was the source which failed.
type sourceReader struct {
	r   io.Reader
	err error
}

func (s *sourceReader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

func (in *Ingester) now() string { return in.Clock().UTC().Format("2006-01-02T15:04:05Z") }

// A Work is what was read.
type Work struct {
	Runs []RunReport `json:"runs"`
	// Verdicts counts the documents settled, those inside others counted.
	Verdicts map[ledger.Verdict]int `json:"verdicts"`
	Pages    int64                  `json:"pages"`
	Files    []FileReport           `json:"files"` // those that were not read whole
}

// Work has documents of the datasets read until none waits, and keeps what was
// read batch by batch, the datasets in turn. It ends early with ctx; what was
// not kept then waits as before. Errors: no access, our own stores.
func (in *Ingester) Work(ctx context.Context, datasets []string) (*Work, error) {
	w := &Work{Runs: []RunReport{}, Verdicts: map[ledger.Verdict]int{}, Files: []FileReport{}}
	rate := &meter{to: in.Progress}
	packer, err := reading.NewPacker(in.Workers)
	if err != nil {
		return nil, err
	}
	for waiting := slices.Clone(datasets); len(waiting) > 0; {
		for _, dataset := range slices.Clone(waiting) {
			more, err := in.batch(ctx, dataset, &batch{in: in, rate: rate, packer: packer, all: datasets}, w)
			if err != nil {
				return w, err
			}
			if !more {
				waiting = slices.DeleteFunc(waiting, func(d string) bool { return d == dataset })
			}
		}
	}
	return w, nil
}

// batch reads some documents of one dataset and keeps them as one run. more
// says whether some may wait still.
func (in *Ingester) batch(ctx context.Context, dataset string, t *batch, w *Work) (more bool, err error) {
	label := policy.Label{Dataset: dataset}
	pass, err := in.Open(ctx, []policy.Label{label})
	if err != nil {
		return false, err
	}
	act := gate.Act{Action: "document.read", Object: dataset}
	err = pass.Do(ctx, act, func(ctx context.Context, b *gate.Bench) (int64, string, error) {
		t.bench, t.label, t.token, t.blobs, t.purses = b, label, token(), map[overt.BlobID]bool{}, map[int64]*purse{}
		defer func() {
			// What is not settled waits for the next taker.
			_ = b.Ledger.Release(context.WithoutCancel(ctx), t.token)
		}()
		n, err := b.Ledger.Waiting(ctx, t.all)
		if err != nil {
			return 0, "", err
		}
		t.rate.say(func(r *Rate) { r.Waiting = n })
		if err := t.read(ctx); err != nil {
			return 0, "", err
		}
		more = len(t.done) > 0
		n, err = t.keep(ctx, w)
		return n, t.hash(), err
	})
	return more, err
}

// A meter counts what was done, for the eye.
type meter struct {
	mu   sync.Mutex
	rate Rate
	to   func(Rate)
}

func (m *meter) say(change func(*Rate)) {
	if m.to == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	change(&m.rate)
	m.to(m.rate)
}

// extent of a run of documents: what is not in it is not gone.
const ingestExtent = statement.Window

// An Again says which documents are to be read again: what each of its fields
// that are set asks for. The zero Again asks for all that were not read whole.
type Again struct {
	Files  []string // as the coverage ledger names them
	Reason string   // words of the reason why, in any case
	Format string   // a media type, or the part of it before "/"
	All    bool     // also those that were read whole; implied by Files
}

func (a Again) asks(e ledger.Entry) bool {
	family, _, _ := strings.Cut(e.Format, "/")
	switch {
	case !e.Document || e.Verdict == ledger.Waiting || e.Undone != "":
		return false
	case len(a.Files) > 0 && !slices.Contains(a.Files, e.Source):
		return false
	case len(a.Files) == 0 && !a.All && e.Verdict == ledger.Read:
		return false
	case !strings.Contains(strings.ToLower(e.Reason), strings.ToLower(a.Reason)):
		return false
	}
	return a.Format == "" || a.Format == e.Format || a.Format == family
}

func (a Again) String() string {
	s := strings.Join(a.Files, ", ")
	if a.Reason != "" {
		s += " reason:" + a.Reason
	}
	if a.Format != "" {
		s += " format:" + a.Format
	}
	return strings.TrimSpace(s)
}

// Reopen has documents of a dataset wait again, and tells how many. Errors:
// not_found, when a file that is named is none of the dataset's documents.
func (in *Ingester) Reopen(ctx context.Context, dataset string, again Again) (int, error) {
	pass, err := in.Open(ctx, []policy.Label{{Dataset: dataset}})
	if err != nil {
		return 0, err
	}
	n := 0
	act := gate.Act{Action: "document.reopen", Object: dataset, Query: again.String()}
	err = pass.Do(ctx, act, func(ctx context.Context, b *gate.Bench) (int64, string, error) {
		there := map[string]bool{}
		var ids []int64
		for e, err := range b.Ledger.Entries(ctx, b.Scope, dataset) {
			if err != nil {
				return 0, "", err
			}
			there[e.Source] = there[e.Source] || e.Document
			if again.asks(e) {
				ids = append(ids, e.ID)
			}
		}
		for _, f := range again.Files {
			if !there[f] {
				return 0, "", overt.Errorf(overt.NotFound, f, "%s has no such document; overt coverage %s names them", dataset, dataset)
			}
		}
		for _, id := range ids {
			if err := b.Ledger.Reopen(ctx, b.Scope, id); err != nil {
				return int64(n), "", err
			}
			n++
		}
		return int64(n), "", nil
	})
	return n, err
}
