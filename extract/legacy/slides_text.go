package legacy

import (
	"strings"

	"overt/extract/page"
)

// A slideText reads the text of a slide, of notes or of a master.
type slideText struct {
	d         *deck
	outline   []string
	used      []bool
	master    bool
	notesPage bool
	notes     int64 // id of the slide's notes

	placeholder int // kind of the shape's place, 0 for none
	comment     *slideComment
	said        []slideComment
	margins     bool // inside of header and footer
}

type slideComment struct{ author, text string }

// Kinds of places, [MS-PPT] 2.13.23, whose text is not of the slide.
const (
	placeMasterDate  = 7
	placeMasterSlide = 8
)

// read puts the texts of a part in the order of its shapes.
func (t *slideText) read(c record) error {
	return t.d.walk(c, func(c record) (bool, error) {
		switch c.kind {
		case recSlideAtom:
			t.notes = u32(c.bytes(24), 16)
		case recShowInfo:
			if b := c.bytes(16); u16(b, 10)&4 != 0 && !t.master && !t.notesPage {
				t.d.r.note("hidden-slide", "the slide is hidden")
			}
		case recShape:
			t.placeholder = 0
		case recPlaceholder:
			if b := c.bytes(8); len(b) >= 5 {
				t.placeholder = int(b[4])
			}
		case recShapeOptions:
			t.options(c.bytes(64<<10), c.instance)
		case recTextChars, recTextBytes:
			t.put(t.d.letters(c))
		case recOutlineRef:
			if n := u32(c.bytes(4), 0); n < int64(len(t.outline)) && !t.used[n] {
				t.used[n] = true
				t.put(t.outline[n])
			}
		case recHeadersFoot:
			t.margins, t.comment = true, nil
		case recComment:
			if len(t.said) < 100_000 {
				t.said = append(t.said, slideComment{})
				t.comment = &t.said[len(t.said)-1]
			}
		case recCString:
			t.named(c)
		}
		return true, t.d.r.page.Full()
	})
}

// named reads a text that belongs to a comment, or to header and footer.
func (t *slideText) named(c record) {
	const most = 1 << 20
	switch {
	case t.comment != nil && c.instance == 0:
		t.comment.author = page.OneLine(wide(c.bytes(most)))
	case t.comment != nil && c.instance == 1:
		t.comment.text = wide(c.bytes(most))
	case t.margins && c.instance <= 2 && t.comment == nil:
		name := [3]string{"Date", "Header", "Footer"}[c.instance]
		if s := page.OneLine(wide(c.bytes(most))); s != "" && !strings.HasPrefix(s, "___PPT") {
			t.d.r.page.Under("%s: %s", name, s)
		}
	}
}

func (t *slideText) comments() {
	for _, c := range t.said {
		if c.text == "" {
			continue
		}
		t.d.r.note("comments", "the slide has comments; they stand at the foot")
		who := ""
		if c.author != "" {
			who = " by " + c.author
		}
		t.d.r.page.Under("Comment%s: %s", who, c.text)
	}
}

// put puts the text of a shape. What a master says where slides have their own
// is an example and no text.
func (t *slideText) put(s string) {
	if t.master && t.placeholder != 0 || t.notesPage && t.placeholder >= placeMasterDate && t.placeholder <= placeMasterSlide {
		return
	}
	if strings.Trim(s, "*\r\n\v ") == "" { // the number of a slide or a date, not filled in
		return
	}
	t.d.r.page.Put(s)
	t.d.r.page.Line()
}

// options reads the texts among the n properties of a shape, [MS-ODRAW] 2.3.1:
// letters that are drawn, and what describes a picture. The data of properties
// follow all of them.
func (t *slideText) options(b []byte, n int) {
	const drawn, described = 0xC0, 0x381
	data := 6 * n
	for i := range n {
		id, size := u16(b, 6*i), u32(b, 6*i+2)
		if id&0x8000 == 0 {
			continue
		}
		if size > int64(len(b)-data) || data > len(b) {
			return
		}
		switch s := wideZ(b[data : data+int(size)]); id & 0x3FFF {
		case drawn:
			t.put(s)
		case described:
			if !t.master && !t.notesPage {
				t.d.r.page.Under("Description: %s", page.OneLine(s))
			}
		}
		data += int(size)
	}
}
