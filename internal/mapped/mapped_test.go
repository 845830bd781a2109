package mapped

import (
	"os"
	"path/filepath"
	"testing"
)

func TestFile(t *testing.T) {
	for _, want := range []string{"", "ferry", string(make([]byte, 100_000))} {
		path := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(path, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		data, unmap, err := File(f)
		if err != nil || string(data) != want {
			t.Errorf("%d bytes: got %d, %v", len(want), len(data), err)
		}
		if err := unmap(); err != nil {
			t.Error(err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestFileClosed(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := File(f); err == nil {
		t.Error("a closed file is mapped")
	}
}
