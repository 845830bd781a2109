package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"reflect"
	"strings"
	"time"

	"overt"
	"overt/api/route"
	"overt/gate"
	"overt/pipeline"
	"overt/statement"
)

// maxField is how many bytes a field of a form has at most.
const maxField = 4 << 10

// importAsked is a form; files come behind all other fields.
type importAsked struct {
	keyed
	Dataset   string `form:"dataset"`                         // name under which this publisher's data is kept; without one the format's name
	Format    string `form:"format"`                          // take the files for this format instead of detecting it
	Documents bool   `form:"documents"`                       // the files are documents, mails, archives: dataset is needed, and the other fields say nothing then
	Observed  string `form:"observed" pattern:"day"`          // the date on which the source was in this state
	Extent    string `form:"extent" enum:"full,window,delta"` // full (what is missing is gone), window (a slice) or delta
	Series    string `form:"series"`                          // which of several sources of the dataset this is a state of
	Encoding  string `form:"encoding"`                        // of the text, where detection is wrong
	Mapping   []byte `form:"mapping"`                         // a file that says what the columns mean
	File      []byte `form:"file" need:"true"`                // a source; may be there many times
}

type jobAsked struct {
	ID string `path:"import"` // its id
}

type cancelAsked struct {
	keyed
	jobAsked
}

// Jobs are the imports that one asked for, the newest first.
type Jobs struct {
	Imports []Job `json:"imports"`
}

func importOperations() []operation {
	return []operation{
		{
			Route: route.Route{
				Method: http.MethodPost, Path: "/api/v1/imports", Name: "beginImport", Summary: "Take files in: tables, JSON, XML, FollowTheMoney, or documents. The import goes on by itself; its events tell how far it is.",
				In: reflect.TypeFor[importAsked](), Out: reflect.TypeFor[Job](), Status: http.StatusAccepted, Errors: []overt.Code{overt.Invalid, overt.Denied}, Writes: true,
			},
			serve: beginImport, span: following,
		},
		read("GET /api/v1/imports", "listImports", "List the imports that you began since the service runs.", false,
			func(*nothingAsked) gate.Act { return gate.Act{Action: "import.list"} },
			func(_ context.Context, d *desk, _ *nothingAsked) (*Jobs, error) {
				out := &Jobs{Imports: []Job{}}
				for _, j := range d.jobs.Of(d.visit) {
					if j.State != pipeline.JobReceived { // in the desk
						out.Imports = append(out.Imports, jobOf(j))
					}
				}
				return out, nil
			}),
		read("GET /api/v1/imports/{import}", "readImport", "Say how far an import is, and what became of it.", false,
			func(q *jobAsked) gate.Act { return gate.Act{Action: "import.read", Object: cut(q.ID, 60)} },
			func(_ context.Context, d *desk, q *jobAsked) (Job, error) {
				j, _, err := d.jobs.Find(d.visit, q.ID)
				if err != nil {
					return Job{}, err
				}
				return jobOf(j), nil
			}, overt.NotFound),
		{
			Route: route.Route{
				Method: http.MethodGet, Path: "/api/v1/imports/{import}/events", Name: "importEvents", Summary: "Follow an import: an event with the import as it stands, at each change, until it has ended.",
				In: reflect.TypeFor[jobAsked](), Out: reflect.TypeFor[Job](), Status: http.StatusOK, Media: "text/event-stream", Errors: []overt.Code{overt.NotFound},
			},
			serve: importEvents, span: following,
		},
		write("POST /api/v1/imports/{import}/cancel", "cancelImport", "Have an import end where it is. What was kept stays, and can be taken back.", http.StatusOK,
			func(ctx context.Context, c *call, p *gate.Pass, q *cancelAsked) (Job, error) {
				var told Job
				act := gate.Act{Action: "import.cancel", Object: cut(q.ID, 60)}
				err := p.Do(ctx, act, func(context.Context, *gate.Bench) (int64, string, error) {
					j, err := c.jobs.Cancel(c.visit, q.ID)
					told = jobOf(j)
					return 1, "", err
				})
				return told, err
			}, overt.NotFound),
	}
}

// beginImport receives files and queues their import.
func beginImport(c *call) (err error) {
	if records, _ := c.jobs.Takes(); !records {
		return overt.Errorf(overt.Unavailable, "", "nothing is taken in here")
	}
	q := new(importAsked)
	if err := route.Read(c.r, q); err != nil {
		return err
	}
	up, err := c.receive(q)
	if err != nil {
		return err
	}
	begun := false
	defer func() {
		if !begun {
			err = errors.Join(err, up.Remove())
		}
	}()
	raw, err := c.once.do(c, q.Key, []any{q, up.Names, up.Sums}, func() ([]byte, error) {
		order, err := c.importing(q, up)
		if err != nil {
			return nil, err
		}
		j, err := c.begin(order, up)
		if err != nil {
			return nil, err
		}
		begun = true // the folder is the import's now
		return marshal(jobOf(j))
	})
	if err != nil {
		return err
	}
	return c.write(http.StatusAccepted, raw)
}

// begin records what is meant to be taken in, and queues it.
func (c *call) begin(order pipeline.Order, up *pipeline.Upload) (j pipeline.Job, err error) {
	pass, err := c.cfg.Gate.Open(c.r.Context(), c.visit)
	if err != nil {
		return j, err
	}
	act := gate.Act{Action: "import.begin", Object: cut(order.Dataset, 200), Query: fmt.Sprintf("%d files: %s", len(up.Names), cut(strings.Join(up.Names, " "), 2000))}
	err = pass.Do(c.r.Context(), act, func(context.Context, *gate.Bench) (int64, string, error) {
		got, err := c.jobs.Receive(c.visit, up)
		if err == nil {
			j, err = c.jobs.Begin(c.visit, got.ID, order)
		}
		return int64(len(up.Names)), "", err
	})
	return j, err
}

