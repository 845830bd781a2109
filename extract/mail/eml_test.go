package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"overt/extract/document"
	"overt/extract/document/documenttest"
)

func read(t testing.TB, r document.Reader, data string) *documenttest.Doc {
	t.Helper()
	d := documenttest.Read(t.Context(), r, []byte(data), document.Input{})
	for _, m := range d.Members {
		if d.Err == nil && !m.Whole {
			t.Errorf("member %q was not closed", m.Path)
		}
	}
	return d
}

// The files in testdata are invented; each stands for a way in which mail is
// written. Their goldens say what is read of them.
func TestGolden(t *testing.T) {
	for pattern, r := range map[string]document.Reader{
		"*.eml": EML{}, "*.mbox": MBOX{}, "*.emlx": EMLX{}, "*.mhtml": MHTML{}, "*.vcf": VCard{}, "*.ics": Calendar{},
	} {
		files, err := filepath.Glob(filepath.Join("testdata", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("no %s: %v", pattern, err)
		}
		for _, f := range files {
			t.Run(filepath.Base(f), func(t *testing.T) {
				documenttest.ReadFile(t, r, f, document.Input{}).Golden(t, f+".golden")
			})
		}
	}
}

func TestBodies(t *testing.T) {
	const alternative = "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n%s\n--b\nContent-Type: text/html\n\n%s\n--b--\n"
	for _, c := range []struct{ name, in, want string }{
		{"plain alone", "Subject: a\n\nText\r\n", "Text\n"},
		{"plain and the same as HTML", fmt.Sprintf(alternative, "Good day, sir", "<p>Good <b>day</b>, sir"), "Good day, sir\n"},
		{"plain is empty", fmt.Sprintf(alternative, " ", "<p>Good day"), "Good day\n"},
		{"both tell something", fmt.Sprintf(alternative, "This mail needs HTML", "<p>The money is in Panama now"), "This mail needs HTML\nThe money is in Panama now\n"},
		{"old line ends", "Subject: a\r\rOne\rTwo\r", "One\nTwo\n"},
		{"flowed", "Content-Type: text/plain; format=flowed\n\na \nb\n> c \n> d\n-- \nme", "a b\n> c d\n-- \nme\n"},
		{"no boundary in it", "Content-Type: multipart/mixed; boundary=b\n\nText", "Text\n"},
		{"no boundary said", "Content-Type: multipart/mixed\n\n--b\n\nText\n--b--\n", "Text\n"},
		{"nothing", "\n\n", ""},
		{"links", "Content-Type: text/html\n\n<a href='http://a.example/x'>here</a> <a href='http://b.example'>http://b.example</a> <a href='#top'>top</a>", "here http://b.example top\nhere\thttp://a.example/x\n"},
		{"a mark and empty lines first", "\xef\xbb\xbf\n\nSubject: a\n\nText", "Text\n"},
		{"a text that begins with a name", "\nDear all: this is no header.\n", "Dear all: this is no header.\n"},
		{"code page not said", "Subject: a\n\nGr\xfc\xdfe aus M\xfcnchen", "Grüße aus München\n"},
		{"unknown code page", "Content-Type: text/plain; charset=x-own\n\nGr\xc3\xbc\xc3\x9fe", "Grüße\n"},
		{"utf-7", "Content-Type: text/plain; charset=utf-7\n\nGr+APwA3w-e +- 1", "Grüße + 1\n"},
		{"iso-2022-jp", "Content-Type: text/plain; charset=iso-2022-jp\n\n\x1b$B$3$s\x1b(B", "こん\n"},
		{"parts after each other", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nOne\n--b\nContent-Type: text/html\n\n<p>Two\n--b--", "One\nTwo\n"},
		{"uuencoded in the text", "Subject: a\n\nSee:\nbegin 644 a.txt\n#0V%T\n`\nend\nBye", "See:\nBye\n"},
		{"outside", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nText\n--b--\n\nHidden", "Text\nHidden\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := read(t, EML{}, c.in)
			if d.Err != nil || d.Text() != c.want {
				t.Errorf("got %q, want %q (%v)", d.Text(), c.want, d.Err)
			}
		})
	}
}

func TestMembers(t *testing.T) {
	const mixed = "Content-Type: multipart/mixed; boundary=b\n\n--b\n%s\n--b--\n"
	for _, c := range []struct{ name, part, path, bytes string }{
		{"base64 with dirt", "Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: Base64\n\nQ2\n F0!\n=Q2F0", "a.png", "CatCat"},
		{"quoted-printable", "Content-Disposition: attachment; filename=\"a b.txt\"\nContent-Transfer-Encoding: quoted-printable\n\na=3Db=\r\nc=ZZ  \n", "a b.txt", "a=bc=ZZ\n"},
		{"RFC 2231", "Content-Disposition: attachment;\n filename*1*=%9F.txt; filename*0*=utf-8'de'gr%C3%BC%C3\n\nx", "grüß.txt", "x"},
		{"RFC 2047", "Content-Disposition: attachment; filename=\"=?iso-8859-1?Q?gr=FC=DFe.txt?=\"\n\nx", "grüße.txt", "x"},
		{"bytes as they are", "Content-Disposition: attachment; filename=\"gr\xc3\xbc\xc3\x9f.txt\"\n\nx", "grüß.txt", "x"},
		{"climbing", "Content-Disposition: attachment; filename=\"../../etc/passwd\"\n\nx", "../../etc/passwd", "x"},
		{"no name", "Content-Type: application/pdf\n\nx", "part 1", "x"},
		{"a message", "Content-Type: message/rfc822\n\nSubject: a\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c--", "part 1", "Subject: a\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\nx\n--c--"},
		{"uuencoded", "Content-Type: application/x; name=a\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n#0V%T\n`\nend", "a", "Cat"},
		{"empty", "Content-Type: application/pdf; name=a.pdf", "a.pdf", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := read(t, EML{}, fmt.Sprintf(mixed, c.part))
			if d.Err != nil || len(d.Members) != 1 {
				t.Fatalf("%s", d)
			}
			if m := d.Members[0]; m.Path != c.path || string(m.Bytes) != c.bytes {
				t.Errorf("got %q %q, want %q %q", m.Path, m.Bytes, c.path, c.bytes)
			}
		})
	}
}

