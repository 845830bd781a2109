package paper

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"overt"
	"overt/extract"
	"overt/mapping"
)

const (
	maxHeading = 15 // lines between a heading and what stands under it
	tries      = 4  // lines below a label in which a value of a known form is looked for
)

// beside gives the words behind a label, up to the next label. A label that is
// broken into lines has its value in any of them, or between.
func (s *sighting) beside() [][]word {
	var out [][]word
	for n := range s.page.lines {
		if !s.besides(n) {
			continue
		}
		var in []word
		line := s.page.lines[n]
		hint := n == s.last && !strings.HasSuffix(line[s.end-1].text, ":")
		for i := range line {
			if line[i].left < s.right-1 || n == s.last && i < s.end {
				continue
			}
			if hint && len(in) == 0 && (strings.HasPrefix(line[i].text, "(") || inHint(line[s.end:i])) {
				continue // "(If any)", "(mm/dd/yyyy)": how to fill it in
			}
			if line[i].stop {
				break
			}
			if line[i].fold != "" || len(in) > 0 {
				in = append(in, line[i])
			}
		}
		if len(in) > 0 {
			out = append(out, in)
		}
	}
	// Of a table whose rows are no lines, from left to right.
	slices.SortStableFunc(out, func(a, b []word) int {
		switch {
		case a[len(a)-1].right < b[0].left:
			return -1
		case b[len(b)-1].right < a[0].left:
			return 1
		}
		return 0
	})
	return out
}

// besides says whether a line stands beside the label.
func (s *sighting) besides(n int) bool {
	if n >= s.line && n <= s.last {
		return true
	}
	l := s.page.lines[n]
	slack := l.height() / 4
	return n >= s.line-2 && n <= s.last+2 && l[0].middle() > s.top-slack && l[0].middle() < s.bottom+slack
}

// inHint says whether a parenthesis is open behind words.
func inHint(words line) bool {
	for i := len(words) - 1; i >= 0; i-- {
		if strings.HasSuffix(words[i].text, ")") {
			return false
		}
		if strings.HasPrefix(words[i].text, "(") {
			return true
		}
	}
	return false
}

// under gives the words in the label's line that stand in the column of a
// heading above it.
func (s *sighting) under(headings []sighting) [][]word {
	var best *sighting
	for i := range headings {
		h := &headings[i]
		if h.page == s.page && h.last < s.line && s.line-h.last <= maxHeading && h.left > s.left && (best == nil || h.last > best.last) {
			best = h
		}
	}
	if best == nil {
		return nil
	}
	heads := s.page.lines[best.last]
	slack := heads.height()
	left, right := best.left-slack, float32(-1)
	for i := best.end; i < len(heads); i++ {
		if heads.begins(i) {
			right = heads[i].left - slack
			break
		}
	}
	var out [][]word
	for n, line := range s.page.lines {
		if !s.besides(n) {
			continue
		}
		var in []word
		for _, w := range line {
			if w.left > s.right && !w.stop && w.left >= left && (right < 0 || w.left < right) {
				in = append(in, w)
			}
		}
		if len(in) > 0 {
			out = append(out, in)
		}
	}
	return out
}

// beneath gives the lines beneath a label, as far as the box goes: to the left of
// what stands beside the label, and down to the next label or an empty line.
func (s *sighting) beneath(field *mapping.FormField) [][]word {
	lines := s.page.lines
	high := lines[s.line].height()
	first := lines[s.line].first(s.first)
	left := min(s.left, lines[s.line][first].left) - 1.5*high
	right := float32(-1)
	for n := s.line; n <= s.last; n++ {
		for i, w := range lines[n] {
			if w.left > s.right && lines[n].begins(i) && (right < 0 || w.left < right) {
				right = w.left
			}
		}
	}
	most := field.Lines
	if field.Value != nil {
		most = max(most, tries)
	}
	var out [][]word
	bottom := s.bottom
	for n := s.last + 1; n < len(lines) && len(out) < most; n++ {
		var in []word
		for i := range lines[n] {
			if w := lines[n][i]; w.left >= left && (right < 0 || w.left < right-0.2*high) {
				if w.stop {
					if len(in) == 0 {
						return out
					}
					break
				}
				in = append(in, w)
			}
		}
		if len(in) == 0 {
			continue
		}
		room := 3.5 * high
		if len(out) > 0 {
			room = 1.8 * high
		}
		if in[0].top-bottom > room {
			break
		}
		out, bottom = append(out, in), in[0].bottom
	}
	return out
}

