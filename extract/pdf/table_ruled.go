package pdf

import (
	"cmp"
	"math"
	"slices"
)

// A stroke is a straight line along an axis: at a height from one x to another,
// or at an x from one height to another.
type stroke struct{ at, from, to float64 }

// straighten brings lines along the axes into two lists, and joins those that
// lie on each other or go on where another ends.
func straighten(rules []rule, unit float64) (across, down []stroke) {
	for _, r := range rules {
		if w, h := r.x1-r.x0, r.y1-r.y0; w >= h {
			across = append(across, stroke{(r.y0 + r.y1) / 2, r.x0, r.x1})
		} else {
			down = append(down, stroke{(r.x0 + r.x1) / 2, r.y0, r.y1})
		}
	}
	return joined(across, unit), joined(down, unit)
}

func joined(strokes []stroke, unit float64) []stroke {
	near := min(unit*0.4, 3)
	slices.SortFunc(strokes, func(a, b stroke) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.from, b.from))
	})
	var out []stroke
	for i := 0; i < len(strokes); {
		j := i + 1
		for j < len(strokes) && strokes[j].at-strokes[i].at <= near {
			j++
		}
		same := slices.Clone(strokes[i:j])
		slices.SortFunc(same, func(a, b stroke) int { return cmp.Compare(a.from, b.from) })
		last := same[0]
		for _, s := range same[1:] {
			if s.from <= last.to+near {
				last.to = max(last.to, s.to)
				continue
			}
			out, last = append(out, last), s
		}
		out, i = append(out, last), j
	}
	return slices.DeleteFunc(out, func(s stroke) bool { return s.to-s.from < unit })
}

// maxStrokes bounds the work of finding which lines meet.
const maxStrokes = 3_000

// ruled finds the tables that lines make.
func ruled(words []word, across, down []stroke, unit float64, sheet rect) []grid {
	if len(across) < 2 || len(down) < 1 || len(across)+len(down) > maxStrokes {
		return nil
	}
	var out []grid
	for _, f := range frames(across, down, unit) {
		if g, ok := f.grid(words, unit); ok && !slices.ContainsFunc(out, func(o grid) bool { x, y := g.at.centre(); return o.at.holds(x, y) }) {
			out = append(out, g)
		}
	}
	return out
}

// A frame is lines that meet, and the heights and places at which they lie.
type frame struct {
	across, down []stroke
	ys, xs       []float64
}

// frames gives the sets of lines that meet, the largest first.
func frames(across, down []stroke, unit float64) []frame {
	near := min(unit*0.6, 4)
	group := make([]int, len(across)+len(down))
	for i := range group {
		group[i] = i
	}
	find := func(i int) int {
		for group[i] != i {
			group[i] = group[group[i]]
			i = group[i]
		}
		return i
	}
	for i, a := range across {
		for j, d := range down {
			if d.at >= a.from-near && d.at <= a.to+near && a.at >= d.from-near && a.at <= d.to+near {
				group[find(len(across)+j)] = find(i)
			}
		}
	}
	sets := map[int]*frame{}
	var order []*frame
	for i := range group {
		f := sets[find(i)]
		if f == nil {
			f = &frame{}
			sets[find(i)] = f
			order = append(order, f)
		}
		if i < len(across) {
			f.across = append(f.across, across[i])
		} else {
			f.down = append(f.down, down[i-len(across)])
		}
	}
	var out []frame
	for _, f := range order {
		if len(f.across) >= 2 && len(f.down) >= 1 {
			f.across, f.ys = snapped(f.across, min(unit*0.6, 4))
			f.down, f.xs = snapped(f.down, min(unit, 7))
			f.widen(unit)
			out = append(out, *f)
		}
	}
	slices.SortStableFunc(out, func(a, b frame) int { return cmp.Compare(len(b.across)*len(b.down), len(a.across)*len(a.down)) })
	return out
}

// snapped brings lines close together to the place of the longest of them: the
// edge of a cell's shade to the line beside it. Sorted places come with them.
func snapped(strokes []stroke, near float64) (at []stroke, places []float64) {
	slices.SortFunc(strokes, func(a, b stroke) int { return cmp.Compare(a.at, b.at) })
	for i := 0; i < len(strokes); {
		j := i + 1
		for j < len(strokes) && strokes[j].at-strokes[j-1].at <= near && strokes[j].at-strokes[i].at <= 3*near {
			j++
		}
		longest := slices.MaxFunc(strokes[i:j], func(a, b stroke) int { return cmp.Compare(a.to-a.from, b.to-b.from) })
		for _, s := range strokes[i:j] {
			s.at = longest.at
			at = append(at, s)
		}
		places, i = append(places, longest.at), j
	}
	return at, places
}

// widen adds the sides of a frame that has none: where its lines across begin
// and end.
func (f *frame) widen(unit float64) {
	left, right := math.Inf(1), math.Inf(-1)
	for _, a := range f.across {
		left, right = min(left, a.from), max(right, a.to)
	}
	if f.xs[0]-left > unit {
		f.xs = slices.Insert(f.xs, 0, left)
	}
	if right-f.xs[len(f.xs)-1] > unit {
		f.xs = append(f.xs, right)
	}
}