// importing is how the files of a form are taken in.
func (c *call) importing(q *importAsked, up *pipeline.Upload) (pipeline.Order, error) {
	if !q.Documents {
		return pipeline.Order{Dataset: q.Dataset, Records: &pipeline.Request{
			Paths: up.Paths(), Dataset: q.Dataset, Format: q.Format, Observed: q.Observed, Extent: statement.Extent(q.Extent), Series: q.Series, Encoding: q.Encoding, Mapping: up.Mapping,
		}}, nil
	}
	if _, papers := c.jobs.Takes(); !papers {
		return pipeline.Order{}, overt.Errorf(overt.Unavailable, "", "no documents are read here")
	}
	if q.Dataset == "" {
		return pipeline.Order{}, overt.Errorf(overt.Invalid, "dataset", "it is to be said of documents")
	}
	return pipeline.Order{Dataset: q.Dataset, Papers: up.Paths()}, nil
}

// receive writes the files of a form into a new folder, and fills the other fields.
func (c *call) receive(q *importAsked) (up *pipeline.Upload, err error) {
	c.r.Body = http.MaxBytesReader(c.w, c.body(), pipeline.MaxUpload)
	form, err := c.r.MultipartReader()
	if err != nil {
		return nil, overt.Errorf(overt.Invalid, "", "the body is to be multipart/form-data")
	}
	if up, err = c.jobs.NewUpload(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, up.Remove())
			up = nil
		}
	}()
	for {
		p, err := form.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return up, broken(err)
		}
		if err := part(up, p, q); err != nil {
			return up, err
		}
	}
	if err := isDay("observed", q.Observed); err != nil {
		return up, err
	}
	if len(up.Names) == 0 {
		return up, overt.Errorf(overt.Invalid, "file", "there is none")
	}
	return up, nil
}

// broken is an error of a form that ends too early or is none.
func broken(err error) error {
	var large *http.MaxBytesError
	var ours *overt.Error
	if errors.As(err, &large) || errors.As(err, &ours) {
		return err
	}
	return overt.Errorf(overt.Invalid, "", "the form cannot be read: %w", err)
}

// part takes one field of a form.
func part(up *pipeline.Upload, part *multipart.Part, q *importAsked) error {
	switch name := part.FormName(); {
	case name == "file":
		return unsent(up.Add(part.FileName(), part))
	case len(up.Names) > 0:
		return overt.Errorf(overt.Invalid, cut(name, 60), "files come behind all other fields")
	case name == "mapping":
		return unsent(up.AddMapping(part))
	default:
		raw, err := io.ReadAll(io.LimitReader(part, maxField+1))
		if err != nil {
			return broken(err)
		}
		if len(raw) > maxField {
			return overt.Errorf(overt.Invalid, cut(name, 60), "it is longer than %d bytes", maxField)
		}
		return route.SetForm(q, name, string(raw))
	}
}

// unsent tells what the sender did wrong.
func unsent(err error) error {
	var u *pipeline.Unsent
	if errors.As(err, &u) {
		return broken(u.Err)
	}
	return err
}

// How often the asker hears of an import: no oftener than often, and no longer
// without a word than silence.
const (
	often   = 200 * time.Millisecond
	silence = 15 * time.Second
)

// importEvents follows an import as text/event-stream.
func importEvents(c *call) error {
	q := new(jobAsked)
	if err := route.Read(c.r, q); err != nil {
		return err
	}
	pass, err := c.cfg.Gate.Open(c.r.Context(), c.visit)
	if err != nil {
		return err
	}
	out := c.flow("text/event-stream", "")
	act := gate.Act{Action: "import.follow", Object: cut(q.ID, 60)}
	return out.end(pass.Do(c.r.Context(), act, func(ctx context.Context, _ *gate.Bench) (int64, string, error) {
		n, err := c.follow(ctx, out, q.ID)
		return n, out.sum(), err
	}))
}

// follow writes an event at each change of an import, and gives how many.
func (c *call) follow(ctx context.Context, out *flow, id string) (n int64, err error) {
	for {
		told, changed, err := c.jobs.Find(c.visit, id)
		if err != nil {
			return n, err
		}
		raw, err := marshal(jobOf(told))
		if err != nil {
			return n, err
		}
		n++
		if _, err := fmt.Fprintf(out, "id: %d\nevent: import\ndata: %s\n", n, raw); err != nil || told.Over() {
			return n, err
		}
		if err := out.flush(); err != nil {
			return n, err
		}
		if err := await(ctx, out, changed); err != nil {
			return n, err
		}
	}
}

// await waits for a change, and says now and then that it still does.
func await(ctx context.Context, out *flow, changed <-chan struct{}) error {
	rest := time.NewTimer(often)
	defer rest.Stop()
	select {
	case <-rest.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	for {
		beat := time.NewTimer(silence)
		select {
		case <-changed:
			beat.Stop()
			return nil
		case <-ctx.Done():
			beat.Stop()
			return ctx.Err()
		case <-beat.C:
			if _, err := io.WriteString(out, ": still there\n\n"); err != nil {
				return err
			}
			if err := out.flush(); err != nil {
				return err
			}
		}
	}
}
