package mapi

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"io"
	"math"
)

// A store is the lowest layer of a mailbox file (NDB, [MS-PST] 2.2): pages, which
// form two trees, and blocks. Three widths exist: ANSI (32 bits, up to Outlook
// 2002), Unicode (64 bits), and Unicode with pages of 4096 bytes (OST from 2013).
type store struct {
	ctx   context.Context
	src   io.ReaderAt
	size  int64
	wide  bool // 64 bits
	big   bool // pages of 4096 bytes
	crypt byte
	key   *key
	nodes tree // by node id
	data  tree // blocks, by block id

	pages map[int64][]byte // that were read lately
}

// A tree is one of the two: where its root lies.
type tree struct{ root int64 }

const (
	// maxLevel bounds the height of a tree: 20 entries a page make 10^26 blocks.
	maxLevel = 20
	maxPages = 2048 // that are kept
)

// openStore reads the header.
func openStore(ctx context.Context, src io.ReaderAt, size int64) (*store, error) {
	head := make([]byte, 564)
	if n, err := src.ReadAt(head, 0); n < 520 {
		return nil, bad("the mailbox is shorter than its header: %v", err)
	}
	if string(head[:4]) != "!BDN" {
		return nil, bad("the file does not begin as a mailbox")
	}
	s := &store{ctx: ctx, src: src, size: size, key: newKey(), pages: map[int64][]byte{}}
	switch version := binary.LittleEndian.Uint16(head[10:]); {
	case version == 14 || version == 15:
		s.nodes.root, s.data.root = int64(binary.LittleEndian.Uint32(head[188:])), int64(binary.LittleEndian.Uint32(head[196:]))
		s.crypt = head[461]
	case version >= 20:
		s.wide, s.big = true, version >= 36
		s.nodes.root, s.data.root = int64(binary.LittleEndian.Uint64(head[224:])), int64(binary.LittleEndian.Uint64(head[240:]))
		s.crypt = head[513]
	default:
		return nil, bad("a mailbox of the unknown version %d", version)
	}
	return s, nil
}

// word reads an id or an offset.
func (s *store) word(b []byte) uint64 {
	if s.wide {
		return binary.LittleEndian.Uint64(b)
	}
	return uint64(binary.LittleEndian.Uint32(b))
}

// width is the length of an id.
func (s *store) width() int {
	if s.wide {
		return 8
	}
	return 4
}

// A page is a page of a tree, its numbers checked.
type page struct {
	entries []byte
	count   int
	each    int // bytes of an entry
	level   int // 0 for a leaf
}

func (s *store) page(at int64) (page, error) {
	size := 512
	if s.big {
		size = 4096
	}
	b := s.pages[at]
	if b == nil {
		if at < 0 || at > s.size-int64(size) {
			return page{}, bad("a page of the mailbox lies at byte %d, past its end", at)
		}
		b = make([]byte, size)
		if _, err := s.src.ReadAt(b, at); err != nil && err != io.EOF {
			return page{}, err
		}
		if len(s.pages) >= maxPages {
			clear(s.pages)
		}
		s.pages[at] = b
	}
	var p page
	room := 488
	switch {
	case s.big:
		room = 4056
		p.count, p.each, p.level = int(binary.LittleEndian.Uint16(b[4056:])), int(b[4060]), int(b[4061])
	case s.wide:
		p.count, p.each, p.level = int(b[488]), int(b[490]), int(b[491])
	default:
		room = 496
		p.count, p.each, p.level = int(b[496]), int(b[498]), int(b[499])
	}
	least := 3 * s.width()
	if p.level == 0 && !s.wide {
		least = 12
	}
	if p.each < least || p.count*p.each > room || p.level > maxLevel {
		return page{}, bad("the page of the mailbox at byte %d is none of a tree", at)
	}
	p.entries = b[:p.count*p.each]
	return p, nil
}

