package mention

import (
	"slices"
	"strings"

	"overt/mapping/notice"
)

// contract reads the number of a procurement instrument, with dashes between
// its parts or without:
//
//   - FAR 4.1603: six characters of the activity, two digits of the fiscal
//     year, a letter for the kind, four to eight of the series; before 2018 the
//     same with five or six in front and four to six behind (DFARS 204.7003);
//   - schedules of the General Services Administration: GS-35F-0119Y;
//   - NASA: NNG15SD26B; health: HHSN316201200012W; energy: DE-AC02-06CH11357.
func (p *patterns) contract(start, end int) (Span, int, int) {
	from, to := start, end
	for from > p.from && start-from < 24 && (isDigit(p.text[from-1]) || isUpper(p.text[from-1]) || p.text[from-1] == '-' && from > 1 && isAlnum(p.text[from-2])) {
		from--
	}
	for to+1 < len(p.text) && to-from < 24 && p.text[to] == '-' && (isDigit(p.text[to+1]) || isUpper(p.text[to+1])) {
		for to++; to < len(p.text) && isAlnum(p.text[to]); to++ {
		}
	}
	if to-from < 8 || to-from > 24 {
		return Span{}, 0, 0
	}
	parts := strings.Split(p.text[from:to], "-")
	code := strings.Join(parts, "")
	if !isCode(code) {
		return Span{}, 0, 0
	}
	if !isInstrument(code, parts) && !isOlder(code, parts) {
		return Span{}, 0, 0
	}
	return Span{Kind: Contract, Value: code}, from, to
}

// instrumentKinds are the letters of FAR 4.1603(a)(3), and those in use before.
const instrumentKinds = "ABCDEFGHJKLMNPQRSTUVWX"

// isInstrument checks the parts of FAR 4.1603. Where dashes stand, they stand
// between parts.
func isInstrument(code string, parts []string) bool {
	if len(parts) > 1 {
		if len(parts) < 3 || len(parts) > 4 || len(parts[0]) != 6 || !isYear(parts[1]) {
			return false
		}
		if kind := parts[2]; len(kind) == 0 || len(parts) == 4 && len(kind) != 1 {
			return false
		}
	}
	if len(code) < 13 || len(code) > 17 || !isYear(code[6:8]) || strings.IndexByte(instrumentKinds, code[8]) < 0 {
		return false
	}
	serial := code[9:]
	return strings.ContainsAny(serial, "0123456789") && strings.ContainsAny(code[:6], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") &&
		isDigit(serial[len(serial)-1]) && isDigit(serial[len(serial)-2]) && strings.Trim(code[:6], code[:1]) != ""
}

func isYear(s string) bool { return len(s) == 2 && isDigit(s[0]) && isDigit(s[1]) }

func isOlder(code string, parts []string) bool {
	switch {
	case strings.HasPrefix(code, "GS"): // GS-35F-0119Y, GS00Q14OADU108
		return shape(code, "AA99A9999") || shape(code, "AA99A9999A") || shape(code, "AA99A999AA") || shape(code, "AA99A99AAA") ||
			shape(code, "AA99A999A") || shape(code, "AA99A99AAA999") || shape(code, "AA99A99AAA9999")
	case strings.HasPrefix(code, "NN"):
		return shape(code, "AAA99AA99A") || shape(code, "AAA99AA99")
	case strings.HasPrefix(code, "HHS"):
		return shape(code, "AAAA999999999999A") || shape(code, "AAAA999999999A")
	case strings.HasPrefix(code, "DE") && len(parts) == 3:
		return shape(code, "AAAA9999AA99999") || shape(code, "AAAA9999999")
	}
	return false
}

// shape compares with a pattern of A for a capital and 9 for a digit.
func shape(code, pattern string) bool {
	if len(code) != len(pattern) {
		return false
	}
	for i := range len(code) {
		if isDigit(code[i]) != (pattern[i] == '9') {
			return false
		}
	}
	return true
}

// register reads the number of a document of the Federal Register: four digits
// of the year and five of the series, or older ones where they are said to be.
func (p *patterns) register(start, end int) (Span, int, int) {
	if p.at(end) != '-' || p.at(start-1) == '-' {
		return Span{}, 0, 0
	}
	to := p.digits(end + 1)
	if isAlnum(p.at(to)) || p.at(to) == '-' {
		return Span{}, 0, 0
	}
	year, serial := p.text[start:end], to-end-1
	said := p.said(start, 24, "fr doc", "fr doc.", "document number", "document no", "document citation")
	switch {
	case shape(year, "9999") && serial == 5 && "1994" <= year && year < "2100":
	case said && serial >= 3 && serial <= 5 && (shape(year, "99") || shape(year, "A9")):
	default:
		return Span{}, 0, 0
	}
	s := Span{Kind: Register, Value: p.text[start:to]}
	if !said {
		s.Doubt = byShape
	}
	return s, start, to
}

// notRecords stand before a number that is of something else: lines of a
// contract, forms, standards.
var notRecords = []string{"CLIN", "SLIN", "DD", "SF", "OF", "OMB", "ISO", "MIL", "STD", "FORM", "TO", "BPA", "MOD", "RFQ", "RFP", "AMEND", "PART", "SEC"}

// records reads the number of a system of records: DHS/ICE-016, and ICE-018
// with less behind it.
func (p *patterns) records(start, end int) (Span, int, int) {
	if p.digits(start) != end || end-start < 2 || end-start > 4 || p.at(end) == '-' || start < 3 || p.at(start-1) != '-' {
		return Span{}, 0, 0
	}
	from := start - 1
	for from > p.from && start-from < 24 && (isUpper(p.text[from-1]) || p.text[from-1] == '/' && from > 1 && isUpper(p.text[from-2])) {
		from--
	}
	name := p.text[from : start-1]
	if len(name) < 2 || isAlnum(p.at(from-1)) {
		return Span{}, 0, 0
	}
	value, ok := notice.Number(p.text[from:end])
	if !ok {
		return Span{}, 0, 0
	}
	s := Span{Kind: Records, Value: value}
	if !strings.Contains(name, "/") && !p.said(from, 200, "system of records", "systems of records", "sorn", "privacy act") {
		if end-start != 3 || slices.Contains(notRecords, name) {
			return Span{}, 0, 0 // F-16, COVID-19
		}
		s.Doubt = byShape
	}
	return s, from, end
}
