package graph

import (
	"context"
	"math"
	"slices"
)

// A Path is a chain of nodes, each once (but for a cycle, whose last is its
// first), and the hops between them: one fewer than nodes.
type Path struct {
	Nodes []Node
	Hops  []Hop
}

// A Result holds paths, and what stands between them and completeness.
type Result struct {
	Paths    []Path
	Limits   []Limit // by kind: budget, hops, hub, paths, as far as they bind
	Expanded int     // visible edges looked at
}

// ShortestPaths gives the shortest paths from any of one set of nodes to any
// of another, at most MaxPaths, fewest hops first, then by the ids along the
// path. No part of a path joins the two sets already; a node of both is a path
// of no hops. Nodes that are not visible are not there. A breadth-first
// search from both sides: Pohl, Bi-directional Search, Machine Intelligence 6
// (1971). Errors: the cause, if ctx ends.
func (v *View) ShortestPaths(ctx context.Context, from, to []Node, opt Options) (Result, error) {
	opt.Slack = -1
	opt.Weight = nil
	return v.paths(ctx, from, to, opt)
}

// BestPaths gives the k best paths: fewest hops first, then by Weight, then by
// ids; longer ones than the shortest as far as Slack and MaxHops allow. k
// below 1 is MaxPaths. Otherwise it is like ShortestPaths.
func (v *View) BestPaths(ctx context.Context, from, to []Node, k int, opt Options) (Result, error) {
	if k > 0 {
		opt.MaxPaths = k
	}
	return v.paths(ctx, from, to, opt)
}

// Cycles gives cycles that lead from a node back to it along directed edges,
// in their direction (against it, if the filter says Backward), no other node
// twice; at most MaxPaths, ordered as in BestPaths. An edge to itself is a
// cycle of one hop, unless SkipSelf.
func (v *View) Cycles(ctx context.Context, node Node, opt Options) (Result, error) {
	if opt.Dir == Either {
		opt.Dir = Forward
	}
	opt = opt.withDefaults()
	s := v.search(ctx, opt)
	defer s.release()
	s.cycle = true
	for i, t := range v.g.tags {
		if !v.g.kinds[t.kind].directed {
			s.allow[i] = 0
		}
	}
	s.start(fromSide, []Node{node})
	s.start(toSide, []Node{node})
	return s.run()
}

func (v *View) paths(ctx context.Context, from, to []Node, opt Options) (Result, error) {
	opt = opt.withDefaults()
	s := v.search(ctx, opt)
	defer s.release()
	s.start(fromSide, from)
	s.start(toSide, to)
	return s.run()
}

// run looks for paths of one length after the other. For each it grows the
// balls until together they reach that far, works out how far every node on
// such a path is from the end, and lists the paths.
func (s *search) run() (Result, error) {
	e := &enumeration{search: s, hops: map[[2]uint32]Hop{}}
	if err := s.lengths(e); err != nil {
		return Result{}, err
	}
	if s.broke {
		s.limitBudget()
	}
	if !s.broke && len(e.found) < s.opt.MaxPaths && s.open() && (s.opt.Slack >= 0 || len(e.found) == 0) {
		s.limitHops(s.level[fromSide] + s.level[toSide])
	}
	s.limitHubs()
	if e.more {
		s.limitPaths(len(e.found))
	}
	res := Result{Limits: s.limits, Expanded: s.expanded}
	for _, nodes := range e.found {
		res.Paths = append(res.Paths, e.path(nodes))
	}
	return res, nil
}

// open says whether both balls could still grow.
func (s *search) open() bool { return len(s.front[fromSide]) > 0 && len(s.front[toSide]) > 0 }

func (s *search) lengths(e *enumeration) error {
	longest := s.opt.MaxHops
	meet := s.meeting()
	for length := 0; length <= longest; length++ {
		reach := s.level[fromSide] + s.level[toSide]
		if reach < length && s.open() {
			side := s.cheaper()
			if ok, err := s.grow(side); err != nil || !ok {
				return err
			}
			meet = meet || s.met(side)
		}
		if s.cycle {
			meet = true // balls around one node say nothing; the distances do
		}
		if !meet {
			if !s.open() {
				return nil
			}
			continue
		}
		if err := e.list(length); err != nil || s.broke || len(e.found) >= s.opt.MaxPaths {
			return err
		}
		if len(e.found) > 0 && s.opt.Slack != 0 {
			longest = min(longest, e.shortest+max(s.opt.Slack, 0))
		}
	}
	return nil
}

func (s *search) meeting() bool { return !s.cycle && s.met(fromSide) }

// An enumeration lists paths of one length after the other.
type enumeration struct {
	*search
	length   int
	found    [][]uint32
	shortest int
	more     bool // there is a path that was not listed
	batch    []weighted
	near     map[uint32][]uint32 // neighbours that lead on, ascending by id
	inner    []uint32            // nodes whose distance to the end is known for this length only
	chain    []uint32
	steps    int
	hops     map[[2]uint32]Hop
}

type weighted struct {
	nodes  []uint32
	weight float64
}

// list adds the paths of one length to what was found.
func (e *enumeration) list(length int) error {
	e.length, e.batch, e.near = length, nil, map[uint32][]uint32{}
	e.propagate()
	starts := slices.Clone(e.starts())
	slices.SortFunc(starts, e.v.byID)
	for _, n := range starts {
		e.chain = append(e.chain[:0], n)
		if err := e.walk(n); err != nil {
			return err
		}
	}
	e.forget()
	if len(e.batch) > 0 && len(e.found) == 0 {
		e.shortest = length
	}
	for _, w := range e.batch {
		e.found = append(e.found, w.nodes)
	}
	return nil
}

