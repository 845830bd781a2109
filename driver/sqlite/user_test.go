package sqlite

import (
	"path/filepath"
	"testing"

	"overt/identity"
	"overt/identity/identitytest"
)

func TestUsers(t *testing.T) {
	identitytest.RunUsers(t, func(t *testing.T) identity.Users {
		db := open(t, filepath.Join(t.TempDir(), "kept.db"))
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		return db.Users()
	})
}
