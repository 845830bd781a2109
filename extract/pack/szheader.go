package pack

import (
	"encoding/binary"
	"time"
	"unicode/utf16"
)

// What stands in a header of 7z (7zFormat.txt of the LZMA SDK).
const (
	szEnd, szHeader, szMainStreams, szFiles           = 0x00, 0x01, 0x04, 0x05
	szPackInfo, szUnpackInfo, szSubStreams            = 0x06, 0x07, 0x08
	szSize, szCRC, szFolder, szCodersSize, szNumbers  = 0x09, 0x0a, 0x0b, 0x0c, 0x0d
	szEmptyStream, szEmptyFile, szNames, szTime, szAt = 0x0e, 0x0f, 0x11, 0x14, 0x15
	szEncoded                                         = 0x17
)

// A szCoder is one step of unpacking.
type szCoder struct {
	id      uint64
	in, out int
	props   []byte
}

// A szPack (a folder, as 7-Zip says) is streams of bytes packed together, and how to unpack them.
type szPack struct {
	coders []szCoder
	bind   map[int]int // from a stream that goes in to the one that comes out
	packed []int       // streams that go in from the file
	sizes  []int64     // of streams that come out
	crc    *uint32
	first  int // stream of the archive
	files  []szStream
}

type szStream struct {
	size int64
	crc  *uint32
}

// A szHead is a header being read; after a mistake it is bad and empty.
type szHead struct {
	b   []byte
	bad bool
}

func (h *szHead) fail() {
	h.b, h.bad = nil, true
}

func (h *szHead) byte() byte {
	if len(h.b) == 0 {
		h.fail()
		return 0
	}
	c := h.b[0]
	h.b = h.b[1:]
	return c
}

func (h *szHead) bytes(n int64) []byte {
	if n < 0 || n > int64(len(h.b)) {
		h.fail()
		return nil
	}
	b := h.b[:n]
	h.b = h.b[n:]
	return b
}

// number reads a number whose first byte says how many follow.
func (h *szHead) number() int64 {
	first := h.byte()
	mask, v := byte(0x80), uint64(0)
	for i := range 8 {
		if first&mask == 0 {
			v |= uint64(first&(mask-1)) << (8 * i)
			break
		}
		v |= uint64(h.byte()) << (8 * i)
		mask >>= 1
	}
	if v > 1<<62 {
		h.fail()
		return 0
	}
	return int64(v)
}

// count reads how many things follow, each of which takes a byte at least.
func (h *szHead) count() int {
	n := h.number()
	if n > int64(len(h.b)) {
		h.fail()
		return 0
	}
	return int(n)
}

// bits reads n flags.
func (h *szHead) bits(n int) []bool {
	b := h.bytes(int64(n+7) / 8)
	out := make([]bool, n)
	for i := range out {
		out[i] = b != nil && b[i/8]&(0x80>>(i%8)) != 0
	}
	return out
}

// defined reads n flags that may all be set.
func (h *szHead) defined(n int) []bool {
	if h.byte() == 0 {
		return h.bits(n)
	}
	out := make([]bool, n)
	for i := range out {
		out[i] = true
	}
	return out
}

func (h *szHead) sums(n int) []*uint32 {
	out := make([]*uint32, n)
	for i, is := range h.defined(n) {
		if is {
			if b := h.bytes(4); b != nil {
				v := binary.LittleEndian.Uint32(b)
				out[i] = &v
			}
		}
	}
	return out
}

// A szStreams says where packed streams lie and how they are unpacked.
type szStreams struct {
	from    int64 // of the first packed stream, behind the start header
	packed  []int64
	folders []szPack
}

func (h *szHead) streams() *szStreams {
	s := &szStreams{}
	for !h.bad {
		switch h.number() {
		case szEnd:
			return s
		case szPackInfo:
			h.packInfo(s)
		case szUnpackInfo:
			h.unpackInfo(s)
		case szSubStreams:
			h.subStreams(s)
			return h.ended(s)
		default:
			h.fail()
		}
	}
	return s
}

// ended takes the end that follows the last part.
func (h *szHead) ended(s *szStreams) *szStreams {
	if h.number() != szEnd {
		h.fail()
	}
	return s
}

func (h *szHead) packInfo(s *szStreams) {
	s.from = h.number()
	n := h.count()
	for !h.bad {
		switch h.number() {
		case szEnd:
			return
		case szSize:
			for range n {
				s.packed = append(s.packed, h.number())
			}
		case szCRC:
			h.sums(n)
		default:
			h.fail()
		}
	}
}

func (h *szHead) unpackInfo(s *szStreams) {
	if h.number() != szFolder {
		h.fail()
	}
	n := h.count()
	if h.byte() != 0 { // kept elsewhere
		h.fail()
	}
	first := 0
	for range n {
		f := h.folder()
		f.first = first
		first += len(f.packed)
		s.folders = append(s.folders, f)
		if h.bad {
			return
		}
	}
	if h.number() != szCodersSize {
		h.fail()
	}
	for i := range s.folders {
		f := &s.folders[i]
		for _, c := range f.coders {
			for range c.out {
				f.sizes = append(f.sizes, h.number())
			}
		}
		f.files = []szStream{{size: f.unpackSize()}}
	}
	for !h.bad {
		switch h.number() {
		case szEnd:
			return
		case szCRC:
			for i, sum := range h.sums(len(s.folders)) {
				s.folders[i].crc, s.folders[i].files[0].crc = sum, sum
			}
		default:
			h.fail()
		}
	}
}

