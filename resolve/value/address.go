package value

import (
	"slices"
	"strings"
)

// Levels of addresses.
const (
	AddressEqual    Level = iota + 1 // the same words
	AddressPostcode                  // the same postcode and house number
	AddressNumber                    // the same street and house number
	AddressStreet                    // the same street, a house number missing
	AddressPlace                     // the same postcode, or most words and no number
	AddressWords                     // some words shared
	AddressOther                     // the same street or postcode with other house numbers
	AddressDiffer
)

// An Address is a postal address, in one text or put together from its parts.
type Address struct {
	Words    []string // that tell places apart: folded, sorted, no duplicates
	Houses   []string // house numbers, sorted
	Units    []string // numbers of suites, floors and boxes, sorted
	Postcode string   // without blanks, upper case; "" if none is seen
	norm     string
}

// roadWords are words that say what kind of road or place a name is of, by the
// form they are compared in. They tell no two addresses apart.
var roadWords = func() map[string]string {
	m := map[string]string{}
	for line := range strings.Lines(`
		st street str strasse streets saint sainte ste. sankt straat strada stradale
		av ave avenue aven avn avenida avda avd aven. aveneu
		rd road rte route ruta carretera ctra
		blvd boulevard boul bulvar bul bulv bd bld bulevar bulevard boulv
		dr drive drv
		ln lane laan
		ct court crt
		pl place plaza plz platz plac plein plaats piazza ploshchad praca praça
		sq square
		hwy highway freeway fwy expressway expy motorway autopista
		pkwy parkway pky
		ter terrace terr tce
		cir circle circ
		cres crescent cr
		cl close
		way wy weg
		tr trail trl track
		aly alley gasse allee allée
		calle c cl. cll carrer
		rue r
		via v
		ul ulitsa ulica vul vulytsya ulitza ulice
		pr prospekt prosp prospect pereulok per
		dom d house haus
		korp korpus k
		bldg building bld. edificio edif gebaude
		ctr center centre
		n north nord norte
		s south sud sur
		e east est este
		w west ouest oeste
		ne northeast
		nw northwest
		se southeast
		sw southwest
		mt mount
		ft fort
		hts heights
		vlg village
		po pobox postbox postfach bp apartado
		g gorod city town
		obl oblast region reg raion rayon district
		no nr number num numero
	`) {
		words := strings.Fields(line)
		for _, w := range words {
			m[w] = words[0]
		}
	}
	return m
}()

// unitWords come before the number of something inside a house.
var unitWords = words(`suite ste apt apartment unit floor fl flr room rm box flat of office kv kvartira ofis etage stock piso planta level lot stop bin ap dept po pobox postbox bp postfach pmb`)

// ParseAddress reads an address in one text.
func ParseAddress(text string, countries []string) *Address {
	a := &Address{}
	tokens := splitWords(text)
	a.Postcode, tokens = takePostcode(tokens)
	unit := false
	for i, w := range tokens {
		switch {
		case hasDigit(w) && (unit || i > 0 && unitWords[tokens[i-1]]):
			a.Units = append(a.Units, plainNumber(w))
			unit = false
		case hasDigit(w) && isOrdinal(w):
			a.Words = append(a.Words, plainNumber(w)) // 5th Avenue
		case hasDigit(w):
			a.Houses = append(a.Houses, plainNumber(w))
		case unitWords[w]:
			unit = true
		default:
			unit = false
			a.Words = append(a.Words, road(w)...)
		}
	}
	for _, list := range []*[]string{&a.Words, &a.Houses, &a.Units} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	if a.norm = strings.Join(slices.Concat(a.Words, a.Houses, a.Units), " "); a.Postcode != "" {
		a.norm += " " + a.Postcode
	}
	a.norm = strings.TrimSpace(a.norm)
	return a
}

// road writes a word as it is compared; "Hauptstrasse" is two.
func road(w string) []string {
	if short, ok := roadWords[w]; ok {
		return []string{short}
	}
	for _, end := range []string{"strasse", "str", "straat", "gasse", "platz", "weg"} {
		if stem, ok := strings.CutSuffix(w, end); ok && len(stem) > 3 {
			return []string{stem, roadWords[end]}
		}
	}
	return []string{w}
}

func hasDigit(w string) bool { return strings.ContainsAny(w, "0123456789") }

// isOrdinal tells 5th and 42nd from 12b.
func isOrdinal(w string) bool {
	end := strings.TrimLeft(w, "0123456789")
	return len(end) < len(w) && (end == "st" || end == "nd" || end == "rd" || end == "th")
}

// plainNumber is a number without leading zeros and ordinal endings.
func plainNumber(w string) string {
	if isOrdinal(w) {
		w = w[:len(w)-2]
	}
	if t := strings.TrimLeft(w, "0"); t != "" {
		return t
	}
	return w
}

