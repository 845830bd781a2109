// Package judge holds what people decided about pairs of entities, and tells
// what follows: who must be one, who must not, and where decisions contradict
// each other.
//
// Judgements are facts with an author and a moment; none is ever changed. A
// Book is a pure function of a set of them, whatever order they came in, so
// that taking one back gives exactly what stood before it, and a reader who
// sees fewer of them has the book of those.
package judge

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"overt"
	"overt/ftm"
)

// A Verdict is what was decided.
type Verdict string

// The verdicts, in nomenklatura's words. Retract takes an earlier judgement
// back.
const (
	Positive Verdict = "positive" // one and the same
	Negative Verdict = "negative" // two
	Unsure   Verdict = "unsure"   // looked at, not decided
	Retract  Verdict = "retract"
)

// A Judgement is one decision of one person about two source entities.
type Judgement struct {
	ID          string       // of its own, never reused; breaks ties of the same moment
	Left, Right ftm.EntityID // Left < Right, see Pair
	Verdict     Verdict
	Retracts    string // the id that is taken back, for Retract alone
	Author      string
	At          time.Time
	Reason      string
	Evidence    string  // hash of what both sides said to the author then
	Score       float64 // that was shown to the author; 0 when none was
	Model       string  // that gave the score
	Sample      string  // of what the pair was drawn at random; "" for one that was not
	// Keeper is who put it where it is kept, "" where nobody else than the author
	// could. Whoever reads a file in can write any name into it.
	Keeper string
}

// Pair puts two ids in their order.
func Pair(a, b ftm.EntityID) (left, right ftm.EntityID) { return min(a, b), max(a, b) }

// Check says what is wrong with a judgement by itself. Errors: invalid.
func (j *Judgement) Check() error {
	bad := func(format string, args ...any) error {
		return overt.Errorf(overt.Invalid, "", "judgement %q: "+format, append([]any{j.ID}, args...)...)
	}
	switch {
	case j.ID == "":
		return bad("it has no id")
	case j.Author == "":
		return bad("nobody stands for it")
	case j.At.IsZero():
		return bad("it has no time")
	case !slices.Contains([]Verdict{Positive, Negative, Unsure, Retract}, j.Verdict):
		return bad("%q is no verdict: positive, negative, unsure or retract", j.Verdict)
	case (j.Verdict == Retract) != (j.Retracts != ""):
		return bad("a retraction names the judgement that it takes back, and nothing else does")
	case j.Left == "" || j.Right == "":
		return bad("it needs two entities")
	case j.Left == j.Right:
		return bad("both sides are %s", j.Left)
	case j.Left > j.Right:
		return bad("its sides are not in order")
	}
	return nil
}

// before orders judgements by time, then by id.
func before(a, b *Judgement) int {
	return cmp.Or(a.At.Compare(b.At), strings.Compare(a.ID, b.ID))
}

// A Rule is what a decision needs to count.
type Rule struct {
	// Second says whether a positive judgement about the pair needs a second
	// person; nil stands for never.
	Second func(left, right ftm.EntityID) bool
	// FromFiles are the authors whose word counts as theirs whoever keeps it; of
	// all others it counts as that of its keeper.
	FromFiles []string
}

// person is who is counted for a judgement.
func (r *Rule) person(j *Judgement) string {
	if j.Keeper == "" || slices.Contains(r.FromFiles, j.Author) {
		return j.Author
	}
	return j.Keeper
}

// second says whether a pair needs a second person.
func (r *Rule) second(left, right ftm.EntityID) bool { return r.Second != nil && r.Second(left, right) }

// A State is what stands of a pair.
type State struct {
	Verdict Verdict      // "" when nothing stands
	Waiting bool         // positive by one person where two are needed: it has no effect yet
	By      []*Judgement // those that stand, oldest first; the last one decides
}

// A Contradiction is a judgement that cannot hold beside the others.
type Contradiction struct {
	Judgement *Judgement // refused, or set aside
	// Against is the negative judgement that a positive one meets; nil where a
	// negative one meets positives alone.
	Against *Judgement
	// Chains are the positive judgements that lead from the left side of
	// Judgement to a side of Against, and from its right side to the other; for
	// a negative one the first leads from left to right.
	Chains [2][]*Judgement
}

type pair [2]ftm.EntityID

// A Book is what follows from a set of judgements. It does not change, and is
// safe for concurrent use, but for Try and Waits, which ask the rule.
type Book struct {
	rule   Rule
	all    []Judgement
	live   map[string]*Judgement
	states map[pair]*State
	forest forest
	aside  []Contradiction
}

// New makes the book of a set of judgements; each must have passed Check.
// Judgements with an id that was there before are passed over. The slice must
// not be changed afterwards.
func New(judgements []Judgement, rule Rule) *Book {
	b := &Book{rule: rule, all: judgements, live: map[string]*Judgement{}, states: map[pair]*State{}, forest: newForest()}
	sorted := make([]*Judgement, len(judgements))
	for i := range judgements {
		sorted[i] = &judgements[i]
	}
	slices.SortFunc(sorted, before)
	sorted = slices.CompactFunc(sorted, func(a, b *Judgement) bool { return a.ID == b.ID })
	for _, j := range standing(sorted) {
		b.live[j.ID] = j
		if j.Verdict == Retract {
			continue
		}
		key := pair{j.Left, j.Right}
		s := b.states[key]
		if s == nil {
			s = new(State)
			b.states[key] = s
		}
		s.By = append(s.By, j)
	}
	b.settle()
	return b
}

