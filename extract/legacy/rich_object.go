package legacy

import (
	"bytes"
	"fmt"
	"io"

	"overt/extract/document"
	"overt/internal/cfb"
)

// A richPicture is a picture or the data of an object whose bytes are being read.
type richPicture struct {
	t      *rich
	kind   pictureKind
	data   bool // of an object: kept until its end, because it is an envelope
	b      []byte
	half   byte
	odd    bool
	w      io.WriteCloser
	failed error
	cut    bool
}

type pictureKind struct{ ending, media string }

var richPictures = map[string]pictureKind{
	"emfblip": {"emf", "image/emf"}, "pngblip": {"png", "image/png"}, "jpegblip": {"jpg", "image/jpeg"},
	"macpict": {"pict", "image/x-pict"}, "wmetafile": {"wmf", "image/wmf"}, "dibitmap": {"bmp", "image/x-dib"},
	"wbitmap": {"bmp", "image/x-bitmap"}, "pmmetafile": {"met", "image/x-met"},
}

const (
	// maxObject bounds the data of an object, in bytes.
	maxObject = 128 << 20
	hexBuffer = 16 << 10
)

func (t *rich) pictures(word string, _ int) bool {
	kind, is := richPictures[word]
	if is && t.picture != nil && t.state.to == inPicture {
		t.picture.kind = kind
	}
	return is
}

// digit takes half a byte.
func (t *rich) digit(d byte) {
	p := t.picture
	if p == nil {
		return
	}
	if p.odd = !p.odd; p.odd {
		p.half = d
		return
	}
	if p.b = append(p.b, p.half<<4|d); !p.data && len(p.b) >= hexBuffer {
		p.flush()
	} else if len(p.b) > maxObject {
		p.b, p.cut = p.b[:maxObject], true
	}
}

// Write takes bytes that stand as they are.
func (p *richPicture) Write(b []byte) (int, error) {
	if p.data {
		room := min(len(b), maxObject-len(p.b))
		p.b, p.cut = append(p.b, b[:room]...), p.cut || room < len(b)
		return len(b), nil
	}
	p.b = append(p.b, b...)
	p.flush()
	return len(b), p.failed
}

// flush gives the bytes so far; the member begins with the first.
func (p *richPicture) flush() {
	if len(p.b) == 0 || p.failed != nil {
		return
	}
	if p.w == nil {
		p.t.r.note("pictures", "the document has pictures, which are given as files")
		if p.kind.ending == "" {
			p.kind.ending = "bin"
		}
		name := fmt.Sprintf("pictures/%d.%s", p.t.r.pictureNumber(), p.kind.ending)
		p.w, p.failed = p.t.r.out.Member(document.Member{Path: name, Type: p.kind.media, Role: document.Embedded, Size: -1})
		if p.failed != nil {
			return
		}
	}
	_, p.failed = p.w.Write(p.b)
	p.b = p.b[:0]
}

func (t *rich) endPicture() error {
	p := t.picture
	t.picture = nil
	if p == nil {
		return nil
	}
	if p.data {
		t.objects++
		path := fmt.Sprintf("objects/%d", t.objects)
		return t.r.part("object "+path, func() error {
			if err := t.r.envelope(p.b, path); err != nil {
				return err
			}
			if p.cut {
				return errTooMuch
			}
			return nil
		})
	}
	p.flush()
	if p.w != nil && p.failed == nil {
		p.failed = p.w.Close()
	}
	return p.failed
}

// envelope gives the object of an OLE 1.0 stream, [MS-OLEDS] 2.2.5.
func (r *reading) envelope(b []byte, path string) error {
	if len(b) == 0 {
		return nil
	}
	m := document.Member{Path: path, Role: document.Embedded, Size: -1}
	rest := b
	var class string
	for i := range 3 { // class, topic, item
		at := 0
		if i == 0 {
			at = 8
		}
		n := u32(rest, at)
		if len(rest) < at+4 || n > int64(len(rest)-at-4) {
			return r.gave(m, bytes.NewReader(b))
		}
		text := string(upToZero(rest[at+4 : at+4+int(n)]))
		if i == 0 {
			class = text
		}
		rest = rest[at+4+int(n):]
		if u32(b, 4) == 1 && text != "" {
			r.note("external", "the document is linked with another file, which was not fetched: %s", r.decoder(1252)(text))
		}
	}
	if u32(b, 4) == 1 { // a link has no data of its own
		return nil
	}
	size := u32(rest, 0)
	rest = rest[min(4, len(rest)):]
	data := rest[:min(size, int64(len(rest)))]
	switch {
	case len(data) == 0:
		return bad("an object without its bytes")
	case bytes.HasPrefix(data, []byte(cfb.Magic)):
		f, err := cfb.Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return r.gave(m, bytes.NewReader(data))
		}
		return r.unpack(f, io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data))), m)
	case class == "Package":
		return r.native(io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data))), 0, m)
	}
	return r.gave(m, bytes.NewReader(data))
}

// unpack gives what a compound file wraps, or the file itself.
func (r *reading) unpack(f *cfb.File, data *io.SectionReader, m document.Member) error {
	for _, name := range []string{"Package", "CONTENTS", "\x01Ole10Native"} {
		if e := f.Root.Find(name); e != nil && !e.Storage {
			outer := r.file
			r.file = f
			err := r.object(f.Root, m.Path)
			r.file = outer
			return err
		}
	}
	m.Type, m.Size = objectType(f.Root), data.Size()
	return r.gave(m, data)
}
