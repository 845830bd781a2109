// Package search is the query language and the contract of the index that
// answers it: passages of documents and names of entities, found by words.
//
// An index is derived. It takes items under labels and runs, and answers inside
// a View, which is made of what a statement view sees. Its invariant: whatever
// it answers (hits, order, scores, totals, facets, snippets, suggestions,
// cursors, errors) is what an index of only the visible items would answer.
//
// Drivers live under driver/; searchtest is the suite each of them passes. The
// language is written down in docs/format/query.md.
package search

import (
	"context"
	"iter"
	"maps"
	"slices"
	"strings"

	"overt"
	"overt/policy"
	"overt/statement"
)

// An Index keeps items and finds them. It is safe for concurrent use. What a
// Write did is durable when it returns, and is there whole or not at all,
// whenever the process ends.
type Index interface {
	// Write takes a batch in. An index is derived: who may read what it is made of
	// may make it. Errors: denied (the scope does not see the label of
	// an item, or of one that is dropped), invalid (Item.Check), unavailable
	// (disk). After an error nothing of the batch is there.
	Write(ctx context.Context, scope policy.Scope, b Batch) error
	// Stamp tells the stamp of the last batch that had one; zero before.
	Stamp() Stamp
	// Search answers with one page. Errors: invalid (the query, its cursor).
	Search(ctx context.Context, v View, q Query) (Page, error)
	// Count tells how many items match. Errors: invalid.
	Count(ctx context.Context, v View, q Query) (int64, error)
	// All yields every hit after the query's cursor in the order of Search, from
	// one moment of the index, whatever Limit says.
	All(ctx context.Context, v View, q Query) iter.Seq2[Hit, error]
	// Suggest gives names that begin with the prefix (both folded), those of
	// most items first, then by folded name. Errors: invalid (no letter or digit
	// in prefix; limit not in 1..MaxSuggestions).
	Suggest(ctx context.Context, v View, prefix string, limit int) ([]Suggestion, error)
	Close() error
}

// A Batch is one step of an index: first what it drops, then what it adds, then
// the stamp.
type Batch struct {
	// Runs and Documents drop all items of these runs, and of these documents.
	Runs      []overt.RunID
	Documents []string
	// Items are added. One with the label, run and ID of another replaces it.
	Items []Item
	Stamp *Stamp
}

// A Stamp says what an index was built from, so that who follows the statements
// knows what it lacks. It is no part of any answer.
type Stamp struct {
	Epoch uint64 `json:"epoch"`          // of the statement store
	Rule  string `json:"rule,omitempty"` // version of what makes items of statements
}

// A View narrows an index to what one reader sees: pairs of label and run. It is
// made of a Sight and so holds scope, undone runs and "known at" together. The
// zero View sees nothing. It is immutable.
type View struct {
	labels []policy.Label // ascending by key
	runs   map[string][]overt.RunID
}

// NewView makes the view of a sight. The nil Sight gives the zero View.
func NewView(sight *statement.Sight) View {
	v := View{runs: map[string][]overt.RunID{}}
	if sight == nil {
		return v
	}
	labels := map[string]policy.Label{}
	for _, c := range sight.Classes() {
		info, _ := sight.Info(c)
		key := info.Label.Key()
		labels[key] = info.Label
		v.runs[key] = append(v.runs[key], info.Run.ID)
	}
	for _, key := range slices.Sorted(maps.Keys(labels)) {
		slices.Sort(v.runs[key])
		v.labels = append(v.labels, labels[key])
	}
	return v
}

// Labels lists the visible labels, ascending by key. It MUST NOT be changed.
func (v View) Labels() []policy.Label { return v.labels }

// Runs lists the visible runs of a label, by its key, ascending. It MUST NOT be
// changed.
func (v View) Runs(key string) []overt.RunID { return v.runs[key] }

// Sees says whether items of a run under a label, by its key, may be read.
func (v View) Sees(key string, run overt.RunID) bool {
	_, ok := slices.BinarySearch(v.runs[key], run)
	return ok
}

// Shows says whether an item under a label, by its key, is visible: its run is,
// and the one that took its place is not.
func (v View) Shows(key string, run, until overt.RunID) bool {
	return v.Sees(key, run) && (until == 0 || !v.Sees(key, until))
}

// A Searcher is an index inside one view: what a gate hands out.
type Searcher struct {
	index Index
	view  View
}

