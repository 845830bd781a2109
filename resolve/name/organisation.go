package name

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// slashes writes marks with slashes as words, before slashes separate.
var slashes = func() *strings.Replacer {
	var pairs []string
	for _, m := range [][2]string{{"d/b/a", "dba"}, {"a/k/a", "aka"}, {"f/k/a", "fka"}, {"n/k/a", "nka"}, {"t/a", "tradingas"}, {"c/o", "careof"}, {"o/a", "operatingas"}, {"w.l.l", "wll"}} {
		from := m[0]
		pairs = append(pairs, from+" ", " "+m[1]+" ", strings.ToUpper(from)+" ", " "+m[1]+" ", strings.ToUpper(from[:1])+from[1:]+" ", " "+m[1]+" ")
	}
	return strings.NewReplacer(pairs...)
}()

// marks begin another name inside a text.
var marks = map[string]AlternateKind{
	"dba": TradeName, "doing business as": TradeName, "trading as": TradeName, "tradingas": TradeName, "operating as": TradeName, "operatingas": TradeName, "trading under the name": TradeName, "trade name": TradeName,
	"aka": Alias, "also known as": Alias, "known as": Alias, "alias": Alias, "nka": Alias, "now known as": Alias, "now": Alias,
	"fka": Former, "formerly": Former, "formerly known as": Former, "previously": Former, "previously known as": Former, "formerly called": Former, "ex": Former, "successor to": Former, "vormals": Former, "anciennement": Former,
	"careof": CareOf, "care of": CareOf,
}

func parseOrganisation(text string, h Hint) *Form {
	text = bounded(text)
	pieces := joinSingles(cut(slashes.Replace(text)))
	main, others := splitNames(pieces)
	f := organisation(main, h)
	f.Text = text
	for _, o := range others {
		if len(f.Alternates) == maxAlternates {
			break
		}
		if alt := organisation(o.pieces, h); !alt.Empty() && alt.key != f.key {
			f.Alternates = append(f.Alternates, Alternate{Kind: o.kind, Form: alt})
		}
	}
	f.above(main, h)
	return f
}

type otherName struct {
	kind   AlternateKind
	pieces []piece
}

// splitNames parts a text at the marks of other names, and takes out names in
// parentheses and an acronym beside the name.
func splitNames(pieces []piece) (main []piece, others []otherName) {
	var here []piece
	kind, first := Alias, true
	flush := func() {
		switch {
		case first && len(here) > 0:
			main, first = here, false
		case len(here) > 0:
			others = append(others, otherName{kind, here})
		}
		here = nil
	}
	for i := 0; i < len(pieces); {
		k, n := markAt(pieces, i)
		if n == 0 {
			here = append(here, pieces[i])
			i++
			continue
		}
		if len(here) > 0 || !first {
			flush()
		}
		kind = k
		i += n
	}
	flush()
	main, inside := parentheses(main)
	others = append(others, inside...)
	if n := len(main); n > 3 && isAcronymOf(main[n-1], main[:n-1]) {
		others = append(others, otherName{Short, main[n-1:]})
		main = main[:n-1]
	}
	return main, others
}

// markAt gives the mark that begins at i and how many words it has.
func markAt(pieces []piece, i int) (AlternateKind, int) {
	if i == 0 {
		return 0, 0
	}
	for n := min(4, len(pieces)-i-1); n > 0; n-- {
		key := pieces[i].rend.norm
		for j := 1; j < n; j++ {
			key += " " + pieces[i+j].rend.norm
		}
		kind, ok := marks[key]
		if ok && (key != "ex" && key != "now" || pieces[i].open) {
			return kind, n
		}
	}
	return 0, 0
}

// parentheses takes out what stands in parentheses and is a name of its own: a
// short form, or several words at the end. Places and legal forms stay.
func parentheses(pieces []piece) (main []piece, others []otherName) {
	for i := 0; i < len(pieces); {
		j := i
		for j < len(pieces) && pieces[j].open {
			j++
		}
		switch run := pieces[i:j]; {
		case len(run) == 0:
			main = append(main, pieces[i])
			i++
			continue
		case i > 0 && len(run) == 1 && len(run[0].text) > 2 && strings.Trim(run[0].text, "0123456789") == "":
			// a code of the register's own
		case i > 0 && len(run) == 1 && isShort(run[0]):
			others = append(others, otherName{Short, run})
		case i > 0 && j == len(pieces) && len(run) > 1 && placeIn(run) == 0 && !isLegal(run):
			others = append(others, otherName{Alias, run})
		default:
			main = append(main, run...)
		}
		i = j
	}
	return main, others
}

// isShort says whether a word in parentheses is a short form of the name.
func isShort(p piece) bool {
	k := known()
	n := len([]rune(p.text))
	return n >= 2 && n <= 8 && isUpper(p.text) && k.places[p.rend.norm] == "" && k.legal[p.rend.norm].compare == ""
}

