package page

import (
	"context"
	"io"

	"overt/extract/document"
)

// A Tap keeps what ends a reading (an error of its sink, the end of its context)
// apart from errors of the bytes, which do not.
type Tap struct {
	document.Sink
	Members int // that were begun

	ctx context.Context
	err error
}

// NewTap passes everything on to a sink.
func NewTap(ctx context.Context, out document.Sink) *Tap { return &Tap{Sink: out, ctx: ctx} }

// Err gives what ends the reading, nil while it goes on.
func (t *Tap) Err() error {
	if err := t.ctx.Err(); err != nil {
		return err
	}
	return t.err
}

func (t *Tap) keep(err error) error {
	if t.err == nil {
		t.err = err
	}
	return err
}

// Property is part of document.Sink, as are the methods below.
func (t *Tap) Property(name, value string) error { return t.keep(t.Sink.Property(name, value)) }

func (t *Tap) Page(p document.Page) error   { return t.keep(t.Sink.Page(p)) }
func (t *Tap) Row(r document.Row) error     { return t.keep(t.Sink.Row(r)) }
func (t *Tap) Image(i document.Image) error { return t.keep(t.Sink.Image(i)) }
func (t *Tap) Gap(g document.Gap) error     { return t.keep(t.Sink.Gap(g)) }
func (t *Tap) Note(n document.Note) error   { return t.keep(t.Sink.Note(n)) }

// Member begins a member under a name of bounded length.
func (t *Tap) Member(m document.Member) (io.WriteCloser, error) {
	m.Path, m.Type = Short(OneLine(m.Path)), Short(m.Type)
	t.Members++
	w, err := t.Sink.Member(m)
	if err != nil {
		return nil, t.keep(err)
	}
	return &tapped{w, t}, nil
}

type tapped struct {
	io.WriteCloser
	t *Tap
}

func (t *tapped) Write(p []byte) (int, error) {
	n, err := t.WriteCloser.Write(p)
	return n, t.t.keep(err)
}

func (t *tapped) Close() error { return t.t.keep(t.WriteCloser.Close()) }
