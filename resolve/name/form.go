package name

import (
	"slices"
	"strings"
)

// finish fills what is derived from the tokens.
func (f *Form) finish() {
	var core, sounds, order []string
	var whole strings.Builder
	for i := range f.Tokens {
		t := &f.Tokens[i]
		whole.WriteString(t.Norm)
		t.set = letterSet(t.Sound) | letterSet(t.latin)
		switch t.Role {
		case Number:
			f.Numbers = append(f.Numbers, t.Value)
		case Place:
			f.Places = append(f.Places, t.Norm)
		case Joiner, Particle, Title:
			continue
		}
		order = append(order, t.Norm)
		if t.Role == Weak {
			continue
		}
		core = append(core, t.Norm)
		sounds = append(sounds, t.Sound)
		f.mask |= t.mask()
	}
	slices.Sort(f.Numbers)
	slices.Sort(f.Places)
	slices.Sort(core)
	slices.Sort(sounds)
	f.joined, f.whole = strings.Join(order, ""), whole.String()
	f.full, f.key = strings.Join(core, ""), strings.Join(core, " ")
	f.sounds = strings.Join(sounds, " ")
}

// letterSet has a bit for each letter of a word.
func letterSet(s string) uint32 {
	var set uint32
	for i := range len(s) {
		set |= 1 << (s[i] & 31)
	}
	return set
}

// mask marks the letter pairs of a token, of what stands for it and of its
// skeleton: tokens whose masks have nothing in common are not alike.
func (t *Token) mask() uint64 {
	var m uint64
	add := func(s string) {
		if len(s) == 1 {
			m |= 1 << (s[0] % 64)
		}
		for i := 1; i < len(s); i++ {
			m |= 1 << ((uint(s[i-1])*31 + uint(s[i])) % 64)
		}
	}
	add(t.Sound)
	if t.Loose {
		add(t.Norm)
	}
	return m
}

// shipPrefix are words before the names of ships.
var shipPrefix = map[string]bool{"mv": true, "mt": true, "ms": true, "ss": true, "mts": true, "mtr": true, "fv": true, "mf": true, "lng": true, "lpg": true, "sy": true, "my": true, "rv": true, "vlcc": true, "vessel": true, "tanker": true}

func parseThing(text string) *Form {
	f := &Form{Text: bounded(text), Kind: Thing}
	pieces := joinSingles(cut(text))
	for len(pieces) > 1 && shipPrefix[pieces[0].rend.norm] {
		pieces = pieces[1:]
	}
	f.Tokens = orgTokens(pieces)
	for i := range f.Tokens {
		if t := &f.Tokens[i]; t.Role == Weak || t.Role == Place {
			t.Role = Core // they tell ships and books apart
			t.bones = skeleton(t.latin)
		}
	}
	f.promote()
	f.finish()
	return f
}
