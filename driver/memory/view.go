package memory

import (
	"context"
	"iter"
	"slices"
	"strings"
	"sync/atomic"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/statement"
)

// A view holds the tables of its moment that its scope sees, ascending by
// class. What lies outside is not in it at all.
type view struct {
	sight  *statement.Sight
	tables []*table
	closed atomic.Bool
}

func newView(scope policy.Scope, when statement.When, runs []*run) *view {
	var infos []statement.ClassInfo
	var tables []*table
	for _, r := range runs {
		seen := r.in(scope)
		for _, t := range r.tables {
			if scope.Sees(t.label) {
				infos = append(infos, statement.ClassInfo{Class: t.class, Run: seen, Label: t.label, Ended: t.ended})
				tables = append(tables, t)
			}
		}
	}
	sight := statement.NewSight(scope, when, infos)
	tables = slices.DeleteFunc(tables, func(t *table) bool { return !sight.Sees(t.class) })
	return &view{sight: sight, tables: tables}
}

func (v *view) usable(ctx context.Context) error {
	if v.closed.Load() {
		return overt.Errorf(overt.Internal, "statements", "read from a closed view")
	}
	return ctx.Err()
}

// Entity gives the statements about one id; see statement.View.
func (v *view) Entity(ctx context.Context, id ftm.EntityID) ([]statement.Statement, error) {
	if err := v.usable(ctx); err != nil {
		return nil, err
	}
	var all []statement.Statement
	for _, t := range v.tables {
		all = appendClones(all, t.entity(id))
	}
	return all, nil
}

// appendClones copies statements so that the caller may change them.
func appendClones(all, stmts []statement.Statement) []statement.Statement {
	for _, s := range stmts {
		s.Places = slices.Clone(s.Places)
		all = append(all, s)
	}
	return all
}

// Entities merges the tables; see statement.View.
func (v *view) Entities(ctx context.Context) iter.Seq2[[]statement.Statement, error] {
	return func(yield func([]statement.Statement, error) bool) {
		rest := make([][]entity, len(v.tables))
		for i, t := range v.tables {
			rest[i] = t.entities
		}
		for {
			if err := v.usable(ctx); err != nil {
				yield(nil, err)
				return
			}
			id, ok := lowest(rest)
			if !ok {
				return
			}
			var all []statement.Statement
			for i := range rest {
				if len(rest[i]) > 0 && rest[i][0].id == id {
					all = appendClones(all, rest[i][0].stmts)
					rest[i] = rest[i][1:]
				}
			}
			if !yield(all, nil) {
				return
			}
		}
	}
}

func lowest(rest [][]entity) (id ftm.EntityID, ok bool) {
	for _, entities := range rest {
		if len(entities) > 0 && (!ok || entities[0].id < id) {
			id, ok = entities[0].id, true
		}
	}
	return id, ok
}

// Inbound yields who names the id; see statement.View.
func (v *view) Inbound(ctx context.Context, id ftm.EntityID) iter.Seq2[statement.Ref, error] {
	return func(yield func(statement.Ref, error) bool) {
		for _, t := range v.tables {
			for _, ref := range t.inbound[id] {
				if err := v.usable(ctx); err != nil {
					yield(statement.Ref{}, err)
					return
				}
				if !yield(ref, nil) {
					return
				}
			}
		}
	}
}

// Lookup gives the entities that have a key; see statement.View.
func (v *view) Lookup(ctx context.Context, key string) ([]ftm.EntityID, error) {
	if err := v.usable(ctx); err != nil {
		return nil, err
	}
	var ids []ftm.EntityID
	for _, t := range v.tables {
		for _, k := range t.from(key) {
			if k.Key != key {
				break
			}
			ids = append(ids, k.Entity)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// LookupPrefix gives keys that begin with prefix, each with the first of its
// entities; see statement.View.
func (v *view) LookupPrefix(ctx context.Context, prefix string, limit int) ([]statement.Key, error) {
	if err := v.usable(ctx); err != nil || limit <= 0 {
		return nil, err
	}
	var keys []statement.Key
	for _, t := range v.tables {
		n := 0
		for _, k := range t.from(prefix) {
			if !strings.HasPrefix(k.Key, prefix) || n == limit {
				break
			}
			// Keys of one table are in order: only its first limit can be asked for.
			if len(keys) == 0 || n == 0 || keys[len(keys)-1].Key != k.Key {
				keys = append(keys, k)
				n++
			}
		}
	}
	slices.SortFunc(keys, compareKeys)
	keys = slices.CompactFunc(keys, func(a, b statement.Key) bool { return a.Key == b.Key })
	return keys[:min(len(keys), limit)], nil
}

// Sight is what this view sees.
func (v *view) Sight() *statement.Sight { return v.sight }

// Cite makes a citation; see statement.View. A class outside the view gives
// the zero Citation.
func (v *view) Cite(c statement.Class, p statement.Place, quote string) overt.Citation {
	return v.sight.Cite(c, p, quote)
}

// Close ends the view.
func (v *view) Close() error {
	v.closed.Store(true)
	return nil
}
