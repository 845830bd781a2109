package prose

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"overt/extract/markup"
)

// maxTag bounds one tag, in bytes.
const maxTag = 1 << 20

// A scan reads the text of XML. It keeps no tree and expands no entities but
// those that stand for one character.
type scan struct {
	t        *text
	in       *bufio.Reader
	drawing  bool // SVG: attributes are shapes, not text
	started  bool // the first element came
	tags     bool // only white space came since the last tag
	breaks   bool // a line end stands before what comes next
	space    bool
	fresh    bool     // nothing stands on the line yet
	waiting  []string // attributes of elements within words
	comments int
	property string // what the text of the element is a property of
	value    strings.Builder
}

// xml reads XML as text: what stands between tags, and the values of attributes,
// each as "name: value" on a line of its own. Elements that touch each other
// begin lines; those within words do not.
func (t *text) xml(r io.Reader) error {
	s := &scan{t: t, in: newRunes(r), drawing: mainType(t.in.Type) == "image/svg+xml", fresh: true}
	for !t.pages.cut {
		c, _, err := s.in.ReadRune()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = s.next(c)
		}
		if err != nil {
			return err
		}
	}
	if len(s.waiting) > 0 {
		if err := t.pages.puts("\n" + strings.Join(s.waiting, "")); err != nil {
			return err
		}
	}
	if s.comments > 0 {
		t.note("comments", fmt.Sprintf("%d comments stand in the markup; they are part of the text", s.comments))
	}
	return nil
}

func (s *scan) next(c rune) error {
	switch c {
	case '<':
		return s.tag()
	case '&':
		return s.text(s.entity())
	}
	return s.text(string(c))
}

// text adds characters between tags.
func (s *scan) text(words string) error {
	for _, r := range words {
		switch {
		case unicode.IsSpace(r):
			s.space = true
			continue
		case unicode.IsControl(r):
			s.t.controls++
			continue
		}
		if err := s.flush(); err != nil {
			return err
		}
		if err := s.t.pages.put(r); err != nil {
			return err
		}
		s.fresh = false
		if s.property != "" && s.value.Len() < 4<<10 {
			s.value.WriteRune(r)
		}
	}
	return nil
}

// flush writes what stands before the next character.
func (s *scan) flush() error {
	var err error
	switch {
	case s.breaks && !s.fresh:
		lines := strings.Join(append([]string{"\n"}, s.waiting...), "")
		s.waiting = nil
		err = s.t.pages.puts(lines)
	case s.space && !s.fresh:
		err = s.t.pages.put(' ')
		if s.property != "" {
			s.value.WriteByte(' ')
		}
	}
	s.breaks, s.space, s.tags = false, false, false
	return err
}

// tag reads what begins with "<".
func (s *scan) tag() error {
	ahead, _ := s.in.Peek(8) // fewer at the end
	switch a := string(ahead); {
	case strings.HasPrefix(a, "!--"):
		return s.comment()
	case strings.HasPrefix(a, "![CDATA["):
		return s.until("]]>", len("![CDATA["), s.text)
	case strings.HasPrefix(a, "?"):
		return s.until("?>", 1, nil)
	case strings.HasPrefix(a, "!"):
		return s.declaration()
	case a == "" || a[0] != '/' && a[0] != '_' && a[0] != ':' && !unicode.IsLetter(rune(a[0])) && a[0] < utf8.RuneSelf:
		return s.text("<")
	}
	return s.element()
}

// until reads up to a mark, and gives what stands before it to say, in parts.
func (s *scan) until(mark string, skip int, say func(string) error) error {
	if _, err := s.in.Discard(skip); err != nil {
		return nil // it ends within its mark
	}
	tail := ""
	for {
		r, _, err := s.in.ReadRune()
		if errors.Is(err, io.EOF) {
			s.t.note("damaged", fmt.Sprintf("the document ends before %q", mark))
			if say != nil {
				return say(tail)
			}
			return nil
		}
		if err != nil {
			return err
		}
		if tail += string(r); strings.HasSuffix(tail, mark) {
			if say != nil {
				return say(strings.TrimSuffix(tail, mark))
			}
			return nil
		}
		for len(tail) > len(mark)+utf8.UTFMax {
			_, n := utf8.DecodeRuneInString(tail)
			if say != nil {
				if err := say(tail[:n]); err != nil {
					return err
				}
			}
			tail = tail[n:]
		}
	}
}

func (s *scan) comment() error {
	s.comments++
	s.breaks = true
	err := s.until("-->", len("!--"), s.text)
	s.breaks = true
	return err
}

