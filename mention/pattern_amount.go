package mention

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// amount reads a sum of money: a number with a currency before or behind it,
// and a word such as million between. The value is exact.
func (p *patterns) amount(start, end int) (Span, int, int) {
	start = max(start, p.from)
	for start < end && !isDigit(p.text[start]) { // US$5, EUR5
		start++
	}
	if isSign(p.at(start-1)) && isDigit(p.at(start-2)) {
		return Span{}, 0, 0
	}
	currency, from := p.currencyBefore(start)
	whole, fraction, to, doubt := p.decimal(start, currency)
	if to == 0 {
		return Span{}, 0, 0
	}
	zeros, next := p.scale(to)
	to = next
	if currency == "" {
		if currency, next = p.currencyBehind(to); currency == "" {
			return Span{}, 0, 0
		}
		from, to = start, next
	} else if isAlnum(p.at(to)) {
		return Span{}, 0, 0
	}
	value := shift(whole, fraction, zeros)
	if p.at(from-1) == '-' && from > p.from && !isAlnum(p.at(from-2)) && value != "0" {
		from, value = from-1, "-"+value
	}
	return Span{Kind: Amount, Value: value, Currency: currency, Doubt: doubt}, from, to
}

// decimal reads digits with signs between groups and before a fraction. Where
// one sign with three digits behind it could be either, that is said. No end
// where the signs make no number.
func (p *patterns) decimal(i int, currency string) (whole, fraction string, end int, doubt string) {
	var groups, signs []string
	var ends []int
	for {
		to := p.digits(i)
		groups, ends = append(groups, p.text[i:to]), append(ends, to)
		sign := p.groupSign(to)
		if sign == "" || len(groups) == 12 {
			break
		}
		signs, i = append(signs, sign), to+len(sign)
	}
	n := 0 // signs between groups of thousands
	for n < len(signs) && signs[n] == signs[0] && len(groups[n+1]) == 3 && len(groups[0]) <= 3 && groups[0] != "0" {
		n++
	}
	isPoint := func(k int) bool { return k < len(signs) && (signs[k] == "." || signs[k] == ",") }
	if n == 1 && len(signs) == 1 && isPoint(0) {
		dollars := strings.HasSuffix(currency, "D") || currency == "GBP"
		if signs[0] == "." || !dollars {
			doubt = "the sign could part thousands or a fraction"
		}
		if signs[0] == "." && dollars {
			n = 0
		}
	}
	whole, end = strings.Join(groups[:n+1], ""), ends[n]
	if isPoint(n) && (n == 0 || signs[n] != signs[0]) {
		n++
		fraction, end = groups[n], ends[n]
	}
	if isPoint(n) {
		return "", "", 0, ""
	}
	return whole, fraction, end, doubt
}

// groupSign gives the sign between the digits at i and those behind it.
func (p *patterns) groupSign(i int) string {
	for _, sign := range []string{",", ".", "'", "’", " ", "\u00a0", "\u202f", "\u2009"} {
		if !strings.HasPrefix(p.text[i:], sign) {
			continue
		}
		n := p.digits(i+len(sign)) - i - len(sign)
		if n == 0 || sign != "," && sign != "." && n != 3 {
			return ""
		}
		return sign
	}
	return ""
}

