package pebble

import (
	"fmt"
	"testing"

	"overt/ftm"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

// Figures: go test ./driver/pebble -run '^$' -bench 'Store' -count 6
//
// A store of three runs, none of which rests on another, is what the common
// case costs.
func BenchmarkStore(b *testing.B) {
	const n = 10_000
	label := policy.Label{Dataset: "d"}
	scope := policytest.Scope(label)
	id := func(i int) ftm.EntityID { return ftm.EntityID(fmt.Sprintf("us-action:%07d", i*7919%n)) }
	load := func(b *testing.B, db statement.Store, run int) {
		w, err := db.Begin(b.Context(), scope, statement.RunSpec{Dataset: "d", Extent: statement.Full, Observed: "2024-01-01"})
		if err != nil {
			b.Fatal(err)
		}
		for i := range n {
			stmts := contractAction(int64(i))
			stmts[0].Value = fmt.Sprint("payer-", i%50)
			if err := w.Add(label, id(i), stmts); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := w.Commit(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	db, err := Open(b.Context(), b.TempDir(), Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for run := range 3 {
		load(b, db, run)
	}
	view := func(b *testing.B) statement.View {
		v, err := db.View(b.Context(), scope, statement.When{})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = v.Close() })
		return v
	}
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			other, err := Open(b.Context(), b.TempDir(), Config{})
			if err != nil {
				b.Fatal(err)
			}
			load(b, other, 0)
			_ = other.Close()
		}
	})
	b.Run("entity", func(b *testing.B) {
		v, i := view(b), 0
		for b.Loop() {
			i++
			if _, err := v.Entity(b.Context(), id(i)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("entities", func(b *testing.B) {
		v := view(b)
		for b.Loop() {
			for _, err := range v.Entities(b.Context()) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("inbound", func(b *testing.B) {
		v, i := view(b), 0
		for b.Loop() {
			i++
			for _, err := range v.Inbound(b.Context(), ftm.EntityID(fmt.Sprint("payer-", i%50))) {
				if err != nil {
					b.Fatal(err)
				}
			}
		}
	})
}
