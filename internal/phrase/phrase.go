// Package phrase finds known phrases in text, word by word: a trie over whole
// words, so that "AWS" is found in "for AWS." and never in "laws". Matching
// folds case and treats punctuation as a break between words.
package phrase

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Match is one phrase found: ids of the phrase and the byte span it covers.
type Match struct {
	IDs        []uint32
	Start, End int
}

// A Set is a trie of phrases. Fill it, then scan; scanning is safe for
// concurrent use, filling is not.
type Set struct {
	next map[step]uint32
	ids  map[uint32][]uint32 // by state
	n    uint32
}

type step struct {
	state uint32
	word  string
}

// NewSet makes an empty set.
func NewSet() *Set { return &Set{next: map[step]uint32{}, ids: map[uint32][]uint32{}, n: 1} }

// Add puts a phrase in under an id. A phrase without a word is ignored.
func (s *Set) Add(text string, id uint32) {
	state := uint32(0)
	for w := range words(text) {
		key := step{state, fold(w.text)}
		to, ok := s.next[key]
		if !ok {
			to = s.n
			s.n++
			s.next[key] = to
		}
		state = to
	}
	if state != 0 {
		s.ids[state] = append(s.ids[state], id)
	}
}

// Len is the number of distinct phrases.
func (s *Set) Len() int { return len(s.ids) }

// Scan finds every phrase at every place, by start and then by length;
// matches may lie inside one another. Which of two overlapping names is meant
// is for the caller to say: he knows whose names they are.
func (s *Set) Scan(text string) []Match {
	if len(s.ids) == 0 {
		return nil
	}
	var list []word
	for w := range words(text) {
		list = append(list, w)
	}
	var out []Match
	for i := range list {
		state, ok := uint32(0), false
		for _, w := range list[i:] {
			if state, ok = s.next[step{state, fold(w.text)}]; !ok {
				break
			}
			if ids := s.ids[state]; ids != nil {
				out = append(out, Match{ids, list[i].start, w.start + len(w.text)})
			}
		}
	}
	return out
}

type word struct {
	text  string
	start int
}

// words yields runs of letters and digits. An apostrophe or a dot between
// single letters ("U.S.") breaks like any other mark: both sides of a match
// are cut the same way.
func words(text string) func(func(word) bool) {
	return func(yield func(word) bool) {
		start := -1
		for i := 0; i <= len(text); {
			r, n := utf8.DecodeRuneInString(text[i:])
			in := i < len(text) && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r))
			switch {
			case in && start < 0:
				start = i
			case !in && start >= 0:
				if !yield(word{text[start:i], start}) {
					return
				}
				start = -1
			}
			i += max(n, 1)
		}
	}
}

func fold(w string) string { return strings.ToLower(w) }
