package inverted

import (
	"context"
	"math/bits"
	"runtime"
	"slices"
	"strings"
	"sync"

	"overt/search"
)

// A view of a part: what one query sees of it.
type seen struct {
	*part
	mask  mask // of what is visible; nil when all is
	stats search.Stats
	hits  []uint32  // ascending
	words []matches // by Leaf.Weigh
	// stopped says that nobody waits for the answer any more; what is found from
	// then on is not used.
	stopped func() bool
}

// matches are the visible items that a leaf matches, ascending, and how often.
type matches struct{ docs, tfs []uint32 }

// A result is what a query finds in one moment of an index. Who has one must
// release it.
type result struct {
	plan    *search.Plan
	list    *listing
	parts   []*seen
	stats   search.Stats
	weights []float64
	total   int64
}

// look finds the hits of a query in the parts that the view sees something of.
func (x *Index) look(ctx context.Context, v search.View, q search.Query) (*result, error) {
	plan, err := q.Compile()
	if err != nil {
		return nil, err
	}
	list, err := x.snapshot()
	if err != nil {
		return nil, err
	}
	r := &result{plan: plan, list: list}
	r.parts = visible(list, v)
	if err := r.each(func(s *seen) error { return s.find(ctx, plan) }); err != nil {
		list.release()
		return nil, err
	}
	df := make([]int64, len(plan.Weighed))
	for _, s := range r.parts {
		r.stats.Items += s.stats.Items
		r.stats.Words += s.stats.Words
		r.total += int64(len(s.hits))
		for i := range s.words {
			df[i] += int64(len(s.words[i].docs))
		}
	}
	for _, n := range df {
		r.weights = append(r.weights, r.stats.Weight(n))
	}
	return r, nil
}

// visible gives the parts that a view sees something of.
func visible(l *listing, v search.View) []*seen {
	var out []*seen
	for _, p := range l.parts {
		if s := p.in(v); s != nil {
			out = append(out, s)
		}
	}
	return out
}

// in narrows a part to a view; nil when nothing is visible.
func (p *part) in(v search.View) *seen {
	s := &seen{part: p}
	shown, all := make([]bool, len(p.runs)), true
	for i, r := range p.runs {
		if shown[i] = v.Shows(p.label, r.Run, r.Until); shown[i] {
			s.stats.Items += r.Items
			s.stats.Words += r.Words
		}
		all = all && (shown[i] || r.Items == 0)
	}
	if s.stats.Items == 0 {
		return nil
	}
	if all && p.dead == nil {
		return s
	}
	s.mask = newMask(p.meta.Items)
	for d := range uint32(p.meta.Items) {
		if shown[number(p.cols[colRun], d)] && !(p.dead != nil && p.dead.has(d)) {
			s.mask.set(d)
		}
	}
	return s
}

// each does something to every part, on all processors.
func (r *result) each(do func(*seen) error) error { return eachOf(r.parts, do) }

