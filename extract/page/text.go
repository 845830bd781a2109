package page

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean gives s as a page may hold it: valid, no controls but tab and line feed.
func Clean(s string) string {
	ok := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' && c != '\n' && c != '\t' || c >= 0x7f {
			ok = false
			break
		}
	}
	if ok {
		return s
	}
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\r\n", "\n")
	return strings.Map(func(c rune) rune {
		switch {
		case c == '\r', c == '\u2028', c == '\u2029', c == '\v', c == '\f':
			return '\n'
		case c != '\n' && c != '\t' && unicode.IsControl(c):
			return -1
		}
		return c
	}, s)
}

// OneLine gives s clean and on one line.
func OneLine(s string) string { return strings.Join(strings.Fields(Clean(s)), " ") }

// Short bounds names and sentences.
func Short(s string) string { return Shorten(Clean(s), 2<<10) }

// Shorten cuts s between characters behind most bytes, and shows that it did.
func Shorten(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}
