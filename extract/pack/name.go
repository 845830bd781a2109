package pack

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"overt/extract/charset"
)

// names decodes the names of one archive, which share an encoding that nothing
// declares.
type names struct {
	sample []byte
	name   string
	decode func(string) string
}

// maxSample bounds how many bytes of names tell the encoding.
const maxSample = 64 << 10

// add looks at one more raw name.
func (n *names) add(raw string) {
	if n.decode == nil && len(n.sample) < maxSample && !utf8.ValidString(raw) {
		n.sample = append(append(n.sample, raw...), '\n')
	}
}

// text gives a name as text, and its bytes where they are none of UTF-8.
func (n *names) text(raw string) (string, []byte) {
	if utf8.ValidString(raw) {
		return slashed(raw), nil
	}
	if n.decode == nil {
		n.find(raw)
	}
	return slashed(n.decode(raw)), []byte(raw)
}

// find decides on the encoding: one of East Asia where the names look like it,
// else a code page of DOS, as archivers have written names since.
func (n *names) find(raw string) {
	if len(n.sample) == 0 {
		n.add(raw)
	}
	n.name = charset.Detect(n.sample).Name
	switch n.name {
	case charset.UTF8, "shift_jis", "euc-jp", "gbk", "big5", "euc-kr":
	default:
		n.name = oldPage(n.sample)
	}
	decode, err := charset.Text(n.name)
	if err != nil {
		decode = charset.FromWindows1252
	}
	n.decode = decode
}

// oldPage chooses among encodings for names that are too short to tell: lines and
// blocks of code page 437 do not stand in names.
func oldPage(sample []byte) string {
	if cyrillic(sample) {
		return "ibm866"
	}
	for _, c := range sample {
		if c >= 0xb0 && c <= 0xdf {
			if name := byCharacters(sample); name != "" {
				return name
			}
			return charset.Windows1252
		}
	}
	return "ibm437"
}

// byCharacters gives the encoding of East Asia in which all that is not ASCII are
// ideographs, kana or Hangul.
func byCharacters(sample []byte) string {
	for _, name := range []string{"shift_jis", "gbk", "big5", "euc-kr"} {
		decode, err := charset.Text(name)
		if err != nil {
			continue
		}
		if strings.IndexFunc(decode(string(sample)), func(r rune) bool {
			return r >= utf8.RuneSelf && !unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r >= 0xff61 && r <= 0xff9f
		}) < 0 {
			return name
		}
	}
	return ""
}

// cyrillic goes by runs of bytes that are small letters in code page 866.
func cyrillic(b []byte) bool {
	high, fit := 0, 0
	for i, c := range b {
		if c < utf8.RuneSelf {
			continue
		}
		high++
		letter := c <= 0xaf || c >= 0xe0 && c <= 0xef
		if letter && (i > 0 && b[i-1] >= utf8.RuneSelf || i+1 < len(b) && b[i+1] >= utf8.RuneSelf) {
			fit++
		}
	}
	return high > 3 && fit*10 > high*8
}

// slashed separates levels by "/" where an archiver of DOS wrote "\".
func slashed(s string) string {
	if !strings.Contains(s, "/") {
		return strings.ReplaceAll(s, `\`, "/")
	}
	return s
}

// cString is what stands before the first zero.
func cString(b []byte) string {
	b, _, _ = bytes.Cut(b, []byte{0})
	return string(b)
}
