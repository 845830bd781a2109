package mention

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"overt/ftm"
)

// date reads a date that begins with the digits at start (2024-03-05, 5.3.2024,
// 5 March 2024), or whose year they are (March 5, 2024; March 2024).
func (p *patterns) date(start, end int) (Span, int, int) {
	digits := p.digits(start)
	size := digits - start
	switch before := p.at(start - 1); {
	case size == 0 || isSign(before) && start > 0 && isDigit(p.at(start-2)), before == '$':
		return Span{}, 0, 0
	case size == 4:
		if s, to := p.yearFirst(start, digits); to > 0 {
			return s, start, to
		}
		if digits == end {
			return p.monthBefore(start, end)
		}
	case size <= 2:
		if s, to := p.dayFirst(start, digits); to > 0 {
			return s, start, to
		}
	}
	return Span{}, 0, 0
}

func isSign(c byte) bool { return c == '-' || c == '/' || c == '.' || c == ',' || c == ':' }

// day gives a date as a span if there is such a day; 0 is not known.
func (p *patterns) day(year, month, day int, doubt string) (Span, bool) {
	value := fmt.Sprintf("%04d", year)
	if month > 0 {
		value += fmt.Sprintf("-%02d", month)
	}
	if day > 0 {
		value += fmt.Sprintf("-%02d", day)
	}
	value, ok := cleanType("date", value, ftm.CleanOptions{})
	return Span{Kind: Date, Value: value, Doubt: doubt}, ok && year >= 1000 && year < 2200
}

// yearFirst reads 2024-03-05, with a time behind it or not, 2024/03/05,
// 2024.03.05 and 2024年3月5日.
func (p *patterns) yearFirst(start, i int) (Span, int) {
	year := number(p.text[start:i])
	if rest, ok := strings.CutPrefix(p.text[i:], "年"); ok {
		return p.hanDate(year, rest, i+len("年"))
	}
	sign := p.at(i)
	if sign != '-' && sign != '/' && sign != '.' {
		return Span{}, 0
	}
	m := p.digits(i + 1)
	d := p.digits(m + 1)
	if p.at(m) != sign || m-i-1 < 1 || m-i-1 > 2 || d-m-1 < 1 || d-m-1 > 2 {
		return Span{}, 0
	}
	s, ok := p.day(year, number(p.text[i+1:m]), max(number(p.text[m+1:d]), 1), "")
	if !ok || number(p.text[m+1:d]) == 0 {
		return Span{}, 0
	}
	if sign == '-' && (p.at(d) == 'T' || p.at(d) == ' ') {
		if value, to := p.clock(start, d); to > 0 {
			return Span{Kind: Date, Value: value}, to
		}
	}
	if p.at(d) == '-' || isAlnum(p.at(d)) && p.at(d) != 'T' {
		return Span{}, 0
	}
	return s, d
}

// clock reads a time of day and a zone behind a date.
func (p *patterns) clock(start, i int) (string, int) {
	to := i + 1
	for to < len(p.text) && to-i < 32 && (isDigit(p.text[to]) || strings.IndexByte(":.+-Z", p.text[to]) >= 0) {
		to++
	}
	for ; to > i+5; to-- {
		if value, ok := cleanType("date", p.text[start:to], ftm.CleanOptions{}); ok && !isAlnum(p.at(to)) {
			return value, to
		}
	}
	return "", 0
}

func (p *patterns) hanDate(year int, rest string, at int) (Span, int) {
	month, day, end := 0, 0, at
	if m := digitsOf(rest); m > 0 && m <= 2 && strings.HasPrefix(rest[m:], "月") {
		month, end = number(rest[:m]), at+m+len("月")
		rest = rest[m+len("月"):]
		if d := digitsOf(rest); d > 0 && d <= 2 && strings.HasPrefix(rest[d:], "日") {
			day, end = number(rest[:d]), end+d+len("日")
		}
	}
	s, ok := p.day(year, month, day, "")
	if !ok {
		return Span{}, 0
	}
	return s, end
}

