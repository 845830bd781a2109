// Package charset finds out in which encoding a text is written and turns it
// into UTF-8.
//
// It serves the parsers below extract. Its invariant: decoding never fails for
// the sake of a byte. What is not valid in the encoding is read as Windows-1252,
// the encoding that stray bytes in otherwise clean exports come from, or
// replaced by U+FFFD, and counted.
package charset

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"

	"overt"
)

// The encodings with a name of their own here; all others go by their WHATWG
// name, in lower case, and code pages of DOS by "ibm437".
const (
	UTF8        = "utf-8"
	UTF16LE     = "utf-16le"
	UTF16BE     = "utf-16be"
	UTF32LE     = "utf-32le" // not of WHATWG
	UTF32BE     = "utf-32be" // not of WHATWG
	Windows1252 = "windows-1252"
	EBCDIC      = "ibm037" // not of WHATWG; the commonest of IBM's code pages
)

// IsWide says whether an encoding has several bytes for each ASCII character.
func IsWide(name string) bool {
	return name == UTF16LE || name == UTF16BE || name == UTF32LE || name == UTF32BE
}

// A Guess is what Detect found.
type Guess struct {
	Name string  // WHATWG name in lower case
	BOM  int     // length of the byte order mark in bytes
	Sure float64 // in [0,1]
	Why  string  // a sentence for people
}

// Detect looks at the first bytes of a text. A head that is valid UTF-8 up to a
// cut last character is UTF-8; so is one where valid sequences far outnumber
// invalid bytes, for that is damage and not another encoding.
func Detect(head []byte) Guess {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return Guess{UTF8, 3, 1, "the byte order mark says UTF-8"}
	case bytes.HasPrefix(head, []byte("\xff\xfe\x00\x00")):
		return Guess{UTF32LE, 4, 1, "the byte order mark says UTF-32, little endian"}
	case bytes.HasPrefix(head, []byte("\x00\x00\xfe\xff")):
		return Guess{UTF32BE, 4, 1, "the byte order mark says UTF-32, big endian"}
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return Guess{UTF16LE, 2, 1, "the byte order mark says UTF-16, little endian"}
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return Guess{UTF16BE, 2, 1, "the byte order mark says UTF-16, big endian"}
	}
	if name := utf32ByZeros(head); name != "" {
		return Guess{name, 0, 0.9, "the bytes are zero where they are in UTF-32"}
	}
	if name := utf16ByZeros(head); name != "" {
		return Guess{name, 0, 0.9, "every other byte is zero, as in UTF-16"}
	}
	good, bad := countUTF8(head)
	switch {
	case bad == 0 && good == 0 && isISO2022(head):
		return Guess{"iso-2022-jp", 0, 0.9, "the escapes are those of ISO-2022-JP"}
	case bad == 0 && good == 0:
		return Guess{UTF8, 0, 0.9, "only ASCII characters in the beginning"}
	case bad == 0:
		return Guess{UTF8, 0, 1, "the beginning is valid UTF-8"}
	case good > 4*bad:
		return Guess{UTF8, 0, 0.8, "mostly valid UTF-8 with some stray bytes"}
	}
	if isEBCDIC(head) {
		return Guess{EBCDIC, 0, 0.7, "the bytes are letters and blanks in EBCDIC"}
	}
	name, sure := singleByte(head)
	if eastern := multiByte(head); eastern != "" {
		name, sure = eastern, 0.8
	}
	return Guess{name, 0, sure, "not UTF-8; the letters fit " + name + " best"}
}

// isEBCDIC goes by the letters, digits and blanks of IBM's code pages, which are
// mostly control characters and rare letters elsewhere.
func isEBCDIC(head []byte) bool {
	head = head[:min(len(head), 4096)]
	letters, blanks, low := 0, 0, 0
	for _, c := range head {
		switch {
		case c >= 0x81 && c <= 0xe9 && c&0xf >= 1 && c&0xf <= 9 && c>>4 != 0xb, c >= 0xf0 && c <= 0xf9:
			letters++
		case c == 0x40 || c == 0x15 || c == 0x25 || c == 0x0d || c == 0x05:
			blanks++
		case c < 0x40:
			low++
		}
	}
	return len(head) >= 64 && letters*3 > len(head) && blanks*20 > len(head) && (letters+blanks)*10 > len(head)*8 && low*50 < len(head)
}

