package mention

import (
	"slices"
	"strings"
	"unicode/utf8"

	"overt/internal/language"
)

// Propose gives what is written as names of organisations and persons are: runs
// of capitals with a legal form, with a word such as Department or Bank, behind
// a title, or with a given name first. The words are English ones above all;
// legal forms are those of many countries.
//
// These are suggestions with noise in them, for a person to look at. Of a
// person there is the name as it stands and nothing more.
func Propose(text string, emit func(Span)) {
	p := proposer{text: text, emit: emit}
	p.in.reset(text)
	for p.fill() {
		for p.at < len(p.list) && (p.done || p.at < len(p.list)-proposeAhead) {
			p.at += p.run(p.at)
		}
	}
}

const (
	proposeBlock = 512
	proposeAhead = 64 // words; no run is longer
	proposeBack  = 8
)

// A said is a word with what stands before it.
type said struct {
	word
	fold  string // without a possessive s
	gap   string
	owner bool // it has one
}

type proposer struct {
	text string
	emit func(Span)
	in   words
	list []said
	at   int
	done bool
	end  int // of the last word read, in bytes

	covered int // end of what was given, in bytes
}

// fill reads on; false when all is read and gone through.
func (p *proposer) fill() bool {
	if p.done {
		return false
	}
	drop := max(p.at-proposeBack, 0)
	p.list = append(p.list[:0], p.list[drop:]...)
	p.at -= drop
	for len(p.list) < proposeBlock+proposeAhead+proposeBack {
		if !p.in.next() {
			p.done = true
			break
		}
		w := p.in.word
		fold := string(p.in.fold)
		owner := w.last > 0 && fold[min(w.last, len(fold)):] == "s"
		if owner {
			fold = fold[:w.last]
		}
		p.list = append(p.list, said{w, fold, p.text[p.end:w.start], owner})
		p.end = w.end
	}
	return true
}

func (w *said) capital() bool { return w.flags&upperFirst != 0 }
func (w *said) allCaps() bool {
	return w.flags&(upperFirst|hasLower|twoLetters) == upperFirst|twoLetters
}
func (w *said) initial() bool { return w.capital() && w.flags&twoLetters == 0 }

// joins says whether the word at i can be of one name with the one before it.
func (p *proposer) joins(i int) bool {
	w, last := &p.list[i], &p.list[i-1]
	switch w.gap {
	case " ", "\n", "\u00a0", "-", "", " \n":
		return true
	case ". ", ".\n", ".":
		return last.initial() || abbreviations[last.fold] || p.formAt(i) > 0 && w.gap != ".\n"
	case ", ", ",\n", ",":
		return p.formAt(i) > 0
	case "/": // d/b/a
		return false
	}
	return false
}

// run looks at the capitals that begin at i, and says how many words to go on.
func (p *proposer) run(i int) int {
	if !p.list[i].capital() || p.list[i].flags&glued != 0 {
		return 1
	}
	end := p.extent(i)
	if n := p.person(i, end); n > 0 {
		return n
	}
	if n := p.organization(i, end); n > 0 {
		return n
	}
	return 1
}

// extent gives the end of a run: capitals, and small words between them.
func (p *proposer) extent(i int) int {
	end := i + 1
	for end < len(p.list) && end-i < proposeAhead-8 {
		switch w := &p.list[end]; {
		case !p.joins(end):
			return end
		case w.capital() || w.fold == "and" && w.end-w.start == 1:
			end++
		case p.formAt(end) > 0:
			return end + p.formAt(end)
		case w.fold[0] <= '9' && w.flags&hasLower == 0 && len(w.fold) < 4:
			end++
		default:
			n := 0
			for n < 2 && end+n < len(p.list) && connectors[p.list[end+n].fold] && p.joins(end+n) {
				n++
			}
			if n == 0 || end+n >= len(p.list) || !p.list[end+n].capital() || !p.joins(end+n) || n == 2 && p.list[end].fold == "and" {
				return end
			}
			end += n
		}
	}
	return end
}

// organization gives the name of one in a run, and the words to go on.
func (p *proposer) organization(i, end int) int {
	first := i
	for first < end && (!p.list[first].capital() || language.IsFunctionWord(p.list[first].fold) && !p.list[first].allCaps() || leads[p.list[first].fold]) {
		first++
	}
	for k := first + 1; k < end; k++ {
		if n := p.formAt(k); n > 0 {
			first = p.beforeForm(first, k)
			return p.give(Organization, first, k+n) - i
		}
	}
	for k := first; k < end-1; k++ {
		if p.list[k].owner {
			first = k + 1 // whose office it is
		}
	}
	if first >= end || p.shouted(first, end) {
		return 0
	}
	last, head := p.head(first, end)
	if !head || last-first < 2 {
		return 0
	}
	return p.give(Organization, first, last) - i
}

// beforeForm gives where the name before a legal form begins: not before a
// small word that no head word explains ("Paid to Quorvex LLC"), and among
// capitals not far before.
func (p *proposer) beforeForm(first, form int) int {
	if p.shouted(first, form) && form-first > 5 {
		first = form - 5
	}
	for k := first + 1; k < form-1; k++ {
		switch p.list[k].fold {
		case "to", "in", "on", "for", "by", "with":
			if !slices.ContainsFunc(p.list[first:k], func(w said) bool { return openers[w.fold] }) {
				first = k + 1
			}
		}
	}
	return first
}

