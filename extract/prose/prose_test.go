package prose_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"

	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/extract/kind"
	"overt/extract/prose"
)

func read(t testing.TB, mediaType, s string) *documenttest.Doc {
	t.Helper()
	return documenttest.Read(t.Context(), prose.Reader{}, []byte(s), document.Input{Type: mediaType})
}

func TestGolden(t *testing.T) {
	for file, mediaType := range map[string]string{
		"page.html": "text/html", "data.xml": "application/xml", "plan.svg": "image/svg+xml", "records.json": "application/json", "log.txt": "text/plain",
	} {
		d := documenttest.ReadFile(t, prose.Reader{}, filepath.Join("testdata", file), document.Input{Type: mediaType})
		d.Golden(t, filepath.Join("testdata", file+".golden"))
	}
}

// Whatever the encoding, the text is the same.
func TestEncodings(t *testing.T) {
	const german = "Die Übergabe der Schlüssel fand größtenteils in Köln statt.\nÄrgerlich für die Käufer."
	for _, name := range []string{"utf-8", "windows-1252", "utf-16le", "utf-16be"} {
		e, err := htmlindex.Get(name)
		if err != nil {
			t.Fatal(err)
		}
		s, err := e.NewEncoder().String(german)
		if err != nil {
			t.Fatal(err)
		}
		d := read(t, "text/plain", s)
		if d.Err != nil || d.Text() != german+"\n" || d.Get("encoding") != name {
			t.Errorf("%s: got %q in %s, %v", name, d.Text(), d.Get("encoding"), d.Err)
		}
	}
	tests := []struct {
		name, mediaType, charset, in, want string
	}{
		{"declared outside", "text/plain", "iso-8859-2", "\xb3\xf3d\xbc", "łódź"},
		{"declared outside, wrongly", "text/plain", "utf-8", "Gr\xfc\xdfe an alle", "Grüße an alle"},
		{"declared outside, and UTF-8", "text/plain", "windows-1252", "Grüße", "Grüße"},
		{"no encoding of that name", "text/plain", "utf-99", "Gruss", "Gruss"},
		{"declared by a page", "text/html", "", `<meta charset="koi8-r"><p>` + "\xf0\xd2\xc9\xd7\xc5\xd4", "Привет"},
		{"declared by XML", "application/xml", "", `<?xml version="1.0" encoding='iso-8859-7'?><a>` + "\xc1\xe8\xde\xed\xe1</a>", "Αθήνα"},
	}
	for _, tt := range tests {
		d := documenttest.Read(t.Context(), prose.Reader{}, []byte(tt.in), document.Input{Type: tt.mediaType, Charset: tt.charset})
		if got := strings.TrimSuffix(d.Text(), "\n"); got != tt.want || d.Err != nil {
			t.Errorf("%s: got %q, %v; want %q", tt.name, got, d.Err, tt.want)
		}
	}
}

// Pages end at paragraphs, and all of them together are the text.
func TestPages(t *testing.T) {
	paragraph := strings.Repeat("One more word of an invented statement. ", 20) + "\n\n"
	long := strings.Repeat(paragraph, 40)
	tests := []struct {
		name, in string
		pages    int
	}{
		{"short", "one page", 1},
		{"paragraphs", long, 7},
		{"form feeds", "one\ftwo\f\ffour\f", 4},
		{"lines", strings.Repeat("0123456789\n", 2000), 5},
		{"one word", strings.Repeat("x", 12000), 3},
		{"blanks", " \n\t \n", 0},
	}
	for _, tt := range tests {
		d := read(t, "text/plain", tt.in)
		if d.Err != nil || len(d.Pages) != tt.pages {
			t.Errorf("%s: %d pages, %v; want %d", tt.name, len(d.Pages), d.Err, tt.pages)
		}
		if got, want := strings.Join(strings.Fields(d.Text()), ""), strings.Join(strings.Fields(tt.in), ""); got != want {
			t.Errorf("%s: %d characters came out of %d", tt.name, len(got), len(want))
		}
		for _, p := range d.Pages {
			if n := utf8.RuneCountInString(p.Text); n > 5000 {
				t.Errorf("%s: page %d has %d characters", tt.name, p.Number, n)
			}
			if tt.name == "paragraphs" && !strings.HasSuffix(p.Text, "statement.") {
				t.Errorf("page %d ends in %q", p.Number, p.Text[len(p.Text)-20:])
			}
		}
	}
}

