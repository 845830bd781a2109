package office

import (
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"overt/extract/charset"
)

// maxToken bounds one tag or run of text, which the decoder holds as a whole.
const maxToken = 32 << 20 // bytes

var errDeep = errors.New("it is nested too deep")

// A scan gives the elements of one XML part, bounded in depth and in the size of
// a token. Entities that a part declares are errors where they are used: nothing
// is expanded, nothing fetched.
type scan struct {
	in    *bufio.Reader
	dec   *xml.Decoder
	depth int
	most  int
	left  int64
}

func newScan(r io.Reader, depth int) (*scan, error) {
	d := &scan{in: bufio.NewReaderSize(r, 64<<10), most: depth}
	head, err := d.in.Peek(4)
	if len(head) < 2 && err != nil {
		return nil, fmt.Errorf("%w: the part is empty", errDamaged)
	}
	var src io.Reader = d
	if g := charset.Detect(head); strings.HasPrefix(g.Name, "utf-16") || strings.HasPrefix(g.Name, "utf-32") {
		if src, err = charset.Reader(d, g.Name, nil); err != nil {
			return nil, err
		}
	}
	d.left = maxToken
	d.dec = xml.NewDecoder(src)
	d.dec.CharsetReader = func(name string, in io.Reader) (io.Reader, error) {
		if strings.HasPrefix(strings.ToLower(name), "utf-16") {
			return in, nil // decoded above, or wrongly said
		}
		return charset.Reader(in, name, nil)
	}
	return d, nil
}

// Read passes bytes on while the token being read is not too long.
func (d *scan) Read(p []byte) (int, error) {
	if d.left <= 0 {
		return 0, fmt.Errorf("%w: a value is too long", errTooMuch)
	}
	n, err := d.in.Read(p)
	d.left -= int64(n)
	return n, err
}

// next gives the next token. The error is io.EOF after the last element only.
func (d *scan) next() (xml.Token, error) {
	d.left = maxToken
	tok, err := d.dec.Token()
	if err == io.EOF && d.depth == 0 {
		return nil, io.EOF
	}
	var syntax *xml.SyntaxError
	if err == io.EOF || errors.As(err, &syntax) {
		err = fmt.Errorf("%w at byte %d", errDamaged, d.dec.InputOffset())
	}
	if err != nil {
		return nil, err
	}
	switch tok.(type) {
	case xml.StartElement:
		if d.depth++; d.depth > d.most {
			return nil, errDeep
		}
	case xml.EndElement:
		d.depth--
	}
	return tok, nil
}

// root passes to the first element and gives it.
func (d *scan) root() (xml.StartElement, error) {
	for {
		tok, err := d.next()
		if err == io.EOF {
			err = errDamaged
		}
		if err != nil {
			return xml.StartElement{}, err
		}
		if e, ok := tok.(xml.StartElement); ok {
			return e, nil
		}
	}
}

// each calls f for every child of the element that is open, and text, when not
// nil, for the text between them, and passes the element's end. What f leaves of
// a child is passed over.
func (d *scan) each(f func(e xml.StartElement) error, text func(s []byte)) error {
	for base := d.depth; ; {
		tok, err := d.next()
		if err == io.EOF {
			err = errDamaged
		}
		if err != nil {
			return err
		}
		switch e := tok.(type) {
		case xml.CharData:
			if text != nil {
				text(e)
			}
		case xml.EndElement:
			if d.depth < base {
				return nil
			}
		case xml.StartElement:
			if f != nil {
				if err := f(e); err != nil {
					return err
				}
			}
			if err := d.pass(base); err != nil {
				return err
			}
		}
	}
}

// pass reads on until so many elements are open.
func (d *scan) pass(depth int) error {
	for d.depth > depth {
		if _, err := d.next(); err != nil {
			return err
		}
	}
	return nil
}

// all calls f for every element inside the one that is open, however deep.
func (d *scan) all(f func(e xml.StartElement) error) error {
	for base := d.depth; d.depth >= base; {
		tok, err := d.next()
		if err == io.EOF {
			err = errDamaged
		}
		if err != nil {
			return err
		}
		if e, ok := tok.(xml.StartElement); ok {
			if err := f(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// text gives the text of the element that is open, with all inside it, up to so
// many bytes, and passes its end.
func (d *scan) text(most int) (string, error) {
	var b strings.Builder
	for base := d.depth; d.depth >= base; {
		tok, err := d.next()
		if err == io.EOF {
			err = errDamaged
		}
		if err != nil {
			return "", err
		}
		if s, ok := tok.(xml.CharData); ok && b.Len() < most {
			b.Write(s[:min(len(s), most-b.Len())])
		}
	}
	return strings.ToValidUTF8(b.String(), ""), nil
}

// attr gives an attribute by its local name, one without a namespace first.
func attr(e xml.StartElement, name string) string {
	found := ""
	for _, a := range e.Attr {
		if a.Name.Local == name {
			if a.Name.Space == "" {
				return a.Value
			}
			found = a.Value
		}
	}
	return found
}

// attrIn gives an attribute by its local name, of a namespace whose address
// holds some text.
func attrIn(e xml.StartElement, space, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && strings.Contains(a.Name.Space, space) {
			return a.Value
		}
	}
	return ""
}

// relation gives an attribute of an element that names a relation, such as r:id.
func relation(e xml.StartElement, name string) string { return attrIn(e, "/relationships", name) }

// on says whether a switch is on: an element that is there, unless it says off.
func on(e xml.StartElement) bool {
	switch attr(e, "val") {
	case "0", "false", "off", "none":
		return false
	}
	return true
}
