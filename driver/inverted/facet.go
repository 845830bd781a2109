package inverted

import (
	"bytes"
	"container/heap"
	"context"
	"slices"
	"sync"

	"overt/search"
)

// facetKeys are the fields of keys whose numbers the columns hold.
var facetKeys = map[string]struct {
	field byte
	col   int // -1: an item may have several
}{
	"type": {keyKind, colType}, "language": {keyLanguage, colLanguage}, "schema": {keySchema, colSchema},
	"year": {keyYear, -1}, "entity": {keyEntity, -1},
}

// facets counts the hits by each facet that was asked for.
func (r *result) facets(ctx context.Context) ([]search.Facet, error) {
	var out []search.Facet
	for _, name := range r.plan.Facets {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f, err := r.facet(name)
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

func (r *result) facet(name string) (search.Facet, error) {
	if name == "dataset" {
		return r.datasets(), nil
	}
	field := facetKeys[name].field
	r.list.number(field)
	counts := make([][]uint32, len(r.parts))
	index := map[*seen]int{}
	for i, s := range r.parts {
		index[s] = i
	}
	err := r.each(func(s *seen) error { counts[index[s]] = s.count(name); return nil })
	if err != nil {
		return search.Facet{}, err
	}
	totals := make([]uint32, r.list.numbered[field].size)
	for i, s := range r.parts {
		to := r.list.numbered[field].of[s.segment]
		for n, c := range counts[i] {
			totals[to[n]] += c
		}
	}
	return r.top(name, field, totals), nil
}

// A numbering gives every value of a field one number in all segments of a
// listing, in the order of values.
type numbering struct {
	once sync.Once
	size int
	of   map[*segment][]uint32 // by number of the value in the segment
}

// number numbers the values of a field, once for a listing.
func (l *listing) number(field byte) {
	n := l.numbered[field]
	n.once.Do(func() {
		n.of = map[*segment][]uint32{}
		var queue walks
		for _, p := range l.parts {
			from, to := p.field(field)
			n.of[p.segment] = make([]uint32, 0, to-from)
			if k, ok := p.at(from); ok && from < to {
				queue = append(queue, &walk{keys: k, end: to})
			}
		}
		heap.Init(&queue)
		var last []byte
		for len(queue) > 0 {
			w := queue[0]
			if n.size == 0 || !bytes.Equal(w.key, last) {
				n.size++
				last = append(last[:0], w.key...)
			}
			n.of[w.s] = append(n.of[w.s], uint32(n.size-1))
			if w.n+1 < w.end && w.next() {
				heap.Fix(&queue, 0)
			} else {
				heap.Pop(&queue)
			}
		}
	})
}

// A walk goes through the values of a field in one segment.
type walk struct {
	keys
	end int
}

// walks are a heap by key.
type walks []*walk

func (w walks) Len() int           { return len(w) }
func (w walks) Less(i, j int) bool { return bytes.Compare(w[i].key, w[j].key) < 0 }
func (w walks) Swap(i, j int)      { w[i], w[j] = w[j], w[i] }
func (w *walks) Push(x any)        { *w = append(*w, x.(*walk)) }
func (w *walks) Pop() any {
	last := (*w)[len(*w)-1]
	*w = (*w)[:len(*w)-1]
	return last
}

// top takes the values that most hits have. Numbers are in the order of
// values, so that they decide between equal counts.
func (r *result) top(name string, field byte, totals []uint32) search.Facet {
	f := search.Facet{Name: name}
	var top []ranked // a heap
	some := 0
	for n, c := range totals {
		if c > 0 {
			some++
			top = push(top, ranked{score: float64(c), rank: uint32(n)}, r.plan.Values)
		}
	}
	for _, t := range top {
		f.Values = append(f.Values, search.FacetValue{Value: r.list.value(field, t.rank), Count: int64(t.score)})
	}
	slices.SortFunc(f.Values, search.CompareFacetValues)
	f.More = some > len(top)
	return f
}

// value is the value of a number.
func (l *listing) value(field byte, n uint32) string {
	for s, of := range l.numbered[field].of {
		if i, found := slices.BinarySearch(of, n); found {
			from, _ := s.field(field)
			k, _ := s.at(from + i)
			return string(k.key[1:])
		}
	}
	return ""
}

// datasets counts by the data set, which all items of a part share.
func (r *result) datasets() search.Facet {
	totals := map[string]int64{}
	for _, s := range r.parts {
		totals[s.meta.Label.Dataset] += int64(len(s.hits))
	}
	f := search.Facet{Name: "dataset"}
	for v, n := range totals {
		if n > 0 && v != "" {
			f.Values = append(f.Values, search.FacetValue{Value: v, Count: n})
		}
	}
	slices.SortFunc(f.Values, search.CompareFacetValues)
	if len(f.Values) > r.plan.Values {
		f.Values, f.More = f.Values[:r.plan.Values], true
	}
	return f
}

// count counts the hits of a part by the number of their value.
func (s *seen) count(name string) []uint32 {
	key := facetKeys[name]
	from, to := s.field(key.field)
	counts := make([]uint32, to-from)
	if len(counts) == 0 {
		return counts
	}
	if key.col >= 0 {
		col := s.cols[key.col]
		for _, d := range s.hits {
			if n := number(col, d); n > 0 {
				counts[n-1]++
			}
		}
		return counts
	}
	m := s.multi[key.field]
	for _, d := range s.hits {
		for i := number(m.starts, d); i < number(m.starts, d+1); i++ {
			counts[number(m.values, i)]++
		}
	}
	return counts
}
