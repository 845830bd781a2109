package answer

import (
	"cmp"
	"context"
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
	Folded   []Entity         `json:"folded,omitempty"` // near copies that were hit too, where they are folded
}

// Search answers a query. Errors: invalid (the query, with its place).
func Search(ctx context.Context, d *gate.Desk, q search.Query) (*SearchAnswer, error) {
	s, err := d.Search(ctx)
	if err != nil {
		return nil, err
	}
	page, err := s.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &SearchAnswer{Query: q.Text, Total: page.Total, Hits: []SearchHit{}, Facets: page.Facets, Next: page.Next}
	if out.Facets == nil {
		out.Facets = []search.Facet{}
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
