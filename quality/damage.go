package quality

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"overt/statement"
)

// Kinds of damage to text.
const (
	mojibake = iota // UTF-8 read as Windows-1252
	replaced        // U+FFFD
	question        // a question mark for a letter
	markup          // HTML entities left in
	exponent        // 1.23E+11
	asDate          // a code that a spreadsheet took for a date
	damages
)

var damageText = [damages]struct{ code, message string }{
	mojibake: {"damaged-text", "%d values hold letters that were UTF-8 and were read as Windows-1252 (Ã©, â€™); names with them match nothing. Ask for the file in UTF-8, or import it with the encoding it has"},
	replaced: {"damaged-text", "%d values hold U+FFFD, the mark for a letter that was lost before the file came here"},
	question: {"damaged-text", "%d values have a question mark in the middle of a word, where a letter or apostrophe was lost"},
	markup:   {"damaged-text", "%d values hold HTML entities (&amp; &#39;) instead of the characters"},
	exponent: {"spreadsheet-damage", "%d values are numbers a spreadsheet wrote as powers (1.23E+11): their last digits are lost, and as identifiers they name nothing"},
	asDate:   {"spreadsheet-damage", "%d values are dates (1-Mar, Mar-01) in a column of codes: a spreadsheet took the code for a date"},
}

// least is how many values of a kind must be damaged before it is said; fewer
// come up by chance or by somebody's spelling.
var least = [damages]int64{mojibake: 1, replaced: 1, question: 3, markup: 3, exponent: 1, asDate: 1}

// damage counts damaged values by kind and column.
type damage struct {
	found [damages]map[*column]*evidence
}

func (d *damage) note(w *Watch, kind int, c *column) { note(&d.found[kind], c, w.place()) }

// see looks at one value.
func (d *damage) see(w *Watch, c *column, text string) {
	marks := uint(0)
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case b == '?' && isLost(text, i):
			marks |= 1 << question
		case b == '&' && marks&(1<<markup) == 0 && isEntity(text[i:]):
			marks |= 1 << markup
		case b == 0xc3 || b == 0xc2 || b == 0xe2:
			if isMojibake(text[i:]) {
				marks |= 1 << mojibake
			}
		case b == 0xef && strings.HasPrefix(text[i:], "\uFFFD"):
			marks |= 1 << replaced
		}
	}
	if isPower(text) {
		marks |= 1 << exponent
	}
	if isShortDate(text) {
		marks |= 1 << asDate
	}
	for kind := range damages {
		if marks&(1<<kind) != 0 {
			d.note(w, kind, c)
		}
	}
	c.zeros.see(w, c, text)
}

// isLost says whether the question mark at i stands for a letter: between two
// small or two capital letters, and not in an address.
func isLost(text string, i int) bool {
	if i == 0 || i+1 == len(text) {
		return false
	}
	a, b := text[i-1], text[i+1]
	if !(isSmall(a) && isSmall(b) || isCapital(a) && isCapital(b)) {
		return false
	}
	start := strings.LastIndexAny(text[:i], " \t\n") + 1
	word := text[start:]
	if end := strings.IndexAny(word, " \t\n"); end >= 0 {
		word = word[:end]
	}
	return !strings.ContainsAny(word, "/=&@.:")
}

func isSmall(b byte) bool   { return b >= 'a' && b <= 'z' }
func isCapital(b byte) bool { return b >= 'A' && b <= 'Z' }
func isDigit(b byte) bool   { return b >= '0' && b <= '9' }

var markups = []string{"&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&nbsp;", "&rsquo;", "&lsquo;", "&ldquo;", "&rdquo;", "&ndash;", "&mdash;"}

func isEntity(text string) bool {
	if strings.HasPrefix(text, "&#") {
		end := strings.IndexByte(text[:min(len(text), 10)], ';')
		return end > 2 && strings.Trim(text[2:end], "0123456789abcdefxABCDEFX") == ""
	}
	return slices.ContainsFunc(markups, func(e string) bool { return strings.HasPrefix(text, e) })
}

// continuation are the characters that Windows-1252 has for the bytes 0x80 to
// 0x9F, which follow a leading byte of UTF-8.
const continuation = "€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"

// isMojibake says whether a text begins with a sequence of UTF-8 that was
// decoded byte by byte: Ã or Â and what can follow, or the three of â€™.
func isMojibake(text string) bool {
	r, n := utf8.DecodeRuneInString(text)
	next, _ := utf8.DecodeRuneInString(text[n:])
	follows := next >= 0x80 && next <= 0xbf || strings.ContainsRune(continuation, next)
	switch r {
	case 'Ã':
		return follows
	case 'Â':
		return next >= 0xa0 && next <= 0xbf && next != ' ' || next == 0xa0
	case 'â':
		return next == '€' || next == 0x80
	}
	return false
}

