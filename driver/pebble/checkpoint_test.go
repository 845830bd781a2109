package pebble

import (
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

// TestCheckpoint: the copy holds the moment, and what comes later changes one
// of the two alone.
func TestCheckpoint(t *testing.T) {
	dir := t.TempDir()
	scope := policytest.Datasets("d")
	db := open(t, filepath.Join(dir, "store")).(*DB)
	add := func(db *DB, id ftm.EntityID) {
		t.Helper()
		w, err := db.Begin(t.Context(), scope, statement.RunSpec{Dataset: "d", Token: string(id)})
		if err != nil {
			t.Fatal(err)
		}
		s := []statement.Statement{{Schema: "Company", Prop: "name", Value: string(id)}}
		if err := w.Add(policy.Label{Dataset: "d"}, id, s); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tell := func(db *DB) (ids []string) {
		t.Helper()
		v, err := db.View(t.Context(), scope, statement.When{})
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		for stmts, err := range v.Entities(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, string(stmts[0].Entity))
		}
		return ids
	}
	add(db, "a")
	add(db, "b")
	if err := db.Undo(t.Context(), scope, 1, "2024-05-17T12:00:00Z"); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "copy")
	if err := db.Checkpoint(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	if err := db.Checkpoint(t.Context(), copied); overt.CodeOf(err) != overt.Conflict {
		t.Errorf("over a folder: %v, want conflict", err)
	}
	add(db, "c")

	again := open(t, copied).(*DB)
	defer again.Close()
	if diff := cmp.Diff([]string{"b"}, tell(again)); diff != "" {
		t.Errorf("the copy (-want +got):\n%s", diff)
	}
	add(again, "x")
	if diff := cmp.Diff([]string{"b", "c"}, tell(db)); diff != "" {
		t.Errorf("the store (-want +got):\n%s", diff)
	}
	if got := again.Undone()[1]; got == "" {
		t.Error("the copy forgot that run 1 was taken back")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}
