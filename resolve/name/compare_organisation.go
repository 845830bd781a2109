package name

import (
	"bytes"
	"slices"
	"strings"
)

// compareOrganisations gives the level of two organisations or public bodies.
func compareOrganisations(a, b *Form, f Frequencies) Result {
	r := Result{Kind: Organisation, Norm: a.key}
	switch {
	case a.key == b.key && a.key != "":
		return equalCore(r, a, b)
	case a.sameJoined(b), a.sameWhole(b):
		r.Level, r.Why = OrgExpanded, "equal but for blanks"
		return r
	}
	if short, long, ok := acronymPair(a, b); ok {
		r.Level, r.Norm, r.Why = OrgAcronym, short.key, short.Tokens[0].Norm+" is the acronym of "+long.Text
		return r
	}
	if disjoint(a, b) && !spelledClose(a, b) {
		r.Level, r.Norm, r.Why = OrgDisjoint, "", "no word shared"
		return r
	}
	if cutOff(a, b) || cutOff(b, a) {
		r.Level, r.Norm, r.Why, r.Bits = OrgTypo, a.key, "one is cut off inside a word", -1
		return r
	}
	al := align(a.Tokens, b.Tokens, skipJoiner)
	if al.left == al.na && !spelledClose(a, b) {
		r.Level, r.Norm, r.Why = OrgDisjoint, "", "no word shared"
		return r
	}
	return al.organisations(r, a, b, f)
}

func skipJoiner(t *Token) bool { return t.Role == Joiner }

// equalCore tells names with equal cores apart by weak words and legal form.
func equalCore(r Result, a, b *Form) Result {
	switch {
	case !sameWeak(a, b):
		r.Level, r.Why = OrgWeak, "equal but for words that tell little"
	case !a.sameJoined(b):
		r.Level, r.Why = OrgExpanded, "the same words in another order"
	default:
		return classLevel(r, a, b)
	}
	return r
}

// classLevel is the level of equal names by their legal forms.
func classLevel(r Result, a, b *Form) Result {
	switch {
	case a.Legal == b.Legal, a.Class == b.Class && a.Class != "":
		r.Level, r.Why = OrgExact, "the same name"
	case a.Legal == "" || b.Legal == "":
		r.Level, r.Why = OrgCore, "the same name, a legal form missing"
	case a.Class == "" || b.Class == "":
		r.Level, r.Why = OrgCore, "the same name, a legal form not known"
	default:
		r.Level, r.Why = OrgClass, "the same name, legal forms "+a.Legal+" and "+b.Legal
		switch {
		case commercial[a.Class] != commercial[b.Class]:
			r.Bits = -3 // a foundation and a company of one name are two
		case a.Class != "corp" && b.Class != "corp":
			r.Bits = -1
		}
	}
	return r
}

// commercial are the classes of those who trade for their owners.
var commercial = map[string]bool{"llc": true, "jsc": true, "corp": true, "lp": true, "llp": true, "gp": true, "se": true, "sole": true}

func sameWeak(a, b *Form) bool {
	n := 0
	for i := range a.Tokens {
		if t := &a.Tokens[i]; t.Role == Weak {
			n++
			if !slices.ContainsFunc(b.Tokens, func(o Token) bool { return o.Role == Weak && o.Norm == t.Norm }) {
				return false
			}
		}
	}
	for i := range b.Tokens {
		if b.Tokens[i].Role == Weak {
			n--
		}
	}
	return n == 0
}

// acronymPair says whether one name is an acronym of three letters or more, and
// the other spells it out.
func acronymPair(a, b *Form) (short, long *Form, ok bool) {
	for range 2 {
		if w, one := a.single(); one && len(w) >= 3 && len(b.Tokens) > 1 && slices.Contains(b.acronym, w) {
			return a, b, true
		}
		a, b = b, a
	}
	return nil, nil, false
}

// single is the one word of a name beside places, if it may be an acronym.
func (f *Form) single() (string, bool) {
	w := ""
	for i := range f.Tokens {
		t := &f.Tokens[i]
		switch t.Role {
		case Core:
			if w != "" {
				return "", false
			}
			w = t.Norm
		case Number:
			return "", false
		}
	}
	return w, w != "" && len(w) <= 8 && len(f.Tokens) <= 2 && f.Tokens[0].Norm == w
}

