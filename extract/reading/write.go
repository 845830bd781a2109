package reading

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"
	"hash/crc32"
	"io"
	"unicode/utf8"

	"github.com/klauspost/compress/zstd"

	"overt"
	"overt/extract/document"
)

// A Writer writes a reading. It takes what a document.Sink takes, but for
// members, whose bytes are kept elsewhere, and pictures. Its memory holds one
// page, and the index.
type Writer struct {
	out    io.Writer
	index  Index
	offset int64
	said   hash.Hash // of everything that was said, unpacked
	pack   *zstd.Encoder
	page   []byte // scratch
	packed []byte // scratch
	rows   []byte // rows of the last table that are not written yet
	tables map[string]int
	err    error
}

// A Packer packs readings. It has the memory that this takes, some MiB for each at
// once, so that one serves many readings. It is safe for concurrent use.
type Packer struct{ zstd *zstd.Encoder }

// NewPacker gives a packer for n readings at once; more wait for each other.
func NewPacker(n int) (*Packer, error) {
	// The window is that of a large page; the usual one is many times larger.
	e, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(max(1, n)), zstd.WithEncoderCRC(false),
		zstd.WithWindowSize(1<<20), zstd.WithLowerEncoderMem(true))
	return &Packer{e}, err
}

// NewWriter begins a reading. The same said in the same order gives the same
// bytes.
func NewWriter(out io.Writer, head Head) (*Writer, error) {
	p, err := NewPacker(1)
	if err != nil {
		return nil, err
	}
	return p.NewWriter(out, head)
}

// NewWriter begins a reading; see the function of the name.
func (p *Packer) NewWriter(out io.Writer, head Head) (*Writer, error) {
	w := &Writer{out: out, index: Index{Head: head}, said: sha256.New(), pack: p.zstd, tables: map[string]int{}}
	w.say('h', mustJSON(head))
	w.write([]byte(magic))
	return w, w.err
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // strings and numbers have a form
	}
	return b
}

// say adds to what names the version.
func (w *Writer) say(kind byte, b []byte) {
	_, _ = w.said.Write(binary.AppendUvarint([]byte{kind}, uint64(len(b))))
	_, _ = w.said.Write(b)
}

func (w *Writer) write(b []byte) {
	if w.err != nil {
		return
	}
	n, err := w.out.Write(b)
	w.offset += int64(n)
	w.err = err
}

// block writes bytes packed and tells where they are.
func (w *Writer) block(b []byte) span {
	w.packed = w.pack.EncodeAll(b, w.packed[:0])
	s := span{w.offset, int64(len(w.packed)), int64(len(b)), crc32.Checksum(w.packed, castagnoli)}
	w.write(w.packed)
	return s
}

// Property keeps a property.
func (w *Writer) Property(name, value string) error {
	w.index.Properties = append(w.index.Properties, Property{name, value})
	w.say('p', mustJSON(w.index.Properties[len(w.index.Properties)-1]))
	return w.err
}

// Page keeps a page.
func (w *Writer) Page(p document.Page) error {
	w.page = appendPage(w.page[:0], &p)
	w.say('t', w.page)
	w.index.Pages = append(w.index.Pages, PageInfo{
		Number: p.Number, Label: p.Label, Chars: utf8.RuneCountInString(p.Text),
		Origin: p.Origin, Confidence: p.Confidence, Sparse: p.Sparse, At: w.block(w.page),
	})
	return w.err
}

// Row keeps a row. Rows of one table follow each other. Errors: invalid, when
// they do not.
func (w *Writer) Row(r document.Row) error {
	i, known := w.tables[r.Table]
	if last := len(w.index.Tables) - 1; !known || i != last {
		if known {
			return overt.Errorf(overt.Invalid, "", "the rows of table %q do not follow each other", r.Table)
		}
		w.flush()
		w.tables[r.Table] = len(w.index.Tables)
		w.index.Tables = append(w.index.Tables, TableInfo{Name: r.Table, Page: r.Page, Hidden: r.Hidden})
		w.say('n', mustJSON(w.index.Tables[len(w.index.Tables)-1]))
	}
	w.page = appendRow(w.page[:0], &r)
	w.say('r', w.page)
	w.rows = append(w.rows, w.page...)
	w.index.Tables[len(w.index.Tables)-1].Rows++
	if len(w.rows) >= blockSize {
		w.flush()
	}
	return w.err
}

func (w *Writer) flush() {
	if len(w.rows) == 0 {
		return
	}
	t := &w.index.Tables[len(w.index.Tables)-1]
	t.Blocks = append(t.Blocks, w.block(w.rows))
	w.rows = w.rows[:0]
}

// Member keeps where a file inside is.
func (w *Writer) Member(m Member) error {
	w.index.Members = append(w.index.Members, m)
	w.say('m', mustJSON(m))
	return w.err
}

// Gap keeps what could not be read.
func (w *Writer) Gap(g document.Gap) error {
	w.index.Gaps = append(w.index.Gaps, g)
	w.say('g', mustJSON(g))
	return w.err
}

// Note keeps an oddity.
func (w *Writer) Note(n document.Note) error {
	w.index.Notes = append(w.index.Notes, n)
	w.say('o', mustJSON(n))
	return w.err
}

// Close ends the reading and gives its index.
func (w *Writer) Close() (*Index, error) {
	w.flush()
	w.index.Version = hex.EncodeToString(w.said.Sum(nil))
	var b bytes.Buffer
	b.Write(mustJSON(w.index))
	at := w.block(b.Bytes())
	tail := binary.LittleEndian.AppendUint64(nil, uint64(at.Offset))
	tail = binary.LittleEndian.AppendUint64(tail, uint64(at.Length))
	tail = binary.LittleEndian.AppendUint64(tail, uint64(at.Size))
	tail = binary.LittleEndian.AppendUint32(tail, at.Sum)
	w.write(append(tail, magic...))
	return &w.index, w.err
}
