package search

import (
	"slices"
	"strings"
	"unicode"
)

// endings are the inflections that Stem takes for one word, in English, German,
// Dutch, French, Spanish, Italian and Portuguese. Longest first.
var endings = []string{
	"ings", "ments", "ement", "ment", "tions", "tion", "ingen", "ungen", "ung", "ing", "ers", "ies", "ied", "ern", "est",
	"ed", "er", "es", "en", "em", "os", "as", "is", "s", "e", "n", "y", "a", "o", "i", "t", "d", "r", "",
}

// minStem is how much of a word an inflection leaves, in characters.
const minStem = 4

// stems lists the words that differ from a folded Latin word by an ending only,
// itself included. Words of other scripts and short ones stand alone.
func stems(word string) []string {
	for _, r := range word {
		if r < 'a' || r > 'z' {
			return []string{word}
		}
	}
	stem := word
	for _, e := range endings {
		if strings.HasSuffix(word, e) && len(word)-len(e) >= minStem {
			stem = word[:len(word)-len(e)]
			break
		}
	}
	if len(stem) < minStem {
		return []string{word}
	}
	// What ends like an inflection may be none: droit, droits.
	all := []string{word}
	for _, stem := range []string{stem, word} {
		for _, e := range endings {
			all = appendNew(all, stem+e)
			if last := stem[len(stem)-1]; e != "" && !strings.ContainsRune("aeiou", rune(last)) {
				all = appendNew(all, stem+string(last)+e) // stop, stopped
			}
		}
	}
	slices.Sort(all)
	return all
}

// edits is how many edits the switch Fuzzy allows a word.
func edits(word string) int {
	switch n := len([]rune(word)); {
	case n < 4:
		return 0
	case n < 8:
		return 1
	}
	return 2
}

// A letterRow says how one letter, or two together, are written in Latin
// letters, folded. Sources: ISO 9, BGN/PCGN, the passport rules of Russia,
// Ukraine and Bulgaria, ELOT 743.
type letterRow struct {
	letters string
	latin   string // alternatives, by blanks; "-" for nothing
}

var cyrillic = []letterRow{
	{"а", "a"}, {"б", "b"}, {"в", "v w"}, {"г", "g h gh"}, {"ґ", "g"}, {"д", "d"}, {"ђ", "dj d"}, {"е", "e ye je"}, {"ё", "e yo jo io ye"},
	{"є", "ye ie je e"}, {"ж", "zh z j"}, {"з", "z s"}, {"и", "i y"}, {"і", "i"}, {"ї", "yi i ji"}, {"й", "y i j -"}, {"ј", "j"},
	{"к", "k c"}, {"л", "l"}, {"љ", "lj"}, {"м", "m"}, {"н", "n"}, {"њ", "nj"}, {"о", "o"}, {"п", "p"}, {"р", "r"}, {"с", "s ss"},
	{"т", "t"}, {"ћ", "c"}, {"у", "u ou"}, {"ў", "u w"}, {"ф", "f"}, {"х", "kh h ch x"}, {"ц", "ts c tc cz"}, {"ч", "ch c tch"}, {"џ", "dz dzh"},
	{"ш", "sh s sch"}, {"щ", "shch sht sch sh s"}, {"ъ", "- a u"}, {"ы", "y i"}, {"ь", "- y"}, {"э", "e"}, {"ю", "yu ju iu u"}, {"я", "ya ja ia a"},
	{"кс", "x ks"}, {"ий", "y ii iy ij i"}, {"ый", "y yi yy"}, {"дж", "j dj dzh"},
}

var greek = []letterRow{
	{"α", "a"}, {"β", "v b"}, {"γ", "g y"}, {"δ", "d"}, {"ε", "e"}, {"ζ", "z"}, {"η", "i e h"}, {"θ", "th"}, {"ι", "i"}, {"κ", "k c"},
	{"λ", "l"}, {"μ", "m"}, {"ν", "n"}, {"ξ", "x ks"}, {"ο", "o"}, {"π", "p"}, {"ρ", "r rh"}, {"σ", "s ss"}, {"τ", "t"}, {"υ", "y u i"},
	{"φ", "f ph"}, {"χ", "ch h kh"}, {"ψ", "ps"}, {"ω", "o"}, {"ου", "ou u"}, {"ευ", "ef ev eu"}, {"αυ", "af av au"}, {"μπ", "b mp"},
	{"ντ", "d nt"}, {"γγ", "ng gg"}, {"γκ", "gk g ng"},
}

// addTransliteration accepts the folded word in the letters of the other
// scripts: Cyrillic and Greek in Latin letters, Latin in both.
func (b *builder) addTransliteration(word string) {
	first := rune(0)
	for _, r := range word {
		first = r
		break
	}
	switch {
	case unicode.Is(unicode.Cyrillic, first):
		b.rewrite(word, cyrillic, true)
	case unicode.Is(unicode.Greek, first):
		b.rewrite(word, greek, true)
	case unicode.Is(unicode.Latin, first):
		b.rewrite(word, cyrillic, false)
		b.rewrite(word, greek, false)
	}
}

// rewrite accepts every way to cut word into the left sides of the rows and to
// write their right sides. A letter that is in no row stays.
func (b *builder) rewrite(word string, rows []letterRow, toLatin bool) {
	at := make([]int32, len(word)+1) // state by bytes of word that are written
	for i := range at {
		at[i] = b.state()
	}
	b.empty(0, at[0])
	b.states[at[len(word)]].accept = true
	for i, r := range word {
		found := false
		for _, row := range rows {
			for latin := range strings.FieldsSeq(row.latin) {
				latin = strings.TrimPrefix(latin, "-")
				from, to := row.letters, latin
				if !toLatin {
					from, to = latin, row.letters
				}
				if from == "" || !strings.HasPrefix(word[i:], from) {
					continue
				}
				found = true
				b.link(at[i], to, at[i+len(from)])
			}
		}
		if !found {
			b.link(at[i], string(r), at[i+len(string(r))])
		}
		if !toLatin { // the soft sign and its like are not written in Latin
			for _, row := range rows {
				if strings.HasPrefix(row.latin, "- ") || strings.HasSuffix(row.latin, " -") {
					b.link(at[i+len(string(r))], row.letters, at[i+len(string(r))])
				}
			}
		}
	}
}

// link writes s between two states.
func (b *builder) link(from int32, s string, to int32) { b.empty(b.letters(from, s), to) }
