package pebble

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
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

// TestSortedDamage: a file that is gone, short, empty or has other bytes is told as
// invalid, when the store is opened or when it is read, or does no harm: what is
// derived is made again then.
func TestSortedDamage(t *testing.T) {
	whole := t.TempDir()
	open := func(dir string) (*Sorted, error) {
		return OpenSorted(dir, Config{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	}
	for i := range 3 { // what was written before is in tables after the second opening
		s, err := open(whole)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Write(t.Context(), []mention.Pair{{Key: []byte{'k', byte(i)}, Value: []byte("v")}}); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(whole)
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, f := range files {
		data, err := os.ReadFile(filepath.Join(whole, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		other := bytes.Clone(data)
		for i := 0; i < len(other); i += 13 {
			other[i] ^= 0x41
		}
		for what, bad := range map[string][]byte{"gone": nil, "empty": {}, "short": data[:len(data)/2], "other": other} {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(dir, f.Name())
			err := os.Remove(path)
			if bad != nil {
				err = os.WriteFile(path, bad, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
			s, err := open(dir)
			if err == nil {
				for _, e := range s.Scan(t.Context(), nil, nil) {
					err = errors.Join(err, e)
				}
				_ = s.Close()
			}
			if err != nil {
				told[filepath.Ext(f.Name())+" "+what] = true
				if code := overt.CodeOf(err); code != overt.Invalid || !strings.Contains(err.Error(), dir) {
					t.Errorf("%s %s: %s, %v", f.Name(), what, code, err)
				}
			}
		}
	}
	for _, want := range []string{".sst gone", ".sst empty", ".sst short", ".sst other"} {
		if !told[want] {
			t.Errorf("a table that is damaged is not told: %s", want)
		}
	}
}
