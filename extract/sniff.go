package extract

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf8"

	"overt/extract/charset"
)

// A Format is what the bytes of a source are.
type Format string

// The formats Sniff tells apart. Only tables, trees and the containers that
// hold them are read here; the others have names so that a refusal can say
// what was found.
const (
	CSV     Format = "csv"
	TSV     Format = "tsv"
	JSON    Format = "json"
	JSONL   Format = "jsonl"
	XML     Format = "xml"
	XLSX    Format = "xlsx"
	ODS     Format = "ods"
	ODT     Format = "odt"
	DOCX    Format = "docx"
	PPTX    Format = "pptx"
	EPUB    Format = "epub"
	ZIP     Format = "zip"
	GZIP    Format = "gzip"
	ZSTD    Format = "zstd"
	BZIP2   Format = "bzip2"
	XZ      Format = "xz"
	SevenZ  Format = "7z"
	TAR     Format = "tar"
	SQLite  Format = "sqlite"
	PDF     Format = "pdf"
	HTML    Format = "html"
	Parquet Format = "parquet"
	Avro    Format = "avro"
	DBF     Format = "dbf"
	Zone    Format = "zone"
	YAML    Format = "yaml"
	OLE     Format = "ole"
	RTF     Format = "rtf"
	Image   Format = "image"
	Text    Format = "text"
	Binary  Format = "binary"
	Empty   Format = "empty"
	Office  Format = "ooxml" // an Office Open XML package of another kind
)

var described = map[Format]string{
	CSV: "a table in comma-separated form", TSV: "a table in tab-separated form",
	JSON: "a JSON document", JSONL: "JSON lines", XML: "an XML document",
	XLSX: "an Excel workbook", ODS: "an OpenDocument spreadsheet", ODT: "an OpenDocument text",
	DOCX: "a Word document", PPTX: "a PowerPoint presentation", EPUB: "an EPUB book",
	ZIP: "a ZIP archive", GZIP: "gzip-compressed bytes", ZSTD: "zstd-compressed bytes",
	BZIP2: "bzip2-compressed bytes", XZ: "xz-compressed bytes", SevenZ: "a 7-Zip archive", TAR: "a tar archive",
	SQLite: "an SQLite database", PDF: "a PDF document", HTML: "an HTML page",
	Parquet: "a Parquet file", Avro: "an Avro file", DBF: "a dBase table",
	Zone: "a DNS zone file", YAML: "a YAML document",
	OLE: "an OLE2 file (an old Office document or an encrypted workbook)",
	RTF: "an RTF document", Image: "an image", Text: "plain text",
	Office: "an Office Open XML package of another kind",
	Binary: "binary data of no known kind", Empty: "an empty file",
}

// Describe names the format for people, with its article: "a PDF document".
func (f Format) Describe() string {
	if d := described[f]; d != "" {
		return d
	}
	return "a file of format " + string(f)
}

// IsDocument says whether a file of this format is a document, which import
// refuses: it takes records.
func (f Format) IsDocument() bool {
	switch f {
	case PDF, HTML, DOCX, PPTX, ODT, EPUB, RTF, OLE, Office, Image, Text:
		return true
	}
	return false
}

var magics = []struct {
	prefix string
	format Format
}{
	{"\x1f\x8b", GZIP},
	{"\x28\xb5\x2f\xfd", ZSTD},
	{"BZh", BZIP2},
	{"\xfd7zXZ\x00", XZ},
	{"7z\xbc\xaf\x27\x1c", SevenZ},
	{"SQLite format 3\x00", SQLite},
	{"PAR1", Parquet},
	{"Obj\x01", Avro},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE},
	{"{\\rtf", RTF},
	{"\x89PNG\r\n\x1a\n", Image},
	{"\xff\xd8\xff", Image},
	{"GIF87a", Image},
	{"GIF89a", Image},
	{"II*\x00", Image},
	{"MM\x00*", Image},
	{"PK\x05\x06", ZIP},
}

// Sniff says what a source is from its first bytes; a few hundred kilobytes
// make it sure about tables. It looks at content alone, never at names.
func Sniff(head []byte) Format {
	if len(head) == 0 {
		return Empty
	}
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.prefix)) {
			return m.format
		}
	}
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return sniffZip(head)
	case bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")):
		return PDF
	case isTar(head):
		return TAR
	case isDBF(head):
		return DBF
	}
	return sniffText(head)
}

// sniffZip reads the local file headers in the head. Office formats are ZIP
// archives with agreed member names.
func sniffZip(head []byte) Format {
	has := func(name string) bool { return bytes.Contains(head, []byte(name)) }
	if len(head) >= 30 {
		n := int(binary.LittleEndian.Uint16(head[26:]))
		if 30+n <= len(head) && string(head[30:30+n]) == "mimetype" {
			return SniffMimetype(string(head[30+n : min(len(head), 30+n+100)]))
		}
	}
	if !has("[Content_Types].xml") && !has("_rels/.rels") {
		return ZIP
	}
	switch {
	case has("xl/"):
		return XLSX
	case has("word/"):
		return DOCX
	case has("ppt/"):
		return PPTX
	}
	return ZIP
}

// SniffMimetype reads the member "mimetype" of an archive: which OpenDocument or
// EPUB the archive is, else ZIP.
func SniffMimetype(s string) Format {
	switch {
	case strings.Contains(s, "opendocument.spreadsheet"):
		return ODS
	case strings.Contains(s, "opendocument"):
		return ODT
	case strings.Contains(s, "epub"):
		return EPUB
	}
	return ZIP
}

