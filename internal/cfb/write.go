package cfb

import (
	"encoding/binary"
	"io"
	"time"
	"unicode/utf16"
)

// maxWritten bounds the files that WriteStorage makes, in bytes.
const maxWritten = 1 << 31

// WriteStorage writes a storage as a compound file of its own, so that an object
// inside a document can be read as the file it once was. Streams that are too
// short are written as far as they go, and then cut is set. Errors: ErrDamaged,
// when the storage cannot be such a file; those of w.
func (f *File) WriteStorage(w io.Writer, storage *Entry) (cut bool, err error) {
	p := &pack{f: f}
	if err := p.add(storage, 5); err != nil {
		return false, err
	}
	if err := p.hang(0, storage); err != nil {
		return false, err
	}
	p.layOut()
	if p.total > maxWritten {
		return false, bad("an object of %d bytes", p.total)
	}
	err = p.write(w)
	return p.cut, err
}

const (
	packSector = 512
	packMini   = 64
	packCutoff = 4096
)

// A pack is a compound file that is being laid out: header, allocation table
// with its list, directory, table of mini sectors, mini sectors, streams.
type pack struct {
	f       *File
	entries []*packed
	cut     bool
	total   int64

	fat, difat, dir, minfat, mini int64 // sectors of each
	next                          int64 // the sector that follows what is laid out
	minis                         int64 // mini sectors laid out
}

type packed struct {
	entry  *Entry
	kind   byte
	stream *io.SectionReader
	right  uint32
	child  uint32
	start  uint32
}

func (p *pack) add(e *Entry, kind byte) error {
	if len(p.entries) >= maxEntries {
		return bad("an object with too many parts")
	}
	k := &packed{entry: e, kind: kind, right: noEntry, child: noEntry, start: endOfChain}
	if kind == 2 {
		r, cut, err := p.f.Stream(e)
		if err != nil {
			r, cut = io.NewSectionReader(nil, 0, 0), true
		}
		k.stream = r
		p.cut = p.cut || cut
		if p.total += r.Size(); p.total > maxWritten {
			return bad("an object of more than %d bytes", int64(maxWritten))
		}
	}
	p.entries = append(p.entries, k)
	return nil
}

// hang puts what a storage holds behind it: its entries in a row, each the right
// neighbour of the one before, as the directory's trees allow.
func (p *pack) hang(at int, storage *Entry) error {
	last := -1
	for _, e := range storage.Entries {
		kind := byte(2)
		if e.Storage {
			kind = 1
		}
		n := len(p.entries)
		if err := p.add(e, kind); err != nil {
			return err
		}
		if last < 0 {
			p.entries[at].child = uint32(n)
		} else {
			p.entries[last].right = uint32(n)
		}
		last = n
		if e.Storage {
			if err := p.hang(n, e); err != nil {
				return err
			}
		}
	}
	return nil
}

func units(n, size int64) int64 { return (n + size - 1) / size }

// layOut counts sectors and gives each stream its place.
func (p *pack) layOut() {
	var large int64
	for _, e := range p.entries {
		switch {
		case e.kind != 2 || e.stream.Size() == 0:
		case e.stream.Size() < packCutoff:
			e.start = uint32(p.minis)
			p.minis += units(e.stream.Size(), packMini)
		default:
			large += units(e.stream.Size(), packSector)
		}
	}
	p.dir = units(int64(len(p.entries))*entrySize, packSector)
	p.minfat = units(p.minis*4, packSector)
	p.mini = units(p.minis*packMini, packSector)
	rest := p.dir + p.minfat + p.mini + large
	for { // the table has to hold itself
		fat := units((rest+p.fat+p.difat)*4, packSector)
		difat := units(max(fat-109, 0), packSector/4-1)
		if fat == p.fat && difat == p.difat {
			break
		}
		p.fat, p.difat = fat, difat
	}
	p.next = p.fat + p.difat + p.dir + p.minfat + p.mini
	for _, e := range p.entries {
		if e.kind == 2 && e.stream.Size() >= packCutoff {
			e.start = uint32(p.next)
			p.next += units(e.stream.Size(), packSector)
		}
	}
	if p.mini > 0 {
		p.entries[0].start = uint32(p.fat + p.difat + p.dir + p.minfat)
	}
	p.total = (p.next + 1) * packSector
}

// A filler writes and fills sectors up.
type filler struct {
	w   io.Writer
	n   int64
	err error
	b   [4]byte
}

func (f *filler) Write(b []byte) (int, error) {
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.w.Write(b)
	f.n, f.err = f.n+int64(n), err
	return n, err
}

func (f *filler) number(v uint32) {
	binary.LittleEndian.PutUint32(f.b[:], v)
	_, _ = f.Write(f.b[:]) // kept in err
}

func (f *filler) fill(unit int64, with byte) {
	pad := make([]byte, (unit-f.n%unit)%unit)
	for i := range pad {
		pad[i] = with
	}
	_, _ = f.Write(pad) // kept in err
}

// run writes the entries of a table for n sectors that follow each other.
func (f *filler) run(from, n int64) {
	for i := range n {
		if i == n-1 {
			f.number(endOfChain)
		} else {
			f.number(uint32(from + i + 1))
		}
	}
}

