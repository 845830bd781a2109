package office_test

import (
	"errors"
	"testing"

	"overt"
	"overt/extract/document"
)

// small keeps what a fuzzed document can cost within a second.
var small = document.Limits{Pages: 100, Text: 1 << 20, PageText: 64 << 10, Cells: 10_000, Members: 100, Unpacked: 8 << 20, Properties: 100}

// FuzzRead: whatever the bytes are, they end with what document.Checked lets
// pass, and an error is a refusal or invalid.
func FuzzRead(f *testing.F) {
	for _, data := range fixtures(f) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, data) })
}

// FuzzPart is the same for one part, inside an archive that is whole.
func FuzzPart(f *testing.F) {
	f.Add(0, `<w:document `+nsWord+`><w:body><w:tbl><w:tr><w:tc><w:p><w:r><w:t>x</w:t><w:br w:type="page"/></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>`)
	f.Add(1, `<worksheet `+nsSheet+`><sheetData><row r="2"><c r="B2" t="s"><v>0</v></c></row></sheetData></worksheet>`)
	f.Add(2, rec(0, u32(0, 0, 0)...)+rec(2, u32(0, 0, 6)...))
	f.Add(3, `<p:sld `+nsDraw+`><p:sp><p:txBody><a:p><a:r><a:t>x</a:t></a:r></a:p></p:txBody></p:sp></p:sld>`)
	f.Add(4, string(report()))
	f.Fuzz(func(t *testing.T, kind int, part string) {
		switch kind {
		case 0:
			fuzzed(t, docx(t, "", file{"word/header1.xml", part}, file{"word/numbering.xml", part}, file{"word/comments.xml", part},
				rels("word/document.xml", [3]string{"a", "header", "header1.xml"}, [3]string{"b", "numbering", "numbering.xml"}, [3]string{"c", "comments", "comments.xml"})))
		case 1, 2:
			name := []string{"sheet1.xml", "sheet1.bin"}[kind-1]
			fuzzed(t, pack(t, file{"xl/workbook.xml", `<workbook ` + nsSheet + `><sheets><sheet name="S" r:id="a"/></sheets></workbook>`},
				rels("xl/workbook.xml", [3]string{"a", "worksheet", name}, [3]string{"b", "sharedStrings", name}, [3]string{"c", "styles", name}), file{"xl/" + name, part}))
		case 3:
			fuzzed(t, pack(t, file{"ppt/presentation.xml", `<p:presentation ` + nsDraw + `><p:sldId r:id="a"/></p:presentation>`},
				rels("ppt/presentation.xml", [3]string{"a", "slide", "s.xml"}), file{"ppt/s.xml", part},
				rels("ppt/s.xml", [3]string{"a", "chart", "s.xml"}, [3]string{"b", "comments", "s.xml"}, [3]string{"c", "notesSlide", "s.xml"})))
		default:
			fuzzed(t, []byte(part))
		}
	})
}

func fuzzed(t *testing.T, data []byte) {
	d := read(t, data, small)
	var refusal *document.Refusal
	if d.Err != nil && !errors.As(d.Err, &refusal) && overt.CodeOf(d.Err) != overt.Invalid {
		t.Fatalf("an error of another kind: %v", d.Err)
	}
	if d.Err != nil && refusal == nil && overt.CodeOf(d.Err) == overt.Invalid && len(d.Err.Error()) > 0 {
		if s := d.Err.Error(); len(s) > 16 && s[:16] == "the reader of th" {
			t.Fatalf("%v", d.Err)
		}
	}
	for _, p := range d.Pages {
		length := len([]rune(p.Text))
		for _, row := range d.Rows {
			for _, c := range row.Cells {
				if row.Page == p.Number && c.End > length {
					t.Fatalf("a cell ends at %d of %d characters", c.End, length)
				}
			}
		}
	}
}
