package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"

	"overt"
	"overt/ftm"
)

// When says of which day, and of which day's knowledge, an answer is: ISO 8601
// dates, or "".
type When struct {
	AsOf    string // only what was valid then
	KnownAt string // only what sources observed by then said
}

// An Entity names one entity in an answer.
type Entity struct {
	ID      ftm.EntityID `json:"id"`
	Caption string       `json:"caption"`
	Schema  string       `json:"schema"`
}

// A Found is the entity that words were taken for, and how.
type Found struct {
	Entity
	How    string   `json:"how"` // id, identifier, name, best match
	Others []Entity `json:"others"`
	More   int      `json:"more"` // others that are not listed
}

// A Query asks for passages of documents and names of entities.
type Query struct {
	Text     string   // docs/format/query.md has the language
	In       string   // passage, entity, or "" for both
	Facets   []string // what hits are counted by
	Stem     bool     // other endings of a word too
	Fuzzy    bool     // words with one or two other letters too
	Translit bool     // the same letters in other alphabets too
	Limit    int      // of a part; 0 is the service's
	KnownAt  string
}

func (q *Query) values(cursor string) url.Values {
	return values("q", q.Text, "in", q.In, "facet", q.Facets, "stem", q.Stem, "fuzzy", q.Fuzzy, "translit", q.Translit, "limit", q.Limit, "known_at", q.KnownAt, "cursor", cursor)
}

// Hits are a part of what a search found.
type Hits struct {
	Total  int64   `json:"total"`
	Hits   []Hit   `json:"hits"`
	Facets []Facet `json:"facets"`
	Next   string  `json:"next"` // cursor of the next part; "" on the last
}

// A Hit is a passage or an entity.
type Hit struct {
	Kind    string       `json:"kind"` // passage or entity
	ID      ftm.EntityID `json:"id"`
	Caption string       `json:"caption"`
	Schema  string       `json:"schema"`
	Dataset string       `json:"dataset"`
	Run     overt.RunID  `json:"run"`
	Blob    overt.BlobID `json:"blob"`
	Page    int          `json:"page"`
	Start   int          `json:"start"` // characters of the page
	End     int          `json:"end"`
	Snippet string       `json:"snippet"`
	Score   float64      `json:"score"`
	Cite    string       `json:"cite"` // for Open
}

// A Facet counts all hits by one thing.
type Facet struct {
	Name   string       `json:"name"`
	Values []FacetValue `json:"values"`
	More   bool         `json:"more"`
}

// A FacetValue is one value and the number of hits that have it.
type FacetValue struct {
	Value string `json:"value"`
	Label string `json:"label"`
	Count int64  `json:"count"`
}

// Search gives a part of the hits, from a cursor on. Errors: invalid.
func (c *Client) Search(ctx context.Context, q Query, cursor string) (*Hits, error) {
	return get[Hits](ctx, c, "/api/v1/search", q.values(cursor))
}

// SearchAll gives every hit, part by part. What comes in meanwhile moves nothing that
// was given. It ends at the first error.
func (c *Client) SearchAll(ctx context.Context, q Query) iter.Seq2[Hit, error] {
	return parts(func(cursor string) ([]Hit, string, error) {
		h, err := c.Search(ctx, q, cursor)
		if err != nil {
			return nil, "", err
		}
		return h.Hits, h.Next, nil
	})
}

// parts yields a list that comes in parts.
func parts[T any](part func(cursor string) ([]T, string, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for cursor := ""; ; {
			list, next, err := part(cursor)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for i := range list {
				if !yield(list[i], nil) {
					return
				}
			}
			if cursor = next; cursor == "" {
				return
			}
		}
	}
}

// A Profile is one entity with its values and links.
type Profile struct {
	Entity
	Properties map[string][]string `json:"properties"`
	Datasets   []string            `json:"datasets"`
	Referents  []ftm.EntityID      `json:"referents"` // ids of sources that are one
	Taken      *Found              `json:"taken"`
	Values     []Value             `json:"values"`
	Links      []Links             `json:"links"`
	SameBy     []string            `json:"same_by"` // what made ids of sources one
}

// A Value is one value with who says it.
type Value struct {
	Prop      string           `json:"prop"`
	Label     string           `json:"label"`
	Value     string           `json:"value"`
	Caption   string           `json:"caption"` // of the entity a reference names
	Count     int              `json:"count"`
	FirstSeen string           `json:"first_seen"`
	Gone      string           `json:"gone"`
	Citations []overt.Citation `json:"citations"`
}

