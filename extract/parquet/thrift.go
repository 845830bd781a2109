package parquet

import (
	"encoding/binary"
	"errors"
	"math"
)

// The footer and the heads of pages are written in the compact protocol of
// Thrift. They are read field by field; what is not known is passed over, and
// no number read sizes anything before it was held against the bytes there are.

// Types of the compact protocol.
const (
	thriftTrue, thriftFalse = 1, 2
	thriftByte              = 3
	thriftI16, thriftI32    = 4, 5
	thriftI64, thriftDouble = 6, 7
	thriftBinary            = 8
	thriftList, thriftSet   = 9, 10
	thriftMap, thriftStruct = 11, 12
	maxThriftDepth          = 64
	maxSchema               = 100_000
	maxChunks               = 1_000_000
)

var errThrift = errors.New("the metadata cannot be read")

// thrift reads values from b. The first error stays.
type thrift struct {
	b   []byte
	i   int
	err error
}

func (t *thrift) fail() { t.err, t.i = errThrift, len(t.b) }

func (t *thrift) byte() byte {
	if t.i >= len(t.b) {
		t.fail()
		return 0
	}
	t.i++
	return t.b[t.i-1]
}

func (t *thrift) uvarint() uint64 {
	v, n := binary.Uvarint(t.b[t.i:])
	if n <= 0 {
		t.fail()
		return 0
	}
	t.i += n
	return v
}

func (t *thrift) int() int64 {
	u := t.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

// int32 gives a number that must not be negative.
func (t *thrift) int32() int {
	v := t.int()
	if v < 0 || v > math.MaxInt32 {
		t.fail()
		return 0
	}
	return int(v)
}

func (t *thrift) binary() []byte {
	n := t.uvarint()
	if n > uint64(len(t.b)-t.i) {
		t.fail()
		return nil
	}
	t.i += int(n)
	return t.b[t.i-int(n) : t.i]
}

// fields calls f with the number and type of each field of the struct that
// comes next; f reads the value or passes it with skip.
func (t *thrift) fields(f func(id int, kind byte)) {
	id := 0
	for t.err == nil {
		head := t.byte()
		if head == 0 {
			return
		}
		if delta := int(head >> 4); delta != 0 {
			id += delta
		} else {
			id = int(t.int())
		}
		if t.err == nil {
			f(id, head&15)
		}
	}
}

// list calls f for each element of the list that comes next. Each takes a byte
// at least, so that a count beyond the bytes is a lie.
func (t *thrift) list(f func(kind byte)) {
	head := t.byte()
	n := uint64(head >> 4)
	if n == 15 {
		n = t.uvarint()
	}
	if n > uint64(len(t.b)-t.i) {
		t.fail()
		return
	}
	for ; n > 0 && t.err == nil; n-- {
		f(head & 15)
	}
}

// skip passes a value.
func (t *thrift) skip(kind byte, depth int) {
	if depth > maxThriftDepth {
		t.fail()
		return
	}
	switch kind {
	case thriftTrue, thriftFalse:
	case thriftByte:
		t.byte()
	case thriftI16, thriftI32, thriftI64:
		t.uvarint()
	case thriftDouble:
		if t.i += 8; t.i > len(t.b) {
			t.fail()
		}
	case thriftBinary:
		t.binary()
	case thriftList, thriftSet:
		t.list(func(kind byte) {
			if kind == thriftTrue || kind == thriftFalse {
				t.byte()
				return
			}
			t.skip(kind, depth+1)
		})
	case thriftMap:
		t.skipMap(depth)
	case thriftStruct:
		t.fields(func(_ int, kind byte) { t.skip(kind, depth+1) })
	default:
		t.fail()
	}
}

func (t *thrift) skipMap(depth int) {
	n := t.uvarint()
	if n == 0 {
		return
	}
	kinds := t.byte()
	if n > uint64(len(t.b)-t.i) {
		t.fail()
	}
	for ; n > 0 && t.err == nil; n-- {
		t.skip(kinds>>4, depth+1)
		t.skip(kinds&15, depth+1)
	}
}
