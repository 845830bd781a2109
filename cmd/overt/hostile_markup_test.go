package main

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"strings"
)

func laughs(wide int) string {
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [\n<!ENTITY lol0 \"" + strings.Repeat("lol", 100) + "\">\n")
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&b, "<!ENTITY lol%d \"%s\">\n", i, strings.Repeat(fmt.Sprintf("&lol%d;", i-1), wide))
	}
	return b.String() + "]>\n"
}

func ooxml(main, rels, body string) []byte { return ooxmlLong(main, rels, body, 0) }

// ooxmlLong is a text document with MiB of text after its body.
func ooxmlLong(main, rels, body string, mib int) []byte {
	return zipped(
		zipEntry{name: "[Content_Types].xml", data: []byte(`<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`)},
		zipEntry{name: "_rels/.rels", data: []byte(`<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/>` + main + `</Relationships>`)},
		zipEntry{name: "word/_rels/document.xml.rels", data: []byte(`<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + rels + `</Relationships>`)},
		zipEntry{name: "word/document.xml", data: []byte(body), mib: mib},
	)
}

const wordBody = `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>a letter</w:t></w:r></w:p></w:body></w:document>`

func ods(content string) []byte {
	return zipped(zipEntry{name: "mimetype", data: []byte("application/vnd.oasis.opendocument.spreadsheet")}, zipEntry{name: "content.xml", data: []byte(content)})
}

func odsRow(attributes string) string {
	return `<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="t">` +
		attributes + `</table:table></office:spreadsheet></office:body></office:document-content>`
}

// markups are forms of XML, HTML and office documents. network is the address of
// a server that must not be asked.
func markups(network string) []hostileFile {
	external := func(kind, path string) string {
		return `<Relationship Id="x` + kind + `" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/` + kind + `" Target="` + network + path + `" TargetMode="External"/>`
	}
	cell := `<table:table-cell office:value-type="string" table:number-columns-repeated="2147483647"><text:p>x</text:p></table:table-cell>`
	return []hostileFile{
		{"laughs.xml", "entities of entities: 3 GB out of 1 KB", []byte(laughs(10) + "<lolz>&lol9;</lolz>")},
		{"quadratic.xml", "one long entity, 100,000 times", []byte("<?xml version=\"1.0\"?><!DOCTYPE q [<!ENTITY a \"" + strings.Repeat("a", 100_000) + "\">]>\n<q>" + strings.Repeat("&a;", 100_000) + "</q>")},
		{"entity.xml", "an entity that is a file of this machine, and one on the network", []byte("<?xml version=\"1.0\"?><!DOCTYPE r SYSTEM \"" + network + "/dtd\" [<!ENTITY f SYSTEM \"file:///etc/passwd\"><!ENTITY n SYSTEM \"" + network + "/entity\"><!ENTITY % p SYSTEM \"" + network + "/parameter\"> %p;]>\n<r>before &f; &n; after</r>")},
		{"include.xml", "a part that is to be included from elsewhere, and a style", []byte("<?xml version=\"1.0\"?><?xml-stylesheet href=\"" + network + "/style\"?>\n<r xmlns:xi=\"http://www.w3.org/2001/XInclude\"><xi:include href=\"" + network + "/include\"/><xi:include href=\"file:///etc/passwd\" parse=\"text\"/>a letter</r>")},
		{"deep.xml", "a million tags in each other", []byte("<?xml version=\"1.0\"?>\n" + strings.Repeat("<a>", 1_000_000) + "x" + strings.Repeat("</a>", 1_000_000))},
		{"wide.xml", "a tag with a million attributes", wideXML()},
		{"script.svg", "a drawing with scripts, pictures and styles from elsewhere", []byte(`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><script xlink:href="` + network + `/svg"/><image xlink:href="` + network + `/image"/><style>@import url(` + network + `/css);</style><text>a letter</text></svg>`)},
		{"page.html", "scripts, a page that leads on, pictures, frames and styles from elsewhere", []byte(`<html><head><base href="` + network + `/"><meta http-equiv="refresh" content="0;url=` + network + `/refresh"><link rel="stylesheet" href="` + network + `/css"><script src="` + network + `/js"></script><script>fetch("` + network + `/fetch")</script></head><body background="` + network + `/bg" onload="fetch('` + network + `/load')"><img src="` + network + `/img"><iframe src="` + network + `/frame" srcdoc="<img src='` + network + `/doc'>"></iframe><video src="` + network + `/video"></video>a letter</body></html>`)},
		{"deep.html", "a million tags in each other", []byte("<html><body>" + strings.Repeat("<div>", 1_000_000) + "a letter")},
		{"page.mhtml", "a saved page whose pictures are elsewhere", []byte("From: <saved>\r\nSubject: page\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=\"b\"; type=\"text/html\"\r\n\r\n--b\r\nContent-Type: text/html\r\nContent-Location: " + network + "/mhtml\r\n\r\n<html><img src=\"" + network + "/mhtml-image\">a letter</html>\r\n--b\r\nContent-Type: message/external-body; access-type=URL; URL=\"" + network + "/external\"\r\n\r\nContent-Type: image/png\r\n\r\n--b--\r\n")},
		{"remote.docx", "a template, a picture and a frame from elsewhere", ooxml(external("attachedTemplate", "/template"), external("image", "/image")+external("frame", "/frame")+external("attachedTemplate", "/template2"), wordBody)},
		{"laughs.docx", "entities of entities in its text", ooxml("", "", laughs(10)+strings.Replace(wordBody, "a letter", "&lol9;", 1))},
		{"flat.docx", "a text of 1 GiB in 1 MB", ooxmlLong("", "", wordBody[:strings.Index(wordBody, "a letter")], 1024)},
		{"columns.ods", "a cell that is repeated 2^31 times", ods(odsRow(`<table:table-row>` + cell + `</table:table-row>`))},
		{"rows.ods", "a row that is repeated 2^31 times, with such cells", ods(odsRow(`<table:table-row table:number-rows-repeated="2147483647">` + cell + `</table:table-row>`))},
		{"deep.rtf", "a million groups in each other", []byte(`{\rtf1 a letter ` + strings.Repeat("{", 1_000_000) + strings.Repeat("}", 1_000_000) + "}")},
		{"object.rtf", "an object linked from elsewhere", []byte(`{\rtf1 a letter {\field{\*\fldinst INCLUDEPICTURE "` + network + `/rtf" \\d}{\fldrslt }}{\*\template ` + network + `/template}}`)},
		{"tail.txt", "text of two bytes a letter with half a letter at its end", utf16Odd()},
		{"deep.json", "a million lists in each other", []byte(strings.Repeat("[", 1_000_000))},
		{"wide.csv", "a million columns", []byte(strings.Repeat("a,", 1_000_000) + "\n" + strings.Repeat("1,", 1_000_000) + "\n")},
		{"quote.csv", "a quote that never ends, 64 MB", []byte("a,b\n1,\"" + strings.Repeat("x\n", 32<<20))},
	}
}

func wideXML() []byte {
	var b bytes.Buffer
	b.WriteString("<?xml version=\"1.0\"?>\n<a")
	for i := range 1_000_000 {
		fmt.Fprintf(&b, " a%d=\"x\"", i)
	}
	b.WriteString("/>")
	return b.Bytes()
}

func manyParts(n int) []byte {
	var b bytes.Buffer
	b.WriteString("From: a@example.org\r\nTo: b@example.org\r\nSubject: parts\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n")
	for i := range n {
		fmt.Fprintf(&b, "--b\r\nContent-Type: text/plain; name=\"%d.txt\"\r\nContent-Disposition: attachment; filename=\"%d.txt\"\r\n\r\nthe same\r\n", i, i)
	}
	b.WriteString("--b--\r\n")
	return b.Bytes()
}

func nestedMessages(n int) []byte {
	var b bytes.Buffer
	for range n {
		b.WriteString("Subject: inside\r\nMIME-Version: 1.0\r\nContent-Type: message/rfc822\r\n\r\n")
	}
	b.WriteString("Subject: the bottom\r\n\r\na letter\r\n")
	return b.Bytes()
}

func nestedParts(n int) []byte {
	var b bytes.Buffer
	b.WriteString("Subject: parts in parts\r\nMIME-Version: 1.0\r\n")
	for i := range n {
		fmt.Fprintf(&b, "Content-Type: multipart/mixed; boundary=\"b%d\"\r\n\r\n--b%d\r\n", i, i)
	}
	b.WriteString("Content-Type: text/plain\r\n\r\na letter\r\n")
	return b.Bytes()
}

func mails() []hostileFile {
	headers := "Subject: headers\r\n" + strings.Repeat("X-Long: "+strings.Repeat("y", 60)+"\r\n", 100_000) + "\r\na letter\r\n"
	return []hostileFile{
		{"parts.eml", "ten thousand attachments", manyParts(10_000)},
		{"nested.eml", "a thousand messages in each other", nestedMessages(1000)},
		{"mixed.eml", "a thousand parts in each other", nestedParts(1000)},
		{"headers.eml", "a hundred thousand headers", []byte(headers)},
		{"long.eml", "a header of 16 MB", []byte("Subject: " + strings.Repeat("z", 16<<20) + "\r\n\r\na letter\r\n")},
		{"encoded.eml", "attachments packed in base64 in base64", []byte("Subject: base64\r\nMIME-Version: 1.0\r\nContent-Type: application/gzip; name=a.gz\r\nContent-Disposition: attachment; filename=a.gz\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.StdEncoding.EncodeToString(gzipped(make([]byte, 512<<20))) + "\r\n")},
	}
}

func pngOf(width, height uint32, data []byte) []byte {
	chunk := func(kind string, p []byte) []byte {
		b := binary.BigEndian.AppendUint32(nil, uint32(len(p)))
		b = append(append(b, kind...), p...)
		return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
	}
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	b := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, 8, 2, 0, 0, 0))...)
	b = append(b, chunk("zTXt", append([]byte("Comment\x00\x00"), longSpaces(512)...))...)
	return append(append(b, chunk("IDAT", data)...), chunk("IEND", nil)...)
}

// tiffOf is a page of so many pixels, whose directory is followed by another,
// which is the same.
func tiffOf(width, height uint32) []byte {
	le := binary.LittleEndian
	b := append([]byte("II*\x00"), le.AppendUint32(nil, 8)...)
	tags := [][3]uint32{{256, 4, width}, {257, 4, height}, {258, 3, 8}, {259, 3, 1}, {262, 3, 1}, {273, 4, 8}, {277, 3, 1}, {278, 4, height}, {279, 4, 0xffffffff}}
	b = le.AppendUint16(b, uint16(len(tags)))
	for _, t := range tags {
		b = le.AppendUint16(le.AppendUint16(b, uint16(t[0])), uint16(t[1]))
		b = le.AppendUint32(le.AppendUint32(b, 1), t[2])
	}
	return le.AppendUint32(b, 8)
}

func gifOf(frames int) []byte {
	b := append([]byte("GIF89a"), 0xff, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff)
	frame := []byte{',', 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 2, 2, 0x44, 0x01, 0}
	return append(append(b, bytes.Repeat(frame, frames)...), ';')
}

// jp2Of is the head of a JPEG 2000 picture.
func jp2Of(width, height uint32) []byte {
	be := binary.BigEndian
	box := func(kind string, p []byte) []byte {
		return append(append(be.AppendUint32(nil, uint32(len(p)+8)), kind...), p...)
	}
	head := be.AppendUint32(be.AppendUint32(nil, height), width)
	b := box("jP  ", []byte("\r\n\x87\n"))
	b = append(b, box("ftyp", []byte("jp2 \x00\x00\x00\x00jp2 "))...)
	return append(b, box("jp2h", box("ihdr", append(head, 0, 3, 7, 7, 0, 0)))...)
}

func pictures() []hostileFile {
	return []hostileFile{
		{"big.png", "100,000 × 100,000 pixels, a remark of 512 MiB", pngOf(100_000, 100_000, longSpaces(64))},
		{"big.tiff", "100,000 × 100,000 pixels, and pages that lead back", tiffOf(100_000, 100_000)},
		{"big.jp2", "100,000 × 100,000 pixels", jp2Of(100_000, 100_000)},
		{"frames.gif", "100,000 pictures of 65,535 × 65,535 pixels", gifOf(100_000)},
	}
}

func tables(sqlite []byte) []hostileFile {
	dbf := make([]byte, 65)
	copy(dbf, []byte{3, 120, 1, 1, 0xff, 0xff, 0xff, 0xff, 65, 0, 0xff, 0xff})
	copy(dbf[32:], "NAME\x00\x00\x00\x00\x00\x00\x00C")
	dbf[48], dbf[64] = 254, 13
	parquet := append([]byte("PAR1"), bytes.Repeat([]byte{0x15, 0xfe, 0xff, 0xff, 0xff, 0x0f, 0x19, 0xfc, 0xff, 0xff, 0xff, 0x0f}, 8)...)
	parquet = append(binary.LittleEndian.AppendUint32(parquet, 96), "PAR1"...)
	access := make([]byte, 8192)
	copy(access, "\x00\x01\x00\x00Standard Jet DB\x00\x01")
	for i := 4096; i < len(access); i++ {
		access[i] = 0xff
	}
	lied := bytes.Clone(sqlite)
	binary.BigEndian.PutUint32(lied[28:], 0xfffffffe) // pages
	binary.BigEndian.PutUint32(lied[32:], 2)          // the first free page
	binary.BigEndian.PutUint16(lied[103:], 0xffff)    // cells of the first page
	return []hostileFile{
		{"counts.dbf", "four thousand million rows in 65 bytes", dbf},
		{"counts.parquet", "a list of 2^32 columns", parquet},
		{"counts.mdb", "pages that are all ones", access},
		{"counts.sqlite", "four thousand million pages", lied},
	}
}

// oddNames are names of files that are not what they seem; they hold letters.
var oddNames = []string{
	"line\nbreak.txt", "escape\x1b[2J\x1b]0;title\x07.txt", "report\u202etxt.exe", "..\\..\\windows.txt", "null\x01byte.txt", "bad\xff\xfeutf8.txt", "-rf.txt", strings.Repeat("n", 250) + ".txt",
}
