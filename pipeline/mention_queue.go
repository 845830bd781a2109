package pipeline

import (
	"context"
	"crypto/sha256"
	"slices"
	"sync"

	"overt/ftm"
	"overt/gate"
	"overt/mention"
	"overt/statement"
)

// maxQueue bounds how many names a queue holds; the rest comes once these are decided.
const maxQueue = 50_000

// Names keeps queues of the names in documents that wait for a person, so that the next
// is there at once. As of Reviews, what is kept for some labels and imports is for those
// who see the very same. It is safe for concurrent use.
type Names struct {
	mu   sync.Mutex
	list []*NameQueue // the last asked for at the end
}

// A NameQueue is names in the order in which they are to be decided. It is not changed
// once it was made: what people judged since is asked of the view of the moment.
type NameQueue struct {
	of     [sha256.Size]byte
	judged []statement.Class // the judgements that were seen when it was made, ascending
	names  []*mention.Waiting
	more   bool
	// Members are the source ids of the entities that names may mean, the canonical one
	// first, by each of these ids, as they were when it was made.
	Members map[ftm.EntityID][]ftm.EntityID
}

// Find gives the queue that was made of just what a desk shows; nil where none was. What
// was judged since is no matter, but for fresh; none of the judgements that it knew of may
// have been taken back: their names wait again.
func (ns *Names) Find(d *gate.Desk, fresh bool) *NameQueue {
	like := queueOf(d)
	ns.mu.Lock()
	defer ns.mu.Unlock()
	at := slices.IndexFunc(ns.list, func(q *NameQueue) bool {
		gone := slices.ContainsFunc(q.judged, func(c statement.Class) bool {
			_, there := slices.BinarySearch(like.judged, c)
			return !there
		})
		return q.of == like.of && !gone && (!fresh || len(q.judged) == len(like.judged))
	})
	if at < 0 {
		return nil
	}
	q := ns.list[at]
	ns.list = append(slices.Delete(ns.list, at, at+1), q)
	return q
}

// queueOf is an empty queue of what a desk shows.
func queueOf(d *gate.Desk) *NameQueue {
	q := &NameQueue{Members: map[ftm.EntityID][]ftm.EntityID{}}
	q.of, _ = imprint(d.View.Sight())
	for _, c := range d.View.Sight().Classes() {
		if info, _ := d.View.Sight().Info(c); info.Run.Format == mention.JudgementFormat {
			q.judged = append(q.judged, c)
		}
	}
	return q
}

// Make makes the queue of what a desk with a graph shows, in place of that which was made
// before. members gives the source ids of an entity. Errors: those of gate.Desk.Mentions.
func (ns *Names) Make(ctx context.Context, d *gate.Desk, members func(ftm.EntityID) []ftm.EntityID) (*NameQueue, error) {
	v, err := d.Mentions(ctx)
	if err != nil {
		return nil, err
	}
	q := queueOf(d)
	if q.names, q.more, err = v.Waiting(ctx, maxQueue); err != nil {
		return nil, err
	}
	for _, n := range q.names {
		for _, c := range n.Candidates {
			if q.Members[c] != nil {
				continue
			}
			all := members(c)
			for _, m := range append([]ftm.EntityID{c}, all...) {
				q.Members[m] = all
			}
		}
	}
	ns.mu.Lock()
	defer ns.mu.Unlock()
	ns.list = append(slices.DeleteFunc(ns.list, func(o *NameQueue) bool { return o.of == q.of }), q)
	if len(ns.list) > maxReviews {
		ns.list = slices.Delete(ns.list, 0, 1)
	}
	return q, nil
}

// Len is how many names waited when the queue was made, and More says that these are not
// all.
func (q *NameQueue) Len() int   { return len(q.names) }
func (q *NameQueue) More() bool { return q.more }

// For is the queue as it is for somebody: names that may mean what he is after go first.
func (q *NameQueue) For(after func(ftm.EntityID) bool) *NameQueue {
	out := &NameQueue{more: q.more, Members: q.Members, names: make([]*mention.Waiting, 0, len(q.names))}
	for _, first := range []bool{true, false} {
		for _, n := range q.names {
			if slices.ContainsFunc(n.Candidates, after) == first {
				out.names = append(out.names, n)
			}
		}
	}
	return out
}

// Find gives the place of a name in the queue by its ID, from 0; -1 for one that is not
// in it.
func (q *NameQueue) Find(id string) int {
	return slices.IndexFunc(q.names, func(n *mention.Waiting) bool { return n.ID() == id })
}

// At is the name at a place of the queue.
func (q *NameQueue) At(place int) *mention.Waiting { return q.names[place] }

// After gives up to n names behind a place that wait by what a view shows; -1 begins with
// the first.
func (q *NameQueue) After(ctx context.Context, v *mention.View, place, n int) ([]*mention.Waiting, error) {
	out := []*mention.Waiting{}
	for _, w := range q.names[place+1:] {
		if len(out) == n {
			break
		}
		ok, err := v.Waits(ctx, w.Suggestion)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, w)
		}
	}
	return out, nil
}