// utf32ByZeros recognises UTF-32 without a mark: every character has a zero
// byte at one end and nothing above plane 16 beside it.
func utf32ByZeros(head []byte) string {
	head = head[:min(len(head), 4096)&^3]
	little, big := len(head) > 0, len(head) > 0
	for i := 0; i < len(head); i += 4 {
		little = little && head[i+3] == 0 && head[i+2] <= 0x10 && (head[i] != 0 || head[i+1] != 0)
		big = big && head[i] == 0 && head[i+1] <= 0x10 && (head[i+2] != 0 || head[i+3] != 0)
	}
	switch {
	case little && !big && head[2] == 0:
		return UTF32LE
	case big && !little && head[1] == 0:
		return UTF32BE
	}
	return ""
}

// utf16ByZeros recognises UTF-16 without a mark by the zero bytes of Latin text.
func utf16ByZeros(head []byte) string {
	head = head[:min(len(head), 4096)]
	var zero [2]int
	for i, b := range head {
		if b == 0 {
			zero[i%2]++
		}
	}
	half := len(head) / 2
	switch {
	case half < 2:
		return ""
	case zero[1]*10 > half*6 && zero[0]*20 < half:
		return UTF16LE
	case zero[0]*10 > half*6 && zero[1]*20 < half:
		return UTF16BE
	}
	return ""
}

// countUTF8 counts sequences of several bytes and bytes that belong to none. A
// character cut at the end counts as neither.
func countUTF8(head []byte) (good, bad int) {
	for i := 0; i < len(head); {
		if head[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(head[i:])
		switch {
		case r != utf8.RuneError || n > 1:
			good++
		case !utf8.FullRune(head[i:]):
			return good, bad
		default:
			bad++
		}
		i += n
	}
	return good, bad
}

// Canonical gives the WHATWG name of an encoding in lower case. Errors: invalid,
// for a name nobody knows.
func Canonical(name string) (string, error) {
	name = strings.ToLower(strings.TrimSpace(name))
	switch name {
	case "", "utf8", UTF8, "utf-8-sig":
		return UTF8, nil
	case "utf-16", "utf16", "utf-16-le", UTF16LE:
		return UTF16LE, nil
	case UTF16BE, "utf-16-be":
		return UTF16BE, nil
	case "utf-32", "utf32", "utf-32-le", UTF32LE:
		return UTF32LE, nil
	case UTF32BE, "utf-32-be":
		return UTF32BE, nil
	case "cp1252", "ansi":
		return Windows1252, nil
	}
	if page, ok := oldPages[oldPage(name)]; ok && page != nil {
		return oldPage(name), nil
	}
	e, err := htmlindex.Get(name)
	if err != nil {
		return "", overt.Errorf(overt.Invalid, "", "no encoding is named %q", name)
	}
	return htmlindex.Name(e)
}

// oldPages are the code pages of DOS that WHATWG has no name for.
var oldPages = map[string]*charmap.Charmap{
	EBCDIC: charmap.CodePage037, "ibm437": charmap.CodePage437, "ibm850": charmap.CodePage850, "ibm852": charmap.CodePage852,
	"ibm855": charmap.CodePage855, "ibm858": charmap.CodePage858, "ibm860": charmap.CodePage860,
	"ibm862": charmap.CodePage862, "ibm863": charmap.CodePage863, "ibm865": charmap.CodePage865,
}

// oldPage gives the key of oldPages for "cp437", "437" and "ibm437".
func oldPage(name string) string {
	return "ibm" + strings.TrimPrefix(strings.TrimPrefix(name, "cp"), "ibm")
}

// Text gives a function that decodes whole values of an encoding, by its name
// of Canonical. It never fails for the sake of a byte. Errors: invalid, for an
// unknown name.
func Text(name string) (func(string) string, error) {
	if single := Single(name); single != nil {
		return single, nil
	}
	if _, err := Canonical(name); err != nil {
		return nil, err
	}
	return func(s string) string {
		r, err := Reader(strings.NewReader(s), name, nil)
		if err != nil {
			return strings.ToValidUTF8(s, "\ufffd")
		}
		out, _ := io.ReadAll(r) // from memory
		return string(out)
	}, nil
}

// Single gives the decoder of an encoding that has one byte for each character
// and leaves ASCII alone; nil for all others, UTF-8 included.
func Single(name string) func(string) string {
	if name == UTF8 || name == EBCDIC {
		return nil
	}
	if m := oldPages[name]; m != nil {
		return func(s string) string { return decodeSingle(m, s) }
	}
	e, err := htmlindex.Get(name)
	if err != nil {
		return nil
	}
	m, ok := e.(*charmap.Charmap)
	if !ok {
		return nil
	}
	return func(s string) string { return decodeSingle(m, s) }
}

// FromWindows1252 decodes s, byte by byte.
func FromWindows1252(s string) string { return decodeSingle(charmap.Windows1252, s) }

func decodeSingle(m *charmap.Charmap, s string) string {
	var b strings.Builder
	b.Grow(len(s) + len(s)/8)
	for i := 0; i < len(s); i++ {
		b.WriteRune(m.DecodeByte(s[i]))
	}
	return b.String()
}

// Reader gives r as UTF-8, without its byte order mark. UTF-8 itself passes
// through with invalid bytes read as Windows-1252; stray, when not nil, is
// called once for each. Errors: invalid, for an unknown encoding.
func Reader(r io.Reader, name string, stray func()) (io.Reader, error) {
	name, err := Canonical(name)
	if err != nil {
		return nil, err
	}
	if name == UTF8 {
		return transform.NewReader(r, &lenient{stray: stray, first: true}), nil
	}
	var e encoding.Encoding
	switch name {
	case UTF16LE:
		e = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case UTF16BE:
		e = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case UTF32LE:
		e = utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)
	case UTF32BE:
		e = utf32.UTF32(utf32.BigEndian, utf32.UseBOM)
	default:
		if m := oldPages[name]; m != nil {
			e = m
		} else if e, err = htmlindex.Get(name); err != nil {
			return nil, overt.Errorf(overt.Invalid, "", "no encoding is named %q", name)
		}
	}
	return transform.NewReader(r, e.NewDecoder()), nil
}

