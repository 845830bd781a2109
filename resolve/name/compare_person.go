package name

import (
	"math"
	"strings"
)

func skipSmall(t *Token) bool { return t.Role == Particle || t.Role == Title || t.Role == Joiner }

// comparePersons gives the level of two names of persons.
func comparePersons(a, b *Form, f Frequencies) Result {
	r := Result{Kind: Person, Norm: a.key}
	if a.generation > 0 && b.generation > 0 && a.generation != b.generation {
		r.Level, r.Conflict, r.Why = PersonGiven, true, "of other generations"
		return r
	}
	if a.key == b.key && a.key != "" && (!a.initial || a.sameJoined(b)) {
		return a.equalPersons(r, b)
	}
	if a.letters > 4 && (a.sameJoined(b) || a.sameFull(b)) {
		r.Level, r.Why = PersonSound, "equal but for blanks"
		return r
	}
	if !a.loose && !b.loose && !a.initial && !b.initial && disjoint(a, b) {
		r.Level, r.Norm, r.Why = PersonDisjoint, "", "no name shared"
		return r
	}
	al := align(a.Tokens, b.Tokens, skipSmall)
	if al.left == al.na {
		r.Level, r.Norm, r.Why = PersonDisjoint, "", "no name shared"
		return r
	}
	return al.persons(r, a, b, f)
}

func (f *Form) equalPersons(r Result, b *Form) Result {
	switch {
	case f.sameJoined(b):
		r.Level, r.Why = PersonExact, "the same name"
		if f.known && b.known && !f.sameRoles(b) {
			r.Level, r.Why = PersonReordered, "given and family name exchanged"
		}
	case f.sonOf() != b.sonOf() && f.sonOf() != "" && b.sonOf() != "":
		r.Level, r.Why = PersonSurname, "father and son exchanged"
	default:
		r.Level, r.Why = PersonReordered, "the same names in another order"
	}
	return r
}

func (f *Form) sameRoles(b *Form) bool {
	return f.of(Given) == b.of(Given) && f.of(Surname) == b.of(Surname)
}

func (f *Form) of(role Role) string {
	var out []string
	for i := range f.Tokens {
		if t := &f.Tokens[i]; t.Role == role {
			out = append(out, t.Norm)
		}
	}
	return strings.Join(out, " ")
}

// sonOf is the name behind the first "bin", "" if there is none.
func (f *Form) sonOf() string {
	for i := 0; i+1 < len(f.Tokens); i++ {
		switch f.Tokens[i].Norm {
		case "bin", "ibn", "ben", "bint":
			if f.Tokens[i].Role == Particle && f.Tokens[i+1].Role != Particle {
				return f.Tokens[i+1].Norm
			}
		}
	}
	return ""
}

// A personRest is what names of one side have no partner, by role.
type personRest struct {
	given, middle, family, initials int
	known                           int  // of given, that our tables have
	fathers                         int  // of middle, that are plainly of the father's name
	first                           bool // the first name is among them
	weight                          float64
}

func (p personRest) all() int { return p.given + p.middle + p.family }

func personRestOf(f *Form, taken func(int) bool, fr Frequencies) personRest {
	var p personRest
	n := -1
	for i := range f.Tokens {
		t := &f.Tokens[i]
		if skipSmall(t) {
			continue
		}
		if n++; n < small && taken(n) {
			continue
		}
		p.weight += t.weigh(fr)
		p.first = p.first || n == 0
		switch t.Role {
		case Initial:
			p.initials++
		case Surname:
			p.family++
		case Patronymic:
			p.middle++
			if isPatronymic(t.Norm) {
				p.fathers++
			}
		default:
			p.given++
			if t.person > 0 {
				p.known++
			}
		}
	}
	return p
}

// persons gives the level by the ties and by what has none.
func (al *alignment) persons(r Result, a, b *Form, f Frequencies) Result {
	ra := personRestOf(a, func(i int) bool { return al.of[i] >= 0 }, f)
	rb := personRestOf(b, func(j int) bool { return al.taken[j] }, f)
	agree, common := 0.0, 0.0
	surname, given, two := false, false, false
	n := -1
	for i := range a.Tokens {
		t := &a.Tokens[i]
		if skipSmall(t) {
			continue
		}
		if n++; n >= small || al.of[n] < 0 {
			continue
		}
		agree += t.weigh(f)
		if al.ties[n] != tieInitial {
			o := nth(b, int(al.of[n]))
			surname = surname || t.Role == Surname || o.Role == Surname
			given = given || t.Role == Given || o.Role == Given
			switch {
			case al.ties[n] != tieSlip:
			case t.person > 0 && o.person > 0: // Mary and Mark are no spellings of each other
				two = true
			case f != nil:
				common += twoNames(f.Token(t.Norm), f.Token(o.Norm))
			}
		}
	}
	r.Bits = balance(agree, ra.weight+rb.weight)
	full := al.names()
	switch {
	case full == 0:
		r.Level, r.Norm, r.Why, r.Bits = PersonDisjoint, "", "no name shared", 0
	case two:
		r.Level, r.Why, r.Bits = PersonSurname, "given names a slip apart that are two", -4
	case ra.all() > 0 && rb.all() > 0, ra.initials > 0 && rb.initials > 0:
		r = al.differ(r, ra, rb, surname, given)
	case ra.all()+ra.initials > 0 || rb.all()+rb.initials > 0:
		if ra.all()+ra.initials == 0 {
			ra, a, b = rb, b, a
		}
		r = al.extra(r, a, b, ra, surname)
	default:
		r = al.complete(r, a, b)
	}
	r.Bits = max(-4, r.Bits-common)
	return r
}