// maxCoders bounds the steps of a folder; 7-Zip itself takes 32.
const maxCoders = 32

func (h *szHead) folder() szPack {
	f := szPack{bind: map[int]int{}}
	in, out := 0, 0
	n := h.count()
	if n < 1 || n > maxCoders {
		h.fail()
		return f
	}
	for range n {
		c := szCoder{in: 1, out: 1}
		flags := h.byte()
		for _, b := range h.bytes(int64(flags & 15)) {
			c.id = c.id<<8 | uint64(b)
		}
		if flags&0x10 != 0 {
			c.in, c.out = h.count(), h.count()
		}
		if flags&0x20 != 0 {
			c.props = h.bytes(h.number())
		}
		if c.in > maxCoders || c.out != 1 || h.bad {
			h.fail()
			return f
		}
		in, out = in+c.in, out+c.out
		f.coders = append(f.coders, c)
	}
	for range out - 1 {
		to, from := h.number(), h.number()
		if to >= int64(in) || from >= int64(out) {
			h.fail()
			return f
		}
		f.bind[int(to)] = int(from)
	}
	left := in - (out - 1)
	if left < 1 {
		h.fail()
		return f
	}
	if left == 1 {
		for i := range in {
			if _, bound := f.bind[i]; !bound {
				f.packed = []int{i}
				return f
			}
		}
	}
	for range left {
		f.packed = append(f.packed, int(min(h.number(), maxCoders*maxCoders)))
	}
	return f
}

// last is the coder whose stream no other takes: what comes out of the folder.
func (f *szPack) last() int {
	taken := map[int]bool{}
	for _, from := range f.bind {
		taken[from] = true
	}
	for i := range f.coders {
		if !taken[i] {
			return i
		}
	}
	return 0
}

func (f *szPack) unpackSize() int64 {
	if i := f.last(); i < len(f.sizes) {
		return f.sizes[i]
	}
	return 0
}

func (h *szHead) subStreams(s *szStreams) {
	id := h.number()
	if id == szNumbers {
		total := 0
		for i := range s.folders {
			n := int(min(h.number(), maxHeader))
			// Every stream but the last of a folder has a size.
			if total += n; total > len(h.b)+len(s.folders) {
				h.fail()
				return
			}
			f := &s.folders[i]
			f.files = make([]szStream, n)
			if n == 1 {
				f.files[0] = szStream{f.unpackSize(), f.crc}
			}
		}
		id = h.number()
	}
	for i := range s.folders {
		f := &s.folders[i]
		left := f.unpackSize()
		for j := range f.files {
			if j < len(f.files)-1 {
				if id == szSize {
					f.files[j].size = h.number()
				}
				left -= f.files[j].size
			} else {
				f.files[j].size = left
			}
			if f.files[j].size < 0 {
				h.fail()
				return
			}
		}
	}
	if id == szSize {
		id = h.number()
	}
	var open []*szStream // those without a checksum yet
	for i := range s.folders {
		f := &s.folders[i]
		for j := range f.files {
			if len(f.files) != 1 || f.crc == nil {
				open = append(open, &f.files[j])
			}
		}
	}
	for ; id != szEnd && !h.bad; id = h.number() {
		if id != szCRC {
			h.fail()
			return
		}
		for i, sum := range h.sums(len(open)) {
			open[i].crc = sum
		}
	}
}

// A szFile is a file as the header has it.
type szFile struct {
	name     string
	modified string
	empty    bool // it has no stream
	folder   bool
	mode     uint32 // of Unix, 0 when not said
}

func (h *szHead) files() []szFile {
	n := h.number()
	if n > int64(len(h.b)) { // each has a name of two bytes at least
		h.fail()
		return nil
	}
	list := make([]szFile, n)
	var empty []int
	for !h.bad {
		id := h.number()
		if id == szEnd {
			return list
		}
		p := &szHead{b: h.bytes(h.number())}
		switch id {
		case szEmptyStream:
			for i, is := range p.bits(len(list)) {
				if list[i].empty = is; is {
					list[i].folder = true
					empty = append(empty, i)
				}
			}
		case szEmptyFile:
			for i, is := range p.bits(len(empty)) {
				list[empty[i]].folder = !is
			}
		case szNames:
			p.names(list)
		case szTime:
			is := p.defined(len(list))
			p.byte()
			for i := range list {
				if is[i] {
					list[i].modified = fileTime(p.bytes(8))
				}
			}
		case szAt:
			is := p.defined(len(list))
			p.byte()
			for i := range list {
				if b := []byte(nil); is[i] {
					if b = p.bytes(4); b != nil && b[1]&0x80 != 0 {
						list[i].mode = binary.LittleEndian.Uint32(b) >> 16
					}
				}
			}
		}
		h.bad = h.bad || p.bad
	}
	return list
}

func (h *szHead) names(list []szFile) {
	if h.byte() != 0 {
		h.fail()
		return
	}
	for i := range list {
		var units []uint16
		for {
			b := h.bytes(2)
			if b == nil {
				return
			}
			u := binary.LittleEndian.Uint16(b)
			if u == 0 {
				break
			}
			units = append(units, u)
		}
		list[i].name = string(utf16.Decode(units))
	}
}

// fileTime reads 100 ns since 1601.
func fileTime(b []byte) string {
	if b == nil {
		return ""
	}
	v := binary.LittleEndian.Uint64(b)
	const epoch = 11644473600
	if v/1e7 < epoch || v/1e7 > epoch+1<<38 {
		return ""
	}
	return stamp(time.Unix(int64(v/1e7)-epoch, 0))
}