func isLegal(run []piece) bool {
	key := ""
	for _, p := range run {
		key += p.rend.norm
	}
	return known().legal[key].compare != ""
}

func isUpper(s string) bool {
	for _, r := range s {
		if unicode.IsLower(r) {
			return false
		}
	}
	return true
}

func isAcronymOf(p piece, of []piece) bool {
	if len(p.rend.norm) < 3 || !isUpper(p.text) {
		return false
	}
	all, some := "", ""
	for _, o := range of {
		if o.rend.norm == "" || o.rend.norm[0] >= 0x80 {
			return false
		}
		all += o.rend.norm[:1]
		if !known().joiner[o.rend.norm] {
			some += o.rend.norm[:1]
		}
	}
	return p.rend.norm == all || p.rend.norm == some
}

// joinSingles makes one word of a run of single letters: "J P Morgan", "S. A.".
func joinSingles(pieces []piece) []piece {
	out := pieces[:0:0]
	for i := 0; i < len(pieces); {
		j := i
		for j < len(pieces) && isSingle(pieces[j]) && (j == i || !pieces[j].comma && pieces[j].open == pieces[i].open) {
			j++
		}
		if j-i < 2 {
			out = append(out, pieces[i])
			i++
			continue
		}
		p := pieces[i]
		for _, q := range pieces[i+1 : j] {
			p.text += q.text
			p.rend.norm += q.rend.norm
			p.rend.latin += q.rend.latin
		}
		p.dot = true
		out = append(out, p)
		i = j
	}
	return out
}

func isSingle(p piece) bool {
	n := 0
	for _, r := range p.text {
		if n++; n > 1 || !unicode.IsLetter(r) || unicode.Is(unicode.Han, r) {
			return false
		}
	}
	return n == 1
}

// organisation makes a form of the words of one name.
func organisation(pieces []piece, h Hint) *Form {
	f := &Form{Kind: Organisation, countries: h.Countries, Text: pieceText(pieces)}
	pieces = unglue(pieces)
	pieces = f.stripLegal(pieces, h)
	f.Tokens = orgTokens(pieces)
	f.promote()
	if f.isBody() {
		f.Kind = PublicBody
	}
	f.finish()
	f.acronym = f.acronyms(pieces)
	return f
}

func pieceText(pieces []piece) string {
	var b strings.Builder
	for i, p := range pieces {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p.text)
	}
	return b.String()
}

// unglue parts a legal form that was written onto the name: "SiemensAG".
func unglue(pieces []piece) []piece {
	if len(pieces) == 0 {
		return pieces
	}
	last := pieces[len(pieces)-1]
	runes := []rune(last.text)
	for i := len(runes) - 1; i >= 3; i-- {
		if !unicode.IsUpper(runes[i]) || !unicode.IsLower(runes[i-1]) {
			continue
		}
		tail := string(runes[i:])
		if r := render(tail); known().legal[r.norm].compare != "" {
			head := string(runes[:i])
			out := append(slices.Clone(pieces[:len(pieces)-1]), last, piece{text: tail, rend: r})
			out[len(out)-2].text, out[len(out)-2].rend = head, render(head)
			return out
		}
		break
	}
	return unglueHan(pieces)
}

// unglueHan parts the legal form from a Chinese, Japanese or Korean name, which
// is written without blanks.
func unglueHan(pieces []piece) []piece {
	if len(pieces) != 1 {
		return pieces
	}
	runes := []rune(pieces[0].text)
	if len(runes) < 4 || runes[0] < 0x2E80 {
		return pieces
	}
	for n := min(8, len(runes)-2); n >= 2; n-- {
		tail := len(runes) - n
		for _, part := range [][2][]rune{{runes[tail:], runes[:tail]}, {runes[:n], runes[n:]}} {
			form, rest := string(part[0]), string(part[1])
			if r := render(form); known().legal[r.norm].compare != "" {
				return []piece{{text: rest, rend: render(rest)}, {text: form, rend: r, dot: true}}
			}
		}
	}
	return pieces
}

// maxLegalWords is how many words a legal form may have.
const maxLegalWords = 9

// stripLegal takes legal forms off the end, and off the front, and keeps the
// first that was found as the form's own. Something always remains.
func (f *Form) stripLegal(pieces []piece, h Hint) []piece {
	quiet := isUpper(pieceText(pieces)) || !hasUpper(pieces)
	for range 3 {
		n := legalAt(pieces, h, quiet)
		if n == 0 {
			break
		}
		f.setLegal(pieces[len(pieces)-n:], h)
		pieces = pieces[:len(pieces)-n]
		for len(pieces) > 1 && known().joiner[pieces[len(pieces)-1].rend.norm] {
			pieces = pieces[:len(pieces)-1] // "and" of "and Company"
		}
	}
	for n := min(maxLegalWords, len(pieces)-1); n > 0; n-- {
		if key := joinPieces(pieces[:n]); known().legalFirst[key] {
			f.setLegal(pieces[:n], h)
			return pieces[n:]
		}
	}
	return pieces
}

