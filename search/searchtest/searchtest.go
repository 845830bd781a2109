// Package searchtest is the suite of search.Index: what the language finds, what
// an index promises, and an oracle that compares it with the plainest one over
// only what a reader may see. Nothing but tests may import it.
package searchtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/policy/policytest"
	"overt/search"
	"overt/statement"
)

var (
	open1  = policy.Label{Dataset: "open"}
	sealed = policy.Label{Dataset: "open", Marks: []string{"sealed"}}
	all    = policytest.Scope(open1, sealed)
)

// seeing is a view of some runs under labels.
func seeing(labels []policy.Label, runs ...overt.RunID) search.View {
	var classes []statement.ClassInfo
	for _, l := range labels {
		for _, r := range runs {
			classes = append(classes, statement.ClassInfo{Class: statement.Class(len(classes) + 1), Run: &statement.Run{ID: r}, Label: l})
		}
	}
	return search.NewView(statement.NewSight(policytest.ReadOnly(labels...), statement.When{}, classes))
}

func passage(id, text string) search.Item {
	return search.Item{ID: id, Kind: search.Passage, Document: ftm.EntityID("doc-" + id), Page: 1, Text: text, Label: open1, Run: 1}
}

// Run tries what every index promises. open MUST give an empty one.
func Run(t *testing.T, open func(t *testing.T) search.Index) {
	t.Helper()
	t.Run("language", func(t *testing.T) { testLanguage(t, open(t)) })
	t.Run("pages", func(t *testing.T) { testPages(t, open(t)) })
	t.Run("rights", func(t *testing.T) { testRights(t, open(t)) })
	t.Run("drop and replace", func(t *testing.T) { testDrop(t, open(t)) })
	t.Run("places", func(t *testing.T) { testPlaces(t, open(t)) })
	t.Run("refused", func(t *testing.T) { testRefused(t, open(t)) })
}

