package search_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"overt/driver/memory"
	"overt/internal/language"
	"overt/policy"
	"overt/policy/policytest"
	"overt/search"
	"overt/statement"
)

// The first article of the Universal Declaration of Human Rights, as the United
// Nations publish it.
var articles = map[string]string{
	"eng": "All human beings are born free and equal in dignity and rights. They are endowed with reason and conscience and should act towards one another in a spirit of brotherhood.",
	"deu": "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen begabt und sollen einander im Geiste der Brüderlichkeit begegnen.",
	"fra": "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués de raison et de conscience et doivent agir les uns envers les autres dans un esprit de fraternité.",
	"spa": "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como están de razón y conciencia, deben comportarse fraternalmente los unos con los otros.",
	"rus": "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и совестью и должны поступать в отношении друг друга в духе братства.",
	"ell": "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα. Είναι προικισμένοι με λογική και συνείδηση, και οφείλουν να συμπεριφέρονται μεταξύ τους με πνεύμα αδελφοσύνης.",
}

// TestLanguages: the switches find what they say in real text of six languages,
// and without them no word is found that is not written; the language of each is
// a facet.
func TestLanguages(t *testing.T) {
	label := policy.Label{Dataset: "un"}
	scope := policytest.Scope(label)
	view := search.NewView(statement.NewSight(scope, statement.When{}, []statement.ClassInfo{{Class: 1, Run: &statement.Run{ID: 1}, Label: label}}))
	x := &memory.Index{}
	var b search.Batch
	for code, text := range articles {
		b.Items = append(b.Items, search.Item{ID: code, Kind: search.Passage, Document: "doc", Page: 1, Text: text, Language: language.Of(text), Label: label, Run: 1})
	}
	if err := x.Write(t.Context(), scope, b); err != nil {
		t.Fatal(err)
	}
	found := func(q search.Query) string {
		t.Helper()
		var ids []string
		for h, err := range x.All(t.Context(), view, q) {
			if err != nil {
				t.Fatalf("%+v: %v", q, err)
			}
			ids = append(ids, h.ID)
		}
		slices.Sort(ids)
		return strings.Join(ids, " ")
	}
	const stem, translit = 1, 2
	for _, c := range []struct {
		text   string
		with   int
		plain  string // without the switch
		wanted string
	}{
		{"being", stem, "", "eng"}, {"rights", stem, "eng", "eng"}, {"acting", stem, "", ""}, {"endow", stem, "", "eng"},
		{"Mensch", stem, "", "deu"}, {"gleiches", stem, "", "deu"}, {"Rechte", stem, "", "deu"},
		{"humain", stem, "", "fra"}, {"droit", stem, "", "fra"}, {"autre", stem, "", "fra"},
		{"derecho", stem, "", "spa"}, {"humano", stem, "", "eng spa"}, {"libre", stem, "", "fra spa"},
		{"egaux", 0, "fra", "fra"}, {"wurde", 0, "deu", "deu"}, {"razon", 0, "spa", "spa"},
		{"pravakh", translit, "", "rus"}, {"dostoinstve", translit, "", "rus"}, {"bratstva", translit, "", "rus"},
		{"logiki", translit, "", "ell"}, {"pnevma", translit, "", "ell"}, {"anthropoi", translit, "", "ell"},
		{"дигнидад", translit, "", "spa"}, {"реасон", translit, "", "eng"},
		{"/prav.*/", translit, "", ""}, {`"derecho"`, stem, "", ""},
	} {
		if got := found(search.Query{Text: c.text}); got != c.plain {
			t.Errorf("%s is found in %q, want %q", c.text, got, c.plain)
		}
		if got := found(search.Query{Text: c.text, Stem: c.with == stem, Translit: c.with == translit}); got != c.wanted {
			t.Errorf("%s with its switch is found in %q, want %q", c.text, got, c.wanted)
		}
	}
	for code := range articles {
		if got := found(search.Query{Text: "language:" + code}); got != code {
			t.Errorf("language:%s finds %q", code, got)
		}
	}
	page, err := x.Search(t.Context(), view, search.Query{Facets: []string{"language"}})
	if err != nil || len(page.Facets) != 1 {
		t.Fatalf("languages: %+v, %v", page.Facets, err)
	}
	var counts []string
	for _, v := range page.Facets[0].Values {
		counts = append(counts, fmt.Sprint(v.Value, " ", v.Count))
	}
	if got := strings.Join(counts, ", "); got != "deu 1, ell 1, eng 1, fra 1, rus 1, spa 1" {
		t.Errorf("languages: %s", got)
	}
}
