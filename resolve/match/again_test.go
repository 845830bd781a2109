package match_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/resolve/match"
)

// register makes companies of few words, which several have, some with numbers, in
// sources of which one has each once.
func register(r *rand.Rand, n int) (out []match.Record) {
	words := strings.Fields("Northmoor Harbour Quay Ferry Chandlers Trust Lantern Bleaching Dyeing Wharf Tide Saltmarsh Heron Petrel Cooper Tanner")
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	for i := range n {
		name := fmt.Sprint(pick(words), " ", pick(words), " ", pick([]string{"Ltd", "Limited", "Inc", "d.b.a. " + pick(words)}))
		rec := match.Record{ID: fmt.Sprintf("r%05d", r.IntN(1<<16)<<4|i&15), Source: pick([]string{"a", "b", "c", "once"}), Schema: pick([]string{"Company", "LegalEntity", "Organization"})}
		rec.Values = []match.Value{{Prop: "name", Text: name}, {Prop: "address", Text: fmt.Sprintf("%d %s Street, Northmoor", r.IntN(40), pick(words))}}
		if r.IntN(3) == 0 {
			rec.Values = append(rec.Values, match.Value{Prop: "registrationNumber", Text: fmt.Sprint(1000 + r.IntN(300))})
		}
		out = append(out, rec)
	}
	return out
}

// TestReuse: records that come, go and change are resolved with what was kept of the
// time before as they are without, to the byte, whatever came first and on however
// many threads; and most pairs need not be compared again.
func TestReuse(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 4))
	ids := map[string]bool{}
	var all []match.Record
	for _, rec := range append(register(r, 540), twins(300)...) {
		if !ids[rec.ID] {
			ids[rec.ID] = true
			all = append(all, rec)
		}
	}
	r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	held := len(all) - 40
	cfg := match.Config{Unique: []string{"once"}}
	var kept []byte
	for round := range 6 {
		cfg.Threads = []int{1, 2, 4}[round%3]
		now := all[:held+r.IntN(40)]
		if round%2 == 1 {
			rec := &now[r.IntN(len(now))]
			rec.Values = append(rec.Values[:1:1], match.Value{Prop: "phone", Text: fmt.Sprint("+441632960", 100+r.IntN(900))})
		}
		m, want := run(t, match.Config{Unique: cfg.Unique, Threads: 1}, match.Constraints{}, now)
		r.Shuffle(len(now), func(i, j int) { now[i], now[j] = now[j], now[i] })
		again, err := match.New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		for _, rec := range now {
			if err := again.Add(rec); err != nil {
				t.Fatal(err)
			}
		}
		if kept != nil {
			if err := again.Reuse(kept); err != nil {
				t.Fatal(err)
			}
		}
		got, err := again.Run(t.Context(), match.Constraints{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, work); diff != "" {
			t.Fatalf("round %d (-anew +of what was kept):\n%s", round, diff)
		}
		kept = saved(t, m)
		if !bytes.Equal(saved(t, again), kept) {
			t.Fatalf("round %d: other bytes are kept", round)
		}
		c := got.Counts
		t.Logf("round %d: %d records, %d of %d pairs compared, %d drawn", round, c.Records, c.Compared, c.Pairs, c.Drawn)
		// How many there are stays on one step; so many change that common words do not.
		if all := c.Pairs; round == 0 && c.Compared != all || round > 0 && (c.Compared == 0 || c.Compared > all*3/4) {
			t.Errorf("round %d: %d of %d pairs compared", round, c.Compared, all)
		}
	}
}