// cutWidth is the narrowest field that names are cut off by: 30 in the older
// records of procurement.
const cutWidth = 25

// cutOff says whether a is b as a narrow field leaves it: cut inside a word.
func cutOff(a, b *Form) bool {
	if len(a.Text) < cutWidth || len(a.Text) >= len(b.Text) || a.Legal != "" || len(a.Tokens) < 2 || len(a.Tokens) > len(b.Tokens) {
		return false
	}
	last := len(a.Tokens) - 1
	for i := range last {
		if a.Tokens[i].Norm != b.Tokens[i].Norm {
			return false
		}
	}
	x, y := &a.Tokens[last], &b.Tokens[last]
	return x.Role == Core && len(x.Norm) > 2 && len(x.Norm) < len(y.Norm) && strings.HasPrefix(y.Norm, x.Norm)
}

// A rest is what stands on one side alone, by what it tells.
type rest struct {
	core, trade, place, weak, number int
	series                           bool // a number that counts things of one name
	weight                           float64
	leading                          bool // the first word of the name is among it
}

func (f *Form) rest(taken func(i int) bool, other *Form, fr Frequencies) rest {
	var r rest
	n := -1
	for i := range f.Tokens {
		t := &f.Tokens[i]
		if skipJoiner(t) {
			continue
		}
		if n++; n < small && taken(n) {
			continue
		}
		if f.again(i) {
			r.weak++ // "Quorvex - Quorvex Bridge" says Quorvex once
			continue
		}
		r.weight += t.weigh(fr)
		if n == 0 {
			r.leading = true
		}
		switch {
		case t.Role == Number:
			r.number++
			r.series = r.series || i > 0
		case t.Role == Place && !f.home(t, other):
			r.place++
		case t.Role == Place, t.Role == Weak:
			r.weak++
		case t.trade:
			r.trade++
		default:
			r.core++
		}
	}
	return r
}

// again says whether a word stands elsewhere in the name as well.
func (f *Form) again(i int) bool {
	for j := range f.Tokens {
		if j != i && f.Tokens[j].Norm == f.Tokens[i].Norm {
			return true
		}
	}
	return false
}

// home says whether a country in one name only says where the other is from: a
// department of the United States is often named without them.
func (f *Form) home(t *Token, other *Form) bool {
	if slices.Contains(other.countries, t.Norm) {
		return true
	}
	return t.Norm == "us" && f.Kind == PublicBody && len(other.countries) == 0
}

func (r rest) words() int { return r.core + r.trade }

func (r rest) empty() bool { return r.core+r.trade+r.place+r.weak+r.number == 0 }

// organisations gives the level by what has no partner.
func (al *alignment) organisations(r Result, a, b *Form, f Frequencies) Result {
	ra := a.rest(func(i int) bool { return al.of[i] >= 0 && al.ties[i] > tieInitial }, b, f)
	taken := al.takenAbove(tieInitial)
	rb := b.rest(func(j int) bool { return taken[j] }, a, f)
	agree := 0.0
	shared, n := 0, -1
	for i := range a.Tokens {
		t := &a.Tokens[i]
		if skipJoiner(t) {
			continue
		}
		if n++; n < small && al.of[n] >= 0 && al.ties[n] > tieInitial {
			agree += t.weigh(f)
			if t.Role == Core && !t.trade || t.Role == Number {
				shared++
			}
		}
	}
	r.Bits = balance(agree, ra.weight+rb.weight)
	return judge(r, al, a, b, ra, rb, shared)
}

// takenAbove are the tokens of b with a tie stronger than least.
func (al *alignment) takenAbove(least tie) [small]bool {
	taken := al.taken
	for i := range al.na {
		if j := al.of[i]; j >= 0 && al.ties[i] <= least {
			taken[j] = false
		}
	}
	return taken
}

