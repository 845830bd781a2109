package answer

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/search"
)

// A SearchAnswer is what a search gives.
type SearchAnswer struct {
	Query  string         `json:"query"`
	Total  int64          `json:"total"`
	Hits   []SearchHit    `json:"hits"`
	Facets []search.Facet `json:"facets"`
	Next   string         `json:"next,omitempty"` // --after of the next page
	// NotSearched are files whose text is not known: unreadable, or waiting.
	NotSearched []NotSeen `json:"not_searched"`
}

// Records counts what the answer releases.
func (a *SearchAnswer) Records() int { return len(a.Hits) }

// A SearchHit is a passage, which opens at its page and place, or an entity.
type SearchHit struct {
	Kind     search.Kind      `json:"kind"`
	ID       ftm.EntityID     `json:"id"` // of the document, or the entity
	Caption  string           `json:"caption"`
	Schema   string           `json:"schema"`
	Dataset  string           `json:"dataset"`
	Run      overt.RunID      `json:"run"`
	Blob     overt.BlobID     `json:"blob,omitempty"`
	Version  string           `json:"version,omitempty"` // of the text that start and end count in
	Page     int              `json:"page,omitempty"`
	Start    int              `json:"start,omitempty"` // of the first word that matched
	End      int              `json:"end,omitempty"`
	Snippet  string           `json:"snippet"`
	Snippets []search.Snippet `json:"snippets"`
	Score    float64          `json:"score"`
}

// NamedFacet counts pages by the entities that they seem to name. No index
// counts it: it needs the graph on the desk.
const NamedFacet = "named"

// Search answers a query. Errors: invalid (the query, with its place).
func Search(ctx context.Context, d *gate.Desk, q search.Query) (*SearchAnswer, error) {
	s, err := d.Search(ctx)
	if err != nil {
		return nil, err
	}
	named := slices.Contains(q.Facets, NamedFacet)
	q.Facets = slices.DeleteFunc(slices.Clone(q.Facets), func(f string) bool { return f == NamedFacet })
	page, err := s.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &SearchAnswer{Query: q.Text, Total: page.Total, Hits: []SearchHit{}, Facets: page.Facets, Next: page.Next}
	if out.Facets == nil {
		out.Facets = []search.Facet{}
	}
	if named {
		f, err := namedFacet(ctx, d, s, q)
		if err != nil {
			return nil, err
		}
		out.Facets = append(out.Facets, f)
	}
	for i := range page.Hits {
		hit := hitOf(&page.Hits[i])
		if hit.Caption, err = caption(ctx, d, hit); err != nil {
			return nil, err
		}
		out.Hits = append(out.Hits, hit)
	}
	if q.Kind != search.Entity {
		out.NotSearched, err = Unseen(ctx, d)
	}
	if out.NotSearched == nil {
		out.NotSearched = []NotSeen{}
	}
	return out, err
}

// namedFacet counts the pages with a hit by the entities that they name, as the
// desk's view shows both. Every hit is looked at.
func namedFacet(ctx context.Context, d *gate.Desk, s search.Searcher, q search.Query) (search.Facet, error) {
	out := search.Facet{Name: NamedFacet, Values: []search.FacetValue{}}
	v, err := d.Mentions(ctx)
	if err != nil {
		return out, err
	}
	q.After, q.Facets = "", nil
	type at struct {
		doc  ftm.EntityID
		page int
	}
	seen, counts := map[at]bool{}, map[ftm.EntityID]int64{}
	for hit, err := range s.All(ctx, q) {
		if err != nil {
			return out, err
		}
		here := at{hit.Document, hit.Page}
		if hit.Kind != search.Passage || seen[here] {
			continue
		}
		seen[here] = true
		list, err := v.At(ctx, hit.Document, hit.Page)
		if err != nil {
			return out, err
		}
		var ids []ftm.EntityID
		for _, m := range list {
			ids = append(ids, m.Candidates...)
		}
		for _, id := range clusters(d, ids) {
			counts[id]++
		}
	}
	for id, n := range counts {
		out.Values = append(out.Values, search.FacetValue{Value: string(id), Count: n})
	}
	slices.SortFunc(out.Values, search.CompareFacetValues)
	if most := cmp.Or(q.Values, 20); len(out.Values) > most {
		out.Values, out.More = out.Values[:most], true
	}
	for i := range out.Values {
		e, err := Name(ctx, d, ftm.EntityID(out.Values[i].Value))
		if err != nil {
			return out, err
		}
		out.Values[i].Label = e.Caption
	}
	return out, nil
}

// caption is what the hit's entity is called today.
func caption(ctx context.Context, d *gate.Desk, hit SearchHit) (string, error) {
	stmts, err := d.View.Entity(ctx, hit.ID)
	values := map[string][]string{}
	for i := range stmts {
		values[stmts[i].Prop] = append(values[stmts[i].Prop], stmts[i].Value)
	}
	return cmp.Or(ftm.Default().Caption(hit.Schema, values), hit.Caption, string(hit.ID)), err
}

func hitOf(h *search.Hit) SearchHit {
	out := SearchHit{
		Kind: h.Kind, ID: h.Document, Caption: h.Title, Schema: h.Schema, Dataset: h.Label.Dataset, Run: h.Run,
		Blob: h.Blob, Version: h.Version, Page: h.Page, Snippets: h.Snippets, Score: h.Score,
	}
	if out.Snippets == nil {
		out.Snippets = []search.Snippet{}
	}
	for _, s := range h.Snippets {
		if out.Snippet == "" {
			out.Snippet = strings.Join(strings.Fields(s.Text), " ")
		}
		if s.Field == "text" && len(s.Marks) > 0 {
			out.Start, out.End = s.Marks[0].Start, s.Marks[len(s.Marks)-1].End
			break
		}
	}
	return out
}
