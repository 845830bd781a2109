// Package cfbtest makes compound files for tests.
package cfbtest

import (
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf16"
)

const (
	sector     = 512
	free       = 0xFFFFFFFF
	endOfChain = 0xFFFFFFFE
	fatSector  = 0xFFFFFFFD
)

// Write gives a compound file with the streams of a map, by their paths; levels
// are separated by "/". Streams below 4096 bytes lie in mini sectors.
func Write(streams map[string][]byte) []byte {
	w := &writer{}
	w.dir = []*entry{{name: "Root Entry", kind: 5, child: free}}
	for _, path := range sorted(streams) {
		w.add(path, streams[path])
	}
	w.link()
	root := w.dir[0]
	root.start, root.size = w.chain(w.mini), uint64(len(w.mini))
	var dir []byte
	for len(w.dir)%4 != 0 {
		w.dir = append(w.dir, &entry{child: free})
	}
	for _, e := range w.dir {
		dir = append(dir, e.bytes()...)
	}
	dirStart := w.chain(dir)
	minfat := table(w.minfat)
	minStart := w.chain(minfat)
	return w.finish(dirStart, minStart, len(minfat)/sector)
}

type entry struct {
	name     string
	kind     byte
	right    uint32
	child    uint32
	start    uint32
	size     uint64
	children []int
}

type writer struct {
	dir    []*entry
	data   []byte
	fat    []uint32
	mini   []byte
	minfat []uint32
}

func sorted(m map[string][]byte) []string {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (w *writer) add(path string, data []byte) {
	at := 0
	names := strings.Split(path, "/")
	for _, name := range names[:len(names)-1] {
		found := -1
		for _, c := range w.dir[at].children {
			if w.dir[c].name == name {
				found = c
			}
		}
		if found < 0 {
			found = w.entry(at, &entry{name: name, kind: 1, child: free})
		}
		at = found
	}
	e := &entry{name: names[len(names)-1], kind: 2, child: free, start: endOfChain, size: uint64(len(data))}
	switch {
	case len(data) >= 4096:
		e.start = w.chain(data)
	case len(data) > 0:
		e.start = uint32(len(w.minfat))
		for i := 0; i < len(data); i += 64 {
			w.minfat = append(w.minfat, uint32(len(w.minfat)+1))
		}
		w.minfat[len(w.minfat)-1] = endOfChain
		w.mini = append(w.mini, data...)
		w.mini = append(w.mini, make([]byte, (64-len(data)%64)%64)...)
	}
	w.entry(at, e)
}

func (w *writer) entry(parent int, e *entry) int {
	w.dir = append(w.dir, e)
	w.dir[parent].children = append(w.dir[parent].children, len(w.dir)-1)
	return len(w.dir) - 1
}

// link makes the children of each storage a list to the right.
func (w *writer) link() {
	for _, e := range w.dir {
		e.right = free
		if len(e.children) > 0 {
			e.child = uint32(e.children[0])
		}
	}
	for _, e := range w.dir {
		for i := 1; i < len(e.children); i++ {
			w.dir[e.children[i-1]].right = uint32(e.children[i])
		}
	}
}

// chain appends data as sectors and gives the first.
func (w *writer) chain(data []byte) uint32 {
	if len(data) == 0 {
		return endOfChain
	}
	start := uint32(len(w.fat))
	for i := 0; i < len(data); i += sector {
		w.fat = append(w.fat, uint32(len(w.fat)+1))
	}
	w.fat[len(w.fat)-1] = endOfChain
	w.data = append(w.data, data...)
	w.data = append(w.data, make([]byte, (sector-len(data)%sector)%sector)...)
	return start
}

func (e *entry) bytes() []byte {
	b := make([]byte, 128)
	units := utf16.Encode([]rune(e.name))
	for i, u := range units[:min(len(units), 31)] {
		binary.LittleEndian.PutUint16(b[2*i:], u)
	}
	if e.kind != 0 {
		binary.LittleEndian.PutUint16(b[64:], uint16(2*min(len(units), 31)+2))
	}
	b[66], b[67] = e.kind, 1
	binary.LittleEndian.PutUint32(b[68:], free)
	binary.LittleEndian.PutUint32(b[72:], e.right)
	binary.LittleEndian.PutUint32(b[76:], e.child)
	binary.LittleEndian.PutUint32(b[116:], e.start)
	binary.LittleEndian.PutUint64(b[120:], e.size)
	return b
}

func table(list []uint32) []byte {
	var b []byte
	for _, n := range list {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	for len(b)%sector != 0 {
		b = binary.LittleEndian.AppendUint32(b, free)
	}
	return b
}

// finish writes the header, the sectors, and the allocation table after them.
func (w *writer) finish(dir, minfat uint32, minSectors int) []byte {
	n := 0
	for (len(w.fat)+n+127)/128 > n {
		n++
	}
	first := len(w.fat)
	for range n {
		w.fat = append(w.fat, fatSector)
	}
	h := make([]byte, sector)
	copy(h, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	binary.LittleEndian.PutUint16(h[24:], 0x3E)
	binary.LittleEndian.PutUint16(h[26:], 3)
	binary.LittleEndian.PutUint16(h[28:], 0xFFFE)
	binary.LittleEndian.PutUint16(h[30:], 9)
	binary.LittleEndian.PutUint16(h[32:], 6)
	binary.LittleEndian.PutUint32(h[44:], uint32(n))
	binary.LittleEndian.PutUint32(h[48:], dir)
	binary.LittleEndian.PutUint32(h[56:], 4096)
	binary.LittleEndian.PutUint32(h[60:], minfat)
	binary.LittleEndian.PutUint32(h[64:], uint32(minSectors))
	binary.LittleEndian.PutUint32(h[68:], endOfChain)
	for i := range 109 {
		value := uint32(free)
		if i < n {
			value = uint32(first + i)
		}
		binary.LittleEndian.PutUint32(h[76+4*i:], value)
	}
	return append(append(h, w.data...), table(w.fat)...)
}
