package web

import (
	"slices"
	"strconv"
	"strings"

	"overt/answer"
	"overt/extract/document"
	"overt/ui"
)

// documentPage is what the templates of a document draw.
type documentPage struct {
	*answer.DocumentPage
	q     documentQuery
	drawn bool
}

// neighbours are the pages before and behind, 0 for none.
func (p documentPage) neighbours() (before, behind int) {
	for _, l := range p.Pages {
		if l.Number < p.Page.Number {
			before = l.Number
		}
		if l.Number > p.Page.Number && behind == 0 {
			behind = l.Number
		}
	}
	return before, behind
}

// found counts what is looked for: in the document, and on the pages before this.
func (p documentPage) found() (all, before int) {
	for _, l := range p.Pages {
		all += l.Found
		if l.Number < p.Page.Number {
			before += l.Found
		}
	}
	return all, before
}

// here is the place that is looked at among those found on the page, from 1.
func (p documentPage) here() int { return min(max(p.q.at, 1), max(len(p.Found), 1)) }

// hop is the address of the place found by steps from the one looked at; "" for none.
func (p documentPage) hop(by int) string {
	at := p.here() + by
	if at >= 1 && at <= len(p.Found) {
		return p.q.path("at", strconv.Itoa(at), "span", "") + "#found"
	}
	list := p.Pages
	if by < 0 {
		list = slices.Clone(p.Pages)
		slices.Reverse(list)
	}
	for _, l := range list {
		if l.Found > 0 && (l.Number-p.Page.Number)*by > 0 {
			at = 1
			if by < 0 {
				at = l.Found
			}
			return p.q.path("p", numeral(l.Number), "at", strconv.Itoa(at), "span", "") + "#found"
		}
	}
	return ""
}

// A mark is why a stretch of text stands out.
type mark string

// What marks there are; the first of two that meet is shown.
const (
	markNone  mark = ""
	markQuote mark = "quote" // the passage of the address
	markAt    mark = "at"    // the place found that is looked at
	markFound mark = "found"
	markName  mark = "name" // something the page names
)

// A stretch is a run of characters that are marked alike, within one line.
type stretch struct {
	start int // characters before it on the page
	text  string
	mark  mark
	named *answer.PageMention // of markName
	first bool                // it begins its mark
	ends  bool                // it ends its line
}

// pieces are the text of a page in its order.
func (p documentPage) pieces() []stretch {
	text := []rune(p.Page.Text)
	marks, named := p.marks(len(text))
	var out []stretch
	for at := 0; at < len(text); {
		end := at + 1
		for end < len(text) && text[end-1] != '\n' && marks[end] == marks[at] && named[end] == named[at] {
			end++
		}
		c := stretch{start: at, text: strings.TrimSuffix(string(text[at:end]), "\n"), mark: marks[at], ends: text[end-1] == '\n'}
		if named[at] > 0 {
			c.named = &p.Mentions[named[at]-1]
		}
		c.first = c.mark != markNone && (at == 0 || marks[at-1] != c.mark)
		out = append(out, c)
		at = end
	}
	return out
}

// marks gives the mark of each character, and which mention it belongs to, from 1.
func (p documentPage) marks(n int) ([]mark, []int) {
	marks, named := make([]mark, n), make([]int, n)
	fill := func(s answer.Span, m mark) {
		for i := max(s.Start, 0); i < min(s.End, n); i++ {
			marks[i] = m
		}
	}
	for i, m := range p.Mentions {
		if len(m.Candidates)+len(m.Accepted) == 0 {
			continue
		}
		fill(m.Span, markName)
		for c := max(m.Start, 0); c < min(m.End, n); c++ {
			named[c] = i + 1
		}
	}
	for i, s := range p.Found {
		m := markFound
		if i+1 == p.here() && p.q.end == 0 {
			m = markAt
		}
		fill(s, m)
	}
	if p.q.end > 0 {
		fill(answer.Span{Start: p.q.start, End: p.q.end}, markQuote)
	}
	return marks, named
}

// A spot is a word, or a marked stretch of the page, as it lies over its picture.
type spot struct {
	x, y, width, height string // points
	start               int
	text                string
	mark                mark
}

// spots are the words of the page where they stand, so that they can be selected on
// its picture, each with its mark.
func (p documentPage) spots() []spot {
	text := []rune(p.Page.Text)
	marks, _ := p.marks(len(text))
	out := make([]spot, 0, len(p.Page.Boxes))
	for _, b := range p.Page.Boxes {
		s := spot{
			x: point(b.Left), y: point(b.Top), width: point(b.Right - b.Left), height: point(b.Bottom - b.Top),
			start: b.Start, text: string(text[b.Start:b.End]),
		}
		for _, m := range marks[b.Start:b.End] {
			if m != markName && m != markNone {
				s.mark = m
				break
			}
		}
		out = append(out, s)
	}
	return out
}

// size of the paper in points; that of the picture where there is none.
func (p documentPage) size() (width, height string) { return point(p.Page.Width), point(p.Page.Height) }

// placed says whether words can be laid over the picture.
func (p documentPage) placed() bool { return p.Page.Width > 0 && p.Page.Height > 0 }

func point(v float32) string { return strconv.FormatFloat(float64(v), 'f', 2, 32) }

// windowed are the pages of the list that are shown: all of a short document, else
// the first, the last, those around this one and those where words were found.
func (p documentPage) windowed() []answer.PageLine {
	const all, around = 60, 8
	if len(p.Pages) <= all {
		return p.Pages
	}
	found := 0
	var out []answer.PageLine
	for i, l := range p.Pages {
		near := l.Number >= p.Page.Number-around && l.Number <= p.Page.Number+around
		if l.Found > 0 {
			found++
		}
		if i == 0 || i == len(p.Pages)-1 || near || l.Found > 0 && found <= all {
			out = append(out, l)
		}
	}
	return out
}

// recognised says how sure the recognition of a page was, "" for letters.
func recognised(p document.Page) string {
	if p.Origin != document.Recognised {
		return ""
	}
	return strconv.Itoa(int(p.Confidence*100+.5)) + " %"
}

// listed are the things that the page names, each once.
func (p documentPage) listed() []answer.Entity {
	var out []answer.Entity
	for _, m := range p.Mentions {
		for _, e := range append(slices.Clone(m.Accepted), m.Candidates...) {
			if !slices.ContainsFunc(out, func(x answer.Entity) bool { return x.ID == e.ID }) {
				out = append(out, e)
			}
		}
	}
	return out
}

// views lead between ways to see the page.
func (p documentPage) views(v func(string) string) []ui.Link {
	var out []ui.Link
	for _, l := range documentViews {
		out = append(out, ui.Link{Label: v(l.Label), Href: p.q.path("view", l.Href), Key: l.Key, Here: l.Href == p.q.view})
	}
	return out
}

// markID names the mark that an address leads to, where it begins.
func markID(c stretch) string {
	switch {
	case c.first && c.mark == markQuote:
		return "quote-here"
	case c.first && c.mark == markAt:
		return "found"
	}
	return "at-" + strconv.Itoa(c.start)
}

func citeSpan(q documentQuery) string {
	if q.end == 0 {
		return ""
	}
	return strconv.Itoa(q.start) + "," + strconv.Itoa(q.end)
}

// citeQuote is what the form offers to cite: the passage of the address.
func citeQuote(p documentPage) string {
	if p.q.end == 0 {
		return ""
	}
	return string([]rune(p.Page.Text)[p.q.start:p.q.end])
}

func herePage(here bool) string {
	if here {
		return "page"
	}
	return "false"
}
