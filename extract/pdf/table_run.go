package pdf

import (
	"math"
	"slices"
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