func eachOf(parts []*seen, do func(*seen) error) error {
	errs := make([]error, len(parts))
	guarded := func(i int) {
		defer caught(&errs[i])
		errs[i] = do(parts[i])
	}
	if len(parts) < 2 {
		for i := range parts {
			guarded(i)
		}
	} else {
		var wait sync.WaitGroup
		turns := make(chan struct{}, runtime.GOMAXPROCS(0))
		for i := range parts {
			turns <- struct{}{}
			wait.Go(func() { guarded(i); <-turns })
		}
		wait.Wait()
	}
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// find matches the query. Leaves that are weighed are matched whole, for their
// weight counts all items that match them.
func (s *seen) find(ctx context.Context, plan *search.Plan) error {
	s.stopped = func() bool { return ctx.Err() != nil }
	s.words = make([]matches, len(plan.Weighed))
	for i, l := range plan.Weighed {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.words[i] = s.leaf(l)
	}
	docs, err := s.match(ctx, plan.Root)
	if err != nil {
		return err
	}
	if plan.Kind != "" {
		kind := kindOf(plan.Kind)
		docs = filter(docs, func(d uint32) bool { return number(s.cols[colKind], d) == kind })
	}
	s.hits = docs
	return ctx.Err()
}

func filter(docs []uint32, keep func(uint32) bool) []uint32 {
	out := make([]uint32, 0, len(docs))
	for _, d := range docs {
		if keep(d) {
			out = append(out, d)
		}
	}
	return out
}

// match gives the visible items of a node, ascending. What it gives MUST NOT be
// changed.
func (s *seen) match(ctx context.Context, n *search.Node) ([]uint32, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	switch n.Op {
	case search.OpLeaf:
		switch {
		case n.Leaf.Weigh >= 0:
			return s.words[n.Leaf.Weigh].docs, nil
		case n.Leaf.Field.Words():
			return s.leaf(n.Leaf).docs, nil
		}
		return s.whole(n.Leaf), nil
	case search.OpAnd, search.OpOr:
		lists := make([][]uint32, len(n.Kids))
		for i, k := range n.Kids {
			var err error
			if lists[i], err = s.match(ctx, k); err != nil {
				return nil, err
			}
		}
		if n.Op == search.OpAnd {
			return intersect(lists), nil
		}
		return s.union(lists), nil
	case search.OpNot:
		docs, err := s.match(ctx, n.Kids[0])
		return without(s.all(), docs), err
	}
	return s.all(), nil
}

func (s *seen) all() []uint32 {
	out := make([]uint32, 0, s.stats.Items)
	for d := range uint32(s.meta.Items) {
		if s.mask.has(d) {
			out = append(out, d)
		}
	}
	return out
}

// intersect gives what is in all lists, the shortest one first.
func intersect(lists [][]uint32) []uint32 {
	slices.SortStableFunc(lists, func(a, b []uint32) int { return len(a) - len(b) })
	out := lists[0]
	for _, l := range lists[1:] {
		out = both(out, l)
	}
	return out
}

// both gives what is in a and in b, which is not shorter.
func both(a, b []uint32) []uint32 {
	out := make([]uint32, 0, len(a))
	if len(a)*16 < len(b) {
		for _, d := range a {
			n, found := slices.BinarySearch(b, d)
			if b = b[n:]; found {
				out = append(out, d)
			}
		}
		return out
	}
	j := 0
	for _, d := range a {
		for j < len(b) && b[j] < d {
			j++
		}
		if j == len(b) {
			break
		}
		if b[j] == d {
			out = append(out, d)
		}
	}
	return out
}

func without(a, b []uint32) []uint32 {
	out := make([]uint32, 0, len(a))
	j := 0
	for _, d := range a {
		for j < len(b) && b[j] < d {
			j++
		}
		if j == len(b) || b[j] != d {
			out = append(out, d)
		}
	}
	return out
}

func (s *seen) union(lists [][]uint32) []uint32 {
	m := newMask(s.meta.Items)
	n := 0
	for _, l := range lists {
		n = max(n, len(l))
		for _, d := range l {
			m.set(d)
		}
	}
	return m.docs(make([]uint32, 0, n))
}

func (m mask) docs(to []uint32) []uint32 {
	for w, b := range m {
		for ; b != 0; b &= b - 1 {
			to = append(to, uint32(w<<6+bits.TrailingZeros64(b)))
		}
	}
	return to
}

// whole gives the visible items that have a whole value.
func (s *seen) whole(l *search.Leaf) []uint32 {
	switch l.Field {
	case search.FieldDataset:
		if s.meta.Label.Dataset == l.Value {
			return s.all()
		}
		return nil
	case search.FieldPage:
		return filter(s.all(), func(d uint32) bool {
			page := int(number(s.cols[colPage], d))
			return l.First <= page && page <= l.Last
		})
	case search.FieldEntity:
		return s.values([]byte{keyEntity}, l.Value, false)
	case search.FieldID:
		lists := [][]uint32{s.values([]byte{keyDocument}, l.Value, false), s.values([]byte{keyID}, l.Value+"\x00", true)}
		if key := search.IdentifierKey(l.Value); key != "" {
			lists = append(lists, s.values([]byte{keyIdent}, key, false))
		}
		return s.union(lists)
	case search.FieldDate:
		return s.scan(keyDate, l.InRange)
	}
	field := map[search.Field]byte{search.FieldType: keyKind, search.FieldLanguage: keyLanguage, search.FieldSchema: keySchema}[l.Field]
	return s.scan(field, func(v string) bool { return strings.ToLower(v) == l.Value })
}

// values gives the items of one value, or of all that begin with it.
func (s *seen) values(key []byte, value string, begins bool) []uint32 {
	key = append(key, value...)
	if !begins {
		if p := s.segment.find(key); p != nil {
			return p.docs(nil, s.mask)
		}
		return nil
	}
	m := newMask(s.meta.Items)
	s.prefixed(key, func(k *keys) {
		if len(k.key) == len(key)+4 { // and no longer id
			for _, d := range k.posting().docs(nil, s.mask) {
				m.set(d)
			}
		}
	})
	return m.docs(nil)
}

// scan gives the items of all values of a field for which ok holds.
func (s *seen) scan(field byte, ok func(string) bool) []uint32 {
	m := newMask(s.meta.Items)
	var docs []uint32
	s.prefixed([]byte{field}, func(k *keys) {
		if ok(string(k.key[1:])) {
			docs = k.posting().docs(docs[:0], s.mask)
			for _, d := range docs {
				m.set(d)
			}
		}
	})
	return m.docs(nil)
}
