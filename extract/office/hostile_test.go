package office_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"overt"
	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/extract/office"
)

func read(t testing.TB, data []byte, lim document.Limits) *documenttest.Doc {
	t.Helper()
	return documenttest.Read(t.Context(), office.Reader{}, data, document.Input{Limits: lim})
}

// says whether a document has a gap of a code, or was refused with it.
func says(d *documenttest.Doc, code string) bool {
	var refusal *document.Refusal
	if errors.As(d.Err, &refusal) && refusal.Code == code {
		return true
	}
	for _, g := range d.Gaps {
		if g.Code == code {
			return true
		}
	}
	return false
}

func TestHostile(t *testing.T) {
	deep := func(open, end string, n int) string { return strings.Repeat(open, n) + strings.Repeat(end, n) }
	sheet := func(rows string) []byte {
		return pack(t, file{"[Content_Types].xml", "<Types/>"}, file{"xl/workbook.xml", `<workbook ` + nsSheet + `><sheets><sheet name="S" r:id="rId1"/></sheets></workbook>`},
			rels("xl/workbook.xml", [3]string{"rId1", "worksheet", "worksheets/sheet1.xml"}), file{"xl/worksheets/sheet1.xml", `<worksheet ` + nsSheet + `><sheetData>` + rows + `</sheetData></worksheet>`})
	}
	odf := func(body string) []byte {
		return []byte(`<office:document ` + nsODF + `><office:body><office:spreadsheet><table:table table:name="S">` + body + `</table:table></office:spreadsheet></office:body></office:document>`)
	}
	laughs := `<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>`
	for _, tt := range []struct {
		name string
		data []byte
		code string // of the gap or refusal
		text string // that is read all the same
	}{
		{"a part that inflates a thousandfold", docx(t, para(run("before"))+para(run(strings.Repeat("a", 40<<20)))), document.TooMuch, "before"},
		{"many parts that inflate", docx(t, para(run("x")), file{"word/media/a.png", strings.Repeat("\x00", 20<<20)}, file{"word/media/b.png", strings.Repeat("\x00", 20<<20)}), document.TooMuch, "x"},
		{"tables 100,000 deep", docx(t, para(run("before"))+deep("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>", 100_000)), document.TooMuch, "before"},
		{"text boxes 100,000 deep", docx(t, para(run("before"))+deep("<w:p><w:r><w:txbxContent>", "</w:txbxContent></w:r></w:p>", 100_000)), document.TooMuch, "before"},
		{"a billion laughs", docx(t, "", file{"word/x", ""}, file{"docProps/core.xml", laughs + `<a><title>&c;</title></a>`}), document.Damaged, ""},
		{"an external entity", docx(t, "", file{"docProps/core.xml", `<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><title>&x;</title></a>`}), document.Damaged, ""},
		{"a cell in no column", sheet(`<row r="1"><c r="A1"><v>1</v></c></row><row><c r="ZZZZ1"><v>1</v></c></row>`), document.TooMuch, "1"},
		{"rows past the end of any sheet", odf(`<table:table-row table:number-rows-repeated="99999999999"><table:table-cell/></table:table-row><table:table-row><table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>`), document.TooMuch, ""},
		{"cells past the end of any row", odf(`<table:table-row><table:table-cell table:number-columns-repeated="99999999" office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>`), document.TooMuch, ""},
		{"a full sheet of one cell", odf(`<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>`), document.TooMuch, ""},
		{"frames 100,000 deep", []byte(`<office:document ` + nsODF + `><office:body><office:text><text:p>before</text:p>` + deep("<draw:frame><draw:text-box>", "</draw:text-box></draw:frame>", 100_000) + `</office:text></office:body></office:document>`), document.TooMuch, "before"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := read(t, tt.data, document.Limits{RatioFrom: 1 << 20, Cells: 1_000_000})
			if !says(d, tt.code) {
				t.Errorf("no gap or refusal says %s: %v, gaps %v", tt.code, d.Err, d.Gaps)
			}
			if !strings.Contains(d.Text(), tt.text) {
				t.Errorf("the text before is lost: %.100q", d.Text())
			}
		})
	}
}