// standing leaves out what was taken back. A retraction is itself a judgement
// that can be taken back, always by a later one: so the latest is looked at
// first, and holds.
func standing(sorted []*Judgement) []*Judgement {
	gone := map[string]bool{}
	var out []*Judgement
	for _, j := range slices.Backward(sorted) {
		if gone[j.ID] {
			continue
		}
		if j.Verdict == Retract {
			gone[j.Retracts] = true
		}
		out = append(out, j)
	}
	slices.Reverse(out)
	return out
}

// settle decides each pair, then joins by the positive ones in order of time.
// A negative judgement always holds; the positive one that would close a chain
// against it is set aside.
func (b *Book) settle() {
	var positive []*Judgement
	for key, s := range b.states {
		last := s.By[len(s.By)-1]
		s.Verdict = last.Verdict
		switch s.Verdict {
		case Negative:
			b.forest.forbid(last)
		case Positive:
			if len(b.rule.people(s.By)) < 2 && b.rule.second(key[0], key[1]) {
				s.Waiting = true
				continue
			}
			positive = append(positive, last)
		}
	}
	slices.SortFunc(positive, before)
	for _, j := range positive {
		if c := b.forest.join(j); c != nil {
			b.aside = append(b.aside, *c)
		}
	}
}

// people are those whose positive judgements end the list.
func (r *Rule) people(by []*Judgement) map[string]bool {
	names := map[string]bool{}
	for _, j := range slices.Backward(by) {
		if j.Verdict != Positive {
			break
		}
		names[r.person(j)] = true
	}
	return names
}

// Of tells what stands of a pair, in either order.
func (b *Book) Of(a, c ftm.EntityID) State {
	l, r := Pair(a, c)
	if s := b.states[pair{l, r}]; s != nil {
		return *s
	}
	return State{}
}

// Live gives a judgement that was not taken back.
func (b *Book) Live(id string) (*Judgement, bool) {
	j, ok := b.live[id]
	return j, ok
}

// Musts lists the judgements whose two sides are one, oldest first. They never
// contradict Cannots.
func (b *Book) Musts() []*Judgement { return b.forest.links }

// Cannots lists the judgements whose two sides are two, ordered by sides.
func (b *Book) Cannots() []*Judgement {
	var out []*Judgement
	for _, s := range b.states {
		if s.Verdict == Negative {
			out = append(out, s.By[len(s.By)-1])
		}
	}
	slices.SortFunc(out, func(x, y *Judgement) int {
		return cmp.Or(cmp.Compare(x.Left, y.Left), cmp.Compare(x.Right, y.Right))
	})
	return out
}

// Unsures lists the pairs that somebody looked at without deciding.
func (b *Book) Unsures() []*Judgement {
	return b.last(func(s *State) bool { return s.Verdict == Unsure })
}

// Waiting lists the judgements that need a second person, oldest first.
func (b *Book) Waiting() []*Judgement {
	return b.last(func(s *State) bool { return s.Waiting })
}

// Decided lists what decides each pair, whether it has an effect or not, oldest
// first.
func (b *Book) Decided() []*Judgement {
	return b.last(func(*State) bool { return true })
}

func (b *Book) last(of func(*State) bool) []*Judgement {
	var out []*Judgement
	for _, s := range b.states {
		if of(s) {
			out = append(out, s.By[len(s.By)-1])
		}
	}
	slices.SortFunc(out, before)
	return out
}

// Aside lists the positive judgements that have no effect, because the others
// contradict them, oldest first. Try keeps them from being written; they come
// from two people who do not see each other's judgements, or from an import.
func (b *Book) Aside() []Contradiction { return b.aside }

// Waits says whether a judgement, added, would have no effect until a second
// person says the same; again, whether its person said so already.
func (b *Book) Waits(j *Judgement) (waits, again bool) {
	if j.Verdict != Positive || !b.rule.second(j.Left, j.Right) {
		return false, false
	}
	s := b.Of(j.Left, j.Right)
	said := b.rule.people(s.By)
	again = said[b.rule.person(j)]
	said[b.rule.person(j)] = true
	return len(said) < 2, again
}

// Try says whether a judgement can be added without contradicting what stands;
// nil when it can. It must be later than all of them, and replaces what stood of
// its own pair.
func (b *Book) Try(j *Judgement) *Contradiction {
	switch j.Verdict {
	case Positive:
		if b.Of(j.Left, j.Right).Verdict == "" {
			return b.forest.meets(j)
		}
		// What stood of the pair gives way, and others may come to hold before.
		next := New(append(slices.Clone(b.all), *j), b.rule)
		at := slices.IndexFunc(next.aside, func(c Contradiction) bool { return c.Judgement.ID == j.ID })
		if at < 0 {
			return nil
		}
		return &next.aside[at]
	case Negative:
		// Of the very pair the judgement takes the place of what stands.
		if chain := b.forest.around(j.Left, j.Right); chain != nil {
			return &Contradiction{Judgement: j, Chains: [2][]*Judgement{chain}}
		}
	}
	return nil
}

// Same says whether positive judgements join two entities.
func (b *Book) Same(a, c ftm.EntityID) bool { return b.forest.root(a) == b.forest.root(c) }

// Chain lists the positive judgements that lead from one entity to the other
// by the fewest steps; nil when none do.
func (b *Book) Chain(a, c ftm.EntityID) []*Judgement { return b.forest.chain(a, c) }
