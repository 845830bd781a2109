// Package dbf reads tables of dBase III, IV, V and 7, FoxBASE, FoxPro and Visual
// FoxPro, with the long texts (memos) that stand in a file beside the table.
//
// It stands below extract, which holds the nouns. A row is a record's number as
// dBase counts it, deleted ones included. Its invariants: a deleted record is
// told and not given; a value is given exactly, or left out and told; what is
// kept in memory is one record.
package dbf

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"

	"overt"
	"overt/extract"
	"overt/extract/charset"
	"overt/internal/archive"
)

// Options say what the caller knows; the zero value detects everything.
type Options struct {
	Encoding string // any name of package charset
	// Page is the contents of the ".cpg" file beside the table, if any.
	Page string
	// Memo is the ".dbt" or ".fpt" file beside the table; nil when there is none.
	Memo     *archive.Spool
	MemoName string
	Table    string // what Locator.Table shall say
	Limits   extract.Limits
}

// Reader reads one table.
type Reader struct {
	src     extract.Source
	opts    Options
	head    *header
	memo    *memo
	text    func(string) string
	info    extract.Info
	columns *extract.Columns
	tally   extract.Tally
}

var _ extract.Reader = (*Reader)(nil)

// Open reads the header of a table and gives its reader. Errors: invalid, when
// the bytes are no table or the encoding is unknown; else what opening gave.
func Open(_ context.Context, src extract.Source, opts Options) (*Reader, error) {
	opts.Limits = opts.Limits.WithDefaults()
	rc, err := src.Open()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", src.Name, err)
	}
	br := bufio.NewReaderSize(rc, 256<<10)
	h, err := readHeader(br)
	sample, _ := br.Peek(sampleSize) // whatever there is
	if cerr := rc.Close(); err == nil && cerr != nil {
		err = cerr
	}
	if err != nil {
		return nil, overt.Errorf(overt.Invalid, src.Name, "read the table's header: %w", err)
	}
	r := &Reader{src: src, opts: opts, head: h}
	names := make([]string, len(h.fields))
	for i, f := range h.fields {
		names[i] = f.name
	}
	r.columns = extract.NewColumns(opts.Table, nil)
	r.info = extract.Info{Format: extract.DBF, Table: opts.Table, Sure: 1}
	if err := r.chooseEncoding(sample); err != nil {
		return nil, err
	}
	for i := range names {
		names[i] = r.text(names[i])
	}
	r.columns = extract.NewColumns(opts.Table, extract.HeaderNames(names, 0))
	r.info.Header = r.columns.Names
	r.note(fmt.Sprintf("%s, %d records, last changed %s", h.kind(), h.records, h.changed))
	return r, r.openMemo()
}

// sampleSize is how much of the records is looked at to guess an encoding that
// nothing states, in bytes.
const sampleSize = 128 << 10

func (r *Reader) note(s string) { r.info.Notes = append(r.info.Notes, s) }

// chooseEncoding takes what the caller says, then the file beside the table,
// then the table's own mark, then a guess.
func (r *Reader) chooseEncoding(sample []byte) error {
	name, why := r.opts.Encoding, "the caller says "+r.opts.Encoding
	if name == "" && r.opts.Page != "" {
		if name = pageName(r.opts.Page); name == "" {
			return overt.Errorf(overt.Invalid, r.src.Name, "the .cpg file beside the table names no known encoding; say which it is")
		}
		why = "the .cpg file beside the table says " + name
	}
	if name == "" && r.head.language != 0 {
		page := languages[r.head.language]
		if name = pageName(page); name != "" {
			why = "the table says code page " + page
		} else {
			r.note(fmt.Sprintf("the table's language mark %#02x is of no known encoding", r.head.language))
		}
	}
	if name == "" {
		g := charset.Detect(sample)
		if charset.IsWide(g.Name) {
			g = charset.Guess{Name: charset.Windows1252, Sure: 0.5, Why: "nothing says which encoding it is"}
		}
		name, why, r.info.Sure = g.Name, "the table does not say its code page: "+g.Why, g.Sure
	}
	name, err := charset.Canonical(name)
	if err != nil {
		return err
	}
	r.info.Encoding = name
	r.note(why)
	r.text, err = charset.Text(name)
	return err
}

// openMemo looks at the memo file when the table has fields that need one.
func (r *Reader) openMemo() error {
	need := false
	for _, f := range r.head.fields {
		need = need || f.kind == 'M'
	}
	switch {
	case !need:
		return nil
	case r.opts.Memo == nil:
		r.note("long texts (memos) stand in a file beside the table, which was not given; put both in one archive to read them")
		return nil
	}
	m, err := openMemo(r.opts.Memo, r.head, r.opts.MemoName)
	if err != nil {
		return overt.Errorf(overt.Invalid, r.opts.MemoName, "read the memo file: %w", err)
	}
	r.memo = m
	return nil
}

// Info says what was detected, and the warnings so far.
func (r *Reader) Info() extract.Info {
	info := r.info
	info.Warnings = r.tally.Warnings()
	return info
}

// Records yields the records that are not deleted. selector must be "".
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
		br := bufio.NewReaderSize(rc, 256<<10)
		if _, err := br.Discard(r.head.length); err != nil {
			yield(nil, r.broken(0, err))
			return
		}
		r.run(ctx, br, yield)
	}
}

func (r *Reader) broken(row int64, err error) error {
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return overt.Errorf(overt.Invalid, r.src.Name, "the table breaks off after record %d of %d: %w", row, r.head.records, err)
}

const endMark = 0x1a

func (r *Reader) run(ctx context.Context, br *bufio.Reader, yield func(extract.Record, error) bool) {
	buf := make([]byte, r.head.size)
	for row := int64(1); row <= r.head.records; row++ {
		if row%256 == 0 && ctx.Err() != nil {
			yield(nil, ctx.Err())
			return
		}
		if _, err := io.ReadFull(br, buf); err != nil {
			yield(nil, r.broken(row-1, err))
			return
		}
		where := overt.Locator{Table: r.opts.Table, Row: row}
		if buf[0] == '*' {
			r.tally.Add("deleted", "a record is marked as deleted; it is not given", where)
			continue
		}
		more := false
		if values, bad := r.values(buf, where); bad != "" {
			more = yield(nil, &extract.RowError{Where: where, Reason: bad})
		} else {
			more = yield(r.columns.Row(row, values), nil)
		}
		if !more {
			return
		}
	}
	if c, err := br.ReadByte(); err == nil && c != endMark && c != 0 {
		r.tally.Add("more_records", "bytes follow the number of records that the header states; they are not read",
			overt.Locator{Table: r.opts.Table, Row: r.head.records + 1})
	}
}
