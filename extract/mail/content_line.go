package mail

import (
	"bytes"
	"context"
	"io"
	"strings"

	"overt/extract/charset"
	"overt/extract/document"
	"overt/extract/markup"
)

// A contentLine is a line of a vCard or of a calendar, unfolded: a name with
// parameters and a value.
type contentLine struct {
	group  string // "item1" of "item1.TEL"
	name   string // in upper case
	params [][2]string
	value  string // decoded, escapes still inside
	raw    string // the value as it stands there
}

// param is a parameter in upper case, values joined by commas.
func (c *contentLine) param(name string) string {
	var values []string
	for _, p := range c.params {
		if p[0] == name {
			values = append(values, p[1])
		}
	}
	return strings.ToUpper(strings.Join(values, ","))
}

// word is the first value of a parameter as it is written.
func (c *contentLine) word(name string) string {
	for _, p := range c.params {
		if p[0] == name {
			return p[1]
		}
	}
	return ""
}

// maxContent bounds one line in bytes: photographs stand in them.
const maxContent = 16 << 20

// contentLines reads lines that begin with a space or tab on from the one before,
// and quoted-printable ones on past a "=" at their end.
type contentLines struct {
	l       *lines
	charset string // of the file
	held    []byte // the next line, when it was read already
	has     bool
	long    int // lines that were longer than is read
}

// newContentLines also finds out the encoding, which nothing declares.
func newContentLines(ctx context.Context, in document.Input) (*contentLines, error) {
	head := make([]byte, min(in.Size, 64<<10))
	if _, err := in.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, err
	}
	guess := charset.Detect(head)
	name, start := guess.Name, int64(guess.BOM)
	if c, err := charset.Canonical(in.Charset); err == nil && in.Charset != "" && guess.BOM == 0 {
		name = c
	}
	if charset.IsWide(name) {
		return wideLines(ctx, in, name)
	}
	return &contentLines{l: newLines(ctx, in, start, in.Size), charset: name}, nil
}

// wideLines reads a file whose lines cannot be told by their bytes.
func wideLines(ctx context.Context, in document.Input, name string) (*contentLines, error) {
	if in.Size > 4*maxContent {
		return nil, &document.Refusal{Code: document.TooMuch, Reason: "the file is larger than is read in " + name, Retry: "convert it to UTF-8"}
	}
	r, err := charset.Reader(io.NewSectionReader(in, 0, in.Size), name, nil)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(r)
	return &contentLines{l: newLines(ctx, bytes.NewReader(text), 0, int64(len(text))), charset: charset.UTF8}, err
}

// physical gives the next line as it stands.
func (c *contentLines) physical() ([]byte, error) {
	if c.has {
		c.has = false
		return c.held, nil
	}
	var whole []byte
	for {
		got, err := c.l.next()
		if err != nil {
			return nil, err
		}
		if len(whole)+len(got.text) <= maxContent {
			whole = append(whole, got.text...)
		} else if got.last {
			c.long++
		}
		if got.last {
			return whole, nil
		}
	}
}

func (c *contentLines) hold(text []byte) { c.held, c.has = text, true }

// next gives the next line that is one; io.EOF after the last.
func (c *contentLines) next() (*contentLine, error) {
	for {
		text, err := c.physical()
		if err != nil {
			return nil, err
		}
		quoted := isQuoted(text)
		for {
			more, err := c.physical()
			if err == io.EOF {
				break
			}
			if err != nil {
				return nil, err
			}
			switch {
			case quoted && bytes.HasSuffix(text, []byte("=")):
				text = append(text[:len(text)-1], bytes.TrimLeft(more, " \t")...)
			case len(more) > 0 && (more[0] == ' ' || more[0] == '\t'):
				text = append(text, more[1:]...)
			default:
				c.hold(more)
				more = nil
			}
			if more == nil {
				break
			}
			if len(text) > maxContent {
				c.long++
				text = text[:maxContent]
			}
		}
		if line := c.parse(string(text)); line != nil {
			return line, nil
		}
	}
}

