package match

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// What an earlier matcher found out is used again where it follows from the same: how
// two records compare follows from both and from the steps of the counts that were
// looked up for it. So the result is what it is without an earlier one.

// lookups are what was looked up while two records were compared, as bits: most of it
// is of the keys by which one of the two is counted.
type lookups struct {
	asked       asked
	left, right []key // by which the two are counted, ascending
}

// asked are bits for the keys of the left record, by their places, and of the right.
type asked [2]uint32

const (
	keyBits   = 29
	sizeAsked = 1 << 29 // how many records their sources have
	elsewhere = 1 << 30 // a key by which neither is counted
)

func bitOf(place int) uint32 { return 1 << (place % keyBits) }

// note notes that a key is looked up, if anybody asks.
func (l *lookups) note(k key) {
	if l == nil {
		return
	}
	if i, ok := slices.BinarySearch(l.left, k); ok {
		l.asked[0] |= bitOf(i)
	} else if i, ok := slices.BinarySearch(l.right, k); ok {
		l.asked[1] |= bitOf(i)
	} else {
		l.asked[0] |= elsewhere
	}
}

// noteSizes notes that it is looked up how many records the sources of both have.
func (l *lookups) noteSizes() {
	if l != nil {
		l.asked[0] |= sizeAsked
		l.asked[1] |= sizeAsked
	}
}

// countedBy gives the keys by which a record is counted, ascending.
func (m *Matcher) countedBy(rec uint32) []key {
	b := &m.counted[rec/chunk]
	from, to := b.span(rec % chunk)
	return b.keys[from:to]
}

// earlier is what an earlier matcher found out.
type earlier struct {
	*Matcher
	place   []uint32 // of each record now: where it was, from 1; 0 if it was not, or was otherwise
	changed []uint32 // of each record now: bits of what is counted otherwise
}

// Reuse takes what Save gave of a matcher of other records, or of some of the same, so
// that Build compares only those pairs whose records or counts are not as they were.
// It comes before Build, and changes nothing of what is found. The error says that it
// was not saved by this program with the same Unique and Candidates.
func (m *Matcher) Reuse(saved []byte) error {
	before, err := Load(m.cfg, saved)
	if err == nil {
		m.earlier = &earlier{Matcher: before}
	}
	return err
}

// findEarlier finds each record among the earlier ones, once all are counted.
func (m *Matcher) findEarlier(ctx context.Context) error {
	e := m.earlier
	if e == nil || e.freq.n != m.freq.n {
		m.earlier = nil // every count is of so many records
		return nil
	}
	n := len(m.store.ids)
	e.place, e.changed = make([]uint32, n), make([]uint32, n)
	resized := make([]uint32, len(m.store.sources))
	for i, name := range m.store.sources {
		if was, ok := e.store.named[name]; !ok || e.freq.sources[was] != m.freq.sources[i] {
			resized[i] = sizeAsked
		}
	}
	return m.each(ctx, n, func(_ *worker, _, from, to int) {
		for rec := from; rec < to; rec++ {
			if was, ok := e.store.find(m.store.ids[rec]); ok && e.contents[was] == m.contents[rec] {
				e.place[rec] = was + 1
			}
			changed := elsewhere | resized[m.store.source[rec]]
			for i, k := range m.countedBy(uint32(rec)) {
				if e.freq.count(k) != m.freq.count(k) {
					changed |= bitOf(i)
				}
			}
			e.changed[rec] = changed
		}
	})
}

// comparison gives how two records compared, and by what, if it holds still. was are
// the pairs of the earlier matcher that are of the kind asked for.
func (e *earlier) comparison(was *pairs, a, b uint32) (p pattern, by asked, ok bool) {
	if e == nil || e.place[a] == 0 || e.place[b] == 0 {
		return p, by, false
	}
	from, to := was.of(e.place[a] - 1)
	i, ok := slices.BinarySearch(was.other[from:to], e.place[b]-1)
	if !ok {
		return p, by, false
	}
	at := from + uint64(i)
	by = was.asked[at]
	return was.patterns[was.pattern[at]], by, by[0]&e.changed[a] == 0 && by[1]&e.changed[b] == 0
}

// readContents hashes what is compared of each record.
func (m *Matcher) readContents(ctx context.Context) error {
	m.contents = make([][16]byte, len(m.store.ids))
	return m.each(ctx, len(m.contents), func(_ *worker, _, from, to int) {
		var b []byte
		for rec := from; rec < to; rec++ {
			b = binary.LittleEndian.AppendUint16(b[:0], m.store.schema[rec])
			b = binary.LittleEndian.AppendUint64(b, m.store.homes[m.store.source[rec]])
			for _, v := range m.store.values(uint32(rec)) {
				text := m.store.bytes(v)
				b = binary.LittleEndian.AppendUint16(b, uint16(m.store.tags[v]))
				b = append(binary.LittleEndian.AppendUint32(b, uint32(len(text))), text...)
			}
			sum := sha256.Sum256(b)
			m.contents[rec] = [16]byte(sum[:16])
		}
	})
}
