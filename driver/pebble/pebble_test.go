package pebble

import (
	"context"
	"testing"

	"overt/statement"
	"overt/statement/statementtest"
)

func open(t *testing.T, dir string) statement.Store {
	t.Helper()
	db, err := Open(context.Background(), dir, Config{Memory: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestStore(t *testing.T) {
	statementtest.Run(t, func(t *testing.T) statement.Store { return open(t, t.TempDir()) })
}

func TestDurable(t *testing.T) { statementtest.RunDurable(t, open) }
