package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"overt/ftm"
)

// maxTerm bounds a term in characters; what is longer is found by its beginning.
const maxTerm = 64

// gap parts the values of an item, so that no phrase reaches across.
const gap = 1000

// A Token is one word of a text. Several tokens may stand at one position: a
// number written with separators is there whole and in its pieces.
type Token struct {
	Term  string // folded
	Exact string // as written
	Pos   int    // words before it
	Start int    // characters before it
	End   int    // characters up to its end
	// Extra marks a form beside the one that is searched for.
	Extra bool
}

// Tokens yields the words of a text in order. Words are runs of letters, digits
// and marks; of Han, kana, Thai and other scripts that set no blanks, each two
// neighbouring characters are a word, and the last of a run alone.
func Tokens(text string, yield func(Token)) {
	t := tokenizer{text: text, yield: yield}
	t.run()
}

type tokenizer struct {
	text  string
	yield func(Token)
	at    int // byte
	char  int
	pos   int
}

type class uint8

const (
	other class = iota
	letter
	digit
	dense // of a script without blanks
)

func classOf(r rune) class {
	switch {
	case r < utf8.RuneSelf:
		switch {
		case '0' <= r && r <= '9':
			return digit
		case 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z':
			return letter
		}
		return other
	case r >= 0x0e00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) || r == 'ー':
		return dense
	case unicode.Is(unicode.Nd, r):
		return digit
	case unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r):
		return letter
	}
	return other
}

func (t *tokenizer) run() {
	for t.at < len(t.text) {
		r, size := utf8.DecodeRuneInString(t.text[t.at:])
		switch classOf(r) {
		case other:
			t.at += size
			t.char++
		case dense:
			t.dense()
		default:
			t.word()
		}
	}
}

// word reads a run of letters and digits. A run of digits may be the first
// piece of a number with separators.
func (t *tokenizer) word() {
	start, char, digits := t.at, t.char, true
	for t.at < len(t.text) {
		r, size := utf8.DecodeRuneInString(t.text[t.at:])
		c := classOf(r)
		if c == other || c == dense {
			break
		}
		digits = digits && c == digit
		t.at += size
		t.char++
	}
	if digits && t.number(start, char) {
		return
	}
	exact := t.text[start:t.at]
	t.put(exact, char, t.char)
}

func (t *tokenizer) put(exact string, start, end int) {
	exact = cutTerm(exact)
	if term := foldTerm(exact); term != "" {
		t.yield(Token{Term: term, Exact: exact, Pos: t.pos, Start: start, End: end})
		t.pos++
	}
}

// dense reads a run of a script without blanks.
func (t *tokenizer) dense() {
	from := t.at
	last := -1
	for i, r := range t.text[from:] {
		if classOf(r) != dense {
			break
		}
		if last >= 0 {
			pair := t.text[from+last : from+i+utf8.RuneLen(r)]
			t.put(pair, t.char-1, t.char+1)
		}
		last = i
		t.at = from + i + utf8.RuneLen(r)
		t.char++
	}
	t.put(t.text[from+last:t.at], t.char-1, t.char)
}

// number tries to read on after a run of digits: pieces that separators join
// ("1.234,50", "1'234", "31.12.2019") are one word, found whole and in pieces;
// pieces of three digits behind blanks ("1 234 567") are words of their own, and
// one number besides.
func (t *tokenizer) number(start, char int) bool {
	pieces := []string{t.text[start:t.at]}
	ends := []int{t.char}
	seps := []rune{}
	at, end := t.at, t.char
	for at < len(t.text) && len(pieces) < 12 {
		sep, size := utf8.DecodeRuneInString(t.text[at:])
		blank := sep == ' ' || sep == 0xa0 || sep == 0x202f || sep == 0x2009
		if !blank && !strings.ContainsRune(".,'’", sep) || blank && len(seps) > 0 && !isBlank(seps[0]) {
			break
		}
		n := digits(t.text[at+size:])
		if n == 0 || blank && (n != 3 || len(pieces[0]) > 3) {
			break
		}
		seps = append(seps, sep)
		pieces = append(pieces, t.text[at+size:at+size+n])
		at, end = at+size+n, end+1+utf8.RuneCountInString(t.text[at+size:at+size+n])
		ends = append(ends, end)
	}
	if len(seps) == 0 {
		return false
	}
	if isBlank(seps[0]) {
		t.spaced(pieces, ends, char, isBlank(seps[len(seps)-1]))
	} else {
		t.joined(pieces, seps, char, end)
	}
	t.at, t.char = at, end
	return true
}

func isBlank(r rune) bool { return r == ' ' || r == 0xa0 || r == 0x202f || r == 0x2009 }

