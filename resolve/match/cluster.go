package match

import (
	"cmp"
	"container/heap"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
)

// Constants of clustering.
const (
	unknownBits = -2.0  // what a pair counts that was not compared
	relatedBits = -4.0  // what a pair counts whose names say that one is part of the other
	mostBits    = 20.0  // what one pair counts at most
	leastBits   = -20.0 // and at least
	wideCluster = 5000  // records from which a component is cut at a higher bar first
)

// An edge is a compared pair and its score against the bar for joining.
type edge struct {
	a, b uint32
	bits float32
}

// forest is union-find.
type forest []uint32

func newForest(n int) forest {
	f := make(forest, n)
	for i := range f {
		f[i] = uint32(i)
	}
	return f
}

func (f forest) root(a uint32) uint32 {
	for f[a] != a {
		f[a] = f[f[a]]
		a = f[a]
	}
	return a
}

func (f forest) join(a, b uint32) {
	if a, b = f.root(a), f.root(b); a != b {
		f[max(a, b)] = min(a, b)
	}
}

// A component is a set of records that edges hold together; nothing outside bears
// on how it is divided.
type component struct {
	members []uint32 // ascending
	edges   []edge   // sorted, by place in members
	bound   [][2]uint32
	apart   [][2]uint32
}

// hash stands for all that decides how a component is divided.
func (c *component) hash() [16]byte {
	b := appendList(nil, c.members, appendNumber)
	b = appendList(b, c.edges, func(b []byte, e edge) []byte {
		return binary.LittleEndian.AppendUint32(appendNumber(appendNumber(b, e.a), e.b), math.Float32bits(e.bits))
	})
	for _, list := range [][][2]uint32{c.bound, c.apart} {
		b = appendList(b, list, func(b []byte, p [2]uint32) []byte { return appendNumber(appendNumber(b, p[0]), p[1]) })
	}
	sum := sha256.Sum256(b)
	return [16]byte(sum[:16])
}

// A divider divides components; sources gives the number of the source of a record
// that has each entity once, or 0.
type divider struct {
	sources func(rec uint32) uint32
}

// A group is a cluster while components are divided.
type group struct {
	size    int
	members []uint32
	near    map[uint32]link
	apart   map[uint32]bool
	sources []uint32
	dead    bool
}

type link struct {
	sum   float64
	known int
}

func (l link) mean(pairs int) float64 {
	return (l.sum + unknownBits*float64(pairs-l.known)) / float64(pairs)
}

type merge struct {
	mean float64
	a, b uint32 // a < b
}

type merges []merge

func (m merges) Len() int { return len(m) }
func (m merges) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(m[j].mean, m[i].mean), cmp.Compare(m[i].a, m[j].a), cmp.Compare(m[i].b, m[j].b)) < 0
}
func (m merges) Swap(i, j int) { m[i], m[j] = m[j], m[i] }
func (m *merges) Push(x any)   { *m = append(*m, x.(merge)) }
func (m *merges) Pop() any {
	old := *m
	x := old[len(old)-1]
	*m = old[:len(old)-1]
	return x
}

// divide groups the members of a component: the two groups with the highest mean
// score are joined while it is above zero and nothing forbids it. It gives the
// group of each member, by the first member of the group.
func (d divider) divide(c *component) []uint32 {
	groups := d.groups(c)
	var todo merges
	push := func(a, b uint32) {
		mean := groups[a].near[b].mean(groups[a].size * groups[b].size)
		if mean > 0 && !forbidden(&groups[a], &groups[b], b) {
			heap.Push(&todo, merge{mean, min(a, b), max(a, b)})
		}
	}
	for a := range groups {
		for b := range groups[a].near {
			if uint32(a) < b {
				push(uint32(a), b)
			}
		}
	}
	for len(todo) > 0 {
		m := heap.Pop(&todo).(merge)
		a, b := &groups[m.a], &groups[m.b]
		l, ok := a.near[m.b]
		if !ok || b.dead || l.mean(a.size*b.size) != m.mean || forbidden(a, b, m.b) {
			continue // its groups grew; what it is now is in the queue too
		}
		to := absorb(groups, m.a, m.b)
		for other := range groups[to].near {
			push(to, other)
		}
	}
	out := make([]uint32, len(groups))
	for i := range groups {
		if !groups[i].dead {
			first := slices.Min(groups[i].members)
			for _, m := range groups[i].members {
				out[m] = first
			}
		}
	}
	return out
}

