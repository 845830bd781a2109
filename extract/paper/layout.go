package paper

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"overt/extract/document"
	"overt/mapping"
)

// A word is what stands between blanks, and where.
type word struct {
	text, fold               string
	start, end               int // characters of the page's text
	left, top, right, bottom float32
	stop                     bool // part of a printed label: no value goes on past it
	field                    bool // what a field of the form holds, and so no label
}

func (w *word) middle() float32 { return (w.top + w.bottom) / 2 }

// A line is the words that stand beside each other, from left to right.
type line []word

// height is that of the line's letters.
func (l line) height() float32 {
	if len(l) == 0 {
		return 1
	}
	all := make([]float32, len(l))
	for i := range l {
		all[i] = l[i].bottom - l[i].top
	}
	slices.Sort(all)
	return max(1, all[len(all)/2])
}

// begins says whether word i begins a stretch of words: more than a blank lies
// before it, that of a typewriter too.
func (l line) begins(i int) bool { return i == 0 || l[i].left-l[i-1].right > 1.5*l.height() }

// first gives the first word of the stretch of word i.
func (l line) first(i int) int {
	for i > 0 && !l.begins(i) {
		i--
	}
	return i
}

// A layout is a page as the eye sees it: lines from top to bottom.
type layout struct {
	number int
	text   []rune
	lines  []line
	// recognised text was read from a picture: letters in it may be digits.
	recognised bool
	cut        bool // it has more words than are looked at
}

// maxWords is how many words of a page are looked at. A form has hundreds.
const maxWords = 20_000

// layOut puts the words of a page where they stand. Where no place is known they
// stand in lines as the text has them, cells of a table under each other.
func layOut(p document.Page) *layout {
	l := &layout{number: p.Number, text: []rune(p.Text), recognised: p.Origin == document.Recognised}
	words := l.placed(p.Boxes)
	if len(words) == 0 {
		words = l.unplaced()
	}
	if len(words) > maxWords {
		words, l.cut = words[:maxWords], true
	}
	slices.SortStableFunc(words, func(a, b word) int { return cmp.Compare(a.middle(), b.middle()) })
	// Words of a line are about as high; what is lower by a third of a letter than
	// any of them stands in the next.
	usual := line(words).height()
	var first, last float32
	for _, w := range words {
		n, middle := len(l.lines), w.middle()
		if n == 0 || middle-last > 0.35*usual || middle-first > 0.75*usual {
			l.lines, first = append(l.lines, line{w}), middle
		} else {
			l.lines[n-1] = append(l.lines[n-1], w)
		}
		last = middle
	}
	for _, line := range l.lines {
		slices.SortStableFunc(line, func(a, b word) int { return cmp.Or(cmp.Compare(a.left, b.left), a.start-b.start) })
	}
	l.numbered()
	return l
}

// placed makes words of boxes. What a form's field holds is told as "name =
// value" where the field stands: the name is not printed there.
func (l *layout) placed(boxes []document.Box) []word {
	fields := l.fields()
	value, end := 0, fields-1 // of the line of a field
	var out []word
	for _, b := range boxes {
		if b.Start < 0 || b.End > len(l.text) || b.End <= b.Start || !(b.Right >= b.Left && b.Bottom >= b.Top) { // nor what is no number
			continue
		}
		if len(out) > maxWords {
			break
		}
		if fields >= 0 && b.Start >= fields {
			for b.Start > end {
				value, end = l.nameEnd(end + 1)
			}
			if b.Start < value {
				continue
			}
		}
		t := string(l.text[b.Start:b.End])
		if n := len(out); n > 0 && out[n-1].field && out[n-1].left == b.Left && out[n-1].top == b.Top && out[n-1].right == b.Right {
			out[n-1].text += " " + t // the same field
			out[n-1].end = b.End
			continue
		}
		w := word{text: t, start: b.Start, end: b.End, left: b.Left, top: b.Top, right: b.Right, bottom: b.Bottom}
		w.field = fields >= 0 && b.Start >= fields
		out = append(out, w)
	}
	for i := range out {
		out[i].fold = mapping.FoldLabel(out[i].text)
	}
	return out
}

// fields gives where the values of a form's fields begin, -1 when there are none.
func (l *layout) fields() int {
	text := string(l.text)
	const heading = "\nForm fields:\n"
	if i := strings.LastIndex(text, heading); i >= 0 {
		return utf8.RuneCountInString(text[:i+len(heading)])
	}
	return -1
}

// nameEnd gives where the line of a character ends, and where the value in it
// begins, behind the first " = ".
func (l *layout) nameEnd(at int) (value, end int) {
	for value, end = -1, at; end < len(l.text) && l.text[end] != '\n'; end++ {
		if value < 0 && end+2 < len(l.text) && l.text[end] == ' ' && l.text[end+1] == '=' && l.text[end+2] == ' ' {
			value = end + 3
		}
	}
	return max(value, at), end
}

// unplaced makes words of text alone: as of a typewriter, 5 points a character,
// 12 a line, a tab to the next cell.
func (l *layout) unplaced() []word {
	const wide, high, cell = 5, 12, 2000
	var out []word
	row, tab, column := float32(0), float32(0), 0
	for i := 0; i < len(l.text) && len(out) <= maxWords; {
		switch r := l.text[i]; {
		case r == '\n':
			row, tab, column = row+high, 0, 0
			i++
			continue
		case r == '\t':
			tab, column = tab+cell, 0
			i++
			continue
		case unicode.IsSpace(r):
			column++
			i++
			continue
		}
		end := i
		for end < len(l.text) && !unicode.IsSpace(l.text[end]) {
			end++
		}
		left := tab + float32(column*wide)
		t := string(l.text[i:end])
		out = append(out, word{text: t, fold: mapping.FoldLabel(t), start: i, end: end, left: left, right: left + float32((end-i)*wide), top: row, bottom: row + high/2})
		column += end - i
		i = end
	}
	return out
}

// numbered marks what looks like a label of a form: it ends with a colon, or
// begins with the number of its box ("17a. CONTRACTOR").
func (l *layout) numbered() {
	for _, line := range l.lines {
		for i := range line {
			switch {
			case line[i].field:
			case strings.HasSuffix(line[i].text, ":") && len(line[i].fold) > 1:
				for k := i; k >= line.first(i) && !line[k].field; k-- {
					line[k].stop = true
				}
			case line.begins(i) && isBoxNumber(line[i].text) && i+1 < len(line) && !line.begins(i+1) && isWord(line[i+1].text):
				for k := i; k == i || k < len(line) && !line.begins(k); k++ {
					line[k].stop = true
				}
			}
		}
	}
}

// isBoxNumber says whether a word is the number of a box: "4.", "17a.", "(12b)".
func isBoxNumber(s string) bool {
	t := strings.Trim(s, "().")
	digits := strings.TrimRight(t, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	return len(t) < len(s) && len(digits) >= 1 && len(digits) <= 2 && len(t)-len(digits) <= 1 && strings.Trim(digits, "0123456789") == ""
}

// isWord says whether a word has two letters or more, the first a capital.
func isWord(s string) bool {
	r := []rune(s)
	return len(r) > 1 && unicode.IsUpper(r[0]) && unicode.IsLetter(r[1])
}
