package name

import (
	"slices"
	"strings"
	"unicode"
)

// PersonOf reads the names of a person that a source keeps apart. Roles are
// known then, not guessed.
func PersonOf(p Parts) *Form {
	f := &Form{Kind: Person, known: true, countries: p.Countries}
	var text []string
	for _, part := range []struct {
		text string
		role Role
	}{{p.First, Given}, {p.Middle, Patronymic}, {p.Father, Patronymic}, {p.Mother, Surname}, {p.Last, Surname}} {
		if part.text == "" {
			continue
		}
		text = append(text, part.text)
		pieces := cut(part.text)
		if n := len(pieces) - 1; n > 0 && generations[pieces[n].rend.norm] > 0 { // "Dobbins Jr" in one column
			f.addSuffix(pieces[n:])
			pieces = pieces[:n]
		}
		for _, t := range personTokens(pieces) {
			if t.Role == Core {
				t.Role = part.role
			}
			f.Tokens = append(f.Tokens, t)
		}
	}
	f.Text = strings.Join(text, " ")
	f.addSuffix(cut(p.Suffix))
	f.settle()
	return f
}

func parsePerson(text string, h Hint) *Form {
	text = bounded(text)
	f := &Form{Text: text, Kind: Person, countries: h.Countries}
	pieces, others := personNames(text)
	for _, o := range others {
		if alt := personForm(o.pieces, h); !alt.Empty() && len(f.Alternates) < maxAlternates {
			f.Alternates = append(f.Alternates, Alternate{Kind: o.kind, Form: alt})
		}
	}
	main := personForm(pieces, h)
	main.Text, main.Alternates = text, f.Alternates
	return main
}

// personNames parts "X alias Y" and "X (Y)".
func personNames(text string) ([]piece, []otherName) {
	pieces := withoutRole(cut(slashes.Replace(text)))
	var main []piece
	var others []otherName
	from, kind := 0, Alias
	add := func(to int) {
		if to > from {
			if main == nil {
				main = pieces[from:to]
			} else {
				others = append(others, otherName{kind, pieces[from:to]})
			}
		}
	}
	for i := 0; i < len(pieces); i++ {
		if k, n := markAt(pieces, i); n > 0 && i > from {
			add(i)
			kind, from = k, i+n
			i = from - 1
		}
	}
	add(len(pieces))
	return main, others
}

func personForm(pieces []piece, h Hint) *Form {
	f := &Form{Kind: Person, countries: h.Countries, Text: pieceText(pieces)}
	pieces, comma := commaOrder(f, pieces)
	f.Tokens = personTokens(pieces)
	f.guess(pieces, comma, h)
	f.settle()
	return f
}

// commaOrder brings "LAST, First" to the order of speech, and says how many
// words of the family name end it; 0 when there is no comma.
func commaOrder(f *Form, pieces []piece) ([]piece, int) {
	at := slices.IndexFunc(pieces, func(p piece) bool { return p.comma })
	if at <= 0 {
		return pieces, 0
	}
	after := pieces[at:]
	k := known()
	if !slices.ContainsFunc(after, func(p piece) bool { return !k.title[p.rend.norm] && !k.suffix[p.rend.norm] }) {
		return pieces, 0 // a degree stands behind
	}
	return append(slices.Clone(after), pieces[:at]...), at
}

// personTokens makes tokens of words: titles, particles, initials; "Abdul
// Rahman" and "Saif al-Din" become one word.
func personTokens(pieces []piece) []Token {
	k := known()
	pieces = unblanked(pieces)
	out := make([]Token, 0, len(pieces))
	mixed := !isUpper(pieceText(pieces))
	for i := 0; i < len(pieces); i++ {
		p := pieces[i]
		t := pieceToken(p)
		t.hangul = isHangul(p.text)
		undigit(&t)
		if i > 0 && k.suffix[t.Norm] && len(pieces) > 2 {
			t.Role = Title
			out = append(out, t)
			continue
		}
		n := 0
		if t, n = servant(pieces, i, t); n > 0 {
			i += n
		}
		t.role(k, p, len(pieces))
		t.names(k)
		out = append(out, t)
		if initials := splitInitials(t, p, mixed); initials != nil {
			out = append(out[:len(out)-1], initials...)
		}
	}
	return out
}

