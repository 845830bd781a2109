package legacy

import (
	"fmt"
	"io"
	"strings"

	"overt/extract/page"
)

// A wordFlow is where the reading of a part of the text stands.
type wordFlow struct {
	pages  bool // page breaks count
	fields []field
	deeper int    // fields past what is kept
	gone   []byte // what a revision took away, of this paragraph
	bytes  []byte // what waits to be decoded
	wide   bool

	start  bool // a paragraph begins
	inRow  bool // the cell being read is led aside
	cells  []string
	number int64 // rows of the table so far
	cell   bool  // the character before ended a cell
}

// A field is an instruction and what it resulted in.
type field struct {
	code   []byte
	result bool
}

// maxFields bounds fields in fields.
const maxFields = 64

// text puts the characters of a stretch; pages says that page breaks count.
func (w *word) text(from, to int64, pages bool) error {
	outer := w.flow
	w.flow = &wordFlow{pages: pages, start: true}
	err := w.stretches(from, to)
	w.emit(run{})
	w.endRow()
	w.endDeleted()
	w.flow = outer
	return err
}

func (w *word) stretches(from, to int64) error {
	const step = 32 << 10
	b := make([]byte, 2*step)
	for _, p := range w.pieces {
		a, z := max(from, p.from), min(to, p.to)
		for a < z {
			n := min(z-a, step)
			if w.budget -= n; w.budget < 0 {
				return errTooMuch
			}
			part := b[:n*p.width()]
			if got, err := w.main.ReadAt(part, p.at+(a-p.from)*p.width()); got < len(part) {
				if err == nil || err == io.EOF {
					err = bad("the text breaks off")
				}
				return err
			}
			if err := w.stretch(p, a, part); err != nil {
				return err
			}
			a += n
		}
	}
	return nil
}

// stretch puts the characters of a part of a piece, which begins at character cp.
func (w *word) stretch(p piece, cp int64, b []byte) error {
	width := int(p.width())
	at := p.at + (cp-p.from)*p.width()
	if w.flow.wide != p.wide {
		w.emit(run{flags: p.flags})
		w.flow.wide = p.wide
	}
	var now run
	until := int64(-1)
	for i := 0; i < len(b); i += width {
		if err := w.r.tick(); err != nil {
			return err
		}
		place := at + int64(i)
		if place >= until {
			w.emit(now)
			now, until = w.chars.find(place)
			now.flags |= p.flags
		}
		if w.flow.start {
			w.begin(place)
		}
		c := rune(b[i])
		if p.wide {
			c = rune(u16(b, i))
		}
		if c >= 32 && !(now.flags&special != 0 && now.symbol != 0) || c == '\t' {
			w.flow.bytes = append(w.flow.bytes, b[i:i+width]...)
			w.flow.cell = false
			continue
		}
		w.emit(now)
		if err := w.sign(c, cp+int64(i/width), place, now); err != nil {
			return err
		}
	}
	w.emit(now)
	return nil
}

// emit puts the bytes that wait.
func (w *word) emit(now run) {
	if len(w.flow.bytes) == 0 {
		return
	}
	var s string
	switch {
	case w.flow.wide:
		s = wide(w.flow.bytes)
	case w.old:
		s = w.r.decoder(w.page)(string(w.flow.bytes))
	default:
		s = w.r.decoder(1252)(string(w.flow.bytes))
	}
	w.flow.bytes = w.flow.bytes[:0]
	w.put(s, now.flags)
}

// put leads a text to where it belongs: an instruction, what was deleted, or the
// page.
func (w *word) put(s string, flags mark) {
	if n := len(w.flow.fields); n > 0 && !w.flow.fields[n-1].result || w.flow.deeper > 0 {
		if f := &w.flow.fields[n-1]; len(f.code) < 4096 {
			f.code = append(f.code, s...)
		}
		return
	}
	for _, f := range w.flow.fields {
		if !f.result {
			return
		}
	}
	if flags&deleted != 0 {
		if len(w.flow.gone) < 1<<20 {
			w.flow.gone = append(w.flow.gone, s...)
		}
		return
	}
	if strings.TrimSpace(s) != "" {
		if flags&hidden != 0 {
			w.r.note("hidden-text", "the page has text that is formatted as hidden; it is part of the text")
		}
		if flags&white != 0 {
			w.r.note("white-text", "the page has white text; it is part of the text")
		}
	}
	w.r.page.Put(s)
}

func (w *word) endDeleted() {
	if s := page.OneLine(string(w.flow.gone)); s != "" {
		w.r.note("deleted-text", "the page has text that a revision took away; it stands at the foot")
		w.r.page.Under("Deleted: %s", s)
	}
	w.flow.gone = w.flow.gone[:0]
}

// sign handles a character that is no letter, [MS-DOC] 2.4.1 and 2.8.
func (w *word) sign(c rune, cp, at int64, now run) error {
	cell := w.flow.cell
	w.flow.cell = false
	switch c {
	case 0x07:
		w.flow.cell = true
		return w.endCell(at, cell)
	case 0x0D:
		return w.paragraph(at)
	case 0x0B, 0x0E:
		w.put("\n", now.flags)
	case 0x0C:
		return w.pageBreak()
	case 0x13:
		w.beginField()
	case 0x14:
		if n := len(w.flow.fields); n > 0 && w.flow.deeper == 0 {
			w.flow.fields[n-1].result = true
		}
	case 0x15:
		w.endField()
	case 0x1E:
		w.put("\u2011", now.flags)
	case 0x01:
		if now.picture >= 0 && now.flags&object == 0 && (now.flags&special != 0 || w.old) {
			return w.r.part("picture", func() error { return w.inline(now.picture) })
		}
	case 0x02, 0x05:
		w.point(cp)
	default:
		if now.symbol != 0 && c >= 32 {
			w.put(string(symbolRune(now.symbol)), now.flags)
		}
	}
	if _, ok := w.about[cp]; ok && c > 0x05 { // a mark of the author's own
		w.point(cp)
	}
	return nil
}

