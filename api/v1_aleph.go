package api

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"

	"overt"
	"overt/api/route"
	"overt/ftm"
	"overt/gate"
	"overt/ledger"
	"overt/pipeline"
	"overt/policy"
	"overt/statement"
)

// Bounds of entities that are sent at once.
const (
	maxBulk       = 64 << 20 // bytes
	maxLineErrors = 100
)

type collectionsAsked struct {
	ForeignID string `query:"filter:foreign_id"`                      // only this one
	Limit     int    `query:"limit" min:"0" max:"10000" default:"20"` // how many
	Offset    int    `query:"offset" min:"0" max:"10000" default:"0"` // from which on, from 0
}

type collectionAsked struct {
	Collection string `path:"collection"` // a dataset
}

type newCollection struct {
	keyed
	Body map[string]any `body:"json"` // foreign_id names the dataset; the rest is not kept
}

// A Collection is a dataset as Aleph's programs know one.
type Collection struct {
	ID           string `json:"id"`
	CollectionID string `json:"collection_id"`
	ForeignID    string `json:"foreign_id"`
	Label        string `json:"label"`
	UpdatedAt    string `json:"updated_at,omitempty"`
}

// Collections are a page of them.
type Collections struct {
	Status  string       `json:"status"`
	Results []Collection `json:"results"`
	Total   int          `json:"total"`
	Limit   int          `json:"limit"`
	Offset  int          `json:"offset"`
}

// Records counts what the answer releases.
func (c *Collections) Records() int { return len(c.Results) }

type bulkAsked struct {
	Collection string           `path:"collection"`            // a dataset; one that is not there begins with it
	Safe       bool             `query:"safe" default:"true"`  // without it entities could name files by their hash; false is refused
	Unsafe     bool             `query:"unsafe"`               // the same; true is refused
	Clean      bool             `query:"clean" default:"true"` // values are cleaned, whatever is said
	Sync       bool             `query:"sync"`                 // the answer comes when all is in, whatever is said
	EntitySet  string           `query:"entityset_id"`         // there are no sets of entities: refused
	Body       []map[string]any `body:"application/json"`      // FollowTheMoney entities
}

// key is none: the same entities sent again add nothing.
func (bulkAsked) key() string { return "" }

// Bulk is what became of entities.
type Bulk struct {
	Status  string         `json:"status"`
	Runs    []overt.RunID  `json:"runs"`     // that hold them; undone, they are taken back
	LeftOut int64          `json:"left_out"` // entities and values that could not be kept
	Reasons []ledger.Count `json:"reasons,omitempty"`
}

type streamAsked struct {
	Schema  []string `query:"schema"`  // only entities of it, and of those that extend it
	Include []string `query:"include"` // all is given, whatever is said
}

type collectionStream struct {
	collectionAsked
	streamAsked
}

func alephOperations() []operation {
	bulk := write("POST /api/2/collections/{collection}/_bulk", "bulkEntities", "Take FollowTheMoney entities in: all of them, or none if one is wrong.", http.StatusOK, takeBulk, overt.Denied, overt.NotFound)
	bulk.span = following
	stream := func(path, name, summary string, in reflect.Type, serve func(*call) error) operation {
		return operation{
			Route: route.Route{Method: http.MethodGet, Path: path, Name: name, Summary: summary, In: in, Out: reflect.TypeFor[ftm.Entity](), Status: http.StatusOK, Media: "application/x-ndjson", Errors: []overt.Code{overt.Invalid, overt.NotFound}},
			serve: serve, span: streaming,
		}
	}
	return []operation{
		read("GET /api/2/collections", "listCollections", "List datasets as collections.", false,
			func(*collectionsAsked) gate.Act { return gate.Act{Action: "catalog.read"} }, listCollections),
		read("GET /api/2/collections/{collection}", "readCollection", "Show a dataset as a collection.", false,
			func(q *collectionAsked) gate.Act {
				return gate.Act{Action: "catalog.read", Object: cut(q.Collection, 200)}
			},
			func(_ context.Context, d *desk, q *collectionAsked) (*Collection, error) {
				for _, s := range datasetsShown(d).Datasets {
					if s.Dataset == q.Collection {
						return collectionOf(s), nil
					}
				}
				return nil, overt.Errorf(overt.NotFound, "", "there is no collection of that id")
			}, overt.NotFound),
		write("POST /api/2/collections", "createCollection", "Name a dataset. It begins with the first entities that are sent; until then nothing is kept.", http.StatusOK,
			func(_ context.Context, _ *call, _ *gate.Pass, q *newCollection) (*Collection, error) {
				id, _ := q.Body["foreign_id"].(string)
				if err := (policy.Label{Dataset: id}).Validate(); err != nil {
					return nil, overt.Errorf(overt.Invalid, "foreign_id", "it is to name a dataset: %w", err)
				}
				return collectionOf(Dataset{Dataset: id}), nil
			}),
		bulk,
		stream("/api/2/entities/_stream", "streamEntities", "Give all entities, a line each.", reflect.TypeFor[streamAsked](), func(c *call) error {
			q := new(streamAsked)
			if err := route.Read(c.r, q); err != nil {
				return err
			}
			return c.export(&exportAsked{Format: "ftm", Schema: q.Schema}, c.flow("application/x-ndjson", ""))
		}),
		stream("/api/2/collections/{collection}/_stream", "streamCollection", "Give what a dataset says of entities, a line each.", reflect.TypeFor[collectionStream](), func(c *call) error {
			q := new(collectionStream)
			if err := route.Read(c.r, q); err != nil {
				return err
			}
			return c.export(&exportAsked{Format: "ftm", Schema: q.Schema, Datasets: []string{q.Collection}}, c.flow("application/x-ndjson", ""))
		}),
	}
}

