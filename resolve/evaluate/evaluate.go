// Package evaluate measures resolution on data whose answers are known.
//
// A small YAML file describes a set of data: which columns are which properties of
// the model, and where the answers stand (docs/format/evaluation.md). The answers
// are read after the run and never by it: nothing is chosen for a set. What is
// reported is defined in measure.go.
package evaluate

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"overt/resolve/match"
)

// A Config is how sets are measured.
type Config struct {
	Root   string // folder that the files of descriptions lie under
	Match  match.Config
	Errors int  // how many wrong decisions are explained
	Twice  bool // run again with one thread and the records turned round, and compare
}

// A Report is what a set showed.
type Report struct {
	Name    string
	Records int
	Truth   int // pairs of one entity, or labelled pairs that match

	Pairwise  *Rates        `json:",omitempty"` // of pairs of records in one cluster
	BCubed    *Rates        `json:",omitempty"`
	Exact     *Rates        `json:",omitempty"` // of clusters that are whole
	MergeCost float64       `json:",omitempty"` // merges and splits that would mend it, for each record
	Candidate *Candidates   `json:",omitempty"`
	Decision  *Rates        `json:",omitempty"` // of labelled pairs
	Accuracy  float64       `json:",omitempty"`
	Average   float64       `json:",omitempty"` // precision over all thresholds
	Brier     float64       `json:",omitempty"` // mean squared error of probabilities
	Points    []Point       `json:",omitempty"`
	By        []Slice       `json:",omitempty"`
	Screening *Screening    `json:",omitempty"`
	Same      string        `json:",omitempty"` // whether another order and one thread gave the same result
	Model     []match.Model `json:",omitempty"`
	Counts    match.Counts
	Cost      Cost
	Errors    []Mistake `json:",omitempty"`
}

// Rates are precision, recall and their harmonic mean.
type Rates struct{ Precision, Recall, F1 float64 }

// Candidates says how well the search for candidates did.
type Candidates struct {
	Pairs     int
	Complete  float64 // share of true pairs among them
	Reduction float64 // share of all pairs that need no comparison
}

// A Point is a place on the curve of precision and recall.
type Point struct{ Threshold, Precision, Recall float64 }

// A Slice is the measure of a part: a schema, a script, a group.
type Slice struct {
	By, Of string
	Pairs  int
	Rates
}

// A Screening is how requests fared.
type Screening struct {
	Requests int
	Found    int // requests whose own record was among the hits
	First    int // and stood first
	Alarms   int // requests without a record that had a hit over the threshold
	Missed   int
	Hits     int
	PerSec   float64
	P50, P99 time.Duration
}

// A Mistake is a wrong decision, explained.
type Mistake struct {
	Kind string // missed, joined or alarm
	match.Explanation
}

// A Cost is what a run took.
type Cost struct {
	Seconds, CPU float64
	PeakMB       float64 // of the process, as the system has it
	PairsPerSec  float64
	Threads      int
}

// Run measures one set.
func Run(ctx context.Context, d *Description, cfg Config) (*Report, error) {
	data, err := d.load(cfg.Root)
	if err != nil {
		return nil, fmt.Errorf("evaluate %s: %w", d.Name, err)
	}
	r := &Report{Name: d.Name, Records: len(data.records)}
	cfg.Match.Unique = data.unique
	switch {
	case d.Screen != nil:
		err = r.screen(ctx, data, cfg)
	case data.labelled != nil:
		err = r.decide(ctx, data, cfg)
	default:
		err = r.resolve(ctx, data, cfg)
	}
	if err != nil {
		return nil, fmt.Errorf("evaluate %s: %w", d.Name, err)
	}
	return r, nil
}

// matcher gives one that has taken all records.
func matcher(records []match.Record, cfg match.Config) (*match.Matcher, error) {
	m, err := match.New(cfg)
	if err != nil {
		return nil, err
	}
	for _, rec := range records {
		if err := m.Add(rec); err != nil {
			return nil, err
		}
	}
	return m, nil
}

func (r *Report) resolve(ctx context.Context, data *data, cfg Config) error {
	entity := data.entities()
	clock := Start()
	m, err := matcher(data.records, cfg.Match)
	if err != nil {
		return err
	}
	res, err := m.Run(ctx, match.Constraints{})
	if err != nil {
		return err
	}
	r.Cost = clock.Stop(res.Counts.Pairs, cfg.Match.Threads)
	r.Counts, r.Model = res.Counts, res.Model
	r.measureClusters(res.Clusters, data.records, entity)
	r.measureCandidates(m, data, entity)
	r.slices(res.Clusters, data, entity)
	if cfg.Errors > 0 {
		if err := r.explainErrors(m, res, data, entity, cfg.Errors); err != nil {
			return err
		}
	}
	if cfg.Twice {
		return r.again(ctx, res, data, cfg)
	}
	return nil
}

// again runs with the records turned round and another number of threads.
func (r *Report) again(ctx context.Context, first *match.Result, data *data, cfg Config) error {
	turned := make([]match.Record, 0, len(data.records))
	for i := range data.records {
		turned = append(turned, data.records[len(data.records)-1-i])
	}
	other := cfg.Match
	other.Threads = 1
	if cfg.Match.Threads == 1 || runtime.GOMAXPROCS(0) == 1 {
		other.Threads = 3
	}
	m, err := matcher(turned, other)
	if err != nil {
		return err
	}
	second, err := m.Run(ctx, match.Constraints{})
	if err != nil {
		return err
	}
	r.Same = "yes"
	if why := differ(first, second); why != "" {
		r.Same = "no: " + why
	}
	return nil
}
