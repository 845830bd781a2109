package thread

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Order decides nothing, and each message stands in one place.
func TestBuildOrder(t *testing.T) {
	for seed := range uint64(500) {
		r := rand.New(rand.NewPCG(seed, 1))
		var heads []Head
		for i := range 2 + r.IntN(12) {
			h := Head{ID: fmt.Sprint(r.IntN(9)), From: "f", Subject: []string{"plan", "Re: plan", "other"}[r.IntN(3)], Date: fmt.Sprintf("2024-01-%02d", i+1)}
			for range r.IntN(3) {
				h.InReplyTo = append(h.InReplyTo, fmt.Sprint(r.IntN(12)))
			}
			if r.IntN(5) == 0 {
				h.ID = ""
			}
			heads = append(heads, h)
		}
		want := shape(heads, Build(heads))
		r.Shuffle(len(heads), func(i, j int) { heads[i], heads[j] = heads[j], heads[i] })
		if !strings.HasSuffix(want, "-1") {
			t.Fatalf("seed %d: %s", seed, want)
		}
		if got := shape(heads, Build(heads)); got != want {
			t.Fatalf("seed %d: shuffled\n%s\nbefore\n%s", seed, got, want)
		}
	}
}

// shape is draw with dates for ids, which no two heads share.
func shape(heads []Head, threads []*Thread) string {
	dated := make([]Head, len(heads))
	for i, h := range heads {
		dated[i] = Head{ID: h.Date}
	}
	return fmt.Sprint(draw(dated, threads), misplaced(heads, threads))
}

// misplaced tells a head that stands in no place or in two; -1 when none does.
func misplaced(heads []Head, threads []*Thread) int {
	seen := make([]int, len(heads))
	for stack := threads; len(stack) > 0; {
		n := stack[len(stack)-1]
		stack = append(stack[:len(stack)-1:len(stack)-1], n.Answers...)
		if n.Message >= 0 {
			seen[n.Message]++
		}
		for _, c := range n.Copies {
			seen[c]++
		}
	}
	return slices.IndexFunc(seen, func(n int) bool { return n != 1 })
}

// A mailbox made to cost: each message names many others, in circles, the oldest
// the answer to the newest.
func TestBuildHostile(t *testing.T) {
	const messages, named = 50_000, 60
	heads := make([]Head, messages)
	for i := range heads {
		heads[i] = Head{ID: fmt.Sprint(i), Date: fmt.Sprintf("2024-01-01T%02d:%02d:%02dZ", i/3600, i/60%60, i%60)}
		for k := range named {
			heads[i].InReplyTo = append(heads[i].InReplyTo, fmt.Sprint((i+messages-k*k)%messages))
		}
		heads[i].InReplyTo = append(heads[i].InReplyTo, fmt.Sprint((i+1)%messages))
	}
	if i := misplaced(heads, Build(heads)); i >= 0 {
		t.Fatalf("message %d does not stand in one place", i)
	}
}
