// Package media reads pictures, sound and film.
//
// It serves documents that are not text. A picture is given as the Image of a
// page, upright, for the eye and for the recognition of text; of sound and film
// only what is written about them is read. No face and no voice is looked at, and
// where a picture was taken is withheld.
//
// The invariant: sizes are checked before anything is decoded, and what cannot be
// shown or heard is a Gap.
package media

import (
	"context"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"overt"
	"overt/extract/charset"
	"overt/extract/document"
)

// A Reader reads pictures, sound and film. The zero Reader is ready for use.
type Reader struct{}

var _ document.Drawer = Reader{}

// Types are the media types that Reader reads; besides, any that begins with
// "image/", "audio/" or "video/" is given its gap.
func Types() []string {
	return []string{
		"image/png", "image/jpeg", "image/gif", "image/bmp", "image/tiff", "image/webp", "image/emf", "image/wmf",
		"audio/mpeg", "audio/flac", "audio/ogg", "audio/x-wav", "audio/mp4", "video/mp4", "video/quicktime", "video/3gpp", "video/x-msvideo", "video/x-matroska", "video/webm",
	}
}

// Read reads one file.
func (Reader) Read(ctx context.Context, in document.Input, out document.Sink) error {
	in.Limits = in.Limits.WithDefaults()
	m := &reading{ctx: ctx, in: in, out: out}
	switch kind := m.kind(); {
	case kind == "image/tiff":
		return m.tiff()
	case kind == "image/emf":
		return m.emf()
	case kind == "image/wmf":
		return m.wmf()
	case pictures[kind] != nil:
		return m.picture(kind)
	case strings.HasPrefix(kind, "audio/"), strings.HasPrefix(kind, "video/"), kind == "application/vnd.rn-realmedia":
		return m.sound(kind)
	default:
		return m.unknown(kind)
	}
}

// kind is the media type of the file, without parameters.
func (m *reading) kind() string {
	kind, _, _ := strings.Cut(m.in.Type, ";")
	return clean(kind[:min(len(kind), 100)])
}

// A reading is one file being read.
type reading struct {
	ctx   context.Context
	in    document.Input
	out   document.Sink
	only  int // the page whose picture alone is wanted, 0 for all there is
	width int // of that picture, at most
	notes int
	said  bool // a page of words
}

// unknown says of a picture whose kind has no decoder that it is there.
func (m *reading) unknown(kind string) error {
	return m.gap(1, document.Unknown, "pictures of this kind ("+kind+") are not shown, and text in them is not recognised")
}

func (m *reading) gap(page int, code, reason string) error {
	return m.out.Gap(document.Gap{Page: page, Code: code, Reason: reason})
}

// withheld says that a position is not read (DESIGN.md, rule 8).
func (m *reading) withheld() error {
	return m.out.Gap(document.Gap{Where: "the place where it was taken", Code: document.Withheld, Reason: "the file says where it was taken; positions of persons are not read"})
}

// note says something odd, up to a hundred times.
func (m *reading) note(code, message string) error {
	if m.notes++; m.notes > 100 {
		return nil
	}
	return m.out.Note(document.Note{Code: code, Message: message})
}

// property says a value, cleaned, when there is one.
func (m *reading) property(name, value string) error {
	if value = clean(value); value == "" {
		return nil
	}
	return m.out.Property(name, value)
}

// maxValue bounds a value in bytes.
const maxValue = 64 << 10

// clean gives a value on one line, without what a name cannot hold.
func clean(s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	s = strings.ToValidUTF8(s[:min(len(s), maxValue)], "")
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }), " ")
}

// text decodes a value that declares no encoding.
func text(b []byte) string {
	s := string(b)
	if utf8.ValidString(s) {
		return s
	}
	decode, err := charset.Text(charset.Detect(b).Name)
	if err != nil {
		return charset.FromWindows1252(s)
	}
	return decode(s)
}

// at gives n bytes at an offset, or says no.
func (m *reading) at(off int64, n int) ([]byte, bool) {
	if off < 0 || n < 0 || off > m.in.Size || int64(n) > m.in.Size-off {
		return nil, false
	}
	b := make([]byte, n)
	got, err := m.in.ReadAt(b, off)
	return b, got == n && (err == nil || errors.Is(err, io.EOF))
}

// upTo gives at most n bytes at an offset.
func (m *reading) upTo(off int64, n int) []byte {
	if off < 0 || off >= m.in.Size {
		return nil
	}
	b, _ := m.at(off, int(min(int64(n), m.in.Size-off)))
	return b
}

// stopped is the error of a reading that was told to end.
func (m *reading) stopped() error {
	if err := m.ctx.Err(); err != nil {
		return overt.Errorf(overt.Unavailable, "", "the reading was stopped: %w", err)
	}
	return nil
}
