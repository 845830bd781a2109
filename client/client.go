// Package client asks an Overt service over HTTP: what docs/api.md describes, as Go
// values. It imports nothing of the platform but its nouns and the model, so that a
// program that uses it holds no more than that.
//
// The types of answers are those of the service, whose OpenAPI document says the same
// of them: days are ISO 8601 dates, moments RFC 3339 in UTC, amounts exact decimals as
// text, and a citation says where each thing is said.
//
// Every error of the service is an *overt.Error with the code that the service gave;
// overt.CodeOf tells it. Only unavailable may be asked again unchanged.
package client

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"overt"
)

// A Client asks one service in one name. It is safe for concurrent use.
type Client struct {
	Base  string       // "http://127.0.0.1:8400"
	Token string       // "" where none is asked
	HTTP  *http.Client // nil is http.DefaultClient
}

// Bounds of what is read at once, in bytes.
const (
	maxAnswer = 256 << 20 // of an answer that is held whole
	maxLine   = 16 << 20  // of a line of a stream, or of an event
)

// part is how many things of a list are asked for at once; tests ask for fewer.
var part = 500

// nothing is the body of a change that says all in its address.
var nothing = struct{}{}

// request makes a request to a path below the base.
func (c *Client) request(ctx context.Context, method, path string, query url.Values, body io.Reader) (*http.Request, error) {
	at := strings.TrimSuffix(c.Base, "/") + path
	if len(query) > 0 {
		at += "?" + query.Encode()
	}
	r, err := http.NewRequestWithContext(ctx, method, at, body)
	if err != nil {
		return nil, overt.Errorf(overt.Invalid, "", "the service is at no address: %w", err)
	}
	if c.Token != "" {
		r.Header.Set("Authorization", "Bearer "+c.Token)
	}
	return r, nil
}

// send sends a request and gives an answer that is one. Its body is to be closed.
func (c *Client) send(r *http.Request) (*http.Response, error) {
	h := c.HTTP
	if h == nil {
		h = http.DefaultClient
	}
	resp, err := h.Do(r)
	if err != nil {
		if ctx := r.Context().Err(); ctx != nil {
			return nil, ctx
		}
		return nil, &overt.Error{Code: overt.Unavailable, Op: "ask the service", Err: err}
	}
	if resp.StatusCode < 300 {
		return resp, nil
	}
	defer func() { _ = resp.Body.Close() }()
	return nil, problemOf(resp)
}

// fetch asks and gives an answer to be read as it comes. Its body is to be closed.
func (c *Client) fetch(ctx context.Context, path string, query url.Values) (*http.Response, error) {
	r, err := c.request(ctx, http.MethodGet, path, query, nil)
	if err != nil {
		return nil, err
	}
	return c.send(r)
}

// problemOf reads the error of an answer.
func problemOf(resp *http.Response) error {
	var p Problem
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil || json.Unmarshal(raw, &p) != nil || p.Code == "" {
		return overt.Errorf(overt.Unavailable, "", "the service answered %s", resp.Status)
	}
	out := &overt.Error{Code: p.Code, Op: "ask the service", Message: p.Detail}
	if !strings.Contains(p.Detail, p.Where) {
		out.Where = p.Where
	}
	for _, e := range p.Errors {
		out.Err = errors.Join(out.Err, fmt.Errorf("line %d: %s", e.Line, e.Detail))
	}
	return out
}

// get asks and reads the answer.
func get[T any](ctx context.Context, c *Client, path string, query url.Values) (*T, error) {
	r, err := c.request(ctx, http.MethodGet, path, query, nil)
	if err != nil {
		return nil, err
	}
	return answer[T](c, r)
}

// post says something and reads the answer. key is an Idempotency-Key, or "".
func post[T any](ctx context.Context, c *Client, path, key string, body any) (*T, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	r, err := c.request(ctx, http.MethodPost, path, nil, bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	return answer[T](c, r)
}

func answer[T any](c *Client, r *http.Request) (*T, error) {
	resp, err := c.send(r)
	if err != nil {
		return nil, err
	}
	defer func() { _ = resp.Body.Close() }()
	out := new(T)
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxAnswer)).Decode(out); err != nil {
		return nil, &overt.Error{Code: overt.Unavailable, Op: "read the answer", Err: err}
	}
	return out, nil
}

// values makes parameters of pairs of names and values; empty ones and zeros are
// left out.
func values(pairs ...any) url.Values {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		name := pairs[i].(string)
		switch v := pairs[i+1].(type) {
		case string:
			if v != "" {
				q.Set(name, v)
			}
		case []string:
			q[name] = v
		case int, int64, float64, overt.RunID, bool:
			if !reflect.ValueOf(v).IsZero() {
				q.Set(name, fmt.Sprint(v))
			}
		default:
			panic(fmt.Sprintf("parameter %s is a %T", name, v))
		}
	}
	return q
}

// parts yields a list that comes in parts.
func parts[T any](next func(cursor string) ([]T, string, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for cursor := ""; ; {
			list, behind, err := next(cursor)
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
			if cursor = behind; cursor == "" {
				return
			}
		}
	}
}
