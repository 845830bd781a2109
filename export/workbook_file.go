package export

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"overt"
	"overt/internal/decimal"
)

// Limits of a worksheet. Source: Microsoft, Excel specifications and limits.
const (
	maxRows = 1_048_576 // the header included
	maxCell = 32_767    // UTF-16 units
	// exactDigits is how many digits survive in the binary numbers of a
	// spreadsheet; longer numbers are written as text.
	exactDigits = 15
)

// A cell is a text, or a number that needs no rounding.
type cell struct {
	value   string
	numeric bool
}

func text(s string) cell { return cell{value: s} }

// number is a numeric cell where the program that opens it keeps every digit.
func number(s string) cell {
	d, err := decimal.Parse(s)
	if err != nil {
		return text(s)
	}
	s, digits := d.String(), 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return cell{s, digits <= exactDigits}
}

// A book writes a workbook (Office Open XML, ECMA-376) with inline texts, which
// are never formulas. Rows wait in temporary files until all sheets are known.
type book struct {
	w      io.Writer
	dir    string
	limit  int // rows of a sheet, the header not counted
	sheets []bookSheet
	spills []*sheetRows
	cut    int // cells that were too long
}

type bookSheet struct {
	name   string
	header []string
	rows   *sheetRows
}

func newBook(w io.Writer, dir string) *book { return &book{w: w, dir: dir, limit: maxRows - 1} }

// sheetRows are the rows of one sheet behind its header, as XML.
type sheetRows struct {
	book *book
	f    *os.File
	w    *bufio.Writer
	n    int
}

func (b *book) rows() (*sheetRows, error) {
	f, err := os.CreateTemp(b.dir, "export-*.rows")
	if err != nil {
		return nil, overt.Errorf(overt.Unavailable, b.dir, "make a temporary file for the workbook: %w", err)
	}
	s := &sheetRows{book: b, f: f, w: bufio.NewWriterSize(f, 64<<10)}
	b.spills = append(b.spills, s)
	return s, nil
}

// close drops the temporary files.
func (b *book) close() {
	for _, s := range b.spills {
		_ = s.f.Close() // nothing of it is needed any more
		_ = os.Remove(s.f.Name())
	}
}

func (s *sheetRows) full() bool { return s.n >= s.book.limit }

func (s *sheetRows) add(row []cell) error {
	s.n++
	if err := s.book.writeRow(s.w, s.n+1, "", row); err != nil {
		return overt.Errorf(overt.Unavailable, s.f.Name(), "write a temporary file for the workbook: %w", err)
	}
	return nil
}

// table adds a sheet of few rows.
func (b *book) table(name string, header []string, rows [][]cell) error {
	s, err := b.rows()
	if err != nil {
		return err
	}
	for _, r := range rows {
		if err := s.add(r); err != nil {
			return err
		}
	}
	b.sheets = append(b.sheets, bookSheet{name, header, s})
	return nil
}

