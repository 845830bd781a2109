package mapi

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"slices"
)

// A madeStore writes mailboxes in each of their widths.
type madeStore struct {
	wide, big bool
	crypt     byte
	key       *key
	file      []byte
	blocks    []madeEntry
	nodes     []madeEntry
	next      uint64
}

type madeEntry struct {
	id   uint64
	data []byte // of the entry
}

func newMade(wide, big bool, crypt byte) *madeStore {
	return &madeStore{wide: wide, big: big, crypt: crypt, key: newKey(), file: make([]byte, 4096), next: 4}
}

func (s *madeStore) word(b []byte, v uint64) []byte {
	if s.wide {
		return binary.LittleEndian.AppendUint64(b, v)
	}
	return binary.LittleEndian.AppendUint32(b, uint32(v))
}

func (s *madeStore) block(data []byte, internal bool) uint64 {
	id := s.next
	s.next += 4
	if internal {
		id |= 2
	}
	data = bytes.Clone(data)
	if !internal {
		switch s.crypt {
		case 1:
			for i, c := range data {
				data[i] = s.key.first[c]
			}
		case 2:
			s.key.cycle(data, uint32(id))
		}
	}
	size := len(data)
	if s.big {
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		_, _ = w.Write(data)
		_ = w.Close()
		if b.Len() < size {
			data = b.Bytes()
		}
	}
	e := s.word(s.word(nil, id), uint64(len(s.file)))
	e = binary.LittleEndian.AppendUint16(e, uint16(len(data)))
	if s.big {
		e = binary.LittleEndian.AppendUint16(e, uint16(size))
	} else {
		e = binary.LittleEndian.AppendUint16(e, 1)
	}
	if s.wide {
		e = append(e, 0, 0, 0, 0)
	}
	s.blocks = append(s.blocks, madeEntry{id, e})
	s.file = append(s.file, data...)
	s.file = append(s.file, make([]byte, 64-len(s.file)%64)...)
	return id
}

// data writes bytes of any length: one block, or a list of them.
func (s *madeStore) data(b []byte) uint64 {
	const most = 8176
	if len(b) <= most {
		return s.block(b, false)
	}
	list := []byte{1, 1, 0, 0, 0, 0, 0, 0}
	n := 0
	for c := range slices.Chunk(b, most) {
		list = s.word(list, s.block(c, false))
		n++
	}
	binary.LittleEndian.PutUint16(list[2:], uint16(n))
	binary.LittleEndian.PutUint32(list[4:], uint32(len(b)))
	return s.block(list, true)
}

type madeNode struct {
	id        uint32
	data, sub uint64
}

func (s *madeStore) subs(list []madeNode) uint64 {
	if len(list) == 0 {
		return 0
	}
	b := []byte{2, 0, byte(len(list)), 0}
	if s.wide {
		b = append(b, 0, 0, 0, 0)
	}
	slices.SortFunc(list, func(a, b madeNode) int { return int(a.id) - int(b.id) })
	for _, n := range list {
		b = s.word(s.word(s.word(b, uint64(n.id)), n.data), n.sub)
	}
	return s.block(b, true)
}

func (s *madeStore) node(n madeNode, parent uint32) {
	e := s.word(s.word(s.word(nil, uint64(n.id)), n.data), n.sub)
	e = binary.LittleEndian.AppendUint32(e, parent)
	if s.wide {
		e = append(e, 0, 0, 0, 0)
	}
	s.nodes = append(s.nodes, madeEntry{uint64(n.id), e})
}

// A madeHeap gathers the items of a heap.
type madeHeap struct {
	s     *madeStore
	items [][]byte
	subs  []madeNode
}

func (h *madeHeap) add(b []byte) uint32 {
	h.items = append(h.items, b)
	return h.id(len(h.items))
}

func (h *madeHeap) id(n int) uint32 { return uint32(n) << 5 }

