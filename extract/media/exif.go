package media

import (
	"encoding/binary"
	"io"
	"strings"
	"time"
)

// A field is one entry of a directory of TIFF (TIFF 6.0, section 2).
type field struct {
	kind  uint16
	count uint32
	value []byte // four bytes: the value, or where it stands
}

// A directory is fields of TIFF, of a file or of EXIF.
type directory struct {
	r      io.ReaderAt
	size   int64
	order  binary.ByteOrder
	fields map[uint16]field
	next   int64
}

// maxFields bounds the entries of a directory.
const maxFields = 2000

// tiffStart reads byte order and the place of the first directory; it says no
// when there is none, as in BigTIFF.
func tiffStart(r io.ReaderAt, size int64) (order binary.ByteOrder, first int64, ok bool) {
	h := make([]byte, 8)
	if n, _ := r.ReadAt(h, 0); n < 8 {
		return nil, 0, false
	}
	switch string(h[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return nil, 0, false
	}
	return order, int64(order.Uint32(h[4:])), true
}

// readDirectory reads the directory at an offset.
func readDirectory(r io.ReaderAt, size int64, order binary.ByteOrder, off int64) (*directory, bool) {
	b := make([]byte, 2)
	if off < 8 || off > size-2 {
		return nil, false
	}
	if n, _ := r.ReadAt(b, off); n < 2 {
		return nil, false
	}
	n := int(order.Uint16(b))
	if n > maxFields {
		return nil, false
	}
	b = make([]byte, 12*n+4)
	got, _ := r.ReadAt(b, off+2)
	if got < 12*n {
		return nil, false
	}
	d := &directory{r: r, size: size, order: order, fields: map[uint16]field{}}
	for e := b[:12*n]; len(e) >= 12; e = e[12:] {
		d.fields[order.Uint16(e)] = field{order.Uint16(e[2:]), order.Uint32(e[4:]), e[8:12]}
	}
	if got == len(b) {
		d.next = int64(order.Uint32(b[12*n:]))
	}
	return d, true
}

var fieldSizes = [...]int{1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}

// bytes gives the value of a field, at most so many bytes of it.
func (d *directory) bytes(tag uint16, limit int64) []byte {
	f, ok := d.fields[tag]
	if !ok || int(f.kind) >= len(fieldSizes) {
		return nil
	}
	n := int64(f.count) * int64(fieldSizes[f.kind])
	if n <= 4 {
		return f.value[:n]
	}
	off := int64(d.order.Uint32(f.value))
	if n = min(n, limit); off < 0 || off > d.size-n {
		return nil
	}
	b := make([]byte, n)
	if got, _ := d.r.ReadAt(b, off); int64(got) < n {
		return nil
	}
	return b
}

// number is the i-th number of a field, 0 when it has none.
func (d *directory) number(tag uint16, i int) int64 {
	list := d.numbers(tag, i+1)
	if i < len(list) {
		return list[i]
	}
	return 0
}

// numbers are the first numbers of a field, at most n.
func (d *directory) numbers(tag uint16, n int) []int64 {
	f := d.fields[tag]
	if int(f.kind) >= len(fieldSizes) || fieldSizes[f.kind] == 0 {
		return nil
	}
	size := fieldSizes[f.kind]
	b := d.bytes(tag, int64(size)*int64(n))
	var out []int64
	for ; len(b) >= size && len(out) < n; b = b[size:] {
		switch f.kind {
		case 1, 7:
			out = append(out, int64(b[0]))
		case 3:
			out = append(out, int64(d.order.Uint16(b)))
		case 4, 13:
			out = append(out, int64(d.order.Uint32(b)))
		default:
			return nil
		}
	}
	return out
}

// ratio is a field of two numbers, 0 when it is none.
func (d *directory) ratio(tag uint16) float32 {
	if b := d.bytes(tag, 8); len(b) == 8 && d.order.Uint32(b[4:]) != 0 {
		return float32(float64(d.order.Uint32(b)) / float64(d.order.Uint32(b[4:])))
	}
	return 0
}

func (d *directory) text(tag uint16) string { return clean(text(trimZero(d.bytes(tag, maxValue)))) }

func trimZero(b []byte) []byte {
	for i, c := range b {
		if c == 0 {
			return b[:i]
		}
	}
	return b
}

// Tags of TIFF and EXIF (JEITA CP-3451).
const (
	tagWidth, tagHeight, tagBits, tagPacking, tagColours = 256, 257, 258, 259, 262
	tagDescription, tagMaker, tagModel, tagOffsets       = 270, 271, 272, 273
	tagTurn, tagSamples, tagRows, tagCounts              = 274, 277, 278, 279
	tagXDensity, tagUnit, tagProgram, tagDate, tagArtist = 282, 296, 305, 306, 315
	tagTileWidth, tagTileHeight, tagTiles, tagTileCounts = 322, 323, 324, 325
	tagTables, tagOldJPEG, tagOldLength, tagCopyright    = 347, 513, 514, 0x8298
	tagEXIF, tagGPS, tagTaken, tagTakenZone, tagComment  = 0x8769, 0x8825, 0x9003, 0x9011, 0x9286
	tagTitleXP, tagCommentXP, tagAuthorXP, tagKeywordsXP = 0x9c9b, 0x9c9c, 0x9c9d, 0x9c9e
)

// exif reads a block of EXIF. Damage is passed over: the picture stands.
func (m *reading) exif(r io.ReaderAt, size int64) (meta, error) {
	order, first, ok := tiffStart(r, size)
	if !ok {
		return meta{}, nil
	}
	d, ok := readDirectory(r, size, order, first)
	if !ok {
		return meta{}, m.note("exif", "what is written about the picture (EXIF) is damaged")
	}
	return m.exifFields(d)
}

// exifFields says what a directory tells of the picture.
func (m *reading) exifFields(d *directory) (meta, error) {
	about := meta{turn: int(d.number(tagTurn, 0)), dpi: d.ratio(tagXDensity)}
	if d.number(tagUnit, 0) == 3 {
		about.dpi *= 2.54
	}
	if d.number(tagUnit, 0) == 1 {
		about.dpi = 0
	}
	said := [][2]string{
		{"summary", d.text(tagDescription)}, {"generator", d.text(tagProgram)}, {"author", d.text(tagArtist)}, {"modifiedAt", exifTime(d.text(tagDate), "")},
		{"title", d.wide(tagTitleXP)}, {"summary", d.wide(tagCommentXP)}, {"author", d.wide(tagAuthorXP)}, {"keywords", d.wide(tagKeywordsXP)},
	}
	if sub, ok := readDirectory(d.r, d.size, d.order, d.number(tagEXIF, 0)); ok {
		said = append(said, [2]string{"authoredAt", exifTime(sub.text(tagTaken), sub.text(tagTakenZone))})
		if c := sub.bytes(tagComment, maxValue); len(c) > 8 && string(c[:5]) == "ASCII" {
			said = append(said, [2]string{"summary", text(c[8:])})
		}
	}
	for _, s := range said {
		if err := m.property(s[0], s[1]); err != nil {
			return about, err
		}
	}
	if camera := clean(d.text(tagMaker) + " " + d.text(tagModel)); camera != "" {
		if err := m.note("camera", "taken or scanned with: "+camera); err != nil {
			return about, err
		}
	}
	if rights := d.text(tagCopyright); rights != "" {
		if err := m.note("copyright", "copyright: "+rights[:min(len(rights), 1000)]); err != nil {
			return about, err
		}
	}
	if _, ok := d.fields[tagGPS]; ok {
		return about, m.withheld()
	}
	return about, nil
}

// wide reads a text of Windows, in UTF-16.
func (d *directory) wide(tag uint16) string {
	b := d.bytes(tag, maxValue)
	var s strings.Builder
	for ; len(b) >= 2; b = b[2:] {
		u := rune(binary.LittleEndian.Uint16(b))
		if u == 0 {
			break
		}
		s.WriteRune(u) // surrogates become U+FFFD
	}
	return clean(s.String())
}

// exifTime writes "2020:01:02 03:04:05" as RFC 3339, with the zone when it is
// said.
func exifTime(s, zone string) string {
	t, err := time.Parse("2006:01:02 15:04:05", s)
	if err != nil || t.Year() < 1826 {
		return ""
	}
	if z, err := time.Parse("-07:00", zone); err == nil {
		_, offset := z.Zone()
		return t.Add(-time.Duration(offset) * time.Second).In(time.FixedZone("", offset)).Format(time.RFC3339)
	}
	return t.Format("2006-01-02T15:04:05")
}
