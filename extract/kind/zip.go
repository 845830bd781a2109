package kind

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
	"strings"
)

// A zipEntry is a file of a ZIP archive, as its directory has it.
type zipEntry struct {
	name      string
	method    uint16
	encrypted bool
	size      uint32 // packed
	offset    uint32 // of its header
}

// maxDirectory bounds how much of a directory is looked at, in bytes.
const maxDirectory = 1 << 20

// zipDirectory reads the beginning of the directory that stands at the end of
// the file. It says no where there is none.
func (f *file) zipDirectory() ([]zipEntry, bool) {
	tail := f.tail()
	i := bytes.LastIndex(tail, []byte("PK\x05\x06"))
	if i < 0 || len(tail) < i+22 {
		return nil, false
	}
	end := f.size - int64(len(tail)) + int64(i)
	size, offset := int64(binary.LittleEndian.Uint32(tail[i+12:])), int64(binary.LittleEndian.Uint32(tail[i+16:]))
	if size == 0xffffffff || offset == 0xffffffff { // ZIP64 has its own record before
		j := bytes.LastIndex(tail[:i], []byte("PK\x06\x06"))
		if j < 0 || len(tail) < j+56 {
			return nil, false
		}
		size, offset = int64(binary.LittleEndian.Uint64(tail[j+40:])), int64(binary.LittleEndian.Uint64(tail[j+48:]))
		end = f.size - int64(len(tail)) + int64(j)
	}
	if size < 0 || offset < 0 || size > end {
		return nil, false
	}
	// What stands before the archive is not counted by its offsets.
	dir := f.at(end-size, int(min(size, maxDirectory)))
	var out []zipEntry
	for len(dir) >= 46 && string(dir[:4]) == "PK\x01\x02" {
		name, extra, comment := int(binary.LittleEndian.Uint16(dir[28:])), int(binary.LittleEndian.Uint16(dir[30:])), int(binary.LittleEndian.Uint16(dir[32:]))
		if len(dir) < 46+name+extra+comment {
			break
		}
		out = append(out, zipEntry{
			name: string(dir[46 : 46+name]), method: binary.LittleEndian.Uint16(dir[10:]), encrypted: dir[8]&1 != 0,
			size: binary.LittleEndian.Uint32(dir[20:]), offset: binary.LittleEndian.Uint32(dir[42:]),
		})
		dir = dir[46+name+extra+comment:]
	}
	return out, true
}

// zipHeaders reads the headers in the head, for archives without a directory.
func (f *file) zipHeaders() []zipEntry {
	var out []zipEntry
	for off := 0; ; {
		i := bytes.Index(f.head[off:], []byte("PK\x03\x04"))
		if i < 0 || off+i+30 > len(f.head) {
			return out
		}
		off += i
		h := f.head[off:]
		name := int(binary.LittleEndian.Uint16(h[26:]))
		if 30+name > len(h) {
			return out
		}
		out = append(out, zipEntry{name: string(h[30 : 30+name]), method: binary.LittleEndian.Uint16(h[8:]), encrypted: h[6]&1 != 0, size: binary.LittleEndian.Uint32(h[18:]), offset: uint32(off)})
		off += 30 + name
	}
}

// unpack gives the first n bytes of an entry, nil when it cannot be read.
func (f *file) unpack(e zipEntry, n int) []byte {
	h := f.at(int64(e.offset), 30)
	if len(h) < 30 || string(h[:4]) != "PK\x03\x04" || e.encrypted {
		return nil
	}
	from := int64(e.offset) + 30 + int64(binary.LittleEndian.Uint16(h[26:])) + int64(binary.LittleEndian.Uint16(h[28:]))
	size := int64(e.size)
	if size == 0 || size == 0xffffffff {
		size = f.size - from // said behind the data
	}
	var r io.Reader = io.NewSectionReader(f.r, from, min(size, f.size-from))
	switch e.method {
	case 0:
	case 8:
		r = flate.NewReader(r)
	default:
		return nil
	}
	b, _ := io.ReadAll(io.LimitReader(r, int64(n))) // what can be had is enough
	return b
}

