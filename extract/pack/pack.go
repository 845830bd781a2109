// Package pack reads archives and compressed files: what it says of them are the
// files inside.
//
// It serves documents that only hold others. Each file inside is said as a Member
// and read again as a document by whoever asked; how deep that goes, and that the
// same bytes are not read again and again (an archive can hold itself), is for
// him to bound. Names inside are data and never become paths; links and devices
// are noted and never followed.
//
// The invariant: each file inside is a Member with all its bytes, or a Gap says
// why not. What an archive claims sizes nothing; what comes out is counted
// against what went in.
package pack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"overt"
	"overt/extract/document"
)

// A Reader reads archives. The zero Reader is ready for use.
type Reader struct{}

var _ document.Reader = Reader{}

// zips are documents of programs that are ZIP archives: their own form is not
// known, what is packed in them is.
var zips = map[string]bool{
	"application/zip": true, "application/java-archive": true, "application/vnd.apple.pages": true,
	"application/vnd.apple.numbers": true, "application/vnd.apple.keynote": true,
}

// Types are the media types that Reader reads.
func Types() []string {
	out := []string{
		"application/x-tar", "application/x-archive", "application/x-cpio", "application/vnd.rar", "application/x-7z-compressed", "application/pkcs7-mime",
		"application/warc", "application/x-arc", "application/x-iso9660-image",
	}
	for t := range zips {
		out = append(out, t)
	}
	for t := range compressors {
		out = append(out, t)
	}
	return out
}

// Read reads an archive.
func (Reader) Read(ctx context.Context, in document.Input, out document.Sink) error {
	in.Limits = in.Limits.WithDefaults()
	p := &packed{ctx: ctx, in: in, out: out}
	kind, _, _ := strings.Cut(in.Type, ";")
	kind = strings.TrimSpace(strings.ToValidUTF8(clip(kind), ""))
	var err error
	switch {
	case zips[kind]:
		err = p.zip()
	case compressors[kind].open != nil:
		err = p.single(compressors[kind])
	case kind == "application/x-tar":
		err = p.tar()
	case kind == "application/x-archive":
		err = p.ar()
	case kind == "application/x-cpio":
		err = p.cpio()
	case kind == "application/vnd.rar":
		err = p.rar()
	case kind == "application/x-7z-compressed":
		err = p.sevenZip()
	case kind == "application/pkcs7-mime":
		err = p.signed()
	case kind == "application/warc":
		err = p.warc()
	case kind == "application/x-iso9660-image":
		err = p.iso()
	case kind == "application/x-arc":
		err = p.arc()
	default:
		return &document.Refusal{Code: document.Unknown, Reason: "archives of this kind (" + kind + ") are not read", Retry: "unpack it and add the files"}
	}
	if errors.Is(err, errFull) {
		return nil // it was said
	}
	if err != nil {
		return err
	}
	if p.locked > 0 && p.members == 0 {
		return p.refusal()
	}
	return nil
}

// A packed is one archive being read.
type packed struct {
	ctx context.Context
	in  document.Input
	out document.Sink

	members  int   // said
	unpacked int64 // bytes of members
	locked   int   // members that no password opened
	noted    int   // notes on links and the like
}

func (p *packed) refusal() error {
	r := &document.Refusal{Code: document.Protected, Reason: "the archive is encrypted", Retry: "give its password in a file, with --passwords"}
	if len(p.in.Passwords) > 0 {
		r.Reason = "the archive is encrypted, and no password that was given opens it"
	}
	return r
}

// errFull ends an archive of which no more is read; the gap was said.
var errFull = errors.New("past a limit")

// passwords are those to try, the empty one first.
func (p *packed) passwords() []string { return append([]string{""}, p.in.Passwords...) }

// clip bounds a name for messages, in bytes.
func clip(s string) string {
	if len(s) > 200 {
		s = strings.ToValidUTF8(s[:200], "") + "…"
	}
	return s
}

func (p *packed) gap(where, code, reason string) error {
	return p.out.Gap(document.Gap{Where: where, Code: code, Reason: reason})
}

// lost says that a member was not read, or not to its end.
func (p *packed) lost(name, code, reason string) error {
	if code == document.Protected {
		p.locked++
	}
	return p.gap("member "+clip(name), code, reason)
}

// note says something odd of a member. Past 1,000 it says only that there is
// more.
func (p *packed) note(code, format string, args ...any) error {
	if p.noted++; p.noted > 1000 {
		return nil
	}
	if p.noted == 1000 {
		code, format, args = "more", "there is more to note; it is left out", nil
	}
	return p.out.Note(document.Note{Code: code, Message: clipTo(fmt.Sprintf(format, args...), 1000)})
}