func hasUpper(pieces []piece) bool {
	return slices.ContainsFunc(pieces, func(p piece) bool { return strings.ToLower(p.text) != p.text })
}

func joinPieces(pieces []piece) string {
	if len(pieces) == 1 {
		return pieces[0].rend.norm
	}
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString(p.rend.norm)
	}
	return b.String()
}

// legalAt gives how many words at the end are a legal form. quiet says that the
// case of letters tells nothing.
func legalAt(pieces []piece, h Hint, quiet bool) int {
	k := known()
	for n := min(maxLegalWords, len(pieces)-1); n > 0; n-- {
		tail := pieces[len(pieces)-n:]
		key := joinPieces(tail)
		if _, ok := k.legal[key]; ok {
			p := tail[0]
			if n > 1 || len(key) > 2 || quiet || p.dot || isUpper(p.text) || k.legalCase[p.text] {
				return n
			}
		}
		for _, c := range h.Countries {
			if _, ok := k.byCountry[c][key]; ok && (n > 1 || len(key) > 3 || isUpper(tail[0].text)) {
				return n
			}
		}
	}
	return 0
}

func (f *Form) setLegal(pieces []piece, h Hint) {
	key := joinPieces(pieces)
	form, ok := known().legal[key]
	for i := 0; !ok && i < len(h.Countries); i++ {
		form, ok = known().byCountry[h.Countries[i]][key]
	}
	if f.Legal == "" || f.Class == "" || f.Class == "corp" && form.class != "" { // "Co., Ltd." is Ltd.
		if f.Legal == "" || form.class != "corp" {
			f.Legal, f.Class = form.compare, form.class
		}
	}
	if f.legalInitial == 0 && key != "" {
		f.legalInitial = key[0]
	}
}

// orgTokens gives words their roles: places, numbers, abbreviations.
func orgTokens(pieces []piece) []Token {
	k := known()
	out := make([]Token, 0, len(pieces))
	for i := 0; i < len(pieces); {
		if n := placeIn(pieces[i:]); n > 0 {
			code := k.places[placeKey(pieces[i:i+n])]
			out = append(out, Token{Norm: code, Sound: code, latin: code, Role: Place, Value: -1})
			i += n
			continue
		}
		t := pieceToken(pieces[i])
		if v, n := numberAt(pieces, i); n > 0 {
			s := strconv.Itoa(int(v))
			out = append(out, Token{Norm: s, Sound: s, latin: s, Role: Number, Value: v})
			i += n
			continue
		}
		if full, ok := k.same[t.Norm]; ok {
			t.Norm, t.latin, t.Loose = full, full, false
			t.Sound = sound(full)
		}
		switch {
		case k.joiner[t.Norm]:
			t.Role = Joiner
		case k.weak[t.Norm]:
			t.Role = Weak
		}
		t.trade = k.trade[t.Norm]
		t.bones = skeleton(t.latin)
		out = append(out, t)
		i++
	}
	return out
}

// placeIn gives how many words at the beginning are a place, the longest first.
func placeIn(pieces []piece) int {
	for n := min(5, len(pieces)); n > 0; n-- {
		if known().places[placeKey(pieces[:n])] != "" {
			return n
		}
	}
	return 0
}

func placeKey(pieces []piece) string {
	if len(pieces) == 1 {
		return pieces[0].rend.norm
	}
	var b strings.Builder
	for i, p := range pieces {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(p.rend.norm)
	}
	return b.String()
}

// numberAt reads digits, number words and roman numerals at i, and says how
// many words that took.
func numberAt(pieces []piece, i int) (int32, int) {
	k := known()
	w := pieces[i].rend.norm
	if v, ok := k.numbers[w]; ok {
		if v >= 20 && v < 100 && i+1 < len(pieces) { // forty-four
			if u, ok := k.numbers[pieces[i+1].rend.norm]; ok && u > 0 && u < 10 {
				return v + u, 2
			}
		}
		return v, 1
	}
	if digits := strings.TrimRight(w, "abcdefghijklmnopqrstuvwxyz"); digits != "" && len(digits) <= 9 && strings.Trim(digits, "0123456789") == "" {
		switch w[len(digits):] {
		case "", "st", "nd", "rd", "th", "er", "eme", "e", "ya", "y", "i", "go":
			v, _ := strconv.Atoi(digits)
			return int32(v), 1
		}
	}
	if v := roman(pieces[i].text); v > 0 && i > 0 && (len(w) > 1 || i == len(pieces)-1) {
		return v, 1
	}
	return 0, 0
}

