package name

import (
	"embed"
	"slices"
	"strconv"
	"strings"
	"sync"

	"overt/ftm"
)

//go:embed tables/legal.txt tables/words.txt tables/numbers.txt tables/places.txt tables/persons.txt tables/zz_forms.txt
var tableFiles embed.FS

// A legalForm is one form a company may have.
type legalForm struct {
	class   string // llc, jsc, …; "" where the list of GLEIF alone knows the form
	compare string
}

// knowledge is what the tables say, by folded words.
type knowledge struct {
	legal           map[string]legalForm // words joined without blanks
	legalCase       map[string]bool      // short spellings as written, without dots: "Co", "eV"
	legalFirst      map[string]bool      // what may stand first
	legalFirstPlain map[string]bool      // and may so in Latin letters: AO, but not IP for ИП
	byCountry       map[string]map[string]legalForm

	same                            map[string]string
	weak, trade, joiner, body, role map[string]bool
	numbers                         map[string]int32
	places                          map[string]string // words joined with blanks

	// How many words a legal form that ends or begins with two letters has at
	// most, and a place that begins with a word: most words do neither, and need
	// not be joined to be looked up.
	legalEnds, legalBegins, placeBegins map[string]int

	title, suffix, particle, first map[string]bool
	personAt                       map[string]int32 // places in persons
	persons                        []person         // the first is nobody
	heads                          []string         // by class: the name that stands for it in keys
}

// A person is what one name of persons stands for: classes of lines it is in.
type person struct{ spelt, short []int32 }

// known is the knowledge, read from the tables once.
var known = sync.OnceValue(func() *knowledge {
	k := &knowledge{
		legal: map[string]legalForm{}, legalCase: map[string]bool{}, legalFirst: map[string]bool{}, legalFirstPlain: map[string]bool{}, legalEnds: map[string]int{}, legalBegins: map[string]int{}, placeBegins: map[string]int{}, byCountry: map[string]map[string]legalForm{},
		same: map[string]string{}, numbers: map[string]int32{}, places: map[string]string{},
		personAt: map[string]int32{}, persons: make([]person, 1), heads: []string{""},
	}
	for _, set := range []*map[string]bool{&k.weak, &k.trade, &k.joiner, &k.body, &k.role, &k.title, &k.suffix, &k.particle, &k.first} {
		*set = map[string]bool{}
	}
	k.readLegal()
	k.readForms()
	k.readWords()
	k.readNumbers()
	k.readPlaces()
	k.readPersons()
	return k
})

// lines yields the columns of each line of a table.
func lines(file string, yield func(cols []string)) {
	data, err := tableFiles.ReadFile("tables/" + file)
	if err != nil {
		panic(err) // embedded
	}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\r\n")
		if line != "" && line[0] != '#' {
			yield(strings.Split(line, "\t"))
		}
	}
}

func list(s string) []string {
	var out []string
	for w := range strings.SplitSeq(s, ";") {
		if w = strings.TrimSpace(w); w != "" && !strings.HasSuffix(w, "-") {
			out = append(out, w)
		}
	}
	return out
}

// foldWords is the words of a spelling as parsing sees them.
func foldWords(s string) []string {
	var out []string
	for _, p := range joinSingles(cut(s)) {
		out = append(out, p.rend.norm)
	}
	return out
}

func joined(s string) string { return strings.Join(foldWords(s), "") }

func (k *knowledge) readLegal() {
	lines("legal.txt", func(cols []string) {
		form := legalForm{class: cols[0], compare: cols[1]}
		for _, s := range list(cols[2]) {
			s, first := strings.CutPrefix(s, "^")
			words := foldWords(s)
			key := strings.Join(words, "")
			if key == "" {
				continue
			}
			if _, ok := k.legal[key]; !ok {
				k.addLegal(words, key, form)
			}
			if bare := strings.ReplaceAll(s, ".", ""); len(bare) <= 4 {
				k.legalCase[bare] = true
			}
			if first || len(words) > 1 && len(key) > 11 {
				k.legalFirstPlain[key] = k.legalFirstPlain[key] || isPlain(s) || len(key) > 3
				k.legalFirst[key] = true
				k.legalBegins[head(key)] = max(k.legalBegins[head(key)], len(words))
			}
		}
	})
}

func (k *knowledge) addLegal(words []string, key string, form legalForm) {
	k.legal[key] = form
	k.legalEnds[tail(key)] = max(k.legalEnds[tail(key)], len(words))
}

func head(s string) string { return s[:min(2, len(s))] }

func tail(s string) string { return s[max(0, len(s)-2):] }

