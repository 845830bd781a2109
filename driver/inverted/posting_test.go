package inverted

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/klauspost/compress/zstd"
)

// TestPosting writes lists and reads them back, in full and in parts.
func TestPosting(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for _, items := range []int{1, 2, 127, 128, 129, 1000} {
		l, whole := &list{}, &list{}
		want := map[uint32][]uint32{}
		var docs []uint32
		doc := uint32(0)
		for range items {
			doc += uint32(r.IntN(3000))
			if _, again := want[doc]; again {
				doc++
			}
			docs = append(docs, doc)
			pos := uint32(0)
			for range 1 + r.IntN(4) {
				pos += uint32(r.IntN(300))
				l.add(doc, pos)
				want[doc] = append(want[doc], pos)
			}
			whole.addWhole(doc)
			whole.addWhole(doc)
		}
		p := posting(l.encode(nil, true))
		if got, _ := p.counts(nil); !slices.Equal(got, docs) {
			t.Errorf("%d items: other items", items)
		}
		if got := posting(whole.encode(nil, false)).docs(nil, nil); !slices.Equal(got, docs) {
			t.Errorf("%d items: other items of a value", items)
		}
		for _, step := range []int{1, 3, 130, 400} {
			places, copied := p.places(), &list{}
			for i := 0; i < items; i += step {
				if got := places.append(nil, i); !slices.Equal(got, want[docs[i]]) {
					t.Errorf("%d items: item %d by steps of %d: %v, want %v", items, i, step, got, want[docs[i]])
				}
			}
			for i, raw := 0, p.places(); i < items; i++ {
				copied.addCounted(docs[i], raw.tfs[i], raw.raw(i))
			}
			if !bytes.Equal(copied.encode(nil, true), p) {
				t.Errorf("%d items: the copy differs", items)
			}
		}
	}
}

// FuzzPosting: bytes are a list, or end in the middle; nothing is sized by them.
func FuzzPosting(f *testing.F) {
	l := &list{}
	for i := range uint32(300) {
		l.add(i*7, i)
		l.add(i*7, i+200)
	}
	f.Add(l.encode(nil, true))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, data []byte) {
		defer func() {
			if r := recover(); r != nil && !errors.Is(r.(error), errDamaged) {
				panic(r)
			}
		}()
		p := posting(data)
		_ = p.docs(nil, nil)
		r := p.places()
		for i := range r.docs {
			_ = r.append(nil, i)
		}
	})
}

// FuzzFiles: no bytes are taken for a segment or a list that were not written
// as one.
func FuzzFiles(f *testing.F) {
	f.Add([]byte(magic))
	f.Add([]byte("{\"version\":1}\n00000000\n"))
	dec, err := zstd.NewReader(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := readSegment(data, dec); err == nil {
			t.Error("a segment of random bytes is opened")
		}
		_, _ = parseList(data)
	})
}

// TestNeighbours: positions compared as bits are those compared one by one.
func TestNeighbours(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	p := &phrase{at: make([][]uint32, 2), from: make([]int, 2)}
	for range 5_000 {
		for j := range p.at {
			p.at[j] = p.at[j][:0]
			for pos := uint32(r.IntN(3)); len(p.at[j]) < 60 && r.IntN(30) > 0; pos += 1 + uint32(r.IntN(3)) {
				p.at[j] = append(p.at[j], pos)
			}
			if n := len(p.at[j]); n > 0 && r.IntN(10) == 0 {
				p.at[j] = append(p.at[j], uint32(len(p.bits)*64-2+r.IntN(4))+p.at[j][n-1])
			}
		}
		if got, want := p.neighbours(p.at[0], p.at[1]), adjacent(p.at, p.from); got != want {
			t.Fatalf("%v and %v: %d times, want %d", p.at[0], p.at[1], got, want)
		}
		if p.bits != [512]uint64{} {
			t.Fatal("bits are left")
		}
	}
}
