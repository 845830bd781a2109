package pebble

import (
	"bytes"

	"github.com/cockroachdb/pebble/v2"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/statement"
)

// under is the base of a run that is being written.
type under struct {
	it    *pebble.Iterator
	kin   *lineage                            // of the classes of the base
	bases map[statement.Class]statement.Class // class of the run → of its base
	runs  map[statement.Class][]string        // words by class
	had   packList                            // scratch
	stmts []statement.Statement               // scratch
}

// rest gives the run the labels and counts of its base, from which what is
// added and dropped is counted off.
func (w *writer) rest() error {
	w.run.Under, w.run.Base = w.run.Base, 0
	w.run.Moves, w.run.Moved = appendMoves(nil, w.run.Moved), nil
	if w.run.Under == 0 {
		return nil
	}
	base := find(w.before, w.run.Under)
	w.under = &under{bases: map[statement.Class]statement.Class{}, runs: map[statement.Class][]string{}}
	for i, l := range base.Labels {
		c, err := w.class(l)
		if err != nil {
			return err
		}
		w.run.Counts[i] = base.Counts[i]
		w.run.Counts[i].New = 0
		w.under.bases[c] = base.Classes[i]
	}
	for _, r := range w.before {
		for _, c := range r.Classes {
			w.under.runs[c] = r.Words
		}
	}
	w.under.kin = readersOf(w.before, base.Classes)
	return nil
}

// touch keeps an entity from being taken over from the base, under any label.
func (w *writer) touch(id ftm.EntityID) error {
	if w.under == nil {
		return nil
	}
	for c := range w.under.bases {
		w.key = classKey(idPrefix(w.key, entityKeys, string(id)), c)
		if err := w.ents.Add(w.key, nil); err != nil {
			return err
		}
	}
	return nil
}

// Drop says that the run says nothing of an entity.
func (w *writer) Drop(id ftm.EntityID) error {
	if w.done {
		return overt.Errorf(overt.Internal, "", "the run is closed")
	}
	if err := statement.CheckID(id); err != nil {
		return err
	}
	return w.touch(id)
}

// replace counts off what the base says of the entity of a key, and writes
// that its references and lookups are gone; those that the run says again are
// written beside and win. was tells whether the base says anything.
func (w *writer) replace(n *counts, key []byte) (was bool, err error) {
	_, c, _, _ := splitKey(key)
	u := w.under
	if u == nil || u.bases[c] == 0 {
		return false, nil
	}
	if u.it == nil {
		u.it, err = w.db.db.NewIter(&pebble.IterOptions{LowerBound: []byte{entityKeys}, UpperBound: []byte{entityKeys + 1}})
		if err != nil {
			return false, err
		}
	}
	id, _, _, _ := splitKey(key)
	stmts, err := u.says(ftm.EntityID(id), key[:len(key)-4], u.bases[c])
	if err != nil || len(stmts) == 0 {
		return false, err
	}
	n.Entities--
	n.Statements -= int64(len(stmts))
	for i := range stmts {
		s := &stmts[i]
		n.Sightings -= int64(s.Sightings())
		if err := w.index(s, w.kind(s), c, gone); err != nil {
			return false, err
		}
	}
	return true, nil
}

// says gives what a class of the base says of an entity.
func (u *under) says(id ftm.EntityID, prefix []byte, base statement.Class) ([]statement.Statement, error) {
	u.had.reset()
	for ok := u.it.SeekGE(prefix); ok && bytes.HasPrefix(u.it.Key(), prefix); ok = u.it.Next() {
		_, c, _, _ := splitKey(u.it.Key())
		pack, err := u.it.ValueAndErr()
		if err != nil {
			return nil, err
		}
		u.had.add(c, pack)
	}
	if err := u.it.Error(); err != nil {
		return nil, err
	}
	from := u.kin.nearest(base, u.had.classes)
	for i, c := range u.had.classes {
		if c != from || isGonePack(u.had.pack(i)) {
			continue
		}
		var err error
		u.stmts, err = readPack(u.stmts[:0], u.had.pack(i), id, c, u.runs[c])
		return u.stmts, err
	}
	return nil, nil
}

func (u *under) close() {
	if u != nil && u.it != nil {
		_ = u.it.Close()
	}
}

// settleLabels leaves out the labels of the base under which the run says
// nothing any more. A run without any stands under the plain label of its
// dataset, as one that is written whole does.
func (w *writer) settleLabels() error {
	if w.under == nil {
		return nil
	}
	plain := policy.Label{Dataset: w.run.Dataset}
	var labels []policy.Label
	var classes []statement.Class
	var kept []counts
	keep := func(i int) {
		labels, classes, kept = append(labels, w.run.Labels[i]), append(classes, w.run.Classes[i]), append(kept, w.run.Counts[i])
	}
	for i, n := range w.run.Counts {
		if n.Entities > 0 {
			keep(i)
		}
	}
	if len(labels) == 0 {
		c, err := w.class(plain)
		if err != nil {
			return err
		}
		keep(int(c - w.base))
	}
	w.run.Spent = w.base + statement.Class(len(w.run.Labels)) - 1
	w.run.Labels, w.run.Classes, w.run.Counts = labels, classes, kept
	return nil
}
