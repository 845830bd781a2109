// Package durable makes names outlast a crash: a file that was renamed into
// place is there for good only when its folder was synced.
package durable

import (
	"errors"
	"os"
	"runtime"
)

// SyncDir makes the names in a folder durable. Windows has no such call and
// needs none: NTFS journals names itself. Errors: those of the system.
func SyncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
