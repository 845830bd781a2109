// Package tree reads JSON, JSON lines, XML and YAML as records, streaming: the
// document is walked down to the records a selector names, and no more than one
// of them is held in memory. Of YAML a whole document is, and its size is
// bounded before it is parsed.
//
// It stands below extract, which holds the nouns. Its invariants: a value is
// given as it is written (numbers keep their digits), its pointer finds it again
// in the same bytes, and nothing outside the document (entities, DTDs, links) is
// ever followed.
//
// Paths inside a record are names with slashes: "a/b", "a/*/b", "@x", ".",
// "../x". A name met at an array goes on in each element, a number picks one.
// In names "~1" stands for a slash and "~0" for a tilde, as in RFC 6901; "~*",
// "~." and "~.." are names that consist of just that, "~" alone is the empty
// name.
package tree

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
	Format   extract.Format // JSON, JSONL, XML or YAML; required
	Encoding string         // any WHATWG name
	Table    string         // what Locator.Table shall say
	Limits   extract.Limits
}

// Reader reads one document, or one file of JSON lines.
type Reader struct {
	src   extract.Source
	opts  Options
	info  extract.Info
	tally extract.Tally
	// joined says that a row is the number of a value: of JSON lines that follow
	// each other without regard to lines, of several documents of YAML.
	joined bool
}

var _ extract.Reader = (*Reader)(nil)

const headSize = 64 << 10

// Open looks at the beginning of a source and gives its reader. Errors: invalid,
// for an unknown format or encoding; else what opening or the first read gave.
func Open(ctx context.Context, src extract.Source, opts Options) (*Reader, error) {
	switch opts.Format {
	case extract.JSON, extract.JSONL, extract.XML, extract.YAML:
	default:
		return nil, overt.Errorf(overt.Invalid, src.Name, "%s is not a tree", opts.Format.Describe())
	}
	opts.Limits = opts.Limits.WithDefaults()
	t := &Reader{src: src, opts: opts}
	t.info = extract.Info{Format: opts.Format, Table: opts.Table, Sure: 1}
	rc, err := src.Open()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", src.Name, err)
	}
	head := make([]byte, headSize)
	n, err := io.ReadFull(rc, head)
	_ = rc.Close() // what broke a stream is said again here
	if n > 0 || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // it comes up again, with its place, when the records are read
	}
	if err != nil {
		return nil, err
	}
	if opts.Encoding == "" {
		t.guessEncoding(head[:n])
	} else if t.info.Encoding, err = charset.Canonical(opts.Encoding); err != nil {
		return nil, err
	} else {
		t.info.Notes = append(t.info.Notes, "the caller says "+t.info.Encoding)
	}
	if opts.Format == extract.YAML {
		return t, t.detectDocuments(ctx)
	}
	t.detectJoined(head[:n])
	return t, nil
}

// guessEncoding: JSON is UTF-8 or UTF-16 by its standard, XML says itself what
// it is. Anything else is believed only of JSON that is clearly something else.
func (t *Reader) guessEncoding(head []byte) {
	g := charset.Detect(head)
	wide := charset.IsWide(g.Name)
	if t.opts.Format == extract.XML && !wide && g.BOM == 0 {
		g.Name, g.Why = charset.UTF8, "UTF-8, for the document says nothing else"
		if label := declaredEncoding(head); label != "" {
			if name, err := charset.Canonical(label); err == nil && !charset.IsWide(name) {
				g.Name, g.Why = name, "the document says "+label
			}
		}
	}
	t.info.Encoding = g.Name
	t.info.Notes = append(t.info.Notes, g.Why)
}

// Info says what was detected, and the warnings so far.
func (t *Reader) Info() extract.Info {
	info := t.info
	info.Warnings = t.tally.Warnings()
	return info
}

// Records yields the records under selector, see extract.Reader.
func (t *Reader) Records(ctx context.Context, selector string) iter.Seq2[extract.Record, error] {
	return func(yield func(extract.Record, error) bool) {
		t.tally = extract.Tally{}
		err := t.stream(func(r io.Reader) error {
			switch t.opts.Format {
			case extract.XML:
				return t.walkXML(ctx, r, selector, yield)
			case extract.YAML:
				return t.walkYAML(ctx, r, selector, yield)
			case extract.JSONL:
				if t.joined {
					return t.walkJoined(ctx, r, selector, yield)
				}
				return t.walkLines(ctx, r, selector, yield)
			}
			return t.walkJSON(ctx, r, selector, yield)
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(nil, err)
		}
	}
}

// errStop ends a walk whose consumer wants no more.
var errStop = errors.New("stop")

// stream opens the source and hands it to f as UTF-8 where that must be known
// beforehand.
func (t *Reader) stream(f func(io.Reader) error) (err error) {
	rc, err := t.src.Open()
	if err != nil {
		return fmt.Errorf("open %s: %w", t.src.Name, err)
	}
	defer func() {
		if cerr := rc.Close(); err == nil {
			err = cerr
		}
	}()
	var r io.Reader = rc
	if t.opts.Format != extract.JSON && t.opts.Format != extract.JSONL || t.info.Encoding != charset.UTF8 {
		stray := func() {
			t.tally.Add("mixed_encoding", "bytes that are not valid UTF-8 were read as Windows-1252", overt.Locator{Table: t.opts.Table})
		}
		if r, err = charset.Reader(rc, t.info.Encoding, stray); err != nil {
			return err
		}
	}
	return f(r)
}

// broken wraps what ended the source too early.
func (t *Reader) broken(offset int64, err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return overt.Errorf(overt.Invalid, t.src.Name, "the document breaks off at byte %d: %w", offset, err)
}
