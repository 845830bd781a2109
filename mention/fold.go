package mention

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"overt/ftm"
)

// What a character does in a word.
const (
	apart      = iota // it ends a word
	inWord            // it is of a word
	alone             // a word by itself: scripts that set no blanks between words
	follows           // a word by itself that begins no name behind another of its kind
	nothing           // it stands inside words unseen
	apostrophe        // inside a word unseen, with a meaning at its ends
)

// A letter is a character as words hold it.
type letter struct {
	fold  string // what is compared; "" for what is unseen
	role  uint8
	upper bool
	mark  bool // belongs to the character before it
}

// asciiFold gives the folded byte of an ASCII letter or digit, 0 for others.
var asciiFold = func() (table [256]byte) {
	for c := range table {
		switch b := byte(c); {
		case 'a' <= b && b <= 'z' || '0' <= b && b <= '9':
			table[c] = b
		case 'A' <= b && b <= 'Z':
			table[c] = b + 'a' - 'A'
		}
	}
	return table
}()

const foldTable = 0x3400 // characters below are looked up

// letters holds the characters of the alphabets, so that text beyond ASCII
// costs a look and no more.
var letters = sync.OnceValue(func() *[foldTable]letter {
	table := new([foldTable]letter)
	for r := rune(0); r < foldTable; r++ {
		table[r] = makeLetter(r)
	}
	return table
})

func letterOf(table *[foldTable]letter, r rune) letter {
	switch {
	case r < foldTable:
		return table[r]
	case r >= 0x4e00 && r <= 0x9fa5: // Han
		return letter{fold: string(r), role: alone}
	case r >= 0xac00 && r <= 0xd7a3: // Hangul
		return letter{fold: string(r), role: follows}
	}
	return makeLetter(r)
}

// makeLetter folds one character: case, Latin marks (ftm.Fold), full-width
// forms, ligatures, and those letters of other alphabets that people write
// with and without their marks.
func makeLetter(r rune) letter {
	if r >= 0xff01 && r <= 0xff5e {
		r -= 0xff01 - '!'
	}
	switch {
	case r < utf8.RuneSelf && asciiFold[byte(r)] != 0:
		return letter{fold: string(rune(asciiFold[r])), role: inWord, upper: 'A' <= r && r <= 'Z'}
	case r == '\'' || r == '’' || r == '‘' || r == 'ʼ' || r == '`' || r == '´':
		return letter{role: apostrophe}
	case isUnseen(r):
		return letter{role: nothing}
	case r >= 0xfb00 && r <= 0xfb06:
		return letter{fold: [...]string{"ff", "fi", "fl", "ffi", "ffl", "st", "st"}[r-0xfb00], role: inWord}
	case r == utf8.RuneError:
		return letter{}
	}
	l := letter{role: inWord, upper: unicode.IsUpper(r) || unicode.IsTitle(r), mark: unicode.In(r, unicode.Mn, unicode.Mc)}
	plain := unicode.ToLower(r)
	if p, ok := variants[plain]; ok {
		plain = p
	}
	switch l.fold = ftm.Fold(string(plain)); {
	case l.fold == "":
		return letter{}
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan):
		l.role = alone
	case unicode.In(r, unicode.Hangul, unicode.Katakana) || r == 'ー':
		l.role = follows
	}
	return l
}

// isUnseen holds for what stands inside words and is no letter of them:
// combining marks of European scripts, soft hyphens, joiners, direction marks,
// vowel signs of Arabic and Hebrew.
func isUnseen(r rune) bool {
	return r >= 0x0300 && r <= 0x036f || r == 0x00ad || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e ||
		r >= 0x2060 && r <= 0x2064 || r >= 0x2066 && r <= 0x2069 || r == 0xfeff || r == 0x0640 ||
		r >= 0x064b && r <= 0x065f || r == 0x0670 || r >= 0x0591 && r <= 0x05bd || r >= 0xfe00 && r <= 0xfe0f
}

// variants are letters beside Latin that texts write in two ways.
var variants = func() map[rune]rune {
	table := map[rune]rune{}
	for _, row := range []string{
		"ее ёе", "ий", "αά", "εέ", "ηή", "ιίϊΐ", "οό", "υύϋΰ", "ωώ", "σς", "اأإآٱ", "يىی", "هة", "كک",
	} {
		var plain rune
		for _, r := range row {
			switch {
			case plain == 0:
				plain = r
			case r != ' ' && r != plain:
				table[r] = plain
			}
		}
	}
	return table
}()
