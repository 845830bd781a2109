package memory

import (
	"cmp"
	"maps"
	"slices"

	"overt/ftm"
	"overt/policy"
	"overt/statement"
)

// A table holds the statements of one class, sorted. It is immutable once its
// run is committed.
type table struct {
	class      statement.Class
	label      policy.Label
	entities   []entity       // ascending by id
	ended      []ftm.EntityID // ascending
	inbound    map[ftm.EntityID][]statement.Ref
	keys       []statement.Key // ascending by key, then entity; no duplicates
	statements int64
	sightings  int64
	fresh      int64 // entities that the series had not, or had otherwise
}

type entity struct {
	id    ftm.EntityID
	stmts []statement.Statement // ascending by property, value
}

func newTable(p *pending, keys statement.Keyer) *table {
	t := &table{label: p.label, inbound: map[ftm.EntityID][]statement.Ref{}, ended: slices.Sorted(maps.Keys(p.ended))}
	for _, id := range slices.Sorted(maps.Keys(p.entities)) {
		e := entity{id: id}
		for _, s := range p.entities[id] {
			e.stmts = append(e.stmts, *s)
			t.sightings += int64(s.Count)
		}
		slices.SortFunc(e.stmts, compareStatements)
		t.statements += int64(len(e.stmts))
		t.entities = append(t.entities, e)
		t.index(e, keys)
	}
	slices.SortFunc(t.keys, compareKeys)
	t.keys = slices.Compact(t.keys)
	return t
}

// compareStatements orders the statements of one entity and class by
// property and value, and the rest only so that the order is always the same.
func compareStatements(a, b statement.Statement) int {
	return cmp.Or(
		cmp.Compare(a.Prop, b.Prop), cmp.Compare(a.Value, b.Value), cmp.Compare(a.Schema, b.Schema),
		cmp.Compare(a.Original, b.Original), cmp.Compare(a.Quote, b.Quote), cmp.Compare(a.Lang, b.Lang),
		cmp.Compare(a.Origin, b.Origin), compareBools(a.External, b.External), cmp.Compare(a.Canonical, b.Canonical),
		cmp.Compare(a.SourceID, b.SourceID), cmp.Compare(a.FirstSeen, b.FirstSeen), cmp.Compare(a.LastSeen, b.LastSeen),
	)
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func compareKeys(a, b statement.Key) int {
	return cmp.Or(cmp.Compare(a.Key, b.Key), cmp.Compare(a.Entity, b.Entity))
}

// index adds the references and lookup keys of an entity. Entities come in
// ascending order and statements sorted by property, so that equal references
// stand side by side.
func (t *table) index(e entity, keys statement.Keyer) {
	for _, s := range e.stmts {
		if key := keys.Key(s.Schema, s.Prop, s.Value); key != "" {
			t.keys = append(t.keys, statement.Key{Key: key, Entity: e.id})
		}
		if !keys.IsRef(s.Schema, s.Prop) {
			continue
		}
		target, ref := ftm.EntityID(s.Value), statement.Ref{Source: e.id, Prop: s.Prop}
		refs := t.inbound[target]
		if len(refs) == 0 || refs[len(refs)-1] != ref {
			t.inbound[target] = append(refs, ref)
		}
	}
}

func (t *table) setClass(c statement.Class) {
	t.class = c
	for _, e := range t.entities {
		for i := range e.stmts {
			e.stmts[i].Class = c
		}
	}
	for _, refs := range t.inbound {
		for i := range refs {
			refs[i].Class = c
		}
	}
}

// countFresh counts the entities of which no earlier table says exactly this.
func (t *table) countFresh(earlier []*table) {
	for _, e := range t.entities {
		said := func(before *table) bool { return slices.EqualFunc(e.stmts, before.entity(e.id), sameSaying) }
		if !slices.ContainsFunc(earlier, said) {
			t.fresh++
		}
	}
}

func sameSaying(a, b statement.Statement) bool { return a.Saying() == b.Saying() }

// entity finds the statements about an id, nil when there are none.
func (t *table) entity(id ftm.EntityID) []statement.Statement {
	i, ok := slices.BinarySearchFunc(t.entities, id, func(e entity, id ftm.EntityID) int { return cmp.Compare(e.id, id) })
	if !ok {
		return nil
	}
	return t.entities[i].stmts
}

// from gives the keys at or after one.
func (t *table) from(key string) []statement.Key {
	i, _ := slices.BinarySearchFunc(t.keys, key, func(k statement.Key, key string) int { return cmp.Compare(k.Key, key) })
	return t.keys[i:]
}
