package evaluate

import (
	"cmp"
	"math"
	"slices"
)

// The samples that a home's own judgements are of.
const (
	Joined = "joined" // drawn at random of the pairs that the resolver joined
	Open   = "open"   // drawn at random of those that it left to people
)

// A Label is a pair with what the resolver and what people make of it.
type Label struct {
	P      float64 // the resolver's likelihood that it is one
	One    bool    // what people decided
	Sample string  // Joined, Open, or "" for a pair that was not drawn at random
	Schema string  // of both
	Script string  // of their names, both where they differ
	Source string  // the two datasets
}

// A Stratum counts what people said of the samples of some pairs.
type Stratum struct {
	Pairs   float64 // that the samples stand for
	Yes, No int
}

// An Estimate is how well entities were resolved among the pairs that were
// compared, by random samples: intervals of 95 %.
type Estimate struct {
	Samples   int        `json:"samples"`
	Precision [2]float64 `json:"precision"` // from, to
	Recall    [2]float64 `json:"recall"`
}

// Estimated tells what the samples of the joined and of the open pairs say. Method:
// Wilson's interval (1927) for each of the two; recall from the ends of both.
func Estimated(joined, open Stratum) Estimate {
	e := Estimate{Samples: joined.Yes + joined.No + open.Yes + open.No}
	e.Precision[0], e.Precision[1] = Interval(float64(joined.Yes), float64(joined.Yes+joined.No))
	low, high := Interval(float64(open.Yes), float64(open.Yes+open.No))
	e.Recall = [2]float64{part(e.Precision[0]*joined.Pairs, high*open.Pairs), part(e.Precision[1]*joined.Pairs, low*open.Pairs)}
	return e
}

// part is the part of the found among all there are; 1 where there are none.
func part(found, missed float64) float64 {
	if found+missed == 0 {
		return 1
	}
	return found / (found + missed)
}

// Interval gives Wilson's 95 % interval of a share of which yes of n samples are.
func Interval(yes, n float64) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	const z = 1.959964
	p := yes / n
	mid, half := p+z*z/(2*n), z*math.Sqrt(max(0, p*(1-p))/n+z*z/(4*n*n))
	low, high = (mid-half)/(1+z*z/n), (mid+half)/(1+z*z/n)
	return min(max(0, low), p), max(min(1, high), p) // rounding takes neither past the share
}

// strata counts the labels that were drawn at random; pairs are how many each of
// the two stands for.
func strata(labels []Label, weight [2]float64) (out [2]Stratum) {
	for _, l := range labels {
		for s, name := range [2]string{Joined, Open} {
			if l.Sample == name && l.One {
				out[s].Yes++
			} else if l.Sample == name {
				out[s].No++
			}
		}
	}
	for s := range out {
		out[s].Pairs = weight[s] * float64(out[s].Yes+out[s].No)
	}
	return out
}

// weights are how many pairs one sample of each stratum stands for.
func weights(labels []Label, pairs [2]int) (out [2]float64) {
	all := strata(labels, out)
	for s := range out {
		if n := all[s].Yes + all[s].No; n > 0 {
			out[s] = float64(pairs[s]) / float64(n)
		}
	}
	return out
}

// A Part is how a part of the pairs fared.
type Part struct {
	By     string  `json:"by"` // schema, script or source
	Of     string  `json:"of"`
	Joined Stratum `json:"joined"`
	Open   Stratum `json:"open"`
	Estimate
}

// Parts tells how each schema, script and pair of sources fared, by the labels that
// were drawn at random of so many joined and open pairs. It is sorted by kind, then
// by how many samples there are.
func Parts(labels []Label, pairs [2]int) []Part {
	weight := weights(labels, pairs)
	by := []struct {
		name string
		of   func(*Label) string
	}{{"script", func(l *Label) string { return l.Script }}, {"schema", func(l *Label) string { return l.Schema }}, {"source", func(l *Label) string { return l.Source }}}
	var out []Part
	for _, b := range by {
		in := map[string][]Label{}
		for i := range labels {
			if labels[i].Sample != "" {
				in[b.of(&labels[i])] = append(in[b.of(&labels[i])], labels[i])
			}
		}
		var list []Part
		for of, mine := range in {
			s := strata(mine, weight)
			list = append(list, Part{By: b.name, Of: of, Joined: s[0], Open: s[1], Estimate: Estimated(s[0], s[1])})
		}
		slices.SortFunc(list, func(a, b Part) int { return cmp.Or(cmp.Compare(b.Samples, a.Samples), cmp.Compare(a.Of, b.Of)) })
		out = append(out, list...)
	}
	return out
}

// An Effect is what joining from another likelihood on would do.
type Effect struct {
	From   float64    `json:"from"`
	Wrong  [2]float64 `json:"wrong"`  // share of the joined that are two
	Missed [2]float64 `json:"missed"` // share of the ones that are not joined
	Review float64    `json:"review"` // pairs below it that people would be asked of
}

