package office

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"overt/extract/document"
	"overt/extract/page"
	"overt/internal/cfb"
)

// members gives what is packed in the document and is no part of its text:
// pictures, embedded documents and objects, macros, data. They are found by the
// list of files and not by relations, so that nothing hides behind a missing one.
func (r *reading) members() error {
	for _, e := range r.pack.entries {
		if r.pack.find(e.name) != e || strings.HasSuffix(e.name, "/") {
			continue
		}
		name := strings.ToLower(e.name)
		if strings.HasSuffix(name, ".rels") {
			if err := r.unreadRelations(e.name); err != nil {
				return err
			}
			continue
		}
		if r.read[name] || !r.wanted(name) {
			continue
		}
		if r.pack.full() {
			return errTooMuch
		}
		if err := r.member(e); err != nil {
			return err
		}
	}
	return nil
}

// unreadRelations says what a part that was not read wants from elsewhere.
func (r *reading) unreadRelations(name string) error {
	if r.read[strings.ToLower(name)] {
		return nil
	}
	dir, file := path.Split(name)
	part := strings.TrimSuffix(dir, "_rels/") + strings.TrimSuffix(file, ".rels")
	return r.part(name, func() error {
		_, err := r.relationList(part)
		return err
	})
}

// looks are parts that say how things look, or serve the program alone, by
// what their names hold.
var looks = []string{
	"[content_types].xml", "mimetype", "/theme/", "theme/theme", "fonttable", "websettings", "printersettings", "calcchain", "thumbnail",
	"/fonts/", "fonts/", ".odttf", ".fntdata", ".otf", ".ttf", ".woff", "binaryindex", "docprops/", "meta-inf/", "configurations2/",
	"manifest.rdf", "_xmlsignatures/", "itemprops", "layout-cache", "current.xml", ".css", "/glossary/", "iwa", "thumbs/", "buildversionhistory",
}

// wanted says whether a file is given as a member: what is no markup, and data
// in markup that an author put in.
func (r *reading) wanted(name string) bool {
	for _, l := range looks {
		if strings.Contains(name, l) {
			return strings.HasPrefix(name, "quicklook/")
		}
	}
	switch ext := path.Ext(name); {
	case strings.HasPrefix(name, "customxml/"), strings.HasPrefix(name, "basic/"), strings.HasPrefix(name, "scripts/"):
		return ext != ".rels" && !strings.HasSuffix(name, "-lb.xml") && !strings.HasSuffix(name, "-lc.xml")
	case ext == ".vml", ext == ".xml", ext == ".ncx", ext == ".opf", ext == ".apxl":
		return strings.Contains(name, "afchunk") || strings.Contains(name, "embeddings/")
	case ext == ".bin":
		return !strings.HasPrefix(name, "xl/") || strings.Contains(name, "embeddings/") || strings.Contains(name, "vbaproject") || strings.Contains(name, "activex")
	case ext == ".fdseq", ext == ".fdoc", ext == ".fpage", ext == ".dict", ext == ".frag", ext == ".struct", ext == ".odttf":
		return false
	}
	return true
}

// memberMemory is how large an embedded object can be to be looked into; larger
// ones are given as they lie there.
const memberMemory = 64 << 20 // bytes

// member gives one file. Objects that wrap a file give that file.
func (r *reading) member(e *entry) error {
	name := strings.ToLower(e.name)
	if strings.Contains(name, "vbaproject") || strings.HasPrefix(name, "basic/") || strings.HasPrefix(name, "scripts/") {
		r.note("macros", "the document has macros, which were not run; they are given as files")
	}
	return r.part(e.name, func() error {
		in, err := r.pack.open(e)
		if err != nil {
			return err
		}
		m := document.Member{Path: page.Short(e.name), Type: mediaType(name), Modified: e.modified, Role: document.Embedded, Size: max(e.size, -1)}
		if strings.HasPrefix(name, "customxml/") {
			return r.data(m, in)
		}
		if !strings.Contains(name, "embeddings/") && !strings.HasPrefix(name, "object") {
			return r.give(m, in)
		}
		head := make([]byte, len(cfb.Magic))
		n, err := io.ReadFull(in, head)
		whole := io.MultiReader(bytes.NewReader(head[:n]), in)
		if err != nil || string(head) != cfb.Magic {
			return r.give(m, whole)
		}
		b, err := io.ReadAll(io.LimitReader(whole, memberMemory))
		if err != nil || len(b) == memberMemory {
			return r.give(m, io.MultiReader(bytes.NewReader(b), failing{err}, in))
		}
		return r.object(m, b)
	})
}

// failing gives an error, or nothing.
type failing struct{ err error }

// Read is the error.
func (f failing) Read([]byte) (int, error) {
	if f.err == nil {
		return 0, io.EOF
	}
	return 0, f.err
}

// give writes a member.
func (r *reading) give(m document.Member, in io.Reader) error {
	w, err := r.out.Member(m)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, &stoppable{r, in})
	if r.over() != nil {
		return r.over()
	}
	return errors.Join(err, w.Close())
}

// data gives custom XML that holds something.
func (r *reading) data(m document.Member, in io.Reader) error {
	b, err := io.ReadAll(io.LimitReader(in, memberMemory))
	if err != nil {
		return err
	}
	d, err := newScan(bytes.NewReader(b), r.lim.Depth)
	for err == nil {
		var tok xml.Token
		if tok, err = d.next(); err != nil {
			break
		}
		if s, ok := tok.(xml.CharData); ok && len(bytes.TrimSpace(s)) > 0 {
			return r.give(m, io.MultiReader(bytes.NewReader(b), in))
		}
	}
	if err == io.EOF {
		return nil // nothing but tags
	}
	return r.give(m, bytes.NewReader(b))
}

// mediaTypes are declared by the endings of names inside.
var mediaTypes = map[string]string{
	".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".bmp": "image/bmp", ".tif": "image/tiff",
	".tiff": "image/tiff", ".emf": "image/emf", ".wmf": "image/wmf", ".svg": "image/svg+xml", ".pdf": "application/pdf",
	".html": "text/html", ".htm": "text/html", ".xhtml": "application/xhtml+xml", ".mht": "message/rfc822", ".rtf": "application/rtf", ".txt": "text/plain",
}

func mediaType(name string) string { return mediaTypes[path.Ext(name)] }
