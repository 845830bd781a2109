package client

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"iter"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"overt"
	"overt/ftm"
)

// A Decided is what was kept of a person's word.
type Decided struct {
	Runs       []overt.RunID `json:"runs"` // that hold it; undone, it was never said
	Judgements []JudgedPair  `json:"judgements"`
}

// A JudgedPair is one judgement.
type JudgedPair struct {
	ID      string       `json:"id"`
	Left    ftm.EntityID `json:"left"`
	Right   ftm.EntityID `json:"right"`
	Verdict string       `json:"verdict"`
}

// Judge says whether two entities that words name are one: same, different or
// unsure. key is an Idempotency-Key of the caller's own, or "". Errors: not_found,
// conflict (it contradicts what was said), denied.
func (c *Client) Judge(ctx context.Context, left, right, verdict, reason, key string) (*Decided, error) {
	return post[Decided](ctx, c, "/api/v1/judgements", key, map[string]string{"left": left, "right": right, "verdict": verdict, "reason": reason})
}

// Retract takes a judgement back. Errors: not_found, denied.
func (c *Client) Retract(ctx context.Context, judgement, reason, key string) (*Decided, error) {
	return post[Decided](ctx, c, "/api/v1/judgements/"+url.PathEscape(judgement)+"/retract", key, map[string]string{"reason": reason})
}

// Undo takes a run back. Errors: not_found, conflict, denied.
func (c *Client) Undo(ctx context.Context, run overt.RunID, key string) error {
	_, err := post[struct{}](ctx, c, "/api/v1/runs/"+strconv.FormatUint(uint64(run), 10)+"/undo", key, struct{}{})
	return err
}

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

// A Job is an import under way, or one that has ended.
type Job struct {
	ID         string  `json:"id"`
	State      string  `json:"state"` // waiting, running, done, failed or cancelled
	File       string  `json:"file"`  // that is being read
	Rows       int64   `json:"rows"`  // of it
	Statements int64   `json:"statements"`
	Report     *Report `json:"report"` // when it is done
}

// Over says whether it has ended.
func (j *Job) Over() bool { return j.State != "waiting" && j.State != "running" }

// A Report says what became of an import.
type Report struct {
	Files []FileReport `json:"files"`
	Runs  []RunReport  `json:"runs"`
}

// A FileReport says what became of one file.
type FileReport struct {
	Source   string      `json:"source"`
	Dataset  string      `json:"dataset"`
	Verdict  string      `json:"verdict"` // read, partial, failed or refused
	Reason   string      `json:"reason"`
	Run      overt.RunID `json:"run"`
	Received int64       `json:"received"`
	Read     int64       `json:"read"`
	LeftOut  int64       `json:"left_out"`
}

// A RunReport says what one run brought.
type RunReport struct {
	Run        overt.RunID `json:"run"`
	Entities   int64       `json:"entities"`
	Statements int64       `json:"statements"`
}

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
	files := im.Files
	if im.Mapping != nil {
		if err := writeFile(form, "mapping", File{"mapping.yml", im.Mapping}); err != nil {
			return err
		}
	}
	for _, f := range files {
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

// maxEvent bounds one event, in bytes.
const maxEvent = 16 << 20

// Follow gives an import at each of its changes, the last one when it has ended.
// Errors: not_found.
func (c *Client) Follow(ctx context.Context, id string) iter.Seq2[*Job, error] {
	return func(yield func(*Job, error) bool) {
		r, err := c.request(ctx, http.MethodGet, "/api/v1/imports/"+url.PathEscape(id)+"/events", nil, nil)
		if err != nil {
			yield(nil, err)
			return
		}
		resp, err := c.send(r)
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = resp.Body.Close() }()
		lines := bufio.NewScanner(resp.Body)
		lines.Buffer(nil, maxEvent)
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

// Cancel has an import end where it is. Errors: not_found.
func (c *Client) Cancel(ctx context.Context, id string) error {
	_, err := post[Job](ctx, c, "/api/v1/imports/"+url.PathEscape(id)+"/cancel", "", struct{}{})
	return err
}

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
	r, err := c.request(ctx, http.MethodGet, "/api/v1/export/"+url.PathEscape(format),
		values("schema", of.Schemata, "dataset", of.Datasets, "entity", of.Entities, "raw", of.Raw, "known_at", of.KnownAt), nil)
	if err != nil {
		return err
	}
	resp, err := c.send(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	sum := sha256.New()
	if _, err := io.Copy(io.MultiWriter(w, sum), resp.Body); err != nil {
		return &overt.Error{Code: overt.Unavailable, Op: "export", Message: "it broke off", Err: err}
	}
	if got := "sha-256=:" + base64.StdEncoding.EncodeToString(sum.Sum(nil)) + ":"; resp.Trailer.Get("Repr-Digest") != got {
		return overt.Errorf(overt.Unavailable, "", "what came is not what was sent")
	}
	return nil
}
