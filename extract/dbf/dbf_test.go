package dbf_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/extract"
	"overt/extract/dbf"
	"overt/extract/extracttest"
	"overt/internal/archive"
)

func source(b []byte) extract.Source {
	return extract.Source{Name: "t.dbf", Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }}
}

func spool(b []byte) *archive.Spool {
	return &archive.Spool{ReaderAt: bytes.NewReader(b), Size: int64(len(b))}
}

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// dump gives each record as "row: column=text(raw) …" with long values cut.
func dump(ctx context.Context, r extract.Reader) (lines []string, last error) {
	return extracttest.Dump(ctx, r, "", func(rec extract.Record) string {
		line := fmt.Sprintf("%d:", rec.At().Row)
		for _, name := range rec.Columns() {
			for _, c := range rec.Cells(name) {
				text := c.Text
				if len(text) > 40 {
					text = fmt.Sprintf("%.14s… %d", text, len(text))
				}
				line += " " + name + "=" + text
				if c.Raw != "" {
					line += "(" + c.Raw + ")"
				}
			}
		}
		return line
	})
}

func warnings(r extract.Reader) string {
	var out []string
	for _, w := range r.Info().Warnings {
		out = append(out, fmt.Sprintf("%s %d at %s", w.Code, w.Count, w.First[0]))
	}
	return strings.Join(out, "; ")
}

// TestWritten reads tables that another program wrote.
func TestWritten(t *testing.T) {
	tests := []struct {
		name, memo, encoding, warnings string
		want                           []string
	}{
		{"three", ".dbt", "ibm850", "deleted 1 at row 2", []string{
			"1: NAME=Müller SUM=236345.88 OK=TRUE(T) DAY=2021-03-04(20210304) NOTE=A long remark.… 899",
			"3: NAME= SUM= OK= DAY= NOTE="}},
		{"three", "", "ibm850", "memo_missing 2 at row 1, column NOTE; deleted 1 at row 2", []string{
			"1: NAME=Müller SUM=236345.88 OK=TRUE(T) DAY=2021-03-04(20210304)",
			"3: NAME= SUM= OK= DAY="}},
		{"fox", ".fpt", "windows-1252", "deleted 1 at row 2", []string{
			"1: NAME=Müller SUM=-1.50 RATE=0.0625 OK=TRUE(T) DAY=2021-03-04(20210304) NOTE=Köln",
			"3: NAME=Ada SUM=7.00 RATE=2.0000 OK=FALSE(F) DAY= NOTE=A long remark.… 899"}},
		{"visual", ".fpt", "windows-1252", "deleted 1 at row 2", []string{
			"1: NAME=Müller PRICE=-12345.6789 RATIO=0.1 N=-7 AT=2021-03-04T05:06:07 OK=TRUE(T) DAY=1999-12-31(19991231) NOTE=Köln",
			"3: PRICE=922337203685477.5807 RATIO=1000000000000000000000 N=2147483646 AT= OK= DAY= NOTE=A long remark.… 899"}},
	}
	for _, tt := range tests {
		t.Run(tt.name+tt.memo, func(t *testing.T) {
			opts := dbf.Options{}
			if tt.memo != "" {
				opts.Memo, opts.MemoName = spool(file(t, tt.name+tt.memo)), tt.name+tt.memo
			}
			r, err := dbf.Open(t.Context(), source(file(t, tt.name+".dbf")), opts)
			if err != nil {
				t.Fatal(err)
			}
			got, err := dump(t.Context(), r)
			if d := cmp.Diff(tt.want, got); d != "" || err != nil {
				t.Errorf("%v %s", err, d)
			}
			if w := warnings(r); w != tt.warnings || r.Info().Encoding != tt.encoding {
				t.Errorf("warnings %q, encoding %q (%q)", w, r.Info().Encoding, r.Info().Notes)
			}
		})
	}
}

// column is a field of a table made by hand.
type column struct {
	name string
	kind byte
	size int
	dec  byte
}

// made writes a table by hand: version, language mark, fields, records.
func made(version, language byte, columns []column, records ...string) []byte {
	seven := version == 4 || version == 0x8c
	step, fixed := 32, 32
	if seven {
		step, fixed = 48, 68
	}
	size := 1
	b := make([]byte, fixed)
	for _, c := range columns {
		f := make([]byte, step)
		copy(f, c.name)
		at := 11
		if seven {
			f[32], f[33], f[34] = c.kind, byte(c.size), c.dec
		} else {
			f[at], f[16], f[17] = c.kind, byte(c.size), c.dec
		}
		b = append(b, f...)
		size += c.size
	}
	b = append(b, '\r')
	b[0], b[1], b[2], b[3], b[4], b[29] = version, 121, 3, 4, byte(len(records)), language
	b[8], b[9], b[10], b[11] = byte(len(b)), byte(len(b)>>8), byte(size), byte(size>>8)
	return append(b, strings.Join(records, "")+"\x1a"...)
}

