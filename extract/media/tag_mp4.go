package media

import (
	"encoding/binary"
	"math"
	"strings"
	"time"
)

// mp4Names are what QuickTime and iTunes call things.
var mp4Names = map[string]string{
	"\xa9nam": "title", "\xa9ART": "author", "aART": "author", "\xa9wrt": "author", "\xa9aut": "author", "\xa9day": "date", "\xa9cmt": "summary", "desc": "summary", "ldes": "summary", "\xa9des": "summary",
	"\xa9too": "generator", "\xa9swr": "generator", "\xa9gen": "keywords", "\xa9alb": "keywords", "keyw": "keywords", "\xa9xyz": "withheld", "loci": "withheld",
}

// boxes are those of ISO/IEC 14496-12 that hold others.
var boxes = map[string]bool{"moov": true, "udta": true, "ilst": true}

// mp4 reads the boxes that tell of the whole film.
func (m *reading) mp4() error { return m.mp4Boxes(0, m.in.Size, 0, "") }

func (m *reading) mp4Boxes(off, end int64, depth int, within string) error {
	for range maxParts {
		h, ok := m.at(off, 8)
		if !ok || off+8 > end {
			return nil
		}
		n, from := int64(binary.BigEndian.Uint32(h)), off+8
		switch n {
		case 0:
			n = end - off
		case 1:
			b, ok := m.at(from, 8)
			if !ok {
				return nil
			}
			n, from = int64(binary.BigEndian.Uint64(b)), from+8
		}
		to := off + n
		if n < 8 || to > end || to < off {
			return nil
		}
		if err := m.mp4Box(string(h[4:]), from, to, depth, within); err != nil {
			return err
		}
		off = to
	}
	return nil
}

func (m *reading) mp4Box(id string, from, to int64, depth int, within string) error {
	switch {
	case depth > 8:
		return nil
	case boxes[id]:
		return m.mp4Boxes(from, to, depth+1, id)
	case id == "meta" && within == "udta":
		return m.mp4Boxes(from+4, to, depth+1, id) // version and flags stand before
	case id == "mvhd":
		return m.mp4Head(m.upTo(from, int(min(to-from, 32))))
	case mp4Names[id] == "withheld":
		return m.withheld()
	case within == "ilst" && mp4Names[id] != "" || within == "ilst" && id == "\xa9lyr":
		h, ok := m.at(from, 16)
		if !ok || string(h[4:8]) != "data" || to-from < 16 {
			return nil
		}
		value := text(m.upTo(from+16, int(min(to-from-16, maxValue))))
		if id == "\xa9lyr" {
			return m.words(value)
		}
		return m.tag(mp4Names, id, value)
	case within == "udta" && strings.HasPrefix(id, "\xa9") && to-from > 4:
		return m.tag(mp4Names, id, text(m.upTo(from+4, int(min(to-from-4, maxValue)))))
	}
	return nil
}

// mp4Head says when it was made and how long it lasts.
func (m *reading) mp4Head(b []byte) error {
	var made, scale, length uint64
	switch {
	case len(b) >= 20 && b[0] == 0:
		made, scale, length = uint64(binary.BigEndian.Uint32(b[4:])), uint64(binary.BigEndian.Uint32(b[12:])), uint64(binary.BigEndian.Uint32(b[16:]))
	case len(b) >= 32 && b[0] == 1:
		made, scale, length = binary.BigEndian.Uint64(b[4:]), uint64(binary.BigEndian.Uint32(b[20:])), binary.BigEndian.Uint64(b[24:])
	}
	const epoch = 2082844800 // of 1904 before that of Unix, in seconds
	if made > epoch && made < epoch+1<<33 {
		if err := m.property("authoredAt", time.Unix(int64(made-epoch), 0).UTC().Format(time.RFC3339)); err != nil {
			return err
		}
	}
	if scale == 0 {
		return nil
	}
	return m.duration(float64(length) / float64(scale))
}

// Elements of Matroska (RFC 9559).
const (
	mkSegment, mkInfo, mkTags, mkTag, mkSimple = 0x18538067, 0x1549a966, 0x1254c367, 0x7373, 0x67c8
	mkScale, mkDuration, mkDate, mkTitle       = 0x2ad7b1, 0x4489, 0x4461, 0x7ba9
	mkMuxer, mkWriter, mkName, mkString        = 0x4d80, 0x5741, 0x45a3, 0x4487
)

// matroska walks the elements of the whole film, those of its pictures and sound
// left aside.
func (m *reading) matroska() error {
	k := &mk{m: m, scale: 1e6}
	if err := k.walk(0, m.in.Size, 0); err != nil {
		return err
	}
	return m.duration(k.length * k.scale / 1e9)
}

type mk struct {
	m      *reading
	scale  float64 // nanoseconds
	length float64
	name   string // of the last tag
	steps  int
}

// number reads a number whose first bits say how long it is; marked keeps them.
func (k *mk) number(off int64, marked bool) (v uint64, n int64) {
	b := k.m.upTo(off, 8)
	if len(b) == 0 || b[0] == 0 {
		return 0, 0
	}
	n = 1
	for mask := byte(0x80); b[0]&mask == 0; mask >>= 1 {
		n++
	}
	if int64(len(b)) < n {
		return 0, 0
	}
	v = uint64(b[0])
	if !marked {
		v &= 1<<(8-n) - 1
	}
	for _, c := range b[1:n] {
		v = v<<8 | uint64(c)
	}
	return v, n
}

func (k *mk) walk(off, end int64, depth int) error {
	for off < end && depth < 8 {
		id, n := k.number(off, true)
		size, l := k.number(off+n, false)
		if k.steps++; n == 0 || l == 0 || k.steps > maxParts {
			return nil
		}
		from := off + n + l
		to := from + int64(size)
		if size == 1<<(7*l)-1 || size > math.MaxInt64/2 || to > end { // unknown: up to the end
			to = end
		}
		switch id {
		case mkSegment, mkInfo, mkTags, mkTag, mkSimple:
			if err := k.walk(from, to, depth+1); err != nil {
				return err
			}
		default:
			if err := k.value(id, k.m.upTo(from, int(min(to-from, maxValue)))); err != nil {
				return err
			}
		}
		off = to
	}
	return nil
}

var mkNames = map[string]string{"TITLE": "title", "ARTIST": "author", "DIRECTOR": "author", "AUTHOR": "author", "DATE_RELEASED": "date", "DATE_RECORDED": "date", "COMMENT": "summary", "DESCRIPTION": "summary", "KEYWORDS": "keywords", "RECORDING_LOCATION": "withheld"}

func (k *mk) value(id uint64, b []byte) error {
	switch id {
	case mkScale:
		k.scale = 0
		for _, c := range b[:min(len(b), 7)] {
			k.scale = k.scale*256 + float64(c)
		}
	case mkDuration:
		switch len(b) {
		case 4:
			k.length = float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
		case 8:
			k.length = math.Float64frombits(binary.BigEndian.Uint64(b))
		}
	case mkDate:
		if len(b) == 8 {
			made := time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(binary.BigEndian.Uint64(b)))
			return k.m.property("authoredAt", made.Format(time.RFC3339))
		}
	case mkTitle:
		return k.m.property("title", text(b))
	case mkMuxer, mkWriter:
		return k.m.property("generator", text(b))
	case mkName:
		k.name = strings.ToUpper(text(b))
	case mkString:
		return k.m.tag(mkNames, k.name, text(b))
	}
	return nil
}
