package cfb_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"testing"

	"overt/internal/cfb"
	"overt/internal/cfb/cfbtest"
)

var streams = map[string][]byte{
	"a":       []byte("small"),
	"b":       bytes.Repeat([]byte("large "), 2000),
	"s/t/c":   bytes.Repeat([]byte{7}, 100),
	"s/empty": nil,
	"s/ü":     bytes.Repeat([]byte("x"), 4096),
}

// readAll gives the content of all streams by path.
func readAll(f *cfb.File, e *cfb.Entry, path string, into map[string][]byte) error {
	for _, c := range e.Entries {
		if c.Storage {
			if err := readAll(f, c, path+c.Name+"/", into); err != nil {
				return err
			}
			continue
		}
		r, _, err := f.Stream(c)
		if err != nil {
			return err
		}
		data, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		into[path+c.Name] = data
	}
	return nil
}

func TestStreams(t *testing.T) {
	data := cfbtest.Write(streams)
	f, err := cfb.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]byte{}
	if err := readAll(f, f.Root, "", got); err != nil {
		t.Fatal(err)
	}
	if len(got) != len(streams) {
		t.Errorf("%d streams", len(got))
	}
	for path, want := range streams {
		if !bytes.Equal(got[path], want) {
			t.Errorf("%s: %d bytes, want %d", path, len(got[path]), len(want))
		}
	}
	if f.Root.Find("S", "T", "c") == nil || f.Root.Find("s", "x") != nil {
		t.Error("Find")
	}
	r, _, err := f.Stream(f.Root.Find("b"))
	if err != nil {
		t.Fatal(err)
	}
	p := make([]byte, 8)
	if n, err := r.ReadAt(p, 510); n != 8 || string(p) != "large la" {
		t.Errorf("in the middle: %q, %v", p, err)
	}
	if n, err := r.ReadAt(p, r.Size()-3); n != 3 || err != io.EOF {
		t.Errorf("at the end: %d, %v", n, err)
	}
}

// Each damage ends in an error or in less, never in more than the file can hold.
func TestHostile(t *testing.T) {
	whole := cfbtest.Write(streams)
	fat := len(whole) - 512
	u32 := func(at int, v uint32) func([]byte) {
		return func(b []byte) { binary.LittleEndian.PutUint32(b[at:], v) }
	}
	for name, spoil := range map[string]func([]byte){
		"a chain is a circle":          u32(fat, 0),
		"a chain leads out":            u32(fat, 0x00FFFFFF),
		"the table names itself":       u32(76, 0x00FFFFFF),
		"sectors of 2^31":              func(b []byte) { b[30] = 31 },
		"mini sectors as large":        func(b []byte) { b[32] = 9 },
		"the list of tables is a loop": u32(68, 0),
		"no directory":                 u32(48, 0xFFFFFFFE),
		"the mini table is elsewhere":  u32(60, 0x7FFFFFFF),
	} {
		data := bytes.Clone(whole)
		spoil(data)
		f, err := cfb.Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			continue
		}
		got := map[string][]byte{}
		if err := readAll(f, f.Root, "", got); err == nil {
			if bytes.Equal(got["b"], streams["b"]) && bytes.Equal(got["a"], streams["a"]) {
				t.Errorf("%s: not noticed", name)
			}
		}
	}
	dir := bytes.Index(whole, []byte("R\x00o\x00o\x00t\x00"))
	for name, spoil := range map[string]func([]byte){
		"an entry is its own child":     u32(dir+76, 0),
		"an entry is its own neighbour": u32(dir+128+72, 1),
		"an entry is not there":         u32(dir+76, 1<<30),
	} {
		data := bytes.Clone(whole)
		spoil(data)
		if _, err := cfb.Open(bytes.NewReader(data), int64(len(data))); err == nil {
			t.Errorf("%s: not noticed", name)
		}
	}
	for i := 0; i < len(whole); i += 97 {
		_, _ = cfb.Open(bytes.NewReader(whole[:i]), int64(i))
	}
	// A stream that says 4 GB has the bytes of its chain.
	data := bytes.Clone(whole)
	binary.LittleEndian.PutUint32(data[dir+2*128+120:], 0xFFFFFFF0)
	f, err := cfb.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if r, cut, err := f.Stream(f.Root.Find("b")); err != nil || !cut || r.Size() > int64(len(data)) {
		t.Errorf("a stream of 4 GB: %v %v", cut, err)
	}
}

func TestCorpus(t *testing.T) {
	root := os.Getenv("OVERT_SHARED")
	if root == "" {
		root = "../../../shared"
	}
	files, _ := filepath.Glob(filepath.Join(root, "data", "documents", "*", "*"))
	count := 0
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil || !bytes.HasPrefix(data, []byte(cfb.Magic)) {
			continue
		}
		count++
		f, err := cfb.Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(name), err)
			continue
		}
		if err := readAll(f, f.Root, "", map[string][]byte{}); err != nil {
			t.Errorf("%s: %v", filepath.Base(name), err)
		}
	}
	if count == 0 {
		t.Skip("the shared documents are not there; set OVERT_SHARED")
	}
	t.Logf("%d compound files", count)
}

func FuzzOpen(f *testing.F) {
	f.Add(cfbtest.Write(streams))
	f.Add(cfbtest.Write(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := cfb.Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		_ = readAll(file, file.Root, "", map[string][]byte{})
	})
}
