package media

import (
	"context"
	"fmt"
	"io"

	"overt"
	"overt/extract/document"
)

// Draw implements document.Drawer.
func (Reader) Draw(ctx context.Context, in document.Input, page, width int, out document.Sink) error {
	in.Limits = in.Limits.WithDefaults()
	one := &oneImage{out: out}
	m := &reading{ctx: ctx, in: in, out: one, only: page, width: max(width, 1)}
	if page < 1 {
		return one.missing(page)
	}
	var err error
	switch kind := m.kind(); {
	case kind == "image/tiff":
		err = m.tiff()
	case pictures[kind] != nil:
		err = m.picture(kind)
	}
	if err == nil && !one.given {
		err = one.missing(page)
	}
	return err
}

// oneImage lets the picture of a page through and nothing else. What could not be
// read of that page is why there is none.
type oneImage struct {
	out   document.Sink
	given bool
	why   string
}

func (o *oneImage) missing(page int) error {
	why := "the document has no picture of it"
	if o.why != "" {
		why = o.why
	}
	return overt.Errorf(overt.NotFound, fmt.Sprintf("page %d", page), "%s", why)
}

func (o *oneImage) Image(i document.Image) error {
	o.given = true
	return o.out.Image(i)
}

func (o *oneImage) Gap(g document.Gap) error {
	if g.Page > 0 {
		o.why = g.Reason
	}
	return nil
}

func (o *oneImage) Property(string, string) error { return nil }
func (o *oneImage) Page(document.Page) error      { return nil }
func (o *oneImage) Row(document.Row) error        { return nil }
func (o *oneImage) Note(document.Note) error      { return nil }

func (o *oneImage) Member(document.Member) (io.WriteCloser, error) { return unwritten{}, nil }

// unwritten takes bytes that nobody asked for.
type unwritten struct{}

func (unwritten) Write(p []byte) (int, error) { return len(p), nil }
func (unwritten) Close() error                { return nil }
