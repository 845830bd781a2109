package mail

import (
	"context"

	"overt/extract/document"
)

// MHTML reads a web page saved as a message (RFC 2557): its text, and as members
// the pictures and files it is made of.
type MHTML struct{}

var _ document.Reader = MHTML{}

// Read implements document.Reader.
func (MHTML) Read(ctx context.Context, in document.Input, out document.Sink) error {
	m, err := parse(ctx, in, 0, in.Size)
	if err != nil {
		return err
	}
	s := &saying{out: out}
	for _, b := range m.Bodies {
		if b.HTML == nil {
			continue
		}
		s.say("title", b.HTML.Title)
		for _, meta := range b.HTML.Meta {
			s.say(metaProperties[meta.Name], meta.Content)
		}
	}
	s.say("title", first(m.Header, "Subject", ""))
	for _, field := range []string{"Snapshot-Content-Location", "Content-Location"} {
		s.say("sourceUrl", first(m.Header, field, ""))
	}
	if date, ok := parseDate(first(m.Header, "Date", "")); ok {
		s.say("retrievedAt", date.String())
	}
	s.say("generator", first(m.Header, "X-MAF", ""))
	s.say("generator", first(m.Header, "X-MimeOLE", ""))
	if s.err != nil {
		return s.err
	}
	m.Header, m.Raw = nil, "" // it is no mail
	return m.Say(ctx, out, in.Limits)
}

// metaProperties are the properties that meta elements tell.
var metaProperties = map[string]string{
	"author": "author", "keywords": "keywords", "description": "summary", "generator": "generator",
	"article:published_time": "publishedAt", "article:modified_time": "modifiedAt", "language": "language",
}
