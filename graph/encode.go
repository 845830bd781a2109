package graph

import "overt/internal/section"

// encode writes the graph into an empty file.
func (g *build) encode(f section.File, stamp Stamp) error {
	e := section.NewWriter(f, form)
	e.Section(secShape, func() {
		e.Longs(stamp.Epoch, uint64(len(g.rankOf)), uint64(g.linked))
		e.Put([]byte(stamp.Fingerprint))
	})
	g.encodeTables(e)
	g.encodeStrings(e, secIDIndex, secIDs, len(g.byRank), func(i int) []byte { return g.ids.at(g.byRank[i]) })
	e.Section(secNodeOf, func() { e.Words(g.nodeOf...) })
	e.Section(secRankOf, func() { e.Words(g.rankOf...) })
	e.Section(secProfile, func() {
		for _, r := range g.rankOf {
			e.Word(g.profile[r])
		}
	})
	g.encodeLinks(e)
	g.encodeStrings(e, secRefIndex, secRefs, len(g.edges), g.refText)
	e.Section(secSame, func() {
		for _, s := range g.same {
			e.Words(s.a, s.b, uint32(s.mark), s.reason)
		}
	})
	return e.Finish()
}

func (g *build) encodeTables(e *section.Writer) {
	e.Section(secNames, func() {
		e.Word(uint32(len(g.names)))
		for _, s := range g.names {
			e.Word(uint32(len(s)))
			e.Put([]byte(s))
		}
	})
	e.Section(secMarks, func() {
		e.Word(uint32(len(g.marks)))
		for _, m := range g.marks {
			e.Put([]byte(g.Builder.marks.keys[m]))
		}
	})
	e.Section(secKinds, func() {
		e.Word(uint32(len(g.kinds)))
		for _, k := range g.kinds {
			e.Words(k.kind, k.prop, bit(k.directed))
		}
	})
	e.Section(secTags, func() {
		e.Word(uint32(len(g.tags)))
		for _, t := range g.tags {
			e.Words(t.mark, t.kind)
		}
	})
	e.Section(secProfiles, func() {
		e.Word(uint32(len(g.profiles)))
		for _, list := range g.profiles {
			e.Word(uint32(len(list)))
			for _, p := range list {
				e.Words(p.schema, p.mark)
			}
		}
	})
}

func (g *build) encodeLinks(e *section.Writer) {
	e.Section(secAdjOff, func() { e.Words(g.adjOff...) })
	e.Section(secAdj, func() {
		for i := range g.entries {
			e.Long(g.entry(i))
		}
	})
	e.Section(secAdjEdge, func() {
		for i := range g.entries {
			e.Word(uint32(g.entries[i]) >> 1)
		}
	})
	e.Section(secAdjDate, func() {
		for i := range g.entries {
			e.Word(g.edges[uint32(g.entries[i])>>1].mark) // the number of its dates by now
		}
	})
	e.Section(secDates, func() {
		for _, d := range g.dates {
			e.Words(uint32(d>>32), uint32(d))
		}
	})
	e.Section(secEdges, func() {
		for i := range g.edges {
			w := g.words(i)
			e.Words(w[:]...)
		}
	})
}

// encodeStrings writes the strings before their index, which is known last.
func (g *build) encodeStrings(e *section.Writer, index, data, n int, at func(int) []byte) {
	w := &stringWriter{emit: e.Put}
	e.Section(data, func() {
		for i := range n {
			w.add(at(i))
		}
	})
	e.Section(index, func() { e.Longs(w.offsets()...) })
}
