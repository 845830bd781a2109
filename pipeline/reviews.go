package pipeline

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
	"sync"
	"time"

	"overt/ftm"
	"overt/gate"
	"overt/resolve"
	"overt/resolve/evaluate"
	"overt/resolve/judge"
	"overt/statement"
)

// maxReviews is how many reviews are kept: one for each set of labels that somebody
// reviews at the time.
const maxReviews = 4

// Reviews keeps reviews, so that the next pair is there at once. What is kept for
// some labels and imports is for those who see the very same. It is safe for
// concurrent use.
type Reviews struct {
	mu   sync.Mutex
	list []*Queues // the last asked for at the end
}

// Queues are the queues of a review. What people judged since it was made is asked
// of the book of the moment. They are safe for concurrent use.
type Queues struct {
	of     [sha256.Size]byte
	judged [sha256.Size]byte // the judgements that were seen when it was made

	mu     sync.Mutex
	review *Review
	byName map[string]*Queue
}

// A Queue is pairs in the order in which they are to be decided.
type Queue struct {
	*Queues
	next  *Review // hands out what is not in order yet
	order []Candidate
	at    map[[2]ftm.EntityID]int
}

// The queues that there are.
const (
	QueueOpen   = "open"   // pairs that wait for a person, every fourth drawn at random
	QueueLabel  = "label"  // pairs drawn at random alone
	QueueSecond = "second" // pairs that wait for a second person
)

// imprint is what a review of a sight rests on: labels and imports, and apart from
// them the judgements.
func imprint(sight *statement.Sight) (of, judged [sha256.Size]byte) {
	head := resolve.HeadOf(sight)
	h, j := sha256.New(), sha256.New()
	for _, l := range head.Labels {
		_ = binary.Write(h, binary.BigEndian, uint32(len(l.Key())))
		_, _ = h.Write([]byte(l.Key()))
	}
	_ = binary.Write(h, binary.BigEndian, head.Classes)
	_ = binary.Write(j, binary.BigEndian, sight.Classes())
	h.Sum(of[:0])
	j.Sum(judged[:0])
	return of, judged
}

// Find gives the queues that were made of just what a desk shows; nil where none
// were. fresh asks for such as know all judgements.
func (rs *Reviews) Find(d *gate.Desk, fresh bool) *Queues {
	of, judged := imprint(d.View.Sight())
	rs.mu.Lock()
	defer rs.mu.Unlock()
	at := slices.IndexFunc(rs.list, func(q *Queues) bool { return q.of == of && (!fresh || q.judged == judged) })
	if at < 0 {
		return nil
	}
	q := rs.list[at]
	rs.list = append(slices.Delete(rs.list, at, at+1), q)
	return q
}

// Make makes the queues of what a desk with a graph shows, in place of those that
// were made before. Errors: those of NewReview.
func (rs *Reviews) Make(ctx context.Context, d *gate.Desk, at time.Time) (*Queues, error) {
	r, err := NewReview(ctx, d, Resolution{}, at)
	if err != nil {
		return nil, err
	}
	r.resolver.view, r.resolver.Exact, r.resolver.Identity = nil, nil, nil // they are of this question
	q := &Queues{review: r, byName: map[string]*Queue{}}
	q.of, q.judged = imprint(d.View.Sight())
	for _, name := range []string{QueueOpen, QueueLabel} {
		q.byName[name] = &Queue{Queues: q, next: r.again(name == QueueLabel), at: map[[2]ftm.EntityID]int{}}
	}
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.list = append(slices.DeleteFunc(rs.list, func(o *Queues) bool { return o.of == q.of }), q)
	if len(rs.list) > maxReviews {
		rs.list = slices.Delete(rs.list, 0, 1)
	}
	return q, nil
}

// again is the review from its beginning; random hands out pairs drawn at random
// alone.
func (r *Review) again(random bool) *Review {
	out := *r
	out.random, out.handed = random, 0
	out.open, out.seen, out.done = newWorthiest(r.queue), map[ftm.EntityID]int{}, map[[2]ftm.EntityID]bool{}
	return &out
}

// Named gives a queue by its name; nil for none. That of second readers is made of
// the judgements of the moment that somebody else made.
func (q *Queues) Named(name string, book *judge.Book, actor string) *Queue {
	if name != QueueSecond {
		return q.byName[name]
	}
	out := &Queue{Queues: q, at: map[[2]ftm.EntityID]int{}}
	for _, j := range WaitingFor(book, actor) {
		c := q.review.candidate(j.Left, j.Right)
		if _, in := out.at[c.pair()]; !in {
			out.at[c.pair()] = len(out.order)
			out.order = append(out.order, c)
		}
	}
	return out
}

// WaitingFor lists the judgements that wait for a second person, and were not made by
// who asks.
func WaitingFor(book *judge.Book, actor string) []*judge.Judgement {
	return slices.DeleteFunc(book.Waiting(), func(j *judge.Judgement) bool { return j.Author == actor })
}

// candidate is a pair as the review has it, or bare, when nothing likens the two.
func (r *Review) candidate(a, b ftm.EntityID) Candidate {
	left, right := judge.Pair(a, b)
	if c, ok := r.pairs[[2]ftm.EntityID{left, right}]; ok {
		return c
	}
	return Candidate{Left: left, Right: right}
}

// Holds says whether a pair was likened to each other.
func (q *Queues) Holds(a, b ftm.EntityID) bool {
	left, right := judge.Pair(a, b)
	_, ok := q.review.pairs[[2]ftm.EntityID{left, right}]
	return ok
}

