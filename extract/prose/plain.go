package prose

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// runes is UTF-8, character by character.
type runes interface {
	ReadRune() (rune, int, error)
}

func newRunes(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, 64<<10) }

// plain reads text without markup. Control characters are dropped, those of
// terminals with what belongs to them; a character struck over another replaces
// it.
func (t *text) plain(in runes) error {
	var last rune
	for !t.pages.cut {
		r, _, err := in.ReadRune()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := t.char(in, last, r); err != nil {
			return err
		}
		last = r
	}
	return nil
}

func (t *text) char(in runes, last, r rune) error {
	switch {
	case r == '\n' && last == '\r':
		return nil
	case r == '\r', r == '\v', r == 0x85, r == '\u2028', r == '\u2029':
		return t.pages.put('\n')
	case r == '\f':
		return t.pages.end()
	case r == 0x1b:
		t.controls++
		return t.escape(in)
	case r == 0x1a, r == 0xfeff: // the end mark of DOS; the byte order mark of a part
		return nil
	case r != '\n' && r != '\t' && unicode.IsControl(r):
		t.controls++
		return nil
	}
	return t.pages.put(r)
}

// escape skips a command to a terminal (ECMA-48): CSI up to its final byte, OSC
// up to its end, else one character. None is longer than 256.
func (t *text) escape(in runes) error {
	r, _, err := in.ReadRune()
	csi, osc := r == '[', r == ']'
	for range 256 {
		if err != nil {
			break
		}
		if !csi && !osc || csi && r >= 0x40 && r <= 0x7e && r != '[' || osc && (r == 7 || r == '\\') {
			return nil
		}
		if r == '\n' {
			return t.pages.put(r)
		}
		r, _, err = in.ReadRune()
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// An unescaper reads the escapes of JSON that stand for letters (\u00e9), so that
// a word is found however it was written. Others stay as they are.
type unescaper struct {
	*bufio.Reader
	literal bool // the next character is a backslash that was escaped
}

// ReadRune gives the next character.
func (u *unescaper) ReadRune() (rune, int, error) {
	r, n, err := u.Reader.ReadRune()
	if err != nil || r != '\\' || u.literal {
		u.literal = false
		return r, n, err
	}
	next, _ := u.Peek(11) // fewer at the end
	u.literal = len(next) > 0 && next[0] == '\\'
	value, size := escaped(next)
	if size == 0 {
		return r, n, nil
	}
	_, err = u.Discard(size)
	return value, utf8.RuneLen(value), err
}

// escaped reads a "u" with four hexadecimal digits, and a pair of surrogates, as a letter beyond ASCII; size
// is 0 when it is none.
func escaped(s []byte) (r rune, size int) {
	r, ok := hex4(s)
	if !ok {
		return 0, 0
	}
	size = 5
	if utf16.IsSurrogate(r) {
		if len(s) < 11 || s[5] != '\\' {
			return 0, 0
		}
		low, ok := hex4(s[6:])
		if r = utf16.DecodeRune(r, low); !ok || r == utf8.RuneError {
			return 0, 0
		}
		size = 11
	}
	if r < utf8.RuneSelf || !unicode.IsPrint(r) {
		return 0, 0
	}
	return r, size
}

func hex4(s []byte) (rune, bool) {
	if len(s) < 5 || s[0] != 'u' {
		return 0, false
	}
	v, err := strconv.ParseUint(string(s[1:5]), 16, 16)
	return rune(v), err == nil
}