// TestOverlap: many names of the same packed bytes count as often as they come
// out.
func TestOverlap(t *testing.T) {
	data := docx(t, para(run("x")), file{"word/media/a.png", strings.Repeat("\x00", 1<<20)})
	end := bytes.LastIndex(data, []byte("PK\x05\x06"))
	start := int(binary.LittleEndian.Uint32(data[end+16:]))
	last := bytes.LastIndex(data[:end], []byte("PK\x01\x02"))
	out := append([]byte{}, data[:end]...)
	for i := range 500 {
		copied := bytes.Clone(data[last:end])
		name := bytes.Index(copied, []byte("a.png"))
		copy(copied[name:], fmt.Sprintf("%05d", i))
		out = append(out, copied...)
	}
	size := len(out) - start
	out = append(out, data[end:]...)
	binary.LittleEndian.PutUint32(out[len(out)-10:], uint32(size))
	d := read(t, out, document.Limits{RatioFrom: 16 << 20})
	if !says(d, document.TooMuch) || len(d.Members) > 30 {
		t.Errorf("%d members came out, error %v", len(d.Members), d.Err)
	}
}

func TestManyEntries(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := range 3000 {
		if _, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("word/media/%d.png", i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if d := read(t, b.Bytes(), document.Limits{Members: 100}); !says(d, document.TooMuch) || len(d.Members) > 100 {
		t.Errorf("%d members, gaps %v, error %v", len(d.Members), d.Gaps, d.Err)
	}
}

// TestCut: of a file that breaks off anywhere, what stands before is read or the
// break is said.
func TestCut(t *testing.T) {
	for name, data := range fixtures(t) {
		step := max(1, len(data)/60)
		for n := 0; n < len(data); n += step {
			d := read(t, data[:n], document.Limits{})
			var refusal *document.Refusal
			if d.Err == nil && len(d.Gaps) == 0 {
				t.Errorf("%s cut at %d of %d: nothing is said", name, n, len(data))
			}
			if d.Err != nil && !errors.As(d.Err, &refusal) && overt.CodeOf(d.Err) != overt.Invalid {
				t.Errorf("%s cut at %d: an error of another kind: %v", name, n, d.Err)
			}
		}
	}
	data := docx(t, para(run("kept")), file{"word/media/a.png", strings.Repeat("x", 100)})
	if d := read(t, data[:bytes.Index(data, []byte("PK\x01\x02"))-5], document.Limits{}); !strings.Contains(d.Text(), "kept") {
		t.Errorf("without a directory the text is lost: %s", d)
	}
}

// TestFlipped: a changed byte of a part is found by its checksum, or is shown in
// another way.
func TestFlipped(t *testing.T) {
	data := docx(t, para(run(strings.Repeat("All of it as it was. ", 20))))
	at := bytes.Index(data, []byte("word/document.xml"))
	for i := at + 40; i < at+80; i++ {
		broken := bytes.Clone(data)
		broken[i] ^= 4
		if d := read(t, broken, document.Limits{}); d.Err == nil && len(d.Gaps) == 0 {
			t.Errorf("byte %d: nothing is said", i)
		}
	}
}

func TestLimits(t *testing.T) {
	many := docx(t, strings.Repeat(para(run("A paragraph of some length.")), 2000))
	d := read(t, many, document.Limits{PageText: 10_000})
	if d.Err != nil || len(d.Pages) < 6 || strings.Count(d.Text(), "paragraph") != 2000 {
		t.Errorf("%d pages, %v", len(d.Pages), d.Err)
	}
	d = read(t, docx(t, para(run(strings.Repeat("x", 20_000)))+para(run("after"))), document.Limits{PageText: 10_000})
	if !says(d, document.TooMuch) || !strings.Contains(d.Text(), "after") {
		t.Errorf("a paragraph past the limit of a page: %v, %v", d.Gaps, d.Err)
	}
	if d = read(t, many, document.Limits{PageText: 10_000, Pages: 3}); d.Err == nil && !says(d, document.TooMuch) {
		t.Error("more pages than are read, and nothing is said")
	}
}
