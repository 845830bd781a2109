package kind

import (
	"bytes"
	"io"
	"regexp"
	"strings"

	"overt/extract"
	"overt/extract/charset"
)

// text is for files that are text in some encoding.
func (f *file) text(format extract.Format) Kind {
	text := f.decoded()
	body := strings.TrimLeft(text, " \t\r\n")
	if k, ok := f.message(text, body); ok {
		return k
	}
	switch format {
	case extract.JSON:
		return is("application/json", Prose)
	case extract.JSONL:
		return is("application/jsonl", Prose)
	case extract.HTML:
		if strings.HasPrefix(body, "<?xml") || strings.Contains(body[:min(len(body), 1<<10)], "http://www.w3.org/1999/xhtml") {
			return is("application/xhtml+xml", Prose)
		}
		return is("text/html", Prose)
	case extract.XML:
		return xmlKind(body)
	case extract.YAML:
		if t := texts[f.ending]; t != "" && t != "application/yaml" {
			return f.plain(body) // what stands before a page of Markdown is YAML, too
		}
		return Kind{Type: "application/yaml", Family: Prose, Sure: 0.9}
	case extract.Zone:
		return Kind{Type: "text/dns", Family: Prose, Sure: 0.9}
	case extract.CSV, extract.TSV:
		return f.table(format, body)
	}
	return f.plain(body)
}

// decoded is the head as UTF-8, as far as it goes.
func (f *file) decoded() string {
	head := f.head[:min(len(f.head), 64<<10)]
	if guess := charset.Detect(head); charset.IsWide(guess.Name) {
		if r, err := charset.Reader(bytes.NewReader(head[:len(head)&^3]), guess.Name, nil); err == nil {
			b, _ := io.ReadAll(r) // from memory
			return string(b)
		}
	}
	return strings.TrimPrefix(string(head), "\ufeff")
}

