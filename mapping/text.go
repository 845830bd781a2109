package mapping

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"overt/ftm"
)

// sanitize brings a cell's text into the form FollowTheMoney hashes and keeps:
// NFC, without control characters other than line ends and tabs, trimmed.
// Source: sanitize_text in followthemoney/util.py and normality's cleaning.
func sanitize(s string) string {
	if isPlain(s) {
		return strings.TrimSpace(s)
	}
	s = norm.NFC.String(strings.ToValidUTF8(s, "\uFFFD"))
	s = strings.Map(func(r rune) rune {
		if isUnsafe(r) {
			return -1
		}
		return r
	}, s)
	return strings.TrimFunc(s, unicode.IsSpace)
}

// isPlain says that s is printable ASCII with line ends and tabs.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 0x7f || c < ' ' && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
	}
	return true
}

func isUnsafe(r rune) bool {
	switch {
	case r == '\t' || r == '\n' || r == '\r' || r == 0x85:
		return false
	case r < ' ' || r >= 0x7f && r < 0xa0:
		return true
	case r == 0xfeff || r >= 0xfdd0 && r <= 0xfdef || r == 0xfffe || r == 0xffff:
		return true
	}
	return false
}

// trimKey gives a literal part of a key as FollowTheMoney's stringify does.
func trimKey(s string) string { return strings.TrimFunc(s, unicode.IsSpace) }

// foldValue makes values and column names comparable: lower case, runs of
// blanks as one, trimmed.
func foldValue(s string) string {
	if isFolded(s) {
		return s
	}
	return strings.Join(strings.Fields(strings.ToLower(s)), " ")
}

func isFolded(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf || c < ' ' || c >= 'A' && c <= 'Z' {
			return false
		}
		if c == ' ' && (i == 0 || i == len(s)-1 || s[i-1] == ' ') {
			return false
		}
	}
	return true
}

// An ignoreSet holds the values that count as no value: compared as a whole,
// without regard to case and blanks, or by regular expression.
type ignoreSet struct {
	values   map[string]bool
	shortest int
	longest  int
	first    [256]bool // first bytes of the values, both cases
	patterns []*regexp.Regexp
}

func newIgnoreSet() *ignoreSet { return &ignoreSet{values: map[string]bool{}} }

func (s *ignoreSet) add(text string) {
	v := foldValue(text)
	if v == "" {
		return
	}
	if len(s.values) == 0 || len(v) < s.shortest {
		s.shortest = len(v)
	}
	// Folding may shorten a text by its blanks and by the forms of its letters.
	s.longest = max(s.longest, 2*len(v)+64)
	s.values[v] = true
	s.first[v[0]] = true
	if c := v[0]; c >= 'a' && c <= 'z' {
		s.first[c-'a'+'A'] = true
	}
}

// has says whether text, trimmed, is withheld or stands for nothing.
func (s *ignoreSet) has(text string) bool {
	if s == nil || text == "" {
		return false
	}
	if len(text) >= s.shortest && len(text) <= s.longest && (s.first[text[0]] || text[0] >= utf8.RuneSelf) && s.values[foldValue(text)] {
		return true
	}
	for _, re := range s.patterns {
		if re.MatchString(text) {
			return true
		}
	}
	return false
}

// A splitter cuts one value into several.
type splitter struct {
	sep string
	re  *regexp.Regexp
}

// maxSplit bounds what one cell can be cut into.
const maxSplit = 10_000

func (s *splitter) parts(text string) []string {
	if s.re != nil {
		return s.re.Split(text, maxSplit)
	}
	return strings.SplitN(text, s.sep, maxSplit)
}

// rewrite changes the letters of a value as the mapping asks.
func rewrite(text, letters string) string {
	switch letters {
	case "upper":
		return strings.ToUpper(text)
	case "lower":
		return strings.ToLower(text)
	case "fold":
		return ftm.Fold(text)
	}
	return text
}

// padded puts zeros in front of a number that lost them in a spreadsheet.
func padded(text string, width int) string {
	if len(text) >= width || text == "" {
		return text
	}
	for i := 0; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			return text
		}
	}
	return strings.Repeat("0", width-len(text)) + text
}
