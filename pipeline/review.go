package pipeline

import (
	"cmp"
	"container/heap"
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
	"overt/resolve/evaluate"
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
	open     *worthiest     // what of the queue is not handed out
	samples  [2][]Candidate // by stratum, in random order
	strata   [2]evaluate.Stratum
	recalled [2]int                        // samples of earlier reviews in strata
	pairs    map[[2]ftm.EntityID]Candidate // all that were like each other, decided or not
	random   bool                          // only random pairs are handed out
	seen     map[ftm.EntityID]int          // pairs of this entity that were handed out
	done     map[[2]ftm.EntityID]bool
	handed   int
}

// A Candidate is one pair to decide.
type Candidate struct {
	Left, Right ftm.EntityID
	P           float64
	Links       int  // of both, with all that is one with them
	joined      bool // by the resolver
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
	rev := &Review{Counts: result.Counts, resolver: r, pairs: map[[2]ftm.EntityID]Candidate{}, seen: map[ftm.EntityID]int{}, done: map[[2]ftm.EntityID]bool{}}
	in := map[ftm.EntityID]int{}
	for i, g := range result.Groups {
		for _, m := range g {
			in[m] = i + 1
		}
	}
	for _, p := range result.Pairs {
		c := Candidate{Left: p.A, Right: p.B, P: p.P, Links: links(r.Exact, p.A, p.B)}
		decided := r.Identity.Book.Of(p.A, p.B).Verdict != ""
		if p.Outcome == match.Related || !decided && r.settled(p.A, p.B) {
			continue
		}
		c.joined = in[p.A] > 0 && in[p.A] == in[p.B]
		if rev.pairs[c.pair()] = c; decided {
			continue
		}
		if c.joined {
			c.stratum = joinedPairs + 1
			rev.samples[joinedPairs] = append(rev.samples[joinedPairs], c)
			continue
		}
		c.worth = math.Log2(2+float64(c.Links)) * uncertainty(p.P)
		rev.queue = append(rev.queue, c)
		c.stratum = openPairs + 1
		rev.samples[openPairs] = append(rev.samples[openPairs], c)
	}
	for i := range rev.samples {
		slices.SortFunc(rev.samples[i], func(a, b Candidate) int { return slices.Compare(a.draw(), b.draw()) })
		rev.strata[i].Pairs = float64(len(rev.samples[i]))
	}
	rev.Open = len(rev.queue)
	rev.open = newWorthiest(rev.queue)
	rev.recall(r.Identity.Book)
	return rev, nil
}

// recall counts what people said in earlier reviews of pairs that were drawn at
// random. They are of the pairs that the resolver left to be judged then.
func (r *Review) recall(book *judge.Book) {
	said := drawn(book)
	for s := range r.strata {
		r.strata[s].Yes, r.strata[s].No = said[s].Yes, said[s].No
		r.recalled[s] = said[s].Yes + said[s].No
		r.strata[s].Pairs += float64(r.recalled[s])
	}
}

