package ftm

import (
	"errors"
	"fmt"
	"strings"
)

var (
	errCheckDigit = errors.New("check digit does not fit")
	errShape      = errors.New("shape does not fit")
)

var (
	codeSigns = strings.NewReplacer(" ", "", "-", "", ".", "", "/", "", "_", "")
	cellSigns = strings.NewReplacer(" ", "", "-", "")
)

// compact takes out what people put between the characters of a code.
func compact(s string) string {
	return strings.ToUpper(codeSigns.Replace(s))
}

func isDigits(s string, lengths ...int) bool {
	if strings.Trim(s, "0123456789") != "" {
		return false
	}
	for _, n := range lengths {
		if len(s) == n {
			return true
		}
	}
	return len(lengths) == 0
}

// numericCell undoes what a spreadsheet does to a code of digits: a decimal
// part of zeros, and leading zeros lost, down to least digits.
func numericCell(s string, least, length int) (string, error) {
	s = cellSigns.Replace(s)
	if whole, frac, ok := strings.Cut(s, "."); ok && strings.Trim(frac, "0") == "" {
		s = whole
	}
	if !isDigits(s) || len(s) < least || len(s) > length {
		return "", fmt.Errorf("not %d digits", length)
	}
	return strings.Repeat("0", length-len(s)) + s, nil
}

func padded(length int) func(string) (string, error) {
	return func(s string) (string, error) { return numericCell(s, 1, length) }
}

// cleanLEI checks ISO 17442: 18 characters and two digits, MOD 97-10.
func cleanLEI(s string) (string, error) {
	s = compact(s)
	switch {
	case len(s) != 20 || !isUpperAlnum(s) || !isDigits(s[18:], 2):
		return "", errShape
	case mod97(s) != 1:
		return "", errCheckDigit
	}
	return s, nil
}

// cleanUEI checks the published shape: 12 letters and digits without O and I,
// the first not 0, never nine digits in a row. The last character is a check
// digit by a rule that is not published, so it is not checked. Source: GSA,
// Unique Entity ID technical specifications.
func cleanUEI(s string) (string, error) {
	s = compact(s)
	if len(s) != 12 || !isUpperAlnum(s) || strings.ContainsAny(s, "OI") || s[0] == '0' {
		return "", errShape
	}
	run := 0
	for i := range len(s) {
		if run++; s[i] > '9' {
			run = 0
		}
		if run == 9 {
			return "", errShape
		}
	}
	return s, nil
}

// cleanCAGE checks five characters without O, a digit first or last, and I in
// the first place only (codes of international organisations). Codes of the
// United States have a digit in both places; those of others begin or end with
// a letter of the country. Source: NATO AC/135, code chart.
func cleanCAGE(s string) (string, error) {
	s = compact(s)
	if len(s) != 5 || !isUpperAlnum(s) || strings.Contains(s, "O") || strings.Contains(s[1:], "I") {
		return "", errShape
	}
	if s[0] > '9' && s[4] > '9' {
		return "", errors.New("neither first nor last is a digit")
	}
	return s, nil
}

// cleanDUNS takes nine digits, written 12-345-6789 or as a number cell that
// lost leading zeros.
func cleanDUNS(s string) (string, error) {
	s, err := numericCell(s, 6, 9)
	if err == nil && s == "000000000" {
		return "", errors.New("all zeros")
	}
	return s, err
}

// cleanISIN checks ISO 6166: a country, nine characters, a Luhn digit over
// letters written as two digits.
func cleanISIN(s string) (string, error) {
	s = compact(s)
	if len(s) != 12 || !isUpperAlnum(s) || s[0] < 'A' || s[1] < 'A' || s[11] > '9' {
		return "", errShape
	}
	var digits strings.Builder
	for i := range len(s) {
		if c := s[i]; c >= 'A' {
			n := c - 'A' + 10
			digits.WriteByte('0' + n/10)
			digits.WriteByte('0' + n%10)
		} else {
			digits.WriteByte(c)
		}
	}
	if !luhn(digits.String()) {
		return "", errCheckDigit
	}
	return s, nil
}

// luhn checks ISO/IEC 7812-1, annex B.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		n := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}

// weighted sums digits times weights.
func weighted(digits string, weights ...int) int {
	sum := 0
	for i, w := range weights {
		sum += int(digits[i]-'0') * w
	}
	return sum
}

func imoDigits(s string) (string, error) {
	s = strings.TrimLeft(strings.TrimPrefix(compact(s), "IMO"), ":#")
	if !isDigits(s, 7) {
		return "", errShape
	}
	return s, nil
}

