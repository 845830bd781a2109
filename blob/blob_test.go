package blob_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"overt"
	"overt/blob"
)

func TestCheck(t *testing.T) {
	good := overt.BlobID(strings.Repeat("0123456789abcdef", 4))
	for _, c := range []struct {
		name string
		id   overt.BlobID
		want overt.Code
	}{
		{"good", good, ""},
		{"empty", "", overt.Invalid},
		{"short", good[:63], overt.Invalid},
		{"long", good + "0", overt.Invalid},
		{"upper case", overt.BlobID(strings.ToUpper(string(good))), overt.Invalid},
		{"a path", "../../" + good[6:], overt.Invalid},
		{"not hexadecimal", "g" + good[1:], overt.Invalid},
	} {
		if got := overt.CodeOf(blob.Check(c.id)); got != c.want {
			t.Errorf("%s: code = %q, want %q", c.name, got, c.want)
		}
	}
}

func FuzzCheck(f *testing.F) {
	f.Add(strings.Repeat("a", 64))
	f.Add("../" + strings.Repeat("a", 61))
	f.Fuzz(func(t *testing.T, id string) {
		if blob.Check(overt.BlobID(id)) == nil && strings.Trim(id, "0123456789abcdef") != "" {
			t.Errorf("%q passed", id)
		}
	})
}

func TestReaderStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := blob.Reader(ctx, strings.NewReader("text"))
	if _, err := r.Read(make([]byte, 2)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.ReadAll(r); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end of the context: %v", err)
	}
}
