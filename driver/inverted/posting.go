package inverted

import (
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"
	"sync"
)

// Between two marks of a posting list lie so many items, so that places of a
// few items are read without those of all others.
const markEvery = 128

// A list is a posting list in the making: items in ascending order, how often
// the key stands in each, and at which positions. A list of whole values has
// neither counts nor positions.
type list struct {
	items   int
	last    uint32 // item that is open
	before  uint32 // item that was closed last
	tf      uint32
	lastPos uint32
	docs    []byte
	places  []byte
	marks   []int // length of places at each markEvery-th item
}

// add takes one sighting; items and positions ascend.
func (l *list) add(doc, pos uint32) {
	if l.tf == 0 || doc != l.last {
		l.close(true)
		l.open(doc)
		l.lastPos = 0
	}
	l.tf++
	l.places = binary.AppendUvarint(l.places, uint64(pos-l.lastPos))
	l.lastPos = pos
}

// addWhole takes an item that has the value; one that was the last is not
// taken twice.
func (l *list) addWhole(doc uint32) {
	if l.tf == 0 || doc != l.last {
		l.close(false)
		l.open(doc)
		l.tf = 1
	}
}

// addCounted takes an item whose positions are encoded already.
func (l *list) addCounted(doc, tf uint32, places []byte) {
	l.close(true)
	l.open(doc)
	l.tf = tf
	l.places = append(l.places, places...)
}

func (l *list) open(doc uint32) {
	if l.items > 0 && l.items%markEvery == 0 {
		l.marks = append(l.marks, len(l.places))
	}
	l.items++
	l.last, l.tf = doc, 0
}

// close writes the open item.
func (l *list) close(counted bool) {
	if l.tf == 0 {
		return
	}
	delta := uint64(l.last - l.before)
	l.before = l.last
	switch {
	case !counted:
		l.docs = binary.AppendUvarint(l.docs, delta)
	case l.tf == 1:
		l.docs = binary.AppendUvarint(l.docs, delta<<1)
	default:
		l.docs = binary.AppendUvarint(l.docs, delta<<1|1)
		l.docs = binary.AppendUvarint(l.docs, uint64(l.tf))
	}
	l.tf = 0
}

// encode appends the finished list.
func (l *list) encode(to []byte, counted bool) []byte {
	l.close(counted)
	to = binary.AppendUvarint(to, uint64(l.items))
	to = append(to, l.docs...)
	if !counted {
		return to
	}
	last := 0
	for _, m := range l.marks {
		to = binary.AppendUvarint(to, uint64(m-last))
		last = m
	}
	return append(to, l.places...)
}

var errDamaged = errors.New("a posting list ends in the middle")

// uvarint reads a number of at most 32 bits.
func uvarint(b []byte, at int) (uint32, int) {
	if at < len(b) && b[at] < 0x80 {
		return uint32(b[at]), at + 1
	}
	n, size := binary.Uvarint(b[min(at, len(b)):])
	if size <= 0 || n > 1<<32-1 {
		panic(errDamaged) // caught where a query begins
	}
	return uint32(n), at + size
}

// A posting is a list as it lies in a segment.
type posting []byte

// count reads how many items a list has: a byte or more for each.
func (p posting) count() (n, at int) {
	items, at := uvarint(p, 0)
	if int64(items) > int64(len(p)) {
		panic(errDamaged)
	}
	return int(items), at
}

// docs appends the items of a list of whole values that the mask shows.
func (p posting) docs(to []uint32, m mask) []uint32 {
	n, at := p.count()
	doc, delta := uint32(0), uint32(0)
	for range n {
		delta, at = uvarint(p, at)
		doc += delta
		if m.has(doc) {
			to = append(to, doc)
		}
	}
	return to
}

// counts gives the items of a counted list that the mask shows, and how often each has
// the key.
func (p posting) counts(m mask) (docs, tfs []uint32) {
	h := p.heads()
	docs, tfs = make([]uint32, h.left), make([]uint32, h.left)
	h.read(docs, tfs)
	if m == nil {
		return docs, tfs
	}
	n := 0
	for i, doc := range docs {
		docs[n], tfs[n] = doc, tfs[i]
		if m.has(doc) {
			n++
		}
	}
	return docs[:n], tfs[:n]
}

// heads reads what stands before the positions of a counted list: its items,
// and how often each has the key.
type heads struct {
	p    posting
	at   int
	doc  uint32
	left int // items of the list
}

func (p posting) heads() heads {
	n, at := p.count()
	return heads{p: p, at: at, left: n}
}

