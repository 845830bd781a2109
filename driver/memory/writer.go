package memory

import (
	"context"
	"maps"
	"slices"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/statement"
)

// A writer gathers one run. Nothing of it is in the store before Commit.
type writer struct {
	store    *Store
	scope    policy.Scope
	spec     statement.RunSpec
	keys     statement.Keyer
	pending  map[string]*pending // by label key
	order    []*pending          // as they were first written
	warnings []statement.Warning
	measures []statement.Measure
	ended    int
	columns  []statement.Column
	done     bool
	before   []*run // of the moment it began
	base     *run   // nil for a run that is written whole
	mover    *statement.Mover
	touched  map[ftm.EntityID]bool // added or dropped: not taken over from base
}

// rest makes the run rest on its base, of which a whole copy is taken at
// Commit.
func (w *writer) rest(spec statement.RunSpec) error {
	var whole *statement.Run
	generation := 0
	for _, r := range w.before {
		if r.ID == spec.Base {
			w.base, generation = r, r.generation
			run := r.Run
			for _, t := range r.tables {
				run.Labels = append(run.Labels, t.label)
			}
			whole = &run
		}
	}
	w.mover = statement.NewMover(spec.Moved)
	return statement.CheckBase(w.scope, spec, whole, generation)
}

// inherit copies what the base says of entities that were not touched.
func (w *writer) inherit() {
	for _, t := range w.base.tables {
		for _, e := range t.entities {
			if w.touched[e.id] {
				continue
			}
			said := map[statement.Saying]*statement.Statement{}
			for _, s := range e.stmts {
				s.Class, s.Places = 0, slices.Clone(s.Places)
				for i := range s.Places {
					s.Places[i] = w.mover.Place(s.Places[i])
				}
				slices.SortFunc(s.Places, statement.ComparePlaces)
				said[s.Saying()] = &s
			}
			w.of(t.label).entities[e.id] = said
		}
	}
}

type pending struct {
	label    policy.Label
	entities map[ftm.EntityID]map[statement.Saying]*statement.Statement
	ended    map[ftm.EntityID]bool
}

// Add takes statements in; see statement.Writer. A refused call adds nothing.
func (w *writer) Add(label policy.Label, id ftm.EntityID, stmts []statement.Statement) error {
	if w.done {
		return overt.Errorf(overt.Internal, statement.ShowID(id), "add to a run that is finished")
	}
	if err := w.check(label, id, stmts); err != nil {
		return err
	}
	w.touched[id] = true
	if len(stmts) == 0 {
		return nil
	}
	p := w.of(label)
	said := p.entities[id]
	if said == nil {
		said = map[statement.Saying]*statement.Statement{}
		p.entities[id] = said
	}
	for i := range stmts {
		k := stmts[i].Saying()
		if said[k] == nil {
			kept := stmts[i]
			kept.Entity, kept.Class, kept.Places, kept.Count = id, 0, nil, 0
			said[k] = &kept
		}
		said[k].Count += stmts[i].Sightings()
		said[k].Places = statement.FirstPlaces(append(said[k].Places, stmts[i].Places...))
	}
	return nil
}

func (w *writer) of(label policy.Label) *pending {
	k := label.Key()
	p := w.pending[k]
	if p == nil {
		label = cloneLabel(label)
		slices.Sort(label.Marks)
		label.Marks = slices.Compact(label.Marks)
		p = &pending{label, map[ftm.EntityID]map[statement.Saying]*statement.Statement{}, map[ftm.EntityID]bool{}}
		w.pending[k], w.order = p, append(w.order, p)
	}
	return p
}

func (w *writer) check(label policy.Label, id ftm.EntityID, stmts []statement.Statement) error {
	if err := label.Validate(); err != nil {
		return err
	}
	if !w.scope.Writes(label) {
		return overt.Errorf(overt.Denied, "dataset "+label.Dataset, "it may not be written")
	}
	if err := statement.CheckID(id); err != nil {
		return err
	}
	for i := range stmts {
		s := &stmts[i]
		if s.Prop == "" {
			return overt.Errorf(overt.Invalid, statement.ShowID(id), "a statement needs a property")
		}
		if w.keys.IsRef(s.Schema, s.Prop) && !statement.ValidID(ftm.EntityID(s.Value)) {
			return overt.Errorf(overt.Invalid, statement.ShowID(id), "%s names something that cannot be an entity id", s.Prop)
		}
	}
	return nil
}

