package mention

import (
	"cmp"
	"encoding/binary"
	"slices"
	"unicode/utf8"

	"overt/ftm"
)

const (
	blockWords = 256      // read ahead at a time
	pastWords  = 4        // kept from before, to see in what case they stand
	aheadWords = maxWords // a name that begins in a block may end behind it
)

// Find gives each known name in a text, by start, the longest first: the
// names as they stand in it whatever the case, marks, punctuation and line
// feeds between and in their words, where the case of the name allows it.
//
// Inside is set by all names of the file. Who may see some of them alone, works
// it out again from the spans of those: it holds for a span that another,
// longer one covers.
func (n *Names) Find(text string, emit func(Span)) {
	s, _ := n.scans.Get().(*scan)
	if s == nil {
		s = &scan{names: n}
	}
	s.run(text, emit)
	s.emit, s.text, s.in.text, s.again.text = nil, "", "", ""
	n.scans.Put(s)
}

// A token is a word of the text as the trie knows it.
type token struct {
	start, end int
	behind     int    // see word
	word       int32  // its slot, or -1; sure where a name was found
	first      uint32 // the state it leads to at the beginning
	flags      uint8
}

// A reading is another way to read a token.
type reading struct {
	at         int // token
	word       int32
	skip       int // tokens that it covers
	start, end int
	upper      bool
	onlyFirst  bool // in a name it can be the first word alone
	onlyLast   bool
}

// A scan is one search. Tokens are read in blocks; those around a block stay.
type scan struct {
	names *Names
	text  string
	in    words
	again words // to read a word once more
	emit  func(Span)

	tokens   []token
	readings []reading // by token
	done     bool      // the text is read

	covered int // end of the longest name so far, in bytes
	matches []match
}

// A trail is what was read of a name so far.
type trail struct {
	state      uint32
	words      int
	caps       uint64 // words that begin with a capital
	start, end int
	next       int // token to read
}

// with is the trail after a reading of its next token.
func (t trail) with(state uint32, r *reading) trail {
	if r.upper {
		t.caps |= 1 << t.words
	}
	t.state, t.end, t.next = state, r.end, t.next+r.skip
	t.words++
	return t
}

// A match is a trail that ends where a name ends.
type match struct {
	trail
	first int // token
}

func (s *scan) run(text string, emit func(Span)) {
	s.text, s.emit, s.done, s.covered = text, emit, false, 0
	s.tokens, s.readings = s.tokens[:0], s.readings[:0]
	s.in.reset(text)
	for at := 0; !s.done; {
		at = s.read(at)
		end := len(s.tokens)
		if !s.done {
			end -= aheadWords + 1
		}
		next := 0
		for ; at < end; at++ {
			for next < len(s.readings) && s.readings[next].at < at {
				next++
			}
			s.begin(at, next)
		}
	}
}

// read drops the tokens that were searched, up to the one at, and reads on. It
// gives the place of that token now.
func (s *scan) read(at int) int {
	drop := max(at-pastWords, 0)
	s.tokens = append(s.tokens[:0], s.tokens[drop:]...)
	s.readings = slices.DeleteFunc(s.readings, func(r reading) bool { return r.at < drop })
	for i := range s.readings {
		s.readings[i].at -= drop
	}
	for len(s.tokens) < blockWords+pastWords+aheadWords {
		if !s.in.next() {
			s.done = true
			break
		}
		s.add(&s.in.word)
	}
	return at - drop
}

func (s *scan) add(w *word) {
	t := token{start: w.start, end: w.end, behind: w.behind, word: -1, flags: w.flags}
	if len(s.in.fold) <= maxWord {
		if slot := s.names.look(s.in.fold, w.hash); slot >= 0 {
			t.word, t.first = int32(slot), uint32(s.names.slots[slot])
		}
	}
	at := len(s.tokens)
	if w.firstEnd > 0 {
		t.flags |= s.quoted(at, w)
	}
	if at > 0 {
		last := &s.tokens[at-1]
		if gap := s.text[last.end:t.start]; gap != "" && gap != " " {
			if isBreak(gap) {
				t.flags |= broken
			}
			if isLineHyphen(gap) {
				s.join(at-1, &t)
			}
		}
	}
	s.tokens = append(s.tokens, t)
}

