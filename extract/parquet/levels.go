package parquet

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

var errPage = errors.New("a page holds less than it states")

// runs reads the hybrid of repeated and packed numbers that levels and the
// numbers of a dictionary are written in.
type runs struct {
	b      []byte
	width  int // bits of a number
	repeat uint64
	value  uint32
	packed uint64 // numbers left in the packed run
	bit    int    // of b, where the next packed number begins
}

func widthOf(most int) int { return bits.Len(uint(most)) }

func (r *runs) next() (uint32, error) {
	for r.repeat == 0 && r.packed == 0 {
		r.b = r.b[(r.bit+7)/8:]
		r.bit = 0
		head, n := binary.Uvarint(r.b)
		if n <= 0 {
			return 0, errPage
		}
		r.b = r.b[n:]
		if head&1 == 1 {
			// Eight numbers to a group; the last group may be cut.
			r.packed = min(head>>1, uint64(len(r.b))+1) * 8
			if r.width == 0 {
				r.packed, r.repeat, r.value = 0, (head>>1)*8, 0
			}
			continue
		}
		size := (r.width + 7) / 8
		if len(r.b) < size {
			return 0, errPage
		}
		r.value = 0
		for i := range size {
			r.value |= uint32(r.b[i]) << (8 * i)
		}
		r.b, r.repeat = r.b[size:], head>>1
	}
	if r.repeat > 0 {
		r.repeat--
		return r.value, nil
	}
	r.packed--
	v, ok := unpack(r.b, r.bit, r.width)
	if !ok {
		return 0, errPage
	}
	r.bit += r.width
	return uint32(v), nil
}

// unpack gives the number of so many bits that begins at a bit, the lowest bits
// first.
func unpack(b []byte, at, width int) (uint64, bool) {
	if at+width > len(b)*8 {
		return 0, false
	}
	var v uint64
	for got := 0; got < width; {
		i := at + got
		take := min(8-i%8, width-got)
		v |= uint64(b[i/8]>>(i%8)) & (1<<take - 1) << got
		got += take
	}
	return v, true
}

// deltas reads DELTA_BINARY_PACKED: numbers as differences, packed in blocks of
// mini blocks.
type deltas struct {
	b          []byte
	total      uint64 // numbers left
	mini       uint64 // numbers of a mini block
	minis      uint64 // mini blocks of a block
	last, base int64
	first      bool
	widths     []byte
	inMini     uint64 // numbers left in it
	bit        int
}

func newDeltas(b []byte) (*deltas, error) {
	d := &deltas{b: b, first: true}
	size, ok1 := d.uvarint()
	minis, ok2 := d.uvarint()
	total, ok3 := d.uvarint()
	first, ok4 := d.uvarint()
	if !ok1 || !ok2 || !ok3 || !ok4 || minis == 0 || minis > 1<<10 || size > 1<<20 || size%minis != 0 || size/minis%8 != 0 {
		return nil, errPage
	}
	d.mini, d.minis, d.total = size/minis, minis, total
	d.last = zigzag(first)
	return d, nil
}

func zigzag(u uint64) int64 { return int64(u>>1) ^ -int64(u&1) }

func (d *deltas) uvarint() (uint64, bool) {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		return 0, false
	}
	d.b = d.b[n:]
	return v, true
}

func (d *deltas) next() (int64, error) {
	if d.total == 0 {
		return 0, errPage
	}
	d.total--
	if d.first {
		d.first = false
		return d.last, nil
	}
	if d.inMini == 0 {
		if err := d.block(); err != nil {
			return 0, err
		}
	}
	width := int(d.widths[0])
	v, ok := unpack(d.b, d.bit, width)
	if !ok {
		return 0, errPage
	}
	d.bit += width
	if d.inMini--; d.inMini == 0 {
		d.endMini()
	}
	d.last += d.base + int64(v)
	return d.last, nil
}

// block goes on to the next mini block.
func (d *deltas) block() error {
	if len(d.widths) == 0 {
		base, ok := d.uvarint()
		if !ok || uint64(len(d.b)) < d.minis {
			return errPage
		}
		d.base, d.widths, d.b = zigzag(base), d.b[:d.minis], d.b[d.minis:]
	}
	if d.widths[0] > 64 {
		return errPage
	}
	d.inMini, d.bit = d.mini, 0
	return nil
}

func (d *deltas) endMini() {
	size := int(d.mini) * int(d.widths[0]) / 8
	d.b, d.widths = d.b[min(size, len(d.b)):], d.widths[1:]
}

// rest gives the bytes after all numbers, which must have been read.
func (d *deltas) rest() []byte {
	if d.inMini > 0 {
		d.endMini()
	}
	return d.b
}
