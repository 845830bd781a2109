package client

import (
	"context"
	"iter"
	"net/url"
	"strconv"

	"overt"
)

// Datasets lists what is there to ask, by name.
func (c *Client) Datasets(ctx context.Context) ([]Dataset, error) {
	out, err := get[Datasets](ctx, c, "/api/v1/datasets", nil)
	if err != nil {
		return nil, err
	}
	return out.Datasets, nil
}

// Formats lists the sources that need no mapping.
func (c *Client) Formats(ctx context.Context) ([]Format, error) {
	out, err := get[Formats](ctx, c, "/api/v1/formats", nil)
	if err != nil {
		return nil, err
	}
	return out.Formats, nil
}

// Coverage says of a dataset, "" of all, what was read, what was not, and why. left is
// how many rows, pages or parts that were left out are listed of each file. Errors:
// not_found.
func (c *Client) Coverage(ctx context.Context, dataset string, left int) (*Coverage, error) {
	return get[Coverage](ctx, c, "/api/v1/coverage", values("dataset", dataset, "left", left))
}

// Runs lists what came in of a dataset, "" of all, the oldest first.
func (c *Client) Runs(ctx context.Context, dataset string) iter.Seq2[Run, error] {
	return parts(func(cursor string) ([]Run, string, error) {
		p, err := get[RunPage](ctx, c, "/api/v1/runs", values("dataset", dataset, "limit", part, "cursor", cursor))
		if err != nil {
			return nil, "", err
		}
		return p.Runs, p.Next, nil
	})
}

// States are two states of a source to compare.
type States struct {
	From, To overt.RunID // 0 and 0 are the newest two
	Schema   string      // only entities of it; "" is all
	Limit    int         // entities listed of each schema and kind of change; 0 is all
	KnownAt  string
}

// Diff says what a newer state of a source says otherwise. Errors: not_found, invalid.
func (c *Client) Diff(ctx context.Context, dataset string, of States) (*Diff, error) {
	return get[Diff](ctx, c, "/api/v1/datasets/"+url.PathEscape(dataset)+"/diff",
		values("from", of.From, "to", of.To, "schema", of.Schema, "limit", of.Limit, "known_at", of.KnownAt))
}

// Undo takes a run back. Errors: not_found, conflict, denied.
func (c *Client) Undo(ctx context.Context, run overt.RunID, key string) error {
	_, err := post[Undone](ctx, c, "/api/v1/runs/"+strconv.FormatUint(uint64(run), 10)+"/undo", key, nothing)
	return err
}