// In narrows an index to a view.
func In(index Index, v View) Searcher { return Searcher{index, v} }

// Search answers with one page; see Index.Search.
func (s Searcher) Search(ctx context.Context, q Query) (Page, error) {
	return s.index.Search(ctx, s.view, q)
}

// Count tells how many items match; see Index.Count.
func (s Searcher) Count(ctx context.Context, q Query) (int64, error) {
	return s.index.Count(ctx, s.view, q)
}

// All yields every hit; see Index.All.
func (s Searcher) All(ctx context.Context, q Query) iter.Seq2[Hit, error] {
	return s.index.All(ctx, s.view, q)
}

// Suggest completes a name; see Index.Suggest.
func (s Searcher) Suggest(ctx context.Context, prefix string, limit int) ([]Suggestion, error) {
	return s.index.Suggest(ctx, s.view, prefix, limit)
}

// Limits of what is asked.
const (
	MaxHits        = 1000 // on one page
	MaxFacetValues = 1000
	MaxSuggestions = 100
	defaultHits    = 10
	defaultValues  = 20
)

// A Query is a question. Its zero switches mean: as written, but for case and
// diacritics.
type Query struct {
	Text string `json:"text"`           // docs/format/query.md; "" and "*" match everything
	Kind Kind   `json:"kind,omitempty"` // "" for both
	// Stem finds other endings of a word, Fuzzy one or two other letters,
	// Translit the same letters in Cyrillic, Greek or Latin. What stands in
	// quotes, or has an operator of its own, is taken as written.
	Stem     bool `json:"stem,omitempty"`
	Fuzzy    bool `json:"fuzzy,omitempty"`
	Translit bool `json:"translit,omitempty"`

	Facets []string `json:"facets,omitempty"` // of FacetNames
	Values int      `json:"values,omitempty"` // of each facet, 1..MaxFacetValues; 0 means 20
	Limit  int      `json:"limit,omitempty"`  // hits, 1..MaxHits; 0 means 10
	After  string   `json:"after,omitempty"`  // Page.Next of the page before
}

// FacetNames lists what hits can be counted by, ascending.
func FacetNames() []string {
	return []string{"dataset", "entity", "language", "schema", "type", "year"}
}

// A Page is an answer.
type Page struct {
	Total  int64   `json:"total"` // all items that match, not only those of the page; exact
	Hits   []Hit   `json:"hits"`  // by score descending, then ID, label key and run ascending
	Facets []Facet `json:"facets,omitempty"`
	Next   string  `json:"next,omitempty"` // for Query.After; "" on the last page
}

// A Hit is an item that matches, without its Text.
type Hit struct {
	Item
	Score    float64   `json:"score"` // 0 where the query has no word to weigh
	Snippets []Snippet `json:"snippets,omitempty"`
}

// A Facet counts all hits, not only those of the page, by one thing.
type Facet struct {
	Name   string       `json:"name"`
	Values []FacetValue `json:"values"` // by count descending, then value; none empty
	More   bool         `json:"more,omitempty"`
}

// A FacetValue is one value and the number of hits that have it.
type FacetValue struct {
	Value string `json:"value"`
	Label string `json:"label,omitempty"` // what the value is called; no index gives it
	Count int64  `json:"count"`
}

// A Suggestion is a name, as it is written in the first item that has it by ID,
// label key and run.
type Suggestion struct {
	Text  string `json:"text"`
	Count int64  `json:"count"` // items with this name, however it is written
}

// CompareFacetValues orders the values of a facet.
func CompareFacetValues(a, b FacetValue) int {
	if a.Count != b.Count {
		if a.Count > b.Count {
			return -1
		}
		return 1
	}
	return strings.Compare(a.Value, b.Value)
}

// CheckSuggest folds the prefix of a Suggest. Errors: invalid.
func CheckSuggest(prefix string, limit int) (key string, err error) {
	if len(prefix) > MaxQuery {
		return "", overt.Errorf(overt.Invalid, "prefix", "it is %d bytes long and may be %d", len(prefix), MaxQuery)
	}
	if key = NameKey(prefix); key == "" {
		return "", overt.Errorf(overt.Invalid, "prefix", "it has no letter or digit")
	}
	if limit < 1 || limit > MaxSuggestions {
		return "", overt.Errorf(overt.Invalid, "limit", "there are 1 to %d suggestions", MaxSuggestions)
	}
	return key, nil
}
