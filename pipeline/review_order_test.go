package pipeline

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"overt/ftm"
)

// TestReviewOrder: pairs come as if each had been compared with all that are left, the
// worthiest first, those before others whose entities were not seen.
func TestReviewOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		r := &Review{seen: map[ftm.EntityID]int{}, done: map[[2]ftm.EntityID]bool{}}
		for i := range 60 {
			r.queue = append(r.queue, Candidate{Left: ftm.EntityID(fmt.Sprint("a", rng.IntN(12))), Right: ftm.EntityID(fmt.Sprint("b", i)), worth: float64(rng.IntN(5)) / 4})
		}
		r.open = newWorthiest(r.queue)
		for n := range r.queue {
			want, worth := -1, 0.0
			for i, c := range r.queue {
				if w := c.worth / float64(1+r.seen[c.Left]+r.seen[c.Right]); !r.done[c.pair()] && (want < 0 || w > worth) {
					want, worth = i, w
				}
			}
			got, ok := r.likeliest()
			if !ok || got != r.queue[want] {
				t.Fatalf("number %d is %v, want %v", n, got, r.queue[want])
			}
			if r.hand(got); n == 30 {
				r.Reopen(r.queue[rng.IntN(60)], false, false)
			}
		}
	}
}
