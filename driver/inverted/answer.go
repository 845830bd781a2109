package inverted

import (
	"cmp"
	"context"
	"encoding/binary"
	"iter"
	"slices"
	"strings"

	"overt/search"
)

// A ranked item of a part: by score, then by id and run.
type ranked struct {
	score float64
	rank  uint32
	doc   uint32
}

// ahead says whether a comes before b in the order of hits.
func (a ranked) ahead(b ranked) bool {
	return a.score > b.score || a.score == b.score && a.rank < b.rank
}

// best gives the first k hits of a part behind the cursor, in order.
func (s *seen) best(r *result, k int) []ranked {
	after := uint32(0) // ranks from here on come behind the cursor, where scores are equal
	if r.plan.Paged {
		after = s.behind(r.plan.After)
	}
	top := make([]ranked, 0, min(k, len(s.hits)))
	next := make([]int, len(s.words))
	for _, d := range s.hits {
		score := 0.0
		for i := range s.words {
			w := &s.words[i]
			for next[i] < len(w.docs) && w.docs[next[i]] < d {
				next[i]++
			}
			if next[i] < len(w.docs) && w.docs[next[i]] == d {
				score += r.stats.Score(r.weights[i], w.tfs[next[i]], number(s.cols[colWords], d))
			}
		}
		it := ranked{score, number(s.cols[colRank], d) - 1, d}
		if r.plan.Paged && (it.score > r.plan.After.Score || it.score == r.plan.After.Score && it.rank < after) {
			continue
		}
		if k >= len(s.hits) {
			top = append(top, it)
		} else {
			top = push(top, it, k)
		}
	}
	slices.SortFunc(top, func(a, b ranked) int {
		if a.ahead(b) {
			return -1
		}
		return 1
	})
	return top
}

// push keeps the first k in a heap with the last of them on top.
func push(heap []ranked, it ranked, k int) []ranked {
	if len(heap) < k {
		heap = append(heap, it)
		for i := len(heap) - 1; i > 0 && heap[(i-1)/2].ahead(heap[i]); i = (i - 1) / 2 {
			heap[i], heap[(i-1)/2] = heap[(i-1)/2], heap[i]
		}
		return heap
	}
	if !it.ahead(heap[0]) {
		return heap
	}
	heap[0] = it
	for i := 0; ; {
		last := i
		for c := 2*i + 1; c <= 2*i+2 && c < len(heap); c++ {
			if heap[last].ahead(heap[c]) {
				last = c
			}
		}
		if last == i {
			return heap
		}
		heap[i], heap[last] = heap[last], heap[i]
		i = last
	}
}

// behind tells the first rank that comes behind a cursor among equal scores.
func (s *seen) behind(c search.Cursor) uint32 {
	key := append([]byte{keyID}, c.ID...)
	switch strings.Compare(s.label, c.Label) {
	case -1:
		key = append(key, 1) // the same id was before
	case 0:
		key = binary.BigEndian.AppendUint32(append(key, 0), uint32(c.Run))
		key = append(key, 0)
	}
	from, to := s.field(keyID)
	k, ok := s.seek(key)
	if !ok {
		return uint32(to - from)
	}
	return uint32(min(max(k.n, from), to) - from)
}

// A stream gives the hits of a part in order.
type stream struct {
	*seen
	rest []ranked
	head search.Cursor
}

func (s *stream) load() {
	if len(s.rest) > 0 {
		d := s.rest[0].doc
		s.head = search.CursorOf(s.rest[0].score, s.id(d), s.label, s.run(d))
	}
}

// first yields hits of all parts in order, at most k of each part.
func (r *result) first(k int, yield func(*seen, uint32, search.Cursor) bool) error {
	tops := make([][]ranked, len(r.parts))
	index := map[*seen]int{}
	for i, s := range r.parts {
		index[s] = i
	}
	if err := r.each(func(s *seen) error { tops[index[s]] = s.best(r, k); return nil }); err != nil {
		return err
	}
	var streams []*stream
	for i, s := range r.parts {
		if len(tops[i]) > 0 {
			st := &stream{seen: s, rest: tops[i]}
			st.load()
			streams = append(streams, st)
		}
	}
	for len(streams) > 0 {
		n := 0
		for i := range streams {
			if streams[i].head.Compare(streams[n].head) < 0 {
				n = i
			}
		}
		st := streams[n]
		if !yield(st.seen, st.rest[0].doc, st.head) {
			return nil
		}
		if st.rest = st.rest[1:]; len(st.rest) == 0 {
			streams = slices.Delete(streams, n, n+1)
		} else {
			st.load()
		}
	}
	return nil
}

