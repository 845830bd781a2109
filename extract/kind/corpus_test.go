package kind_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overt/extract/document/documenttest"
)

const ooxml = "application/vnd.openxmlformats-officedocument."
const odf = "application/vnd.oasis.opendocument."

// byEnding is what most files of the corpus are.
var byEnding = map[string]string{
	"pdf": "application/pdf", "json": "application/json", "xml": "application/xml", "md": "text/markdown", "txt": "text/plain", "csv": "text/csv",
	"docx": ooxml + "wordprocessingml.document", "xlsx": ooxml + "spreadsheetml.sheet", "pptx": ooxml + "presentationml.presentation",
	"xlsb": "application/vnd.ms-excel.sheet.binary.macroEnabled.12", "xlsm": "application/vnd.ms-excel.sheet.macroEnabled.12",
	"pptm": "application/vnd.ms-powerpoint.presentation.macroEnabled.12", "xps": "application/vnd.ms-xpsdocument", "vsdx": "application/vnd.ms-visio.drawing",
	"odt": odf + "text", "ods": odf + "spreadsheet", "odp": odf + "presentation", "odg": odf + "graphics", "fods": odf + "spreadsheet-flat-xml", "epub": "application/epub+zip",
	"doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint", "rtf": "text/rtf", "vsd": "application/vnd.visio",
	"pub": "application/x-mspublisher", "mpp": "application/vnd.ms-project", "one": "application/onenote", "mdb": "application/x-msaccess",
	"pages": "application/vnd.apple.pages", "numbers": "application/vnd.apple.numbers", "key": "application/vnd.apple.keynote",
	"eml": "message/rfc822", "emlx": "message/x-emlx", "mbox": "application/mbox", "msg": "application/vnd.ms-outlook", "pst": "application/vnd.ms-outlook-pst",
	"vcf": "text/vcard", "ics": "text/calendar", "mhtml": "multipart/related", "html": "text/html", "htm": "text/html", "xhtml": "application/xhtml+xml", "rss": "application/rss+xml",
	"zip": "application/zip", "7z": "application/x-7z-compressed", "rar": "application/vnd.rar", "tar": "application/x-tar", "tgz": "application/gzip", "gz": "application/gzip",
	"bz2": "application/x-bzip2", "z": "application/x-compress", "arj": "application/x-arj", "chm": "application/vnd.ms-htmlhelp", "p7m": "application/pkcs7-mime",
	"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "tif": "image/tiff", "tiff": "image/tiff", "wmf": "image/wmf", "emf": "image/emf",
	"db": "application/x-berkeley-db", "dbf": "application/x-dbf", "sha1": "text/plain",
}

// odd are files that are something else, or have no ending.
var odd = map[string]string{
	"ingest-file/empty.pdf": "application/x-empty", "ofac.json": "application/jsonl", "testSQLITE3.db": "application/vnd.sqlite3",
	"password_protected.xlsx": "application/x-ooxml-protected", "protect.xlsx": "application/x-ooxml-protected",
	"testEXCEL_protected_passtika.xlsx": "application/x-ooxml-protected", "testPPT_protected_passtika.pptx": "application/x-ooxml-protected",
	"testWORD_protected_passtika.docx": "application/x-ooxml-protected",
	"testEXCEL2003.xml":                "application/vnd.ms-spreadsheetml", "testWORD2003.xml": "application/vnd.ms-wordml", "testWORD_2003ml.xml": "application/vnd.ms-wordml",
	"testWORDML_tableInsideParagraph.doc": "application/vnd.ms-wordml", "testWORD_2006ml.xml": ooxml[:len(ooxml)-1] + "+xml",
	"variations__variations__text__html__4.0__lorem-ipsum_files__themedata.xml": "application/zip",
	"testMSOwnerFile": "application/octet-stream", "testMacOS-arm64": "application/x-mach-o", "testOS2BitmapArray": "image/bmp",
	"testRFC822-ARC": "message/rfc822", "testRFC822-CC-BCC": "message/rfc822", "testRFC822-limitedheaders": "message/rfc822", "testRFC822-multipart": "message/rfc822",
	"testRFC822-txt-body": "message/rfc822", "testRFC822_base64": "message/rfc822", "testRFC822_encrypted_zip": "message/rfc822", "testRFC822_i18nheaders": "message/rfc822",
	"testRFC822_simple_inline_body.txt": "message/rfc822", "testMessageNews.txt": "message/rfc822",
	"boilerplate.html": "application/xhtml+xml", "boilerplate-whitespace.html": "application/xhtml+xml", "tika434.html": "application/xhtml+xml",
}

func TestCorpus(t *testing.T) {
	dir := documenttest.Corpus(t, 2, "")
	files, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, p := range files {
		if strings.HasPrefix(filepath.Base(p), ".") {
			continue // what programs leave while they have a file open
		}
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(p)
		want := odd[filepath.Base(filepath.Dir(p))+"/"+name]
		if want == "" {
			want = odd[name]
		}
		if want == "" {
			want = byEnding[strings.ToLower(strings.TrimPrefix(filepath.Ext(name), "."))]
		}
		if k := detect(t, data, name); k.Type != want {
			t.Errorf("%s: got %s, want %s", name, k.Type, want)
		}
		n++
	}
	if n < 900 {
		t.Errorf("only %d files", n)
	}
}
