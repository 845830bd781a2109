package sheet_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"overt/extract"
	"overt/extract/extracttest"
	"overt/extract/sheet"
	"overt/internal/archive"
)

func open(t *testing.T, b []byte, opts sheet.Options) []*sheet.Reader {
	t.Helper()
	rs, err := sheet.Open(t.Context(), "t.xlsx", &archive.Spool{ReaderAt: bytes.NewReader(b), Size: int64(len(b))}, opts)
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

func rows(t *testing.T, r extract.Reader) (lines []string, last error) {
	t.Helper()
	return extracttest.Dump(t.Context(), r, "", func(rec extract.Record) string {
		var cells []string
		for _, c := range rec.Columns() {
			cells = append(cells, rec.Cells(c)[0].Text)
		}
		return fmt.Sprintf("%d: %s", rec.At().Row, strings.Join(cells, "|"))
	})
}

// book writes a workbook with every kind of cell.
func book(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	style := func(code string) int {
		id, err := f.NewStyle(&excelize.Style{CustomNumFmt: &code})
		must(err)
		return id
	}
	must(f.SetSheetName("Sheet1", "Awards"))
	must(f.SetSheetRow("Awards", "A1", &[]any{"Name", "Sum", "Signed", "Period", "Period", "OK"}))
	must(f.MergeCell("Awards", "D1", "E1"))
	must(f.SetSheetRow("Awards", "A2", &[]any{"Ada", 236345105.88, time.Date(2021, 3, 4, 0, 0, 0, 0, time.UTC), 1e21, 0.00000125, true}))
	must(f.SetSheetRow("Awards", "A4", &[]any{"two\nlines", 0.1 + 0.2, 44259.5, nil, "x", false}))
	must(f.SetCellFormula("Awards", "D4", "B2*2"))
	must(f.SetCellRichText("Awards", "A5", []excelize.RichTextRun{{Text: "rich "}, {Text: "text"}}))
	must(f.SetCellValue("Awards", "B5", int64(12345678901234567)))
	must(f.SetCellStyle("Awards", "C2", "C2", style("dd\\.mm\\.yyyy;@")))
	must(f.SetCellStyle("Awards", "C4", "C4", style("yyyy-mm-dd hh:mm")))
	must(f.SetCellValue("Awards", "C5", 0.25))
	must(f.SetCellStyle("Awards", "C5", "C5", style("hh:mm:ss")))
	must(f.SetCellValue("Awards", "D5", 1.5))
	must(f.SetCellStyle("Awards", "D5", "D5", style("[h]:mm")))
	must(f.SetCellValue("Awards", "E5", 0.5))
	must(f.SetCellStyle("Awards", "E5", "E5", style("0.00%")))
	_, err := f.NewSheet("Hidden")
	must(err)
	must(f.SetSheetRow("Hidden", "A1", &[]any{"k", "v"}))
	must(f.SetSheetRow("Hidden", "A2", &[]any{"a", "_x0041_"}))
	must(f.SetSheetVisible("Hidden", false))
	_, err = f.NewSheet("Empty")
	must(err)
	var b bytes.Buffer
	must(f.Write(&b))
	return b.Bytes()
}

func TestRecords(t *testing.T) {
	rs := open(t, book(t), sheet.Options{})
	if len(rs) != 3 {
		t.Fatalf("%d sheets", len(rs))
	}
	got, err := rows(t, rs[0])
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"2: Ada|236345105.88|2021-03-04|1000000000000000000000|0.00000125|TRUE",
		"4: two\nlines|0.3|2021-03-04T12:00:00||x|FALSE",
		"5: rich text|12345678901234567|06:00:00|36:00:00|0.5|",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	info := rs[0].Info()
	if d := cmp.Diff([]string{"Name", "Sum", "Signed", "Period", "#5", "OK"}, info.Header); d != "" {
		t.Error(d)
	}
	if info.Table != "Awards" || info.HeaderRow != 1 || info.Hidden {
		t.Errorf("info %+v", info)
	}
	hidden, err := rows(t, rs[1])
	if d := cmp.Diff([]string{"2: a|A"}, hidden); err != nil || d != "" || !rs[1].Info().Hidden {
		t.Errorf("hidden: %v %v %+v", d, err, rs[1].Info())
	}
	if got, err := rows(t, rs[2]); got != nil || err != nil {
		t.Errorf("empty sheet: %q, %v", got, err)
	}
}

func TestOptions(t *testing.T) {
	r := open(t, book(t), sheet.Options{HeaderRow: -1, Prefix: "m.xlsx"})[0]
	got, err := rows(t, r)
	if err != nil || len(got) != 4 || !strings.HasPrefix(got[0], "1: Name|Sum") || r.Info().Table != "m.xlsx!Awards" {
		t.Errorf("%q, %v, %q", got, err, r.Info().Table)
	}
}

func TestTitles(t *testing.T) {
	f := excelize.NewFile()
	for i, row := range [][]any{{"Register of contracts"}, {}, {nil, nil, "Contract", nil, "Money"},
		{"Ref", "Supplier", "Start", "End", "Value"}, {"C-1", "Ada", "2024", nil, 5}, {"C-2", "Bob", "2025", nil, 6}} {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	r := open(t, b.Bytes(), sheet.Options{})[0]
	got, err := rows(t, r)
	if d := cmp.Diff([]string{"5: C-1|Ada|2024||5", "6: C-2|Bob|2025||6"}, got); err != nil || d != "" {
		t.Error(err, d)
	}
	info := r.Info()
	if info.HeaderRow != 4 || len(info.Warnings) != 1 || info.Warnings[0].Count != 2 || info.Warnings[0].First[0].Row != 4 {
		t.Errorf("header on row %d, warnings %+v", info.HeaderRow, info.Warnings)
	}
}

// remake writes a workbook again with some parts changed.
func remake(t *testing.T, b []byte, change func(name string, body []byte) []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		rc, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(rc)
		if err != nil {
			t.Fatal(err)
		}
		if body = change(f.Name, body); body == nil {
			continue
		}
		fw, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := fw.Write(body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestDamaged(t *testing.T) {
	whole := book(t)
	const first = "xl/worksheets/sheet1.xml"
	tests := []struct {
		name, want string
		change     func(name string, body []byte) []byte
	}{
		{"sheet cut", "breaks off after row 2", func(n string, b []byte) []byte {
			if n == first {
				return b[:bytes.Index(b, []byte(`<row r="4"`))+30]
			}
			return b
		}},
		{"sheet missing", "no part", func(n string, b []byte) []byte {
			if n == first {
				return nil
			}
			return b
		}},
		{"string out of range", "points at shared string", func(n string, b []byte) []byte {
			if n == "xl/sharedStrings.xml" {
				return []byte("<sst/>")
			}
			return b
		}},
		{"value too long", "", func(n string, b []byte) []byte {
			if n == first {
				big := []byte(`<row r="9"><c r="A9" t="str"><v>` + strings.Repeat("x", 2000) + `</v></c></row><row r="10"><c r="A10" t="str"><v>y</v></c></row></sheetData>`)
				return bytes.Replace(b, []byte("</sheetData>"), big, 1)
			}
			return b
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := open(t, remake(t, whole, tt.change), sheet.Options{Limits: extract.Limits{Field: 1000}})[0]
			got, err := rows(t, r)
			if tt.want == "" {
				if err != nil || len(got) != 5 || got[3] != "! Awards, row 9: a value is too long" || !strings.HasPrefix(got[4], "10: y") {
					t.Errorf("%q, %v", got, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := sheet.Open(t.Context(), "t.xlsx", &archive.Spool{ReaderAt: strings.NewReader("no zip"), Size: 6}, sheet.Options{}); err == nil {
		t.Error("no workbook was opened")
	}
}