func hit(s *seen, doc uint32, score float64, m *search.Marker) (search.Hit, error) {
	it, err := s.item(doc)
	if err != nil {
		return search.Hit{}, err
	}
	h := search.Hit{Item: it, Score: score, Snippets: m.Snippets(&it)}
	h.Text, h.Until = "", 0
	return h, nil
}

// Search answers with one page; see search.Index.
func (x *Index) Search(ctx context.Context, v search.View, q search.Query) (page search.Page, err error) {
	defer caught(&err)
	r, err := x.look(ctx, v, q)
	if err != nil {
		return search.Page{}, err
	}
	defer r.list.release()
	page.Total = r.total
	marker := r.plan.Marker()
	var last search.Cursor
	var failed error
	err = r.first(r.plan.Limit+1, func(s *seen, doc uint32, c search.Cursor) bool {
		if len(page.Hits) == r.plan.Limit {
			page.Next = r.plan.Text(last)
			return false
		}
		var h search.Hit
		if h, failed = hit(s, doc, c.Score, marker); failed == nil {
			page.Hits, last = append(page.Hits, h), c
		}
		return failed == nil
	})
	if err = cmp.Or(failed, err); err != nil {
		return search.Page{}, err
	}
	page.Facets, err = r.facets(ctx)
	return page, err
}

// Count tells how many items match; see search.Index.
func (x *Index) Count(ctx context.Context, v search.View, q search.Query) (n int64, err error) {
	r, err := x.look(ctx, v, q)
	if err != nil {
		return 0, err
	}
	return r.total, r.list.release()
}

// All yields every hit; see search.Index.
func (x *Index) All(ctx context.Context, v search.View, q search.Query) iter.Seq2[search.Hit, error] {
	return func(yield func(search.Hit, error) bool) {
		r, err := x.look(ctx, v, q)
		if err != nil {
			yield(search.Hit{}, err)
			return
		}
		defer r.list.release()
		marker := r.plan.Marker()
		stopped := false
		err = r.first(int(r.total), func(s *seen, doc uint32, c search.Cursor) bool {
			h, err := hit(s, doc, c.Score, marker)
			err = cmp.Or(err, ctx.Err())
			stopped = !yield(h, err) || err != nil
			return !stopped
		})
		if err != nil && !stopped {
			yield(search.Hit{}, err)
		}
	}
}

// Suggest completes a name; see search.Index.
func (x *Index) Suggest(ctx context.Context, v search.View, prefix string, limit int) (out []search.Suggestion, err error) {
	key, err := search.CheckSuggest(prefix, limit)
	if err != nil {
		return nil, err
	}
	defer caught(&err)
	list, err := x.snapshot()
	if err != nil {
		return nil, err
	}
	defer list.release()
	parts := visible(list, v)
	counts := map[string]int64{}
	var docs []uint32
	for _, s := range parts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		s.prefixed(append([]byte{keyWhole}, key...), func(k *keys) {
			docs = k.posting().docs(docs[:0], s.mask)
			if len(docs) > 0 {
				counts[string(k.key[1:])] += int64(len(docs))
			}
		})
	}
	names := make([]string, 0, len(counts))
	for n := range counts {
		names = append(names, n)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b)) })
	for _, n := range names[:min(limit, len(names))] {
		text, err := written(parts, n)
		if err != nil {
			return nil, err
		}
		out = append(out, search.Suggestion{Text: text, Count: counts[n]})
	}
	return out, nil
}

// written gives a folded name as the first of the items that have it writes it.
func written(parts []*seen, name string) (string, error) {
	var first *seen
	var at search.Cursor
	var doc uint32
	for _, s := range parts {
		for _, d := range s.values([]byte{keyWhole}, name, false) {
			if c := search.CursorOf(0, s.id(d), s.label, s.run(d)); first == nil || c.Compare(at) < 0 {
				first, at, doc = s, c, d
			}
		}
	}
	it, err := first.item(doc)
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(it.Names, func(n string) bool { return search.NameKey(n) == name })
	return it.Names[i], nil
}
