package client

import (
	"context"
	"net/url"

	"overt"
)

// ofDocument is the path of what is asked of a document that words name: an id, a
// hash, a name.
func ofDocument(document, what string) string {
	return "/api/v1/documents/" + url.PathEscape(document) + "/" + what
}

// Cite cites words of a document that words name: an id, a hash, a name. at narrows it
// to a page, or to characters of one; with "" for the quote it cites what stands
// there. Errors: not_found, invalid.
func (c *Client) Cite(ctx context.Context, document, quote string, at overt.Locator) (*Passage, error) {
	return get[Passage](ctx, c, "/api/v1/passage", values("document", document, "quote", quote, "page", at.Page, "start", at.Start, "end", at.End))
}

// Open opens the citation of a passage again. Errors: not_found, invalid.
func (c *Client) Open(ctx context.Context, cite string) (*Passage, error) {
	return get[Passage](ctx, c, "/api/v1/citation", values("cite", cite))
}

// Cell reads the place of a citation of a table or a tree again. Errors: not_found.
func (c *Client) Cell(ctx context.Context, cite overt.Citation) (*Cited, error) {
	at := cite.Locator
	return get[Cited](ctx, c, "/api/v1/files/"+url.PathEscape(string(cite.Blob))+"/cell",
		values("table", at.Table, "row", at.Row, "column", at.Column, "pointer", at.Pointer, "page", at.Page, "start", at.Start, "end", at.End))
}

// Mentions says what a document names. Errors: not_found, invalid.
func (c *Client) Mentions(ctx context.Context, document, knownAt string) (*Mentions, error) {
	return get[Mentions](ctx, c, ofDocument(document, "mentions"), values("known_at", knownAt))
}

// Thread gives the conversation that a mail belongs to. Errors: not_found.
func (c *Client) Thread(ctx context.Context, document string) (*Conversation, error) {
	return get[Conversation](ctx, c, ofDocument(document, "thread"), nil)
}

// Tree says what holds a document, and what is inside of it. Errors: not_found.
func (c *Client) Tree(ctx context.Context, document string) (*Tree, error) {
	return get[Tree](ctx, c, ofDocument(document, "tree"), nil)
}

// Similar finds documents that say nearly the same. share is from which on, of 1; 0 is
// the service's. Errors: not_found, invalid.
func (c *Client) Similar(ctx context.Context, document string, share float64) (*Similars, error) {
	return get[Similars](ctx, c, ofDocument(document, "similar"), values("share", share))
}

// SimilarGroups puts all near copies into groups, up to so many; 0 is the service's,
// as it is of share. Errors: invalid.
func (c *Client) SimilarGroups(ctx context.Context, share float64, groups int) (*SimilarGroups, error) {
	return get[SimilarGroups](ctx, c, "/api/v1/similar", values("share", share, "limit", groups))
}
