package ftm

import (
	"slices"
	"strings"
	"unicode"

	"overt/internal/edit"
)

// Bounds on the work of picking a caption, which is quadratic in both.
const (
	captionNames = 48  // names compared
	captionRunes = 128 // characters of each
)

// Caption gives the text to show for an entity: the first value of the first
// caption property that has one. Where that property holds several names, the
// one most like all the others is taken, with a bias to Latin script, so that
// the order of values does not matter. Without any value it is the label of
// the schema, and the name of a schema the model does not have.
//
// Method: followthemoney/proxy.py (caption) and rigour/names/pick.py.
func (m *Model) Caption(schema string, properties map[string][]string) string {
	s := m.Schema(schema)
	if s == nil {
		return schema
	}
	for _, prop := range s.Caption {
		values := properties[prop]
		if len(values) > 1 && s.Properties[prop].Type.Name == "name" {
			if name := PickName(values); name != "" {
				return name
			}
		}
		for _, v := range values {
			if v != "" {
				return v
			}
		}
	}
	return s.Label
}

// PickName gives the name that is most like all the others, "" if none has a
// character. One name in Latin script among others in other scripts wins.
// Beyond 48 names the first 48 in sorted order are compared.
func PickName(names []string) string {
	sorted := slices.Clone(names)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	forms := newNameForms()
	latin := ""
	latins := 0
	for _, name := range sorted[:min(len(sorted), captionNames)] {
		if share := forms.add(name); share > 0.85 {
			latin, latins = name, latins+1
		}
	}
	if latins == 1 {
		return latin
	}
	for _, form := range centroid(forms.order, forms.weight) {
		surfaces := forms.surfaces[form]
		for _, surface := range centroid(surfaces, nil) {
			if slices.Contains(names, surface) {
				return surface
			}
		}
	}
	return ""
}

// nameForms gathers names under their forms without case, and under those
// without diacritics, each with the weight of its script.
type nameForms struct {
	order    []string
	weight   map[string]float64
	surfaces map[string][]string
}

func newNameForms() *nameForms {
	return &nameForms{weight: map[string]float64{}, surfaces: map[string][]string{}}
}

// add gives the share of Latin letters in name.
func (f *nameForms) add(name string) float64 {
	form := strings.ToLower(strings.TrimSpace(name))
	if form == "" {
		return 0
	}
	share := latinShare(name)
	f.put(form, 1+share, name, titleCase(name))
	if plain := plainLatin(form); len(plain) > 2 {
		f.put(plain, 1+share, name)
	}
	return share
}

func (f *nameForms) put(form string, weight float64, surfaces ...string) {
	if _, ok := f.weight[form]; !ok {
		f.order = append(f.order, form)
	}
	f.weight[form] += weight
	f.surfaces[form] = append(f.surfaces[form], surfaces...)
}

// latinShare counts Latin letters, digits aside, and a tenth for letters of
// scripts that can be written in Latin.
func latinShare(s string) float64 {
	var latin float64
	n := 0
	for _, r := range s {
		n++
		switch {
		case r < 0x80 || unicode.Is(unicode.Latin, r) || unicode.In(r, unicode.P, unicode.Z):
			latin++
		case unicode.In(r, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Georgian, unicode.Hangul):
			latin += 0.1
		}
	}
	return latin / float64(max(n, 1))
}

func titleCase(s string) string {
	inWord := false
	return strings.Map(func(r rune) rune {
		first := !inWord
		inWord = unicode.IsLetter(r)
		if first {
			return unicode.ToTitle(r)
		}
		return unicode.ToLower(r)
	}, s)
}

// plainLatin writes a lower-case text in plain letters: Latin without marks,
// Cyrillic and Greek letter by letter; other scripts are left out.
func plainLatin(s string) string {
	var b strings.Builder
	for _, r := range s {
		plain, ok := latinFold[r]
		switch {
		case r < 0x80:
			b.WriteRune(r)
		case ok:
			b.WriteString(plain)
		default:
			b.WriteString(transliteration[r])
		}
	}
	return b.String()
}

// transliteration is ISO 9 without its marks for Cyrillic and ELOT 743 for
// Greek, as far as one letter at a time allows.
var transliteration = func() map[rune]string {
	pairs := "а a б b в v г g д d е e ё e ж z з z и i й j к k л l м m н n о o п p р r с s т t у u ф f х h ц c ч c ш s щ s ъ . ы y ь . э e ю u я a " +
		"і i ї i є e ґ g ў u ј j љ l њ n ћ c ђ d џ d ѓ g ќ k ѕ z " +
		"α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o " +
		"ά a έ e ή i ί i ό o ύ y ώ o ϊ i ϋ y ΐ i ΰ y"
	table := map[rune]string{}
	fields := strings.Fields(pairs)
	for i := 0; i+1 < len(fields); i += 2 {
		table[[]rune(fields[i])[0]] = strings.Trim(fields[i+1], ".")
	}
	return table
}()

// centroid sorts texts by how like all the others they are, most like first;
// equals keep their order. Likeness is 1 - edits/length, times the text's
// weight (1 without weights).
func centroid(texts []string, weights map[string]float64) []string {
	unique := make([]string, 0, len(texts))
	runes := make([][]rune, len(texts))
	for i, t := range texts {
		r := []rune(t)
		runes[i] = r[:min(len(r), captionRunes)]
		if !slices.Contains(unique, t) {
			unique = append(unique, t)
		}
	}
	if len(unique) < 2 {
		return unique
	}
	weight := func(t string) float64 {
		if weights == nil {
			return 1
		}
		return weights[t]
	}
	score := map[string]float64{}
	for i := range texts {
		for j := i + 1; j < len(texts); j++ {
			like := 1.0
			if texts[i] != texts[j] {
				like -= float64(edit.Distance(runes[i], runes[j])) / float64(max(len(runes[i]), len(runes[j]), 1))
			}
			score[texts[i]] += like * weight(texts[i])
			score[texts[j]] += like * weight(texts[j])
		}
	}
	slices.SortStableFunc(unique, func(a, b string) int {
		switch {
		case score[a] > score[b]:
			return -1
		case score[a] < score[b]:
			return 1
		}
		return 0
	})
	return unique
}
