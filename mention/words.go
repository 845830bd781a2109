package mention

import (
	"strings"
	"unicode/utf8"
)

// maxWord is the longest word that is compared, folded and in bytes. Longer
// ones are in no name.
const maxWord = 64

// What is known of a word beside its letters.
const (
	upperFirst = 1 << iota // its first letter is a capital
	hasLower               // it has a small letter
	twoLetters             // it has two letters or more
	glued                  // no name begins here: the word goes on from before
	broken                 // no name goes on across the gap before it
	branched               // it has other readings
)

// A word is one word of a text. Its folded form stands in words.fold.
type word struct {
	start, end int // bytes
	behind     int // bytes before start less characters before start
	flags      uint8
	hash       uint64

	// The places of the first and the last apostrophe: in the folded form, and
	// in the text. Zero without one.
	first, last         int
	firstEnd, lastStart int
}

// A words cuts a text into words.
//
// A word is a run of letters and digits; marks that are not compared and
// apostrophes stand in it unseen ("O'Brien" is obrien). Single letters with
// dots are one word ("U.S." is us). "&" is the word and. A character of a
// script without blanks is a word by itself.
type words struct {
	text    string
	pos     int
	behind  int
	table   *[foldTable]letter
	word    word
	fold    []byte // of the word; maxWord+1 bytes or more if it is too long
	role    uint8  // of the last character read as a word by itself
	roleEnd int
	room    [maxWord + 16]byte
}

func (w *words) reset(text string) {
	w.text, w.pos, w.behind, w.role, w.roleEnd = text, 0, 0, 0, 0
	w.table = letters()
}

const (
	hashSeed  = 0x9e3779b97f4a7c15
	hashPrime = 0x100000001b3
)

func hashWord(fold []byte) uint64 {
	h := uint64(hashSeed)
	for _, c := range fold {
		h = (h ^ uint64(c)) * hashPrime
	}
	return h
}

// next steps to the next word.
func (w *words) next() bool {
	for w.pos < len(w.text) {
		c := w.text[w.pos]
		switch {
		case asciiFold[c] != 0:
			if w.plain() || w.full() {
				return true
			}
		case c == '&':
			w.word = word{start: w.pos, end: w.pos + 1, behind: w.behind, hash: hashAnd}
			w.fold = append(w.room[:0], "and"...)
			w.pos++
			return true
		case c < utf8.RuneSelf:
			w.pos++
		case w.full():
			return true
		}
	}
	return false
}

var hashAnd = hashWord([]byte("and"))

// plain reads a word of ASCII letters and digits; false, with nothing read,
// where a closer look is needed.
func (w *words) plain() bool {
	text, i := w.text, w.pos
	h, n := uint64(hashSeed), 0
	var low, count byte
	for ; i < len(text); i++ {
		c := text[i]
		f := asciiFold[c]
		if f == 0 {
			if c >= utf8.RuneSelf || c == '\'' || c == '`' || c == '.' && n == 1 {
				return false
			}
			break
		}
		if n == maxWord {
			return false
		}
		w.room[n] = f
		n++
		low |= c & (c >> 1) & 0x20 // of letters and digits only small letters have both bits
		count += c >> 6
		h = (h ^ uint64(f)) * hashPrime
	}
	var flags uint8
	if c := text[w.pos]; c >= 'A' && c <= 'Z' {
		flags = upperFirst
	}
	if low != 0 {
		flags |= hasLower
	}
	if count > 1 {
		flags |= twoLetters
	}
	w.word = word{start: w.pos, end: i, behind: w.behind, flags: flags, hash: h}
	w.fold, w.pos = w.room[:n], i
	return true
}

// A look is one character and its length.
func (w *words) look(i int) (letter, int) {
	if i >= len(w.text) {
		return letter{}, 0
	}
	if c := w.text[i]; c < utf8.RuneSelf {
		return w.table[c], 1
	}
	r, n := utf8.DecodeRuneInString(w.text[i:])
	return letterOf(w.table, r), n
}

func (w *words) step(n int) {
	w.pos += n
	w.behind += n - 1
}

