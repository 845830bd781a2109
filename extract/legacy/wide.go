package legacy

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// wide decodes UTF-16LE.
func wide(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// wideZ decodes UTF-16LE up to its zero.
func wideZ(b []byte) string {
	for i := 0; i+1 < len(b); i += 2 {
		if b[i] == 0 && b[i+1] == 0 {
			return wide(b[:i])
		}
	}
	return wide(b)
}

// upToZero cuts a text at its zero.
func upToZero(b []byte) []byte {
	for i, c := range b {
		if c == 0 {
			return b[:i]
		}
	}
	return b
}

// cell gives the text of a cell: what a tab leads to, as behind the number of a
// list, is no further cell.
func cell(s string) string { return strings.ReplaceAll(s, "\t", " ") }
