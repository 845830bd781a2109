package mention

import (
	"strings"

	"overt/ftm"
)

const byShape = "by its shape alone"

// iban reads a number in groups or in one: two capitals and two digits, then
// as much as its country wants.
func (p *patterns) iban(start, end int) (Span, int, int) {
	t := p.text
	if end-start < 4 || !isUpper(t[start]) || !isUpper(t[start+1]) || !isDigit(t[start+2]) || !isDigit(t[start+3]) || !isCode(t[start:end]) {
		return Span{}, 0, 0
	}
	ends := []int{end}
	for to := end; to-start < 50 && p.at(to) == ' '; {
		next := to + 1
		for next < len(t) && isAlnum(t[next]) {
			next++
		}
		if next == to+1 || !isCode(t[to+1:next]) {
			break
		}
		ends, to = append(ends, next), next
	}
	for i := len(ends) - 1; i >= 0; i-- {
		if !fitsIBAN(t[start:ends[i]]) {
			continue
		}
		if value, ok := cleanType("iban", t[start:ends[i]], ftm.CleanOptions{}); ok {
			return Span{Kind: IBAN, Value: value}, start, ends[i]
		}
	}
	return Span{}, 0, 0
}

// fitsIBAN checks ISO 7064 MOD 97-10, so that what only begins like a number
// costs little.
func fitsIBAN(s string) bool {
	rest, size := 0, 0
	add := func(s string) {
		for i := range len(s) {
			switch c := s[i]; {
			case isDigit(c):
				rest = (rest*10 + int(c-'0')) % 97
			case isUpper(c):
				rest = (rest*100 + int(c-'A') + 10) % 97
			default:
				continue
			}
			size++
		}
	}
	add(s[4:])
	add(s[:4])
	return rest == 1 && size >= 15
}

func (p *patterns) lei(start, end int) (Span, int, int) {
	if end-start != 20 || !isCode(p.text[start:end]) {
		return Span{}, 0, 0
	}
	value, ok := clean("leiCode", p.text[start:end])
	if !ok || strings.Trim(value, "0123456789") == "" && !p.said(start, 40, "lei", "legal entity identifier") {
		return Span{}, 0, 0
	}
	return Span{Kind: LEI, Value: value}, start, end
}

// registered reads the numbers that a word before them makes what they are:
// UEI, CAGE, DUNS, IMO. A UEI has a shape that says something by itself.
func (p *patterns) registered(start, end int) (Span, int, int) {
	code := p.text[start:end]
	if end-start == 12 && isCode(code) {
		said := p.said(start, 60, "uei", "unique entity id", "unique entity identifier", "sam id")
		value, ok := ftm.Default().Schema("Organization").Property("uniqueEntityId").Clean(code, ftm.CleanOptions{})
		if ok == nil && (said || isMixed(code)) {
			s := Span{Kind: UEI, Value: value}
			if !said {
				s.Doubt = byShape
			}
			return s, start, end
		}
	}
	if end-start == 5 && isCode(code) && p.said(start, 30, "cage", "cage code", "ncage") {
		if value, ok := clean("cageCode", code); ok {
			return Span{Kind: CAGE, Value: value}, start, end
		}
	}
	if isDigit(p.text[start]) && p.said(start, 30, "duns", "d-u-n-s") {
		to := p.digits(start)
		for _, size := range []int{3, 4} {
			if next := p.digits(to + 1); p.at(to) == '-' && next-to-1 == size {
				to = next
			}
		}
		if value, ok := clean("dunsCode", p.text[start:to]); ok && (to-start == 9 || to-start == 11) {
			return Span{Kind: DUNS, Value: value}, start, to
		}
	}
	return p.ship(start, end)
}

func (p *patterns) ship(start, end int) (Span, int, int) {
	digits := strings.TrimPrefix(p.text[start:end], "IMO")
	if len(digits) != 7 || strings.Trim(digits, "0123456789") != "" || len(digits) == end-start && !p.said(start, 20, "imo") {
		return Span{}, 0, 0
	}
	value, err := ftm.Default().Schema("Vessel").Property("imoNumber").Clean(digits, ftm.CleanOptions{})
	if err != nil {
		return Span{}, 0, 0
	}
	return Span{Kind: IMO, Value: value}, end - 7, end
}

// isMixed holds for a code with three digits and three letters or more, not all
// of either at one end.
func isMixed(code string) bool {
	digits, changes := 0, 0
	for i := range len(code) {
		if isDigit(code[i]) {
			digits++
		}
		if i > 0 && isDigit(code[i]) != isDigit(code[i-1]) {
			changes++
		}
	}
	return digits >= 3 && len(code)-digits >= 3 && changes >= 3
}
