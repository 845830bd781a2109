// Package cfb reads compound files ([MS-CFB], "OLE"): the file system in a file
// that holds old Office documents and Outlook messages.
//
// Nothing is believed: each number is checked before it sizes or leads anything,
// chains and trees that close a circle end in an error. What is kept in memory is
// the allocation table, at most a 128th of the file, and the directory.
package cfb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf16"
)

// Magic is how each compound file begins.
const Magic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

const (
	maxRegular = 0xFFFFFFFA // a sector number past it has a meaning of its own
	endOfChain = 0xFFFFFFFE
	noEntry    = 0xFFFFFFFF
	entrySize  = 128
	// maxEntries bounds the directory.
	maxEntries = 1 << 20
	// maxDepth bounds storages in storages.
	maxDepth = 256
)

// A File is a compound file. It and its streams serve one goroutine at a time.
type File struct {
	Root *Entry

	recent [8]found // chains that were followed lately
	turn   int
	work   int // steps that may still be made to find chains

	src    io.ReaderAt
	size   int64
	sector int64 // bytes of a sector
	mini   int64 // bytes of a mini sector
	cutoff uint32
	fat    []uint32
	minfat []uint32
	small  *stream // the stream that holds the mini sectors
}

// An Entry is a stream or a storage.
type Entry struct {
	Name     string
	Storage  bool
	Class    [16]byte // CLSID as it stands there
	Created  time.Time
	Modified time.Time
	Size     int64    // of a stream in bytes, as the directory says; it sizes nothing
	Entries  []*Entry // of a storage, in the directory's order
	start    uint32
}

// ErrDamaged is within each error that is not of the source of bytes.
var ErrDamaged = errors.New("the compound file is damaged")

func bad(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrDamaged}, args...)...)
}

// Open reads the directory of a compound file of size bytes. Errors:
// ErrDamaged; those of src.
func Open(src io.ReaderAt, size int64) (*File, error) {
	head := make([]byte, 512)
	if _, err := io.ReadFull(io.NewSectionReader(src, 0, size), head); err != nil {
		return nil, bad("it is shorter than its header")
	}
	if string(head[:8]) != Magic {
		return nil, bad("it does not begin as one")
	}
	shift, mini := binary.LittleEndian.Uint16(head[30:]), binary.LittleEndian.Uint16(head[32:])
	if shift < 7 || shift > 16 || mini < 4 || mini >= shift {
		return nil, bad("sectors of 2^%d and 2^%d bytes", shift, mini)
	}
	f := &File{src: src, size: size, sector: 1 << shift, mini: 1 << mini, cutoff: binary.LittleEndian.Uint32(head[56:])}
	if err := f.readFAT(head); err != nil {
		return nil, err
	}
	f.work = 64*len(f.fat) + 1<<20
	if err := f.readDirectory(binary.LittleEndian.Uint32(head[48:])); err != nil {
		return nil, err
	}
	return f, f.readMini(binary.LittleEndian.Uint32(head[60:]))
}

// sectors is how many begin inside the file.
func (f *File) sectors() int64 { return max((f.size-1)/f.sector, 0) }

// readSector reads a sector; the last one may be cut short and is filled with
// zeros.
func (f *File) readSector(n uint32, b []byte) error {
	if int64(n) >= f.sectors() {
		return bad("sector %d lies past the end of the file", n)
	}
	got, err := f.src.ReadAt(b[:f.sector], (int64(n)+1)*f.sector)
	if err != nil && (err != io.EOF || got == 0) {
		return fmt.Errorf("read sector %d: %w", n, err)
	}
	clear(b[got:f.sector])
	return nil
}

// readFAT gathers the allocation table from the sectors that the header and its
// continuation (DIFAT) name.
func (f *File) readFAT(head []byte) error {
	var list []uint32
	add := func(n uint32) {
		if n < maxRegular {
			list = append(list, n)
		}
	}
	for i := range 109 {
		add(binary.LittleEndian.Uint32(head[76+4*i:]))
	}
	// As many sectors of the table as the file can need, and no more.
	per := f.sector / 4
	most := int(f.sectors()/per) + 2
	b := make([]byte, f.sector)
	next := binary.LittleEndian.Uint32(head[68:])
	for steps := 0; next < maxRegular; steps++ {
		if steps > most {
			return bad("the list of its tables is longer than the file")
		}
		if err := f.readSector(next, b); err != nil {
			return err
		}
		for i := range int(per) - 1 {
			add(binary.LittleEndian.Uint32(b[4*i:]))
		}
		next = binary.LittleEndian.Uint32(b[f.sector-4:])
	}
	for _, n := range list[:min(len(list), most)] {
		if err := f.readSector(n, b); err != nil {
			return err
		}
		f.fat = appendTable(f.fat, b)
	}
	return nil
}

