package casefile

import (
	"slices"
	"strings"
	"unicode"
)

// Numbers are the numbers in a text, each as its digits: thousands run together, a
// point before decimals, no zeros behind them. Digits beside a letter are part of a
// name (G4S) and no number.
func Numbers(text string) (out []string) {
	r := []rune(text)
	for i := 0; i < len(r); {
		if !isDigit(r[i]) {
			i++
			continue
		}
		end := numberEnd(r, i)
		inName := i > 0 && unicode.IsLetter(r[i-1]) || end < len(r) && unicode.IsLetter(r[end])
		if n := normal(string(r[i:end])); !inName && !slices.Contains(out, n) {
			out = append(out, n)
		}
		i = end
	}
	return out
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// numberEnd is where the number that begins at i ends. A separator is inside when a
// digit follows it; a blank only before three digits.
func numberEnd(r []rune, i int) int {
	for i++; i < len(r); i++ {
		switch {
		case isDigit(r[i]):
		case (r[i] == ',' || r[i] == '.' || r[i] == '\'' || r[i] == '’') && i+1 < len(r) && isDigit(r[i+1]):
		case (r[i] == ' ' || r[i] == '\u00a0' || r[i] == '\u202f') && group(r, i+1) && (i < 4 || !isDigit(r[i-4])):
		default:
			return i
		}
	}
	return i
}

// group says whether just three digits stand at i.
func group(r []rune, i int) bool {
	return i+2 < len(r) && isDigit(r[i]) && isDigit(r[i+1]) && isDigit(r[i+2]) && (i+3 == len(r) || !isDigit(r[i+3]))
}

// normal writes a number one way. The last of several kinds of separators, or a single
// one that not three digits follow, is before decimals.
func normal(s string) string {
	last := strings.LastIndexAny(s, ",.")
	whole, decimals := s, ""
	if last >= 0 {
		sep := s[last]
		behind := len(s) - last - 1
		other := strings.ContainsAny(s[:last], ",.'’ \u00a0\u202f")
		if repeated := strings.IndexByte(s[:last], sep) >= 0; !repeated && (behind != 3 || other || s[:last] == "0") {
			whole, decimals = s[:last], strings.TrimRight(digits(s[last+1:]), "0")
		}
	}
	if whole = strings.TrimLeft(digits(whole), "0"); whole == "" {
		whole = "0"
	}
	if decimals == "" {
		return whole
	}
	return whole + "." + decimals
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if isDigit(r) {
			return r
		}
		return -1
	}, s)
}

// uncited are the numbers of a text that no cite has, nor is said to bear.
func uncited(text string, cites []*Cite) []string {
	out := Numbers(text)
	for _, c := range cites {
		has := Numbers(c.Words() + " | " + c.Value + " | " + strings.Join(c.For, " | "))
		out = slices.DeleteFunc(out, func(n string) bool { return slices.Contains(has, n) })
	}
	return out
}
