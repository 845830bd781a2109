package search

import (
	"slices"
	"strings"
)

const (
	snippetSize = 240 // characters
	snippetLead = 60  // of them before the first mark
	maxSnippets = 3
)

// A Snippet is a piece of a value of an item, with what matched in it. Places
// count characters: in the page of the item's Version for text, so that a viewer
// can open there; in the value itself for title and names.
type Snippet struct {
	Field string `json:"field"` // "text", "title", "name" or "identifier"
	Text  string `json:"text"`
	Start int    `json:"start"`
	End   int    `json:"end"`
	Marks []Span `json:"marks,omitempty"` // ascending, apart from one another
}

// A Span is a stretch of characters, End exclusive.
type Span struct {
	Start int `json:"start"`
	End   int `json:"end"`
}

// A Marker finds the places where a plan matches an item, hit by hit. It is not
// safe for concurrent use.
type Marker struct {
	leaves []*Leaf
	known  []map[string]bool // by word of all leaves: terms seen
}

// Marker makes a marker of the plan's words.
func (p *Plan) Marker() *Marker {
	m := &Marker{leaves: p.Weighed}
	for _, l := range p.Weighed {
		for range l.Words {
			m.known = append(m.known, map[string]bool{})
		}
	}
	return m
}

// A spot is a token that matches a word of a leaf.
type spot struct {
	pos, value int
	Span
}

// Snippets marks an item: passages of its text first, at most three; where
// nothing in it matches, title and names that do; else its beginning.
func (m *Marker) Snippets(it *Item) []Snippet {
	spots := m.spots(it)
	marks := map[int][]Span{} // by value
	n := 0
	for _, l := range m.leaves {
		words := spots[n : n+len(l.Words)]
		n += len(l.Words)
		for _, s := range l.chosen(words) {
			marks[s.value] = append(marks[s.value], s.Span)
		}
	}
	text := 1 + len(it.Names) + len(it.IDs)
	out := windows(it.Text, "text", it.Start, tidy(marks[text]), len(marks) == 0)
	for v := 0; v < text && len(out) < maxSnippets; v++ {
		if value, f := it.value(v); len(marks[v]) > 0 {
			name := map[Field]string{FieldTitle: "title", FieldName: "name", FieldText: "identifier"}[f]
			out = append(out, windows(value, name, 0, tidy(marks[v]), false)...)
		}
	}
	return out[:min(len(out), maxSnippets)]
}

// spots lists for each word of each leaf the tokens that match it.
func (m *Marker) spots(it *Item) [][]spot {
	all := make([][]spot, len(m.known))
	it.Stream(func(f Field, value int, t Token) {
		n := 0
		for _, l := range m.leaves {
			for i := range l.Words {
				if (l.Field == FieldText || l.Field == f) && m.match(n, &l.Words[i], t) {
					all[n] = append(all[n], spot{t.Pos, value, Span{t.Start, t.End}})
				}
				n++
			}
		}
	})
	return all
}

func (m *Marker) match(n int, p *Pattern, t Token) bool {
	if p.Auto == nil {
		return p.Match(t)
	}
	ok, known := m.known[n][t.Term]
	if !known {
		ok = p.Match(t)
		m.known[n][t.Term] = ok
	}
	return ok
}

// maxChosen bounds the matches of a phrase that are marked: far more than fit
// into the snippets of an item.
const maxChosen = 1000

// chosen lists the spots of the leaf's words that are part of a match. Spots of
// a word ascend by position.
func (l *Leaf) chosen(words [][]spot) []spot {
	if len(words) == 1 {
		return words[0]
	}
	starts := words[:1]
	match := func(pos int) []spot { return run(words, pos) }
	if l.Near {
		needs := l.Needs()
		starts = words
		match = func(pos int) []spot { return window(words, needs, pos, pos+len(words)+l.Slop) }
	}
	var out []spot
	for _, w := range starts {
		found := 0
		for i, s := range w {
			if i > 0 && w[i-1].pos == s.pos {
				continue
			}
			if spots := match(s.pos); spots != nil {
				out = append(out, spots...)
				found++
			}
			if found == maxChosen/len(words) {
				break
			}
		}
	}
	return out
}

// from is the part of a word's spots from a position on.
func from(w []spot, pos int) []spot {
	i, _ := slices.BinarySearchFunc(w, pos, func(s spot, pos int) int { return s.pos - pos })
	return w[i:]
}

// run lists the spots of words one behind the other from pos on, nil when one
// is missing.
func run(words [][]spot, pos int) []spot {
	var out []spot
	for i, w := range words {
		rest := from(w, pos+i)
		if len(rest) == 0 || rest[0].pos != pos+i {
			return nil
		}
		out = append(out, rest[0])
	}
	return out
}

// window lists the spots in the positions from pos to before end, nil when a
// word is not there as often as it must be.
func window(words [][]spot, needs []int, pos, end int) []spot {
	var out []spot
	for i, w := range words {
		places, before := 0, -1
		for _, s := range from(w, pos) {
			if s.pos >= end {
				break
			}
			if s.pos != before {
				places, before = places+1, s.pos
			}
			if needs[i] > 0 { // else an earlier word, the same, has it
				out = append(out, s)
			}
		}
		if places < needs[i] {
			return nil
		}
	}
	return out
}

// tidy sorts spans and joins those that touch.
func tidy(spans []Span) []Span {
	slices.SortFunc(spans, func(a, b Span) int { return a.Start - b.Start })
	var out []Span
	for _, s := range spans {
		if n := len(out); n > 0 && s.Start < out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
		} else {
			out = append(out, s)
		}
	}
	return out
}

// windows cuts pieces around marks, which count from the beginning of text.
func windows(text, field string, base int, marks []Span, beginning bool) []Snippet {
	if text == "" || len(marks) == 0 && !beginning {
		return nil
	}
	chars := []rune(text)
	if len(marks) == 0 {
		return []Snippet{cutSnippet(chars, field, base, 0, min(len(chars), snippetSize), nil)}
	}
	var out []Snippet
	from := 0
	for len(marks) > 0 && len(out) < maxSnippets {
		start := max(min(from, marks[0].Start), marks[0].Start-snippetLead)
		if i := slices.Index(chars[start:marks[0].Start], ' '); start > 0 && i >= 0 {
			start += i + 1
		}
		end := max(min(len(chars), start+snippetSize), marks[0].End)
		n := 1
		for n < len(marks) && marks[n].End <= end {
			n++
		}
		out = append(out, cutSnippet(chars, field, base, start, end, marks[:n]))
		marks, from = marks[n:], end
	}
	return out
}

func cutSnippet(chars []rune, field string, base, start, end int, marks []Span) Snippet {
	s := Snippet{Field: field, Text: strings.ToValidUTF8(string(chars[start:end]), ""), Start: base + start, End: base + end}
	for _, m := range marks {
		s.Marks = append(s.Marks, Span{base + m.Start, base + m.End})
	}
	return s
}
