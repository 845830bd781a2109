package match

import (
	"context"
	"fmt"
	"math"

	"overt/resolve/value"
)

// Constants of training. Method: expectation maximisation over counts of patterns
// with the shares among unrelated records held (Winkler 1988, Splink's u by random
// sampling), the shares among records of one entity held near a prior.
const (
	randomPairs  = 300_000 // drawn for each family
	priorCount   = 30.0    // as many observed matches as the shipped share weighs
	startMatches = 0.3     // matches of a record that are expected before looking
	leastMatches = 0.1     // below which few records that overlap are not heard among many that do not
	maxMatches   = 15.0    // matches of a record above which a fit is not believed
	uPrior       = 10.0    // as many random pairs as the shipped share among unrelated records weighs
	rounds       = 100
	tfWeight     = 0.8 // of rarity, as in Splink's tf_adjustment_weight
	tfMost       = 6.0 // bits
	tooCommon    = 4.0 // bits: one in sixteen records has it, more than copies of one entity would
	enoughPairs  = 20  // random pairs on a level from which the rarity usual there is known
	identLeast   = 8.0 // bits of an identifier that agrees, before its rarity
	fewRecords   = 50  // fewer do not teach how those of one entity differ
	carefulDates = 0.015
	formsAgree   = 0.5  // of unrelated organisations of one name have one legal form too
	nameMost     = 28.0 // bits of a name: none is taken for rarer than one in so many
)

// A fit is the model of one family: what each level is worth.
type fit struct {
	family  family
	records int
	all     float64 // pairs that could be one
	matches float64 // expected among them
	prior   float64 // bits
	m, u    [slots][]float64
	base    [slots][]float64 // rarity that is usual at a level, in bits
	weight  [slots][]float64 // bits, null first
	used    [slots]bool      // slots that any compared pair has
	refused string           // why the shipped weights stand
}

// counted are patterns with how many pairs have them.
type counted struct {
	pattern pattern
	n       float64
}

func (m *Matcher) train(context.Context) error {
	candidates, random := m.pairs.count(), m.drawn.count()
	for f := range families {
		fit := newFit(f)
		fit.records, fit.all = m.fits[f].records, m.fits[f].all
		for _, c := range candidates[f] {
			for s, cell := range c.pattern.slot {
				fit.used[s] = fit.used[s] || cell.level() > 0
			}
		}
		fit.learn(random[f], candidates[f])
		m.fits[f] = fit
		m.asked[f] = fit.asked()
	}
	return nil
}

// count counts the pairs of each pattern, in the order of patterns.
func (p *pairs) count() (out [families][]counted) {
	counts := make([]float64, len(p.patterns))
	for _, n := range p.pattern {
		counts[n]++
	}
	for i, pat := range p.patterns {
		out[pat.family] = append(out[pat.family], counted{pat, counts[i]})
	}
	return out
}

func newFit(f family) fit {
	out := fit{family: f}
	for s := range slots {
		levels := shipped(f, s)
		n := len(levels)
		out.m[s], out.u[s] = make([]float64, n), make([]float64, n)
		for l := 1; l < n; l++ {
			out.m[s][l], out.u[s][l] = levels[l].m, levels[l].u
		}
		normalise(out.m[s])
		normalise(out.u[s])
		out.base[s] = make([]float64, n)
	}
	return out
}

func normalise(shares []float64) {
	sum := 0.0
	for _, s := range shares {
		sum += s
	}
	for i := range shares {
		shares[i] /= max(sum, 1e-300)
	}
}

// learn finds weights and prior. random are patterns of pairs drawn blindly.
func (f *fit) learn(random, candidates []counted) {
	if f.records < 2 || f.all < 1 {
		f.all = max(f.all, 1)
		f.setPrior(startMatches)
		f.weigh()
		return
	}
	shippedM := f.m
	f.setPrior(startMatches * float64(f.records))
	unrelated := make([]float64, len(random))
	for i := range unrelated {
		unrelated[i] = random[i].n
	}
	f.countRandom(random, unrelated)
	f.weigh()
	before := 0.0
	for range rounds {
		posterior := make([]float64, len(candidates))
		sum := 0.0
		for i, c := range candidates {
			if f.apart(&c.pattern) {
				continue
			}
			posterior[i] = c.n * probability(f.score(&c.pattern))
			sum += posterior[i]
		}
		for i, c := range random {
			if !f.apart(&c.pattern) {
				unrelated[i] = c.n * (1 - probability(f.score(&c.pattern)))
			}
		}
		f.countRandom(random, unrelated)
		if f.records >= fewRecords {
			f.countMatches(candidates, posterior, &shippedM)
			f.setPrior(max(sum, leastMatches*float64(f.records)))
		}
		f.weigh()
		if math.Abs(sum-before) < 1e-4*sum {
			break
		}
		before = sum
	}
	f.check(&shippedM, random)
}

// asked is the fit for requests. How records of one entity differ among those that
// were given says nothing of how requests differ from them: that is as shipped.
func (f *fit) asked() fit {
	out := *f
	out.m = newFit(f.family).m
	out.weigh()
	return out
}

