package pack

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
	"slices"
	"strings"
	"time"

	"overt/extract/document"
)

// A zipEntry is what the directory of a ZIP archive says of a file (APPNOTE.TXT
// 4.3.12), or where that is lost, what stands before its bytes.
type zipEntry struct {
	name     string
	utf8     bool
	method   uint16
	flags    uint16
	crc      uint32
	packed   int64
	size     int64
	offset   int64 // of its header; with base
	data     int64 // of its bytes; 0 when not known yet
	time     uint16
	modified string
	mode     uint32 // of Unix, 0 when it says none
	aes      *aesExtra
	noSizes  bool // they stand behind the bytes
}

const (
	zipEncrypted = 1 << 0
	zipBehind    = 1 << 3 // sizes stand behind the bytes
	zipStrong    = 1 << 6
	zipUTF8      = 1 << 11
)

func u16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }
func u32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
func u64(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// zip reads a ZIP archive by its directory; where that is lost, by what stands
// before each file.
func (p *packed) zip() error {
	entries, whole, err := p.zipEntries()
	if err != nil {
		return err
	}
	if !whole {
		if err := p.gap("the directory", document.Damaged, "the directory of the archive is missing or damaged; files are read as they are found, and names, dates and sizes may be wrong"); err != nil {
			return err
		}
		if len(entries) == 0 {
			if entries, err = p.zipScan(); err != nil {
				return err
			}
		}
	}
	if whole {
		if err := p.relocate(entries); err != nil {
			return err
		}
	}
	var n names
	for _, e := range entries {
		if !e.utf8 {
			n.add(e.name)
		}
	}
	overlaps := overlapping(entries)
	for i := range entries {
		if err := p.zipped(&entries[i], &n, overlaps[i]); err != nil {
			return err
		}
	}
	return nil
}

// zipEnd finds the record at the end: where the directory begins and how long it
// is. Offsets count from base, which is not 0 where something stands before the
// archive.
func (p *packed) zipEnd() (from, size, base int64, ok bool) {
	n := int(min(p.in.Size, 64<<10+22))
	tail, ok := p.at(p.in.Size-int64(n), n)
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if !ok || i < 0 || len(tail)-i < 22 {
		return 0, 0, 0, false
	}
	end := p.in.Size - int64(n) + int64(i)
	size, offset := int64(u32(tail[i+12:])), int64(u32(tail[i+16:]))
	if loc, ok := p.at(end-20, 20); ok && string(loc[:4]) == "PK\x06\x07" { // ZIP64
		at := int64(u64(loc[8:]))
		r, ok := p.at(at, 56)
		if !ok || string(r[:4]) != "PK\x06\x06" {
			return 0, 0, 0, false
		}
		size, offset, end = int64(u64(r[40:])), int64(u64(r[48:])), at
	}
	from = end - size
	if size < 0 || offset < 0 || from < 0 {
		return 0, 0, 0, false
	}
	return from, size, from - offset, true
}

// zipEntries reads the directory; whole says that nothing of it was lost.
func (p *packed) zipEntries() (list []zipEntry, whole bool, err error) {
	from, size, base, ok := p.zipEnd()
	if !ok {
		return nil, false, nil
	}
	for off, end := from, from+size; off < end; {
		if err := p.ctx.Err(); err != nil {
			return nil, false, err
		}
		h, ok := p.at(off, 46)
		if !ok || string(h[:4]) != "PK\x01\x02" {
			return list, false, nil
		}
		name, extra, comment := int(u16(h[28:])), int(u16(h[30:])), int(u16(h[32:]))
		rest, ok := p.at(off+46, name+extra)
		if !ok {
			return list, false, nil
		}
		off += 46 + int64(name) + int64(extra) + int64(comment)
		e := zipEntry{
			name: string(rest[:name]), flags: u16(h[8:]), method: u16(h[10:]), time: u16(h[12:]), crc: u32(h[16:]),
			packed: int64(u32(h[20:])), size: int64(u32(h[24:])), offset: int64(u32(h[42:])), modified: dosTime(u16(h[14:]), u16(h[12:])),
		}
		if h[5] == 3 || h[5] == 19 { // Unix, macOS
			e.mode = u32(h[38:]) >> 16
		}
		e.utf8 = e.flags&zipUTF8 != 0
		e.extra(rest[name:])
		e.offset += base
		if list = append(list, e); len(list) > p.in.Limits.Members {
			return list, true, nil // the member past the limit says so
		}
	}
	return list, true, nil
}

// extra reads the fields that are appended to an entry (APPNOTE.TXT 4.5).
func (e *zipEntry) extra(b []byte) {
	for len(b) >= 4 {
		id, n := u16(b), int(u16(b[2:]))
		if n > len(b)-4 {
			return
		}
		f := b[4 : 4+n]
		b = b[4+n:]
		switch id {
		case 0x0001: // ZIP64: those of the fields that had no room
			for _, v := range []*int64{&e.size, &e.packed, &e.offset} {
				if *v == 0xffffffff && len(f) >= 8 {
					*v = int64(u64(f))
					f = f[8:]
				}
			}
		case 0x5455: // times of Unix
			if len(f) >= 5 && f[0]&1 != 0 {
				e.modified = cmp.Or(stamp(time.Unix(int64(int32(u32(f[1:]))), 0)), e.modified)
			}
		case 0x7075: // the name in UTF-8
			if len(f) > 5 && u32(f[1:]) == crc32.ChecksumIEEE([]byte(e.name)) {
				e.name, e.utf8 = string(f[5:]), true
			}
		case 0x9901:
			if len(f) >= 7 {
				e.aes = &aesExtra{version: u16(f), strength: f[4]}
				e.method = u16(f[5:])
			}
		}
	}
}

// dosTime writes a date and time of DOS, which have no zone.
func dosTime(date, clock uint16) string {
	t := time.Date(1980+int(date>>9), time.Month(date>>5&15), int(date&31), int(clock>>11), int(clock>>5&63), int(clock&31)*2, 0, time.UTC)
	if date>>5&15 == 0 || date&31 == 0 || t.Day() != int(date&31) {
		return ""
	}
	return t.Format("2006-01-02T15:04:05")
}

// overlapping says of each file whether its bytes are those of another file
// before it: how a small archive becomes a large one (Fifield, "A better zip bomb").
func overlapping(entries []zipEntry) []bool {
	order := make([]int, 0, len(entries))
	for i := range entries {
		order = append(order, i)
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(entries[a].offset, entries[b].offset) })
	out := make([]bool, len(entries))
	end := int64(-1)
	for _, i := range order {
		e := &entries[i]
		if e.offset < end {
			out[i] = true
		}
		if e.packed >= 0 && e.offset+30 >= 0 {
			end = max(end, e.offset+30+e.packed)
		}
	}
	return out
}

