package ftm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"overt/internal/decimal"
)

// CleanOptions say how a source writes its values. The zero value is strict.
type CleanOptions struct {
	// Format is, for dates, a layout of strptime directives (%d/%m/%Y), or
	// several with | between them, tried in order; for numbers "," says that
	// the comma is the decimal sign. Other types pass over it.
	Format string
	// Fuzzy allows readings that are likely but not certain: dates in words,
	// addresses without a scheme, telephone numbers without a country.
	Fuzzy bool
	// Countries the entity belongs to, as ISO codes in lower case, for national
	// telephone numbers.
	Countries []string
}

type cleaner func(t *Type, value string, opts CleanOptions) (string, error)

var errEmpty = errors.New("empty")

// cleanerOf lists the cleaner of each of the 21 types.
func cleanerOf(typeName string) cleaner {
	switch typeName {
	case "address":
		return cleanAddress
	case "checksum":
		return cleanChecksum
	case "country":
		return cleanCountry
	case "date":
		return cleanDate
	case "email":
		return cleanEmail
	case "entity":
		return cleanEntity
	case "gender":
		return cleanGender
	case "html", "text":
		return cleanText
	case "iban":
		return cleanIBAN
	case "ip":
		return cleanIP
	case "json":
		return cleanJSON
	case "language":
		return cleanLanguage
	case "mimetype":
		return cleanMIMEType
	case "name":
		return cleanName
	case "number":
		return cleanNumber
	case "phone":
		return cleanPhone
	case "topic":
		return cleanTopic
	case "url":
		return cleanURL
	}
	return cleanLine // identifier, string
}

// Clean brings a value into the one form its type has, or says what is wrong
// with it. The error never repeats the value. Cleaning a clean value changes
// nothing.
func (t *Type) Clean(value string, opts CleanOptions) (string, error) {
	clean, err := cleanerOf(t.Name)(t, strings.ToValidUTF8(value, "\uFFFD"), opts)
	if err != nil {
		return "", fmt.Errorf("not a valid %s: %w", t.Name, err)
	}
	return clean, nil
}

// Clean cleans a value of the property: by the identifier scheme the property
// has, else by its type. It refuses values for reverse properties. The error
// names the property and never repeats the value.
func (p *Property) Clean(value string, opts CleanOptions) (string, error) {
	if p.Stub {
		return "", fmt.Errorf("%s: only names the way back from %s:%s and takes no values", p.QName, p.Range, p.Reverse)
	}
	if s := p.scheme(); s != nil {
		clean, err := s.clean(squash(strings.ToValidUTF8(value, "\uFFFD")))
		if err != nil {
			return "", fmt.Errorf("%s: not a valid %s: %w", p.QName, s.title, err)
		}
		return clean, nil
	}
	clean, err := p.Type.Clean(value, opts)
	if err != nil {
		return "", fmt.Errorf("%s: %w", p.QName, err)
	}
	return clean, nil
}

// squash makes every run of blanks and control characters one blank, drops
// marks of direction and zero width, and trims.
func squash(s string) string {
	if isSquashed(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	gap := false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r) || unicode.IsControl(r):
			gap = true
			continue
		case unicode.Is(unicode.Cf, r) && r != '\u200c' && r != '\u200d': // the joiners carry meaning in Persian and Indic names
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte(' ')
		}
		gap = false
		b.WriteRune(r)
	}
	return b.String()
}

func isSquashed(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c < ' ' || c >= 0x7f || c == ' ' && (i == 0 || i == len(s)-1 || s[i+1] == ' ') {
			return false
		}
	}
	return true
}

func cleanLine(_ *Type, value string, _ CleanOptions) (string, error) {
	if value = squash(value); value == "" {
		return "", errEmpty
	}
	return value, nil
}

var plainQuotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "‘", "'", "’", "'", "`", "'", "´", "'")

// cleanName squashes blanks, writes typographic quotes plainly and takes off a
// pair of quotes around the whole name.
func cleanName(_ *Type, value string, _ CleanOptions) (string, error) {
	value = squash(plainQuotes.Replace(value))
	for len(value) > 1 && (value[0] == '"' || value[0] == '\'') && value[len(value)-1] == value[0] && strings.Count(value, value[:1]) == 2 {
		value = squash(value[1 : len(value)-1])
	}
	if !strings.ContainsFunc(value, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }) {
		if value == "" {
			return "", errEmpty
		}
		return "", errors.New("no letter or digit in it")
	}
	return value, nil
}