// twoNames is the evidence, in bits, that two words a slip apart are two names
// and no slip: both are common, as Maria and Mario, and a slip is seldom.
func twoNames(a, b float64) float64 {
	const seldom = 1e-4
	share := min(a, b)
	if share <= seldom {
		return 0
	}
	return min(3, math.Log2(share/seldom)/2)
}

// names is how many names are paired by more than an initial.
func (al *alignment) names() int {
	n := 0
	for i := range al.na {
		if al.of[i] >= 0 && al.ties[i] != tieInitial {
			n++
		}
	}
	return n
}

// nth is the n-th token of a form that is compared.
func nth(f *Form, n int) *Token {
	for i := range f.Tokens {
		if skipSmall(&f.Tokens[i]) {
			continue
		}
		if n--; n < 0 {
			return &f.Tokens[i]
		}
	}
	return &f.Tokens[len(f.Tokens)-1]
}

// differ is the level where each side has names of its own.
func (al *alignment) differ(r Result, ra, rb personRest, surname, given bool) Result {
	switch {
	case surname && ra.known > 0 && rb.known > 0:
		r.Level, r.Why, r.Bits = PersonSurname, "family name shared, given names are two", -4
	case surname:
		r.Level, r.Why = PersonSurname, "family name shared, other names differ"
	case given || al.names() > 0:
		r.Level, r.Why = PersonGiven, "given name shared, other names differ"
	default:
		r.Level, r.Norm, r.Why, r.Bits = PersonDisjoint, "", "nothing but an initial shared", 0
	}
	return r
}

// extra is the level where a has more names than b. What is weak by itself is
// then too weak.
func (al *alignment) extra(r Result, a, b *Form, more personRest, surname bool) Result {
	worst, full := al.worst(), al.names()
	father := more.fathers == more.all() && more.initials == 0
	switch {
	case full+al.merged < 2 && !(full == 1 && worst == tieInitial && surname):
		r.Level, r.Why = PersonGiven, "one name shared, the other side has more"
		if surname {
			r.Level, r.Why = PersonSurname, "family name shared, the other side has more"
		}
	case more.first && full >= 3 && a.chain() && b.chain() && al.inOrder():
		r.Level, r.Related, r.Why = PersonSurname, true, "the longer name may be of a child"
	case (a.syllables || b.syllables) && more.all() > 0:
		r.Level, r.Why = PersonSurname, "another syllable is another name"
	case al.cost > 0 && (al.cost > al.budget(a, b) || full < 3 && !father):
		r.Level, r.Why = PersonSurname, "slips, and more names on one side"
	case worst == tieLoose && al.bones < 7:
		r.Level, r.Why = PersonSurname, "little alike across scripts"
	case worst == tieLoose:
		r.Level, r.Why = PersonLoose, "alike across scripts, more names on one side"
	case worst == tieInitial:
		r.Level, r.Why = PersonInitial, "initials, more names on one side"
	default:
		r.Level, r.Why = PersonExtra, "more names on one side"
		if worst < tieSound {
			r.Bits = max(-4, r.Bits-1)
		}
	}
	return r
}

// chain says whether the name is a chain of fathers, as in Arabic: one name more
// in front is a child's.
func (f *Form) chain() bool {
	for i := range f.Tokens {
		switch t := &f.Tokens[i]; t.Norm {
		case "al", "el", "bin", "ibn", "ben", "bint":
			return t.Role == Particle
		}
	}
	return false
}

// budget is what all slips together may cost.
func (al *alignment) budget(a, b *Form) int {
	n := slipBudget(min(a.letters, b.letters))
	if a.syllables || b.syllables {
		return min(n, closeCost)
	}
	return n
}

// complete is the level where all names have partners.
func (al *alignment) complete(r Result, a, b *Form) Result {
	switch worst := al.worst(); {
	case al.cost > al.budget(a, b):
		r.Level, r.Why = PersonSurname, "more than a slip apart"
	case worst == tieLoose && al.bones < 4:
		r.Level, r.Why = PersonSurname, "little alike across scripts"
	case worst == tieLoose:
		r.Level, r.Why = PersonLoose, "alike across scripts"
	case worst == tieInitial:
		r.Level, r.Why = PersonInitial, "initials for names"
	case worst == tieNick:
		r.Level, r.Why = PersonNickname, "a name that stands for the other"
	case worst == tieSlip:
		r.Level, r.Why, r.Bits = PersonTypo, "a slip apart", -float64(al.cost)/10
	case worst == tieSound:
		r.Level, r.Why = PersonSound, "equal by sound"
	case !al.inOrder():
		r.Level, r.Why = PersonReordered, "the same names in another order"
	default:
		r.Level, r.Why = PersonExact, "the same name"
	}
	return r
}
