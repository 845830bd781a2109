package graph

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// settleMarks keeps the marks that are still used after merging, numbers them
// by their contents, and does the same for profiles.
func (g *build) settleMarks() {
	all := g.Builder.marks
	used := make([]bool, len(all.list))
	for i := range g.edges {
		used[g.edges[i].mark] = true
	}
	for _, s := range g.same {
		used[s.mark] = true
	}
	lists := g.Builder.profiles.list
	kept := make([]bool, len(lists))
	for _, p := range g.profile {
		kept[p] = true
	}
	kept[0] = true // nodes that only links speak of
	for p, list := range lists {
		for _, e := range list {
			used[e.mark] = used[e.mark] || kept[p]
		}
	}
	for m, ok := range used {
		if ok {
			g.marks = append(g.marks, Mark(m))
		}
	}
	slices.SortFunc(g.marks, func(a, b Mark) int { return cmp.Compare(all.keys[a], all.keys[b]) })
	final := make([]uint32, len(used))
	for i, m := range g.marks {
		final[m] = uint32(i)
	}
	for i := range g.edges {
		g.edges[i].mark = final[g.edges[i].mark]
	}
	for i := range g.same {
		g.same[i].mark = Mark(final[g.same[i].mark])
	}
	g.settleProfiles(kept, final)
}

func (g *build) settleProfiles(kept []bool, finalMark []uint32) {
	lists := g.Builder.profiles.list
	var order []uint32
	for p, list := range lists {
		if !kept[p] {
			continue
		}
		for i := range list {
			list[i].mark = finalMark[list[i].mark]
		}
		order = append(order, uint32(p))
	}
	slices.SortFunc(order, func(a, b uint32) int {
		return slices.CompareFunc(lists[a], lists[b], compareProfile)
	})
	final := make([]uint32, len(lists))
	for i, p := range order {
		final[p] = uint32(i)
		g.profiles = append(g.profiles, lists[p])
	}
	for i, p := range g.profile {
		g.profile[i] = final[p]
	}
}

// settleTags replaces kind and mark of each edge by the number of the pair.
func (g *build) settleTags() {
	number := map[uint64]uint32{}
	for i := range g.edges {
		number[uint64(g.edges[i].kind)<<32|uint64(g.edges[i].mark)] = 0
	}
	pairs := make([]uint64, 0, len(number))
	for p := range number {
		pairs = append(pairs, p)
	}
	slices.Sort(pairs)
	for i, p := range pairs {
		number[p] = uint32(i)
		g.tags = append(g.tags, tagInfo{mark: uint32(p), kind: uint32(p >> 32)})
	}
	for i := range g.edges {
		e := &g.edges[i]
		e.kind = number[uint64(e.kind)<<32|uint64(e.mark)]
	}
}

// settleDates replaces the mark of each edge, which its tag tells by now, by
// the number of its dates: many edges share theirs, and a small table is
// quicker to look into than a large one.
func (g *build) settleDates() {
	number := map[uint64]uint32{}
	for i := range g.edges {
		number[g.edges[i].dates()] = 0
	}
	g.dates = make([]uint64, 0, len(number))
	for d := range number {
		g.dates = append(g.dates, d)
	}
	slices.Sort(g.dates)
	for i, d := range g.dates {
		number[d] = uint32(i)
	}
	for i := range g.edges {
		g.edges[i].mark = number[g.edges[i].dates()]
	}
}

// numberNodes gives neighbours near numbers: components one after the other,
// each breadth first from its node of highest degree. Nodes with same links
// come before all others, so that a view needs a table for those alone.
func (g *build) numberNodes() {
	order := g.breadthFirst()
	linked := make([]bool, len(order))
	for _, s := range g.same {
		linked[s.a], linked[s.b] = true, true
	}
	g.rankOf = make([]uint32, 0, len(order))
	for _, r := range order {
		if linked[r] {
			g.rankOf = append(g.rankOf, r)
		}
	}
	g.linked = len(g.rankOf)
	for _, r := range order {
		if !linked[r] {
			g.rankOf = append(g.rankOf, r)
		}
	}
	g.nodeOf = invert(g.rankOf)
	for i := range g.edges {
		e := &g.edges[i]
		e.src, e.dst = g.nodeOf[e.src], g.nodeOf[e.dst]
	}
	for i := range g.same {
		s := &g.same[i]
		s.a, s.b = g.nodeOf[s.a], g.nodeOf[s.b]
	}
}

