package pipeline

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"overt"
	"overt/gate"
	"overt/ledger"
)

// The states of an import.
const (
	JobReceived  = "received" // its files are here, and nobody began it yet
	JobWaiting   = "waiting"
	JobRunning   = "running"
	JobDone      = "done"
	JobFailed    = "failed"
	JobCancelled = "cancelled"
)

const (
	maxJobs = 200 // imports that are remembered; more that have not ended are refused
	// jobAge is how long files are kept that nobody begins to import, or whose import
	// failed.
	jobAge = 24 * time.Hour
)

// A Job is an import: files that came in, under way, or ended. What it kept stands in
// the runs, however it ended.
type Job struct {
	ID         string
	State      string
	Owner      gate.Visit
	Order      Order
	Dataset    string
	Folder     string   // of the files; "" when they are not needed any more
	Files      []string // as they were received
	Begun      time.Time
	Ended      time.Time // zero until then
	File       string    // that is being read
	Rows       int64     // of it; of documents: pages of all
	Statements int64     // of it
	Rate       Rate      // of documents
	Report     *Report   // what became of each file
	Documents  *Ingested // what became of documents
	Err        error     // why it failed
}

// Over says whether it has ended.
func (j *Job) Over() bool {
	return j.State == JobDone || j.State == JobFailed || j.State == JobCancelled
}

// An Order says what is to be taken in.
type Order struct {
	Dataset string
	Records *Request       // nil for none
	Papers  []string       // paths of documents, mails, archives
	About   ledger.Dataset // what is said of the dataset of documents
}

// Ingested is what became of documents: of those that were not read whole it says why.
type Ingested struct {
	Received *Received `json:"received"` // what came in
	*Work
}

// JobsConfig is what imports are done with. Clock is required.
type JobsConfig struct {
	Clock  func() time.Time
	Folder string // where files lie until they are taken in
	// Import takes files in; nil where nothing is taken in.
	Import func(ctx context.Context, v gate.Visit, req Request, told Progress) (*Report, error)
	// Describe keeps what is said of a dataset of documents; nil keeps nothing.
	Describe func(ctx context.Context, v gate.Visit, said ledger.Dataset) error
	// Ingest takes documents in and reads them; nil where none are read.
	Ingest func(ctx context.Context, v gate.Visit, dataset string, paths []string, told func(Rate)) (*Ingested, error)
}

// Jobs are the imports of one service: one list for all ways to ask. One is worked on
// at a time. An import that was begun is written down with its files, so that one that
// the service's end cuts off is found again and can be begun anew.
type Jobs struct {
	cfg     JobsConfig
	ctx     context.Context // until the service ends
	stop    context.CancelFunc
	running sync.WaitGroup
	turn    chan struct{}
	mu      sync.Mutex
	list    []*held // the oldest first
}

// held is a job and who waits for its next change.
type held struct {
	jobs    *Jobs
	mu      sync.Mutex
	told    Job
	stop    context.CancelFunc
	changed chan struct{} // closed at the next change
}

// NewJobs makes the list. What a service before left in the folder and had begun is
// listed as failed; the rest is removed. Errors: unavailable (the folder).
func NewJobs(cfg JobsConfig) (*Jobs, error) {
	ctx, stop := context.WithCancel(context.Background())
	s := &Jobs{cfg: cfg, ctx: ctx, stop: stop, turn: make(chan struct{}, 1)}
	return s, s.restore()
}

// Close cancels all and waits for their end.
func (s *Jobs) Close() error {
	s.stop()
	s.running.Wait()
	return nil
}

// Takes says whether files are taken in here, and documents.
func (s *Jobs) Takes() (records, papers bool) { return s.cfg.Import != nil, s.cfg.Ingest != nil }

// Receive lists files that came in. Errors: unavailable (too many, the service ends).
func (s *Jobs) Receive(owner gate.Visit, up *Upload) (Job, error) {
	s.Sweep()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return Job{}, overt.Errorf(overt.Unavailable, "", "the service is ending")
	}
	if len(s.list) >= maxJobs {
		i := slices.IndexFunc(s.list, func(h *held) bool { told, _ := h.now(); return told.Over() && told.Folder == "" })
		if i < 0 {
			return Job{}, overt.Errorf(overt.Unavailable, "", "too many imports are waiting; ask again later")
		}
		s.list = slices.Delete(s.list, i, i+1)
	}
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails
	h := s.hold(Job{ID: hex.EncodeToString(raw[:]), State: JobReceived, Owner: owner, Folder: up.Folder, Files: up.Names, Begun: s.cfg.Clock().UTC()})
	return h.told, nil
}

// hold puts a job at the end of the list, whose lock is held.
func (s *Jobs) hold(j Job) *held {
	h := &held{jobs: s, told: j, stop: func() {}, changed: make(chan struct{})}
	s.list = append(s.list, h)
	return h
}

