package value

import "math"

// weight is what a shared word is worth, in bits: the less common, the more.
// Without frequencies long words count as rarer, and numbers as rare.
func weight(word string, f Frequencies) float64 {
	if f != nil {
		if share := f.Token(word); share > 0 {
			return math.Max(0.1, -math.Log2(share))
		}
	}
	return math.Min(12, 1+float64(len(word)))
}