func (e *enumeration) starts() []uint32 {
	first := e.ball[fromSide]
	for i, n := range first {
		if e.dist(n, fromSide) != 1 {
			return first[:i]
		}
	}
	return first
}

// propagate takes distances to the end beyond the ball around it, through the
// nodes of the other ball alone, as far as paths of this length can use them.
func (e *enumeration) propagate() {
	level := e.front[toSide]
	for d := e.level[toSide]; d < e.length && len(level) > 0; d++ {
		var next []uint32
		for _, n := range level {
			f := int(e.dist(n, fromSide))
			if f == 0 || f == blocked || f-1+d > e.length || (d > 0 && e.isEnd(n)) {
				continue
			}
			e.each(n, passIn, func(_, to uint32) bool {
				f := int(e.dist(to, fromSide))
				if f != 0 && f != blocked && f+d <= e.length && e.dist(to, toSide) == 0 {
					e.setDist(to, toSide, uint32(d+2))
					next = append(next, to)
				}
				return true
			})
		}
		e.inner = append(e.inner, next...)
		level = next
	}
}

// forget takes back what propagate worked out: the next length needs more.
func (e *enumeration) forget() {
	for _, n := range e.inner {
		e.setDist(n, toSide, 0)
	}
	e.inner = e.inner[:0]
}

// walk goes on from the end of the chain in the order of ids, wherever the
// rest of the length may still lead to the end.
func (e *enumeration) walk(n uint32) error {
	left := e.length - (len(e.chain) - 1)
	if left == 0 {
		if e.dist(n, toSide) == 1 && (!e.cycle || e.length > 0) {
			e.keep()
		}
		return nil
	}
	if !e.cycle && e.dist(n, toSide) == 1 {
		return nil
	}
	for _, to := range e.onward(n) {
		if int(e.dist(to, toSide)) > left || e.done() {
			continue
		}
		if err := e.step(); err != nil || e.broke {
			return err
		}
		if left > 1 && (e.isEnd(to) || slices.Contains(e.chain, to)) {
			continue
		}
		if left == 1 && (e.dist(to, toSide) != 1 || !e.cycle && e.dist(to, fromSide) == 1) {
			continue
		}
		e.chain = append(e.chain, to)
		err := e.walk(to)
		e.chain = e.chain[:len(e.chain)-1]
		if err != nil || e.broke {
			return err
		}
	}
	return nil
}

// step counts one edge of the enumeration against the budget.
func (e *enumeration) step() error {
	if e.steps++; e.steps%4096 == 0 && e.ctx.Err() != nil {
		return ended(e.ctx)
	}
	if e.expanded >= e.opt.Budget {
		e.broke = true
		return nil
	}
	e.expanded++
	return nil
}

// onward lists the neighbours from which the end can be reached, ascending by
// id. An edge to itself counts only where a cycle closes.
func (e *enumeration) onward(n uint32) []uint32 {
	if list, ok := e.near[n]; ok {
		return list
	}
	var list []uint32
	e.each(n, passOut, func(_, to uint32) bool {
		self := to == n && (!e.cycle || e.length > 1 || e.opt.SkipSelf)
		if d := e.dist(to, toSide); d != 0 && d != blocked && !self {
			list = append(list, to)
		}
		return true
	})
	slices.SortFunc(list, e.v.byID)
	list = slices.Compact(list)
	e.near[n] = list
	return list
}

// done says that no further path of this length can be listed.
func (e *enumeration) done() bool {
	return e.more && e.opt.Weight == nil
}

// keep takes the chain as a path of this length: the first ones as many as are
// wanted, by weight where there is one.
func (e *enumeration) keep() {
	room := e.opt.MaxPaths - len(e.found)
	w := weighted{weight: e.weigh(e.chain)}
	at := len(e.batch)
	for at > 0 && e.batch[at-1].weight < w.weight {
		at--
	}
	if at >= room {
		e.more = true
		return
	}
	w.nodes = slices.Clone(e.chain)
	e.batch = slices.Insert(e.batch, at, w)
	if len(e.batch) > room {
		e.batch = e.batch[:room]
		e.more = true
	}
}

func (e *enumeration) weigh(chain []uint32) (sum float64) {
	if e.opt.Weight == nil {
		return 0
	}
	for i := 1; i < len(chain); i++ {
		for _, k := range e.hop(chain[i-1], chain[i]).Kinds {
			if w := e.opt.Weight(k.Kind, k.Count); !math.IsNaN(w) {
				sum += w
			}
		}
	}
	return sum
}

// hop gathers a bundle once: paths share most of their hops.
func (e *enumeration) hop(a, b uint32) Hop {
	pair := [2]uint32{a, b}
	h, ok := e.hops[pair]
	if !ok {
		h = e.query.hop(a, b, e.opt.MaxEdges)
		e.hops[pair] = h
	}
	return h
}

func (e *enumeration) path(nodes []uint32) Path {
	p := Path{Nodes: []Node{Node(nodes[0])}}
	for i := 1; i < len(nodes); i++ {
		p.Nodes = append(p.Nodes, Node(nodes[i]))
		p.Hops = append(p.Hops, e.hop(nodes[i-1], nodes[i]))
	}
	return p
}
