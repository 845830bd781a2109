package media

import (
	"encoding/binary"
	"strings"
	"unicode"
	"unicode/utf16"

	"overt/extract/charset"
	"overt/extract/document"
)

// A canvas collects the words that drawings of Windows write, line by line.
type canvas struct {
	b       strings.Builder
	y, end  int64 // of the last words
	started bool
}

// write adds words that begin at x, y and are so wide; width is 0 when not known.
// Words at the same height follow each other, parted where a gap is between them.
func (c *canvas) write(x, y, width int64, words string) {
	words = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(words, "\ufffd"))
	if words == "" || c.b.Len() > maxTag {
		return
	}
	letter := width / int64(len(words))
	switch {
	case !c.started:
	case y < c.y-2 || y > c.y+2: // fonts differ by a point or two on a line
		c.b.WriteByte('\n')
	case c.end == 0 || x < c.end-letter || x > c.end+max(letter/3, 1):
		c.b.WriteByte(' ')
	}
	c.b.WriteString(words)
	c.y, c.end, c.started = y, 0, true
	if width > 0 {
		c.end = x + width
	}
}

// drawing says the words of a drawing; how it looks is not shown.
func (m *reading) drawing(kind string, c *canvas) error {
	if c.started {
		lines := strings.Split(c.b.String(), "\n")
		for i, l := range lines {
			lines[i] = strings.TrimSpace(l)
		}
		if err := m.out.Page(document.Page{Number: 1, Text: strings.Join(lines, "\n"), Origin: document.Letters, Sparse: true}); err != nil {
			return err
		}
	}
	return m.out.Gap(document.Gap{Where: "the drawing", Code: document.Unknown, Reason: "drawings of this kind (" + kind + ") are not shown; their words alone are read"})
}

// maxRecords bounds the records of a drawing.
const maxRecords = 10_000_000

// Records of EMF ([MS-EMF] 2.3) that write words.
const (
	emfTextA, emfTextW, emfSmallText = 83, 84, 108
	emfNoRect, emfSmallChars         = 0x100, 0x200
)

// emf reads an enhanced metafile.
func (m *reading) emf() error {
	var c canvas
	off := int64(0)
	for n := 0; n < maxRecords; n++ {
		if n&0xfff == 0 {
			if err := m.stopped(); err != nil {
				return err
			}
		}
		h, ok := m.at(off, 8)
		if !ok {
			break
		}
		kind, size := binary.LittleEndian.Uint32(h), int64(binary.LittleEndian.Uint32(h[4:]))
		if size < 8 || kind == 14 { // the end
			break
		}
		switch kind {
		case emfTextA, emfTextW, emfSmallText:
			if r, ok := m.at(off, int(min(size, maxTag))); ok {
				c.emfRecord(kind, r)
			}
		}
		off += size
	}
	return m.drawing("image/emf", &c)
}

func (c *canvas) emfRecord(kind uint32, r []byte) {
	u := func(at int) int64 {
		if at+4 > len(r) {
			return 0
		}
		return int64(binary.LittleEndian.Uint32(r[at:]))
	}
	signed := func(at int) int64 { return int64(int32(u(at))) }
	if kind == emfSmallText {
		from := int64(36)
		if u(20)&emfNoRect == 0 {
			from += 16
		}
		c.write(signed(8), signed(12), 0, chars(r, from, u(16), u(20)&emfSmallChars == 0))
		return
	}
	width := int64(0)
	count, steps := u(44), u(72)
	for i := int64(0); steps > 0 && i < count && steps+4*i+4 <= int64(len(r)); i++ {
		width += signed(int(steps + 4*i))
	}
	c.write(signed(36), signed(40), max(width, 0), chars(r, u(48), count, kind == emfTextW))
}

