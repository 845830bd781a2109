package records

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/extract"
	"overt/extract/open"
	"overt/internal/sandbox"
	"overt/internal/sharedtest"
)

// TestMain makes the test's program a worker.
func TestMain(m *testing.M) {
	kinds := Kinds()
	for name, words := range evil {
		kinds[name] = sandbox.Kind{Serve: func(c *sandbox.Conn) error {
			if _, err := c.Receive(); err != nil {
				return err
			}
			words(c)
			return c.Flush()
		}}
	}
	kinds["outlines"] = sandbox.Kind{Serve: outlines}
	kinds["probes"] = sandbox.Kind{Serve: probes}
	sandbox.Main(kinds)
	os.Exit(m.Run())
}

// pool gives workers that end with the test. Where the test program cannot be
// confined they are bare: what they say is the same.
func pool(t testing.TB, cfg sandbox.Config) *Pool {
	t.Helper()
	cfg.Bare = cfg.Bare || withCgo
	p := New(cfg)
	t.Cleanup(func() { _ = p.Close() })
	return p
}

// sought has something of each kind, with what is nowhere.
var sought = extract.Sought{
	Keys: []string{"a", "data", "nowhere"}, Top: []string{"a", "d", "nowhere"}, Elements: []string{"e", "nowhere"},
	Patterns: []string{"[a-z]+", "no{100}where"}, Fields: []string{"a", "b", "d", "nowhere"}, Paths: true, Declared: true,
}

// told writes down all that a part tells of itself, under some selectors.
func told(ctx context.Context, p extract.Part, selectors ...string) []string {
	var out []string
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	say("part %q, outline %v: %+v", p.Name, p.Outline != nil, p.Reader.Info())
	for _, s := range selectors {
		for rec, err := range p.Reader.Records(ctx, s) {
			var bad *extract.RowError
			if errors.As(err, &bad) {
				say("bad: %s | %q", bad, bad.Raw)
				continue
			}
			if err != nil {
				var e *overt.Error
				errors.As(err, &e)
				say("end: %v | %v", err, e != nil && errors.Is(err, &overt.Error{Code: e.Code}))
				continue
			}
			columns := rec.Columns()
			say("%v %q", rec.At(), columns)
			for _, c := range columns[:min(len(columns), 8)] { // of a large tree each one costs a walk
				say("  %q", rec.Cells(c))
				for _, in := range rec.Each(c)[:min(len(rec.Each(c)), 3)] {
					say("    %v %q", in.At(), in.Cells("../"+c))
				}
			}
			if c, ok := rec.(extract.Contenter); ok {
				say("  content %x", c.AppendContent(nil))
			}
			if j, ok := rec.(extract.JSONRecord); ok {
				say("  %s %q", j.JSON(""), j.Keys(""))
			}
		}
		say("after: %+v", p.Reader.Info())
	}
	if p.Outline != nil {
		o, err := p.Outline(ctx, sought)
		text, jerr := json.Marshal(o)
		say("outline: %s %v %v", text, err, jerr)
	}
	return out
}

// same wants a source to be told in a worker as it is here.
func same(t *testing.T, o open.Opener, src extract.Source, opts open.Options, selectors ...string) {
	t.Helper()
	var got [2][]string
	for i, by := range []open.Opener{open.Here{}, o} {
		parts, err := by.Open(t.Context(), src, opts)
		if err != nil {
			got[i] = append(got[i], fmt.Sprintf("open: %v | %s", err, overt.CodeOf(err)))
		}
		for _, p := range parts {
			got[i] = append(got[i], told(t.Context(), p, selectors...)...)
		}
	}
	if d := cmp.Diff(got[0], got[1]); d != "" {
		t.Errorf("%s: here (-) and in a worker (+):\n%s", src.Name, d[:min(len(d), 4000)])
	}
}

func source(name string, b []byte) extract.Source {
	return extract.Source{Name: name, Size: int64(len(b)), Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}
}

