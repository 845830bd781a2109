package client

import (
	"context"
	"iter"
	"net/url"

	"overt/ftm"
)

// Collections lists datasets as Aleph's collections: all, or the one of a foreign id.
// 0 is the service's limit, which counts from an offset on.
func (c *Client) Collections(ctx context.Context, foreignID string, limit, offset int) (*Collections, error) {
	return get[Collections](ctx, c, "/api/2/collections", values("filter:foreign_id", foreignID, "limit", limit, "offset", offset))
}

// Collection shows a dataset as a collection. Errors: not_found.
func (c *Client) Collection(ctx context.Context, id string) (*Collection, error) {
	return get[Collection](ctx, c, "/api/2/collections/"+url.PathEscape(id), nil)
}

// CreateCollection names a dataset. Nothing is kept until entities are sent. Errors:
// invalid.
func (c *Client) CreateCollection(ctx context.Context, foreignID, key string) (*Collection, error) {
	return post[Collection](ctx, c, "/api/2/collections", key, map[string]string{"foreign_id": foreignID})
}

// Bulk takes entities in as a run of a dataset: all of them, or none if one is wrong.
// The same entities sent again add nothing. Errors: invalid, with what is wrong with
// each; denied.
func (c *Client) Bulk(ctx context.Context, collection string, entities []*ftm.Entity) (*Bulk, error) {
	return post[Bulk](ctx, c, "/api/2/collections/"+url.PathEscape(collection)+"/_bulk", "", entities)
}

// Entities gives what a dataset says of entities, "" all entities: those of some
// schemata, and of those that extend them. It ends at the first error; unavailable is
// that it broke off, and then what came is not all.
func (c *Client) Entities(ctx context.Context, collection string, schemata ...string) iter.Seq2[*ftm.Entity, error] {
	path := "/api/2/entities/_stream"
	if collection != "" {
		path = "/api/2/collections/" + url.PathEscape(collection) + "/_stream"
	}
	return stream[*ftm.Entity](ctx, c, path, values("schema", schemata))
}