func TestPlain(t *testing.T) {
	tests := []struct{ name, in, want, note string }{
		{"line ends", "a\r\nb\rc\nd\v e\u0085f", "a\nb\nc\nd\n e\nf", ""},
		{"colours of a terminal", "\x1b[31mred\x1b[0m \x1b]0;title\x07text \x1b=x", "red text x", "controls"},
		{"a command without end", "\x1b[1;1\nnext", "\nnext", "controls"},
		{"control characters", "a\x00b\x07c\x1a", "abc", "controls"},
		{"stray bytes", strings.Repeat("größer ", 20) + "\xfc", strings.Repeat("größer ", 20) + "ü", "charset"},
		{"nothing", "", "", "empty"},
	}
	for _, tt := range tests {
		d := read(t, "text/plain", tt.in)
		if got := strings.TrimSuffix(d.Text(), "\n"); got != tt.want || d.Err != nil {
			t.Errorf("%s: got %q, %v; want %q", tt.name, got, d.Err, tt.want)
		}
		if tt.note != "" && (len(d.Notes) == 0 || d.Notes[len(d.Notes)-1].Code != tt.note) {
			t.Errorf("%s: notes %v", tt.name, d.Notes)
		}
	}
}

// Escapes of JSON are letters, and nothing else.
func TestJSON(t *testing.T) {
	const in = `{"a": "Gr\u00fc\u00dfe \ud83d\ude00 \u0022 \n \\u00fc \ud83d \u00"}`
	const want = `{"a": "Grüße 😀 \u0022 \n \\u00fc \ud83d \u00"}`
	if d := read(t, "application/json", in); d.Text() != want+"\n" {
		t.Errorf("got %q", d.Text())
	}
}

func TestXML(t *testing.T) {
	tests := []struct{ name, in, want, note string }{
		{"words and elements", "<a><b>one</b><c>two</c>\n<d>This is <i>one</i> line.</d></a>", "one\ntwo\nThis is one line.", ""},
		{"attributes", `<a xmlns="x" id="7"><b when='2020 &amp; later'/>text</a>`, "id: 7\nwhen: 2020 & later\ntext", ""},
		{"attributes within words", `<p>a <b id="7">b</b> c</p><p>d</p>`, "a b c\nid: 7\nd", ""},
		{"references", "<a>&lt;b&gt; &#228;&#xe4; &unknown; & &#xffffffff; &#0;</a>", "<b> ää &unknown; & &#xffffffff;", ""},
		{"character data", "<a><![CDATA[x < y ]] > z]]></a>", "x < y ]] > z", ""},
		{"comments", "<a>x<!-- hidden --><b>y</b></a>", "x\nhidden\ny", "comments"},
		{"entities are not expanded", `<!DOCTYPE a [<!ENTITY b "bbb"><!ENTITY c SYSTEM "file:///etc/hosts">]><a>&b;&c;</a>`, "&b;&c;", "entities"},
		{"cut in a tag", "<a>x<b y='", "x", "damaged"},
		{"cut in a comment", "<a>x<!-- y", "x\ny", "comments"},
		{"no tag", "<a>1 < 2 <3</a>", "1 < 2 <3", ""},
	}
	for _, tt := range tests {
		d := read(t, "application/xml", tt.in)
		if got := strings.TrimSuffix(d.Text(), "\n"); got != tt.want || d.Err != nil {
			t.Errorf("%s: got %q, %v; want %q", tt.name, got, d.Err, tt.want)
		}
		if tt.note != "" && (len(d.Notes) == 0 || d.Notes[len(d.Notes)-1].Code != tt.note) {
			t.Errorf("%s: notes %v", tt.name, d.Notes)
		}
	}
}

// What is large or deep costs what it is long.
func TestHostile(t *testing.T) {
	for name, tt := range map[string][2]string{
		"deep elements":     {"application/xml", strings.Repeat("<a>", 200_000) + "x"},
		"deep declarations": {"application/xml", "<!DOCTYPE a [" + strings.Repeat("[<", 200_000)},
		"a tag of 3 MiB":    {"application/xml", "<a " + strings.Repeat("x", 3<<20)},
		"laughs":            {"application/xml", `<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><a>` + strings.Repeat("&b;", 1000) + "</a>"},
		"deep page":         {"text/html", strings.Repeat("<div>", 200_000) + "x"},
		"deep tables":       {"text/html", strings.Repeat("<table><tr><td>", 50_000) + "x"},
		"form feeds":        {"text/plain", strings.Repeat("\f", 100) + strings.Repeat("x\f", 100)},
	} {
		d := read(t, tt[0], tt[1])
		if d.Err != nil {
			t.Errorf("%s: %v", name, d.Err)
		}
		if len(d.Text()) > len(tt[1])+len(d.Pages)+1 {
			t.Errorf("%s: %d bytes of text out of %d", name, len(d.Text()), len(tt[1]))
		}
	}
}