func appendTable(table []uint32, b []byte) []uint32 {
	for i := 0; i+4 <= len(b); i += 4 {
		table = append(table, binary.LittleEndian.Uint32(b[i:]))
	}
	return table
}

// chain gives the sectors that follow from one, at most limit.
func chain(table []uint32, start uint32, limit int64) ([]uint32, error) {
	var list []uint32
	for n := start; n < maxRegular; n = table[n] {
		if int64(n) >= int64(len(table)) {
			return list, bad("a chain leads to sector %d, which is in no table", n)
		}
		if len(list) > len(table) {
			return nil, bad("a chain of sectors leads back into itself")
		}
		if int64(len(list)) >= limit {
			break
		}
		list = append(list, n)
	}
	return list, nil
}

// readMini reads the allocation table of the mini sectors and finds their stream.
func (f *File) readMini(start uint32) error {
	list, err := chain(f.fat, start, f.sectors())
	if err != nil {
		return err
	}
	b := make([]byte, f.sector)
	for _, n := range list {
		if err := f.readSector(n, b); err != nil {
			return err
		}
		f.minfat = appendTable(f.minfat, b)
	}
	f.small, err = f.stream(f.Root.start, f.Root.Size, false)
	if err == nil && f.small.size > 0 {
		f.small.kept, err = f.follow(f.Root.start, false)
	}
	return err
}

// A stream is the content of an entry. It does not keep its chain: thousands of
// entries can name the same one.
type stream struct {
	f     *File
	start uint32
	mini  bool
	size  int64
	kept  []uint32 // the chain, of the stream that holds the mini sectors
}

type found struct {
	start   uint32
	mini    bool
	sectors []uint32
}

// follow gives a chain, or the beginning of one that is damaged.
func (f *File) follow(start uint32, mini bool) ([]uint32, error) {
	for _, r := range f.recent {
		if r.sectors != nil && r.start == start && r.mini == mini {
			return r.sectors, nil
		}
	}
	table := f.fat
	if mini {
		table = f.minfat
	}
	list, err := chain(table, start, int64(len(table)))
	if err != nil && len(list) == 0 {
		return nil, err
	}
	if f.work -= len(list) + 1; f.work < 0 {
		return nil, bad("its streams share their sectors")
	}
	f.recent[f.turn] = found{start, mini, list}
	f.turn = (f.turn + 1) % len(f.recent)
	return list, nil
}

// Stream gives the content of an entry and how many bytes of it there are: fewer
// than Size where the chain is too short, and then cut is set. Errors: invalid.
func (f *File) Stream(e *Entry) (r *io.SectionReader, cut bool, err error) {
	if e.Storage {
		return nil, false, bad("%q is no stream", e.Name)
	}
	s, err := f.stream(e.start, e.Size, e.Size < int64(f.cutoff))
	if err != nil {
		return nil, false, err
	}
	return io.NewSectionReader(s, 0, s.size), s.size < e.Size, nil
}

func (f *File) stream(start uint32, size int64, mini bool) (*stream, error) {
	unit := f.sector
	if mini {
		unit = f.mini
	}
	if size <= 0 {
		return &stream{f: f}, nil
	}
	list, err := f.follow(start, mini)
	if err != nil {
		return nil, err
	}
	return &stream{f: f, start: start, mini: mini, size: min(size, int64(len(list))*unit)}, nil
}

// ReadAt implements io.ReaderAt.
func (s *stream) ReadAt(p []byte, off int64) (int, error) {
	unit := s.f.sector
	if s.mini {
		unit = s.f.mini
	}
	if off < 0 {
		return 0, bad("an offset below 0")
	}
	if off >= s.size {
		return 0, io.EOF
	}
	sectors, err := s.kept, error(nil)
	if sectors == nil {
		if sectors, err = s.f.follow(s.start, s.mini); err != nil {
			return 0, err
		}
	}
	total := 0
	for total < len(p) {
		if off >= s.size {
			return total, io.EOF
		}
		at := off % unit
		n := min(int64(len(p)-total), unit-at, s.size-off)
		if err := s.part(p[total:int64(total)+n], sectors[off/unit], at); err != nil {
			return total, err
		}
		total, off = total+int(n), off+n
	}
	return total, nil
}

