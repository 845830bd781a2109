package mapi

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
)

// A heap is the data of a node that holds many small things (HN, [MS-PST] 2.3.1).
type heap struct {
	n    *node
	blob *blob
	root uint32
	kind byte // 0xBC a set of properties, 0x7C a table
}

const (
	kindProperties = 0xBC
	kindTable      = 0x7C
	kindTree       = 0xB5
)

func (n *node) heap() (*heap, error) {
	b, err := n.s.open(n.data)
	if err != nil {
		return nil, err
	}
	h := &heap{n: n, blob: b}
	first, err := b.block(0)
	if err != nil {
		return nil, err
	}
	if len(first) < 12 || first[2] != 0xEC {
		return nil, bad("node %#x of the mailbox holds no heap", n.id)
	}
	h.kind, h.root = first[3], binary.LittleEndian.Uint32(first[4:])
	return h, nil
}

// item gives what an id of the heap (HID) leads to. The bytes are those of the
// block: valid until the next is read.
func (h *heap) item(id uint32) ([]byte, error) {
	if id == 0 {
		return nil, nil
	}
	index, block := int(id>>5&0x7FF), int(id>>16)
	if h.n.s.big {
		index, block = int(id>>5&0x3FFF), int(id>>19)
	}
	b, err := h.blob.block(block)
	if err != nil {
		return nil, err
	}
	wrong := bad("node %#x of the mailbox: its heap does not hold what it says", h.n.id)
	if len(b) < 2 || index == 0 {
		return nil, wrong
	}
	at := int(binary.LittleEndian.Uint16(b))
	if at+4 > len(b) {
		return nil, wrong
	}
	count := int(binary.LittleEndian.Uint16(b[at:]))
	if index > count || at+4+2*(count+1) > len(b) {
		return nil, wrong
	}
	from := int(binary.LittleEndian.Uint16(b[at+4+2*(index-1):]))
	to := int(binary.LittleEndian.Uint16(b[at+4+2*index:]))
	if from > to || to > len(b) {
		return nil, wrong
	}
	return b[from:to], nil
}

// isItem says whether an id is of the heap, not of a node below.
func isItem(id uint32) bool { return id&0x1F == 0 }

// open gives a value that lies in the heap or in a node below (HNID).
func (h *heap) open(id uint32) (*io.SectionReader, error) {
	if isItem(id) {
		b, err := h.item(id)
		b = bytes.Clone(b)
		return io.NewSectionReader(bytes.NewReader(b), 0, int64(len(b))), err
	}
	sub, err := h.n.below(id)
	if err != nil {
		return nil, err
	}
	b, err := h.n.s.open(sub.data)
	if err != nil {
		return nil, err
	}
	return b.reader(), nil
}

// records calls f with key and data of each record of a tree in the heap (BTH,
// [MS-PST] 2.3.2).
func (h *heap) records(id uint32, f func(key, data []byte) error) error {
	head, err := h.item(id)
	if err != nil {
		return err
	}
	if len(head) < 8 || head[0] != kindTree || head[1] == 0 || head[2] == 0 || head[3] > maxLevel {
		return bad("node %#x of the mailbox holds no tree", h.n.id)
	}
	budget := maxSubs
	return h.level(binary.LittleEndian.Uint32(head[4:]), int(head[3]), int(head[1]), int(head[2]), &budget, f)
}