// cleanText keeps line breaks and tabs, writes line ends as \n and removes
// other control characters.
func cleanText(_ *Type, value string, _ CleanOptions) (string, error) {
	value = strings.ReplaceAll(value, "\r\n", "\n")
	value = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\r' || r == '\u2028' || r == '\u2029':
			return '\n'
		case unicode.IsControl(r) || r == '\uFEFF':
			return -1
		}
		return r
	}, value)
	if value = strings.TrimSpace(value); value == "" {
		return "", errEmpty
	}
	return value, nil
}

var addressBreaks = strings.NewReplacer("\n", ",", "\r", ",", "\t", ",", ";", ",",
	"<br>", ",", "<BR>", ",", "<br/>", ",", "<BR/>", ",", "<br />", ",", "<BR />", ",")

// cleanAddress writes an address in one line, its parts apart by commas.
func cleanAddress(_ *Type, value string, _ CleanOptions) (string, error) {
	var parts []string
	for part := range strings.SplitSeq(addressBreaks.Replace(value), ",") {
		if part = squash(part); part != "" {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return "", errEmpty
	}
	return strings.Join(parts, ", "), nil
}

func cleanEntity(_ *Type, value string, _ CleanOptions) (string, error) {
	value = strings.TrimSpace(value)
	switch {
	case value == "":
		return "", errEmpty
	case strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) || r == utf8.RuneError }):
		return "", errors.New("an entity id has no blanks or control characters")
	case len(value) > maxEntityID:
		return "", fmt.Errorf("longer than %d bytes", maxEntityID)
	}
	return value, nil
}

// maxEntityID bounds ids in bytes; those we make are far shorter.
const maxEntityID = 512

// cleanChecksum takes SHA-1, as FollowTheMoney has it, and SHA-256, as our
// blobs have it.
func cleanChecksum(_ *Type, value string, _ CleanOptions) (string, error) {
	value = strings.ToLower(squash(value))
	if len(value) != 40 && len(value) != 64 {
		return "", errors.New("neither 40 nor 64 hexadecimal digits")
	}
	if strings.Trim(value, "0123456789abcdef") != "" {
		return "", errors.New("not hexadecimal")
	}
	return value, nil
}

func cleanGender(_ *Type, value string, _ CleanOptions) (string, error) {
	switch strings.ToLower(squash(value)) {
	case "m", "male", "man", "masculine", "männlich", "masculin", "masculino", "homme", "hombre", "м", "муж", "мужской":
		return "male", nil
	case "f", "female", "woman", "feminine", "w", "weiblich", "féminin", "femenino", "femme", "mujer", "ж", "жен", "женский":
		return "female", nil
	case "o", "other", "d", "divers", "diverse", "x", "non-binary", "nonbinary":
		return "other", nil
	}
	return "", errors.New("not a word for male, female or other")
}

func cleanTopic(t *Type, value string, _ CleanOptions) (string, error) {
	value = strings.ToLower(squash(value))
	if _, ok := t.Values[value]; !ok {
		return "", errors.New("not in the list of topics")
	}
	return value, nil
}

func cleanIP(_ *Type, value string, _ CleanOptions) (string, error) {
	addr, err := netip.ParseAddr(squash(value))
	if err != nil || addr.Zone() != "" {
		return "", errors.New("neither an IPv4 nor an IPv6 address")
	}
	return addr.String(), nil
}

// cleanJSON takes out the white space between tokens.
func cleanJSON(_ *Type, value string, _ CleanOptions) (string, error) {
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(value)); err != nil {
		return "", errors.New("does not parse")
	}
	return b.String(), nil
}

// cleanMIMEType drops parameters such as a charset.
func cleanMIMEType(_ *Type, value string, _ CleanOptions) (string, error) {
	value, _, _ = strings.Cut(strings.ToLower(squash(value)), ";")
	kind, sub, ok := strings.Cut(strings.TrimSpace(value), "/")
	if !ok || !isToken(kind) || !isToken(sub) {
		return "", errors.New("not type/subtype")
	}
	return kind + "/" + sub, nil
}