func (s *stream) part(p []byte, sector uint32, at int64) error {
	var n int
	var err error
	if s.mini {
		n, err = s.f.small.ReadAt(p, int64(sector)*s.f.mini+at)
	} else {
		n, err = s.f.src.ReadAt(p, (int64(sector)+1)*s.f.sector+at)
	}
	if n == len(p) {
		return nil
	}
	if err == nil || err == io.EOF {
		return bad("sector %d lies past the end of the file", sector)
	}
	return err
}

// readDirectory reads the entries and puts them into a tree.
func (f *File) readDirectory(start uint32) error {
	perSector := f.sector / entrySize
	if perSector == 0 {
		return bad("sectors of %d bytes hold no directory", f.sector)
	}
	list, err := chain(f.fat, start, maxEntries/perSector)
	if err != nil && len(list) == 0 {
		return err
	}
	d := &directory{wide: f.sector > 512}
	b := make([]byte, f.sector)
	for _, n := range list {
		if err := f.readSector(n, b); err != nil {
			return err
		}
		for i := int64(0); i < perSector; i++ {
			d.add(b[i*entrySize : (i+1)*entrySize])
		}
	}
	if len(d.entries) == 0 || d.entries[0].kind != 5 {
		return bad("the directory has no root")
	}
	d.taken = make([]bool, len(d.entries))
	d.taken[0] = true
	f.Root = d.entries[0].entry
	return d.children(0, 0)
}

type directory struct {
	entries []dirEntry
	taken   []bool
	wide    bool // sizes have 64 bits
}

type dirEntry struct {
	entry              *Entry
	kind               byte // 1 storage, 2 stream, 5 root
	left, right, child uint32
}

func (d *directory) add(b []byte) {
	length := int(binary.LittleEndian.Uint16(b[64:]))
	if length > 64 || length%2 != 0 {
		length = 64
	}
	var units []uint16
	for i := 0; i+2 < length; i += 2 {
		units = append(units, binary.LittleEndian.Uint16(b[i:]))
	}
	e := &Entry{
		Name: string(utf16.Decode(units)), Storage: b[66] == 1 || b[66] == 5,
		Created: fileTime(b[100:]), Modified: fileTime(b[108:]),
		start: binary.LittleEndian.Uint32(b[116:]), Size: int64(binary.LittleEndian.Uint32(b[120:])),
	}
	copy(e.Class[:], b[80:96])
	if d.wide {
		e.Size = int64(binary.LittleEndian.Uint64(b[120:]) & (1<<62 - 1))
	}
	d.entries = append(d.entries, dirEntry{
		entry: e, kind: b[66], left: binary.LittleEndian.Uint32(b[68:]),
		right: binary.LittleEndian.Uint32(b[72:]), child: binary.LittleEndian.Uint32(b[76:]),
	})
}

// fileTime reads 100 nanoseconds since 1601; zero when there is none.
func fileTime(b []byte) time.Time {
	n := binary.LittleEndian.Uint64(b)
	const epoch = 11644473600
	if n == 0 || n/1e7 > 1<<34 {
		return time.Time{}
	}
	return time.Unix(int64(n/1e7)-epoch, int64(n%1e7)*100).UTC()
}

// children hangs the entries of a storage into it: in the file they are a binary
// tree, which is walked in order. An entry is taken once.
func (d *directory) children(storage, depth int) error {
	if depth > maxDepth {
		return bad("storages lie too deep inside each other")
	}
	var stack []uint32
	next := d.entries[storage].child
	at := d.entries[storage].entry
	for next != noEntry || len(stack) > 0 {
		for next != noEntry {
			if int64(next) >= int64(len(d.entries)) {
				return bad("the directory leads to an entry that is not there")
			}
			if d.taken[next] {
				return bad("the directory leads back into itself")
			}
			d.taken[next] = true
			stack = append(stack, next)
			next = d.entries[next].left
		}
		n := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		e := d.entries[n]
		if e.kind == 1 || e.kind == 2 {
			at.Entries = append(at.Entries, e.entry)
		}
		if e.kind == 1 {
			if err := d.children(int(n), depth+1); err != nil {
				return err
			}
		}
		next = e.right
	}
	return nil
}

// Find gives what lies at a path of names below an entry, nil when nothing does.
// Names are compared without regard to case.
func (e *Entry) Find(path ...string) *Entry {
	for _, name := range path {
		var found *Entry
		for _, child := range e.Entries {
			if strings.EqualFold(child.Name, name) {
				found = child
				break
			}
		}
		if found == nil {
			return nil
		}
		e = found
	}
	return e
}