// groups begins with one group for each member, those joined that people bound.
func (d divider) groups(c *component) []group {
	groups := make([]group, len(c.members))
	for i := range groups {
		groups[i] = group{size: 1, members: []uint32{uint32(i)}, near: map[uint32]link{}}
		if s := d.sources(c.members[i]); s != 0 {
			groups[i].sources = []uint32{s}
		}
	}
	for _, e := range c.edges {
		l := link{max(leastBits, min(mostBits, float64(e.bits))), 1}
		groups[e.a].near[e.b], groups[e.b].near[e.a] = l, l
	}
	for _, p := range c.apart {
		forbid(groups, p[0], p[1])
	}
	at := newForest(len(groups))
	place := make([]uint32, len(groups)) // of the group that a root's members are in
	for i := range place {
		place[i] = uint32(i)
	}
	for _, p := range c.bound {
		if a, b := at.root(p[0]), at.root(p[1]); a != b {
			to := absorb(groups, place[a], place[b])
			at.join(a, b)
			place[at.root(a)] = to
		}
	}
	return groups
}

func forbid(groups []group, a, b uint32) {
	for _, p := range [2][2]uint32{{a, b}, {b, a}} {
		if groups[p[0]].apart == nil {
			groups[p[0]].apart = map[uint32]bool{}
		}
		groups[p[0]].apart[p[1]] = true
	}
}

func forbidden(a, b *group, bAt uint32) bool {
	if a.apart[bAt] {
		return true
	}
	for _, s := range a.sources {
		if _, ok := slices.BinarySearch(b.sources, s); ok {
			return true
		}
	}
	return false
}

// absorb makes one group of two, the one with fewer neighbours going into the
// other, and gives its place.
func absorb(groups []group, a, b uint32) uint32 {
	if len(groups[b].near) > len(groups[a].near) {
		a, b = b, a
	}
	to, from := &groups[a], &groups[b]
	delete(to.near, b)
	delete(from.near, a)
	for other, l := range from.near {
		sum := to.near[other]
		sum.sum += l.sum
		sum.known += l.known
		to.near[other] = sum
		delete(groups[other].near, b)
		groups[other].near[a] = sum
	}
	for other := range from.apart {
		delete(groups[other].apart, b)
		forbid(groups, a, other)
	}
	to.size += from.size
	to.members = append(to.members, from.members...)
	to.sources = append(to.sources, from.sources...)
	slices.Sort(to.sources)
	*from = group{dead: true}
	return a
}

// components gathers records that edges above the bar, or people, hold together.
func (m *Matcher) components(edges []edge, cs *limits) []component {
	f := newForest(len(m.store.ids))
	for _, e := range edges {
		if e.bits > 0 {
			f.join(e.a, e.b)
		}
	}
	for _, p := range cs.bound {
		f.join(p[0], p[1])
	}
	at := make([]uint32, len(f)) // of the component of a root, from 1
	place := make([]uint32, len(f))
	sizes := make([]uint32, len(f))
	for rec := range f {
		sizes[f.root(uint32(rec))]++
	}
	var out []component
	for rec := range f {
		root := f.root(uint32(rec))
		if sizes[root] < 2 {
			continue
		}
		if at[root] == 0 {
			out = append(out, component{})
			at[root] = uint32(len(out))
		}
		c := &out[at[root]-1]
		place[rec] = uint32(len(c.members))
		c.members = append(c.members, uint32(rec))
	}
	in := func(a, b uint32) *component {
		if i := at[f.root(a)]; i != 0 && f.root(a) == f.root(b) {
			return &out[i-1]
		}
		return nil
	}
	for _, e := range edges {
		if c := in(e.a, e.b); c != nil {
			c.edges = append(c.edges, edge{place[e.a], place[e.b], e.bits})
		}
	}
	for _, p := range cs.bound {
		c := in(p[0], p[1])
		c.bound = append(c.bound, [2]uint32{place[p[0]], place[p[1]]})
	}
	for _, p := range cs.apart {
		if c := in(p[0], p[1]); c != nil {
			c.apart = append(c.apart, [2]uint32{place[p[0]], place[p[1]]})
		}
	}
	return out
}

func logit(p float64) float64 { return math.Log2(p / (1 - p)) }
