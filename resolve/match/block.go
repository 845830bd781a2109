package match

import (
	"cmp"
	"context"
	"math"
	"slices"
)

// Bounds of the search for candidates.
const (
	bulkBudget   = 1000  // postings read for one record among all
	screenBudget = 20000 // postings read for one request
	worthFloor   = 0.1   // of the best candidate's worth
	leadFold     = 5     // times as many of those found are looked at
	nearFold     = 8     // times as many candidates are kept of those nearly equal
	nearShare    = 0.4   // of a record's keys: who shares it is nearly equal
)

// A candidate is a record and the worth of the keys it shares with another.
type candidate struct {
	rec   uint32
	worth float32
}

// pairs are those of all records that are compared: of record a those that come after
// it, ascending, each pair once.
type pairs struct {
	ends     []uint64
	other    []uint32
	pattern  []uint32 // place in patterns
	asked    []asked  // what was looked up to compare them
	patterns []pattern
}

func (p *pairs) of(a uint32) (from, to uint64) {
	if a > 0 {
		from = p.ends[a-1]
	}
	return from, p.ends[a]
}

// search finds up to most records that share keys with another, best first. leads
// are keys that lead to records, and are sorted here; row are all its keys of the
// first tier, ascending, with their groups. skip says which records are no
// candidates.
//
// Rare keys find the records; what these are worth is then the sum of what is
// shared, common keys too, which tell apart those that share one rare key alone.
func (ix *index) search(w *worker, leads []ranked, row []uint32, groups []uint8, budget, most int, skip func(uint32) bool) []candidate {
	w.worth.reset()
	for _, k := range ix.affordable(leads, budget) {
		for _, rec := range ix.tier[k.in].records(k.at) {
			w.worth.add(rec, k.group, k.worth)
		}
	}
	found := w.found[:0]
	for _, at := range w.worth.used {
		if c := (candidate{w.worth.recs[at], w.worth.sums[at]}); !skip(c.rec) {
			found = append(found, c)
		}
	}
	w.found = found
	found = bestOf(found, leadFold*most)
	w.weights = w.weights[:0]
	for _, at := range row {
		w.weights = append(w.weights, ix.worth(ix.tier[0].keys[at], ix.tier[0].df(at)))
	}
	own := w.shared(row, row, groups)
	for i := range found {
		found[i].worth = w.shared(row, ix.tier[0].row(found[i].rec), groups)
	}
	found = bestOf(found, nearFold*most)
	for len(found) > most && found[len(found)-1].worth < nearShare*own {
		found = found[:len(found)-1]
	}
	return found
}

// affordable gives the rarest keys, as many as the budget has postings for: those
// of a group behind each other, the most telling first.
func (ix *index) affordable(leads []ranked, budget int) []ranked {
	leads = rarest(leads, len(leads))
	spent := 0
	for i, k := range leads {
		if spent += int(k.df); i > 0 && spent > budget {
			leads = leads[:i]
			break
		}
	}
	for i := range leads {
		leads[i].worth = ix.worth(leads[i].key, int(leads[i].df))
	}
	slices.SortFunc(leads, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.group, b.group), cmp.Compare(b.worth, a.worth), cmp.Compare(a.key, b.key))
	})
	return leads
}

func (ix *index) worth(k key, df int) float32 {
	return factor[k.kin()] * float32(math.Log1p(float64(ix.n)/float64(df)))
}

// shared adds the weights of the keys of a row that another has too, of each group
// the highest.
func (w *worker) shared(row, other []uint32, groups []uint8) float32 {
	clear(w.best[:])
	var sum float32
	for i, j := 0, 0; i < len(row) && j < len(other); {
		switch {
		case row[i] < other[j]:
			i++
		case row[i] > other[j]:
			j++
		default:
			if g := groups[i]; g == 0 {
				sum += w.weights[i]
			} else if more := w.weights[i] - w.best[g]; more > 0 {
				sum += more
				w.best[g] = w.weights[i]
			}
			i++
			j++
		}
	}
	return sum
}

// bestOf sorts candidates and cuts off those of little worth beside the best.
func bestOf(found []candidate, most int) []candidate {
	var best float32
	for _, c := range found {
		best = max(best, c.worth)
	}
	const steps = 256 // in which worth is counted: few are sorted of many
	var counts [steps]int
	step := func(c candidate) int { return int(c.worth / best * (steps - 1)) }
	for _, c := range found {
		counts[step(c)]++
	}
	least := steps
	for n := 0; least > 0 && n < most; least-- {
		n += counts[least-1]
	}
	found = slices.DeleteFunc(found, func(c candidate) bool { return c.worth < worthFloor*best || step(c) < least })
	slices.SortFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.worth, a.worth), cmp.Compare(a.rec, b.rec))
	})
	return found[:min(len(found), most)]
}

