package main

import (
	"strings"
	"testing"
)

// TestRun: the program runs, and each scope sees its share.
func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run([]string{"-n", "1000", "-queries", "10", "-batch", "300", "-dir", t.TempDir()}, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"1000 passages", "everything, six facets | 1 % ", "| 10 |\n", "| 500 |\n", "| 1000 |\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
	if err := run([]string{"-n", "1"}, &out); err == nil {
		t.Error("one passage is measured")
	}
}
