package graph

import (
	"cmp"
	"encoding/binary"
	"errors"
)

// blockSize is how many strings share one offset: less would make the index
// large, more would make one look-up slow.
const blockSize = 16

// A stringTable is a list of strings in blocks, each string written as the
// length of what it shares with the one before, the length of the rest, and
// the rest. Every access checks its bounds: a broken table gives empty
// strings, never a fault.
type stringTable struct {
	n     int
	index []uint64 // start of each block, and the end
	data  []byte
}

// newStringTable ties the two sections of a table of n strings together.
func newStringTable(n int, index []uint64, data []byte) (stringTable, error) {
	t := stringTable{n: n, index: index, data: data}
	if len(index) != (n+blockSize-1)/blockSize+1 {
		return t, errors.New("string index has a wrong length")
	}
	last := uint64(0)
	for _, off := range index {
		if off < last {
			return t, errors.New("string index is not ascending")
		}
		last = off
	}
	if last != uint64(len(data)) {
		return t, errors.New("string index does not end where the strings end")
	}
	return t, nil
}

// walk calls yield with each string of a block until it returns false. The
// bytes are valid during the call.
func (t stringTable) walk(block int, yield func(i int, s []byte) bool) {
	if block < 0 || block+1 >= len(t.index) {
		return
	}
	in := t.data[t.index[block]:t.index[block+1]]
	var room [64]byte
	buf := room[:0]
	for i := block * blockSize; i < min((block+1)*blockSize, t.n); i++ {
		shared, k := binary.Uvarint(in)
		if k <= 0 || shared > uint64(len(buf)) {
			return
		}
		in = in[k:]
		rest, k := binary.Uvarint(in)
		if k <= 0 || rest > uint64(len(in)-k) {
			return
		}
		buf = append(buf[:shared], in[k:k+int(rest)]...)
		in = in[k+int(rest):]
		if !yield(i, buf) {
			return
		}
	}
}

// get gives string i; "" when there is none.
func (t stringTable) get(i int) (s string) {
	if i < 0 || i >= t.n {
		return ""
	}
	t.walk(i/blockSize, func(j int, b []byte) bool {
		if j == i {
			s = string(b)
		}
		return j < i
	})
	return s
}

// find gives the place of a string in an ascending table.
func (t stringTable) find(s string) (at int, ok bool) {
	lo, hi := 0, len(t.index)-1 // the block before the first head above s
	for lo < hi {
		mid := int(uint(lo+hi) >> 1)
		if t.compareHead(mid, s) > 0 {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	t.walk(lo-1, func(i int, b []byte) bool {
		if string(b) == s {
			at, ok = i, true
		}
		return string(b) < s
	})
	return at, ok
}

func (t stringTable) compareHead(block int, s string) (order int) {
	t.walk(block, func(_ int, b []byte) bool {
		order = cmp.Compare(string(b), s)
		return false
	})
	return order
}

// A stringWriter makes a table: data goes to emit, the index is kept.
type stringWriter struct {
	emit  func([]byte)
	index []uint64
	n     int
	size  uint64
	last  []byte
	buf   []byte
}

func (w *stringWriter) add(s []byte) {
	if w.n%blockSize == 0 {
		w.index = append(w.index, w.size)
		w.last = w.last[:0]
	}
	shared := 0
	for shared < min(len(s), len(w.last)) && s[shared] == w.last[shared] {
		shared++
	}
	w.buf = binary.AppendUvarint(w.buf[:0], uint64(shared))
	w.buf = binary.AppendUvarint(w.buf, uint64(len(s)-shared))
	w.buf = append(w.buf, s[shared:]...)
	w.last = append(w.last[:shared], s[shared:]...)
	w.n++
	w.size += uint64(len(w.buf))
	w.emit(w.buf)
}

// offsets gives the whole index, once all strings are written.
func (w *stringWriter) offsets() []uint64 { return append(w.index, w.size) }