// full reads what stands here by all the rules; false where it is no word.
// Something is read in any case.
func (w *words) full() bool {
	l, n := w.look(w.pos)
	w.word = word{start: w.pos, behind: w.behind}
	w.fold = w.room[:0]
	switch l.role {
	case inWord:
		w.run()
	case alone, follows:
		if l.role == follows && w.role == follows && w.roleEnd == w.pos {
			w.word.flags |= glued
		}
		w.role = l.role
		w.fold = append(w.fold, l.fold...)
		w.step(n)
		w.word.end = w.pos
		w.marks()
		w.roleEnd = w.pos
	default:
		w.step(n)
		return false
	}
	w.word.hash = hashWord(w.fold)
	return true
}

// marks takes in the signs that belong to the character before.
func (w *words) marks() {
	for {
		l, n := w.look(w.pos)
		if !l.mark && l.role != nothing {
			return
		}
		w.step(n)
		if l.mark {
			w.put(l.fold)
			w.word.end = w.pos
		}
	}
}

func (w *words) put(fold string) {
	if len(w.fold) <= maxWord {
		w.fold = append(w.fold, fold...)
	}
}

// run reads a word of letters with what stands in it unseen.
func (w *words) run() {
	count, dotted := 0, false
	for {
		l, n := w.look(w.pos)
		next, _ := w.look(w.pos + n)
		switch {
		case l.role == inWord:
			w.letter(l, count)
			if !l.mark {
				count++
			}
			w.step(n)
			w.word.end = w.pos
		case l.role == nothing:
			w.step(n)
		case l.role == apostrophe && (next.role == inWord || next.role == nothing):
			w.quote(n)
		case n == 1 && w.text[w.pos] == '.' && (dotted || count == 1) && w.initial(w.pos+1):
			w.step(n)
			dotted = true
		default:
			if dotted && n == 1 && w.text[w.pos] == '.' {
				w.step(n)
				w.word.end = w.pos
			}
			return
		}
	}
}

func (w *words) letter(l letter, before int) {
	w.put(l.fold)
	digit := len(l.fold) == 1 && l.fold[0] <= '9'
	switch {
	case l.upper && before == 0:
		w.word.flags |= upperFirst
	case !l.upper && !digit && !l.mark:
		w.word.flags |= hasLower
	}
	if before > 0 && !digit && !l.mark {
		w.word.flags |= twoLetters
	}
}

func (w *words) quote(n int) {
	at := w.pos
	w.step(n)
	if w.word.firstEnd == 0 {
		w.word.first, w.word.firstEnd = len(w.fold), w.pos
	}
	w.word.last, w.word.lastStart = len(w.fold), at
}

// initial says whether a single letter stands at i, as in "U.S.".
func (w *words) initial(i int) bool {
	l, n := w.look(i)
	if l.role != inWord || l.mark || l.fold[0] <= '9' {
		return false
	}
	next, _ := w.look(i + n)
	return next.role != inWord && next.role != apostrophe
}

// keyOf gives the folded words of a name, and what is known of each. ok is
// false if a word is too long.
func keyOf(name string) (key []string, list []word, ok bool) {
	var w words
	w.reset(name)
	for w.next() {
		if len(w.fold) > maxWord {
			return nil, nil, false
		}
		key = append(key, string(w.fold))
		list = append(list, w.word)
	}
	return key, list, true
}

// caseMask marks the capitals among the first 64 letters and digits of a text.
func caseMask(text string) uint64 {
	table, mask, n := letters(), uint64(0), 0
	for _, r := range text {
		l := letterOf(table, r)
		if l.role == apart || l.fold == "" || l.mark {
			continue
		}
		if l.upper && n < 64 {
			mask |= 1 << n
		}
		n++
	}
	return mask
}

// isLineHyphen says whether a gap is a hyphen at the end of a line.
func isLineHyphen(gap string) bool {
	for _, hyphen := range []string{"-", "\u00ad", "‐", "¬"} {
		if rest, ok := strings.CutPrefix(gap, hyphen); ok {
			before, after, ok := strings.Cut(rest, "\n")
			return ok && strings.Trim(before, " \r") == "" && strings.Trim(after, " ") == ""
		}
	}
	return false
}

// isBreak says whether no name goes across a gap: another cell, another
// paragraph, another page, or far away.
func isBreak(gap string) bool {
	return len(gap) > 32 || strings.ContainsAny(gap, "\t\f") || strings.Count(gap, "\n") > 1
}
