package graph

import (
	"slices"
	"sync/atomic"

	"overt/ftm"
	"overt/statement"
)

// A View is a graph as one Sight shows it. Visible is a node of which the
// sight sees an own mark, or that a visible edge touches. Visible nodes that
// visible same links that hold join are one cluster, named by its canonical
// node, the founder: of the visible members the one that the earliest visible run
// brought, of those the one with the smallest entity id. It is safe for concurrent use.
type View struct {
	g        *Graph
	sight    *statement.Sight
	marks    []bool // by mark: seen
	tags     []bool // by tag: seen
	profiles []bool // by profile: some schema of it is seen
	spans    []atomic.Pointer[statement.Span]

	// For nodes that may be joined, when any two of them are: those below
	// Graph.linked, or all.
	canon     []uint32 // canonical node
	memberOff []uint32
	members   []uint32 // of each canonical node, ascending by id
}

// View shows the graph to a sight. It costs one look at each mark, and a pass
// over the same links. The nil Sight sees nothing.
func (g *Graph) View(sight *statement.Sight) *View { return g.ViewAs(sight, Identity{}) }

// look decides what a sight sees, before anything is joined.
func (g *Graph) look(sight *statement.Sight) *View {
	v := &View{
		g: g, sight: sight,
		marks: make([]bool, len(g.marks)), tags: make([]bool, len(g.tags)),
		profiles: make([]bool, len(g.profiles)),
		spans:    make([]atomic.Pointer[statement.Span], len(g.marks)),
	}
	for i, m := range g.marks {
		v.marks[i] = m.visible(sight)
	}
	for i, t := range g.tags {
		v.tags[i] = v.marks[t.mark]
	}
	for i, list := range g.profiles {
		v.profiles[i] = slices.ContainsFunc(list, func(p profileEntry) bool { return v.marks[p.mark] })
	}
	return v
}

// Sight is what the view sees.
func (v *View) Sight() *statement.Sight { return v.sight }

// Stamp tells what the graph behind the view was built from.
func (v *View) Stamp() Stamp { return v.g.stamp }

// sees says whether a single source id is visible.
func (v *View) sees(n uint32) bool {
	if v.profiles[v.g.profile[n]] {
		return true
	}
	lo, hi := v.g.entries(n)
	for _, e := range v.g.adj[lo:hi] {
		if v.tags[uint32(e>>32)&tagMask] {
			return true
		}
	}
	return false
}

func (v *View) seesOnce(n uint32, seen []int8) bool {
	if seen[n] == 0 {
		seen[n] = -1
		if v.sees(n) {
			seen[n] = 1
		}
	}
	return seen[n] > 0
}

// holds says whether a same link is not over: the source that gave node n the
// identifier has not gone on with n without it. A number that was misplaced in
// one extract and put right in the next joins nobody for ever. What left the
// source together with n joins as before.
func (v *View) holds(n, mark uint32) bool {
	gone := v.span(mark).Gone
	if gone == statement.NoDay {
		return true
	}
	for _, e := range v.g.profiles[v.g.profile[n]] {
		if v.marks[e.mark] && v.span(uint32(e.mark)).Last >= gone {
			return false
		}
	}
	return true
}

func root(sets []uint32, n uint32) uint32 {
	for sets[n] != n {
		sets[n] = sets[sets[n]]
		n = sets[n]
	}
	return n
}

func (v *View) listMembers() {
	off := make([]uint32, len(v.canon)+1)
	for _, c := range v.canon {
		off[c+1]++
	}
	for i := 1; i < len(off); i++ {
		off[i] += off[i-1]
	}
	v.members = make([]uint32, len(v.canon))
	at := slices.Clone(off)
	for n, c := range v.canon {
		v.members[at[c]] = uint32(n)
		at[c]++
	}
	for c := range v.canon {
		if list := v.members[off[c]:off[c+1]]; len(list) > 1 {
			slices.SortFunc(list, v.byID)
		}
	}
	v.memberOff = off
}

// byID is the one order of nodes that may reach an answer.
func (v *View) byID(a, b uint32) int { return int(v.g.rankOf[a]) - int(v.g.rankOf[b]) }

// canonical gives the canonical node of a source node.
func (v *View) canonical(n uint32) uint32 {
	if int(n) < len(v.canon) {
		return v.canon[n]
	}
	return n
}

// cluster gives the source nodes of a canonical node; one is room for the
// usual case of a single member.
func (v *View) cluster(n uint32, one *[1]uint32) []uint32 {
	if int(n) < len(v.canon) {
		return v.members[v.memberOff[n]:v.memberOff[n+1]]
	}
	one[0] = n
	return one[:]
}

