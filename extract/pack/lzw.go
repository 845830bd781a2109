package pack

import (
	"bufio"
	"io"
)

// lzw unpacks what compress of Unix packs. compress/lzw of the standard library
// reads another kind: here codes come in groups of eight, and the rest of a group
// is skipped when their length changes.
type lzw struct {
	r       *bufio.Reader
	max     uint // bits of a code, at most
	block   bool // code 256 clears the table
	width   uint
	next    int // the code that is free
	prev    int // the last code, -1 at the beginning
	first   byte
	prefix  [1 << 16]uint16
	suffix  [1 << 16]byte
	stack   []byte
	ready   []byte
	group   []byte
	bit     uint // of group
	bits    uint // that group has
	err     error
	clearTo int
}

const lzwClear = 256

func newLZW(r io.Reader, max uint, block bool) *lzw {
	l := &lzw{r: bufio.NewReader(r), max: max, block: block, width: 9, prev: -1, clearTo: 256}
	if block {
		l.clearTo = 257
	}
	l.next = l.clearTo
	for i := range 256 {
		l.suffix[i] = byte(i)
	}
	return l
}

func (l *lzw) Read(b []byte) (int, error) {
	for len(l.ready) == 0 {
		if l.err != nil {
			return 0, l.err
		}
		l.step()
	}
	n := copy(b, l.ready)
	l.ready = l.ready[n:]
	return n, nil
}

// code reads the next code, -1 at the end.
func (l *lzw) code() int {
	if l.bit+l.width > l.bits {
		l.group = make([]byte, l.width)
		n, err := io.ReadFull(l.r, l.group)
		if n == 0 {
			l.err = err
			return -1
		}
		l.bit, l.bits = 0, uint(n)*8
		if l.bits < l.width {
			l.err = io.EOF
			return -1
		}
	}
	v := 0
	for i := range l.width {
		at := l.bit + i
		v |= int(l.group[at/8]>>(at%8)&1) << i
	}
	l.bit += l.width
	return v
}

func (l *lzw) step() {
	c := l.code()
	switch {
	case c < 0:
		return
	case l.block && c == lzwClear:
		l.width, l.next, l.prev, l.bits = 9, l.clearTo, -1, 0
		return
	case l.prev < 0:
		if c > 255 {
			l.err = damaged("a code comes before what it stands for")
			return
		}
		l.first, l.prev = byte(c), c
		l.ready = append(l.stack[:0], byte(c))
		return
	case c > l.next || c == l.next && l.next >= 1<<l.max:
		l.err = damaged("a code comes before what it stands for")
		return
	}
	out := l.stack[:0]
	in := c
	if c == l.next {
		out = append(out, l.first)
		c = l.prev
	}
	for c >= 256 {
		out = append(out, l.suffix[c])
		c = int(l.prefix[c])
	}
	l.first = byte(c)
	out = append(out, l.first)
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	l.stack, l.ready = out, out
	if l.next < 1<<l.max {
		l.prefix[l.next], l.suffix[l.next] = uint16(l.prev), l.first
		if l.next++; l.next == 1<<l.width && l.width < l.max {
			l.width++
			l.bits = 0 // the rest of the group is padding
		}
	}
	l.prev = in
}