func TestLimits(t *testing.T) {
	for _, mediaType := range []string{"text/plain", "text/html", "application/xml"} {
		d := documenttest.Read(t.Context(), prose.Reader{}, []byte(strings.Repeat("word ", 1000)), document.Input{Type: mediaType, Limits: document.Limits{Text: 100}})
		if d.Err != nil || len(d.Text()) > 101 || len(d.Text()) < 90 || len(d.Gaps) != 1 || d.Gaps[0].Code != document.TooMuch {
			t.Errorf("%s: %d bytes, gaps %v, %v", mediaType, len(d.Text()), d.Gaps, d.Err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	d := documenttest.Read(ctx, prose.Reader{}, []byte("x"), document.Input{Type: "text/plain"})
	if !errors.Is(d.Err, context.Canceled) {
		t.Errorf("a stopped reading gave %v", d.Err)
	}
}

// TestCorpus reads every text of the shared documents.
func TestCorpus(t *testing.T) {
	dir := documenttest.Corpus(t, 2, "")
	files, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string][]string{
		"tesseract-test/eurotext.txt":           {"The (quick) [brown] {fox} jumps!", "über den faulen Hund"},
		"ingest-file/udhr_ger.txt":              {"Allgemeine Erklärung der Menschenrechte", "Würde"},
		"tika/english.cp500.txt":                {"IntelliStation POWER", "Warranties, licenses and maintenance"},
		"tika/testHTML_charset_utf16le.html":    {"This is a sample text"},
		"tika/testArabicMisleadingCharset.html": {"عن"},
		"tika/testTEI.xml":                      {"GROBID"},
		"tika/testXML.xml":                      {"Tika test document", "Rida Benjelloun"},
	}
	n := 0
	for _, p := range files {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(filepath.Dir(p)) + "/" + filepath.Base(p)
		k, err := kind.Detect(bytes.NewReader(data), int64(len(data)), name)
		if err != nil {
			t.Fatal(err)
		}
		if k.Family != kind.Prose {
			continue
		}
		n++
		d := documenttest.Read(t.Context(), prose.Reader{}, data, document.Input{Name: name, Type: k.Type})
		if d.Err != nil {
			t.Errorf("%s: %v", name, d.Err)
		}
		if len(d.Gaps) > 0 || strings.TrimSpace(d.Text()+d.Get("title")) == "" {
			t.Errorf("%s: %d bytes, gaps %v, notes %v", name, len(d.Text()), d.Gaps, d.Notes)
		}
		for _, words := range want[name] {
			if !strings.Contains(d.Text(), words) {
				t.Errorf("%s: %q is not in %.300q (%s)", name, words, d.Text(), d.Get("encoding"))
			}
		}
		if testing.Verbose() {
			t.Logf("%s %s %s: %d pages, %d bytes of %d, %v", name, k.Type, d.Get("encoding"), len(d.Pages), len(d.Text()), len(data), d.Notes)
		}
	}
	if n < 190 {
		t.Errorf("only %d texts", n)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("application/xml", []byte("<?xml version='1.0' encoding='utf-16'?><!DOCTYPE a [<!ENTITY b 'c'>]><a b='&#65;'>&b;<![CDATA[x]]><!-- y --></a>"))
	f.Add("text/html", []byte("<html lang=de><link rel=canonical href=x><meta name=date content='May 1, 2020'><a href=x.pdf>y</a>"))
	f.Add("application/json", []byte(`{"a":"\ud83d\ude00\\"}`))
	f.Add("text/plain", []byte("a\x1b[31mb\fc\r\n\x82\xb1"))
	f.Fuzz(func(t *testing.T, mediaType string, data []byte) {
		d := documenttest.Read(t.Context(), prose.Reader{}, data, document.Input{Type: mediaType})
		if d.Err != nil {
			t.Error(d.Err)
		}
	})
}