// digits is the length of the digits that s begins with, 0 when a letter
// follows them.
func digits(s string) int {
	for i, r := range s {
		switch classOf(r) {
		case digit:
		case other, dense:
			return i
		default:
			return 0
		}
	}
	return len(s)
}

func (t *tokenizer) joined(pieces []string, seps []rune, start, end int) {
	whole := foldTerm(cutTerm(strings.Join(pieces, "")))
	forms := []string{whole}
	if last := len(seps) - 1; strings.ContainsRune(".,", seps[last]) && (last == 0 || seps[last] != seps[0]) {
		forms = appendNew(forms, foldTerm(cutTerm(strings.Join(pieces[:last+1], "")))) // without decimals
	}
	for _, p := range pieces {
		forms = appendNew(forms, foldTerm(cutTerm(p)))
	}
	for i, f := range forms {
		t.yield(Token{Term: f, Exact: f, Pos: t.pos, Start: start, End: end, Extra: i > 0})
	}
	t.pos++
}

// spaced puts pieces at places of their own, and the number at the first.
func (t *tokenizer) spaced(pieces []string, ends []int, start int, whole bool) {
	forms := []string{foldTerm(cutTerm(strings.Join(pieces, "")))}
	if n := len(pieces) - 1; !whole && n > 1 {
		forms = append(forms, foldTerm(cutTerm(strings.Join(pieces[:n], "")))) // without decimals
	}
	for _, f := range forms {
		t.yield(Token{Term: f, Exact: f, Pos: t.pos, Start: start, End: ends[len(ends)-1], Extra: true})
	}
	for i, p := range pieces {
		p = foldTerm(cutTerm(p))
		t.yield(Token{Term: p, Exact: p, Pos: t.pos, Start: start, End: ends[i]})
		start = ends[i] + 1
		t.pos++
	}
}

func cutTerm(s string) string {
	if len(s) <= maxTerm {
		return s
	}
	n := 0
	for i := range s {
		if n == maxTerm {
			return s[:i]
		}
		n++
	}
	return s
}

// foldTerm folds a word: lower case, Latin and Greek letters without marks,
// wide forms plain, points and vowel signs of Hebrew and Arabic left out.
func foldTerm(s string) string {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return foldWide(s)
		}
	}
	return strings.ToLower(s)
}

func foldWide(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case 0xff01 <= r && r <= 0xff5e:
			return r - 0xfee0
		case 0x0591 <= r && r <= 0x05c7, 0x0610 <= r && r <= 0x061a, 0x064b <= r && r <= 0x065f, r == 0x0640, r == 0x0670:
			return -1
		case unicode.Is(unicode.Nd, r):
			return plainDigit(r)
		}
		return r
	}, s)
	s = strings.ReplaceAll(ftm.Fold(s), " ", "")
	return strings.Map(func(r rune) rune {
		if p, ok := greekFold[r]; ok {
			return p
		}
		return r
	}, s)
}

// plainDigit gives the ASCII digit of a decimal digit. They stand in tens that
// begin at a multiple of 16, or six behind one.
func plainDigit(r rune) rune {
	n := r & 15
	if !unicode.Is(unicode.Nd, r&^15) {
		n -= 6
	}
	if n < 0 || n > 9 {
		return r
	}
	return '0' + n
}

var greekFold = map[rune]rune{
	'ά': 'α', 'έ': 'ε', 'ή': 'η', 'ί': 'ι', 'ϊ': 'ι', 'ΐ': 'ι', 'ό': 'ο', 'ύ': 'υ', 'ϋ': 'υ', 'ΰ': 'υ', 'ώ': 'ω', 'ς': 'σ',
}

// Stream yields the tokens of an item's texts with the field each stands in
// (Title, Name or Text), at positions that go on through the whole item. A
// token's Start and End count within its own value, whose number in the item is
// told beside: 0 the title, then the names, the identifiers, the text.
func (it *Item) Stream(yield func(f Field, value int, tok Token)) {
	base, value := 0, 0
	put := func(f Field, text string) {
		last := -1
		Tokens(text, func(tok Token) {
			last = tok.Pos
			tok.Pos += base
			yield(f, value, tok)
		})
		if last >= 0 {
			base += last + gap
		}
		value++
	}
	put(FieldTitle, it.Title)
	for _, n := range it.Names {
		put(FieldName, n)
	}
	for _, id := range it.IDs {
		put(FieldText, id)
	}
	put(FieldText, it.Text)
}

// value gives the text of a number of Stream.
func (it *Item) value(n int) (text string, f Field) {
	switch {
	case n == 0:
		return it.Title, FieldTitle
	case n <= len(it.Names):
		return it.Names[n-1], FieldName
	case n <= len(it.Names)+len(it.IDs):
		return it.IDs[n-1-len(it.Names)], FieldText
	}
	return it.Text, FieldText
}