// literal protects what a reader of a workbook would take for an escaped
// character, as in "_x000D_" (ECMA-376, ST_Xstring).
func literal(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if s[i] == '_' && escape.MatchString(s[i:min(len(s), i+len("_x005F_"))]) {
			b.WriteString("_x005F")
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

var escape = regexp.MustCompile(`^_x[0-9A-Fa-f]{4}_$`)

func (b *book) writeRow(w io.Writer, number int, style string, row []cell) error {
	var out bytes.Buffer
	fmt.Fprintf(&out, `<row r="%d">`, number)
	for i, c := range row {
		at := columnName(i) + strconv.Itoa(number)
		switch {
		case c.value == "":
		case c.numeric:
			fmt.Fprintf(&out, `<c r="%s"%s><v>%s</v></c>`, at, style, c.value)
		default:
			fmt.Fprintf(&out, `<c r="%s"%s t="inlineStr"><is><t xml:space="preserve">`, at, style)
			if err := xml.EscapeText(&out, []byte(literal(b.fit(plain(c.value))))); err != nil {
				return err
			}
			out.WriteString(`</t></is></c>`)
		}
	}
	out.WriteString("</row>\n")
	_, err := w.Write(out.Bytes())
	return err
}

// fit cuts a text to what a cell holds.
func (b *book) fit(s string) string {
	if len(s) <= maxCell {
		return s
	}
	units := 0
	keep := 0 // bytes of the text that leave room for the mark
	for i, r := range s {
		if units <= maxCell-1 {
			keep = i
		}
		units += utf16.RuneLen(r)
	}
	if units <= maxCell {
		return s
	}
	b.cut++
	return s[:keep] + "…"
}

// columnName is "A" for 0, "AA" for 26.
func columnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

const (
	xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainNS  = `http://schemas.openxmlformats.org/spreadsheetml/2006/main`
	relNS   = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	packNS  = `http://schemas.openxmlformats.org/package/2006/`
	partFor = `application/vnd.openxmlformats-officedocument.spreadsheetml.`
)

// finish writes the archive. It has no times in it, so that equal contents are
// equal bytes.
func (b *book) finish() error {
	z := zip.NewWriter(b.w)
	for _, part := range b.parts() {
		w, err := z.Create(part.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(w, xmlHead+part.body); err != nil {
			return err
		}
	}
	for i, s := range b.sheets {
		w, err := z.Create(fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1))
		if err != nil {
			return err
		}
		if err := b.sheet(w, s); err != nil {
			return err
		}
	}
	return z.Close()
}

func (b *book) sheet(w io.Writer, s bookSheet) error {
	header := make([]cell, len(s.header))
	for i, h := range s.header {
		header[i] = text(h)
	}
	_, err := fmt.Fprintf(w, `%s<worksheet xmlns="%s"><sheetViews><sheetView workbookViewId="0">`+
		`<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`+
		`<cols><col min="1" max="%d" width="24" customWidth="1"/></cols><sheetData>`, xmlHead, mainNS, len(header))
	if err != nil {
		return err
	}
	if err := b.writeRow(w, 1, ` s="1"`, header); err != nil {
		return err
	}
	if err := s.rows.w.Flush(); err != nil {
		return overt.Errorf(overt.Unavailable, s.rows.f.Name(), "write a temporary file for the workbook: %w", err)
	}
	if _, err := s.rows.f.Seek(0, io.SeekStart); err != nil {
		return overt.Errorf(overt.Unavailable, s.rows.f.Name(), "read a temporary file for the workbook: %w", err)
	}
	if _, err := io.Copy(w, s.rows.f); err != nil {
		return err
	}
	_, err = io.WriteString(w, `</sheetData></worksheet>`)
	return err
}

type bookPart struct{ name, body string }

// parts are the members beside the sheets. Names of sheets are those of
// schemata and need no escaping.
func (b *book) parts() []bookPart {
	var types, sheets, rels bytes.Buffer
	for i, s := range b.sheets {
		n := i + 1
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, n, partFor)
		fmt.Fprintf(&sheets, `<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, s.name, n, n)
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%d.xml"/>`, n, relNS, n)
	}
	fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/>`, len(b.sheets)+1, relNS)
	return []bookPart{
		{"[Content_Types].xml", `<Types xmlns="` + packNS + `content-types">` +
			`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
			`<Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + partFor + `sheet.main+xml"/>` +
			`<Override PartName="/xl/styles.xml" ContentType="` + partFor + `styles+xml"/>` + types.String() + `</Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + packNS + `relationships">` +
			`<Relationship Id="rId1" Type="` + relNS + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="` + mainNS + `" xmlns:r="` + relNS + `"><sheets>` + sheets.String() + `</sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + packNS + `relationships">` + rels.String() + `</Relationships>`},
		{"xl/styles.xml", `<styleSheet xmlns="` + mainNS + `">` +
			`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
			`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
			`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
			`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
			`<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
			`<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>` +
			`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`},
	}
}