func judge(r Result, al *alignment, a, b *Form, ra, rb rest, shared int) Result {
	one := ra.empty() || rb.empty()
	all := ra
	if ra.empty() {
		all = rb
	}
	switch {
	case al.count(tieNick) == 0 && !spelledClose(a, b):
		r.Level, r.Norm, r.Why = OrgDisjoint, "", "no word shared"
	case ra.number > 0 && rb.number > 0:
		r.Level, r.Why, r.Conflict = OrgNumber, "other numbers", true
		r.Conflict = ra.words()+rb.words() == 0
		if !r.Conflict {
			r.Level, r.Why = OrgPartial, "other words and numbers"
		}
	case ra.number+rb.number+ra.place+rb.place == 0 && ra.words()+rb.words() > 0 && spelledClose(a, b):
		r.Level, r.Why, r.Bits = OrgTypo, "a slip apart as a whole", -1
	case ra.words()+rb.words()+ra.place+rb.place+ra.number+rb.number == 0:
		r = al.near(r, a, b, ra, rb)
	case one && all.number > 0 && all.words() == 0:
		r.Level, r.Why, r.Conflict = OrgNumber, "a number on one side", all.series
	case one && all.words() == 0:
		r.Level, r.Why, r.Related = OrgPlace, "a place on one side", shared > 0
	case one:
		r.Level, r.Why, r.Related = OrgDistinctive, "a word on one side that tells names apart", shared > 0
	default:
		r.Level, r.Why = OrgPartial, "words of its own on each side"
		r.Related = shared > 0 && !ra.leading && !rb.leading && a.Tokens[0].Role == Core
	}
	if r.Level != OrgDisjoint && al.cost > 0 && r.Level > OrgTypo && r.Level < OrgPartial {
		r.Bits = max(-4, r.Bits-1)
	}
	return r
}

// spelledClose says whether two names are a slip apart when blanks are left out:
// slips that part or join words.
func spelledClose(a, b *Form) bool {
	if len(a.Tokens) == len(b.Tokens) {
		return false
	}
	var x, y [256]byte
	p, q := a.spell(x[:0], false), b.spell(y[:0], false)
	n, budget := min(len(p), len(q)), slipBudget(min(len(p), len(q)))
	if n < 8 || len(p) > maxWord || len(q) > maxWord || (len(p)-n+len(q)-n)*closeCost > budget {
		return false
	}
	return distance(string(p), string(q), budget) < tooFar
}

// near is the level of names whose words all have partners, but for weak ones.
func (al *alignment) near(r Result, a, b *Form, ra, rb rest) Result {
	letters := min(a.letters, b.letters)
	switch {
	case al.cost > slipBudget(letters):
		r.Level, r.Why = OrgPartial, "more than a slip apart"
		return r
	case al.cost > 0:
		r.Level, r.Why, r.Bits = OrgTypo, "a slip apart", -float64(al.cost)/10
		if ra.weak+rb.weak > 0 {
			r.Bits--
		}
		return r
	case ra.weak+rb.weak > 0 && !(ra.weak > 0 && rb.weak > 0 && ra.weight+rb.weight > 12):
		r.Level, r.Why = OrgWeak, "equal but for words that tell little"
		return r
	case ra.weak+rb.weak > 0:
		r.Level, r.Why = OrgPartial, "other words that tell little"
		return r
	}
	if letters <= spelt && !sameLetters(a, b) {
		r.Level, r.Why = OrgPartial, "short, and of other letters"
		return r
	}
	r.Level, r.Why, r.Bits = OrgExpanded, "equal by sound or when written out", 0
	return r
}

// spelt is how many letters a name has at most that is spelt and not spoken: DOJ and
// DOI sound alike to nobody.
const spelt = 4

// sameLetters says whether two names are of the same letters, in one order.
func sameLetters(a, b *Form) bool {
	var x, y [256]byte
	return bytes.Equal(a.spell(x[:0], false), b.spell(y[:0], false))
}

// slipBudget is what all slips in a name of n letters may cost together.
func slipBudget(n int) int {
	switch {
	case n < 4:
		return 0
	case n < 12:
		return editCost
	case n < 20:
		return 16
	}
	return 24
}
