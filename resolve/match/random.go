package match

import (
	"context"
	"slices"
)

// randomPatterns compares pairs of a family drawn blindly and counts their
// patterns. It tells how many pairs there are that could be one, and how many
// records. Which pairs are drawn depends on the set of records alone.
func (m *Matcher) randomPatterns(ctx context.Context, f family) (out []counted, all float64, records int, err error) {
	var members []uint32
	for rec, s := range m.store.schema {
		if m.plan.schemata[s].family == f {
			members = append(members, uint32(rec))
		}
	}
	n := uint64(len(members))
	if n < 2 {
		return nil, 0, int(n), nil
	}
	draws := uint64(randomPairs)
	every := n*(n-1)/2 <= draws // then none is left out
	if every {
		draws = n * (n - 1) / 2
	}
	draw := func(i uint64) (uint32, uint32) {
		if every {
			return triangle(i)
		}
		a, b := mix(2*i+1)%n, mix(2*i+2)%(n-1)
		if b >= a {
			b++
		}
		return uint32(a), uint32(b)
	}
	type part struct {
		counts map[pattern]float64
		fit    float64
	}
	parts := make([]part, chunks(int(draws)))
	err = m.each(ctx, int(draws), func(w *worker, c, from, to int) {
		p := part{counts: map[pattern]float64{}}
		for i := from; i < to; i++ {
			a, b := draw(uint64(i))
			if a, b = members[a], members[b]; m.apart(a, b) {
				continue
			}
			p.fit++
			m.load(w, &w.left, a)
			m.load(w, &w.right, b)
			p.counts[m.compareSides(&m.freq, &w.left, &w.right, nil)]++
		}
		parts[c] = p
	})
	if err != nil {
		return nil, 0, 0, err
	}
	sum, fits := map[pattern]float64{}, 0.0
	for _, p := range parts {
		fits += p.fit
		for pat, n := range p.counts {
			sum[pat] += n // whole numbers: the order does not matter
		}
	}
	for pat, n := range sum {
		out = append(out, counted{pat, n})
	}
	slices.SortFunc(out, func(a, b counted) int { return comparePatterns(a.pattern, b.pattern) })
	return out, float64(n) * float64(n-1) / 2 * fits / float64(draws), int(n), nil
}

// triangle gives the i-th of all pairs: (1,0), (2,0), (2,1), (3,0), …
func triangle(i uint64) (uint32, uint32) {
	a := uint64(1)
	if i > 0 {
		lo, hi := uint64(1), uint64(1)<<32
		for lo < hi { // the last a with a(a-1)/2 ≤ i
			mid := (lo + hi + 1) / 2
			if mid*(mid-1)/2 <= i {
				lo = mid
			} else {
				hi = mid - 1
			}
		}
		a = lo
	}
	return uint32(a), uint32(i - a*(a-1)/2)
}