// head finds a word such as Department or Bank in a run, and where the name
// ends: before a word such as Act, before a second head behind "and", and not
// with a small word.
func (p *proposer) head(first, end int) (last int, found bool) {
	last = first
	for k := first; k < end; k++ {
		w := &p.list[k]
		if found && k > first+1 && (tails[w.fold] && !(posts[w.fold] && p.list[first].fold == "office") || p.list[k-1].fold == "and" && openers[w.fold] && k+1 < end && p.opens(k)) {
			break
		}
		if !found && tails[w.fold] {
			return last, false
		}
		heads := openers[w.fold] && (k > first || k+1 < end && p.opens(k)) || closers[w.fold] && k > first
		found = found || w.capital() && heads
		if w.capital() || w.fold[0] <= '9' {
			last = k + 1
		}
	}
	return last, found
}

// opens says whether the head word at k, the first of a run, goes on as a name:
// Department of, Center for, but not Authority for.
func (p *proposer) opens(k int) bool {
	next := p.list[k+1].fold
	return connectors[next] && next != "and" && next != "the" && next != "to" && next != "in" && (next == "of" || p.list[k].fold != "authority")
}

// shouted says whether a stretch is in capitals throughout, where they tell
// nothing.
func (p *proposer) shouted(first, end int) bool {
	n := 0
	for k := first; k < end; k++ {
		if w := &p.list[k]; w.flags&hasLower != 0 {
			return false
		} else if w.flags&twoLetters != 0 {
			n++
		}
	}
	return n > 1
}

// person gives a name behind a title, or one that begins with a given name.
func (p *proposer) person(i, end int) int {
	from, titled := i, false
	for from < end && titles[p.list[from].fold] && p.list[from].capital() {
		from, titled = from+1, true
	}
	if from >= len(p.list) || titled && from > i && !p.joinsTitle(from) {
		return 0
	}
	to := from
	for to < len(p.list) && to-from < 5 && (to == from || p.joins(to)) {
		w := &p.list[to]
		if !w.capital() && !particles[w.fold] || openers[w.fold] || closers[w.fold] || tails[w.fold] || p.formAt(to) > 0 {
			break
		}
		if language.IsFunctionWord(w.fold) && !w.initial() && !particles[w.fold] || months()[w.fold] > 0 && !givenNames[w.fold] {
			break
		}
		to++
	}
	for to > from && (particles[p.list[to-1].fold] && !p.list[to-1].capital() || p.list[to-1].initial()) {
		to--
	}
	size := to - from
	switch {
	case size == 0 || to < end && (openers[p.list[to].fold] || closers[p.list[to].fold] || p.formAt(to) > 0) && p.joins(to):
		return 0 // John Deere Company
	case titled && !language.IsEveryday(p.list[to-1].fold):
	case titled && size > 1:
	case size >= 2 && size <= 4 && givenNames[p.list[from].fold] && !givenTrap[p.list[to-1].fold] && !language.IsEveryday(p.list[from].fold):
	case size >= 2 && size <= 4 && givenNames[p.list[from].fold] && !language.IsEveryday(p.list[to-1].fold):
	default:
		return 0
	}
	if p.shouted(from, to) && !titled {
		return 0
	}
	return p.give(Person, from, to) - i
}

func (p *proposer) joinsTitle(i int) bool {
	switch p.list[i].gap {
	case " ", ". ", "\u00a0", "\n", ".\u00a0":
		return true
	}
	return false
}

// formAt gives the number of words of a legal form at i, 0 for none. Short
// forms that are words too must be written as forms are.
func (p *proposer) formAt(i int) int {
	if !formStarts[p.list[i].fold] {
		return 0
	}
	for n := min(maxForm, len(p.list)-i); n > 0; n-- {
		form := p.list[i].fold
		for k := i + 1; k < i+n; k++ {
			form += " " + p.list[k].fold
		}
		how, ok := legalForms[form]
		if !ok || how == strict && !p.asForm(i, n) {
			continue
		}
		return n
	}
	return 0
}

// asForm wants capitals, or dots between letters. Where all is in capitals they
// tell nothing, and "THIS IS" is no company.
func (p *proposer) asForm(i, n int) bool {
	text := p.text[p.list[i].start:p.list[i+n-1].end]
	if i > 0 && p.list[i-1].flags&hasLower == 0 && p.list[i].allCaps() && !plainForms[text] {
		return false
	}
	return strings.ContainsRune(text, '.') || p.list[i].allCaps() || p.list[i].capital() && (text == "Co" || text == "As" || text == "Oy" || text == "Ab" || text == "Kft")
}

// give hands on a name, and the one behind "doing business as". It gives the
// word to go on at.
func (p *proposer) give(kind Kind, from, to int) int {
	first := &p.list[from]
	start, end := first.start, p.list[to-1].end
	if p.list[to-1].owner {
		end = p.list[to-1].lastStart
	}
	if end < len(p.text) && p.text[end] == '.' && kind == Organization && p.formAt(to-1) > 0 && !strings.HasSuffix(p.text[start:end], ".") {
		end++ // Inc.
	}
	if start >= p.covered {
		text := p.text[start:end]
		at := start - first.behind
		p.emit(Span{Kind: kind, Start: at, End: at + utf8.RuneCountInString(text), Text: text})
		p.covered = end
	}
	if next := p.alias(to); next > 0 && kind == Organization {
		if last := p.extent(next); p.list[next].capital() {
			return p.give(Organization, next, last)
		}
	}
	return to
}

// alias gives the word behind "d/b/a" and its like, 0 if that does not stand here.
func (p *proposer) alias(i int) int {
	for _, words := range [][]string{{"d", "b", "a"}, {"dba"}, {"doing", "business", "as"}, {"trading", "as"}, {"t", "a"}, {"f", "k", "a"}, {"formerly", "known", "as"}, {"also", "known", "as"}} {
		if i+len(words) < len(p.list) && slices.EqualFunc(p.list[i:i+len(words)], words, func(w said, s string) bool { return w.fold == s }) {
			return i + len(words)
		}
	}
	return 0
}