// role tells titles, particles and initials from names.
func (t *Token) role(k *knowledge, p piece, words int) {
	switch {
	case k.title[t.Norm] && words > 1:
		t.Role = Title
	case len([]rune(t.Norm)) == 1 && hasCase(p.text) && !t.Loose:
		t.Role = Initial
		if k.particle[t.Norm] && !isUpper(p.text) {
			t.Role = Particle
		}
	case k.particle[t.Norm] && words > 1:
		t.Role = Particle
	}
}

// names looks up what the token may stand for.
func (t *Token) names(k *knowledge) {
	if t.person = k.personAt[t.Norm]; t.person == 0 {
		t.person = k.personAt[t.latin]
	}
	t.bones = skeleton(t.latin)
}

// servant joins what Arabic writes as one name and Latin as two or three: "Abd
// al-Rahman" and "Abdul Rahman", "Saif ud-Din", "Abu Bakr".
func servant(pieces []piece, i int, t Token) (Token, int) {
	at := func(j int) string {
		if j < len(pieces) && !pieces[j].comma {
			return pieces[j].rend.norm
		}
		return ""
	}
	next, after := at(i+1), at(i+2)
	joint := ""
	n := 0
	switch {
	case t.Norm == "abd" && isArticle(next) && len(after) > 2:
		joint, n = "abdul"+after, 2
	case (t.Norm == "abdul" || t.Norm == "abdel" || t.Norm == "abdal" || t.Norm == "abdu" || t.Norm == "abdol" || t.Norm == "abdur" || t.Norm == "abdus" || t.Norm == "abdoul") && isArticle(next) && len(after) > 2:
		joint, n = "abdul"+after, 2
	case (t.Norm == "abdul" || t.Norm == "abdel" || t.Norm == "abdal" || t.Norm == "abdol" || t.Norm == "abdur" || t.Norm == "abdus" || t.Norm == "abdoul") && len(next) > 2:
		joint, n = "abdul"+next, 1
	case isArticle(next) && (after == "din" || after == "deen" || after == "dine") && len(t.Norm) > 2:
		joint, n = t.Norm+"uldin", 2
	case (t.Norm == "abu" || t.Norm == "abou" || t.Norm == "umm" || t.Norm == "um") && len(next) > 2 && !isArticle(next):
		joint, n = "abu"+next, 1
		if t.Norm[0] == 'u' {
			joint = "um" + next
		}
	default:
		return t, 0
	}
	t.Norm, t.latin, t.Sound, t.Role = joint, joint, sound(joint), Core
	return t, n
}

func isArticle(s string) bool {
	switch s {
	case "al", "el", "ul", "ud", "ad", "as", "ar", "ur", "us", "ed", "ol", "or", "az", "an", "at", "ash", "uz", "ddin":
		return true
	}
	return false
}

// unblanked parts the family name from a Chinese or Korean name of two to four
// characters, which is written as one word.
func unblanked(pieces []piece) []piece {
	if len(pieces) != 1 {
		return pieces
	}
	runes := []rune(pieces[0].text)
	if len(runes) < 2 || len(runes) > 4 || !(isHangul(pieces[0].text) || isHan(runes)) {
		return pieces
	}
	n := 1
	if len(runes) == 4 {
		n = 2 // two-letter family names are rare, but then the given name has two as well
	}
	out := []piece{pieces[0], pieces[0]}
	for i, s := range []string{string(runes[:n]), string(runes[n:])} {
		out[i].text, out[i].rend = s, render(s)
	}
	return out
}

