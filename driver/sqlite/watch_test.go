package sqlite

import (
	"path/filepath"
	"testing"

	"overt/watch"
	"overt/watch/watchtest"
)

func TestWatches(t *testing.T) {
	watchtest.Run(t, func(t *testing.T) watch.Store {
		db := open(t, filepath.Join(t.TempDir(), "kept.db"))
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		return db.Watches()
	})
}