// End ends an entity; see statement.Writer.
func (w *writer) End(label policy.Label, id ftm.EntityID) error {
	if w.done {
		return overt.Errorf(overt.Internal, statement.ShowID(id), "add to a run that is finished")
	}
	if err := w.check(label, id, nil); err != nil {
		return err
	}
	p := w.of(label)
	if !p.ended[id] {
		w.ended++
	}
	if w.ended > statement.MaxEnded {
		return overt.Errorf(overt.Invalid, "run", "more than %d entities end in one run", statement.MaxEnded)
	}
	p.ended[id] = true
	return nil
}

// Drop says that the run says nothing of an entity; see statement.Writer.
func (w *writer) Drop(id ftm.EntityID) error {
	if w.done {
		return overt.Errorf(overt.Internal, statement.ShowID(id), "drop from a run that is finished")
	}
	if err := statement.CheckID(id); err != nil {
		return err
	}
	w.touched[id] = true
	return nil
}

// Warn adds a warning to the run.
func (w *writer) Warn(warning statement.Warning) {
	warning.Keys = maps.Clone(warning.Keys)
	w.warnings = append(w.warnings, warning)
}

// Cut makes the run a window.
func (w *writer) Cut() { w.spec.Extent = statement.Window }

// Measure adds a measure of the run's amounts.
func (w *writer) Measure(m statement.Measure) { w.measures = append(w.measures, m) }

// Columns keeps the profiles of the run's columns.
func (w *writer) Columns(c []statement.Column) { w.columns = slices.Clone(c) }

// Commit makes the run visible; see statement.Writer. A run without
// statements is a sighting too: it stands under the plain label of its
// dataset.
func (w *writer) Commit(ctx context.Context) (statement.Run, error) {
	if w.done {
		return statement.Run{}, overt.Errorf(overt.Internal, "statements", "commit of a run that is finished")
	}
	defer func() { _ = w.Abort() }()
	if err := ctx.Err(); err != nil {
		return statement.Run{}, err
	}
	if w.base != nil {
		w.inherit()
	}
	if len(w.order) == 0 {
		plain := policy.Label{Dataset: w.spec.Dataset}
		if err := w.check(plain, "none", nil); err != nil {
			return statement.Run{}, err
		}
		w.of(plain)
	}
	r := &run{Run: statement.Run{RunSpec: w.spec, Warnings: w.warnings, Measures: w.measures, Columns: w.columns}}
	if w.base != nil {
		r.generation = w.base.generation + 1
	}
	for _, p := range w.order {
		r.tables = append(r.tables, newTable(p, w.keys))
	}
	return w.store.commit(w, r), nil
}

func (s *Store) commit(w *writer, r *run) statement.Run {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.ID = overt.RunID(len(s.runs)) + 1
	whole := r.Run
	for _, t := range r.tables {
		s.classes++
		t.setClass(s.classes)
		t.countFresh(w.earlier(r, t.label))
		t.addTo(&whole)
	}
	s.runs = append(slices.Clip(s.runs), r)
	s.epoch++
	s.writing, w.done, w.pending, w.order = false, true, nil, nil
	return whole
}

// earlier lists the tables of one label in earlier runs of the same series.
// Only the same label counts: to be new must not depend on what
// some readers cannot see.
func (w *writer) earlier(r *run, label policy.Label) []*table {
	var all []*table
	for _, before := range w.before {
		if before.Undone != "" || before.Dataset != r.Dataset || before.Series != r.Series {
			continue
		}
		for _, t := range before.tables {
			if t.label.Key() == label.Key() {
				all = append(all, t)
			}
		}
	}
	return all
}

// Abort forgets the run. After Commit, or twice, it does nothing.
func (w *writer) Abort() error {
	if w.done {
		return nil
	}
	w.done, w.pending, w.order = true, nil, nil
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	w.store.writing = false
	return nil
}
