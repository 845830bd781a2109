package similar

import (
	"strings"
	"unicode/utf8"

	"overt/search"
)

// A Line is a line of a document's text that says something.
type Line struct {
	Page       int
	Start, End int // characters of the page's text, End exclusive
	Text       string
	key        uint64 // of its words, folded
}

// Lines gives the lines of a page that have a word.
func Lines(page int, text string) []Line {
	var out []Line
	at := 0
	for line := range strings.Lines(text) {
		n := utf8.RuneCountInString(line)
		said := strings.TrimSpace(line)
		l := Line{Page: page, Text: said}
		l.Start = at + utf8.RuneCountInString(line[:strings.Index(line, said)])
		l.End = l.Start + utf8.RuneCountInString(said)
		at += n
		words := 0
		search.Tokens(said, func(w search.Token) {
			if !w.Extra {
				words, l.key = words+1, mix(l.key)+fnv(w.Term)
			}
		})
		if words > 0 {
			out = append(out, l)
		}
	}
	return out
}

// A Diff says by which lines one text differs from another. A line that only moved
// is no difference, nor are case, accents, blanks and signs.
type Diff struct {
	Added, Removed           int
	FirstAdded, FirstRemoved *Line // nil when there is none
}

// Compare tells what the second text has and the first has not, and the other way.
func Compare(a, b []Line) Diff {
	var d Diff
	d.Removed, d.FirstRemoved = beyond(a, b)
	d.Added, d.FirstAdded = beyond(b, a)
	return d
}

// beyond counts the lines of one text that another has not, or not so often.
func beyond(of, other []Line) (n int, first *Line) {
	have := map[uint64]int{}
	for i := range other {
		have[other[i].key]++
	}
	for i := range of {
		if have[of[i].key]--; have[of[i].key] >= 0 {
			continue
		}
		if n++; first == nil {
			first = &of[i]
		}
	}
	return n, first
}