// Open is how many pairs wait for a person, and Random how many can be drawn; both
// as it was when the queues were made.
func (q *Queues) Open() int { return q.review.Open }

// Random is how many pairs can be drawn at random.
func (q *Queues) Random() int {
	return len(q.review.samples[joinedPairs]) + len(q.review.samples[openPairs])
}

// Counts are what the resolver did.
func (q *Queues) Counts() resolve.Counts { return q.review.Counts }

// Estimate tells what the random samples say by the judgements of the moment.
func (q *Queues) Estimate(book *judge.Book) evaluate.Estimate {
	s := q.strata(book)
	return evaluate.Estimated(s[joinedPairs], s[openPairs])
}

func (q *Queues) strata(book *judge.Book) [2]evaluate.Stratum {
	out := drawn(book)
	for s := range out {
		out[s].Pairs = q.review.strata[s].Pairs
	}
	return out
}

// Explain weighs a pair, as a view shows it of what the review is about; nil for
// what is compared with nothing. Errors: those of reading.
func (q *Queues) Explain(ctx context.Context, view statement.View, a, b ftm.EntityID) (*Score, error) {
	if !q.review.resolver.holds(a) || !q.review.resolver.holds(b) {
		return nil, nil
	}
	q.mu.Lock() // a matcher that reads records anew is for one goroutine
	defer q.mu.Unlock()
	return q.review.Explain(ctx, view, Candidate{Left: a, Right: b})
}

// grow puts up to n pairs in order.
func (q *Queue) grow(n int) {
	for q.next != nil && len(q.order) < n {
		c, ok := q.next.Next()
		if !ok {
			q.next = nil
			return
		}
		q.at[c.pair()] = len(q.order)
		q.order = append(q.order, c)
	}
}

// Find gives a pair as the queue hands it out, and its place in it, from 0; -1 for one
// that it does not hand out.
func (q *Queue) Find(a, b ftm.EntityID) (Candidate, int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	left, right := judge.Pair(a, b)
	pair := [2]ftm.EntityID{left, right}
	for {
		if at, ok := q.at[pair]; ok {
			return q.order[at], at
		}
		if q.next == nil {
			c := q.review.candidate(a, b)
			c.stratum = 0
			return c, -1
		}
		q.grow(2*len(q.order) + 16)
	}
}

// After gives up to n pairs behind a place that nobody decided; -1 begins with the
// first. Behind the last come those before the place, which were skipped.
func (q *Queue) After(book *judge.Book, place, n int) []Candidate {
	q.mu.Lock()
	defer q.mu.Unlock()
	var out []Candidate
	take := func(from, to int) {
		for i := from; i < to && len(out) < n; i++ {
			if q.grow(i + 1); i >= len(q.order) {
				return
			}
			if c := q.order[i]; q.waits(book, &c) {
				out = append(out, c)
			}
		}
	}
	take(place+1, math.MaxInt)
	take(0, place)
	return out
}

// waits says whether a pair is still to be decided.
func (q *Queue) waits(book *judge.Book, c *Candidate) bool {
	s := book.Of(c.Left, c.Right)
	return s.Waiting || s.Verdict == "" && !book.Same(c.Left, c.Right)
}

// A Batch is pairs of one queue that are to be decided alike.
type Batch struct {
	Pairs []Candidate // that nobody decided, the likeliest first
	Shown []Candidate // drawn at random, for the asker to decide one by one before
	Right int         // of Shown that he decided alike
	Wrong int         // of Shown that he decided otherwise
}

// Ready says whether the batch may be decided: all that was drawn was looked at, and
// none failed.
func (b *Batch) Ready() bool {
	return len(b.Pairs) > 0 && b.Wrong == 0 && b.Right == len(b.Shown)
}

// maxBatch bounds how many pairs are decided at once.
const maxBatch = 500

// shownShare is of how many pairs one is looked at by itself: 5 %.
const shownShare = 20

// Batch gives the open pairs whose likelihood lies in [from, to), as somebody decides
// them alike. What was drawn of them stays drawn while they are decided.
func (q *Queues) Batch(book *judge.Book, from, to float64, v judge.Verdict, actor string) *Batch {
	var all []Candidate
	b := &Batch{}
	for _, c := range q.review.pairs {
		if c.P < from || c.P >= to {
			continue
		}
		s := book.Of(c.Left, c.Right)
		mine := slices.ContainsFunc(s.By, func(j *judge.Judgement) bool { return j.Author == actor && j.Sample != evaluate.Joined })
		open := s.Verdict == "" && !book.Same(c.Left, c.Right) && !c.joined
		if open {
			b.Pairs = append(b.Pairs, c)
		}
		if open || mine {
			all = append(all, c)
		}
	}
	slices.SortFunc(all, func(x, y Candidate) int { return slices.Compare(x.draw(), y.draw()) })
	b.Shown = all[:(len(all)+shownShare-1)/shownShare]
	for _, c := range b.Shown {
		by := slices.DeleteFunc(slices.Clone(book.Of(c.Left, c.Right).By), func(j *judge.Judgement) bool { return j.Author != actor })
		switch {
		case len(by) == 0:
		case by[len(by)-1].Verdict == v:
			b.Right++
		default:
			b.Wrong++
		}
	}
	slices.SortFunc(b.Pairs, func(x, y Candidate) int {
		return cmp.Or(cmp.Compare(y.P, x.P), cmp.Compare(x.Left, y.Left), cmp.Compare(x.Right, y.Right))
	})
	b.Pairs = b.Pairs[:min(len(b.Pairs), maxBatch)]
	return b
}
