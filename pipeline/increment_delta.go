package pipeline

import (
	"context"
	"errors"
	"iter"
	"maps"
	"slices"

	"overt/extract"
	"overt/ftm"
	"overt/policy"
	"overt/statement"
)

// discard takes a run in and keeps nothing of it.
type discard struct{}

func (discard) Add(policy.Label, ftm.EntityID, []statement.Statement) error { return nil }
func (discard) Drop(ftm.EntityID) error                                     { return nil }
func (discard) Warn(statement.Warning)                                      {}
func (discard) Cut()                                                        {}
func (discard) Measure(statement.Measure)                                   {}
func (discard) Columns([]statement.Column)                                  {}
func (discard) End(policy.Label, ftm.EntityID) error                        { return errWhole }
func (discard) Commit(context.Context) (statement.Run, error)               { return statement.Run{}, errWhole }
func (discard) Abort() error                                                { return nil }

// A delta gathers what records that are new say more, and what records that
// are gone say no more.
type delta struct {
	discard
	label    policy.Label
	sign     int // 1 for records that are new, -1 for those that are gone
	entities map[ftm.EntityID]map[statement.Saying]*change
}

// A change is how often a statement is seen more, or less, and where.
type change struct {
	count int
	fresh []statement.Place // in the files of this run
	gone  []statement.Place // in the files of its base
}

func newDelta(label policy.Label) *delta {
	return &delta{label: label, sign: 1, entities: map[ftm.EntityID]map[statement.Saying]*change{}}
}

// Add notes what a record says of an entity.
func (d *delta) Add(label policy.Label, id ftm.EntityID, stmts []statement.Statement) error {
	if label.Key() != d.label.Key() || !statement.ValidID(id) {
		return errWhole
	}
	said := d.entities[id]
	if said == nil {
		said = map[statement.Saying]*change{}
		d.entities[id] = said
	}
	for i := range stmts {
		k := stmts[i].Saying()
		c := said[k]
		if c == nil {
			c = &change{}
			said[k] = c
		}
		c.count += d.sign * stmts[i].Sightings()
		if d.sign > 0 {
			c.fresh = statement.FirstPlaces(append(c.fresh, stmts[i].Places...))
		} else {
			c.gone = append(c.gone, stmts[i].Places...)
		}
	}
	return nil
}

// ids lists the entities that are touched, ascending.
func (d *delta) ids() []ftm.EntityID { return slices.Sorted(maps.Keys(d.entities)) }

// errUncounted says that the run before does not say what its records say.
var errUncounted = errors.New("the run before does not say what is gone from it")

// says gives what the run says of a touched entity: of what the earlier runs
// say that of its base, more and less what changed.
func (r *resting) says(id ftm.EntityID, all []statement.Statement) ([]statement.Statement, error) {
	changes := r.delta.entities[id]
	known := make(map[statement.Saying]bool, len(changes))
	var out []statement.Statement
	for _, s := range all {
		if s.Class != r.class {
			continue
		}
		k := s.Saying()
		known[k] = true
		s.Class, s.Count = 0, s.Sightings()
		if err := r.change(&s, changes[k]); err != nil {
			return nil, err
		}
		if s.Count > 0 {
			out = append(out, s)
		}
	}
	for k, c := range changes {
		if known[k] {
			continue
		}
		if len(c.gone) > 0 || c.count <= 0 {
			return nil, errUncounted
		}
		s := k.Statement()
		s.Count, s.Places = c.count, c.fresh
		out = append(out, s)
	}
	return out, nil
}

// change brings a statement of the base up to date; c is nil where nothing
// changed but the place.
func (r *resting) change(s *statement.Statement, c *change) error {
	var places []statement.Place
	for _, p := range s.Places {
		if c == nil || !slices.Contains(c.gone, p) {
			places = append(places, r.mover.Place(p))
		}
	}
	if c != nil {
		s.Count += c.count
		places = append(places, c.fresh...)
	}
	s.Places = statement.FirstPlaces(places)
	if s.Count < 0 {
		return errUncounted
	}
	return nil
}

// write gives the store what the run says otherwise than its base.
func (r *resting) write(ctx context.Context, u *unit, good []*taken) (err error) {
	spec := u.spec
	spec.Base, spec.Moved = r.base.ID, r.moves
	spec.Unconfined = spec.Unconfined || r.base.Unconfined // what it rests on was read then
	if u.w, err = u.bench.Statements.Begin(ctx, u.bench.Scope, spec); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, u.w.Abort())
		}
	}()
	want := wanted{}
	err = r.each(ctx, r.delta.ids(), func(id ftm.EntityID, stmts []statement.Statement) error {
		if r.lacks(want, id, stmts) {
			return nil
		}
		return u.put(id, stmts)
	})
	if err != nil || len(want) == 0 {
		return err
	}
	ids := slices.Sorted(maps.Keys(want))
	if err := r.refill(ctx, u, good, want); err != nil {
		return err
	}
	return r.each(ctx, ids, u.put)
}

