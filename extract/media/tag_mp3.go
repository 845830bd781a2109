package media

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf16"

	"overt/extract/charset"
)

// id3Frames are frames of ID3 (id3.org, versions 2.2 to 2.4).
var id3Frames = map[string]string{
	"TIT2": "title", "TT2": "title", "TPE1": "author", "TP1": "author", "TCOM": "author", "TCM": "author", "TDRC": "date", "TYER": "date", "TYE": "date",
	"TSSE": "generator", "TSS": "generator", "TENC": "generator", "TEN": "generator", "TCON": "keywords", "TCO": "keywords", "TALB": "keywords", "TAL": "keywords", "TLAN": "language",
}

// maxTag bounds tags that are read as a whole, in bytes.
const maxTag = 4 << 20

// id3 reads the tags at the beginning and end of MPEG sound.
func (m *reading) id3() error {
	first := int64(0)
	if h, ok := m.at(0, 10); ok && string(h[:3]) == "ID3" {
		n := int64(h[6]&0x7f)<<21 | int64(h[7]&0x7f)<<14 | int64(h[8]&0x7f)<<7 | int64(h[9]&0x7f)
		first = 10 + n
		b := m.upTo(10, int(min(n, maxTag)))
		if h[5]&0x80 != 0 && h[3] < 4 { // zeros were put in so that no frame of sound begins
			b = bytes.ReplaceAll(b, []byte{0xff, 0}, []byte{0xff})
		}
		if err := m.id3Tags(b, h[3]); err != nil {
			return err
		}
	} else if b, ok := m.at(m.in.Size-128, 128); ok && string(b[:3]) == "TAG" {
		for _, v := range [][2]string{{"TIT2", text(b[3:33])}, {"TPE1", text(b[33:63])}, {"TALB", text(b[63:93])}, {"TYER", text(b[93:97])}} {
			if err := m.tag(id3Frames, v[0], v[1]); err != nil {
				return err
			}
		}
		if err := m.property("summary", text(b[97:125])); err != nil {
			return err
		}
	}
	return m.mpegLength(first)
}

func (m *reading) id3Tags(b []byte, version byte) error {
	idSize, head := 4, 10
	if version < 3 {
		idSize, head = 3, 6
	}
	for len(b) > head && b[0] != 0 {
		id := string(b[:idSize])
		var n int
		switch version {
		case 4:
			n = int(b[4]&0x7f)<<21 | int(b[5]&0x7f)<<14 | int(b[6]&0x7f)<<7 | int(b[7]&0x7f)
		case 3:
			n = int(min(binary.BigEndian.Uint32(b[4:]), maxTag))
		default:
			n = int(b[3])<<16 | int(b[4])<<8 | int(b[5])
		}
		if n < 1 || n > len(b)-head {
			return nil
		}
		if err := m.id3Frame(id, b[head:head+n]); err != nil {
			return err
		}
		b = b[head+n:]
	}
	return nil
}

func (m *reading) id3Frame(id string, body []byte) error {
	switch id {
	case "COMM", "COM", "USLT", "ULT": // encoding, language, description, text
		if len(body) < 5 {
			return nil
		}
		parts := id3Text(body[0], body[4:])
		value := parts[len(parts)-1]
		if id == "USLT" || id == "ULT" {
			return m.words(value)
		}
		if strings.HasPrefix(parts[0], "iTun") {
			return nil // measures of loudness
		}
		return m.property("summary", value)
	}
	for _, value := range id3Text(body[0], body[1:]) {
		if err := m.tag(id3Frames, id, value); err != nil {
			return err
		}
	}
	return nil
}

// id3Text decodes values that are parted by zeros.
func id3Text(encoding byte, b []byte) []string {
	var s string
	switch encoding {
	case 1, 2:
		var order binary.ByteOrder = binary.BigEndian
		var units []uint16
		for ; len(b) >= 2; b = b[2:] {
			u := order.Uint16(b)
			switch {
			case u == 0xfffe:
				order = binary.LittleEndian
				if order.Uint16(b) != 0xfeff {
					order = binary.BigEndian
				}
			case u == 0xfeff:
			default:
				units = append(units, u)
			}
		}
		s = string(utf16.Decode(units))
	case 0:
		if s = text(b); s == string(b) {
			break
		}
		s = charset.FromWindows1252(string(b))
	default:
		s = text(b)
	}
	return strings.Split(strings.Trim(s, "\x00"), "\x00")
}

// mpegLength says rate and length of MPEG sound, layer III, from its first frame:
// the number of frames where it says one, else the size.
func (m *reading) mpegLength(off int64) error {
	b := m.upTo(off, 64<<10)
	i := bytes.IndexByte(b, 0xff)
	if i < 0 || len(b)-i < 64 || b[i+1]&0xe6 != 0xe2 {
		return nil
	}
	h := b[i:]
	rates := []int64{44100, 48000, 32000, 0}
	hertz, samples := rates[h[2]>>2&3], int64(1152)
	kbits := []int64{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0}[h[2]>>4]
	switch h[1] >> 3 & 3 {
	case 1:
		return nil
	case 0, 2:
		kbits = []int64{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0}[h[2]>>4]
		samples = 576
		if hertz /= 2; h[1]>>3&3 == 0 {
			hertz /= 2
		}
	}
	if hertz == 0 || kbits == 0 {
		return nil
	}
	if err := m.rate(hertz); err != nil {
		return err
	}
	for _, mark := range []string{"Xing", "Info"} {
		if x := bytes.Index(h[:min(len(h), 200)], []byte(mark)); x >= 0 && x+12 <= len(h) && h[x+7]&1 != 0 {
			return m.duration(float64(binary.BigEndian.Uint32(h[x+8:])) * float64(samples) / float64(hertz))
		}
	}
	return m.duration(float64(m.in.Size-off-int64(i)) * 8 / float64(kbits*1000))
}
