package value

import (
	"slices"
	"strings"
	"unicode"

	"overt/resolve/name"
)

// Levels of texts.
const (
	TextEqual Level = iota + 1
	TextMost        // four fifths of what the words weigh is shared
	TextHalf        // half
	TextFew         // less, but something
	TextDiffer
)

// maxWords bounds the words of one text that are compared.
const maxWords = 256

// A Text is any other text, as a set of words.
type Text struct {
	Words []string // folded, sorted, no duplicates
	norm  string
}

// ParseText reads words of letters and digits.
func ParseText(text string) *Text {
	t := &Text{Words: splitWords(text)}
	slices.Sort(t.Words)
	t.Words = slices.Compact(t.Words)
	t.norm = strings.Join(t.Words, " ")
	return t
}

func splitWords(text string) []string {
	if len(text) > 1<<16 {
		text = text[:1<<16]
	}
	var out []string
	for w := range strings.FieldsFuncSeq(name.Fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(out) == maxWords {
			break
		}
		out = append(out, w)
	}
	return out
}

// Empty says whether there is nothing to compare.
func (t *Text) Empty() bool { return len(t.Words) == 0 }

// Norm is the text by which its frequency is counted.
func (t *Text) Norm() string { return t.norm }

// Keys gives the whole and each word of three letters or more.
func (t *Text) Keys(emit func(Family, string)) {
	if t.Empty() {
		return
	}
	emit(KeyWhole, t.norm)
	for _, w := range t.Words {
		if len(w) >= 3 {
			emit(KeyPart, w)
		}
	}
}

// Compare says how much of two texts is shared, words weighed by how rare they
// are: without frequencies by their length.
func (t *Text) Compare(o *Text, f Frequencies) Result {
	if t.Empty() || o.Empty() {
		return Result{}
	}
	if t.norm == o.norm {
		return Result{Level: TextEqual, Norm: t.norm, Why: "the same text"}
	}
	shared, all, rarest := overlap(t.Words, o.Words, f)
	share := shared / all
	r := Result{Norm: rarest, Bits: 4*share - 2}
	switch {
	case share >= 0.8:
		r.Level, r.Why = TextMost, "most words shared"
	case share >= 0.5:
		r.Level, r.Why = TextHalf, "half of the words shared"
	case share > 0:
		r.Level, r.Why = TextFew, "some words shared"
	default:
		r.Level, r.Why, r.Bits = TextDiffer, "no word shared", 0
	}
	return r
}

// overlap weighs what two sorted sets share and what they have together, and
// gives the heaviest word that is shared.
func overlap(a, b []string, f Frequencies) (shared, all float64, rarest string) {
	best := 0.0
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case j == len(b) || i < len(a) && a[i] < b[j]:
			all += weight(a[i], f)
			i++
		case i == len(a) || b[j] < a[i]:
			all += weight(b[j], f)
			j++
		default:
			w := weight(a[i], f)
			shared += w
			all += w
			if w > best {
				best, rarest = w, a[i]
			}
			i++
			j++
		}
	}
	return shared, max(all, 1e-9), rarest
}
