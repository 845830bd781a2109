package database

import (
	"context"
	"encoding/hex"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"zombiezen.com/go/sqlite"

	"overt"
	"overt/extract"
)

// A Reader reads one table of a SQLite file, or what a query selects from it.
type Reader struct {
	book    *book
	tables  []*table // those of the query, in its order
	columns []ref
	header  []string
	rows    *extract.Joined
	sql     string
	args    []string
	single  bool // a table as it is, in the order of its rows
	tally   extract.Tally
}

// Asked is a reader of a table of a SQLite file that more can be asked of.
type Asked interface {
	extract.Reader
	// Query gives a reader of what a query selects from the file. Errors: invalid,
	// when the file has no such table or column.
	Query(q Query) (extract.Reader, error)
	// Beside says whether both read the same file.
	Beside(other Asked) bool
}

var _ Asked = (*Reader)(nil)

// whole gives the reader of a table with all its columns.
func (b *book) whole(t *table) *Reader {
	r := &Reader{book: b, tables: []*table{t}, header: t.header, single: true}
	for _, c := range t.columns {
		r.columns = append(r.columns, ref{0, c})
	}
	r.compose(&bound{columns: r.columns}, []string{`"t"`})
	return r
}

// Query gives a reader of what a query selects; see Asked.
func (r *Reader) Query(q Query) (extract.Reader, error) {
	b := r.book
	if err := q.check(b.name); err != nil {
		return nil, err
	}
	out := &Reader{book: b}
	var columns [][]string
	var names []string
	for _, t := range q.Tables {
		found, err := b.find(t.Name)
		if err != nil {
			return nil, err
		}
		out.tables = append(out.tables, found)
		columns = append(columns, found.columns)
		names = append(names, sqliteWords.quote(t.Alias))
	}
	bound, err := q.bind(b.name, columns)
	if err != nil {
		return nil, err
	}
	out.columns, out.header = bound.columns, bound.header
	out.compose(bound, names)
	return out, nil
}

// Beside says whether both read the same file.
func (r *Reader) Beside(other Asked) bool {
	o, ok := other.(*Reader)
	return ok && r.book == o.book
}

// compose writes the statement: the number of the row of each table, then the
// columns, in the order of the numbers.
func (r *Reader) compose(b *bound, names []string) {
	rows := &extract.Joined{Names: r.header, Single: r.single}
	for _, t := range r.tables {
		rows.Tables = append(rows.Tables, r.place(t))
	}
	for _, c := range r.columns {
		t := r.tables[c.table]
		rows.Of, rows.Shown = append(rows.Of, c.table), append(rows.Shown, t.header[slices.Index(t.columns, c.column)])
	}
	r.rows = rows.Index()
	var list, from, order []string
	for i, t := range r.tables {
		table, number := sqliteWords.quote(t.name), t.number
		if number == "" {
			number = "n"
			for slices.ContainsFunc(t.columns, func(c string) bool { return strings.EqualFold(c, number) }) {
				number += "n"
			}
			table = "(select row_number() over () as " + number + ", * from " + table + ")"
		}
		from = append(from, table+" as "+names[i])
		list = append(list, names[i]+"."+number)
		order = append(order, strconv.Itoa(i+1))
	}
	for _, c := range r.columns {
		list = append(list, names[c.table]+"."+sqliteWords.quote(c.column))
	}
	where, args := sqliteWords.where(b, names)
	r.sql = "select " + strings.Join(list, ", ") + " from " + strings.Join(from, ", ") + where + " order by " + strings.Join(order, ", ")
	r.args = args
}

// Info says what the reader reads; for a query without the name of a table,
// for each cell has its own.
func (r *Reader) Info() extract.Info {
	info := extract.Info{Format: extract.SQLite, Sure: 1, Header: r.header, Notes: r.book.notes, Warnings: r.tally.Warnings()}
	if r.single {
		info.Table = r.place(r.tables[0])
	}
	return info
}

func (r *Reader) place(t *table) string {
	if r.book.opts.Table != "" {
		return r.book.opts.Table + "!" + t.name
	}
	return t.name
}

