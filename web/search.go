package web

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/search"
	"overt/statement"
	"overt/ui"
)

// hitsShown is how many hits a page of results has.
const hitsShown = 20

// facetFields are the facets of the page, each with the field of the query language
// that narrows to one of its values.
var facetFields = []struct{ facet, field, label string }{
	{"dataset", "dataset", "Source"}, {"schema", "schema", "Kind"}, {"type", "type", "Type of file"}, {"year", "date", "Year"}, {"language", "language", "Language"},
}

// searching is what the address of a search says.
type searching struct {
	text  string
	after string
	q     url.Values // as it came, of what we know
}

func readSearching(q url.Values) searching {
	s := searching{text: strings.TrimSpace(q.Get("q")), after: q.Get("after"), q: url.Values{}}
	for _, name := range append([]string{"q", "kind", "wide", "known"}, facetNames()...) {
		if v := q.Get(name); v != "" {
			s.q.Set(name, v)
		}
	}
	return s
}

func facetNames() []string {
	out := make([]string, len(facetFields))
	for i, f := range facetFields {
		out[i] = f.facet
	}
	return out
}

// with is the address of this search with a parameter set otherwise; "" takes it away.
func (s searching) with(name, value string) string {
	pairs := []string{name, value}
	for k := range s.q {
		if k != name && k != "after" {
			pairs = append(pairs, k, s.q.Get(k))
		}
	}
	return address("/search", pairs...)
}

