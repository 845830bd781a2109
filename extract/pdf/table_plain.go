package pdf

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A chunk is words of one line that stand close together.
type chunk struct {
	rect
	words []word
}

// chunks cuts a line where there is more room than between words, and where a
// line goes down between them.
func (l line) chunks(down []stroke, space, unit float64) []chunk {
	var out []chunk
	for i, w := range l.words {
		if i > 0 {
			last := &out[len(out)-1]
			if gap := w.left - last.right; gap <= space && !parted(down, last.right, w.left, l.rect) {
				last.rect, last.words = last.join(w.rect), append(last.words, w)
				continue
			}
		}
		out = append(out, chunk{w.rect, []word{w}})
	}
	return out
}

func parted(down []stroke, left, right float64, l rect) bool {
	_, y := l.centre()
	return slices.ContainsFunc(down, func(s stroke) bool {
		return s.at >= left-1 && s.at <= right+1 && s.from <= y && s.to >= y
	})
}

// spaceOf is the most room that lies between words of one chunk: somewhat more
// than between most words of the page, which is wide where all letters are.
func spaceOf(lines []line, unit float64) float64 {
	var gaps []float64
	for _, l := range lines {
		for i := 1; i < len(l.words); i++ {
			if gap := l.words[i].left - l.words[i-1].right; gap > 0 {
				gaps = append(gaps, gap)
			}
		}
	}
	if len(gaps) == 0 {
		return unit * 1.2
	}
	slices.Sort(gaps)
	return min(max(unit*1.2, gaps[len(gaps)/4]*1.4), unit*2)
}

// A band is a line with its chunks.
type band struct {
	line
	chunks []chunk
}

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

// minProse is how many lines of prose side by side make columns of a page.
const minProse = 6

// gutters divides what is set as prose in two columns, which are read apart; the
// rest of the page, above and below, stays whole.
func gutters(words []word, down []stroke, space, unit float64) [][]word {
	lines := linesOf(words, unit)
	var out [][]word
	whole := 0 // the first line that is in no block yet
	flush := func(to int) {
		var block []word
		for _, l := range lines[whole:to] {
			block = append(block, l.words...)
		}
		if len(block) > 0 {
			out = append(out, block)
		}
		whole = to
	}
	var first, last, n int
	var x float64
	end := func() {
		if a, b, ok := apart(lines[first:min(last+1, len(lines))], x-unit/2); n >= minProse && ok {
			flush(first)
			out, whole = append(out, a, b), last+1
		}
		n = 0
	}
	for i, l := range lines {
		c := l.chunks(down, space, unit)
		for j := 1; j < len(c); j++ {
			if !prose(c[j-1], unit) || !prose(c[j], unit) {
				continue
			}
			if n > 0 && (i-last > 4 || math.Abs(c[j].left-x) > unit*3) {
				end()
			}
			if n == 0 {
				first, x = i, c[j].left
			}
			last, x, n = i, min(x, c[j].left), n+1
			break
		}
	}
	end()
	flush(len(lines))
	return out
}

// apart divides lines at x, unless a word stands there.
func apart(lines []line, x float64) (left, right []word, ok bool) {
	for _, l := range lines {
		for _, w := range l.words {
			switch {
			case w.right <= x:
				left = append(left, w)
			case w.left >= x:
				right = append(right, w)
			default:
				return nil, nil, false
			}
		}
	}
	return left, right, true
}

func prose(c chunk, unit float64) bool {
	return c.right-c.left > unit*20 && len(c.words) >= 4 && !number(c.words)
}

// runs gives the stretches of lines that may be a table: lines of two chunks or
// more, with few others among them, and no wide gap.
func runs(bands []band, unit float64) [][]band {
	var out [][]band
	var run []band
	single := 0
	end := func() {
		for len(run) > 0 && len(run[len(run)-1].chunks) < 2 {
			run = run[:len(run)-1]
		}
		if len(run) >= 2 {
			out = append(out, run)
		}
		run, single = nil, 0
	}
	for _, b := range bands {
		if len(run) > 0 && b.top-run[len(run)-1].bottom > unit*4 {
			end()
		}
		switch {
		case len(b.chunks) >= 2:
			run, single = append(run, b), 0
		case len(run) == 0:
		case single >= 2 || wide(b, run, unit):
			end()
		default:
			run, single = append(run, b), single+1
		}
	}
	end()
	return out
}

// wide says whether a line of one chunk is prose beside a table: it goes across
// most of it.
func wide(b band, run []band, unit float64) bool {
	at := run[0].rect
	for _, r := range run {
		at = at.join(r.rect)
	}
	return b.right-b.left > (at.right-at.left)*0.6 && len(b.chunks[0].words) > 6
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
