package main

import (
	"os"
	"path/filepath"
	"testing"

	"overt"
)

// TestDiscard: a folder goes whole, also when an earlier removal was cut off, and one
// that cannot go stays and says why.
func TestDiscard(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "search")
	for _, d := range []string{dir, dir + goneName} {
		if err := os.MkdirAll(filepath.Join(d, "below"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second time there is nothing
		if err := discard(dir); err != nil {
			t.Fatal(err)
		}
		for _, d := range []string{dir, dir + goneName} {
			if _, err := os.Stat(d); !os.IsNotExist(err) {
				t.Errorf("%s is there: %v", d, err)
			}
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := discard(filepath.Join(file, "search")); overt.CodeOf(err) != overt.Unavailable {
		t.Errorf("beneath a file: %v", err)
	}
}
