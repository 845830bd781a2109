package match

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// A Hit is a record that a request may stand for.
type Hit struct {
	ID string
	Explanation
}

// screenMatches is how many records a request is expected to stand for before it is
// looked at: most requests stand for none.
const screenMatches = 0.1

// screenCandidates is how many records a request is compared with.
const screenCandidates = 50

// Screen finds the records that a request may stand for, likeliest first, at most k;
// behind them those that are not it and have to do with it (Related).
// The request is compared as records are with each other, and is not kept; its id
// and source do not matter. It is safe for concurrent use once the matcher is
// built. The error is of a schema that nothing is compared by.
func (m *Matcher) Screen(r Record, k int) ([]Hit, error) {
	if !m.trained {
		return nil, fmt.Errorf("match: nothing is screened before the run")
	}
	prior := math.Log2(screenMatches / float64(max(1, m.index.n)))
	return m.screen(r, k, &m.freq, &m.asked, prior)
}

// Ask is Screen for a request of somebody who has reason to ask: it is weighed as
// Judge weighs a pair, so that a hit means the same whatever else the records are and
// however many. Index is enough to be built for it.
func (m *Matcher) Ask(r Record, k int) ([]Hit, error) {
	if !m.ran {
		return nil, fmt.Errorf("match: nothing is asked before there is an index")
	}
	return m.screen(r, k, nil, m.shipped, askedPrior)
}

func (m *Matcher) screen(r Record, k int, fr *frequencies, fits *[families]fit, prior float64) ([]Hit, error) {
	schema, ok := m.plan.schemaByName[r.Schema]
	switch {
	case !ok || m.plan.schemata[schema].edge:
		return nil, fmt.Errorf("match: a request of schema %q is compared with nothing", r.Schema)
	}
	w := m.screens.Get().(*worker)
	defer m.screens.Put(w)
	q := side{schema: schema, source: math.MaxUint32}
	m.give(&q, r)
	found := m.index.search(w, m.requestKeys(w, &q), w.row, w.groups, screenBudget, screenCandidates, func(rec uint32) bool {
		return !m.plan.compatible[schema][m.store.schema[rec]]
	})
	type scored struct {
		rec    uint32
		vetoed bool
		bits   float64
	}
	var best []scored
	for _, c := range found {
		m.load(w, &w.right, c.rec)
		p := m.compareSides(fr, &q, &w.right, nil)
		if vetoed := fits[p.family].vetoed(&p); !vetoed || p.related {
			best = append(best, scored{c.rec, vetoed, fits[p.family].score(&p)})
		}
	}
	slices.SortFunc(best, func(a, b scored) int {
		if a.vetoed != b.vetoed {
			if a.vetoed {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(b.bits, a.bits), cmp.Compare(a.rec, b.rec))
	})
	var out []Hit
	for _, s := range best[:min(k, len(best))] {
		m.load(w, &w.right, s.rec)
		e := m.explain(fr, fits, &q, &w.right, &prior)
		e.A, e.B, e.Compared = r.ID, m.store.ids[s.rec], true
		out = append(out, Hit{m.store.ids[s.rec], e})
	}
	return out, nil
}

// requestKeys gives the keys of a request that lead to records; w.row are all it has.
func (m *Matcher) requestKeys(w *worker, q *side) []ranked {
	ix := &m.index
	w.keys = sideKeys(q, w.keys[:0])
	w.common, w.row, w.groups = w.common[:0], w.row[:0], w.groups[:0]
	var leads []ranked
	for _, k := range w.keys {
		if at, ok := ix.tier[0].find(k.key); ok {
			w.row, w.groups = append(w.row, at), append(w.groups, k.group)
			w.common = ix.addCommon(at, k.group, w.common)
			leads = ix.addLeading(0, at, k.group, leads)
		}
	}
	w.common = joining(w.common)
	for t := 1; t < tiers; t++ {
		for _, k := range ix.joined(t, w.common, nil) {
			if at, ok := ix.tier[t].find(k.key); ok {
				leads = ix.addLeading(t, at, 0, leads)
			}
		}
	}
	return leads
}

// addLeading adds a key that few enough records have to look at all of them.
func (ix *index) addLeading(t int, at uint32, group uint8, out []ranked) []ranked {
	if df := ix.tier[t].df(at); df <= screenCommon && ix.tier[t].keys[at].kin() != kinInitial {
		out = append(out, ranked{key: ix.tier[t].keys[at], df: uint32(df), at: at, in: uint8(t), group: group})
	}
	return out
}

// screenCommon is how many records may have a key for a request to look at all of
// them: a request can afford more than each record among all.
const screenCommon = 10 * commonKey
