package client

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"iter"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"overt"
)

// An Import says what is taken in.
type Import struct {
	Dataset  string
	Format   string // "" has it told by the content
	Observed string // ISO 8601 date of the source's state
	Extent   string // full, window or delta
	Series   string
	Encoding string
	Mapping  io.Reader // says what columns mean; nil for none
	// Documents says that the files are documents, mails or archives; what stands
	// above, but for Dataset, says nothing then.
	Documents bool
	Files     []File
}

// A File is one to be taken in.
type File struct {
	Name string
	Data io.Reader
}

// Imports lists the imports that the asker began since the service runs, the newest
// first.
func (c *Client) Imports(ctx context.Context) ([]Job, error) {
	out, err := get[Jobs](ctx, c, "/api/v1/imports", nil)
	if err != nil {
		return nil, err
	}
	return out.Imports, nil
}

// Job says how far an import is. Errors: not_found.
func (c *Client) Job(ctx context.Context, id string) (*Job, error) {
	return get[Job](ctx, c, "/api/v1/imports/"+url.PathEscape(id), nil)
}

// Over says whether it has ended.
func (j *Job) Over() bool { return j.State != "waiting" && j.State != "running" }

// Begin sends files to be taken in. What comes back goes on by itself: Follow tells
// how far it is. Errors: invalid, unavailable.
func (c *Client) Begin(ctx context.Context, im Import, key string) (*Job, error) {
	body, sent := io.Pipe()
	form := multipart.NewWriter(sent)
	go func() { sent.CloseWithError(im.write(form)) }()
	defer func() { _ = body.Close() }()
	r, err := c.request(ctx, http.MethodPost, "/api/v1/imports", nil, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	return answer[Job](c, r)
}

func (im *Import) write(form *multipart.Writer) error {
	documents := ""
	if im.Documents {
		documents = "true"
	}
	for _, f := range [][2]string{{"documents", documents}, {"dataset", im.Dataset}, {"format", im.Format}, {"observed", im.Observed}, {"extent", im.Extent}, {"series", im.Series}, {"encoding", im.Encoding}} {
		if f[1] != "" {
			if err := form.WriteField(f[0], f[1]); err != nil {
				return err
			}
		}
	}
	if im.Mapping != nil {
		if err := writeFile(form, "mapping", File{"mapping.yml", im.Mapping}); err != nil {
			return err
		}
	}
	for _, f := range im.Files {
		if err := writeFile(form, "file", f); err != nil {
			return err
		}
	}
	return form.Close()
}

func writeFile(form *multipart.Writer, field string, f File) error {
	part, err := form.CreateFormFile(field, f.Name)
	if err != nil {
		return err
	}
	_, err = io.Copy(part, f.Data)
	return err
}

// Follow gives an import at each of its changes, the last one when it has ended.
// Errors: not_found.
func (c *Client) Follow(ctx context.Context, id string) iter.Seq2[*Job, error] {
	return func(yield func(*Job, error) bool) {
		resp, err := c.fetch(ctx, "/api/v1/imports/"+url.PathEscape(id)+"/events", nil)
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = resp.Body.Close() }()
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, maxLine)
		for lines.Scan() {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok {
				continue
			}
			j := new(Job)
			if err := json.Unmarshal([]byte(data), j); err != nil {
				yield(nil, &overt.Error{Code: overt.Unavailable, Op: "read the events", Err: err})
				return
			}
			if !yield(j, nil) || j.Over() {
				return
			}
		}
		yield(nil, &overt.Error{Code: overt.Unavailable, Op: "follow the import", Message: "the events ended before it did", Err: lines.Err()})
	}
}

// Cancel has an import end where it is, and says where that is. What was kept stays.
// Errors: not_found.
func (c *Client) Cancel(ctx context.Context, id, key string) (*Job, error) {
	return post[Job](ctx, c, "/api/v1/imports/"+url.PathEscape(id)+"/cancel", key, nothing)
}
