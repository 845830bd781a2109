package bundle

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
)

var day = time.Date(2024, 5, 17, 12, 0, 0, 0, time.UTC)

var facts = Facts{Home: "0123456789abcdef", Made: "2024-05-17T12:00:00Z", Program: "0.1.0", AuditSize: 12, AuditRoot: "cm9vdA=="}

// world is what a small home might hold.
var world = []struct {
	path, body string
	readOnly   bool
}{
	{"FORMAT", `{"overt":1}`, false},
	{"audit/00000000000000000000.log", strings.Repeat("record\n", 300), false},
	{"blobs/aa/bb/name", "bytes as they came", true},
	{"blobs/aa/bb/empty", "", true},
	{"statements/kv/MANIFEST-000001", "\x00\x01\x02", false},
	{"säule/größe.txt", "a name that is not ASCII", false},
}

func write(t testing.TB, w io.Writer) Manifest {
	t.Helper()
	b, err := NewWriter(w, day)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range world {
		if _, err := b.Add(context.Background(), f.path, int64(len(f.body)), f.readOnly, strings.NewReader(f.body)); err != nil {
			t.Fatal(err)
		}
	}
	m, err := b.Close(facts)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func sealed(t testing.TB) []byte {
	t.Helper()
	var buf bytes.Buffer
	write(t, &buf)
	return buf.Bytes()
}

func readAll(data []byte, lim Limits) (Manifest, error) {
	return Read(context.Background(), bytes.NewReader(data), lim, func(Entry, io.Reader) error { return nil })
}

func TestRoundTrip(t *testing.T) {
	var buf bytes.Buffer
	want := write(t, &buf)
	dir := t.TempDir()
	got, err := Extract(t.Context(), &buf, dir, Limits{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("manifest (-want +got):\n%s", diff)
	}
	if got.Facts != facts || got.Files != len(world) {
		t.Errorf("read %+v, %d files", got.Facts, got.Files)
	}
	for _, f := range world {
		name := filepath.Join(dir, filepath.FromSlash(f.path))
		data, err := os.ReadFile(name)
		if err != nil || string(data) != f.body {
			t.Errorf("%s holds %q, %v; want %q", f.path, data, err, f.body)
		}
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if ro := info.Mode().Perm()&0o200 == 0; runtime.GOOS != "windows" && ro != f.readOnly {
			t.Errorf("%s: mode %v", f.path, info.Mode())
		}
	}
}

func TestSameBytes(t *testing.T) {
	if a, b := sealed(t), sealed(t); !bytes.Equal(a, b) {
		t.Error("the same files give different bundles")
	}
}

// TestAnyFlipIsFound changes each byte in turn, one bit and all bits.
func TestAnyFlipIsFound(t *testing.T) {
	whole := sealed(t)
	for i := range whole {
		for _, mask := range []byte{1 << (i % 8), 0xff} {
			bad := bytes.Clone(whole)
			bad[i] ^= mask
			_, err := readAll(bad, Limits{})
			var d *Damage
			if !errors.As(err, &d) {
				t.Fatalf("byte %d of %d xor %#x: %v, want damage", i, len(whole), mask, err)
			}
		}
	}
}

func TestAnyCutIsFound(t *testing.T) {
	whole := sealed(t)
	for n := range whole {
		var d *Damage
		if _, err := readAll(whole[:n], Limits{}); !errors.As(err, &d) {
			t.Fatalf("cut to %d of %d: %v, want damage", n, len(whole), err)
		}
	}
	var d *Damage
	if _, err := readAll(append(bytes.Clone(whole), 'x'), Limits{}); !errors.As(err, &d) {
		t.Errorf("a byte too many: %v, want damage", err)
	}
}

// A forger can seal what he likes; what stands inside is still judged.
func forge(t testing.TB, members func(w *tar.Writer)) []byte {
	t.Helper()
	var plain bytes.Buffer
	w := tar.NewWriter(&plain)
	members(w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return sealPlain(t, plain.Bytes())
}

func sealPlain(t testing.TB, plain []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	s := &sealer{w: &out, h: sha256.New()}
	z, err := zstd.NewWriter(s, zstd.WithEncoderConcurrency(1))
	if err != nil {
		t.Fatal(err)
	}
	_, err = z.Write(plain)
	if err := errors.Join(err, z.Close(), s.close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func member(t testing.TB, w *tar.Writer, h tar.Header, body string) {
	t.Helper()
	if h.Typeflag == 0 {
		h.Typeflag = tar.TypeReg
	}
	h.Size, h.Mode = int64(len(body)), 0o600
	if err := w.WriteHeader(&h); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(w, body); err != nil {
		t.Fatal(err)
	}
}

const abcSum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // SHA-256 of "abc", FIPS 180-2

func TestForgeries(t *testing.T) {
	mark := tar.Header{Name: firstName}
	list := func(lines ...string) string { return strings.Join(lines, "\n") + "\n" }
	line := func(path string) string { return fmt.Sprintf(`{"path":%q,"size":3,"sha256":%q}`, path, abcSum) }
	head := `{"home":"","made":"","program":"","audit_size":0,"audit_root":"","files":1,"bytes":3}`
	one := func(h tar.Header, manifest string) func(w *tar.Writer) {
		return func(w *tar.Writer) {
			member(t, w, mark, version)
			if h.Typeflag == tar.TypeReg || h.Typeflag == 0 {
				member(t, w, h, "abc")
			} else {
				member(t, w, h, "")
			}
			member(t, w, tar.Header{Name: manifestName}, manifest)
		}
	}
	tests := []struct {
		name string
		make func(w *tar.Writer)
		want string // "" = whole
	}{
		{"whole", one(tar.Header{Name: "a"}, list(head, line("a"))), ""},
		{"not ours", func(w *tar.Writer) { member(t, w, tar.Header{Name: "a"}, "abc") }, "not a bundle of ours"},
		{"newer form", func(w *tar.Writer) { member(t, w, mark, "2\n") }, "newer program"},
		{"no manifest", func(w *tar.Writer) { member(t, w, mark, version); member(t, w, tar.Header{Name: "a"}, "abc") }, "no manifest"},
		{"out of the folder", one(tar.Header{Name: "../a"}, ""), "leads out"},
		{"out by a detour", one(tar.Header{Name: "b/../../a"}, ""), "leads out"},
		{"from the root", one(tar.Header{Name: "/etc/a"}, ""), "leads out"},
		{"not shortest", one(tar.Header{Name: "b//a"}, ""), "shortest"},
		{"backslash", one(tar.Header{Name: `..\a`}, ""), "character"},
		{"drive", one(tar.Header{Name: "c:a"}, ""), "character"},
		{"control character", one(tar.Header{Name: "a\x1b[2J"}, ""), "control character"},
		{"symbolic link", one(tar.Header{Name: "a", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}, ""), "not a regular file"},
		{"hard link", one(tar.Header{Name: "a", Typeflag: tar.TypeLink, Linkname: "/etc/passwd"}, ""), "not a regular file"},
		{"device", one(tar.Header{Name: "a", Typeflag: tar.TypeChar}, ""), "not a regular file"},
		{"folder", one(tar.Header{Name: "a/", Typeflag: tar.TypeDir}, ""), "not a regular file"},
		{"attributes", one(tar.Header{Name: "a", PAXRecords: map[string]string{"SCHILY.xattr.user.x": "y"}}, ""), "attribute"},
		{"twice", func(w *tar.Writer) {
			member(t, w, mark, version)
			member(t, w, tar.Header{Name: "a"}, "abc")
			member(t, w, tar.Header{Name: "A"}, "abc")
		}, "twice"},
		{"unlisted", one(tar.Header{Name: "a"}, list(`{"home":"","made":"","program":"","audit_size":0,"audit_root":"","files":0,"bytes":0}`)), "lists 0 files"},
		{"listed, not there", one(tar.Header{Name: "a"}, list(head, line("a"), line("b"))), "not there"},
		{"another name", one(tar.Header{Name: "a"}, list(head, line("b"))), "not as the manifest lists it"},
		{"another hash", one(tar.Header{Name: "a"}, list(head, strings.Replace(line("a"), "ba", "ab", 1))), "not as the manifest lists it"},
		{"unknown field", one(tar.Header{Name: "a"}, list(head, `{"path":"a","more":1}`)), "line 2"},
		{"manifest cut", one(tar.Header{Name: "a"}, list(head)), "ends before a"},
		{"long line", one(tar.Header{Name: "a"}, list(head, strings.Repeat("x", maxLine+10))), "ends before a"},
		{"behind the manifest", func(w *tar.Writer) {
			one(tar.Header{Name: "a"}, list(head, line("a")))(w)
			member(t, w, tar.Header{Name: "b"}, "abc")
		}, "behind the manifest"},
		{"own name", one(tar.Header{Name: firstName}, ""), "kept for the bundle"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := readAll(forge(t, tt.make), Limits{})
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var d *Damage
			if !errors.As(err, &d) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want damage with %q", err, tt.want)
			}
		})
	}
}

// TestSparse: 10^12 bytes that are said with two lines are refused.
func TestSparse(t *testing.T) {
	plain := func() []byte {
		var buf bytes.Buffer
		w := tar.NewWriter(&buf)
		member(t, w, tar.Header{Name: firstName}, version)
		_ = w.Flush()
		pax := "22 GNU.sparse.major=1\n" + "22 GNU.sparse.minor=0\n" + "32 GNU.sparse.realsize=100000000\n"
		body := "0\n"
		head := func(name string, flag byte, size int) {
			var h [512]byte
			copy(h[:], name)
			copy(h[100:], "0000600\x000000000\x000000000\x00")
			copy(h[124:], fmt.Sprintf("%011o\x00%011o\x00", size, 0))
			h[156] = flag
			copy(h[257:], "ustar\x0000")
			copy(h[148:], "        ")
			sum := 0
			for _, c := range h {
				sum += int(c)
			}
			copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
			buf.Write(h[:])
		}
		pad := func(s string) { buf.WriteString(s); buf.Write(make([]byte, (512-len(s)%512)%512)) }
		head("PaxHeaders/a", 'x', len(pax))
		pad(pax)
		head("a", '0', len(body))
		pad(body)
		return buf.Bytes()
	}()
	_, err := readAll(sealPlain(t, plain), Limits{})
	var d *Damage
	if !errors.As(err, &d) {
		t.Errorf("a sparse file: %v, want damage", err)
	}
}

func TestLimits(t *testing.T) {
	whole := sealed(t)
	for _, lim := range []Limits{{Files: len(world) - 1}, {Bytes: 100}} {
		var d *Damage
		if _, err := readAll(whole, lim); !errors.As(err, &d) {
			t.Errorf("%+v: %v, want damage", lim, err)
		}
	}
}

func TestWriterRefuses(t *testing.T) {
	add := func(path, body string, size int64) error {
		b, err := NewWriter(io.Discard, day)
		if err != nil {
			t.Fatal(err)
		}
		defer b.Abort()
		if _, err := b.Add(t.Context(), "there", 0, false, strings.NewReader("")); err != nil {
			t.Fatal(err)
		}
		_, err = b.Add(t.Context(), path, size, false, strings.NewReader(body))
		return err
	}
	tests := []struct {
		name, path, body string
		size             int64
		ok               bool
	}{
		{"plain", "a/b", "abc", 3, true},
		{"outside", "../a", "abc", 3, false},
		{"twice", "there", "abc", 3, false},
		{"shrunk", "a", "ab", 3, false},
		{"grown", "a", "abcd", 3, false},
	}
	for _, tt := range tests {
		if err := add(tt.path, tt.body, tt.size); (err == nil) != tt.ok {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

// full is a disk that takes n bytes.
type full struct{ n int }

func (f *full) Write(p []byte) (int, error) {
	if len(p) > f.n {
		return f.n, syscall.ENOSPC
	}
	f.n -= len(p)
	return len(p), nil
}

func TestFullDisk(t *testing.T) {
	size := len(sealed(t))
	for n := 0; n < size; n += 97 {
		disk := &full{n}
		err := func() error {
			b, err := NewWriter(disk, day)
			if err != nil {
				return err
			}
			defer b.Abort()
			for _, f := range world {
				if _, err := b.Add(t.Context(), f.path, int64(len(f.body)), f.readOnly, strings.NewReader(f.body)); err != nil {
					return err
				}
			}
			_, err = b.Close(facts)
			return err
		}()
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("%d of %d bytes: %v, want no space", n, size, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestErrorsOfOthersPass(t *testing.T) {
	whole := sealed(t)
	half := io.MultiReader(bytes.NewReader(whole[:len(whole)/2]), failing{syscall.EIO})
	if _, err := Read(t.Context(), half, Limits{}, func(Entry, io.Reader) error { return nil }); !errors.Is(err, syscall.EIO) {
		t.Errorf("a failing disk: %v, want EIO", err)
	}
	mine := errors.New("mine")
	if _, err := Read(t.Context(), bytes.NewReader(whole), Limits{}, func(Entry, io.Reader) error { return mine }); !errors.Is(err, mine) {
		t.Errorf("an error of take: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Read(ctx, bytes.NewReader(whole), Limits{}, func(Entry, io.Reader) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// TestLinkInTheFolder: a link that stands where a file goes is not followed.
func TestLinkInTheFolder(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "audit")); err != nil {
		t.Skip("this system makes no links: ", err)
	}
	if _, err := Extract(t.Context(), bytes.NewReader(sealed(t)), dir, Limits{}, nil); err == nil {
		t.Error("a link out of the folder was followed")
	}
	if list, _ := os.ReadDir(outside); len(list) > 0 {
		t.Errorf("%v was written outside", list)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(sealed(f), false)
	f.Add(forge(f, func(w *tar.Writer) { member(f, w, tar.Header{Name: firstName}, version) }), false)
	var plain bytes.Buffer
	w := tar.NewWriter(&plain)
	member(f, w, tar.Header{Name: firstName}, version)
	member(f, w, tar.Header{Name: "a"}, "abc")
	member(f, w, tar.Header{Name: manifestName}, "{}\n")
	_ = w.Close()
	f.Add(plain.Bytes(), true)
	f.Fuzz(func(t *testing.T, data []byte, inside bool) {
		if inside {
			data = sealPlain(t, data)
		}
		m, err := Read(t.Context(), bytes.NewReader(data), Limits{Files: 100, Bytes: 1 << 20}, func(e Entry, _ io.Reader) error {
			return checkPath(e.Path)
		})
		if err == nil && (len(m.Entries) != m.Files || m.Files > 100 || m.Bytes > 1<<20) {
			t.Errorf("read %d entries, %d files, %d bytes", len(m.Entries), m.Files, m.Bytes)
		}
	})
}
