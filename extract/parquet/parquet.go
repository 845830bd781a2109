// Package parquet reads Parquet files: a file of plain columns as a table, one
// with lists, maps or groups as records that are trees.
//
// It stands below extract, which holds the nouns. A row is the number of a
// record, from 1 through all row groups. Values are exact: decimals have all
// their digits, dates and moments the form of ISO 8601. It reads page by page
// and checks each number of the file against the bytes there are before it sizes
// anything, which no library does that can be had: their memory is what a file
// asks for.
package parquet

import (
	"context"
	"fmt"
	"iter"

	"overt"
	"overt/extract"
	"overt/extract/tree"
	"overt/internal/archive"
)

// Options say what the caller knows.
type Options struct {
	Table  string // what Locator.Table shall say
	Limits extract.Limits
}

// Reader reads one file.
type Reader struct {
	name    string
	spool   *archive.Spool
	opts    Options
	foot    *footer
	root    *node
	leaves  []*leaf
	columns *extract.Columns // nil for trees
	info    extract.Info
	tally   extract.Tally
}

var _ extract.Reader = (*Reader)(nil)

// Open reads the metadata of a file and gives its reader. Errors: invalid, when
// it cannot be read.
func Open(name string, s *archive.Spool, opts Options) (*Reader, error) {
	opts.Limits = opts.Limits.WithDefaults()
	r := &Reader{name: name, spool: s, opts: opts}
	var err error
	if r.foot, err = readFooter(s); err == nil {
		r.root, r.leaves, err = r.foot.tree(opts.Limits)
	}
	if err != nil {
		return nil, overt.Errorf(overt.Invalid, name, "read the Parquet file: %w", err)
	}
	r.info = extract.Info{Format: extract.Parquet, Encoding: "utf-8", Table: opts.Table, Sure: 1,
		Notes: []string{fmt.Sprintf("%d records in %d row groups", r.foot.rows, len(r.foot.groups))}}
	for _, l := range r.leaves {
		l.unify()
	}
	if flat(r.root) {
		names := make([]string, len(r.leaves))
		for i, k := range r.root.kids {
			names[i] = k.name
		}
		r.info.Header = extract.HeaderNames(names, 0)
		r.columns = extract.NewColumns(opts.Table, r.info.Header)
	}
	return r, nil
}

// Info says what was detected, and the warnings so far.
func (r *Reader) Info() extract.Info {
	info := r.info
	info.Warnings = r.tally.Warnings()
	return info
}

// Records yields the records of all row groups. selector must be "".
func (r *Reader) Records(ctx context.Context, selector string) iter.Seq2[extract.Record, error] {
	return func(yield func(extract.Record, error) bool) {
		if err := extract.NoSelector(r.name, selector); err != nil {
			yield(nil, err)
			return
		}
		r.tally = extract.Tally{}
		row := int64(0)
		for _, g := range r.foot.groups {
			more, err := r.group(ctx, g, &row, yield)
			if err != nil && ctx.Err() != nil {
				yield(nil, ctx.Err())
				return
			}
			if err != nil {
				yield(nil, overt.Errorf(overt.Invalid, r.name, "the file breaks off after row %d: %w", row, err))
				return
			}
			if !more {
				return
			}
		}
	}
}

// open gives the columns of a row group, at their beginning.
func (r *Reader) open(g group) ([]*column, error) {
	if len(g.chunks) != len(r.leaves) {
		return nil, fmt.Errorf("a row group has %d columns instead of %d", len(g.chunks), len(r.leaves))
	}
	memory := new(int64)
	out := make([]*column, len(g.chunks))
	for i, c := range g.chunks {
		switch {
		case c.sealed:
			return nil, fmt.Errorf("column %s is encrypted, or stands in another file", r.leaves[i].name)
		case c.start < 4 || c.size < 0 || c.size > r.spool.Size-c.start || c.values < 0:
			return nil, fmt.Errorf("column %s stands where the file has no bytes", r.leaves[i].name)
		}
		out[i] = &column{leaf: r.leaves[i], spool: r.spool, codec: c.codec, at: c.start, end: c.start + c.size,
			left: c.values, limit: r.opts.Limits.Row, memory: memory}
	}
	return out, nil
}

func (r *Reader) group(ctx context.Context, g group, row *int64, yield func(extract.Record, error) bool) (more bool, err error) {
	columns, err := r.open(g)
	if err != nil {
		return false, err
	}
	for n := int64(0); n < g.rows; n++ {
		if n%256 == 0 && ctx.Err() != nil {
			return false, ctx.Err()
		}
		where := overt.Locator{Table: r.opts.Table, Row: *row + 1}
		rec, bad, err := r.record(columns, where)
		if err != nil {
			return false, err
		}
		*row++
		if bad != "" {
			more = yield(nil, &extract.RowError{Where: where, Reason: bad})
		} else {
			more = yield(rec, nil)
		}
		if !more {
			return false, nil
		}
	}
	return true, nil
}

// record reads one record of all columns.
func (r *Reader) record(columns []*column, where overt.Locator) (rec extract.Record, bad string, err error) {
	if r.columns == nil {
		return r.nested(columns, where)
	}
	values := make([]extract.Value, len(columns))
	size := int64(0)
	for i, c := range columns {
		e, err := c.next()
		if err != nil {
			return nil, "", fmt.Errorf("column %s: %w", r.info.Header[i], err)
		}
		if e == nil {
			return nil, "", fmt.Errorf("column %s has fewer values than there are records", r.info.Header[i])
		}
		where.Column = r.info.Header[i]
		values[i] = r.value(c.leaf, e, where)
		size += int64(len(values[i].Text))
		if int64(len(values[i].Text)) > r.opts.Limits.Field {
			bad = "a value is too long"
		}
	}
	if size > r.opts.Limits.Row {
		bad = "the row is too long"
	}
	return r.columns.Row(where.Row, values), bad, nil
}

// value writes an entry; what has no text is left out and counted.
func (r *Reader) value(l *leaf, e *entry, where overt.Locator) extract.Value {
	if e.def < l.def {
		return extract.Value{None: true}
	}
	v, problem := l.show(e.raw)
	if problem != "" {
		code := "left_out"
		if !v.None {
			code = "mixed_encoding"
		}
		r.tally.Add(code, problem, where)
	}
	return v
}

// nested reads one record of a file with lists or groups: it is written as JSON
// and given as the tree that is.
func (r *Reader) nested(columns []*column, where overt.Locator) (extract.Record, string, error) {
	a := assembly{r: r, where: where, parts: make([][]cell, len(columns)), budget: r.opts.Limits.Subtree}
	for i, c := range columns {
		if err := a.collect(i, c); err != nil {
			return nil, "", fmt.Errorf("column %s: %w", c.leaf.name, err)
		}
	}
	if a.bad != "" {
		return nil, a.bad, nil
	}
	if err := a.group(r.root, a.parts); err != nil {
		return nil, "", err
	}
	return tree.FromJSON(a.out, where, r.opts.Limits)
}
