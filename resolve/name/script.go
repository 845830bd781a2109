package name

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letters spells the letters of scripts that are written by sound in Latin. The
// rendering is the one most registers use; the phonetic-normal form undoes the
// differences between the others.
var letters = func() map[rune]string {
	m := map[rune]string{
		// Latin letters that do not decompose into a base and a mark.
		'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ı': "i", 'ə': "a", 'ŋ': "ng", 'ħ': "h", 'ĸ': "k", 'ŧ': "t", 'ĳ': "ij",
		'ƒ': "f", 'ɓ': "b", 'ɗ': "d", 'ƙ': "k", 'ɣ': "g", 'ɛ': "e", 'ɔ': "o", 'ʋ': "v", 'ƴ': "y",
		// Hangul is spelt by hangul, kana by kana.go.
	}
	pairs := func(from string, to ...string) {
		i := 0
		for _, r := range from {
			m[r] = to[i]
			i++
		}
	}
	pairs("абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
		"a", "b", "v", "g", "d", "e", "e", "zh", "z", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "shch", "", "y", "", "e", "yu", "ya")
	pairs("іїєґўђјљњћџѓќѕәғқңөұүһҳҷӣӯѣѳ",
		"i", "yi", "ye", "g", "u", "dj", "j", "lj", "nj", "c", "dz", "g", "k", "dz", "a", "g", "k", "n", "o", "u", "u", "h", "h", "j", "i", "u", "e", "f")
	pairs("αβγδεζηθικλμνξοπρσςτυφχψω",
		"a", "v", "g", "d", "e", "z", "i", "th", "i", "k", "l", "m", "n", "x", "o", "p", "r", "s", "s", "t", "y", "f", "ch", "ps", "o")
	pairs("աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆև",
		"a", "b", "g", "d", "e", "z", "e", "e", "t", "zh", "i", "l", "kh", "ts", "k", "h", "dz", "gh", "ch", "m", "y", "n", "sh", "o", "ch", "p", "j", "r", "s", "v", "t", "r", "ts", "u", "p", "k", "o", "f", "ev")
	pairs("აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ",
		"a", "b", "g", "d", "e", "v", "z", "t", "i", "k", "l", "m", "n", "o", "p", "zh", "r", "s", "t", "u", "p", "k", "gh", "q", "sh", "ch", "ts", "dz", "ts", "ch", "kh", "j", "h")
	return m
}()

// skeletons spells the letters of scripts that leave vowels out. Long vowels
// are spelt, as they may be vowels or consonants.
var skeletons = func() map[rune]string {
	m := map[rune]string{}
	pairs := func(from string, to ...string) {
		i := 0
		for _, r := range from {
			m[r] = to[i]
			i++
		}
	}
	pairs("ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءآأإؤئ",
		"a", "b", "t", "th", "j", "h", "kh", "d", "dh", "r", "z", "s", "sh", "s", "d", "t", "z", "a", "gh", "f", "q", "k", "l", "m", "n", "h", "w", "y", "a", "a", "", "a", "a", "i", "w", "y")
	pairs("پچژگکیٹڈڑںےھہۃ", "p", "ch", "zh", "g", "k", "y", "t", "d", "r", "n", "y", "h", "h", "a")
	pairs("אבגדהוזחטיכךלמםנןסעפףצץקרשת",
		"a", "b", "g", "d", "h", "w", "z", "h", "t", "y", "k", "k", "l", "m", "m", "n", "n", "s", "a", "p", "p", "ts", "ts", "k", "r", "sh", "t")
	return m
}()

// twins are Cyrillic and Greek letters that look like Latin ones: mixed into a
// Latin word they are a slip or a disguise.
var twins = map[rune]rune{
	'а': 'a', 'в': 'b', 'е': 'e', 'к': 'k', 'м': 'm', 'н': 'h', 'о': 'o', 'р': 'p', 'с': 'c', 'т': 't', 'у': 'y', 'х': 'x', 'і': 'i', 'ј': 'j', 'ѕ': 's', 'ё': 'e',
	'α': 'a', 'ο': 'o', 'ι': 'i', 'κ': 'k', 'ν': 'v', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'χ': 'x',
}

