package text

import (
	"slices"
	"strings"
	"testing"
)

func TestSay(t *testing.T) {
	for _, tt := range []struct{ tag, english, want string }{
		{"en", "Desk", "Desk"}, {"ar", "Desk", "المكتب"}, {"ar", "no such text", "no such text"}, {"xx", "Desk", "Desk"}, {"en-XA", "Desk", "⟦Désk·⟧"},
	} {
		if got := In(tt.tag).Say(tt.english); got != tt.want {
			t.Errorf("%s: %q is %q, want %q", tt.tag, tt.english, got, tt.want)
		}
	}
	if got := arabic.Say("Paid by it: %s", "Ferry Ltd"); got != "دفعه: \u2068Ferry Ltd\u2069" {
		t.Errorf("a name is not set apart: %q", got)
	}
	if got := Pseudo.Say("page %s of %d", "3", 9); !strings.Contains(got, "págé 3 óf 9") {
		t.Errorf("verbs are changed: %q", got)
	}
}

// The forms of Arabic, by examples of Unicode CLDR.
func TestCount(t *testing.T) {
	for n, want := range map[int64]string{0: "لا مصادر", 1: "مصدر واحد", 2: "مصدران", 3: "3 مصادر", 10: "10 مصادر", 11: "11 مصدرًا", 99: "99 مصدرًا", 100: "100 مصدر", 102: "102 مصدر", 103: "103 مصادر", 1000: "1,000 مصدر", 1_002_003: "1,002,003 مصادر"} {
		if got := arabic.Count("%s source", "%s sources", n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
	if a, b := english.Count("%s source", "%s sources", 1), english.Count("%s source", "%s sources", 1234567); a != "1 source" || b != "1,234,567 sources" {
		t.Errorf("%q, %q", a, b)
	}
	if got := Number(-1234567); got != "−1,234,567" {
		t.Errorf("number: %q", got)
	}
}

// A text says in every language what it says in English: the same values, in as many
// forms as there are.
func TestTables(t *testing.T) {
	for _, l := range Languages() {
		for english, words := range l.words {
			if a, b := verbs(english), verbs(words); !slices.Equal(a, b) {
				t.Errorf("%s: %q has %v, %q has %v", l.Tag, english, a, words, b)
			}
			if strings.TrimSpace(words) == "" {
				t.Errorf("%s: %q has no words", l.Tag, english)
			}
		}
		for many, forms := range l.forms {
			if len(forms) != 6 {
				t.Errorf("%s: %q has %d forms", l.Tag, many, len(forms))
			}
			for i, f := range forms {
				if n := strings.Count(f, "%"); n > 1 || n == 0 && i > 2 {
					t.Errorf("%s: %q tells the number %d times", l.Tag, f, n)
				}
			}
		}
	}
}

func verbs(s string) []string {
	var out []string
	for i, part := range strings.Split(s, "%") {
		if i > 0 && part != "" {
			out = append(out, part[:1])
		}
	}
	return out
}
