package name

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed tables/zz_pinyin.txt
var pinyinTable string

//go:embed tables/zz_simplified.txt
var simplifiedTable string

// readings gives the commonest Mandarin reading of a character, without tone.
var readings = sync.OnceValue(func() map[rune]string {
	m := make(map[rune]string, 21000)
	for line := range strings.Lines(pinyinTable) {
		if syllable, chars, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			for _, r := range chars {
				m[r] = syllable
			}
		}
	}
	return m
})

// simplified gives the simplified form of traditional characters.
var simplified = sync.OnceValue(func() map[rune]rune {
	m := make(map[rune]rune, 3000)
	for line := range strings.Lines(simplifiedTable) {
		if r := []rune(strings.TrimSpace(line)); len(r) == 2 {
			m[r[0]] = r[1]
		}
	}
	return m
})

func pinyin(r rune) string { return readings()[r] }