func (g *build) breadthFirst() []uint32 {
	off, next := g.neighbours()
	n := len(off) - 1
	seeds := make([]uint64, n)
	for r := range seeds {
		degree := off[r+1] - off[r]
		seeds[r] = uint64(^degree)<<32 | uint64(r)
	}
	slices.Sort(seeds)
	order := make([]uint32, 0, n)
	seen := make([]bool, n)
	for _, s := range seeds {
		r := uint32(s)
		if seen[r] {
			continue
		}
		seen[r] = true
		order = append(order, r)
		for at := len(order) - 1; at < len(order); at++ {
			u := order[at]
			for _, v := range next[off[u]:off[u+1]] {
				if !seen[v] {
					seen[v] = true
					order = append(order, v)
				}
			}
		}
	}
	return order
}

// neighbours lists who is linked with whom, same links included, by rank.
func (g *build) neighbours() (off, next []uint32) {
	off = make([]uint32, len(g.byRank)+1)
	each := func(f func(a, b uint32)) {
		for i := range g.edges {
			f(g.edges[i].src, g.edges[i].dst)
		}
		for _, s := range g.same {
			f(s.a, s.b)
		}
	}
	each(func(a, b uint32) { off[a+1]++; off[b+1]++ })
	for i := 1; i < len(off); i++ {
		off[i] += off[i-1]
	}
	next = make([]uint32, off[len(off)-1])
	at := slices.Clone(off)
	each(func(a, b uint32) {
		next[at[a]], next[at[b]] = b, a
		at[a]++
		if a == b {
			next[at[b]] = a
		}
		at[b]++
	})
	return off, next
}

// placeEntries puts each edge at both of its ends, sorted by neighbour.
func (g *build) placeEntries() {
	g.adjOff = make([]uint32, len(g.rankOf)+1)
	for i := range g.edges {
		g.adjOff[g.edges[i].src+1]++
		g.adjOff[g.edges[i].dst+1]++
	}
	for i := 1; i < len(g.adjOff); i++ {
		g.adjOff[i] += g.adjOff[i-1]
	}
	g.entries = make([]uint64, 2*len(g.edges))
	at := slices.Clone(g.adjOff)
	for i := range g.edges {
		e := &g.edges[i]
		g.entries[at[e.src]] = uint64(e.dst)<<32 | uint64(i)<<1
		at[e.src]++
		g.entries[at[e.dst]] = uint64(e.src)<<32 | uint64(i)<<1 | 1
		at[e.dst]++
	}
	for n := range g.rankOf {
		slices.Sort(g.entries[g.adjOff[n]:g.adjOff[n+1]])
	}
}

// entry gives entry i as it stands in the file.
func (g *build) entry(i int) uint64 {
	e := g.entries[i]
	r := &g.edges[uint32(e)>>1]
	flags := r.kind // a tag by now
	if e&1 != 0 {
		flags |= flagInbound
	}
	if r.start != noDay || r.end != noDay {
		flags |= flagDated
	}
	return uint64(flags)<<32 | e>>32
}

// words gives an edge as it stands in the file.
func (g *build) words(i int) [edgeWords]uint32 {
	r := &g.edges[i]
	tag := r.kind
	switch r.ref {
	case spillSource:
		tag |= refIsSource
	case spillTarget:
		tag |= refIsTarget
	}
	return [edgeWords]uint32{r.src, r.dst, tag, r.mark}
}

// refText gives what the table of refs holds for edge i: nothing, when the
// edge's own ends tell it.
func (g *build) refText(i int) []byte {
	r := g.edges[i].ref
	if r == spillSource || r == spillTarget {
		return nil
	}
	size, k := binary.Uvarint(g.refData[r:])
	return g.refData[r+uint64(k):][:size]
}
