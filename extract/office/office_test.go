package office_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/extract/office"
)

func fixtures(t testing.TB) map[string][]byte {
	return map[string][]byte{
		"letter.docx": letter(t), "accounts.xlsx": accounts(t), "talk.pptx": talk(t), "report.fodt": report(), "stock.ods": stock(t),
		"show.odp": show(t), "novel.epub": novel(t), "ledger.xlsb": ledger(t), "plan.vsdx": plan(t), "print.xps": print(t),
		"counts.numbers": counts(t), "memo.xml": memo(), "sums.xml": sums(), "one.xml": oneFile(),
	}
}

// plan is a drawing of Visio.
func plan(t testing.TB) []byte {
	return pack(t, file{"[Content_Types].xml", `<Types/>`}, rels("", [3]string{"rId1", "document", "visio/document.xml"}),
		file{"visio/document.xml", `<VisioDocument/>`},
		file{"visio/pages/pages.xml", `<Pages ` + nsRel + `><Page ID="0" Name="Quay"><Rel r:id="rId1"/></Page></Pages>`},
		rels("visio/pages/pages.xml", [3]string{"rId1", "page", "page1.xml"}),
		file{"visio/pages/page1.xml", `<PageContents><Shapes><Shape><Text>Gate <cp IX="0"/>4</Text></Shape></Shapes></PageContents>`})
}

// print is an XPS document.
func print(t testing.TB) []byte {
	return pack(t, file{"[Content_Types].xml", `<Types/>`}, rels("", [3]string{"rId1", "fixedrepresentation", "/All.fdseq"}),
		file{"All.fdseq", `<FixedDocumentSequence><DocumentReference Source="Documents/1/One.fdoc"/></FixedDocumentSequence>`},
		file{"Documents/1/One.fdoc", `<FixedDocument><PageContent Source="Pages/1.fpage"/></FixedDocument>`},
		file{"Documents/1/Pages/1.fpage", `<FixedPage Width="816" Height="1056"><Glyphs OriginY="10" UnicodeString="A line"/><Glyphs OriginY="10" UnicodeString="goes on"/><Glyphs OriginY="30" UnicodeString="{}{next}"/></FixedPage>`})
}

// counts is a document of Numbers.
func counts(t testing.TB) []byte {
	return pack(t, file{"index.xml", `<ls:document xmlns:ls="urn:ls" xmlns:sf="urn:sf" xmlns:sfa="urn:sfa"><sf:metadata><sf:title><sf:string sfa:string="Counts"/></sf:title></sf:metadata><ls:stylesheet><sf:p>no</sf:p></ls:stylesheet>` +
		`<ls:workspace ls:workspace-name="Quay"><sf:tabular-model sf:name="Ships"><sf:t><sf:ct sfa:s="Alma"/></sf:t><sf:n sf:v="12"/></sf:tabular-model><sf:p>A <sf:link href="https://quay.example/">link</sf:link><sf:br/></sf:p></ls:workspace></ls:document>`},
		file{"QuickLook/Preview.pdf", "%PDF"})
}

// memo, sums and oneFile are documents that are one file of XML.
func memo() []byte {
	return []byte(`<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml" xmlns:o="urn:schemas-microsoft-com:office:office"><o:DocumentProperties><o:Author>Alma Quist</o:Author></o:DocumentProperties><w:body><w:p><w:r><w:t>A memo</w:t></w:r></w:p></w:body></w:wordDocument>`)
}

func sums() []byte {
	return []byte(`<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Sums"><Table><Row ss:Index="2"><Cell ss:Index="2"><Data ss:Type="Number">1.5E3</Data></Cell><Cell><Data ss:Type="DateTime">2024-01-02T00:00:00.000</Data></Cell></Row></Table></Worksheet></Workbook>`)
}

