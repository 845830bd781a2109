package match

import (
	"cmp"
	"slices"
)

// equalRows binds records whose values are all equal, where two such score as one:
// any two of them score alike, so there is nothing to divide. However many there
// are, none needs to be found by a key that too many have. Records that people keep
// apart from others are left to the scores.
func (m *Matcher) equalRows(apart [][2]uint32) [][2]uint32 {
	s := &m.store
	alone := map[uint32]bool{}
	for _, p := range apart {
		alone[p[0]], alone[p[1]] = true, true
	}
	type hashed struct {
		hash uint64
		rec  uint32
	}
	rows := make([]hashed, 0, len(s.ids))
	for rec := range uint32(len(s.ids)) {
		values := s.values(rec)
		if len(values) == 0 || alone[rec] || s.unique[s.source[rec]] {
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
	var out [][2]uint32
	for i := 1; i < len(rows); i++ {
		a, b := rows[i-1], rows[i]
		if a.hash != b.hash || s.schema[a.rec] != s.schema[b.rec] || !slices.Equal(s.values(a.rec), s.values(b.rec)) {
			continue
		}
		m.load(w, &w.left, a.rec)
		m.load(w, &w.right, b.rec)
		p := m.compareSides(&m.freq, &w.left, &w.right, nil)
		if fit := &m.fits[p.family]; m.outcome(fit, &p, fit.score(&p)) == Same {
			out = append(out, [2]uint32{a.rec, b.rec})
		}
	}
	return out
}
