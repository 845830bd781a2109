package sqlite

import (
	"path/filepath"
	"testing"

	"overt"
	"overt/ledger"
)

func TestBackup(t *testing.T) {
	dir := t.TempDir()
	db, err := Open(t.Context(), filepath.Join(dir, "a.db"), Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	receive := func(source string) {
		t.Helper()
		e := ledger.Entry{Token: source, Dataset: "d", Source: source, At: "2024-05-17T12:00:00Z"}
		if _, err := db.Ledger().Receive(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	receive("before.csv")
	path := filepath.Join(dir, "it's a copy.db")
	if err := db.Backup(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	if err := db.Backup(t.Context(), path); overt.CodeOf(err) != overt.Conflict {
		t.Errorf("over a file: %v, want conflict", err)
	}
	receive("after.csv")

	again, err := Open(t.Context(), path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if err := again.Check(t.Context()); err != nil {
		t.Error(err)
	}
	n, err := again.Ledger().Reconcile(t.Context(), func(string) (overt.RunID, bool) { return 0, false })
	if err != nil || n != 1 {
		t.Errorf("the copy holds %d entries, %v; want 1", n, err)
	}
}