// lenient copies UTF-8, reads invalid bytes as Windows-1252 and drops a byte
// order mark at the beginning.
type lenient struct {
	stray func()
	first bool
}

// Reset is part of transform.Transformer.
func (l *lenient) Reset() { l.first = true }

// Transform is part of transform.Transformer.
func (l *lenient) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	if l.first {
		if len(src) < 3 && !atEOF {
			return 0, 0, transform.ErrShortSrc
		}
		l.first = false
		if bytes.HasPrefix(src, []byte("\xef\xbb\xbf")) {
			nSrc = 3
		}
	}
	for nSrc < len(src) {
		run := asciiRun(src[nSrc:])
		n := copy(dst[nDst:], src[nSrc:nSrc+run])
		nDst, nSrc = nDst+n, nSrc+n
		if n < run {
			return nDst, nSrc, transform.ErrShortDst
		}
		if nSrc == len(src) {
			break
		}
		r, size := utf8.DecodeRune(src[nSrc:])
		wrong := r == utf8.RuneError && size == 1
		if wrong && !atEOF && !utf8.FullRune(src[nSrc:]) {
			return nDst, nSrc, transform.ErrShortSrc
		}
		if nDst+utf8.UTFMax > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		if wrong {
			r = charmap.Windows1252.DecodeByte(src[nSrc])
			if l.stray != nil {
				l.stray()
			}
		}
		nDst += utf8.EncodeRune(dst[nDst:], r)
		nSrc += size
	}
	return nDst, nSrc, nil
}

func asciiRun(b []byte) int {
	for i, c := range b {
		if c >= utf8.RuneSelf {
			return i
		}
	}
	return len(b)
}