// Records yields the rows. selector must be "".
func (r *Reader) Records(ctx context.Context, selector string) iter.Seq2[extract.Record, error] {
	return func(yield func(extract.Record, error) bool) {
		if selector != "" && selector != "*" {
			yield(nil, overt.Errorf(overt.Invalid, r.book.name, "a table has no records under %q; use an empty selector", selector))
			return
		}
		r.tally = extract.Tally{}
		conn, done, err := r.book.open(ctx, lookingAt(r.tables))
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = done() }() // read only: closing cannot lose anything
		stmt, _, err := conn.PrepareTransient(r.sql)
		if err != nil {
			yield(nil, r.book.failed(ctx, "ask for rows", err))
			return
		}
		defer func() { _ = stmt.Finalize() }()
		for i, a := range r.args {
			stmt.BindText(i+1, a)
		}
		r.run(ctx, conn, stmt, yield)
	}
}

// run steps through the rows. A file may hold a tree of pages that leads to the
// same rows over and over: numbers must rise, and of a join no more may come out
// than the limits for unpacking allow.
func (r *Reader) run(ctx context.Context, conn *sqlite.Conn, stmt *sqlite.Stmt, yield func(extract.Record, error) bool) {
	quiet, stop := context.WithCancel(ctx)
	defer stop()
	conn.SetInterrupt(quiet.Done())
	timer := time.AfterFunc(r.book.opts.Timeout, stop)
	defer timer.Stop()
	limits, out, last := r.book.opts.Limits, int64(0), int64(0)
	for {
		more, err := stmt.Step()
		timer.Stop()
		switch {
		case err != nil:
			yield(nil, r.book.failed(ctx, "read the rows", err))
			return
		case !more:
			return
		}
		if n := stmt.ColumnInt64(0); r.single && n <= last {
			yield(nil, overt.Errorf(overt.Invalid, r.book.name, "the SQLite database is damaged: in table %q row %d comes after row %d", r.tables[0].name, n, last))
			return
		} else {
			last = n
		}
		rec, size, err := r.record(stmt)
		if out += size; out > limits.Total || out > limits.RatioFrom && r.book.file.Size > 0 && out/r.book.file.Size > limits.Ratio {
			yield(nil, overt.Errorf(overt.Invalid, r.book.name, "more comes out of the tables than the file can hold in earnest (%d bytes)", out))
			return
		}
		if !yield(rec, err) {
			return
		}
		timer.Reset(r.book.opts.Timeout)
	}
}

// record reads the row a statement stands on, and tells about how many bytes it
// took. The error is a *extract.RowError.
func (r *Reader) record(stmt *sqlite.Stmt) (extract.Record, int64, error) {
	numbers, values := make([]int64, len(r.tables)), make([]extract.Value, len(r.columns))
	for i := range numbers {
		numbers[i] = stmt.ColumnInt64(i)
	}
	size := int64(8 * len(numbers))
	var err error
	for i := range values {
		n := int64(stmt.ColumnLen(len(r.tables) + i))
		if size += n; n > r.book.opts.Limits.Field {
			err = &extract.RowError{Where: r.rows.At(numbers, i), Reason: fmt.Sprintf("a value of %d bytes; the limit is %d", n, r.book.opts.Limits.Field)}
			continue
		}
		var strange string
		if values[i], strange = value(stmt, len(r.tables)+i); strange != "" {
			r.tally.Add("not-utf-8", strange, r.rows.At(numbers, i))
		}
	}
	if err != nil {
		return nil, size, err
	}
	return r.rows.Row(numbers, values), size, nil
}

// value reads one value exactly: a binary one as hexadecimal digits.
func value(stmt *sqlite.Stmt, i int) (v extract.Value, strange string) {
	switch stmt.ColumnType(i) {
	case sqlite.TypeNull:
		return extract.Value{None: true}, ""
	case sqlite.TypeFloat:
		return extract.Value{Text: decimal(stmt.ColumnFloat(i), 64)}, ""
	case sqlite.TypeBlob:
		b := make([]byte, stmt.ColumnLen(i))
		return extract.Value{Text: hex.EncodeToString(b[:stmt.ColumnBytes(i, b)])}, ""
	}
	text := stmt.ColumnText(i)
	if !utf8.ValidString(text) {
		return extract.Value{Text: strings.ToValidUTF8(text, "\ufffd")}, "bytes that are no UTF-8 stand as \ufffd"
	}
	return extract.Value{Text: text}, ""
}

// decimal writes a floating-point number with the fewest digits that are exact,
// never with an exponent, and one that is whole with ".0".
func decimal(f float64, bits int) string {
	s := strconv.FormatFloat(f, 'f', -1, bits)
	if strings.Trim(s, "-0123456789") == "" {
		s += ".0"
	}
	return s
}