// A rendering is a word in Latin letters.
type rendering struct {
	norm  string // folded: Latin where the script spells sounds, else as written
	latin string // always Latin, as far as we know the script
	loose bool   // latin is a guess: vowels missing, or characters read aloud
}

// render folds a word and writes it in Latin letters.
func render(word string) rendering {
	if isPlain(word) {
		w := lowerASCII(word)
		return rendering{norm: w, latin: w}
	}
	latin, other := 0, 0
	for _, r := range word {
		switch {
		case unicode.Is(unicode.Latin, r):
			latin++
		case unicode.IsLetter(r):
			other++
		}
	}
	var out, kept []byte
	loose := false
	runes := []rune(word)
	for i, r := range runes {
		r = unicode.ToLower(r)
		if t, ok := twins[r]; ok && latin > other {
			r = t
		}
		if unicode.Is(unicode.Han, r) {
			if s, ok := simplified()[r]; ok {
				r = s
			}
		}
		kept = utf8.AppendRune(kept, r)
		s, how := spell(runes, i, r)
		loose = loose || how == byGuess
		if how == asMark {
			kept = kept[:len(kept)-utf8.RuneLen(r)]
		}
		out = append(out, s...)
	}
	l := string(out)
	if loose {
		return rendering{norm: string(kept), latin: l, loose: true}
	}
	return rendering{norm: l, latin: l}
}

type spelling uint8

const (
	bySound spelling = iota
	byGuess
	asMark // stands over another letter, and is dropped
)

// spell gives the Latin letters of one lower-case rune of a word.
func spell(word []rune, i int, r rune) (string, spelling) {
	if r < utf8.RuneSelf {
		return string(r), bySound
	}
	if s, ok := digraph(word, i); ok {
		return s, bySound
	}
	if s, ok := letters[r]; ok {
		return s, bySound
	}
	if s, ok := skeletons[r]; ok {
		return s, byGuess
	}
	if s, ok := brahmic(r); ok {
		return s, byGuess
	}
	switch {
	case unicode.Is(unicode.Mn, r), r == 'ـ', unicode.Is(unicode.Lm, r) && !isKana(r), unicode.Is(unicode.Cf, r):
		return "", asMark
	case r >= 0xAC00 && r <= 0xD7A3:
		return hangul(r), bySound
	case isKana(r):
		return kana(word, i), byGuess
	case unicode.Is(unicode.Han, r):
		return pinyin(r), byGuess
	}
	var buf [8]byte
	d := norm.NFD.AppendString(buf[:0], string(r))
	base, n := utf8.DecodeRune(d)
	if base == r || n == 0 {
		return string(r), bySound // a script we have no table for
	}
	if s, ok := letters[base]; ok {
		return s, bySound
	}
	if s, ok := skeletons[base]; ok {
		return s, byGuess
	}
	return string(base), bySound
}

// brahmicOffset spells the letters that the blocks of nine Indian scripts, from
// Devanagari to Malayalam, have at one place. The vowel inside each consonant is
// left out.
var brahmicOffset = func() (t [0x80]string) {
	for i, s := range strings.Fields("a a i i u u ri l e e e ai o o o au k kh g gh n ch ch j j n t th d dh n t th d dh n n p ph b bh m y r r l l l v sh sh s h") {
		t[0x05+i] = s
	}
	for i, s := range strings.Fields("a i i u u ri ri e e e ai o o o au") {
		t[0x3E+i] = s
	}
	t[0x01], t[0x02] = "n", "n"
	for i, s := range strings.Fields("q kh g z r r f y") {
		t[0x58+i] = s
	}
	return t
}()

// brahmic spells a letter of an Indian script.
func brahmic(r rune) (string, bool) {
	if r < 0x900 || r > 0xD7F {
		return "", false
	}
	s := brahmicOffset[(r-0x900)%0x80]
	return s, s != ""
}

