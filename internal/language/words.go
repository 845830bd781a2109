package language

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed everyday.txt
var everydayList string

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
	for line := range strings.Lines(functionList) {
		_, list, _ := strings.Cut(line, " ")
		for w := range strings.FieldsSeq(list) {
			words[w] = true
		}
	}
	return words
})

// IsEveryday says whether a word in small letters is among the 11,000 or so that English text mostly consists of. Source: levels 10 and 20 of SCOWL.
func IsEveryday(word string) bool { return everyday()[word] }

// IsFunctionWord says whether a word is an article, a preposition, a conjunction
// or the like in one of the languages listed in functions.txt. The word must be
// in small letters, without marks (ftm.Fold), and have и for й.
func IsFunctionWord(word string) bool { return functions()[word] }