// quoted adds the readings of a word with apostrophes: without a possessive s
// at its end, and without an article before it ("l'Oréal").
func (s *scan) quoted(at int, w *word) (flags uint8) {
	fold := s.in.fold
	if len(fold) > maxWord {
		return 0
	}
	if w.last > 0 && string(fold[w.last:]) == "s" {
		flags |= s.other(fold[:w.last], reading{at: at, skip: 1, start: w.start, end: w.lastStart, onlyLast: true})
	}
	if w.first > 0 && w.first <= 4 && w.first < len(fold) {
		flags |= s.other(fold[w.first:], reading{at: at, skip: 1, start: w.firstEnd, end: w.end, onlyFirst: true})
		if w.last > w.first && string(fold[w.last:]) == "s" {
			flags |= s.other(fold[w.first:w.last], reading{at: at, skip: 1, start: w.firstEnd, end: w.lastStart, onlyFirst: true, onlyLast: true})
		}
	}
	return flags
}

func (s *scan) other(fold []byte, r reading) uint8 {
	l, _ := s.in.look(r.start)
	r.upper = l.upper
	if r.word = int32(s.names.find(fold)); r.word < 0 {
		return 0
	}
	s.readings = append(s.readings, r)
	return branched
}

// join adds the reading of two tokens as one that the end of a line cut.
func (s *scan) join(at int, second *token) {
	first := &s.tokens[at]
	w := &s.again
	w.reset(s.text[first.start:first.end])
	if !w.next() {
		return
	}
	fold := append([]byte(nil), w.fold...)
	w.reset(s.text[second.start:second.end])
	if !w.next() || len(fold)+len(w.fold) > maxWord {
		return
	}
	fold = append(fold, w.fold...)
	r := reading{at: at, skip: 2, start: first.start, end: second.end, upper: first.flags&upperFirst != 0}
	// Kept by token: those of the second stand behind already.
	if r.word = int32(s.names.find(fold)); r.word >= 0 {
		i := len(s.readings)
		for i > 0 && s.readings[i-1].at > at {
			i--
		}
		s.readings = slices.Insert(s.readings, i, r)
		first.flags |= branched
	}
}

// begin finds the names that begin at a token. Its readings begin at next.
func (s *scan) begin(at, next int) {
	t := &s.tokens[at]
	if t.flags&glued != 0 {
		return
	}
	if t.first != 0 {
		s.walk(trail{state: t.first, words: 1, caps: uint64(t.flags & upperFirst), start: t.start, end: t.end, next: at + 1}, at, next)
	}
	if t.flags&branched != 0 {
		for i := next; i < len(s.readings) && s.readings[i].at == at; i++ {
			r := &s.readings[i]
			if state := uint32(s.names.slots[r.word]); state != 0 {
				s.follow(trail{start: r.start, next: at}.with(state, r), r, at, next)
			}
		}
	}
	if len(s.matches) == 0 {
		return
	}
	if !s.sure(at) {
		s.matches = s.matches[:0]
		s.begin(at, next)
		return
	}
	s.settle()
}

// sure compares the words of the tokens that the names found here rest on with
// those in the file. One that was taken for another is put right.
func (s *scan) sure(at int) bool {
	last := at
	for i := range s.matches {
		last = max(last, s.matches[i].next)
	}
	right := true
	for i := at; i < last; i++ {
		t := &s.tokens[i]
		if t.word < 0 {
			continue
		}
		s.again.reset(s.text[t.start:t.end])
		if !s.again.next() || !s.names.is(int(t.word), s.again.fold) {
			t.word, t.first, right = -1, 0, false
		}
	}
	return right
}

// walk goes on from a trail as far as names do.
func (s *scan) walk(t trail, first, next int) {
	for {
		s.found(t, first)
		if t.next >= len(s.tokens) || t.words == maxWords {
			return
		}
		w := &s.tokens[t.next]
		if w.flags&broken != 0 {
			return
		}
		if w.flags&branched != 0 {
			s.branch(t, first, next)
		}
		if w.word < 0 {
			return
		}
		if t.state = s.names.step(t.state, w.word); t.state == 0 {
			return
		}
		t.caps |= uint64(w.flags&upperFirst) << t.words
		t.words, t.end, t.next = t.words+1, w.end, t.next+1
	}
}

