package answer

import (
	"cmp"
	"context"
	"slices"

	"overt"
	"overt/gate"
	"overt/ledger"
	"overt/policy"
	"overt/statement"
)

// Sources is what came in, dataset by dataset.
type Sources struct {
	Sources []*Source `json:"sources"` // by name
}

// Records counts what the answer releases.
func (s *Sources) Records() int { return len(s.Sources) }

// A Source is one dataset: who publishes it, what it is there for, what came in of
// it, and what became of that.
type Source struct {
	ledger.Dataset                  // only its name where nobody said more
	Purposes       []policy.Purpose `json:"purposes"`
	AsOf           string           `json:"as_of"` // the day of its newest state; "" for none
	Runs           []RunLine        `json:"runs"`  // the newest first; those taken back too
	Coverage       DatasetCoverage  `json:"coverage"`
}

// Records counts what the answer releases.
func (s *Source) Records() int { return len(s.Runs) + len(s.Coverage.Files) }

// ListSources tells of every dataset, without its files.
func ListSources(ctx context.Context, d *gate.Desk) (*Sources, error) {
	c, err := SumCoverage(ctx, d)
	if err != nil {
		return nil, err
	}
	said, err := d.Ledger.Datasets(ctx, d.Scope)
	if err != nil {
		return nil, err
	}
	per := map[string]*Source{}
	of := func(name string) *Source {
		if per[name] == nil {
			per[name] = &Source{Dataset: ledger.Dataset{Name: name}}
		}
		return per[name]
	}
	for _, s := range said {
		of(s.Name).Dataset = s
	}
	for _, x := range c.Datasets {
		of(x.Dataset).Coverage = x
	}
	for _, r := range d.Runs {
		of(r.Dataset)
	}
	out := &Sources{Sources: []*Source{}}
	for name, s := range per {
		s.complete(d, name)
		out.Sources = append(out.Sources, s)
	}
	slices.SortFunc(out.Sources, func(a, b *Source) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

// ReadSource tells of one dataset; left is how many left-out rows each file lists.
// Errors: not_found.
func ReadSource(ctx context.Context, d *gate.Desk, name string, left int) (*Source, error) {
	s := &Source{Dataset: ledger.Dataset{Name: name}}
	said, err := d.Ledger.Dataset(ctx, d.Scope, name)
	switch {
	case err == nil:
		s.Dataset = said
	case overt.CodeOf(err) != overt.NotFound:
		return nil, err
	}
	s.complete(d, name)
	c, noFiles := ReadCoverage(ctx, d, name, left)
	switch {
	case noFiles == nil:
		s.Coverage = c.Datasets[0]
	case overt.CodeOf(noFiles) != overt.NotFound, err != nil && len(s.Runs) == 0:
		return nil, noFiles
	}
	return s, nil
}

// complete adds what is known of a dataset beside its files.
func (s *Source) complete(d *gate.Desk, name string) {
	s.Purposes, s.Runs = d.Purposes(name), ListRuns(d, name).Runs
	slices.SortFunc(s.Runs, func(a, b RunLine) int { return cmp.Compare(b.ID, a.ID) })
	for _, r := range s.Runs {
		if r.Undone == "" {
			s.AsOf = max(s.AsOf, r.Observed)
		}
	}
}

// Before gives the state of the same source that came before a run, 0 for none.
func (s *Source) Before(r *statement.Run) overt.RunID {
	var last *statement.Run
	for i := range s.Runs {
		o := &s.Runs[i].Run
		earlier := cmp.Or(cmp.Compare(o.Observed, r.Observed), cmp.Compare(o.ID, r.ID)) < 0
		if o.Undone == "" && o.Series == r.Series && earlier && (last == nil || cmp.Or(cmp.Compare(o.Observed, last.Observed), cmp.Compare(o.ID, last.ID)) > 0) {
			last = o
		}
	}
	if last == nil || r.Undone != "" {
		return 0
	}
	return last.ID
}
