package graph

import (
	"slices"

	"overt/statement"
)

// A Direction says which way directed edges are followed. Undirected ones are
// followed both ways always.
type Direction uint8

// The directions.
const (
	Either   Direction = iota
	Forward            // from source to target
	Backward           // from target to source
)

// A Filter narrows which visible edges a question may use. The zero Filter,
// with AsOf set to NoDay, uses all.
type Filter struct {
	Kinds func(kind string) bool // nil = every kind
	// AsOf leaves out edges that were not valid on that day: see Edge.Valid.
	// NoDay = no limit. Mind that the zero Day is 1970-01-01.
	AsOf statement.Day
	Dir  Direction
	// SkipSelf leaves out edges from an entity to itself.
	SkipSelf bool
}

// Everything is the Filter that leaves nothing out.
var Everything = Filter{AsOf: statement.NoDay}

// KindSet is a choice of kinds for a Filter.
func KindSet(kinds ...string) func(string) bool {
	set := slices.Clone(kinds)
	return func(kind string) bool { return slices.Contains(set, kind) }
}

// How an adjacency entry may be passed, by where it stands.
const (
	passOut = 1 << iota // at the edge's source
	passIn              // at the edge's target
	passAny = passOut | passIn
)

// A query is a Filter worked out for a view: what may be passed, by tag.
type query struct {
	v        *View
	allow    []uint8 // passOut, passIn
	asOf     statement.Day
	from, to []statement.Day // when asOf is set: validity of edges without own dates
}

func (v *View) query(f Filter) *query {
	q := &query{v: v, allow: make([]uint8, len(v.tags)), asOf: f.AsOf}
	kinds := make([]uint8, len(v.g.kinds))
	for i, k := range v.g.kinds {
		if f.Kinds == nil || f.Kinds(k.kind) {
			kinds[i] = passes(k.directed, f.Dir)
		}
	}
	for i, seen := range v.tags {
		if seen {
			q.allow[i] = kinds[v.g.tags[i].kind]
		}
	}
	if q.asOf != statement.NoDay {
		q.date()
	}
	return q
}

func passes(directed bool, dir Direction) uint8 {
	switch {
	case directed && dir == Forward:
		return passOut
	case directed && dir == Backward:
		return passIn
	}
	return passAny
}

func (q *query) date() {
	q.from = make([]statement.Day, len(q.allow))
	q.to = make([]statement.Day, len(q.allow))
	for i, a := range q.allow {
		if a != 0 {
			q.from[i], q.to[i] = validity(statement.NoDay, statement.NoDay, q.v.span(q.v.g.tags[i].mark))
		}
	}
}

// validity puts together what an edge states and when it was sighted. Either
// end is NoDay where nothing is known. What its source no longer lists is over,
// even where the source had stated a later end.
func validity(start, end statement.Day, span statement.Span) (from, to statement.Day) {
	from, to = start, end
	if from == statement.NoDay {
		from = span.First
	}
	if span.Gone != statement.NoDay && (to == statement.NoDay || span.Gone-1 < to) {
		to = span.Gone - 1
	}
	return from, to
}

func within(at, from, to statement.Day) bool {
	return at == statement.NoDay ||
		(from == statement.NoDay || from <= at) && (to == statement.NoDay || at <= to)
}

// pass says whether entry i may be followed: way is passOut to go with the
// query's direction, passIn to go against it, and passAny for both.
func (q *query) pass(i uint32, way uint8) bool {
	tag := uint32(q.v.g.adj[i] >> 32)
	a := q.allow[tag&tagMask]
	switch {
	case a == 0:
		return false
	case way == passAny:
	case (way == passOut) == (tag&flagInbound == 0):
		if a&passOut == 0 {
			return false
		}
	case a&passIn == 0:
		return false
	}
	return q.asOf == statement.NoDay || q.valid(i, tag)
}

func (q *query) valid(i, tag uint32) bool {
	from, to := q.from[tag&tagMask], q.to[tag&tagMask]
	if q.v.sight.Ends() {
		from, to = validity(statement.NoDay, statement.NoDay, q.v.spanOf(q.v.g.adjEdge[i]))
	}
	if tag&flagDated != 0 {
		start, end := q.v.g.own(q.v.g.adjDate[i])
		if start != statement.NoDay {
			from = start
		}
		if end != statement.NoDay && (to == statement.NoDay || end < to) {
			to = end
		}
	}
	return within(q.asOf, from, to)
}
