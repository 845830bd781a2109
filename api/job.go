package api

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"overt"
	"overt/gate"
	"overt/pipeline"
)

// The states of an import.
const (
	jobWaiting   = "waiting"
	jobRunning   = "running"
	jobDone      = "done"
	jobFailed    = "failed"
	jobCancelled = "cancelled"
)

// maxJobs is how many imports are remembered; more that have not ended are refused.
const maxJobs = 200

// A Job is an import under way, or one that has ended. What it kept stands in the
// runs, however it ended.
type Job struct {
	ID         string           `json:"id"`
	State      string           `json:"state"` // waiting, running, done, failed or cancelled
	Dataset    string           `json:"dataset,omitempty"`
	Files      []string         `json:"files"` // as they were received
	Begun      string           `json:"begun"` // RFC 3339
	Ended      string           `json:"ended,omitempty"`
	File       string           `json:"file,omitempty"`       // that is being read
	Rows       int64            `json:"rows,omitempty"`       // of it; of documents: pages of all
	Statements int64            `json:"statements,omitempty"` // of it
	Report     *pipeline.Report `json:"report,omitempty"`     // what became of each file
	Documents  *Ingested        `json:"documents,omitempty"`  // what became of documents
	Problem    *Problem         `json:"problem,omitempty"`    // why it failed
}

// Over says whether it has ended.
func (j *Job) over() bool { return j.State != jobWaiting && j.State != jobRunning }

// Ingested is what became of documents: of those that were not read whole it says why.
type Ingested struct {
	Received *pipeline.Received `json:"received"` // what came in
	*pipeline.Work
}

// A job is a Job with who asked for it and what holds it.
type job struct {
	owner   gate.Visit
	folder  string // of the files
	stop    context.CancelFunc
	mu      sync.Mutex
	told    Job
	changed chan struct{} // closed at the next change
}

// now gives the state, and what is closed when it is of the past.
func (j *job) now() (Job, <-chan struct{}) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.told, j.changed
}

func (j *job) change(to func(*Job)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	to(&j.told)
	close(j.changed)
	j.changed = make(chan struct{})
}

// jobs are the imports of one service. One is worked on at a time.
type jobs struct {
	clock   func() time.Time
	ctx     context.Context // until the service ends
	stop    context.CancelFunc
	running sync.WaitGroup
	turn    chan struct{}
	mu      sync.Mutex
	list    []*job // the oldest first
}

func newJobs(clock func() time.Time) *jobs {
	ctx, stop := context.WithCancel(context.Background())
	return &jobs{clock: clock, ctx: ctx, stop: stop, turn: make(chan struct{}, 1)}
}

// close cancels all and waits for their end.
func (s *jobs) close() error {
	s.stop()
	s.running.Wait()
	return nil
}

func (s *jobs) moment() string { return s.clock().UTC().Format(time.RFC3339) }

// begin queues an import. Errors: unavailable (too many).
func (s *jobs) begin(owner gate.Visit, dataset string, up *upload, work func(context.Context, *job) error) (*job, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return nil, overt.Errorf(overt.Unavailable, "", "the service is ending")
	}
	if len(s.list) >= maxJobs {
		i := slices.IndexFunc(s.list, func(j *job) bool { told, _ := j.now(); return told.over() })
		if i < 0 {
			return nil, overt.Errorf(overt.Unavailable, "", "too many imports are waiting; ask again later")
		}
		s.list = slices.Delete(s.list, i, i+1)
	}
	var raw [16]byte
	_, _ = rand.Read(raw[:]) // never fails
	ctx, stop := context.WithCancel(s.ctx)
	j := &job{owner: owner, folder: up.folder, stop: stop, changed: make(chan struct{})}
	j.told = Job{ID: hex.EncodeToString(raw[:]), State: jobWaiting, Dataset: dataset, Files: up.names, Begun: s.moment()}
	s.list = append(s.list, j)
	s.running.Go(func() { s.run(ctx, j, work) })
	return j, nil
}

// take waits for the turn to import, which is to be given back.
func (s *jobs) take(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
		if ctx.Err() != nil { // both were so
			<-s.turn
		}
	case <-ctx.Done():
	}
	return ctx.Err()
}

func (s *jobs) run(ctx context.Context, j *job, work func(context.Context, *job) error) {
	defer j.stop()
	err := s.take(ctx)
	if err == nil {
		j.change(func(t *Job) { t.State = jobRunning })
		err = work(ctx, j)
		<-s.turn
	}
	// Their bytes are kept as blobs, so far as they were taken in.
	err = errors.Join(err, os.RemoveAll(j.folder))
	j.change(func(t *Job) {
		t.Ended, t.State = s.moment(), jobDone
		switch {
		case errors.Is(err, context.Canceled):
			t.State = jobCancelled
		case err != nil:
			p := problemOf(err)
			t.State, t.Problem = jobFailed, &p
		}
	})
}

// of lists the imports of one actor for one purpose and case, the newest first.
func (s *jobs) of(owner gate.Visit) []*job {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []*job
	for _, j := range slices.Backward(s.list) {
		if j.owner.Actor.ID == owner.Actor.ID && j.owner.Purpose == owner.Purpose && j.owner.Case == owner.Case {
			out = append(out, j)
		}
	}
	return out
}

// find gives an import of an actor. Another's is not there. Errors: not_found.
func (s *jobs) find(owner gate.Visit, id string) (*job, error) {
	for _, j := range s.of(owner) {
		if j.told.ID == id { // never changes
			return j, nil
		}
	}
	return nil, overt.Errorf(overt.NotFound, "", "there is no import of that id")
}