// Effects tells what thresholds would do, by the labels that were drawn at random,
// each for as many pairs as it stands for; nil where none was drawn. Method: Wilson's interval with Kish's
// effective number of samples (1965).
func Effects(labels []Label, pairs [2]int, from ...float64) []Effect {
	if !slices.ContainsFunc(labels, func(l Label) bool { return l.Sample != "" }) {
		return nil
	}
	weight := weights(labels, pairs)
	out := make([]Effect, len(from))
	for i, bar := range from {
		var wrong, missed share
		e := Effect{From: bar}
		for _, l := range labels {
			s := slices.Index([]string{Joined, Open}, l.Sample)
			if s < 0 {
				continue
			}
			if l.P >= bar {
				wrong.add(weight[s], !l.One)
			} else {
				e.Review += weight[s]
			}
			if l.One {
				missed.add(weight[s], l.P < bar)
			}
		}
		e.Wrong, e.Missed = wrong.interval(), missed.interval()
		out[i] = e
	}
	return out
}

// A share is a sum of weighted samples.
type share struct{ yes, all, squares float64 }

func (s *share) add(weight float64, yes bool) {
	s.all += weight
	s.squares += weight * weight
	if yes {
		s.yes += weight
	}
}

func (s *share) interval() (out [2]float64) {
	if s.all == 0 {
		return [2]float64{0, 1}
	}
	n := s.all * s.all / s.squares
	out[0], out[1] = Interval(s.yes/s.all*n, n)
	return out
}

// A Bin is a group of labels that the resolver called about as likely.
type Bin struct {
	From float64    `json:"from"`
	To   float64    `json:"to"`
	N    int        `json:"n"`
	Said float64    `json:"said"` // mean likelihood
	Was  float64    `json:"was"`  // share that is one
	In   [2]float64 `json:"in"`   // interval of Was
}

// binEdges part likelihoods where decisions are made.
var binEdges = []float64{0, .1, .3, .5, .7, .9, .97, .99, 1}

// Calibration tells how often what was said with a likelihood was so, of all labels.
// Bins without labels are left out.
func Calibration(labels []Label) []Bin {
	var out []Bin
	for i := range len(binEdges) - 1 {
		b := Bin{From: binEdges[i], To: binEdges[i+1]}
		yes := 0
		for _, l := range labels {
			if l.P < b.From || l.P >= b.To && !(b.To == 1 && l.P >= 1) {
				continue
			}
			b.N++
			b.Said += l.P
			if l.One {
				yes++
			}
		}
		if b.N == 0 {
			continue
		}
		b.Said, b.Was = b.Said/float64(b.N), float64(yes)/float64(b.N)
		b.In[0], b.In[1] = Interval(float64(yes), float64(b.N))
		out = append(out, b)
	}
	return out
}

// FitFrom is how many labels a curve is fitted to at least.
const FitFrom = 300

// A Curve says what likelihoods turned out to be.
type Curve []Step

// A Step is a stretch of likelihoods that came true equally often.
type Step struct {
	From float64 `json:"from"` // its lowest likelihood
	Was  float64 `json:"was"`
	n    float64
}

// Fit fits a rising curve to labels; nil for fewer than FitFrom. Method: isotonic
// regression by pooling adjacent violators (Ayer and others, 1955).
func Fit(labels []Label) Curve {
	if len(labels) < FitFrom {
		return nil
	}
	sorted := slices.SortedFunc(slices.Values(labels), func(a, b Label) int { return cmp.Compare(a.P, b.P) })
	var c Curve
	for i := 0; i < len(sorted); {
		s := Step{From: sorted[i].P}
		for ; i < len(sorted) && sorted[i].P == s.From; i++ { // equal likelihoods are one step
			s.n++
			s.Was += number(sorted[i].One)
		}
		s.Was /= s.n
		for len(c) > 0 && c[len(c)-1].Was >= s.Was {
			last := c[len(c)-1]
			s = Step{last.From, (last.Was*last.n + s.Was*s.n) / (last.n + s.n), last.n + s.n}
			c = c[:len(c)-1]
		}
		c = append(c, s)
	}
	return c
}

// At is how often what is said with likelihood p was so.
func (c Curve) At(p float64) float64 {
	was := c[0].Was
	for _, s := range c {
		if s.From > p {
			break
		}
		was = s.Was
	}
	return was
}

// An Agreement is how often two people said the same of a pair.
type Agreement struct {
	Pairs int     `json:"pairs"` // that two people decided
	Same  int     `json:"same"`
	Kappa float64 `json:"kappa"` // beyond chance; 0 where it cannot be told
}

// Agree counts pairs by what the first and the second person said. Method: Cohen's
// kappa (1960).
func Agree(pairs [][2]bool) Agreement {
	a := Agreement{Pairs: len(pairs)}
	var yes [2]float64
	for _, p := range pairs {
		if p[0] == p[1] {
			a.Same++
		}
		for k := range p {
			yes[k] += number(p[k])
		}
	}
	if n := float64(len(pairs)); n > 0 {
		chance := (yes[0]*yes[1] + (n-yes[0])*(n-yes[1])) / (n * n)
		if chance < 1 {
			a.Kappa = (float64(a.Same)/n - chance) / (1 - chance)
		}
	}
	return a
}
