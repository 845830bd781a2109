package name

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A Family is a sort of blocking key.
type Family uint8

const (
	KeyFull     Family = iota // core tokens, sorted and joined without blanks
	KeyToken                  // sound of one core token, or a stand-in for its nicknames
	KeyPair                   // sounds of two core tokens, sorted
	KeySkeleton               // skeleton of one core token
	KeyAcronym                // initials, or a short word that may be some
	KeyDeletion               // a core token, and it with one letter left out
	KeyInitial                // first letter of a core token, or of what stands for one
	Families                  // how many there are
)

// pairTokens bounds the tokens that pairs are made of.
const pairTokens = 6

// Keys gives the blocking keys of the name and of the names inside it. A key may
// come more than once. Keys of one token have one part, from 1; those of the whole
// or of several tokens have part 0.
func (f *Form) Keys(emit func(family Family, part int, text string)) {
	parts := f.keys(0, emit)
	for _, a := range f.Alternates {
		if a.Kind != CareOf {
			parts = a.Form.keys(parts, emit)
		}
	}
}

// keys numbers the parts behind those that are taken, and gives the last.
func (f *Form) keys(parts int, emit func(Family, int, string)) int {
	if f.Empty() {
		return parts
	}
	if f.key != "" {
		var buf [256]byte
		emit(KeyFull, 0, string(unblank(buf[:0], f.key)))
		if f.joined != f.full {
			emit(KeyFull, 0, string(f.spell(buf[:0], false)))
		}
		if f.whole != f.joined && f.whole != f.full {
			emit(KeyFull, 0, string(f.spell(buf[:0], true)))
		}
	}
	var sounds []string
	for i := range f.Tokens {
		t := &f.Tokens[i]
		parts++
		if t.core() || t.Role == Initial {
			_, n := utf8.DecodeRuneInString(t.Sound)
			emit(KeyInitial, parts, t.Sound[:n])
		}
		if !t.core() {
			continue
		}
		if len(t.Sound) >= 2 || t.Role == Number {
			sounds = append(sounds, t.Sound)
		}
		t.keys(func(family Family, text string) { emit(family, parts, text) })
	}
	pairs(sounds, emit)
	for _, a := range f.acronym {
		emit(KeyAcronym, 0, a)
	}
	return parts
}

// keys gives the keys of one token.
func (t *Token) keys(emit func(Family, string)) {
	if len(t.Sound) >= 2 {
		emit(KeyToken, t.Sound)
	}
	if t.Loose {
		emit(KeyToken, t.Norm)
	}
	if t.person > 0 {
		k := known()
		for _, classes := range [][]int32{k.persons[t.person].spelt, k.persons[t.person].short} {
			for _, c := range classes {
				if h := k.heads[c]; h != t.Sound {
					emit(KeyToken, h)
				}
			}
		}
	}
	if t.bones.len() >= 2 {
		emit(KeySkeleton, t.bones.String())
	}
	if n := len(t.Sound); n < 5 || n > 20 || t.Role == Number {
		return
	}
	emit(KeyDeletion, t.Sound)
	for i := range t.Sound {
		if i > 0 && t.Sound[i] == t.Sound[i-1] {
			continue
		}
		emit(KeyDeletion, t.Sound[:i]+t.Sound[i+1:])
	}
}

func pairs(sounds []string, emit func(Family, int, string)) {
	slices.Sort(sounds)
	sounds = slices.Compact(sounds)
	if len(sounds) > pairTokens { // long words are the rarer ones
		slices.SortStableFunc(sounds, func(a, b string) int { return len(b) - len(a) })
		sounds = sounds[:pairTokens]
		slices.Sort(sounds)
	}
	var b strings.Builder
	for i := range sounds {
		for j := i + 1; j < len(sounds); j++ {
			b.Reset()
			b.WriteString(sounds[i])
			b.WriteByte(' ')
			b.WriteString(sounds[j])
			emit(KeyPair, 0, b.String())
		}
	}
}

// core says whether a token tells its name from others, so that it is looked up.
func (t *Token) core() bool {
	switch t.Role {
	case Core, Given, Patronymic, Surname, Number:
		return true
	}
	return false
}
