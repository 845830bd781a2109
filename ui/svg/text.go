package svg

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longest is how much of a text is looked at; titles hold no more either.
const longest = 1000

// clean makes any bytes fit for a picture: valid UTF-8, one line, no more than
// longest letters, none of the signs that XML forbids or that turn the direction
// of what follows.
func clean(s string) string {
	var b strings.Builder
	n, space := 0, true
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		case unicode.Is(unicode.Bidi_Control, r), r == 0xfffe, r == 0xffff:
			continue
		case unicode.IsControl(r):
			r = utf8.RuneError
		}
		if n++; n > longest {
			b.WriteRune('…')
			break
		}
		space = false
		b.WriteRune(r)
	}
	return strings.TrimRight(b.String(), " ")
}

// cut shortens a text to so many letters, for messages.
func cut(s string, most int) string {
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "…"
		}
	}
	return s
}

// isolate keeps the direction of a text to itself: what bdi is in HTML.
func isolate(s string) string {
	for _, r := range s {
		if r >= 0x590 {
			return "\u2068" + s + "\u2069"
		}
	}
	return s
}

// letter is the width of a rune in thousandths of the font's size: measured, or a
// cautious guess for scripts of other fonts.
func letter(r rune) float64 {
	for _, block := range advances {
		if i := int(r - block.first); i >= 0 && i < len(block.widths) {
			if w := block.widths[i]; w > 0 {
				return float64(w)
			}
		}
	}
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul), r >= 0xff00 && r < 0xff61:
		return 1000
	case unicode.In(r, unicode.Arabic, unicode.Hebrew):
		return 620
	case r >= 0x1f000:
		return 1300
	}
	return 720
}

// widthOf is how wide a text is at a size, in pixels. Fonts that stand in where
// ours is missing are wider: a twentieth is added.
func widthOf(s string, size float64) float64 {
	sum := 0.0
	for _, r := range s {
		sum += letter(r)
	}
	return sum * size * 1.05 / 1000
}

// fit cuts a text so that it is at most so wide, with an ellipsis; empty where
// not even one letter has room.
func fit(s string, size, width float64) string {
	if widthOf(s, size) <= width {
		return s
	}
	width -= widthOf("…", size)
	sum, end := 0.0, 0
	for i, r := range s {
		w := letter(r) * size * 1.05 / 1000
		if sum+w > width {
			break
		}
		sum += w
		end = i + utf8.RuneLen(r)
	}
	if end == 0 {
		return ""
	}
	return strings.TrimRight(s[:end], " ") + "…"
}

// wrap breaks a text into lines of a width, at spaces where it can; the last line
// is cut.
func wrap(s string, size, width float64, lines int) []string {
	var out []string
	for s != "" && len(out) < lines-1 && widthOf(s, size) > width {
		end, sum, space := 0, 0.0, -1
		for i, r := range s {
			if r == ' ' {
				space = i
			}
			if sum += letter(r) * size * 1.05 / 1000; sum > width {
				break
			}
			end = i + utf8.RuneLen(r)
		}
		if space > 0 {
			end = space
		}
		if end == 0 {
			break
		}
		out = append(out, strings.TrimRight(s[:end], " "))
		s = strings.TrimLeft(s[end:], " ")
	}
	if last := fit(s, size, width); last != "" {
		out = append(out, last)
	}
	return out
}

// grouped writes a number with its digits in threes, and two places where it is
// not whole.
func grouped(v float64) string {
	places := 0
	if v != math.Trunc(v) {
		places = 2
	}
	s := strconv.FormatFloat(math.Abs(v), 'f', places, 64)
	whole, rest, _ := strings.Cut(s, ".")
	var b strings.Builder
	if v < 0 && strings.Trim(s, "0.") != "" {
		b.WriteString("−")
	}
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	if rest != "" {
		b.WriteString("." + rest)
	}
	return b.String()
}

// short writes a number in three digits with a word for its size; the exact one
// stands in the title and in the table.
func (f Frame) short(v float64) string {
	for _, unit := range []struct {
		size   float64
		phrase string
	}{{1e12, "%s tn"}, {1e9, "%s bn"}, {1e6, "%s m"}, {1e3, "%s k"}} {
		if math.Abs(v) >= unit.size*0.9995 {
			return f.say(unit.phrase, f.brief(roundTo(v/unit.size, 3)))
		}
	}
	return f.brief(roundTo(v, 3))
}

// brief writes a number with the places it has, no more.
func (f Frame) brief(v float64) string {
	if f.Number != nil {
		return f.Number(v)
	}
	return strings.Replace(strconv.FormatFloat(v, 'f', -1, 64), "-", "−", 1)
}

// roundTo keeps so many leading digits.
func roundTo(v float64, digits int) float64 {
	if v == 0 {
		return 0
	}
	p := math.Pow(10, float64(digits)-1-math.Floor(math.Log10(math.Abs(v))))
	return math.Round(v*p) / p
}
