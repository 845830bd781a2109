package search

import (
	"math"
	"math/bits"
	"regexp/syntax"
	"slices"
	"unicode"
	"unicode/utf8"

	"overt"
)

// maxStates bounds an automaton, and so the memory and time that one step costs.
const maxStates = 2048

// maxSets bounds the sets of states that are remembered while terms are read.
const maxSets = 4096

// An Automaton says which terms a pattern matches, whole. It is immutable: any
// number of Runners may read it at once.
type Automaton struct {
	states []state
	start  []uint64 // closed over empty steps
	words  int      // of 64 states
}

type state struct {
	edges  []edge
	empty  []int32
	accept bool
	closed []uint64 // itself and what empty steps reach
}

// An edge is taken on characters for which ok holds; nil is any character.
type edge struct {
	r   rune // when ok is nil and any is not set
	ok  func(rune) bool
	to  int32
	any bool
}

// A builder puts an automaton together. State 0 begins.
type builder struct{ states []state }

func newBuilder() *builder { return &builder{states: make([]state, 1)} }

func (b *builder) state() int32 {
	b.states = append(b.states, state{})
	return int32(len(b.states) - 1)
}

func (b *builder) edge(from int32, e edge) { b.states[from].edges = append(b.states[from].edges, e) }
func (b *builder) empty(from, to int32)    { b.states[from].empty = append(b.states[from].empty, to) }

// letters adds a chain of characters and tells its end.
func (b *builder) letters(from int32, s string) int32 {
	for _, r := range s {
		to := b.state()
		b.edge(from, edge{r: r, to: to})
		from = to
	}
	return from
}

// done closes the automaton. Errors: invalid (too many states).
func (b *builder) done() (*Automaton, error) {
	n := len(b.states)
	if n > maxStates {
		return nil, overt.Errorf(overt.Invalid, "", "the pattern is too large: it needs %d states of at most %d", n, maxStates)
	}
	a := &Automaton{states: b.states, words: (n + 63) / 64}
	for i := range a.states {
		set := make([]uint64, a.words)
		a.close(set, int32(i))
		a.states[i].closed = set
	}
	a.start = a.states[0].closed
	return a, nil
}

func (a *Automaton) close(set []uint64, s int32) {
	if set[s>>6]&(1<<(s&63)) != 0 {
		return
	}
	set[s>>6] |= 1 << (s & 63)
	for _, to := range a.states[s].empty {
		a.close(set, to)
	}
}

// addWord accepts exactly s.
func (b *builder) addWord(s string) { b.states[b.letters(0, s)].accept = true }

// addWildcard accepts a pattern with ? for one character and * for any number.
func (b *builder) addWildcard(pattern string) {
	at := b.state()
	b.empty(0, at)
	for _, r := range pattern {
		switch r {
		case '*':
			to := b.state()
			b.empty(at, to)
			b.edge(to, edge{any: true, to: to})
			at = to
		case '?':
			to := b.state()
			b.edge(at, edge{any: true, to: to})
			at = to
		default:
			at = b.letters(at, string(r))
		}
	}
	b.states[at].accept = true
}

// addFuzzy accepts words with at most n letters changed, left out, put in, or
// exchanged with their neighbour.
func (b *builder) addFuzzy(word string, n int) {
	letters := []rune(word)
	at := make([][]int32, n+1)
	for e := range at {
		at[e] = make([]int32, len(letters)+1)
		for i := range at[e] {
			at[e][i] = b.state()
		}
		b.states[at[e][len(letters)]].accept = true
	}
	b.empty(0, at[0][0])
	for e := range at {
		for i := range at[e] {
			from := at[e][i]
			if i < len(letters) {
				b.edge(from, edge{r: letters[i], to: at[e][i+1]})
			}
			if e == n {
				continue
			}
			b.edge(from, edge{any: true, to: at[e+1][i]})
			if i < len(letters) {
				b.edge(from, edge{any: true, to: at[e+1][i+1]})
				b.empty(from, at[e+1][i+1])
			}
			if i+1 < len(letters) {
				mid := b.state()
				b.edge(from, edge{r: letters[i+1], to: mid})
				b.edge(mid, edge{r: letters[i], to: at[e+1][i+2]})
			}
		}
	}
}