func (h *heap) level(id uint32, level, key, data int, budget *int, f func(key, data []byte) error) error {
	b, err := h.item(id)
	if err != nil {
		return err
	}
	b = bytes.Clone(b)
	each := key + data
	if level > 0 {
		each = key + 4
	}
	for ; len(b) >= each; b = b[each:] {
		if *budget--; *budget < 0 {
			return bad("a tree of node %#x of the mailbox has more records than are read", h.n.id)
		}
		if level > 0 {
			err = h.level(binary.LittleEndian.Uint32(b[key:]), level-1, key, data, budget, f)
		} else {
			err = f(b[:key], b[key:each])
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// bag reads the properties of a node (PC, [MS-PST] 2.3.3).
func (n *node) bag(names map[named]uint16) (bag, error) {
	b := bag{names: names}
	h, err := n.heap()
	if err != nil {
		return b, err
	}
	if h.kind != kindProperties {
		return b, bad("node %#x of the mailbox holds no properties", n.id)
	}
	err = h.records(h.root, func(key, data []byte) error {
		if len(key) < 2 || len(data) < 6 {
			return bad("node %#x of the mailbox holds no properties", n.id)
		}
		b.add(binary.LittleEndian.Uint16(key), h.value(binary.LittleEndian.Uint16(data), binary.LittleEndian.Uint32(data[2:])))
		return nil
	})
	return b, err
}

// value gives a property from what its record says: the value, or where it is.
func (h *heap) value(typ uint16, inline uint32) value {
	v := value{typ: typ}
	switch typ {
	case typeShort, typeLong, typeFloat, typeBool, typeError:
		v.fixed = uint64(inline)
	case typeDouble, typeMoney, typeAppTime, typeInt64, typeTime:
		if b, err := h.item(inline); err == nil && len(b) >= 8 && isItem(inline) {
			v.fixed = binary.LittleEndian.Uint64(b)
		}
	case typeString8, typeUnicode, typeBinary, typeObject, typeGUID:
		v.open = func() (*io.SectionReader, error) { return h.open(inline) }
	case typeString8 | multiValued, typeUnicode | multiValued, typeBinary | multiValued:
		v.many = func() ([]*io.SectionReader, error) {
			src, err := h.open(inline)
			if err != nil {
				return nil, err
			}
			return many(src)
		}
	}
	return v
}

// many takes apart values of any length that lie after each other: their number,
// where each begins, and the bytes.
func many(src *io.SectionReader) ([]*io.SectionReader, error) {
	b, err := io.ReadAll(io.LimitReader(src, maxText))
	if err != nil || len(b) < 4 {
		return nil, err
	}
	count := int64(binary.LittleEndian.Uint32(b))
	if count > maxProperties || 4+4*count > int64(len(b)) {
		return nil, bad("a property says %d values", count)
	}
	var list []*io.SectionReader
	for i := range count {
		from, to := int64(binary.LittleEndian.Uint32(b[4+4*i:])), int64(len(b))
		if i+1 < count {
			to = int64(binary.LittleEndian.Uint32(b[8+4*i:]))
		}
		if from > to || to > int64(len(b)) {
			return list, bad("a value of a property lies outside of it")
		}
		list = append(list, io.NewSectionReader(bytes.NewReader(b[from:to]), 0, to-from))
	}
	return list, nil
}

// rows reads a table (TC, [MS-PST] 2.3.4), each row as a set of properties.
func (n *node) rows(names map[named]uint16, f func(bag) error) error {
	h, err := n.heap()
	if err != nil {
		return err
	}
	info, err := h.item(h.root)
	if err != nil {
		return err
	}
	info = bytes.Clone(info)
	if h.kind != kindTable || len(info) < 22 || info[0] != kindTable || len(info) < 22+8*int(info[1]) {
		return bad("node %#x of the mailbox holds no table", n.id)
	}
	t := tableOf{h: h, names: names, columns: info[22 : 22+8*int(info[1])],
		bits: int(binary.LittleEndian.Uint16(info[6:])), width: int(binary.LittleEndian.Uint16(info[8:]))}
	rows := binary.LittleEndian.Uint32(info[14:])
	if rows == 0 {
		return nil
	}
	if t.width == 0 || t.bits > t.width {
		return bad("node %#x of the mailbox holds no table", n.id)
	}
	if isItem(rows) {
		b, err := h.item(rows)
		if err != nil {
			return err
		}
		return t.block(bytes.Clone(b), f)
	}
	sub, err := n.below(rows)
	if err != nil {
		return err
	}
	blob, err := n.s.open(sub.data)
	if err != nil {
		return err
	}
	for i := range blob.places {
		b, err := blob.block(i)
		if err != nil {
			return err
		}
		if err := t.block(b, f); err != nil {
			return err
		}
	}
	return nil
}

// A tableOf is a table whose rows are read.
type tableOf struct {
	h       *heap
	names   map[named]uint16
	columns []byte
	bits    int // where the bits begin that say which cells are there
	width   int // of a row
}

// block reads the rows of a block; they do not go on in the next.
func (t *tableOf) block(b []byte, f func(bag) error) error {
	for ; len(b) >= t.width; b = b[t.width:] {
		row := bag{names: t.names}
		for c := t.columns; len(c) >= 8; c = c[8:] {
			typ, id := binary.LittleEndian.Uint16(c), binary.LittleEndian.Uint16(c[2:])
			at, size, bit := int(binary.LittleEndian.Uint16(c[4:])), int(c[6]), int(c[7])
			if at+size > t.width || t.bits+bit/8 >= t.width {
				return bad("a column of node %#x of the mailbox lies outside of its rows", t.h.n.id)
			}
			if b[t.bits+bit/8]>>(7-bit%8)&1 == 0 {
				continue
			}
			row.add(id, t.cell(typ, b[at:at+size]))
		}
		if err := f(row); err != nil {
			return err
		}
	}
	return nil
}

func (t *tableOf) cell(typ uint16, b []byte) value {
	var wide [8]byte
	copy(wide[:], b)
	n := binary.LittleEndian.Uint64(wide[:])
	switch typ {
	case typeDouble, typeMoney, typeAppTime, typeInt64, typeTime:
		return value{typ: typ, fixed: n}
	}
	return t.h.value(typ, uint32(n&math.MaxUint32))
}