func ids(hits []search.Hit) string {
	var out []string
	for _, h := range hits {
		out = append(out, h.ID)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func testLanguage(t *testing.T, x search.Index) {
	defer x.Close()
	d := passage("d", "Invoice of 1.234.567,89 euro, paid 31.12.2019 to Müller GmbH.")
	d.Type, d.Language, d.Dates, d.Page = "pdf", "deu", []string{"2019-12-31"}, 4
	e := search.Item{ID: "e", Kind: search.Entity, Document: "company-1", Names: []string{"Северный Банк", "North Bank"}, IDs: []string{"NL 123.456-B01"}, Schema: "Company", Label: sealed, Run: 1}
	f := passage("f", "東京都庁 said: the amount 1234567 is right")
	f.Entities, f.Title = []ftm.EntityID{"company-1"}, "Minutes"
	must(t, x.Write(t.Context(), all, search.Batch{Items: []search.Item{
		passage("a", "The bank of the harbour. A shell company."),
		passage("b", "Harbour banks; companies named Shell"),
		passage("c", "the harbour of the bank"), d, e, f,
	}}))
	v := seeing([]policy.Label{open1, sealed}, 1)
	tests := []struct{ query, switches, want string }{
		{"", "", "a b c d e f"},
		{"bank", "", "a c e"},
		{"BANK -shell", "", "c e"},
		{"bank OR banks", "", "a b c e"},
		{"harbour (bank OR banks)", "", "a b c"},
		{`"bank of the harbour"`, "", "a"},
		{`"bank harbour"~2`, "", "a c"},
		{`"bank harbour"~1`, "", ""},
		{`"the the"~3`, "", "a c"},
		{"=Shell", "", "b"},
		{"=shell", "", "a"},
		{"compan*", "", "a b"},
		{"b?nk*", "", "a b c e"},
		{"harbor~", "", "a b c"},
		{"hrbor~2", "", "a b c"},
		{"/bank(s)?/", "", "a b c e"},
		{"muller", "", "d"},
		{"MÜLLER", "", "d"},
		{"=Muller", "", ""},
		{"1,234,567.89", "", "d"},
		{"123456789", "", "d"},
		{"1234567", "", "d f"},
		{"1.234.567", "", "d f"},
		{"31.12.2019", "", "d"},
		{"2019", "", "d"},
		{"東京", "", "f"},
		{"京都庁", "", "f"},
		{"庁", "", "f"},
		{"東都", "", ""},
		{"company", "", "a"},
		{"company", "stem", "a b"},
		{"harbor", "", ""},
		{"harbor", "fuzzy", "a b c"},
		{"severnyj", "", ""},
		{"severnyj bank", "translit", "e"},
		{"северный", "", "e"},
		{"name:bank", "", "e"},
		{"title:minutes", "", "f"},
		{"title:harbour", "", ""},
		{"type:PDF", "", "d"},
		{"language:deu", "", "d"},
		{"schema:Company", "", "e"},
		{"dataset:open -schema:company", "", "a b c d f"},
		{"date:2019", "", "d"},
		{"date:2019-12..2020", "", "d"},
		{"date:2020..", "", ""},
		{"page:2..9", "", "d"},
		{"entity:company-1", "", "f"},
		{"id:e", "", "e"},
		{"id:company-1", "", "e"},
		{"id:nl123456b01", "", "e"},
		{"id:NL", "", ""},
		{"-harbour", "", "d e f"},
		{`"NL-123.456"`, "", "e"},
	}
	for _, tt := range tests {
		q := search.Query{Text: tt.query, Stem: tt.switches == "stem", Fuzzy: tt.switches == "fuzzy", Translit: tt.switches == "translit"}
		p, err := x.Search(t.Context(), v, q)
		if got := ids(p.Hits); err != nil || got != tt.want || p.Total != int64(len(p.Hits)) {
			t.Errorf("%s %s: %q, total %d, error %v; want %q", tt.query, tt.switches, got, p.Total, err, tt.want)
		}
	}
	for kind, want := range map[search.Kind]string{search.Entity: "e", search.Passage: "a c"} {
		if p, err := x.Search(t.Context(), v, search.Query{Text: "bank", Kind: kind}); err != nil || ids(p.Hits) != want {
			t.Errorf("%s: %q, %v", kind, ids(p.Hits), err)
		}
	}
}

// testPages walks through many hits, of equal and of different scores.
func testPages(t *testing.T, x search.Index) {
	defer x.Close()
	for from := 0; from < 300; from += 50 {
		var b search.Batch
		for i := from; i < from+50; i++ {
			it := passage(fmt.Sprintf("p%03d", i), strings.Repeat("word ", 1+i%3)+strings.Repeat("other ", i%5))
			it.Dates = []string{fmt.Sprint(2000 + i%7)}
			it.Label = []policy.Label{open1, sealed}[i%2]
			b.Items = append(b.Items, it)
		}
		must(t, x.Write(t.Context(), all, b))
	}
	v := seeing([]policy.Label{open1, sealed}, 1)
	for _, text := range []string{"word", "*"} {
		q := search.Query{Text: text, Limit: 7, Values: 3, Facets: []string{"year", "dataset"}}
		a := ask(t.Context(), x, v, q)
		if len(a.Pages) != 43 || len(a.All) != 300 || a.Count != 300 {
			t.Fatalf("%s: %d pages, %d hits, count %d", text, len(a.Pages), len(a.All), a.Count)
		}
		var paged []search.Hit
		for _, p := range a.Pages {
			paged = append(paged, p.Hits...)
		}
		if diff := cmp.Diff(a.All, paged); diff != "" {
			t.Errorf("%s: pages and stream differ:\n%s", text, diff)
		}
		for i := 1; i < len(paged); i++ {
			if b, c := paged[i-1], paged[i]; b.Score < c.Score || b.Score == c.Score && b.ID >= c.ID {
				t.Errorf("%s: %s %v before %s %v", text, b.ID, b.Score, c.ID, c.Score)
			}
		}
		want := []search.Facet{
			{Name: "year", More: true, Values: []search.FacetValue{{Value: "2000", Count: 43}, {Value: "2001", Count: 43}, {Value: "2002", Count: 43}}},
			{Name: "dataset", Values: []search.FacetValue{{Value: "open", Count: 300}}},
		}
		if diff := cmp.Diff(want, a.Pages[0].Facets); diff != "" {
			t.Errorf("%s: facets (-want +got):\n%s", text, diff)
		}
	}
	p, err := x.Search(t.Context(), v, search.Query{Text: "word"})
	must(t, err)
	for name, q := range map[string]search.Query{
		"another query": {Text: "other", After: p.Next}, "no cursor": {Text: "word", After: "x"}, "a long one": {Text: "word", After: strings.Repeat("A", 1<<20)},
	} {
		if _, err := x.Search(t.Context(), v, q); overt.CodeOf(err) != overt.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func testRights(t *testing.T, x search.Index) {
	defer x.Close()
	it := passage("a", "word")
	hidden := passage("b", "word")
	hidden.Label = sealed
	later := passage("c", "word")
	later.Run = 2
	must(t, x.Write(t.Context(), all, search.Batch{Items: []search.Item{it, hidden, later}}))
	q := search.Query{Text: "word"}
	for name, tt := range map[string]struct {
		v    search.View
		want string
	}{
		"zero view": {search.View{}, ""}, "nil sight": {search.NewView(nil), ""},
		"one label": {seeing([]policy.Label{open1}, 1, 2), "a c"}, "one run": {seeing([]policy.Label{open1, sealed}, 1), "a b"},
	} {
		p, err := x.Search(t.Context(), tt.v, q)
		if got := ids(p.Hits); err != nil || got != tt.want || p.Total != int64(len(p.Hits)) {
			t.Errorf("%s: %q, %v; want %q", name, got, err, tt.want)
		}
	}
	s := search.In(x, seeing([]policy.Label{sealed}, 1))
	if n, err := s.Count(t.Context(), q); n != 1 || err != nil {
		t.Errorf("a searcher counts %d, %v", n, err)
	}
	for name, scope := range map[string]policy.Scope{"zero scope": {}, "another": policytest.Scope(sealed)} {
		err := x.Write(t.Context(), scope, search.Batch{Items: []search.Item{it}})
		if overt.CodeOf(err) != overt.Denied {
			t.Errorf("%s writes: %v", name, err)
		}
		if err := x.Write(t.Context(), scope, search.Batch{Runs: []overt.RunID{2}}); overt.CodeOf(err) != overt.Denied {
			t.Errorf("%s drops: %v", name, err)
		}
	}
	if err := x.Write(t.Context(), policytest.ReadOnly(open1), search.Batch{Items: []search.Item{it}}); err != nil {
		t.Errorf("who may read what an index is made of makes it: %v", err)
	}
}

func testDrop(t *testing.T, x search.Index) {
	defer x.Close()
	v := seeing([]policy.Label{open1, sealed}, 1, 2)
	other := passage("a", "second")
	other.Run = 2
	write := func(b search.Batch, query, want string) {
		t.Helper()
		must(t, x.Write(t.Context(), all, b))
		p, err := x.Search(t.Context(), v, search.Query{Text: query})
		if got := ids(p.Hits); err != nil || got != want {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
	}
	write(search.Batch{Items: []search.Item{passage("a", "first"), passage("b", "first"), other}}, "*", "a a b")
	write(search.Batch{Items: []search.Item{passage("a", "third"), passage("a", "fourth")}}, "*", "a a b")
	write(search.Batch{}, "first", "b")
	write(search.Batch{}, "third", "")
	write(search.Batch{}, "fourth", "a")
	write(search.Batch{Documents: []string{"doc-b"}}, "*", "a a")
	write(search.Batch{Runs: []overt.RunID{2}}, "*", "a")
	write(search.Batch{Runs: []overt.RunID{1}, Items: []search.Item{passage("c", "fifth")}}, "*", "c")
	write(search.Batch{Runs: []overt.RunID{1}}, "*", "")
	if s := x.Stamp(); s != (search.Stamp{}) {
		t.Errorf("stamp %v", s)
	}
	stamp := search.Stamp{Epoch: 7, Rule: "1"}
	write(search.Batch{Stamp: &stamp}, "*", "")
	write(search.Batch{Items: []search.Item{other}}, "*", "a")
	if s := x.Stamp(); s != stamp {
		t.Errorf("stamp %v", s)
	}
}

// testPlaces: a viewer opens at the characters that a snippet names.
func testPlaces(t *testing.T, x search.Index) {
	defer x.Close()
	it := passage("a", strings.Repeat("é filler ", 100)+"Zürich harbour, "+strings.Repeat("more filler ", 50)+"the harbour")
	it.Start = 5000
	e := search.Item{ID: "e", Kind: search.Entity, Names: []string{"Acme", "Zurich Harbour Co"}, Label: open1, Run: 1}
	must(t, x.Write(t.Context(), all, search.Batch{Items: []search.Item{it, e}}))
	p, err := x.Search(t.Context(), seeing([]policy.Label{open1}, 1), search.Query{Text: `"zurich harbour" OR "the harbour"`})
	must(t, err)
	if ids(p.Hits) != "a e" {
		t.Fatalf("hits %s", ids(p.Hits))
	}
	chars := []rune(it.Text)
	for _, h := range p.Hits {
		var marked []string
		for _, s := range h.Snippets {
			for _, m := range s.Marks {
				text := chars
				if h.ID == "a" {
					m.Start, m.End = m.Start-5000, m.End-5000
				} else {
					text = []rune(e.Names[1])
				}
				marked = append(marked, string(text[m.Start:m.End]))
			}
		}
		want := map[string]string{"a": "Zürich harbour the harbour", "e": "Zurich Harbour"}[h.ID]
		if got := strings.Join(marked, " "); got != want {
			t.Errorf("%s: marked %q, want %q", h.ID, got, want)
		}
		if h.Text != "" {
			t.Errorf("%s: the hit repeats its text", h.ID)
		}
	}
	names, err := x.Suggest(t.Context(), seeing([]policy.Label{open1}, 1), "ZÜR", 5)
	if diff := cmp.Diff([]search.Suggestion{{Text: "Zurich Harbour Co", Count: 1}}, names); diff != "" || err != nil {
		t.Errorf("suggestions, %v:\n%s", err, diff)
	}
}

func testRefused(t *testing.T, x search.Index) {
	defer x.Close()
	for name, change := range map[string]func(*search.Item){
		"no id": func(it *search.Item) { it.ID = "" }, "NUL": func(it *search.Item) { it.ID = "a\x00" }, "no kind": func(it *search.Item) { it.Kind = "page" },
		"no run": func(it *search.Item) { it.Run = 0 }, "bytes": func(it *search.Item) { it.Text = "\xff" }, "long": func(it *search.Item) { it.Text = strings.Repeat("a", search.MaxText+1) },
		"date": func(it *search.Item) { it.Dates = []string{"19"} }, "page": func(it *search.Item) { it.Page = -1 }, "label": func(it *search.Item) { it.Label.Dataset = "" },
		"list": func(it *search.Item) { it.IDs = make([]string, 1<<17) }, "name": func(it *search.Item) { it.Names = []string{strings.Repeat("a", 5000)} },
	} {
		it := passage("bad", "word")
		change(&it)
		if err := x.Write(t.Context(), all, search.Batch{Items: []search.Item{passage("good", "word"), it}}); overt.CodeOf(err) != overt.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	v := seeing([]policy.Label{open1}, 1)
	if n, err := x.Count(t.Context(), v, search.Query{}); n != 0 || err != nil {
		t.Errorf("%d items of refused batches are there, %v", n, err)
	}
	for name, q := range map[string]search.Query{
		"facet": {Facets: []string{"colour"}}, "limit": {Limit: 1001}, "values": {Values: -1}, "kind": {Kind: "x"}, "text": {Text: "("},
	} {
		_, err := x.Search(t.Context(), v, q)
		_, err2 := x.Count(t.Context(), v, q)
		var err3 error
		for _, err := range x.All(t.Context(), v, q) {
			err3 = err
		}
		for _, err := range []error{err, err2, err3} {
			if overt.CodeOf(err) != overt.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if _, err := x.Suggest(t.Context(), v, " -", 5); overt.CodeOf(err) != overt.Invalid {
		t.Errorf("a prefix without a letter: %v", err)
	}
}