// cleanIMO checks a ship's number: the last digit is that of the first six
// times 7 to 2. Source: IMO Resolution A.1117(30).
func cleanIMO(s string) (string, error) {
	s, err := imoDigits(s)
	if err == nil && weighted(s, 7, 6, 5, 4, 3, 2)%10 != int(s[6]-'0') {
		return "", errCheckDigit
	}
	return s, err
}

// cleanIMOCompany checks the shape alone; numbers of companies follow another
// rule than those of ships.
func cleanIMOCompany(s string) (string, error) { return imoDigits(s) }

// cleanINN checks the Russian tax number: 10 digits for organisations, 12 for
// persons, with one or two check digits MOD 11 MOD 10.
func cleanINN(s string) (string, error) {
	s = compact(s)
	s = strings.TrimPrefix(s, "INN")
	ok := false
	switch {
	case isDigits(s, 10):
		ok = weighted(s, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(s[9]-'0')
	case isDigits(s, 12):
		ok = weighted(s, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(s[10]-'0') &&
			weighted(s, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(s[11]-'0')
	default:
		return "", errShape
	}
	if !ok || strings.Trim(s, "0") == "" {
		return "", errCheckDigit
	}
	return s, nil
}

// cleanOGRN checks the Russian register number: 13 digits (the first 12 MOD 11
// MOD 10) or, for sole traders, 15 (the first 14 MOD 13 MOD 10).
func cleanOGRN(s string) (string, error) {
	s = strings.TrimPrefix(compact(s), "OGRN")
	if !isDigits(s, 13, 15) {
		return "", errShape
	}
	last, modulus := len(s)-1, len(s)-2
	rest := 0
	for i := range last {
		rest = (rest*10 + int(s[i]-'0')) % modulus
	}
	if rest%10 != int(s[last]-'0') || s[0] == '0' {
		return "", errCheckDigit
	}
	return s, nil
}

// cleanNPI checks the ten digits of a health provider of the United States: a
// Luhn digit, 80840 put before them.
func cleanNPI(s string) (string, error) {
	s = compact(s)
	switch {
	case !isDigits(s, 10) || s[0] != '1' && s[0] != '2':
		return "", errShape
	case !luhn("80840" + s):
		return "", errCheckDigit
	}
	return s, nil
}

// cleanFIGI checks the shape BBG and nine characters without vowels.
func cleanFIGI(s string) (string, error) {
	s = compact(s)
	if len(s) != 12 || !isUpperAlnum(s) || s[2] != 'G' || s[11] > '9' || strings.ContainsAny(s, "AEIOU") {
		return "", errShape
	}
	return s, nil
}

// cleanBIC checks ISO 9362: four letters, a country, two characters and, for a
// branch, three more.
func cleanBIC(s string) (string, error) {
	s = compact(s)
	if len(s) != 8 && len(s) != 11 || !isUpperAlnum(s) || strings.ContainsAny(s[:6], "0123456789") {
		return "", errShape
	}
	if _, ok := Default().Type("country").Values[strings.ToLower(s[4:6])]; !ok {
		return "", errors.New("no country in it")
	}
	return s, nil
}

// cleanWikidata takes Q and a number, or an address of the item.
func cleanWikidata(s string) (string, error) {
	if i := strings.LastIndexAny(s, "/:"); i >= 0 && strings.Contains(strings.ToLower(s[:i]), "wikidata") {
		s = s[i+1:]
	}
	s = strings.ToUpper(s)
	number, ok := strings.CutPrefix(s, "Q")
	if !ok || number == "" || number[0] == '0' || !isDigits(number) || len(number) > 12 {
		return "", errShape
	}
	return s, nil
}

// cleanCIK pads to the ten digits of the Securities and Exchange Commission.
func cleanCIK(s string) (string, error) {
	s, err := numericCell(s, 1, 10)
	if err == nil && strings.Trim(s, "0") == "" {
		return "", errors.New("all zeros")
	}
	return s, err
}

// cleanAgencyCode takes the four characters of FPDS; a number cell that lost
// its zeros is padded.
func cleanAgencyCode(s string) (string, error) {
	if padded, err := numericCell(s, 1, 4); err == nil {
		return padded, nil
	}
	if s = compact(s); len(s) != 4 || !isUpperAlnum(s) {
		return "", errors.New("not four letters and digits")
	}
	return s, nil
}

// cleanKey takes a key without blanks, in capitals.
func cleanKey(s string) (string, error) {
	s = strings.ToUpper(s)
	switch {
	case s == "":
		return "", errEmpty
	case len(s) > 200:
		return "", errors.New("longer than 200 characters")
	case strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", errors.New("a key has no blanks and no letters with marks")
	}
	return s, nil
}
