package graph

import (
	"context"
	"slices"

	"overt"
)

// The two sides of a search.
const (
	fromSide = 0 // follows the filter's direction
	toSide   = 1 // follows it backwards
)

// A search grows balls of visible nodes around its ends, one whole level at a
// time. It owns a scratch while it runs.
//
// Whatever it counts or decides depends on sets of visible nodes and edges,
// never on the order in which they are met: a level that would go beyond the
// budget is taken back whole.
type search struct {
	*query
	*scratch
	ctx      context.Context
	opt      Options
	front    [2][]uint32
	level    [2]int
	ball     [2][]uint32 // all nodes of a side, nearest first
	spare    []uint32
	hubs     []uint32
	limits   []Limit
	expanded int
	cycle    bool // the one end is both, and a path comes back to it
	broke    bool // the budget is used up
}

// A scratch keeps the distance of each node from either side for one search:
// a number of the search above, then one byte for each side, 0 = unknown.
// Numbers make clearing needless until they run out.
type scratch struct {
	state []uint32
	round uint32
}

const blocked = 0xff // the byte of a hub: known, and never passed

func (v *View) search(ctx context.Context, opt Options) *search {
	s := &search{query: v.query(opt.Filter), ctx: ctx, opt: opt}
	if have, ok := v.g.scratches.Get().(*scratch); ok {
		s.scratch = have
	} else {
		s.scratch = &scratch{state: make([]uint32, v.g.nodes)}
	}
	if s.round == 0xffff {
		clear(s.state)
		s.round = 0
	}
	s.round++
	return s
}

func (s *search) release() { s.v.g.scratches.Put(s.scratch) }

// dist gives the distance of a node from a side, plus one; 0 = not known.
func (s *search) dist(n uint32, side int) uint32 {
	st := s.state[n]
	if st>>16 != s.round {
		return 0
	}
	return st >> (8 * side) & 0xff
}

func (s *search) setDist(n uint32, side int, d uint32) {
	st := s.state[n]
	if st>>16 != s.round {
		st = s.round << 16
	}
	s.state[n] = st&^(0xff<<(8*side)) | d<<(8*side)
}

func (s *search) block(n uint32) { s.state[n] = s.round<<16 | blocked<<8 | blocked }

// isEnd says whether a node is one of the ends of the question.
func (s *search) isEnd(n uint32) bool { return s.dist(n, fromSide) == 1 || s.dist(n, toSide) == 1 }

// start puts the ends of a side in place: visible ones, each cluster once.
func (s *search) start(side int, ends []Node) {
	for _, e := range ends {
		if n, ok := s.v.node(e); ok && s.dist(n, side) == 0 {
			s.setDist(n, side, 1)
			s.front[side] = append(s.front[side], n)
		}
	}
	s.ball[side] = slices.Clone(s.front[side])
}

// grow takes one side a level further: false when the budget did not allow it,
// and then nothing has changed.
func (s *search) grow(side int) (bool, error) {
	next, ok, err := s.expand(side)
	if err != nil || !ok {
		for _, n := range next {
			s.setDist(n, side, 0)
		}
		s.spare = next
		return false, err
	}
	s.spare = s.front[side]
	s.front[side] = s.dropHubs(next)
	s.ball[side] = append(s.ball[side], s.front[side]...)
	s.level[side]++
	return true, nil
}

func (s *search) expand(side int) (next []uint32, ok bool, err error) {
	next = s.spare[:0]
	d := uint32(s.level[side] + 2)
	var one [1]uint32
	before := s.expanded
	for k, n := range s.front[side] {
		if k%1024 == 0 {
			if s.ctx.Err() != nil {
				return next, false, ended(s.ctx)
			}
		}
		if s.level[side] > 0 && s.isEnd(n) {
			continue // paths end at the other side's ends
		}
		for _, m := range s.v.cluster(n, &one) {
			next = s.expandMember(next, m, n, side, d)
		}
		if s.expanded > s.opt.Budget {
			s.expanded, s.broke = max(before, s.opt.Budget), true
			return next, false, nil
		}
	}
	return next, true, nil
}

// expandMember is the innermost loop of every search.
func (s *search) expandMember(next []uint32, m, n uint32, side int, d uint32) []uint32 {
	way := uint8(passOut << side)
	lo, hi := s.v.g.entries(m)
	for i := lo; i < hi; i++ {
		if !s.pass(i, way) {
			continue
		}
		to := s.v.canonical(uint32(s.v.g.adj[i]))
		if to == n {
			continue
		}
		s.expanded++
		if s.dist(to, side) == 0 {
			s.setDist(to, side, d)
			next = append(next, to)
		}
	}
	return next
}

// dropHubs takes the nodes that may not be passed out of a new level.
func (s *search) dropHubs(level []uint32) []uint32 {
	if s.opt.HubDegree < 0 {
		return level
	}
	kept := level[:0]
	for _, n := range level {
		if !s.isEnd(n) && s.isHub(n) {
			s.block(n)
			s.hubs = append(s.hubs, n)
			continue
		}
		kept = append(kept, n)
	}
	return kept
}

// isHub counts distinct neighbours up to the rule. What is hidden can only
// make the first guess too high.
func (s *search) isHub(n uint32) bool {
	var one [1]uint32
	list := s.v.cluster(n, &one)
	if s.rawDegree(list) <= s.opt.HubDegree {
		return false
	}
	if len(list) == 1 {
		return s.isPlainHub(list[0])
	}
	near := make(map[uint32]struct{}, s.opt.HubDegree)
	s.each(n, passAny, func(_, to uint32) bool {
		if to != n {
			near[to] = struct{}{}
		}
		return len(near) <= s.opt.HubDegree
	})
	return len(near) > s.opt.HubDegree
}

// isPlainHub counts the neighbours of a single source node. Entries are sorted
// by neighbour, so a set is needed only for those that may be one with others;
// they come first.
func (s *search) isPlainHub(n uint32) bool {
	lo, hi := s.v.g.entries(n)
	joined := map[uint32]struct{}{}
	count, last := 0, n
	for i := lo; i < hi && count+len(joined) <= s.opt.HubDegree; i++ {
		to := uint32(s.v.g.adj[i])
		if to == last || to == n || !s.pass(i, passAny) {
			continue
		}
		last = to
		if int(to) < len(s.v.canon) {
			joined[s.v.canon[to]] = struct{}{}
		} else {
			count++
		}
	}
	return count+len(joined) > s.opt.HubDegree
}

// cheaper picks the side whose next level has fewer edges, as far as a quick
// look tells; sets of equal cost go by the number of nodes, then from-side.
func (s *search) cheaper() int {
	for _, limit := range []int{1 << 12, 1 << 18} {
		a, b := s.cost(fromSide, limit), s.cost(toSide, limit)
		if a < b {
			return fromSide
		}
		if b < a {
			return toSide
		}
	}
	if len(s.front[toSide]) < len(s.front[fromSide]) {
		return toSide
	}
	return fromSide
}

// cost counts the edges of a side's next level, up to a limit.
func (s *search) cost(side, limit int) int {
	way := uint8(passOut << side)
	total := 0
	for _, n := range s.front[side] {
		s.each(n, way, func(uint32, uint32) bool {
			total++
			return total < limit
		})
		if total >= limit {
			return limit
		}
	}
	return total
}

// met says whether some node is known from both sides.
func (s *search) met(side int) bool {
	return slices.ContainsFunc(s.front[side], func(n uint32) bool { return s.dist(n, 1-side) != 0 })
}

func ended(ctx context.Context) error {
	return overt.Errorf(overt.Unavailable, "", "follow links: %w", ctx.Err())
}