// branch follows the other readings of the next token.
func (s *scan) branch(t trail, first, next int) {
	for ; next < len(s.readings) && s.readings[next].at <= t.next; next++ {
		r := &s.readings[next]
		if r.at < t.next || r.onlyFirst {
			continue
		}
		if state := s.names.step(t.state, r.word); state != 0 {
			s.follow(t.with(state, r), r, first, next)
		}
	}
}

func (s *scan) follow(t trail, r *reading, first, next int) {
	if r.onlyLast {
		s.found(t, first)
	} else {
		s.walk(t, first, next)
	}
}

// found notes a trail where a name ends.
func (s *scan) found(t trail, first int) {
	if t.state&terminal != 0 {
		s.matches = append(s.matches, match{t, first})
	}
}

// settle gives the names that begin at one token, the longest first.
func (s *scan) settle() {
	if len(s.matches) > 1 {
		slices.SortStableFunc(s.matches, func(a, b match) int {
			return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(b.end, a.end))
		})
	}
	for i := 0; i < len(s.matches); {
		m := &s.matches[i]
		list := s.candidates(m, nil)
		for i++; i < len(s.matches) && s.matches[i].start == m.start && s.matches[i].end == m.end; i++ {
			list = s.candidates(&s.matches[i], list) // two readings of one place
		}
		if len(list) > 0 {
			s.give(m, list)
		}
	}
	s.matches = s.matches[:0]
}

func (s *scan) give(m *match, list []Candidate) {
	slices.SortFunc(list, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(a.Entity, b.Entity), cmp.Compare(a.Kind, b.Kind))
	})
	text := s.text[m.start:m.end]
	t := &s.tokens[m.first]
	start := t.start - t.behind + utf8.RuneCountInString(s.text[t.start:m.start])
	s.emit(Span{
		Kind: Known, Start: start, End: start + utf8.RuneCountInString(text), Text: text,
		Inside: m.end <= s.covered, Candidates: slices.Compact(list),
	})
	s.covered = max(s.covered, m.end)
}

// candidates adds those entities of a name that its case in the text allows.
func (s *scan) candidates(m *match, list []Candidate) []Candidate {
	b := s.names.posts[s.names.postAt[m.state&^terminal]:]
	count, n := binary.Uvarint(b)
	if n <= 0 {
		return list
	}
	b = b[n:]
	for ; count > 0 && len(b) > 0; count-- {
		kind, r, plain := NameKind(b[0]&kindBits), rule(b[0]>>ruleShift&ruleBits), b[0]&everydayBit != 0
		b = b[1:]
		var mask uint64
		if r != anyCase {
			mask, n = binary.Uvarint(b)
			if n <= 0 {
				return list
			}
			b = b[n:]
		}
		size, n := binary.Uvarint(b)
		if n <= 0 || size > uint64(len(b)-n) {
			return list
		}
		b = b[n:]
		if s.fits(m, r, mask, plain) {
			list = append(list, Candidate{ftm.EntityID(b[:size]), kind})
		}
		b = b[size:]
	}
	return list
}

// fits says whether a name stands in the case that it needs. Where all is in
// capitals they tell nothing, and what could be an everyday word is no name.
func (s *scan) fits(m *match, r rule, mask uint64, everyday bool) bool {
	switch {
	case r == anyCase:
		return true
	case r == capitals && m.caps&mask != mask, r == exact && caseMask(s.text[m.start:m.end]) != mask:
		return false
	}
	return !everyday || s.tokens[m.first].flags&hasLower != 0 || !s.amongCapitals(m)
}

// amongCapitals says whether the words around a name, up to three on either
// side and two at least, have no small letter.
func (s *scan) amongCapitals(m *match) bool {
	seen := 0
	for _, t := range s.tokens[max(m.first-3, 0):m.first] {
		if t.flags&hasLower != 0 {
			return false
		}
		seen += int(t.flags & twoLetters)
	}
	for _, t := range s.tokens[m.next:min(m.next+3, len(s.tokens))] {
		if t.flags&hasLower != 0 {
			return false
		}
		seen += int(t.flags & twoLetters)
	}
	return seen >= 2*twoLetters
}
