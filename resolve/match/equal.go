package match

import (
	"cmp"
	"context"
	"slices"
)

// equalRecords are records whose values are all equal, ascending, and how any two of
// them compare.
type equalRecords struct {
	pattern pattern
	recs    []uint32
}

// findEqual gathers records whose values are all equal, but for those of sources that
// have each entity once.
func (m *Matcher) findEqual(context.Context) error {
	s := &m.store
	type hashed struct {
		hash uint64
		rec  uint32
	}
	rows := make([]hashed, 0, len(s.ids))
	for rec := range uint32(len(s.ids)) {
		values := s.values(rec)
		if len(values) == 0 || s.unique[s.source[rec]] {
			continue
		}
		h := uint64(s.schema[rec])
		for _, v := range values {
			h = mix(h*31 + uint64(v))
		}
		rows = append(rows, hashed{h, rec})
	}
	slices.SortFunc(rows, func(a, b hashed) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.rec, b.rec)) })
	w := m.newWorker()
	grows := false
	for i := 1; i < len(rows); i++ {
		a, b := rows[i-1], rows[i]
		if a.hash != b.hash || s.schema[a.rec] != s.schema[b.rec] || !slices.Equal(s.values(a.rec), s.values(b.rec)) {
			grows = false
			continue
		}
		if !grows {
			m.load(w, &w.left, a.rec)
			m.load(w, &w.right, b.rec)
			p := m.compareSides(&m.freq, &w.left, &w.right, nil)
			m.equal = append(m.equal, equalRecords{p, []uint32{a.rec}})
			grows = true
		}
		last := &m.equal[len(m.equal)-1]
		last.recs = append(last.recs, b.rec)
	}
	// Hashes are of numbers of values, which tell what came first.
	slices.SortFunc(m.equal, func(a, b equalRecords) int { return cmp.Compare(a.recs[0], b.recs[0]) })
	return nil
}

// boundAsEqual binds records whose values are all equal, where two such score as one:
// any two of them score alike, so there is nothing to divide. However many there
// are, none needs to be found by a key that too many have. Records that people keep
// apart from others are left to the scores.
func (m *Matcher) boundAsEqual(apart [][2]uint32) [][2]uint32 {
	alone := map[uint32]bool{}
	for _, p := range apart {
		alone[p[0]], alone[p[1]] = true, true
	}
	var out [][2]uint32
	for i := range m.equal {
		e := &m.equal[i]
		fit := &m.fits[e.pattern.family]
		if m.outcome(fit, &e.pattern, fit.score(&e.pattern)) != Same {
			continue
		}
		last := -1
		for _, rec := range e.recs {
			if alone[rec] {
				continue
			}
			if last >= 0 {
				out = append(out, [2]uint32{uint32(last), rec})
			}
			last = int(rec)
		}
	}
	return out
}