func TestProtected(t *testing.T) {
	for name, in := range map[string]string{
		"PGP/MIME": "Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream\n\nx\n--b--",
		"S/MIME":   "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\nContent-Transfer-Encoding: base64\n\nMIAG",
		"PGP":      "Subject: a\n\n-----BEGIN PGP MESSAGE-----\nx\n-----END PGP MESSAGE-----",
	} {
		d := read(t, EML{}, in)
		if len(d.Gaps) == 0 || d.Gaps[0].Code != document.Protected {
			t.Errorf("%s: %s", name, d)
		}
	}
	d := read(t, EML{}, "Content-Type: multipart/signed; protocol=\"application/pgp-signature\"; boundary=b\n\n--b\n\nText\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--")
	if len(d.Gaps) != 0 || d.Text() != "Text\n" || len(d.Members) != 1 {
		t.Errorf("signed: %s", d)
	}
}

func TestOddities(t *testing.T) {
	for in, want := range map[string]string{
		"Date: Mon, 1 Jan 2024 10:00:00 +0000\nFrom: a@b.example\n": "",
		"From: a@b.example\n":                                                                     "no-date",
		"Date: tomorrow\nFrom: a@b.example\n":                                                     "bad-date",
		"Date: 1 Jan 2024 10:00:00\nFrom: a@b.example\n":                                          "no-zone",
		"Date: 1 Jan 2024 10:00:00 Z\nFrom: a@b.example, c@d.example\n":                           "several-from",
		"Date: 1 Jan 2024 10:00:00 Z\n":                                                           "no-from",
		"Date: 1 Jan 2024 10:00:00 Z\nFrom: \"boss@bank.example\" <x@y.example>\n":                "from-name",
		"Date: 1 Jan 2024 10:00:00 Z\nFrom: a@b.example\nReceived: by x; 9 Jan 2024 10:00:00 Z\n": "date-apart",
		"Date: 1 Jan 2024 10:00:00 Z\nFrom: a@b.example\nAuthentication-Results: mx.example; spf=fail smtp.mail=a@b.example; dkim=none": "not-authentic",
	} {
		d := read(t, EML{}, in+"\n\nText")
		var codes []string
		for _, n := range d.Notes {
			codes = append(codes, n.Code)
		}
		if got := strings.Join(codes, " "); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestRaw(t *testing.T) {
	d := read(t, EML{}, "Subject: a\r\n b\r\nX-Odd: \x00\x07\xff\r\n\r\n")
	if got := d.Get("headers"); got != "Subject: a\n b\nX-Odd: ÿ" {
		t.Errorf("%q", got)
	}
}

// Inputs that are made to cost: each ends within memory and says what it left out.
func TestHostile(t *testing.T) {
	parts := "Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("--b\nContent-Disposition: attachment\n\nx\n", maxParts+5)
	d := read(t, EML{}, parts)
	if d.Err != nil || len(d.Members) != maxParts || len(d.Gaps) == 0 || d.Gaps[0].Code != document.TooMuch {
		t.Errorf("parts: %d members, %v, %v", len(d.Members), d.Gaps, d.Err)
	}

	var deep strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&deep, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
	}
	if d = read(t, EML{}, deep.String()); d.Err != nil || len(d.Gaps) == 0 {
		t.Errorf("depth: %v %v", d.Gaps, d.Err)
	}

	nested := strings.Repeat("Content-Type: message/rfc822\n\n", 1000) + "Subject: a\n\nText"
	if d = read(t, EML{}, nested); d.Err != nil || len(d.Members) != 1 {
		t.Errorf("nested: %s", d)
	}

	for name, header := range map[string]string{
		"one field": "Subject: " + strings.Repeat("x", 10<<20),
		"folds":     "Subject: a" + strings.Repeat("\n a", 3<<20),
		"fields":    strings.Repeat("To: a@b.example\n", 700_000) + "Cc: c",
		"words":     "Subject: " + strings.Repeat("=?a?q?", 40_000),
		"addresses": "To: " + strings.Repeat(`"<(:`, 60_000),
		"params":    "Content-Type: a/b" + strings.Repeat(";a*0=b", 40_000),
	} {
		d := read(t, EML{}, header+"\n\nText")
		if d.Err != nil || !strings.HasSuffix(d.Text(), "Text\n") && name != "params" {
			t.Errorf("%s: %v", name, d.Err)
		}
		if len(header) > maxHeader && len(d.Gaps) == 0 {
			t.Errorf("%s: what was left out is not said", name)
		}
	}

	line := "Subject: a\n\n" + strings.Repeat("x", 20<<20)
	if d = read(t, EML{}, line); d.Err != nil || len(d.Text()) < 20<<20 || len(d.Pages) < 3 {
		t.Errorf("one line: %d pages, %v", len(d.Pages), d.Err)
	}
	for i := range len(cases) {
		if d := read(t, EML{}, cases[:i]); d.Err != nil {
			t.Errorf("the first %d bytes: %v", i, d.Err)
		}
	}
}

const cases = "From a@b Mon Jun 01 10:00:00 2009\nSubject: =?utf-8?B?w7w=?=\nTo: g:;, \"a, b\" <c@d>\nContent-Type: multipart/alternative;\n boundary=\"b\"\n\n--b\nContent-Transfer-Encoding: base64\n\nQUJD\n--b\nContent-Type: text/html\n\n<p>x</p>\n--b--\n"

// A virtual file: a header, then base64 without end.
type endless struct{ head string }

func (e endless) ReadAt(p []byte, off int64) (int, error) {
	for i := range p {
		if at := off + int64(i); at < int64(len(e.head)) {
			p[i] = e.head[at]
		} else {
			p[i] = "QUJD"[(at-int64(len(e.head)))%4]
		}
	}
	return len(p), nil
}

// counting is a sink that keeps nothing but the number of bytes.
type counting struct {
	document.Sink
	n int64
}

func (c *counting) Member(document.Member) (io.WriteCloser, error) { return c, nil }
func (c *counting) Write(p []byte) (int, error)                    { c.n += int64(len(p)); return len(p), nil }
func (c *counting) Close() error                                   { return nil }
func (c *counting) Property(string, string) error                  { return nil }
func (c *counting) Page(document.Page) error                       { return nil }
func (c *counting) Gap(document.Gap) error                         { return nil }
func (c *counting) Note(document.Note) error                       { return nil }

// What is attached costs no memory, on one line or on many.
func TestStreams(t *testing.T) {
	src := endless{"Content-Type: application/zip\nContent-Transfer-Encoding: base64\n\n"}
	in := document.Input{ReaderAt: src, Size: 64 << 20}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	out := &counting{}
	if err := (EML{}).Read(t.Context(), in, out); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if want := (in.Size - int64(len(src.head))) / 4 * 3; out.n < want || out.n > want+3 {
		t.Errorf("%d bytes, want %d", out.n, want)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 2<<20 {
		t.Errorf("%d bytes of memory", used)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	data := []byte("Content-Type: multipart/mixed; boundary=b\n\n" + strings.Repeat("x\n", 10_000))
	for _, r := range []document.Reader{EML{}, MBOX{}, MHTML{}} {
		if d := documenttest.Read(ctx, r, data, document.Input{}); !errors.Is(d.Err, context.Canceled) {
			t.Errorf("%T: %v", r, d.Err)
		}
	}
}

// What a message is composed of is what is read of it again.
func TestCompose(t *testing.T) {
	m, err := parse(t.Context(), document.Input{ReaderAt: strings.NewReader(cases), Size: int64(len(cases))}, 0, int64(len(cases)))
	if err != nil {
		t.Fatal(err)
	}
	inner := &Message{Header: []Field{{"Subject", "Inner"}}, Bodies: []Body{{Plain: "Inner text"}}}
	outer := &Message{
		Header: append(m.Header[:1:1], Field{"From", Address(`Ann "A" Other`, "a@b.example")}, Field{"To", manyAddresses(100)}),
		Bodies: []Body{{Plain: "Text – with = and\ntwo lines", Markup: "<p>Other words that nobody expects"}},
		Parts: []Part{
			{Member: document.Member{Path: "ü \"x\".bin", Type: "application/x", Role: document.Attached}, Open: opener(bytes.Repeat([]byte{0, 255, 'a'}, 100))},
			{Member: document.Member{Path: "i.png", Type: "image/png", Role: document.Embedded}, ID: "i@x", Open: opener([]byte("i"))},
			{Member: document.Member{Path: "inner.eml", Role: document.Attached}, Nested: func() (*Message, error) { return inner, nil }},
		},
	}
	var b strings.Builder
	if gaps, err := outer.Write(t.Context(), &b); err != nil || len(gaps) > 0 {
		t.Fatal(err)
	}
	for _, l := range strings.Split(b.String(), "\r\n") {
		if len(l) > 998 {
			t.Errorf("a line of %d bytes", len(l))
		}
	}
	d := read(t, EML{}, b.String())
	if d.Err != nil || d.Get("subject") != "ü" || d.Get("from") != `Ann "A" Other <a@b.example>` || len(d.All("to")) != 100 {
		t.Errorf("header: %s", d)
	}
	if d.Text() != "Text – with = and\ntwo lines\nOther words that nobody expects\n" {
		t.Errorf("text: %q", d.Text())
	}
	if len(d.Members) != 3 || d.Members[0].Path != "ü \"x\".bin" || !bytes.Equal(d.Members[0].Bytes, bytes.Repeat([]byte{0, 255, 'a'}, 100)) ||
		d.Members[1].Role != document.Embedded || d.Members[2].Type != "message/rfc822" {
		t.Fatalf("members: %s", d)
	}
	in := read(t, EML{}, string(d.Members[2].Bytes))
	if in.Get("subject") != "Inner" || in.Text() != "Inner text\n" {
		t.Errorf("inner: %s", in)
	}
}

func manyAddresses(n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("<somebody.%d@example.org>", i))
	}
	return strings.Join(list, ", ")
}

func opener(b []byte) func() (io.Reader, error) {
	return func() (io.Reader, error) { return bytes.NewReader(b), nil }
}

func TestCorpus(t *testing.T) {
	readers := map[string]document.Reader{
		".eml": EML{}, ".mbox": MBOX{}, ".emlx": EMLX{}, ".mhtml": MHTML{}, ".vcf": VCard{}, ".ics": Calendar{},
	}
	count := 0
	for _, folder := range []string{"ruby-mail", "tika", "ingest-file"} {
		dir := documenttest.Corpus(t, 2, folder)
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			r := readers[filepath.Ext(f.Name())]
			if r == nil && strings.HasPrefix(f.Name(), "testRFC822") {
				r = EML{}
			}
			if r == nil {
				continue
			}
			count++
			d := documenttest.ReadFile(t, r, filepath.Join(dir, f.Name()), document.Input{})
			text := strings.TrimSpace(d.Text())
			if d.Err != nil || text == "" && len(d.Gaps) == 0 && len(d.Members) == 0 && d.Get("subject") == "" {
				t.Errorf("%s: nothing is said: %v", f.Name(), d.Err)
			}
		}
	}
	if count < 90 {
		t.Errorf("%d files", count)
	}
}