// classWords tell the class of a form by what its name says.
var classWords = []struct{ words, class string }{
	{"limited liability partnership", "llp"}, {"limited partnership", "lp"}, {"limited liability", "llc"}, {"private limited", "llc"}, {"limited by guarantee", "llc"}, {"company limited", "llc"},
	{"responsabilidad limitada", "llc"}, {"responsabilite limitee", "llc"}, {"responsabilita limitata", "llc"}, {"beschrankter haftung", "llc"}, {"ogranichennoy otvetstvennostyu", "llc"},
	{"joint stock", "jsc"}, {"public limited", "jsc"}, {"sociedad anonima", "jsc"}, {"societe anonyme", "jsc"}, {"aktiengesellschaft", "jsc"}, {"aktsionernoe", "jsc"}, {"per azioni", "jsc"},
	{"cooperativ", "coop"}, {"genossenschaft", "coop"}, {"foundation", "foundation"}, {"fundacion", "foundation"}, {"stiftung", "foundation"}, {"fondation", "foundation"}, {"stichting", "foundation"},
	{"association", "association"}, {"asociacion", "association"}, {"verein", "association"},
	{"general partnership", "gp"}, {"state enterprise", "state"}, {"unitarnoe predpriyatie", "state"},
}

// classOf is the class that the words of a form say, "" if they do not.
func classOf(words []string) string {
	folded := " " + strings.Join(words, " ")
	for _, c := range classWords {
		if strings.Contains(folded, " "+c.words) {
			return c.class
		}
	}
	return ""
}

// readForms takes the forms of GLEIF's list. What several words say plainly
// holds everywhere, the rest in its country alone: "Bank" is a form in some.
func (k *knowledge) readForms() {
	lines("zz_forms.txt", func(cols []string) {
		country, names := cols[0], cols[1:]
		form := legalForm{compare: joined(names[len(names)-1])}
		for _, n := range names {
			if f, ok := k.legal[joined(n)]; ok {
				form = f
				break
			}
			if form.class == "" {
				form.class = classOf(foldWords(n))
			}
		}
		for _, n := range names {
			words := foldWords(n)
			key := strings.Join(words, "")
			if _, ok := k.legal[key]; ok || len(key) < 2 {
				continue
			}
			if len(words) > 1 && classOf(words) != "" {
				k.addLegal(words, key, form)
				if len(key) > 11 {
					k.legalFirst[key], k.legalFirstPlain[key] = true, true
					k.legalBegins[head(key)] = max(k.legalBegins[head(key)], len(words))
				}
				continue
			}
			if k.byCountry[country] == nil {
				k.byCountry[country] = map[string]legalForm{}
			}
			if _, ok := k.byCountry[country][key]; !ok {
				k.byCountry[country][key] = form
				k.legalEnds[tail(key)] = max(k.legalEnds[tail(key)], len(words))
			}
		}
	})
}

func (k *knowledge) readWords() {
	sets := map[string]map[string]bool{"weak": k.weak, "trade": k.trade, "joiner": k.joiner, "body": k.body, "role": k.role}
	lines("words.txt", func(cols []string) {
		if set := sets[cols[0]]; set != nil {
			for _, w := range list(cols[1]) {
				set[strings.Join(foldWords(w), " ")] = true
			}
			return
		}
		if cols[0] != "same" || len(cols) < 3 {
			return
		}
		for _, w := range list(cols[2]) {
			if key := joined(w); k.same[key] == "" && key != cols[1] {
				k.same[key] = cols[1]
			}
		}
	})
}

func (k *knowledge) readNumbers() {
	lines("numbers.txt", func(cols []string) {
		n, err := strconv.Atoi(cols[0])
		if err != nil {
			panic(err) // embedded
		}
		for _, w := range list(cols[1]) {
			k.numbers[joined(w)] = int32(n)
		}
	})
}

func (k *knowledge) readPlaces() {
	add := func(code, spelling string) {
		words := foldWords(spelling)
		if key := strings.Join(words, " "); len(key) > 1 && k.places[key] == "" {
			k.places[key] = code
			k.placeBegins[words[0]] = max(k.placeBegins[words[0]], len(words))
		}
	}
	lines("places.txt", func(cols []string) {
		for _, w := range list(cols[1]) {
			add(cols[0], w)
		}
	})
	countries := ftm.Default().Type("country").Values
	codes := make([]string, 0, len(countries))
	for code := range countries {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		add(code, countries[code])
	}
}

func (k *knowledge) readPersons() {
	sets := map[string]map[string]bool{"title": k.title, "suffix": k.suffix, "particle": k.particle, "first": k.first}
	lines("persons.txt", func(cols []string) {
		var words []string
		for _, w := range list(cols[1]) {
			words = append(words, joined(w))
		}
		switch {
		case sets[cols[0]] != nil:
			for _, w := range words {
				sets[cols[0]][w] = true
			}
		case len(words) > 0:
			class := int32(len(k.heads))
			k.heads = append(k.heads, sound(words[0]))
			for _, w := range words {
				k.addPerson(w, class, cols[0] == "spelt")
			}
		}
	})
}

func (k *knowledge) addPerson(w string, class int32, spelt bool) {
	at, ok := k.personAt[w]
	if !ok {
		at = int32(len(k.persons))
		k.personAt[w] = at
		k.persons = append(k.persons, person{})
	}
	list := &k.persons[at].short
	if spelt {
		list = &k.persons[at].spelt
	}
	if !slices.Contains(*list, class) {
		*list = append(*list, class)
	}
}