func isHangul(s string) bool {
	for _, r := range s {
		if r < 0xAC00 || r > 0xD7A3 {
			return false
		}
	}
	return s != ""
}

func isHan(runes []rune) bool {
	return !slices.ContainsFunc(runes, func(r rune) bool { return !unicode.Is(unicode.Han, r) })
}

// lookalikes are the letters that digits stand for inside a name.
var lookalikes = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "8", "b", "9", "g")

// undigit gives a name with digits inside the sound of the letters they stand
// for.
func undigit(t *Token) {
	if !t.Loose && strings.ContainsAny(t.latin, "0123456789") && hasLetter(t.latin) {
		t.Sound = sound(lookalikes.Replace(t.latin))
	}
}

// splitInitials makes initials of a short word in capitals: "J.P.", and "JC"
// where other words have small letters.
func splitInitials(t Token, p piece, mixed bool) []Token {
	if !p.dot && (!mixed || len(p.text) != 2) || len(p.text) > 3 || len(p.text) < 2 || !isUpper(p.text) || t.Role != Core || !isPlain(p.text) || !hasLetter(t.Norm) {
		return nil
	}
	var out []Token
	for _, r := range t.Norm {
		s := string(r)
		out = append(out, Token{Norm: s, Sound: s, latin: s, Role: Initial, Value: -1})
	}
	return out
}

