package match

import (
	"cmp"
	"context"
	"slices"
)

// draw draws pairs of each family blindly: they tell how unrelated records compare.
// Records stand on rings in the order of a hash, and each is drawn with the next. So
// which pairs are drawn depends on the set of records alone, and a record more changes
// one pair of each ring.
func (m *Matcher) draw(context.Context) error {
	var members [families][]uint32
	for rec, s := range m.store.schema {
		f := m.plan.schemata[s].family
		members[f] = append(members[f], uint32(rec))
	}
	var drawn []uint64
	for f := range members {
		of := m.rings(members[f])
		all := len(of)
		of = slices.DeleteFunc(of, func(p uint64) bool { return m.apart(uint32(p>>32), uint32(p)) })
		n := float64(len(members[f]))
		m.fits[f].records = len(members[f])
		if all > 0 {
			m.fits[f].all = n * (n - 1) / 2 * float64(len(of)) / float64(all)
		}
		drawn = append(drawn, of...)
	}
	slices.Sort(drawn)
	p := pairs{ends: make([]uint64, 0, len(m.store.ids)), other: make([]uint32, 0, len(drawn))}
	at := 0
	for a := range m.store.ids {
		for ; at < len(drawn) && drawn[at]>>32 == uint64(a); at++ {
			p.other = append(p.other, uint32(drawn[at]))
		}
		p.ends = append(p.ends, uint64(at))
	}
	m.drawn = p
	return nil
}

// rings gives the pairs drawn of some records, each once: all there are, if they are
// few, or about randomPairs.
func (m *Matcher) rings(members []uint32) (out []uint64) {
	pair := func(a, b uint32) { out = append(out, uint64(min(a, b))<<32|uint64(max(a, b))) }
	n := len(members)
	if n*(n-1)/2 <= randomPairs {
		for i, b := range members {
			for _, a := range members[:i] {
				pair(a, b)
			}
		}
		return out
	}
	type placed struct {
		hash uint64
		rec  uint32
	}
	ring := make([]placed, n)
	for r := range (randomPairs + n - 1) / n {
		for i, rec := range members {
			ring[i] = placed{hashText(uint64(r), m.store.ids[rec]), rec}
		}
		slices.SortFunc(ring, func(a, b placed) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.rec, b.rec)) })
		on := ring[:min(n, randomPairs)]
		for i := range on {
			pair(on[i].rec, on[(i+1)%len(on)].rec)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
