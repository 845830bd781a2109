package mention

import (
	"strings"
	"unicode/utf8"

	"overt/ftm"
)

const maxURL = 2048

// email reads name@domain around the @ at i.
func (p *patterns) email(i int) int {
	start, end := i, i+1
	for start > p.from && i-start < 64 && (isAlnum(p.text[start-1]) || strings.IndexByte("._%+-'", p.text[start-1]) >= 0) {
		start--
	}
	for start < i && !isAlnum(p.text[start]) {
		start++
	}
	for end < len(p.text) && end-i < 254 && (isAlnum(p.text[end]) || p.text[end] == '.' || p.text[end] == '-' || p.text[end] >= utf8.RuneSelf) {
		end++
	}
	// The end of a sentence, and what stands around an address in other scripts.
	for end > i+1 && !isAlnum(p.text[end-1]) {
		_, n := utf8.DecodeLastRuneInString(p.text[:end])
		if n > 1 && letterOf(letters(), lastRune(p.text[:end])).role != apart {
			break
		}
		end -= n
	}
	if start == i || end == i+1 {
		return i + 1
	}
	value, ok := cleanType("email", p.text[start:end], ftm.CleanOptions{})
	if !ok {
		return i + 1
	}
	return p.give(start, end, Span{Kind: Email, Value: value})
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// url reads an address around the colon at i.
func (p *patterns) url(i int) int {
	if !strings.HasPrefix(p.text[i:], "://") {
		return i + 1
	}
	start := i
	for start > p.from && i-start < 5 && isAlnum(p.text[start-1]) {
		start--
	}
	switch strings.ToLower(p.text[start:i]) {
	case "http", "https", "ftp", "ftps", "sftp":
		return p.address(start, i+3, ftm.CleanOptions{})
	}
	return i + 1
}

// www reads an address without its scheme.
func (p *patterns) www(i int) int {
	if len(p.text) < i+5 || !strings.EqualFold(p.text[i:i+4], "www.") || i > p.from && isAlnum(p.text[i-1]) || i < p.from {
		return i + 1
	}
	return p.address(i, i+4, ftm.CleanOptions{Fuzzy: true})
}

func (p *patterns) address(start, i int, o ftm.CleanOptions) int {
	end := i
	for end < len(p.text) && end-start < maxURL && p.text[end] > ' ' && strings.IndexByte("\"<>`{}|\\^", p.text[end]) < 0 {
		r, n := utf8.DecodeRuneInString(p.text[end:])
		if n > 1 && letterOf(letters(), r).role == apart {
			break // a quotation mark, a blank of another kind
		}
		end += n
	}
	end = trimAddress(p.text, i, end)
	value, ok := cleanType("url", p.text[start:end], o)
	if !ok {
		return max(end, i) // what has no blank in it is not tried again
	}
	return p.give(start, end, Span{Kind: URL, Value: value})
}

// trimAddress takes off what belongs to the sentence: marks at the end, and a
// bracket that was opened before the address.
func trimAddress(text string, start, end int) int {
	round, square := 0, 0 // brackets that close more than open
	for i := start; i < end; i++ {
		switch text[i] {
		case '(':
			round--
		case ')':
			round++
		case '[':
			square--
		case ']':
			square++
		}
	}
	for ; end > start; end-- {
		switch c := text[end-1]; {
		case c == ')' && round > 0:
			round--
		case c == ']' && square > 0:
			square--
		case strings.IndexByte(".,;:!?'*_", c) < 0:
			return end
		}
	}
	return end
}

var phoneWords = []string{"tel", "tel.", "phone", "telephone", "fax", "facsimile", "mobile", "cell", "call", "téléphone", "tél", "telefon", "telefax", "teléfono", "telefono", "telefone", "handy", "тел", "телефон"}

// phone reads a number that shows its country by a +, that has the shape of the
// North American plan, or that is said to be one.
func (p *patterns) phone(start, end int) (Span, int, int) {
	if p.digits(start) != end {
		return Span{}, 0, 0
	}
	from := start
	for from > p.from && (p.text[from-1] == '+' || p.text[from-1] == '(') {
		from--
	}
	to, count := p.phoneEnd(start)
	if strings.IndexByte("-./,:$", p.at(from-1)) >= 0 && p.at(from-1) != ':' && from > 0 || p.at(to) == '-' {
		return Span{}, 0, 0
	}
	number, o := p.text[from:to], ftm.CleanOptions{Countries: p.Countries}
	s := Span{Kind: Phone}
	switch {
	case strings.HasPrefix(strings.TrimPrefix(number, "("), "+"):
	case p.nanp(start, to, count):
		if len(p.Countries) == 0 {
			s.Doubt, o.Countries = "the country is taken from the shape", []string{"us"}
		}
	case count >= 7 && p.said(from, 16, phoneWords...):
		if o.Fuzzy = len(p.Countries) == 0; o.Fuzzy && !strings.HasPrefix(number, "00") {
			s.Doubt = "the country is not said"
		}
	default:
		return Span{}, 0, 0
	}
	value, ok := cleanType("phone", number, o)
	if !ok {
		return Span{}, 0, 0
	}
	s.Value = value
	return s, from, to
}

// phoneEnd goes on over groups of digits, with a sign or two between.
func (p *patterns) phoneEnd(i int) (end, count int) {
	for groups := 0; groups < 8; groups++ {
		end = p.digits(i)
		count += end - i
		i = end
		for n := 0; n < 2 && strings.IndexByte(" -./()", p.at(i)) >= 0 && i < len(p.text); n++ {
			i++
		}
		if i == end || !isDigit(p.at(i)) {
			break
		}
	}
	return end, count
}

// nanp holds for 202-555-0100 and (202) 555-0100, with a 1 before it or not.
func (p *patterns) nanp(start, end, count int) bool {
	var groups []int
	for i := start; i < end; {
		if j := p.digits(i); j > i {
			groups = append(groups, j-i)
			i = j
		} else {
			i++
		}
	}
	if count == 11 && len(groups) == 4 && p.text[start] == '1' {
		groups = groups[1:]
	}
	return len(groups) == 3 && groups[0] == 3 && groups[1] == 3 && groups[2] == 4
}
