package pack_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/extract/kind"
	"overt/extract/pack"
)

func read(t testing.TB, data []byte, in document.Input) *documenttest.Doc {
	t.Helper()
	if in.Type == "" {
		k, err := kind.Detect(bytes.NewReader(data), int64(len(data)), in.Name)
		if err != nil {
			t.Fatal(err)
		}
		in.Type = k.Type
	}
	return documenttest.Read(t.Context(), pack.Reader{}, data, in)
}

func fixture(t testing.TB, name string, passwords ...string) *documenttest.Doc {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return read(t, data, document.Input{Name: name, Passwords: passwords})
}

// files are the members by name.
func files(d *documenttest.Doc) map[string]string {
	out := map[string]string{}
	for _, m := range d.Members {
		out[strings.TrimPrefix(m.Path, "./")] = string(m.Bytes)
	}
	return out
}

const first = "The first invented file.\n"

var third = strings.Repeat("x", 3000)

// The fixtures hold the same files, as the usual programs pack them.
func TestFixtures(t *testing.T) {
	entries, err := filepath.Glob("testdata/*.*")
	if err != nil || len(entries) < 20 {
		t.Fatal(len(entries), err)
	}
	for _, path := range entries {
		name := filepath.Base(path)
		d := fixture(t, name, "wrong", "secret")
		if d.Err != nil || len(d.Gaps) > 0 && name != "deflate64.zip" {
			t.Errorf("%s: %v, %v", name, d.Gaps, d.Err)
			continue
		}
		got := files(d)
		switch {
		case strings.HasPrefix(name, "c.txt."):
			if got["c.txt"] != third {
				t.Errorf("%s: %d bytes of %v", name, len(got["c.txt"]), d.Members[0].Path)
			}
		case name == "numbers.Z":
			if lines := strings.Fields(got["numbers"]); len(lines) != 6000 || lines[5999] != "6000" {
				t.Errorf("%s: %d lines", name, len(lines))
			}
		case name == "stream.zip":
			if got["-"] != first+third {
				t.Errorf("%s: %q", name, got)
			}
		case name == "deflate64.zip":
			if len(d.Gaps) != 1 || d.Gaps[0].Code != document.Unknown {
				t.Errorf("%s: %v", name, d.Gaps)
			}
		case name == "long.a":
			if got["a_rather_long_file_name.txt"] != first {
				t.Errorf("%s: %q", name, got)
			}
		case name == "v7.tar":
			if got["a.txt"] != first || got["sub/b.txt"] != "Zweite Datei: Straße.\n" {
				t.Errorf("%s: %q", name, got)
			}
		default:
			if got["a.txt"] != first || got["c.txt"] != third {
				t.Errorf("%s: a.txt is %q, c.txt has %d bytes", name, got["a.txt"], len(got["c.txt"]))
			}
			if _, packed := got["sub/b.txt"]; packed && got["sub/b.txt"] != "Zweite Datei: Straße.\n" {
				t.Errorf("%s: sub/b.txt is %q", name, got["sub/b.txt"])
			}
		}
		for _, m := range d.Members {
			if strings.HasSuffix(m.Path, "a.txt") && (strings.HasSuffix(name, ".7z") || strings.HasSuffix(name, ".tar")) && m.Modified != "2021-03-04T05:06:07Z" {
				t.Errorf("%s: a.txt is of %q", name, m.Modified)
			}
		}
	}
}

// Without the password a file is protected, not empty.
func TestPasswords(t *testing.T) {
	for _, name := range []string{"aes.7z", "hidden.7z", "aes.zip", "zipcrypto.zip"} {
		for _, passwords := range [][]string{nil, {"wrong"}} {
			d := fixture(t, name, passwords...)
			var refusal *document.Refusal
			if !errors.As(d.Err, &refusal) || refusal.Code != document.Protected || refusal.Retry == "" || len(d.Members) != 0 {
				t.Errorf("%s: %d members, %v", name, len(d.Members), d.Err)
			}
		}
	}
}

type entry struct{ name, body string }

