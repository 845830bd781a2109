package pdf

import (
	"math"
	"slices"
	"unicode"
)

// plain finds tables by lines of text that keep to the same columns.
func plain(words []word, across, down []stroke, unit float64) []grid {
	var out []grid
	space := spaceOf(linesOf(words, unit), unit)
	for _, block := range gutters(words, down, space, unit) {
		var bands []band
		for _, l := range linesOf(block, unit) {
			bands = append(bands, band{l, l.chunks(down, space, unit)})
		}
		for _, run := range runs(bands, unit) {
			if g, ok := columns(run, across, unit); ok {
				out = append(out, g)
			}
		}
	}
	return out
}

// columns makes a table of a run of lines, if they keep to columns.
func columns(run []band, across []stroke, unit float64) (grid, bool) {
	cuts := cutsOf(run, unit)
	if len(cuts) == 0 {
		return grid{}, false
	}
	notes := len(run)
	run = unnoted(run, cuts)
	notes -= len(run)
	g := grid{at: run[0].rect}
	rows := make([][][]word, len(run))
	for i, b := range run {
		g.at = g.at.join(b.rect)
		rows[i] = make([][]word, len(cuts)+1)
		for _, c := range b.chunks {
			for _, part := range parts(c, cuts) {
				j := columnOf(part, cuts)
				rows[i][j] = append(rows[i][j], part.words...)
			}
		}
	}
	g.rows = rows
	g = g.pruned()
	if len(g.rows) != len(run) || !g.sound() || !g.tabular() || !g.aligned(unit) || notes > 0 && !g.numeric() {
		return grid{}, false
	}
	g.rows = merged(g.rows, run, across)
	g.unite()
	return g, len(g.rows) >= 2 && len(g.rows[0]) >= 2
}

// unnoted leaves out the notes below a table: last lines of which a piece of
// prose goes across columns.
func unnoted(run []band, cuts []cut) []band {
	across := func(c chunk) bool {
		return len(c.words) >= 4 && !number(c.words) &&
			slices.ContainsFunc(cuts, func(x cut) bool { return c.left < x.from && c.right > x.to })
	}
	for len(run) > 2 && slices.ContainsFunc(run[len(run)-1].chunks, across) {
		run = run[:len(run)-1]
	}
	return run
}

// unite makes one column of two of which no row fills both: a heading that
// stands aside of what it heads.
func (g *grid) unite() {
	for j := len(g.rows[0]) - 2; j >= 0; j-- {
		if slices.ContainsFunc(g.rows, func(row [][]word) bool { return len(row[j]) > 0 && len(row[j+1]) > 0 }) {
			continue
		}
		for i, row := range g.rows {
			row[j] = append(row[j], row[j+1]...)
			g.rows[i] = slices.Delete(row, j+1, j+2)
		}
	}
}

// A cut is the room between two columns.
type cut struct{ from, to float64 }

// cutsOf are the places between the columns of a run: where hardly a line of
// those with the most chunks has a word.
func cutsOf(run []band, unit float64) []cut {
	most := make([]int, len(run))
	for i, b := range run {
		most[i] = len(b.chunks)
	}
	slices.Sort(most)
	typical := most[len(most)*3/4]
	left, right := math.Inf(1), math.Inf(-1)
	var full []band
	for _, b := range run {
		if len(b.chunks) >= 2 && len(b.chunks)*10 >= typical*7 {
			full = append(full, b)
			left, right = min(left, b.left), max(right, b.right)
		}
	}
	if typical < 2 || len(full) < 2 || !(right-left < 1e5) {
		return nil
	}
	const step = 0.5 // points
	count := make([]int, int((right-left)/step)+2)
	for _, b := range full {
		for _, c := range b.chunks {
			for x := int((c.left - left) / step); x <= int((c.right-left)/step); x++ {
				count[x]++
			}
		}
	}
	allowed := len(full) / 12
	var cuts []cut
	for x := 0; x < len(count); {
		if count[x] > allowed {
			x++
			continue
		}
		from := x
		for x < len(count) && count[x] <= allowed {
			x++
		}
		if from > 0 && x < len(count) && float64(x-from)*step >= unit*0.7 {
			cuts = append(cuts, cut{left + float64(from)*step, left + float64(x)*step})
		}
	}
	return cuts
}