// digraph spells two letters that are one sound.
func digraph(word []rune, i int) (string, bool) {
	r := unicode.ToLower(word[i])
	var next, last rune
	if i+1 < len(word) {
		next = unicode.ToLower(word[i+1])
	}
	if i > 0 {
		last = unicode.ToLower(word[i-1])
	}
	switch {
	case r == 'ո' && next == 'ւ', r == 'ο' && (next == 'υ' || next == 'ύ'):
		return "", true // the second letter spells both
	case r == 'υ' && last == 'ο', r == 'ύ' && last == 'ο', r == 'ւ' && last == 'ո':
		return "u", true
	case r == 'π' && last == 'μ' && i == 1:
		return "b", true
	case r == 'μ' && next == 'π' && i == 0:
		return "", true
	}
	return "", false
}

// hangul spells a syllable by the Revised Romanization of Korean, letter by
// letter, without the changes between syllables.
func hangul(r rune) string {
	s := int(r - 0xAC00)
	return hangulFirst[s/588] + hangulVowel[s%588/28] + hangulLast[s%28]
}

var (
	hangulFirst = [...]string{"g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"}
	hangulVowel = [...]string{"a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu", "eu", "ui", "i"}
	hangulLast  = [...]string{"", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng", "t", "t", "k", "t", "p", "t"}
)

func isKana(r rune) bool {
	return r >= 0x3041 && r <= 0x309F || r >= 0x30A1 && r <= 0x30FF && r != '・'
}

// kana spells a kana by Hepburn. Small vowels and y-kana join with the one
// before; the long mark is silent.
func kana(word []rune, i int) string {
	at := func(j int) rune {
		if j < 0 || j >= len(word) {
			return 0
		}
		if r := word[j]; r >= 0x30A1 && r <= 0x30F6 {
			return r - 0x60
		}
		return word[j]
	}
	r, next := at(i), at(i+1)
	if r == 'っ' || r == 'ー' || r == 'ゝ' {
		return ""
	}
	s := kanaSpelling[r]
	if v, ok := kanaSmall[r]; ok {
		return v
	}
	if v, ok := kanaSmall[next]; ok && len(s) > 1 { // kyo is ki and a small yo
		s = s[:len(s)-1]
		if len(v) > 1 && (s == "sh" || s == "ch" || s == "j") {
			return s // sha, not shya: the small one drops its y below
		}
	}
	return s
}

var kanaSmall = map[rune]string{'ゃ': "ya", 'ゅ': "yu", 'ょ': "yo", 'ぁ': "a", 'ぃ': "i", 'ぅ': "u", 'ぇ': "e", 'ぉ': "o"}

var kanaSpelling = func() map[rune]string {
	m := map[rune]string{'ん': "n", 'ゔ': "v", 'を': "o"}
	row := func(kana string, to ...string) {
		i := 0
		for _, r := range kana {
			m[r] = to[i]
			i++
		}
	}
	row("あいうえおかきくけこがぎぐげご", "a", "i", "u", "e", "o", "ka", "ki", "ku", "ke", "ko", "ga", "gi", "gu", "ge", "go")
	row("さしすせそざじずぜぞ", "sa", "shi", "su", "se", "so", "za", "ji", "zu", "ze", "zo")
	row("たちつてとだぢづでど", "ta", "chi", "tsu", "te", "to", "da", "ji", "zu", "de", "do")
	row("なにぬねのはひふへほばびぶべぼぱぴぷぺぽ", "na", "ni", "nu", "ne", "no", "ha", "hi", "fu", "he", "ho", "ba", "bi", "bu", "be", "bo", "pa", "pi", "pu", "pe", "po")
	row("まみむめもやゆよらりるれろわ", "ma", "mi", "mu", "me", "mo", "ya", "yu", "yo", "ra", "ri", "ru", "re", "ro", "wa")
	return m
}()

// isPlain says whether a word is ASCII throughout.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func lowerASCII(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if b[i] >= 'A' && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}
