// Package sqlite keeps in one SQLite file what is kept but small: the coverage
// ledger and casework. It passes ledgertest and casefiletest.
//
// The file is in write-ahead mode with full flushing: what a method
// acknowledged survives a crash of the machine. Tables are strict, and what
// can be checked by a constraint is. Migrations are embedded, run in the
// order of their names, each in a transaction, and are never edited after
// release; a file written by a newer program is refused.
package sqlite

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"overt"
)

//go:embed migration/*.sql
var migrations embed.FS

// applicationID marks our files ("Over" in ASCII), as SQLite's header has it
// at byte 68 (https://www.sqlite.org/fileformat2.html).
const applicationID = 0x4f766572

// Config is what a DB may be told; the zero value works.
type Config struct {
	Readers int           // connections for reading at once; 4 when 0
	Wait    time.Duration // how long to wait for another process's lock; 10 s when 0
}

// A DB is one SQLite file. It is safe for concurrent use.
type DB struct {
	path    string
	pool    *sqlitex.Pool
	writing chan struct{} // holds one token: one writer at a time, so that none meets a busy file
}

// Open opens the file at path, making it when it is not there (readable by
// its owner alone), and brings its tables up to date. Errors: invalid (not a
// file of ours, or one of a newer version), unavailable (disk, lock).
func Open(ctx context.Context, path string, cfg Config) (*DB, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return nil, overt.Errorf(overt.Unavailable, path, "open the database: %w", err)
	}
	wait := cmp.Or(cfg.Wait, 10*time.Second)
	if err := inspect(ctx, path, wait); err != nil {
		return nil, err
	}
	pool, err := sqlitex.NewPool(path, sqlitex.PoolOptions{
		Flags:       sqlite.OpenReadWrite,
		PoolSize:    cmp.Or(cfg.Readers, 4) + 1,
		PrepareConn: func(conn *sqlite.Conn) error { return prepare(conn, wait) },
	})
	if err != nil {
		return nil, overt.Errorf(overt.Unavailable, path, "open the database: %w", err)
	}
	db := &DB{path: path, pool: pool, writing: make(chan struct{}, 1)}
	if err := db.migrate(ctx); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return db, nil
}

// inspect looks at the file before anything could change it.
func inspect(ctx context.Context, path string, wait time.Duration) error {
	db := &DB{path: path}
	conn, err := sqlite.OpenConn(path, sqlite.OpenReadWrite)
	if err != nil {
		return db.failed(ctx, "open the database", err)
	}
	conn.SetBusyTimeout(wait)
	err = func() (err error) {
		// One moment: between two reads another process may make the tables.
		defer sqlitex.Transaction(conn)(&err)
		_, err = db.version(conn)
		return err
	}()
	return db.failed(ctx, "open the database", errors.Join(err, conn.Close()))
}

func prepare(conn *sqlite.Conn, wait time.Duration) error {
	conn.SetBusyTimeout(wait)
	mode, err := writeAhead(conn, wait)
	if err != nil {
		return err
	}
	if mode != "wal" {
		return fmt.Errorf("the file system does not allow a write-ahead log (journal mode stays %q)", mode)
	}
	for _, pragma := range []string{"synchronous = full", "foreign_keys = on", "trusted_schema = off"} {
		if err := sqlitex.ExecuteTransient(conn, "pragma "+pragma, nil); err != nil {
			return err
		}
	}
	return nil
}

// writeAhead switches the file to a write-ahead log and returns the mode it
// has then. SQLite refuses the switch at once while another process has the
// file open for reading, without asking the busy handler, so it is asked
// again here until wait has passed.
func writeAhead(conn *sqlite.Conn, wait time.Duration) (mode string, err error) {
	for until := time.Now().Add(wait); ; time.Sleep(5 * time.Millisecond) {
		mode, err = text(conn, "pragma journal_mode = wal")
		if sqlite.ErrCode(err).ToPrimary() != sqlite.ResultBusy || time.Now().After(until) {
			return mode, err
		}
	}
}

func text(conn *sqlite.Conn, query string) (string, error) {
	var s string
	err := sqlitex.ExecuteTransient(conn, query, &sqlitex.ExecOptions{
		ResultFunc: func(stmt *sqlite.Stmt) error { s = stmt.ColumnText(0); return nil },
	})
	return s, err
}

func number(conn *sqlite.Conn, query string) (int, error) {
	var n int
	err := sqlitex.ExecuteTransient(conn, query, &sqlitex.ExecOptions{
		ResultFunc: func(stmt *sqlite.Stmt) error { n = stmt.ColumnInt(0); return nil },
	})
	return n, err
}

// Close waits for readers and writers and closes the file.
func (db *DB) Close() error {
	if err := db.pool.Close(); err != nil {
		return overt.Errorf(overt.Unavailable, db.path, "close the database: %w", err)
	}
	return nil
}