// takePostcode finds a postcode: five digits or six, four where no other number
// could be the house, or the shapes of Britain, Canada and the Netherlands. What
// stands first is a house number.
func takePostcode(tokens []string) (string, []string) {
	for i := len(tokens) - 1; i > 0; i-- {
		w, before := tokens[i], tokens[i-1]
		if unitWords[before] {
			continue
		}
		switch shapeOf(w) {
		case "99999", "999999":
			return w, slices.Delete(slices.Clone(tokens), i, i+1)
		case "9999": // ZIP+4
			if shapeOf(before) == "99999" && i > 1 {
				return before, slices.Delete(slices.Clone(tokens), i-1, i+1)
			}
			if i == len(tokens)-1 || i == len(tokens)-2 && !hasDigit(tokens[i+1]) {
				return w, slices.Delete(slices.Clone(tokens), i, i+1)
			}
		case "9aa", "9a9": // SW1A 1AA, K1A 0B1
			if s := shapeOf(before); len(s) >= 2 && len(s) <= 4 && s[0] == 'a' && hasDigit(before) {
				return strings.ToUpper(before + w), slices.Delete(slices.Clone(tokens), i-1, i+1)
			}
		case "aa": // 1012 AB
			if shapeOf(before) == "9999" && i > 1 && len(w) == 2 && i >= len(tokens)-3 && !usStates[w] {
				return strings.ToUpper(before + w), slices.Delete(slices.Clone(tokens), i-1, i+1)
			}
		}
	}
	if len(tokens) > 1 && shapeOf(tokens[0]) == "99999" && !hasDigit(tokens[1]) && len(tokens) < 4 {
		return tokens[0], tokens[1:] // "75001 Paris"
	}
	return "", tokens
}

var usStates = words(`al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj nm ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc`)

// shapeOf writes digits as 9 and letters as a.
func shapeOf(w string) string {
	if len(w) > 8 {
		return ""
	}
	b := []byte(w)
	for i, c := range b {
		switch {
		case c >= '0' && c <= '9':
			b[i] = '9'
		case c >= 'a' && c <= 'z':
			b[i] = 'a'
		}
	}
	return string(b)
}

// Empty says whether there is nothing to compare.
func (a *Address) Empty() bool { return a.norm == "" }

// Norm is the address by which its frequency is counted.
func (a *Address) Norm() string { return a.norm }

// Keys gives the whole; postcode with house number, words with house number, and
// words of four letters or more.
func (a *Address) Keys(emit func(Family, string)) {
	if a.Empty() {
		return
	}
	emit(KeyWhole, a.norm)
	if a.Postcode != "" {
		emit(KeyPart, a.Postcode)
	}
	for i, h := range a.Houses {
		if i == 3 {
			break
		}
		if a.Postcode != "" {
			emit(KeyNear, h+" "+a.Postcode)
		}
		for _, w := range a.Words {
			if tells(w) {
				emit(KeyNear, h+" "+w)
			}
		}
	}
	for _, w := range a.Words {
		if len(w) >= 4 && tells(w) {
			emit(KeyPart, w)
		}
	}
}

// tells says whether a word may tell two addresses apart.
func tells(w string) bool { return roadWords[w] == "" && len(w) > 2 }

// Compare says how like two addresses are.
func (a *Address) Compare(b *Address, f Frequencies) Result {
	if a.Empty() || b.Empty() {
		return Result{}
	}
	if a.norm == b.norm {
		return Result{Level: AddressEqual, Norm: a.norm, Why: "the same address"}
	}
	shared, all, rarest := overlap(a.telling(), b.telling(), f)
	share := shared / all
	post := a.Postcode != "" && a.Postcode == b.Postcode
	other := a.Postcode != "" && b.Postcode != "" && !post
	numbers, both := meet(a.Houses, b.Houses), len(a.Houses) > 0 && len(b.Houses) > 0
	r := Result{Norm: rarest, Bits: 4*share - 2}
	switch {
	case post && numbers:
		r.Level, r.Why, r.Norm = AddressPostcode, "the same postcode and number", a.Postcode
	case numbers && rarest != "" && (share >= 0.5 && !other || share >= 0.8):
		r.Level, r.Why = AddressNumber, "the same street and number"
	case both && !numbers && (post || share >= 0.5):
		r.Level, r.Why = AddressOther, "other house numbers"
	case share >= 0.6 && !both && (len(a.Houses) > 0 || len(b.Houses) > 0):
		r.Level, r.Why = AddressStreet, "the same street, a number missing"
	case post, share >= 0.6:
		r.Level, r.Why = AddressPlace, "the same place"
		if post {
			r.Norm = a.Postcode
		}
	case share > 0:
		r.Level, r.Why = AddressWords, "some words shared"
	default:
		r.Level, r.Why, r.Bits = AddressDiffer, "other addresses", 0
	}
	return r
}

// telling are the words that tell addresses apart.
func (a *Address) telling() []string {
	if !slices.ContainsFunc(a.Words, func(w string) bool { return !tells(w) }) {
		return a.Words
	}
	out := make([]string, 0, len(a.Words))
	for _, w := range a.Words {
		if tells(w) {
			out = append(out, w)
		}
	}
	return out
}

// meet says whether two sorted lists have an entry in common.
func meet(a, b []string) bool {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch c := strings.Compare(a[i], b[j]); {
		case c == 0:
			return true
		case c < 0:
			i++
		default:
			j++
		}
	}
	return false
}