func (p *pack) write(w io.Writer) error {
	out := &filler{w: w}
	p.header(out)
	p.tables(out)
	for _, e := range p.entries {
		_, _ = out.Write(e.bytes(p.minis * packMini)) // kept in err
	}
	for out.n%packSector != 0 {
		_, _ = out.Write((&packed{entry: &Entry{}, right: noEntry, child: noEntry}).bytes(0))
	}
	for _, e := range p.entries {
		if e.kind == 2 && e.stream.Size() < packCutoff {
			out.run(int64(e.start), units(e.stream.Size(), packMini))
		}
	}
	out.fill(packSector, 0xFF)
	for _, small := range []bool{true, false} {
		unit := int64(packSector)
		if small {
			unit = packMini
		}
		for _, e := range p.entries {
			if e.kind != 2 || e.stream.Size() < packCutoff != small {
				continue
			}
			if err := p.copy(out, e.stream); err != nil {
				return err
			}
			out.fill(unit, 0)
		}
		out.fill(packSector, 0)
	}
	return out.err
}

// copy writes a stream; what of it cannot be read comes as zeros.
func (p *pack) copy(out *filler, r *io.SectionReader) error {
	n, err := io.Copy(struct{ io.Writer }{out}, io.NewSectionReader(r, 0, r.Size()))
	if out.err != nil {
		return out.err
	}
	if err != nil || n < r.Size() {
		p.cut = true
		_, err = io.CopyN(out, zeros{}, r.Size()-n)
		return err
	}
	return nil
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

func (p *pack) header(out *filler) {
	head := make([]byte, packSector)
	copy(head, Magic)
	le := binary.LittleEndian
	le.PutUint16(head[24:], 0x3E)
	le.PutUint16(head[26:], 3)
	le.PutUint16(head[28:], 0xFFFE)
	le.PutUint16(head[30:], 9)
	le.PutUint16(head[32:], 6)
	le.PutUint32(head[44:], uint32(p.fat))
	le.PutUint32(head[48:], uint32(p.fat+p.difat))
	le.PutUint32(head[56:], packCutoff)
	le.PutUint32(head[60:], endOfChain)
	if p.minfat > 0 {
		le.PutUint32(head[60:], uint32(p.fat+p.difat+p.dir))
	}
	le.PutUint32(head[64:], uint32(p.minfat))
	le.PutUint32(head[68:], endOfChain)
	if p.difat > 0 {
		le.PutUint32(head[68:], uint32(p.fat))
	}
	le.PutUint32(head[72:], uint32(p.difat))
	for i := range int64(109) {
		n := uint32(noEntry)
		if i < p.fat {
			n = uint32(i)
		}
		le.PutUint32(head[76+4*i:], n)
	}
	_, _ = out.Write(head) // kept in err
}

// tables writes the allocation table and the list of its sectors past the 109
// that the header names.
func (p *pack) tables(out *filler) {
	for range p.fat {
		out.number(0xFFFFFFFD)
	}
	for range p.difat {
		out.number(0xFFFFFFFC)
	}
	at := p.fat + p.difat
	for _, n := range []int64{p.dir, p.minfat, p.mini} {
		out.run(at, n)
		at += n
	}
	for _, e := range p.entries {
		if e.kind == 2 && e.stream.Size() >= packCutoff {
			out.run(int64(e.start), units(e.stream.Size(), packSector))
		}
	}
	out.fill(packSector, 0xFF)
	const per = packSector/4 - 1
	for i := range p.difat {
		for j := range int64(per) {
			if n := 109 + i*per + j; n < p.fat {
				out.number(uint32(n))
			} else {
				out.number(noEntry)
			}
		}
		if i == p.difat-1 {
			out.number(endOfChain)
		} else {
			out.number(uint32(p.fat + i + 1))
		}
	}
}

func (e *packed) bytes(minis int64) []byte {
	b := make([]byte, entrySize)
	le := binary.LittleEndian
	name := utf16.Encode([]rune(e.entry.Name))
	if e.kind == 5 {
		name = utf16.Encode([]rune("Root Entry"))
	}
	name = name[:min(len(name), 31)]
	for i, u := range name {
		le.PutUint16(b[2*i:], u)
	}
	if e.kind != 0 {
		le.PutUint16(b[64:], uint16(2*len(name)+2))
		b[67] = 1
	}
	b[66] = e.kind
	le.PutUint32(b[68:], noEntry)
	le.PutUint32(b[72:], e.right)
	le.PutUint32(b[76:], e.child)
	copy(b[80:], e.entry.Class[:])
	putTime(b[100:], e.entry.Created)
	putTime(b[108:], e.entry.Modified)
	le.PutUint32(b[116:], e.start)
	switch e.kind {
	case 2:
		le.PutUint32(b[120:], uint32(e.stream.Size()))
	case 5:
		le.PutUint32(b[120:], uint32(minis))
	}
	return b
}

func putTime(b []byte, t time.Time) {
	if !t.IsZero() {
		const epoch = 11644473600
		binary.LittleEndian.PutUint64(b, uint64(t.Unix()+epoch)*1e7+uint64(t.Nanosecond()/100))
	}
}
