package mail

import (
	"bytes"
	"context"
	"io"
	"strings"

	"overt/extract/charset"
	"overt/extract/markup"
)

const (
	// maxHeader bounds what is kept of a message's header, in bytes.
	maxHeader = 1 << 20
	// maxPartHeader bounds what is kept of a part's header, in bytes.
	maxPartHeader = 16 << 10
	// maxField bounds the value of a field, in bytes.
	maxField = 256 << 10
)

// A header is the fields of a message or part as they came.
type header struct {
	fields []Field
	raw    []byte
	cut    bool   // longer than is kept
	junk   int    // lines that are no fields
	value  []byte // of the last field, while it is read
}

// get is the first value of a field, empty when there is none.
func (h *header) get(name string) string { return get(h.fields, name) }

func get(fields []Field, name string) string {
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

func all(fields []Field, name string) []string {
	var values []string
	for _, f := range fields {
		if strings.EqualFold(f.Name, name) {
			values = append(values, f.Value)
		}
	}
	return values
}

// readHeader reads fields up to the empty line, which it takes, or to the first
// line that can only be text, which it leaves.
func readHeader(l *lines, limit int) (*header, error) {
	h := &header{}
	defer h.finish()
	for {
		got, err := l.next()
		if err == io.EOF {
			return h, nil
		}
		if err != nil {
			return nil, err
		}
		switch {
		case !got.first:
			h.more(got.text, limit)
		case len(bytes.TrimRight(got.text, " \t")) == 0:
			return h, nil
		case got.text[0] == ' ' || got.text[0] == '\t':
			h.keep(got.text, limit)
			h.more(got.text, limit)
		case fieldName(got.text) > 0:
			h.keep(got.text, limit)
			h.begin(got.text, limit)
		default:
			again, start := got.next, got.start
			text := bytes.Clone(got.text)
			if !h.forgives(l, text) {
				l.seek(start)
				return h, nil
			}
			if len(h.fields) > 0 {
				h.junk++
			}
			h.keep(text, limit)
			l.seek(again)
		}
	}
}

// forgives says whether a line that is no field is one inside the header: fields
// or folded lines follow it. Such is the "From " line of a mailbox, too.
func (h *header) forgives(l *lines, text []byte) bool {
	if bytes.HasPrefix(text, []byte("--")) || len(h.fields) == 0 && !bytes.HasPrefix(bytes.TrimLeft(text, ">"), []byte("From ")) {
		return false
	}
	following, err := l.next()
	if err != nil || !following.first || len(bytes.TrimSpace(following.text)) == 0 {
		return false
	}
	return following.text[0] == ' ' || following.text[0] == '\t' || fieldName(following.text) > 0
}

// fieldName gives the length of the name a field begins with, 0 when the line is
// no field.
func fieldName(text []byte) int {
	n := bytes.IndexByte(text, ':')
	if n <= 0 || n > 100 {
		return 0
	}
	name := bytes.TrimRight(text[:n], " \t")
	for _, c := range name {
		if c <= ' ' || c >= 0x7F {
			return 0
		}
	}
	return n
}

func (h *header) keep(text []byte, limit int) {
	if room := limit - len(h.raw) - 1; len(text) <= room {
		h.raw = append(append(h.raw, text...), '\n')
	} else {
		h.cut = true
	}
}

func (h *header) begin(text []byte, limit int) {
	h.finish()
	if h.cut {
		return
	}
	n := fieldName(text)
	h.fields = append(h.fields, Field{Name: string(bytes.TrimRight(text[:n], " \t"))})
	h.more(bytes.TrimLeft(text[n+1:], " \t"), limit)
}

// more adds a folded line, or a piece of a long one, to the last field.
func (h *header) more(text []byte, limit int) {
	if len(h.fields) == 0 || h.cut {
		return
	}
	if len(h.value)+len(text) > min(maxField, limit) {
		h.cut = true
		return
	}
	h.value = append(h.value, text...)
}

func (h *header) finish() {
	if len(h.fields) > 0 && h.value != nil {
		h.fields[len(h.fields)-1].Value = string(h.value)
		h.value = nil
	}
}

// decode gives the value of a field as people read it: encoded words and bytes
// that are no ASCII decoded, white space collapsed.
func decode(value, hint string) string {
	return markup.Line(decodeWords(toUTF8(value, hint)))
}

// toUTF8 decodes the bytes of a header, which should be ASCII or UTF-8 but are at
// times in the encoding of the text (hint, may be empty).
func toUTF8(s, hint string) string {
	ascii := true
	for i := 0; i < len(s); i++ {
		// ESC begins Japanese and Chinese text that was sent as it stands.
		ascii = ascii && s[i] < 0x80 && s[i] != 0x1B
	}
	if ascii {
		return s
	}
	if strings.ContainsRune(s, 0x1B) && hint == "" {
		hint = "iso-2022-jp"
	}
	guess := charset.Detect([]byte(s)).Name
	if name, err := charset.Canonical(hint); err == nil && hint != "" && (guess != charset.UTF8 || strings.ContainsRune(s, 0x1B)) && name != charset.UTF8 {
		guess = name
	}
	if to, err := charset.Text(guess); err == nil {
		return to(s)
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// Fields reads the fields of a header that stands by itself.
func Fields(raw string) []Field {
	l := newLines(context.Background(), strings.NewReader(raw), 0, int64(len(raw)))
	h, err := readHeader(l, maxHeader)
	if err != nil {
		return nil
	}
	return h.fields
}
