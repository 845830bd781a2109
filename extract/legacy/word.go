package legacy

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"overt/extract/document"
	"overt/internal/cfb"
)

// A word is a document of Word being read: [MS-DOC] for Word 97 and after, and
// the binary format of Word 6 and 95, whose header has the same tables at other
// places.
type word struct {
	r     *reading
	root  *cfb.Entry // nil outside of a compound file
	main  *io.SectionReader
	table *io.SectionReader // where the tables of the header lead
	data  *io.SectionReader // where pictures lie
	fib   []byte
	old   bool // before Word 97
	aged  bool // before Word 6: the text, and no more
	page  int  // code page of narrow text

	pieces []piece
	prls   [][]byte // properties that pieces refer to
	chars  runs     // what is odd about characters
	paras  runs     // what is odd about paragraphs

	about map[int64]aside // notes and comments, by where the text points at them
	drawn map[int64]bool  // pictures that were given
	lists []override

	flow   *wordFlow
	tables int   // of the text so far
	budget int64 // characters that may still be read: notes can share them
}

// An aside is a note or a comment.
type aside struct{ mark, text string }

// The tables of the header that are read, [MS-DOC] 2.5.6.
const (
	tabFootRef, tabFootText             = 2, 3
	tabCommentRef, tabCommentText       = 4, 5
	tabHeaders                          = 11
	tabChars, tabParas                  = 12, 13
	tabPieces                           = 33
	tabAuthors                          = 36
	tabEndRef, tabEndText               = 46, 47
	tabDrawings                         = 50
	flagComplex, flagSealed             = 0x0004, 0x0100
	flagTable1, flagWide, flagXor       = 0x0200, 0x1000, 0x8000
	wordBlock                     int64 = 512
)

// word reads a document of Word; root is nil for those before Word 6.
func (r *reading) word(root *cfb.Entry, main *io.SectionReader) error {
	w := &word{r: r, root: root, main: main, data: main, table: main, about: map[int64]aside{}, drawn: map[int64]bool{}}
	w.fib = make([]byte, 0x600)
	n, err := main.ReadAt(w.fib, 0)
	if err != nil && err != io.EOF {
		return err
	}
	if n < 0x60 {
		return bad("the header of the document is cut short")
	}
	version := u16(w.fib, 2)
	w.old, w.aged = version < 193 && u16(w.fib, 0) != 0xA5EC || version < 101, version < 101
	if err := w.openStreams(); err != nil {
		return err
	}
	if n, err = w.main.ReadAt(w.fib, 0); n < 0x60 {
		return err
	}
	w.page = 1252
	if w.old {
		w.page = languagePage(u16(w.fib, 6))
	}
	if err := w.readPieces(); err != nil {
		return err
	}
	if !w.aged {
		for _, f := range []func() error{w.readRuns, w.readLists, w.readAsides} {
			if err := r.part("tables of the text", f); err != nil {
				return err
			}
		}
	}
	return w.read()
}

// openStreams finds the streams beside the text, and takes encryption off.
func (w *word) openStreams() error {
	flags := u16(w.fib, 10)
	if w.root != nil && !w.old {
		name := "0Table"
		if flags&flagTable1 != 0 {
			name = "1Table"
		}
		e := w.root.Find(name)
		if e == nil {
			return bad("the stream %s is missing", name)
		}
		var err error
		if w.table, err = w.r.stream(e); err != nil {
			return err
		}
		w.data = io.NewSectionReader(strings.NewReader(""), 0, 0)
		if e := w.root.Find("Data"); e != nil {
			if w.data, err = w.r.stream(e); err != nil {
				return err
			}
		}
	}
	if flags&flagSealed == 0 {
		return nil
	}
	return w.unseal(flags)
}

func (w *word) unseal(flags int) error {
	lay := func(s *io.SectionReader, plain int64, c cover) *io.SectionReader {
		return io.NewSectionReader(&opened{s, c, plain}, 0, s.Size())
	}
	if w.old || flags&flagXor != 0 {
		array, err := w.r.xorArray(uint16(u16(w.fib, 14)), uint16(u16(w.fib, 16)), 7)
		if err != nil {
			return err
		}
		plain := int64(0x44)
		if w.old {
			plain = 0x34
		}
		same := w.table == w.main
		w.main = lay(w.main, plain, wordXor(array))
		if w.data, w.table = w.main, w.main; !same {
			return unknown("an obfuscated document of Word 97")
		}
		return nil
	}
	size := u32(w.fib, 14)
	if size > 4096 || size > w.table.Size() {
		return bad("the header of its encryption is cut short")
	}
	head := make([]byte, size)
	if _, err := w.table.ReadAt(head, 0); err != nil && err != io.EOF {
		return err
	}
	key, err := w.r.rc4Key(head)
	if err != nil {
		return err
	}
	w.main = lay(w.main, 68, &rc4Cover{key: key, size: wordBlock})
	w.table = lay(w.table, size, &rc4Cover{key: key, size: wordBlock})
	w.data = lay(w.data, 0, &rc4Cover{key: key, size: wordBlock})
	return nil
}

// languagePage gives the code page of text in a language, [MS-LCID].
func languagePage(lid int) int {
	switch lid & 0x3FF {
	case 0x05, 0x0E, 0x15, 0x18, 0x1B, 0x1C, 0x24, 0x1A:
		if lid == 0x0C1A { // Serbian in Cyrillic
			return 1251
		}
		return 1250
	case 0x19, 0x22, 0x23, 0x02, 0x2F:
		return 1251
	case 0x08:
		return 1253
	case 0x1F:
		return 1254
	case 0x0D:
		return 1255
	case 0x01, 0x29, 0x20:
		return 1256
	case 0x25, 0x26, 0x27:
		return 1257
	case 0x2A:
		return 1258
	case 0x1E:
		return 874
	case 0x11:
		return 932
	case 0x12:
		return 949
	case 0x04:
		if lid == 0x0404 || lid == 0x0C04 {
			return 950
		}
		return 936
	}
	return 1252
}

