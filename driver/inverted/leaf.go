package inverted

import (
	"slices"

	"overt/search"
)

func fieldKey(f search.Field) byte {
	return map[search.Field]byte{search.FieldText: keyText, search.FieldTitle: keyTitle, search.FieldName: keyName}[f]
}

// leaf matches a word or phrase in the visible items of a part.
func (s *seen) leaf(l *search.Leaf) matches {
	field := fieldKey(l.Field)
	if len(l.Words) > 1 {
		return s.phrase(field, l)
	}
	w := &l.Words[0]
	if w.Exact != "" && w.Exact == w.Terms[0] {
		return s.plain(field, w)
	}
	return s.sum(s.lists(field, w))
}

// lists gives the posting lists of the terms that a pattern matches.
func (s *seen) lists(field byte, w *search.Pattern) []posting {
	var out []posting
	if w.Exact != "" {
		if p := s.segment.find(exactKey(nil, field, w.Terms[0], w.Exact)); p != nil {
			out = append(out, p)
		}
		return out
	}
	for _, t := range w.Terms {
		if p := s.segment.find(append([]byte{field}, t...)); p != nil {
			out = append(out, p)
		}
	}
	if w.Auto != nil {
		s.walk(field, w.Auto, func(p posting) { out = append(out, p) })
	}
	return out
}

// walk yields the lists of the terms of a field that an automaton accepts.
func (s *seen) walk(field byte, a *search.Automaton, yield func(posting)) {
	from, to := s.field(field)
	k, ok := s.at(from)
	if from == to || !ok {
		return
	}
	begun := false
	next := func(dead int) (term []byte, common int, ok bool) {
		if !begun {
			begun = true
			return k.key[1:], 0, true
		}
		if !k.pass(min(dead, maxKey)+2) || k.n >= to {
			return nil, 0, false
		}
		return k.key[1:], max(k.common-1, 0), true
	}
	a.Walk(next, func([]byte) bool {
		yield(k.posting())
		return !s.stopped()
	})
}

// sum joins lists: an item has a word as often as it has its terms.
func (s *seen) sum(lists []posting) matches {
	if len(lists) == 0 {
		return matches{}
	}
	if len(lists) == 1 {
		docs, tfs := lists[0].counts(s.mask)
		return matches{docs, tfs}
	}
	tfs := make([]uint32, s.meta.Items)
	m := newMask(s.meta.Items)
	for _, p := range lists {
		if s.stopped() {
			return matches{}
		}
		h := p.heads()
		for range h.left {
			if doc, tf := h.next(); s.mask.has(doc) {
				tfs[doc] += tf
				m.set(doc)
			}
		}
	}
	out := matches{docs: m.docs(nil)}
	out.tfs = make([]uint32, len(out.docs))
	for i, d := range out.docs {
		out.tfs[i] = tfs[d]
	}
	return out
}

// plain matches a word that was asked for as it is written, and is written as it
// is folded: where the folded word stands and none of its other forms does.
func (s *seen) plain(field byte, w *search.Pattern) matches {
	base := s.sum(s.lists(field, &search.Pattern{Terms: w.Terms}))
	at := s.positions(s.lists(field, &search.Pattern{Terms: w.Terms}), base.docs)
	others := s.positions(s.forms(field, w.Terms[0]), base.docs)
	var out matches
	for i, d := range base.docs {
		if n := len(without(at.of(i), others.of(i))); n > 0 {
			out.docs, out.tfs = append(out.docs, d), append(out.tfs, uint32(n))
		}
	}
	return out
}

// forms gives the lists of all forms of a folded word that differ from it.
func (s *seen) forms(field byte, term string) []posting {
	var out []posting
	s.prefixed(exactKey(nil, field, term, ""), func(k *keys) { out = append(out, k.posting()) })
	return out
}

// spots are the positions of a word in some items.
type spots struct {
	starts []int
	at     []uint32
}

func (p *spots) of(i int) []uint32 { return p.at[p.starts[i]:p.starts[i+1]] }

// positions gives where words of the lists stand in the items, which ascend;
// each position once.
func (s *seen) positions(lists []posting, docs []uint32) *spots {
	readers := make([]*places, len(lists))
	for i, p := range lists {
		readers[i] = p.places()
	}
	return positions(readers, docs)
}

// positions reads on where the readers stand: a second call takes later items.
func positions(lists []*places, docs []uint32) *spots {
	out := &spots{starts: make([]int, len(docs)+1)}
	if len(docs) == 0 {
		return out
	}
	if len(lists) == 1 {
		out.at = make([]uint32, 0, 2*len(docs))
		for i, d := range docs {
			out.at = lists[0].in(out.at, d) // a term stands once at a position
			out.starts[i+1] = len(out.at)
		}
		return out
	}
	each := make([][]uint32, len(docs))
	for _, r := range lists {
		i := 0
		for ; r.from < len(r.docs) && r.docs[r.from] <= docs[len(docs)-1]; r.from++ {
			n, found := slices.BinarySearch(docs[i:], r.docs[r.from])
			if i += n; found {
				each[i] = r.append(each[i], r.from)
			}
		}
	}
	for i, list := range each {
		slices.Sort(list)
		out.at = append(out.at, list...)
		out.cut(i)
	}
	return out
}

