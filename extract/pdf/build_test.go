package pdf

import (
	"bytes"
	"fmt"
	"strings"
)

// A paper is a PDF of our own in the making: object i+1 is the i-th.
type paper struct {
	objects []string
	trailer string
}

// add adds an object and gives its number.
func (p *paper) add(format string, args ...any) int {
	p.objects = append(p.objects, fmt.Sprintf(format, args...))
	return len(p.objects)
}

// stream adds a stream and gives its number.
func (p *paper) stream(dict, data string) int {
	return p.add("<<%s /Length %d>>\nstream\n%s\nendstream", dict, len(data), data)
}

// bytes writes the file; object 1 is the catalogue.
func (p *paper) bytes() []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	for i, o := range p.objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, p.trailer, start)
	return b.Bytes()
}

// A leaf is a page of a paper.
type leaf struct {
	content string // operators
	extra   string // more entries of the page: /Rotate 90 /Annots […]
	more    string // more resources: /XObject <<…>>
}

// letter makes a paper of pages of 612 by 792 points; objects come after the
// first ones, from 5 on, in the order of extra, with the pages behind them.
func letter(catalog string, objects []string, leaves ...leaf) *paper {
	p := &paper{}
	p.add("<</Type /Catalog /Pages 2 0 R %s>>", catalog)
	p.add("")
	p.add("<</Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding>>")
	p.add("<</Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding>>")
	for _, o := range objects {
		p.add("%s", o)
	}
	var kids []string
	for _, l := range leaves {
		c := p.stream("", l.content)
		n := p.add("<</Type /Page /Parent 2 0 R /Contents %d 0 R /Resources <</Font <</F1 3 0 R /F2 4 0 R>> %s>> %s>>", c, l.more, l.extra)
		kids = append(kids, fmt.Sprintf("%d 0 R", n))
	}
	p.objects[1] = fmt.Sprintf("<</Type /Pages /Kids [%s] /Count %d /MediaBox [0 0 612 792]>>", strings.Join(kids, " "), len(kids))
	return p
}

// at writes a line of text with its lower left corner at a point.
func at(x, y, size int, s string) string {
	return fmt.Sprintf("BT /F1 %d Tf %d %d Td (%s) Tj ET\n", size, x, y, s)
}
