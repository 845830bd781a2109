package inverted

import (
	"context"
	"slices"

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
		totals := map[string]int64{}
		for _, s := range r.parts {
			totals[s.meta.Label.Dataset] += int64(len(s.hits))
		}
		return r.pick(name, totals, 0), nil
	}
	counts := make([][]uint32, len(r.parts))
	index := map[*seen]int{}
	for i, s := range r.parts {
		index[s] = i
	}
	err := r.each(func(s *seen) error { counts[index[s]] = s.count(name); return nil })
	return r.pick(name, r.join(name, counts), occurrences(counts)), err
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

func occurrences(counts [][]uint32) (n int64) {
	for _, list := range counts {
		for _, c := range list {
			n += int64(c)
		}
	}
	return n
}

// join adds up the parts' counts, for every value that may be among the first
// of them all. With c the count of the last of the first ones in the best part,
// a value that has less than c by the number of parts in each part is behind.
func (r *result) join(name string, counts [][]uint32) map[string]int64 {
	field := facetKeys[name].field
	floor := uint32(1)
	for _, list := range counts {
		if c := nth(list, r.plan.Values); c > 0 {
			floor = max(floor, (c+uint32(len(counts))-1)/uint32(len(counts)))
		}
	}
	totals := map[string]int64{}
	for i, s := range r.parts {
		from, _ := s.field(field)
		for n, c := range counts[i] {
			if c >= floor {
				k, _ := s.at(from + n)
				totals[string(k.key[1:])] = 0
			}
		}
	}
	for i, s := range r.parts {
		from, _ := s.field(field)
		for value := range totals {
			if n, ok := s.numberOf(field, value); ok {
				totals[value] += int64(counts[i][n-from])
			}
		}
	}
	return totals
}

// numberOf is the number of a value's key.
func (s *segment) numberOf(field byte, value string) (int, bool) {
	key := append([]byte{field}, value...)
	k, ok := s.seek(key)
	return k.n, ok && string(k.key) == string(key)
}

// nth is the n-th largest count, 0 when there are fewer above 0.
func nth(counts []uint32, n int) uint32 {
	heap := make([]ranked, 0, n)
	for i, c := range counts {
		if c > 0 {
			heap = push(heap, ranked{score: float64(c), rank: uint32(i)}, n)
		}
	}
	if len(heap) < n {
		return 0
	}
	return uint32(heap[0].score)
}

// pick orders values and cuts them to those asked for. all is how often hits
// have any value, 0 when totals says it.
func (r *result) pick(name string, totals map[string]int64, all int64) search.Facet {
	f := search.Facet{Name: name}
	shown := int64(0)
	for v, n := range totals {
		if n > 0 && v != "" {
			f.Values = append(f.Values, search.FacetValue{Value: v, Count: n})
		}
	}
	slices.SortFunc(f.Values, search.CompareFacetValues)
	if len(f.Values) > r.plan.Values {
		f.Values, f.More = f.Values[:r.plan.Values], true
	}
	for _, v := range f.Values {
		shown += v.Count
	}
	f.More = f.More || all > shown
	return f
}
