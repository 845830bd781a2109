package sheet

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"overt/extract"
)

// decoder gives the tokens of one part of the archive, bounded in size and
// depth.
type decoder struct {
	part  string
	rc    io.ReadCloser
	xml   *xml.Decoder
	lim   extract.Limits
	left  int64
	depth int
}

func newDecoder(part string, rc io.ReadCloser, lim extract.Limits) *decoder {
	d := &decoder{part: part, rc: rc, lim: lim}
	d.xml = xml.NewDecoder(d)
	return d
}

// Read passes bytes on while the token being read is not too long, for the
// decoder holds a token as a whole.
func (d *decoder) Read(p []byte) (int, error) {
	if d.left <= 0 {
		return 0, errors.New("a value is too long")
	}
	n, err := d.rc.Read(p)
	d.left -= int64(n)
	return n, err
}

// Close closes the part.
func (d *decoder) Close() error { return d.rc.Close() }

// next gives the next token. The error is io.EOF after the last element only.
func (d *decoder) next() (xml.Token, error) {
	d.left = d.lim.Field + 64<<10
	tok, err := d.xml.Token()
	if err == io.EOF && d.depth == 0 {
		return nil, io.EOF
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, fmt.Errorf("%s: byte %d: %w", d.part, d.xml.InputOffset(), err)
	}
	switch tok.(type) {
	case xml.StartElement:
		if d.depth++; d.depth > d.lim.Depth {
			return nil, fmt.Errorf("%s: nesting of more than %d levels", d.part, d.lim.Depth)
		}
	case xml.EndElement:
		d.depth--
	}
	return tok, nil
}

// text gives the text of the element that is open, with all inside it except
// phonetic guides, and passes its end. Over says that it was too long.
func (d *decoder) text() (s string, over bool, err error) {
	var b strings.Builder
	phonetic := 0
	for base := d.depth; d.depth >= base; {
		tok, err := d.next()
		if err != nil {
			return "", false, err
		}
		switch e := tok.(type) {
		case xml.StartElement:
			if phonetic > 0 || e.Name.Local == "rPh" {
				phonetic++
			}
		case xml.EndElement:
			phonetic = max(0, phonetic-1)
		case xml.CharData:
			if int64(b.Len()+len(e)) > d.lim.Field {
				over = true
			} else if phonetic == 0 {
				b.Write(e)
			}
		}
	}
	return b.String(), over, nil
}

// strung gives the text of a rich or plain string: that of its t elements.
func (d *decoder) strung() (s string, over bool, err error) {
	var b strings.Builder
	phonetic := 0
	for base := d.depth; d.depth >= base; {
		tok, err := d.next()
		if err != nil {
			return "", false, err
		}
		switch e := tok.(type) {
		case xml.StartElement:
			switch {
			case phonetic > 0 || e.Name.Local == "rPh":
				phonetic++
			case e.Name.Local == "t":
				part, long, err := d.text()
				if err != nil {
					return "", false, err
				}
				if over = over || long || int64(b.Len()+len(part)) > d.lim.Field; !over {
					b.WriteString(part)
				}
			}
		case xml.EndElement:
			phonetic = max(0, phonetic-1)
		}
	}
	return Unescape(b.String()), over, nil
}

// Unescape resolves the form _xHHHH_ that stands for characters XML cannot
// hold (ECMA-376 part 1, 22.9.2.19).
func Unescape(s string) string {
	i := strings.Index(s, "_x")
	if i < 0 {
		return s
	}
	var b strings.Builder
	var high rune
	for i >= 0 {
		n, err := uint64(0), error(nil)
		if i+7 <= len(s) && s[i+6] == '_' {
			n, err = strconv.ParseUint(s[i+2:i+6], 16, 16)
		} else {
			err = strconv.ErrSyntax
		}
		b.WriteString(s[:i])
		if err != nil {
			b.WriteString("_x")
			s = s[i+2:]
		} else {
			r := rune(n)
			switch {
			case high != 0 && i == 0 && utf16.DecodeRune(high, r) != utf8.RuneError:
				b.WriteRune(utf16.DecodeRune(high, r))
				high = 0
			case utf16.IsSurrogate(r):
				high = r
			default:
				b.WriteRune(r)
			}
			s = s[i+7:]
		}
		i = strings.Index(s, "_x")
	}
	b.WriteString(s)
	return b.String()
}
