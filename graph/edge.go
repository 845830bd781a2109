package graph

import (
	"iter"
	"slices"

	"overt/ftm"
	"overt/statement"
)

// An Edge is one visible link, as a source states it.
type Edge struct {
	Kind           string
	Prop           string
	Ref            ftm.EntityID // the entity that is the edge, or whose property it is
	Source, Target ftm.EntityID // as the source names them, not canonical
	Directed       bool
	Start, End     statement.Day     // as stated; NoDay = unknown
	Span           statement.Span    // when it was sighted
	Classes        []statement.Class // visible ones that say it, ascending; shared, not to be changed
}

// Validity gives the days between which the edge holds, both included: its own
// start, else the first day it was sighted; its own end or the day before
// it was found gone, whichever comes first. NoDay = open.
func (e Edge) Validity() (from, to statement.Day) { return validity(e.Start, e.End, e.Span) }

// Valid says whether the edge holds on a day; an unknown end is open, and
// NoDay asks nothing.
func (e Edge) Valid(at statement.Day) bool {
	from, to := e.Validity()
	return within(at, from, to)
}

// A Hop is one step of a path: all parallel edges between two nodes.
type Hop struct {
	From, To Node
	// Edges are those the filter lets pass from From to To, sorted by source,
	// target, kind, start, end, ref; of each kind the first Options.MaxEdges.
	Edges []Edge
	Kinds []KindCount // ascending by kind; all edges, listed or not
	Total int         // all edges, listed or not
}

// A KindCount counts edges of one kind.
type KindCount struct {
	Kind  string
	Count int
}

// A Degree counts what touches a node: distinct neighbours and visible edges.
// An edge to itself counts once, and makes the node its own neighbour.
type Degree struct{ Neighbours, Edges int }

// Degree counts under a filter; zero for a node that is not visible.
func (v *View) Degree(n Node, f Filter) Degree {
	c, ok := v.node(n)
	if !ok {
		return Degree{}
	}
	q := v.query(f)
	var d Degree
	near := map[uint32]struct{}{}
	q.each(c, passOut, func(i, to uint32) bool {
		if to == c && (f.SkipSelf || q.secondEntry(i)) {
			return true
		}
		d.Edges++
		near[to] = struct{}{}
		return true
	})
	d.Neighbours = len(near)
	return d
}

// secondEntry says whether entry i, of an edge from a cluster to itself, is
// the one to leave out when edges are counted: it stands at the target, and
// the query lets the one at the source pass.
func (q *query) secondEntry(i uint32) bool {
	tag := uint32(q.v.g.adj[i] >> 32)
	return tag&flagInbound != 0 && q.allow[tag&tagMask]&passOut != 0
}

// each visits the entries of a cluster that may be passed, until f is false.
func (q *query) each(c uint32, way uint8, f func(entry, to uint32) bool) {
	var one [1]uint32
	for _, m := range q.v.cluster(c, &one) {
		lo, hi := q.v.g.entries(m)
		for i := lo; i < hi; i++ {
			if q.pass(i, way) && !f(i, q.v.canonical(uint32(q.v.g.adj[i]))) {
				return
			}
		}
	}
}

// Between yields all visible edges that lead from one node to another under
// the filter, in the order of Hop.Edges, without a limit.
func (v *View) Between(from, to Node, f Filter) iter.Seq[Edge] {
	return func(yield func(Edge) bool) {
		a, ok := v.node(from)
		b, also := v.node(to)
		if !ok || !also || (a == b && f.SkipSelf) {
			return
		}
		m := materialiser{v: v}
		for _, e := range v.query(f).between(a, b) {
			if !yield(m.edge(e)) {
				return
			}
		}
	}
}

// Edges yields the visible edges that touch a node and may be passed from it
// under the filter: Forward those it is the source of, Backward those it is
// the target of. The order is that of Between. An edge to itself comes once.
func (v *View) Edges(n Node, f Filter) iter.Seq[Edge] {
	return func(yield func(Edge) bool) {
		c, ok := v.node(n)
		if !ok {
			return
		}
		var list []uint32
		v.query(f).each(c, passOut, func(i, to uint32) bool {
			if to != c || !f.SkipSelf {
				list = append(list, v.g.adjEdge[i])
			}
			return true
		})
		slices.Sort(list)
		m := materialiser{v: v}
		for _, e := range slices.Compact(list) {
			if !yield(m.edge(e)) {
				return
			}
		}
	}
}