// Check reads the whole file and reports the first damage found. Errors:
// internal (damage), unavailable.
func (db *DB) Check(ctx context.Context) error {
	return db.read(ctx, "check the database", func(conn *sqlite.Conn) error {
		found, err := text(conn, "pragma integrity_check(1)")
		if err != nil {
			return err
		}
		if found != "ok" {
			return overt.Errorf(overt.Internal, db.path, "the database is damaged: %s", found)
		}
		loose, err := text(conn, `select "table" || ' of ' || parent from pragma_foreign_key_check`)
		if err == nil && loose != "" {
			err = overt.Errorf(overt.Internal, db.path, "the database is damaged: %s has a row that belongs to none", loose)
		}
		return err
	})
}

// known lists our migrations in the order of their names.
func known() []string {
	names, err := fs.Glob(migrations, "migration/*.sql")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	slices.Sort(names)
	return names
}

// migrate brings the file from its version to ours, one migration at a time.
func (db *DB) migrate(ctx context.Context) error {
	for i, name := range known() {
		err := db.write(ctx, "migrate the database", func(conn *sqlite.Conn) error {
			return db.step(conn, name, i)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// step runs the i-th migration unless the file, perhaps by another process,
// has it.
func (db *DB) step(conn *sqlite.Conn, name string, i int) error {
	version, err := db.version(conn)
	if err != nil || version > i {
		return err
	}
	script, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}
	stamp := fmt.Sprintf("pragma user_version = %d; pragma application_id = %d;", i+1, applicationID)
	for _, s := range []string{string(script), stamp} {
		if err := sqlitex.ExecuteScript(conn, s, nil); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// version is the number of migrations the file has had. It refuses files of
// other programs and of newer versions of this one.
func (db *DB) version(conn *sqlite.Conn) (int, error) {
	var is [3]int
	for i, query := range []string{"pragma application_id", "pragma user_version", "select count(*) from sqlite_schema"} {
		n, err := number(conn, query)
		if err != nil {
			return 0, err
		}
		is[i] = n
	}
	id, version, tables := is[0], is[1], is[2]
	fresh := id == 0 && version == 0 && tables == 0
	switch ours := len(known()); {
	case !fresh && id != applicationID:
		return 0, overt.Errorf(overt.Invalid, db.path, "this is the database of another program")
	case version > ours:
		return 0, overt.Errorf(overt.Invalid, db.path,
			"written by a newer version of overt (schema %d; this one knows %d): use that version", version, ours)
	}
	return version, nil
}

// read runs f with a connection of its own.
func (db *DB) read(ctx context.Context, doing string, f func(*sqlite.Conn) error) error {
	conn, err := db.pool.Take(ctx)
	if err != nil {
		return db.failed(ctx, doing, err)
	}
	defer db.pool.Put(conn)
	return db.failed(ctx, doing, f(conn))
}

// readOne is read with all queries of f seeing one moment.
func (db *DB) readOne(ctx context.Context, doing string, f func(*sqlite.Conn) error) error {
	return db.read(ctx, doing, func(conn *sqlite.Conn) (err error) {
		defer sqlitex.Transaction(conn)(&err)
		return f(conn)
	})
}

// write runs f in one transaction, which is durable when write returns nil
// and leaves no trace otherwise.
func (db *DB) write(ctx context.Context, doing string, f func(*sqlite.Conn) error) error {
	select {
	case db.writing <- struct{}{}:
		defer func() { <-db.writing }()
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", doing, ctx.Err())
	}
	return db.read(ctx, doing, func(conn *sqlite.Conn) (err error) {
		end, err := sqlitex.ImmediateTransaction(conn)
		if err != nil {
			return err
		}
		defer end(&err)
		return f(conn)
	})
}

// failed gives an error of SQLite its meaning; errors that have one pass.
func (db *DB) failed(ctx context.Context, doing string, err error) error {
	var meant *overt.Error
	if err == nil || errors.As(err, &meant) {
		return err
	}
	if cause := ctx.Err(); cause != nil {
		return fmt.Errorf("%s: %w", doing, cause)
	}
	switch sqlite.ErrCode(err).ToPrimary() {
	case sqlite.ResultNotADB:
		return overt.Errorf(overt.Invalid, db.path, "%s: this is no SQLite file: %w", doing, err)
	case sqlite.ResultCorrupt, sqlite.ResultConstraint, sqlite.ResultMisuse, sqlite.ResultRange:
		return overt.Errorf(overt.Internal, db.path, "%s: %w", doing, err)
	case sqlite.ResultIOErr: // also what SQLite makes of a full disk below its shared memory
		return overt.Errorf(overt.Unavailable, db.path, "%s: the disk refuses, perhaps because it is full: %w", doing, err)
	}
	return overt.Errorf(overt.Unavailable, db.path, "%s: %w", doing, err)
}
