package pebble

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/ftm"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
	"overt/statement/statementtest"
)

func open(t *testing.T, dir string) statement.Store {
	t.Helper()
	db, err := Open(context.Background(), dir, Config{Memory: 1 << 20, Cache: 8 << 20})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func fresh(t *testing.T) statement.Store { return open(t, t.TempDir()) }

func TestStore(t *testing.T) { statementtest.Run(t, fresh) }

func TestDurable(t *testing.T) { statementtest.RunDurable(t, open) }

func TestOracle(t *testing.T) {
	worlds := 300
	if testing.Short() {
		worlds = 30
	}
	statementtest.Oracle(t, fresh, worlds)
}

// Batch gives what Entity gives, one after the other.
func TestBatch(t *testing.T) {
	store := fresh(t)
	defer func() { _ = store.Close() }()
	label := policy.Label{Dataset: "d"}
	scope := policytest.Scope(label)
	var ids []ftm.EntityID
	for run := range 2 {
		w, err := store.Begin(t.Context(), scope, statement.RunSpec{Dataset: "d", Observed: "2024-01-01", Extent: statement.Window})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 50 {
			id := ftm.EntityID(fmt.Sprintf("id%d", i*(run+1)))
			ids = append(ids, id)
			s := statement.Statement{Schema: "Company", Prop: "name", Value: fmt.Sprintf("run %d of %d", run, i)}
			if err := w.Add(label, id, []statement.Statement{s}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	ids = append(ids, "absent", "id", "id0\x00")
	slices.Sort(ids)
	ids = slices.Compact(ids)
	v, err := store.View(t.Context(), scope, statement.When{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = v.Close() }()
	var got, want []statement.Statement
	for stmts, err := range v.(statement.Batcher).Batch(t.Context(), ids) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, stmts...)
	}
	for _, id := range ids {
		stmts, err := v.Entity(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, stmts...)
	}
	if d := cmp.Diff(want, got); d != "" || len(got) != 100 {
		t.Errorf("%d statements, want %d\n%s", len(got), len(want), d)
	}
}