// Begin queues an import whose files are here: one that was received, or that failed.
// Errors: not_found, conflict (it is under way, or its files are gone), unavailable.
func (s *Jobs) Begin(owner gate.Visit, id string, o Order) (Job, error) {
	h, err := s.find(owner, id)
	if err != nil {
		return Job{}, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case s.ctx.Err() != nil:
		return Job{}, overt.Errorf(overt.Unavailable, "", "the service is ending")
	case h.told.State == JobWaiting || h.told.State == JobRunning:
		return Job{}, overt.Errorf(overt.Conflict, "", "it is under way")
	case h.told.Folder == "":
		return Job{}, overt.Errorf(overt.Conflict, "", "its files are not kept any more; send them again")
	}
	h.told = Job{ID: id, State: JobWaiting, Owner: h.told.Owner, Order: o, Dataset: o.Dataset, Folder: h.told.Folder, Files: h.told.Files, Begun: s.cfg.Clock().UTC()}
	if err := h.told.note(); err != nil {
		h.told.State, h.told.Err = JobFailed, err
		return Job{}, err
	}
	var ctx context.Context
	ctx, h.stop = context.WithCancel(s.ctx)
	s.running.Go(func() { s.run(ctx, h) })
	return h.told, nil
}

// take waits for the turn to import; what it gives is to be called at the end.
func (s *Jobs) take(ctx context.Context) (func(), error) {
	select {
	case s.turn <- struct{}{}:
		if ctx.Err() == nil {
			return func() { <-s.turn }, nil
		}
		<-s.turn // both were so
	case <-ctx.Done():
	}
	return nil, ctx.Err()
}