// roman reads a roman numeral in capitals up to 39, 0 if it is none.
func roman(s string) int32 {
	if len(s) == 0 || len(s) > 7 || s == "XX" || s == "XXX" {
		return 0
	}
	total, rest := int32(0), s
	for _, step := range []struct {
		s string
		v int32
	}{{"X", 10}, {"X", 10}, {"X", 10}, {"IX", 9}, {"V", 5}, {"IV", 4}, {"I", 1}, {"I", 1}, {"I", 1}} {
		if strings.HasPrefix(rest, step.s) {
			if step.v == 5 && total%10 != 0 || step.v == 4 && total%10 != 0 {
				return 0
			}
			total += step.v
			rest = rest[len(step.s):]
		}
	}
	if rest != "" {
		return 0
	}
	return total
}

// promote makes places, then weak words, then joiners the core of a name that
// has nothing else.
func (f *Form) promote() {
	for _, role := range []Role{Core, Number, Place, Weak, Joiner} {
		if !slices.ContainsFunc(f.Tokens, func(t Token) bool { return t.Role == role }) {
			continue
		}
		if role == Core || role == Number {
			return
		}
		for i := range f.Tokens {
			if f.Tokens[i].Role == role {
				f.Tokens[i].Role = Core
				f.Tokens[i].bones = skeleton(f.Tokens[i].latin)
			}
		}
		return
	}
}

// strongBody are words that only public bodies have in their names.
var strongBody = map[string]bool{"department": true, "ministry": true, "agency": true, "bureau": true, "commission": true, "authority": true, "government": true, "embassy": true, "police": true, "army": true, "navy": true, "secretariat": true, "directorate": true, "parliament": true, "senate": true, "court": true, "county": true, "municipality": true, "administration": true, "command": true, "treasury": true, "customs": true, "city": true, "office": true}

func (f *Form) isBody() bool {
	switch f.Class {
	case "llc", "jsc", "corp", "lp", "llp", "gp", "sole":
		return false
	}
	return slices.ContainsFunc(f.Tokens, func(t Token) bool { return strongBody[t.Norm] })
}

// above finds the body that a sub-unit belongs to: "Office of X, Department of Y".
func (f *Form) above(pieces []piece, h Hint) {
	if f.Kind != PublicBody || len(f.Alternates) >= maxAlternates {
		return
	}
	from := 0
	for i := 1; i <= len(pieces); i++ {
		if i < len(pieces) && !pieces[i].comma {
			continue
		}
		part := pieces[from:i]
		from = i
		if len(part) == len(pieces) || len(part) < 2 || known().joiner[part[len(part)-1].rend.norm] {
			continue
		}
		alt := organisation(part, h)
		if alt.Kind == PublicBody && alt.has("department", "ministry", "army", "navy", "agency", "government", "commission", "authority") && len(f.Alternates) < maxAlternates {
			f.Alternates = append(f.Alternates, Alternate{Kind: Parent, Form: alt})
		}
	}
}

func (f *Form) has(words ...string) bool {
	return slices.ContainsFunc(f.Tokens, func(t Token) bool { return slices.Contains(words, t.Norm) })
}

// acronyms are the initials of the name: of its core, with weak words, with
// small ones, with the legal form.
func (f *Form) acronyms(pieces []piece) []string {
	var core, weak, all, raw []byte
	for i := range f.Tokens {
		t := &f.Tokens[i]
		c := t.latin
		if c == "" || c[0] < 'a' || c[0] > 'z' {
			continue
		}
		all = append(all, c[0])
		switch {
		case t.Role == Joiner:
			continue
		case t.Role != Weak:
			core = append(core, c[0])
		}
		weak = append(weak, c[0])
	}
	for _, p := range pieces {
		if c := p.rend.latin; c != "" && c[0] >= 'a' && c[0] <= 'z' && !known().joiner[p.rend.norm] {
			raw = append(raw, c[0])
		}
	}
	var out []string
	add := func(b []byte) {
		if len(b) >= 2 && len(b) <= 8 && !slices.Contains(out, string(b)) {
			out = append(out, string(b))
		}
	}
	for _, b := range [][]byte{core, weak, raw, all} {
		add(b)
		if f.legalInitial >= 'a' && f.legalInitial <= 'z' {
			add(append(slices.Clone(b), f.legalInitial))
		}
	}
	if len(f.Tokens) == 1 { // it may be an acronym itself
		if w := f.Tokens[0].Norm; len(w) >= 2 && len(w) <= 8 && f.Tokens[0].Role == Core {
			out = []string{w}
		}
	}
	return out
}