func TestMade(t *testing.T) {
	tests := []struct {
		name     string
		in       []byte
		opts     dbf.Options
		want     []string
		warnings string
		err      string
	}{
		{"seven", made(4, 0, []column{{"N", 'I', 4, 0}, {"A", '+', 4, 0}, {"D", 'O', 8, 0}, {"D2", 'O', 8, 0}},
			" \x80\x00\x00\x05\x7f\xff\xff\xff\xbf\xf8\x00\x00\x00\x00\x00\x00\x40\x07\xff\xff\xff\xff\xff\xff"), dbf.Options{},
			[]string{"1: N=5 A=-1 D=1.5 D2=-1.5"}, "", ""},
		{"odd values", made(3, 0, []column{{"N", 'N', 3, 0}, {"L", 'L', 1, 0}, {"D", 'D', 8, 0}, {"G", 'G', 10, 0}},
			" ***?        "+strings.Repeat(" ", 10), "  1 x20210230          ", "  -2n20210228          "), dbf.Options{},
			[]string{"1: L= D=", "2: N=1", "3: N=-2 L=FALSE(n) D=2021-02-28(20210228)"},
			"overflow 1 at row 1, column N; unread_field 3 at row 1, column G; bad_value 2 at row 2, column L", ""},
		{"names twice", made(3, 0, []column{{"A", 'C', 1, 0}, {"A", 'C', 1, 0}}, " xy"), dbf.Options{}, []string{"1: A=x A (2)=y"}, "", ""},
		{"language mark", made(3, 0x65, []column{{"A", 'C', 2, 0}}, " \x80\x81"), dbf.Options{}, []string{"1: A=АБ"}, "", ""},
		{"page beside", made(3, 0x65, []column{{"A", 'C', 2, 0}}, " \xc3\xa9"), dbf.Options{Page: "UTF-8\r\n"}, []string{"1: A=é"}, "", ""},
		{"page by number", made(3, 0, []column{{"A", 'C', 1, 0}}, " \xb3"), dbf.Options{Page: "ISO 88592"}, []string{"1: A=ł"}, "", ""},
		{"page of many bytes", made(3, 0x4d, []column{{"A", 'C', 4, 0}}, " \xd6\xd0\xb9\xfa"), dbf.Options{}, []string{"1: A=中国"}, "", ""},
		{"the caller's encoding", made(3, 0x65, []column{{"A", 'C', 1, 0}}, " \x81"), dbf.Options{Encoding: "cp437"}, []string{"1: A=ü"}, "", ""},
		{"unknown page", made(3, 0, []column{{"A", 'C', 1, 0}}, " x"), dbf.Options{Page: "KLINGON"}, nil, "", "names no known encoding"},
		{"cut", made(3, 0, []column{{"A", 'C', 4, 0}}, " abcd", " efgh")[:74], dbf.Options{}, []string{"1: A=abcd"}, "", "breaks off after record 1 of 2"},
		{"header cut", made(3, 0, []column{{"A", 'C', 4, 0}}, " abcd")[:50], dbf.Options{}, nil, "", "it breaks off"},
		{"fields too wide", func() []byte {
			b := made(3, 0, []column{{"A", 'C', 4, 0}}, " abcd")
			b[10] = 3
			return b
		}(), dbf.Options{}, nil, "", "take more than the 3 bytes"},
		{"more records", append(made(3, 0, []column{{"A", 'C', 1, 0}}, " a"), 0)[:67], dbf.Options{}, []string{"1: A=a"}, "", ""},
		{"memo out of range", made(0x83, 0, []column{{"M", 'M', 10, 0}}, "          9"), dbf.Options{Memo: spool(make([]byte, 600)), MemoName: "t.dbt"},
			[]string{"1:"}, "memo_broken 1 at row 1, column M", ""},
		{"memo without header", made(0x83, 0, []column{{"M", 'M', 10, 0}}, "          9"), dbf.Options{Memo: spool(nil), MemoName: "t.dbt"}, nil, "", "breaks off in its header"},
		{"memo too long", made(0x83, 0, []column{{"M", 'M', 10, 0}}, "          1"),
			dbf.Options{Memo: spool(bytes.Repeat([]byte("x"), 4096)), MemoName: "t.dbt", Limits: extract.Limits{Field: 1000}},
			[]string{"! row 1: a value is too long"}, "", ""},
		{"memo of dBase IV", made(0x8b, 0, []column{{"M", 'M', 10, 0}}, "          1"),
			dbf.Options{Memo: spool(append(make([]byte, 512), "\xff\xff\x08\x00\x0b\x00\x00\x00abcdef"...)), MemoName: "t.dbt"}, []string{"1: M=abc"}, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := dbf.Open(t.Context(), source(tt.in), tt.opts)
			var got []string
			if err == nil {
				got, err = dump(t.Context(), r)
			}
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err) || overt.CodeOf(err) != overt.Invalid) {
				t.Fatalf("error %v, want %q", err, tt.err)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			if r != nil && warnings(r) != tt.warnings {
				t.Errorf("warnings %q, want %q", warnings(r), tt.warnings)
			}
		})
	}
}

func FuzzDBF(f *testing.F) {
	for _, name := range []string{"three", "fox", "visual"} {
		ending := map[string]string{"three": ".dbt"}[name]
		if ending == "" {
			ending = ".fpt"
		}
		f.Add(file(f, name+".dbf"), file(f, name+ending), ending)
	}
	f.Add(made(4, 0, []column{{"N", 'I', 4, 0}, {"D", 'O', 8, 0}}, " \x80\x00\x00\x05\xbf\xf8\x00\x00\x00\x00\x00\x00"), []byte(nil), "")
	f.Fuzz(func(t *testing.T, table, memo []byte, ending string) {
		opts := dbf.Options{Limits: extract.Limits{Field: 2000}}
		if len(memo) > 0 {
			opts.Memo, opts.MemoName = spool(memo), "t"+ending
		}
		r, err := dbf.Open(t.Context(), source(table), opts)
		if err != nil {
			return
		}
		first, _ := dump(t.Context(), r)
		again, _ := dump(t.Context(), r)
		if d := cmp.Diff(first, again); d != "" {
			t.Fatal(d)
		}
	})
}