func (h *madeHeap) bytes(kind byte, root uint32) []byte {
	b := []byte{0, 0, 0xEC, kind}
	b = binary.LittleEndian.AppendUint32(b, root)
	b = append(b, 0, 0, 0, 0)
	var at []int
	for _, i := range h.items {
		at = append(at, len(b))
		b = append(b, i...)
	}
	at = append(at, len(b))
	binary.LittleEndian.PutUint16(b, uint16(len(b)))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(h.items)))
	b = append(b, 0, 0)
	for _, n := range at {
		b = binary.LittleEndian.AppendUint16(b, uint16(n))
	}
	return b
}

// value puts a long value into the heap, or below the node.
func (h *madeHeap) value(data []byte) uint32 {
	if len(data) == 0 {
		return 0
	}
	if len(data) <= 2000 {
		return h.add(data)
	}
	id := uint32(len(h.subs)+1)<<5 | 0x1F
	h.subs = append(h.subs, madeNode{id: id, data: h.s.data(data)})
	return id
}

// bag writes a set of properties; more are the nodes below beside its values.
func (s *madeStore) bag(id uint32, props []madeProp, object uint32, more []madeNode) madeNode {
	h := &madeHeap{s: s, subs: more}
	tree := []byte{kindTree, 2, 6, 0, 0, 0, 0, 0}
	h.add(tree)
	h.add(nil) // the records
	props = slices.Clone(props)
	slices.SortFunc(props, func(a, b madeProp) int { return int(a.id) - int(b.id) })
	var records []byte
	record := func(id, typ uint16, v uint32) {
		records = binary.LittleEndian.AppendUint16(records, id)
		records = binary.LittleEndian.AppendUint16(records, typ)
		records = binary.LittleEndian.AppendUint32(records, v)
	}
	for _, p := range props {
		data, number, short := p.bytes()
		switch {
		case short && p.typ == typeTime:
			record(p.id, p.typ, h.add(binary.LittleEndian.AppendUint64(nil, number)))
		case short:
			record(p.id, p.typ, uint32(number))
		default:
			record(p.id, p.typ, h.value(data))
		}
	}
	if object != 0 {
		record(tagAttachData, typeObject, h.add(binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, object), 0)))
	}
	h.items[1] = records
	binary.LittleEndian.PutUint32(tree[4:], h.id(2))
	data := h.bytes(kindProperties, h.id(1))
	return madeNode{id, s.data(data), s.subs(h.subs)}
}

// table writes the table of recipients: columns of four bytes each.
func (s *madeStore) table(id uint32, rows [][]madeProp) madeNode {
	h := &madeHeap{s: s}
	columns := []madeProp{{0x67F2, typeLong, 0}, {tagRecipientType, typeLong, 0}, text(tagDisplayName, ""), text(tagAddress, ""), text(tagSMTP, "")}
	width := 4*len(columns) + 1
	info := []byte{kindTable, byte(len(columns))}
	for _, end := range []int{width - 1, width - 1, width - 1, width} {
		info = binary.LittleEndian.AppendUint16(info, uint16(end))
	}
	info = append(info, make([]byte, 12)...)
	for i, c := range columns {
		info = binary.LittleEndian.AppendUint16(info, c.typ)
		info = binary.LittleEndian.AppendUint16(info, c.id)
		info = binary.LittleEndian.AppendUint16(info, uint16(4*i))
		info = append(info, 4, byte(i))
	}
	h.add(info)
	var matrix []byte
	for n, row := range rows {
		b := make([]byte, width)
		binary.LittleEndian.PutUint32(b, uint32(n))
		b[width-1] = 0x80
		for _, p := range row {
			i := slices.IndexFunc(columns, func(c madeProp) bool { return c.id == p.id })
			data, number, short := p.bytes()
			v := uint32(number)
			if !short {
				v = h.value(data)
			}
			binary.LittleEndian.PutUint32(b[4*i:], v)
			b[width-1] |= 0x80 >> i
		}
		matrix = append(matrix, b...)
	}
	binary.LittleEndian.PutUint32(info[14:], h.add(matrix))
	return madeNode{id, s.data(h.bytes(kindTable, h.id(1))), s.subs(h.subs)}
}

