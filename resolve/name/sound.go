package name

import "strings"

// soundRules writes runs of letters as one sound, the longest first. They bring
// the romanisations of Cyrillic, the spellings of Slavic, German, French,
// Hungarian and Dutch, and those of Arabic names to one form; they do not try to
// tell how a word is spoken.
var soundRules = func() map[byte][][2]string {
	rules := map[byte][][2]string{}
	for _, line := range strings.Fields(`
		schtsch:sc shch:sc stsch:sc szcz:sc
		tsch:c tsj:c tch:c tsh:c tcz:c tzs:c cz:c ch:c cs:c tx:c tj:c ts:c tz:c
		sch:s sh:s sz:s sj:s
		dsch:j dzh:j dzs:j dj:j zh:j
		kh:h gh:g ph:f th:t rh:r wh:v bh:b dh:d
		ck:k cq:k qu:k q:k x:ks w:v
		gue:ge gui:gi
		ou:u oo:u ee:i ae:e oe:o ue:u
	`) {
		from, to, _ := strings.Cut(line, ":")
		rules[from[0]] = append(rules[from[0]], [2]string{from, to})
	}
	return rules
}()

// sound is the phonetic-normal form of a folded word in Latin letters: spellings
// of one word meet in it. It is for looking up and for comparing, not for show.
func sound(w string) string {
	if !hasVowel(w) {
		return w // initials are spelt, not spoken
	}
	var buf [64]byte
	b := buf[:0]
	for i := 0; i < len(w); {
		n := 0
		b, n = appendSound(b, w, i)
		i += n
	}
	b = endSound(squeeze(b))
	if string(b) == w {
		return w // no second copy
	}
	return string(b)
}

// appendSound spells what begins at i, and says how many letters that took.
func appendSound(b []byte, w string, i int) ([]byte, int) {
	c := w[i]
	for _, r := range soundRules[c] {
		if strings.HasPrefix(w[i:], r[0]) {
			return append(b, r[1]...), len(r[0])
		}
	}
	next := byte(0)
	if i+1 < len(w) {
		next = w[i+1]
	}
	last := byte(0)
	if i > 0 {
		last = w[i-1]
	}
	switch c {
	case 'c':
		switch {
		case next == 'e' || next == 'i' || next == 'y', next == 0 && last == 'i':
			return append(b, 'c'), 1
		}
		return append(b, 'k'), 1
	case 'y', 'i':
		switch {
		case isVowel(next) && next != 'i' && next != 'y' && !(c == 'i' && next == 'e' && i > 0):
			return b, 1 // ya, ia, yu, iu, ye: the vowel alone
		case c == 'i' && next == 'e':
			return append(b, 'i'), 2
		}
		return append(b, 'i'), 1
	case 'j':
		switch {
		case isVowel(last) && !isVowel(next):
			return append(b, 'i'), 1 // Andrej
		case isVowel(last), strings.IndexByte("lntdsrmv", last) >= 0 && isVowel(next):
			return b, 1 // Natalja
		}
		return append(b, 'j'), 1
	case 'h':
		if isVowel(last) && !isVowel(next) {
			return b, 1 // Mahdi, Abdullah
		}
	}
	return append(b, c), 1
}

// squeeze writes doubled letters once.
func squeeze(b []byte) []byte {
	out := b[:0]
	for i, c := range b {
		if i == 0 || c != out[len(out)-1] || c >= '0' && c <= '9' {
			out = append(out, c)
		}
	}
	return out
}

// endSound unifies endings: -off and -ov, -eff and -ev.
func endSound(b []byte) []byte {
	if n := len(b); n > 3 && b[n-1] == 'f' && (b[n-2] == 'o' || b[n-2] == 'e') {
		b[n-1] = 'v'
	}
	return b
}

// bones are the consonants of a skeleton, four bits each, the first one lowest.
type bones uint64

const boneLetters = "?abfktslmnh"

func (b bones) len() int {
	n := 0
	for ; b > 0; b >>= 4 {
		n++
	}
	return n
}

func (b bones) String() string {
	var out []byte
	for ; b > 0; b >>= 4 {
		out = append(out, boneLetters[min(b&15, 10)])
	}
	return string(out)
}

// skeleton is what is left of a word when vowels are dropped and consonants that
// scripts and languages exchange are one: p and b, d and t, l and r. A first
// vowel stays as a mark.
func skeleton(latin string) bones {
	var out bones
	n, last := 0, byte(0)
	add := func(class byte) {
		if n < 16 && class != last && class != 0 {
			out |= bones(strings.IndexByte(boneLetters, class)) << (4 * n)
			n, last = n+1, class
		}
	}
	for i := range len(latin) {
		next := byte(0)
		if i+1 < len(latin) {
			next = latin[i+1]
		}
		switch c := latin[i]; {
		case c == 'h' && i > 0:
		case c == 'w' && i == 0, c == 'p' && next == 'h':
			add('f')
		case c == 'c' && (next == 'h' || next == 'e' || next == 'i'):
			add('s')
		case c == 'x':
			add('k')
			add('s')
		case boneClass[c] == 'a':
			if i == 0 {
				add('a')
			}
		default:
			add(boneClass[c])
		}
	}
	return out
}

// boneClass maps letters to the classes of skeleton; 'a' marks vowels, 0 drops.
var boneClass = func() (t [256]byte) {
	for class, members := range map[byte]string{'a': "aeiouyw", 'b': "bp", 'f': "fv", 'k': "kgqcx", 't': "td", 's': "szj", 'l': "lr", 'm': "m", 'n': "n", 'h': "h"} {
		for _, c := range []byte(members) {
			t[c] = class
		}
	}
	return t
}()

func isVowel(c byte) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'u', 'y':
		return true
	}
	return false
}

func hasVowel(s string) bool { return strings.ContainsAny(s, "aeiouy") }

func hasLetter(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 'a' && c <= 'z' {
			return true
		}
	}
	return false
}
