package search

import "math"

// BM25 with the usual constants (Robertson and Zaragoza, The Probabilistic
// Relevance Framework, 2009). Every figure is taken over visible items alone.
const (
	k1 = 1.2
	kb = 0.75
)

// Stats are the visible items and the words in them.
type Stats struct{ Items, Words int64 }

// Weight is the weight of a leaf that df visible items match.
func (s Stats) Weight(df int64) float64 {
	return math.Log(1 + (float64(s.Items)-float64(df)+0.5)/(float64(df)+0.5))
}

// Score is what a leaf of a weight adds to an item of so many words in which it
// matches tf times. tf counts up to 65,535.
func (s Stats) Score(weight float64, tf, words uint32) float64 {
	if tf == 0 {
		return 0
	}
	f := float64(min(tf, math.MaxUint16))
	mean := float64(s.Words) / float64(s.Items)
	norm := float64(k1 * (1 - kb + float64(kb*float64(words))/mean))
	return weight * float64(f*(k1+1)) / (f + norm)
}