func (p page) entry(i int) []byte { return p.entries[i*p.each : (i+1)*p.each] }

// find gives the leaf entry of an id, nil when there is none.
func (s *store) find(t tree, id uint64) ([]byte, error) {
	at, above := t.root, math.MaxInt
	for {
		p, err := s.page(at)
		if err != nil {
			return nil, err
		}
		if p.level >= above {
			return nil, bad("a tree of the mailbox leads back into itself")
		}
		above = p.level
		var hit []byte
		for i := range p.count {
			e := p.entry(i)
			if key := s.word(e); p.level == 0 && key == id || p.level > 0 && key <= id {
				hit = e
			} else if key > id {
				break
			}
		}
		if hit == nil || p.level == 0 {
			return hit, nil
		}
		at = int64(s.word(hit[2*s.width():]))
	}
}

// each calls f with the leaf entries of a tree, in the order of ids. What is
// damaged is told by f with an error in place of an entry; the rest goes on.
func (s *store) each(t tree, f func(entry []byte, damage error) error) error {
	type todo struct {
		at    int64
		above int
	}
	stack := []todo{{t.root, math.MaxInt}}
	// Each page is visited once in a tree that is one.
	for left := s.size/512 + 1; len(stack) > 0; left-- {
		if left < 0 {
			return bad("a tree of the mailbox has more pages than the file")
		}
		next := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		p, err := s.page(next.at)
		if err == nil && p.level >= next.above {
			err = bad("a tree of the mailbox leads back into itself")
		}
		if err != nil {
			if err := f(nil, err); err != nil {
				return err
			}
			continue
		}
		if p.level == 0 {
			entries := bytes.Clone(p.entries)
			for i := 0; i+p.each <= len(entries); i += p.each {
				if err := f(entries[i:i+p.each], nil); err != nil {
					return err
				}
			}
			continue
		}
		for i := p.count - 1; i >= 0; i-- {
			stack = append(stack, todo{int64(s.word(p.entry(i)[2*s.width():])), p.level})
		}
	}
	return nil
}

// A place is where a block lies.
type place struct {
	id     uint64
	at     int64
	size   int
	stored int // bytes in the file, when it is compressed
}

// internal says whether a block holds structure, not data.
func (p place) internal() bool { return p.id&2 != 0 }

func (s *store) place(id uint64) (place, error) {
	if err := s.ctx.Err(); err != nil {
		return place{}, err
	}
	e, err := s.find(s.data, id&^1)
	if err == nil && e == nil {
		e, err = s.find(s.data, id)
	}
	if err != nil {
		return place{}, err
	}
	if e == nil {
		return place{}, bad("a block of the mailbox is missing")
	}
	w := s.width()
	p := place{id: id, at: int64(s.word(e[w:])), size: int(binary.LittleEndian.Uint16(e[2*w:]))}
	p.stored = p.size
	if s.big {
		p.size = int(binary.LittleEndian.Uint16(e[2*w+2:]))
	}
	if p.at < 0 || p.at > s.size-int64(p.stored) {
		return place{}, bad("a block of the mailbox lies at byte %d, past its end", p.at)
	}
	return p, nil
}

// read gives the content of a block.
func (s *store) read(p place) ([]byte, error) {
	b := make([]byte, p.stored)
	if _, err := s.src.ReadAt(b, p.at); err != nil && err != io.EOF {
		return nil, err
	}
	if p.stored != p.size {
		r, err := zlib.NewReader(bytes.NewReader(b))
		if err != nil {
			return nil, bad("a block of the mailbox cannot be unpacked")
		}
		if b, err = io.ReadAll(io.LimitReader(r, int64(p.size))); err != nil {
			return nil, bad("a block of the mailbox cannot be unpacked")
		}
	}
	if !p.internal() {
		switch s.crypt {
		case 1:
			s.key.permute(b)
		case 2:
			s.key.cycle(b, uint32(p.id))
		}
	}
	return b, nil
}
