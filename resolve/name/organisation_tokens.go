package name

import (
	"strconv"
	"strings"
)

// orgTokens gives words their roles: places, numbers, abbreviations.
func orgTokens(pieces []piece) []Token {
	k := known()
	out := make([]Token, 0, len(pieces))
	for i := 0; i < len(pieces); {
		if n := placeIn(pieces[i:]); n > 0 {
			code := k.places[placeKey(pieces[i:i+n])]
			out = append(out, Token{Norm: code, Sound: code, latin: code, Role: Place, Value: -1})
			i += n
			continue
		}
		t := pieceToken(pieces[i])
		if v, n := numberAt(pieces, i); n > 0 {
			s := strconv.Itoa(int(v))
			out = append(out, Token{Norm: s, Sound: s, latin: s, Role: Number, Value: v})
			i += n
			continue
		}
		if full, ok := k.same[t.Norm]; ok {
			t.Norm, t.latin, t.Loose = full, full, false
			t.Sound = sound(full)
		}
		switch {
		case k.joiner[t.Norm]:
			t.Role = Joiner
		case k.weak[t.Norm]:
			t.Role = Weak
		}
		t.trade = k.trade[t.Norm]
		t.bones = skeleton(t.latin)
		out = append(out, t)
		i++
	}
	return out
}

// placeIn gives how many words at the beginning are a place, the longest first.
func placeIn(pieces []piece) int {
	if len(pieces) == 0 {
		return 0
	}
	for n := min(known().placeBegins[pieces[0].rend.norm], len(pieces)); n > 0; n-- {
		if known().places[placeKey(pieces[:n])] != "" {
			return n
		}
	}
	return 0
}

func placeKey(pieces []piece) string {
	if len(pieces) == 1 {
		return pieces[0].rend.norm
	}
	var b strings.Builder
	for i, p := range pieces {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p.rend.norm)
	}
	return b.String()
}

// numberAt reads digits, number words and roman numerals at i, and says how
// many words that took.
func numberAt(pieces []piece, i int) (int32, int) {
	k := known()
	w := pieces[i].rend.norm
	if v, ok := k.numbers[w]; ok {
		if v >= 20 && v < 100 && i+1 < len(pieces) { // forty-four
			if u, ok := k.numbers[pieces[i+1].rend.norm]; ok && u > 0 && u < 10 {
				return v + u, 2
			}
		}
		return v, 1
	}
	if digits := strings.TrimRight(w, "abcdefghijklmnopqrstuvwxyz"); digits != "" && len(digits) <= 9 && strings.Trim(digits, "0123456789") == "" {
		switch w[len(digits):] {
		case "", "st", "nd", "rd", "th", "er", "eme", "e", "ya", "y", "i", "go":
			v, _ := strconv.Atoi(digits)
			return int32(v), 1
		}
	}
	if v := roman(pieces[i].text); v > 0 && i > 0 && (len(w) > 1 || i == len(pieces)-1) {
		return v, 1
	}
	return 0, 0
}

// roman reads a roman numeral in capitals up to 39, 0 if it is none.
func roman(s string) int32 {
	if len(s) == 0 || len(s) > 7 || len(s) > 1 && strings.Trim(s, "X") == "" {
		return 0 // a row of them stands for what is left out
	}
	total, rest := int32(0), s
	for _, step := range []struct {
		s string
		v int32
	}{{"X", 10}, {"X", 10}, {"X", 10}, {"IX", 9}, {"V", 5}, {"IV", 4}, {"I", 1}, {"I", 1}, {"I", 1}} {
		if strings.HasPrefix(rest, step.s) {
			if step.v == 5 && total%10 != 0 || step.v == 4 && total%10 != 0 {
				return 0
			}
			total += step.v
			rest = rest[len(step.s):]
		}
	}
	if rest != "" {
		return 0
	}
	return total
}