// symbolRune gives a character of a symbol font; bullets are told apart.
func symbolRune(c rune) rune {
	switch c {
	case 0xF0B7, 0xF0A7, 0xF0D8, 0xF06C, 0xF06E:
		return '•'
	}
	return c
}

func (w *word) paragraph(at int64) error {
	now, _ := w.paras.find(at)
	switch {
	case now.flags&innerRow != 0:
		w.put("\n", 0)
		return nil
	case now.flags&innerCell != 0:
		w.put("\t", 0)
		return nil
	}
	w.put("\n", 0)
	w.endDeleted()
	w.flow.start = true
	if w.flow.pages {
		return w.r.page.Full()
	}
	return nil
}

// begin begins a paragraph: in a table it belongs to a cell.
func (w *word) begin(at int64) {
	w.flow.start = false
	now, _ := w.paras.find(at)
	switch {
	case now.flags&inTable == 0:
		w.endRow()
		w.flow.number = 0
	case !w.flow.inRow:
		if w.flow.number == 0 {
			w.tables++
		}
		w.flow.inRow, w.flow.cells = true, nil
		w.r.page.Line()
		w.r.page.Lead()
	}
	if now.list > 0 && now.flags&rowEnd == 0 {
		w.put(w.label(now.list, now.level), 0)
	}
}

// maxCells bounds the cells of a row; Word has 63.
const maxCells = 1024

// endCell ends a cell or a row.
func (w *word) endCell(at int64, before bool) error {
	p := w.r.page
	now, _ := w.paras.find(at)
	w.flow.start = true
	w.endDeleted()
	switch {
	case !w.flow.inRow && before:
		p.Line()
	case !w.flow.inRow:
		p.Put("\t")
	case now.flags&rowEnd != 0:
		if w.endRow(); w.flow.pages {
			return p.Full()
		}
	case len(w.flow.cells) < maxCells:
		w.flow.cells = append(w.flow.cells, cell(p.Back()))
		p.Lead()
	}
	return nil
}

func (w *word) endRow() {
	if !w.flow.inRow {
		return
	}
	w.flow.inRow = false
	if s := w.r.page.Back(); s != "" {
		w.flow.cells = append(w.flow.cells, cell(s))
	}
	if len(w.flow.cells) > 0 {
		w.flow.number++
		w.r.page.Row(fmt.Sprintf("table %d", w.tables), w.flow.number, w.flow.cells)
	}
}

func (w *word) pageBreak() error {
	w.flow.start = true
	if !w.flow.pages || w.r.page.Aside() > 0 {
		w.r.page.Line()
		return nil
	}
	w.endDeleted()
	return w.r.page.End()
}

func (w *word) beginField() {
	if len(w.flow.fields) >= maxFields {
		w.flow.deeper++
		return
	}
	w.flow.fields = append(w.flow.fields, field{})
}

func (w *word) endField() {
	n := len(w.flow.fields)
	if w.flow.deeper > 0 {
		w.flow.deeper--
		return
	}
	if n == 0 {
		return
	}
	code := string(w.flow.fields[n-1].code)
	w.flow.fields = w.flow.fields[:n-1]
	w.put(formula(code), 0)
	w.r.instruction(code)
}

// instruction says where a field leads.
func (r *reading) instruction(code string) {
	words := fieldWords(code)
	if len(words) < 2 {
		return
	}
	switch strings.ToUpper(words[0]) {
	case "HYPERLINK":
		target := words[1]
		if strings.HasPrefix(target, `\`) { // a place in the document
			return
		}
		r.note("link", "a link leads to %s", target)
	case "INCLUDETEXT", "INCLUDEPICTURE", "INCLUDE", "IMPORT", "DDE", "DDEAUTO", "LINK", "DATABASE", "RD":
		r.note("external", "the document refers to something outside it (%s), which was not fetched: %s", words[0], strings.Join(words[1:], " "))
	}
}

// formula gives the letters of an EQ field, which has no result: what stands in
// its brackets. It is empty for other fields.
func formula(code string) string {
	if words := fieldWords(code); len(words) == 0 || !strings.EqualFold(words[0], "EQ") {
		return ""
	}
	_, code, _ = strings.Cut(code, "(")
	var b strings.Builder
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case '\\': // a switch with its number
			for i+1 < len(code) && code[i+1] != '(' && code[i+1] != '\\' && code[i+1] != ',' {
				i++
			}
		case '(', ')', ',':
			b.WriteByte(' ')
		default:
			b.WriteByte(c)
		}
	}
	return page.OneLine(b.String())
}

// fieldWords splits an instruction; a word in quotes is one.
func fieldWords(code string) []string {
	var words []string
	for code = strings.TrimSpace(code); code != "" && len(words) < 20; code = strings.TrimSpace(code) {
		if code[0] == '"' {
			word, rest, _ := strings.Cut(code[1:], `"`)
			words, code = append(words, strings.ReplaceAll(word, `\\`, `\`)), rest
			continue
		}
		i := strings.IndexAny(code, " \t\n\"")
		if i < 0 {
			i = len(code)
		}
		words, code = append(words, code[:i]), code[i:]
	}
	return words
}
