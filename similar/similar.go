// Package similar finds documents that say nearly the same: versions, answers that
// quote, copies with another header or with the noise of a scan. A text is the set of
// its shingles, each two pieces in a row; a piece is a word, or six letters of a longer
// one, so that a wrong letter costs few shingles. Two texts are as similar as the share
// of shingles that both have (Jaccard). A sketch of 96 numbers tells it nearly
// (Broder 1997, MinHash), so that most pairs are never compared.
//
// It works on texts that were read and knows no documents; File keeps sketches by the
// class that said them, and a View shows those that a sight sees.
package similar

import (
	"cmp"
	"math/bits"
	"slices"

	"overt/search"
)

// Width is how many pieces a shingle has, Piece how many letters a piece at most,
// Sketched how many numbers a sketch, and FewWords how many words a text needs to be
// compared.
const (
	Width    = 2
	Piece    = 6
	Sketched = 96
	FewWords = 12
)

// maxSet bounds the shingles of a Set.
const maxSet = 1 << 20

// A Sketch holds the smallest hash of a text's shingles under each of many orders.
type Sketch [Sketched]uint32

// Near estimates how similar two texts are, in [0,1]; its standard error is at most
// 0.052.
func (s *Sketch) Near(o *Sketch) float64 {
	n := 0
	for i := range s {
		if s[i] == o[i] {
			n++
		}
	}
	return float64(n) / Sketched
}

// A Set is the shingles of a text as hashes, ascending, no duplicates. Of a text of
// more than a million those alone are kept whose hash ends in some zeros: as good a
// sample of any other text.
type Set struct {
	hashes []uint64
	level  uint // zeros that a hash must end in
}

// Len is how many shingles are kept.
func (s *Set) Len() int { return len(s.hashes) }

func (s *Set) has(h uint64) bool { return h&(1<<s.level-1) == 0 }

// Jaccard is the share of shingles that both have of those that one of them has, in
// [0,1]; held is the greater share of one's shingles that the other has too.
func Jaccard(a, b *Set) (share, held float64) {
	both, onlyA, onlyB := 0, 0, 0
	for i, k := 0, 0; i < len(a.hashes) || k < len(b.hashes); {
		switch {
		case i < len(a.hashes) && !b.has(a.hashes[i]):
			i++
		case k < len(b.hashes) && !a.has(b.hashes[k]):
			k++
		case k == len(b.hashes) || i < len(a.hashes) && a.hashes[i] < b.hashes[k]:
			onlyA, i = onlyA+1, i+1
		case i == len(a.hashes) || b.hashes[k] < a.hashes[i]:
			onlyB, k = onlyB+1, k+1
		default:
			both, i, k = both+1, i+1, k+1
		}
	}
	if both == 0 {
		return 0, 0
	}
	return float64(both) / float64(both+onlyA+onlyB), float64(both) / float64(both+min(onlyA, onlyB))
}

// A Text is read word by word, page after page.
type Text struct {
	Words  int
	pieces int
	sketch Sketch
	set    *Set // nil where only the sketch is wanted
	last   [Width]uint64
}

// NewText begins a text; whole keeps its shingles as well.
func NewText(whole bool) *Text {
	t := &Text{}
	for i := range t.sketch {
		t.sketch[i] = ^uint32(0)
	}
	if whole {
		t.set = &Set{}
	}
	return t
}

// Add goes on with the text. Words are those of the search index.
func (t *Text) Add(text string) {
	search.Tokens(text, func(w search.Token) {
		if !w.Extra {
			t.word(w.Term)
		}
	})
}

func (t *Text) word(term string) {
	t.Words++
	start, letters := 0, 0
	for i := range term {
		if letters == Piece {
			t.piece(term[start:i])
			start, letters = i, 0
		}
		letters++
	}
	t.piece(term[start:])
}

func (t *Text) piece(p string) {
	copy(t.last[:], t.last[1:])
	t.last[Width-1] = fnv(p)
	if t.pieces++; t.pieces < Width {
		return
	}
	h := uint64(0)
	for _, w := range t.last {
		h = mix(bits.RotateLeft64(h, 23) + w)
	}
	for i := range t.sketch {
		if v := uint32(mix(h^orders[i]) >> 32); v < t.sketch[i] {
			t.sketch[i] = v
		}
	}
	if t.set != nil && t.set.has(h) {
		t.set.hashes = append(t.set.hashes, h)
		t.set.trim(2 * maxSet)
	}
}

// trim makes a set of what was gathered, once there is more of it than some.
func (s *Set) trim(most int) {
	if len(s.hashes) < most {
		return
	}
	slices.Sort(s.hashes)
	s.hashes = slices.Compact(s.hashes)
	for len(s.hashes) > maxSet {
		s.level++
		s.hashes = slices.DeleteFunc(s.hashes, func(h uint64) bool { return !s.has(h) })
	}
}

// Sketch is the sketch of the text; ok is false when it has too few words.
func (t *Text) Sketch() (s Sketch, ok bool) { return t.sketch, t.Words >= FewWords }

// Set gives the shingles of a text that was begun whole.
func (t *Text) Set() *Set {
	t.set.trim(0)
	return t.set
}

// orders are the numbers that make each order of shingles another; they never
// change, for sketches are kept.
var orders = func() (out [Sketched]uint64) {
	for i := range out {
		out[i] = mix(uint64(i+1) * 0x9E3779B97F4A7C15)
	}
	return out
}()

// mix spreads a number over all bits (the finalizer of SplitMix64).
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xBF58476D1CE4E5B9
	x ^= x >> 27
	x *= 0x94D049BB133111EB
	return x ^ x>>31
}

// fnv is FNV-1a of 64 bits.
func fnv(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// Bands and rows of the search for pairs: texts that agree in all rows of one band
// are compared. Of pairs with 0.4 of their shingles in common it finds 88 in a
// hundred, with 0.5 it finds 98.6, with 0.7 all but one in a million.
const (
	bands = 32
	rows  = Sketched / bands
)

// Pairs yields pairs of places in the list that may be similar by at least some
// share, the first below the second; a pair may come more than once. Of more than
// maxBucket texts that agree in a band each is paired with those next to it alone:
// they are one mass of copies, and neighbours tie it together. yield says whether to
// go on.
func Pairs(list []*Sketch, share float64, yield func(a, b int) bool) {
	type key struct {
		hash uint64
		at   int
	}
	keys := make([]key, len(list))
	for band := range bands {
		for i, s := range list {
			h := uint64(band)
			for _, v := range s[band*rows : band*rows+rows] {
				h = mix(h<<1 ^ uint64(v))
			}
			keys[i] = key{h, i}
		}
		slices.SortFunc(keys, func(a, b key) int { return cmp.Or(cmp.Compare(a.hash, b.hash), cmp.Compare(a.at, b.at)) })
		for start := 0; start < len(keys); {
			end := start + 1
			for end < len(keys) && keys[end].hash == keys[start].hash {
				end++
			}
			reach := end - start
			if reach > maxBucket {
				reach = window
			}
			for i := start; i < end; i++ {
				for k := i + 1; k < min(end, i+reach); k++ {
					a, b := keys[i].at, keys[k].at
					if list[a].Near(list[b]) >= share-Slack && !yield(a, b) {
						return
					}
				}
			}
			start = end
		}
	}
}

const (
	maxBucket = 500
	window    = 50
)

// Slack is how far below the share that is asked for an estimate may lie for the
// pair to be compared: three standard errors.
const Slack = 0.155
