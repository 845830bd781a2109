package pebble

import (
	"bytes"
	"context"
	"iter"
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/statement"
)

var (
	_ statement.View    = (*view)(nil)
	_ statement.Batcher = (*view)(nil)
)

// A view is a snapshot of the keys and the sight that filters them.
type view struct {
	db    *DB
	snap  *pebble.Snapshot
	sight *statement.Sight
	words map[statement.Class][]string
	kin   *lineage // nil while no visible run has a base
}

// View opens a view of this moment.
func (db *DB) View(_ context.Context, scope policy.Scope, when statement.When) (statement.View, error) {
	db.mu.RLock()
	defer db.mu.RUnlock()
	v := &view{db: db, snap: db.db.NewSnapshot(), words: map[statement.Class][]string{}}
	v.sight = statement.NewSight(scope, when, db.classes(scope))
	for _, r := range db.runs {
		for _, c := range r.Classes {
			v.words[c] = r.Words
		}
	}
	v.kin = newLineage(db.runs, v.sight.Sees)
	return v, nil
}

// Close ends the view.
func (v *view) Close() error { return v.snap.Close() }

// Sight is what this view sees.
func (v *view) Sight() *statement.Sight { return v.sight }

func (v *view) iterate(prefix []byte) (*pebble.Iterator, error) {
	it, err := v.snap.NewIter(&pebble.IterOptions{LowerBound: prefix, UpperBound: after(prefix)})
	if err != nil {
		return nil, v.broken("read statements", err)
	}
	return it, nil
}

func (v *view) broken(op string, err error) error {
	return &overt.Error{Code: overt.Unavailable, Op: op, Where: v.db.dir, Err: err}
}

// Entity gives the visible statements about one id.
func (v *view) Entity(_ context.Context, id ftm.EntityID) ([]statement.Statement, error) {
	if !statement.ValidID(id) {
		return nil, nil
	}
	it, err := v.iterate(idPrefix(nil, entityKeys, string(id)))
	if err != nil {
		return nil, err
	}
	g := group{v: v}
	for it.First(); it.Valid(); it.Next() {
		if err := g.key(it, id); err != nil {
			_ = it.Close()
			return nil, err
		}
	}
	if err := it.Close(); err != nil {
		return nil, v.broken("read statements", err)
	}
	return g.statements(id)
}

// Entities walks every visible entity in id order.
func (v *view) Entities(ctx context.Context) iter.Seq2[[]statement.Statement, error] {
	return func(yield func([]statement.Statement, error) bool) {
		it, err := v.snap.NewIter(&pebble.IterOptions{LowerBound: []byte{entityKeys}, UpperBound: []byte{entityKeys + 1}})
		if err != nil {
			yield(nil, v.broken("read statements", err))
			return
		}
		defer func() { _ = it.Close() }()
		g := group{v: v}
		var current []byte
		var id ftm.EntityID
		for n := 0; ; n++ {
			if n%1024 == 0 && ctx.Err() != nil {
				yield(nil, ctx.Err())
				return
			}
			more := false
			if n == 0 {
				more = it.First()
			} else {
				more = it.Next()
			}
			var raw []byte
			if more {
				raw, _, _, _ = splitKey(it.Key())
			}
			if !more || !bytes.Equal(raw, current) {
				stmts, err := g.statements(id)
				if err != nil {
					yield(nil, err)
					return
				}
				if len(stmts) > 0 && !yield(stmts, nil) {
					return
				}
				if !more {
					break
				}
				g.next()
				current, id = append(current[:0], raw...), ftm.EntityID(raw)
			}
			if err = g.key(it, id); err != nil {
				yield(nil, err)
				return
			}
		}
		if err := it.Error(); err != nil {
			yield(nil, v.broken("read statements", err))
		}
	}
}

