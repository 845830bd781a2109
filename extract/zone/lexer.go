package zone

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"overt/extract"
)

// token is one word or quoted string, as written, without its quotes. Escapes
// are left in it.
type token struct {
	text   string
	quoted bool
}

// written gives the token as it stood in the file.
func (t token) written() string {
	if t.quoted {
		return `"` + t.text + `"`
	}
	return t.text
}

// entry is one directive or record: the words of a line, or of several where a
// parenthesis joins them.
type entry struct {
	line   int64 // from 1
	indent bool  // the line begins with a blank: the owner is the one before
	tokens []token
	bad    string // why the entry cannot be had
}

func written(tokens []token) string {
	var b strings.Builder
	for i, t := range tokens {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(t.written())
	}
	return b.String()
}

func (e *entry) raw() string {
	s := written(e.tokens[:min(len(e.tokens), 20)])
	return extract.Raw(s)
}

// lexer cuts a master file into entries.
type lexer struct {
	r    *bufio.Reader
	lim  extract.Limits
	line int64 // of the byte that comes next
}

func newLexer(r io.Reader, lim extract.Limits) *lexer {
	return &lexer{r: bufio.NewReaderSize(r, 64<<10), lim: lim, line: 1}
}

var errOpen = errors.New("a parenthesis is never closed")

// next gives the next entry that has a word; io.EOF after the last.
func (l *lexer) next() (*entry, error) {
	e := &entry{line: l.line}
	size, depth, opened := int64(0), 0, int64(0)
	first := true // the next byte begins the line
	for {
		c, err := l.r.ReadByte()
		switch {
		case err == io.EOF && depth > 0:
			return nil, fmt.Errorf("line %d: %w", opened, errOpen)
		case err == io.EOF && (len(e.tokens) > 0 || e.bad != ""):
			return e, nil
		case err != nil:
			return nil, err
		}
		begins := first
		first = false
		switch c {
		case ' ', '\t', '\r', '\f':
			e.indent = e.indent || begins
			continue
		case ';':
			if err := l.comment(); err != nil {
				return nil, err
			}
			continue
		case '\n':
			l.line++
			if depth > 0 {
				continue
			}
			if len(e.tokens) > 0 || e.bad != "" {
				return e, nil
			}
			*e, first = entry{line: l.line}, true
			continue
		case '(':
			if depth++; depth == 1 {
				opened = l.line
			}
			continue
		case ')':
			if depth--; depth < 0 {
				depth, e.bad = 0, "a parenthesis is closed that was not opened"
			}
			continue
		}
		t, err := l.token(c, e)
		if err != nil {
			return nil, err
		}
		size += int64(len(t.text))
		switch {
		case size > l.lim.Row:
			e.bad = "the record is too long"
		case len(e.tokens) >= l.lim.Columns:
			e.bad = "the record has too many values"
		case e.bad == "":
			e.tokens = append(e.tokens, t)
		}
	}
}

// comment passes the rest of the line, but for its end.
func (l *lexer) comment() error {
	for {
		c, err := l.r.ReadByte()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if c == '\n' {
			return l.r.UnreadByte()
		}
	}
}

// token reads the word or quoted string that begins with c.
func (l *lexer) token(c byte, e *entry) (token, error) {
	t := token{quoted: c == '"'}
	var b []byte
	put := func(c byte) {
		switch {
		case e.bad != "":
		case int64(len(b)) >= l.lim.Field:
			e.bad = "a value is too long"
		default:
			b = append(b, c)
		}
	}
	if !t.quoted {
		put(c)
	}
	escaped := c == '\\'
	for {
		c, err := l.r.ReadByte()
		switch {
		case err == io.EOF && t.quoted:
			e.bad = "a quoted string does not end"
			return t, nil
		case err == io.EOF:
			t.text = string(b)
			return t, nil
		case err != nil:
			return t, err
		}
		switch {
		case c == '\n' && t.quoted:
			e.bad = "a quoted string does not end on its line"
			return t, l.r.UnreadByte()
		case escaped && c != '\n':
			put(c)
			escaped = false
			continue
		case t.quoted && c == '"':
			t.text = string(b)
			return t, nil
		case !t.quoted && strings.IndexByte(" \t\r\n\f;()\"", c) >= 0:
			t.text = string(b)
			return t, l.r.UnreadByte()
		}
		put(c)
		escaped = c == '\\'
	}
}
