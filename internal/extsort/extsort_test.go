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
