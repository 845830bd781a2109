package pebble

import (
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"overt"
	"overt/mention"
	"overt/mention/mentiontest"
)

func TestSorted(t *testing.T) {
	mentiontest.Run(t, func(t *testing.T) mention.Sorted {
		s, err := OpenSorted("kv", Config{FS: vfs.NewMem()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return s
	})
}

// What was written is there when the store is opened again, and a second one
// does not open it.
func TestSortedAgain(t *testing.T) {
	dir := t.TempDir()
	for i := range 2 {
		s, err := OpenSorted(dir, Config{})
		if err != nil {
			t.Fatal(err)
		}
		v, err := s.Get(t.Context(), []byte("k"))
		if err != nil || (i == 1) != (string(v) == "v") {
			t.Errorf("opened %d times: %q, %v", i+1, v, err)
		}
		if err := s.Write(t.Context(), []mention.Pair{{Key: []byte("k"), Value: []byte("v")}}); err != nil {
			t.Fatal(err)
		}
		if _, err := OpenSorted(dir, Config{}); overt.CodeOf(err) != overt.Unavailable {
			t.Errorf("opened twice: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
