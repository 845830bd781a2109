package sandbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"
)

// A Config says what workers a Pool has. Zero fields take the default.
type Config struct {
	Kind string // of the workers; required
	// Arguments are for Kind.Prepare: our own, never a document's.
	Arguments []string
	Program   string        // the program that is started; this one
	Workers   int           // at once, working or waiting; GOMAXPROCS
	Memory    int64         // bytes of address space of one beyond the program's own; 1 GiB
	Resident  int64         // bytes in memory after a call from which one is not used again; 256 MiB
	Calls     int           // of one worker before it is not used again; 200
	Deadline  time.Duration // of a call, time that the worker is waited for; 5 minutes
	// Patience, if set, stands for Deadline in work whose length nobody knows
	// before: a call may take as long as its worker says or reads something, and
	// ends when nothing came for so long while it was waited for.
	Patience time.Duration
	Idle     time.Duration // until a worker without work ends; 30 s
	Output   int64         // bytes that a worker may say in one call; 32 GiB
	Frame    int           // bytes of the largest message; 16 MiB
	// Bare takes workers that are not confined, where the system cannot do it.
	// Whoever sets it tells the user, and keeps it with what came of it.
	Bare bool
}

func (c Config) withDefaults() Config {
	set := func(v *int64, d int64) {
		if *v <= 0 {
			*v = d
		}
	}
	if c.Workers <= 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.Calls <= 0 {
		c.Calls = 200
	}
	if c.Deadline <= 0 {
		c.Deadline = 5 * time.Minute
	}
	if c.Idle <= 0 {
		c.Idle = 30 * time.Second
	}
	if c.Frame <= 0 {
		c.Frame = 16 << 20
	}
	c.Frame = max(c.Frame, minFrame)
	set(&c.Memory, 1<<30)
	set(&c.Resident, 256<<20)
	set(&c.Output, 32<<30)
	return c
}

// patientDeadline is how long a call takes at most that gives signs of life.
const patientDeadline = 7 * 24 * time.Hour

// processorTime is how many seconds a worker may compute in its life: what two
// calls can use with all their threads. The deadline ends a call before; this
// ends a worker whose parent cannot.
func (c Config) processorTime() uint64 { return 2*uint64(c.Deadline/time.Second) + 2 }

// Usage is what a call cost.
type Usage struct {
	Wall, CPU time.Duration
	// Peak is the most that the worker ever had in memory, in bytes, earlier calls
	// counted; 0 where the system does not say.
	Peak int64
	// Attestation is what the worker said of itself.
	Attestation Attestation
}

// A Pool keeps workers of one kind. A worker serves one key all its life, so that
// what it was made to remember is never said of another's. It is safe for
// concurrent use.
type Pool struct {
	cfg   Config
	slots chan struct{} // one for each call under way

	mu     sync.Mutex
	closed bool
	idle   []*worker // oldest first
	busy   int
}

// A worker is a process with its place in a pool.
type worker struct {
	*process
	key   string
	calls int
	timer *time.Timer // ends it when it waits too long
}

// NewPool makes a pool. Nothing is started before there is work; Close ends it.
func NewPool(cfg Config) *Pool {
	cfg = cfg.withDefaults()
	return &Pool{cfg: cfg, slots: make(chan struct{}, cfg.Workers)}
}

var errClosed = errors.New("the pool of workers is closed")

// Do has a worker of the key's do one call. talk sends what is wanted and
// receives until it has the whole answer; in is what the worker may read
// meanwhile. The worker is killed when ctx ends, at the deadline, and after any
// error. Errors: what talk gave, unchanged; what reading in gave; *Failure of the
// worker; the cause of ctx.
func (p *Pool) Do(ctx context.Context, key string, in Input, talk func(*Conn) error) (Usage, error) {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return Usage{}, context.Cause(ctx)
	}
	defer func() { <-p.slots }()
	w, err := p.take(ctx, key)
	if err != nil {
		return Usage{}, err
	}
	began, before := time.Now(), cpuTime(w.cmd.Process.Pid)
	u := Usage{Attestation: w.attests}
	returned := false
	defer func() {
		if !returned { // talk did not come back
			w.end()
			p.mu.Lock()
			p.busy--
			p.mu.Unlock()
		}
	}()
	alive, err := p.call(ctx, w, in, talk)
	returned = true
	u.Wall = time.Since(began)
	if !alive {
		p.mu.Lock()
		p.busy--
		p.mu.Unlock()
		var whole time.Duration
		whole, u.Peak = spent(w.cmd.ProcessState)
		u.CPU = max(whole-before, 0)
		return u, err
	}
	now := cpuTime(w.cmd.Process.Pid)
	u.CPU = max(now-before, 0)
	resident, peak := memory(w.cmd.Process.Pid)
	u.Peak = peak
	w.calls++
	p.give(w, w.calls < p.cfg.Calls && resident < p.cfg.Resident && uint64(now/time.Second) < p.cfg.processorTime()/2)
	return u, nil
}