// between lists the numbers of the edges from one cluster to another. Numbers
// ascend by source id, target id, kind, start, end, ref.
func (q *query) between(a, b uint32) []uint32 {
	var out []uint32
	var roomA, roomB [1]uint32
	listA, listB := q.v.cluster(a, &roomA), q.v.cluster(b, &roomB)
	switch {
	case len(listA)*len(listB) <= 1024:
		for _, m := range listA {
			for _, n := range listB {
				out = q.parallel(out, m, n)
			}
		}
	case q.rawDegree(listA) <= q.rawDegree(listB):
		out = q.scan(out, a, b, passOut)
	default:
		out = q.scan(out, b, a, passIn)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (q *query) rawDegree(list []uint32) (n int) {
	for _, m := range list {
		lo, hi := q.v.g.entries(m)
		n += int(hi - lo)
	}
	return n
}

// parallel adds the edges from one source node to another; entries are sorted
// by neighbour.
func (q *query) parallel(out []uint32, m, n uint32) []uint32 {
	way := uint8(passOut)
	if q.rawDegree([]uint32{m}) > q.rawDegree([]uint32{n}) {
		m, n, way = n, m, passIn
	}
	lo, hi := q.v.g.entries(m)
	for l, h := lo, hi; l < h; {
		mid := l + (h-l)/2
		if uint32(q.v.g.adj[mid]) < n {
			l = mid + 1
		} else {
			h = mid
		}
		lo = l
	}
	for i := lo; i < hi && uint32(q.v.g.adj[i]) == n; i++ {
		if q.pass(i, way) {
			out = append(out, q.v.g.adjEdge[i])
		}
	}
	return out
}

func (q *query) scan(out []uint32, a, b uint32, way uint8) []uint32 {
	q.each(a, way, func(i, to uint32) bool {
		if to == b {
			out = append(out, q.v.g.adjEdge[i])
		}
		return true
	})
	return out
}

// hop gathers the bundle of one step, listing at most limit edges of a kind.
func (q *query) hop(a, b uint32, limit int) Hop {
	list := q.between(a, b)
	h := Hop{From: Node(a), To: Node(b), Total: len(list)}
	m := materialiser{v: q.v}
	for _, e := range list {
		if h.count(m.kind(e).kind) <= limit {
			h.Edges = append(h.Edges, m.edge(e))
		}
	}
	return h
}

// count adds one edge of a kind and gives how many there are now.
func (h *Hop) count(kind string) int {
	i, ok := slices.BinarySearchFunc(h.Kinds, kind, func(k KindCount, s string) int {
		switch {
		case k.Kind < s:
			return -1
		case k.Kind > s:
			return 1
		}
		return 0
	})
	if !ok {
		h.Kinds = slices.Insert(h.Kinds, i, KindCount{Kind: kind})
	}
	h.Kinds[i].Count++
	return h.Kinds[i].Count
}

// A materialiser turns numbers of edges into Edges, remembering what the last
// ones had in common.
type materialiser struct {
	v       *View
	ids     [2]ftm.EntityID
	nodes   [2]uint32
	known   [2]bool
	mark    uint32
	marked  bool
	classes []statement.Class
}

func (m *materialiser) kind(e uint32) kindInfo {
	g := m.v.g
	return g.kinds[g.tags[g.edge(e)[2]&tagMask].kind]
}

func (m *materialiser) id(side int, n uint32) ftm.EntityID {
	if !m.known[side] || m.nodes[side] != n {
		m.ids[side], m.nodes[side], m.known[side] = m.v.g.id(n), n, true
	}
	return m.ids[side]
}

func (m *materialiser) edge(e uint32) Edge {
	g := m.v.g
	w, k := g.edge(e), m.kind(e)
	mark := g.tags[w[2]&tagMask].mark
	if !m.marked || m.mark != mark {
		m.classes, m.mark, m.marked = g.marks[mark].shown(m.v.sight), mark, true
	}
	out := Edge{
		Kind: k.kind, Prop: k.prop, Directed: k.directed, Ref: g.ref(e),
		Source: m.id(0, w[0]), Target: m.id(1, w[1]),
		Span: m.v.spanOf(e), Classes: m.classes,
	}
	out.Start, out.End = g.own(w[3])
	return out
}