// zipScan finds files by what stands before them. Where sizes stand behind the
// bytes, a deflated file tells its own end; another is taken to the next header.
func (p *packed) zipScan() ([]zipEntry, error) {
	var list []zipEntry
	for off := int64(0); len(list) <= p.in.Limits.Members; {
		at, err := p.find(off, "PK\x03\x04")
		if err != nil || at < 0 {
			return list, err
		}
		h, ok := p.at(at, 30)
		if !ok {
			return list, nil
		}
		name, extra := int(u16(h[26:])), int(u16(h[28:]))
		rest, ok := p.at(at+30, name+extra)
		if !ok {
			return list, nil
		}
		e := zipEntry{
			name: string(rest[:name]), flags: u16(h[6:]), method: u16(h[8:]), time: u16(h[10:]), crc: u32(h[14:]), packed: int64(u32(h[18:])),
			size: int64(u32(h[22:])), offset: at, data: at + 30 + int64(name) + int64(extra), modified: dosTime(u16(h[12:]), u16(h[10:])),
		}
		e.utf8 = e.flags&zipUTF8 != 0
		e.extra(rest[name:])
		e.offset = at
		off = e.data
		if e.flags&zipBehind != 0 && e.packed == 0 {
			next, err := p.find(off, "PK\x03\x04")
			if err != nil {
				return nil, err
			}
			if next < 0 {
				next = p.in.Size
			}
			e.packed, e.size, e.noSizes = next-off, -1, true
		}
		if e.packed < 0 {
			return list, nil
		}
		list = append(list, e)
		off += e.packed
	}
	return list, nil
}