// What the files of the corpus say of themselves.
func TestCorpusAnswers(t *testing.T) {
	dirs := map[string]string{}
	for _, folder := range []string{"ruby-mail", "tika", "ingest-file"} {
		dirs[folder] = documenttest.Corpus(t, 2, folder)
	}
	for _, c := range []struct{ folder, file, property, want, text, member string }{
		{"ruby-mail", "multi_charset__japanese_attachment_long_name.eml", "subject", "まみむめもまみむめも", "", "かきくけこかきくけこ"},
		{"ruby-mail", "multi_charset__japanese_shift_jis.eml", "", "", "今後ともよろしくお願い申し上げます", ""},
		{"ruby-mail", "attachment_emails__attachment_with_quoted_filename.eml", "subject", "Eelanalüüsi päring", "", "Eelanalüüsi päring.jpg"},
		{"ruby-mail", "plain_emails__raw_email_bad_time.eml", "from", "Атиковa <yusuf75thu@auracom.net>", "", ""},
		{"ruby-mail", "rfc6532__utf8_headers.eml", "subject", "Säying Hello", "", ""},
		{"ruby-mail", "error_emails__bad_encoded_subject.eml", "subject", "TEST", "TEST", ""},
		{"ruby-mail", "plain_emails__raw_email_double_at_in_header.eml", "subject", "NOTE: 한국말로 하는 것", "하나님을 믿습니다", ""},
		{"tika", "testRFC822_base64", "from", "Nowhere <nowhere@nowhere.com>", "international characters, voilà!", ""},
		{"tika", "testRFC822_i18nheaders", "from", "Keld Jørn Simonsen <keld@dkuug.dk>", "", ""},
		{"tika", "testGroupWiseEml.eml", "inReplyTo", "51CC3DB00200000000000003@$$$", "", "Neues Textdokument.txt"},
		{"ingest-file", "multiline_quoted_printable.vcf", "peopleMentioned", "Max Müüüüüller", "", ""},
		{"ingest-file", "meetup.ics", "title", "Events - PyBerlin", "Autumn event", ""},
		{"ingest-file", "email_multipart_mixed.eml", "subject", "Multipart mixed", "This is the fourth part (HTML)", ""},
		{"ingest-file", "richtext.emlx", "date", "2021-03-29T18:52:23+02:00", "You're welcome. :)", "properties.plist"},
	} {
		readers := map[string]document.Reader{".vcf": VCard{}, ".ics": Calendar{}, ".emlx": EMLX{}}
		r := readers[filepath.Ext(c.file)]
		if r == nil {
			r = EML{}
		}
		d := documenttest.ReadFile(t, r, filepath.Join(dirs[c.folder], c.file), document.Input{})
		if c.property != "" && !strings.HasPrefix(d.Get(c.property), c.want) {
			t.Errorf("%s: %s %q, want %q", c.file, c.property, d.Get(c.property), c.want)
		}
		if !strings.Contains(d.Text(), c.text) {
			t.Errorf("%s: %q is not in the text", c.file, c.text)
		}
		found := c.member == ""
		for _, m := range d.Members {
			found = found || strings.HasPrefix(m.Path, c.member)
		}
		if !found {
			t.Errorf("%s: no member %q in %s", c.file, c.member, d)
		}
	}
}

func FuzzEML(f *testing.F) {
	f.Add([]byte(cases))
	f.Add([]byte("Content-Type: multipart/mixed\n\n--\n--\n--x--"))
	f.Add([]byte("Subject: =?iso-2022-jp?b?GyRC?= =?x?q?=\r\rbegin 644 a\r#0V%T\r`\rend"))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, r := range []document.Reader{EML{}, EMLX{}, MHTML{}, MBOX{}} {
			wellFormed(t, r, data)
		}
	})
}

// wellFormed reads, and wants no error that is not the document's.
func wellFormed(t *testing.T, r document.Reader, data []byte) {
	d := documenttest.Read(t.Context(), r, data, document.Input{Limits: document.Limits{PageText: 1000}})
	if d.Err != nil && strings.Contains(d.Err.Error(), "said what cannot be") {
		t.Errorf("%T: %v", r, d.Err)
	}
}