// tab reads a table that the header points at; nil when it is empty.
func (w *word) tab(n int) ([]byte, error) {
	at, size, stream := w.place(n)
	if size == 0 || w.aged {
		return nil, nil
	}
	if at+size > stream.Size() {
		return nil, bad("table %d of the header lies outside of its stream", n)
	}
	const most = 64 << 20
	return within(io.NewSectionReader(stream, at, size), most)
}

func (w *word) place(n int) (at, size int64, stream *io.SectionReader) {
	from := 0x9A
	if w.old {
		from = 0x58
	} else if u16(w.fib, 0x98) <= n {
		return 0, 0, w.table
	}
	return u32(w.fib, from+8*n), u32(w.fib, from+8*n+4), w.table
}

// lengths are the characters of the parts of the text, in their order.
func (w *word) lengths() [8]int64 {
	var l [8]int64
	from := 0x4C
	if w.old {
		from = 0x34
	}
	for i := range l {
		if w.aged && i > 4 {
			break
		}
		l[i] = min(u32(w.fib, from+4*i), 1<<31)
	}
	return l
}

// The parts of the text.
const (
	partMain, partFoot, partHeaders = 0, 1, 2
	partComments, partEnd           = 4, 5
	partBoxes, partHeaderBoxes      = 6, 7
)

// span gives the characters of a part.
func (w *word) span(part int) (from, to int64) {
	l := w.lengths()
	for i := range part {
		from += l[i]
	}
	return from, from + l[part]
}

func (w *word) read() error {
	from, to := w.span(partMain)
	if err := w.text(from, to, true); err != nil {
		return err
	}
	for _, at := range slices.Sorted(maps.Keys(w.about)) { // those that the text did not lead to
		w.r.page.Under("%s %s", w.about[at].mark, w.about[at].text)
	}
	if err := w.r.part("text boxes", func() error { return w.boxes(partBoxes, "text boxes") }); err != nil {
		return err
	}
	if err := w.r.part("headers and footers", w.headers); err != nil {
		return err
	}
	if err := w.r.part("pictures", w.drawings); err != nil {
		return err
	}
	return w.objects()
}

func (w *word) boxes(part int, label string) error {
	from, to := w.span(part)
	if from == to {
		return nil
	}
	if err := w.r.page.Begin(label, false); err != nil {
		return err
	}
	if err := w.text(from, to, false); err != nil {
		return err
	}
	return w.r.page.End()
}

// headers gives the headers and footers, each text once, on a page of their own.
func (w *word) headers() error {
	from, to := w.span(partHeaders)
	b, err := w.tab(tabHeaders)
	if err != nil || from == to {
		return err
	}
	if err := w.r.page.Begin("headers and footers", false); err != nil {
		return err
	}
	said := map[string]bool{}
	for i := range len(b)/4 - 1 {
		if i < 6 && !w.old { // what separates notes
			continue
		}
		a, z := u32(b, 4*i), u32(b, 4*i+4)
		if a >= z || from+z > to {
			continue
		}
		w.r.page.Lead()
		err := w.text(from+a, from+z, false)
		w.r.page.Unwind(1)
		s := strings.TrimSpace(w.r.page.Back())
		if err != nil {
			return err
		}
		if s != "" && !said[s] && len(said) < 10_000 {
			said[s] = true
			w.r.page.Put(s)
			w.r.page.Line()
		}
	}
	if err := w.r.page.End(); err != nil {
		return err
	}
	return w.boxes(partHeaderBoxes, "text boxes of headers")
}

// objects gives the embedded objects.
func (w *word) objects() error {
	if w.root == nil {
		return nil
	}
	pool := w.root.Find("ObjectPool")
	if pool == nil {
		return nil
	}
	for _, e := range pool.Entries {
		if e.Storage {
			if err := w.r.object(e, "objects/"+e.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

// drawings gives the pictures that float beside the text.
func (w *word) drawings() error {
	at, size, table := w.place(tabDrawings)
	if w.old || size < 8 || at+size > table.Size() {
		return nil
	}
	head := make([]byte, 8)
	if _, err := table.ReadAt(head, at); err != nil {
		return err
	}
	return w.r.pictures(table, at, min(at+8+u32(head, 4), at+size), w.main)
}

// inline gives a picture that stands in the text, [MS-DOC] 2.9.192.
func (w *word) inline(at int64) error {
	if w.drawn[at] || len(w.drawn) > w.r.lim.Members {
		return nil
	}
	w.drawn[at] = true
	head := make([]byte, 70)
	if n, _ := w.data.ReadAt(head, at); n < len(head) {
		return bad("a picture lies outside of its stream")
	}
	size, header, kind := u32(head, 0), int64(u16(head, 4)), u16(head, 6)
	if size < header || at+size > w.data.Size() {
		return bad("a picture ends past its stream")
	}
	from := at + header
	switch kind {
	case 0x66:
		from += 1 + int64(head[68])
		fallthrough
	case 0x64:
		return w.r.pictures(w.data, from, at+size, nil)
	}
	if size == header {
		return nil
	}
	return w.r.gave(document.Member{Path: fmt.Sprintf("pictures/%d.wmf", w.r.pictureNumber()), Type: "image/wmf", Role: document.Embedded, Size: size - header},
		io.NewSectionReader(w.data, from, at+size-from))
}
