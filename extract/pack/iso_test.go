package pack_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"testing"

	"overt/extract/document"
	"overt/extract/kind"
)

func image(t testing.TB, name string) []byte {
	t.Helper()
	f, err := os.Open("testdata/iso/" + name + ".iso.gz")
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	data, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return data
}

// The files of a disc have the longest names that it knows.
func TestISO(t *testing.T) {
	for name, paths := range map[string][3]string{
		"joliet": {"a.txt", "c.txt", "sub/b.txt"},
		"rock":   {"a.txt", "c.txt", "sub/b.txt"},
		"plain":  {"A.TXT", "C.TXT", "SUB/B.TXT"},
	} {
		data := image(t, name)
		k, err := kind.Detect(bytes.NewReader(data), int64(len(data)), "")
		if err != nil {
			t.Fatal(err)
		}
		d := read(t, data, document.Input{Type: k.Type})
		got := files(d)
		if d.Err != nil || len(d.Gaps) > 0 || got[paths[0]] != first || got[paths[1]] != third || got[paths[2]] != "Zweite Datei: Straße.\n" {
			t.Errorf("%s: %v, %v, %v", name, len(got), d.Gaps, d.Err)
		}
		if notes := len(d.Notes); (notes == 1) != (name == "rock") {
			t.Errorf("%s: notes %v", name, d.Notes)
		}
		for i := 16 * 2048; i < len(data); i += 37 {
			bad := bytes.Clone(data)
			bad[i] ^= 0xff
			read(t, bad, document.Input{Type: k.Type})
			if i%999 == 0 {
				read(t, data[:i], document.Input{Type: k.Type})
			}
		}
	}
}

func FuzzISO(f *testing.F) {
	for _, name := range []string{"joliet", "rock"} {
		f.Add(image(f, name)[16*2048:])
	}
	empty := make([]byte, 16*2048)
	f.Fuzz(func(t *testing.T, data []byte) {
		read(t, append(bytes.Clone(empty), data...), document.Input{Type: "application/x-iso9660-image", Limits: document.Limits{Unpacked: 8 << 20}})
	})
}
