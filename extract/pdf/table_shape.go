package pdf

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// tabular says that what keeps to columns is no prose, list, table of contents
// or drawing.
func (g grid) tabular() bool {
	rows, n := len(g.rows), len(g.rows[0])
	cells, words := make([]int, n), make([]int, n)
	numbers, marks, leaders := 0, 0, 0
	for _, row := range g.rows {
		for j, c := range row {
			if len(c) == 0 {
				continue
			}
			cells[j]++
			words[j] += len(c)
			switch {
			case j > 0 && number(c):
				numbers++
			case j == 0 && mark(c):
				marks++
			}
			if slices.ContainsFunc(c, func(w word) bool { return strings.Contains(w.text, "....") }) {
				leaders++
			}
		}
	}
	all, full := 0, 0 // columns of lines of prose
	for j := range n {
		all += cells[j]
		if words[j]*2 >= cells[j]*7 {
			full++
		}
	}
	switch few := numbers*4 < all-cells[0]; {
	case leaders*3 >= rows && n <= 3:
		return false
	case n == 2:
		return rows >= 3 && marks*2 < rows && numbers*2 >= rows
	case rows < 3 && n < 4:
		return false
	case few && (marks*2 >= rows || words[0]*2 >= cells[0]*7 && full >= 2 || full == n):
		return false
	}
	return !g.axis()
}

// axis says whether a column is the scale of a drawing: numbers that go down by
// the same step, other than years.
func (g grid) axis() bool {
	for j := range g.rows[0] {
		var scale []float64
		for _, row := range g.rows {
			if len(row[j]) == 0 {
				continue
			}
			v, err := strconv.ParseFloat(strings.NewReplacer(",", "", "%", "").Replace(row[j][0].text), 64)
			if err != nil || len(row[j]) > 1 {
				continue
			}
			scale = append(scale, v)
		}
		if len(scale) >= 5 && even(scale) {
			return true
		}
	}
	return false
}

func even(scale []float64) bool {
	step := scale[0] - scale[1]
	for i := 2; i < len(scale); i++ {
		if math.Abs(scale[i-1]-scale[i]-step) > math.Abs(step)/1000 {
			return false
		}
	}
	return step > 0 && step != 1
}

// aligned says that the cells of each column but the first begin, end or have
// their middle at one place. Gaps in justified prose do not.
func (g grid) aligned(unit float64) bool {
	enough := 5 // of ten cells
	if !g.numeric() {
		enough = 7
	}
	columns, straight := 0, 0
	for j := 1; j < len(g.rows[0]); j++ {
		var left, middle, right []float64
		for _, row := range g.rows {
			if len(row[j]) == 0 {
				continue
			}
			at := row[j][0].rect
			for _, w := range row[j] {
				at = at.join(w.rect)
			}
			left, middle, right = append(left, at.left), append(middle, (at.left+at.right)/2), append(right, at.right)
		}
		if len(left) < 2 {
			continue
		}
		columns++
		if j == len(g.rows[0])-1 && !number(g.rows[len(g.rows)-1][j]) {
			right = nil // of prose, too
		}
		if max(most(left, unit), most(middle, unit), most(right, unit))*10 >= len(left)*enough {
			straight++
		}
	}
	return columns > 0 && straight*10 >= columns*6
}

// most is how many places lie together.
func most(places []float64, unit float64) int {
	slices.Sort(places)
	n, from := 0, 0
	for i, x := range places {
		for x-places[from] > unit*0.8 {
			from++
		}
		n = max(n, i-from+1)
	}
	return n
}

// mark says whether a cell is the mark of a list's point.
func mark(c []word) bool {
	if len(c) != 1 {
		return false
	}
	s := strings.Trim(c[0].text, "().[]:")
	if len([]rune(s)) > 2 {
		return false
	}
	for _, r := range s {
		if unicode.IsDigit(r) {
			return strings.HasSuffix(c[0].text, ".") || strings.HasSuffix(c[0].text, ")")
		}
	}
	return true
}
