package cfb_test

import (
	"bytes"
	"maps"
	"testing"

	"overt/internal/cfb"
	"overt/internal/cfb/cfbtest"
)

// What WriteStorage makes of a storage holds what the storage held.
func TestWriteStorage(t *testing.T) {
	for name, streams := range map[string]map[string][]byte{
		"empty": {"obj/a": nil},
		"small": {"obj/a": []byte("first"), "obj/deep/b": bytes.Repeat([]byte("2"), 4095)},
		"mixed": {"obj/a": bytes.Repeat([]byte("abc"), 5000), "obj/b": []byte("x"), "obj/c/d/e": bytes.Repeat([]byte("e"), 4096), "beside": []byte("no")},
	} {
		t.Run(name, func(t *testing.T) {
			data := cfbtest.Write(streams)
			f, err := cfb.Open(bytes.NewReader(data), int64(len(data)))
			if err != nil {
				t.Fatal(err)
			}
			writeAndCompare(t, f, f.Root.Find("obj"))
		})
	}
}

// A file past 7 MB needs a list of its allocation table's sectors.
func TestWriteLarge(t *testing.T) {
	data := cfbtest.Write(map[string][]byte{"obj/a": bytes.Repeat([]byte("0123456789abcdef"), 150_000)})
	f, err := cfb.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	obj := f.Root.Find("obj")
	for _, name := range []string{"b", "c", "d", "e"} {
		e := *obj.Entries[0]
		e.Name = name
		obj.Entries = append(obj.Entries, &e)
	}
	writeAndCompare(t, f, obj)
}

func writeAndCompare(t *testing.T, f *cfb.File, storage *cfb.Entry) {
	t.Helper()
	var out bytes.Buffer
	if cut, err := f.WriteStorage(&out, storage); err != nil || cut {
		t.Fatalf("cut %v, error %v", cut, err)
	}
	made, err := cfb.Open(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	want, got := map[string][]byte{}, map[string][]byte{}
	if err := readAll(f, storage, "", want); err != nil {
		t.Fatal(err)
	}
	if err := readAll(made, made.Root, "", got); err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(want, got, bytes.Equal) || len(want) == 0 {
		t.Errorf("got %d streams, want %d, or other bytes in them", len(got), len(want))
	}
}
