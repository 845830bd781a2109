package graph

import (
	"cmp"
	"slices"

	"overt/ftm"
	"overt/statement"
)

// An Identity is what is known of who is who beside equal identifiers. All of
// it must come from what the sight of the view shows. Ids of which nothing is
// visible are passed over.
type Identity struct {
	Must   [][2]ftm.EntityID // decided to be one; they come first
	Cannot [][2]ftm.EntityID // decided to be two; no link and no group joins them
	Same   [][]ftm.EntityID  // groups that a resolver found, joined last
}

// ViewAs is View with an Identity. Where Cannot forbids a link, the clusters
// that stand are those of the links before it: Must in its order, then links by
// their ids, then groups in their order, each member to the first visible one.
func (g *Graph) ViewAs(sight *statement.Sight, id Identity) *View {
	v := g.look(sight)
	j := joiner{v: v, size: v.g.linked}
	must, cannot := v.pairs(id.Must), v.pairs(id.Cannot)
	for _, p := range cannot {
		j.forbid(p[0], p[1])
	}
	for _, p := range must {
		j.join(p[0], p[1])
	}
	v.links(j.join)
	for _, group := range id.Same {
		first := true
		var head uint32
		for _, m := range group {
			n, ok := v.find(m)
			if !ok {
				continue
			}
			if first {
				head, first = n, false
				continue
			}
			j.join(head, n)
		}
	}
	v.settle(&j)
	return v
}

// pairs gives the nodes of those pairs of which both sides are visible.
func (v *View) pairs(ids [][2]ftm.EntityID) [][2]uint32 {
	var out [][2]uint32
	for _, p := range ids {
		a, aok := v.find(p[0])
		b, bok := v.find(p[1])
		if aok && bok && a != b {
			out = append(out, [2]uint32{a, b})
		}
	}
	return out
}

// links yields the nodes of each visible link that is not over, by their ids.
func (v *View) links(yield func(a, b uint32)) {
	seen := make([]int8, v.g.linked) // 0 = not looked at
	for i := 0; i < len(v.g.same); i += sameWords {
		a, b, mark := v.g.same[i], v.g.same[i+1], v.g.same[i+2]
		if v.marks[mark] && v.holds(a, mark) && v.seesOnce(a, seen) && v.seesOnce(b, seen) {
			yield(a, b)
		}
	}
}

// settle makes what was joined the clusters of the view.
func (v *View) settle(j *joiner) {
	if j.sets == nil {
		return
	}
	for n := range j.sets {
		j.sets[n] = root(j.sets, uint32(n))
	}
	v.canon = j.sets
	v.name()
	v.listMembers()
}

// name puts the founder of each set in place of its smallest id.
func (v *View) name() {
	founder := make([]uint32, len(v.canon))
	for n := range founder {
		founder[n] = uint32(n)
	}
	came := make([]statement.Class, len(v.profiles))
	for n, r := range v.canon {
		if r != uint32(n) && v.before(came, uint32(n), founder[r]) {
			founder[r] = uint32(n)
		}
	}
	for n, r := range v.canon {
		v.canon[n] = founder[r]
	}
}

// before says whether node a was there before node b: a run that was observed
// earlier brought it, or the same run, and its id is smaller. What no run has a
// schema for, as a shared key or what only edges speak of, comes last.
func (v *View) before(came []statement.Class, a, b uint32) bool {
	x, y := v.came(came, v.g.profile[a]), v.came(came, v.g.profile[b])
	switch {
	case x == y:
		return v.g.rankOf[a] < v.g.rankOf[b]
	case x == never || y == never:
		return y == never
	}
	return cmp.Or(v.sight.Order(x, y), v.byID(a, b)) < 0
}

// never is the class of what no visible run brought.
const never = ^statement.Class(0)

// came is the class by which nodes of a profile came in first, of those the sight
// sees; all keeps what was found, 0 for what was not asked yet.
func (v *View) came(all []statement.Class, profile uint32) statement.Class {
	if all[profile] == 0 {
		all[profile] = never
		for _, e := range v.g.profiles[profile] {
			if v.g.names[e.schema] == "" || !v.marks[e.mark] {
				continue
			}
			for _, c := range v.g.marks[e.mark].shown(v.sight) {
				if all[profile] == never || v.sight.Order(c, all[profile]) < 0 {
					all[profile] = c
				}
			}
		}
	}
	return all[profile]
}

// A joiner makes sets of nodes, each under its smallest id, and keeps apart
// what must be.
type joiner struct {
	v    *View
	size int                 // nodes that sets will have room for
	sets []uint32            // nil until something is joined
	foes map[uint32][]uint32 // by root: nodes that may not come into its set
}

func (j *joiner) root(n uint32) uint32 {
	if int(n) >= len(j.sets) {
		return n
	}
	return root(j.sets, n)
}

// forbid keeps two nodes apart. It comes before the first join.
func (j *joiner) forbid(a, b uint32) {
	if j.foes == nil {
		j.foes = map[uint32][]uint32{}
	}
	j.foes[a] = append(j.foes[a], b)
	j.foes[b] = append(j.foes[b], a)
}

func (j *joiner) join(a, b uint32) {
	a, b = j.root(a), j.root(b)
	if a == b || j.apart(a, b) {
		return
	}
	j.make(max(a, b))
	if j.v.g.rankOf[a] > j.v.g.rankOf[b] {
		a, b = b, a
	}
	j.sets[b] = a
	if f := j.foes[b]; f != nil {
		j.foes[a] = append(j.foes[a], f...)
		delete(j.foes, b)
	}
}

// apart says whether something in one set may not meet something in the other.
func (j *joiner) apart(a, b uint32) bool {
	if len(j.foes[b]) < len(j.foes[a]) {
		a, b = b, a
	}
	for _, f := range j.foes[a] {
		if j.root(f) == b {
			return true
		}
	}
	return false
}

// make gives room for node n: that of the nodes with links, which come first in
// the file, unless others are joined.
func (j *joiner) make(n uint32) {
	if int(n) < len(j.sets) {
		return
	}
	if int(n) >= j.size {
		j.size = j.v.g.nodes
	}
	j.sets = slices.Grow(j.sets, j.size-len(j.sets))
	for m := len(j.sets); m < j.size; m++ {
		j.sets = append(j.sets, uint32(m))
	}
}