// shift multiplies a decimal number by ten to the power of zeros.
func shift(whole, fraction string, zeros int) string {
	for len(fraction) < zeros {
		fraction += "0"
	}
	whole, fraction = whole+fraction[:zeros], fraction[zeros:]
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// scale reads a word such as million, and gives its power of ten.
func (p *patterns) scale(i int) (zeros, end int) {
	at := i
	for _, blank := range []string{" ", "\u00a0", "\u202f", "-", "\n"} {
		if strings.HasPrefix(p.text[at:], blank) {
			at += len(blank)
			break
		}
	}
	word, next := p.wordAt(at)
	zeros = scales()[word]
	if zeros == 0 || len(word) == 1 && (at != i || isAlnum(p.at(next))) {
		return 0, i
	}
	if p.at(next) == '.' && len(word) < 5 && word != "k" && word != "m" && word != "b" {
		next++ // Mio.
	}
	return zeros, next
}

var scales = sync.OnceValue(func() map[string]int {
	table := map[string]int{}
	for _, row := range []struct {
		zeros int
		words string
	}{
		{3, "k thousand thousands tsd tausend mille mil miles tys tisíc тыс тысяч tuhat tusen duizend"},
		{5, "lakh lakhs"},
		{6, "m mm mn mio mill million millions millionen millón millones milhão milhões milione milioni miljoen miljoner millioner miljoona miljoonaa mln milion miliony milionów milionů milionu млн миллион миллиона миллионов мільйон мільйонів εκατ εκατομμύρια milyon millió"},
		{7, "crore crores"},
		{9, "b bn billion billions mrd milliard milliards milliarde milliarden miliardo miliardi miljard miljarder milliarder miljardi miljardia mld miliard miliardów miliard miliardy млрд миллиард миллиарда миллиардов мільярд мільярдів milyar"},
		{12, "tn trn trillion trillions"},
	} {
		for w := range strings.FieldsSeq(row.words) {
			table[foldMonth(w)] = row.zeros
		}
	}
	return table
})

// signs of currencies; a longer one comes before one that it ends with.
var currencySigns = []struct{ sign, code string }{
	{"US$", "USD"}, {"U.S.$", "USD"}, {"USD$", "USD"}, {"CA$", "CAD"}, {"C$", "CAD"}, {"AU$", "AUD"}, {"A$", "AUD"}, {"NZ$", "NZD"},
	{"HK$", "HKD"}, {"NT$", "TWD"}, {"S$", "SGD"}, {"R$", "BRL"}, {"MX$", "MXN"}, {"$", "USD"}, {"＄", "USD"}, {"€", "EUR"}, {"£", "GBP"},
	{"¥", "JPY"}, {"￥", "JPY"}, {"₽", "RUB"}, {"₴", "UAH"}, {"₹", "INR"}, {"₩", "KRW"}, {"₪", "ILS"}, {"₺", "TRY"}, {"₫", "VND"}, {"₦", "NGN"},
	{"zł", "PLN"}, {"Kč", "CZK"}, {"Rs.", "INR"}, {"Fr.", "CHF"},
}

// currencyCodes are those of ISO 4217 that texts write; others are words too often.
var currencyCodes = func() map[string]string {
	codes := map[string]string{}
	for c := range strings.FieldsSeq(`USD EUR GBP JPY CHF CAD AUD NZD CNY RMB HKD SGD SEK NOK DKK PLN CZK HUF RON BGN HRK RSD UAH RUB
		TRY ILS AED SAR QAR KWD BHD OMR EGP ZAR NGN KES GHS INR PKR BDT LKR IDR MYR THB PHP VND KRW TWD BRL MXN ARS CLP COP PEN
		ISK KZT GEL AMD AZN BYN MDL UZS IRR IQD JOD LBP MAD TND DZD`) {
		codes[c] = c
	}
	codes["RMB"] = "CNY"
	return codes
}()

var currencyWords = sync.OnceValue(func() map[string]string {
	table := map[string]string{}
	for _, row := range []struct{ code, words string }{
		{"USD", "dollar dollars dólares dólar"},
		{"EUR", "euro euros eur ευρώ євро евро"},
		{"GBP", "pounds sterling"},
		{"RUB", "ruble rubles rouble roubles rubel руб рублей рубля рубль"},
		{"UAH", "hryvnia hryvnias грн гривень"},
		{"JPY", "yen"},
		{"CHF", "franken francs"},
		{"PLN", "zloty zlotys złotych zł"},
		{"INR", "rupees"},
	} {
		for w := range strings.FieldsSeq(row.words) {
			table[foldMonth(w)] = row.code
		}
	}
	return table
})

// currencyBefore reads a sign or a code that ends before i, or a blank before it.
func (p *patterns) currencyBefore(i int) (code string, from int) {
	at := i
	for _, blank := range []string{" ", "\u00a0", "\u202f"} {
		if strings.HasSuffix(p.text[p.from:at], blank) {
			at -= len(blank)
			break
		}
	}
	head := p.text[p.from:at]
	for _, c := range currencySigns {
		if strings.HasSuffix(head, c.sign) {
			from = at - len(c.sign)
			if isAlnum(c.sign[0]) && isAlnum(p.at(from-1)) {
				continue
			}
			return c.code, from
		}
	}
	if len(head) >= 3 && !isAlnum(p.at(at-4)) {
		if code, ok := currencyCodes[head[len(head)-3:]]; ok {
			return code, at - 3
		}
	}
	return "", i
}

// currencyBehind reads a sign, a code or a word behind i, or a blank behind it.
func (p *patterns) currencyBehind(i int) (code string, end int) {
	for _, blank := range []string{" ", "\u00a0", "\u202f", "\n"} {
		if strings.HasPrefix(p.text[i:], blank) {
			i += len(blank)
			break
		}
	}
	rest := p.text[i:]
	for _, c := range currencySigns {
		if strings.HasPrefix(rest, c.sign) {
			end = i + len(c.sign)
			if c.sign == "$" && isDigit(p.at(end)) || letterAt(p.text, end) {
				continue // the sign belongs to what follows
			}
			return c.code, end
		}
	}
	word, end := p.wordAt(i)
	if end-i == 3 {
		if code, ok := currencyCodes[rest[:3]]; ok && !isAlnum(p.at(end)) {
			return code, end
		}
	}
	if word == "us" || word == "u" {
		for _, long := range []string{"US dollars", "U.S. dollars", "US Dollars", "U.S. Dollars"} {
			if strings.HasPrefix(rest, long) {
				return "USD", i + len(long)
			}
		}
	}
	return currencyWords()[word], end
}

func letterAt(text string, i int) bool {
	if i >= len(text) {
		return false
	}
	r, _ := utf8.DecodeRuneInString(text[i:])
	return letterOf(letters(), r).role == inWord
}
