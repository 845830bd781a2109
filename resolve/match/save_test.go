package match_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"overt/resolve/match"
)

// twins are a crowd with some records said twice.
func twins(n int) []match.Record {
	out := crowd(n)
	for i := range n / 20 {
		r := out[7*i%len(out)]
		r.ID, r.Source = r.ID+"-twin", "other"
		out = append(out, r)
	}
	return out
}

func saved(t testing.TB, m *match.Matcher) []byte {
	t.Helper()
	b, err := m.Save()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func load(t testing.TB, cfg match.Config, b []byte) *match.Matcher {
	t.Helper()
	m, err := match.Load(cfg, b)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// work leaves out how much a run had to do, which is all that may differ.
var work = cmpopts.IgnoreFields(match.Counts{}, "Times", "Compared", "Drawn", "Divided")

// decide makes up what people say of some records, without contradicting itself.
func decide(r *rand.Rand, records []match.Record) (cs match.Constraints) {
	for range 4 {
		a, b := r.IntN(len(records)/2), len(records)/2+r.IntN(len(records)/2)
		cs.Bound = append(cs.Bound, [2]string{records[a].ID, records[b].ID})
	}
	for len(cs.Apart) < 4 {
		a, b := r.IntN(len(records)/2), r.IntN(len(records)/2)
		if a != b {
			cs.Apart = append(cs.Apart, [2]string{records[a].ID, records[b].ID})
		}
	}
	return cs
}

// TestSaved: what was saved gives what a matcher gives that compares all again, under
// whatever constraints, and the same bytes for any order and number of threads.
func TestSaved(t *testing.T) {
	records := twins(400)
	r := rand.New(rand.NewPCG(3, 9))
	cfg := match.Config{Merge: 0.9, Threads: 1}
	m, plain := run(t, cfg, match.Constraints{}, records)
	first := saved(t, m)
	for _, threads := range []int{2, 4} {
		r.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		other, _ := run(t, match.Config{Merge: 0.9, Threads: threads}, match.Constraints{}, records)
		if !bytes.Equal(saved(t, other), first) {
			t.Errorf("other bytes in another order on %d threads", threads)
		}
	}
	if again := load(t, cfg, first); !bytes.Equal(saved(t, again), first) {
		t.Error("loaded and saved, other bytes")
	}
	for round := range 8 {
		var cs match.Constraints
		if round > 0 {
			cs = decide(r, records)
		}
		_, want := run(t, cfg, cs, records)
		again := load(t, cfg, first)
		got, err := again.Run(t.Context(), cs)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, work); diff != "" {
			t.Fatalf("round %d (-anew +saved):\n%s", round, diff)
		}
		// Each constraint touches two sets at most; all others are as they were.
		if most := 2 * (len(cs.Bound) + len(cs.Apart)); got.Counts.Divided > most || want.Counts.Divided <= most || round > 0 && got.Counts.Divided == 0 {
			t.Errorf("round %d: %d sets divided for %d constraints, %d anew", round, got.Counts.Divided, most/2, want.Counts.Divided)
		}
		back, err := again.Run(t.Context(), match.Constraints{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(plain, back, work); diff != "" {
			t.Fatalf("round %d, taken back (-before +after):\n%s", round, diff)
		}
	}
}

// TestSavedExplains: brought along, two records are explained as in the matcher that
// has them.
func TestSavedExplains(t *testing.T) {
	records := twins(150)
	m, _ := run(t, match.Config{}, match.Constraints{}, records)
	again := load(t, match.Config{}, saved(t, m))
	compared := 0
	for i := range 400 {
		a, b := records[i*31%len(records)], records[(i*31+1+i%3)%len(records)]
		want, err := m.Explain(a.ID, b.ID)
		if err != nil {
			t.Fatal(err)
		}
		for name, of := range map[string]*match.Matcher{"built": m, "loaded": again} {
			got, err := of.Between(b, a)
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Fatalf("%s, %s and %s (-explained +between): %v\n%s", name, a.ID, b.ID, err, diff)
			}
		}
		if want.Compared {
			compared++
		}
	}
	if compared == 0 {
		t.Error("none of the pairs was compared")
	}
	if _, err := again.Explain(records[0].ID, records[1].ID); err == nil {
		t.Error("records are explained that are not there")
	}
	if _, err := again.Between(records[0], person("nobody", "A", "B", "")); err == nil {
		t.Error("a record is explained that was never there")
	}
	if _, err := match.Load(match.Config{Candidates: 7}, saved(t, m)); err == nil {
		t.Error("what was compared with twenty stands for what is compared with seven")
	}
}

// FuzzLoad: what is damaged is refused, and what is not runs.
func FuzzLoad(f *testing.F) {
	m, _ := run(f, match.Config{}, match.Constraints{}, twins(40))
	whole := saved(f, m)
	f.Add(whole)
	for _, at := range []int{0, 17, 40, 400, len(whole) / 2, len(whole) - 1} {
		broken := bytes.Clone(whole)
		broken[at] ^= 0x55
		f.Add(broken)
		f.Add(whole[:at])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := match.Load(match.Config{Threads: 1}, b)
		if err != nil {
			return
		}
		if _, err := m.Run(t.Context(), match.Constraints{}); err != nil {
			t.Fatal(err)
		}
	})
}
