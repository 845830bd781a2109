package inverted

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"

	"github.com/klauspost/compress/zstd"
)

// maxItems bounds a segment: larger ones are not merged any further.
const (
	maxItems = 1 << 20
	maxKey   = 1 << 16 // bytes, more than any has
)

// merge writes the living items of parts of one label as one segment.
func merge(w io.Writer, enc *zstd.Encoder, parts []*part) error {
	f := newFileWriter(w, enc, parts[0].meta.Label)
	m := &merger{f: f}
	for _, p := range parts {
		m.join(p)
	}
	for _, p := range parts {
		if err := m.records(p); err != nil {
			return err
		}
	}
	f.endRecords()
	m.keys()
	return f.finish()
}

type merger struct {
	f    *fileWriter
	from []*source
	base uint32
}

// A source is a part that is being merged.
type source struct {
	*part
	keys   keys
	ok     bool
	base   uint32
	number []uint32 // of each item, among those that live; nil when all do
	docs   []uint32
}

// join adds the runs of a part, and numbers its items anew.
func (m *merger) join(p *part) {
	s := &source{part: p, base: m.base}
	if p.dead != nil {
		s.number = make([]uint32, p.meta.Items)
		n := uint32(0)
		for d := range s.number {
			s.number[d] = n
			if !p.dead.has(uint32(d)) {
				n++
			}
		}
	}
	m.base += uint32(p.alive)
	s.keys, s.ok = p.at(0)
	m.from = append(m.from, s)
	for _, r := range p.runs {
		if r.Items == 0 {
			continue
		}
		i, found := slices.BinarySearchFunc(m.f.meta.Runs, r, runStats.compare)
		if !found {
			m.f.meta.Runs = slices.Insert(m.f.meta.Runs, i, runStats{Run: r.Run, Until: r.Until})
		}
		m.f.meta.Runs[i].Items += r.Items
		m.f.meta.Runs[i].Words += r.Words
	}
}

// to gives the new number of an item; false for one that is gone.
func (s *source) to(doc uint32) (uint32, bool) {
	if s.number == nil {
		return s.base + doc, true
	}
	return s.base + s.number[doc], !s.dead.has(doc)
}

// records copies the records of a part: whole blocks, when none of it is gone.
func (m *merger) records(p *part) error {
	runs := make([]uint32, len(p.meta.Runs))
	for i, r := range p.meta.Runs {
		n, _ := slices.BinarySearchFunc(m.f.meta.Runs, r, runStats.compare)
		runs[i] = uint32(n)
	}
	cols := func(d uint32) (run, kind, words, page uint32) {
		return runs[number(p.cols[colRun], d)], number(p.cols[colKind], d), number(p.cols[colWords], d), number(p.cols[colPage], d)
	}
	blocks := len(p.sec[secTexts]) / 16
	for b := range blocks {
		next := uint32(p.meta.Items)
		if b+1 < blocks {
			next = uint32(binary.LittleEndian.Uint64(p.sec[secTexts][(b+1)*16:]))
		}
		if p.dead == nil {
			m.copy(p, b, uint32(binary.LittleEndian.Uint64(p.sec[secTexts][b*16:])), next, cols)
			continue
		}
		data, first, err := p.records(b)
		if err != nil {
			return err
		}
		at := 0
		for d := first; d < next; d++ {
			var size uint32
			size, at = uvarint(data, at)
			if !p.dead.has(d) {
				run, kind, words, page := cols(d)
				m.f.record(data[at:at+int(size)], run, kind, words, page)
			}
			at += int(size)
		}
	}
	return nil
}

func (m *merger) copy(p *part, block int, first, next uint32, cols func(uint32) (uint32, uint32, uint32, uint32)) {
	m.f.flushRecords()
	for d := first; d < next; d++ {
		m.f.column(cols(d))
	}
	m.f.block(p.compressed(block), int(next-first))
}

// keys merges the keys of all sources.
func (m *merger) keys() {
	for {
		var lowest []byte
		for _, s := range m.from {
			if s.ok && (lowest == nil || bytes.Compare(s.keys.key, lowest) < 0) {
				lowest = s.keys.key
			}
		}
		if lowest == nil {
			return
		}
		key := slices.Clone(lowest)
		l := &list{}
		for _, s := range m.from {
			if s.ok && bytes.Equal(s.keys.key, key) {
				s.append(l, s.keys.posting(), counted(key))
				s.ok = s.keys.next()
			}
		}
		if l.items > 0 {
			m.f.key(key, l)
		}
	}
}

func (s *source) append(l *list, p posting, counted bool) {
	if !counted {
		s.docs = p.docs(s.docs[:0], nil)
		for _, d := range s.docs {
			if to, ok := s.to(d); ok {
				l.addWhole(to)
			}
		}
		return
	}
	r := p.places()
	for i, d := range r.docs {
		if to, ok := s.to(d); ok {
			l.addCounted(to, r.tfs[i], r.raw(i))
		}
	}
}