// guess gives the tokens of a text their roles: by a comma, by capitals, by the
// order that language and country are known for.
func (f *Form) guess(pieces []piece, comma int, h Hint) {
	f.dropTwice()
	var at []int // names in order
	for i := range f.Tokens {
		if r := f.Tokens[i].Role; r == Core || r == Initial {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		f.rescue()
		return
	}
	family := f.families(at, pieces, comma, h)
	for n, i := range at {
		t := &f.Tokens[i]
		switch {
		case t.Role == Initial:
		case family[n]:
			t.Role = Surname
		case isPatronymic(t.Norm) || n > 0 && !family[n-1] && n > 1:
			t.Role = Patronymic
		default:
			t.Role = Given
		}
	}
}

// rescue makes names of what was all taken for titles and particles.
func (f *Form) rescue() {
	for i := range f.Tokens {
		if t := &f.Tokens[i]; t.Role == Title || t.Role == Particle {
			t.Role = Given
			t.names(known())
		}
	}
}

// dropTwice leaves out a name that is written twice beside itself.
func (f *Form) dropTwice() {
	if len(f.Tokens) > 2 {
		f.Tokens = slices.CompactFunc(f.Tokens, func(a, b Token) bool { return a.Norm == b.Norm && a.Role == Core && b.Role == Core })
	}
}

// families says which of the names at the given places are family names.
func (f *Form) families(at []int, pieces []piece, comma int, h Hint) []bool {
	out := make([]bool, len(at))
	k := known()
	last := len(at) - 1
	first := f.Tokens[at[0]].Norm
	switch {
	case comma > 0: // the last ones, as many as stood before the comma
		n := 0
		for i := max(0, len(f.Tokens)-comma); i < len(f.Tokens); i++ {
			if r := f.Tokens[i].Role; r == Core || r == Initial {
				n++
			}
		}
		for i := max(0, len(at)-max(n, 1)); i < len(at); i++ {
			out[i] = true
		}
	case last == 0:
		out[0] = len(pieces) > 1 // "President X", "Mr X"
	case len(pieces) == 1 && last == 1:
		out[0] = true // written without blank
	case f.capitals(at, pieces, out):
	case isPatronymic(f.Tokens[at[last]].Norm) && last == 2:
		out[0] = true // Surname Given Patronymic
	case f.Tokens[at[last]].Role == Initial && f.Tokens[at[0]].Role != Initial && last > 0:
		out[0] = true // Putin V. V.
	case hasAny(h.Countries, "cn", "kr", "kp", "vn", "hu", "tw", "hk", "kh", "mn") && (k.first[first] || hasAny(h.Countries, "hu")):
		out[0] = true
	case len(h.Countries) == 0 && k.first[first] && last >= 1 && last <= 2 && !k.first[f.Tokens[at[last]].Norm] && len(k.persons[k.personAt[first]].spelt) == 0 && f.Tokens[at[0]].Role == Core && last == 2:
		out[0] = true
	case hasAny(h.Countries, "es", "mx", "ar", "co", "cl", "pe", "ve", "cu", "ec", "gt", "hn", "ni", "cr", "pa", "do", "uy", "py", "bo", "sv", "pr") && last >= 2:
		out[last], out[last-1] = true, true
	default:
		out[last] = true
	}
	return out
}

// capitals finds family names written in capitals beside others that are not.
func (f *Form) capitals(at []int, pieces []piece, out []bool) bool {
	if len(pieces) != len(f.Tokens) {
		return false
	}
	upper, lower := 0, 0
	for n, i := range at {
		if len([]rune(pieces[i].text)) < 2 {
			continue
		}
		if out[n] = isUpper(pieces[i].text) && hasCase(pieces[i].text); out[n] {
			upper++
		} else {
			lower++
		}
	}
	if upper == 0 || lower == 0 {
		clear(out)
		return false
	}
	return true
}

func hasCase(s string) bool { return strings.ToLower(s) != strings.ToUpper(s) }

func hasAny(list []string, of ...string) bool {
	return slices.ContainsFunc(list, func(s string) bool { return slices.Contains(of, s) })
}

// isPatronymic tells names made from the father's: Ivanovich, Petrovna, oglu.
func isPatronymic(norm string) bool {
	if len(norm) < 6 {
		return false
	}
	for _, end := range []string{"ovich", "evich", "ovna", "evna", "ovitch", "evitch", "owitsch", "ewitsch", "ovic", "ovych", "ivna", "ovych", "yevich", "ichna", "inichna", "owicz", "avich", "auna", "ovics", "itj", "ovici"} {
		if strings.HasSuffix(norm, end) {
			return true
		}
	}
	return false
}

// settle fills what is derived.
func (f *Form) settle() {
	for i := range f.Tokens {
		if t := &f.Tokens[i]; t.Role == Core {
			t.Role = Given
		}
	}
	f.finish()
	f.syllables = f.areSyllables()
	for i := range f.Tokens {
		t := &f.Tokens[i]
		f.initial = f.initial || t.Role == Initial
		if g := generations[t.Norm]; t.Role == Title && g > 0 {
			f.generation = g
		}
		p := known().persons[t.person]
		for _, c := range [][]int32{p.spelt, p.short} {
			for _, class := range c {
				f.mask |= 1 << (uint(class) % 64) // those who stand for each other share a bit
			}
		}
		f.loose = f.loose || t.Loose
	}
}

// areSyllables tells names as Chinese and Korean ones are: a family name of
// theirs and short words.
func (f *Form) areSyllables() bool {
	n, family := 0, false
	for i := range f.Tokens {
		t := &f.Tokens[i]
		if skipSmall(t) {
			continue
		}
		given := !known().first[t.Norm] && len(known().persons[t.person].short) > 0
		if n++; len(t.latin) > 5 && !t.hangul || given { // John Lee
			return false
		}
		family = family || known().first[t.Norm]
	}
	return family && n >= 2
}

// addSuffix keeps Jr and III, which tell father and son apart.
func (f *Form) addSuffix(pieces []piece) {
	for _, p := range pieces {
		if t := pieceToken(p); known().suffix[t.Norm] {
			t.Role = Title
			f.Tokens = append(f.Tokens, t)
		}
	}
}

// order of generations: who has one and another is not the same.
var generations = map[string]int{"jr": 2, "junior": 2, "sr": 1, "senior": 1, "ii": 2, "2nd": 2, "iii": 3, "3rd": 3, "iv": 4, "4th": 4}
