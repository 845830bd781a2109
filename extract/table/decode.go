package table

import (
	"strings"
	"unicode/utf8"

	"overt"
	"overt/extract"
	"overt/extract/charset"
)

// decoder turns the bytes of a row's values into text.
type decoder struct {
	single    func(string) string // nil for UTF-8
	converted bool                // the stream was converted to UTF-8 before
	tally     *extract.Tally
	where     *overt.Locator // nil: count nothing
}

// row decodes values in place; whole is the record they were cut from, so that
// the common case, clean UTF-8, costs one look.
func (d *decoder) row(whole string, values []string) {
	if strings.IndexByte(whole, 0) >= 0 {
		d.warn("nul_bytes", "zero bytes inside values were left out")
		for i, v := range values {
			values[i] = strings.ReplaceAll(v, "\x00", "")
		}
	}
	switch {
	case d.single != nil:
		if !isASCII(whole) {
			d.fromSingle(values)
		}
	case d.converted:
		if strings.ContainsRune(whole, utf8.RuneError) {
			d.warnUndecodable()
		}
	case !utf8.ValidString(whole):
		d.warn("mixed_encoding", "a row that is not valid UTF-8 was read as Windows-1252 where it is not")
		for i, v := range values {
			if !utf8.ValidString(v) {
				values[i] = charset.FromWindows1252(v)
			}
		}
	}
}

func (d *decoder) fromSingle(values []string) {
	for i, v := range values {
		if isASCII(v) {
			continue
		}
		values[i] = d.single(v)
		if strings.ContainsRune(values[i], utf8.RuneError) {
			d.warnUndecodable()
		}
	}
}

func (d *decoder) warnUndecodable() {
	d.warn("undecodable", "a byte without meaning in the encoding became U+FFFD")
}

func (d *decoder) warn(code, message string) {
	if d.where != nil {
		d.tally.Add(code, message, *d.where)
	}
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