// mainParts are the content types of the main part of Office Open XML packages
// (ECMA-376, part 2), and what the packages are.
var mainParts = []struct{ part, kind string }{
	{"wordprocessingml.document.main+xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{"wordprocessingml.template.main+xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.template"},
	{"ms-word.document.macroEnabled.main+xml", "application/vnd.ms-word.document.macroEnabled.12"},
	{"ms-word.template.macroEnabledTemplate.main+xml", "application/vnd.ms-word.template.macroEnabled.12"},
	{"spreadsheetml.sheet.main+xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"spreadsheetml.template.main+xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.template"},
	{"ms-excel.sheet.macroEnabled.main+xml", "application/vnd.ms-excel.sheet.macroEnabled.12"},
	{"ms-excel.template.macroEnabled.main+xml", "application/vnd.ms-excel.template.macroEnabled.12"},
	{"ms-excel.addin.macroEnabled.main+xml", "application/vnd.ms-excel.addin.macroEnabled.12"},
	{"ms-excel.sheet.binary.macroEnabled.main", "application/vnd.ms-excel.sheet.binary.macroEnabled.12"},
	{"presentationml.presentation.main+xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	{"presentationml.slideshow.main+xml", "application/vnd.openxmlformats-officedocument.presentationml.slideshow"},
	{"presentationml.template.main+xml", "application/vnd.openxmlformats-officedocument.presentationml.template"},
	{"ms-powerpoint.presentation.macroEnabled.main+xml", "application/vnd.ms-powerpoint.presentation.macroEnabled.12"},
	{"ms-powerpoint.slideshow.macroEnabled.main+xml", "application/vnd.ms-powerpoint.slideshow.macroEnabled.12"},
	{"ms-powerpoint.template.macroEnabled.main+xml", "application/vnd.ms-powerpoint.template.macroEnabled.12"},
	{"ms-visio.drawing.main+xml", "application/vnd.ms-visio.drawing"},
	{"ms-visio.drawing.macroEnabled.main+xml", "application/vnd.ms-visio.drawing.macroEnabled.12"},
	{"ms-visio.stencil.main+xml", "application/vnd.ms-visio.stencil"},
	{"ms-visio.template.main+xml", "application/vnd.ms-visio.template"},
}

// folders tell Office Open XML packages apart whose content types cannot be read.
var folders = []struct{ prefix, kind string }{
	{"word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{"xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	{"visio/", "application/vnd.ms-visio.drawing"},
}

func zipKind(f *file) Kind {
	entries, _ := f.zipDirectory()
	if len(entries) == 0 {
		entries = f.zipHeaders()
	}
	names := map[string]zipEntry{}
	for _, e := range entries {
		if _, ok := names[e.name]; !ok {
			names[e.name] = e
		}
	}
	has := func(name string) bool { _, ok := names[name]; return ok }
	if e, ok := names["mimetype"]; ok {
		if s := strings.TrimSpace(string(f.unpack(e, 200))); strings.HasPrefix(s, "application/") && len(s) < 200 && !strings.ContainsAny(s, " \n\x00") {
			switch {
			case strings.Contains(s, "opendocument"), strings.Contains(s, "sun.xml"), s == "application/epub+zip":
				return is(s, Office)
			}
		}
	}
	if e, ok := names["[Content_Types].xml"]; ok {
		if k, ok := f.packageKind(entries, e); ok {
			return k
		}
	}
	switch {
	case has("Index/Document.iwa") || has("Index.zip") || has("index.xml") && (hasPrefix(entries, "QuickLook/") || has("buildVersionHistory.plist")) || has("index.apxl") || has(".iwpv2"):
		return f.appleKind(has)
	case has("META-INF/MANIFEST.MF"):
		return is("application/java-archive", Archive)
	case hasPrefix(entries, "com.microsoft.__Messages/"):
		return is("application/x-outlook-olm", Mail)
	case has("META-INF/container.xml"):
		return Kind{Type: "application/epub+zip", Family: Office, Sure: 0.8}
	case has("content.xml") && has("META-INF/manifest.xml"):
		return Kind{Type: "application/vnd.oasis.opendocument.text", Family: Office, Sure: 0.6}
	}
	return is("application/zip", Archive)
}

// packageKind is for packages with content types.
func (f *file) packageKind(entries []zipEntry, types zipEntry) (Kind, bool) {
	text := string(f.unpack(types, maxDirectory))
	for _, m := range mainParts {
		if strings.Contains(text, m.part) {
			return is(m.kind, Office), true
		}
	}
	if strings.Contains(text, "xps-fixeddocument") || strings.Contains(text, "oxps-fixeddocument") {
		return is("application/vnd.ms-xpsdocument", Office), true
	}
	for _, o := range folders {
		if hasPrefix(entries, o.prefix) {
			return Kind{Type: o.kind, Family: Office, Sure: 0.8}, true
		}
	}
	return Kind{}, false
}

// appleKind is for documents of Pages, Numbers and Keynote: what is packed in
// them is read, a preview among it; their own form is not known.
func (f *file) appleKind(has func(string) bool) Kind {
	switch {
	case has(".iwpv2"):
		return is("application/vnd.apple.iwork-protected", Sealed)
	case has("index.apxl"), f.ending == "key":
		return Kind{Type: "application/vnd.apple.keynote", Family: Archive, Sure: 0.9}
	case f.ending == "numbers":
		return Kind{Type: "application/vnd.apple.numbers", Family: Archive, Sure: 0.9}
	}
	return Kind{Type: "application/vnd.apple.pages", Family: Archive, Sure: 0.7}
}

func hasPrefix(entries []zipEntry, prefix string) bool {
	for _, e := range entries {
		if strings.HasPrefix(e.name, prefix) {
			return true
		}
	}
	return false
}
