package legacy

import (
	"bytes"
	"compress/zlib"
	"fmt"
	"io"
	"strings"

	"overt/extract/document"
	"overt/extract/page"
	"overt/internal/cfb"
)

// object gives what a storage of an embedded object holds as a member: the file
// that a packager put in, or the storage as a compound file of its own.
func (r *reading) object(e *cfb.Entry, path string) error {
	return r.part("object "+path, func() error {
		m := document.Member{Path: path, Role: document.Embedded, Size: -1, Modified: stamp(e)}
		for _, name := range []string{"Package", "CONTENTS"} {
			if inner := e.Find(name); inner != nil && !inner.Storage && inner.Size > 0 {
				s, err := r.stream(inner)
				if err != nil {
					return err
				}
				m.Size = s.Size()
				return r.gave(m, s)
			}
		}
		if inner := e.Find("\x01Ole10Native"); inner != nil && !inner.Storage {
			s, err := r.stream(inner)
			if err != nil {
				return err
			}
			return r.native(s, 4, m)
		}
		if len(e.Entries) == 0 || e.Find("\x01Ole") != nil && len(e.Entries) < 3 && e.Find("\x03ObjInfo") != nil {
			return nil // nothing but how it is shown
		}
		m.Type = objectType(e)
		return r.storage(e, m)
	})
}

// storage gives a storage as a file.
func (r *reading) storage(e *cfb.Entry, m document.Member) error {
	w, err := r.out.Member(m)
	if err != nil {
		return err
	}
	cut, err := r.file.WriteStorage(w, e)
	if fatal := r.over(); fatal != nil {
		return fatal
	}
	if closed := w.Close(); closed != nil {
		return closed
	}
	if err == nil && cut {
		err = bad("a stream of it is cut short")
	}
	return err
}

func stamp(e *cfb.Entry) string {
	if e.Modified.IsZero() || e.Modified.Year() < 1980 || e.Modified.Year() > 2200 {
		return ""
	}
	return e.Modified.Format("2006-01-02T15:04:05Z")
}

func objectType(e *cfb.Entry) string {
	switch {
	case e.Find("WordDocument") != nil:
		return "application/msword"
	case e.Find("Workbook") != nil, e.Find("Book") != nil:
		return "application/vnd.ms-excel"
	case e.Find("PowerPoint Document") != nil:
		return "application/vnd.ms-powerpoint"
	case e.Find("VisioDocument") != nil:
		return "application/vnd.visio"
	case e.Find("__properties_version1.0") != nil:
		return "application/vnd.ms-outlook"
	}
	return ""
}

// native gives what the packager wrapped, from an offset of a stream
// ([MS-OLEDS] 2.3.6 and the layout that the packager of Windows writes): two
// names, a path, and the bytes. Where it is none, what stands there is given.
func (r *reading) native(s *io.SectionReader, at int64, m document.Member) error {
	head := make([]byte, min(s.Size()-min(at, s.Size()), 8<<10))
	n, err := s.ReadAt(head, at)
	if err != nil && err != io.EOF {
		return err
	}
	name, body, size := packaged(head[:n])
	if body == 0 {
		m.Size = s.Size() - at
		return r.gave(m, io.NewSectionReader(s, at, s.Size()-at))
	}
	if name = page.OneLine(r.decoder(1252)(name)); name != "" {
		m.Path = m.Path + "/" + name
	}
	m.Size = size
	left := s.Size() - at - body
	if err := r.gave(m, io.NewSectionReader(s, at+body, min(size, left))); err != nil {
		return err
	}
	if size > left {
		return bad("the object ends before its stated size")
	}
	return nil
}

// packaged reads the head of a package: the name of the file, where its bytes
// begin and how many there are; 0 when it is no package.
func packaged(b []byte) (name string, body, size int64) {
	if u16(b, 0) != 2 {
		return "", 0, 0
	}
	rest := b[2:]
	label := upToZero(rest)
	if len(label) == len(rest) {
		return "", 0, 0
	}
	rest = rest[len(label)+1:]
	path := upToZero(rest)
	if len(path) == len(rest) {
		return "", 0, 0
	}
	rest = rest[len(path)+1:]
	temp := u32(rest, 4)
	if temp > int64(len(rest)-12) {
		return "", 0, 0
	}
	rest = rest[8+temp:]
	size = u32(rest, 0)
	body = int64(len(b)-len(rest)) + 4
	name = string(label)
	if name == "" {
		name = string(path[bytes.LastIndexAny(path, `\/`)+1:])
	}
	return name, body, size
}

