package pipeline

import (
	"context"
	"errors"
	"slices"

	"overt/extract"
	"overt/ledger"
	"overt/statement"
)

// A newer full extract of a source mostly says what the last one said. Where
// the run before kept a journal of its records, the new file is read and each
// record compared; what is the same is taken over, what is new is mapped, what
// is gone is mapped once more from the kept bytes and counted off. Whatever
// stands in the way of this, the file is taken in whole, with the same result.

// errWhole ends an attempt to rest on an earlier run.
var errWhole = errors.New("the file is taken in whole")

// maxChanged bounds the records that may differ from the run before: what they
// say is held in memory. Of fewer records a third may.
const maxChanged = 100_000

// maxLeftHeld bounds the rows left out that are held until it is decided
// whether the run rests on another.
const maxLeftHeld = 100_000

// A resting run is one that is compared with the run before.
type resting struct {
	base  statement.Run
	class statement.Class // of base
	view  statement.View
	old   *journal
	plans map[listKey]*plan
	moves []statement.Move
	mover *statement.Mover
	delta *delta
}

// increment takes the files in as what changed since an earlier run. done is
// false when that cannot be, and nothing was changed then.
func (u *unit) increment(ctx context.Context, good []*taken) (done bool, err error) {
	if u.journal == nil {
		return false, nil
	}
	r, err := u.base(ctx)
	if r == nil || err != nil {
		return false, err
	}
	defer func() { _ = r.view.Close() }() // read only: closing cannot lose anything
	before := make([]taken, len(good))
	for i, t := range good {
		before[i] = *t
	}
	if err = u.attempt(ctx, r, good); err == nil {
		err = r.write(ctx, u, good)
	}
	u.rest = nil
	if err != nil {
		// Whatever it is, the whole way meets it again and says it.
		for i, t := range good {
			*t = before[i]
		}
		u.journal, u.said = u.newJournal(good), 0
		return false, ctx.Err()
	}
	u.journal.head.Generation = r.old.head.Generation + 1
	if err := u.leaveHeld(ctx, good); err != nil {
		return false, errors.Join(err, u.w.Abort())
	}
	return true, nil
}

// base finds the run to rest on: the newest of the same source under the same
// mapping that has a journal. nil when there is none.
func (u *unit) base(ctx context.Context) (*resting, error) {
	runs, err := u.bench.Statements.Runs(ctx, u.bench.Scope)
	if err != nil {
		return nil, err
	}
	for _, r := range slices.Backward(runs) {
		if !u.follows(&r) {
			continue
		}
		old, err := readJournal(u.im.journalPath(r.ID), &r)
		if err != nil || old.head.Generation+2 > statement.MaxGenerations {
			return nil, nil
		}
		view, err := u.bench.Statements.View(ctx, u.bench.Scope, statement.When{})
		if err != nil {
			return nil, err
		}
		for _, c := range view.Sight().Classes() {
			if info, _ := view.Sight().Info(c); info.Run.ID == r.ID {
				return &resting{base: r, class: c, view: view, old: old, plans: map[listKey]*plan{}}, nil
			}
		}
		return nil, view.Close()
	}
	return nil, nil
}

// follows says whether the run being read is a later state of what an earlier
// one holds, read in the same way.
func (u *unit) follows(r *statement.Run) bool {
	return r.Undone == "" && r.Extent == statement.Full && r.Dataset == u.spec.Dataset && r.Series == u.spec.Series &&
		r.Mapping == u.spec.Mapping && r.Format == u.spec.Format && len(r.Sources) == len(u.spec.Sources) &&
		len(r.Labels) == 1 && r.Labels[0].Key() == u.label.Key()
}

// attempt finds out what changed, without a mark on ledger or store.
func (u *unit) attempt(ctx context.Context, r *resting, good []*taken) error {
	err := r.compare(ctx, u, good)
	if err != nil {
		return err
	}
	if u.watch, err = u.watched(ctx, good); err != nil {
		return err
	}
	u.rest = r
	r.delta = newDelta(u.label)
	u.w = r.delta
	for _, t := range good {
		if err := u.read(ctx, t); err != nil {
			return err
		}
		if t.err != nil {
			return errWhole
		}
	}
	return r.remove(ctx, u, good)
}

// again takes the next record of a list in: what did not change as the journal
// has it, what did as in a whole import.
func (r *resting) again(u *unit, t *taken, l *journalList, one takes) takes {
	p := r.plans[l.key]
	next := 0
	return func(rec extract.Record) (bool, error) {
		if p == nil || next == len(p.was) {
			return false, errWhole // the file is another than a moment ago
		}
		i := next
		next++
		before := u.leaves
		u.seen = nil
		if p.was[i] >= 0 {
			o := &p.old.entries[p.was[i]]
			if !o.left {
				if err := u.watch.Add(o.seen); err != nil {
					return false, err
				}
				u.journal.add(l, t.index, rec.At(), p.sums[i], o.gave, false, o.seen)
				return o.gave, nil
			}
			// Its statements are there; what was left out is told at its new place.
			w := u.w
			u.w = discard{}
			defer func() { u.w = w }()
		}
		gave, err := one(rec)
		if err == nil {
			u.journal.add(l, t.index, rec.At(), p.sums[i], gave, u.leaves != before, u.seen)
		}
		return gave, err
	}
}

// leaveHeld tells the ledger what was left out, now that the run is written.
func (u *unit) leaveHeld(ctx context.Context, good []*taken) error {
	for _, t := range good {
		held := t.left
		t.left = make([]ledger.Left, 0, leftBatch)
		for _, l := range held {
			if err := u.leave(ctx, t, l); err != nil {
				return err
			}
		}
	}
	return nil
}
