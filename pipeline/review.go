package pipeline

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"time"

	"overt/ftm"
	"overt/gate"
	"overt/graph"
	"overt/resolve"
	"overt/resolve/judge"
	"overt/resolve/match"
	"overt/statement"
)

// A Review hands out pairs for a person to decide: those first whose decision
// matters most, and now and then one at random, from which it is estimated how
// well entities were resolved. It is for one goroutine.
type Review struct {
	Counts resolve.Counts `json:"counts"`
	Open   int            `json:"open"` // pairs that wait for a person

	resolver *Resolver
	queue    []Candidate
	samples  [2][]Candidate // by stratum, in random order
	strata   [2]stratum
	seen     map[ftm.EntityID]int // pairs of this entity that were handed out
	done     map[[2]ftm.EntityID]bool
	handed   int
}

// A Candidate is one pair to decide.
type Candidate struct {
	Left, Right ftm.EntityID
	P           float64
	worth       float64
	stratum     int // of a random sample, 1 or 2; 0 for others
}

// Sample is what the pair was drawn from at random: "joined" by the resolver, or
// "open"; "" for one that was not.
func (c *Candidate) Sample() string {
	return [...]string{"", "joined", "open"}[c.stratum]
}

// The strata of samples.
const (
	joinedPairs = iota // that the resolver joined
	openPairs          // that it left to people
)

// A stratum counts what people said of the samples of some pairs.
type stratum struct{ pairs, yes, no int }

// sampleEvery is how often a random pair stands among the others.
const sampleEvery = 4

// NewReview resolves what a desk with a graph shows and makes the queue. Pairs of
// which somebody said something are left out.
func NewReview(ctx context.Context, d *gate.Desk, q Resolution, at time.Time) (*Review, error) {
	r, err := NewResolver(ctx, d, q)
	if err != nil {
		return nil, err
	}
	result, err := r.Resolve(ctx, at)
	if err != nil {
		return nil, err
	}
	if err := r.keep(); err != nil {
		return nil, err
	}
	rev := &Review{Counts: result.Counts, resolver: r, seen: map[ftm.EntityID]int{}, done: map[[2]ftm.EntityID]bool{}}
	in := map[ftm.EntityID]int{}
	for i, g := range result.Groups {
		for _, m := range g {
			in[m] = i + 1
		}
	}
	for _, p := range result.Pairs {
		if p.Outcome == match.Related || r.Identity.Book.Of(p.A, p.B).Verdict != "" || r.settled(p.A, p.B) {
			continue
		}
		c := Candidate{Left: p.A, Right: p.B, P: p.P}
		if in[p.A] > 0 && in[p.A] == in[p.B] {
			c.stratum = joinedPairs + 1
			rev.samples[joinedPairs] = append(rev.samples[joinedPairs], c)
			continue
		}
		c.worth = impact(r.Exact, p.A, p.B) * uncertainty(p.P)
		rev.queue = append(rev.queue, c)
		c.stratum = openPairs + 1
		rev.samples[openPairs] = append(rev.samples[openPairs], c)
	}
	for i := range rev.samples {
		slices.SortFunc(rev.samples[i], func(a, b Candidate) int { return slices.Compare(a.draw(), b.draw()) })
		rev.strata[i].pairs = len(rev.samples[i])
	}
	rev.Open = len(rev.queue)
	rev.recall(r.Identity.Book)
	return rev, nil
}

// recall counts what people said in earlier reviews of pairs that were drawn at
// random. They are of the pairs that the resolver left to be judged then.
func (r *Review) recall(book *judge.Book) {
	for _, j := range book.Decided() {
		for s := range r.strata {
			c := Candidate{stratum: s + 1}
			if j.Sample == c.Sample() && (j.Verdict == judge.Positive || j.Verdict == judge.Negative) {
				r.strata[s].pairs++
				r.Said(c, j.Verdict == judge.Positive)
			}
		}
	}
}

// settled says whether two are one, or held apart, without a resolver.
func (r *Resolver) settled(a, b ftm.EntityID) bool {
	n, ok := r.Exact.Find(a)
	m, ok2 := r.Exact.Find(b)
	return ok && ok2 && n == m
}

// draw is the place of a pair in a random order that its ids decide, so that the
// same home is sampled alike.
func (c *Candidate) draw() []byte {
	h := sha256.New()
	for _, id := range []ftm.EntityID{c.Left, c.Right} {
		_ = binary.Write(h, binary.BigEndian, uint32(len(id)))
		_, _ = h.Write([]byte(id))
	}
	return h.Sum(nil)
}

