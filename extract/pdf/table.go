package pdf

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"overt/extract/document"
)

// Tables are found from the boxes of words and the straight lines of a page,
// whatever engine gave them. Where lines make a grid, the grid says what a cell
// is (table_ruled.go); elsewhere lines of text that keep to the same columns do
// (table_plain.go). Prose in columns, lists and tables of contents look alike:
// what could be one of those is no table.

// A word is a word of a page and where it stands.
type word struct {
	rect
	text       string
	start, end int // characters of the page's text
}

// A grid is a table found on a page: rows of cells, all rows of one length.
type grid struct {
	at   rect
	rows [][][]word
}

const (
	maxWords = 20_000 // of a page with more no table is sought
	maxCells = 50_000 // of one table
)

// tables finds the tables of a page, from top to bottom.
func tables(words []word, rules []rule, width, height float64) []grid {
	if len(words) < 4 || len(words) > maxWords {
		return nil
	}
	unit := unitOf(words)
	if unit <= 0 {
		return nil
	}
	across, down := straighten(rules, unit)
	found := ruled(words, across, down, unit, rect{0, 0, width, height})
	rest := words
	for _, g := range found {
		rest = without(rest, g.at)
	}
	found = append(found, plain(rest, across, down, unit)...)
	slices.SortStableFunc(found, func(a, b grid) int {
		return cmp.Or(cmp.Compare(a.at.top, b.at.top), cmp.Compare(a.at.left, b.at.left))
	})
	return found
}

// unitOf is the middle height of a word: about two thirds of the type's size.
func unitOf(words []word) float64 {
	heights := make([]float64, len(words))
	for i, w := range words {
		heights[i] = w.bottom - w.top
	}
	slices.Sort(heights)
	return heights[len(heights)/2]
}

func (r rect) centre() (x, y float64) { return (r.left + r.right) / 2, (r.top + r.bottom) / 2 }

func (r rect) holds(x, y float64) bool {
	return x >= r.left && x <= r.right && y >= r.top && y <= r.bottom
}

func without(words []word, at rect) []word {
	return slices.DeleteFunc(slices.Clone(words), func(w word) bool { return at.holds(w.centre()) })
}

// tables tells the tables of a page to the reader of the document.
func (p *page) tables(grids []grid) {
	for n, g := range grids {
		name := fmt.Sprintf("page %d, table %d", p.Number, n+1)
		for i, row := range g.rows {
			r := document.Row{Table: name, Number: int64(i + 1), Page: p.Number}
			for _, words := range row {
				r.Cells = append(r.Cells, cellOf(words))
			}
			p.rows = append(p.rows, r)
		}
	}
}

// cellOf joins the words of a cell. Its place is that of its words in the
// page's text; where others stand among them there, of the first ones.
func cellOf(words []word) document.Cell {
	if len(words) == 0 {
		return document.Cell{}
	}
	var texts []string
	c := document.Cell{Start: words[0].start, End: words[0].end}
	for i, w := range words {
		if i > 0 && w.start == words[i-1].end && texts != nil { // one word in two boxes
			texts[len(texts)-1] += w.text
		} else {
			texts = append(texts, w.text)
		}
		if w.start >= c.End && w.start <= c.End+1 {
			c.End = w.end
		}
	}
	c.Text = strings.Join(texts, " ")
	return c
}

// wordsOf gives the words of a text that have boxes.
func wordsOf(text string, boxes []document.Box) []word {
	runes := []rune(text)
	out := make([]word, 0, len(boxes))
	for _, b := range boxes {
		at := rect{float64(b.Left), float64(b.Top), float64(b.Right), float64(b.Bottom)}
		if s := string(runes[b.Start:b.End]); at.right > at.left && at.bottom > at.top {
			out = append(out, word{at, s, b.Start, b.End})
		}
	}
	return out
}

// A line is words side by side, from left to right.
type line struct {
	rect
	words []word
}

// linesOf puts words into lines, from top to bottom. A word is in the line whose
// middle it is nearest to, if that is near enough.
func linesOf(words []word, unit float64) []line {
	sorted := slices.Clone(words)
	slices.SortStableFunc(sorted, func(a, b word) int {
		return cmp.Compare(a.top+a.bottom, b.top+b.bottom)
	})
	var out []line
	var middle float64
	for _, w := range sorted {
		_, y := w.centre()
		if n := len(out) - 1; n >= 0 && y-middle < unit*0.6 {
			l := &out[n]
			middle = (middle*float64(len(l.words)) + y) / float64(len(l.words)+1)
			l.words, l.rect = append(l.words, w), l.join(w.rect)
			continue
		}
		out, middle = append(out, line{w.rect, []word{w}}), y
	}
	for _, l := range out {
		slices.SortStableFunc(l.words, func(a, b word) int { return cmp.Compare(a.left, b.left) })
	}
	return out
}

// number says whether a word counts or measures something.
func number(words []word) bool {
	digits, letters := 0, 0
	for _, w := range words {
		for _, c := range w.text {
			switch {
			case unicode.IsDigit(c):
				digits++
			case unicode.IsLetter(c):
				letters++
			}
		}
	}
	return digits > letters || digits+letters == 0 // "–" and "*" stand for one
}

// sound says whether rows of cells are a table at all.
func (g grid) sound() bool {
	if len(g.rows) < 2 || len(g.rows)*len(g.rows[0]) > maxCells {
		return false
	}
	columns, filled := make([]int, len(g.rows[0])), 0
	wide := 0 // rows with two cells or more
	for _, row := range g.rows {
		n := 0
		for i, c := range row {
			if len(c) > 0 {
				columns[i]++
				n++
			}
		}
		if filled += n; n >= 2 {
			wide++
		}
	}
	used := 0
	for _, n := range columns {
		if n > 0 {
			used++
		}
	}
	return used >= 2 && wide >= 2 && wide*2 >= len(g.rows) && filled*10 >= 4*len(g.rows)*used
}