// Batch reads the entities in one walk: seeks that only go forward mostly stay
// in the block they are in.
func (v *view) Batch(ctx context.Context, ids []ftm.EntityID) iter.Seq2[[]statement.Statement, error] {
	return func(yield func([]statement.Statement, error) bool) {
		it, err := v.snap.NewIter(&pebble.IterOptions{LowerBound: []byte{entityKeys}, UpperBound: []byte{entityKeys + 1}})
		if err != nil {
			yield(nil, v.broken("read statements", err))
			return
		}
		defer func() { _ = it.Close() }()
		var prefix []byte
		g := group{v: v}
		for i, id := range ids {
			if i%1024 == 0 && ctx.Err() != nil {
				yield(nil, ctx.Err())
				return
			}
			if !statement.ValidID(id) {
				continue
			}
			prefix = idPrefix(prefix, entityKeys, string(id))
			g.next()
			for ok := it.SeekGE(prefix); ok && bytes.HasPrefix(it.Key(), prefix); ok = it.Next() {
				if err = g.key(it, id); err != nil {
					yield(nil, err)
					return
				}
			}
			stmts, err := g.statements(id)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(stmts) > 0 && !yield(stmts, nil) {
				return
			}
		}
		if err := it.Error(); err != nil {
			yield(nil, v.broken("read statements", err))
		}
	}
}

// Inbound tells who names the id.
func (v *view) Inbound(ctx context.Context, id ftm.EntityID) iter.Seq2[statement.Ref, error] {
	return func(yield func(statement.Ref, error) bool) {
		if !statement.ValidID(id) {
			return
		}
		err := v.each(ctx, refKeys, string(id), func(c statement.Class, rest []byte) bool {
			source, prop, ok := bytes.Cut(rest, []byte{0})
			return !ok || yield(statement.Ref{Source: ftm.EntityID(source), Prop: string(prop), Class: c}, nil)
		})
		if err != nil {
			yield(statement.Ref{}, err)
		}
	}
}

// Lookup gives the entities under a key.
func (v *view) Lookup(ctx context.Context, key string) ([]ftm.EntityID, error) {
	if key == "" {
		return nil, nil
	}
	var out []ftm.EntityID
	err := v.each(ctx, lookupKeys, key, func(_ statement.Class, rest []byte) bool {
		out = append(out, ftm.EntityID(rest))
		return true
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

// LookupPrefix gives distinct keys that begin with prefix.
func (v *view) LookupPrefix(ctx context.Context, prefix string, limit int) ([]statement.Key, error) {
	low := append([]byte{lookupKeys}, prefix...)
	it, err := v.snap.NewIter(&pebble.IterOptions{LowerBound: low, UpperBound: []byte{lookupKeys + 1}})
	if err != nil {
		return nil, v.broken("look up", err)
	}
	defer func() { _ = it.Close() }()
	var out []statement.Key
	for ok := it.First(); ok && len(out) < limit && bytes.HasPrefix(it.Key(), low); {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		key, c, rest, whole := splitKey(it.Key())
		if !whole || !v.reads(c) {
			ok = it.Next()
			continue
		}
		found := statement.Key{Key: string(key), Entity: ftm.EntityID(rest)}
		if v.kin != nil {
			if found.Entity, err = v.one(ctx, found.Key); err != nil {
				return nil, err
			}
		}
		if found.Entity != "" {
			out = append(out, found)
		}
		ok = it.SeekGE(after(idPrefix(nil, lookupKeys, found.Key)))
	}
	if err := it.Error(); err != nil {
		return nil, v.broken("look up", err)
	}
	return out, nil
}

// one gives an entity under a key, "" when no visible class says one.
func (v *view) one(ctx context.Context, key string) (id ftm.EntityID, err error) {
	err = v.each(ctx, lookupKeys, key, func(_ statement.Class, rest []byte) bool {
		id = ftm.EntityID(rest)
		return false
	})
	return id, err
}

// Cite turns a place of a class into a citation.
func (v *view) Cite(c statement.Class, p statement.Place, quote string) overt.Citation {
	return v.sight.Cite(c, p, quote)
}
