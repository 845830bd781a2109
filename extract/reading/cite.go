package reading

import (
	"slices"
	"strings"
	"unicode"

	"overt"
	"overt/extract/document"
)

// A Cite ties a sentence to a passage. It holds enough to be found again in
// another reading of the same document, and to say so when it is not.
type Cite struct {
	Document overt.BlobID `json:"document"`
	Version  string       `json:"version"` // of the reading whose offsets these are
	Page     int          `json:"page"`
	Start    int          `json:"start"` // characters of the page's text, End exclusive
	End      int          `json:"end"`
	Quote    string       `json:"quote"`
	Before   string       `json:"before,omitempty"` // up to 32 characters each side
	After    string       `json:"after,omitempty"`
	// Boxes are where the quote stands on paper, one for each line of it.
	Boxes []document.Box `json:"boxes,omitempty"`
}

// context is how many characters stand on each side of a quote.
const context = 32

// Cite cites characters start to end of a page. Errors: invalid, when the page
// has no such characters or there is nothing but blanks; not_found, when there
// is no such page.
func (r *Reading) Cite(page, start, end int) (Cite, error) {
	p, err := r.Page(page)
	if err != nil {
		return Cite{}, err
	}
	text := []rune(p.Text)
	if start < 0 || end <= start || end > len(text) || strings.TrimSpace(string(text[start:end])) == "" {
		return Cite{}, overt.Errorf(overt.Invalid, "", "page %d has no passage from character %d to %d", page, start, end)
	}
	return Cite{
		Document: r.Document, Version: r.Version, Page: page, Start: start, End: end, Quote: string(text[start:end]),
		Before: string(text[max(0, start-context):start]), After: string(text[end:min(len(text), end+context)]),
		Boxes: lines(p.Boxes, start, end),
	}, nil
}

// lines joins the boxes of a span that stand on one line.
func lines(boxes []document.Box, start, end int) []document.Box {
	var out []document.Box
	for _, b := range boxes {
		if b.End <= start || b.Start >= end {
			continue
		}
		if n := len(out); n > 0 {
			last := &out[n-1]
			middle := (b.Top + b.Bottom) / 2
			if middle > last.Top && middle < last.Bottom && b.Left >= last.Left {
				last.End = b.End
				last.Left, last.Right = min(last.Left, b.Left), max(last.Right, b.Right)
				last.Top, last.Bottom = min(last.Top, b.Top), max(last.Bottom, b.Bottom)
				continue
			}
		}
		out = append(out, b)
	}
	return out
}

// A State says how a cite stands in a reading.
type State string

// The states.
const (
	Same    State = "same"    // there, character for character
	Moved   State = "moved"   // the same words, at another place
	Changed State = "changed" // nearly the same words; both are shown
	Lost    State = "lost"    // not found
)

// Find finds a cite in a reading: at its place, on its page, on the pages
// around it and then on all others. The cite that is given stands in this
// reading; it is the one asked for when it is Same or Lost. Errors: invalid,
// when the reading is of another document; internal.
func (r *Reading) Find(c Cite) (State, Cite, error) {
	if c.Document != r.Document {
		return Lost, c, overt.Errorf(overt.Invalid, "", "the passage is cited from another document")
	}
	if c.Quote == "" {
		return Lost, c, overt.Errorf(overt.Invalid, "", "the citation has no quote")
	}
	var near found
	for _, n := range r.around(c.Page) {
		p, err := r.Page(n)
		if err != nil {
			return Lost, c, err
		}
		text := []rune(p.Text)
		if n == c.Page && c.Start >= 0 && c.Start < c.End && c.End <= len(text) && string(text[c.Start:c.End]) == c.Quote && (c.Version == r.Version || aside(text, c) == len([]rune(c.Before))+len([]rune(c.After))) {
			return Same, c, nil
		}
		if f, ok := exactly(text, c); ok {
			return r.again(Moved, n, f)
		}
		if f := nearly(text, c.Quote, near.edits); f.end > 0 {
			near = f
			near.page = n
		}
	}
	if near.end > 0 {
		return r.again(Changed, near.page, near)
	}
	return Lost, c, nil
}