// query is the search in the query language, and what it asks for beside.
func (s searching) query() search.Query {
	parts := []string{}
	if s.text != "" {
		parts = append(parts, "("+s.text+")")
	}
	for _, f := range facetFields {
		if v := s.q.Get(f.facet); v != "" {
			parts = append(parts, f.field+`:"`+strings.NewReplacer(`"`, "", `\`, "").Replace(v)+`"`)
		}
	}
	text := strings.Join(parts, " ")
	if len(parts) == 1 && s.text != "" {
		text = s.text
	}
	q := search.Query{Text: text, Facets: facetNames(), Values: 12, Limit: hitsShown, After: s.after}
	if k := search.Kind(s.q.Get("kind")); k == search.Passage || k == search.Entity {
		q.Kind = k
	}
	if s.q.Get("wide") != "" {
		q.Stem, q.Fuzzy, q.Translit = true, true, true
	}
	return q
}

// searchAnswer is what the page shows.
type searchAnswer struct {
	*answer.SearchAnswer
	Kinds map[search.Kind]int64 `json:"kinds"` // hits of each kind
}

func (s *Service) search(v *visit) (response, error) {
	how := readSearching(v.URL.Query())
	if how.text == "" && len(how.q) == 0 {
		return show(ui.Page{Title: v.say("Search"), Main: searchStart(), Wide: true})
	}
	q := how.query()
	act := gate.Act{Action: "search", Query: q.Text, When: statement.When{KnownAt: how.q.Get("known")}}
	a, err := ask(s, v, act, false, func(ctx context.Context, d *gate.Desk) (*searchAnswer, error) {
		return findHits(ctx, d, q)
	})
	if n, ok := search.Mistake(err); ok {
		return response{page: ui.Page{Title: v.say("Search"), Main: searchMistake(mistakeAt(q.Text, n), err.Error()), Wide: true}, status: 400}, nil
	}
	if err != nil {
		return response{}, err
	}
	title := v.say("Search")
	if how.text != "" {
		title = how.text + " · " + title
	}
	return show(ui.Page{Title: title, Main: searchPage(how, a, v.caseID)})
}

// findHits searches, and counts the hits of each kind.
func findHits(ctx context.Context, d *gate.Desk, q search.Query) (*searchAnswer, error) {
	found, err := answer.Search(ctx, d, q)
	if err != nil {
		return nil, err
	}
	out := &searchAnswer{found, map[search.Kind]int64{}}
	index, err := d.Search(ctx)
	if err != nil {
		return nil, err
	}
	for _, kind := range []search.Kind{search.Passage, search.Entity} {
		q := search.Query{Text: q.Text, Kind: kind, Stem: q.Stem, Fuzzy: q.Fuzzy, Translit: q.Translit, Limit: 1}
		page, err := index.Search(ctx, q)
		if err != nil {
			return nil, err
		}
		out.Kinds[kind] = page.Total
	}
	return out, nil
}

// mistake is a query with what stands around the character that is wrong.
type mistake struct{ before, at, after string }

func mistakeAt(query string, n int) mistake {
	text := []rune(query)
	if n > len(text) {
		return mistake{before: query, at: "␣"}
	}
	return mistake{string(text[:n-1]), string(text[n-1]), string(text[n:])}
}

// hitPath is where a hit opens: a passage on its page, an entity at what is said of it.
func hitPath(h *answer.SearchHit) string {
	if h.Cite != "" {
		return documentPath(h.ID, "p", numeral(h.Page), "span", fmt.Sprintf("%d,%d", h.Start, h.End)) + "#quote-here"
	}
	return besidePath(h)
}

// besidePath is where a hit opens next to the others: the passage alone.
func besidePath(h *answer.SearchHit) string {
	if h.Cite != "" {
		return passagePath(h.Cite)
	}
	return entityPath(h.ID, "facts")
}

// piece is a piece of a text, marked or not.
type piece struct {
	text   string
	marked bool
}

// pieces cuts a snippet at what matched in it. Places count characters.
func pieces(s search.Snippet) []piece {
	text := []rune(s.Text)
	var out []piece
	at := 0
	for _, m := range s.Marks {
		from, to := m.Start-s.Start, m.End-s.Start
		if from < at || to > len(text) || to <= from {
			continue
		}
		out = append(out, piece{string(text[at:from]), false}, piece{string(text[from:to]), true})
		at = to
	}
	return append(out, piece{string(text[at:]), false})
}

// shownSnippets are those that are worth a line: text first, the title only where
// nothing else matched.
func shownSnippets(h *answer.SearchHit) []search.Snippet {
	var out []search.Snippet
	for _, s := range h.Snippets {
		if s.Field != "title" && s.Field != "name" && utf8.RuneCountInString(strings.TrimSpace(s.Text)) > 0 {
			out = append(out, s)
		}
	}
	return out[:min(len(out), 2)]
}

// facetOf gives the values of a facet of the answer.
func facetOf(a *searchAnswer, name string) search.Facet {
	if i := slices.IndexFunc(a.Facets, func(f search.Facet) bool { return f.Name == name }); i >= 0 {
		return a.Facets[i]
	}
	return search.Facet{Name: name}
}

// searchExamples teach the query language by doing.
var searchExamples = [][2]string{
	{`"cloud services" hosting`, "a phrase and a word"},
	{`amazon OR azure -training`, "one of two, without a third"},
	{`resell* date:2019..2021`, "beginnings of words, in some years"},
	{`type:pdf "sole source"~5`, "near each other, in one type of file"},
}

// toggle is the value that a press on a facet sets: none, if it is set already.
func toggle(how searching, name, value string) string {
	if how.q.Get(name) == value {
		return ""
	}
	return value
}

// firstPage leads back from a later page; "" on the first.
func firstPage(how searching) string {
	if how.after == "" {
		return ""
	}
	return how.with("after", "")
}

func nextPage(how searching, next string) string {
	if next == "" {
		return ""
	}
	return how.with("after", next)
}

func facetLabel(facet string, v search.FacetValue) string {
	if v.Label != "" {
		return v.Label
	}
	if facet == "schema" {
		return schemaLabel(v.Value)
	}
	return v.Value
}

// schemaLabel is what a schema is called.
func schemaLabel(name string) string {
	if s := ftm.Default().Schema(name); s != nil && s.Label != "" {
		return s.Label
	}
	return name
}