// cellOf makes the cell of a field of the lines that stand beside or below its
// label: what of them its pattern takes, else its lines.
func cellOf(l *layout, lines [][]word, field *mapping.FormField) (extract.Cell, bool) {
	if field.Value == nil || field.Lines > 1 {
		lines = lines[:min(len(lines), field.Lines)]
		return cut(l, slices.Concat(lines...), textOf(lines), field)
	}
	for _, one := range lines {
		if cell, ok := cut(l, one, textOf([][]word{one}), field); ok {
			return cell, true
		}
	}
	return extract.Cell{}, false
}

// textOf puts words together, a line feed between lines.
func textOf(lines [][]word) string {
	var b strings.Builder
	for i, words := range lines {
		for k, w := range words {
			switch {
			case k > 0:
				b.WriteByte(' ')
			case i > 0:
				b.WriteByte('\n')
			}
			b.WriteString(w.text)
		}
	}
	return b.String()
}

// digits are those that the recognition of text takes for letters. Each is as long
// as its letter.
var digits = strings.NewReplacer("O", "0", "o", "0", "Q", "0", "D", "0", "I", "1", "l", "1", "i", "1", "|", "1", "Z", "2", "z", "2", "S", "5", "s", "5", "G", "6", "B", "8")

// cut takes out of a text, which words make, what a pattern asks for.
func cut(l *layout, words []word, text string, field *mapping.FormField) (extract.Cell, bool) {
	from, to := 0, len(text)
	if field.Value != nil {
		m := field.Value.FindStringSubmatchIndex(text)
		if m == nil && l.recognised {
			// What stands there is quoted; what it must be is the value.
			text = digits.Replace(text)
			m = field.Value.FindStringSubmatchIndex(text)
		}
		if m == nil {
			return extract.Cell{}, false
		}
		if from, to = m[0], m[1]; len(m) == 4 && m[2] >= 0 {
			from, to = m[2], m[3]
		}
	}
	if !strings.ContainsFunc(text[from:to], func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
		return extract.Cell{}, false
	}
	// The characters of the text that words have, one blank between two.
	var spans []word
	at := 0
	for _, w := range words {
		end := at + len(w.text)
		if a, b := max(from, at), min(to, end); a < b {
			if w.end-w.start == utf8.RuneCountInString(w.text) {
				w.start, w.end = w.start+utf8.RuneCountInString(w.text[:a-at]), w.end-utf8.RuneCountInString(w.text[b-at:])
			}
			spans = append(spans, w)
		}
		at = end + 1
	}
	if len(spans) == 0 {
		return extract.Cell{}, false
	}
	start, end := l.stretch(spans)
	c := extract.Cell{Text: strings.ReplaceAll(text[from:to], "\n", " "), At: overt.Locator{Page: l.number, Start: start, End: end}}
	if there := string(l.text[start:end]); there != c.Text {
		c.Raw = there
	}
	return c, true
}

// stretch gives the characters from the first to the last of the words, if
// nothing else stands between them in the text; else of the most that stand
// together.
func (l *layout) stretch(words []word) (start, end int) {
	slices.SortFunc(words, func(a, b word) int { return a.start - b.start })
	for i := 0; i < len(words); {
		k := i + 1
		for k < len(words) && strings.TrimSpace(string(l.text[min(words[k-1].end, words[k].start):words[k].start])) == "" {
			k++
		}
		if words[k-1].end-words[i].start > end-start {
			start, end = words[i].start, words[k-1].end
		}
		i = k
	}
	return start, end
}
