// Package match says which records of different sources stand for one entity, and
// why.
//
// Records are compared with a few likely others each: those that share rare keys
// (package name and package value say which). A pair is placed on one level per
// slot (name, birth date, address, …). What a level is worth, in bits, is learned
// without labels: how often unrelated records stand on it is counted over random
// pairs, how often records of one entity do is estimated among the candidates,
// held near the priors we ship. The sum of bits and of the prior odds is the
// score; records are joined by the mean of the scores between groups, never by a
// single chain.
//
// The result is a pure function of the set of records, the constraints and the
// tables of this program: neither the order of Add nor the number of threads
// changes a byte of it. Sex, faith, health, looks and places of stay are not
// compared (slot.go lists what is).
//
// Sources: Fellegi and Sunter, A Theory for Record Linkage (1969); Winkler on
// frequency-based matching (1989); average linkage with constraints after Davidson
// and Ravi (2005).
package match

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"overt/ftm"
)

// A Record is one entity as one source gives it.
type Record struct {
	ID     string // unique among all records
	Source string // the dataset it is from
	Schema string // of the FollowTheMoney model
	Values []Value
}

// A Value is a text for a property of the schema.
type Value struct{ Prop, Text string }

// A Config is how a Matcher works. Its zero value is what we ship.
type Config struct {
	// Merge is the probability from which records are joined; 0 stands for
	// DefaultMerge.
	Merge float64
	// Review is the probability from which a pair that was not joined is listed
	// as possible; 0 stands for DefaultReview.
	Review float64
	// Unique names sources that hold each entity once at most, as registers do:
	// two of their records are never joined.
	Unique []string
	// Candidates is how many others each record is compared with at most; 0
	// stands for DefaultCandidates. A pair is compared if either side asks.
	Candidates int
	// Threads is how many run at once; 0 stands for all processors.
	Threads int
}

// What the zero Config stands for.
const (
	DefaultMerge      = 0.5
	DefaultReview     = 0.1
	DefaultCandidates = 20
)

// Bounds. What is beyond them is refused, or cut and counted.
const (
	maxText    = 1 << 16 // bytes of one value
	maxPerSlot = 64      // values of one record in one slot
	maxRecords = 1 << 30
)

// A Matcher takes records and finds those that are one. Add and Run are for one
// goroutine; after Run, Screen, Explain and Compare are safe for many.
type Matcher struct {
	cfg    Config
	plan   plan
	reader reader
	store  store
	forms  []form // by value, nil if there are too many
	ran    bool

	index index
	freq  frequencies
	fits  [families]fit
	asked [families]fit // for requests
	// shipped weigh what somebody asks about: that is no sample of anything.
	shipped *[families]fit
	trained bool
	pairs   pairs        // candidates
	drawn   pairs        // at random
	counted []block[key] // by which each record is counted, until all are compared
	equal   []equalRecords
	done    Counts
	// What was divided before, by what it was, and, where there is no index, the
	// keys that several records have.
	divided  map[[16]byte][]uint32
	repeated []counted64
	contents [][16]byte // of the records, as hashes
	earlier  *earlier   // until all are compared

	screens sync.Pool // of *worker
	times   []Took
}

// A Took says how long a step of a run took.
type Took struct {
	Step string
	Time time.Duration
}

func (m *Matcher) timed(step string, do func() error) error {
	start := time.Now()
	err := do()
	m.times = append(m.times, Took{step, time.Since(start)})
	return err
}

// New gives an empty Matcher. It is an error if a number of the Config lies
// outside its range.
func New(cfg Config) (*Matcher, error) {
	if cfg.Merge == 0 {
		cfg.Merge = DefaultMerge
	}
	if cfg.Review == 0 {
		cfg.Review = min(DefaultReview, cfg.Merge)
	}
	if cfg.Candidates == 0 {
		cfg.Candidates = DefaultCandidates
	}
	if cfg.Threads == 0 {
		cfg.Threads = runtime.GOMAXPROCS(0)
	}
	switch {
	case !(cfg.Merge > 0 && cfg.Merge < 1) || !(cfg.Review > 0 && cfg.Review <= cfg.Merge):
		return nil, fmt.Errorf("match: probabilities %v to join and %v to review: want 0 < review ≤ join < 1", cfg.Merge, cfg.Review)
	case cfg.Candidates < 1 || cfg.Candidates > 1000:
		return nil, fmt.Errorf("match: %d candidates a record: want 1 to 1000", cfg.Candidates)
	case cfg.Threads < 1:
		return nil, fmt.Errorf("match: %d threads", cfg.Threads)
	}
	cfg.Unique = slices.Clone(cfg.Unique)
	model := ftm.Default()
	m := &Matcher{cfg: cfg, plan: newPlan(model), store: newStore()}
	m.reader = reader{&m.plan, model}
	m.screens.New = func() any { return m.newWorker() }
	return m, nil
}

// Add takes a record. It is an error if its schema is unknown or a link between
// entities, or if the matcher has run. Properties the schema does not have are
// passed over, as are values that nothing is compared by.
func (m *Matcher) Add(r Record) error {
	if m.ran {
		return fmt.Errorf("match: record %s comes after the run", r.ID)
	}
	return m.store.add(&m.plan, r)
}

// Len gives the number of records taken.
func (m *Matcher) Len() int { return len(m.store.ids) }

// Run finds which records are one. What it builds first stays, so that it runs
// again, under other constraints, at little cost. The error is of the context, or
// names a record that came twice or a constraint that cannot hold.
func (m *Matcher) Run(ctx context.Context, cs Constraints) (*Result, error) {
	if !m.trained {
		if err := m.Build(ctx); err != nil {
			return nil, err
		}
	}
	var out *Result
	err := m.timed("cluster", func() (err error) { out, err = m.cluster(ctx, cs); return err })
	if err != nil {
		return nil, err
	}
	out.Counts.Times = m.times
	return out, nil
}

// Build does what comes before clusters: index, candidates, weights. Run calls
// it; called alone it makes a Matcher that screens and explains.
func (m *Matcher) Build(ctx context.Context) error {
	if err := m.Index(ctx); err != nil {
		return err
	}
	err := m.steps(ctx, []stage{{"hash", m.readContents}, {"count", m.countForms}, {"candidates", m.block}, {"draw", m.draw}, {"compare", m.compareAll}, {"train", m.train}, {"equal", m.findEqual}})
	if m.trained = err == nil; m.trained {
		m.count()
	}
	return err
}

// Index does what Ask needs, and no more: the records cannot be run afterwards.
func (m *Matcher) Index(ctx context.Context) error {
	if m.ran {
		return fmt.Errorf("match: a matcher runs once")
	}
	m.ran = true
	if err := m.store.sort(); err != nil {
		return err
	}
	m.store.mark(m.cfg.Unique)
	m.shipped = shippedFits()
	// Parsed values take as much memory as building the index does: a second
	// reading costs less than to hold both at once.
	return m.steps(ctx, []stage{{"index", m.buildIndex}, {"parse", m.parseAll}})
}

type stage struct {
	name string
	do   func(context.Context) error
}

func (m *Matcher) steps(ctx context.Context, stages []stage) error {
	for _, s := range stages {
		if err := m.timed(s.name, func() error { return s.do(ctx) }); err != nil {
			return fmt.Errorf("match: %w", err)
		}
	}
	return nil
}