// relocate looks for files that do not stand where the directory says by what
// stands before them.
func (p *packed) relocate(entries []zipEntry) error {
	var astray []*zipEntry
	for i := range entries {
		if h, ok := p.at(entries[i].offset, 4); !ok || string(h) != "PK\x03\x04" {
			astray = append(astray, &entries[i])
		}
	}
	if len(astray) == 0 {
		return nil
	}
	scanned, err := p.zipScan()
	if err != nil {
		return err
	}
	found := map[string][]zipEntry{}
	for _, e := range scanned {
		found[e.name] = append(found[e.name], e)
	}
	n := 0
	for _, e := range astray {
		if list := found[e.name]; len(list) > 0 {
			e.offset, e.data = list[0].offset, list[0].data
			found[e.name] = list[1:]
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return p.note("directory", "%d files do not stand where the directory says; they were found by what stands before them", n)
}

// find gives where a mark stands, from an offset on; -1 when nowhere.
func (p *packed) find(off int64, mark string) (int64, error) {
	const window = 64 << 10
	for off >= 0 && off < p.in.Size {
		if err := p.ctx.Err(); err != nil {
			return -1, err
		}
		b, ok := p.at(off, int(min(window, p.in.Size-off)))
		if !ok {
			return -1, nil
		}
		if i := bytes.Index(b, []byte(mark)); i >= 0 {
			return off + int64(i), nil
		}
		if len(b) < window {
			break
		}
		off += window - int64(len(mark)) + 1
	}
	return -1, nil
}

// zipped says one file.
func (p *packed) zipped(e *zipEntry, n *names, overlaps bool) error {
	m := document.Member{Path: e.name, Modified: e.modified, Size: e.size}
	if !e.utf8 || !isUTF8(e.name) {
		m.Path, m.Raw = n.text(e.name)
	}
	if strings.HasSuffix(m.Path, "/") && e.size <= 0 {
		return nil // a folder
	}
	switch kind := e.mode & 0xf000; {
	case overlaps:
		return p.lost(m.Path, document.TooMuch, "its bytes are those of another file as well; archives are built so to become huge when they are unpacked")
	case kind == 0xa000:
		if err := p.note("link", "%s is a link; it is given as the file that says where it leads", m.Path); err != nil {
			return err
		}
	}
	if e.data == 0 {
		h, ok := p.at(e.offset, 30)
		if !ok || string(h[:4]) != "PK\x03\x04" {
			return p.lost(m.Path, document.Damaged, "it does not stand where the directory says")
		}
		e.data = e.offset + 30 + int64(u16(h[26:])) + int64(u16(h[28:]))
	}
	r, code, reason := p.zipOpen(e)
	if code != "" {
		return p.lost(m.Path, code, reason)
	}
	return p.emit(m, r)
}

// zipOpen gives the bytes of a file, or the code and reason of a gap.
func (p *packed) zipOpen(e *zipEntry) (r io.Reader, code, reason string) {
	if zipMethods[e.method] == nil {
		return nil, document.Unknown, "it is packed in a way that is not read (method " + itoa(int64(e.method)) + ")"
	}
	switch {
	case e.flags&zipStrong != 0:
		return nil, document.Unknown, "it is encrypted in a way that is not read"
	case e.flags&zipEncrypted == 0:
		return p.unzip(e, p.section(e.data, e.packed)), "", ""
	}
	for _, password := range p.passwords() {
		plain, fits := p.zipDecrypt(e, password)
		if !fits {
			continue
		}
		if e.aes == nil && !p.proves(p.unzip(e, plain)) {
			continue
		}
		plain, _ = p.zipDecrypt(e, password)
		return p.unzip(e, plain), "", ""
	}
	return nil, document.Protected, "it is encrypted, and no password that was given opens it"
}

// proves reads to the end to see whether the bytes are what they should be.
func (p *packed) proves(r io.Reader) bool {
	buf := make([]byte, 64<<10)
	for left := p.in.Limits.Unpacked - p.unpacked; left > 0; {
		n, err := read(r, buf)
		left -= int64(n)
		if errors.Is(err, io.EOF) {
			return true
		}
		if err != nil || p.ctx.Err() != nil {
			return false
		}
	}
	return true // too large to tell; what is wrong will be said
}

// unzip unpacks the bytes of a file and checks them.
func (p *packed) unzip(e *zipEntry, r io.Reader) io.Reader {
	plain, err := zipMethods[e.method](r, e.size)
	if err != nil {
		return failing{err}
	}
	if e.noSizes && e.method == 0 {
		return plain // a file that was not packed has no end of its own
	}
	return &checked32{r: plain, want: e.crc, size: e.size, skip: e.noSizes || e.aes != nil && e.aes.version == 2}
}

// checked32 checks size and CRC-32 of what it reads.
type checked32 struct {
	r    io.Reader
	sum  uint32
	n    int64
	want uint32
	size int64
	skip bool
}

var errSum = errors.New("the checksum does not fit")

func (c *checked32) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	c.sum = crc32.Update(c.sum, crc32.IEEETable, b[:n])
	if err == io.EOF && !c.skip {
		switch {
		case c.n < c.size:
			err = io.ErrUnexpectedEOF
		case c.sum != c.want:
			err = errSum
		}
	}
	return n, err
}

// failing is a file that cannot be opened.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
