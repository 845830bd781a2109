package match

import (
	"context"
	"errors"
	"math"
	"sync"
	"sync/atomic"
)

// chunk is how many records a worker takes at once. It does not depend on the
// number of threads: what is added up chunk by chunk is the same for any.
const chunk = 2048

func chunks(n int) int { return (n + chunk - 1) / chunk }

var errTooMany = errors.New("more keys than can be held")

// A worker is the scratch of one thread.
type worker struct {
	keys    []grouped
	common  []ranked
	found   []candidate
	weights []float32
	best    [math.MaxUint8 + 1]float32 // by group
	row     []uint32
	groups  []uint8
	worth   sums
	left    side
	right   side
	forms   formCache
}

func (m *Matcher) newWorker() *worker {
	return &worker{worth: newSums()}
}

// each runs do over chunks of n things, on all threads.
func (m *Matcher) each(ctx context.Context, n int, do func(w *worker, c, from, to int)) error {
	workers := sync.Pool{New: func() any { return m.newWorker() }}
	return parallel(ctx, m.cfg.Threads, chunks(n), func(c int) {
		w := workers.Get().(*worker)
		do(w, c, c*chunk, min(n, (c+1)*chunk))
		workers.Put(w)
	})
}

// parallel runs do(0) … do(n-1) on threads, until the context ends.
func parallel(ctx context.Context, threads, n int, do func(i int)) error {
	var next atomic.Int64
	var all sync.WaitGroup
	for range min(threads, n) {
		all.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				do(i)
			}
		})
	}
	all.Wait()
	return ctx.Err()
}
