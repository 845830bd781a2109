package name

import (
	"math"
	"math/bits"
	"strings"
)

// before orders two forms, so that a comparison is the same from both sides.
func before(a, b *Form) bool {
	if c := strings.Compare(a.Text, b.Text); c != 0 {
		return c < 0
	}
	if a.Kind != b.Kind {
		return a.Kind < b.Kind
	}
	return a.String() <= b.String()
}

// compareForms compares two forms without their alternates.
func compareForms(a, b *Form, f Frequencies) Result {
	if before(b, a) {
		a, b = b, a
	}
	kind := Organisation
	switch {
	case a.Kind == Person && b.Kind == Person:
		kind = Person
	case a.Kind == Thing || b.Kind == Thing:
		kind = Thing
	}
	if a.Empty() || b.Empty() {
		return Result{Kind: kind}
	}
	switch kind {
	case Person:
		return comparePersons(a, b, f)
	case Thing:
		return compareThings(a, b, f)
	}
	return compareOrganisations(a, b, f)
}

// bestOfAlternates compares the names inside two texts, each with each, and
// gives the strongest answer. A body above the other is related and no more.
func bestOfAlternates(r Result, a, b *Form, f Frequencies) Result {
	best := r
	try := func(x, y *Form, kx, ky AlternateKind, why string) {
		if kx == CareOf || ky == CareOf {
			return
		}
		got := compareForms(x, y, f)
		if got.Level == Missing {
			return
		}
		if kx == Parent || ky == Parent {
			if got.Same() && !best.Same() {
				best.Related = true
				best.Why = "one is a part of the other, or both of " + x.Text
			}
			return
		}
		if best.Level == Missing || got.Level < best.Level {
			got.Why += why
			got.Related = got.Related || best.Related
			best = got
		}
	}
	// The order of a and b is settled, so that a tie falls on one side always.
	const own = Alias
	for _, x := range a.Alternates {
		try(x.Form, b, x.Kind, own, " ("+x.Kind.String()+")")
	}
	for _, y := range b.Alternates {
		try(a, y.Form, own, y.Kind, " ("+y.Kind.String()+")")
	}
	for _, x := range a.Alternates {
		for _, y := range b.Alternates {
			try(x.Form, y.Form, x.Kind, y.Kind, " (both as "+x.Kind.String()+")")
		}
	}
	return best
}

// disjoint says at once that two forms share too little to be alike.
func disjoint(a, b *Form) bool {
	shared := bits.OnesCount64(a.mask & b.mask)
	return shared == 0 || shared*8 < min(bits.OnesCount64(a.mask), bits.OnesCount64(b.mask))
}

// weigh is what a token tells, in bits: how rare it is among the names at hand,
// or as far as we know without them.
func (t *Token) weigh(f Frequencies) float64 {
	switch t.Role {
	case Joiner, Particle, Title:
		return 0
	}
	if f != nil {
		if share := f.Token(t.Norm); share > 0 {
			return math.Max(0.5, -math.Log2(share))
		}
	}
	switch {
	case t.Role == Weak:
		return 3
	case t.Role == Place, t.Role == Number, t.trade:
		return 6
	}
	return 12
}

// Telling is how many bits a word of an organisation's name tells as far as our tables
// know, and whether it stands in so many names that it tells none from others. Long
// words are rarer than short ones (Piantadosi and others, Word lengths are optimized
// for efficient communication, 2011).
func Telling(norm string) (bits float64, common bool) {
	k := known()
	switch {
	case k.weak[norm]:
		return 3, true
	case k.trade[norm], strings.Trim(norm, "0123456789") == "", k.places[norm] != "", len(norm) <= 2:
		return 6, true
	}
	return math.Min(16, 6+float64(len([]rune(norm)))), false
}

// balance is the graded evidence of what agrees against what does not, in
// [-4,+4].
func balance(agree, differ float64) float64 {
	if agree+differ == 0 {
		return 0
	}
	return 4 * (agree - differ) / (agree + differ)
}

// small bounds the tokens that are aligned with each other; what stands beyond
// is compared as equal or not.
const small = 24

// An alignment pairs the tokens of two names.
type alignment struct {
	of     [small]int8 // for each token of a its partner in b, -1 if none
	ties   [small]tie
	taken  [small]bool
	cost   int // of all slips together
	merged int // words that are one on one side and two on the other
	bones  int // consonants that loose ties agree in
	na, nb int // tokens that take part
	left   int // of a, without partner
	right  int // of b
}

