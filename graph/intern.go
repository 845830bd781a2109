package graph

import (
	"encoding/binary"
	"hash/maphash"
	"slices"
)

// An interner numbers strings from 0 in the order they come. It holds no
// pointer per string, so that millions of them cost the collector nothing.
type interner struct {
	seed   maphash.Seed
	slots  []uint32 // number + 1, 0 = free; a power of two
	hashes []uint32 // by number
	places []uint64 // by number: chunk above, position below
	chunks [][]byte
}

const (
	chunkBits = 22
	chunkSize = 1 << chunkBits
)

func newInterner() *interner {
	return &interner{seed: maphash.MakeSeed(), slots: make([]uint32, 1<<10)}
}

func (t *interner) len() int { return len(t.places) }

// at gives string number n; it must not be changed.
func (t *interner) at(n uint32) []byte {
	p := t.places[n]
	b := t.chunks[p>>chunkBits][p&(chunkSize-1):]
	size, k := binary.Uvarint(b)
	return b[k : k+int(size)]
}

// add gives the number of a string of at most MaxID bytes, a new one if it has
// none.
func (t *interner) add(s string) uint32 {
	h := uint32(maphash.String(t.seed, s))
	mask := uint32(len(t.slots) - 1)
	i := h & mask
	for ; t.slots[i] != 0; i = (i + 1) & mask {
		if n := t.slots[i] - 1; t.hashes[n] == h && string(t.at(n)) == s {
			return n
		}
	}
	n := uint32(len(t.places))
	t.slots[i] = n + 1
	t.hashes = append(t.hashes, h)
	t.places = append(t.places, t.keep(s))
	if len(t.places) > len(t.slots)/4*3 {
		t.grow()
	}
	return n
}

func (t *interner) keep(s string) uint64 {
	last := len(t.chunks) - 1
	if last < 0 || len(t.chunks[last])+len(s)+binary.MaxVarintLen32 > chunkSize {
		t.chunks = append(t.chunks, make([]byte, 0, chunkSize))
		last++
	}
	place := uint64(last)<<chunkBits | uint64(len(t.chunks[last]))
	t.chunks[last] = append(binary.AppendUvarint(t.chunks[last], uint64(len(s))), s...)
	return place
}

func (t *interner) grow() {
	t.slots = make([]uint32, 2*len(t.slots))
	mask := uint32(len(t.slots) - 1)
	for n, h := range t.hashes {
		i := h & mask
		for t.slots[i] != 0 {
			i = (i + 1) & mask
		}
		t.slots[i] = uint32(n) + 1
	}
}

// sorted gives all numbers in ascending order of their strings.
func (t *interner) sorted() []uint32 {
	t.slots, t.hashes = nil, nil // no more additions; give the room to the sort
	keys := make([]sortKey, t.len())
	for i := range keys {
		keys[i].n = uint32(i)
	}
	t.sortFrom(keys, 0)
	out := make([]uint32, len(keys))
	for i, k := range keys {
		out[i] = k.n
	}
	return out
}

// A sortKey holds eight bytes of a string, so that most comparisons touch no
// string at all.
type sortKey struct {
	bytes uint64
	n     uint32
	more  bool // the string goes on after these eight bytes
}

func (k sortKey) compare(o sortKey) int {
	switch {
	case k.bytes < o.bytes:
		return -1
	case k.bytes > o.bytes:
		return 1
	}
	return 0
}

// sortFrom sorts strings that agree before depth: by the next eight bytes, and
// where those agree by what follows.
func (t *interner) sortFrom(keys []sortKey, depth int) {
	for i := range keys {
		keys[i].bytes, keys[i].more = window(t.at(keys[i].n), depth)
	}
	slices.SortFunc(keys, sortKey.compare)
	for lo := 0; lo < len(keys); {
		hi, more := lo+1, keys[lo].more
		for hi < len(keys) && keys[hi].bytes == keys[lo].bytes {
			more = more || keys[hi].more
			hi++
		}
		if hi-lo > 1 {
			t.sortGroup(keys[lo:hi], depth, more)
		}
		lo = hi
	}
}

// sortGroup sorts strings with equal windows. A zero byte and the end of a
// string look alike in a window, so the short ones are always compared whole.
func (t *interner) sortGroup(keys []sortKey, depth int, more bool) {
	all := !slices.ContainsFunc(keys, func(k sortKey) bool { return !k.more })
	if more && all && len(keys) > 16 {
		t.sortFrom(keys, depth+8)
		return
	}
	slices.SortFunc(keys, func(a, b sortKey) int {
		return slices.Compare(t.at(a.n), t.at(b.n))
	})
}

// window gives eight bytes from depth on as a number that sorts alike, and
// whether the string goes on behind them.
func window(s []byte, depth int) (v uint64, more bool) {
	if len(s) >= depth+8 {
		return binary.BigEndian.Uint64(s[depth:]), len(s) > depth+8
	}
	var b [8]byte
	if depth < len(s) {
		copy(b[:], s[depth:])
	}
	return binary.BigEndian.Uint64(b[:]), false
}
