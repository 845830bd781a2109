package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"overt"
	"overt/api/route"
	"overt/gate"
	"overt/pipeline"
	"overt/statement"
)

// Bounds of an upload.
const (
	maxUpload  = 16 << 30 // bytes of one request
	maxFiles   = 1000
	maxField   = 4 << 10 // bytes of one field
	maxMapping = 1 << 20
	maxName    = 200 // bytes of the name of a file
)

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
				for _, j := range d.jobs.of(d.visit) {
					told, _ := j.now()
					out.Imports = append(out.Imports, told)
				}
				return out, nil
			}),
		read("GET /api/v1/imports/{import}", "readImport", "Say how far an import is, and what became of it.", false,
			func(q *jobAsked) gate.Act { return gate.Act{Action: "import.read", Object: cut(q.ID, 60)} },
			func(_ context.Context, d *desk, q *jobAsked) (Job, error) {
				j, err := d.jobs.find(d.visit, q.ID)
				if err != nil {
					return Job{}, err
				}
				told, _ := j.now()
				return told, nil
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
					j, err := c.jobs.find(c.visit, q.ID)
					if err != nil {
						return 0, "", err
					}
					j.stop()
					told, _ = j.now()
					return 1, "", nil
				})
				return told, err
			}, overt.NotFound),
	}
}

