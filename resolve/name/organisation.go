package name

import (
	"slices"
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
	main, inside := parentheses(withoutRole(main))
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

// withoutRole leaves out what stands in parentheses at the end and says what somebody
// is, as "(Assistant Secretary)" or "(Director of Sales)": it is no name.
func withoutRole(pieces []piece) []piece {
	from := len(pieces)
	for from > 0 && pieces[from-1].open {
		from--
	}
	run, k := pieces[from:], known()
	if n := len(run); n > 1 && run[n-1].rend.norm == "general" { // Inspector General
		run = run[:n-1]
	}
	n := len(run)
	if from > 0 && n > 0 && (k.role[run[n-1].rend.norm] || n > 2 && k.role[run[0].rend.norm] && k.joiner[run[1].rend.norm]) {
		return pieces[:from]
	}
	return pieces
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

func (f *Form) isBody() bool {
	switch f.Class {
	case "llc", "jsc", "corp", "lp", "llp", "gp", "sole":
		return false
	}
	return slices.ContainsFunc(f.Tokens, func(t Token) bool { return known().body[t.Norm] })
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
	var core, bare, weak, all, raw []byte
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
			if t.Role != Place {
				bare = append(bare, c[0]) // ICE, of the United States
			}
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
	for _, b := range [][]byte{core, bare, weak, raw, all} {
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