// Links are those of one kind.
type Links struct {
	Kind    string   `json:"kind"`
	Label   string   `json:"label"`
	Inbound bool     `json:"inbound"`
	Count   int      `json:"count"`
	Others  []Entity `json:"others"`
	More    int      `json:"more"`
}

// Show gives one entity that words name: an id, an identifier, a name. citations is
// how many each value carries, -1 all. Errors: not_found.
func (c *Client) Show(ctx context.Context, entity string, citations int, at When) (*Profile, error) {
	return get[Profile](ctx, c, "/api/v1/entities/"+url.PathEscape(entity), values("citations", citations, "as_of", at.AsOf, "known_at", at.KnownAt))
}

// A Trace says how two entities are linked.
type Trace struct {
	From  *Found `json:"from"`
	To    *Found `json:"to"`
	Paths []Path `json:"paths"`
}

// A Path is one chain of entities.
type Path struct {
	Hops  int      `json:"hops"`
	Nodes []Entity `json:"nodes"`
	Edges []Edge   `json:"edges"`
	Total *Total   `json:"total"` // of the first step that carries money
}

// An Edge is one link of a path.
type Edge struct {
	ID        ftm.EntityID     `json:"id"`
	Schema    string           `json:"schema"`
	Hop       int              `json:"hop"` // from 1
	Source    ftm.EntityID     `json:"source"`
	Target    ftm.EntityID     `json:"target"`
	Date      string           `json:"date"`
	End       string           `json:"end"`
	Amount    string           `json:"amount"` // exact
	Currency  string           `json:"currency"`
	Citations []overt.Citation `json:"citations"`
}

// A Total is the money of one step, of one kind.
type Total struct {
	Amount   string `json:"amount"` // exact
	Currency string `json:"currency"`
	Kind     string `json:"kind"`
	Counted  int    `json:"counted"`
	LeftOut  int    `json:"left_out"`
}

// Trace finds up to so many paths between two entities that words name; 0 is the
// service's. Errors: not_found.
func (c *Client) Trace(ctx context.Context, from, to, via string, paths int, at When) (*Trace, error) {
	return get[Trace](ctx, c, "/api/v1/trace", values("from", from, "to", to, "via", via, "paths", paths, "as_of", at.AsOf, "known_at", at.KnownAt))
}

// Money is a sum of one kind of money with its parts.
type Money struct {
	From     *Found     `json:"from"`
	To       *Found     `json:"to"`
	Kind     string     `json:"kind"`
	Currency string     `json:"currency"`
	Total    string     `json:"total"` // exact
	Count    int        `json:"count"`
	Awards   int        `json:"awards"`
	Unknown  int        `json:"unknown"` // without an amount: unknown, not 0
	Rows     []MoneyRow `json:"rows"`
	Warnings []Warning  `json:"warnings"`
}

// A MoneyRow is one group of a sum.
type MoneyRow struct {
	Key       string           `json:"key"`
	ID        ftm.EntityID     `json:"id"`
	Amount    string           `json:"amount"` // exact
	Currency  string           `json:"currency"`
	Count     int              `json:"count"`
	Awards    int              `json:"awards"`
	Citations []overt.Citation `json:"citations"`
	Warnings  []Warning        `json:"warnings"`
}

// A Warning is a doubt about a sum.
type Warning struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Where   string `json:"where"`
}

// Money sums what one pays another; either may be "", anyone. kind and by are as in
// docs/api.md; "" is the service's. Errors: not_found, invalid.
func (c *Client) Money(ctx context.Context, from, to, kind, by string, at When) (*Money, error) {
	return get[Money](ctx, c, "/api/v1/money", values("from", from, "to", to, "kind", kind, "by", by, "as_of", at.AsOf, "known_at", at.KnownAt))
}

// A Reach says what feeds a system, and who gets what it holds.
type Reach struct {
	System  *Found   `json:"system"`
	Holders []Holder `json:"holders"`
}

// A Holder is somebody at the end of a documented chain.
type Holder struct {
	Entity
	Direction string `json:"direction"` // from or to
	Hops      int    `json:"hops"`
	Chain     Path   `json:"chain"`
}