// put says of an entity what it is given, or that nothing is said any more.
func (u *unit) put(id ftm.EntityID, stmts []statement.Statement) error {
	if len(stmts) == 0 {
		return u.w.Drop(id)
	}
	return u.w.Add(u.label, id, stmts)
}

// each gives what the run says of each entity; ids ascend.
func (r *resting) each(ctx context.Context, ids []ftm.EntityID, f func(ftm.EntityID, []statement.Statement) error) error {
	until := func(id ftm.EntityID) error { // those that no run speaks of
		for len(ids) > 0 && (id == "" || ids[0] < id) {
			stmts, err := r.says(ids[0], nil)
			if err == nil {
				err = f(ids[0], stmts)
			}
			if err != nil {
				return err
			}
			ids = ids[1:]
		}
		return nil
	}
	for all, err := range r.batch(ctx, ids) {
		if err != nil {
			return err
		}
		id := all[0].Entity
		if err := until(id); err != nil {
			return err
		}
		ids = ids[1:]
		stmts, err := r.says(id, all)
		if err == nil {
			err = f(id, stmts)
		}
		if err != nil {
			return err
		}
	}
	return until("")
}

// batch reads the entities that earlier runs speak of, in one walk where the
// store has one.
func (r *resting) batch(ctx context.Context, ids []ftm.EntityID) iter.Seq2[[]statement.Statement, error] {
	if b, ok := r.view.(statement.Batcher); ok {
		return b.Batch(ctx, ids)
	}
	return func(yield func([]statement.Statement, error) bool) {
		for _, id := range ids {
			stmts, err := r.view.Entity(ctx, id)
			if (err != nil || len(stmts) > 0) && !yield(stmts, err) {
				return
			}
		}
	}
}

// A wanted statement has lost all places that were kept, and is still seen.
type wanted map[ftm.EntityID]map[statement.Saying]bool

// lacks notes the statements of an entity that need a place.
func (r *resting) lacks(want wanted, id ftm.EntityID, stmts []statement.Statement) bool {
	for i := range stmts {
		if len(stmts[i].Places) > 0 {
			continue
		}
		k := stmts[i].Saying()
		if c := r.delta.entities[id][k]; c == nil || len(c.gone) == 0 {
			continue
		}
		if want[id] == nil {
			want[id] = map[statement.Saying]bool{}
		}
		want[id][k] = true
	}
	return want[id] != nil
}

// A finder takes the places of statements that need one from whatever is
// mapped, until each has some.
type finder struct {
	discard
	want  wanted
	delta *delta
}

// errFound ends the search.
var errFound = errors.New("all places are found")

func (f finder) Add(_ policy.Label, id ftm.EntityID, stmts []statement.Statement) error {
	said := f.want[id]
	if said == nil {
		return nil
	}
	for i := range stmts {
		if k := stmts[i].Saying(); said[k] && len(stmts[i].Places) > 0 {
			c := f.delta.entities[id][k]
			c.fresh = statement.FirstPlaces(append(c.fresh, stmts[i].Places...))
			delete(said, k)
		}
	}
	if len(said) == 0 {
		if delete(f.want, id); len(f.want) == 0 {
			return errFound
		}
	}
	return nil
}

// refill maps the new files from their beginning until each statement that
// lost its places has one again.
func (r *resting) refill(ctx context.Context, u *unit, good []*taken, want wanted) error {
	defer u.unseen()()
	w := u.w
	defer func() { u.w = w }()
	u.w = finder{want: want, delta: r.delta}
	for _, l := range u.journal.lists {
		t := *good[l.key.source]
		t.left = nil
		one, err := u.one(ctx, &t, l.key)
		if err != nil {
			return err
		}
		for rec, err := range t.part[l.key.part].Reader.Records(ctx, l.key.selector) {
			if extract.IsRowError(err) {
				continue
			}
			if err == nil {
				_, err = one(rec)
			}
			if errors.Is(err, errFound) {
				return nil
			}
			if err != nil {
				return err
			}
			t.left = t.left[:0]
		}
	}
	return errUncounted
}