// align pairs tokens, the strongest ties first, equal ties by place. Tokens for
// which skip is true take no part.
func align(a, b []Token, skip func(*Token) bool) alignment {
	var al alignment
	var ta, tb [small]*Token
	for i := range a {
		if !skip(&a[i]) && al.na < small {
			ta[al.na] = &a[i]
			al.na++
		}
	}
	for i := range b {
		if !skip(&b[i]) && al.nb < small {
			tb[al.nb] = &b[i]
			al.nb++
		}
	}
	for i := range al.of {
		al.of[i] = -1
	}
	var ties [small][small]uint16 // tie in the high byte, what the cost leaves in the low
	for i := range al.na {
		for j := range al.nb {
			t, c := alike(ta[i], tb[j])
			if t != tieNone {
				ties[i][j] = uint16(t)<<8 | uint16(255-min(c*4, 255))
			}
		}
	}
	for {
		bi, bj, best, gap := -1, -1, uint16(0), 0
		for i := range al.na {
			if al.of[i] >= 0 {
				continue
			}
			for j := range al.nb {
				if al.taken[j] || ties[i][j] == 0 {
					continue
				}
				g := abs(i - j)
				if ties[i][j] > best || ties[i][j] == best && g < gap {
					bi, bj, best, gap = i, j, ties[i][j], g
				}
			}
		}
		if bi < 0 {
			break
		}
		al.of[bi], al.taken[bj], al.ties[bi] = int8(bj), true, tie(best>>8)
		if al.ties[bi] == tieLoose {
			al.bones += ta[bi].bones.len()
		}
		if al.ties[bi] == tieSlip {
			al.cost += (255 - int(best&255)) / 4
		}
	}
	al.merge(ta[:al.na], tb[:al.nb])
	for i := range al.na {
		if al.of[i] < 0 {
			al.left++
		}
	}
	for j := range al.nb {
		if !al.taken[j] {
			al.right++
		}
	}
	return al
}

// merge pairs a word without partner with two neighbours on the other side that
// spell it together: "van der bilt".
func (al *alignment) merge(a, b []*Token) {
	for i := range a {
		for j := 0; j+1 < len(b) && al.of[i] < 0; j++ {
			if !al.taken[j] && !al.taken[j+1] && spell2(a[i], b[j], b[j+1]) {
				al.of[i], al.ties[i], al.taken[j], al.taken[j+1] = int8(j), tieSound, true, true
				al.merged++
			}
		}
	}
	for j := range b {
		for i := 0; i+1 < len(a) && !al.taken[j]; i++ {
			if al.of[i] < 0 && al.of[i+1] < 0 && spell2(b[j], a[i], a[i+1]) {
				al.taken[j] = true
				al.of[i], al.of[i+1], al.ties[i], al.ties[i+1] = int8(j), int8(j), tieSound, tieSound
				al.merged++
			}
		}
	}
}

// spell2 says whether one word is two others written together, with two letters
// exchanged at most.
func spell2(whole, first, second *Token) bool {
	n := len(first.latin)
	if len(whole.latin) != n+len(second.latin) || n == 0 || n == len(whole.latin) {
		return false
	}
	if whole.latin[:n] == first.latin && whole.latin[n:] == second.latin {
		return true
	}
	return n > 2 && len(whole.latin) > 6 && distance(whole.latin, first.latin+second.latin, swapCost) < tooFar
}

func abs(n int) int {
	if n < 0 {
		return -n
	}
	return n
}

// worst is the weakest tie that was used; tieEqual when all are.
func (al *alignment) worst() tie {
	w := tieEqual
	for i := range al.na {
		if al.of[i] >= 0 {
			w = min(w, al.ties[i])
		}
	}
	return w
}

// count is how many tokens of a have a tie at least so strong.
func (al *alignment) count(least tie) int {
	n := 0
	for i := range al.na {
		if al.of[i] >= 0 && al.ties[i] >= least {
			n++
		}
	}
	return n
}

// inOrder says whether the pairs stand in one order on both sides.
func (al *alignment) inOrder() bool {
	last := int8(-1)
	for i := range al.na {
		if al.of[i] < 0 {
			continue
		}
		if al.of[i] < last {
			return false
		}
		last = al.of[i]
	}
	return true
}
