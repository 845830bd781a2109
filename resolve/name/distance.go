package name

import "math/bits"

// How far two spellings of a word are apart: an edit distance in which letters
// that are taken for each other cost less. Costs are in tenths.

const (
	editCost  = 10
	closeCost = 6  // c for k, t for d
	vowelCost = 4  // o for u: no two romanisations agree on vowels
	swapCost  = 6  // two neighbours exchanged
	headCost  = 15 // the first letter is seldom wrong
	tooFar    = 1 << 14
	maxWord   = 64 // longer words are equal or not
)

// closeLetters are letters that writers and alphabets exchange.
var closeLetters = func() (t [256][256]bool) {
	for _, class := range []string{"aeiouy", "ckqsz", "bpvfw", "jgyih", "dt", "mn", "lr", "gk", "hkg", "0o", "1li", "5s", "9g"} {
		for i := range class {
			for j := range class {
				t[class[i]][class[j]] = i != j
			}
		}
	}
	return t
}()

func substitute(a, b byte) int {
	switch {
	case a == b:
		return 0
	case a >= '0' && a <= '9' && b >= '0' && b <= '9':
		return headCost // a digit is no slip
	case isVowel(a) && isVowel(b):
		return vowelCost
	case closeLetters[a][b]:
		return closeCost
	}
	return editCost
}

// distance is the cost of making b of a, tooFar once it is over limit.
func distance(a, b string, limit int) int {
	if a == b {
		return 0
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	if (len(b)-len(a))*editCost > limit || len(b) > maxWord || len(a) == 0 {
		return tooFar
	}
	band := limit / editCost // further off the diagonal letters are left out and put in for more than limit
	var rows [3][maxWord + 1]int
	prev, row, next := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		row[j] = tooFar
		if j <= band {
			row[j] = j * editCost
		}
	}
	before := 0
	for i := 1; i <= len(a); i++ {
		lo, hi := max(1, i-band), min(len(b), i+band)
		next[lo-1] = tooFar
		if lo == 1 {
			next[0] = i * editCost
		}
		if hi < len(b) {
			next[hi+1] = tooFar
		}
		least := next[lo-1]
		for j := lo; j <= hi; j++ {
			s := substitute(a[i-1], b[j-1])
			if i == 1 && j == 1 && s >= editCost {
				s += headCost - editCost
			}
			c := min(row[j-1]+s, row[j]+editCost, next[j-1]+editCost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				c = min(c, prev[j-2]+swapCost)
			}
			next[j] = c
			least = min(least, c)
		}
		if least > limit && before+swapCost > limit { // two letters exchanged reach back two rows
			return tooFar
		}
		before = least
		prev, row, next = row, next, prev
	}
	if row[len(b)] > limit {
		return tooFar
	}
	return row[len(b)]
}

// slack is what a word of n letters may cost and still be the same word with a
// slip.
func slack(n int) int {
	switch {
	case n <= 2:
		return 0
	case n == 3:
		return closeCost
	case n <= 6:
		return editCost
	case n <= 9:
		return 16
	}
	return 20
}

// A tie is how two tokens are alike.
type tie uint8

const (
	tieNone    tie = iota
	tieLoose       // their skeletons agree across scripts
	tieInitial     // one is the initial of the other
	tieNick        // one stands for the other
	tieSlip        // a slip apart
	tieSound       // equal by sound, or spellings of one name
	tieEqual
)

// alike says how two tokens are alike, and at what cost for a slip.
func alike(a, b *Token) (tie, int) {
	switch {
	case a.Norm == b.Norm:
		return tieEqual, 0
	case a.Value >= 0 || b.Value >= 0 || a.Role == Place && b.Role == Place:
		return tieNone, 0 // numbers and places are equal or not
	case a.Loose || b.Loose:
		return alikeLoose(a, b)
	case a.Sound == b.Sound:
		return tieSound, 0
	}
	if len(a.Norm) == 1 || len(b.Norm) == 1 {
		if a.Norm[0] == b.Norm[0] || a.Sound != "" && b.Sound != "" && a.Sound[0] == b.Sound[0] {
			return tieInitial, 0
		}
		return tieNone, 0
	}
	if spelt, short := a.standsFor(b); spelt {
		return tieSound, 0
	} else if short {
		return tieNick, 0
	}
	limit := slack(min(len(a.latin), len(b.latin)))
	if limit == 0 || a.hangul && b.hangul { // a syllable is no slip
		return tieNone, 0
	}
	if bits.OnesCount32(a.set^b.set) > 2*(limit/vowelCost) {
		return tieNone, 0
	}
	if c := distance(a.Sound, b.Sound, limit); c < tooFar {
		return tieSlip, c
	}
	if c := distance(a.latin, b.latin, limit); c < tooFar {
		return tieSlip, c // a slip may change a sound more than a letter
	}
	return tieNone, 0
}

// alikeLoose compares tokens of which one is in a script that is not spelt by
// sound: within the script letter by letter, across by skeleton.
func alikeLoose(a, b *Token) (tie, int) {
	if a.Loose && b.Loose {
		limit := slack(min(len(a.latin), len(b.latin)))
		if c := distance(a.latin, b.latin, limit); c < tooFar && c > 0 {
			return tieSlip, c
		} else if c == 0 {
			return tieSound, 0
		}
		return tieNone, 0
	}
	if spelt, short := a.standsFor(b); spelt || short {
		return tieLoose, 0
	}
	if a.latin == b.latin || a.bones.len() >= 2 && a.bones == b.bones {
		return tieLoose, 0
	}
	return tieNone, 0
}

// standsFor says whether two given names are spellings of one, or one a short
// form or another language's form of the other.
func (t *Token) standsFor(o *Token) (spelt, short bool) {
	if t.person == 0 || o.person == 0 {
		return false, false
	}
	x, y := known().persons[t.person], known().persons[o.person]
	if meet(x.spelt, y.spelt) {
		return t.bones == o.bones || distance(t.Sound, o.Sound, 22) < tooFar, true
	}
	return false, meet(x.short, y.short)
}

func meet(a, b []int32) bool {
	for _, x := range a {
		for _, y := range b {
			if x == y {
				return true
			}
		}
	}
	return false
}
