// Package office reads documents of office programs and books: Office Open XML
// (ECMA-376: Word, Excel with its binary form, PowerPoint, Visio), OpenDocument
// (ISO 26300: text, sheets, slides, drawings, packed and flat), XPS, EPUB, and what
// Pages, Numbers and Keynote wrote up to 2009.
//
// It is a family of readers of documents (see extract/document) and is made to
// run in the confined process: it streams, keeps one page, and fetches nothing.
//
// What a page is: of a text, what stands between page breaks, those that the
// program last rendered included, so that "page 3" is mostly what a person sees
// under that number; of a workbook a sheet, of a presentation a slide, of a book
// a chapter. A page that grows past its limit goes on in a further one.
//
// What stands beside the text comes at the foot of the page where it belongs,
// each on a line that says what it is: notes ("[1] ..."), comments, deleted
// text, texts of pictures. So the text above it reads as it is shown, and what
// is hidden is there and said.
//
// The invariant: each part of a document comes out as text, row, property or
// member, or as a gap with a reason; parts that only say how things look (styles,
// themes, fonts) are left out.
package office

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"overt"
	"overt/extract/document"
	"overt/extract/page"
	"overt/internal/cfb"
)

// Reader reads documents of office programs. It goes by the bytes alone.
type Reader struct{}

var _ document.Reader = Reader{}

// Read is part of document.Reader.
func (Reader) Read(ctx context.Context, in document.Input, out document.Sink) error {
	in.Limits = in.Limits.WithDefaults()
	r := &reading{ctx: ctx, in: in, lim: in.Limits, out: page.NewTap(ctx, out), said: map[string]bool{}, read: map[string]bool{}}
	r.page = page.New(r.out, r.lim)
	head := make([]byte, 512)
	n, err := in.ReadAt(head, 0)
	if err != nil && err != io.EOF {
		return err
	}
	head = head[:n]
	switch {
	case strings.HasPrefix(string(head), cfb.Magic):
		err = r.sealed()
	case looksXML(head):
		err = r.flat()
	default:
		err = r.packed(in.ReaderAt, in.Size)
	}
	if err == nil {
		r.page.Pinned = r.page.Pinned || r.page.Number == 1 && !r.unread // an empty document has a page
		err = r.page.End()
	}
	return r.verdict(err)
}

// reading is one call of Read.
type reading struct {
	ctx  context.Context
	in   document.Input
	lim  document.Limits
	out  *page.Tap
	pack *archive
	page *page.Writer

	said  map[string]bool // notes, so that each stands there once
	links int
	read  map[string]bool // parts whose text was read, by lower-case name

	tables int
	unread bool // its text is of a form that is not read

	words *styles // of a text document
}

// over gives the error that ends the reading, if there is one.
func (r *reading) over() error { return r.out.Err() }

// part reads one part; what is wrong with it is a gap, and reading goes on.
func (r *reading) part(where string, f func() error) error {
	err := f()
	if fatal := r.over(); fatal != nil {
		return fatal
	}
	if err == nil {
		return nil
	}
	return r.gap(where, err)
}

// gap says what could not be read of a part.
func (r *reading) gap(where string, err error) error {
	code := document.Damaged
	switch {
	case errors.Is(err, errTooMuch), errors.Is(err, errDeep):
		code = document.TooMuch
	case errors.Is(err, errSealed):
		code = document.Protected
	case errors.Is(err, errUnknown):
		code = document.Unknown
	}
	return r.out.Gap(document.Gap{Page: r.page.At(), Where: page.Short(where), Code: code, Reason: page.Short("the part is not read to its end: " + err.Error())})
}

// maxSaid bounds how many oddities of a document are told.
const maxSaid = 20_000

// note says what is odd, once for each page.
func (r *reading) note(code, format string, args ...any) {
	message := page.Short(fmt.Sprintf(format, args...))
	n := document.Note{Page: r.page.At(), Code: code, Message: message}
	key := fmt.Sprint(n.Page, code, message)
	if r.said[key] || len(r.said) > maxSaid || r.over() != nil {
		return
	}
	if r.said[key] = true; len(r.said) == maxSaid {
		n.Code, n.Message = "notes", "there are more oddities than are told"
	}
	_ = r.out.Note(n) // kept by the tap
}

// property says something of the document; several say it once.
func (r *reading) property(name, value string) {
	value = page.Shorten(page.OneLine(value), 16<<10)
	key := "property " + name + value
	if value == "" || r.said[key] || r.over() != nil {
		return
	}
	if len(r.said) < 2000 {
		r.said[key] = true
	}
	_ = r.out.Property(name, value) // kept by the tap
}