// next gives the next item.
func (h *heads) next() (doc, tf uint32) {
	if h.at < len(h.p) && h.p[h.at] < 0x80 {
		b := h.p[h.at]
		h.at++
		h.doc += uint32(b >> 1)
		if b&1 == 0 {
			return h.doc, 1
		}
	} else {
		v, size := binary.Uvarint(h.p[min(h.at, len(h.p)):])
		if size <= 0 || v > 1<<33 {
			panic(errDamaged)
		}
		h.at += size
		h.doc += uint32(v >> 1)
		if v&1 == 0 {
			return h.doc, 1
		}
	}
	tf, h.at = uvarint(h.p, h.at)
	return h.doc, tf
}

// read fills docs and tfs with the items that are left.
func (h *heads) read(docs, tfs []uint32) {
	tfs = tfs[:len(docs)]
	for i := range docs {
		if at := h.at; at+1 < len(h.p) && h.p[at] < 0x80 && (h.p[at]&1 == 0 || h.p[at+1] < 0x80) { // nearly all
			b := h.p[at]
			h.doc += uint32(b >> 1)
			tf, more := uint32(1), int(b&1)
			if more != 0 {
				tf = uint32(h.p[at+1])
			}
			h.at += 1 + more
			docs[i], tfs[i] = h.doc, tf
			continue
		}
		docs[i], tfs[i] = h.next()
	}
	h.left = 0
}

// A reader of places goes through a counted list from front to back.
type places struct {
	docs, tfs []uint32
	marks     []int
	bytes     []byte
	from      int // items before it are done with
	i         int // next item whose places are read
	at        int // byte of its places
}

func (p posting) places() *places {
	h := p.heads()
	n := h.left
	r := spare.Get().(*places)
	*r = places{docs: slices.Grow(r.docs[:0], n)[:n], tfs: slices.Grow(r.tfs[:0], n)[:n], marks: r.marks[:0]}
	h.read(r.docs, r.tfs)
	last, at := 0, h.at
	for range max(n-1, 0) / markEvery {
		var delta uint32
		delta, at = uvarint(p, at)
		last += int(delta)
		r.marks = append(r.marks, last)
	}
	if last > len(p)-at {
		panic(errDamaged)
	}
	r.bytes = p[at:]
	return r
}

// spare are readers that nobody uses any more: of frequent words they are large.
var spare = sync.Pool{New: func() any { return &places{} }}

// free gives the reader back. It MUST NOT be used after.
func (r *places) free() {
	r.bytes = nil
	spare.Put(r)
}

// seek goes to item number i, which is not before the last one.
func (r *places) seek(i int) {
	if m := i / markEvery; m > r.i/markEvery && m > 0 {
		r.i, r.at = m*markEvery, r.marks[m-1]
	}
	n := uint64(0)
	for ; r.i < i; r.i++ {
		n += uint64(r.tfs[r.i])
	}
	r.skip(n)
}

// skip passes so many numbers. A number ends with a byte below 0x80: of eight
// bytes that hold no more than are left, all are passed at once.
func (r *places) skip(n uint64) {
	at := r.at
	for n >= 8 && at+8 <= len(r.bytes) {
		n -= uint64(bits.OnesCount64(^binary.LittleEndian.Uint64(r.bytes[at:]) & ends))
		at += 8
	}
	for ; n > 0; at++ {
		if at >= len(r.bytes) {
			panic(errDamaged)
		}
		if r.bytes[at] < 0x80 {
			n--
		}
	}
	r.at = at
}

// ends are the bits that tell of eight bytes which one ends a number.
const ends = 0x8080808080808080

// raw gives the encoded places of item number i.
func (r *places) raw(i int) []byte {
	r.seek(i)
	from := r.at
	r.skip(uint64(r.tfs[i]))
	r.i++
	return r.bytes[from:r.at]
}

// append appends the positions of item number i, ascending.
func (r *places) append(to []uint32, i int) []uint32 {
	r.seek(i)
	pos, at, b := uint32(0), r.at, r.bytes
	for range r.tfs[i] {
		var delta uint32
		if at < len(b) && b[at] < 0x80 {
			delta, at = uint32(b[at]), at+1
		} else {
			delta, at = uvarint(b, at)
		}
		pos += delta
		to = append(to, pos)
	}
	r.at = at
	r.i++
	return to
}

// A mask is a bitset over the items of a segment; nil shows all.
type mask []uint64

func (m mask) has(doc uint32) bool { return m == nil || m[doc>>6]&(1<<(doc&63)) != 0 }

func newMask(n int) mask { return make(mask, (n+63)/64) }

func (m mask) set(doc uint32) { m[doc>>6] |= 1 << (doc & 63) }
