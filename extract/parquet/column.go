package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"

	"overt/internal/archive"
)

// column reads one column of one row group: levels and values, page by page.
type column struct {
	leaf   *leaf
	spool  *archive.Spool
	codec  int
	at     int64 // where the next page begins
	end    int64
	left   int64 // values of the pages to come
	limit  int64 // bytes of a page
	memory *int64

	dict     decodedDictionary
	dictSize int64
	pageSize int64
	inPage   int // values left in the page
	rep, def runs
	values   decoder
	ahead    *entry // read already
}

// entry is one value with its levels; raw is nil where def says there is none.
type entry struct {
	rep, def int
	raw      []byte
}

// pageHead is the head of a page.
type pageHead struct {
	kind, plain, packed int
	values, encoding    int
	repEnc, defEnc      int
	repSize, defSize    int
	unpacked            bool
}

// maxHead bounds the head of a page, which may hold statistics, in bytes.
const maxHead = 16 << 20

// head reads the head of the page at c.at; size is that of the head.
func (c *column) head() (h pageHead, size int, err error) {
	for window := int64(1 << 10); ; window *= 8 {
		window = min(window, c.end-c.at, maxHead)
		b := make([]byte, window)
		if _, err := c.spool.ReadAt(b, c.at); err != nil {
			return h, 0, fmt.Errorf("read a page: %w", err)
		}
		t := &thrift{b: b}
		h = readPageHead(t)
		if t.err == nil {
			return h, t.i, nil
		}
		if window == c.end-c.at || window == maxHead {
			return h, 0, errors.New("the head of a page cannot be read")
		}
	}
}

func readPageHead(t *thrift) pageHead {
	h := pageHead{repEnc: encRLE, defEnc: encRLE}
	t.fields(func(id int, kind byte) {
		switch {
		case id == 1:
			h.kind = t.int32()
		case id == 2:
			h.plain = t.int32()
		case id == 3:
			h.packed = t.int32()
		case id == 5 || id == 7 || id == 8:
			readPageKind(t, &h, id)
		default:
			t.skip(kind, 0)
		}
	})
	return h
}

func readPageKind(t *thrift, h *pageHead, kindID int) {
	t.fields(func(id int, kind byte) {
		switch {
		case id == 1:
			h.values = t.int32()
		case id == 2 && kindID != 8, id == 4 && kindID == 8:
			h.encoding = t.int32()
		case id == 3 && kindID == 5:
			h.defEnc = t.int32()
		case id == 4 && kindID == 5:
			h.repEnc = t.int32()
		case id == 5 && kindID == 8:
			h.defSize = t.int32()
		case id == 6 && kindID == 8:
			h.repSize = t.int32()
		case id == 7 && kindID == 8:
			h.unpacked = kind == thriftFalse
		default:
			t.skip(kind, 0)
		}
	})
}

// maxMemory is what the pages of all columns may take together, in bytes.
const maxMemory = 512 << 20

// hold counts the bytes of a page in place of those before it.
func (c *column) hold(old *int64, size int64) error {
	*c.memory += size - *old
	if *old = size; *c.memory > maxMemory {
		return fmt.Errorf("the pages of one row group take more than %d MiB of memory", maxMemory>>20)
	}
	return nil
}

