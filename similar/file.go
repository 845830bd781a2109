package similar

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"io"
	"os"
	"slices"

	"overt"
	"overt/internal/mapped"
	"overt/statement"
)

// magic begins a file; docs/format/similar.md draws the rest.
const magic = "overt similar 2\n"

const (
	entrySize = 4 + 4 + 32 + 32 + 4*Sketched
	classSize = 4 + 32
	headSize  = 8
	sumSize   = 4
)

// An Entry is the sketch of one text that one class gave of a document.
type Entry struct {
	Class    statement.Class
	Words    int
	Document overt.BlobID
	Text     overt.BlobID // of the reading
	Sketch   Sketch
}

// A File keeps sketches in the order they came. It is derived: what is damaged is
// dropped and made again. It is not safe for concurrent use while it is written.
type File struct {
	path  string
	known map[statement.Class]overt.BlobID // tokens of the runs behind classes, hashed
	data  []byte
	unmap func() error
	parts []part
	end   int64 // of what is whole
}

type part struct{ start, entries int }

var table = crc32.MakeTable(crc32.Castagnoli)

// Open opens a file, or an empty one where there is none. What follows the last
// whole step of Follow is forgotten. Errors: unavailable.
func Open(path string) (*File, error) {
	f := &File{path: path}
	return f, f.load()
}