// isPower says whether a text is a number that a spreadsheet wrote as a power
// of ten, of a million or more.
func isPower(text string) bool {
	i := strings.Index(text, "E+")
	if i < 1 || i > 20 || len(text)-i < 3 || len(text)-i > 5 {
		return false
	}
	head, tail := strings.TrimPrefix(text[:i], "-"), text[i+2:]
	whole, rest, _ := strings.Cut(head, ".")
	return len(whole) == 1 && isDigit(whole[0]) && allDigits(rest) && allDigits(tail) && strings.TrimLeft(tail, "0") > "" && (len(strings.TrimLeft(tail, "0")) > 1 || tail[len(tail)-1] >= '6')
}

func allDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// isShortDate says whether a text is a date as a spreadsheet shortens it.
func isShortDate(text string) bool {
	if len(text) < 5 || len(text) > 6 {
		return false
	}
	a, b, ok := strings.Cut(text, "-")
	if !ok {
		return false
	}
	return isMonth(a) && len(b) == 2 && allDigits(b) || isMonth(b) && len(a) > 0 && len(a) <= 2 && allDigits(a)
}

func isMonth(s string) bool {
	return len(s) == 3 && strings.Contains("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", s) && isCapital(s[0])
}

func (d *damage) judge(w *Watch) {
	for kind := range damages {
		type hit struct {
			c *column
			e *evidence
		}
		var hits []hit
		total := int64(0)
		for c, e := range d.found[kind] {
			if kind == asDate && (e.n*2 > c.Filled || (c.Code+c.Number)*2 < c.Values()) {
				continue // a column of such dates is one, and words may be a name
			}
			hits, total = append(hits, hit{c, e}), total+e.n
		}
		if total < least[kind] {
			continue
		}
		slices.SortFunc(hits, func(a, b hit) int {
			if a.e.n != b.e.n {
				return int(b.e.n - a.e.n)
			}
			return a.c.order - b.c.order
		})
		for i, h := range hits {
			if i == maxEvidence {
				break
			}
			m := damageText[kind]
			w.doubts = append(w.doubts, statement.Warning{Code: m.code, Message: "column " + h.c.label() + ": " + fmt.Sprintf(m.message, h.e.n) + more(i, len(hits)), Where: h.e.where()})
		}
	}
	judgeZeros(w)
}

// more says behind the last column named how many there are besides.
func more(i, n int) string {
	if i == maxEvidence-1 && n > maxEvidence {
		return fmt.Sprintf("; %d more columns have the same", n-maxEvidence)
	}
	return ""
}

// widths are the digits that identifiers have by their rule, by what is in the
// column's name.
var widths = []struct {
	name  string
	width int
	not   string // unless this is in it too
}{
	{"duns", 9, ""}, {"awarding_agency_code", 3, ""}, {"funding_agency_code", 3, ""}, {"sub_agency_code", 4, ""},
	{"cgac", 3, ""}, {"frec", 4, ""}, {"fips", 5, "state"}, {"ein", 9, ""},
}

// zeros tells a column of identifiers of one width whose leading zeros are
// gone.
type zeros struct {
	width     int // by the rule; 0 when there is none
	known     bool
	n, padded int64 // digits of any width; with a zero in front
	short     evidence
}

func (z *zeros) see(w *Watch, c *column, text string) {
	if !z.known {
		z.known, z.width = true, widthOf(c.Name)
	}
	if z.width == 0 || len(text) > z.width || !allDigits(text) {
		return
	}
	z.n++
	switch {
	case text[0] == '0':
		z.padded++
	case len(text) < z.width:
		z.short.add(w.place())
	}
}

func widthOf(name string) int {
	name = strings.ToLower(strings.NewReplacer(" ", "_", "-", "_").Replace(name))
	words := strings.Split(name, "_")
	for _, r := range widths {
		hit := strings.Contains(name, r.name)
		if len(r.name) <= 4 {
			hit = slices.Contains(words, r.name)
		}
		if hit && (r.not == "" || !strings.Contains(name, r.not)) {
			return r.width
		}
	}
	return 0
}

// gone wants a column in which no value has kept its zeros, and a share that
// is no slip of a hand.
func (z *zeros) gone() bool { return z.short.n >= 5 && z.padded == 0 && z.short.n*50 >= z.n }

func judgeZeros(w *Watch) {
	var names []string
	var all evidence
	for _, c := range w.columns.order {
		if z := &c.zeros; z.gone() {
			names = append(names, fmt.Sprintf("%s (%d of %d, %d digits)", c.label(), z.short.n, z.n, z.width))
			all.n += z.short.n
			if len(all.first) == 0 {
				all.first = z.short.first
			}
		}
	}
	if len(names) == 0 {
		return
	}
	if n := len(names); n > 2*maxEvidence {
		names = append(names[:2*maxEvidence], fmt.Sprintf("and %d more columns", n-2*maxEvidence))
	}
	w.warn("spreadsheet-damage", all.where(), "identifiers are shorter than they must be, and none begins with 0: %s. A spreadsheet took the leading zeros; put them back before comparing", strings.Join(names, ", "))
}