func gz(t testing.TB, b []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write(b)
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// zipped packs names and contents.
func zipped(t testing.TB, list ...any) []byte {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := 0; i < len(list); i += 2 {
		f, err := w.Create(list[i].(string))
		if err == nil {
			_, err = f.Write(list[i+1].([]byte))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func tarred(t testing.TB, name string, b []byte) []byte {
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(b))})
	if err == nil {
		_, err = w.Write(b)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func file(t testing.TB, path string) []byte {
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestSame: every format, also packed, damaged and refused, is told by a worker
// as it is told here: records, places, warnings, errors, bytes.
func TestSame(t *testing.T) {
	o := pool(t, sandbox.Config{}).Opener("test")
	var wide strings.Builder
	wide.WriteString("id,name,note\n")
	for i := range 20_000 {
		fmt.Fprintf(&wide, "%d,\"N%d, Ü\",%s\n", i, i, strings.Repeat("x", i%40))
	}
	csv := []byte("a,b\n1,\"x\n2\ny\"\n3,4,5\n6\n\xff,\xfe\n7,8")
	three := file(t, "../dbf/testdata/three.dbf")
	for _, c := range []struct {
		src       extract.Source
		opts      open.Options
		selectors []string
	}{
		{src: source("w.csv", []byte(wide.String()))},
		{src: source("bad.csv", csv)}, {src: source("bad.csv.gz", gz(t, csv))}, {src: source("cut.csv.gz", gz(t, []byte(wide.String()))[:4000])},
		{src: source("latin.csv", []byte("n\xe4me;x\nM\xfcller;1\n"))}, {src: source("empty.csv", nil)}, {src: source("one.csv", []byte("x\n"))},
		{src: source("h.csv", []byte("1,2\n3,4\n")), opts: open.Options{Header: []string{"p", "q"}, Delimiter: ",", Format: "csv"}},
		{src: source("a.json", []byte(`{"d":[{"a":1,"b":[null,true,"x",{"c":"ä"}]},{"a":1e400,"a":2}],"n":{}}`)), selectors: []string{"", "/d/*", "/d", "/none"}},
		{src: source("a.jsonl", []byte("{\"a\":1}\n{\"a\":\n[1,2]\n\"x\"\n"))},
		{src: source("a.xml", []byte(`<r xmlns:p="u"> t <e i="1" p:i="2"> x <f> y </f> <f>z</f></e><e/><p:e>ä</p:e>  </r>`)), selectors: []string{"", "/r/e", "/r"}},
		{src: source("cut.xml", []byte(`<r><e>1</e><e>2</e><e>`)), selectors: []string{"/r/e"}},
		{src: source("y.yml", []byte("a: &x [1, {b: 2}]\nc: *x\nd: !!binary aGk=\n")), selectors: []string{"", "/c"}},
		{src: source("z.zone", []byte("$ORIGIN example.org.\n$TTL 1h\n@ SOA ns root 1 2 3 4 5\nWWW A 192.0.2.1\n TXT \"a\" \"\\195\\169\"\n"))},
		{src: source("letter.pdf", []byte("%PDF-1.4\n"))}, {src: source("x.bin", []byte{0, 1, 2, 3})}, {src: source("limit.csv", []byte("a\n"+strings.Repeat("y", 5000)+"\nz\n")), opts: open.Options{Limits: extract.Limits{Field: 100, Row: 200}}},
		{src: open.File("../dbf/testdata/three.dbf")}, {src: open.File("../dbf/testdata/fox.dbf")}, {src: open.File("none.csv")},
		{src: source("nested.zip", zipped(t, "a.csv", csv, "in.tar", tarred(t, "d/t.json", []byte(`[{"a":1}]`)), "D/Three.DBF", three, "d/three.dbt", file(t, "../dbf/testdata/three.dbt"), "no.pdf", []byte("%PDF-1.4\n")))},
		{src: source("har.json", []byte(`{"log":{"creator":{},"entries":[{"request":{"url":"http://x/?key=s"},"response":{"content":{"text":"[{\"a\":1}]"}}}]}}`))},
		{src: open.File("../sheet/testdata/book.ods")}, {src: open.File("../parquet/testdata/snappy.parquet")}, {src: open.File("../parquet/testdata/nested.parquet")},
		{src: source("wrong.csv", csv), opts: open.Options{Format: "xlsx"}}, {src: source("wrong.csv", csv), opts: open.Options{Format: "what"}},
	} {
		if c.selectors == nil {
			c.selectors = []string{"", "/x"}
		}
		same(t, o, c.src, c.opts, c.selectors...)
	}
}

// TestSameReal reads the files of the shared data that are small enough both
// here and in a worker.
func TestSameReal(t *testing.T) {
	dir := sharedtest.Path(t)
	p := pool(t, sandbox.Config{})
	most, n := int64(60<<10), 0
	if testing.Short() {
		most = 20 << 10
	}
	o := p.Opener("real")
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err != nil || info.Size() > most || strings.Contains(path, "documents") {
			return err
		}
		n++
		same(t, o, open.File(path), open.Options{}, "", "/*/*")
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files", n)
}
