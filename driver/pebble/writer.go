package pebble

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/internal/extsort"
	"overt/policy"
	"overt/statement"
)

var _ statement.Writer = (*writer)(nil)

// A writer gathers one run in three external sorts (entities, references,
// lookups) and writes them as tables at Commit. Only Commit touches the store.
type writer struct {
	db     *DB
	scope  policy.Scope
	run    record
	base   statement.Class
	labels map[string]statement.Class
	words  *words
	keys   statement.Keyer
	props  map[propKey]propKind
	dir    string
	ents   *extsort.Sorter
	refs   *extsort.Sorter
	looks  *extsort.Sorter
	stmts  []statement.Statement  // scratch
	kinds  []propKind             // scratch, of stmts
	order  []*statement.Statement // scratch
	key    []byte                 // scratch
	pack   []byte                 // scratch
	tables []string
	ended  map[statement.Class]map[ftm.EntityID]bool
	ends   int
	done   bool
	before []*record // the runs of the moment it began
	under  *under    // nil for a run that is written whole
}

type propKey struct{ schema, prop string }

type propKind struct{ ref, lookup bool }

// Begin opens the one writer.
func (db *DB) Begin(_ context.Context, scope policy.Scope, spec statement.RunSpec) (statement.Writer, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.writer {
		return nil, overt.Errorf(overt.Conflict, "", "another import is being written; wait for it to end")
	}
	if spec.Base != 0 {
		if err := checkBase(scope, spec, db.runs); err != nil {
			return nil, err
		}
	}
	dir, err := os.MkdirTemp(filepath.Join(db.dir, "tmp"), "run-*")
	if err != nil {
		return nil, &overt.Error{Code: overt.Unavailable, Op: "begin a run", Where: db.dir, Err: err}
	}
	w := &writer{
		db: db, scope: scope, dir: dir, before: db.runs, words: newWords(), keys: statement.NewKeyer(),
		labels: map[string]statement.Class{}, props: map[propKey]propKind{}, base: 1,
		ended: map[statement.Class]map[ftm.EntityID]bool{},
		ents:  extsort.New(dir, db.cfg.Memory*2/3),
		refs:  extsort.New(dir, db.cfg.Memory/6),
		looks: extsort.New(dir, db.cfg.Memory/6),
	}
	w.run.ID, w.run.RunSpec = 1, spec
	for _, r := range db.runs {
		w.run.ID = r.ID + 1
		for _, c := range r.Classes {
			w.base = max(w.base, c+1)
		}
		w.base = max(w.base, r.Spent+1)
	}
	if err := w.rest(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	db.writer = true
	return w, nil
}

// class gives the class of a label in this run, asking the scope once.
func (w *writer) class(label policy.Label) (statement.Class, error) {
	key := label.Key()
	if c, ok := w.labels[key]; ok {
		return c, nil
	}
	if err := label.Validate(); err != nil {
		return 0, err
	}
	if !w.scope.Writes(label) {
		return 0, overt.Errorf(overt.Denied, label.Dataset, "you may not write to this dataset")
	}
	c := w.base + statement.Class(len(w.run.Labels))
	w.labels[key] = c
	w.run.Labels = append(w.run.Labels, label)
	w.run.Classes = append(w.run.Classes, c)
	w.run.Counts = append(w.run.Counts, counts{})
	return c, nil
}

// Add takes statements of one entity in.
func (w *writer) Add(label policy.Label, id ftm.EntityID, stmts []statement.Statement) error {
	if w.done {
		return overt.Errorf(overt.Internal, "", "the run is closed")
	}
	if err := statement.CheckID(id); err != nil {
		return err
	}
	c, err := w.class(label)
	if err != nil {
		return err
	}
	w.stmts = append(w.stmts[:0], stmts...)
	if err := w.check(id); err != nil {
		return err
	}
	if err := w.touch(id); err != nil || len(stmts) == 0 {
		return err
	}
	w.order = w.order[:0]
	sightings := 0
	for i := range w.stmts {
		s := &w.stmts[i]
		s.Entity, s.Class = id, 0
		s.Count = s.Sightings()
		s.Places = s.Places[:min(len(s.Places), statement.MaxPlaces)]
		if err := w.index(s, w.kinds[i], c, nil); err != nil {
			return err
		}
		sightings += s.Count
		w.order = append(w.order, s)
	}
	w.order = tidy(w.order)
	w.pack = appendFragment(w.pack[:0], len(w.order), sightings, w.order, w.words)
	w.key = classKey(idPrefix(w.key, entityKeys, string(id)), c)
	return w.ents.Add(w.key, w.pack)
}

// End ends an entity; see statement.Writer.
func (w *writer) End(label policy.Label, id ftm.EntityID) error {
	if w.done {
		return overt.Errorf(overt.Internal, "", "the run is closed")
	}
	if err := statement.CheckID(id); err != nil {
		return err
	}
	c, err := w.class(label)
	if err != nil {
		return err
	}
	ids := w.ended[c]
	if ids == nil {
		ids = map[ftm.EntityID]bool{}
		w.ended[c] = ids
	}
	if ids[id] {
		return nil
	}
	if w.ends++; w.ends > statement.MaxEnded {
		return overt.Errorf(overt.Invalid, "", "more than %d entities end in one run", statement.MaxEnded)
	}
	ids[ftm.EntityID(strings.Clone(string(id)))] = true
	return nil
}

// listEnded puts what ends into the record of the run.
func (w *writer) listEnded() {
	if len(w.ended) == 0 {
		return
	}
	w.run.Ended = make([][]ftm.EntityID, len(w.run.Classes))
	for i, c := range w.run.Classes {
		w.run.Ended[i] = slices.Sorted(maps.Keys(w.ended[c]))
	}
}

// check refuses an Add as a whole, before anything of it is kept, and notes
// what each value is a key to.
func (w *writer) check(id ftm.EntityID) error {
	w.kinds = w.kinds[:0]
	for i := range w.stmts {
		s := &w.stmts[i]
		if s.Prop == "" {
			return overt.Errorf(overt.Invalid, statement.ShowID(id), "a statement needs a property")
		}
		kind := w.kind(s)
		w.kinds = append(w.kinds, kind)
		if kind.ref && !statement.ValidID(ftm.EntityID(s.Value)) {
			return overt.Errorf(overt.Invalid, statement.ShowID(id), "property %s names something that cannot be an entity id", s.Prop)
		}
	}
	return nil
}

// kind tells, remembered by schema and property, what a value is a key to.
func (w *writer) kind(s *statement.Statement) propKind {
	pk := propKey{s.Schema, s.Prop}
	kind, ok := w.props[pk]
	if !ok {
		kind = propKind{w.keys.IsRef(s.Schema, s.Prop), w.keys.Key(s.Schema, s.Prop, "x") != ""}
		w.props[propKey{strings.Clone(s.Schema), strings.Clone(s.Prop)}] = kind
	}
	return kind
}

// index adds the reference or lookup key of one statement, or says with the
// mark that it is gone.
func (w *writer) index(s *statement.Statement, kind propKind, c statement.Class, mark []byte) error {
	switch {
	case kind.ref:
		w.key = refKey(w.key, s.Value, c, s.Entity, s.Prop)
		return w.refs.Add(w.key, mark)
	case kind.lookup:
		k := w.keys.Key(s.Schema, s.Prop, s.Value)
		if k == "" {
			return nil
		}
		w.key = lookupKey(w.key, k, c, s.Entity)
		return w.looks.Add(w.key, mark)
	}
	return nil
}

// Warn adds a warning to the run.
func (w *writer) Warn(warning statement.Warning) { w.run.Warnings = append(w.run.Warnings, warning) }

// Cut makes the run a window.
func (w *writer) Cut() { w.run.Extent = statement.Window }

// Measure adds a measure of the run's amounts.
func (w *writer) Measure(m statement.Measure) { w.run.Measures = append(w.run.Measures, m) }

// Columns keeps the profiles of the run's columns.
func (w *writer) Columns(c []statement.Column) { w.run.Columns = c }

// Abort drops the run; nothing of it was ever in the store.
func (w *writer) Abort() error {
	if w.done {
		return nil
	}
	w.done = true
	w.under.close()
	err := errors.Join(w.ents.Close(), w.refs.Close(), w.looks.Close(), os.RemoveAll(w.dir))
	w.db.mu.Lock()
	w.db.writer = false
	w.db.mu.Unlock()
	return err
}