// grid puts words into the cells of a frame.
func (f *frame) grid(words []word, unit float64) (grid, bool) {
	ny, nx := len(f.ys)-1, len(f.xs)-1
	if ny < 1 || nx < 2 || ny*nx > maxCells {
		return grid{}, false
	}
	at := rect{f.xs[0], f.ys[0], f.xs[nx], f.ys[ny]}
	cells := make([][]word, ny*nx)
	owner := f.owners(ny, nx)
	for _, w := range words {
		x, y := w.centre()
		if !at.holds(x, y) {
			continue
		}
		i, j := max(0, between(f.ys, y)), max(0, between(f.xs, w.left+min(unit/2, (w.right-w.left)/2)))
		o := owner[min(i, ny-1)*nx+min(j, nx-1)]
		cells[o] = append(cells[o], w)
	}
	g := grid{at: at}
	for i := range ny {
		g.rows = append(g.rows, cells[i*nx:(i+1)*nx])
	}
	g.rows = split(g.rows, unit)
	g = g.pruned()
	if finer, ok := f.finer(words, at, unit); ok && (len(g.rows) == 0 || len(finer.rows[0]) > len(g.rows[0])) {
		return finer, true
	}
	if !g.sound() || !g.dense() {
		return grid{}, false
	}
	g.unite()
	return g, len(g.rows[0]) >= 2
}

// finer reads what is inside a frame by its columns alone: lines may divide
// some of them and not others.
func (f *frame) finer(words []word, at rect, unit float64) (grid, bool) {
	var inside []word
	for _, w := range words {
		if at.holds(w.centre()) {
			inside = append(inside, w)
		}
	}
	lines := linesOf(inside, unit)
	space := spaceOf(lines, unit)
	var run []band
	for _, l := range lines {
		run = append(run, band{l, l.chunks(f.down, space, unit)})
	}
	if len(run) < 2 {
		return grid{}, false
	}
	g, ok := columns(run, f.across, unit)
	g.at = at
	return g, ok && g.numeric()
}

// numeric says whether half of the cells beside the first column are numbers.
func (g grid) numeric() bool {
	cells, numbers := 0, 0
	for _, row := range g.rows {
		for _, c := range row[1:] {
			if len(c) > 0 {
				cells++
				if number(c) {
					numbers++
				}
			}
		}
	}
	return numbers*2 >= cells
}

// dense leaves out frames that hold prose or drawings: few cells with much text
// in them.
func (g grid) dense() bool {
	cells, words := 0, 0
	for _, row := range g.rows {
		for _, c := range row {
			if len(c) > 0 {
				cells++
				words += len(c)
			}
		}
	}
	return cells >= 4 && words <= cells*60 && !g.axis()
}

// between is the last place before v.
func between(places []float64, v float64) int {
	i, _ := slices.BinarySearch(places, v)
	return i - 1
}

// owners gives, for each cell of the grid, the upper left one of those that no
// line divides from it.
func (f *frame) owners(ny, nx int) []int {
	owner := make([]int, ny*nx)
	for i := range ny {
		for j := range nx {
			at := i*nx + j
			owner[at] = at
			left := j > 0 && !covered(f.down, f.xs[j], f.ys[i], f.ys[i+1])
			above := i > 0 && !covered(f.across, f.ys[i], f.xs[j], f.xs[j+1])
			switch {
			case left:
				owner[at] = owner[at-1]
			case above:
				owner[at] = owner[at-nx]
			}
		}
	}
	return owner
}

// covered says whether a line at a place divides from one end to the other.
func covered(strokes []stroke, at, from, to float64) bool {
	middle, covers := (from+to)/2, 0.0
	for _, s := range strokes {
		if math.Abs(s.at-at) <= 0.5 {
			if s.from <= middle && s.to >= middle {
				return true
			}
			covers += max(0, min(s.to, to)-max(s.from, from))
		}
	}
	return covers >= (to-from)*0.6
}

// split divides rows in which lines divide the columns alone: more than one
// line of text stands in two cells or more, and most lines hold a number.
func split(rows [][][]word, unit float64) [][][]word {
	var out [][][]word
	for _, row := range rows {
		var all []word
		column := map[int]int{} // start of a word → its column
		for j, c := range row {
			all = append(all, c...)
			for _, w := range c {
				column[w.start] = j
			}
		}
		lines := linesOf(all, unit)
		parts := make([][][]word, len(lines))
		full := 0
		for i, l := range lines {
			parts[i] = make([][]word, len(row))
			for _, w := range l.words {
				j := column[w.start]
				parts[i][j] = append(parts[i][j], w)
			}
			n, numbers := 0, 0
			for _, c := range parts[i] {
				if len(c) > 0 {
					n++
					if number(c) {
						numbers++
					}
				}
			}
			if n >= 2 && numbers*2 >= n-1 && numbers > 0 {
				full++
			}
		}
		if len(lines) >= 2 && full*10 >= len(lines)*8 {
			out = append(out, parts...)
		} else {
			out = append(out, ordered(row, unit))
		}
	}
	return out
}

// ordered brings the words of each cell into reading order.
func ordered(row [][]word, unit float64) [][]word {
	out := make([][]word, len(row))
	for i, c := range row {
		for _, l := range linesOf(c, unit) {
			out[i] = append(out[i], l.words...)
		}
	}
	return out
}

// pruned leaves out the rows and columns that hold nothing.
func (g grid) pruned() grid {
	g.rows = slices.DeleteFunc(g.rows, func(row [][]word) bool {
		return !slices.ContainsFunc(row, func(c []word) bool { return len(c) > 0 })
	})
	if len(g.rows) == 0 {
		return g
	}
	for j := len(g.rows[0]) - 1; j >= 0; j-- {
		if !slices.ContainsFunc(g.rows, func(row [][]word) bool { return len(row[j]) > 0 }) {
			for i, row := range g.rows {
				g.rows[i] = slices.Delete(slices.Clone(row), j, j+1)
			}
		}
	}
	return g
}