// call talks with the worker and says whether it lives on.
func (p *Pool) call(ctx context.Context, w *worker, in Input, talk func(*Conn) error) (alive bool, err error) {
	w.conn.begin(in, p.cfg.Output)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w.conn.parent.clock = p.clock(func(why string) { cancel(&Failure{What: OverTime, Reason: why}) })
	if p.cfg.Patience > 0 {
		most := time.AfterFunc(patientDeadline, func() {
			cancel(&Failure{What: OverTime, Reason: fmt.Sprintf("it took longer than %v", patientDeadline)})
		})
		defer most.Stop()
	}
	stop := context.AfterFunc(ctx, w.kill)
	err = talk(w.conn)
	inTime := stop()
	if broken := w.conn.parent.err; broken != nil {
		w.end()
		return false, fmt.Errorf("read the input: %w", broken)
	}
	if err == nil && !w.conn.silent() {
		err = garbled("something after its answer")
	}
	if err == nil && inTime {
		return true, nil
	}
	if err == nil { // the answer is whole, and the worker was killed behind it
		w.end()
		return false, nil
	}
	var f *Failure
	if !errors.As(err, &f) {
		w.end()
		return false, err
	}
	err = w.explain(err)
	if cause := context.Cause(ctx); !inTime && cause != nil {
		if errors.As(cause, &f) {
			f.Stderr = w.stderr.String()
		}
		return false, cause
	}
	return false, err
}

// A clock counts the time that a worker is waited for. It stands still while the
// parent is busy with what the worker said: recognising the pictures of a long
// scan is no fault of its reader.
type clock struct {
	left    time.Duration
	patient time.Duration // that each sign of life gives anew; 0 for none
	over    func()
	timer   *time.Timer
	began   time.Time
}

func (p *Pool) clock(over func(why string)) *clock {
	if d := p.cfg.Patience; d > 0 {
		return &clock{left: d, patient: d, over: func() { over(fmt.Sprintf("nothing came for %v", d)) }}
	}
	return &clock{left: p.cfg.Deadline, over: func() { over(fmt.Sprintf("it took longer than %v", p.cfg.Deadline)) }}
}

func (c *clock) run() {
	if c == nil {
		return
	}
	c.began, c.timer = time.Now(), time.AfterFunc(c.left, c.over)
}

func (c *clock) rest() {
	if c == nil {
		return
	}
	c.timer.Stop()
	c.left = cmp.Or(c.patient, max(0, c.left-time.Since(c.began)))
}

// take gives a waiting worker of the key, or starts one; a waiting one of
// another key makes room for it.
func (p *Pool) take(ctx context.Context, key string) (*worker, error) {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return nil, errClosed
	}
	p.busy++
	for i := len(p.idle) - 1; i >= 0; i-- { // the last one used is the warmest
		w := p.idle[i]
		if w.key != key {
			continue
		}
		p.idle = append(p.idle[:i], p.idle[i+1:]...)
		w.timer.Stop()
		if w.gone() {
			w.end()
			continue
		}
		p.mu.Unlock()
		return w, nil
	}
	var out *worker
	if len(p.idle)+p.busy > p.cfg.Workers {
		out, p.idle = p.idle[0], p.idle[1:]
		out.timer.Stop()
	}
	p.mu.Unlock()
	if out != nil {
		out.end()
	}
	w, err := p.start(ctx, key)
	if err != nil {
		p.mu.Lock()
		p.busy--
		p.mu.Unlock()
	}
	return w, err
}

func (p *Pool) start(ctx context.Context, key string) (*worker, error) {
	c := p.cfg
	proc, err := spawn(c.Program, c.Kind, job{Memory: c.Memory, CPU: c.processorTime(), Frame: c.Frame, Bare: c.Bare, Arguments: c.Arguments})
	if err != nil {
		return nil, err
	}
	if err := proc.attested(ctx, c.Bare); err != nil {
		return nil, err
	}
	return &worker{process: proc, key: key}, nil
}

// give takes a worker back that lives, to use it again or to end it.
func (p *Pool) give(w *worker, again bool) {
	p.mu.Lock()
	p.busy--
	if again && !p.closed {
		p.idle = append(p.idle, w)
		w.timer = time.AfterFunc(p.cfg.Idle, func() { p.retire(w) })
		p.mu.Unlock()
		return
	}
	p.mu.Unlock()
	w.end()
}

// retire ends a worker that waited too long, if it still waits.
func (p *Pool) retire(w *worker) {
	p.mu.Lock()
	waits := false
	for i, other := range p.idle {
		if other == w {
			p.idle, waits = append(p.idle[:i], p.idle[i+1:]...), true
			break
		}
	}
	p.mu.Unlock()
	if waits {
		w.end()
	}
}

// Close ends the workers that wait, and lets calls under way come to their end;
// it returns when nothing is left of any.
func (p *Pool) Close() error {
	p.mu.Lock()
	p.closed = true
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for _, w := range idle {
		w.timer.Stop()
		w.end()
	}
	for range cap(p.slots) {
		p.slots <- struct{}{}
	}
	for range cap(p.slots) {
		<-p.slots
	}
	return nil
}
