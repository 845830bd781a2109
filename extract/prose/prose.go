// Package prose reads text: plain, marked up, or code, in any encoding.
//
// It serves documents whose bytes are their text: letters and logs, Markdown and
// source code, HTML, XML, SVG, JSON and subtitles. They have no pages; so that a
// citation opens near what it cites, long texts are cut at the ends of
// paragraphs, and where a form feed ends a page.
//
// The invariant: nothing is left out but markup and control characters. What a
// program would hide is read too, and said by a Note.
package prose

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	"overt"
	"overt/extract/charset"
	"overt/extract/document"
	"overt/extract/markup"
)

// A Reader reads text. The zero Reader is ready for use.
type Reader struct{}

var _ document.Reader = Reader{}

// Types are the media types that Reader reads; besides, any that begins with
// "text/" or ends in "+xml".
func Types() []string {
	return []string{
		"text/plain", "text/html", "application/xhtml+xml", "application/xml", "image/svg+xml", "application/json", "application/jsonl",
		"application/yaml", "application/toml", "application/sql", "application/x-sh", "application/x-bat", "application/x-subrip", "application/x-plist",
	}
}

// headSize is how much of a text tells its encoding, in bytes.
const headSize = 256 << 10

// Read reads a text. Errors: those of the bytes and of out; invalid.
func (Reader) Read(ctx context.Context, in document.Input, out document.Sink) error {
	in.Limits = in.Limits.WithDefaults()
	head := make([]byte, min(headSize, max(in.Size, 0)))
	n, err := in.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return fmt.Errorf("read text: %w", err)
	}
	t := &text{ctx: ctx, in: in, out: out, head: head[:n], pages: newPager(out, in)}
	t.find()
	r, err := charset.Reader(&stopper{ctx, io.NewSectionReader(in, 0, in.Size)}, t.charset, func() { t.stray++ })
	if err != nil {
		return err
	}
	if err := out.Property("encoding", t.charset); err != nil {
		return err
	}
	switch kind := mainType(in.Type); {
	case kind == "text/html" || kind == "application/xhtml+xml":
		err = t.html(r)
	case strings.HasSuffix(kind, "xml") || kind == "application/x-plist":
		err = t.xml(r)
	case kind == "application/json" || kind == "application/jsonl":
		err = t.plain(&unescaper{Reader: newRunes(r)})
	default:
		err = t.plain(newRunes(r))
	}
	if err != nil {
		return err
	}
	return t.finish()
}

// mainType is a media type without its parameters, in lower case.
func mainType(s string) string {
	s, _, _ = strings.Cut(strings.ToLower(s), ";")
	return strings.TrimSpace(s)
}

// A text is one document being read.
type text struct {
	ctx     context.Context
	in      document.Input
	out     document.Sink
	head    []byte
	charset string
	pages   *pager

	stray    int // bytes that are none of the encoding
	controls int // control characters that were dropped
	notes    []document.Note
	had      map[string]bool // properties of XML that were said
}

// find decides on the encoding: a byte order mark, then valid UTF-8, then what is
// declared outside, then what the document declares, then how its letters look.
func (t *text) find() {
	guess := charset.Detect(t.head)
	t.charset = guess.Name
	if guess.BOM > 0 || guess.Sure >= 1 || charset.IsWide(guess.Name) {
		return
	}
	for _, declared := range []string{t.in.Charset, t.declared()} {
		name, err := charset.Canonical(declared)
		if declared == "" {
			continue
		}
		if err != nil {
			t.note("charset", fmt.Sprintf("the declared encoding %.60q is not known; %s was taken", markup.Line(declared), t.charset))
			continue
		}
		// What is declared as wide would show zeros; UTF-8 that is not valid is
		// another encoding.
		if charset.IsWide(name) || name == charset.UTF8 && guess.Name != charset.UTF8 {
			t.note("charset", fmt.Sprintf("the text is declared as %s and is not; %s was taken", name, t.charset))
			continue
		}
		t.charset = name
		return
	}
}

// declared is the encoding that the document itself names.
func (t *text) declared() string {
	switch kind := mainType(t.in.Type); {
	case kind == "text/html" || kind == "application/xhtml+xml":
		if name := markup.Charset(t.head); name != "" {
			return name
		}
		return xmlEncoding(t.head)
	case strings.HasSuffix(kind, "xml"):
		return xmlEncoding(t.head)
	}
	return ""
}

// xmlEncoding reads the declaration of an XML document.
func xmlEncoding(head []byte) string {
	head = bytes.TrimLeft(head[:min(len(head), 1<<10)], " \t\r\n")
	end := bytes.Index(head, []byte("?>"))
	if !bytes.HasPrefix(head, []byte("<?xml")) || end < 0 {
		return ""
	}
	_, rest, found := strings.Cut(string(head[:end]), "encoding")
	rest = strings.TrimLeft(rest, " \t\r\n=")
	if !found || rest == "" || rest[0] != '"' && rest[0] != '\'' {
		return ""
	}
	name, _, _ := strings.Cut(rest[1:], rest[:1])
	return name
}

func (t *text) note(code, message string) {
	t.notes = append(t.notes, document.Note{Code: code, Message: message})
}

// property says something of the document, when there is something to say.
func (t *text) property(name, value string) error {
	if value = markup.Line(value); value == "" {
		return nil
	}
	return t.out.Property(name, value)
}

// first says whether a property comes for the first time.
func (t *text) first(name string) bool {
	if t.had == nil {
		t.had = map[string]bool{}
	}
	was := t.had[name]
	t.had[name] = true
	return !was
}

// finish says what is left to say.
func (t *text) finish() error {
	if err := t.pages.finish(); err != nil {
		return err
	}
	if t.stray > 0 {
		t.note("charset", fmt.Sprintf("%d bytes are no %s; they were read as windows-1252", t.stray, t.charset))
	}
	if t.pages.replaced > 0 {
		t.note("charset", fmt.Sprintf("%d characters could not be read as %s; U+FFFD stands in their place", t.pages.replaced, t.charset))
	}
	if t.controls > 0 {
		t.note("controls", fmt.Sprintf("%d control characters were left out", t.controls))
	}
	if t.pages.empty() {
		t.note("empty", "the document holds no text")
	}
	for _, n := range t.notes {
		if err := t.out.Note(n); err != nil {
			return err
		}
	}
	if t.pages.cut {
		return t.out.Gap(document.Gap{Where: "the end of the text", Code: document.TooMuch, Reason: fmt.Sprintf("the text is longer than the %d bytes that are read", t.pages.limit)})
	}
	return nil
}

// stopper ends a reading when its context does.
type stopper struct {
	ctx context.Context
	r   io.Reader
}

func (s *stopper) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, overt.Errorf(overt.Unavailable, "", "the reading was stopped: %w", err)
	}
	return s.r.Read(p)
}
