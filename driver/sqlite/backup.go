package sqlite

import (
	"context"
	"errors"
	"os"

	"zombiezen.com/go/sqlite"
	"zombiezen.com/go/sqlite/sqlitex"

	"overt"
)

// Backup writes the database as it is at one moment to path, which must not be
// there: one file without a log beside it, which Open takes. Errors: conflict
// (path is there), unavailable (disk).
func (db *DB) Backup(ctx context.Context, path string) error {
	// SQLite would write into an empty file that is there.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return overt.Errorf(overt.Conflict, path, "a copy of the database cannot be made where something is")
	}
	if err == nil {
		err = f.Close()
	}
	if err != nil {
		return overt.Errorf(overt.Unavailable, path, "copy the database: %w", err)
	}
	err = db.read(ctx, "copy the database", func(conn *sqlite.Conn) error {
		return sqlitex.ExecuteTransient(conn, "vacuum into ?", &sqlitex.ExecOptions{Args: []any{path}})
	})
	if err != nil {
		_ = os.Remove(path)
	}
	return err
}
