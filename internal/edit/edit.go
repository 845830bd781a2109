// Package edit counts what must be changed in one text to make another of it.
package edit

// Distance is how many elements must be put in, taken out or replaced in a to make
// it b (Levenshtein 1966). Its time is len(a) × len(b): callers bound both.
func Distance[T comparable](a, b []T) int {
	row := make([]int, len(b)+1) // distances of what was seen of a to each beginning of b
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			cost := diagonal
			if x != y {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
