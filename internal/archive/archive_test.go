package archive_test

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"

	"overt/internal/archive"
)

var lim = archive.Limits{Total: 1 << 30, Ratio: 100, RatioFrom: 1 << 20, Members: 10}

func gzipped(t *testing.T, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, s); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gunzip(t *testing.T, b []byte) (string, error) {
	t.Helper()
	r, err := archive.Gunzip(io.NopCloser(bytes.NewReader(b)), lim)
	if err != nil {
		return "", err
	}
	out, err := io.ReadAll(r)
	if cerr := r.Close(); cerr != nil && err == nil {
		t.Fatal(cerr)
	}
	return string(out), err
}

func TestGunzip(t *testing.T) {
	one, two := gzipped(t, "one "), gzipped(t, "two")
	tests := []struct {
		name string
		in   []byte
		want string
		err  error
	}{
		{"one member", one, "one ", nil},
		{"two members", append(bytes.Clone(one), two...), "one two", nil},
		{"zero padding", append(bytes.Clone(one), make([]byte, 512)...), "one ", nil},
		{"cut", one[:len(one)-6], "one ", io.ErrUnexpectedEOF},
		{"wrong checksum", append(bytes.Clone(one[:len(one)-8]), make([]byte, 8)...), "one ", gzip.ErrChecksum},
	}
	for _, tt := range tests {
		got, err := gunzip(t, tt.in)
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: got %q, %v; want %q, %v", tt.name, got, err, tt.want, tt.err)
		}
	}
	if _, err := gunzip(t, gzipped(t, strings.Repeat("\x00", 8<<20))); !errors.Is(err, archive.ErrBomb) {
		t.Errorf("a bomb gave %v", err)
	}
}

func TestUnzstd(t *testing.T) {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		in  string
		err error
	}{{"hello", nil}, {strings.Repeat("\x00", 8<<20), archive.ErrBomb}} {
		r, err := archive.Unzstd(io.NopCloser(bytes.NewReader(w.EncodeAll([]byte(tt.in), nil))), lim)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(r)
		if !errors.Is(err, tt.err) || tt.err == nil && string(got) != tt.in {
			t.Errorf("got %d bytes, %v; want %d, %v", len(got), err, len(tt.in), tt.err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// Zeros without an end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestKeep: what is kept, in memory or past it, is read from any place, whatever the
// size of a read that brought it.
func TestKeep(t *testing.T) {
	const piece = 256 << 10
	data := make([]byte, 3*piece)
	for i := range data {
		data[i] = byte(i ^ i>>9)
	}
	for _, size := range []int{0, 1, piece - 1, piece, piece + 1, 2*piece + 7, 3 * piece} {
		for _, memory := range []int64{1, piece - 1, piece, 2*piece + 7, 4 * piece} {
			s, err := archive.Keep(t.Context(), iotest.HalfReader(bytes.NewReader(data[:size])), memory, nil)
			if err != nil || s.Size != int64(size) {
				t.Fatalf("%d bytes, %d in memory: %+v, %v", size, memory, s, err)
			}
			if all, err := io.ReadAll(io.NewSectionReader(s, 0, s.Size)); err != nil || !bytes.Equal(all, data[:size]) {
				t.Errorf("%d bytes, %d in memory: %d others, %v", size, memory, len(all), err)
			}
			for _, from := range []int{0, piece - 3, 2*piece - 3} {
				got := make([]byte, 7)
				n, err := s.ReadAt(got, int64(from))
				want := data[min(from, size):min(from+7, size)]
				if !bytes.Equal(got[:n], want) || (n < 7) != errors.Is(err, io.EOF) {
					t.Errorf("%d bytes, %d in memory, from %d: %d bytes, %v", size, memory, from, n, err)
				}
			}
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := archive.Keep(t.Context(), io.LimitReader(zeros{}, 8<<20), 16<<20, nil); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 10<<20 {
		t.Errorf("8 MiB took %d bytes of memory", used)
	}
	if _, err := archive.Keep(t.Context(), iotest.TimeoutReader(bytes.NewReader(data)), 4*piece, nil); !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("a read that failed: %v", err)
	}
}

func TestMembers(t *testing.T) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, n := range []string{"z.csv", "dir/", "../../etc/a.csv", "__MACOSX/._z.csv", ".DS_Store", "dir\\b.csv"} {
		f, err := w.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(n, "/") {
			if _, err := io.WriteString(f, "in "+n); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, memory := range []int64{1 << 20, 10} {
		s, err := archive.Keep(t.Context(), bytes.NewReader(b.Bytes()), memory, nil)
		if err != nil {
			t.Fatal(err)
		}
		ms, err := archive.Members(s, lim)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, m := range ms {
			r, err := m.Open()
			if err != nil {
				t.Fatal(err)
			}
			if text, err := io.ReadAll(r); err != nil || !strings.HasPrefix(string(text), "in ") {
				t.Errorf("%s: %q, %v", m.Name, text, err)
			}
			names = append(names, m.Name)
			if err := r.Close(); err != nil {
				t.Error(err)
			}
		}
		if got, want := strings.Join(names, " "), "dir/b.csv etc/a.csv z.csv"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		tight := lim
		tight.Members = 2
		if _, err := archive.Members(s, tight); !errors.Is(err, archive.ErrBomb) {
			t.Errorf("too many members gave %v", err)
		}
	}
}