func (f *fit) setPrior(matches float64) {
	f.matches = max(matches, startMatches)
	all := f.all
	if f.family == familyOrganisation { // a few are of one subject, and called alike by that
		all += known * known / 2
	}
	share := min(0.5, f.matches/all)
	f.prior = math.Log2(share / (1 - share))
}

// countRandom sets u, and the rarity that is usual at each level among unrelated
// records: u is right for what is as rare as that.
func (f *fit) countRandom(random []counted, weight []float64) {
	for s := range slots {
		n := make([]float64, len(f.u[s]))
		usual := make([]float64, len(f.u[s]))
		total := 0.0
		for i, c := range random {
			cell := c.pattern.slot[s]
			if l := cell.level(); l > 0 {
				n[l] += weight[i]
				total += weight[i]
				usual[l] += weight[i] * cell.rarity()
			}
		}
		levels := shipped(f.family, s)
		for l := 1; l < len(n); l++ {
			// half a pair at the shipped share keeps what was never drawn apart
			f.u[s][l] = (n[l] + levels[l].u*uPrior + 0.1) / (total + uPrior + 0.1*float64(len(n)-1))
		}
		for l := 1; l < len(n); l++ {
			switch {
			case n[l] >= enoughPairs:
				f.base[s][l] = usual[l] / n[l]
			case l == 1:
				f.base[s][l] = -math.Log2(f.u[s][l])
			default:
				f.base[s][l] = math.NaN() // what is usual here is not known
			}
		}
	}
}

func (f *fit) countMatches(candidates []counted, posterior []float64, m0 *[slots][]float64) {
	for s := range slots {
		n := make([]float64, len(f.m[s]))
		total := 0.0
		for i, c := range candidates {
			if l := c.pattern.slot[s].level(); l > 0 {
				n[l] += posterior[i]
				total += posterior[i]
			}
		}
		m := make([]float64, len(n))
		for l := 1; l < len(n); l++ {
			m[l] = (n[l] + priorCount*m0[s][l]) / (total + priorCount)
		}
		f.m[s] = m
	}
}

// weigh turns shares into bits that never rise from a level to a weaker one, within
// the bounds of the slot.
func (f *fit) weigh() {
	for s := range slots {
		w, n := make([]float64, len(f.m[s])), make([]float64, len(f.m[s]))
		for l := 1; l < len(w); l++ {
			w[l] = math.Log2(f.m[s][l] / f.u[s][l])
			n[l] = f.m[s][l] + f.u[s][l]
		}
		fallFrom(w, n, aside(f.family, s))
		b := bounds[s]
		for l := 1; l < len(w); l++ {
			w[l] = max(b.least, min(b.most, w[l]))
			if s == slotIdent && l <= int(value.IdentifierWeak) {
				w[l] = max(w[l], identLeast) // that is what identifiers are for
			}
		}
		f.weight[s] = w
	}
}

// fallFrom makes the weights of levels fall, but for one level that stands aside: it
// speaks against, whatever else agrees, and is only held below what stands above it.
func fallFrom(w, n []float64, aside int) {
	var at []int
	var ws, ns []float64
	for l := 1; l < len(w); l++ {
		if l != aside {
			at, ws, ns = append(at, l), append(ws, w[l]), append(ns, n[l])
		}
	}
	falling(ws, ns)
	for i, l := range at {
		w[l] = ws[i]
	}
	if aside > 1 {
		w[aside] = min(w[aside], w[aside-1])
	}
}

// falling makes values fall by pooling neighbours that rise, weighted by n.
func falling(values, n []float64) {
	type block struct {
		sum, n float64
		size   int
	}
	var blocks []block
	for i, v := range values {
		blocks = append(blocks, block{v * n[i], n[i], 1})
		for len(blocks) > 1 {
			a, b := blocks[len(blocks)-2], blocks[len(blocks)-1]
			if a.sum/a.n >= b.sum/b.n {
				break
			}
			blocks = append(blocks[:len(blocks)-2], block{a.sum + b.sum, a.n + b.n, a.size + b.size})
		}
	}
	at := 0
	for _, b := range blocks {
		for range b.size {
			values[at] = b.sum / b.n
			at++
		}
	}
}

// check refuses a fit that found another kind of pairs than matches: far too many,
// or ones that agree less than the shipped model's.
func (f *fit) check(m0 *[slots][]float64, random []counted) {
	agreement := func(m *[slots][]float64) (sum float64) {
		for s := range slots {
			for l := 1; l < len(f.u[s]); l++ {
				if f.u[s][l] < m0[s][l] {
					sum += m[s][l]
				}
			}
		}
		return sum / float64(slots)
	}
	found, shipped := agreement(&f.m), agreement(m0)
	switch {
	case f.matches > maxMatches*float64(f.records):
		f.refused = fmt.Sprintf("it would find %.1f matches for each record", f.matches/float64(f.records))
	case found < 0.8*shipped:
		f.refused = fmt.Sprintf("what it takes for matches agrees on %.0f %% where %.0f %% is usual", 100*found, 100*shipped)
	default:
		return
	}
	all := make([]float64, len(random))
	for i := range all {
		all[i] = random[i].n
	}
	f.m = *m0
	f.countRandom(random, all) // what it took for matches is unrelated after all
	f.setPrior(startMatches * float64(f.records))
	f.weigh()
}