// node takes a Node from outside: ok is false when there is no such thing in
// this view.
func (v *View) node(n Node) (uint32, bool) {
	if int64(n) >= int64(v.g.nodes) {
		return 0, false
	}
	c := v.canonical(uint32(n))
	return c, v.sees(c)
}

// Find gives the canonical node of an entity id; false when nothing of that id
// is visible.
func (v *View) Find(id ftm.EntityID) (Node, bool) {
	n, ok := v.find(id)
	if !ok {
		return 0, false
	}
	return Node(v.canonical(n)), true
}

// find gives the source node of a visible entity id.
func (v *View) find(id ftm.EntityID) (uint32, bool) {
	rank, ok := v.g.ids.find(string(id))
	if !ok {
		return 0, false
	}
	n := v.g.nodeOf[rank]
	return n, v.sees(n)
}

// ID gives the entity id of a node's canonical member; "" for a node that is
// not visible.
func (v *View) ID(n Node) ftm.EntityID {
	c, ok := v.node(n)
	if !ok {
		return ""
	}
	return v.g.id(c)
}

// Members gives the source ids that are one with a node, its own included,
// ascending. None for a node that is not visible.
func (v *View) Members(n Node) []ftm.EntityID {
	c, ok := v.node(n)
	if !ok {
		return nil
	}
	var one [1]uint32
	list := v.cluster(c, &one)
	out := make([]ftm.EntityID, len(list))
	for i, m := range list {
		out[i] = v.g.id(m)
	}
	return out
}

// Schemas gives the schemata that the sight may know a node's members to have,
// ascending, no duplicates. A node that only edges speak of has none.
func (v *View) Schemas(n Node) []string {
	c, ok := v.node(n)
	if !ok {
		return nil
	}
	var one [1]uint32
	var out []string
	for _, m := range v.cluster(c, &one) {
		for _, p := range v.g.profiles[v.g.profile[m]] {
			if v.marks[p.mark] {
				out = append(out, v.g.names[p.schema])
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Kinds gives the kinds of all visible edges, ascending, no duplicates.
func (v *View) Kinds() []string {
	var out []string
	for i, t := range v.g.tags {
		if v.tags[i] {
			out = append(out, v.g.kinds[t.kind].kind)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Count tells how many visible nodes carry each of the schemata, clusters
// counted once. It passes over all nodes.
func (v *View) Count(schemata ...string) map[string]int {
	out := map[string]int{}
	for n := range uint32(v.g.nodes) {
		if v.canonical(n) != n || !v.sees(n) {
			continue
		}
		for _, s := range v.Schemas(Node(n)) {
			if slices.Contains(schemata, s) {
				out[s]++
			}
		}
	}
	return out
}

// A SameLink is one reason for which two ids count as one entity.
type SameLink struct {
	A, B    ftm.EntityID // A < B
	Reason  string
	Classes []statement.Class // visible ones that say so, ascending
}

// Same gives the visible links inside a node's cluster, by A, B, reason.
func (v *View) Same(n Node) []SameLink {
	c, ok := v.node(n)
	if !ok || int(c) >= len(v.canon) {
		return nil
	}
	var out []SameLink
	var one [1]uint32
	for _, m := range v.cluster(c, &one) {
		for i := v.firstSame(m); i < len(v.g.same) && v.g.same[i] == m; i += sameWords {
			w := v.g.same[i : i+sameWords]
			if !v.marks[w[2]] || !v.holds(m, w[2]) || v.canonical(w[1]) != c {
				continue
			}
			out = append(out, SameLink{
				A: v.g.id(m), B: v.g.id(w[1]), Reason: v.g.names[w[3]],
				Classes: v.g.marks[w[2]].shown(v.sight),
			})
		}
	}
	return out
}

// firstSame gives the place of the first link whose lesser id is m: links are
// sorted by that id.
func (v *View) firstSame(m uint32) int {
	lo, hi := 0, len(v.g.same)/sameWords
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if v.g.rankOf[v.g.same[mid*sameWords]] < v.g.rankOf[m] {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo * sameWords
}

// span gives the time in which a mark was sighted, worked out once.
func (v *View) span(mark uint32) statement.Span {
	if p := v.spans[mark].Load(); p != nil {
		return *p
	}
	s := v.sight.Span("", v.g.marks[mark].shown(v.sight))
	v.spans[mark].Store(&s)
	return s
}

// spanOf gives the time in which an edge was sighted: that of its mark, unless
// a run ended the entity it stands for.
func (v *View) spanOf(e uint32) statement.Span {
	mark := v.g.tags[v.g.edge(e)[2]&tagMask].mark
	if !v.sight.Ends() {
		return v.span(mark)
	}
	return v.sight.Span(v.g.ref(e), v.g.marks[mark].shown(v.sight))
}
