package name

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A piece is a word of the text before it has a role.
type piece struct {
	text  string // as written, in normal form NFKC
	rend  rendering
	comma bool // a comma or semicolon stands before it
	open  bool // it stands in parentheses
	joint bool // a hyphen joins it to the one before
	dot   bool // it was written with dots: U.S., J.P.
}

// cut makes pieces of a text: words of letters and digits, dots inside and
// apostrophes dropped, "&" as "and". Runs of single letters stay apart.
func cut(text string) []piece {
	text = bounded(text)
	if !isPlain(text) {
		text = norm.NFKC.String(text)
	}
	c := cutter{text: text}
	for i, r := range text {
		c.take(i, r)
	}
	c.end(len(text))
	return c.out
}

// bounded is the first maxRunes runes of a text, valid UTF-8.
func bounded(text string) string {
	if len(text) > maxRunes {
		n := 0
		for i := range text {
			if n++; n > maxRunes {
				text = text[:i]
				break
			}
		}
	}
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	return text
}

type cutter struct {
	text         string
	out          []piece
	word         []byte
	from         int // where the segment since the last dot begins
	depth        int
	comma, joint bool
	dotted       bool
	dot          bool // a dot came, and whether it joins is open
}

func (c *cutter) take(i int, r rune) {
	switch {
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r) && len(c.word) > 0, r == 'ー' && len(c.word) > 0:
		if c.dot {
			c.afterDot(i)
		}
		c.word = utf8.AppendRune(c.word, r)
	case r == '.' && len(c.word) > 0 && !c.dot:
		c.dot = true
	case isApostrophe(r) && len(c.word) > 0, r == 'ـ', unicode.Is(unicode.Cf, r), unicode.IsControl(r) && !unicode.IsSpace(r):
	default:
		c.end(i)
		c.separate(r)
	}
}

// afterDot decides whether a dot stands inside a word ("U.S.", "Ph.D") or
// between two ("St.Petersburg").
func (c *cutter) afterDot(i int) {
	c.dot = false
	next := 0
	for _, r := range c.text[i:] {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) || next > 2 {
			break
		}
		next++
	}
	if utf8.RuneCount(c.word[c.from:]) <= 2 && next <= 2 && next > 0 {
		c.from = len(c.word)
		c.dotted = true
		return
	}
	c.end(i)
}

func (c *cutter) end(i int) {
	if len(c.word) == 0 {
		c.dot = false
		return
	}
	if text := string(c.word); len(c.out) < maxTokens {
		if r := render(text); r.norm != "" { // marks alone are no word
			c.out = append(c.out, piece{text: text, rend: r, comma: c.comma, open: c.depth > 0, joint: c.joint, dot: c.dotted})
		}
	}
	c.word, c.from, c.comma, c.joint, c.dot, c.dotted = c.word[:0], 0, false, false, false, false
}

func (c *cutter) separate(r rune) {
	switch r {
	case ',', ';', '،', '、':
		c.comma = true
	case '(', '[', '{', '（':
		c.depth++
	case ')', ']', '}', '）':
		c.depth = max(0, c.depth-1)
	case '-', '‐', '‑', '–':
		c.joint = len(c.out) > 0
	case '&', '+':
		if len(c.out) < maxTokens {
			c.out = append(c.out, piece{text: "&", rend: rendering{norm: "and", latin: "and"}, comma: c.comma, open: c.depth > 0})
		}
		c.comma = false
	case '%':
		if n := len(c.out); n > 0 && len(c.out) < maxTokens {
			c.out = append(c.out, piece{text: "%", rend: rendering{norm: "percent", latin: "percent"}})
		}
	}
	if r != '-' && !unicode.IsSpace(r) {
		c.joint = false
	}
}

func isApostrophe(r rune) bool {
	switch r {
	case '\'', '’', '‘', '`', '´', 'ʼ', 'ʻ', 'ʹ', '′', '"', '״', '׳':
		return true
	}
	return false
}

// pieceToken is the plain token of a piece.
func pieceToken(p piece) Token {
	t := Token{Norm: p.rend.norm, Role: Core, Value: -1, Loose: p.rend.loose}
	t.latin = p.rend.latin
	if t.Loose {
		t.Sound = p.rend.latin
	} else {
		t.Sound = sound(p.rend.latin)
	}
	return t
}

// Fold is a text in lower case and Latin letters, as far as a script is spelt by
// sound: words of letters and digits with one blank between. Other packages
// compare words by it.
func Fold(text string) string {
	var b strings.Builder
	for i, p := range cut(text) {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p.rend.norm)
	}
	return b.String()
}
