package pdf

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
)

type xmpProperty struct{ name, value string }

const (
	maxXMP  = 1 << 20  // bytes of a packet
	scanXMP = 64 << 20 // bytes of the document that are searched, half at each end
)

// A found is what a search of the document's bytes gives: what PDFium does not
// hand out.
type found struct {
	xmp    []xmpProperty // of the last packet that speaks of a PDF; others are those of pictures
	script bool          // an action with JavaScript, outside compressed parts
}

// scan searches the document's bytes. By its standard an XMP packet stands in
// the file so that this finds it.
func (r *reading) scan() found {
	src := io.NewSectionReader(r.in, 0, r.in.Size)
	if r.in.Size > scanXMP {
		half := int64(scanXMP / 2)
		first := search(io.NewSectionReader(r.in, 0, half))
		if first.xmp != nil {
			return first
		}
		src = io.NewSectionReader(r.in, r.in.Size-half, half)
	}
	return search(src)
}

func search(src io.Reader) (f found) {
	begin, end, script := []byte("<x:xmpmeta"), []byte("</x:xmpmeta>"), []byte("/JavaScript")
	window, chunk := []byte(nil), make([]byte, 256<<10)
	for {
		n, err := io.ReadFull(src, chunk)
		window = append(window, chunk[:n]...)
		f.script = f.script || bytes.Contains(window, script)
		for {
			i := bytes.Index(window, begin)
			if i < 0 {
				window = window[max(0, len(window)-len(script)):]
				break
			}
			window = window[i:]
			j := bytes.Index(window, end)
			if j < 0 {
				break
			}
			if p := packet(window[:j+len(end)]); p != nil {
				f.xmp = p
			}
			window = window[j+len(end):]
		}
		if len(window) > maxXMP {
			window = window[len(window)-maxXMP/2:]
		}
		if err != nil {
			return f
		}
	}
}

// xmpNames are the properties that are taken; those of dc are lists.
var xmpNames = map[xml.Name]string{
	{Space: "http://purl.org/dc/elements/1.1/", Local: "title"}:       "title",
	{Space: "http://purl.org/dc/elements/1.1/", Local: "creator"}:     "author",
	{Space: "http://purl.org/dc/elements/1.1/", Local: "description"}: "summary",
	{Space: "http://purl.org/dc/elements/1.1/", Local: "language"}:    "language",
	{Space: "http://ns.adobe.com/xap/1.0/", Local: "CreatorTool"}:     "generator",
	{Space: "http://ns.adobe.com/xap/1.0/", Local: "CreateDate"}:      "authoredAt",
	{Space: "http://ns.adobe.com/xap/1.0/", Local: "ModifyDate"}:      "modifiedAt",
	{Space: "http://ns.adobe.com/pdf/1.3/", Local: "Producer"}:        "generator",
	{Space: "http://ns.adobe.com/pdf/1.3/", Local: "Keywords"}:        "keywords",
}

// packet reads an XMP packet; nil when it is not that of a PDF.
func packet(data []byte) []xmpProperty {
	if !bytes.Contains(data, []byte("application/pdf")) && !bytes.Contains(data, []byte("http://ns.adobe.com/pdf/1.3/")) {
		return nil
	}
	d := xml.NewDecoder(bytes.NewReader(data))
	d.Strict = false
	var out []xmpProperty
	var open []string // the property that each open element is within, empty for none
	for len(out) < 1_000 && len(open) < 64 {
		t, err := d.Token()
		if err != nil {
			break
		}
		switch t := t.(type) {
		case xml.StartElement:
			name := xmpNames[t.Name]
			if name == "" && len(open) > 0 {
				name = open[len(open)-1]
			}
			for _, a := range t.Attr {
				if n := xmpNames[a.Name]; n != "" {
					out = append(out, xmpProperty{n, tidy(a.Value)})
				}
			}
			open = append(open, name)
		case xml.EndElement:
			open = open[:max(0, len(open)-1)]
		case xml.CharData:
			if s := strings.TrimSpace(string(t)); s != "" && len(open) > 0 && open[len(open)-1] != "" {
				out = append(out, xmpProperty{open[len(open)-1], tidy(s)})
			}
		}
	}
	return out
}