// beginImport receives files and queues their import.
func beginImport(c *call) (err error) {
	if c.cfg.Import == nil {
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
	defer func() {
		if up.folder != "" {
			err = errors.Join(err, os.RemoveAll(up.folder))
		}
	}()
	raw, err := c.once.do(c, q.Key, []any{q, up.names, up.sums}, func() ([]byte, error) {
		req, work, err := c.importing(q, up)
		if err != nil {
			return nil, err
		}
		j, err := c.begin(req, up, work)
		if err != nil {
			return nil, err
		}
		up.folder = "" // it is the import's now
		told, _ := j.now()
		return marshal(told)
	})
	if err != nil {
		return err
	}
	return c.write(http.StatusAccepted, raw)
}

// begin records what is meant to be taken in, and queues it.
func (c *call) begin(req pipeline.Request, up *upload, work func(context.Context, *job) error) (*job, error) {
	pass, err := c.cfg.Gate.Open(c.r.Context(), c.visit)
	if err != nil {
		return nil, err
	}
	var j *job
	act := gate.Act{Action: "import.begin", Object: cut(req.Dataset, 200), Query: fmt.Sprintf("%d files: %s", len(up.names), cut(strings.Join(up.names, " "), 2000))}
	err = pass.Do(c.r.Context(), act, func(context.Context, *gate.Bench) (int64, string, error) {
		var err error
		j, err = c.jobs.begin(c.visit, req.Dataset, up, work)
		return int64(len(up.names)), "", err
	})
	return j, err
}

// importing is how the files of a form are taken in.
func (c *call) importing(q *importAsked, up *upload) (pipeline.Request, func(context.Context, *job) error, error) {
	req := up.request(q)
	if q.Documents {
		switch {
		case c.cfg.Ingest == nil:
			return req, nil, overt.Errorf(overt.Unavailable, "", "no documents are read here")
		case q.Dataset == "":
			return req, nil, overt.Errorf(overt.Invalid, "dataset", "it is to be said of documents")
		}
		return req, func(ctx context.Context, j *job) error {
			done, err := c.cfg.Ingest(ctx, c.visit, q.Dataset, req.Paths, func(r pipeline.Rate) {
				j.change(func(t *Job) { t.File, t.Rows = r.File, r.Pages })
			})
			j.change(func(t *Job) { t.Documents = done })
			return err
		}, nil
	}
	return req, func(ctx context.Context, j *job) error {
		rep, err := c.cfg.Import(ctx, c.visit, req, func(file string, rows, statements int64) {
			j.change(func(t *Job) { t.File, t.Rows, t.Statements = file, rows, statements })
		})
		j.change(func(t *Job) { t.Report = rep })
		return err
	}, nil
}

// An upload is what was received of a form, in a folder of its own.
type upload struct {
	folder      string
	names, sums []string // of the files
	mapping     string   // path
}

func (u *upload) request(q *importAsked) pipeline.Request {
	req := pipeline.Request{Dataset: q.Dataset, Format: q.Format, Observed: q.Observed, Extent: statement.Extent(q.Extent), Series: q.Series, Encoding: q.Encoding, Mapping: u.mapping}
	for _, name := range u.names {
		req.Paths = append(req.Paths, filepath.Join(u.folder, "files", name))
	}
	return req
}

// receive writes the files of a form into a new folder, and fills the other fields.
func (c *call) receive(q *importAsked) (up *upload, err error) {
	c.r.Body = http.MaxBytesReader(c.w, c.body(), maxUpload)
	form, err := c.r.MultipartReader()
	if err != nil {
		return nil, overt.Errorf(overt.Invalid, "", "the body is to be multipart/form-data")
	}
	up = &upload{}
	if up.folder, err = c.folder(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(up.folder))
			up = nil
		}
	}()
	for {
		part, err := form.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return up, broken(err)
		}
		if err := up.part(part, q); err != nil {
			return up, err
		}
	}
	if err := isDay("observed", q.Observed); err != nil {
		return up, err
	}
	if len(up.names) == 0 {
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
func (u *upload) part(part *multipart.Part, q *importAsked) error {
	switch name := part.FormName(); {
	case name == "file":
		if len(u.names) == maxFiles {
			return overt.Errorf(overt.Invalid, "file", "more than %d files", maxFiles)
		}
		safe := fileName(part.FileName())
		for i := 2; slices.Contains(u.names, safe); i++ {
			safe = fmt.Sprintf("%d-%s", i, fileName(part.FileName()))
		}
		sum, err := store(filepath.Join(u.folder, "files", safe), part)
		if err != nil {
			return err
		}
		u.names, u.sums = append(u.names, safe), append(u.sums, sum)
		return nil
	case len(u.names) > 0:
		return overt.Errorf(overt.Invalid, cut(name, 60), "files come behind all other fields")
	case name == "mapping":
		u.mapping = filepath.Join(u.folder, "mapping.yml")
		sum, err := store(u.mapping, io.LimitReader(part, maxMapping))
		u.sums = append(u.sums, sum)
		return err
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

// fileName makes a name that a file can have of one that was sent: it is data, and
// leads to no other folder.
func fileName(sent string) string {
	sent = sent[strings.LastIndexAny(sent, `/\`)+1:]
	name := strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) || strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(sent, "_"))
	for len(name) > maxName {
		_, size := utf8.DecodeRuneInString(name)
		name = name[size:] // the end says what it is
	}
	if name = strings.Trim(name, " ."); name == "" {
		return "file"
	}
	return name
}

// folder makes a folder for what is uploaded.
func (c *call) folder() (string, error) {
	err := os.MkdirAll(c.cfg.Uploads, 0o700)
	if err == nil {
		var dir string
		if dir, err = os.MkdirTemp(c.cfg.Uploads, "upload-"); err == nil {
			return dir, os.Mkdir(filepath.Join(dir, "files"), 0o700)
		}
	}
	return "", &overt.Error{Code: overt.Unavailable, Op: "receive files", Err: err}
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
		j, err := c.jobs.find(c.visit, q.ID)
		if err != nil {
			return 0, "", err
		}
		n, err := c.follow(ctx, out, j)
		return n, out.sum(), err
	}))
}

// follow writes an event at each change of an import, and gives how many.
func (c *call) follow(ctx context.Context, out *flow, j *job) (n int64, err error) {
	for {
		told, changed := j.now()
		raw, err := marshal(told)
		if err != nil {
			return n, err
		}
		n++
		if _, err := fmt.Fprintf(out, "id: %d\nevent: import\ndata: %s\n", n, raw); err != nil || told.over() {
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