func clipTo(s string, n int) string {
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}

// maxPath bounds the name of a member, in bytes.
const maxPath = 4 << 10

// emit says a member with the bytes of r, to its end. Damage is a gap, and the
// bytes before it stand. Errors: those of the sink; errFull.
func (p *packed) emit(m document.Member, r io.Reader) error {
	if p.members >= p.in.Limits.Members {
		return p.full("the archive holds more than the %d files that are read", p.in.Limits.Members)
	}
	p.members++
	if m.Role == "" {
		m.Role = document.Packed
	}
	if len(m.Path) > maxPath {
		if err := p.note("name", "a name of %d bytes was cut: %s", len(m.Path), clip(m.Path)); err != nil {
			return err
		}
		m.Path = strings.ToValidUTF8(m.Path[:maxPath], "")
	}
	if len(m.Raw) > maxPath {
		m.Raw = m.Raw[:maxPath]
	}
	w, err := p.out.Member(m)
	if err != nil {
		return err
	}
	damage, err := p.copy(w, r)
	if err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	switch {
	case errors.Is(damage, errFull):
		return p.full("more comes out of the archive than is likely or allowed, at member %s", clip(m.Path))
	case errors.Is(damage, errUnread):
		return p.lost(m.Path, document.Unknown, clip(sentence(damage)))
	case damage != nil:
		return p.lost(m.Path, document.Damaged, "it is damaged, and was read up to there: "+clip(sentence(damage)))
	}
	return nil
}

// sentence gives an error as words of a page.
func sentence(err error) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(err.Error(), "\ufffd"))
}

func (p *packed) full(format string, args ...any) error {
	if err := p.gap("the rest of the archive", document.TooMuch, fmt.Sprintf(format, args...)); err != nil {
		return err
	}
	return errFull
}

// copy writes the bytes of a member; damage is what was wrong with them.
func (p *packed) copy(w io.Writer, r io.Reader) (damage, err error) {
	buf := make([]byte, 64<<10)
	for {
		if err := p.ctx.Err(); err != nil {
			return nil, overt.Errorf(overt.Unavailable, "", "the reading was stopped: %w", err)
		}
		n, err := read(r, buf)
		if n > 0 {
			if !p.fits(int64(n)) {
				return errFull, nil
			}
			if _, err := w.Write(buf[:n]); err != nil {
				return nil, err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil, nil
		}
		if err != nil {
			return err, nil
		}
	}
}

// fits counts bytes that came out and says whether they are within the limits.
func (p *packed) fits(n int64) bool {
	p.unpacked += n
	l := p.in.Limits
	return p.unpacked <= l.Unpacked && (p.unpacked <= l.RatioFrom || p.unpacked/l.Ratio <= max(p.in.Size, 1))
}

// read is Read of a decoder that others wrote: a panic of it is damage.
func read(r io.Reader, buf []byte) (n int, err error) {
	defer func() {
		if x := recover(); x != nil {
			n, err = 0, fmt.Errorf("the decoder failed: %v", x)
		}
	}()
	return r.Read(buf)
}

// stamp writes a moment, empty for the zero one and for years that are none.
func stamp(t time.Time) string {
	if t.IsZero() || t.Year() < 1970 || t.Year() > 9999 {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// wrong is an error of opening, as damage.
func wrong(err error) error {
	var e *overt.Error
	switch {
	case errors.Is(err, errUnread):
		return unread(err)
	case errors.As(err, &e):
		return err
	}
	return damaged("%s", clip(sentence(err)))
}

// unread is an archive that may be whole and is packed as we do not unpack it.
func unread(err error) error {
	return &document.Refusal{Code: document.Unknown, Reason: clip(sentence(err)), Retry: "unpack it with another program and ingest the files"}
}

// section reads some bytes of the archive; those past its end are missing.
func (p *packed) section(from, size int64) io.Reader {
	if from < 0 || from > p.in.Size || size < 0 {
		return &exact{strings.NewReader(""), max(size, 1)}
	}
	return &exact{io.NewSectionReader(p.in, from, min(size, p.in.Size-from)), size}
}

// exact says so when fewer bytes come than were stated.
type exact struct {
	r    io.Reader
	left int64
}

func (e *exact) Read(b []byte) (int, error) {
	n, err := e.r.Read(b)
	if e.left -= int64(n); err == io.EOF && e.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// at gives n bytes at an offset, or says no.
func (p *packed) at(off int64, n int) ([]byte, bool) {
	if off < 0 || n < 0 || off > p.in.Size || int64(n) > p.in.Size-off {
		return nil, false
	}
	b := make([]byte, n)
	got, err := p.in.ReadAt(b, off)
	return b, got == n && (err == nil || err == io.EOF)
}