// Reach follows data from a system that words name, and to it. Errors: not_found.
func (c *Client) Reach(ctx context.Context, system string, at When) (*Reach, error) {
	return get[Reach](ctx, c, "/api/v1/reach", values("system", system, "as_of", at.AsOf, "known_at", at.KnownAt))
}

// A Run is one import as it is kept.
type Run struct {
	ID         overt.RunID `json:"id"`
	Dataset    string      `json:"dataset"`
	Format     string      `json:"format"`
	Observed   string      `json:"observed"`
	Extent     string      `json:"extent"`
	Entities   int64       `json:"entities"`
	Statements int64       `json:"statements"`
	Undone     string      `json:"undone"` // when it was taken back
}

// Runs lists what came in of a dataset, "" of all, the oldest first.
func (c *Client) Runs(ctx context.Context, dataset string) iter.Seq2[Run, error] {
	type page struct {
		Runs []Run
		Next string
	}
	return parts(func(cursor string) ([]Run, string, error) {
		p, err := get[page](ctx, c, "/api/v1/runs", values("dataset", dataset, "limit", 500, "cursor", cursor))
		if err != nil {
			return nil, "", err
		}
		return p.Runs, p.Next, nil
	})
}

// A Passage is a citation of a document with what stands there.
type Passage struct {
	Cite     string       `json:"cite"`  // to be kept
	State    string       `json:"state"` // same, moved, changed or lost
	Caption  string       `json:"caption"`
	Document overt.BlobID `json:"document"`
	Page     int          `json:"page"`
	Start    int          `json:"start"`
	End      int          `json:"end"`
	Quote    string       `json:"quote"`
	Before   string       `json:"before"`
	After    string       `json:"after"`
}

// Cite cites words of a document. Errors: not_found.
func (c *Client) Cite(ctx context.Context, document, quote string) (*Passage, error) {
	return get[Passage](ctx, c, "/api/v1/passage", values("document", document, "quote", quote))
}

// Open opens a citation again. Errors: not_found, invalid.
func (c *Client) Open(ctx context.Context, cite string) (*Passage, error) {
	return get[Passage](ctx, c, "/api/v1/citation", values("cite", cite))
}

// Cell reads the place of a citation of a table or a tree again. Errors: not_found.
func (c *Client) Cell(ctx context.Context, cite overt.Citation) (*overt.Citation, error) {
	at := cite.Locator
	return get[overt.Citation](ctx, c, "/api/v1/files/"+url.PathEscape(string(cite.Blob))+"/cell",
		values("table", at.Table, "row", int(at.Row), "column", at.Column, "pointer", at.Pointer, "page", at.Page, "start", at.Start, "end", at.End))
}

// An Example is whom lists are asked for, as FollowTheMoney describes one.
type Example struct {
	ID         string              `json:"id,omitempty"` // the asker's own
	Schema     string              `json:"schema"`
	Properties map[string][]string `json:"properties"`
}

// A Screened is what came of examples.
type Screened struct {
	Matches int   `json:"matches"` // examples with a hit that is a match
	Failed  int   `json:"failed"`  // that could not be compared
	Rows    []Row `json:"rows"`    // those with hits, and those that failed
}

// A Row is one example with its hits.
type Row struct {
	Place   string   `json:"place"` // number of the example, from 1
	Query   *Example `json:"query"`
	Error   string   `json:"error"`
	Results []Match  `json:"results"`
}

// A Match is an entity that an example may stand for.
type Match struct {
	ID          ftm.EntityID     `json:"id"`
	Score       float64          `json:"score"` // in [0,1]
	Match       bool             `json:"match"` // it reaches the threshold, and nobody cleared it
	Outcome     string           `json:"outcome"`
	Probability float64          `json:"probability"`
	Citations   []overt.Citation `json:"citations"`
}

// Match asks whom of some datasets, or of all, examples may be. Errors: invalid.
func (c *Client) Match(ctx context.Context, against []string, queries ...Example) (*Screened, error) {
	return post[Screened](ctx, c, "/api/v1/match", "", map[string]any{"queries": queries, "against": against})
}

// Describe gives the OpenAPI document of the service.
func (c *Client) Describe(ctx context.Context) (map[string]any, error) {
	r, err := c.request(ctx, http.MethodGet, "/api/v1/openapi.json", nil, nil)
	if err != nil {
		return nil, err
	}
	doc, err := answer[map[string]any](c, r)
	if err != nil {
		return nil, err
	}
	return *doc, nil
}
