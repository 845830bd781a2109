package mention

import "strings"

// A vatPlan is how a country writes its VAT numbers: the shapes of what stands
// behind the prefix (9 a digit, A a capital, X either), and the rule of the
// check digits where one is published. Source: European Commission, VIES,
// VAT number format; national rules.
type vatPlan struct {
	shapes string
	check  func(string) bool
}

var vatPlans = map[string]vatPlan{
	"AT": {"A99999999", vatAustria},
	"BE": {"9999999999", func(s string) bool { return s[0] < '2' && 97-number(s[:8])%97 == number(s[8:]) }},
	"BG": {"999999999 9999999999", nil},
	"CY": {"99999999A", nil},
	"CZ": {"99999999 999999999 9999999999", nil},
	"DE": {"999999999", modulus1110},
	"DK": {"99999999", func(s string) bool { return weigh(s, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0 }},
	"EE": {"999999999", func(s string) bool { return weigh(s, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0 }},
	"EL": {"999999999", func(s string) bool { return weigh(s, 256, 128, 64, 32, 16, 8, 4, 2)%11%10 == number(s[8:]) }},
	"ES": {"A99999999 A9999999A 99999999A", nil},
	"FI": {"99999999", func(s string) bool { return weigh(s, 7, 9, 10, 5, 8, 4, 2, 1)%11 == 0 }},
	"FR": {"99999999999 AA999999999 A9999999999 9A999999999", vatFrance},
	"GB": {"999999999 999999999999", vatBritain},
	"HR": {"99999999999", modulus1110},
	"HU": {"99999999", func(s string) bool { return weigh(s, 9, 7, 3, 1, 9, 7, 3, 1)%10 == 0 }},
	"IE": {"9999999A 9999999AA 9X99999A", nil},
	"IT": {"99999999999", luhn},
	"LT": {"999999999 999999999999", nil},
	"LU": {"99999999", func(s string) bool { return number(s[:6])%89 == number(s[6:]) }},
	"LV": {"99999999999", nil},
	"MT": {"99999999", vatMalta},
	"NL": {"999999999A99", vatNetherlands},
	"PL": {"9999999999", func(s string) bool { return weigh(s, 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == number(s[9:]) }},
	"PT": {"999999999", func(s string) bool { return (11-weigh(s, 9, 8, 7, 6, 5, 4, 3, 2)%11)%11%10 == number(s[8:]) }},
	"RO": {"9999999 99999999 999999999 9999999999", nil},
	"SE": {"999999999999", func(s string) bool { return luhn(s[:10]) }},
	"SI": {"99999999", func(s string) bool { return (11-weigh(s, 8, 7, 6, 5, 4, 3, 2)%11)%11%10 == number(s[7:]) }},
	"SK": {"9999999999", func(s string) bool { return number(s)%11 == 0 }},
	"XI": {"999999999", vatBritain},
}

var vatWords = []string{
	"vat", "vat no", "ust-idnr", "ust-id", "ustid", "ust-id-nr", "mwst", "tva", "btw", "iva", "moms", "nip", "dič", "dic", "uid",
	"partita iva", "p.iva", "nif", "cif", "afm", "alv", "momsnr", "pvn", "pvm", "áfa", "ddv", "pdv", "oib", "vat number", "vat registration",
}

// vat reads a number with the prefix of its country, in one or in groups.
// Without check digits it must be said to be one, or is doubtful.
func (p *patterns) vat(start, end int) (Span, int, int) {
	t, from := p.text, start
	if end-start == 2 || !isUpper(t[start]) { // "DE 123 456 789": the prefix is a word before
		if from = start - 3; from < p.from || t[start-1] != ' ' || from > 0 && isAlnum(t[from-1]) {
			return Span{}, 0, 0
		}
	}
	if from+2 > len(t) || !isUpper(t[from]) || !isUpper(t[from+1]) {
		return Span{}, 0, 0
	}
	plan, ok := vatPlans[t[from:from+2]]
	if !ok {
		return Span{}, 0, 0
	}
	said := p.said(from, 40, vatWords...)
	if from != start && !said {
		return Span{}, 0, 0
	}
	ends := []int{end}
	for to := end; said && (p.at(to) == ' ' || p.at(to) == '.') && len(ends) < 5; {
		next := to + 1
		for next < len(t) && isAlnum(t[next]) {
			next++
		}
		if next == to+1 {
			break
		}
		ends, to = append(ends, next), next
	}
	for i := len(ends) - 1; i >= 0; i-- {
		code := strings.NewReplacer(" ", "", ".", "").Replace(t[from:ends[i]])
		if s, ok := vatSpan(code, plan, said); ok {
			return s, from, ends[i]
		}
	}
	return Span{}, 0, 0
}

func vatSpan(code string, plan vatPlan, said bool) (Span, bool) {
	body, fits := code[2:], false
	for pattern := range strings.FieldsSeq(plan.shapes) {
		fits = fits || vatShape(body, pattern)
	}
	if !fits || strings.Trim(body, "0") == "" || plan.check != nil && !plan.check(body) {
		return Span{}, false
	}
	s := Span{Kind: VAT, Value: code}
	if plan.check == nil && !said {
		s.Doubt = byShape
	}
	return s, true
}

func vatShape(body, pattern string) bool {
	if len(body) != len(pattern) {
		return false
	}
	for i := range len(body) {
		switch c := body[i]; {
		case pattern[i] == '9' && !isDigit(c), pattern[i] == 'A' && !isUpper(c), !isDigit(c) && !isUpper(c):
			return false
		}
	}
	return true
}

// number reads up to 18 digits; what is none counts as 0.
func number(s string) (n int) {
	for i := range len(s) {
		n = n*10 + int(s[i]&15)
	}
	return n
}

func weigh(s string, weights ...int) (sum int) {
	for i, w := range weights {
		sum += w * int(s[i]-'0')
	}
	return sum
}

// modulus1110 checks ISO 7064 MOD 11,10.
func modulus1110(s string) bool {
	product := 10
	for i := range len(s) - 1 {
		sum := (int(s[i]-'0') + product) % 10
		if sum == 0 {
			sum = 10
		}
		product = sum * 2 % 11
	}
	return (11-product)%10 == int(s[len(s)-1]-'0')
}

// luhn checks ISO/IEC 7812-1, annex B.
func luhn(s string) bool {
	sum := 0
	for i := range len(s) {
		n := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			n = n*2%10 + n/5
		}
		sum += n
	}
	return sum%10 == 0
}

func vatAustria(s string) bool {
	if s[0] != 'U' {
		return false
	}
	sum := 4
	for i := 1; i < 8; i++ {
		n := int(s[i] - '0')
		if i%2 == 0 {
			n = n*2%10 + n/5
		}
		sum += n
	}
	return (10-sum%10)%10 == int(s[8]-'0')
}

// vatFrance checks the key where it is of digits; keys with letters have a rule
// that is not published.
func vatFrance(s string) bool {
	if !isDigit(s[0]) || !isDigit(s[1]) {
		return luhn(s[2:])
	}
	return (12+3*(number(s[2:])%97))%97 == number(s[:2])
}

func vatBritain(s string) bool {
	sum := weigh(s, 8, 7, 6, 5, 4, 3, 2) + number(s[7:9])
	return sum%97 == 0 || (sum+55)%97 == 0
}

func vatMalta(s string) bool { return 37-weigh(s, 3, 4, 6, 7, 8, 9)%37 == number(s[6:]) }

// vatNetherlands checks numbers of companies (modulus 11) and those of persons
// since 2020 (MOD 97-10 over the whole).
func vatNetherlands(s string) bool {
	if s[9] != 'B' {
		return false
	}
	if weigh(s, 9, 8, 7, 6, 5, 4, 3, 2)%11 == int(s[8]-'0') {
		return true
	}
	rest := 2321 % 97 // NL
	for i := range len(s) {
		if isDigit(s[i]) {
			rest = (rest*10 + int(s[i]-'0')) % 97
		} else {
			rest = (rest*100 + int(s[i]-'A') + 10) % 97
		}
	}
	return rest == 1
}
