package pebble

import (
	"context"
	"os"
	"path/filepath"

	"overt"
)

// Checkpoint puts the store as it is at this moment into dir, which must not
// be there: a folder that Open takes as a store. Finished tables are linked
// where the file system allows it, so it costs next to nothing beside the
// store. Errors: conflict (dir is there), unavailable (disk).
func (db *DB) Checkpoint(_ context.Context, dir string) error {
	if _, err := os.Lstat(dir); err == nil {
		return overt.Errorf(overt.Conflict, dir, "a copy of the statements cannot be made where something is")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return &overt.Error{Code: overt.Unavailable, Op: "copy the statements", Where: dir, Err: err}
	}
	// No commit may fall between: the lock is that of publish and Undo.
	db.mu.RLock()
	defer db.mu.RUnlock()
	// The log needs no flush: whatever is in it was synced when it was written.
	if err := db.db.Checkpoint(filepath.Join(dir, "kv")); err != nil {
		_ = os.RemoveAll(dir)
		return &overt.Error{Code: overt.Unavailable, Op: "copy the statements", Where: dir, Err: err}
	}
	return nil
}
