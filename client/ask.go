package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
)

// When says of which day, and of which day's knowledge, an answer is: ISO 8601
// dates, or "".
type When struct {
	AsOf    string // only what was valid then
	KnownAt string // only what sources observed by then said
}

// A Query asks for passages of documents and names of entities.
type Query struct {
	Text     string   // docs/format/query.md has the language
	In       string   // passage, entity, or "" for both
	Facets   []string // what hits are counted by
	Stem     bool     // other endings of a word too
	Fuzzy    bool     // words with one or two other letters too
	Translit bool     // the same letters in other alphabets too
	Fold     bool     // near copies of a document stand under the first hit
	Limit    int      // of a part; 0 is the service's
	KnownAt  string
}

// words are what is looked for, without what is told of it.
func (q *Query) words() []any {
	return []any{"q", q.Text, "in", q.In, "stem", q.Stem, "fuzzy", q.Fuzzy, "translit", q.Translit, "known_at", q.KnownAt}
}

// Search gives a part of the hits, from a cursor on. Errors: invalid.
func (c *Client) Search(ctx context.Context, q Query, cursor string) (*Hits, error) {
	return get[Hits](ctx, c, "/api/v1/search", values(append(q.words(), "facet", q.Facets, "fold", q.Fold, "limit", q.Limit, "cursor", cursor)...))
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

// StreamHits gives every hit in one answer, as it stood when that began. Facets, Fold
// and Limit of the query say nothing. It ends at the first error; unavailable is that
// it broke off, and then what came is not all.
func (c *Client) StreamHits(ctx context.Context, q Query) iter.Seq2[Hit, error] {
	return stream[Hit](ctx, c, "/api/v1/hits", values(q.words()...))
}

// Show gives one entity that words name: an id, an identifier, a name. citations is
// how many each value carries, -1 all, 0 the service's. Errors: not_found.
func (c *Client) Show(ctx context.Context, entity string, citations int, at When) (*Profile, error) {
	return c.show(ctx, entity, citations, false, at)
}

// Statements is Show with each value as each source says it.
func (c *Client) Statements(ctx context.Context, entity string, citations int, at When) (*Profile, error) {
	return c.show(ctx, entity, citations, true, at)
}

func (c *Client) show(ctx context.Context, entity string, citations int, statements bool, at When) (*Profile, error) {
	return get[Profile](ctx, c, "/api/v1/entities/"+url.PathEscape(entity), values("citations", citations, "statements", statements, "as_of", at.AsOf, "known_at", at.KnownAt))
}

// A Disagreement asks where sources contradict each other, or themselves.
type Disagreement struct {
	Of        string // a dataset or words for an entity; "" is everything
	Kind      string // value, count, total, form, identity, or "" for all
	Citations int    // of each side, -1 all; 0 is the service's
}

// Conflicts says where sources contradict each other. Errors: not_found, invalid.
func (c *Client) Conflicts(ctx context.Context, q Disagreement, at When) (*Conflicts, error) {
	return get[Conflicts](ctx, c, "/api/v1/conflicts", values("of", q.Of, "kind", q.Kind, "citations", q.Citations, "as_of", at.AsOf, "known_at", at.KnownAt))
}

// Paths narrow what a trace may go over; zero fields are the service's.
type Paths struct {
	Via         string // links to follow: money, hosting, data, ownership, mail, any, or kinds
	Hops        int    // longest path
	Paths       int    // how many
	Shortest    bool   // only paths of the fewest hops
	ThroughHubs bool   // also through entities with very many neighbours
	Links       int    // listed of each hop and kind
}

// Trace finds paths between two entities that words name. Errors: not_found, invalid.
func (c *Client) Trace(ctx context.Context, from, to string, over Paths, at When) (*Trace, error) {
	return get[Trace](ctx, c, "/api/v1/trace", values("from", from, "to", to, "via", over.Via, "hops", over.Hops, "paths", over.Paths, "shortest", over.Shortest,
		"through_hubs", over.ThroughHubs, "links", over.Links, "as_of", at.AsOf, "known_at", at.KnownAt))
}

// A Payment asks what one pays another.
type Payment struct {
	From, To  string // words for entities; "" is anyone
	Kind      string // of money, as docs/api.md lists them; "" is obligated
	By        string // what rows are of, as docs/api.md lists them; "" is supplier
	Citations int    // of each row, -1 all; 0 is the service's
}

// Money sums what one pays another. Errors: not_found, invalid.
func (c *Client) Money(ctx context.Context, q Payment, at When) (*Money, error) {
	return get[Money](ctx, c, "/api/v1/money", values("from", q.From, "to", q.To, "kind", q.Kind, "by", q.By, "citations", q.Citations, "as_of", at.AsOf, "known_at", at.KnownAt))
}

// Chains narrow what reach goes over; zero fields are the service's.
type Chains struct {
	Direction string // from, to or both
	Via       string // links to follow beside flows of data: hosting, or kinds
	Hops      int    // longest chain
}

// Reach follows data from a system that words name, and to it. Errors: not_found,
// invalid.
func (c *Client) Reach(ctx context.Context, system string, over Chains, at When) (*Reach, error) {
	return get[Reach](ctx, c, "/api/v1/reach", values("system", system, "direction", over.Direction, "via", over.Via, "hops", over.Hops, "as_of", at.AsOf, "known_at", at.KnownAt))
}

// Match asks whom of the lists somebody may be. Errors: invalid, not_found.
func (c *Client) Match(ctx context.Context, whom Matching) (*Screened, error) {
	return post[Screened](ctx, c, "/api/v1/match", "", whom)
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