func zipOf(t testing.TB, method uint16, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		f, err := w.CreateHeader(&zip.FileHeader{Name: e.name, Method: method, NonUTF8: true})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, e.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Names are data, in whatever encoding.
func TestNames(t *testing.T) {
	for _, tt := range []struct{ raw, want string }{
		{"../../etc/passwd", "../../etc/passwd"},
		{"/absolute", "/absolute"},
		{`dos\path\a.txt`, "dos/path/a.txt"},
		{"Stra\xe1e.txt", "Straße.txt"},
		{"\x8f\xe0\xa8\xa2\xa5\xe2.txt", "Привет.txt"},
		{"\x95\xb6\x8f\xcd.txt", "文章.txt"},
		{"Grüße.txt", "Grüße.txt"},
		{"a\x00b\u202e", "a\x00b\u202e"},
		{"", ""},
	} {
		d := read(t, zipOf(t, zip.Store, entry{tt.raw, "x"}), document.Input{Type: "application/zip"})
		if d.Err != nil || len(d.Members) != 1 || d.Members[0].Path != tt.want {
			t.Errorf("%q: %v, %v", tt.raw, d.Members, d.Err)
		}
	}
	long := strings.Repeat("n", 60_000)
	d := read(t, zipOf(t, zip.Store, entry{long, "x"}), document.Input{Type: "application/zip"})
	if d.Err != nil || len(d.Members[0].Path) != 4096 || len(d.Notes) != 1 {
		t.Errorf("a long name: %v, %v", d.Notes, d.Err)
	}
}

// What stands before the damage is read.
func TestDamage(t *testing.T) {
	whole := zipOf(t, zip.Deflate, entry{"a.txt", first}, entry{"b.txt", strings.Repeat("some other words ", 200)}, entry{"c.txt", "last"})
	var tarred bytes.Buffer
	w := tar.NewWriter(&tarred)
	for _, name := range []string{"a.txt", "b.txt"} {
		if err := w.WriteHeader(&tar.Header{Name: name, Size: int64(len(first)), Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, first); err != nil {
			t.Fatal(err)
		}
	}
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	if _, err := io.WriteString(z, strings.Repeat(first, 1000)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	seven, err := os.ReadFile("testdata/copy.7z")
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(seven)
	flipped[40] ^= 1
	tests := []struct {
		name string
		data []byte
		in   string
	}{
		{"zip without directory", whole[:bytes.Index(whole, []byte("PK\x01\x02"))], "application/zip"},
		{"zip cut in a file", whole[:120], "application/zip"},
		{"tar cut", tarred.Bytes()[:512+512+512+10], "application/x-tar"},
		{"gzip cut", zipped.Bytes()[:100], "application/gzip"},
		{"7z with a changed byte", flipped, "application/x-7z-compressed"},
	}
	for _, tt := range tests {
		d := read(t, tt.data, document.Input{Type: tt.in, Name: "a.txt.gz"})
		if d.Err != nil || len(d.Members) == 0 || len(d.Gaps) == 0 || d.Gaps[len(d.Gaps)-1].Code != document.Damaged {
			t.Errorf("%s: %d members, %v, %v", tt.name, len(d.Members), d.Gaps, d.Err)
			continue
		}
		if tt.name != "7z with a changed byte" && !strings.HasPrefix(first, string(d.Members[0].Bytes[:min(len(first), len(d.Members[0].Bytes))])) {
			t.Errorf("%s: the first file is %q", tt.name, d.Members[0].Bytes)
		}
	}
	// The two files after the directory was lost are whole.
	if got := files(read(t, tests[0].data, document.Input{Type: "application/zip"})); got["a.txt"] != first || got["c.txt"] != "last" {
		t.Errorf("without a directory: %q", got)
	}
}

// Bombs end at the limits, and say so.
func TestBombs(t *testing.T) {
	flat := zipOf(t, zip.Deflate, entry{"zeros", strings.Repeat("\x00", 8<<20)})
	limits := document.Limits{Ratio: 20, RatioFrom: 1 << 20}
	d := read(t, flat, document.Input{Limits: limits})
	if d.Err != nil || len(d.Gaps) != 1 || d.Gaps[0].Code != document.TooMuch {
		t.Errorf("a flat bomb: %v, %v", d.Gaps, d.Err)
	}
	many := make([]entry, 50)
	for i := range many {
		many[i] = entry{fmt.Sprint(i), "x"}
	}
	d = read(t, zipOf(t, zip.Store, many...), document.Input{Limits: document.Limits{Members: 20}})
	if d.Err != nil || len(d.Members) != 20 || len(d.Gaps) != 1 || d.Gaps[0].Code != document.TooMuch {
		t.Errorf("many files: %d, %v, %v", len(d.Members), d.Gaps, d.Err)
	}
	// Two entries of the directory with the same bytes.
	twice := zipOf(t, zip.Store, entry{"a", "xxxx"}, entry{"b", "yyyy"})
	i := bytes.LastIndex(twice, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(twice[i+42:], 0)
	d = read(t, twice, document.Input{})
	if d.Err != nil || len(d.Members) != 1 || len(d.Gaps) != 1 || d.Gaps[0].Code != document.TooMuch {
		t.Errorf("overlapping files: %d, %v, %v", len(d.Members), d.Gaps, d.Err)
	}
}

// Links and devices of tar are noted and never followed; a hole of a terabyte is
// counted like other bytes.
func TestTarKinds(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range []*tar.Header{
		{Name: "../up", Typeflag: tar.TypeReg, Size: 1},
		{Name: "sym", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"},
		{Name: "hard", Typeflag: tar.TypeLink, Linkname: "../up"},
		{Name: "null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3},
		{Name: "pipe", Typeflag: tar.TypeFifo},
		{Name: "folder/", Typeflag: tar.TypeDir},
	} {
		if err := w.WriteHeader(h); err != nil {
			t.Fatal(err)
		}
		if h.Size > 0 {
			if _, err := io.WriteString(w, "x"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	d := read(t, b.Bytes(), document.Input{Type: "application/x-tar"})
	if d.Err != nil || len(d.Members) != 1 || len(d.Notes) != 4 || d.Members[0].Path != "../up" {
		t.Errorf("%d members, %v, %v", len(d.Members), d.Notes, d.Err)
	}
}

func TestWARC(t *testing.T) {
	answer := "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=ISO-8859-1\r\n\r\n<p>hello"
	record := func(kind, body string) string {
		return fmt.Sprintf("WARC/1.0\r\nWARC-Type: %s\r\nWARC-Target-URI: http://example.org/a\r\nWARC-Date: 2020-01-02T03:04:05Z\r\nContent-Type: application/http;msgtype=x\r\nContent-Length: %d\r\n\r\n%s\r\n\r\n", kind, len(body), body)
	}
	d := read(t, []byte(record("request", "GET / HTTP/1.1\r\n\r\n")+record("response", answer)+"junk"), document.Input{})
	if d.Err != nil || len(d.Members) != 1 || string(d.Members[0].Bytes) != "<p>hello" || d.Members[0].Type != "text/html" || d.Members[0].Charset != "iso-8859-1" || d.Members[0].Path != "http://example.org/a" {
		t.Errorf("%v, %v", d.Members, d.Err)
	}
	if len(d.Gaps) != 1 || len(d.Notes) != 1 {
		t.Errorf("%v, %v", d.Gaps, d.Notes)
	}
}

func TestSigned(t *testing.T) {
	// SignedData by hand: once with lengths, once with end marks and in parts.
	der := func(tag byte, parts ...string) string {
		body := strings.Join(parts, "")
		return string([]byte{tag, byte(len(body))}) + body
	}
	id := "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07"
	head := der(2, "\x01") + der(0x31)
	definite := der(0x30, id+"\x02", der(0xa0, der(0x30, head, der(0x30, id+"\x01", der(0xa0, der(4, first))))))
	open := "\x30\x80" + id + "\x02\xa0\x80\x30\x80" + head + "\x30\x80" + id + "\x01\xa0\x80\x24\x80" + der(4, first[:5]) + der(4, first[5:]) + strings.Repeat("\x00\x00", 6)
	for _, data := range []string{definite, open} {
		d := read(t, []byte(data), document.Input{Name: "a.txt.p7m", Type: "application/pkcs7-mime"})
		if d.Err != nil || len(d.Gaps) > 0 || len(d.Members) != 1 || string(d.Members[0].Bytes) != first || d.Members[0].Path != "a.txt" {
			t.Errorf("%v, %v, %v", d.Members, d.Gaps, d.Err)
		}
	}
	alone := der(0x30, id+"\x02", der(0xa0, der(0x30, head, der(0x30, id+"\x01"))))
	var refusal *document.Refusal
	if d := read(t, []byte(alone), document.Input{Type: "application/pkcs7-mime"}); !errors.As(d.Err, &refusal) {
		t.Errorf("a signature alone: %v", d.Err)
	}
}

func TestStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := documenttest.Read(ctx, pack.Reader{}, zipOf(t, zip.Store, entry{"a", "x"}), document.Input{Type: "application/zip"})
	if !errors.Is(d.Err, context.Canceled) {
		t.Errorf("got %v", d.Err)
	}
}

// TestPrefixes cuts each fixture at many places, and changes bytes of it: all end
// in files, gaps or an error.
func TestPrefixes(t *testing.T) {
	entries, err := filepath.Glob("testdata/*.*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range entries {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		k, err := kind.Detect(bytes.NewReader(data), int64(len(data)), path)
		if err != nil {
			t.Fatal(err)
		}
		step := max(1, len(data)/60)
		for i := 0; i < len(data); i += step {
			bad := bytes.Clone(data)
			bad[i] ^= 0xff
			for _, b := range [][]byte{data[:i], bad} {
				d := read(t, b, document.Input{Type: k.Type})
				if d.Err == nil && len(d.Members) == 0 && len(d.Gaps) == 0 && len(b) > 32 && !strings.HasSuffix(path, ".br") && !strings.HasSuffix(path, ".zip") && !strings.HasSuffix(path, ".tar") {
					t.Errorf("%s cut or changed at %d: nothing is said", path, i)
				}
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	entries, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range entries {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if strings.Contains(path, "aes.7z") || strings.Contains(path, "hidden.7z") || len(data) > 8<<10 {
			continue // half a second of key derivation, or large
		}
		k, err := kind.Detect(bytes.NewReader(data), int64(len(data)), path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(k.Type, data)
	}
	f.Add("application/pkcs7-mime", []byte("\x30\x80\x06\x01\x00\xa0\x80"))
	f.Add("application/warc", []byte("WARC/1.0\r\nContent-Length: 1\r\n\r\nx"))
	f.Fuzz(func(t *testing.T, mediaType string, data []byte) {
		read(t, data, document.Input{Type: mediaType, Limits: document.Limits{Unpacked: 8 << 20}})
	})
}

// What is whole and packed in a way that is not read is not called damaged.
func TestUnread(t *testing.T) {
	lzma := append([]byte{0x5d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0}, make([]byte, 64)...)
	lzip := append([]byte("LZIP\x01\x1d"), make([]byte, 64)...)
	for kind, data := range map[string][]byte{"application/x-lzma": lzma, "application/x-lzip": lzip} {
		d := read(t, data, document.Input{Type: kind})
		var refusal *document.Refusal
		if !errors.As(d.Err, &refusal) || refusal.Code != document.Unknown || !strings.HasPrefix(refusal.Reason, "it is packed in a way that is not read") {
			t.Errorf("%s: %v", kind, d.Err)
		}
	}
}

// Of an archive of a million files as many are read as a document may hold, and the
// rest is said.
func TestMillion(t *testing.T) {
	d := read(t, many(1_000_000), document.Input{Type: "application/zip", Limits: document.Limits{Members: 1000}})
	if d.Err != nil || len(d.Members) != 1000 || len(d.Gaps) != 1 || d.Gaps[0].Reason != "the archive holds more than the 1000 files that are read" {
		t.Errorf("%d files, %v, %v", len(d.Members), d.Gaps, d.Err)
	}
}

// many is a ZIP archive of n empty files, more than its old end can count
// (APPNOTE.TXT 4.3.14).
func many(n int) []byte {
	put := binary.LittleEndian
	fields := append([]byte{45, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x58}, make([]byte, 12)...) // version, flags, method, time, date, sum, sizes
	var local, central []byte
	for i := range n {
		central = append(append(append(central, "PK\x01\x02\x2d\x00"...), fields...), 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
		central = put.AppendUint32(central, uint32(len(local)))
		central = fmt.Appendf(central, "%07d", i)
		local = append(append(append(local, "PK\x03\x04"...), fields...), 7, 0, 0, 0)
		local = fmt.Appendf(local, "%07d", i)
	}
	end := append([]byte("PK\x06\x06"), 44, 0, 0, 0, 0, 0, 0, 0, 45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	for _, v := range []int{n, n, len(central), len(local)} {
		end = put.AppendUint64(end, uint64(v))
	}
	end = append(end, "PK\x06\x07\x00\x00\x00\x00"...)
	end = put.AppendUint32(put.AppendUint64(end, uint64(len(local)+len(central))), 1)
	end = append(end, "PK\x05\x06\x00\x00\x00\x00"...)
	end = append(append(end, bytes.Repeat([]byte{0xff}, 12)...), 0, 0)
	return slices.Concat(local, central, end)
}