// find goes on to an item; false when it is not in the list.
func (r *places) find(doc uint32) (i int, ok bool) {
	for r.from < len(r.docs) && r.docs[r.from] < doc {
		r.from++
	}
	return r.from, r.from < len(r.docs) && r.docs[r.from] == doc
}

// cut ends the positions of item i and drops repeats.
func (p *spots) cut(i int) {
	list := slices.Compact(p.at[p.starts[i]:])
	p.at = p.at[:p.starts[i]+len(list)]
	p.starts[i+1] = len(p.at)
}

// phrase matches words that stand beside one another.
func (s *seen) phrase(field byte, l *search.Leaf) matches {
	lists := make([][]*places, len(l.Words))
	docs := make([][]uint32, len(l.Words))
	for i := range l.Words {
		found := s.lists(field, &l.Words[i])
		if len(found) == 0 {
			return matches{}
		}
		for _, p := range found {
			lists[i] = append(lists[i], p.places())
		}
		if docs[i] = lists[i][0].docs; len(found) > 1 {
			docs[i] = s.sum(found).docs
		}
	}
	candidates := intersect(docs)
	if s.mask != nil {
		candidates = filter(candidates, s.mask.has)
	}
	var out matches
	p := phrase{leaf: l, needs: l.Needs(), lists: lists, at: make([][]uint32, len(lists)), from: make([]int, len(lists))}
	for some := range slices.Chunk(candidates, chunk) {
		if s.stopped() {
			break
		}
		p.match(some, &out)
	}
	for _, terms := range lists {
		for _, r := range terms {
			r.free()
		}
	}
	return out
}

// chunk is of how many items the positions of a word of many terms are held at
// once.
const chunk = 1 << 14

// A phrase is matched from front to back.
type phrase struct {
	leaf  *search.Leaf
	needs []int
	lists [][]*places // by word
	at    [][]uint32  // positions of each word in one item
	bits  [512]uint64 // of positions, all 0
	from  []int
}

// match adds the items in which the words stand as the leaf asks. Where a word
// is one term, its positions are read item by item.
func (p *phrase) match(docs []uint32, to *matches) {
	terms := make([]*spots, len(p.lists))
	for j, lists := range p.lists {
		if len(lists) > 1 {
			terms[j] = positions(lists, docs)
		}
	}
	for i, d := range docs {
		for j, t := range terms {
			if t != nil {
				p.at[j] = t.of(i)
			} else {
				p.at[j] = p.lists[j][0].in(p.at[j][:0], d)
			}
		}
		n := 0
		switch {
		case p.leaf.Near:
			n = near(p.at, p.needs, uint32(len(p.at)+p.leaf.Slop))
		case len(p.at) == 2:
			n = p.neighbours(p.at[0], p.at[1])
		default:
			n = adjacent(p.at, p.from)
		}
		if n > 0 {
			to.docs, to.tfs = append(to.docs, d), append(to.tfs, uint32(n))
		}
	}
}

// in appends where the word stands in an item; items ascend from call to call.
func (r *places) in(to []uint32, doc uint32) []uint32 {
	if i, ok := r.find(doc); ok {
		return r.append(to, i)
	}
	return to
}

// neighbours counts where a position of b comes next after one of a. Positions
// of frequent words are compared as bits: a merge of two lists guesses wrong
// at every other step.
func (p *phrase) neighbours(a, b []uint32) (n int) {
	if len(a) == 0 || len(b) == 0 || len(a)+len(b) < 8 || max(a[len(a)-1], b[len(b)-1]) >= uint32(64*len(p.bits)) {
		return adjacent(p.at, p.from)
	}
	for _, x := range a {
		p.bits[x>>6] |= 1 << (x & 63)
	}
	for _, x := range b {
		if x--; x>>6 < uint32(len(p.bits)) {
			n += int(p.bits[x>>6] >> (x & 63) & 1)
		}
	}
	for _, x := range a {
		p.bits[x>>6] = 0
	}
	return n
}

// adjacent counts where the words stand one behind the other. from is scratch,
// one for each word.
func adjacent(at [][]uint32, from []int) (n int) {
	clear(from)
starts:
	for _, p := range at[0] {
		for j := 1; j < len(at); j++ {
			want := p + uint32(j)
			for from[j] < len(at[j]) && at[j][from[j]] < want {
				from[j]++
			}
			if from[j] == len(at[j]) {
				return n
			}
			if at[j][from[j]] != want {
				continue starts
			}
		}
		n++
	}
	return n
}

// near counts the positions of any word from which on a window of so many
// positions holds each word as often as it is needed.
func near(at [][]uint32, needs []int, size uint32) (n int) {
	var starts []uint32
	for _, list := range at {
		starts = append(starts, list...)
	}
	slices.Sort(starts)
starts:
	for _, p := range slices.Compact(starts) {
		for j, need := range needs {
			if need == 0 {
				continue
			}
			first, _ := slices.BinarySearch(at[j], p)
			if first+need > len(at[j]) || at[j][first+need-1] >= p+size {
				continue starts
			}
		}
		n++
	}
	return n
}
