package answer

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"overt"
	"overt/extract/reading"
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
	Next   string         `json:"next,omitempty"` // asks for the next part: --after, or cursor
	// NotSearched are files that could hold hits and were not read: unreadable, or
	// waiting. What the query leaves out (another dataset, type or page) is not
	// among them.
	NotSearched NotSearched `json:"not_searched"`
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
	// Cite is the citation of what start and end tell; "" where nothing is marked.
	Cite   string   `json:"cite,omitempty"`
	Folded []Entity `json:"folded,omitempty"` // near copies that were hit too, where they are folded
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
	q, named := withoutNamed(q)
	page, err := s.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	out, err := withoutHits(ctx, d, s, q, named, &page)
	if err != nil {
		return nil, err
	}
	t := newHitTeller(ctx, d)
	for i := range page.Hits {
		hit, err := t.tell(&page.Hits[i])
		if err != nil {
			return nil, err
		}
		out.Hits = append(out.Hits, *hit)
	}
	return out, nil
}

// SearchAll answers a query with all its hits behind the query's cursor: first
// begin gets the answer without them, then each gets one after the other, in
// order. All of it is of one moment, however long it takes and whatever comes in
// meanwhile; held are a few numbers for each hit, and one hit whole. Errors: as
// for Search; those of begin and each.
func SearchAll(ctx context.Context, d *gate.Desk, q search.Query, begin func(*SearchAnswer) error, each func(*SearchHit) error) error {
	s, err := d.Search(ctx)
	if err != nil {
		return err
	}
	q, named := withoutNamed(q)
	q.Limit = 1
	page, err := s.Search(ctx, q)
	if err != nil {
		return err
	}
	out, err := withoutHits(ctx, d, s, q, named, &page)
	if err != nil {
		return err
	}
	out.Next = ""
	if err := begin(out); err != nil {
		return err
	}
	t := newHitTeller(ctx, d)
	for h, err := range s.All(ctx, q) {
		if err != nil {
			return err
		}
		hit, err := t.tell(&h)
		if err != nil {
			return err
		}
		if err := each(hit); err != nil {
			return err
		}
	}
	return nil
}

// withoutHits is an answer but for its hits.
func withoutHits(ctx context.Context, d *gate.Desk, s search.Searcher, q search.Query, named bool, page *search.Page) (*SearchAnswer, error) {
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
	plan, err := q.Compile()
	if err != nil {
		return nil, err
	}
	out.NotSearched, err = notSearched(ctx, d, plan)
	return out, err
}

// A hitTeller adds to hits what they are called and how they are cited.
type hitTeller struct {
	ctx   context.Context
	d     *gate.Desk
	texts map[[2]string]overt.BlobID // by document and version of the text
}

// maxTexts bounds what a hitTeller remembers.
const maxTexts = 10_000

func newHitTeller(ctx context.Context, d *gate.Desk) *hitTeller {
	return &hitTeller{ctx, d, map[[2]string]overt.BlobID{}}
}

func (t *hitTeller) tell(h *search.Hit) (*SearchHit, error) {
	hit := hitOf(h)
	var err error
	if hit.Caption, err = caption(t.ctx, t.d, hit); err != nil {
		return nil, err
	}
	if hit.Kind == search.Passage && hit.End > 0 {
		hit.Cite, err = t.cite(&hit)
	}
	return &hit, err
}

// cite cites the place of a hit in the reading that the index has its text of.
func (t *hitTeller) cite(h *SearchHit) (string, error) {
	key := [2]string{string(h.ID), h.Version}
	if _, ok := t.texts[key]; !ok {
		if err := t.versions(h.ID); err != nil {
			return "", err
		}
	}
	text, ok := t.texts[key]
	if !ok {
		return "", overt.Errorf(overt.Internal, string(h.ID), "the index has a text of it that no reading has; delete the index and it is made again")
	}
	r, done, err := readingOf{text: text}.open(t.ctx, t.d)
	if err != nil {
		return "", err
	}
	defer done()
	if h.End-h.Start > reading.MaxQuote { // words far apart, with nothing but blanks between
		return "", nil
	}
	c, err := r.Cite(h.Page, h.Start, h.End)
	if err != nil {
		return "", err
	}
	return c.URI()
}

// versions notes which texts a document has.
func (t *hitTeller) versions(doc ftm.EntityID) error {
	all, err := readingsOf(t.ctx, t.d, doc)
	if err != nil {
		return err
	}
	if len(t.texts) > maxTexts {
		clear(t.texts)
	}
	for _, k := range all {
		r, done, err := k.open(t.ctx, t.d)
		if err != nil {
			return err
		}
		t.texts[[2]string{string(doc), r.Version}] = k.text
		done()
	}
	return nil
}

// withoutNamed takes the facet that no index counts out of a query.
func withoutNamed(q search.Query) (search.Query, bool) {
	named := slices.Contains(q.Facets, NamedFacet)
	q.Facets = slices.DeleteFunc(slices.Clone(q.Facets), func(f string) bool { return f == NamedFacet })
	return q, named
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
