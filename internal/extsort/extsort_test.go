package extsort

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

// The sorter agrees with a stable in-memory sort, however small the arena.
func TestSortAgreesWithStableSort(t *testing.T) {
	for _, memory := range []int{1, 200, 5000, 1 << 20} {
		rng := rand.New(rand.NewPCG(1, uint64(memory)))
		dir := t.TempDir()
		s := New(dir, memory)
		type rec struct{ k, v []byte }
		var want []rec
		for i := range 2000 {
			k := make([]byte, rng.IntN(12))
			for j := range k {
				k[j] = byte(rng.IntN(3))
			}
			r := rec{k, fmt.Appendf(nil, "%d", i)}
			want = append(want, r)
			if err := s.Add(r.k, r.v); err != nil {
				t.Fatal(err)
			}
		}
		slices.SortStableFunc(want, func(a, b rec) int { return bytes.Compare(a.k, b.k) })
		it, err := s.Sort()
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for ; it.Next(); n++ {
			if !bytes.Equal(it.Key(), want[n].k) || !bytes.Equal(it.Value(), want[n].v) {
				t.Fatalf("memory %d, record %d: got %q=%q, want %q=%q", memory, n, it.Key(), it.Value(), want[n].k, want[n].v)
			}
		}
		if it.Err() != nil || n != len(want) || s.Len() != int64(n) {
			t.Fatalf("memory %d: %d of %d records, err %v", memory, n, len(want), it.Err())
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if left, _ := os.ReadDir(dir); len(left) != 0 {
			t.Errorf("memory %d: %d files left behind", memory, len(left))
		}
	}
}

// Keys that begin alike for long, end inside one another, hold zeros or are
// equal come in the order of a stable sort.
func TestSortKeysAlike(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	long := bytes.Repeat([]byte("registry:"), 40)
	var keys [][]byte
	for range 3000 {
		key := bytes.Clone(long[:len(long)-rng.IntN(3)*rng.IntN(60)])
		for range rng.IntN(20) {
			key = append(key, byte(rng.IntN(2)))
		}
		keys = append(keys, key)
	}
	c := &chunk{}
	for i, k := range keys {
		c.refs = append(c.refs, ref{off: uint32(len(c.arena)), klen: uint32(len(k)), vlen: 2})
		c.arena = append(append(c.arena, k...), byte(i>>8), byte(i))
	}
	c.sort()
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return bytes.Compare(keys[a], keys[b]) })
	for i, r := range c.refs {
		if v := c.value(r); int(v[0])<<8|int(v[1]) != order[i] {
			t.Fatalf("place %d: record %d, want %d (%q)", i, int(v[0])<<8|int(v[1]), order[i], c.key(r))
		}
	}
}

// Figures: go test ./internal/extsort -run '^$' -bench Sort
func BenchmarkSortChunk(b *testing.B) {
	rng := rand.New(rand.NewPCG(3, 3))
	c := &chunk{}
	for range 100_000 {
		key := fmt.Appendf(nil, "eus-action:CONT_AWD_%016x", rng.Uint64())
		c.refs = append(c.refs, ref{off: uint32(len(c.arena)), klen: uint32(len(key))})
		c.arena = append(c.arena, key...)
	}
	given := slices.Clone(c.refs)
	for b.Loop() {
		copy(c.refs, given)
		c.sort()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(given)), "ns/record")
}

func TestEmpty(t *testing.T) {
	s := New(t.TempDir(), 0)
	it, err := s.Sort()
	if err != nil || it.Next() || it.Err() != nil {
		t.Fatalf("an empty sorter yields nothing: %v %v", err, it.Err())
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// A folder that cannot be written is an error at Add or Sort, not a loss.
func TestSpillError(t *testing.T) {
	s := New(t.TempDir()+"/absent", 10)
	var err error
	for i := 0; i < 100 && err == nil; i++ {
		err = s.Add([]byte("some key"), []byte("some value"))
	}
	if err == nil {
		t.Fatal("spilling into an absent folder must fail")
	}
}