// Import takes files in for one who waits for it, in its turn.
func (s *Jobs) Import(ctx context.Context, v gate.Visit, req Request) (*Report, error) {
	done, err := s.take(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return s.cfg.Import(ctx, v, req, func(string, int64, int64) {})
}

func (s *Jobs) run(ctx context.Context, h *held) {
	defer h.stop()
	done, err := s.take(ctx)
	if err == nil {
		h.change(func(j *Job) { j.State = JobRunning })
		err = s.work(ctx, h)
		done()
	}
	told, _ := h.now()
	keep := s.ctx.Err() != nil || told.failed(err)
	if !keep {
		// Their bytes are kept as blobs, so far as they were taken in.
		err = errors.Join(err, os.RemoveAll(told.Folder))
	}
	h.change(func(j *Job) {
		j.Ended, j.State = s.cfg.Clock().UTC(), JobDone
		if !keep {
			j.Folder = ""
		}
		switch {
		case errors.Is(err, context.Canceled):
			j.State = JobCancelled
		case err != nil:
			j.State, j.Err = JobFailed, err
		}
	})
}

// failed says whether there is something to do again.
func (j *Job) failed(err error) bool {
	if err != nil {
		return !errors.Is(err, context.Canceled)
	}
	return j.Report != nil && slices.ContainsFunc(j.Report.Files, func(f FileReport) bool { return f.Verdict == ledger.Failed })
}

// work does what an order says.
func (s *Jobs) work(ctx context.Context, h *held) error {
	j, _ := h.now()
	if j.Order.Records != nil {
		if s.cfg.Import == nil {
			return overt.Errorf(overt.Unavailable, "", "nothing is taken in here")
		}
		rep, err := s.cfg.Import(ctx, j.Owner, *j.Order.Records, func(file string, rows, statements int64) {
			h.change(func(j *Job) { j.File, j.Rows, j.Statements = file, rows, statements })
		})
		h.change(func(j *Job) { j.Report = rep })
		if err != nil {
			return err
		}
	}
	if len(j.Order.Papers) == 0 {
		return nil
	}
	if s.cfg.Ingest == nil {
		return overt.Errorf(overt.Unavailable, "", "no documents are read here")
	}
	done, err := s.cfg.Ingest(ctx, j.Owner, j.Order.Dataset, j.Order.Papers, func(r Rate) {
		h.change(func(j *Job) { j.File, j.Rows, j.Rate = r.File, r.Pages, r })
	})
	h.change(func(j *Job) { j.Documents = done })
	if err == nil && s.cfg.Describe != nil && j.Order.About.Name != "" {
		return s.cfg.Describe(ctx, j.Owner, j.Order.About)
	}
	return err
}

// Again lets an import that has ended be prepared anew, of the same files. Errors:
// not_found, conflict (it is under way, or its files are gone).
func (s *Jobs) Again(owner gate.Visit, id string) error {
	h, err := s.find(owner, id)
	if err != nil {
		return err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.told.Over() || h.told.Folder == "" {
		return overt.Errorf(overt.Conflict, "", "it is under way, or its files are not kept any more")
	}
	h.told = Job{ID: id, State: JobReceived, Owner: h.told.Owner, Folder: h.told.Folder, Files: h.told.Files, Begun: s.cfg.Clock().UTC()}
	return nil
}

// Has says whether there is an import of an id, whosesoever.
func (s *Jobs) Has(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.ContainsFunc(s.list, func(h *held) bool { told, _ := h.now(); return told.ID == id })
}

// Of lists the imports of one actor for one purpose and case, the newest first.
func (s *Jobs) Of(owner gate.Visit) []Job {
	s.Sweep()
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Job
	for _, h := range slices.Backward(s.list) {
		if told, _ := h.now(); told.of(owner) {
			out = append(out, told)
		}
	}
	return out
}

func (j *Job) of(v gate.Visit) bool {
	return j.Owner.Actor.ID == v.Actor.ID && j.Owner.Purpose == v.Purpose && j.Owner.Case == v.Case
}

// Find gives an import of an actor as it is now, and what is closed when that is of the
// past. Another's is not there. Errors: not_found.
func (s *Jobs) Find(owner gate.Visit, id string) (Job, <-chan struct{}, error) {
	h, err := s.find(owner, id)
	if err != nil {
		return Job{}, nil, err
	}
	told, changed := h.now()
	return told, changed, nil
}

func (s *Jobs) find(owner gate.Visit, id string) (*held, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.list {
		if told, _ := h.now(); told.ID == id && told.of(owner) {
			return h, nil
		}
	}
	return nil, overt.Errorf(overt.NotFound, "", "there is no import of that id")
}

// Cancel has an import end where it is; what was kept stays. Errors: not_found.
func (s *Jobs) Cancel(owner gate.Visit, id string) (Job, error) {
	h, err := s.find(owner, id)
	if err != nil {
		return Job{}, err
	}
	h.mu.Lock()
	h.stop()
	h.mu.Unlock()
	told, _ := h.now()
	return told, nil
}

// Drop forgets an import that is not under way, and removes its files. Errors:
// not_found, conflict (it is under way), unavailable.
func (s *Jobs) Drop(owner gate.Visit, id string) error {
	h, err := s.find(owner, id)
	if err != nil {
		return err
	}
	return s.drop(h)
}

// drop takes the files away first, so that nobody begins what is being removed.
func (s *Jobs) drop(h *held) error {
	h.mu.Lock()
	if h.told.State == JobWaiting || h.told.State == JobRunning {
		h.mu.Unlock()
		return overt.Errorf(overt.Conflict, "", "it is under way")
	}
	id, folder := h.told.ID, h.told.Folder
	h.told.Folder = ""
	h.mu.Unlock()
	s.mu.Lock()
	s.list = slices.DeleteFunc(s.list, func(o *held) bool { return o == h })
	s.mu.Unlock()
	if folder == "" {
		return nil
	}
	if err := os.RemoveAll(folder); err != nil {
		return &overt.Error{Code: overt.Unavailable, Op: "remove files", Where: id, Err: err}
	}
	return nil
}

// Sweep removes the files of imports that nobody began, or began again, for a day.
func (s *Jobs) Sweep() {
	s.mu.Lock()
	list := slices.Clone(s.list)
	s.mu.Unlock()
	for _, h := range list {
		told, _ := h.now()
		since := told.Begun
		if told.Over() {
			since = told.Ended
		}
		if told.Folder != "" && s.cfg.Clock().Sub(since) > jobAge {
			_ = s.drop(h) // not what is under way; what cannot be removed is when a service begins
		}
	}
}

// now gives the state, and what is closed when it is of the past.
func (h *held) now() (Job, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.told, h.changed
}

func (h *held) change(to func(*Job)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	to(&h.told)
	close(h.changed)
	h.changed = make(chan struct{})
}

// noted is what is written down of an import that was begun.
type noted struct {
	ID    string
	Owner gate.Visit
	Order Order
	Files []string
	Begun time.Time
}

const noteName = "order.json"

// note writes down what was begun, before anybody is told so.
func (j *Job) note() error {
	raw, err := json.Marshal(noted{j.ID, j.Owner, j.Order, j.Files, j.Begun})
	if err == nil {
		err = os.WriteFile(filepath.Join(j.Folder, noteName), raw, 0o600)
	}
	if err != nil {
		return &overt.Error{Code: overt.Unavailable, Op: "begin an import", Err: err}
	}
	return nil
}

// restore lists what a service before had begun and not ended, and removes all else:
// of that nobody was told that it is here.
func (s *Jobs) restore() error {
	list, err := os.ReadDir(s.cfg.Folder)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return &overt.Error{Code: overt.Unavailable, Where: s.cfg.Folder, Err: err}
	}
	for _, d := range list {
		folder := filepath.Join(s.cfg.Folder, d.Name())
		var n noted
		raw, err := os.ReadFile(filepath.Join(folder, noteName))
		if err != nil || json.Unmarshal(raw, &n) != nil || n.ID == "" || s.cfg.Clock().Sub(n.Begun) > jobAge {
			if err := os.RemoveAll(folder); err != nil {
				return &overt.Error{Code: overt.Unavailable, Where: folder, Err: err}
			}
			continue
		}
		s.hold(Job{
			ID: n.ID, State: JobFailed, Owner: n.Owner, Order: n.Order, Dataset: n.Order.Dataset, Folder: folder, Files: n.Files, Begun: n.Begun, Ended: s.cfg.Clock().UTC(),
			Err: overt.Errorf(overt.Unavailable, "", "the service ended before the import did; what it kept stays, what waits in the ledger waits, and its files are here: begin it again"),
		})
	}
	return nil
}
