package extract_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/extract"
)

func wide(s string) string {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func utf32(s string, big bool) string {
	var b []byte
	for _, r := range s {
		if big {
			b = append(b, 0, 0, byte(r>>8), byte(r))
		} else {
			b = append(b, byte(r), byte(r>>8), 0, 0)
		}
	}
	return string(b)
}

func TestSniff(t *testing.T) {
	tests := []struct {
		in   string
		want extract.Format
	}{
		{"", extract.Empty},
		{"a,b,c\n1,2,3\n", extract.CSV},
		{"a\tb\n1\t2\n", extract.TSV},
		{"a;b\n1;2\n", extract.CSV},
		{"\xef\xbb\xbfa,b\n1,2\n", extract.CSV},
		{wide("a,b\n1,2\n3,4\n"), extract.CSV},
		{"\xff\xfe" + wide("{\"a\":1}"), extract.JSON},
		{`{"a":[1,2]}`, extract.JSON},
		{"[1,\n2]", extract.JSON},
		{"[{\"a\":1},\n{\"a\":2}]", extract.JSON},
		{"{\"a\":\"}\\\"\"}\n{\"a\":2}\n", extract.JSONL},
		{`{"a":1}{"a":2}`, extract.JSONL},
		{"{\n \"a\": 1\n}\n{\n \"a\": 2\n}\n", extract.JSONL},
		{"{\"a\":1} and more", extract.Text},
		{utf32(`{"a":1}`, false), extract.JSON},
		{"\xff\xfe\x00\x00" + utf32("a,b,c\n1,2,3\n", false), extract.CSV},
		{"\x00\x00\xfe\xff" + utf32("<a/>", true), extract.XML},
		{"; a zone\n$ORIGIN example.org.\n@ SOA ns root 1 2 3 4 5\n", extract.Zone},
		{"com.\t900\tin\tsoa\ta.ns.net. root.ns.net. 1 1800 900 604800 86400\n", extract.Zone},
		{"@ IN 1h SOA ns root (\n 1 2 3 4 5 )\n", extract.Zone},
		{"name,SOA x,y\na,b,c\n", extract.CSV},
		{"---\na: 1\nb:\n- x\n- y\n", extract.YAML},
		{"%YAML 1.2\n---\n\"a b\": {c: d}\n", extract.YAML},
		{"---\ntitle: a page\n---\nDear reader,\nhere is\n- a list\nand more.\n", extract.Text},
		{"name: Ada\nage: 3\n", extract.Text},
		{"\x03\x18\x05\x01" + "\x01\x00\x00\x00" + "\x41\x00" + "\x05\x00" + strings.Repeat("\x00", 20) + "NAME\x00\x00\x00\x00\x00\x00\x00C" + strings.Repeat("\x00", 20) + "\r", extract.DBF},
		{`{"a":` + strings.Repeat("[", 100), extract.JSON},
		{"[section]\nkey = value\n", extract.Text},
		{"{not json}\n", extract.Text},
		{"<?xml version='1.0'?><a/>", extract.XML},
		{"<NOTICE>\n<P>text</P></NOTICE>", extract.XML},
		{"<!-- c --><!DOCTYPE feed><feed/>", extract.XML},
		{"<!doctype HTML><p>", extract.HTML},
		{"<?xml version='1.0'?>\n<html xmlns='x'>", extract.HTML},
		{"<Table><tr>", extract.HTML},
		{"%PDF-1.4", extract.PDF},
		{"\x1f\x8b\x08", extract.GZIP},
		{"\x28\xb5\x2f\xfd", extract.ZSTD},
		{"PK\x03\x04" + strings.Repeat("\x00", 22) + "\x08\x00\x00\x00mimetypeapplication/vnd.oasis.opendocument.spreadsheet", extract.ODS},
		{"PK\x03\x04 [Content_Types].xml xl/workbook.xml", extract.XLSX},
		{"PK\x03\x04 a.csv", extract.ZIP},
		{"SQLite format 3\x00", extract.SQLite},
		{"PAR1\x15", extract.Parquet},
		{"\x00\x01\x02\x03\x04\x05\x06\x07", extract.Binary},
		{"Dear Sir,\nwe write to you, as agreed, about the\ncontract.\n", extract.Text},
		{"Hello, world\n", extract.Text},
		{"# Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n", extract.Text},
		{"name\nAda\nBob\n", extract.Text},
	}
	for _, tt := range tests {
		if got := extract.Sniff([]byte(tt.in)); got != tt.want {
			t.Errorf("%.40q: got %s, want %s", tt.in, got, tt.want)
		}
	}
}

func TestGuessHeader(t *testing.T) {
	rows := func(s string) (out [][]string) {
		for line := range strings.SplitSeq(s, "/") {
			out = append(out, strings.Split(line, "|"))
		}
		return out
	}
	tests := []struct {
		in   string
		want bool
	}{
		{"name|sum/Ada|1/Bob|2", true},
		{"Ada|1/Bob|2", false},
		{"name|city/Ada|Rome/Bob|Oslo", true},
		{"Ada|Rome/Bob|Rome/Cy|Oslo", false},
		{"Ada|Rome/Bob|Oslo/Cy|Rome", false},
		{"id|2020|2021/a|5|6/b|7|8", true},
		{"x|2024-01-31/y|2024-02-28", false},
		{"x|12-FEB-2007/y|13-MAR-2007", false},
		{"name|sum/name|sum/Ada|1", true},
		{"1|2", true},
	}
	for _, tt := range tests {
		if got := extract.GuessHeader(rows(tt.in)); got.Present != tt.want {
			t.Errorf("%s: got %+v, want %v", tt.in, got, tt.want)
		}
	}
}

func TestTitles(t *testing.T) {
	tests := []struct {
		in   string
		want int
	}{
		{"Contracts/As of 31.01.2025/||Contract||Money/Ref|Supplier|Title|Start|Value/C-1|Ada|Desks|2024|5/C-2|Bob||2023|", 3},
		{"Spending of the city||/Ref|Payee|Sum/1|Ada|5", 1},
		{"Ref|Payee|Sum/1|Ada|5/2|Bob|6", 0},                               // the first record is the header
		{"Ref|Payee/1|Ada/2|Bob|late|addition|here/3|Cy", 0},               // a record too long among short ones
		{"Ref|Payee/1|Ada/2|Bob/a|longer|last|record", 0},                  // with nothing below it
		{"Ada||/Bob|12|2024-01-31/Cy|13|2024-02-28", 0},                    // records, no names
		{"Sums/Ada|Ada|Ada/x|y|z", 0},                                      // names differ
		{"Sums/Ref|Sum|Payee|Sum/1|5|Ada|6/2|7|Bob|8", 1},                  // but for one or the other
		{"Note/Town|Year/Rome|2020/Oslo|2021", 0},                          // two columns are too few to tell
		{strings.Repeat("note/", 30) + "Ref|Payee|Sum/1|Ada|5", 0},         // too far down
		{"A list/Ref|Payee|2020|2021/1|Ada|5|6/2|Bob|7|8", 1},              // years name columns
		{"Notes/one||/Left|Right|Middle/remark/another remark/and one", 0}, // text below, no table
	}
	for _, tt := range tests {
		var rows [][]string
		for line := range strings.SplitSeq(tt.in, "/") {
			rows = append(rows, strings.Split(strings.ReplaceAll(line, ".", "/"), "|"))
		}
		if got := extract.Titles(rows); got != tt.want {
			t.Errorf("%s: %d rows above the header, want %d", tt.in, got, tt.want)
		}
	}
}

func TestHeaderNames(t *testing.T) {
	got := extract.HeaderNames([]string{" a ", "a", "a (2)", "", "a", "#4"}, 7)
	if d := cmp.Diff([]string{"a", "a (2)", "a (2) (2)", "#4", "a (3)", "#4 (2)", "#7"}, got); d != "" {
		t.Error(d)
	}
	same := make([]string, 16384)
	if n := len(extract.HeaderNames(same, 0)); n != 16384 {
		t.Errorf("%d names", n)
	}
}

func TestRowError(t *testing.T) {
	err := fmt.Errorf("import: %w", &extract.RowError{Where: overt.Locator{Row: 3}, Reason: "the row is too long", Raw: "secret"})
	if overt.CodeOf(err) != overt.Invalid || strings.Contains(err.Error(), "secret") || !strings.Contains(err.Error(), "row 3: the row is too long") {
		t.Errorf("got %v, code %s", err, overt.CodeOf(err))
	}
	var row *extract.RowError
	if !errors.As(err, &row) {
		t.Error("lost its type")
	}
}

func TestTally(t *testing.T) {
	var tally extract.Tally
	for i := range 9 {
		tally.Add("x", "X.", overt.Locator{Row: int64(i)})
	}
	w := tally.Warnings()
	if len(w) != 1 || w[0].Count != 9 || len(w[0].First) != 5 {
		t.Errorf("got %+v", w)
	}
}

func FuzzSniff(f *testing.F) {
	for _, s := range []string{"", "a,b\n1,2", "'a','b'\r'c'", "{\"a\"", "<!--", "PK\x03\x04", "\xff\xfea\x00", "[\n[", "<?"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if got := extract.Sniff(in); got == "" || got.Describe() == "" {
			t.Fatalf("%q has no format", in)
		}
		if d := extract.DetectDialect(in); d.Columns < 1 || d.Score < 0 || d.Score > 1 {
			t.Fatalf("%q: %+v", in, d)
		}
	})
}