func isQuoted(text []byte) bool {
	name, _, found := bytes.Cut(text[:min(len(text), 1000)], []byte{':'})
	return found && bytes.Contains(bytes.ToUpper(name), []byte("QUOTED-PRINTABLE"))
}

// parse takes a line apart, nil when it is none.
func (c *contentLines) parse(text string) *contentLine {
	colon := -1
	quoted := false
	for i := 0; i < len(text) && colon < 0; i++ {
		switch {
		case text[i] == '"':
			quoted = !quoted
		case text[i] == ':' && !quoted:
			colon = i
		}
	}
	if colon < 1 {
		return nil
	}
	pieces := strings.Split(text[:colon], ";")
	l := &contentLine{name: strings.ToUpper(strings.TrimSpace(pieces[0])), raw: text[colon+1:]}
	if dot := strings.IndexByte(l.name, '.'); dot >= 0 {
		l.group, l.name = l.name[:dot], l.name[dot+1:]
	}
	if l.name == "" || strings.ContainsAny(l.name, " \t<>/") || len(l.name) > 100 {
		return nil
	}
	for _, p := range pieces[1:min(len(pieces), 65)] {
		key, val, found := strings.Cut(p, "=")
		if !found {
			key, val = "TYPE", key // vCard 2.1: "TEL;HOME;VOICE"
			if u := strings.ToUpper(val); u == "QUOTED-PRINTABLE" || u == "BASE64" {
				key = "ENCODING"
			}
		}
		l.params = append(l.params, [2]string{strings.ToUpper(strings.TrimSpace(key)), strings.Trim(markup.Line(val), `"`)})
	}
	l.value = c.decode(l)
	return l
}

func (c *contentLines) decode(l *contentLine) string {
	raw := []byte(l.raw)
	if l.param("ENCODING") == "QUOTED-PRINTABLE" {
		raw, _ = io.ReadAll(newQuoted(bytes.NewReader(raw)))
	}
	name := l.param("CHARSET")
	if name == "" {
		name = c.charset
	}
	return markup.Clean(text(raw, name))
}

// isFile says whether a value is a file: a photograph, a key.
func (l *contentLine) isFile() bool {
	encoding := l.param("ENCODING")
	return encoding == "B" || encoding == "BASE64" || strings.HasPrefix(l.value, "data:") && strings.Contains(l.value[:min(200, len(l.value))], ";base64,")
}

// file gives the bytes of a file and its media type.
func (l *contentLine) file() (io.Reader, string) {
	value, kind := l.value, strings.ToLower(l.param("FMTTYPE"))
	if rest, found := strings.CutPrefix(value, "data:"); found {
		kind, value, _ = strings.Cut(rest, ";base64,")
	} else if t := strings.ToLower(l.param("TYPE")); kind == "" && l.name != "KEY" && t != "" && !strings.Contains(t, ",") {
		kind = t
		if !strings.Contains(t, "/") {
			kind = "image/" + t
		}
	}
	return newBase64(strings.NewReader(value)), Short(kind)
}

// texts gives the parts of a value that stand between separators, unescaped.
func texts(value string, separator byte) []string {
	var list []string
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		switch {
		case value[i] == '\\' && i+1 < len(value):
			i++
			if value[i] == 'n' || value[i] == 'N' {
				b.WriteByte('\n')
			} else {
				b.WriteByte(value[i])
			}
		case value[i] == separator:
			list = append(list, b.String())
			b.Reset()
		default:
			b.WriteByte(value[i])
		}
	}
	return append(list, b.String())
}

// unescaped is a value as one text.
func unescaped(value string) string { return texts(value, 0)[0] }

// joined are the parts of a value that say something, after each other.
func joined(value, between string) string {
	var parts []string
	for _, t := range texts(value, ';') {
		if t = markup.Line(t); t != "" {
			parts = append(parts, t)
		}
	}
	return strings.Join(parts, between)
}
