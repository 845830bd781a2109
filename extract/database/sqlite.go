package database

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"modernc.org/sqlite/vfs"
	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"overt"
	"overt/extract"
	"overt/internal/archive"
)

// A book is a SQLite file and the tables in it.
type book struct {
	name   string
	file   *archive.Spool
	opts   Options
	tables []*table
	notes  []string
}

// A table is one table of a file.
type table struct {
	name    string
	columns []string
	header  []string // the same, as locators name them
	number  string   // the name of its rowid; "" when its rows are counted
}

// sqliteWords is how SQLite writes it. Values are compared by their text: "5"
// finds a number 5 in a column of any type.
var sqliteWords = dialect{
	quote: func(name string) string { return quoted(name, `"`) },
	bind:  func(n int) string { return fmt.Sprintf("?%d", n) },
	text:  func(column string) string { return "cast(" + column + " as text)" },
	empty: func(column string) string { return column + " = ''" },
}

// Open lists the tables of a SQLite file, by name, and gives the reader of
// each. name is the file's for messages; nothing is opened by it. Views and virtual tables are not read: what they show stands in tables.
// Errors: invalid, when the file is no sound SQLite database.
func Open(ctx context.Context, name string, file *archive.Spool, opts Options) ([]*Reader, error) {
	b := &book{name: name, file: file, opts: opts.withDefaults()}
	look := &looking{tables: map[string]bool{schemaTable: true}}
	conn, done, err := b.open(ctx, look)
	if err != nil {
		return nil, err
	}
	err = b.list(conn, look)
	if cerr := done(); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, b.failed(ctx, "list the tables", err)
	}
	readers := make([]*Reader, len(b.tables))
	for i, t := range b.tables {
		readers[i] = b.whole(t)
	}
	return readers, nil
}

// openTimeout is how long the schema of a file may take: pages that lead to each
// other can make it without end.
const openTimeout = 5 * time.Minute

// open opens the file for reading alone, as bytes that nobody changes, and
// trusts nothing in it (https://www.sqlite.org/security.html).
func (b *book) open(ctx context.Context, look *looking) (conn *sqlite.Conn, done func() error, err error) {
	name, files, err := vfs.New(onlyFile{b.file})
	if err != nil {
		return nil, nil, b.failed(ctx, "open the database", err)
	}
	conn, err = sqlite.OpenConn("file:"+fileName+"?mode=ro&immutable=1&vfs="+name, sqlite.OpenReadOnly|sqlite.OpenURI)
	if err != nil {
		return nil, nil, b.failed(ctx, "open the database", errors.Join(err, files.Close()))
	}
	soon, stop := context.WithTimeout(ctx, min(openTimeout, b.opts.Timeout))
	conn.SetInterrupt(soon.Done())
	done = func() error {
		defer stop()
		return errors.Join(conn.Close(), files.Close())
	}
	if err := b.harden(conn, look); err != nil {
		return nil, nil, b.failed(ctx, "open the database", errors.Join(err, done()))
	}
	return conn, done, nil
}

// harden sets the limits before the first byte of the schema is read, and last
// allows nothing but reading.
func (b *book) harden(conn *sqlite.Conn, look *looking) error {
	const most = 1 << 30 // SQLite's own bound of a value
	conn.Limit(sqlite.LimitLength, int32(min(b.opts.Limits.Row, most)))
	conn.Limit(sqlite.LimitColumn, int32(min(b.opts.Limits.Columns, 2000)))
	conn.Limit(sqlite.LimitSQLLength, 1<<20)
	conn.Limit(sqlite.LimitExprDepth, 200)
	conn.Limit(sqlite.LimitCompoundSelect, 8)
	conn.Limit(sqlite.LimitVDBEOp, 250_000)
	conn.Limit(sqlite.LimitFunctionArg, 32)
	conn.Limit(sqlite.LimitAttached, 0)
	conn.Limit(sqlite.LimitTriggerDepth, 1)
	conn.Limit(sqlite.LimitWorkerThreads, 0)
	if err := conn.SetDefensive(true); err != nil {
		return err
	}
	for _, pragma := range []string{"trusted_schema = off", "cell_size_check = on", "mmap_size = 0", "query_only = on", "cache_size = -16384"} {
		if err := sqlitex.ExecuteTransient(conn, "pragma "+pragma, nil); err != nil {
			return err
		}
	}
	return conn.SetAuthorizer(sqlite.AuthorizeFunc(look.authorize))
}

// looking is which tables a connection reads at the moment. The schema may call
// a virtual table an ordinary one; what its module then reads of tables of its
// own is denied.
type looking struct{ tables map[string]bool }

