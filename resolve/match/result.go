package match

import (
	"context"
	"fmt"
	"iter"
	"slices"

	"overt/resolve/name"
	"overt/resolve/value"
)

// Constraints are what people have decided. Bound records are one whatever their
// scores, records apart never are.
type Constraints struct {
	Bound [][2]string
	Apart [][2]string
}

// limits are constraints by the numbers of records.
type limits struct{ bound, apart [][2]uint32 }

func (m *Matcher) limits(cs Constraints) (*limits, error) {
	var out limits
	for _, l := range []struct {
		from [][2]string
		to   *[][2]uint32
	}{{cs.Bound, &out.bound}, {cs.Apart, &out.apart}} {
		for _, p := range l.from {
			a, okA := m.store.find(p[0])
			b, okB := m.store.find(p[1])
			if !okA || !okB || a == b {
				continue // decided about records that are not in sight
			}
			*l.to = append(*l.to, [2]uint32{min(a, b), max(a, b)})
		}
		slices.SortFunc(*l.to, func(a, b [2]uint32) int { return slices.Compare(a[:], b[:]) })
		*l.to = slices.Compact(*l.to)
	}
	f := newForest(len(m.store.ids))
	for _, p := range out.bound {
		f.join(p[0], p[1])
	}
	for _, p := range out.apart {
		if f.root(p[0]) == f.root(p[1]) {
			return nil, fmt.Errorf("match: %s and %s are to be kept apart, and bound to the same record", m.store.ids[p[0]], m.store.ids[p[1]])
		}
	}
	return &out, nil
}

// An Outcome is what a pair is taken for.
type Outcome uint8

const (
	Different Outcome = iota
	Related           // two entities that have to do with each other
	Possible          // perhaps one: for people to decide
	Same
)

func (o Outcome) String() string {
	return [...]string{"different", "related", "possible", "same"}[o]
}

// An Edge is a compared pair.
type Edge struct {
	A, B string // A < B
	P    float64
	Bits float64
	Outcome
}

// A Cluster is the records of one entity.
type Cluster struct {
	Members []string // ascending
	// Weakest is the lowest mean score, in bits above the bar, of a member with
	// the others it was compared with; 0 for one that people bound.
	Weakest float64
	// Fragile says that people should look at it: a member hangs on weakly, one
	// pair alone holds two parts together, or people bound what contradicts.
	Fragile bool
}

// A Result is what a run found.
type Result struct {
	Clusters []Cluster // of two records or more, by their first members
	Edges    []Edge    // pairs that are the same, possible or related, by their records
	Review   []Edge    // possible, or the same by score but not joined; the likeliest first
	Model    []Model   // of each family with records
	Counts   Counts
}

// Counts are what was done.
type Counts struct {
	Records, Values int
	Cut             int // values left out because a record had too many of their sort
	Pairs           int // candidates
	Compared        int // of these; the others compare as in an earlier matcher
	Drawn           int // pairs drawn at random that were compared beside them
	Patterns        int
	Keys, Joined    int // keys, and keys made of several common ones
	Divided         int // sets of records divided into clusters anew; others were as in the run before
	Times           []Took
}

// outcome judges a compared pair.
func (m *Matcher) outcome(f *fit, p *pattern, bits float64) Outcome {
	switch {
	case f.vetoed(p) && p.related:
		return Related
	case f.vetoed(p):
		return Different
	case p.kin():
		return Related
	case probability(bits) >= m.cfg.Merge && !p.unnamed():
		return Same
	case probability(bits) >= m.cfg.Review:
		return Possible
	}
	return Different
}

// kin says whether the names are of two that have to do with each other, and nothing
// says that they are one all the same.
func (p *pattern) kin() bool { return p.related && !identified(p) && !oneSite(p) }

// unnamed says whether names of organisations do not agree, or in letters alone, and
// nothing else says that they are one: an organisation is known by its name, its number
// or its place.
func (p *pattern) unnamed() bool {
	return p.family == familyOrganisation && p.slot[slotName].level() >= int(name.OrgAcronym) && !identified(p) && !oneSite(p)
}

// identified says whether an identifier agrees.
func identified(p *pattern) bool { l := p.slot[slotIdent].level(); return l == 1 || l == 2 }

// oneSite says whether street, number and telephone agree: names of which one says
// more are then names of one place, and not of a group and its member.
func oneSite(p *pattern) bool {
	at, call := p.slot[slotAddress].level(), p.slot[slotPhone].level()
	return at > 0 && at <= int(value.AddressNumber) && call > 0 && call <= int(value.PhoneNational)
}

