package pdf

import (
	"strings"
	"unicode"
	"unicode/utf16"

	"overt/extract/document"
)

// A text is the text of a page as it grows, with a box for each word.
type text struct {
	strings.Builder
	limits document.Limits
	length int // characters so far
	boxes  []document.Box
	full   bool // a limit was reached; nothing more is taken

	space byte // what is due before the next character: 0, ' ' or '\n'
	// cut says that a word stands at a hyphen at a line's end; broken, that it went
	// on in the next line, and the line end is due after the word.
	cut, broken bool
	hyphen      rect
	word        rect
	start       int // of the word under way, -1 when none is

	letters, strange int // characters that can be read, and those without meaning
}

func newText(limits document.Limits) *text { return &text{limits: limits, start: -1} }

// gap ends a word, and a line when it is a line end.
func (t *text) gap(c byte) {
	if t.cut && c == '\n' {
		return // what comes next decides
	}
	t.uncut()
	t.end()
	if t.broken && c == ' ' {
		c, t.broken = '\n', false
	}
	if t.space != '\n' {
		t.space = c
	}
}

// end ends the word under way.
func (t *text) end() {
	if t.start >= 0 && t.length > t.start && t.word.valid() {
		t.boxes = append(t.boxes, t.word.box(t.start, t.length))
	}
	t.start = -1
}

// add takes a character that is seen, and where.
func (t *text) add(c rune, at rect, placed bool) {
	if t.full || t.Len()+8 > int(t.limits.PageText) || len(t.boxes) >= t.limits.Boxes-1 {
		t.full = true
		return
	}
	if t.cut && unicode.IsLower(c) {
		t.end()
		t.cut, t.broken = false, true
	}
	t.uncut()
	if t.space != 0 && t.length > 0 {
		t.WriteByte(t.space)
		t.length++
	}
	t.space = 0
	if ideograph(c) {
		t.end()
	}
	t.WriteRune(c)
	switch {
	case t.start < 0 && placed:
		t.start, t.word = t.length, at
	case placed:
		t.word = t.word.join(at)
	}
	t.length++
	if ideograph(c) {
		t.end()
	}
}

// uncut keeps a hyphen at a line's end after which no word went on.
func (t *text) uncut() {
	if t.cut {
		t.cut = false
		t.add('-', t.hyphen, true)
		t.gap('\n')
	}
}

// close ends the text of the page itself.
func (t *text) close() {
	t.uncut()
	t.end()
	t.broken = false
}

// line adds a line of its own whose words all stand at one place.
func (t *text) line(s string, at rect, placed bool) {
	t.gap('\n')
	for _, c := range s {
		switch {
		case c == '\n':
			t.gap('\n')
		case unicode.IsSpace(c):
			t.gap(' ')
		default:
			t.add(c, at, placed)
		}
	}
	t.gap('\n')
}

// ideograph says whether a character is a word by itself, so far as boxes go.
func ideograph(c rune) bool {
	return c >= 0x2e80 && unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// text reads the characters of the page.
func (s *sheet) text(t *text) {
	in := s.in
	tp := in.call("FPDFText_LoadPage", s.page)
	if tp == 0 {
		return
	}
	n := uint32(max(int32(in.call("FPDFText_CountChars", tp)), 0))
	for i := uint32(0); i < n && !t.full; i++ {
		c := rune(in.call("FPDFText_GetUnicode", tp, i))
		if utf16.IsSurrogate(c) {
			i++
			if c = utf16.DecodeRune(c, rune(in.call("FPDFText_GetUnicode", tp, i))); c == unicode.ReplacementChar {
				i-- // half of a pair, alone
			}
		}
		s.character(t, tp, i, c)
	}
	t.close()
	in.call("FPDFText_ClosePage", tp)
}

func (s *sheet) character(t *text, tp ptr, i uint32, c rune) {
	in := s.in
	switch {
	case c == '\n':
		t.broken = false // the word ended where the line does
		t.gap('\n')
		return
	case c == '\r':
		return
	case unicode.IsSpace(c):
		t.gap(' ')
		return
	case c == 2 || c == 0xfffe || c == '-' || c == 0xad:
		if in.call("FPDFText_IsHyphen", tp, i) == 1 {
			t.hyphen, _ = s.charBox(tp, i)
			t.cut = true
			return
		}
	}
	junk := strange(c)
	if junk || in.call("FPDFText_HasUnicodeMapError", tp, i) == 1 {
		t.strange++
	} else if unicode.IsLetter(c) || unicode.IsNumber(c) {
		t.letters++
	}
	if c == 0 || unicode.IsControl(c) || c > unicode.MaxRune || utf16.IsSurrogate(c) || c&0xfffe == 0xfffe {
		return // it has no place in a text
	}
	at, placed := s.charBox(tp, i)
	t.add(c, at, placed)
}

// strange says that a character means nothing outside its font.
func strange(c rune) bool {
	return c == 0 || c == unicode.ReplacementChar || unicode.IsControl(c) || unicode.Is(unicode.Co, c) || c > unicode.MaxRune
}

// charBox is where a character stands.
func (s *sheet) charBox(tp ptr, i uint32) (rect, bool) {
	in := s.in
	if in.call("FPDFText_GetCharBox", tp, i, in.scratch, in.scratch+8, in.scratch+16, in.scratch+24) == 0 {
		return rect{}, false
	}
	r := s.place(in.doubleAt(0), in.doubleAt(2), in.doubleAt(1), in.doubleAt(3))
	return r, r.valid()
}
