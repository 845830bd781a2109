package open_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/xuri/excelize/v2"

	"overt"
	"overt/extract"
	"overt/extract/open"
)

func source(name string, b []byte) extract.Source {
	return extract.Source{Name: name, Size: int64(len(b)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(b)), nil
	}}
}

func gz(t *testing.T, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zipped(t *testing.T, pairs ...any) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := 0; i < len(pairs); i += 2 {
		f, err := w.Create(pairs[i].(string))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Fprintf(f, "%s", pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func tarred(t *testing.T, pairs ...any) []byte {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	for i := 0; i < len(pairs); i += 2 {
		b := pairs[i+1].([]byte)
		if err := w.WriteHeader(&tar.Header{Name: pairs[i].(string), Typeflag: tar.TypeReg, Size: int64(len(b)), Mode: 0o600}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func workbook(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range [][]any{{"id", "name"}, {1, "Ada"}, {2, "Bob"}} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// count gives the parts as "name table format rows".
func count(t *testing.T, parts []extract.Part) (out []string) {
	t.Helper()
	for _, p := range parts {
		n, last := 0, ""
		for _, err := range p.Reader.Records(t.Context(), "") {
			if err != nil {
				last = " " + err.Error()
				continue
			}
			n++
		}
		i := p.Reader.Info()
		out = append(out, fmt.Sprintf("%s %s %s %d%s", p.Name, i.Table, i.Format, n, last))
	}
	return out
}

func TestOpen(t *testing.T) {
	table := []byte("id,name\n1,Ada\n2,Bob\n")
	lines := []byte("{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n")
	enc, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	nested := zipped(t, "b.json", `[{"x":1}]`, "a.csv.gz", gz(t, table))
	tests := []struct {
		name string
		in   []byte
		opts open.Options
		want []string
		err  string
	}{
		{name: "t.csv", in: table, want: []string{"  csv 2"}},
		{name: "t.csv.gz", in: gz(t, table), want: []string{"  csv 2"}},
		{name: "t.zst", in: enc.EncodeAll(lines, nil), want: []string{"  jsonl 3"}},
		{name: "t.zip", in: zipped(t, "z.csv", table, "in.zip", nested, "book.xlsx", workbook(t), "read.me", "Some words."), want: []string{
			"book.xlsx book.xlsx!Sheet1 xlsx 2", "in.zip!a.csv.gz in.zip!a.csv.gz csv 2", "in.zip!b.json in.zip!b.json json 1",
			"read.me read.me binary 0 t.zip!read.me: plain text; import takes tables and records; overt ingest reads documents", "z.csv z.csv csv 2"}},
		{name: "t.csv.bz2", in: []byte("\x42\x5a\x68\x39\x31\x41\x59\x26\x53\x59\x21\xf9\x7e\x94\x00\x00\x08\x5d\x00\x00\x10\x00\x04\x30\x00\x30\x00\x36\x23\xa0\x00\x31\x00\x00\x08\x86\x99\xa0\x69\x22\x19\xe5\xd0\x27\xb0\xe5\x91\x70\x74\x5d\xc9\x14\xe1\x42\x40\x87\xe5\xfa\x50"), want: []string{"  csv 2"}},
		{name: "t.csv.xz", in: []byte("\xfd\x37\x7a\x58\x5a\x00\x00\x04\xe6\xd6\xb4\x46\x02\x00\x21\x01\x16\x00\x00\x00\x74\x2f\xe5\xa3\x01\x00\x13\x69\x64\x2c\x6e\x61\x6d\x65\x0a\x31\x2c\x41\x64\x61\x0a\x32\x2c\x42\x6f\x62\x0a\x00\x3e\xe4\x82\x48\xac\x20\x4a\x6b\x00\x01\x2c\x14\xf8\x0a\x6d\x03\x1f\xb6\xf3\x7d\x01\x00\x00\x00\x00\x04\x59\x5a"), want: []string{"  csv 2"}},
		{name: "t.tar.gz", in: gz(t, tarred(t, "dir/z.csv", table, "a.jsonl", lines, "in.zip", nested)), want: []string{
			"a.jsonl a.jsonl jsonl 3", "dir/z.csv dir/z.csv csv 2", "in.zip!a.csv.gz in.zip!a.csv.gz csv 2", "in.zip!b.json in.zip!b.json json 1"}},
		{name: "cut.tar", in: tarred(t, "a.csv", table, "b.csv", bytes.Repeat([]byte("1,2\n"), 500))[:2200], want: []string{

			"(the rest) (the rest) binary 0 cut.tar!(the rest): the archive breaks off after 2 members: unexpected EOF",
			"a.csv a.csv csv 2", "b.csv b.csv csv 165 cut.tar!b.csv: the stream broke after row 166: unexpected EOF"}},
		{name: "joined.json", in: []byte(`{"a":1}{"a":2} {"a":3}`), want: []string{"  jsonl 3"}},
		{name: "spread.json", in: []byte("{\n \"a\": 1\n}\n{\n \"a\": 2\n}\n"), want: []string{"  jsonl 2"}},
		{name: "t.xlsx", in: workbook(t), want: []string{" Sheet1 xlsx 2"}},
		{name: "t.xlsx.gz", in: gz(t, workbook(t)), want: []string{" Sheet1 xlsx 2"}},
		{name: "t.xml", in: []byte("<a><b/></a>"), want: []string{"  xml 1"}},
		{name: "empty.json", in: nil, want: []string{"  empty 0"}},
		{name: "names.csv", in: []byte("name\nAda\nBob\n"), want: []string{"  csv 2"}},
		{name: "one.jsonl", in: []byte("{\"a\":1}"), want: []string{"  jsonl 1"}},
		{name: "text as csv", in: []byte("Ada\nBob\n"), opts: open.Options{Format: "csv", HeaderRow: -1}, want: []string{"  csv 2"}},
		{name: "forced tab", in: []byte("a,b\tc\n1,2\t3\n"), opts: open.Options{Format: "tsv"}, want: []string{"  tsv 1"}},
		{name: "d.pdf", in: []byte("%PDF-1.7\n1 0 obj"), err: "a PDF document; import takes tables and records; overt ingest reads documents"},
		{name: "d.csv", in: []byte("%PDF-1.7\n"), opts: open.Options{Format: "csv"}, err: "the source is a PDF document and cannot be read as csv"},
		{name: "d.html", in: []byte("<!DOCTYPE html><html><body>x"), err: "an HTML page"},
		{name: "d.db", in: []byte("SQLite format 3\x00...."), err: "the SQLite database is damaged or cut off"},
		{name: "d.bin", in: []byte("\x00\x01\x02\x03\x04\x05"), err: "binary data of no known kind"},
		{name: "d.docx", in: zipped(t, "[Content_Types].xml", "<Types/>", "word/document.xml", "<w/>"), err: "a Word document"},
		{name: "e.zip", in: zipped(t, "read.me", "Some words."), err: "plain text"},
		{name: "deep.gz", in: gz(t, gz(t, gz(t, gz(t, gz(t, table))))), err: "more than 4 containers"},
		{name: "x", in: table, opts: open.Options{Format: "dbase"}, err: `no reader for format "dbase"`},
		{name: "x", in: table, opts: open.Options{Encoding: "klingon"}, err: `no encoding is named "klingon"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			parts, err := open.Open(t.Context(), source(tt.name, tt.in), tt.opts)
			if tt.err != "" {
				if err == nil || !strings.Contains(err.Error(), tt.err) || overt.CodeOf(err) != overt.Invalid {
					t.Errorf("got %v, want %q", err, tt.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, count(t, parts)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestCutGzip(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,name\n")
	for i := range 50_000 {
		fmt.Fprintf(&b, "%d,name %x\n", i, i*7919)
	}
	whole := gz(t, []byte(b.String()))
	parts, err := open.Open(t.Context(), source("t.csv.gz", whole[:len(whole)/2]), open.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rows, last := int64(1), error(nil)
	for rec, err := range parts[0].Reader.Records(t.Context(), "") {
		if err != nil {
			last = err
			continue
		}
		if rows++; rec.At().Row != rows || rec.Cells("name")[0].Text != fmt.Sprintf("name %x", (rows-2)*7919) {
			t.Fatalf("row %d is %+v", rows, rec.Cells("name"))
		}
	}
	if rows < 1000 || !errors.Is(last, io.ErrUnexpectedEOF) || !strings.Contains(last.Error(), fmt.Sprintf("after row %d", rows)) {
		t.Errorf("%d rows, then %v", rows, last)
	}
}

func TestMissingFile(t *testing.T) {
	if _, err := open.Open(t.Context(), open.File("testdata/none.csv"), open.Options{}); overt.CodeOf(err) != overt.NotFound {
		t.Errorf("got %v", err)
	}
}

// TestFetch wants every cell of random tables and trees back by its locator.
func TestFetch(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	words := []string{"x", "Müller", "a,b", "\"q\"", "two\nlines", "", "1e400", "0012"}
	for n := range 40 {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		var doc []string
		if err := w.Write([]string{"a", "b", "a"}); err != nil {
			t.Fatal(err)
		}
		for range 1 + rnd.IntN(20) {
			row := []string{words[rnd.IntN(len(words))], words[rnd.IntN(len(words))], "z"}
			if err := w.Write(row); err != nil {
				t.Fatal(err)
			}
			doc = append(doc, fmt.Sprintf(`{"a":%q,"b":[%q,{"c":%d}]}`, row[0], row[1], rnd.IntN(9)))
		}
		w.Flush()
		var src extract.Source
		switch n % 3 {
		case 0:
			src = source("t.csv", b.Bytes())
		case 1:
			src = source("t.zip", zipped(t, "t.csv", b.Bytes(), "in.zip", zipped(t, "t.csv", b.Bytes()), "t.xlsx", workbook(t),
				"t.json", "["+strings.Join(doc, ",")+"]", "t.jsonl", strings.Join(doc, "\n")+"\n{}\n"))
		case 2:
			src = source("t.jsonl.gz", gz(t, []byte(strings.Join(doc, "\n")+"\n{}\n")))
		}
		checkFetch(t, src, open.Options{})
	}
}

func checkFetch(t *testing.T, src extract.Source, opts open.Options) {
	t.Helper()
	parts, err := open.Open(t.Context(), src, opts)
	if err != nil {
		t.Fatal(err)
	}
	var ats []overt.Locator
	var want []string
	for _, p := range parts {
		for rec, err := range p.Reader.Records(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range rec.Columns() {
				for _, cell := range rec.Cells(c) {
					ats, want = append(ats, cell.At), append(want, cell.Quote())
				}
			}
		}
	}
	if len(ats) == 0 {
		t.Fatal("no cells")
	}
	got, err := open.FetchAll(t.Context(), src, opts, ats)
	if err != nil {
		t.Fatal(err)
	}
	for i := range ats {
		if got[i] != want[i] {
			t.Fatalf("%v: got %q, want %q", ats[i], got[i], want[i])
		}
	}
	for _, i := range []int{0, len(ats) / 2, len(ats) - 1} {
		if one, err := open.Fetch(t.Context(), src, opts, ats[i]); err != nil || one != want[i] {
			t.Fatalf("%v: got %q, %v", ats[i], one, err)
		}
	}
}

func TestFetchNowhere(t *testing.T) {
	src := source("t.csv", []byte("a,b\n1,2\n3\n"))
	for at, want := range map[overt.Locator]overt.Code{
		{Row: 9, Column: "a"}:             overt.NotFound,
		{Row: 2, Column: "c"}:             overt.NotFound,
		{Row: 3, Column: "b"}:             overt.NotFound,
		{Row: 1, Column: "a"}:             overt.NotFound,
		{Row: 2, Column: "a", Table: "x"}: overt.NotFound,
		{Pointer: "/a"}:                   overt.NotFound,
		{Page: 1, Start: 2, End: 3}:       overt.Invalid,
	} {
		if _, err := open.Fetch(t.Context(), src, open.Options{}, at); overt.CodeOf(err) != want {
			t.Errorf("%v: got %v, want %s", at, err, want)
		}
	}
}