// drawn counts what people decided of pairs that were drawn at random.
func drawn(book *judge.Book) (out [2]evaluate.Stratum) {
	for _, j := range book.Decided() {
		for s := range out {
			c := Candidate{stratum: s + 1}
			if j.Sample == c.Sample() && j.Verdict == judge.Positive {
				out[s].Yes++
			} else if j.Sample == c.Sample() && j.Verdict == judge.Negative {
				out[s].No++
			}
		}
	}
	return out
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

// pair is both sides.
func (c *Candidate) pair() [2]ftm.EntityID { return [2]ftm.EntityID{c.Left, c.Right} }

// links counts the links that would meet.
func links(v *graph.View, a, b ftm.EntityID) int {
	n, ok := v.Find(a)
	m, ok2 := v.Find(b)
	edges := 0
	if ok {
		edges += v.Degree(n, graph.Everything).Edges
	}
	if ok2 && !(ok && n == m) {
		edges += v.Degree(m, graph.Everything).Edges
	}
	return edges
}

// uncertainty is 1 for a pair that is as likely one as two.
func uncertainty(p float64) float64 { return max(0.05, 4*p*(1-p)) }

// Next gives the pair to decide next; ok is false when there is none left.
func (r *Review) Next() (c Candidate, ok bool) {
	every := sampleEvery
	if r.random {
		every = 1
	}
	if r.handed++; r.handed%every == 0 {
		first := r.handed / every % 2
		for _, s := range [2]int{first, 1 - first} {
			if c, ok := r.sample(s); ok {
				return r.hand(c), true
			}
		}
	}
	if c, ok := r.likeliest(); ok && !r.random {
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
	r.done[c.pair()] = true
	r.seen[c.Left]++
	r.seen[c.Right]++
	return c
}

// sample gives the next pair of a stratum in random order.
func (r *Review) sample(s int) (Candidate, bool) {
	for len(r.samples[s]) > 0 {
		c := r.samples[s][0]
		r.samples[s] = r.samples[s][1:]
		if !r.done[c.pair()] {
			return c, true
		}
	}
	return Candidate{}, false
}

// likeliest gives the pair that is worth most: one of entities that were not seen
// yet before others.
func (r *Review) likeliest() (Candidate, bool) {
	for r.open.Len() > 0 {
		first := &r.open.list[0]
		c := r.queue[first.at]
		if r.done[c.pair()] {
			heap.Pop(r.open)
			continue
		}
		// What a pair is worth only falls, so that one whose worth is as it was is the
		// worthiest of all.
		if w := c.worth / float64(1+r.seen[c.Left]+r.seen[c.Right]); w < first.worth {
			first.worth = w
			heap.Fix(r.open, 0)
			continue
		}
		return c, true
	}
	return Candidate{}, false
}

// worthiest is a heap of places in the queue, by what their pairs were last worth.
type worthiest struct{ list []worthy }

type worthy struct {
	at    int
	worth float64
}

func newWorthiest(queue []Candidate) *worthiest {
	h := &worthiest{make([]worthy, len(queue))}
	for i, c := range queue {
		h.list[i] = worthy{i, c.worth}
	}
	heap.Init(h)
	return h
}

// Len is for heap, as are the others.
func (h *worthiest) Len() int { return len(h.list) }

// Less puts what is worth more first, and of equals the earlier.
func (h *worthiest) Less(i, j int) bool {
	a, b := h.list[i], h.list[j]
	return a.worth > b.worth || a.worth == b.worth && a.at < b.at
}

// Swap is for heap.
func (h *worthiest) Swap(i, j int) { h.list[i], h.list[j] = h.list[j], h.list[i] }

// Push is for heap.
func (h *worthiest) Push(x any) { h.list = append(h.list, x.(worthy)) }

// Pop is for heap.
func (h *worthiest) Pop() any {
	last := len(h.list) - 1
	x := h.list[last]
	h.list = h.list[:last]
	return x
}

// Said counts what a person said of a pair.
func (r *Review) Said(c Candidate, same bool) { r.count(c, same, 1) }

// Reopen takes back that a pair was decided; said tells whether as one or two, and
// it comes again.
func (r *Review) Reopen(c Candidate, said, same bool) {
	delete(r.done, c.pair())
	r.open = newWorthiest(r.queue)
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
		r.strata[c.stratum-1].Yes += by
	default:
		r.strata[c.stratum-1].No += by
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

// Estimate tells what the samples say so far.
func (r *Review) Estimate() evaluate.Estimate {
	return evaluate.Estimated(r.strata[joinedPairs], r.strata[openPairs])
}

// lookedAt is the reason of who gives none.
const lookedAt = "looked at side by side"

// Decide keeps what a person said of a pair of the review; reason may be "". Of a
// pair whose score he did not see, blind, none is kept. Errors: those of Decide.
func (c *Candidate) Decide(ctx context.Context, p *gate.Pass, v judge.Verdict, reason string, blind bool, clock func() time.Time) (*Decided, error) {
	q := Decision{Left: c.Left, Right: c.Right, Verdict: v, Reason: cmp.Or(reason, lookedAt), Sample: c.Sample()}
	if !blind {
		q.Score, q.Model = c.P, "overt resolve"
	}
	return Decide(ctx, p, q, clock)
}
