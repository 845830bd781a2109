package paper

import (
	"strings"
	"unicode/utf8"

	"overt/internal/edit"
)

// A sighting is a printed label that was found.
type sighting struct {
	page  *layout
	line  int // where it begins
	last  int // the line of its last word
	first int // its first word there
	end   int // behind its last word in the last line
	cost  float32

	left, top, right, bottom float32
}

// maxLabelLines is over how many lines a label goes that is broken in its box.
const maxLabelLines = 4

// find finds a folded label on a page. Of a label of eight characters or more
// one in eight may be another, and one in six where text was recognised; but not
// the number of its box.
func (l *layout) find(label string) []sighting {
	want := []rune(label)
	may := len(want) / 8
	if l.recognised && len(want) >= 8 {
		may = len(want) / 6
	}
	var out []sighting
	for n, line := range l.lines {
		for i := range line {
			if line[i].fold == "" || !near(line[i].fold, want, may) {
				continue
			}
			if s, ok := l.match(n, i, want, may); ok {
				if !line.begins(i) {
					s.cost += 0.5 // the end of another label
				}
				out = append(out, s)
			}
		}
	}
	return out
}

// near says whether a word can be the beginning of a label.
func near(fold string, want []rune, may int) bool {
	n := utf8.RuneCountInString(fold)
	if n > len(want)+may {
		return false
	}
	if may == 0 {
		return strings.HasPrefix(string(want), fold)
	}
	got, few := []rune(fold), min(may, 2)
	for k := max(1, n-1); k <= min(n+1, len(want)); k++ { // "rn" is read for "m"
		if edit.Distance(got, want[:k]) <= few {
			return true
		}
	}
	return false
}

// match goes on from a word as long as the words are those of the label.
func (l *layout) match(n, i int, want []rune, may int) (sighting, bool) {
	start := &l.lines[n][i]
	s := sighting{page: l, line: n, last: n, first: i, left: start.left, top: start.top, right: start.right, bottom: start.bottom}
	best, got := may+1, []rune(nil)
	at := s
	for {
		line := l.lines[at.last]
		high := line.height()
		k := i
		for ; k < len(line) && len(got) <= len(want)+may; k++ {
			if k > i && line[k].left-line[k-1].right > 2*high {
				break
			}
			got = append(got, []rune(line[k].fold)...)
			at.end, at.right, at.bottom = k+1, max(at.right, line[k].right), max(at.bottom, line[k].bottom)
			if line[k].fold == "" && best > may {
				continue
			}
			if e := edit.Distance(got, want); e < best && boxNumber(got) == boxNumber(want) {
				best = e
				s.last, s.end, s.right, s.bottom = at.last, at.end, at.right, at.bottom
				s.cost = float32(e)
			}
		}
		if best == 0 || len(got) >= len(want)+may || at.last-n+1 >= maxLabelLines || at.last+1 >= len(l.lines) {
			break
		}
		// On in the line beneath, where it begins as far left.
		next := l.lines[at.last+1]
		if next[0].top-l.lines[at.last][0].bottom > 1.6*high {
			break
		}
		i = -1
		for k := range next {
			if next.begins(k) && next[k].left > s.left-3*high && next[k].left < s.left+3*high {
				i = k
				break
			}
		}
		if i < 0 {
			break
		}
		at.last++
	}
	return s, best <= may
}

// boxNumber gives the digits with which a label begins.
func boxNumber(label []rune) string {
	n := 0
	for n < len(label) && '0' <= label[n] && label[n] <= '9' {
		n++
	}
	return string(label[:n])
}

// mark makes the words of a label stops.
func (s *sighting) mark() {
	for n := s.line; n <= s.last; n++ {
		line := s.page.lines[n]
		for i := range line {
			inside := line[i].left >= s.left-1 && line[i].right <= s.right+1
			if inside && (n > s.line || i >= s.first) && (n < s.last || i < s.end) {
				line[i].stop = true
			}
		}
	}
}