func oneFile() []byte {
	part := func(name, inner string) string {
		return `<pkg:part pkg:name="` + name + `">` + inner + `</pkg:part>`
	}
	data := func(s string) string { return `<pkg:xmlData>` + s + `</pkg:xmlData>` }
	return []byte(`<?xml version="1.0"?><pkg:package xmlns:pkg="http://schemas.microsoft.com/office/2006/xmlPackage">` +
		part("/_rels/.rels", data(rels("", [3]string{"rId1", "officeDocument", "word/document.xml"}).text)) +
		part("/word/document.xml", data(`<w:document `+nsWord+`><w:body><w:p><w:r><w:t>All in one</w:t></w:r></w:p></w:body></w:document>`)) +
		part("/word/media/i.png", `<pkg:binaryData>iVBO
Rw==</pkg:binaryData>`) + `</pkg:package>`)
}

func TestGolden(t *testing.T) {
	for name, data := range fixtures(t) {
		t.Run(name, func(t *testing.T) {
			d := documenttest.Read(t.Context(), office.Reader{}, data, document.Input{Name: name})
			d.Golden(t, filepath.Join("testdata", name+".golden"))
		})
	}
}

// TestCells: the characters that a row says of the page's text are its cells.
func TestCells(t *testing.T) {
	d := documenttest.Read(t.Context(), office.Reader{}, letter(t), document.Input{})
	if len(d.Rows) == 0 {
		t.Fatal("no rows")
	}
	for _, row := range d.Rows {
		for _, c := range row.Cells {
			if got := string([]rune(d.Pages[row.Page-1].Text)[c.Start:c.End]); got != c.Text {
				t.Errorf("row %d: the text has %q where the cell is %q", row.Number, got, c.Text)
			}
		}
	}
}

// TestPassword: a workbook that is encrypted in the agile way opens with its
// password only.
func TestPassword(t *testing.T) {
	f := excelize.NewFile()
	if err := f.SetCellValue("Sheet1", "A1", "the seal is broken"); err != nil {
		t.Fatal(err)
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := excelize.Encrypt(b.Bytes(), &excelize.Options{Password: "harbour"})
	if err != nil {
		t.Fatal(err)
	}
	d := documenttest.Read(t.Context(), office.Reader{}, sealed, document.Input{Passwords: []string{"wrong", "harbour"}})
	if d.Err != nil || !strings.Contains(d.Text(), "the seal is broken") {
		t.Errorf("with its password: %s", d)
	}
	d = documenttest.Read(t.Context(), office.Reader{}, sealed, document.Input{Passwords: []string{"wrong"}})
	if refusal := new(document.Refusal); !errors.As(d.Err, &refusal) || refusal.Code != document.Protected {
		t.Errorf("with a wrong password: %v", d.Err)
	}
}

// TestSealedText: testdata/sealed.odt was made by LibreOffice 7.4, with the
// password "harbour".
func TestSealedText(t *testing.T) {
	d := documenttest.ReadFile(t, office.Reader{}, "testdata/sealed.odt", document.Input{Passwords: []string{"wrong", "harbour"}})
	if d.Err != nil || !strings.Contains(d.Text(), "The seal is broken.") {
		t.Errorf("with its password: %s", d)
	}
	d = documenttest.ReadFile(t, office.Reader{}, "testdata/sealed.odt", document.Input{Passwords: []string{"wrong"}})
	if refusal := new(document.Refusal); !errors.As(d.Err, &refusal) || refusal.Code != document.Protected {
		t.Errorf("with a wrong password: %v", d.Err)
	}
}

func TestSealedBook(t *testing.T) {
	d := documenttest.Read(t.Context(), office.Reader{}, novel(t, "OPS/one.xhtml"), document.Input{})
	if d.Err != nil || len(d.Gaps) != 2 || d.Gaps[1].Code != document.Protected {
		t.Errorf("one chapter encrypted: %s", d)
	}
	d = documenttest.Read(t.Context(), office.Reader{}, novel(t, "OPS/one.xhtml", "OPS/b%20two.xhtml"), document.Input{})
	if refusal := new(document.Refusal); !errors.As(d.Err, &refusal) || refusal.Code != document.Protected {
		t.Errorf("all chapters encrypted: %v", d.Err)
	}
}
