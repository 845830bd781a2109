package sqlite

import (
	"path/filepath"
	"testing"

	"overt/identity"
	"overt/identity/identitytest"
)

func TestTokens(t *testing.T) {
	identitytest.Run(t, func(t *testing.T) identity.Tokens {
		db := open(t, filepath.Join(t.TempDir(), "kept.db"))
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		return db.Tokens()
	})
}
