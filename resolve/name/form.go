package name

import (
	"slices"
	"strings"
)

// finish fills what is derived from the tokens.
func (f *Form) finish() {
	core := make([]string, 0, len(f.Tokens))
	for i := range f.Tokens {
		t := &f.Tokens[i]
		t.set = letterSet(t.Sound) | letterSet(t.latin)
		switch t.Role {
		case Joiner, Particle, Title, Weak:
			continue
		}
		core = append(core, t.Norm)
		f.mask |= t.mask()
	}
	slices.Sort(core)
	f.key = strings.Join(core, " ")
	f.letters = len(f.key) - strings.Count(f.key, " ")
	var buf [256]byte
	f.full = hash(unblank(buf[:0], f.key))
	f.joined = hash(f.spell(buf[:0], false))
	f.whole = hash(f.spell(buf[:0], true))
}

// spell appends the tokens in order, with joiners where all is true.
func (f *Form) spell(b []byte, all bool) []byte {
	for i := range f.Tokens {
		switch f.Tokens[i].Role {
		case Joiner, Particle, Title:
			if !all {
				continue
			}
		}
		b = append(b, f.Tokens[i].Norm...)
	}
	return b
}

func unblank(b []byte, s string) []byte {
	for i := range len(s) {
		if s[i] != ' ' {
			b = append(b, s[i])
		}
	}
	return b
}

// hash is FNV-1a. What is equal by it is compared again.
func hash(b []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

// sameJoined says whether the tokens without joiners spell the same in order.
func (f *Form) sameJoined(o *Form) bool { return f.joined == o.joined && f.sameSpelling(o, false) }

// sameWhole is sameJoined with joiners.
func (f *Form) sameWhole(o *Form) bool { return f.whole == o.whole && f.sameSpelling(o, true) }

func (f *Form) sameSpelling(o *Form, all bool) bool {
	var x, y [256]byte
	return string(f.spell(x[:0], all)) == string(o.spell(y[:0], all))
}

// sameFull says whether the cores spell the same when sorted.
func (f *Form) sameFull(o *Form) bool {
	var x, y [256]byte
	return f.full == o.full && string(unblank(x[:0], f.key)) == string(unblank(y[:0], o.key))
}

// Numbers are the numbers in the name, sorted.
func (f *Form) Numbers() []int32 {
	var out []int32
	for i := range f.Tokens {
		if f.Tokens[i].Role == Number {
			out = append(out, f.Tokens[i].Value)
		}
	}
	slices.Sort(out)
	return out
}

// Places are the codes of the places in the name, in order.
func (f *Form) Places() []string {
	var out []string
	for i := range f.Tokens {
		if f.Tokens[i].Role == Place {
			out = append(out, f.Tokens[i].Norm)
		}
	}
	return out
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
