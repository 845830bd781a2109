// Package text is the one catalogue of what pages say. A text is written in
// English where it is used; a language is a table from that to its own words.
// What a language has no words for is said in English, as a whole text.
package text

import (
	"fmt"
	"strconv"
	"strings"
)

// A Language says texts in one tongue. It is never changed once it was made.
type Language struct {
	Tag  string // BCP 47: "en", "ar"
	Name string // in its own words
	RTL  bool   // read from right to left

	words  map[string]string
	forms  map[string][]string // by the text for many
	form   func(n int64) int   // which of forms says a number
	change func(string) string // what is done to English in place of a table; nil for nothing
}

// Languages lists what a reader can choose.
func Languages() []*Language { return []*Language{english, arabic} }

var (
	english = &Language{Tag: "en", Name: "English"}
	// Pseudo is English with accents and a third longer, in brackets: what stays
	// plain on a page has passed the catalogue by. For tests.
	Pseudo = &Language{Tag: "en-XA", Name: "Pseudo", change: accented}
)

// In is the language of a tag; English where it is not known.
func In(tag string) *Language {
	for _, l := range append(Languages(), Pseudo) {
		if l.Tag == tag {
			return l
		}
	}
	return english
}

// Dir is the direction of the language, as HTML has it.
func (l *Language) Dir() string {
	if l.RTL {
		return "rtl"
	}
	return "ltr"
}

// Say says a text, with values put in as fmt does; words among them are set apart where
// the language reads from the right.
func (l *Language) Say(english string, values ...any) string {
	s, ok := l.words[english]
	if !ok {
		s = english
	}
	if l.change != nil {
		s = l.change(s)
	}
	if len(values) == 0 {
		return s
	}
	if l.RTL {
		values = isolated(values)
	}
	return fmt.Sprintf(s, values...)
}

// isolated are values whose words are set apart, as bdi does, so that names and numbers
// that read from the left disturb nothing around them.
func isolated(values []any) []any {
	out := make([]any, len(values))
	for i, v := range values {
		out[i] = v
		if s, ok := v.(string); ok && s != "" {
			out[i] = "\u2068" + s + "\u2069"
		}
	}
	return out
}

// Count says how many there are: each text has one %s, for the number.
func (l *Language) Count(one, many string, n int64) string {
	s := many
	if n == 1 {
		s = one
	}
	if forms := l.forms[many]; forms != nil {
		s = forms[l.form(n)]
	}
	if l.change != nil {
		s = l.change(s)
	}
	return strings.Replace(s, "%s", Number(n), 1)
}

// Number writes a whole number in groups of three.
func Number(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// accents are letters beside the plain ones they stand for.
var accents = strings.NewReplacer("a", "á", "e", "é", "i", "í", "o", "ó", "u", "ú", "A", "Á", "E", "É", "I", "Í", "O", "Ó", "U", "Ú", "n", "ñ", "c", "ç")

// accented is a text as Pseudo says it; verbs of fmt stay.
func accented(s string) string {
	var b strings.Builder
	b.WriteString("⟦")
	for i, part := range strings.Split(s, "%") {
		if i > 0 && part != "" {
			b.WriteString("%" + part[:1])
			part = part[1:]
		}
		b.WriteString(accents.Replace(part))
	}
	b.WriteString(strings.Repeat("·", len([]rune(s))/3) + "⟧")
	return b.String()
}
