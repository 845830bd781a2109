package audit

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Safe gives s in a form that a terminal shows and does not obey: control
// characters, ANSI sequences, bidirectional and zero-width characters, line
// and paragraph separators and bytes that are no UTF-8 become visible escapes
// (\n, \x1b, \u202e, \U000e0041), and a backslash is doubled, so that an
// escape cannot be forged.
func Safe(s string) string {
	clean := true
	for _, r := range s {
		if r == '\\' || r == utf8.RuneError || !shown(r) {
			clean = false
			break
		}
	}
	if clean {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		writeSafe(&b, r, s[i:i+size])
		i += size
	}
	return b.String()
}

func writeSafe(b *strings.Builder, r rune, raw string) {
	switch {
	case r == utf8.RuneError && len(raw) == 1:
		fmt.Fprintf(b, `\x%02x`, raw[0])
	case r == '\\':
		b.WriteString(`\\`)
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case shown(r):
		b.WriteString(raw)
	case r < 0x80:
		fmt.Fprintf(b, `\x%02x`, r)
	case r < 0x10000:
		fmt.Fprintf(b, `\u%04x`, r)
	default:
		fmt.Fprintf(b, `\U%08x`, r)
	}
}

// shown says whether a character is printed as itself. Format characters
// (category Cf), among them all that change the direction of writing, are not
// printable in the sense of package unicode; blank letters and variation
// selectors are, and can hide text.
func shown(r rune) bool {
	switch {
	case r == 0x115f || r == 0x1160 || r == 0x3164 || r == 0xffa0 || r == 0x2800:
		return false
	case r >= 0xfe00 && r <= 0xfe0f, r >= 0xe0100 && r <= 0xe01ef, r == 0x034f:
		return false
	}
	return unicode.IsPrint(r)
}