// page goes on to the next page of values.
func (c *column) page() error {
	for c.inPage == 0 {
		if c.at >= c.end {
			return errPage
		}
		h, n, err := c.head()
		if err != nil {
			return err
		}
		from := c.at + int64(n)
		switch {
		case int64(h.packed) > c.end-from:
			return errPage
		case int64(h.plain) > c.limit || int64(h.packed) > c.limit:
			return fmt.Errorf("a page of more than %d bytes", c.limit)
		}
		c.at = from + int64(h.packed)
		if h.kind == 1 {
			continue // an index, which is not needed
		}
		b := make([]byte, h.packed)
		if _, err := c.spool.ReadAt(b, from); err != nil {
			return fmt.Errorf("read a page: %w", err)
		}
		switch h.kind {
		case 0:
			err = c.first(h, b)
		case 2:
			err = c.dictionary(h, b)
		case 3:
			err = c.second(h, b)
		default:
			err = fmt.Errorf("a page of kind %d", h.kind)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *column) dictionary(h pageHead, b []byte) error {
	b, err := unpackPage(c.codec, b, h.plain)
	if err != nil {
		return err
	}
	if err := c.hold(&c.dictSize, 2*int64(len(b))); err != nil {
		return err
	}
	c.dict, err = newDictionary(b, c.leaf.physical, c.leaf.size, h.values)
	return err
}

// first reads a page of the first kind: all in it is compressed together.
func (c *column) first(h pageHead, b []byte) error {
	b, err := unpackPage(c.codec, b, h.plain)
	if err != nil {
		return err
	}
	if err := c.hold(&c.pageSize, int64(len(b))); err != nil {
		return err
	}
	cut := func(most, encoding int) runs {
		if most == 0 || err != nil {
			return runs{}
		}
		if encoding != encRLE {
			err = fmt.Errorf("levels in encoding %d are not read", encoding)
			return runs{}
		}
		if len(b) < 4 || uint64(binary.LittleEndian.Uint32(b)) > uint64(len(b)-4) {
			err = errPage
			return runs{}
		}
		n := binary.LittleEndian.Uint32(b)
		r := runs{b: b[4 : 4+n], width: widthOf(most)}
		b = b[4+n:]
		return r
	}
	c.rep = cut(c.leaf.rep, h.repEnc)
	c.def = cut(c.leaf.def, h.defEnc)
	if err != nil {
		return err
	}
	return c.begin(h, b)
}

// second reads a page of the second kind: the levels are not compressed.
func (c *column) second(h pageHead, b []byte) error {
	levels := h.repSize + h.defSize
	if h.repSize > len(b) || h.defSize > len(b) || levels > len(b) || levels > h.plain {
		return errPage
	}
	c.rep = runs{b: b[:h.repSize], width: widthOf(c.leaf.rep)}
	c.def = runs{b: b[h.repSize:levels], width: widthOf(c.leaf.def)}
	codec := c.codec
	if h.unpacked {
		codec = 0
	}
	values, err := unpackPage(codec, b[levels:], h.plain-levels)
	if err != nil {
		return err
	}
	if err := c.hold(&c.pageSize, int64(len(values)+levels)); err != nil {
		return err
	}
	return c.begin(h, values)
}

// maxValues bounds the values of a page: a few bytes can stand for any number
// of equal ones.
const maxValues = 1 << 24

func (c *column) begin(h pageHead, values []byte) (err error) {
	switch {
	case h.values > maxValues:
		return fmt.Errorf("a page of more than %d values", maxValues)
	case int64(h.values) > c.left:
		return errPage
	}
	c.left -= int64(h.values)
	c.inPage = h.values
	if len(values) == 0 {
		c.values = &plain{physical: typeBytes} // a page of no values but missing ones
		return nil
	}
	c.values, err = newDecoder(values, h.encoding, c.leaf.physical, c.leaf.size, h.values, c.dict)
	return err
}

// next gives the next entry, nil after the last.
func (c *column) next() (*entry, error) {
	if e := c.ahead; e != nil {
		c.ahead = nil
		return e, nil
	}
	if c.inPage == 0 {
		if c.left == 0 {
			return nil, nil
		}
		if err := c.page(); err != nil {
			return nil, err
		}
	}
	c.inPage--
	e := &entry{def: c.leaf.def}
	if c.leaf.rep > 0 {
		v, err := c.rep.next()
		if err != nil || int(v) > c.leaf.rep {
			return nil, errPage
		}
		e.rep = int(v)
	}
	if c.leaf.def > 0 {
		v, err := c.def.next()
		if err != nil || int(v) > c.leaf.def {
			return nil, errPage
		}
		e.def = int(v)
	}
	if e.def < c.leaf.def {
		return e, nil
	}
	raw, err := c.values.next()
	if err == nil && c.leaf.size > 0 && len(raw) != c.leaf.size {
		err = errPage // an encoding of texts, for numbers
	}
	e.raw = raw
	return e, err
}
