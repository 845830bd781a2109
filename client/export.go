package client

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"hash"
	"io"
	"iter"
	"net/http"
	"net/url"

	"overt"
)

// A Choice narrows an export.
type Choice struct {
	Schemata, Datasets []string
	Entities           []string // ids
	Raw                bool     // one entity for each id of a source
	KnownAt            string
}

// Export writes a file of a format (ftm, statements, passages, bods, csv, xlsx,
// graphml, gexf, ocds) to w, and holds it against the hash that the service gives.
// After an error, what was written is no whole file. Errors: invalid, not_found,
// unavailable (it broke off).
func (c *Client) Export(ctx context.Context, w io.Writer, format string, of Choice) error {
	resp, err := c.fetch(ctx, "/api/v1/export/"+url.PathEscape(format),
		values("schema", of.Schemata, "dataset", of.Datasets, "entity", of.Entities, "raw", of.Raw, "known_at", of.KnownAt))
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(w, sum), resp.Body); err != nil {
		return brokeOff(err)
	}
	return proved(resp, sum)
}

// brokeOff is the error of a stream that ended before it should.
func brokeOff(err error) error {
	return &overt.Error{Code: overt.Unavailable, Op: "read the stream", Message: "it broke off", Err: err}
}

// proved holds the hash of a stream that was read to its end against the one that the
// service gives behind it.
func proved(resp *http.Response, sum hash.Hash) error {
	if got := "sha-256=:" + base64.StdEncoding.EncodeToString(sum.Sum(nil)) + ":"; resp.Trailer.Get("Repr-Digest") != got {
		return overt.Errorf(overt.Unavailable, "", "what came is not what was sent")
	}
	return nil
}

// stream yields an answer that is a line of JSON for each thing, and an error where it
// is not whole.
func stream[T any](ctx context.Context, c *Client, path string, query url.Values) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		resp, err := c.fetch(ctx, path, query)
		if err != nil {
			yield(none, err)
			return
		}
		defer func() { _ = resp.Body.Close() }()
		sum := sha256.New()
		lines := bufio.NewScanner(io.TeeReader(resp.Body, sum))
		lines.Buffer(nil, maxLine)
		for lines.Scan() {
			var one T
			if err := json.Unmarshal(lines.Bytes(), &one); err != nil {
				yield(none, brokeOff(err))
				return
			}
			if !yield(one, nil) {
				return
			}
		}
		if err = lines.Err(); err != nil {
			err = brokeOff(err)
		} else {
			err = proved(resp, sum)
		}
		if err != nil {
			yield(none, err)
		}
	}
}
