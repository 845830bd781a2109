package readers

import (
	"context"
	"errors"
	"strings"
	"testing"

	"overt/extract/document"
	"overt/extract/document/documenttest"
)

type noPDF struct{}

func (noPDF) Read(_ context.Context, _ document.Input, out document.Sink) error {
	return out.Page(document.Page{Number: 1, Text: "read as PDF", Origin: document.Letters})
}

// Each document goes to the reader of what it is, whatever it is called.
func TestRead(t *testing.T) {
	s := New(noPDF{})
	tests := []struct {
		name, in    string
		kind, agent string
		text        string // in the text of its pages
		refusal     string // code
	}{
		{"a.txt", "Plain words of a letter.\n", "text/plain", "prose/1", "Plain words", ""},
		{"b.txt", "<html><head><title>T</title></head><body><p>Marked words.</p></body></html>", "text/html", "prose/1", "Marked words.", ""},
		{"c.pdf", "From: Ada <ada@example.org>\r\nTo: bob@example.org\r\nSubject: Terms\r\nMessage-ID: <1@example.org>\r\nDate: Tue, 02 Mar 2021 10:00:00 +0100\r\n\r\nThe terms.\r\n", "message/rfc822", "mail/1", "The terms.", ""},
		{"d.doc", "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n", "application/pdf", "pdf/1", "read as PDF", ""},
		{"e.csv", "name,amount\nAda,1\nBob,2\nCid,3\n", "text/csv", "tabular/1", "Ada", ""},
		{"f.bin", "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00\x01\x00\x00\x00" + strings.Repeat("\x00", 64), "application/x-elf", "", "", document.Unknown},
		{"g", "", "", "", "", document.Damaged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := documenttest.Read(t.Context(), s, []byte(tt.in), document.Input{Name: tt.name})
			var r *document.Refusal
			if errors.As(d.Err, &r) && r.Code == tt.refusal {
				if r.Reason == "" || r.Retry == "" {
					t.Errorf("refused without a reason or what to do: %+v", r)
				}
			} else if d.Err != nil || tt.refusal != "" {
				t.Fatalf("got %v, want refusal %q", d.Err, tt.refusal)
			}
			if d.Get("mimeType") != tt.kind || d.Get("processingAgent") != tt.agent || !strings.Contains(d.Text(), tt.text) {
				t.Errorf("got %s", d)
			}
			if tt.agent != "" && (d.Properties[0][0] != "mimeType" || d.Properties[1][0] != "processingAgent" || s.Version(tt.kind) != tt.agent) {
				t.Errorf("kind and reader are not said first: %v, version %q", d.Properties, s.Version(tt.kind))
			}
		})
	}
}

// The kinds that users have most have a reader each; what is known by its
// beginning is no beginning of another word.
func TestTypes(t *testing.T) {
	s := New(noPDF{})
	for kind, want := range map[string]string{
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document": "office/2", "application/vnd.oasis.opendocument.text": "office/2",
		"application/vnd.oasis.opendocument.spreadsheet-flat-xml": "office/2", "application/vnd.ms-excel.sheet.macroEnabled.12": "office/2", "application/epub+zip": "office/2",
		"application/msword": "legacy/2", "application/vnd.ms-excel": "legacy/2", "text/rtf": "legacy/2", "application/x-msaccess": "legacy/2",
		"application/zip": "pack/1", "application/vnd.rar": "pack/1", "application/x-7z-compressed": "pack/1", "application/gzip": "pack/1",
		"application/mbox": "mail/1", "application/vnd.ms-outlook": "mapi/1", "application/vnd.ms-outlook-pst": "mapi/1", "text/vcard": "mail/1", "text/calendar": "mail/1",
		"application/vnd.apple.pages": "office/2", "application/rss+xml": "prose/1", "image/tiff": "media/1", "image/png": "media/1", "audio/mpeg": "media/1", "video/mp4": "media/1", "application/x-dbf": "tabular/1", "application/vnd.sqlite3": "tabular/1",
		"text/x-source": "prose/1", "text/markdown": "prose/1", "application/json": "prose/1",
		"application/vnd.ms-wordy": "", "application/x-elf": "", "font/otf": "", "": "",
	} {
		if got := s.Version(kind); got != want {
			t.Errorf("%s is read by %q, want %q", kind, got, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("PK\x03\x04"), "a.zip")
	f.Add([]byte("From: a\n\nb"), "a.eml")
	f.Add([]byte("a,b\n1,2\n"), "")
	s := New(noPDF{})
	f.Fuzz(func(t *testing.T, b []byte, name string) {
		d := documenttest.Read(t.Context(), s, b, document.Input{Name: name})
		if len(d.Properties) == 0 && d.Err == nil {
			t.Error("nothing was said")
		}
	})
}
