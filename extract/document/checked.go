package document

import (
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"overt"
)

// Checked gives a Sink that lets through to out what keeps within the limits and
// means something: it stands on the outside of the confined process, where a
// reader that was taken over can say anything. An error is invalid and names
// what was said; in is the number of bytes of the document.
func Checked(out Sink, limits Limits, in int64) Sink {
	return &checked{out: out, limits: limits.WithDefaults(), in: in}
}

type checked struct {
	out    Sink
	limits Limits
	in     int64

	page       int
	text       int64
	cells      int64
	members    int
	unpacked   int64
	properties int
	said       int // gaps and notes
	open       *member
}

func bad(format string, args ...any) error {
	return overt.Errorf(overt.Invalid, "", "the reader of the document said what cannot be: "+format, args...)
}

func tooMuch(what string, limit int64) error {
	return &Refusal{TooMuch, "the document has more " + what + " than is read", "raise the limit, or split the document"}
}

// maxName bounds names, labels and sentences, in bytes.
const maxName = 4 << 10

// maxValue bounds the value of a property, in bytes.
const maxValue = 1 << 20

func plain(s string, limit int) bool { return len(s) <= limit && utf8.ValidString(s) }

func (c *checked) closed() error {
	if c.open != nil {
		return bad("something before the end of a member")
	}
	return nil
}

func (c *checked) Property(name, value string) error {
	if err := c.closed(); err != nil {
		return err
	}
	if c.properties++; c.properties > c.limits.Properties {
		return tooMuch("properties", int64(c.limits.Properties))
	}
	if !plain(name, 64) || !plain(value, maxValue) {
		return bad("a property of %d bytes", len(value))
	}
	return c.out.Property(name, value)
}

func (c *checked) Page(p Page) error {
	if err := c.closed(); err != nil {
		return err
	}
	switch {
	case p.Number > c.limits.Pages:
		return tooMuch("pages", int64(c.limits.Pages))
	case p.Number <= c.page:
		return bad("page %d after page %d", p.Number, c.page)
	case !plain(p.Label, maxName) || !clean(p.Text):
		return bad("text that is none on page %d", p.Number)
	case int64(len(p.Text)) > c.limits.PageText || len(p.Boxes) > c.limits.Boxes:
		return tooMuch("text on a page", c.limits.PageText)
	case !(p.Width >= 0 && p.Width < 1e6) || !(p.Height >= 0 && p.Height < 1e6) || !(p.Confidence >= 0 && p.Confidence <= 1):
		return bad("the measures of page %d", p.Number)
	case p.Origin != Letters && p.Origin != Recognised:
		return bad("the origin of page %d", p.Number)
	}
	if c.text += int64(len(p.Text)); c.text > c.limits.Text {
		return tooMuch("text", c.limits.Text)
	}
	if err := boxes(p); err != nil {
		return err
	}
	c.page = p.Number
	return c.out.Page(p)
}

func boxes(p Page) error {
	length, last := utf8.RuneCountInString(p.Text), 0
	for _, b := range p.Boxes {
		if b.Start < last || b.End <= b.Start || b.End > length {
			return bad("a box of page %d from character %d to %d", p.Number, b.Start, b.End)
		}
		last = b.End
		for _, v := range []float32{b.Left, b.Top, b.Right, b.Bottom} {
			if !(v > -1e6 && v < 1e6) { // not so for NaN either
				return bad("a box of page %d that is nowhere", p.Number)
			}
		}
	}
	return nil
}

// clean says whether a text can be that of a page.
func clean(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '\n' && r != '\t' && unicode.IsControl(r)
	})
}

func (c *checked) Row(r Row) error {
	if err := c.closed(); err != nil {
		return err
	}
	if c.cells += int64(len(r.Cells)) + 1; c.cells > c.limits.Cells {
		return tooMuch("cells", c.limits.Cells)
	}
	if !plain(r.Table, maxName) || r.Number < 1 || r.Page < 0 || r.Page > c.limits.Pages {
		return bad("row %d of a table", r.Number)
	}
	for _, cell := range r.Cells {
		if int64(len(cell.Text)) > c.limits.PageText || !utf8.ValidString(cell.Text) || cell.Start < 0 || cell.End < cell.Start {
			return bad("a cell of row %d", r.Number)
		}
		c.text += int64(len(cell.Text))
	}
	if c.text > c.limits.Text {
		return tooMuch("text", c.limits.Text)
	}
	return c.out.Row(r)
}

func (c *checked) Image(i Image) error {
	if err := c.closed(); err != nil {
		return err
	}
	switch {
	case i.Page < 1 || i.Page > c.limits.Pages || i.Width < 1 || i.Height < 1 || !(i.DPI >= 0 && i.DPI < 1e5):
		return bad("a picture of page %d", i.Page)
	case int64(i.Width) > c.limits.Pixels/int64(i.Height) || int64(len(i.PNG)) > c.limits.Pixels*4+1<<20:
		return tooMuch("pixels on a page", c.limits.Pixels)
	}
	return c.out.Image(i)
}

func (c *checked) Member(m Member) (io.WriteCloser, error) {
	if err := c.closed(); err != nil {
		return nil, err
	}
	if c.members++; c.members > c.limits.Members {
		return nil, tooMuch("files inside", int64(c.limits.Members))
	}
	if !plain(m.Path, maxName) || len(m.Raw) > maxName || !plain(m.Type, maxName) || !plain(m.Charset, 64) || !plain(m.Modified, 64) {
		return nil, bad("the name of a member")
	}
	switch m.Role {
	case Packed, Attached, Embedded, Message:
	default:
		return nil, bad("the role of a member")
	}
	w, err := c.out.Member(m)
	if err != nil {
		return nil, err
	}
	c.open = &member{c, w}
	return c.open, nil
}

type member struct {
	c *checked
	w io.WriteCloser
}

func (m *member) Write(p []byte) (int, error) {
	c := m.c
	if c.open != m {
		return 0, bad("bytes after the end of a member")
	}
	c.unpacked += int64(len(p))
	if c.unpacked > c.limits.Unpacked || c.unpacked > c.limits.RatioFrom && c.unpacked/c.limits.Ratio > max(c.in, 1) {
		return 0, tooMuch("bytes inside", c.limits.Unpacked)
	}
	return m.w.Write(p)
}

func (m *member) Close() error {
	if m.c.open != m {
		return nil
	}
	m.c.open = nil
	return m.w.Close()
}

func (c *checked) Gap(g Gap) error {
	if err := c.closed(); err != nil {
		return err
	}
	if c.said++; c.said > c.limits.Pages+c.limits.Members {
		return tooMuch("gaps", int64(c.limits.Pages))
	}
	switch g.Code {
	case Damaged, Protected, TooMuch, Unknown, Withheld:
	default:
		return bad("the code of a gap")
	}
	if g.Page < 0 || g.Page > c.limits.Pages || !plain(g.Where, maxName) || !plain(g.Reason, maxName) || g.Reason == "" {
		return bad("a gap on page %d", g.Page)
	}
	return c.out.Gap(g)
}

func (c *checked) Note(n Note) error {
	if err := c.closed(); err != nil {
		return err
	}
	if c.said++; c.said > c.limits.Pages+c.limits.Members {
		return tooMuch("notes", int64(c.limits.Pages))
	}
	if n.Page < 0 || n.Page > c.limits.Pages || !plain(n.Code, 64) || !plain(n.Message, maxName) {
		return bad("a note on page %d", n.Page)
	}
	return c.out.Note(n)
}