// declaration skips a document type with its own declarations, and says when it
// declares entities: they are not expanded, be they large or elsewhere.
func (s *scan) declaration() error {
	var b strings.Builder
	depth, quote := 0, rune(0)
	for {
		r, _, err := s.in.ReadRune()
		if errors.Is(err, io.EOF) {
			s.t.note("damaged", "the document ends within a declaration")
			return nil
		}
		if err != nil {
			return err
		}
		if b.Len() < maxTag {
			b.WriteRune(r)
		}
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '"' || r == '\'':
			quote = r
		case r == '[' || r == '<':
			depth++
		case r == ']':
			depth = max(depth-1, 0)
		case r == '>':
			if depth == 0 {
				if strings.Contains(b.String(), "!ENTITY") {
					s.t.note("entities", "the document declares entities; they were not expanded, and none was fetched")
				}
				return nil
			}
			if depth--; depth < 0 {
				depth = 0
			}
		}
	}
}

// element reads a tag up to its end, quotes minded.
func (s *scan) element() error {
	var b strings.Builder
	quote := rune(0)
	for {
		r, _, err := s.in.ReadRune()
		if errors.Is(err, io.EOF) {
			s.t.note("damaged", "the document ends within a tag")
			break
		}
		if err != nil {
			return err
		}
		if quote == 0 && r == '>' {
			break
		}
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '"' || r == '\''):
			quote = r
		}
		if b.WriteRune(r); b.Len() > maxTag {
			s.t.note("damaged", "a tag has no end; it is read as text")
			return s.text("<" + b.String())
		}
	}
	if s.tags {
		s.breaks = true
	}
	s.tags = true
	body := b.String()
	if strings.HasPrefix(body, "/") {
		return s.endProperty()
	}
	name := body
	if i := strings.IndexFunc(body, func(r rune) bool { return unicode.IsSpace(r) || r == '/' }); i >= 0 {
		name = body[:i]
	}
	if !s.started {
		s.started = true
		s.drawing = s.drawing || localName(name) == "svg"
	}
	s.begin(name, strings.HasSuffix(body, "/"))
	if s.drawing {
		return nil
	}
	return s.attributes(body[len(name):])
}

func localName(name string) string {
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		return strings.ToLower(name[i+1:])
	}
	return strings.ToLower(name)
}

// elements say what whole documents are called, by whom and when; the first of
// each counts.
var elements = map[string]string{"title": "title", "dc:title": "title", "dc:creator": "author", "dcterms:created": "authoredAt", "dc:date": "date", "dc:description": "summary"}

func (s *scan) begin(name string, closed bool) {
	if p := elements[strings.ToLower(name)]; p != "" && !closed && s.t.first(p) {
		s.property = p
		s.value.Reset()
	}
}

func (s *scan) endProperty() error {
	name := s.property
	if s.property = ""; name == "" {
		return nil
	}
	if name == "date" || name == "authoredAt" {
		return s.t.date(name, s.value.String())
	}
	return s.t.property(name, s.value.String())
}

// attributes says the values of a tag, but for namespaces.
func (s *scan) attributes(body string) error {
	for {
		name, rest, found := strings.Cut(body, "=")
		name = strings.TrimSpace(name)
		rest = strings.TrimLeft(rest, " \t\r\n")
		if !found || rest == "" || rest[0] != '"' && rest[0] != '\'' {
			return nil
		}
		value, after, _ := strings.Cut(rest[1:], rest[:1])
		body = after
		if value = markup.Line(unescape(value)); value == "" || name == "xmlns" || strings.HasPrefix(name, "xmlns:") || strings.HasPrefix(name, "xsi:") || strings.HasPrefix(name, "xml:") {
			continue
		}
		line := markup.Line(name) + ": " + value
		if !s.breaks && !s.fresh && len(s.waiting) < 1000 {
			s.waiting = append(s.waiting, line+"\n")
			continue
		}
		s.breaks = true
		if err := s.text(line); err != nil {
			return err
		}
		s.breaks, s.tags = true, true
	}
}

// entity reads a reference behind "&"; one that is none, or is declared by the
// document, stays as it is.
func (s *scan) entity() string {
	ahead, _ := s.in.Peek(12) // fewer at the end
	name, _, found := strings.Cut(string(ahead), ";")
	if !found {
		return "&"
	}
	r := reference(name)
	if r == "" {
		return "&"
	}
	if _, err := s.in.Discard(len(name) + 1); err != nil {
		return "&"
	}
	return r
}

func reference(name string) string {
	switch name {
	case "lt":
		return "<"
	case "gt":
		return ">"
	case "amp":
		return "&"
	case "quot":
		return `"`
	case "apos":
		return "'"
	case "nbsp":
		return "\u00a0"
	}
	digits, found := strings.CutPrefix(name, "#")
	base := 10
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	v, err := strconv.ParseUint(digits, base, 32)
	if !found || err != nil || v > unicode.MaxRune || !utf8.ValidRune(rune(v)) {
		return ""
	}
	return string(rune(v))
}

// unescape reads the references of a value.
func unescape(s string) string {
	if !strings.Contains(s, "&") {
		return s
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(s, "&")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, ended := strings.Cut(rest, ";")
		if r := reference(name); ended && len(name) < 12 && r != "" {
			b.WriteString(r)
			s = after
			continue
		}
		b.WriteByte('&')
		s = rest
	}
}