func (s *madeStore) item(id uint32, it *madeItem) madeNode {
	var below []madeNode
	if len(it.recipients) > 0 {
		below = append(below, s.table(recipTable, it.recipients))
	}
	for i, a := range it.attached {
		var object []madeNode
		at := uint32(0)
		if a.nested != nil {
			at = 0x200 | kindMessage
			object = append(object, s.item(at, a.nested))
		}
		below = append(below, s.bag(uint32(i+1)<<5|kindAttachment, a.props, at, object))
	}
	return s.bag(id, it.props, 0, below)
}

// pages writes a tree and gives the offset of its root.
func (s *madeStore) pages(entries []madeEntry) int64 {
	slices.SortFunc(entries, func(a, b madeEntry) int { return int(a.id) - int(b.id) })
	for level := 0; ; level++ {
		var above []madeEntry
		for chunk := range slices.Chunk(entries, 15) {
			at := s.page(chunk, level)
			above = append(above, madeEntry{chunk[0].id, s.word(s.word(s.word(nil, chunk[0].id), 0), uint64(at))})
		}
		entries = above
		if len(entries) == 1 {
			e := entries[0].data
			if s.wide {
				return int64(binary.LittleEndian.Uint64(e[16:]))
			}
			return int64(binary.LittleEndian.Uint32(e[8:]))
		}
	}
}

func (s *madeStore) page(entries []madeEntry, level int) int {
	size := 512
	if s.big {
		size = 4096
	}
	b := make([]byte, size)
	n := 0
	for _, e := range entries {
		n += copy(b[n:], e.data)
	}
	each := len(entries[0].data)
	switch {
	case s.big:
		binary.LittleEndian.PutUint16(b[4056:], uint16(len(entries)))
		b[4060], b[4061] = byte(each), byte(level)
	case s.wide:
		b[488], b[490], b[491] = byte(len(entries)), byte(each), byte(level)
	default:
		b[496], b[498], b[499] = byte(len(entries)), byte(each), byte(level)
	}
	s.file = append(s.file, make([]byte, (512-len(s.file)%512)%512)...)
	at := len(s.file)
	s.file = append(s.file, b...)
	return at
}

// finish writes the trees and the header.
func (s *madeStore) finish() []byte {
	data, nodes := s.pages(s.blocks), s.pages(s.nodes)
	h := s.file
	copy(h, "!BDN\x00\x00\x00\x00SM")
	switch {
	case s.big:
		h[10] = 36
	case s.wide:
		h[10] = 23
	default:
		h[10] = 14
	}
	if s.wide {
		binary.LittleEndian.PutUint64(h[224:], uint64(nodes))
		binary.LittleEndian.PutUint64(h[240:], uint64(data))
		h[513] = s.crypt
	} else {
		binary.LittleEndian.PutUint32(h[188:], uint32(nodes))
		binary.LittleEndian.PutUint32(h[196:], uint32(data))
		h[461] = s.crypt
	}
	return h
}

// pstFile writes a mailbox with folders, an item that no folder shows any more,
// and a hidden one.
func pstFile(wide, big bool, crypt byte) []byte {
	s := newMade(wide, big, crypt)
	s.node(s.bag(nodeStore, []madeProp{text(tagDisplayName, "Zoë's mail")}, 0, nil), 0)
	s.node(s.bag(nodeNames, []madeProp{{2, typeBinary, []byte{}}, {3, typeBinary, []byte{}}, {4, typeBinary, []byte{}}}, 0, nil), 0)
	s.node(s.bag(nodeRoot, []madeProp{text(tagDisplayName, "")}, 0, nil), nodeRoot)
	s.node(s.bag(0x8022, []madeProp{text(tagDisplayName, "Top")}, 0, nil), nodeRoot)
	s.node(s.bag(0x8042, []madeProp{text(tagDisplayName, "In/box")}, 0, nil), 0x8022)
	s.node(s.item(0x200024, letter()), 0x8042)
	s.node(s.item(0x200044, task()), 0x8042)
	s.node(s.item(0x200064, &madeItem{props: []madeProp{text(tagSubject, "Lost"), text(tagBody, "Nobody shows me.")}}), 0x9992)
	s.node(s.item(0x200088, &madeItem{props: []madeProp{text(tagSubject, "Rule"), text(tagMessageClass, "IPM.Rule.Version2.Message"), text(tagBody, "forward all")}}), 0x8042)
	return s.finish()
}
