package table_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"overt/extract"
	"overt/extract/table"
)

func source(s string) extract.Source {
	return extract.Source{Name: "t.csv", Open: func() (io.ReadCloser, error) {
		return io.NopCloser(strings.NewReader(s)), nil
	}}
}

// read gives the rows as "row: a|b|c" and the row errors as "row! reason".
func read(t *testing.T, src extract.Source, opts table.Options) (lines []string, info extract.Info, last error) {
	t.Helper()
	r, err := table.Open(t.Context(), src, opts)
	if err != nil {
		t.Fatal(err)
	}
	for rec, err := range r.Records(t.Context(), "") {
		var bad *extract.RowError
		if errors.As(err, &bad) {
			lines = append(lines, fmt.Sprintf("%d! %s", bad.Where.Row, bad.Reason))
			continue
		}
		if err != nil {
			last = err
			break
		}
		var cells []string
		for _, c := range rec.Columns() {
			for _, cell := range rec.Cells(c) {
				cells = append(cells, cell.Text)
			}
		}
		lines = append(lines, fmt.Sprintf("%d: %s", rec.At().Row, strings.Join(cells, "|")))
	}
	return lines, r.Info(), last
}

func TestRecords(t *testing.T) {
	tests := []struct {
		name   string
		in     string
		opts   table.Options
		header string
		want   []string
	}{
		{name: "plain", in: "name,sum\nAda,1\nBob,2\n", header: "name|sum", want: []string{"2: Ada|1", "3: Bob|2"}},
		{name: "titles above the header", in: "Spending of the city\nJanuary,,\n\nRef,Payee,Sum\n1,Ada,5\n2,Bob,6\n", header: "Ref|Payee|Sum",
			want: []string{"5: 1|Ada|5", "6: 2|Bob|6"}},
		{name: "no end of line", in: "name,sum\nAda,1", header: "name|sum", want: []string{"2: Ada|1"}},
		{name: "crlf and mark", in: "\xef\xbb\xbfname,sum\r\nAda,1\r\n", header: "name|sum", want: []string{"2: Ada|1"}},
		{name: "cr only", in: "name,sum\rAda,1\rBob,2", header: "name|sum", want: []string{"2: Ada|1", "3: Bob|2"}},
		{name: "quoted newline and quotes", in: "name,note\n\"A \"\"x\"\"\",\"two\nlines\"\nBob,b\n", header: "name|note",
			want: []string{"2: A \"x\"|two\nlines", "3: Bob|b"}},
		{name: "quoted crlf", in: "name,note\r\n\"A\",\"two\r\nlines\"\r\nBob,\"b\"\r\n", header: "name|note",
			want: []string{"2: A|two\r\nlines", "3: Bob|b"}},
		{name: "semicolon with decimal commas", in: "a;b;c\n1,5;2,5;3,5\n4,5;5,5;6,5\n", header: "a|b|c", want: []string{"2: 1,5|2,5|3,5", "3: 4,5|5,5|6,5"}},
		{name: "tab", in: "a\tb\n1\tx, y\n", header: "a|b", want: []string{"2: 1|x, y"}},
		{name: "pipe", in: "a|b\n1|x\n", header: "a|b", want: []string{"2: 1|x"}},
		{name: "caret", in: "a^b\n1^x\n", header: "a|b", want: []string{"2: 1|x"}},
		{name: "apostrophes as quotes", in: "name, duns\n'Amazon.com, Inc.', '884745530'\n'AT&T', '1'\n", header: "name|duns",
			want: []string{"2: Amazon.com, Inc.|884745530", "3: AT&T|1"}},
		{name: "apostrophes as letters", in: "name,city\nO'Hara,'s Hertogenbosch\nx,y\n", header: "name|city",
			want: []string{"2: O'Hara|'s Hertogenbosch", "3: x|y"}},
		{name: "blank lines count", in: "\nname,sum\n\nAda,1\n\r\n  \nBob,2\n", header: "name|sum", want: []string{"4: Ada|1", "7: Bob|2"}},
		{name: "too few", in: "a,b,c\n1,2\n1,2,3\n", header: "a|b|c", want: []string{"2: 1|2", "3: 1|2|3"}},
		{name: "too many", in: "a,b\n1,2,3\n1,2,,\n4,5\n", header: "a|b",
			want: []string{"2! the row has 3 values for 2 columns", "3: 1|2", "4: 4|5"}},
		{name: "names", in: "a, a ,,a\nx,y,z,w\n", header: "a|a (2)|#3|a (3)", want: []string{"2: x|y|z|w"}},
		{name: "no header", in: "36,\"AERO\",-0- \n173,\"ANGLO, LTD.\",-0- \n\x1a", header: "#1|#2|#3",
			want: []string{"1: 36|AERO|-0- ", "2: 173|ANGLO, LTD.|-0- "}},
		{name: "header named by the caller", in: "1,2\n3,4\n", opts: table.Options{Header: []string{"x", "y"}}, header: "x|y",
			want: []string{"1: 1|2", "2: 3|4"}},
		{name: "header named by the caller stands there too", in: "X,y\n3,4\n", opts: table.Options{Header: []string{"x", "y"}}, header: "x|y",
			want: []string{"2: 3|4"}},
		{name: "header further down", in: "Report 2024\nof the agency,\nname,sum\nAda,1\n", opts: table.Options{HeaderRow: 3, Delimiter: ","},
			header: "name|sum", want: []string{"4: Ada|1"}},
		{name: "header refused", in: "name,sum\nAda,1\n", opts: table.Options{HeaderRow: -1}, header: "#1|#2", want: []string{"1: name|sum", "2: Ada|1"}},
		{name: "years as names", in: "agency,2021,2022\nICE,5,6\nCBP,7,8\n", header: "agency|2021|2022", want: []string{"2: ICE|5|6", "3: CBP|7|8"}},
		{name: "stray quote in the middle", in: "a,b\n\"He said \"hello\" to me\",2\n3,4\n", header: "a|b",
			want: []string{"2: He said \"hello\" to me|2", "3: 3|4"}},
		{name: "text after a quote", in: "a,b\n\"Smith\" Jr,2\n3,4\n", header: "a|b", want: []string{"2: \"Smith\" Jr|2", "3: 3|4"}},
		{name: "quote inside a plain value", in: "a,b\n5\" pipe,2\n3,4\n", header: "a|b", want: []string{"2: 5\" pipe|2", "3: 3|4"}},
		{name: "never closed", in: "a,b\n1,\"x\n3,4\n5,6\n", header: "a|b",
			want: []string{"2! a quote is opened and never closed", "3: 3|4", "4: 5|6"}},
		{name: "never closed in a long table", in: "a,b\n1,\"x\n" + strings.Repeat("3,4\n", 300), opts: table.Options{Limits: extract.Limits{Field: 100}},
			header: "a|b", want: append([]string{"2! a quoted value is too long, or its quote is never closed"}, rows(300, 3, "3|4")...)},
		{name: "zero bytes", in: "a,b\nx\x00y,2\n", header: "a|b", want: []string{"2: xy|2"}},
		{name: "windows-1252", in: "a,b\nM\xfcller,\x93x\x94\n", header: "a|b", want: []string{"2: Müller|“x”"}},
		{name: "blanks before a quote", in: "a,b\n1, \"x, y\" \n", header: "a|b", want: []string{"2: 1|x, y"}},
		{name: "empty quotes", in: "a,b\n\"\",\"\"\"\"\n", header: "a|b", want: []string{"2: |\""}},
		{name: "one column", in: "name\nSmith\nJones, Ada\n\"x, y\"\nBrown\n", header: "name", want: []string{"2: Smith", "3: Jones, Ada", "4: x, y", "5: Brown"}},
		{name: "percent", in: "id%title%year\n1%a, b%2001\n2%c%2002\n", header: "id|title|year", want: []string{"2: 1|a, b|2001", "3: 2|c|2002"}},
		{name: "header only", in: "a,b,c\n", header: "a|b|c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, info, err := read(t, source(tt.in), tt.opts)
			if err != nil {
				t.Fatal(err)
			}
			if h := strings.Join(info.Header, "|"); h != tt.header {
				t.Errorf("header %q, want %q (%v)", h, tt.header, info.Notes)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func rows(n, first int, cells string) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("%d: %s", first+i, cells))
	}
	return out
}

func TestMixedEncodingLate(t *testing.T) {
	in := "name,city\n" + strings.Repeat("Zoë,Genève\n", 60_000) + "M\xfcller,Köln\n"
	got, info, err := read(t, source(in), table.Options{})
	if err != nil || len(got) != 60_001 {
		t.Fatalf("%d rows, %v", len(got), err)
	}
	if want := "60002: Müller|Köln"; got[60_000] != want {
		t.Errorf("got %q, want %q", got[60_000], want)
	}
	if len(info.Warnings) != 1 || info.Warnings[0].Code != "mixed_encoding" || info.Warnings[0].First[0].Row != 60_002 {
		t.Errorf("warnings %+v", info.Warnings)
	}
}

func TestBrokenStream(t *testing.T) {
	whole := "a,b\n1,2\n3,4\n5,\"6\n7\"\n"
	for cut, want := range map[int]string{len("a,b\n1,2\n3"): "after row 2", len(whole) - 3: "after row 3", 2: "after row 0"} {
		src := extract.Source{Name: "t.csv", Open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.MultiReader(strings.NewReader(whole[:cut]), iotest.ErrReader(io.ErrUnexpectedEOF))), nil
		}}
		_, _, err := read(t, src, table.Options{})
		if !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(err.Error(), want) {
			t.Errorf("cut at %d: %v, want %q", cut, err, want)
		}
	}
}

