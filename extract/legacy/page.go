package legacy

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"overt/extract/document"
)

// A page collects the text of the page being read, and gives it when it ends.
// Text can be led aside for a while (a note, deleted words).
type page struct {
	r      *reading
	number int // of the page being read
	label  string
	pinned bool // it is given even if it has no text
	any    bool // something was given

	b     strings.Builder
	runes int
	fresh bool // nothing stands on the line yet
	foot  []string
	feet  int // bytes of foot
	rows  []document.Row
	cells int // of rows
	cut   bool

	aside []*strings.Builder
}

func newPage(r *reading) *page { return &page{r: r, number: 1, fresh: true} }

// some says whether something waits to be given.
func (p *page) some() bool { return p.b.Len() > 0 || p.pinned || p.feet > 0 }

// at is the number of the page being read, 0 where nothing stands on it yet.
func (p *page) at() int {
	if !p.some() {
		return 0
	}
	return p.number
}

// put adds text.
func (p *page) put(s string) {
	if s = clean(s); s == "" {
		return
	}
	if n := len(p.aside); n > 0 {
		if b := p.aside[n-1]; int64(b.Len()+len(s)) <= p.r.lim.PageText/4 {
			b.WriteString(s)
		} else {
			p.cut = true
		}
		return
	}
	if int64(p.b.Len()+p.feet+len(s)+1) > p.r.lim.PageText {
		p.cut = true
		return
	}
	p.b.WriteString(s)
	p.runes += utf8.RuneCountInString(s)
	p.fresh = s[len(s)-1] == '\n'
}

// line ends the line if something stands on it.
func (p *page) line() {
	if n := len(p.aside); n > 0 {
		if s := p.aside[n-1].String(); s != "" && s[len(s)-1] != '\n' {
			p.aside[n-1].WriteByte('\n')
		}
		return
	}
	if !p.fresh {
		p.put("\n")
	}
}

// lead leads text aside, until back gives it.
func (p *page) lead() { p.aside = append(p.aside, &strings.Builder{}) }

func (p *page) back() string {
	n := len(p.aside) - 1
	s := p.aside[n].String()
	p.aside = p.aside[:n]
	return strings.TrimRight(s, "\n")
}

// under adds lines to the foot of the page.
func (p *page) under(format string, args ...any) {
	s := strings.TrimSpace(clean(fmt.Sprintf(format, args...)))
	if s == "" {
		return
	}
	if int64(p.b.Len()+p.feet+len(s)+1) > p.r.lim.PageText {
		p.cut = true
		return
	}
	p.foot = append(p.foot, s)
	p.feet += len(s) + 1
}

// row puts a row of a table, its cells separated by tabs, and keeps it for the
// table.
func (p *page) row(table string, number int64, cells []string) {
	p.line()
	row := document.Row{Table: table, Number: number, Page: p.number}
	for i, c := range cells {
		if i > 0 {
			p.put("\t")
		}
		c = cellText(strings.Trim(clean(c), "\n"))
		from := p.runes
		p.put(c)
		row.Cells = append(row.Cells, document.Cell{Text: c, Start: from, End: p.runes})
	}
	p.put("\n")
	if len(p.aside) == 0 && !p.cut && strings.Join(cells, "") != "" {
		p.rows, p.cells = append(p.rows, row), p.cells+len(row.Cells)+1
	}
}

// cellText puts short cells on one line, so that a row is one; long ones keep
// their lines, because layouts are tables too.
func cellText(s string) string {
	if strings.Count(s, "\n") > 3 {
		return s
	}
	return strings.Map(func(c rune) rune {
		if c == '\n' || c == '\t' {
			return ' '
		}
		return c
	}, s)
}

// full ends the page when it has grown past half of what a page may have; it is
// asked between paragraphs and rows.
func (p *page) full() error {
	if len(p.aside) > 0 || int64(p.b.Len()+p.feet) < p.r.lim.PageText/2 && p.cells < 1_000_000 {
		return nil
	}
	return p.end()
}

// end gives the page, unless nothing stands on it.
func (p *page) end() error {
	if !p.some() {
		return nil
	}
	if p.number > p.r.lim.Pages {
		return errTooMuch
	}
	text := strings.TrimRight(p.b.String(), " \t\n")
	length := utf8.RuneCountInString(text)
	if len(p.foot) > 0 {
		if text != "" {
			text += "\n"
		}
		text += strings.Join(p.foot, "\n")
	}
	if p.cut {
		if err := p.r.say(document.Gap{Page: p.number, Code: document.TooMuch, Reason: "the page has more text than is read"}); err != nil {
			return err
		}
	}
	if text == "" && !p.pinned {
		p.reset()
		return nil
	}
	d := document.Page{Number: p.number, Label: short(line(p.label)), Text: text, Origin: document.Letters}
	if err := p.r.out.Page(d); err != nil {
		return err
	}
	for _, row := range p.rows {
		for i, c := range row.Cells { // empty cells may have stood at the end
			row.Cells[i].Start, row.Cells[i].End = min(c.Start, length), min(c.End, length)
		}
		if err := p.r.out.Row(row); err != nil {
			return err
		}
	}
	p.any = true
	p.number++
	p.reset()
	return p.r.over()
}

func (p *page) reset() {
	p.b.Reset()
	p.runes, p.fresh, p.foot, p.feet, p.rows, p.cells, p.cut, p.pinned = 0, true, nil, 0, nil, 0, false, false
}

// begin ends the page before and names the next.
func (p *page) begin(label string, pinned bool) error {
	if err := p.end(); err != nil {
		return err
	}
	p.label, p.pinned = label, pinned
	return nil
}

// clean gives s as a page may hold it: valid, no controls but tab and line feed.
func clean(s string) string {
	ok := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\n' && c != '\t' || c >= 0x7f {
			ok = false
			break
		}
	}
	if ok {
		return s
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\r\n", "\n")
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\r', c == '\u2028', c == '\u2029', c == '\v', c == '\f':
			return '\n'
		case c != '\n' && c != '\t' && unicode.IsControl(c):
			return -1
		}
		return c
	}, s)
}

// line gives s clean and on one line.
func line(s string) string { return strings.Join(strings.Fields(clean(s)), " ") }

// short bounds names and sentences.
func short(s string) string { return cut(clean(s), 2<<10) }

func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}

// wide decodes UTF-16LE.
func wide(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// wideZ decodes UTF-16LE up to its zero.
func wideZ(b []byte) string {
	for i := 0; i+1 < len(b); i += 2 {
		if b[i] == 0 && b[i+1] == 0 {
			return wide(b[:i])
		}
	}
	return wide(b)
}

// upToZero cuts a text at its zero.
func upToZero(b []byte) []byte {
	for i, c := range b {
		if c == 0 {
			return b[:i]
		}
	}
	return b
}
