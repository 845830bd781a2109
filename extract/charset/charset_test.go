package charset_test

import (
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"overt/extract/charset"
)

func TestDetect(t *testing.T) {
	german := strings.Repeat("Müller & Söhne, Straße 5, Köln – „geprüft“\n", 5)
	french := strings.Repeat("Société générale d’études à Genève, reçu\n", 5)
	polish := strings.Repeat("Spółka z ograniczoną odpowiedzialnością, Łódź, źródło\n", 5)
	russian := strings.Repeat("Общество с ограниченной ответственностью Ромашка\n", 5)
	enc := func(m *charmap.Charmap, s string) string {
		b, err := m.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	wide, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(german)
	if err != nil {
		t.Fatal(err)
	}
	latin1 := strings.NewReplacer("–", "-", "„", "\"", "“", "\"").Replace(german)
	tests := []struct{ name, in, want string }{
		{"ascii", "a,b\n1,2\n", "utf-8"},
		{"utf-8", german, "utf-8"},
		{"utf-8 cut in a character", german[:2], "utf-8"},
		{"mark", "\xef\xbb\xbfa", "utf-8"},
		{"utf-16 with mark", "\xff\xfea\x00", "utf-16le"},
		{"utf-32 with mark", "\xff\xfe\x00\x00a\x00\x00\x00", "utf-32le"},
		{"utf-32 by pattern", "\x00\x00\x00a\x00\x00\x04\x10", "utf-32be"},
		{"utf-16 by pattern", wide, "utf-16be"},
		{"german 1252", enc(charmap.Windows1252, german), "windows-1252"},
		{"german latin-1", enc(charmap.ISO8859_1, latin1), "windows-1252"},
		{"french 1252", enc(charmap.Windows1252, french), "windows-1252"},
		{"french mac", enc(charmap.Macintosh, french), "macintosh"},
		{"polish 1250", enc(charmap.Windows1250, polish), "windows-1250"},
		{"polish latin-2", enc(charmap.ISO8859_2, polish), "iso-8859-2"},
		{"russian 1251", enc(charmap.Windows1251, russian), "windows-1251"},
		{"russian koi8", enc(charmap.KOI8R, russian), "koi8-r"},
		{"damaged utf-8", german + "M\xfcller\n", "utf-8"},
	}
	for _, tt := range tests {
		if got := charset.Detect([]byte(tt.in)).Name; got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestReaderLenient(t *testing.T) {
	in := "\xef\xbb\xbf" + strings.Repeat("é€𝄞x", 3000) + "\x93caf\xe9\x94"
	stray := 0
	r, err := charset.Reader(iotest.OneByteReader(strings.NewReader(in)), "utf-8", func() { stray++ })
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Repeat("é€𝄞x", 3000) + "“café”"; string(got) != want {
		t.Errorf("got …%q", got[len(got)-20:])
	}
	if stray != 3 {
		t.Errorf("counted %d stray bytes, want 3", stray)
	}
}

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{"": "utf-8", "UTF8": "utf-8", "latin1": "windows-1252", "Shift_JIS": "shift_jis", "UTF-16": "utf-16le", "UTF-32BE": "utf-32be", "cp850": "ibm850", "437": "ibm437"} {
		if got, err := charset.Canonical(in); err != nil || got != want {
			t.Errorf("%q: got %q, %v; want %q", in, got, err, want)
		}
	}
	if _, err := charset.Canonical("klingon"); err == nil {
		t.Error("an unknown name was taken")
	}
}

func FuzzReader(f *testing.F) {
	f.Add([]byte("a\xffb\xe2\x82"))
	f.Add([]byte("\xef\xbb\xbf"))
	f.Fuzz(func(t *testing.T, in []byte) {
		charset.Detect(in)
		r, err := charset.Reader(strings.NewReader(string(in)), "utf-8", nil)
		if err != nil {
			t.Fatal(err)
		}
		out, err := io.ReadAll(r)
		if err != nil || !utf8.Valid(out) {
			t.Fatalf("%q became %q, %v", in, out, err)
		}
	})
}
