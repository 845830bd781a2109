// Package readers is the list of the readers of documents: it finds out what a
// document is and gives it to the reader of its kind.
//
// It runs where they run, in a confined process, and is itself the one
// document.Reader that such a process has. The invariant: what it says first is
// the kind of the document ("mimeType") and what reads it ("processingAgent"),
// and a kind that nothing reads is refused by name.
package readers

import (
	"context"
	"fmt"
	"strings"

	"overt"
	"overt/extract/document"
	"overt/extract/kind"
	"overt/extract/legacy"
	"overt/extract/mail"
	"overt/extract/mapi"
	"overt/extract/media"
	"overt/extract/office"
	"overt/extract/pack"
	"overt/extract/prose"
	"overt/extract/tabular"
)

// A Set is a list of readers.
type Set struct{ of map[string]entry }

type entry struct {
	agent  string // name and version: it changes when the same bytes may give another reading
	reader document.Reader
}

// The versions of readers. Whoever changes what a reader says raises its own, so
// that documents can be read again.
const (
	pdfAgent    = "pdf/1"
	mailAgent   = "mail/1"
	mapiAgent   = "mapi/1"
	packAgent   = "pack/1"
	proseAgent  = "prose/1"
	mediaAgent  = "media/1"
	officeAgent = "office/2"
	legacyAgent = "legacy/2"
	tableAgent  = "tabular/1"
)

var _ document.Drawer = (*Set)(nil)

// New makes the list. PDF needs an engine that was made before the process was
// confined; nil where only versions are asked for.
func New(pdf document.Reader) *Set {
	s := &Set{map[string]entry{}}
	s.add(proseAgent, prose.Reader{}, prose.Types()...)
	s.add(mediaAgent, media.Reader{}, media.Types()...)
	s.add(tableAgent, tabular.Reader{}, tabular.Types()...)
	s.add(packAgent, pack.Reader{}, pack.Types()...)
	s.add(officeAgent, office.Reader{}, officeTypes...)
	s.add(legacyAgent, legacy.Reader{}, legacyTypes...)
	s.add(mailAgent, mail.EML{}, "message/rfc822", "text/rfc822-headers", "multipart/mixed", "multipart/alternative")
	s.add(mailAgent, mail.MHTML{}, "multipart/related")
	s.add(mailAgent, mail.MBOX{}, "application/mbox")
	s.add(mailAgent, mail.EMLX{}, "message/x-emlx")
	s.add(mailAgent, mail.OLM{}, "application/x-outlook-olm")
	s.add(mailAgent, mail.VCard{}, "text/vcard")
	s.add(mailAgent, mail.Calendar{}, "text/calendar")
	s.add(mailAgent, mail.CMS{}, "application/pkcs7-mime")
	s.add(mapiAgent, mapi.MSG{}, "application/vnd.ms-outlook")
	s.add(mapiAgent, mapi.PST{}, "application/vnd.ms-outlook-pst")
	s.add(mapiAgent, mapi.TNEF{}, "application/vnd.ms-tnef")
	s.add(pdfAgent, pdf, "application/pdf")
	return s
}

// legacyTypes are those of the reader of older forms, which names the ones that
// it knows and does not read.
var legacyTypes = []string{
	"application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint", "text/rtf", "application/rtf",
	"application/x-msaccess", "application/x-ole-storage", "application/x-mspublisher", "application/vnd.visio",
	"application/vnd.ms-project", "application/vnd.ms-works",
}

// officeTypes are those of the office reader, and beginnings of them.
var officeTypes = []string{
	"application/vnd.openxmlformats-officedocument", "application/vnd.oasis.opendocument", "application/vnd.ms-word",
	"application/vnd.ms-excel.", "application/vnd.ms-powerpoint.", "application/vnd.ms-visio", "application/vnd.ms-wordml",
	"application/vnd.ms-spreadsheetml", "application/vnd.ms-xpsdocument", "application/x-ooxml-protected", "application/epub+zip", "application/vnd.apple.keynote", "application/vnd.apple.numbers", "application/vnd.apple.pages",
}

func (s *Set) add(agent string, r document.Reader, types ...string) {
	for _, t := range types {
		s.of[t] = entry{agent, r}
	}
}

// find gives the reader of a media type: the one of that type, else of the
// longest beginning that a reader has. Text of whatever kind is text.
func (s *Set) find(mediaType string) (entry, bool) {
	if e, ok := s.of[mediaType]; ok {
		return e, true
	}
	best, found := entry{}, ""
	for t, e := range s.of {
		if len(t) > len(found) && strings.HasPrefix(mediaType, t) && (strings.HasSuffix(t, ".") || strings.ContainsAny(mediaType[len(t):len(t)+1], ".+-")) {
			best, found = e, t
		}
	}
	switch {
	case found != "":
	case strings.HasSuffix(mediaType, "+xml"):
		best, found = s.of["application/xml"], "application/xml"
	case strings.HasPrefix(mediaType, "text/"):
		best, found = s.of["text/plain"], "text/plain"
	}
	return best, found != ""
}

// Version names what reads a media type today; "" when nothing does.
func (s *Set) Version(mediaType string) string {
	e, _ := s.find(mediaType)
	return e.agent
}

// Types are the media types that are read, in no order.
func (s *Set) Types() []string {
	out := make([]string, 0, len(s.of))
	for t := range s.of {
		out = append(out, t)
	}
	return out
}

// Read finds out what a document is and reads it.
func (s *Set) Read(ctx context.Context, in document.Input, out document.Sink) error {
	found, err := kind.Detect(in, in.Size, in.Name)
	if err != nil {
		return err
	}
	if in.Size == 0 {
		return &document.Refusal{Code: document.Damaged, Reason: "the file is empty", Retry: "get it again from where it came from"}
	}
	e, ok := s.find(found.Type)
	if err := out.Property("mimeType", found.Type); err != nil {
		return err
	}
	if !ok || e.reader == nil {
		return unread(found)
	}
	if err := out.Property("processingAgent", e.agent); err != nil {
		return err
	}
	in.Type = found.Type
	if err := e.reader.Read(ctx, in, out); err != nil {
		return err
	}
	for _, n := range found.Notes {
		if err := out.Note(n); err != nil {
			return err
		}
	}
	return nil
}

// Draw gives the picture of a page, where the reader of the document can.
func (s *Set) Draw(ctx context.Context, in document.Input, page, width int, out document.Sink) error {
	found, err := kind.Detect(in, in.Size, in.Name)
	if err != nil {
		return err
	}
	e, _ := s.find(found.Type)
	d, ok := e.reader.(document.Drawer)
	if !ok {
		return overt.Errorf(overt.NotFound, fmt.Sprintf("page %d", page), "pages of %s are not drawn", found.Type)
	}
	in.Type = found.Type
	return d.Draw(ctx, in, page, width, out)
}

// unread refuses a kind that nothing reads.
func unread(found kind.Kind) error {
	what := "a file of type " + found.Type + ", which is not read"
	switch found.Family {
	case kind.None:
		what = "of no kind that is known"
	case kind.Sealed:
		return &document.Refusal{Code: document.Protected, Reason: fmt.Sprintf("it is encrypted as a whole (%s)", found.Type), Retry: "decrypt it and ingest what comes out"}
	case kind.Program:
		what = "a program, which is not read"
	}
	return &document.Refusal{Code: document.Unknown, Reason: "it is " + what, Retry: "turn it into a form that is read; see overt ingest --help"}
}
