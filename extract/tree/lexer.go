package tree

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"overt/extract/charset"
)

// lexer reads JSON bytes in a window and knows where it is.
type lexer struct {
	r     io.Reader // nil when all is in buf
	buf   []byte
	i, n  int
	off   int64 // of buf[0] in the source
	err   error
	stack []byte // open brackets outside of records

	fieldMax int
	depthMax int
	stray    func() // an invalid byte, read as Windows-1252
	lone     func() // a lone surrogate, replaced
	keeping  bool   // the string being read is kept, so its oddities count
}

// syntaxError is JSON that is none.
type syntaxError struct {
	offset int64
	what   string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("%s at byte %d", e.what, e.offset) }

func (l *lexer) offset() int64 { return l.off + int64(l.i) }

func (l *lexer) wrong(what string) error { return &syntaxError{l.offset(), what} }

// more makes sure that a byte is there.
func (l *lexer) more() bool {
	for l.i >= l.n {
		if l.err != nil || l.r == nil {
			if l.err == nil {
				l.err = io.EOF
			}
			return false
		}
		l.off += int64(l.n)
		l.i = 0
		l.n, l.err = l.r.Read(l.buf)
	}
	return true
}

// space passes blanks and gives the next byte, 0 at the end.
func (l *lexer) space() byte {
	for l.more() {
		switch c := l.buf[l.i]; c {
		case ' ', '\t', '\r', '\n':
			l.i++
		default:
			return c
		}
	}
	return 0
}

// ended says what it means that no byte came.
func (l *lexer) ended() error {
	if l.err == nil || l.err == io.EOF {
		return &syntaxError{l.offset(), "the value breaks off"}
	}
	return l.err
}

// expect passes blanks and the byte c.
func (l *lexer) expect(c byte) error {
	got := l.space()
	if got == 0 && !l.more() {
		return l.ended()
	}
	if got != c {
		return l.wrong(fmt.Sprintf("%q instead of %q", got, c))
	}
	l.i++
	return nil
}

// str reads a string that begins here, as bytes of UTF-8. A nil keep throws the
// bytes away. Over says that the string was longer than a value may be.
func (l *lexer) str(keep *strings.Builder) (over bool, err error) {
	if err := l.expect('"'); err != nil {
		return false, err
	}
	size, high := 0, false
	l.keeping = keep != nil
	put := func(b []byte) {
		if size += len(b); size <= l.fieldMax && keep != nil {
			keep.Write(b)
		}
	}
	for {
		if !l.more() {
			return false, l.ended()
		}
		w := l.buf[l.i:l.n]
		k := 0
		for k < len(w) && w[k] != '"' && w[k] != '\\' && w[k] >= 0x20 {
			high = high || w[k] >= utf8.RuneSelf
			k++
		}
		put(w[:k])
		if l.i += k; k == len(w) {
			continue
		}
		switch c := w[k]; c {
		case '"':
			l.i++
			if high && keep != nil && size <= l.fieldMax {
				l.repair(keep)
			}
			return size > l.fieldMax, nil
		case '\\':
			l.i++
			if err := l.escape(put); err != nil {
				return false, err
			}
		default:
			// A raw line break or tab is against the rules and harmless.
			put(w[k : k+1])
			l.i++
		}
	}
}

// repair reads the invalid bytes of a string as Windows-1252.
func (l *lexer) repair(b *strings.Builder) {
	s := b.String()
	if utf8.ValidString(s) {
		return
	}
	b.Reset()
	for s != "" {
		r, n := utf8.DecodeRuneInString(s)
		if r == utf8.RuneError && n == 1 {
			b.WriteString(charset.FromWindows1252(s[:1]))
			l.stray()
		} else {
			b.WriteString(s[:n])
		}
		s = s[n:]
	}
}

