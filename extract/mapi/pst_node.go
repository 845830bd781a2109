package mapi

import (
	"encoding/binary"
	"io"
	"slices"
	"sort"
)

// A node is data with nodes below it.
type node struct {
	s    *store
	id   uint32
	data uint64 // block ids
	sub  uint64
	// subs are the nodes below by their ids, read when first asked for.
	subs map[uint32]node
}

const (
	maxSubs   = 1 << 20
	maxBlocks = 4 << 20 // of one node: 32 GiB
)

// A blob is the data of a node: blocks after each other.
type blob struct {
	s      *store
	places []place
	starts []int64 // of each block; then the end
	last   int     // of the block that was read last
	cached []byte
}

// open gives the data of a block id.
func (s *store) open(id uint64) (*blob, error) {
	b := &blob{s: s, last: -1}
	if err := b.add(id, 2); err != nil {
		return nil, err
	}
	at := int64(0)
	for _, p := range b.places {
		b.starts = append(b.starts, at)
		at += int64(p.size)
	}
	b.starts = append(b.starts, at)
	return b, nil
}

// add adds the blocks that an id leads to: one, or those that a list names, or
// lists of lists; level is how many lists there may be.
func (b *blob) add(id uint64, level int) error {
	if id&^1 == 0 {
		return nil
	}
	p, err := b.s.place(id)
	if err != nil {
		return err
	}
	if !p.internal() {
		if len(b.places) >= maxBlocks {
			return bad("a value of the mailbox has more blocks than are read")
		}
		b.places = append(b.places, p)
		return nil
	}
	list, err := b.s.read(p)
	if err != nil {
		return err
	}
	if len(list) < 8 || list[0] != 1 || level == 0 {
		return bad("a list of blocks of the mailbox is none")
	}
	count, w := int(binary.LittleEndian.Uint16(list[2:])), b.s.width()
	if 8+count*w > len(list) {
		return bad("a list of blocks of the mailbox is longer than its block")
	}
	for i := range count {
		if err := b.add(b.s.word(list[8+i*w:]), level-1); err != nil {
			return err
		}
	}
	return nil
}

// size is in bytes.
func (b *blob) size() int64 { return b.starts[len(b.starts)-1] }

// block gives the content of the i-th block.
func (b *blob) block(i int) ([]byte, error) {
	if i < 0 || i >= len(b.places) {
		return nil, bad("a block of the mailbox is missing")
	}
	if i != b.last {
		data, err := b.s.read(b.places[i])
		if err != nil {
			return nil, err
		}
		b.last, b.cached = i, data
	}
	return b.cached, nil
}

// ReadAt implements io.ReaderAt.
func (b *blob) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, bad("an offset below 0")
	}
	total := 0
	for total < len(p) {
		if off >= b.size() {
			return total, io.EOF
		}
		i := sort.Search(len(b.places), func(i int) bool { return b.starts[i+1] > off })
		data, err := b.block(i)
		if err != nil {
			return total, err
		}
		if at := off - b.starts[i]; at < int64(len(data)) {
			n := copy(p[total:], data[at:])
			total, off = total+n, off+int64(n)
			continue
		}
		return total, bad("a block of the mailbox is shorter than it says")
	}
	return total, nil
}

func (b *blob) reader() *io.SectionReader { return io.NewSectionReader(b, 0, b.size()) }

// node gives the node of an id at the top.
func (s *store) node(id uint32) (node, error) {
	e, err := s.find(s.nodes, uint64(id))
	if err != nil {
		return node{}, err
	}
	if e == nil {
		return node{}, bad("node %#x of the mailbox is missing", id)
	}
	n, _ := s.nodeOf(e)
	return n, nil
}

// nodeOf reads a leaf entry of the tree of nodes; parent is the folder's id.
func (s *store) nodeOf(e []byte) (n node, parent uint32) {
	w := s.width()
	n = node{s: s, id: uint32(s.word(e)), data: s.word(e[w:]), sub: s.word(e[2*w:])}
	if len(e) >= 3*w+4 {
		parent = binary.LittleEndian.Uint32(e[3*w:])
	}
	return n, parent
}

// below gives a node inside.
func (n *node) below(id uint32) (node, error) {
	if err := n.readSubs(); err != nil {
		return node{}, err
	}
	sub, found := n.subs[id]
	if !found {
		return node{}, bad("a part of node %#x of the mailbox is missing", n.id)
	}
	return sub, nil
}

// ids gives the ids of the nodes inside, sorted.
func (n *node) ids() ([]uint32, error) {
	err := n.readSubs()
	var list []uint32
	for id := range n.subs {
		list = append(list, id)
	}
	slices.Sort(list)
	return list, err
}

func (n *node) readSubs() error {
	if n.subs != nil {
		return nil
	}
	n.subs = map[uint32]node{}
	if n.sub&^1 == 0 {
		return nil
	}
	return n.readSubBlock(n.sub, 1)
}

func (n *node) readSubBlock(id uint64, level int) error {
	p, err := n.s.place(id)
	if err != nil {
		return err
	}
	b, err := n.s.read(p)
	if err != nil {
		return err
	}
	w, head := n.s.width(), 4
	if n.s.wide {
		head = 8
	}
	if !p.internal() || len(b) < head || b[0] != 2 || int(b[1]) > level {
		return bad("a list of nodes of the mailbox is none")
	}
	count, each := int(binary.LittleEndian.Uint16(b[2:])), 3*w
	if b[1] > 0 {
		each = 2 * w
	}
	if head+count*each > len(b) {
		return bad("a list of nodes of the mailbox is longer than its block")
	}
	for i := range count {
		e := b[head+i*each:]
		if b[1] > 0 {
			if err := n.readSubBlock(n.s.word(e[w:]), 0); err != nil {
				return err
			}
			continue
		}
		if len(n.subs) >= maxSubs {
			return bad("a node of the mailbox has more parts than are read")
		}
		sub := node{s: n.s, id: uint32(n.s.word(e)), data: n.s.word(e[w:]), sub: n.s.word(e[2*w:])}
		n.subs[sub.id] = sub
	}
	return nil
}
