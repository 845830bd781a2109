package language

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
)

//go:embed everyday.txt
var everydayList string

// functionList has a line for each language: its two-letter code and its
// function words, in small letters, without marks, with и for й.
//
//go:embed functions.txt
var functionList string

var everyday = sync.OnceValue(func() map[string]bool {
	words := make(map[string]bool, strings.Count(everydayList, "\n"))
	for w := range strings.FieldsSeq(everydayList) {
		words[w] = true
	}
	return words
})

var functions = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for _, list := range functionsOf() {
		for w := range list {
			words[w] = true
		}
	}
	return words
})

// codes of functionList as those of the profiles.
var codes = map[string]string{
	"ar": "ara", "bg": "bul", "ca": "cat", "cs": "ces", "da": "dan", "de": "deu", "el": "ell", "en": "eng", "es": "spa", "et": "est",
	"fa": "fas", "fi": "fin", "fr": "fra", "he": "heb", "hi": "hin", "hr": "hrv", "hu": "hun", "id": "ind", "it": "ita", "lt": "lit",
	"lv": "lav", "nl": "nld", "no": "nor", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "sk": "slk", "sr": "srp", "sv": "swe",
	"tr": "tur", "uk": "ukr", "vi": "vie",
}

var functionsOf = sync.OnceValue(func() map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for line := range strings.Lines(functionList) {
		code, list, _ := strings.Cut(line, " ")
		words := map[string]bool{}
		for w := range strings.FieldsSeq(list) {
			words[w] = true
		}
		out[codes[code]] = words
	}
	return out
})

// IsEveryday says whether a word in small letters is among the 11,000 or so that
// English text mostly consists of. Source: levels 10 and 20 of SCOWL.
func IsEveryday(word string) bool { return everyday()[word] }

// IsFunctionWord says whether a word is an article, a preposition, a conjunction
// or the like in one of the languages listed in functions.txt. The word must be
// in small letters, without marks (ftm.Fold), and have и for й.
func IsFunctionWord(word string) bool { return functions()[word] }

// words gives the words of a text in small letters. Those with marks are not
// brought into the form of the lists: most function words have none.
func words(text string, emit func(string)) {
	for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) }) {
		if len(w) < 24 {
			emit(strings.ToLower(w))
		}
	}
}