func TestLocator(t *testing.T) {
	r, err := table.Open(t.Context(), source("Name,,Name\nAda,1,x\n"), table.Options{Table: "m.csv"})
	if err != nil {
		t.Fatal(err)
	}
	for rec, err := range r.Records(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		c := rec.Cells("Name (2)")
		if len(c) != 1 || c[0].Text != "x" || c[0].At.String() != "m.csv, row 2, column Name (2)" {
			t.Errorf("got %+v", c)
		}
		if rec.Cells("none") != nil || rec.Cells("#4") != nil || rec.Each("Name") != nil || rec.Cells("#3")[0] != c[0] {
			t.Error("a column that is not there has cells, or one has no number")
		}
	}
	for _, err := range r.Records(t.Context(), "/x") {
		if err == nil {
			t.Error("a selector was taken")
		}
	}
}

func TestCancelled(t *testing.T) {
	r, err := table.Open(t.Context(), source("a,b\n1,2\n"), table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range r.Records(ctx, "") {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
}

// TestRandomTables writes tables with encoding/csv in several dialects and
// encodings and wants them back.
func TestRandomTables(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	words := []string{"", "x", "Müller", "a,b", "c;d", "\"q\"", "two\nlines", " blank ", "O'Hara", "\"", "tab\there", "é|à", "12.5", "2024-01-31", "''"}
	for n := range 200 {
		width := 2 + rnd.IntN(6)
		comma := []rune{',', ';', '\t', '|', '^'}[rnd.IntN(5)]
		var want [][]string
		for range 1 + rnd.IntN(30) {
			row := make([]string, width)
			for j := range row {
				row[j] = words[rnd.IntN(len(words))]
			}
			want = append(want, row)
		}
		head := make([]string, width)
		for j := range head {
			head[j] = fmt.Sprintf("col %c", 'a'+j)
		}
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Comma, w.UseCRLF = comma, false
		if err := errors.Join(w.Write(head), w.WriteAll(want)); err != nil {
			t.Fatal(err)
		}
		text, encoding := b.String(), ""
		var err error
		switch n % 4 {
		case 1:
			encoding = "windows-1252"
			text, err = charmap.Windows1252.NewEncoder().String(text)
		case 2:
			text, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
		case 3:
			text = "\xef\xbb\xbf" + text
		}
		if err != nil {
			t.Fatal(err)
		}
		r, err := table.Open(t.Context(), source(text), table.Options{Encoding: encoding, Delimiter: string(comma), HeaderRow: 1})
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		for rec, err := range r.Records(t.Context(), "") {
			if err != nil {
				t.Fatalf("table %d: %v\n%s", n, err, text)
			}
			for j, c := range head {
				if got := rec.Cells(c); len(got) != 1 || got[0].Text != want[i][j] {
					t.Fatalf("table %d row %d %s: got %q, want %q\n%s", n, i, c, got, want[i][j], b.String())
				}
			}
			i++
		}
		if i != len(want) {
			t.Fatalf("table %d: %d rows, want %d", n, i, len(want))
		}
	}
}

// TestCutOff tells a table that ends in the middle of a row.
func TestCutOff(t *testing.T) {
	for _, c := range []struct {
		name, in  string
		rows, bad int
		open      bool
	}{
		{"whole", "a,b,c\n1,2,3\n4,5,6\n", 2, 0, false},
		{"no line end", "a,b,c\n1,2,3\n4,5,6", 2, 0, true},
		{"cut between columns", "a,b,c\n1,2,3\n4,5", 1, 1, false},
		{"cut in the first column", "a,b,c\n1,2,3\n4", 1, 1, false},
		{"short rows are this table's way", "a,b,c\n1,2\n4,5", 2, 0, true},
		{"one short row", "a,b,c\n1,2", 1, 0, false},
		{"wide form", "a\tb\n1\t2\n3\t4\r\n", 2, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := table.Open(t.Context(), source(c.in), table.Options{HeaderRow: 1})
			if err != nil {
				t.Fatal(err)
			}
			rows, bad := 0, 0
			for _, err := range r.Records(t.Context(), "") {
				var row *extract.RowError
				switch {
				case errors.As(err, &row):
					if bad++; row.Where.Row != 3 || !strings.Contains(row.Reason, "cut off") {
						t.Errorf("%s: %s", row.Where, row.Reason)
					}
				case err != nil:
					t.Fatal(err)
				default:
					rows++
				}
			}
			open := strings.Contains(strings.Join(r.Info().Notes, " "), "no line end")
			if rows != c.rows || bad != c.bad || open != c.open || len(r.Info().Warnings) != 0 {
				t.Errorf("%d rows, %d bad, open %v, warnings %v", rows, bad, open, r.Info().Warnings)
			}
		})
	}
}
