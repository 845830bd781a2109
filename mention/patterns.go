package mention

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"overt/ftm"
)

// Options say what is known of a text beside its words.
type Options struct {
	// Countries of the text, as ISO codes in lower case: whose order of day and
	// month, and whose telephone numbers without a country, are meant.
	Countries []string
}

// Patterns gives what a text shows by its shape: addresses, numbers of
// organisations, contracts and documents, amounts, dates. Spans are sorted by
// start and do not overlap. What has a check digit is given only if it fits;
// what looks the part and no more has a Doubt.
func Patterns(text string, o Options, emit func(Span)) {
	p := patterns{text: text, Options: o, emit: emit}
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case !starts[c]:
			i++
		case c == '@':
			i = p.email(i)
		case c == ':':
			i = p.url(i)
		case c == 'w' || c == 'W':
			i = p.www(i)
		default:
			i = p.number(i)
		}
	}
}

// starts holds the bytes that every pattern has one of.
var starts = func() (table [256]bool) {
	for _, c := range []byte("@:wW0123456789") {
		table[c] = true
	}
	return table
}()

type patterns struct {
	Options
	text string
	emit func(Span)
	from int // end of what was given, in bytes

	counted, chars int // a place in bytes, and in characters
}

// give hands on a span given in bytes, and says where to read on.
func (p *patterns) give(start, end int, s Span) int {
	s.Text = p.text[start:end]
	s.Start = p.chars + utf8.RuneCountInString(p.text[p.counted:start])
	s.End = s.Start + utf8.RuneCountInString(s.Text)
	p.counted, p.chars, p.from = end, s.End, end
	p.emit(s)
	return end
}

// number reads the run of letters and digits with a digit at i.
func (p *patterns) number(i int) int {
	start, end := i, i
	for start > p.from && isAlnum(p.text[start-1]) {
		start--
	}
	for end < len(p.text) && isAlnum(p.text[end]) {
		end++
	}
	if end-start > 64 || start > p.from && isLetterBefore(p.text, start) {
		return end
	}
	for _, try := range []func(start, end int) (Span, int, int){
		p.iban, p.lei, p.contract, p.records, p.vat, p.registered, p.register, p.phone, p.date, p.amount,
	} {
		if s, from, to := try(start, end); to > 0 && from >= p.from {
			return p.give(from, to, s)
		}
	}
	return end
}

// isLetterBefore says whether a letter beyond ASCII stands before i.
func isLetterBefore(text string, i int) bool {
	if i == 0 || text[i-1] < utf8.RuneSelf {
		return false
	}
	r, _ := utf8.DecodeLastRuneInString(text[:i])
	return letterOf(letters(), r).role == inWord
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isAlnum(c byte) bool { return asciiFold[c] != 0 }

// isCode says whether s has only digits and capitals.
func isCode(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) && !isUpper(s[i]) {
			return false
		}
	}
	return s != ""
}

func (p *patterns) at(i int) byte {
	if i < 0 || i >= len(p.text) {
		return 0
	}
	return p.text[i]
}

// digits gives the end of the digits at i.
func (p *patterns) digits(i int) int {
	for i < len(p.text) && isDigit(p.text[i]) {
		i++
	}
	return i
}

// before gives up to n bytes before i in small letters, of the same paragraph.
func (p *patterns) before(i, n int) string {
	s := p.text[max(i-n, 0):i]
	if cut := strings.LastIndex(s, "\n\n"); cut >= 0 {
		s = s[cut:]
	}
	return strings.ToLower(s)
}

// said says whether one of the words stands shortly before i.
func (p *patterns) said(i, n int, words ...string) bool {
	if strings.IndexFunc(p.text[max(i-n, 0):i], unicode.IsLetter) < 0 {
		return false
	}
	s := p.before(i, n)
	for _, w := range words {
		if at := strings.LastIndex(s, w); at >= 0 && (at == 0 || !isAlnum(s[at-1])) && (at+len(w) == len(s) || !isAlnum(s[at+len(w)])) {
			return true
		}
	}
	return false
}

// clean brings a value into the form of a property of an organisation.
func clean(prop, value string) (string, bool) {
	v, err := ftm.Default().Schema("Company").Property(prop).Clean(value, ftm.CleanOptions{})
	return v, err == nil
}

func cleanType(name, value string, o ftm.CleanOptions) (string, bool) {
	v, err := ftm.Default().Type(name).Clean(value, o)
	return v, err == nil
}
