// Package memory keeps everything in memory: statements, the coverage ledger
// and blobs. It is the plainest right answer to each contract, for tests to
// compare other drivers with and for small demonstrations. Zero values are
// empty and ready.
//
// Each class of statements is a sorted table that never changes after its
// commit. A moment of the store is the list of its runs; a commit or an undo
// makes a new list, so that views go on with the one they were opened on.
package memory

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/statement"
)

var _ statement.Store = (*Store)(nil)

// A Store keeps statements as long as the process lives.
type Store struct {
	mu      sync.RWMutex
	runs    []*run // ascending by id; the slice and the runs are never changed, only replaced
	epoch   uint64
	classes statement.Class // the last one given
	writing bool
}

// A run is one import: what all of its labels share, and a table for each.
type run struct {
	statement.Run // without labels, counts and base
	tables        []*table
	generation    int // how many runs it rests on
}

// in is the run as a scope may see it: its labels and the counts that they
// give. It is nil when the scope sees none.
func (r *run) in(scope policy.Scope) *statement.Run {
	seen := r.Run
	for _, t := range r.tables {
		if scope.Sees(t.label) {
			t.addTo(&seen)
		}
	}
	if len(seen.Labels) == 0 {
		return nil
	}
	return &seen
}

func (t *table) addTo(r *statement.Run) {
	r.Labels = append(r.Labels, cloneLabel(t.label))
	r.Entities += int64(len(t.entities))
	r.Statements += t.statements
	r.Sightings += t.sightings
	r.New += t.fresh
}

func cloneLabel(l policy.Label) policy.Label {
	l.Marks = slices.Clone(l.Marks)
	return l
}

// Labels lists the labels in use; see statement.Store.
func (s *Store) Labels(context.Context) ([]policy.Label, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []policy.Label
	for _, r := range s.runs {
		for _, t := range r.tables {
			if r.Undone == "" {
				all = append(all, cloneLabel(t.label))
			}
		}
	}
	slices.SortFunc(all, compareLabels)
	return slices.CompactFunc(all, func(a, b policy.Label) bool { return a.Key() == b.Key() }), nil
}

func compareLabels(a, b policy.Label) int { return strings.Compare(a.Key(), b.Key()) }

// Begin opens a writer; see statement.Store.
func (s *Store) Begin(_ context.Context, scope policy.Scope, spec statement.RunSpec) (statement.Writer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.writing {
		return nil, overt.Errorf(overt.Conflict, "statements", "another import is being written")
	}
	w := &writer{store: s, scope: scope, keys: statement.NewKeyer(), pending: map[string]*pending{}, touched: map[ftm.EntityID]bool{}, before: s.runs}
	if spec.Base != 0 {
		if err := w.rest(spec); err != nil {
			return nil, err
		}
	}
	s.writing = true
	spec.Sources, spec.Base, spec.Moved = slices.Clone(spec.Sources), 0, nil
	w.spec = spec
	return w, nil
}

// View opens a view of this moment; see statement.Store.
func (s *Store) View(_ context.Context, scope policy.Scope, when statement.When) (statement.View, error) {
	s.mu.RLock()
	runs := s.runs
	s.mu.RUnlock()
	return newView(scope, when, runs), nil
}

// Runs lists the runs in scope; see statement.Store.
func (s *Store) Runs(_ context.Context, scope policy.Scope) ([]statement.Run, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	var all []statement.Run
	for _, r := range s.runs {
		if seen := r.in(scope); seen != nil {
			seen.Sources, seen.Warnings = slices.Clone(seen.Sources), slices.Clone(seen.Warnings)
			seen.Measures = slices.Clone(seen.Measures)
			seen.Columns = slices.Clone(seen.Columns)
			all = append(all, *seen)
		}
	}
	return all, nil
}

// Undo takes a run back; see statement.Store. It is denied unless every label
// of the run may be written.
func (s *Store) Undo(_ context.Context, scope policy.Scope, id overt.RunID, at string) error {
	where := "run " + strconv.FormatUint(uint64(id), 10)
	if _, err := time.Parse(time.RFC3339, at); err != nil {
		return overt.Errorf(overt.Invalid, where, "%q is not an RFC 3339 time", at)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.mine(scope, id)
	if err != nil {
		return err
	}
	undone := *s.runs[i]
	undone.Undone = at
	s.runs = slices.Clone(s.runs)
	s.runs[i] = &undone
	s.epoch++
	return nil
}

// Note adds a notice to a run; see statement.Store.
func (s *Store) Note(_ context.Context, scope policy.Scope, id overt.RunID, n statement.Notice) error {
	if err := n.Check(id); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i, err := s.mine(scope, id)
	if err == nil && n.By != 0 {
		_, err = s.mine(scope, n.By)
	}
	if err != nil {
		return err
	}
	noted := *s.runs[i]
	noted.Notices = append(slices.Clone(noted.Notices), n)
	s.runs = slices.Clone(s.runs)
	s.runs[i] = &noted
	return nil
}

// mine finds a run that the scope may change and that is not undone. The
// caller holds the lock. Errors: not_found, denied, conflict.
func (s *Store) mine(scope policy.Scope, id overt.RunID) (int, error) {
	where := "run " + strconv.FormatUint(uint64(id), 10)
	i := slices.IndexFunc(s.runs, func(r *run) bool { return r.ID == id })
	if i < 0 || s.runs[i].in(scope) == nil {
		return 0, overt.Errorf(overt.NotFound, where, "there is no such run")
	}
	for _, t := range s.runs[i].tables {
		if !scope.Writes(t.label) {
			return 0, overt.Errorf(overt.Denied, where, "it may not be written")
		}
	}
	if s.runs[i].Undone != "" {
		return 0, overt.Errorf(overt.Conflict, where, "it was taken back at %s", s.runs[i].Undone)
	}
	return i, nil
}

// Epoch rises with each commit and undo.
func (s *Store) Epoch() uint64 {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.epoch
}

// Close does nothing: open views go on.
func (s *Store) Close() error { return nil }