var (
	headerLine = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9-]{1,60})[ \t]*:([ \t]|$)`)
	fromLine   = regexp.MustCompile(`^>?From [^\n]*\d\d:\d\d[^\n]*\d{4}`)
	emlxLine   = regexp.MustCompile(`^\d{1,10}[ \t]*\r?\n`)
	subtitle   = regexp.MustCompile(`^\d+\r?\n\d\d:\d\d:\d\d[,.]\d{3} --> `)
)

// strong are header fields of messages (RFC 5322, 5536, 2045) that other texts
// do not begin with.
var strong = map[string]bool{
	"received": true, "return-path": true, "message-id": true, "mime-version": true, "delivered-to": true,
	"x-mailer": true, "content-type": true, "newsgroups": true, "x-from-line": true, "x-mozilla-status": true,
	"dkim-signature": true, "arc-seal": true, "x-received": true, "content-transfer-encoding": true, "in-reply-to": true,
	"reply-to": true, "xref": true, "path": true,
}

// weak are those that notes and memos begin with too.
var weak = map[string]bool{"from": true, "to": true, "subject": true, "date": true, "cc": true, "bcc": true, "sent": true, "sender": true, "organization": true}

// message tells mail and its kin, which are text of agreed beginnings.
func (f *file) message(text, body string) (Kind, bool) {
	upper := strings.ToUpper(body[:min(len(body), 64)])
	need := 2
	if f.ending == "eml" {
		need = 1
	}
	from := fromLine.MatchString(body)
	switch {
	case strings.HasPrefix(upper, "BEGIN:VCARD"):
		return is("text/vcard", Mail), true
	case strings.HasPrefix(upper, "BEGIN:VCALENDAR"):
		return is("text/calendar", Mail), true
	case from && f.ending != "eml" && (f.ending == "mbox" || headers(afterLine(body), 1) > 0):
		return is("application/mbox", Mail), true
	case strings.HasPrefix(strings.TrimLeft(body, ">"), "From ") && headers(afterLine(body), need) >= need:
		return is("message/rfc822", Mail), true
	}
	if m := emlxLine.FindString(text); m != "" && headers(text[len(m):], 2) >= 2 {
		return is("message/x-emlx", Mail), true
	}
	if headers(body, need) < need {
		return Kind{}, false
	}
	head, rest, _ := strings.Cut(strings.ReplaceAll(body, "\r\n", "\n"), "\n\n")
	if low := strings.ToLower(head); strings.Contains(low, "multipart/related") && (strings.Contains(low, "snapshot-content-location") || !strings.Contains(low, "\nto:") && !strings.Contains(low, "received:") && strings.Contains(strings.ToLower(rest), "content-location:")) {
		return is("multipart/related", Mail), true
	}
	return Kind{Type: "message/rfc822", Family: Mail, Sure: 0.9}, true
}

func afterLine(s string) string {
	_, rest, _ := strings.Cut(s, "\n")
	return rest
}

// headers counts the known header fields that a text begins with, strong ones
// twice. It is 0 when another line comes before the first blank one, unless there
// were as many as are needed, twice, or the first line is one and need is 1.
func headers(s string, need int) int {
	n := 0
	for i := range 200 {
		line, rest, more := strings.Cut(s, "\n")
		line = strings.TrimSuffix(line, "\r")
		if line == "" && i > 0 {
			break
		}
		m := headerLine.FindStringSubmatch(line)
		switch {
		case m != nil:
			if name := strings.ToLower(m[1]); strong[name] || strings.HasPrefix(name, "x-") {
				n += 2
			} else if weak[name] {
				n++
			}
		case i > 0 && line != "" && (line[0] == ' ' || line[0] == '\t'):
		case n >= 2*need: // a broken line in a message is a broken line
		default:
			return 0
		}
		if !more {
			break
		}
		s = rest
	}
	return n
}

// roots are XML documents with types of their own, by the name of their first
// element, or something it says.
var roots = []struct {
	mark   string
	kind   string
	family Family
}{
	{"http://schemas.microsoft.com/office/2006/xmlPackage", "application/vnd.openxmlformats-officedocument+xml", Office},
	{`progid="Word.Document"`, "application/vnd.ms-wordml", Office},
	{`progid="Excel.Sheet"`, "application/vnd.ms-spreadsheetml", Office},
	{"http://schemas.microsoft.com/office/word/2003/wordml", "application/vnd.ms-wordml", Office},
	{"urn:schemas-microsoft-com:office:spreadsheet", "application/vnd.ms-spreadsheetml", Office},
	{`office:mimetype="application/vnd.oasis.opendocument.text"`, "application/vnd.oasis.opendocument.text-flat-xml", Office},
	{`office:mimetype="application/vnd.oasis.opendocument.spreadsheet"`, "application/vnd.oasis.opendocument.spreadsheet-flat-xml", Office},
	{`office:mimetype="application/vnd.oasis.opendocument.presentation"`, "application/vnd.oasis.opendocument.presentation-flat-xml", Office},
	{`office:mimetype="application/vnd.oasis.opendocument.graphics"`, "application/vnd.oasis.opendocument.graphics-flat-xml", Office},
	{"http://www.w3.org/1999/xhtml", "application/xhtml+xml", Prose},
	{"<svg", "image/svg+xml", Prose},
	{"http://www.w3.org/2000/svg", "image/svg+xml", Prose},
	{"<rss", "application/rss+xml", Prose},
	{"http://www.w3.org/2005/Atom", "application/atom+xml", Prose},
	{"<kml", "application/vnd.google-earth.kml+xml", Prose},
	{"<plist", "application/x-plist", Prose},
}

// xmlKind looks at what stands up to the end of the first element.
func xmlKind(body string) Kind {
	head := body[:min(len(body), 16<<10)]
	for i := 0; i < len(head); {
		j := strings.IndexByte(head[i:], '<')
		if j < 0 {
			break
		}
		if i += j; i+1 < len(head) && head[i+1] != '?' && head[i+1] != '!' {
			if end := strings.IndexByte(head[i:], '>'); end >= 0 {
				head = head[:i+end]
			}
			break
		}
		i++
	}
	for _, r := range roots {
		if strings.Contains(head, r.mark) {
			return is(r.kind, r.family)
		}
	}
	return is("application/xml", Prose)
}

// table believes that text is a table unless its name says text and the table
// is small: lists with commas are common in letters.
func (f *file) table(format extract.Format, body string) Kind {
	k := Kind{Type: "text/csv", Family: Table, Sure: 0.9}
	if format == extract.TSV {
		k.Type = "text/tab-separated-values"
	}
	switch e := texts[f.ending]; {
	case f.ending == "csv", f.ending == "tsv", f.ending == "tab":
		k.Sure = 1
	case e == "" && f.ending != "":
	case e != "" && e != "text/plain":
		return f.plain(body)
	case strings.Count(body, "\n") < 10:
		return f.plain(body)
	}
	return k
}

// texts are the types of text that only a name tells.
var texts = map[string]string{
	"txt": "text/plain", "text": "text/plain", "log": "text/plain", "asc": "text/plain", "nfo": "text/plain", "sha1": "text/plain", "md5": "text/plain",
	"csv": "text/csv", "tsv": "text/tab-separated-values", "tab": "text/tab-separated-values",
	"md": "text/markdown", "markdown": "text/markdown", "rst": "text/x-rst", "adoc": "text/asciidoc", "tex": "text/x-tex",
	"yml": "application/yaml", "yaml": "application/yaml", "toml": "application/toml", "ini": "text/plain", "cfg": "text/plain", "conf": "text/plain",
	"srt": "application/x-subrip", "vtt": "text/vtt", "sub": "text/plain", "ass": "text/x-ssa",
	"css": "text/css", "js": "text/javascript", "mjs": "text/javascript", "ts": "text/x-typescript", "sql": "application/sql",
	"py": "text/x-source", "go": "text/x-source", "c": "text/x-source", "h": "text/x-source", "cpp": "text/x-source", "cc": "text/x-source", "hpp": "text/x-source",
	"java": "text/x-source", "cs": "text/x-source", "rb": "text/x-source", "rs": "text/x-source", "php": "text/x-source", "pl": "text/x-source", "swift": "text/x-source",
	"kt": "text/x-source", "lua": "text/x-source", "r": "text/x-source", "vb": "text/x-source", "vbs": "text/x-source", "scala": "text/x-source",
	"sh": "application/x-sh", "bash": "application/x-sh", "bat": "application/x-bat", "cmd": "application/x-bat", "ps1": "text/x-source",
	"html": "text/html", "htm": "text/html", "json": "application/json", "xml": "application/xml",
}

func (f *file) plain(body string) Kind {
	switch {
	case strings.HasPrefix(body, "WEBVTT"):
		return is("text/vtt", Prose)
	case subtitle.MatchString(body):
		return is("application/x-subrip", Prose)
	case strings.HasPrefix(body, "#!"):
		if t := texts[f.ending]; t != "" && t != "text/plain" {
			return Kind{Type: t, Family: Prose, Sure: 0.9}
		}
		return Kind{Type: "application/x-sh", Family: Prose, Sure: 0.8}
	}
	switch t := texts[f.ending]; t {
	case "", "text/html", "application/json", "application/xml":
		return Kind{Type: "text/plain", Family: Prose, Sure: 0.8}
	case "text/csv", "text/tab-separated-values": // one column, or too uneven for the detection
		return Kind{Type: t, Family: Table, Sure: 0.6}
	default:
		return Kind{Type: t, Family: Prose, Sure: 0.9}
	}
}