func collectionOf(d Dataset) *Collection {
	return &Collection{ID: d.Dataset, CollectionID: d.Dataset, ForeignID: d.Dataset, Label: d.Dataset, UpdatedAt: d.Observed}
}

func listCollections(_ context.Context, d *desk, q *collectionsAsked) (*Collections, error) {
	out := &Collections{Status: "ok", Results: []Collection{}, Limit: q.Limit, Offset: q.Offset}
	for _, s := range datasetsShown(d).Datasets {
		if q.ForeignID != "" && s.Dataset != q.ForeignID {
			continue
		}
		if out.Total++; out.Total > q.Offset && len(out.Results) < q.Limit {
			out.Results = append(out.Results, *collectionOf(s))
		}
	}
	return out, nil
}

// takeBulk takes the entities of a body in, in a run of their own.
func takeBulk(ctx context.Context, c *call, _ *gate.Pass, q *bulkAsked) (out *Bulk, err error) {
	records, _ := c.jobs.Takes()
	switch {
	case !records:
		return nil, overt.Errorf(overt.Unavailable, "", "nothing is taken in here")
	case q.Unsafe || !q.Safe:
		return nil, overt.Errorf(overt.Denied, "safe", "entities that name files by their hash are not taken: they could name files that you may not see")
	case q.EntitySet != "":
		return nil, overt.Errorf(overt.Invalid, "entityset_id", "there are no sets of entities")
	}
	up, err := c.jobs.NewUpload()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, up.Remove()) }()
	lines, sent := io.Pipe()
	go func() { sent.CloseWithError(entityLines(http.MaxBytesReader(c.w, c.body(), maxBulk), sent)) }()
	if err := unsent(up.Add("bulk.ftm.json", lines)); err != nil {
		_ = lines.CloseWithError(err)
		return nil, err
	}
	req := pipeline.Request{Paths: up.Paths(), Dataset: q.Collection, Format: "ftm", Extent: statement.Window}
	rep, err := c.jobs.Import(ctx, c.visit, req)
	if err != nil {
		return nil, err
	}
	return bulkOf(rep)
}

func bulkOf(rep *pipeline.Report) (*Bulk, error) {
	out := &Bulk{Status: "ok", Runs: []overt.RunID{}}
	for _, f := range rep.Files {
		if f.Verdict == ledger.Failed || f.Verdict == ledger.Refused {
			return nil, overt.Errorf(overt.Invalid, "", "they could not be taken in: %s", f.Reason)
		}
		if f.Run != 0 {
			out.Runs = append(out.Runs, f.Run)
		}
		out.LeftOut += f.LeftOut
		out.Reasons = append(out.Reasons, f.Reasons...)
	}
	return out, nil
}

// lineErrors are what is wrong with entities of a body.
type lineErrors []LineError

func (e lineErrors) Error() string {
	return fmt.Sprintf("%d: %s", e[0].Line, e[0].Detail)
}

// entityLines writes the entities of a JSON array a line each. Errors: invalid, with
// what is wrong with each, and then all that was written is of no use.
func entityLines(body io.Reader, to io.Writer) error {
	dec := json.NewDecoder(bufio.NewReader(body))
	if first, err := dec.Token(); err != nil || first != json.Delim('[') {
		return badBody(err, "the body is to be a list of entities")
	}
	var wrong lineErrors
	out := bufio.NewWriter(to)
	for n := 1; dec.More(); n++ {
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return badBody(err, fmt.Sprintf("entity %d cannot be read", n))
		}
		line, err := safeEntity(raw)
		if err != nil {
			if wrong = append(wrong, LineError{n, err.Error()}); len(wrong) == maxLineErrors {
				break
			}
			continue
		}
		if _, err := out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	if len(wrong) > 0 {
		return &overt.Error{Code: overt.Invalid, Op: "read the entities", Message: "nothing was taken in", Err: wrong}
	}
	if _, err := dec.Token(); err != nil {
		return badBody(err, "the list of entities does not end")
	}
	return out.Flush()
}

// badBody is an error of a body that is not as it is to be.
func badBody(err error, what string) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return err
	}
	return &overt.Error{Code: overt.Invalid, Message: what, Err: err}
}

// safeEntity checks an entity and takes out of it what could name files.
func safeEntity(raw json.RawMessage) ([]byte, error) {
	e := new(ftm.Entity)
	if err := json.Unmarshal(raw, e); err != nil {
		return nil, fmt.Errorf("it is no entity: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	s := ftm.Default().Schema(e.Schema)
	switch {
	case e.ID == "":
		return nil, errors.New("it has no id")
	case s == nil:
		return nil, fmt.Errorf("there is no schema %q", cut(cmp.Or(e.Schema, "(none)"), 60))
	case s.Abstract:
		return nil, fmt.Errorf("of schema %s nothing can be", s.Name)
	}
	for name := range e.Properties {
		if p := s.Property(name); p != nil && p.Type.Name == "checksum" {
			delete(e.Properties, name)
		}
	}
	return json.Marshal(e)
}
