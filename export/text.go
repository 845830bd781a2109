package export

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"

	"overt/ftm"
	"overt/internal/decimal"
)

// plain takes out of a text what harms the programs of people: bytes that are
// no UTF-8, control characters other than tab and the ends of lines, what XML
// 1.0 cannot hold, and the characters that embed, override or isolate a
// direction of writing (Unicode UAX #9: U+202A to U+202E, U+2066 to U+2069),
// with which a name can be made to look like another.
func plain(s string) string {
	if !strings.ContainsFunc(s, harmful) && utf8.ValidString(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if harmful(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, string(utf8.RuneError)))
}

func harmful(r rune) bool {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return false
	case r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfffe, r == 0xffff:
		return true
	}
	return unicode.IsControl(r)
}

// line is plain text in one line, for a caption.
func line(s string) string {
	if s = plain(s); !strings.ContainsAny(s, "\t\n\r") {
		return s
	}
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\t' || r == '\n' || r == '\r' }), " ")
}

// plainID is an entity id where it is plain and one line, else its hash: two
// ids never become one.
func plainID(id ftm.EntityID) string {
	if s := string(id); line(s) == s {
		return s
	}
	sum := sha256.Sum256([]byte(id))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// inert is plain text that no spreadsheet program takes for a formula: an
// apostrophe goes before a text that begins, behind blanks, with a character
// that starts one. Source: OWASP, CSV injection. Negative numbers stay numbers.
func inert(s string) string {
	s = plain(s)
	start := strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' })
	if s != "" && (s[0] == '\t' || s[0] == '\r' || s[0] == '\n') {
		return "'" + s
	}
	first, _ := utf8.DecodeRuneInString(start)
	if start == "" || !strings.ContainsRune("=+-@＝＋－＠", first) {
		return s
	}
	if s[0] == '-' {
		if _, err := decimal.Parse(s); err == nil {
			return s
		}
	}
	return "'" + s
}

// Cell makes a text fit for a cell of a table that a spreadsheet program will
// open: without control characters, and never a formula.
func Cell(s string) string { return inert(s) }

// joined puts several values into one cell.
func joined(values []string) string { return strings.Join(values, "; ") }
