// Package sharedtest finds the public data that tests read beside invented
// data. It lies outside of the repository, and a test that wants it is skipped
// where it is not.
package sharedtest

import (
	"os"
	"path/filepath"
	"testing"
)

// Path gives a file or folder of the shared data: of $OVERT_SHARED, else of the
// folder shared beside the repository. It skips the test when it is not there.
func Path(t testing.TB, parts ...string) string {
	t.Helper()
	name := filepath.Join(parts...)
	path := filepath.Join(root(t), "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the shared data is not here (%s); set OVERT_SHARED to the folder that holds data/", filepath.Join("data", name))
	}
	return path
}

func root(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("OVERT_SHARED"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(filepath.Dir(dir), "shared")
		}
		above := filepath.Dir(dir)
		if above == dir {
			t.Fatal("the tests do not run inside the repository")
		}
		dir = above
	}
}