func (r *Reading) again(s State, page int, f found) (State, Cite, error) {
	c, err := r.Cite(page, f.start, f.end)
	return s, c, err
}

// around gives the numbers of the pages, the nearest first.
func (r *Reading) around(page int) []int {
	numbers := make([]int, len(r.Pages))
	for i, p := range r.Pages {
		numbers[i] = p.Number
	}
	far := func(n int) int { return max(n-page, page-n) }
	slices.SortStableFunc(numbers, func(a, b int) int { return far(a) - far(b) })
	return numbers
}

// aside counts the characters beside a cite's place that are as they were.
func aside(text []rune, c Cite) int { return beside(text, c.Start, c.End, c) }

func beside(text []rune, start, end int, c Cite) int {
	before, after := []rune(c.Before), []rune(c.After)
	n := 0
	for i := 1; i <= len(before) && start-i >= 0 && text[start-i] == before[len(before)-i]; i++ {
		n++
	}
	for i := 0; i < len(after) && end+i < len(text) && text[end+i] == after[i]; i++ {
		n++
	}
	return n
}

type found struct{ page, start, end, edits int }

// exactly finds the quote's words, blanks and line ends being one, where most
// of what stood beside them does.
func exactly(text []rune, c Cite) (best found, ok bool) {
	words, at := squeeze(text)
	quote, _ := squeeze([]rune(c.Quote))
	if len(quote) == 0 {
		return found{}, false
	}
	most := -1
	for i := 0; i+len(quote) <= len(words); i++ {
		if words[i] != quote[0] || !slices.Equal(words[i:i+len(quote)], quote) {
			continue
		}
		f := found{start: at[i], end: at[i+len(quote)-1] + 1}
		if n := beside(text, f.start, f.end, c); n > most {
			best, most, ok = f, n, true
		}
	}
	return best, ok
}

// squeeze makes one blank of several, leaves out a hyphen at a line's end with
// what divides, and tells where each character stood.
func squeeze(text []rune) (out []rune, at []int) {
	for i := 0; i < len(text); i++ {
		switch r := text[i]; {
		case (r == '-' || r == '\u00ad') && i+1 < len(text) && text[i+1] == '\n':
			i++
		case unicode.IsSpace(r):
			if len(out) > 0 && out[len(out)-1] != ' ' {
				out, at = append(out, ' '), append(at, i)
			}
		default:
			out, at = append(out, r), append(at, i)
		}
	}
	if n := len(out); n > 0 && out[n-1] == ' ' {
		out, at = out[:n-1], at[:n-1]
	}
	return out, at
}

// nearly finds the stretch of a text that differs least from a quote (Sellers,
// 1980), if it differs in less than one character of five and in fewer than
// edits, when edits is not 0. Letters of the same fold are equal.
func nearly(text []rune, quote string, edits int) found {
	words, at := squeeze(text)
	q, _ := squeeze([]rune(quote))
	limit := len(q) / 5
	if edits > 0 {
		limit = min(limit, edits-1)
	}
	if limit == 0 || len(words) == 0 || len(q) > 4096 {
		return found{}
	}
	fold(words)
	fold(q)
	// cost[i] is the least number of edits that make q[:i] of a stretch that ends
	// here, from[i] where that stretch begins.
	cost, from := make([]int, len(q)+1), make([]int, len(q)+1)
	for i := range cost {
		cost[i] = i
	}
	best := found{edits: limit + 1}
	for j, r := range words {
		diagonal, origin := cost[0], from[0]
		from[0] = j + 1
		for i := 1; i <= len(q); i++ {
			c, f := diagonal, origin
			if q[i-1] != r {
				c++
			}
			if cost[i]+1 < c {
				c, f = cost[i]+1, from[i]
			}
			if cost[i-1]+1 < c {
				c, f = cost[i-1]+1, from[i-1]
			}
			diagonal, origin = cost[i], from[i]
			cost[i], from[i] = c, f
		}
		if c := cost[len(q)]; c < best.edits && from[len(q)] <= j {
			best = found{start: at[from[len(q)]], end: at[j] + 1, edits: c}
		}
	}
	return best
}

func fold(text []rune) {
	for i, r := range text {
		text[i] = unicode.ToLower(r)
	}
}