// schemaTable is what SQLite calls its schema when it asks for leave.
const schemaTable = "sqlite_master"

func lookingAt(tables []*table) *looking {
	l := &looking{tables: map[string]bool{}}
	for _, t := range tables {
		l.tables[strings.ToLower(t.name)] = true
	}
	return l
}

// authorize allows the reading of these tables, and functions in statements of
// ours: those of views have an accessor.
func (l *looking) authorize(a sqlite.Action) sqlite.AuthResult {
	switch {
	case a.Accessor() != "":
	case a.Type() == sqlite.OpSelect, a.Type() == sqlite.OpFunction, a.Type() == sqlite.OpRead && l.tables[strings.ToLower(a.Table())]:
		return sqlite.AuthResultOK
	}
	return sqlite.AuthResultDeny
}

const schemaQuery = `select name, type = 'table' and rootpage > 0 and substr(sql, 1, 13) = 'CREATE TABLE '
	from sqlite_schema where type in ('table', 'view') order by name`

// maxListed is how many tables a file may have.
const maxListed = 10_000

// list reads the schema. Real tables have a root page and a statement that
// SQLite has written down in its own way; views and virtual tables have not.
func (b *book) list(conn *sqlite.Conn, at *looking) error {
	var names []string
	views := 0
	err := sqlitex.ExecuteTransient(conn, schemaQuery, &sqlitex.ExecOptions{
		ResultFunc: func(stmt *sqlite.Stmt) error {
			name := stmt.ColumnText(0)
			switch {
			case strings.HasPrefix(strings.ToLower(name), "sqlite_"): // its own bookkeeping
			case stmt.ColumnInt64(1) == 0:
				views++
			case len(names) == maxListed:
				return fmt.Errorf("more than %d tables", maxListed)
			default:
				names = append(names, name)
			}
			return nil
		},
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		at.tables = map[string]bool{strings.ToLower(name): true}
		t, err := look(conn, name)
		if err != nil {
			return fmt.Errorf("table %q: %w", name, err)
		}
		b.tables = append(b.tables, t)
	}
	if views > 0 {
		b.notes = append(b.notes, fmt.Sprintf("%d views and virtual tables are not read; what they show stands in tables", views))
	}
	return nil
}

// look finds out the columns of a table and how its rows are numbered.
func look(conn *sqlite.Conn, name string) (*table, error) {
	t := &table{name: name}
	from := " from " + sqliteWords.quote(name)
	stmt, _, err := conn.PrepareTransient("select *" + from)
	if err != nil {
		return nil, err
	}
	for i := range stmt.ColumnCount() {
		t.columns = append(t.columns, stmt.ColumnName(i))
	}
	if err := stmt.Finalize(); err != nil {
		return nil, err
	}
	t.header = extract.HeaderNames(t.columns, 0)
	for _, alias := range []string{"rowid", "_rowid_", "oid"} {
		if slices.ContainsFunc(t.columns, func(c string) bool { return strings.EqualFold(c, alias) }) {
			continue
		}
		positive := true
		err := sqlitex.ExecuteTransient(conn, "select min("+alias+")"+from, &sqlitex.ExecOptions{ResultFunc: func(stmt *sqlite.Stmt) error {
			positive = stmt.ColumnType(0) == sqlite.TypeNull || stmt.ColumnInt64(0) > 0
			return nil
		}})
		switch code := sqlite.ErrCode(err).ToPrimary(); {
		case err == nil && positive:
			t.number = alias
			return t, nil
		case err != nil && code != sqlite.ResultError: // a table WITHOUT ROWID has no such column
			return nil, err
		}
		break
	}
	return t, nil
}

// find gives the table with a name, else the one that differs in case alone, as
// SQL has it.
func (b *book) find(name string) (*table, error) {
	var names []string
	for _, t := range b.tables {
		if strings.EqualFold(t.name, name) {
			return t, nil
		}
		names = append(names, t.name)
	}
	return nil, overt.Errorf(overt.Invalid, b.name, "the database has no table %q; its tables are %s", name, some(names))
}

// failed says what SQLite said of a file.
func (b *book) failed(ctx context.Context, what string, err error) error {
	var known *overt.Error
	switch code := sqlite.ErrCode(err).ToPrimary(); {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &known):
		return err
	case code == sqlite.ResultCorrupt || code == sqlite.ResultNotADB:
		return overt.Errorf(overt.Invalid, b.name, "the SQLite database is damaged or cut off: %s: %w", what, err)
	case code == sqlite.ResultInterrupt:
		return overt.Errorf(overt.Invalid, b.name, "%s: nothing came for too long", what)
	}
	return overt.Errorf(overt.Invalid, b.name, "%s: %w", what, err)
}
