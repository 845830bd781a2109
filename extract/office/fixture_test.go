package office_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"overt/internal/cfb/cfbtest"
)

// A file is one part of a fixture.
type file struct{ name, text string }

// pack makes a ZIP archive.
func pack(t testing.TB, files ...file) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.CreateHeader(&zip.FileHeader{Name: f.name, Method: zip.Deflate})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(f.text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const (
	relBase = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	nsRel   = `xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	nsWord  = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" ` + nsRel
	nsDraw  = `xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" ` + nsRel
	nsSheet = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" ` + nsRel
)

// rels writes relations: id, kind, target; a target with ":" lies outside.
func rels(part string, of ...[3]string) file {
	dir, name := "", part
	if i := strings.LastIndex(part, "/"); i >= 0 {
		dir, name = part[:i+1], part[i+1:]
	}
	var b strings.Builder
	b.WriteString(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	for _, r := range of {
		mode := ""
		if strings.Contains(r[2], ":") {
			mode = ` TargetMode="External"`
		}
		b.WriteString(`<Relationship Id="` + r[0] + `" Type="` + relBase + r[1] + `" Target="` + r[2] + `"` + mode + `/>`)
	}
	b.WriteString(`</Relationships>`)
	return file{dir + "_rels/" + name + ".rels", b.String()}
}

// run and para write WordprocessingML.
func run(s string) string  { return `<w:r><w:t xml:space="preserve">` + s + `</w:t></w:r>` }
func para(s string) string { return `<w:p>` + s + `</w:p>` }

func docx(t testing.TB, body string, more ...file) []byte {
	files := []file{
		{"[Content_Types].xml", `<Types/>`},
		rels("", [3]string{"rId1", "officeDocument", "word/document.xml"}),
		{"word/document.xml", `<w:document ` + nsWord + `><w:body>` + body + `</w:body></w:document>`},
	}
	return pack(t, append(files, more...)...)
}

// letter is a text document with all that one can have.
func letter(t testing.TB) []byte {
	item := func(level, s string) string {
		return para(`<w:pPr><w:numPr><w:ilvl w:val="` + level + `"/><w:numId w:val="1"/></w:numPr></w:pPr>` + run(s))
	}
	body := para(`<w:pPr><w:pStyle w:val="Title"/></w:pPr>`+run("Agreement")) +
		item("0", "Parties") + item("1", "Norwood Ltd") + item("1", "Alma Quist") + item("0", "Price") +
		para(run("The price is ")+`<w:del w:author="Alma Quist" w:date="2024-03-01T10:00:00Z"><w:r><w:delText>500</w:delText></w:r></w:del>`+
			`<w:ins w:author="Ivo Brand"><w:r><w:t>900</w:t></w:r></w:ins>`+run(" crowns")+`<w:r><w:footnoteReference w:id="2"/></w:r>`+run(".")+
			`<w:r><w:commentReference w:id="0"/></w:r>`) +
		para(`<w:hyperlink r:id="rId9">`+run("the register")+`</w:hyperlink><w:r><w:tab/><w:t>a</w:t><w:br/><w:t>b</w:t></w:r>`) +
		para(`<w:r><w:rPr><w:vanish/></w:rPr><w:t>not for the other side</w:t></w:r>`) +
		`<w:tbl><w:tblPr/><w:tr><w:tc>` + para(run("Day")) + `</w:tc><w:tc>` + para(run("Sum")) + `</w:tc></w:tr>` +
		`<w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr>` + para(run("wide")) + para(run("cell")) + `</w:tc></w:tr>` +
		`<w:tr><w:tc>` + para(run("inner:")) + `<w:tbl><w:tr><w:tc>` + para(run("x")) + `</w:tc><w:tc>` + para(run("y")) + `</w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl>` +
		para(`<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice><w:drawing><w:txbxContent>`+
			para(run("in a box"))+`</w:txbxContent></w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent>`+para(run("in a box"))+`</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>`+run("beside the box")) +
		para(`<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DDEAUTO cmd "/c calc" </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>`+run("result")+`<w:r><w:fldChar w:fldCharType="end"/></w:r>`) +
		para(`<w:r><w:br w:type="page"/></w:r>`) +
		para(`<w:r><w:lastRenderedPageBreak/><w:t>Second page</w:t></w:r><w:sdt><w:sdtPr><w:alias w:val="no"/></w:sdtPr><w:sdtContent>`+run(", controlled")+`</w:sdtContent></w:sdt>`) +
		para(`<w:r><w:drawing><wp:docPr xmlns:wp="urn:wp" id="1" descr="A signature"/></w:drawing></w:r>`) + `<w:altChunk r:id="rId11"/>`
	doc := "word/document.xml"
	return docx(t, body,
		rels(doc, [3]string{"rId1", "styles", "styles.xml"}, [3]string{"rId2", "numbering", "numbering.xml"}, [3]string{"rId3", "footnotes", "footnotes.xml"},
			[3]string{"rId4", "comments", "comments.xml"}, [3]string{"rId5", "header", "header1.xml"}, [3]string{"rId6", "footer", "footer1.xml"},
			[3]string{"rId7", "settings", "settings.xml"}, [3]string{"rId8", "vbaProject", "vbaProject.bin"},
			[3]string{"rId9", "hyperlink", "https://register.example/1"}, [3]string{"rId10", "image", "http://pixel.example/t.png"},
			[3]string{"rId11", "aFChunk", "afchunk1.html"}),
		file{"word/styles.xml", `<w:styles ` + nsWord + `><w:style w:styleId="Title"/></w:styles>`},
		file{"word/numbering.xml", `<w:numbering ` + nsWord + `><w:abstractNum w:abstractNumId="7"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl>` +
			`<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1.%2)"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num></w:numbering>`},
		file{"word/footnotes.xml", `<w:footnotes ` + nsWord + `><w:footnote w:type="separator" w:id="0">` + para(run("----")) + `</w:footnote><w:footnote w:id="2">` + para(run("Net of tax.")) + `</w:footnote></w:footnotes>`},
		file{"word/comments.xml", `<w:comments ` + nsWord + `><w:comment w:id="0" w:author="Ivo Brand" w:date="2024-03-02T08:00:00Z">` + para(run("Too much?")) + `</w:comment></w:comments>`},
		file{"word/header1.xml", `<w:hdr ` + nsWord + `>` + para(run("Norwood Ltd, Harbour 3")) + `</w:hdr>`},
		file{"word/footer1.xml", `<w:ftr ` + nsWord + `>` + para(run("Confidential")) + `</w:ftr>`},
		file{"word/settings.xml", `<w:settings ` + nsWord + `><w:trackRevisions/><w:mailMerge><w:connectString w:val="Provider=X;Data Source=\\server\p.mdb"/></w:mailMerge></w:settings>`},
		rels("word/settings.xml", [3]string{"rId1", "attachedTemplate", "file:///server/evil.dotm"}),
		file{"word/vbaProject.bin", "not a real project"},
		file{"word/afchunk1.html", "<p>chunk</p>"},
		file{"word/media/image1.png", "\x89PNG"},
		file{"word/embeddings/oleObject1.bin", string(cfbtest.Write(map[string][]byte{"\x01Ole10Native": native("plan.txt", `C:\Users\alma\plan.txt`, "dig here")}))},
		file{"docProps/core.xml", `<c:coreProperties xmlns:c="urn:c" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Agreement of sale</dc:title><dc:creator>Alma Quist</dc:creator><c:lastModifiedBy>Ivo Brand</c:lastModifiedBy><c:created>2024-02-01T09:00:00Z</c:created></c:coreProperties>`},
		file{"docProps/app.xml", `<Properties><Application>Example Writer</Application><AppVersion>2.1</AppVersion><Company>Norwood Ltd</Company></Properties>`},
		file{"docProps/custom.xml", `<Properties><property name="Matter"><vt:lpwstr xmlns:vt="urn:vt">N-17</vt:lpwstr></property></Properties>`},
	)
}

// native is an OLE 1 package as it is embedded.
func native(name, source, body string) []byte {
	le := binary.LittleEndian
	b := []byte{0, 0, 0, 0, 2, 0}
	b = append(b, name+"\x00"+source+"\x00"...)
	b = append(b, 0, 0, 3, 0)
	b = le.AppendUint32(b, uint32(len(source)+1))
	b = append(b, source+"\x00"...)
	b = le.AppendUint32(b, uint32(len(body)))
	return append(b, body...)
}

// accounts is a workbook.
func accounts(t testing.TB) []byte {
	return pack(t,
		file{"[Content_Types].xml", `<Types/>`},
		rels("", [3]string{"rId1", "officeDocument", "xl/workbook.xml"}),
		file{"xl/workbook.xml", `<workbook ` + nsSheet + `><sheets><sheet name="Payments" sheetId="1" r:id="rId1"/><sheet name="Kept" sheetId="2" state="veryHidden" r:id="rId2"/></sheets></workbook>`},
		rels("xl/workbook.xml", [3]string{"rId1", "worksheet", "worksheets/sheet1.xml"}, [3]string{"rId2", "worksheet", "worksheets/sheet2.xml"},
			[3]string{"rId3", "sharedStrings", "sharedStrings.xml"}, [3]string{"rId4", "styles", "styles.xml"}, [3]string{"rId5", "externalLink", "externalLinks/externalLink1.xml"}),
		file{"xl/sharedStrings.xml", `<sst ` + nsSheet + `><si><t>Payee</t></si><si><r><t>Alma </t></r><r><t>Quist</t></r><rPh><t>x</t></rPh></si></sst>`},
		file{"xl/styles.xml", `<styleSheet ` + nsSheet + `><numFmts><numFmt numFmtId="170" formatCode="yyyy\-mm\-dd"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/></cellXfs></styleSheet>`},
		file{"xl/worksheets/sheet1.xml", `<worksheet ` + nsSheet + `><dimension ref="A1:XFD1048576"/><cols><col min="3" max="4" hidden="1"/></cols><sheetData>` +
			`<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>Day</t></is></c></row>` +
			`<row r="3" hidden="1"><c r="A3" t="s"><v>1</v></c><c r="B3"><f>SUM(B1:B2)</f><v>1.2300000000000002</v></c><c r="C3" s="1"><v>45000</v></c><c r="D3" t="b"><v>1</v></c><c t="s"><v>99</v></c></row>` +
			`<row r="4"><c r="A4"><f>cmd|'/c calc'!A0</f><v>0</v></c></row></sheetData><headerFooter><oddHeader>&amp;L&amp;"Arial,Bold"&amp;12Ledger &amp;P</oddHeader></headerFooter></worksheet>`},
		rels("xl/worksheets/sheet1.xml", [3]string{"rId1", "comments", "../comments1.xml"}, [3]string{"rId2", "hyperlink", "mailto:alma@norwood.example"}),
		file{"xl/comments1.xml", `<comments ` + nsSheet + `><authors><author>Ivo Brand</author></authors><commentList><comment ref="B3" authorId="0"><text><t>ask Alma</t></text></comment></commentList></comments>`},
		file{"xl/worksheets/sheet2.xml", `<worksheet ` + nsSheet + `><sheetData><row><c><v>7</v></c></row></sheetData></worksheet>`},
		file{"xl/externalLinks/externalLink1.xml", `<externalLink ` + nsSheet + `><externalBook r:id="rId1"><sheetNames><sheetName val="Old"/></sheetNames><sheetDataSet><sheetData sheetId="0"><row r="1"><cell r="A1"><v>4711</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>`},
		rels("xl/externalLinks/externalLink1.xml", [3]string{"rId1", "externalLinkPath", "file:///server/old.xlsx"}),
	)
}

// talk is a presentation.
func talk(t testing.TB) []byte {
	sp := func(s string) string {
		return `<p:sp><p:nvSpPr><p:cNvPr id="1" name="x"/><p:nvPr/></p:nvSpPr><p:txBody><a:bodyPr/><a:p><a:pPr><a:tabLst><a:tab/></a:tabLst></a:pPr><a:r><a:t>` + s + `</a:t></a:r></a:p></p:txBody></p:sp>`
	}
	slide := func(attrs, inner string) string {
		return `<p:sld ` + nsDraw + attrs + `><p:cSld><p:spTree>` + inner + `</p:spTree></p:cSld></p:sld>`
	}
	return pack(t,
		file{"[Content_Types].xml", `<Types/>`},
		rels("", [3]string{"rId1", "officeDocument", "ppt/presentation.xml"}),
		file{"ppt/presentation.xml", `<p:presentation ` + nsDraw + `><p:sldIdLst><p:sldId id="256" r:id="rId2"/><p:sldId id="257" r:id="rId1"/></p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/></p:presentation>`},
		rels("ppt/presentation.xml", [3]string{"rId1", "slide", "slides/slide1.xml"}, [3]string{"rId2", "slide", "slides/slide2.xml"}, [3]string{"rId3", "commentAuthors", "commentAuthors.xml"}),
		file{"ppt/commentAuthors.xml", `<p:cmAuthorLst ` + nsDraw + `><p:cmAuthor id="0" name="Ivo Brand"/></p:cmAuthorLst>`},
		file{"ppt/slides/slide1.xml", slide(` show="0"`, sp("Second, hidden"))},
		file{"ppt/slides/slide2.xml", slide("", sp("First")+`<p:grpSp>`+sp("grouped")+`</p:grpSp><p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr><a:tc gridSpan="2"><a:txBody><a:p><a:r><a:t>A</a:t></a:r></a:p></a:txBody></a:tc><a:tc hMerge="1"><a:txBody><a:p/></a:txBody></a:tc></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>`+
			`<p:graphicFrame><a:graphic><a:graphicData><c:chart xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" r:id="rId3"/></a:graphicData></a:graphic></p:graphicFrame>`)},
		rels("ppt/slides/slide2.xml", [3]string{"rId1", "notesSlide", "../notesSlides/notesSlide1.xml"}, [3]string{"rId2", "comments", "../comments/comment1.xml"}, [3]string{"rId3", "chart", "../charts/chart1.xml"}, [3]string{"rId4", "slideLayout", "../slideLayouts/slideLayout1.xml"}),
		file{"ppt/notesSlides/notesSlide1.xml", `<p:notes ` + nsDraw + `><p:sp><p:nvSpPr><p:nvPr><p:ph type="body"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>do not say the price</a:t></a:r></a:p></p:txBody></p:sp><p:sp><p:nvSpPr><p:nvPr><p:ph type="sldNum"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:fld><a:t>1</a:t></a:fld></a:p></p:txBody></p:sp></p:notes>`},
		file{"ppt/comments/comment1.xml", `<p:cmLst ` + nsDraw + `><p:cm authorId="0" dt="2024-05-01T00:00:00"><p:text>which figure?</p:text></p:cm></p:cmLst>`},
		file{"ppt/charts/chart1.xml", `<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" ` + nsDraw + `><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Sales</a:t></a:r></a:p></c:rich></c:tx></c:title><c:ser><c:tx><c:strRef><c:f>S!B1</c:f><c:strCache><c:pt><c:v>North</c:v></c:pt></c:strCache></c:strRef></c:tx><c:cat><c:strRef><c:strCache><c:pt><c:v>2023</c:v></c:pt><c:pt><c:v>2024</c:v></c:pt></c:strCache></c:strRef></c:cat><c:val><c:numRef><c:numCache><c:pt><c:v>5</c:v></c:pt><c:pt><c:v>9</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser></c:chart></c:chartSpace>`},
		rels("ppt/charts/chart1.xml", [3]string{"rId1", "chart", "chart1.xml"}),
		file{"ppt/slideLayouts/slideLayout1.xml", `<p:sldLayout ` + nsDraw + `><p:sp><p:nvSpPr><p:nvPr><p:ph type="title"/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>Click to edit</a:t></a:r></a:p></p:txBody></p:sp>` + sp("Norwood internal") + `</p:sldLayout>`},
	)
}

const nsODF = `xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" ` +
	`xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" ` +
	`xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" ` +
	`xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" xmlns:script="urn:oasis:names:tc:opendocument:xmlns:script:1.0"`

// report is a flat text of OpenDocument.
func report() []byte {
	return []byte(`<?xml version="1.0"?><office:document ` + nsODF + ` office:mimetype="application/vnd.oasis.opendocument.text">` +
		`<office:meta><dc:title>Findings</dc:title><meta:initial-creator>Alma Quist</meta:initial-creator><meta:creation-date>2024-01-02T03:04:05</meta:creation-date><dc:creator>Ivo Brand</dc:creator><meta:keyword>harbour</meta:keyword></office:meta>` +
		`<office:scripts><script:module script:name="Module1">Sub Main</script:module></office:scripts>` +
		`<office:automatic-styles><style:style style:name="P9"><style:paragraph-properties fo:break-before="page"/></style:style><text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")" text:display-levels="2" text:start-value="3"/></text:list-style><style:style style:name="T1"><style:text-properties text:display="none"/></style:style></office:automatic-styles>` +
		`<office:master-styles><style:master-page><style:header><text:p>Norwood report</text:p></style:header><style:footer><text:p>Page <text:page-number>1</text:page-number> of Norwood</text:p></style:footer></style:master-page></office:master-styles>` +
		`<office:body><office:text><text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info><dc:creator>Ivo Brand</dc:creator><dc:date>2024-01-03</dc:date></office:change-info><text:p>guilty</text:p></text:deletion></text:changed-region></text:tracked-changes>` +
		`<text:h>  Findings   of <text:span>fact</text:span></text:h><text:p>The board was <text:change text:change-id="c1"/>late<text:note text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>By a day.</text:p></text:note-body></text:note>,<text:s text:c="2"/>twice.` +
		`<office:annotation><dc:creator>Ivo Brand</dc:creator><dc:date>2024-01-04</dc:date><text:p>proof?</text:p></office:annotation></text:p>` +
		`<text:p><text:a xlink:href="https://norwood.example/">the site</text:a> <text:span text:style-name="T1">unseen</text:span><draw:frame><draw:text-box><text:p>boxed</text:p></draw:text-box><svg:desc>A crane</svg:desc></draw:frame> after</text:p>` +
		`<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Ship</text:p></table:table-cell><table:table-cell table:number-columns-repeated="2"><text:p>Day</text:p></table:table-cell></table:table-row></table:table-header-rows></table:table>` +
		`<text:list text:style-name="L1"><text:list-item><text:p>Quay</text:p><text:list><text:list-item><text:p>north</text:p><text:p>more of it</text:p></text:list-item><text:list-item><text:p>south</text:p></text:list-item></text:list></text:list-item></text:list>` +
		`<text:p>Between</text:p><text:list text:style-name="L1" text:continue-numbering="true"><text:list-item><text:list><text:list-item><text:p>west</text:p></text:list-item></text:list></text:list-item><text:list-item><text:p>Dock</text:p></text:list-item></text:list>` +
		`<text:p text:style-name="P9">Second page</text:p><text:p><draw:frame><draw:image><office:binary-data>iVBO
Rw==</office:binary-data></draw:image></draw:frame></text:p></office:text></office:body></office:document>`)
}

// stock is a spreadsheet of OpenDocument with a slide's worth of oddities.
func stock(t testing.TB) []byte {
	return pack(t, file{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"},
		file{"content.xml", `<office:document-content ` + nsODF + `><office:automatic-styles><style:style style:name="ta2"><style:table-properties table:display="false"/></style:style></office:automatic-styles><office:body><office:spreadsheet>` +
			`<table:table table:name="Stock"><table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>` +
			`<table:table-row><table:table-cell office:value-type="string"><text:p>Ware</text:p></table:table-cell><table:table-cell office:value-type="date" office:date-value="2024-02-03T00:00:00"><text:p>03.02.24</text:p></table:table-cell></table:table-row>` +
			`<table:table-row table:number-rows-repeated="3"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>` +
			`<table:table-row table:visibility="filter" table:number-rows-repeated="2"><table:table-cell/><table:table-cell office:value-type="float" office:value="1.5e3"><office:annotation><text:p>counted</text:p></office:annotation><text:p>1 500,00</text:p></table:table-cell></table:table-row>` +
			`<table:table-row table:number-rows-repeated="1048570"><table:table-cell/></table:table-row></table:table>` +
			`<table:table table:name="Other" table:style-name="ta2"/></office:spreadsheet></office:body></office:document-content>`},
		file{"Object 1/content.xml", `<office:document-content ` + nsODF + `><office:body><office:chart><text:p>A chart</text:p></office:chart></office:body></office:document-content>`},
		file{"Basic/Standard/M.xml", "<module/>"}, file{"Pictures/a.png", "\x89PNG"})
}

// show is a presentation of OpenDocument.
func show(t testing.TB) []byte {
	return pack(t, file{"mimetype", "application/vnd.oasis.opendocument.presentation"},
		file{"styles.xml", `<office:document-styles ` + nsODF + `><office:master-styles><style:master-page><draw:frame presentation:class="title" presentation:placeholder="true"><draw:text-box><text:p>Click</text:p></draw:text-box></draw:frame><draw:frame presentation:class="footer"><draw:text-box><text:p>Harbour board</text:p></draw:text-box></draw:frame></style:master-page></office:master-styles></office:document-styles>`},
		file{"content.xml", `<office:document-content ` + nsODF + `><office:automatic-styles><style:style style:name="dp2"><style:drawing-page-properties presentation:visibility="hidden"/></style:style></office:automatic-styles><office:body><office:presentation>` +
			`<draw:page draw:name="Start"><draw:frame><draw:text-box><text:p>Welcome</text:p></draw:text-box></draw:frame><presentation:notes><draw:frame><draw:text-box><text:p>smile</text:p></draw:text-box></draw:frame></presentation:notes></draw:page>` +
			`<draw:page draw:name="Back" draw:style-name="dp2"><draw:custom-shape><text:p>kept back</text:p></draw:custom-shape></draw:page></office:presentation></office:body></office:document-content>`})
}

// novel is a book; sealed names a file that is encrypted.
func novel(t testing.TB, sealed ...string) []byte {
	files := []file{
		{"mimetype", "application/epub+zip"},
		{"META-INF/container.xml", `<container><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>`},
		{"OPS/book.opf", `<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>The Harbour</dc:title><dc:creator>Alma Quist</dc:creator><dc:language>en</dc:language></metadata><manifest><item id="a" href="b%20two.xhtml" media-type="application/xhtml+xml"/><item id="b" href="one.xhtml" media-type="application/xhtml+xml"/><item id="n" href="toc.ncx" media-type="application/x-dtbncx+xml"/></manifest><spine><itemref idref="b"/><itemref idref="a" linear="no"/><itemref idref="gone"/></spine></package>`},
		{"OPS/toc.ncx", `<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "http://www.daisy.org/z3986/2005/ncx-2005-1.dtd"><ncx><navMap><navPoint><navLabel><text>Chapter I</text></navLabel><content src="one.xhtml#top"/></navPoint></navMap></ncx>`},
		{"OPS/one.xhtml", `<!DOCTYPE html><html><head><title>no</title></head><body><h1>I</h1><p>A&nbsp;ship came.</p></body></html>`},
		{"OPS/b two.xhtml", `<html><head><title>The second</title></head><body><p>It left.</p></body></html>`},
		{"OPS/cover.jpg", "\xff\xd8"},
	}
	if len(sealed) > 0 {
		var b strings.Builder
		for _, s := range sealed {
			b.WriteString(`<EncryptedData><EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/><CipherData><CipherReference URI="` + s + `"/></CipherData></EncryptedData>`)
		}
		files = append(files, file{"META-INF/encryption.xml", `<encryption>` + b.String() + `</encryption>`})
	}
	return pack(t, files...)
}

// rec writes one record of a binary workbook.
func rec(kind int, body ...byte) string {
	var b []byte
	if kind >= 0x80 {
		b = append(b, byte(kind)|0x80, byte(kind>>7))
	} else {
		b = append(b, byte(kind))
	}
	n := len(body)
	for ; n >= 0x80; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	b = append(b, byte(n))
	return string(append(b, body...))
}

// wide writes a string of a binary workbook.
func wide(s string) []byte {
	u := utf16.Encode([]rune(s))
	b := binary.LittleEndian.AppendUint32(nil, uint32(len(u)))
	for _, c := range u {
		b = binary.LittleEndian.AppendUint16(b, c)
	}
	return b
}

func u32(v ...uint32) (b []byte) {
	for _, n := range v {
		b = binary.LittleEndian.AppendUint32(b, n)
	}
	return b
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// ledger is a binary workbook.
func ledger(t testing.TB) []byte {
	return pack(t,
		file{"[Content_Types].xml", `<Types/>`},
		rels("", [3]string{"rId1", "officeDocument", "xl/workbook.bin"}),
		file{"xl/workbook.bin", rec(156, join(u32(1, 1), wide("rId1"), wide("Ledger"))...)},
		rels("xl/workbook.bin", [3]string{"rId1", "worksheet", "worksheets/sheet1.bin"}, [3]string{"rId2", "sharedStrings", "sharedStrings.bin"}, [3]string{"rId3", "styles", "styles.bin"}),
		file{"xl/sharedStrings.bin", rec(19, join([]byte{0}, wide("Payee"))...)},
		file{"xl/styles.bin", rec(617, u32(2)...) + rec(47, 0, 0, 0, 0) + rec(47, 0, 0, 14, 0) + rec(618)},
		file{"xl/worksheets/sheet1.bin", rec(0, join(u32(0, 0), []byte{0, 0, 0, 0})...) + rec(7, u32(0, 0, 0)...) + rec(6, join(u32(2, 0), wide("a\tb"))...) +
			rec(0, join(u32(4, 0), []byte{0, 0, 0, 0x10})...) + rec(2, u32(0, 0, 300<<2|3)...) + rec(5, join(u32(1, 1), []byte{0, 0, 0, 0, 0, 0xF9, 0xE5, 0x40})...) + rec(3, join(u32(2, 0), []byte{7})...) + rec(4, join(u32(3, 0), []byte{1})...) + rec(7, u32(4, 0, 77)...)},
	)
}