// divides says whether a cut falls into the room between two words. Numbers that
// are longer than those above reach past its middle.
func (x cut) divides(left, right float64, numbers bool) bool {
	middle := (x.from + x.to) / 2
	return middle >= left && middle <= right || numbers && x.to >= left && x.from <= right
}

// parts divides a chunk where a cut falls into the room between its words.
func parts(c chunk, cuts []cut) []chunk {
	out, from := []chunk{{c.words[0].rect, c.words[:1]}}, 0
	for i, w := range c.words[1:] {
		last := &out[len(out)-1]
		numbers := number(c.words[i : i+2])
		if slices.ContainsFunc(cuts, func(x cut) bool { return x.divides(last.right, w.left, numbers) }) {
			from = i + 1
			out = append(out, chunk{w.rect, c.words[from : from+1]})
			continue
		}
		last.rect, last.words = last.join(w.rect), c.words[from:i+2]
	}
	return out
}

// columnOf is the column that a chunk stands in: the first one if it is in more,
// but that of most of it if it reaches into one more only.
func columnOf(c chunk, cuts []cut) int {
	for j, x := range cuts {
		middle := (x.from + x.to) / 2
		if c.left+min(4, (c.right-c.left)/2) >= middle {
			continue
		}
		beyond := j+1 == len(cuts) || c.right <= cuts[j+1].to
		if beyond && c.right-x.to > 2*(x.from-c.left) && c.right > x.to {
			return j + 1
		}
		return j
	}
	return len(cuts)
}

// merged joins the lines of a row: those that no line across divides where
// most rows are divided so, and the second lines of cells.
func merged(rows [][][]word, run []band, across []stroke) [][][]word {
	divided := make([]bool, len(rows)) // from the row before
	n := 0
	for i := 1; i < len(rows); i++ {
		divided[i] = crossed(across, run[i-1].rect, run[i].rect)
		if divided[i] {
			n++
		}
	}
	byRule := n*2 >= len(rows)-1 && n >= 2
	pitch := pitchOf(run)
	var out [][][]word
	for i, row := range rows {
		if len(out) > 0 && !divided[i] {
			last := out[len(out)-1]
			near := run[i].top-run[i-1].top <= pitch*1.25
			if byRule && near || near && (continues(last, row) || begins(last, row)) {
				for j, c := range row {
					last[j] = append(last[j], c...)
				}
				continue
			}
		}
		out = append(out, slices.Clone(row))
	}
	return out
}

// crossed says whether a line lies between two lines of text, across most of
// them.
func crossed(across []stroke, above, below rect) bool {
	from, to := min(above.left, below.left), max(above.right, below.right)
	_, y0 := above.centre()
	_, y1 := below.centre()
	covers := 0.0
	for _, s := range across {
		if s.at > y0 && s.at < y1 {
			covers += max(0, min(s.to, to)-max(s.from, from))
		}
	}
	return covers >= (to-from)*0.5
}

// pitchOf is the way from line to line that is usual in a run, or less.
func pitchOf(run []band) float64 {
	var ways []float64
	for i := 1; i < len(run); i++ {
		ways = append(ways, run[i].top-run[i-1].top)
	}
	slices.Sort(ways)
	return ways[len(ways)/4]
}

// continues says whether a line goes on with cells of the row above: it has
// words where that has words, no number, and nothing in the first column.
func continues(above, row [][]word) bool {
	n := 0
	for j, c := range row {
		if len(c) == 0 {
			continue
		}
		if n++; len(above[j]) == 0 || number(c) || number(above[j]) {
			return false
		}
	}
	return n > 0 && (len(row[0]) == 0 || n == 1 && lower(row[0]))
}

// begins says whether the row above is the first line of this one's first cell.
func begins(above, row [][]word) bool {
	for j, c := range above {
		if len(c) > 0 != (j == 0) {
			return false
		}
	}
	return len(row[0]) > 0 && lower(row[0])
}

func lower(words []word) bool {
	for _, c := range words[0].text {
		return unicode.IsLower(c)
	}
	return false
}
