package export

import (
	"bytes"
	"encoding/xml"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

func TestInert(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "Acme", "Acme"},
		{"empty", "", ""},
		{"formula", "=1+1", "'=1+1"},
		{"plus", "+49 30", "'+49 30"},
		{"a number with a plus is a telephone number", "+4930", "'+4930"},
		{"negative amount", "-120.50", "-120.50"},
		{"minus and more", "-1+cmd|' /C calc'!A0", "'-1+cmd|' /C calc'!A0"},
		{"at", "@SUM(A1)", "'@SUM(A1)"},
		{"tab", "\t=1", "'\t=1"},
		{"tab alone", "\tx", "'\tx"},
		{"end of line", "\r=1", "'\r=1"},
		{"blank before", " =1", "' =1"},
		{"invisible before", "\u200b=1", "'\u200b=1"},
		{"control before", "\x01=1", "'=1"},
		{"direction before", "\u202e=1", "'=1"},
		{"full width", "＝1", "'＝1"},
		{"inside is harmless", "a=1", "a=1"},
		{"not UTF-8", "a\xffb", "a\ufffdb"},
		{"direction inside", "exe\u202etxt.\u2066x\u2069", "exetxt.x"},
		{"marks of right-to-left writing stay", "\u05d0\u200f!", "\u05d0\u200f!"},
		{"only a byte that is no text", "\xff", "\ufffd"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := inert(tt.in); got != tt.want {
				t.Errorf("inert(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestPlainID(t *testing.T) {
	if got := plainID("us-fpds:a b/1"); got != "us-fpds:a b/1" {
		t.Errorf("a plain id became %q", got)
	}
	if a, b := plainID("a\x01"), plainID("a\u202e"); a == b || !strings.HasPrefix(a, "sha256:") {
		t.Errorf("hostile ids became %q and %q", a, b)
	}
}

func TestLiteral(t *testing.T) {
	tests := []struct{ in, want string }{
		{"a_b", "a_b"},
		{"_x000D_", "_x005F_x000D_"},
		{"_x000D_x000A_", "_x005F_x000D_x005F_x000A_"},
		{"_x00", "_x00"},
		{"_x00zz_", "_x00zz_"},
	}
	for _, tt := range tests {
		if got := literal(tt.in); got != tt.want {
			t.Errorf("literal(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestColumnName(t *testing.T) {
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA", 16383: "XFD"} {
		if got := columnName(i); got != want {
			t.Errorf("column %d is %s, want %s", i, got, want)
		}
	}
}

func TestNumber(t *testing.T) {
	tests := []struct {
		in, value string
		numeric   bool
	}{
		{"-120.50", "-120.50", true}, {"123456789012345", "123456789012345", true}, {"1234567890.123456", "1234567890.123456", false},
		{"about 5", "about 5", false}, {"1e3", "1000", true},
	}
	for _, tt := range tests {
		if got := number(tt.in); got != (cell{tt.value, tt.numeric}) {
			t.Errorf("number(%q) = %+v", tt.in, got)
		}
	}
}

func TestFit(t *testing.T) {
	b := newBook(io.Discard, "")
	for _, s := range []string{"short", strings.Repeat("x", maxCell), strings.Repeat("ä", maxCell), strings.Repeat("😀", maxCell/2)} {
		if got := b.fit(s); got != s {
			t.Errorf("a text of %d bytes was cut", len(s))
		}
	}
	for _, s := range []string{strings.Repeat("x", maxCell+1), strings.Repeat("😀", maxCell), strings.Repeat("x", maxCell-2) + "😀x"} {
		got := b.fit(s)
		if n := len(utf16.Encode([]rune(got))); n > maxCell || n < maxCell-1 || !strings.HasSuffix(got, "…") {
			t.Errorf("cut to %d units", n)
		}
	}
	if b.cut != 3 {
		t.Errorf("%d cuts counted", b.cut)
	}
}

// TestFullSheet: what one sheet cannot hold goes on in another.
func TestFullSheet(t *testing.T) {
	var out bytes.Buffer
	dir := t.TempDir()
	b := newBook(&out, dir)
	b.limit = 2
	p := &page{}
	for range 5 {
		if err := p.append(b, []cell{text("x")}); err != nil {
			t.Fatal(err)
		}
	}
	p.bind(b, "Company")
	var names []string
	for _, s := range b.sheets {
		names = append(names, s.name)
	}
	if got := strings.Join(names, ", "); got != "Company, Company (2), Company (3)" || p.rows[2].n != 1 {
		t.Errorf("sheets are %s, the last of %d rows", got, p.rows[2].n)
	}
	if err := b.finish(); err != nil {
		t.Fatal(err)
	}
	b.close()
	if left, _ := filepath.Glob(dir + "/*"); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// TestPlainXML: whatever is plain goes through XML unchanged.
func TestPlainXML(t *testing.T) {
	for r := rune(0); r < 0x11000; r++ {
		want := plain(string(r))
		var tag tagger
		tag.raw("<a").attr("v", want).raw(">").text(want).raw("</a>")
		var got struct {
			V    string `xml:"v,attr"`
			Text string `xml:",chardata"`
		}
		if err := xml.Unmarshal(tag.buf.Bytes(), &got); err != nil || got.V != want || got.Text != want {
			t.Errorf("%U came back as %q and %q, %v", r, got.V, got.Text, err)
		}
	}
}
