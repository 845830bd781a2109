package statementtest

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"overt/ftm"
	"overt/policy"
	"overt/statement"
)

// RunDurable tries what a store on a disk promises besides. open MUST open the
// store that lies in dir, and make it when there is none.
func RunDurable(t *testing.T, open func(t *testing.T, dir string) statement.Store) {
	t.Helper()
	t.Run("close and reopen", func(t *testing.T) { testReopen(t, open) })
	t.Run("crash before commit", func(t *testing.T) { testCrash(t, open) })
}

func testReopen(t *testing.T, open func(*testing.T, string) statement.Store) {
	worlds := 10
	if testing.Short() {
		worlds = 3
	}
	for seed := range worlds {
		dir := filepath.Join(t.TempDir(), "store")
		w, s := newWorld(uint64(seed)), open(t, dir)
		w.fill(t, s, func(policy.Label) bool { return true })
		scope := w.g.scope()
		before, epoch := ask(t, s, scope, ""), s.Epoch()
		must(t, s.Close())

		s = open(t, dir)
		if after := ask(t, s, scope, ""); !reflect.DeepEqual(after, before) {
			diff(t, fmt.Sprint("world ", seed, " after opening again"), after, before)
		}
		if s.Epoch() < epoch {
			t.Errorf("epoch %d after %d: a reader would take the old answers for new", s.Epoch(), epoch)
		}
		known := runs(t, s, all)
		next := write(t, s, spec("next"), add{plain, "a", []statement.Statement{named("Next", 1)}})
		for _, r := range known {
			if r.ID >= next.ID {
				t.Errorf("run %d is new, and run %d was there before", next.ID, r.ID)
			}
		}
		must(t, s.Close())
	}
}

// testCrash copies the folder while a writer is open, as a killed process
// leaves it, and opens the copy.
func testCrash(t *testing.T, open func(*testing.T, string) statement.Store) {
	dir, left := filepath.Join(t.TempDir(), "store"), filepath.Join(t.TempDir(), "left")
	s := open(t, dir)
	kept := people(t, s, spec("kept"), "a", "b")
	undone := people(t, s, spec("undone"), "c")
	must(t, s.Undo(t.Context(), all, undone.ID, undoneAt))
	before := ask(t, s, all, "")
	lost := spec("lost")
	lost.Base = kept.ID
	w := begin(t, s, lost)
	must(t, w.Drop("a"))
	for i := range 5_000 {
		must(t, w.Add(plain, numbered(i), []statement.Statement{named("Lost", int64(i))}))
	}
	must(t, os.CopyFS(left, os.DirFS(dir)))
	must(t, w.Abort())
	must(t, s.Close())

	s = open(t, left)
	t.Cleanup(func() { must(t, s.Close()) }) // after the views
	diff(t, "after the crash", ask(t, s, all, ""), before)
	diff(t, "entities", ids(t, view(t, s, all)), []ftm.EntityID{"a", "b"})
	people(t, s, spec("again"), "d")
	diff(t, "a run after the crash", ids(t, view(t, s, all)), []ftm.EntityID{"a", "b", "d"})
}
