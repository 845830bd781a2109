// Package notice reads the language of Privacy Act notices in the Federal
// Register: which systems of records a sentence names, what it does to them,
// which section of a notice a heading opens, and to whom a routine use lets
// records go.
//
// It stands below mapping, which cites what is found. The grammar is written
// from the formulas that agencies use and says nothing where a sentence
// follows none of them: a system without a number is not named, and one
// system replaces another only where the text says which takes in which.
package notice

import (
	"strings"
	"unicode/utf8"
)

// MaxText is how much of one text is read, in bytes.
const MaxText = 256 << 10

// maxSentence is how long a sentence may be, in bytes, to be understood: a list
// of a hundred systems fits.
const maxSentence = 32 << 10

// An Action is what a notice does to a system of records.
type Action string

// The actions of notices.
const (
	New       Action = "new"
	Modified  Action = "modified"
	Rescinded Action = "rescinded"
	Renamed   Action = "renamed"  // Change.Name is the new name
	Replaced  Action = "replaced" // Change.System takes the place of Change.Old
)

// A System is a system of records as a text names it.
type System struct {
	Number string // normalised, see Number; never empty
	Name   string // without number and without "System of Records"; may be empty
}

// A Change is one thing that one sentence does to one system.
type Change struct {
	Action   Action
	System   System
	Old      System // of Replaced
	Name     string // of Renamed
	Sentence string // as it stands in the text
}

// Changes reads what a text does to systems of records, in the order of the
// text and without repeats. Texts longer than MaxText give nothing.
func Changes(text string) []Change {
	if len(text) > MaxText {
		return nil
	}
	var out []Change
	seen := map[Change]bool{}
	var before []System // rescinded by the sentence before
	for _, s := range sentences(text) {
		if len(s.plain) > maxSentence {
			before = nil
			continue
		}
		c := clause{text: s.plain, before: before}
		c.read()
		before = c.rescinded
		for _, ch := range c.out {
			key := ch
			key.System.Name, key.Old.Name = "", ""
			if seen[key] {
				continue
			}
			seen[key] = true
			ch.Sentence = s.original
			out = append(out, ch)
		}
	}
	return out
}

// A sentence as it stands, and with plain quotes, hyphens and blanks.
type sentence struct{ original, plain string }

// plainRune brings the many quotes, hyphens and blanks of printed text to one.
func plainRune(r rune) rune {
	switch r {
	case '“', '”', '„', '″':
		return '"'
	case '‘', '’':
		return '\''
	case '‐', '‑', '‒', '–', '—', '―', '−':
		return '-'
	case '\n', '\r', '\t', '\u00a0', '\u2009', '\u202f':
		return ' '
	}
	return r
}

// sentences cuts a text after a full stop, or one within closing quotes, that a
// capital follows, but not within abbreviations.
func sentences(text string) []sentence {
	var out []sentence
	var plain strings.Builder
	start := 0
	end := func(i int) {
		if s := strings.TrimSpace(text[start:i]); s != "" {
			out = append(out, sentence{s, strings.Join(strings.Fields(plain.String()), " ")})
		}
		plain.Reset()
		start = i
	}
	for i, r := range text {
		plain.WriteRune(plainRune(r))
		if r != '.' && r != '?' && r != '!' {
			continue
		}
		if after, ok := stop(text[i+1:]); ok && !isAbbreviation(text[start:i]) {
			// A closing quote belongs to the sentence it ends.
			if after > 0 {
				continue
			}
			end(i + 1)
		}
	}
	end(len(text))
	return joinQuotes(out)
}

// stop says whether a sentence ends here: a blank and a capital follow, perhaps
// behind a closing quote, of which it gives the length.
func stop(rest string) (quote int, ok bool) {
	r, n := utf8.DecodeRuneInString(rest)
	if p := plainRune(r); p == '"' || p == '\'' || p == ')' {
		quote, rest = n, rest[n:]
		r, n = utf8.DecodeRuneInString(rest)
	}
	if rest == "" {
		return quote, true
	}
	if plainRune(r) != ' ' {
		return 0, false
	}
	next, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest[n:], " \n\r\t\u00a0"))
	return quote, next >= 'A' && next <= 'Z' || plainRune(next) == '"'
}

var abbreviations = map[string]bool{
	"no": true, "nos": true, "inc": true, "st": true, "pub": true, "stat": true, "dr": true, "mr": true, "ms": true,
	"sec": true, "dept": true, "vol": true, "fed": true, "reg": true, "e.g": true, "i.e": true, "sept": true, "jan": true, "oct": true,
}

// isAbbreviation looks at the last word before a full stop: "U.S", "No", "P.L".
func isAbbreviation(s string) bool {
	word := s[strings.LastIndexAny(s, " \n\t(/\"")+1:]
	return len(word) == 1 || len(word) >= 3 && word[len(word)-2] == '.' || abbreviations[strings.ToLower(word)]
}

// joinQuotes cuts once more where a full stop stood within closing quotes, so
// that the quote stays with its sentence.
func joinQuotes(in []sentence) []sentence {
	var out []sentence
	for _, s := range in {
		rest := s.original
		for {
			i := closing(rest)
			if i < 0 {
				break
			}
			out = append(out, sentence{strings.TrimSpace(rest[:i]), plainText(rest[:i])})
			rest = rest[i:]
		}
		if strings.TrimSpace(rest) != "" {
			out = append(out, sentence{strings.TrimSpace(rest), plainText(rest)})
		}
	}
	return out
}

// closing finds the end of the first `."` that ends a sentence, -1 when there
// is none.
func closing(s string) int {
	for i, r := range s {
		if r != '.' || isAbbreviation(s[:i]) {
			continue
		}
		if n, ok := stop(s[i+1:]); ok && n > 0 && i+1+n < len(s) {
			return i + 1 + n
		}
	}
	return -1
}

func plainText(s string) string {
	return strings.Join(strings.Fields(strings.Map(plainRune, s)), " ")
}
