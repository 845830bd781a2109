package media

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// vorbisNames are fields of Vorbis comments (xiph.org, "Ogg Vorbis I format
// specification: comment field").
var vorbisNames = map[string]string{
	"TITLE": "title", "ARTIST": "author", "AUTHOR": "author", "COMPOSER": "author", "PERFORMER": "author", "DATE": "date", "DESCRIPTION": "summary", "COMMENT": "summary",
	"ENCODER": "generator", "GENRE": "keywords", "ALBUM": "keywords", "LANGUAGE": "language", "LOCATION": "withheld", "GEO_LOCATION": "withheld",
}

// comments reads a block of Vorbis comments.
func (m *reading) comments(b []byte) error {
	next := func() []byte {
		if len(b) < 4 {
			b = nil
			return nil
		}
		n := int64(binary.LittleEndian.Uint32(b))
		if n > int64(len(b)-4) {
			b = nil
			return nil
		}
		v := b[4 : 4+n]
		b = b[4+n:]
		return v
	}
	if err := m.property("generator", text(next())); err != nil {
		return err
	}
	if len(b) < 4 {
		return nil
	}
	b = b[4:] // how many there are
	for len(b) >= 4 {
		name, value, _ := bytes.Cut(next(), []byte("="))
		key := strings.ToUpper(string(name))
		if key == "LYRICS" || key == "UNSYNCEDLYRICS" {
			if err := m.words(text(value)); err != nil {
				return err
			}
			continue
		}
		if err := m.tag(vorbisNames, key, text(value)); err != nil {
			return err
		}
	}
	return nil
}

// flac reads the blocks before the sound.
func (m *reading) flac() error {
	off := int64(4)
	for range maxParts {
		h, ok := m.at(off, 4)
		if !ok {
			return nil
		}
		n := int64(h[1])<<16 | int64(h[2])<<8 | int64(h[3])
		b := m.upTo(off+4, int(min(n, maxTag)))
		var err error
		switch {
		case h[0]&0x7f == 0 && len(b) >= 18:
			v := binary.BigEndian.Uint64(b[10:])
			hertz, samples := int64(v>>44), v&(1<<36-1)
			if err = m.rate(hertz); err == nil && hertz > 0 {
				err = m.duration(float64(samples) / float64(hertz))
			}
		case h[0]&0x7f == 4:
			err = m.comments(b)
		}
		if err != nil || h[0]&0x80 != 0 {
			return err
		}
		off += 4 + n
	}
	return nil
}

// ogg reads the first packets, and the last page for the length.
func (m *reading) ogg() error {
	b := m.upTo(0, maxTag)
	packet := oggPacket(b, 1)
	first := oggPacket(b, 0)
	hertz := int64(0)
	switch {
	case bytes.HasPrefix(first, []byte("\x01vorbis")) && len(first) > 16:
		hertz = int64(binary.LittleEndian.Uint32(first[12:]))
		packet = bytes.TrimPrefix(packet, []byte("\x03vorbis"))
	case bytes.HasPrefix(first, []byte("OpusHead")):
		hertz = 48000
		packet = bytes.TrimPrefix(packet, []byte("OpusTags"))
	case bytes.HasPrefix(first, []byte("\x80theora")):
		packet = bytes.TrimPrefix(packet, []byte("\x81theora"))
	case bytes.HasPrefix(first, []byte("Speex   ")):
	default:
		return nil
	}
	if err := m.comments(packet); err != nil {
		return err
	}
	if hertz == 0 {
		return nil
	}
	if err := m.rate(hertz); err != nil {
		return err
	}
	tail := m.upTo(max(0, m.in.Size-64<<10), 64<<10)
	if i := bytes.LastIndex(tail, []byte("OggS")); i >= 0 && len(tail)-i >= 14 {
		return m.duration(float64(binary.LittleEndian.Uint64(tail[i+6:])) / float64(hertz))
	}
	return nil
}

// oggPacket gives the n-th packet of the first stream (RFC 3533).
func oggPacket(b []byte, n int) []byte {
	var out []byte
	for len(b) >= 27 && string(b[:4]) == "OggS" {
		segments := int(b[26])
		if len(b) < 27+segments {
			return out
		}
		table, body := b[27:27+segments], b[27+segments:]
		for _, s := range table {
			if int(s) > len(body) {
				return out
			}
			if n == 0 {
				out = append(out, body[:s]...)
			}
			body = body[s:]
			if s < 255 {
				if n == 0 {
					return out
				}
				n--
			}
		}
		b = body
	}
	return out
}

// riffNames are the kinds of INFO (Microsoft, "Multimedia Programming Interface",
// 1991).
var riffNames = map[string]string{"INAM": "title", "IART": "author", "ICRD": "date", "ICMT": "summary", "ISBJ": "summary", "ISFT": "generator", "IKEY": "keywords", "IGNR": "keywords", "ILNG": "language"}

// riff reads WAV and AVI.
func (m *reading) riff() error {
	var perSecond int64
	var walk func(off, end int64, depth int) error
	steps := 0
	walk = func(off, end int64, depth int) error {
		for off+8 <= end {
			h, ok := m.at(off, 8)
			if steps++; !ok || steps > maxParts {
				return nil
			}
			n := int64(binary.LittleEndian.Uint32(h[4:]))
			from := off + 8
			off = from + n + n&1
			var err error
			switch id := string(h[:4]); {
			case id == "LIST" && depth < 4:
				kind, ok := m.at(from, 4)
				if ok && string(kind) != "movi" {
					err = walk(from+4, min(from+n, end), depth+1)
				}
			case id == "fmt ":
				if b, ok := m.at(from, 12); ok {
					perSecond = int64(binary.LittleEndian.Uint32(b[8:]))
					err = m.rate(int64(binary.LittleEndian.Uint32(b[4:])))
				}
			case id == "data" && perSecond > 0:
				err = m.duration(float64(min(n, m.in.Size-from)) / float64(perSecond))
			case id == "avih":
				if b, ok := m.at(from, 20); ok {
					err = m.duration(float64(binary.LittleEndian.Uint32(b)) * float64(binary.LittleEndian.Uint32(b[16:])) / 1e6)
				}
			case riffNames[id] != "":
				err = m.tag(riffNames, id, text(trimZero(m.upTo(from, int(min(n, maxValue))))))
			}
			if err != nil {
				return err
			}
		}
		return nil
	}
	return walk(12, m.in.Size, 0)
}