// isToken checks a restricted name of RFC 6838.
func isToken(s string) bool {
	return s != "" && len(s) <= 127 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789!#$&-^_.+") == ""
}

// cleanNumber reads how people and spreadsheets write numbers and gives plain
// decimal text, exactly: "$1,234.50" is "1234.50", "(5)" and "5-" are "-5".
// Separators must group thousands, the western or the Indian way. No digit is
// added or lost: what could be read in two ways is refused.
func cleanNumber(_ *Type, value string, opts CleanOptions) (string, error) {
	s := squash(strings.Map(func(r rune) rune {
		if r == '−' || r == '–' {
			return '-'
		}
		return r
	}, value))
	s, negative, err := takeSign(s)
	if err != nil {
		return "", err
	}
	s, err = ungroup(s, opts.Format == ",")
	if err != nil {
		return "", err
	}
	d, err := decimal.Parse(s)
	if err != nil {
		return "", err
	}
	if negative {
		d = d.Neg()
	}
	return d.String(), nil
}

// takeSign takes off a sign, accounting brackets and a sign of currency, in
// any order, each at most once.
func takeSign(s string) (rest string, negative bool, err error) {
	signs, money := 0, 0
	for {
		before := s
		switch {
		case strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")"):
			s, negative = s[1:len(s)-1], true
			signs++
		case strings.HasPrefix(s, "-"):
			s, negative = s[1:], true
			signs++
		case strings.HasPrefix(s, "+"):
			s = s[1:]
			signs++
		case strings.HasSuffix(s, "-"):
			s, negative = s[:len(s)-1], true
			signs++
		}
		if cut, ok := cutCurrency(s); ok {
			s = cut
			money++
		}
		s = strings.TrimSpace(s)
		switch {
		case signs > 1 || money > 1:
			return "", false, errors.New("more than one sign")
		case s == "":
			return "", false, errors.New("no digits")
		case s == before:
			return s, negative, nil
		}
	}
}

func cutCurrency(s string) (string, bool) {
	for _, sign := range []string{"US$", "$", "€", "£", "¥", "₽", "₴", "₹", "zł", "kr", "USD", "EUR", "GBP", "CHF"} {
		if cut, ok := strings.CutPrefix(s, sign); ok {
			return cut, true
		}
		if cut, ok := strings.CutSuffix(s, sign); ok {
			return cut, true
		}
	}
	return s, false
}

// ungroup takes out separators of thousands and writes the decimal sign as a
// point.
func ungroup(s string, decimalComma bool) (string, error) {
	point, separators := ".", ", '’"
	if decimalComma {
		point, separators = ",", ". '’"
	}
	whole, frac, hasPoint := strings.Cut(s, point)
	if strings.ContainsAny(frac, separators+point) {
		return "", errors.New("a separator behind the decimal sign")
	}
	if i := strings.IndexAny(whole, separators); i >= 0 {
		sep, _ := utf8.DecodeRuneInString(whole[i:])
		groups := strings.Split(whole, string(sep))
		if err := checkGroups(groups); err != nil {
			return "", err
		}
		whole = strings.Join(groups, "")
	}
	if hasPoint {
		return whole + "." + frac, nil
	}
	return whole, nil
}

// checkGroups wants 1–3 digits, then threes; or twos and a last three, as in
// 1,00,000.
func checkGroups(groups []string) error {
	last := len(groups) - 1
	inner := 0
	for i, g := range groups {
		switch n := len(g); {
		case g == "" || strings.Trim(g, "0123456789") != "":
			return errors.New("a separator without digits around it")
		case i == last && n != 3, i == 0 && n > 3, i > 0 && i < last && n != 2 && n != 3:
			return errors.New("separators do not group thousands")
		case i > 0 && i < last && inner != 0 && inner != n, i == 0 && n == 3 && last > 1 && len(groups[1]) == 2:
			return errors.New("separators do not group thousands")
		case i > 0 && i < last:
			inner = n
		}
	}
	return nil
}
