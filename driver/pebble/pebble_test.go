package pebble

import (
	"context"
	"testing"

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
