package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRestoreFindsFlips changes a byte of a backup here and there, and cuts it
// there: each is refused by name, and leaves nothing. That every single byte
// counts is held by the tests of package bundle.
func TestRestoreFindsFlips(t *testing.T) {
	step := 487
	if testing.Short() {
		step = 4999
	}
	dir := t.TempDir()
	home, file := filepath.Join(dir, "home"), filepath.Join(dir, "good.tar.zst")
	newKiller(t, home).cycle(300, -1)
	if code, _, errs := overtIn(t, home, "backup", file); code != exitOK {
		t.Fatal(errs)
	}
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	bad, target := filepath.Join(dir, "bad.tar.zst"), filepath.Join(dir, "restored")
	refused := func(data []byte, what string, at int) {
		t.Helper()
		if err := os.WriteFile(bad, data, 0o600); err != nil {
			t.Fatal(err)
		}
		code, _, errs := overtIn(t, target, "restore", bad)
		if code != exitFailed || !strings.Contains(errs, bad+": this backup cannot be used: ") {
			t.Fatalf("%s at byte %d of %d: exit %d, %s", what, at, len(whole), code, errs)
		}
		for _, left := range []string{target, target + ".restoring"} {
			if _, err := os.Stat(left); err == nil {
				t.Fatalf("%s at byte %d left %s", what, at, left)
			}
		}
	}
	for i := 0; i < len(whole); i += step {
		data := bytes.Clone(whole)
		data[i] ^= 1 << (i % 8)
		refused(data, "a flip", i)
		if i%(10*step) == 0 {
			refused(whole[:i], "a cut", i)
		}
	}
	if code, _, errs := overtIn(t, target, "restore", file); code != exitOK {
		t.Errorf("the good one: %s", errs)
	}
}

// TestRestoreIntoTrouble: what a restore cannot use it says, and it does not
// touch what is there.
func TestRestoreIntoTrouble(t *testing.T) {
	dir := t.TempDir()
	home, file := filepath.Join(dir, "home"), filepath.Join(dir, "good.tar.zst")
	newKiller(t, home).cycle(10, -1)
	if code, _, errs := overtIn(t, home, "backup", file); code != exitOK {
		t.Fatal(errs)
	}
	full, begun, plain := filepath.Join(dir, "full"), filepath.Join(dir, "begun"), filepath.Join(dir, "plain")
	for _, name := range []string{filepath.Join(full, "letter"), filepath.Join(begun+".restoring", "FORMAT"), plain} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte("Dear"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ name, file, target, want string }{
		{"a folder with things in it", file, full, "not empty"},
		{"another restore at work", file, begun, "remove this folder"},
		{"a file", file, plain, "not a directory"},
		{"no backup", plain, filepath.Join(dir, "new"), "cannot be used"},
		{"a folder as backup", full, filepath.Join(dir, "new"), "is a directory"},
	} {
		code, _, errs := overtIn(t, tt.target, "restore", tt.file)
		if code != exitFailed || !strings.Contains(errs, tt.want) {
			t.Errorf("%s: exit %d, %s", tt.name, code, errs)
		}
	}
	for _, name := range []string{filepath.Join(full, "letter"), filepath.Join(begun+".restoring", "FORMAT"), plain} {
		if data, err := os.ReadFile(name); err != nil || string(data) != "Dear" {
			t.Errorf("%s: %q, %v", name, data, err)
		}
	}
}
