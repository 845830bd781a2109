// Package zone reads DNS master files (RFC 1035, section 5, with the TTL and
// directives of RFC 2308), one record to a row.
//
// It stands below extract, which holds the nouns. A row is the line its record
// begins on. Names come complete, in lower case and without the last dot, times
// in seconds; what was written is the quote. Its invariants: nothing outside the
// file is followed ($INCLUDE), nothing is made up ($GENERATE), both are said; and
// one record is held in memory.
package zone

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"overt"
	"overt/extract"
	"overt/extract/charset"
)

// Options say what the caller knows; the zero value detects everything.
type Options struct {
	Encoding string // any WHATWG name
	Table    string // what Locator.Table shall say
	Limits   extract.Limits
}

// Reader reads one zone file.
type Reader struct {
	src     extract.Source
	opts    Options
	info    extract.Info
	columns *extract.Columns
	tally   extract.Tally
}

var _ extract.Reader = (*Reader)(nil)

const headSize = 64 << 10

// Open looks at the beginning of a zone file and gives its reader. Errors:
// invalid, for an unknown encoding; else what opening or the first read gave.
func Open(_ context.Context, src extract.Source, opts Options) (*Reader, error) {
	opts.Limits = opts.Limits.WithDefaults()
	rc, err := src.Open()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", src.Name, err)
	}
	head := make([]byte, headSize)
	n, err := io.ReadFull(rc, head)
	_ = rc.Close() // what broke a stream is said again when it is read
	if n == 0 && err != nil && !errors.Is(err, io.EOF) {
		return nil, overt.Errorf(overt.Invalid, src.Name, "read the beginning: %w", err)
	}
	guess := charset.Detect(head[:n])
	if opts.Encoding != "" {
		name, err := charset.Canonical(opts.Encoding)
		if err != nil {
			return nil, err
		}
		guess = charset.Guess{Name: name, Why: "the caller says " + name}
	}
	r := &Reader{src: src, opts: opts, columns: extract.NewColumns(opts.Table, columnNames())}
	r.info = extract.Info{
		Format: extract.Zone, Encoding: guess.Name, Header: r.columns.Names, Table: opts.Table, Sure: 1,
		Notes: []string{guess.Why, "the columns are those of DNS records"},
	}
	return r, nil
}

// Info says what was detected, and the warnings so far.
func (r *Reader) Info() extract.Info {
	info := r.info
	info.Warnings = r.tally.Warnings()
	return info
}

// Records yields the records of the zone. selector must be "".
func (r *Reader) Records(ctx context.Context, selector string) iter.Seq2[extract.Record, error] {
	return func(yield func(extract.Record, error) bool) {
		if err := extract.NoSelector(r.src.Name, selector); err != nil {
			yield(nil, err)
			return
		}
		r.tally = extract.Tally{}
		rc, err := r.src.Open()
		if err != nil {
			yield(nil, fmt.Errorf("open %s: %w", r.src.Name, err))
			return
		}
		defer rc.Close() // read only: closing cannot lose anything
		text, err := charset.Reader(rc, r.info.Encoding, func() {
			r.tally.Add("mixed_encoding", "bytes that are not valid UTF-8 were read as Windows-1252", overt.Locator{Table: r.opts.Table})
		})
		if err != nil {
			yield(nil, err)
			return
		}
		r.run(ctx, newLexer(text, r.opts.Limits), yield)
	}
}

func (r *Reader) run(ctx context.Context, l *lexer, yield func(extract.Record, error) bool) {
	st := state{reader: r}
	for n := 0; ; n++ {
		if n%256 == 0 && ctx.Err() != nil {
			yield(nil, ctx.Err())
			return
		}
		e, err := l.next()
		if err == io.EOF {
			return
		}
		if err != nil {
			yield(nil, overt.Errorf(overt.Invalid, r.src.Name, "the zone breaks off after line %d: %w", max(0, l.line-1), err))
			return
		}
		values, reason := st.read(e)
		more := true
		switch {
		case reason != "":
			where := overt.Locator{Table: r.opts.Table, Row: e.line}
			more = yield(nil, &extract.RowError{Where: where, Reason: reason, Raw: e.raw()})
		case values != nil:
			more = yield(r.columns.Row(e.line, values), nil)
		}
		if !more {
			return
		}
	}
}
