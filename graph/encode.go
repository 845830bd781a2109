package graph

import (
	"encoding/binary"
	"hash/crc32"
	"io"
)

// An encoder writes the sections one after the other, and the header last.
// The first failure stays in err, and ends all writing.
type encoder struct {
	w     io.Writer
	buf   []byte
	off   uint64
	start uint64
	sum   uint32
	head  []byte
	err   error
}

const encodeRoom = 1 << 18

// flush hands on what waits, and takes it into the section's checksum.
func (e *encoder) flush() {
	if e.err == nil {
		e.sum = crc32.Update(e.sum, castagnoli, e.buf)
		_, e.err = e.w.Write(e.buf)
	}
	e.off += uint64(len(e.buf))
	e.buf = e.buf[:0]
}

func (e *encoder) put(b []byte) {
	if len(e.buf) >= encodeRoom {
		e.flush()
	}
	e.buf = append(e.buf, b...)
}

func (e *encoder) word(v uint32) {
	if len(e.buf) >= encodeRoom {
		e.flush()
	}
	e.buf = binary.LittleEndian.AppendUint32(e.buf, v)
}

func (e *encoder) long(v uint64) {
	if len(e.buf) >= encodeRoom {
		e.flush()
	}
	e.buf = binary.LittleEndian.AppendUint64(e.buf, v)
}

func (e *encoder) words(list ...uint32) {
	for _, v := range list {
		e.word(v)
	}
}

func (e *encoder) longs(list ...uint64) {
	for _, v := range list {
		e.long(v)
	}
}

// section writes one section, aligned, and its line of the header.
func (e *encoder) section(id int, write func()) {
	e.flush()
	e.put(make([]byte, (alignment-e.off%alignment)%alignment))
	e.flush()
	e.start, e.sum = e.off, 0
	write()
	e.flush()
	line := e.head[headerFixed+headerEntry*id:]
	binary.LittleEndian.PutUint32(line, uint32(id))
	binary.LittleEndian.PutUint32(line[4:], e.sum)
	binary.LittleEndian.PutUint64(line[8:], e.start)
	binary.LittleEndian.PutUint64(line[16:], e.off-e.start)
}

// An outFile is written from its beginning, and its header again at the end.
type outFile interface {
	io.Writer
	io.WriterAt
}

// encode writes the graph into an empty file.
func (g *build) encode(f outFile, stamp Stamp) error {
	e := &encoder{w: f, head: make([]byte, headerFixed+headerEntry*sections)}
	e.put(e.head)
	e.section(secShape, func() {
		e.longs(stamp.Epoch, uint64(len(g.rankOf)), uint64(g.linked))
		e.put([]byte(stamp.Fingerprint))
	})
	g.encodeTables(e)
	g.encodeStrings(e, secIDIndex, secIDs, len(g.byRank), func(i int) []byte { return g.ids.at(g.byRank[i]) })
	e.section(secNodeOf, func() { e.words(g.nodeOf...) })
	e.section(secRankOf, func() { e.words(g.rankOf...) })
	e.section(secProfile, func() {
		for _, r := range g.rankOf {
			e.word(g.profile[r])
		}
	})
	g.encodeLinks(e)
	g.encodeStrings(e, secRefIndex, secRefs, len(g.edges), g.refText)
	e.section(secSame, func() {
		for _, s := range g.same {
			e.words(s.a, s.b, uint32(s.mark), s.reason)
		}
	})
	if e.err != nil {
		return e.err
	}
	copy(e.head, magic)
	binary.LittleEndian.PutUint32(e.head[8:], version)
	binary.LittleEndian.PutUint32(e.head[12:], sections)
	binary.LittleEndian.PutUint64(e.head[24:], e.off)
	binary.LittleEndian.PutUint32(e.head[16:], headerSum(e.head))
	_, err := f.WriteAt(e.head, 0)
	return err
}

func (g *build) encodeTables(e *encoder) {
	e.section(secNames, func() {
		e.word(uint32(len(g.names)))
		for _, s := range g.names {
			e.word(uint32(len(s)))
			e.put([]byte(s))
		}
	})
	e.section(secMarks, func() {
		e.word(uint32(len(g.marks)))
		for _, m := range g.marks {
			e.put([]byte(g.Builder.marks.keys[m]))
		}
	})
	e.section(secKinds, func() {
		e.word(uint32(len(g.kinds)))
		for _, k := range g.kinds {
			e.words(k.kind, k.prop, bit(k.directed))
		}
	})
	e.section(secTags, func() {
		e.word(uint32(len(g.tags)))
		for _, t := range g.tags {
			e.words(t.mark, t.kind)
		}
	})
	e.section(secProfiles, func() {
		e.word(uint32(len(g.profiles)))
		for _, list := range g.profiles {
			e.word(uint32(len(list)))
			for _, p := range list {
				e.words(p.schema, p.mark)
			}
		}
	})
}

func (g *build) encodeLinks(e *encoder) {
	e.section(secAdjOff, func() { e.words(g.adjOff...) })
	e.section(secAdj, func() {
		for i := range g.entries {
			e.long(g.entry(i))
		}
	})
	e.section(secAdjEdge, func() {
		for i := range g.entries {
			e.word(uint32(g.entries[i]) >> 1)
		}
	})
	e.section(secAdjDate, func() {
		for i := range g.entries {
			e.word(g.edges[uint32(g.entries[i])>>1].mark) // the number of its dates by now
		}
	})
	e.section(secDates, func() {
		for _, d := range g.dates {
			e.words(uint32(d>>32), uint32(d))
		}
	})
	e.section(secEdges, func() {
		for i := range g.edges {
			w := g.words(i)
			e.words(w[:]...)
		}
	})
}

// encodeStrings writes the strings before their index, which is known last.
func (g *build) encodeStrings(e *encoder, index, data, n int, at func(int) []byte) {
	w := &stringWriter{emit: e.put}
	e.section(data, func() {
		for i := range n {
			w.add(at(i))
		}
	})
	e.section(index, func() { e.longs(w.offsets()...) })
}