func (f *File) load() error {
	if err := f.Close(); err != nil {
		return err
	}
	f.known, f.parts, f.end, f.data = map[statement.Class]overt.BlobID{}, nil, 0, nil
	in, err := os.Open(f.path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil {
		f.data, f.unmap, err = mapped.File(in)
		err = errors.Join(err, in.Close())
	}
	if err != nil {
		return &overt.Error{Code: overt.Unavailable, Op: "open the sketches of texts", Where: f.path, Err: err}
	}
	f.scan()
	return nil
}

// scan finds the steps that are whole. Numbers are compared with what is there
// before they lead anywhere.
func (f *File) scan() {
	if len(f.data) < len(magic) || string(f.data[:len(magic)]) != magic {
		return
	}
	var parts []part
	for at := len(magic); len(f.data)-at >= headSize+sumSize; {
		entries, classes := int(binary.LittleEndian.Uint32(f.data[at:])), int(binary.LittleEndian.Uint32(f.data[at+4:]))
		room := len(f.data) - at - headSize - sumSize
		if entries > room/entrySize || classes > (room-entries*entrySize)/classSize {
			return
		}
		size := headSize + entries*entrySize + classes*classSize
		if crc32.Checksum(f.data[at:at+size], table) != binary.LittleEndian.Uint32(f.data[at+size:]) {
			return
		}
		parts = append(parts, part{at + headSize, entries})
		for i := range classes {
			c := f.data[at+headSize+entries*entrySize+i*classSize:]
			f.known[statement.Class(binary.LittleEndian.Uint32(c))] = overt.BlobID(hex.EncodeToString(c[4:classSize]))
		}
		at += size + sumSize
		if classes > 0 {
			f.parts, f.end = append(f.parts, parts...), int64(at)
			parts = nil
		}
	}
}

// Close gives the memory back.
func (f *File) Close() error {
	if f.unmap == nil {
		return nil
	}
	unmap := f.unmap
	f.unmap, f.data, f.parts = nil, nil, nil
	return unmap()
}

// Knows says whether the texts of a class are here; token names the class's run as
// the one that was read.
func (f *File) Knows(c statement.Class, token overt.BlobID) bool { return f.known[c] == token }

// Strange says whether a class is here that is another run's: the file belongs to
// other statements.
func (f *File) Strange(c statement.Class, token overt.BlobID) bool {
	have, ok := f.known[c]
	return ok && have != token
}

// Clear forgets all.
func (f *File) Clear() error {
	err := f.Close()
	if gone := os.Remove(f.path); gone != nil && !errors.Is(gone, os.ErrNotExist) {
		err = errors.Join(err, gone)
	}
	if err != nil {
		return &overt.Error{Code: overt.Unavailable, Where: f.path, Err: err}
	}
	return f.load()
}

// An Appender takes one step into a file. Nothing of it is seen before Close, and
// after a crash before that nothing of it is there.
type Appender struct {
	f   *File
	out *os.File
	err error
}

// Append begins a step. What a step before left unfinished is overwritten.
func (f *File) Append() (*Appender, error) {
	out, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil {
		// Under a file that is mapped nothing may be cut off that is looked at: the
		// parts end before.
		if err = out.Truncate(f.end); err == nil && f.end == 0 {
			_, err = out.WriteString(magic)
		}
		if err == nil {
			_, err = out.Seek(0, io.SeekEnd)
		}
	}
	if err != nil {
		if out != nil {
			_ = out.Close()
		}
		return nil, &overt.Error{Code: overt.Unavailable, Op: "keep sketches of texts", Where: f.path, Err: err}
	}
	return &Appender{f: f, out: out}, nil
}

// Write adds entries. The last call of a step names classes and the tokens of their
// runs.
func (a *Appender) Write(entries []Entry, classes map[statement.Class]overt.BlobID) error {
	buf := make([]byte, 0, headSize+len(entries)*entrySize+len(classes)*classSize+sumSize)
	buf = binary.LittleEndian.AppendUint32(buf, uint32(len(entries)))
	buf = binary.LittleEndian.AppendUint32(buf, uint32(len(classes)))
	for i := range entries {
		e := &entries[i]
		buf = binary.LittleEndian.AppendUint32(buf, uint32(e.Class))
		buf = binary.LittleEndian.AppendUint32(buf, uint32(min(e.Words, 1<<31)))
		buf = append(append(buf, raw(e.Document)...), raw(e.Text)...)
		for _, v := range e.Sketch {
			buf = binary.LittleEndian.AppendUint32(buf, v)
		}
	}
	var order []statement.Class
	for c := range classes {
		order = append(order, c)
	}
	slices.Sort(order)
	for _, c := range order {
		buf = append(binary.LittleEndian.AppendUint32(buf, uint32(c)), raw(classes[c])...)
	}
	buf = binary.LittleEndian.AppendUint32(buf, crc32.Checksum(buf, table))
	_, err := a.out.Write(buf)
	return a.fail(err)
}

// raw are the 32 bytes of a hash.
func raw(id overt.BlobID) []byte {
	out := make([]byte, 32)
	_, _ = hex.Decode(out, []byte(id[:min(len(id), 64)]))
	return out
}

func (a *Appender) fail(err error) error {
	if err != nil && a.err == nil {
		a.err = &overt.Error{Code: overt.Unavailable, Op: "keep sketches of texts", Where: a.f.path, Err: err}
	}
	return a.err
}

// Close ends the step and shows it.
func (a *Appender) Close() error {
	_ = a.fail(a.out.Sync())
	_ = a.fail(a.out.Close())
	if a.err != nil {
		return a.err
	}
	return a.f.load()
}

func (f *File) entry(at int) Entry {
	b := f.data[at : at+entrySize]
	e := Entry{Class: statement.Class(binary.LittleEndian.Uint32(b)), Words: int(binary.LittleEndian.Uint32(b[4:]))}
	e.Document, e.Text = overt.BlobID(hex.EncodeToString(b[8:40])), overt.BlobID(hex.EncodeToString(b[40:72]))
	for i := range e.Sketch {
		e.Sketch[i] = binary.LittleEndian.Uint32(b[72+4*i:])
	}
	return e
}

// A View is the texts that a sight sees, of each document the newest.
type View struct {
	f     *File
	sight *statement.Sight
}

// View shows the file to a sight.
func (f *File) View(sight *statement.Sight) View { return View{f, sight} }

// All gives what the view shows, by document, each once.
func (v View) All() []Entry {
	at := map[[32]byte]int{}
	for _, p := range v.f.parts {
		for i := range p.entries {
			pos := p.start + i*entrySize
			class := statement.Class(binary.LittleEndian.Uint32(v.f.data[pos:]))
			if !v.sight.Sees(class) {
				continue
			}
			doc := [32]byte(v.f.data[pos+8 : pos+40])
			if before, ok := at[doc]; !ok || v.newer(pos, before) {
				at[doc] = pos
			}
		}
	}
	out := make([]Entry, 0, len(at))
	for _, pos := range at {
		out = append(out, v.f.entry(pos))
	}
	slices.SortFunc(out, func(a, b Entry) int {
		if a.Document < b.Document {
			return -1
		}
		return 1
	})
	return out
}

// newer compares two texts of one document: by the day they were read, then by what
// they are, so that the order in which runs came in decides nothing.
func (v View) newer(a, b int) bool {
	x, y := v.f.entry(a), v.f.entry(b)
	if age := v.sight.Age(x.Class, y.Class); age != 0 {
		return age > 0
	}
	return x.Text > y.Text
}
