package media

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"time"
)

// maxParts bounds the segments and chunks of a picture that are looked at.
const maxParts = 100_000

// jpegAbout walks the segments before the picture.
func (m *reading) jpegAbout() (meta, error) {
	var about meta
	off := int64(2)
	for range maxParts {
		h, ok := m.at(off, 4)
		if !ok || h[0] != 0xff {
			return about, nil
		}
		if h[1] == 0xff || h[1] >= 0xd0 && h[1] <= 0xd8 || h[1] == 1 { // fill, or a mark without content
			off++
			if h[1] != 0xff {
				off++
			}
			continue
		}
		n := int(binary.BigEndian.Uint16(h[2:]))
		if n < 2 || h[1] == 0xda || h[1] == 0xd9 {
			return about, nil
		}
		if err := m.segment(h[1], off+4, n-2, &about); err != nil {
			return about, err
		}
		off += 2 + int64(n)
	}
	return about, nil
}

func (m *reading) segment(mark byte, off int64, n int, about *meta) error {
	switch mark {
	case 0xc2, 0xc6, 0xca, 0xce:
		about.progressive = true
	case 0xe0:
		if b, ok := m.at(off, min(n, 14)); ok && len(b) >= 12 && string(b[:5]) == "JFIF\x00" {
			density := float32(binary.BigEndian.Uint16(b[8:]))
			switch b[7] {
			case 1:
				about.dpi = density
			case 2:
				about.dpi = density * 2.54
			}
		}
	case 0xe1:
		b, ok := m.at(off, n)
		if !ok || !bytes.HasPrefix(b, []byte("Exif\x00\x00")) {
			return nil
		}
		said, err := m.exif(bytes.NewReader(b[6:]), int64(len(b)-6))
		if said.turn != 0 {
			about.turn = said.turn
		}
		if said.dpi > 0 && about.dpi == 0 {
			about.dpi = said.dpi
		}
		return err
	case 0xfe:
		if b, ok := m.at(off, n); ok {
			return m.property("summary", text(b))
		}
	}
	return nil
}

// pngTexts are keywords of PNG (section 11.3.3.2) and the properties they say.
var pngTexts = map[string]string{"Title": "title", "Author": "author", "Description": "summary", "Comment": "summary", "Software": "generator"}

// pngAbout walks the chunks.
func (m *reading) pngAbout() (meta, error) {
	var about meta
	off := int64(8)
	for range maxParts {
		h, ok := m.at(off, 8)
		if !ok {
			return about, nil
		}
		n := int64(binary.BigEndian.Uint32(h))
		body := m.upTo(off+8, int(min(n, maxValue)))
		off += 12 + n
		if int64(len(body)) < n { // large, or cut
			continue
		}
		var err error
		switch string(h[4:]) {
		case "IEND":
			return about, nil
		case "pHYs":
			if n == 9 && body[8] == 1 {
				about.dpi = float32(binary.BigEndian.Uint32(body)) * 0.0254
			}
		case "tIME":
			if n == 7 {
				t := time.Date(int(binary.BigEndian.Uint16(body)), time.Month(body[2]), int(body[3]), int(body[4]), int(body[5]), int(body[6]), 0, time.UTC)
				if t.Year() > 1990 && t.Year() < 9999 {
					err = m.property("modifiedAt", t.Format(time.RFC3339))
				}
			}
		case "tEXt", "zTXt", "iTXt":
			err = m.pngText(string(h[4:]), body)
		case "eXIf":
			var said meta
			said, err = m.exif(bytes.NewReader(body), n)
			about.turn = said.turn
		}
		if err != nil {
			return about, err
		}
	}
	return about, nil
}

func (m *reading) pngText(kind string, body []byte) error {
	key, value, ok := bytes.Cut(body, []byte{0})
	name := pngTexts[string(key)]
	if !ok || name == "" || len(value) == 0 {
		return nil
	}
	packed := kind == "zTXt"
	switch {
	case kind == "zTXt":
		value = value[1:]
	case kind == "iTXt" && len(value) > 2: // packed or not, how, language, keyword in it
		packed = value[0] == 1
		_, rest, _ := bytes.Cut(value[2:], []byte{0})
		_, value, _ = bytes.Cut(rest, []byte{0})
	}
	if packed {
		z, err := zlib.NewReader(bytes.NewReader(value))
		if err != nil {
			return nil
		}
		if value, err = io.ReadAll(io.LimitReader(z, maxValue)); err != nil {
			return nil
		}
	}
	if kind != "iTXt" {
		return m.property(name, text(value))
	}
	return m.property(name, string(value))
}

// gifAbout counts the frames and reads the comments.
func (m *reading) gifAbout() (meta, error) {
	h, ok := m.at(0, 13)
	if !ok {
		return meta{}, nil
	}
	off := int64(13) + palette(h[10])
	frames := 0
	for range maxParts {
		b, ok := m.at(off, 2)
		if !ok || b[0] == 0x3b {
			break
		}
		switch b[0] {
		case 0x2c:
			d, ok := m.at(off, 10)
			if !ok {
				return meta{}, nil
			}
			frames++
			off, _ = m.blocks(off+11+palette(d[9]), 0)
		case 0x21:
			limit := 0
			if b[1] == 0xfe {
				limit = maxValue
			}
			var content []byte
			if off, content = m.blocks(off+2, limit); limit > 0 {
				if err := m.property("summary", text(content)); err != nil {
					return meta{}, err
				}
			}
		default:
			return meta{}, nil
		}
	}
	if frames > 1 {
		return meta{}, m.note("frames", fmt.Sprintf("the picture moves; the first of %d frames is shown", frames))
	}
	return meta{}, nil
}

// palette is the length of a table of colours, in bytes.
func palette(flags byte) int64 {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// blocks skips blocks of GIF up to the empty one and gives so many bytes of what
// they hold.
func (m *reading) blocks(off int64, limit int) (int64, []byte) {
	var out []byte
	for {
		b, ok := m.at(off, 1)
		if !ok {
			return m.in.Size, out
		}
		off++
		if b[0] == 0 {
			return off, out
		}
		if len(out) < limit {
			out = append(out, m.upTo(off, int(b[0]))...)
		}
		off += int64(b[0])
	}
}

// webpAbout looks for EXIF among the chunks.
func (m *reading) webpAbout() (meta, error) {
	off := int64(12)
	for range maxParts {
		h, ok := m.at(off, 8)
		if !ok {
			break
		}
		n := int64(binary.LittleEndian.Uint32(h[4:]))
		switch string(h[:4]) {
		case "EXIF":
			b, ok := m.at(off+8, int(min(n, 1<<20)))
			if !ok {
				return meta{}, nil
			}
			b = bytes.TrimPrefix(b, []byte("Exif\x00\x00"))
			return m.exif(bytes.NewReader(b), int64(len(b)))
		case "ANMF":
			if err := m.note("frames", "the picture moves"); err != nil {
				return meta{}, err
			}
			return meta{}, nil
		}
		off += 8 + n + n&1
	}
	return meta{}, nil
}