// sniffText tells the textual formats apart.
func sniffText(head []byte) Format {
	text, ok := sniffDecode(head)
	if !ok {
		return Binary
	}
	body := strings.TrimLeft(text, " \t\r\n")
	switch {
	case body == "":
		return Text
	case body[0] == '<':
		return sniffMarkup(body)
	case isZone(text):
		return Zone
	case isYAML(text):
		return YAML
	case body[0] == '{' || body[0] == '[':
		if f := sniffJSON(body); f != "" {
			return f
		}
	}
	d := DetectDialect([]byte(text))
	switch {
	case d.Columns < 2 || d.First != d.Columns || d.Score < 0.8 || d.Rows == 1 && d.Columns < 3:
		return Text
	case d.Delimiter == '\t':
		return TSV
	}
	return CSV
}

// sniffDecode gives the head as text with single-byte characters: UTF-16
// and UTF-32 are decoded, everything else stays as it is, for the structure of all textual
// formats is ASCII. It says no when the bytes are no text.
func sniffDecode(head []byte) (string, bool) {
	if b, ok := bytes.CutPrefix(head, []byte("\xef\xbb\xbf")); ok {
		head = b
	}
	if wide := charset.Detect(head[:min(len(head), 4096)]).Name; charset.IsWide(wide) {
		r, err := charset.Reader(bytes.NewReader(head[:len(head)&^3]), wide, nil)
		if err != nil {
			return "", false
		}
		text, _ := io.ReadAll(r) // from memory; what does not decode becomes U+FFFD
		return string(text), true
	}
	odd := 0
	for _, b := range head {
		if b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1b && b != 0x1a {
			odd++
		}
	}
	// A stray control character is common in exports; one in fifty bytes is not.
	return string(head), odd*50 <= len(head)
}

// sniffMarkup goes by the first element, for element names of HTML such as p
// are common in XML too.
func sniffMarkup(body string) Format {
	for body != "" {
		body = strings.TrimLeft(body, " \t\r\n")
		end := ""
		switch {
		case strings.HasPrefix(body, "<!--"):
			end = "-->"
		case strings.HasPrefix(body, "<?"):
			end = "?>"
		case hasPrefixFold(body, "<!doctype html"):
			return HTML
		case strings.HasPrefix(body, "<!"):
			end = declaration(body)
		default:
			return sniffElement(body)
		}
		_, rest, ok := strings.Cut(body, end)
		if !ok || end == "" {
			return XML
		}
		body = rest
	}
	return XML
}

// declaration is the one that body begins with, those in its brackets counted; ""
// when it does not end.
func declaration(body string) string {
	depth, quote := 0, byte(0)
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case strings.HasPrefix(body[i:], "<!--"):
			end := strings.Index(body[i:], "-->")
			if end < 0 {
				return ""
			}
			i += end + 2
		case c == '<' || c == '[':
			depth++
		case c == ']':
			depth--
		case c == '>':
			if depth--; depth <= 0 {
				return body[:i+1]
			}
		}
	}
	return ""
}

var htmlRoots = map[string]bool{
	"html": true, "head": true, "body": true, "title": true, "meta": true, "link": true, "script": true,
	"style": true, "table": true, "div": true, "span": true, "p": true, "h1": true, "ul": true, "br": true,
}

func sniffElement(body string) Format {
	if len(body) < 2 || body[0] != '<' || !isNameStart(body[1]) {
		return Text
	}
	name := body[1:]
	if i := strings.IndexAny(name, " \t\r\n/>"); i >= 0 {
		name = name[:i]
	}
	if htmlRoots[strings.ToLower(name)] {
		return HTML
	}
	return XML
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

func isNameStart(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b == '_' || b >= utf8.RuneSelf
}

// sniffJSON tells a document from JSON lines: complete values, one after
// another, be it without a line break between them. It gives "" when the
// beginning is no JSON at all.
func sniffJSON(body string) Format {
	end, ok := jsonEnd(body)
	if !ok {
		return ""
	}
	if end < 0 {
		return JSON
	}
	rest := strings.TrimLeft(body[end:], " \t\r\n")
	if rest != "" && (rest[0] == '{' || rest[0] == '[') {
		if _, ok := jsonEnd(rest); ok {
			return JSONL
		}
	}
	if strings.TrimLeft(body[end:], " \t\r") == rest && rest != "" && rest[0] != ',' {
		return ""
	}
	return JSON
}

// JoinedJSON says whether the values of JSON lines, whose first bytes in UTF-8
// are given, do not stand on one line each: a value spans lines, or two share
// one.
func JoinedJSON(head []byte) bool {
	body := strings.TrimLeft(strings.TrimPrefix(string(head), "\ufeff"), " \t\r\n")
	if body == "" || body[0] != '{' && body[0] != '[' {
		return false
	}
	end, ok := jsonEnd(body)
	if !ok || end < 0 {
		return false
	}
	rest := strings.TrimLeft(body[end:], " \t\r")
	if rest != "" && (rest[0] == '{' || rest[0] == '[') {
		return true
	}
	return strings.Contains(body[:end], "\n") && strings.Trim(rest, " \t\r\n") != ""
}

// jsonEnd finds the end of the first value by its brackets: -1 when the head
// ends first. Not ok when the first bytes could not begin a JSON value.
func jsonEnd(s string) (end int, ok bool) {
	second := strings.TrimLeft(s[1:], " \t\r\n")
	if second != "" {
		allowed := "\"}"
		if s[0] == '[' {
			allowed = "\"{[]-0123456789tfn"
		}
		if strings.IndexByte(allowed, second[0]) < 0 {
			return 0, false
		}
	}
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i + 1, true
			}
		}
	}
	return -1, true
}