func (l *lexer) escape(put func([]byte)) error {
	if !l.more() {
		return l.ended()
	}
	c := l.buf[l.i]
	l.i++
	switch c {
	case '"', '\\', '/':
		put([]byte{c})
	case 'b', 'f', 'n', 'r', 't':
		put([]byte{map[byte]byte{'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}[c]})
	case 'u':
		return l.unicode(put)
	default:
		l.i--
		return l.wrong(fmt.Sprintf("%q after a backslash", c))
	}
	return nil
}

// unicode reads what follows \u. A pair of surrogates is one character; a lone
// one becomes U+FFFD.
func (l *lexer) unicode(put func([]byte)) error {
	r, err := l.hex4()
	for err == nil && utf16.IsSurrogate(r) {
		if r >= 0xdc00 || !l.lookingAt('\\') {
			break
		}
		l.i++
		if !l.lookingAt('u') {
			l.countLone()
			put([]byte("\ufffd"))
			return l.escape(put)
		}
		l.i++
		var low rune
		if low, err = l.hex4(); err != nil {
			return err
		}
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			r = pair
			break
		}
		l.countLone()
		put([]byte("\ufffd"))
		r = low
	}
	if err != nil {
		return err
	}
	if utf16.IsSurrogate(r) {
		l.countLone()
		r = utf8.RuneError
	}
	put(utf8.AppendRune(nil, r))
	return nil
}

func (l *lexer) countLone() {
	if l.keeping {
		l.lone()
	}
}

func (l *lexer) lookingAt(c byte) bool { return l.more() && l.buf[l.i] == c }

func (l *lexer) hex4() (rune, error) {
	var r rune
	for range 4 {
		if !l.more() {
			return 0, l.ended()
		}
		d := bytes.IndexByte([]byte("0123456789abcdef"), l.buf[l.i]|0x20)
		if d < 0 || l.buf[l.i] < '0' {
			return 0, l.wrong("a \\u escape without four hexadecimal digits")
		}
		r = r<<4 | rune(d)
		l.i++
	}
	return r, nil
}

// word reads a number or a literal, as written.
func (l *lexer) word() (s string, over bool, err error) {
	var b []byte
	for l.more() {
		c := l.buf[l.i]
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-' || c == '+' || c == '.') {
			break
		}
		if len(b) > l.fieldMax {
			over = true
		} else {
			b = append(b, c)
		}
		l.i++
	}
	if l.err != nil && l.err != io.EOF {
		return "", false, l.err
	}
	switch s = string(b); {
	case s == "true" || s == "false" || s == "null" || s == "NaN" || s == "Infinity" || s == "-Infinity":
	case !isNumber(s) && !over:
		if s == "" {
			if !l.more() {
				return "", false, l.ended()
			}
			return "", false, l.wrong(fmt.Sprintf("%q where a value should begin", l.buf[l.i]))
		}
		l.i -= min(l.i, len(b))
		return "", false, l.wrong("a word that is no JSON value")
	}
	return s, over, nil
}

// isNumber checks the grammar of RFC 8259, allowing leading zeros and a plus,
// which exporters write.
func isNumber(s string) bool {
	s = strings.TrimLeft(s, "+-")
	mantissa, exp, hasExp := strings.Cut(strings.ToLower(s), "e")
	whole, frac, hasFrac := strings.Cut(mantissa, ".")
	return allDigits(whole) && (!hasFrac || allDigits(frac)) && (!hasExp || allDigits(strings.TrimLeft(exp, "+-")))
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// skip passes over one value without keeping anything but one byte for each
// open bracket.
func (l *lexer) skip(depth int) error {
	base := len(l.stack)
	for {
		c := l.space()
		switch {
		case c == '{' || c == '[':
			l.i++
			l.stack = append(l.stack, c)
			if depth+len(l.stack)-base > l.depthMax {
				return l.tooDeep()
			}
			if l.closing(l.space()) {
				break
			}
			if c == '{' {
				if err := l.key(nil); err != nil {
					return err
				}
			}
			continue
		case c == '"':
			if _, err := l.str(nil); err != nil {
				return err
			}
		default:
			if _, _, err := l.word(); err != nil {
				return err
			}
		}
		done, err := l.after(base)
		if done || err != nil {
			return err
		}
	}
}

func (l *lexer) tooDeep() error {
	return l.wrong(fmt.Sprintf("nesting of more than %d levels", l.depthMax))
}

// closing says whether c closes the innermost bracket.
func (l *lexer) closing(c byte) bool {
	open := l.stack[len(l.stack)-1]
	return open == '{' && c == '}' || open == '[' && c == ']'
}

// after passes what may follow a value that is skipped: closing brackets, then
// a comma. Done means that the skipped value itself is complete.
func (l *lexer) after(base int) (done bool, err error) {
	for len(l.stack) > base {
		c := l.space()
		switch {
		case l.closing(c):
			l.i++
			l.stack = l.stack[:len(l.stack)-1]
		case c == ',':
			l.i++
			if l.stack[len(l.stack)-1] == '{' {
				return false, l.key(nil)
			}
			return false, nil
		case c == 0 && !l.more():
			return false, l.ended()
		default:
			return false, l.wrong(fmt.Sprintf("%q after a value", c))
		}
	}
	return true, nil
}

// key reads a key and its colon.
func (l *lexer) key(keep *strings.Builder) error {
	over, err := l.str(keep)
	if err == nil && over && keep != nil {
		err = l.wrong("a key that is too long")
	}
	if err != nil {
		return err
	}
	return l.expect(':')
}