// generators gives the keys of a record that lead to others.
func (ix *index) generators(rec uint32, out []ranked) []ranked {
	groups := ix.tier[0].groups(rec)
	for t := range ix.tier {
		for i, at := range ix.tier[t].row(rec) {
			if df := ix.tier[t].df(at); df > 1 && df <= commonKey && ix.tier[t].keys[at].kin() != kinInitial {
				k := ranked{key: ix.tier[t].keys[at], df: uint32(df), at: at, in: uint8(t)}
				if t == 0 {
					k.group = groups[i]
				}
				out = append(out, k)
			}
		}
	}
	return out
}

// apart says whether two records cannot be one whatever their values.
func (m *Matcher) apart(a, b uint32) bool {
	s := &m.store
	return !m.plan.compatible[s.schema[a]][s.schema[b]] || s.source[a] == s.source[b] && s.unique[s.source[a]]
}

// block finds the candidate pairs of all records.
func (m *Matcher) block(ctx context.Context) error {
	n := len(m.store.ids)
	parts := make([][]uint32, chunks(n)) // lists of candidates, one behind the other
	counts := make([]uint16, n)
	err := m.each(ctx, n, func(w *worker, c, from, to int) {
		var out []uint32
		for rec := uint32(from); rec < uint32(to); rec++ {
			w.common = m.index.generators(rec, w.common[:0])
			row, groups := m.index.tier[0].row(rec), m.index.tier[0].groups(rec)
			found := m.index.search(w, w.common, row, groups, bulkBudget, m.cfg.Candidates, func(b uint32) bool { return b == rec || m.apart(rec, b) })
			for _, f := range found {
				out = append(out, f.rec)
			}
			counts[rec] = uint16(len(found))
		}
		parts[c] = slices.Clip(out)
	})
	if err != nil {
		return err
	}
	m.pairs = gather(parts, counts)
	return nil
}

// gather turns lists of candidates into pairs, each once, by the smaller number.
func gather(parts [][]uint32, counts []uint16) pairs {
	n := len(counts)
	starts := make([]uint64, n+1)
	visit := func(do func(a, b uint32)) {
		for c, part := range parts {
			at := 0
			for rec := c * chunk; rec < min(n, (c+1)*chunk); rec++ {
				for _, other := range part[at : at+int(counts[rec])] {
					do(min(uint32(rec), other), max(uint32(rec), other))
				}
				at += int(counts[rec])
			}
		}
	}
	visit(func(a, _ uint32) { starts[a+1]++ })
	for a := range n {
		starts[a+1] += starts[a]
	}
	other := make([]uint32, starts[n])
	fill := slices.Clone(starts[:n])
	visit(func(a, b uint32) { other[fill[a]] = b; fill[a]++ })
	p := pairs{ends: make([]uint64, n), other: other[:0]}
	for a := range n {
		row := other[starts[a]:starts[a+1]]
		slices.Sort(row)
		p.other = append(p.other, slices.Compact(row)...) // never ahead of what is read
		p.ends[a] = uint64(len(p.other))
	}
	p.other = slices.Clip(p.other)
	return p
}

// sums adds worths by record. It is a small table rather than one entry for each
// record there is, so that it stays in the cache.
type sums struct {
	recs []uint32
	sums []float32
	last []uint8 // group of the last key added
	full []bool
	used []uint32
}

func newSums() sums {
	const size = 1 << 12
	return sums{recs: make([]uint32, size), sums: make([]float32, size), last: make([]uint8, size), full: make([]bool, size)}
}

func (s *sums) reset() {
	for _, at := range s.used {
		s.full[at] = false
	}
	s.used = s.used[:0]
}

// add adds what a key is worth. Keys of a group come behind each other, and the
// first of them counts.
func (s *sums) add(rec uint32, group uint8, worth float32) {
	mask := uint32(len(s.recs) - 1)
	at := rec * 0x9e3779b1 & mask
	for s.full[at] {
		if s.recs[at] == rec {
			if group == 0 || s.last[at] != group {
				s.sums[at] += worth
				s.last[at] = group
			}
			return
		}
		at = (at + 1) & mask
	}
	s.recs[at], s.sums[at], s.last[at], s.full[at] = rec, worth, group, true
	if s.used = append(s.used, at); len(s.used)*2 > len(s.recs) {
		s.grow()
	}
}

func (s *sums) grow() {
	old := *s
	size := 2 * len(old.recs)
	*s = sums{recs: make([]uint32, size), sums: make([]float32, size), last: make([]uint8, size), full: make([]bool, size), used: make([]uint32, 0, size/2)}
	mask := uint32(size - 1)
	for _, at := range old.used {
		to := old.recs[at] * 0x9e3779b1 & mask
		for s.full[to] {
			to = (to + 1) & mask
		}
		s.recs[to], s.sums[to], s.last[to], s.full[to] = old.recs[at], old.sums[at], old.last[at], true
		s.used = append(s.used, to)
	}
}
