package client

import (
	"context"
	"iter"
	"net/url"
)

// Watches lists the asker's watches, the oldest first, and how much is new in each.
func (c *Client) Watches(ctx context.Context) (*WatchList, error) {
	return get[WatchList](ctx, c, "/api/v1/watches", nil)
}

// Watch shows a watch with a part of what it told, the newest first: news before a
// number, 0 for the newest; 0 is the service's limit. Errors: not_found.
func (c *Client) Watch(ctx context.Context, id string, before int64, limit int) (*Watched, error) {
	return get[Watched](ctx, c, "/api/v1/watches/"+url.PathEscape(id), values("before", before, "limit", limit))
}

// News gives all that a watch told, the newest first, part by part. It ends at the
// first error.
func (c *Client) News(ctx context.Context, id string) iter.Seq2[News, error] {
	return func(yield func(News, error) bool) {
		for before := int64(0); ; {
			w, err := c.Watch(ctx, id, before, part)
			if err != nil {
				yield(News{}, err)
				return
			}
			for i := range w.News {
				if !yield(w.News[i], nil) {
					return
				}
			}
			if before = w.Next; before == 0 {
				return
			}
		}
	}
}

// AddWatch has a question asked again whenever something that the asker sees has
// changed. What it finds now is not news. Errors: invalid, not_found, conflict.
func (c *Client) AddWatch(ctx context.Context, q WatchQuestion, key string) (*Watch, error) {
	return post[Watch](ctx, c, "/api/v1/watches", key, q)
}

// SeeWatch says that the news of a watch were read up to a number. Errors: not_found,
// invalid.
func (c *Client) SeeWatch(ctx context.Context, id string, number int64, key string) error {
	_, err := post[WatchChanged](ctx, c, "/api/v1/watches/"+url.PathEscape(id)+"/seen", key, map[string]int64{"number": number})
	return err
}

// RemoveWatch takes a watch out, with all it told. Errors: not_found.
func (c *Client) RemoveWatch(ctx context.Context, id, key string) error {
	_, err := post[WatchChanged](ctx, c, "/api/v1/watches/"+url.PathEscape(id)+"/remove", key, nothing)
	return err
}