func digitsOf(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// dayFirst reads numbers apart by a sign, and a day before the name of a month.
func (p *patterns) dayFirst(start, i int) (Span, int) {
	if sign := p.at(i); sign == '/' || sign == '.' || sign == '-' {
		m := p.digits(i + 1)
		y := p.digits(m + 1)
		if size := y - m - 1; p.at(m) == sign && m-i-1 >= 1 && m-i-1 <= 2 && (size == 4 || size == 2 && sign != '-') {
			if isAlnum(p.at(y)) || isSign(p.at(y)) && isDigit(p.at(y+1)) {
				return Span{}, 0
			}
			return p.numeric(sign, number(p.text[start:i]), number(p.text[i+1:m]), p.text[m+1:y], y)
		}
	}
	return p.dayMonth(start, i)
}

// numeric reads two numbers and a year. Where either could be the month, the
// country tells; a dot tells too. Else only the year is sure.
func (p *patterns) numeric(sign byte, a, b int, digits string, end int) (Span, int) {
	year, doubt := number(digits), ""
	if len(digits) == 2 {
		if year += 2000; year > 2050 {
			year -= 100
		}
		doubt = "the century is not said"
	}
	day, month := a, b
	switch {
	case sign == '.' || a > 12 || a == b:
	case b > 12:
		day, month = b, a
	case len(p.Countries) > 0 && !slices.ContainsFunc(p.Countries, monthFirst):
	case len(p.Countries) > 0 && !slices.ContainsFunc(p.Countries, func(c string) bool { return !monthFirst(c) }):
		day, month = b, a
	default:
		if _, ok := p.day(year, a, b, ""); !ok {
			return Span{}, 0
		}
		if _, ok := p.day(year, b, a, ""); !ok {
			return Span{}, 0
		}
		return Span{Kind: Date, Value: fmt.Sprintf("%04d", year), Doubt: fmt.Sprintf("%04d-%02d-%02d or %04d-%02d-%02d", year, a, b, year, b, a)}, end
	}
	if month == 0 || day == 0 {
		return Span{}, 0
	}
	s, ok := p.day(year, month, day, doubt)
	if !ok {
		return Span{}, 0
	}
	return s, end
}

// monthFirst are countries that write the month before the day.
func monthFirst(country string) bool {
	switch country {
	case "us", "ph", "pr", "gu", "fm", "mh", "pw", "vi", "as":
		return true
	}
	return false
}

// dayMonth reads 5 March 2024, 5th of March, 2024, 5. März 2024, 5 de marzo de
// 2024, 5-Mar-24, 05MAR2024.
func (p *patterns) dayMonth(start, i int) (Span, int) {
	day := number(p.text[start:i])
	at := i
	for _, ordinal := range []string{"st", "nd", "rd", "th", "er", ".", "º", "ª", "°"} {
		if strings.HasPrefix(p.text[at:], ordinal) {
			at += len(ordinal)
			break
		}
	}
	at = p.gap(at, "of", "de", "d'", "del")
	word, next := p.wordAt(at)
	month := months()[word]
	if month == 0 {
		return Span{}, 0
	}
	if p.at(next) == '.' {
		next++
	}
	if p.at(next) == ',' {
		next++
	}
	next = p.gap(next, "of", "de", "del")
	end := p.digits(next)
	year, doubt := number(p.text[next:min(end, next+4)]), ""
	switch {
	case end-next == 4:
	case end-next == 2 && p.at(at-1) == '-' && p.at(next-1) == '-':
		if year += 2000; year > 2050 {
			year -= 100
		}
		doubt = "the century is not said"
	default:
		return Span{}, 0
	}
	s, ok := p.day(year, month, max(day, 1), doubt)
	if !ok || day == 0 || isAlnum(p.at(end)) {
		return Span{}, 0
	}
	return s, end
}

// gap passes over one blank, line feed or dash, and one of the words with a
// blank behind it.
func (p *patterns) gap(i int, words ...string) int {
	for _, sign := range []string{" ", "-", "\n", "\u00a0", "/"} {
		if strings.HasPrefix(p.text[i:], sign) {
			i += len(sign)
			break
		}
	}
	for _, w := range words {
		if len(p.text) > i+len(w) && strings.EqualFold(p.text[i:i+len(w)], w) {
			if next := p.at(i + len(w)); next == ' ' || next == '\n' {
				return i + len(w) + 1
			} else if strings.HasSuffix(w, "'") {
				return i + len(w)
			}
		}
	}
	return i
}

// wordAt gives the word at i folded, and its end.
func (p *patterns) wordAt(i int) (string, int) {
	end := i
	for end < len(p.text) && end-i < 32 {
		r, n := utf8.DecodeRuneInString(p.text[end:])
		if l := letterOf(letters(), r); l.role != inWord || isDigit(p.text[end]) {
			break
		}
		end += n
	}
	return foldMonth(p.text[i:end]), end
}

// wordBefore gives the word that ends at i folded, and its start.
func (p *patterns) wordBefore(i int) (string, int) {
	start := i
	for start > p.from && i-start < 32 {
		r, n := utf8.DecodeLastRuneInString(p.text[:start])
		if l := letterOf(letters(), r); l.role != inWord || isDigit(p.text[start-1]) {
			break
		}
		start -= n
	}
	return foldMonth(p.text[start:i]), start
}

// monthBefore reads what stands before a year: March 5, 2024; March 2024.
func (p *patterns) monthBefore(start, end int) (Span, int, int) {
	i := p.back(start)
	day := 0
	if d := i; isDigit(p.at(i-1)) || i >= 3 && isOrdinal(p.text[i-2:i]) && isDigit(p.at(i-3)) {
		if !isDigit(p.at(d - 1)) {
			d -= 2
		}
		from := d
		for from > p.from && isDigit(p.text[from-1]) {
			from--
		}
		if d-from > 2 {
			return Span{}, 0, 0
		}
		day = number(p.text[from:d])
		i = p.back(from)
		if day == 0 {
			return Span{}, 0, 0
		}
	}
	word, from := p.wordBefore(i)
	if day == 0 && (word == "de" || word == "of" || word == "del") {
		word, from = p.wordBefore(p.back(from))
	}
	month := months()[word]
	if month == 0 || day == 0 && len(word) < 4 && i == start {
		return Span{}, 0, 0
	}
	s, ok := p.day(number(p.text[start:end]), month, day, "")
	if !ok {
		return Span{}, 0, 0
	}
	return s, from, end
}

func isOrdinal(s string) bool { return s == "st" || s == "nd" || s == "rd" || s == "th" }

// back passes a comma or a dot, and one blank, backwards.
func (p *patterns) back(i int) int {
	switch {
	case p.at(i-1) == ' ' || p.at(i-1) == '\n':
		i--
	case strings.HasSuffix(p.text[:i], "\u00a0"):
		i -= len("\u00a0")
	}
	if p.at(i-1) == ',' || p.at(i-1) == '.' {
		i--
	}
	return max(i, p.from)
}

func foldMonth(word string) string {
	fold := make([]byte, 0, 32)
	for _, r := range word {
		fold = append(fold, letterOf(letters(), r).fold...)
	}
	return string(fold)
}

var months = sync.OnceValue(func() map[string]int {
	table := map[string]int{}
	for line := range strings.Lines(monthNames) {
		for i, names := range strings.Split(line, "|") {
			for name := range strings.FieldsSeq(names) {
				table[foldMonth(name)] = i + 1
			}
		}
	}
	return table
})

// monthNames has a line for a language or several that share names; Slavic ones
// in the case that dates have, and in the first.
const monthNames = `january jan|february feb|march mar|april apr|may|june jun|july jul|august aug|september sep sept|october oct|november nov|december dec
januar jänner|februar|märz mrz|april|mai|juni|juli|august|september|oktober okt|november|dezember dez
janvier janv|février fév févr|mars|avril avr|mai|juin|juillet juil|août|septembre|octobre|novembre|décembre déc
enero ene|febrero|marzo|abril abr|mayo|junio|julio|agosto ago|septiembre setiembre|octubre|noviembre|diciembre dic
gennaio gen|febbraio|marzo|aprile|maggio mag|giugno giu|luglio lug|agosto|settembre|ottobre|novembre|dicembre
janeiro|fevereiro fev|março|abril|maio|junho|julho|agosto|setembro|outubro|novembro|dezembro
januari|februari|maart mrt|april|mei|juni|juli|augustus|september|oktober|november|december
januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december
januar|februar|marts mars|april|maj mai|juni|juli|august|september|oktober|november|desember
tammikuuta tammikuu|helmikuuta helmikuu|maaliskuuta maaliskuu|huhtikuuta huhtikuu|toukokuuta toukokuu|kesäkuuta kesäkuu|heinäkuuta heinäkuu|elokuuta elokuu|syyskuuta syyskuu|lokakuuta lokakuu|marraskuuta marraskuu|joulukuuta joulukuu
stycznia styczeń|lutego luty|marca marzec|kwietnia kwiecień|maja|czerwca czerwiec|lipca lipiec|sierpnia sierpień|września wrzesień|października październik|listopada listopad|grudnia grudzień
ledna leden|února únor|března březen|dubna duben|května květen|června červen|července červenec|srpna srpen|září|října říjen|listopadu|prosince prosinec
januára január|februára február|marca marec|apríla apríl|mája máj|júna jún|júla júl|augusta|septembra|októbra október|novembra|decembra
január|február|március|április|május|június|július|augusztus|szeptember|október|november|december
ianuarie|februarie|martie|aprilie|mai|iunie|iulie|august|septembrie|octombrie|noiembrie|decembrie
ocak|şubat|mart|nisan|mayıs|haziran|temmuz|ağustos|eylül|ekim|kasım|aralık
siječnja|veljače|ožujka|travnja|svibnja|lipnja|srpnja|kolovoza|rujna|listopada|studenoga studenog|prosinca
januara|februara|marta|aprila|maja|juna|jula|avgusta|septembra|oktobra|novembra|decembra
sausio|vasario|kovo|balandžio|gegužės|birželio|liepos|rugpjūčio|rugsėjo|spalio|lapkričio|gruodžio
janvāris janvārī|februāris februārī|marts martā|aprīlis aprīlī|maijs maijā|jūnijs jūnijā|jūlijs jūlijā|augusts augustā|septembris septembrī|oktobris oktobrī|novembris novembrī|decembris decembrī
jaanuar|veebruar|märts|aprill|mai|juuni|juuli|august|september|oktoober|november|detsember
januari|februari|maret|april|mei|juni|juli|agustus|september|oktober|november|desember
gener|febrer|març|abril|maig|juny|juliol|agost|setembre|octubre|novembre|desembre
января январь|февраля февраль|марта март|апреля апрель|мая май|июня июнь|июля июль|августа август|сентября сентябрь|октября октябрь|ноября ноябрь|декабря декабрь
січня січень|лютого лютий|березня березень|квітня квітень|травня травень|червня червень|липня липень|серпня серпень|вересня вересень|жовтня жовтень|листопада листопад|грудня грудень
януари|февруари|март|април|май|юни|юли|август|септември|октомври|ноември|декември
јануара јануар|фебруара фебруар|марта март|априла април|маја мај|јуна јун|јула јул|августа август|септембра септембар|октобра октобар|новембра новембар|децембра децембар
ιανουαρίου ιανουάριος|φεβρουαρίου φεβρουάριος|μαρτίου μάρτιος|απριλίου απρίλιος|μαΐου μάιος|ιουνίου ιούνιος|ιουλίου ιούλιος|αυγούστου αύγουστος|σεπτεμβρίου σεπτέμβριος|οκτωβρίου οκτώβριος|νοεμβρίου νοέμβριος|δεκεμβρίου δεκέμβριος
يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر
`