// verdict turns an error of the bytes into what document.Reader promises.
func (r *reading) verdict(err error) error {
	if fatal := r.over(); fatal != nil {
		return fatal
	}
	var refusal *document.Refusal
	var known *overt.Error
	switch {
	case err == nil, errors.As(err, &refusal), errors.As(err, &known):
		return err
	case errors.Is(err, errSealed):
		return &document.Refusal{Code: document.Protected, Reason: "the document is protected with a password", Retry: "give its password in a file, with --passwords"}
	case errors.Is(err, errTooMuch):
		return &document.Refusal{Code: document.TooMuch, Reason: "more comes out of the document than is read", Retry: "raise the limit, or split the document"}
	}
	return overt.Errorf(overt.Invalid, "", "read the document: %w", err)
}

// packed reads a document that is a ZIP archive.
func (r *reading) packed(src io.ReaderAt, size int64) error {
	a, err := openArchive(src, size, r.lim)
	if err != nil {
		return err
	}
	r.pack = a
	if a.broken {
		if err := r.out.Gap(document.Gap{Code: document.Damaged, Reason: "the list of the document's parts is missing; those that were found are read"}); err != nil {
			return err
		}
	}
	if a.more {
		if err := r.out.Gap(document.Gap{Code: document.TooMuch, Reason: fmt.Sprintf("the document has more than %d parts", r.lim.Members)}); err != nil {
			return err
		}
	}
	if a.repeats > 0 {
		r.note("repeated-parts", "%d parts have the name of another; the first of each is read", a.repeats)
	}
	if err := r.content(); err != nil {
		return err
	}
	if err := r.page.End(); err != nil {
		return err
	}
	return r.members()
}

// content reads the text of an archive, by what lies in it.
func (r *reading) content() error {
	switch {
	case r.pack.find("META-INF/container.xml") != nil && r.pack.find("content.xml") == nil:
		return r.book()
	case r.pack.find("content.xml") != nil:
		return r.openDocument()
	case r.pack.find("[Content_Types].xml") != nil || r.pack.find("_rels/.rels") != nil || r.hasFolder("word/", "xl/", "ppt/", "visio/"):
		return r.openXML()
	case r.pack.find("index.xml") != nil, r.pack.find("index.apxl") != nil, r.pack.find("Index.zip") != nil, r.hasFolder("Index/"), r.pack.find(".iwpv2") != nil:
		return r.iwork()
	}
	return &document.Refusal{Code: document.Unknown, Reason: "the archive is no office document that is known", Retry: "unpack it and read what is in it"}
}

func (r *reading) hasFolder(names ...string) bool {
	for _, e := range r.pack.entries {
		for _, n := range names {
			if len(e.name) >= len(n) && strings.EqualFold(e.name[:len(n)], n) {
				return true
			}
		}
	}
	return false
}

// scanPart reads a part of XML and calls f with its root open. It goes on to the
// part's end, where its checksum is proved.
func (r *reading) scanPart(name string, f func(d *scan, root xml.StartElement) error) error {
	d, root, err := r.openPart(name)
	if err == nil {
		err = f(d, root)
	}
	if err == nil {
		_, err = io.Copy(io.Discard, d.in)
	}
	return err
}

// openPart opens a part of XML up to its root.
func (r *reading) openPart(name string) (d *scan, root xml.StartElement, err error) {
	e := r.pack.find(name)
	if e == nil {
		return nil, root, fmt.Errorf("%w: the part is missing", errDamaged)
	}
	r.read[strings.ToLower(name)] = true
	in, err := r.pack.open(e)
	if err != nil {
		return nil, root, err
	}
	if d, err = newScan(&stoppable{r, in}, r.lim.Depth); err != nil {
		return nil, root, err
	}
	root, err = d.root()
	return d, root, err
}

// stoppable ends when the reading does.
type stoppable struct {
	r  *reading
	in io.Reader
}

// Read reads on.
func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.r.over(); err != nil {
		return 0, err
	}
	return s.in.Read(p)
}

func looksXML(head []byte) bool {
	s := strings.ReplaceAll(string(head), "\x00", "") // UTF-16 too
	for _, mark := range []string{"\xef\xbb\xbf", "\xff\xfe", "\xfe\xff"} {
		s = strings.TrimPrefix(s, mark)
	}
	return strings.HasPrefix(strings.TrimLeft(s, " \t\r\n"), "<")
}