// addRegexp accepts what an RE2 expression matches whole, whatever the case.
// Errors: invalid.
func (b *builder) addRegexp(expr string) error {
	re, err := syntax.Parse(expr, syntax.Perl|syntax.FoldCase)
	if err != nil {
		return overt.Errorf(overt.Invalid, "", "the regular expression cannot be read: %v", short(err.Error()))
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil || len(prog.Inst) > maxStates/8 {
		return overt.Errorf(overt.Invalid, "", "the regular expression is too large")
	}
	base := int32(len(b.states))
	for range prog.Inst {
		b.state()
	}
	for i := range prog.Inst {
		in, from := &prog.Inst[i], base+int32(i)
		switch in.Op {
		case syntax.InstAlt, syntax.InstAltMatch:
			b.empty(from, base+int32(in.Out))
			b.empty(from, base+int32(in.Arg))
		case syntax.InstCapture, syntax.InstNop:
			b.empty(from, base+int32(in.Out))
		case syntax.InstEmptyWidth:
			if edges := syntax.EmptyBeginText | syntax.EmptyEndText | syntax.EmptyBeginLine | syntax.EmptyEndLine; syntax.EmptyOp(in.Arg)&^edges != 0 {
				return overt.Errorf(overt.Invalid, "", `the regular expression has \b or \B; it is matched against one whole word`)
			}
			b.empty(from, base+int32(in.Out))
		case syntax.InstMatch:
			b.states[from].accept = true
		case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
			b.edge(from, edge{ok: in.MatchRune, to: base + int32(in.Out)})
		}
	}
	b.empty(0, base+int32(prog.Start))
	return nil
}

// Match says whether the automaton accepts the term.
func (a *Automaton) Match(term string) bool {
	now, next := slices.Clone(a.start), make([]uint64, a.words)
	for _, c := range term {
		clear(next)
		if !a.take(now, next, c) {
			return false
		}
		now, next = next, now
	}
	return a.accepts(now)
}

// take gathers what a set of states leads to with a character; false when that
// is nothing.
func (a *Automaton) take(from, next []uint64, c rune) (some bool) {
	for w, b := range from {
		for ; b != 0; b &= b - 1 {
			st := &a.states[w<<6+bits.TrailingZeros64(b)]
			for i := range st.edges {
				e := &st.edges[i]
				if e.any || e.ok == nil && e.r == c || e.ok != nil && e.ok(c) {
					some = true
					for j, more := range a.states[e.to].closed {
						next[j] |= more
					}
				}
			}
		}
	}
	return some
}

func (a *Automaton) accepts(set []uint64) bool {
	for w, b := range set {
		for ; b != 0; b &= b - 1 {
			if a.states[w<<6+bits.TrailingZeros64(b)].accept {
				return true
			}
		}
	}
	return false
}

// A Runner reads terms with an automaton and remembers the sets of states it
// met, so that a step that was taken before costs a lookup. It starts in set 0.
// It is not safe for concurrent use.
type Runner struct {
	a     *Automaton
	sets  []runSet
	index map[string]int
}

type runSet struct {
	bits   []uint64
	accept bool
	plain  [128]int32 // 0: not known yet; else the set + 2, 1 for none
	wide   map[rune]int32
}

// Runner makes a runner that stands at the beginning.
func (a *Automaton) Runner() *Runner {
	r := &Runner{a: a, index: map[string]int{}}
	r.set(a.start)
	return r
}

// Step takes a set over a character; -1 when no term can match any more. The
// sets of one walk stay valid while Full does not hold.
func (r *Runner) Step(from int, c rune) int {
	s := &r.sets[from]
	if c < 128 {
		if s.plain[c] == 0 {
			to := int32(r.take(from, c) + 2)
			r.sets[from].plain[c] = to
			return int(to) - 2
		}
		return int(s.plain[c]) - 2
	}
	if to, ok := s.wide[c]; ok {
		return int(to)
	}
	to := r.take(from, c)
	if s = &r.sets[from]; s.wide == nil {
		s.wide = map[rune]int32{}
	}
	if len(s.wide) < 1024 {
		s.wide[c] = int32(to)
	}
	return to
}

// Accepts says whether a term may end in the set.
func (r *Runner) Accepts(set int) bool { return set >= 0 && r.sets[set].accept }

// Full says that so many sets are remembered that the runner should be made
// anew, between two terms.
func (r *Runner) Full() bool { return len(r.sets) > maxSets }

func (r *Runner) take(from int, c rune) int {
	next := make([]uint64, r.a.words)
	if !r.a.take(r.sets[from].bits, next, c) {
		return -1
	}
	return r.set(next)
}

func (r *Runner) set(set []uint64) int {
	key := make([]byte, 0, len(set)*8)
	for _, b := range set {
		for i := range 8 {
			key = append(key, byte(b>>(8*i)))
		}
	}
	if i, ok := r.index[string(key)]; ok {
		return i
	}
	r.sets = append(r.sets, runSet{bits: set, accept: r.a.accepts(set)})
	r.index[string(key)] = len(r.sets) - 1
	return len(r.sets) - 1
}

// Walk yields the terms that the automaton accepts, of terms that come in
// ascending order. next tells the next term and how many bytes it begins with
// like the one it told before; ok is false at the end. It may pass over terms
// that share more than dead bytes with that one: they cannot match.
func (a *Automaton) Walk(next func(dead int) (term []byte, common int, ok bool), yield func(term []byte) bool) {
	r := a.Runner()
	sets := []int{0} // by byte of the term; -2 within a character
	dead := math.MaxInt
	for {
		term, common, ok := next(dead)
		if !ok {
			return
		}
		if common > dead {
			continue
		}
		dead = math.MaxInt
		if r.Full() {
			r, common = a.Runner(), 0
		}
		at := min(common, len(sets)-1)
		for sets[at] == -2 {
			at--
		}
		sets = sets[:at+1]
		for at < len(term) {
			c, size := utf8.DecodeRune(term[at:])
			to := r.Step(sets[at], c)
			if to < 0 {
				dead = at + size - 1
				break
			}
			for range size - 1 {
				sets = append(sets, -2)
			}
			sets = append(sets, to)
			at += size
		}
		if dead == math.MaxInt && r.Accepts(sets[len(sets)-1]) && !yield(term) {
			return
		}
	}
}

// isWord holds for characters that words are made of.
func isWord(r rune) bool { return classOf(r) != other && r != unicode.ReplacementChar }
