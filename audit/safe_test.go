package audit

import (
	"strings"
	"testing"
	"unicode"
)

func TestSafe(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"Zoë Müller, 北京 — 12 €", "Zoë Müller, 北京 — 12 €"},
		{"a\x1b[31mred", `a\x1b[31mred`},
		{"line\nbreak\ttab\rback\x07\x00\x7f", `line\nbreak\ttab\rback\x07\x00\x7f`},
		{"\u009b31m", `\u009b31m`},
		{"abc\u202excod.exe", `abc\u202excod.exe`},
		{"\u2066x\u2069\u200e\u200f\u061c", `\u2066x\u2069\u200e\u200f\u061c`},
		{"ze\u200bro\ufeff\u2028\u2029\u00ad", `ze\u200bro\ufeff\u2028\u2029\u00ad`},
		{"tag\U000e0041\ufe0f\u3164", `tag\U000e0041\ufe0f\u3164`},
		{"bad\xff\xc0utf", `bad\xff\xc0utf`},
		{"\uFFFD stays", "\uFFFD stays"},
		{`forged \x1b`, `forged \\x1b`},
		{"no\u00a0break", `no\u00a0break`},
	} {
		if got := Safe(c.in); got != c.want {
			t.Errorf("Safe(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func FuzzSafe(f *testing.F) {
	f.Add("a\x1b]0;title\x07")
	f.Add("\xf0\x9f\u202e\\")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range Safe(s) {
			if !unicode.IsPrint(r) && r != '\uFFFD' {
				t.Fatalf("%q lets %U through", s, r)
			}
		}
		if len(Safe(strings.Repeat(s, 2))) != 2*len(Safe(s)) && len(s) > 0 && s[len(s)-1] < 0x80 {
			t.Fatalf("%q is not escaped character by character", s)
		}
	})
}
