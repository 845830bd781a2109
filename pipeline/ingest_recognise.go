package pipeline

import (
	"context"
	"fmt"
	"io"
	"strings"

	"overt/extract/document"
)

// Recognise reads the text that is on the picture of a page, and gives the page
// with it. Errors: *document.Refusal, when it cannot be done here.
type Recognise func(ctx context.Context, p document.Page, i document.Image) (document.Page, error)

// A recogniser stands before a Sink. Pages that show more than their text tells
// wait for their picture, whose text takes the place of theirs; a page that is
// a picture and is not recognised is a gap, for it has text that nobody read.
type recogniser struct {
	document.Sink
	ctx  context.Context
	how  Recognise // nil where nothing recognises
	held *document.Page
	rows []document.Row // of the page that waits
}

// unsure is the confidence below which a recognised page is noted.
const unsure = 0.6

func (r *recogniser) Page(p document.Page) error {
	if err := r.flush(); err != nil {
		return err
	}
	if !p.Sparse {
		return r.Sink.Page(p)
	}
	r.held, r.rows = &p, nil
	return nil
}

func (r *recogniser) Row(row document.Row) error {
	if r.held != nil && row.Page == r.held.Number {
		r.rows = append(r.rows, row)
		return nil
	}
	if err := r.flush(); err != nil {
		return err
	}
	return r.Sink.Row(row)
}

func (r *recogniser) Image(i document.Image) error {
	if r.held == nil || r.held.Number != i.Page || r.how == nil {
		return nil
	}
	p, err := r.how(r.ctx, *r.held, i)
	if err != nil {
		if r.ctx.Err() != nil {
			return r.ctx.Err()
		}
		return r.unread(gapOf(err).Reason)
	}
	own := *r.held
	if wordsIn(p.Text) <= wordsIn(own.Text) { // what it holds as text says more
		return r.flush()
	}
	r.held, r.rows = nil, nil
	if err := r.Sink.Page(p); err != nil {
		return err
	}
	if p.Confidence < unsure {
		return r.Sink.Note(document.Note{Page: p.Number, Code: "unsure", Message: fmt.Sprintf("its text was recognised with a confidence of %.0f %%", p.Confidence*100)})
	}
	return nil
}

// unread says of the page that waits that its picture was not read. What text it
// has is given all the same.
func (r *recogniser) unread(why string) error {
	p := *r.held
	if wordsIn(p.Text) > 0 {
		if err := r.flush(); err != nil {
			return err
		}
	}
	r.held, r.rows = nil, nil
	return r.Sink.Gap(document.Gap{Page: p.Number, Code: document.Unknown, Reason: why})
}

// flush gives the page that waits as it is.
func (r *recogniser) flush() error {
	if r.held == nil {
		return nil
	}
	p, rows := *r.held, r.rows
	r.held, r.rows = nil, nil
	if r.how == nil && wordsIn(p.Text) == 0 {
		return r.Sink.Gap(document.Gap{Page: p.Number, Code: document.Unknown, Reason: "the page is a picture, and nothing here recognises text (see overt doctor)"})
	}
	if err := r.Sink.Page(p); err != nil {
		return err
	}
	for _, row := range rows {
		if err := r.Sink.Row(row); err != nil {
			return err
		}
	}
	return nil
}

// wordsIn counts the words of a text.
func wordsIn(text string) int { return len(strings.Fields(text)) }

func (r *recogniser) Property(name, value string) error {
	if err := r.flush(); err != nil {
		return err
	}
	return r.Sink.Property(name, value)
}

func (r *recogniser) Member(m document.Member) (io.WriteCloser, error) {
	if err := r.flush(); err != nil {
		return nil, err
	}
	return r.Sink.Member(m)
}

func (r *recogniser) Gap(g document.Gap) error {
	if err := r.flush(); err != nil {
		return err
	}
	return r.Sink.Gap(g)
}

func (r *recogniser) Note(n document.Note) error {
	if err := r.flush(); err != nil {
		return err
	}
	return r.Sink.Note(n)
}
