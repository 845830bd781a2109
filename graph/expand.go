package graph

import (
	"cmp"
	"context"
	"slices"
)

// An Expansion is what lies around some nodes.
type Expansion struct {
	Nodes []Reached // ascending by distance, then id
	// Hops join the listed nodes, as far as one of the two was passed; sorted
	// by the ids of From and To. Where edges are followed both ways each pair
	// stands once, the nearer node first.
	Hops     []Hop
	Limits   []Limit
	Expanded int // visible edges looked at
}

// A Reached is a node and how many hops away it is.
type Reached struct {
	Node Node
	Dist int
}

// Expand gives all nodes within some hops of others, and the hops between
// them. Hubs are listed and not passed. Edges of a node to itself are told by
// Degree and Between. Errors: the cause, if ctx ends.
func (v *View) Expand(ctx context.Context, from []Node, hops int, opt Options) (Expansion, error) {
	opt.MaxHops = hops
	if hops < 1 {
		opt.MaxHops = -1
	}
	s := v.search(ctx, opt.withDefaults())
	defer s.release()
	r, err := s.reach(from)
	if err != nil {
		return Expansion{}, err
	}
	x := Expansion{Nodes: r.reached, Limits: s.limits, Expanded: s.expanded}
	for _, p := range s.pairs(r) {
		x.Hops = append(x.Hops, s.hop(p[0], p[1], s.opt.MaxEdges))
	}
	return x, nil
}

// A Tree holds one shortest chain to each node that can be reached.
type Tree struct {
	Nodes    []Reached // ascending by distance, then id
	Limits   []Limit
	Expanded int // visible edges looked at

	view   *View
	filter Filter
	limit  int
	parent map[uint32]uint32
}

// Reach gives each node that can be reached from others within MaxHops, and
// keeps one shortest chain to each: at every node it comes from the neighbour
// with the smallest id among those one step nearer. Errors: the cause, if ctx
// ends.
func (v *View) Reach(ctx context.Context, from []Node, opt Options) (*Tree, error) {
	opt = opt.withDefaults()
	s := v.search(ctx, opt)
	defer s.release()
	r, err := s.reach(from)
	if err != nil {
		return nil, err
	}
	t := &Tree{
		Nodes: r.reached, Limits: s.limits, Expanded: s.expanded,
		view: v, filter: opt.Filter, limit: opt.MaxEdges, parent: make(map[uint32]uint32, len(r.reached)),
	}
	for _, n := range r.reached {
		if up, ok := s.nearer(uint32(n.Node), n.Dist, r.dist); ok {
			t.parent[uint32(n.Node)] = up
		}
	}
	return t, nil
}

// Path gives the chain to a node of the tree; false for any other.
func (t *Tree) Path(to Node) (Path, bool) {
	n, ok := t.view.node(to)
	if !ok {
		return Path{}, false
	}
	chain := []uint32{n}
	for {
		up, ok := t.parent[n]
		if !ok {
			break
		}
		chain = append(chain, up)
		n = up
	}
	if !slices.ContainsFunc(t.Nodes, func(r Reached) bool { return r.Dist == 0 && r.Node == Node(n) }) {
		return Path{}, false
	}
	slices.Reverse(chain)
	q := t.view.query(t.filter)
	p := Path{Nodes: []Node{Node(chain[0])}}
	for i := 1; i < len(chain); i++ {
		p.Nodes = append(p.Nodes, Node(chain[i]))
		p.Hops = append(p.Hops, q.hop(chain[i-1], chain[i], t.limit))
	}
	return p, true
}

// A region is what a one-sided search reached and lists.
type region struct {
	reached []Reached
	dist    map[uint32]int // of the listed nodes
	passed  map[uint32]bool
}

// reach grows the from-side until nothing is left, or a limit binds.
func (s *search) reach(from []Node) (region, error) {
	s.start(fromSide, from)
	r := region{dist: map[uint32]int{}, passed: map[uint32]bool{}}
	r.add(s.front[fromSide], 0)
	for s.level[fromSide] < s.opt.MaxHops && len(s.front[fromSide]) > 0 {
		inner, hubs := len(s.ball[fromSide])-len(s.front[fromSide]), len(s.hubs)
		ok, err := s.grow(fromSide)
		if err != nil {
			return r, err
		}
		if !ok {
			s.limitBudget()
			break
		}
		d := s.level[fromSide]
		for _, n := range s.ball[fromSide][inner : len(s.ball[fromSide])-len(s.front[fromSide])] {
			r.passed[n] = true
		}
		r.add(s.front[fromSide], d)
		r.add(s.hubs[hubs:], d)
	}
	if !s.broke && len(s.front[fromSide]) > 0 && s.leadsOn() {
		s.limitHops(s.level[fromSide])
	}
	s.limitHubs()
	s.listNearest(&r)
	return r, nil
}

func (r *region) add(nodes []uint32, d int) {
	for _, n := range nodes {
		r.reached = append(r.reached, Reached{Node(n), d})
	}
}

// leadsOn says whether the last level has an edge to a node not yet reached.
func (s *search) leadsOn() bool {
	found := false
	for _, n := range s.front[fromSide] {
		s.each(n, passOut, func(_, to uint32) bool {
			found = s.dist(to, fromSide) == 0
			return !found
		})
		if found {
			return true
		}
	}
	return false
}

// listNearest sorts what was reached and cuts it to MaxNodes.
func (s *search) listNearest(r *region) {
	slices.SortFunc(r.reached, func(a, b Reached) int {
		return cmp.Or(cmp.Compare(a.Dist, b.Dist), s.v.byID(uint32(a.Node), uint32(b.Node)))
	})
	if all := len(r.reached); all > s.opt.MaxNodes {
		r.reached = r.reached[:s.opt.MaxNodes]
		s.limitNodes(s.opt.MaxNodes, all)
	}
	for _, n := range r.reached {
		r.dist[uint32(n.Node)] = n.Dist
	}
}

// nearer gives the neighbour with the smallest id that is one step nearer and
// may be passed.
func (s *search) nearer(n uint32, d int, dist map[uint32]int) (best uint32, found bool) {
	s.each(n, passIn, func(_, to uint32) bool {
		if at, ok := dist[to]; ok && at == d-1 && s.dist(to, fromSide) != blocked {
			if !found || s.v.byID(to, best) < 0 {
				best, found = to, true
			}
		}
		return true
	})
	return best, found
}

// pairs lists the steps between listed nodes that start at a passed one.
func (s *search) pairs(r region) [][2]uint32 {
	var out [][2]uint32
	for _, n := range r.reached {
		a := uint32(n.Node)
		if !r.passed[a] {
			continue
		}
		s.each(a, passOut, func(_, b uint32) bool {
			d, ok := r.dist[b]
			if !ok || a == b {
				return true
			}
			if s.opt.Dir == Either && r.passed[b] && (d < n.Dist || d == n.Dist && s.v.byID(b, a) < 0) {
				return true // it stands at the other end
			}
			out = append(out, [2]uint32{a, b})
			return true
		})
	}
	slices.SortFunc(out, func(x, y [2]uint32) int {
		return cmp.Or(s.v.byID(x[0], y[0]), s.v.byID(x[1], y[1]))
	})
	return slices.Compact(out)
}