// impact grows with the links that would meet.
func impact(v *graph.View, a, b ftm.EntityID) float64 {
	edges := 0
	for _, id := range []ftm.EntityID{a, b} {
		if n, ok := v.Find(id); ok {
			edges += v.Degree(n, graph.Everything).Edges
		}
	}
	return math.Log2(2 + float64(edges))
}

// uncertainty is 1 for a pair that is as likely one as two.
func uncertainty(p float64) float64 { return max(0.05, 4*p*(1-p)) }

// Next gives the pair to decide next; ok is false when there is none left.
func (r *Review) Next() (c Candidate, ok bool) {
	if r.handed++; r.handed%sampleEvery == 0 {
		first := r.handed / sampleEvery % 2
		for _, s := range [2]int{first, 1 - first} {
			if c, ok := r.sample(s); ok {
				return r.hand(c), true
			}
		}
	}
	if c, ok := r.likeliest(); ok {
		return r.hand(c), true
	}
	for s := range r.samples {
		if c, ok := r.sample(s); ok {
			return r.hand(c), true
		}
	}
	return c, false
}

func (r *Review) hand(c Candidate) Candidate {
	r.done[[2]ftm.EntityID{c.Left, c.Right}] = true
	r.seen[c.Left]++
	r.seen[c.Right]++
	return c
}

// sample gives the next pair of a stratum in random order.
func (r *Review) sample(s int) (Candidate, bool) {
	for len(r.samples[s]) > 0 {
		c := r.samples[s][0]
		r.samples[s] = r.samples[s][1:]
		if !r.done[[2]ftm.EntityID{c.Left, c.Right}] {
			return c, true
		}
	}
	return Candidate{}, false
}

// likeliest gives the pair that is worth most: one of entities that were not seen
// yet before others.
func (r *Review) likeliest() (Candidate, bool) {
	best, worth := -1, 0.0
	for i, c := range r.queue {
		if r.done[[2]ftm.EntityID{c.Left, c.Right}] {
			continue
		}
		if w := c.worth / float64(1+r.seen[c.Left]+r.seen[c.Right]); best < 0 || w > worth {
			best, worth = i, w
		}
	}
	if best < 0 {
		return Candidate{}, false
	}
	return r.queue[best], true
}

// Said counts what a person said of a pair.
func (r *Review) Said(c Candidate, same bool) { r.count(c, same, 1) }

// Reopen takes back that a pair was decided; said tells whether as one or two, and
// it comes again.
func (r *Review) Reopen(c Candidate, said, same bool) {
	delete(r.done, [2]ftm.EntityID{c.Left, c.Right})
	if said {
		r.count(c, same, -1)
	}
	if c.stratum > 0 {
		r.samples[c.stratum-1] = slices.Insert(r.samples[c.stratum-1], 0, c)
	}
}

func (r *Review) count(c Candidate, same bool, by int) {
	switch {
	case c.stratum == 0:
	case same:
		r.strata[c.stratum-1].yes += by
	default:
		r.strata[c.stratum-1].no += by
	}
}

// Explain weighs a pair, as a view shows it of what the review is about. Errors:
// those of reading.
func (r *Review) Explain(ctx context.Context, view statement.View, c Candidate) (*Score, error) {
	x, err := r.resolver.Between(ctx, view, c.Left, c.Right)
	if err != nil {
		return nil, err
	}
	return score(&x), nil
}

// An Estimate is how well entities were resolved among the pairs that were
// compared, by the samples of a review: intervals of 95 %.
type Estimate struct {
	Samples           int
	Precision, Recall [2]float64 // from, to
}

// Estimate tells what the samples say so far. Method: Wilson's interval (1927) for
// each of the two strata; recall from the ends of both.
func (r *Review) Estimate() Estimate {
	j, o := &r.strata[joinedPairs], &r.strata[openPairs]
	e := Estimate{Samples: j.yes + j.no + o.yes + o.no}
	e.Precision[0], e.Precision[1] = wilson(j.yes, j.yes+j.no)
	low, high := wilson(o.yes, o.yes+o.no)
	found, missed := float64(j.pairs), float64(o.pairs)
	e.Recall = [2]float64{share(e.Precision[0]*found, high*missed), share(e.Precision[1]*found, low*missed)}
	return e
}

// share is the part of the found among all there are; 1 where there are none.
func share(found, missed float64) float64 {
	if found+missed == 0 {
		return 1
	}
	return found / (found + missed)
}

// wilson gives the 95 % interval of a share of which yes of n samples are.
func wilson(yes, n int) (low, high float64) {
	if n == 0 {
		return 0, 1
	}
	const z = 1.959964
	p, m := float64(yes)/float64(n), float64(n)
	mid, half := p+z*z/(2*m), z*math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(0, (mid-half)/(1+z*z/m)), min(1, (mid+half)/(1+z*z/m))
}