// macros gives the source of each module of macros as a member.
func (r *reading) macros(e *cfb.Entry) error {
	for _, child := range e.Entries {
		if !child.Storage {
			continue
		}
		if strings.EqualFold(child.Name, "VBA") && child.Find("dir") != nil {
			r.note("macros", "the document has macros, which were not run; their source is given as files")
			if err := r.part("macros", func() error { return r.project(child) }); err != nil {
				return err
			}
			continue
		}
		if strings.HasPrefix(child.Name, "MBD") || child.Name == "ObjectPool" {
			continue // those of an object come with it
		}
		if err := r.macros(child); err != nil {
			return err
		}
	}
	return nil
}

// maxModule bounds the source of a module, and the list of modules, in bytes.
const maxModule = 16 << 20

// project reads the modules of a project, [MS-OVBA] 2.3.4.2.
func (r *reading) project(vba *cfb.Entry) error {
	b, err := r.small(vba.Find("dir"), maxModule)
	if err != nil {
		return err
	}
	dir, err := expand(b)
	if err != nil && len(dir) == 0 {
		return err
	}
	page, name := 1252, ""
	for at := 0; at+6 <= len(dir); {
		id, size := u16(dir, at), u32(dir, at+2)
		if id == 9 { // the version says 4 and has 6 bytes
			size = 6
		}
		if size > int64(len(dir)-at-6) {
			return bad("the list of modules is cut short")
		}
		value := dir[at+6 : at+6+int(size)]
		at += 6 + int(size)
		switch id {
		case 0x0003:
			page = u16(value, 0)
		case 0x001A:
			name = r.decoder(page)(string(value))
		case 0x0031:
			if err := r.part("macros "+name, func() error { return r.module(vba, name, u32(value, 0), page) }); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *reading) module(vba *cfb.Entry, name string, at int64, page int) error {
	e := vba.Find(name)
	if e == nil || e.Storage {
		return bad("a module is missing")
	}
	b, err := r.small(e, maxModule)
	if err != nil {
		return err
	}
	if at > int64(len(b)) {
		return bad("the source of a module lies outside of its stream")
	}
	source, err := expand(b[at:])
	m := document.Member{Path: "macros/" + name + ".bas", Type: "text/plain", Charset: codePage(page), Role: document.Embedded, Size: -1}
	if gave := r.gave(m, bytes.NewReader(source)); gave != nil {
		return gave
	}
	return err
}

// expand undoes the compression of macros, [MS-OVBA] 2.4.1. What was read before
// an error is given beside it.
func expand(b []byte) ([]byte, error) {
	if len(b) == 0 || b[0] != 1 {
		return nil, bad("compressed source that is none")
	}
	var out []byte
	for b = b[1:]; len(b) >= 2; {
		head := u16(b, 0)
		size := min(head&0xFFF+3, len(b))
		if len(out) > maxModule {
			return out, errTooMuch
		}
		chunk := b[2:size]
		b = b[size:]
		if head&0x8000 == 0 {
			out = append(out, chunk...)
			continue
		}
		var err error
		if out, err = expandChunk(out, chunk); err != nil {
			return out, err
		}
	}
	return out, nil
}

func expandChunk(out, chunk []byte) ([]byte, error) {
	start := len(out)
	for len(chunk) > 0 {
		flags := chunk[0]
		chunk = chunk[1:]
		for bit := 0; bit < 8 && len(chunk) > 0; bit++ {
			if flags>>bit&1 == 0 {
				out = append(out, chunk[0])
				chunk = chunk[1:]
				continue
			}
			if len(chunk) < 2 {
				return out, nil
			}
			wide := 4
			for wide < 12 && 1<<wide < len(out)-start {
				wide++
			}
			token := u16(chunk, 0)
			chunk = chunk[2:]
			length, back := token&(0xFFFF>>wide)+3, token>>(16-wide)+1
			if back > len(out)-start || len(out)-start > 8192 {
				return out, bad("compressed source points before its beginning")
			}
			for range length {
				out = append(out, out[len(out)-back])
			}
		}
	}
	return out, nil
}

// pictureTypes are the kinds of pictures of drawings, [MS-ODRAW] 2.2.23.
var pictureTypes = map[int]struct{ ending, media string }{
	0xF01A: {"emf", "image/emf"}, 0xF01B: {"wmf", "image/wmf"}, 0xF01C: {"pict", "image/x-pict"},
	0xF01D: {"jpg", "image/jpeg"}, 0xF01E: {"png", "image/png"}, 0xF01F: {"bmp", "image/bmp"},
	0xF029: {"tif", "image/tiff"}, 0xF02A: {"jpg", "image/jpeg"},
}

// pictures gives the pictures of drawing records between two offsets, and
// says where they lead: delay holds those that the records only point at.
func (r *reading) pictures(src io.ReaderAt, from, to int64, delay *io.SectionReader) error {
	type span struct{ from, to int64 }
	stack := []span{{from, to}}
	head := make([]byte, 44)
	for len(stack) > 0 {
		if err := r.tick(); err != nil {
			return err
		}
		top := &stack[len(stack)-1]
		if top.from+8 > top.to {
			stack = stack[:len(stack)-1]
			continue
		}
		n, err := src.ReadAt(head, top.from)
		if n < 8 {
			return fmt.Errorf("a drawing breaks off: %w", err)
		}
		kind, size := u16(head, 2), u32(head, 4)
		body := top.from + 8
		end := min(body+size, top.to)
		top.from = end
		switch {
		case kind == 0xF007 && n >= 44:
			name := int64(head[8+33])
			if body+36+name < end {
				stack = append(stack, span{body + 36 + name, end})
			} else if at := u32(head, 8+28); delay != nil && at != 0xFFFFFFFF && at < delay.Size() && u32(head, 8+20) > 0 {
				if err := r.pictures(delay, at, min(at+u32(head, 8+20), delay.Size()), nil); err != nil {
					return err
				}
			}
		case pictureTypes[kind].ending != "":
			if err := r.picture(src, head[:8], body, end); err != nil {
				return err
			}
		case head[0]&0xF == 0xF:
			if len(stack) > r.lim.Depth {
				return errTooMuch
			}
			stack = append(stack, span{body, end})
		}
	}
	return nil
}

// picture gives one picture, [MS-ODRAW] 2.2.24 and after.
func (r *reading) picture(src io.ReaderAt, head []byte, body, end int64) error {
	kind, instance := u16(head, 2), u16(head, 0)>>4
	at := body + 16
	if instance&1 != 0 { // a second name of it
		at += 16
	}
	r.note("pictures", "the document has pictures, which are given as files")
	t := pictureTypes[kind]
	m := document.Member{Path: fmt.Sprintf("pictures/%d.%s", r.pictureNumber(), t.ending), Type: t.media, Role: document.Embedded, Size: -1}
	if kind > 0xF01C { // bitmaps, behind a tag
		if kind == 0xF01F {
			m.Type = "image/x-dib"
		}
		if at+1 > end {
			return bad("a picture breaks off")
		}
		return r.gave(m, io.NewSectionReader(src, at+1, end-at-1))
	}
	meta := make([]byte, 34)
	if n, err := src.ReadAt(meta, at); n < len(meta) {
		return fmt.Errorf("a picture breaks off: %w", err)
	}
	raw := io.NewSectionReader(src, at+34, max(end-at-34, 0))
	if meta[32] != 0 {
		return r.gave(m, raw)
	}
	z, err := zlib.NewReader(raw)
	if err != nil {
		return r.gap("member "+m.Path, err)
	}
	return r.gave(m, io.LimitReader(z, u32(meta, 0)))
}

func (r *reading) pictureNumber() int {
	r.drawn++
	return r.drawn
}
