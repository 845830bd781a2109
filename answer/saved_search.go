package answer

import (
	"context"

	"overt"
	"overt/extract/reading"
	"overt/ftm"
	"overt/gate"
	"overt/policy"
	"overt/resolve"
	"overt/search"
)

// placesOfName is how many places of a name are told.
const placesOfName = 5

// A PlacedHit is a hit with where it stands: a passage at its place, an entity where its
// name does.
type PlacedHit struct {
	SearchHit
	Places []overt.Citation `json:"places"`
	Count  int              `json:"count"` // rows and passages that say so
}

// Hits are the first hits of a query, as a case keeps them.
type Hits struct {
	Query  string      `json:"query"`
	List   []PlacedHit `json:"list"`
	More   bool        `json:"more"`   // there are others behind them
	Unread int         `json:"unread"` // files that could hold others
	// IDs and Labels are what it rests on beside its places: who does not see them would
	// be told more, or less.
	IDs    []ftm.EntityID `json:"-"`
	Labels []policy.Label `json:"-"`
}

// Records counts what the answer releases.
func (h *Hits) Records() int { return len(h.List) }

// PlaceHits answers a query with up to most hits, each with its places. The desk must have
// a graph. Errors: those of Search.
func PlaceHits(ctx context.Context, d *gate.Desk, q search.Query, most int) (*Hits, error) {
	q.Limit, q.After, q.Facets = most+1, "", nil // that there are more rests on the next one
	a, err := Search(ctx, d, q)
	if err != nil {
		return nil, err
	}
	out := &Hits{Query: a.Query, List: []PlacedHit{}, More: len(a.Hits) > most}
	for i := range a.Hits {
		h := &a.Hits[i]
		out.IDs = append(out.IDs, h.ID)
		if i == most {
			break
		}
		placed := PlacedHit{SearchHit: *h, Count: 1}
		if h.Kind == search.Passage {
			placed.Places = []overt.Citation{passagePlace(d, h)}
		} else if placed.Places, placed.Count, err = namePlaces(ctx, d, h); err != nil {
			return nil, err
		}
		out.List = append(out.List, placed)
	}
	out.Unread = a.NotSearched.Files
	for _, name := range a.NotSearched.Datasets {
		out.Labels = append(out.Labels, policy.Label{Dataset: name})
	}
	return out, nil
}

// passagePlace is where a passage stands.
func passagePlace(d *gate.Desk, h *SearchHit) overt.Citation {
	c := overt.Citation{Dataset: h.Dataset, Run: h.Run, Source: h.Caption, Blob: h.Blob, Locator: overt.Locator{Page: h.Page, Start: h.Start, End: h.End}, Quote: h.Snippet}
	if p, err := reading.ParseURI(h.Cite); err == nil {
		c.Blob, c.Quote = p.Document, p.Quote
	}
	if run, src, err := sourceOf(d, string(c.Blob)); err == nil {
		c.Dataset, c.Run, c.Source = run.Dataset, run.ID, src.Name
	}
	return c
}

// namePlaces is where an entity has the name that it is shown by, and how many rows and
// passages say it.
func namePlaces(ctx context.Context, d *gate.Desk, h *SearchHit) ([]overt.Citation, int, error) {
	p, err := resolve.ReadProfile(ctx, d.View, Members(d.Graph, h.ID))
	if err != nil {
		return nil, 0, err
	}
	for _, fits := range []func(*resolve.Value) bool{
		func(v *resolve.Value) bool { return v.Value == h.Caption },
		func(v *resolve.Value) bool { return v.Prop == "name" },
		func(*resolve.Value) bool { return true },
	} {
		for i := range p.Values {
			v := &p.Values[i]
			if !fits(v) {
				continue
			}
			if places := cite(d.View, v.Statements, placesOfName); len(places) > 0 {
				return places, v.Count, nil
			}
		}
	}
	return nil, 0, nil
}
