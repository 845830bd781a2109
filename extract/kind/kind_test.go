package kind_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"overt/extract/kind"
)

func detect(t testing.TB, data []byte, name string) kind.Kind {
	t.Helper()
	k, err := kind.Detect(bytes.NewReader(data), int64(len(data)), name)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// zipped makes an archive of names and contents.
func zipped(t testing.TB, files ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.CreateHeader(&zip.FileHeader{Name: files[i], Method: zip.Deflate})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const types = `<Types><Override PartName="/a" ContentType="application/vnd.openxmlformats-officedocument.`

func TestDetect(t *testing.T) {
	mp3 := strings.Repeat("\xff\xfb\x90\x00"+strings.Repeat("\x00", 413), 4)
	random := make([]byte, 128<<10)
	r := rand.New(rand.NewPCG(1, 2))
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	tests := []struct {
		name, in, want string
		family         kind.Family
	}{
		{"empty.pdf", "", "application/x-empty", kind.None},
		{"a", "%PDF-1.7\n", "application/pdf", kind.PDF},
		{"a", "junk before\n%PDF-1.7\n", "application/pdf", kind.PDF},
		{"a", zipped(t, "[Content_Types].xml", types+`wordprocessingml.document.main+xml"/></Types>`), "application/vnd.openxmlformats-officedocument.wordprocessingml.document", kind.Office},
		{"a", zipped(t, "zzz", "", "[Content_Types].xml", types+`presentationml.slideshow.main+xml"/></Types>`), "application/vnd.openxmlformats-officedocument.presentationml.slideshow", kind.Office},
		{"a", zipped(t, "[Content_Types].xml", "", "xl/workbook.xml", ""), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", kind.Office},
		{"a", zipped(t, "mimetype", "application/vnd.oasis.opendocument.graphics"), "application/vnd.oasis.opendocument.graphics", kind.Office},
		{"a", zipped(t, "mimetype", "text/evil\n"), "application/zip", kind.Archive},
		{"a", zipped(t, "META-INF/MANIFEST.MF", ""), "application/java-archive", kind.Archive},
		{"a", zipped(t, "Index/Document.iwa", ""), "application/vnd.apple.pages", kind.Archive},
		{"a.docx", zipped(t, "a.txt", "hello"), "application/zip", kind.Archive},
		{"a", "PK\x03\x04", "application/zip", kind.Archive},
		{"a", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1cut", "application/x-ole-storage", kind.Legacy},
		{"a", "{\\rtf1 x}", "text/rtf", kind.Legacy},
		{"a", "\x1f\x8b\x08", "application/gzip", kind.Archive},
		{"a", "Rar!\x1a\x07\x01\x00", "application/vnd.rar", kind.Archive},
		{"a", strings.Repeat("\x00", 0x8001) + "CD001", "application/x-iso9660-image", kind.Archive},
		{"a.br", "\x1b\x03\x00\xf8\x25\x82\x00\x00\x00\x00", "application/x-brotli", kind.Archive},
		{"a", "BMW makes cars, and sells them.", "text/plain", kind.Prose},
		{"a", "BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00" + strings.Repeat("\x00", 30), "image/bmp", kind.Image},
		{"a", "RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp", kind.Image},
		{"a", "RIFF\x00\x00\x00\x00WAVEfmt ", "audio/x-wav", kind.Sound},
		{"a", "\x00\x00\x00\x18ftypheic", "image/heic", kind.Image},
		{"a", "\x00\x00\x00\x18ftypisom", "video/mp4", kind.Sound},
		{"a", mp3, "audio/mpeg", kind.Sound},
		{"a", mp3[:500], "application/octet-stream", kind.None},
		{"a", string(random), "application/octet-stream", kind.None},
		{"a.hc", string(random), "application/x-veracrypt", kind.Sealed},
		{"a", "LUKS\xba\xbe\x00\x01", "application/x-luks", kind.Sealed},
		{"a", "-----BEGIN PGP MESSAGE-----\n", "application/pgp-encrypted", kind.Sealed},
		{"a", "SQLite format 3\x00", "application/vnd.sqlite3", kind.Table},
		{"a", "From: a@example.org\nTo: b@example.org\nSubject: x\n\nHello", "message/rfc822", kind.Mail},
		{"a", "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\nSnapshot-Content-Location: http://example.org/\n\n", "multipart/related", kind.Mail},
		{"a", "From a@example.org Mon Jun 01 10:00:00 2009\nSubject: x\n\nHello", "application/mbox", kind.Mail},
		{"a.eml", "From a@example.org Mon Jun 01 10:00:00 2009\nSubject: x\n\nHello", "message/rfc822", kind.Mail},
		{"a", "From here on, all is text.\nIndeed.\n", "text/plain", kind.Prose},
		{"a", "Note: this is a text\nwith a colon", "text/plain", kind.Prose},
		{"a.xml", "<?xml version=\"1.0\"?>\n<!DOCTYPE a [\n<!ENTITY b \"]>\"> <!-- don't --> %c; ]>\n<a>x</a>", "application/xml", kind.Prose},
		{"a", "<!DOCTYPE svg [<!ENTITY b 'c'>]><svg>x</svg>", "image/svg+xml", kind.Prose},
		{"a", "<!DOCTYPE a [<!ENTITY b 'c", "application/xml", kind.Prose},
		{"a", "BEGIN:VCARD\r\nVERSION:3.0", "text/vcard", kind.Mail},
		{"a", "begin:vcalendar\nx", "text/calendar", kind.Mail},
		{"a", "<!DOCTYPE html><p>x", "text/html", kind.Prose},
		{"a", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>`, "image/svg+xml", kind.Prose},
		{"a", `<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument/>`, "application/vnd.ms-wordml", kind.Office},
		{"a", `<?xml version="1.0"?><data><svg/></data>`, "application/xml", kind.Prose},
		{"a", `{"a": 1}`, "application/json", kind.Prose},
		{"a.dat", "a,b,c\n1,2,3\n4,5,6\n", "text/csv", kind.Table},
		{"a", "a,b,c\n" + strings.Repeat("1,2,3\n", 10), "text/csv", kind.Table},
		{"a.txt", "a,b,c\n1,2,3\n4,5,6\n", "text/plain", kind.Prose},
		{"a.py", "import os\nprint(os)\n", "text/x-source", kind.Prose},
		{"a.md", "# Title\n\nText.\n", "text/markdown", kind.Prose},
		{"a", "1\n00:00:01,000 --> 00:00:02,000\nHello\n", "application/x-subrip", kind.Prose},
		{"a", "\xff\xfeH\x00e\x00l\x00l\x00o\x00", "text/plain", kind.Prose},
		{"a", strings.Repeat("\xc8\x85\x93\x93\x96\x40\xe6\x96\x99\x93\x84\x15", 20), "text/plain", kind.Prose},
	}
	for _, tt := range tests {
		k := detect(t, []byte(tt.in), tt.name)
		if k.Type != tt.want || k.Family != tt.family {
			t.Errorf("%s %.30q: got %s, %s; want %s, %s", tt.name, tt.in, k.Type, k.Family, tt.want, tt.family)
		}
		if k.Sure <= 0 || k.Sure > 1 {
			t.Errorf("%.30q: sure is %g", tt.in, k.Sure)
		}
	}
}

func codes(k kind.Kind) string {
	var out []string
	for _, n := range k.Notes {
		out = append(out, n.Code)
	}
	return strings.Join(out, " ")
}

// What lies about its name, or is several things at once, is said.
func TestNotes(t *testing.T) {
	archive := zipped(t, "a.txt", "hello")
	tests := []struct{ name, in, want string }{
		{"a.pdf", "%PDF-1.7\n%%EOF", ""},
		{"a.jpg", "%PDF-1.7\n%%EOF", "ending"},
		{"a.pdf", "%PDF-1.7\n%%EOF\n" + archive, "polyglot"},
		{"a.pdf", "<html><!--\n%PDF-1.7\n", "polyglot"},
		{"a.gif", "GIF89a" + strings.Repeat("\x00", 20) + "<script>", "polyglot"},
		{"a.gif", "GIF89a" + strings.Repeat("\x00", 20) + archive, "polyglot"},
		{"a.exe", "MZ\x00" + strings.Repeat("\x00", 80) + archive, "polyglot"},
		{"a.zip", "%PDF-1.7\n" + archive, "polyglot ending"},
		{"a.unheard", "hello", ""},
		{"a.txt", "a;b;c\n", ""},
		{"photo.png", "\xff\xd8\xff\xe0", "ending"},
	}
	for _, tt := range tests {
		if got := codes(detect(t, []byte(tt.in), tt.name)); got != tt.want {
			t.Errorf("%s %.20q: got notes %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
}

type broken struct{}

var errDisk = errors.New("disk is gone")

func (broken) ReadAt([]byte, int64) (int, error) { return 0, errDisk }

func TestReadError(t *testing.T) {
	if _, err := kind.Detect(broken{}, 100, "a"); !errors.Is(err, errDisk) {
		t.Errorf("got %v", err)
	}
}

// Directories that lie about where they are and how large lead nowhere.
func TestHostileZip(t *testing.T) {
	good := zipped(t, "[Content_Types].xml", types+`wordprocessingml.document.main+xml"/>`, "word/document.xml", "")
	for i := range good {
		bad := []byte(good)
		bad[i] = 0xff
		detect(t, bad, "a.docx")
		detect(t, bad[:i], "a.docx")
	}
}

func FuzzDetect(f *testing.F) {
	f.Add([]byte(zipped(f, "mimetype", "application/epub+zip")), "a.epub")
	f.Add([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "a.doc")
	f.Add([]byte("From a@b Mon Jun 01 10:00:00 2009\nSubject: x\n\n"), "a.mbox")
	f.Add([]byte("\xff\xfb\x90\x00"), "a.mp3")
	f.Add([]byte("\x30\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"), "a.p7m")
	f.Add([]byte("\x85\x01\x0c\x03abcdefgh\x01"), "a.gpg")
	f.Add([]byte("<?xml version='1.0'?><!-- x --><svg>"), "a.svg")
	f.Fuzz(func(t *testing.T, data []byte, name string) {
		k := detect(t, data, name)
		if k.Type == "" || k.Family == "" {
			t.Errorf("no kind: %+v", k)
		}
	})
}
