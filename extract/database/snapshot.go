package database

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"overt"
)

// A server is one read-only transaction with a database.
type server interface {
	// columns lists the columns of a table.
	columns(ctx context.Context, table string) ([]string, error)
	// rows gives each row of a statement as texts, nil for NULL; they are good
	// until each returns. An error of each comes back as it is.
	rows(ctx context.Context, sql string, args []string, each func([][]byte) error) error
	words() *serverWords
	close(ctx context.Context) error
}

// serverWords is how a kind of server writes it.
type serverWords struct {
	dialect
	order func(column string) string // what makes an order of the values alone
}

// A Session is one read-only transaction, which sees the database as it was at
// one moment.
type Session struct {
	address *Address
	opts    Options
	server  server
}

// Connect opens a session on a server. Errors: invalid (an option of the
// address), unavailable; they say no user and no password.
func Connect(ctx context.Context, a *Address, opts Options) (*Session, error) {
	opts = opts.withDefaults()
	var s server
	var err error
	switch a.Kind {
	case PostgreSQL:
		s, err = connectPostgres(ctx, a, opts)
	case MySQL:
		s, err = connectMySQL(ctx, a, opts)
	default:
		err = overt.Errorf(overt.Invalid, a.String(), "it is a file and no server")
	}
	if err != nil {
		return nil, err
	}
	return &Session{a, opts, s}, nil
}

// Close ends the session.
func (s *Session) Close() error { return s.server.close(context.Background()) }

// A Snapshot says what was written down.
type Snapshot struct {
	Header []string // "alias.column"
	Rows   int64
}

// WriteSnapshot writes what a query gives as CSV in UTF-8: a header, then a row
// a line in an order that the values decide, so that the same content gives the
// same bytes. Values stand in quotes and are exact: decimals with all their
// digits, dates as ISO 8601, binary ones as hexadecimal digits. NULL is a field
// without quotes. progress, if not nil, is told how many rows there are.
// Errors: invalid, unavailable; what was written by then is to be thrown away.
func (s *Session) WriteSnapshot(ctx context.Context, q Query, w io.Writer, progress func(rows int64)) (*Snapshot, error) {
	where := s.address.String()
	if err := q.check(where); err != nil {
		return nil, err
	}
	// The server ends what takes too long; one that does not answer is left.
	told := ctx
	ctx, cancel := context.WithTimeout(ctx, s.opts.Timeout+connectTimeout)
	defer cancel()
	var columns [][]string
	for _, t := range q.Tables {
		list, err := s.server.columns(ctx, t.Name)
		if err != nil {
			return nil, s.failed(told, "look at table "+strconv.Quote(t.Name), err)
		}
		columns = append(columns, list)
	}
	b, err := q.bind(where, columns)
	if err != nil {
		return nil, err
	}
	if len(b.columns) > s.opts.Limits.Columns {
		return nil, overt.Errorf(overt.Invalid, where, "%d columns; the limit is %d", len(b.columns), s.opts.Limits.Columns)
	}
	out := &csvWriter{w: bufio.NewWriterSize(w, 256<<10)}
	header := make([][]byte, len(b.header))
	for i, h := range b.header {
		header[i] = []byte(h)
	}
	if err := out.row(header); err != nil {
		return nil, err
	}
	snap := &Snapshot{Header: b.header}
	sql, args := s.compose(q, b)
	var broken error
	err = s.server.rows(ctx, sql, args, func(values [][]byte) error {
		snap.Rows++
		if broken = s.bounded(snap.Rows, values, out.written); broken == nil {
			broken = out.row(values)
		}
		if progress != nil && snap.Rows%256 == 0 {
			progress(snap.Rows)
		}
		return broken
	})
	switch {
	case broken != nil:
		return nil, broken
	case err != nil:
		return nil, s.failed(told, "read "+q.String(), err)
	}
	return snap, out.w.Flush()
}

// bounded holds the limits of a row and of the whole.
func (s *Session) bounded(row int64, values [][]byte, written int64) error {
	size := int64(0)
	for _, v := range values {
		size += int64(len(v))
	}
	switch l := s.opts.Limits; {
	case size > l.Row:
		return overt.Errorf(overt.Invalid, s.address.String(), "row %d of the result has %d bytes; the limit is %d", row, size, l.Row)
	case written+size > l.Total:
		return overt.Errorf(overt.Invalid, s.address.String(), "the result is larger than %d bytes", l.Total)
	}
	return nil
}

// compose writes the statement.
func (s *Session) compose(q Query, b *bound) (string, []string) {
	words := s.server.words()
	var names, from, list, order []string
	for _, t := range q.Tables {
		name := words.quote(t.Alias)
		names, from = append(names, name), append(from, tableName(words, t.Name)+" as "+name)
	}
	for _, c := range b.columns {
		column := names[c.table] + "." + words.quote(c.column)
		list, order = append(list, column), append(order, words.order(column))
	}
	where, args := words.where(b, names)
	return "select " + strings.Join(list, ", ") + " from " + strings.Join(from, ", ") + where + " order by " + strings.Join(order, ", "), args
}

// tableName quotes a table, and its schema where one stands before it.
func tableName(words *serverWords, name string) string {
	parts := strings.Split(name, ".")
	for i, p := range parts {
		parts[i] = words.quote(p)
	}
	return strings.Join(parts, ".")
}

func (s *Session) failed(ctx context.Context, what string, err error) error {
	var known *overt.Error
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.As(err, &known) {
		return err
	}
	return s.address.failed(overt.Invalid, what, err)
}

// A csvWriter writes rows as RFC 4180 has them, but for line ends.
type csvWriter struct {
	w       *bufio.Writer
	written int64
}

func (c *csvWriter) row(values [][]byte) error {
	for i, v := range values {
		if i > 0 {
			_ = c.w.WriteByte(',') // an error stays with the writer
		}
		if v == nil && len(values) > 1 { // a line of nothing would be no row
			continue
		}
		_ = c.w.WriteByte('"')
		for _, b := range v {
			if b == '"' {
				_ = c.w.WriteByte('"')
			}
			_ = c.w.WriteByte(b)
		}
		_ = c.w.WriteByte('"')
		c.written += int64(len(v)) + 3
	}
	return c.w.WriteByte('\n')
}