func (m *Matcher) cluster(ctx context.Context, cs Constraints) (*Result, error) {
	lim, err := m.limits(cs)
	if err != nil {
		return nil, err
	}
	lim.bound = append(lim.bound, m.boundAsEqual(lim.apart)...)
	bar := logit(m.cfg.Merge)
	scores := make([]float64, len(m.pairs.patterns))
	outcomes := make([]Outcome, len(scores))
	for i := range scores {
		p := &m.pairs.patterns[i]
		scores[i] = m.fits[p.family].score(p)
		outcomes[i] = m.outcome(&m.fits[p.family], p, scores[i])
	}
	out := &Result{Counts: m.done, Model: m.models()}
	edges := make([]edge, 0, len(m.pairs.other))
	for a := range m.pairs.ends {
		from, to := m.pairs.of(uint32(a))
		for at := from; at < to; at++ {
			pat := m.pairs.pattern[at]
			b, bits := m.pairs.other[at], scores[pat]
			against := bits - bar
			switch {
			case m.fits[m.pairs.patterns[pat].family].vetoed(&m.pairs.patterns[pat]):
				lim.apart = append(lim.apart, [2]uint32{uint32(a), b})
			case outcomes[pat] == Related:
				against = relatedBits
			case outcomes[pat] != Same:
				against = min(against, 0)
			}
			edges = append(edges, edge{uint32(a), b, float32(against)})
			if outcomes[pat] != Different {
				out.Edges = append(out.Edges, Edge{m.store.ids[a], m.store.ids[b], probability(bits), bits, outcomes[pat]})
			}
		}
	}
	parts := m.components(edges, lim)
	divided := make([][]uint32, len(parts))
	d := divider{sources: func(rec uint32) uint32 {
		if s := m.store.source[rec]; m.store.unique[s] {
			return s + 1
		}
		return 0
	}}
	keys, anew := make([][16]byte, len(parts)), make([]bool, len(parts))
	err = parallel(ctx, m.cfg.Threads, len(parts), func(i int) {
		keys[i] = parts[i].hash()
		if divided[i], anew[i] = m.divided[keys[i]], false; len(divided[i]) != len(parts[i].members) {
			divided[i], anew[i] = d.divide(&parts[i]), true
		}
	})
	if err != nil {
		return nil, err
	}
	m.divided = make(map[[16]byte][]uint32, len(parts))
	for i := range parts {
		m.divided[keys[i]] = divided[i]
		if anew[i] {
			out.Counts.Divided++
		}
	}
	for i := range parts {
		out.Clusters = m.clustersOf(&parts[i], divided[i], out.Clusters)
	}
	slices.SortFunc(out.Clusters, func(a, b Cluster) int { return slices.Compare(a.Members, b.Members) })
	out.Review = review(out.Edges, out.Clusters)
	return out, nil
}

func (m *Matcher) clustersOf(c *component, groupOf []uint32, out []Cluster) []Cluster {
	made := map[uint32]*Cluster{}
	sizes := map[uint32]int{}
	for _, g := range groupOf {
		sizes[g]++
	}
	for i, g := range groupOf {
		if sizes[g] < 2 {
			continue
		}
		if made[g] == nil {
			made[g] = &Cluster{}
		}
		made[g].Members = append(made[g].Members, m.store.ids[c.members[i]])
	}
	examine(c, groupOf, made)
	for _, cl := range made {
		out = append(out, *cl) // put in order by who calls
	}
	return out
}

// count counts what was done, but for what compareAll counted.
func (m *Matcher) count() {
	d := &m.done
	d.Records, d.Values, d.Cut = len(m.store.ids), len(m.store.tags), m.store.cut
	d.Pairs, d.Patterns = len(m.pairs.other), len(m.pairs.patterns)
	d.Keys, d.Joined = len(m.index.tier[0].keys), len(m.index.tier[1].keys)+len(m.index.tier[2].keys)
}

// Compared yields every pair that was compared, by its records.
func (m *Matcher) Compared() iter.Seq[Edge] {
	return func(yield func(Edge) bool) {
		for a := range m.pairs.ends {
			from, to := m.pairs.of(uint32(a))
			for at := from; at < to; at++ {
				p := &m.pairs.patterns[m.pairs.pattern[at]]
				bits := m.fits[p.family].score(p)
				e := Edge{m.store.ids[a], m.store.ids[m.pairs.other[at]], probability(bits), bits, m.outcome(&m.fits[p.family], p, bits)}
				if m.fits[p.family].vetoed(p) {
					e.P = 0
				}
				if !yield(e) {
					return
				}
			}
		}
	}
}
