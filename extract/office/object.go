package office

import (
	"bytes"
	"encoding/binary"
	"io"
	"path"
	"slices"
	"strings"

	"overt/extract/charset"
	"overt/extract/document"
	"overt/extract/page"
	"overt/internal/cfb"
)

// object gives what a compound file that is embedded wraps: a file that was
// dropped into the document ([MS-OLEDS] 2.3.6, OLE 1 packages), or the document
// of another program; else the compound file as it is.
func (r *reading) object(m document.Member, b []byte) error {
	whole := func() error { return r.give(m, bytes.NewReader(b)) }
	f, err := cfb.Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return whole()
	}
	for _, name := range []string{"\x01Ole10Native", "Package", "CONTENTS", "EmbeddedOdf"} {
		e := f.Root.Find(name)
		if e == nil || e.Storage {
			continue
		}
		s, cutOff, err := f.Stream(e)
		if err != nil || cutOff || s.Size() == 0 {
			return whole()
		}
		if name != "\x01Ole10Native" {
			m.Size = s.Size()
			return r.give(m, s)
		}
		data, err := io.ReadAll(s) // at most the object's size
		if err != nil {
			return whole()
		}
		file, source, body := native(data)
		if body == nil {
			return whole()
		}
		if file != "" {
			m.Path = page.Short(path.Join(path.Dir(m.Path), file))
			m.Type = mediaType(strings.ToLower(file))
		}
		if source != "" && source != file {
			r.note("source-path", "the embedded file %s came from %s", page.OneLine(file), page.OneLine(source))
		}
		m.Size = int64(len(body))
		return r.give(m, bytes.NewReader(body))
	}
	return whole()
}

// native takes apart an Ole10Native stream: the file's name, the path it came
// from, its bytes; nil bytes when it is of another form.
func native(b []byte) (name, source string, body []byte) {
	if len(b) < 6 {
		return "", "", nil
	}
	b = b[4:] // the size of all
	decode := charset.FromWindows1252
	if parts := bytes.SplitN(b[2:min(len(b), 1024)], []byte{0}, 3); len(parts) == 3 { // the code page is said nowhere
		if f, err := charset.Text(charset.Detect(slices.Concat(parts[0], parts[1])).Name); err == nil {
			decode = f
		}
	}
	text := func() string {
		n := bytes.IndexByte(b, 0)
		if n < 0 || n > 4096 {
			b = nil
			return ""
		}
		s := string(b[:n])
		b = b[n+1:]
		return decode(s)
	}
	b = b[2:]
	label := text()
	source = text()
	if len(b) < 8 {
		return "", "", nil
	}
	n := int64(binary.LittleEndian.Uint32(b[4:]))
	if b = b[8:]; n > int64(len(b)) {
		return "", "", nil
	}
	b = b[n:] // the path of a temporary copy
	if len(b) < 4 {
		return "", "", nil
	}
	n = int64(binary.LittleEndian.Uint32(b))
	if b = b[4:]; n > int64(len(b)) {
		return "", "", nil
	}
	name = label
	if i := strings.LastIndexAny(name, `\/`); i >= 0 {
		name = name[i+1:]
	}
	return name, source, b[:n:n]
}