// chars reads so many characters, in UTF-16 or of one byte.
func chars(r []byte, from, count int64, wide bool) string {
	size := int64(1)
	if wide {
		size = 2
	}
	if from < 8 || count < 1 || from > int64(len(r)) || count > (int64(len(r))-from)/size {
		return ""
	}
	b := r[from : from+count*size]
	if !wide {
		return text(b)
	}
	units := make([]uint16, count)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// Records of WMF ([MS-WMF] 2.3) that write words, and those that make, choose and
// drop objects: the font says the encoding.
const (
	wmfText, wmfExtText, wmfFont, wmfSelect, wmfDelete = 0x0521, 0x0a32, 0x02fb, 0x012d, 0x01f0
)

var wmfMakes = map[uint16]bool{0x02fa: true, wmfFont: true, 0x02fc: true, 0x00f7: true, 0x01f9: true, 0x0142: true, 0x06ff: true}

// wmfCharsets are the character sets of fonts ([MS-WMF] 2.1.1.5).
var wmfCharsets = map[byte]string{
	77: "macintosh", 128: "shift_jis", 129: "euc-kr", 134: "gbk", 136: "big5", 161: "windows-1253", 162: "windows-1254", 163: "windows-1258",
	177: "windows-1255", 178: "windows-1256", 186: "windows-1257", 204: "windows-1251", 222: "windows-874", 238: "windows-1250", 255: "ibm437",
}

// wmf reads a metafile of Windows 3.
func (m *reading) wmf() error {
	off := int64(18)
	if h, ok := m.at(0, 4); ok && string(h) == "\xd7\xcd\xc6\x9a" {
		off += 22
	}
	w := &wmf{font: "windows-1252"}
	for n := 0; n < maxRecords; n++ {
		if n&0xfff == 0 {
			if err := m.stopped(); err != nil {
				return err
			}
		}
		h, ok := m.at(off, 6)
		if !ok {
			break
		}
		size, function := 2*int64(binary.LittleEndian.Uint32(h)), binary.LittleEndian.Uint16(h[4:])
		if size < 6 || function == 0 {
			break
		}
		if r := m.upTo(off, int(min(size, 64<<10))); wmfMakes[function] || function == wmfSelect || function == wmfDelete || function == wmfText || function == wmfExtText {
			w.record(function, r[min(6, len(r)):])
		}
		off += size
	}
	return m.drawing("image/wmf", &w.canvas)
}

// A wmf is a metafile being read.
type wmf struct {
	canvas
	objects []*string // the encoding of fonts, "" for other objects, nil where free
	font    string
}

func (w *wmf) record(function uint16, r []byte) {
	word := func(at int) int {
		if at+2 > len(r) {
			return 0
		}
		return int(int16(binary.LittleEndian.Uint16(r[at:])))
	}
	switch {
	case wmfMakes[function]:
		made := ""
		if function == wmfFont && len(r) > 13 {
			if made = wmfCharsets[r[13]]; made == "" {
				made = "windows-1252"
			}
		}
		for i, o := range w.objects {
			if o == nil {
				w.objects[i] = &made
				return
			}
		}
		if len(w.objects) < 1<<16 {
			w.objects = append(w.objects, &made)
		}
	case function == wmfSelect:
		if i := word(0); i >= 0 && i < len(w.objects) && w.objects[i] != nil && *w.objects[i] != "" {
			w.font = *w.objects[i]
		}
	case function == wmfDelete:
		if i := word(0); i >= 0 && i < len(w.objects) {
			w.objects[i] = nil
		}
	case function == wmfText:
		n := word(0)
		if n < 1 || 2+n > len(r) {
			return
		}
		at := 2 + n + n%2
		w.write(int64(word(at+2)), int64(word(at)), 0, w.decode(r[2:2+n]))
	case function == wmfExtText:
		n, from := word(4), 8
		if word(6)&6 != 0 {
			from += 8
		}
		if n < 1 || from+n > len(r) {
			return
		}
		width := int64(0)
		for at := from + n + n%2; at+2 <= len(r); at += 2 {
			width += int64(word(at))
		}
		w.write(int64(word(2)), int64(word(0)), max(width, 0), w.decode(r[from:from+n]))
	}
}

func (w *wmf) decode(b []byte) string {
	decode, err := charset.Text(w.font)
	if err != nil {
		return charset.FromWindows1252(string(b))
	}
	return decode(string(b))
}
