package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"overt"
	"overt/answer"
	"overt/api/route"
	"overt/gate"
	"overt/pipeline"
	"overt/screen"
	"overt/statement"
)

// V1Config is what /api/v1 stands before. Gate, Who and Clock are required.
type V1Config struct {
	Gate    *gate.Gate
	Who     Who
	Clock   func() time.Time
	Version string
	// Key is a secret of the home, under which cursors are sealed; nil takes one
	// that ends with the process, and cursors with it.
	Key []byte
	// Cell reads a place of a kept table or tree again; nil where nothing reads.
	Cell func(ctx context.Context, d *gate.Desk, blob string, where overt.Locator) (*answer.Cited, error)
	// Jobs are the imports; nil where nothing is taken in.
	Jobs *pipeline.Jobs
	// Derived is a folder for temporary files of exports; "" is the system's.
	Derived string
}

// An API answers /api/v1, and beside it Aleph's routes at /api/2. It is safe for
// concurrent use.
type API struct {
	cfg      V1Config
	shelf    *screen.Shelf
	queues   [3]*queue // by span
	jobs     *pipeline.Jobs
	once     *once
	list     []operation
	document []byte
	handler  http.Handler
}

// maxEach is how many requests of one actor are answered or wait.
const maxEach = 32

// V1 makes the API. It is to be closed.
func V1(cfg V1Config) (*API, error) {
	if cfg.Key == nil {
		cfg.Key = make([]byte, sha256.Size)
		_, _ = rand.Read(cfg.Key) // never fails
	}
	if cfg.Jobs == nil {
		var err error
		if cfg.Jobs, err = pipeline.NewJobs(pipeline.JobsConfig{Clock: cfg.Clock}); err != nil {
			return nil, err
		}
	}
	a := &API{cfg: cfg, shelf: screen.NewShelf(), jobs: cfg.Jobs, once: newOnce(cfg.Clock), list: operations()}
	for span, working := range []int{brief: atOnce(), streaming: atOnce(), following: maxWaiting} {
		a.queues[span] = newQueue(maxWaiting, working, maxEach)
	}
	var err error
	if a.document, err = Surface(cfg.Version).Document(); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for i := range a.list {
		mux.Handle(a.list[i].Pattern(), a.served(&a.list[i]))
	}
	a.handler = guarded(cfg.Who, told(mux))
	return a, nil
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// told answers what a mux has no handler for: like it, but as a problem.
func told(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, pattern := mux.Handler(r)
		if pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		said := &statusOnly{ResponseWriter: w}
		h.ServeHTTP(said, r)
		if said.status == http.StatusMethodNotAllowed {
			problem(w, said.status, overt.Errorf(overt.Invalid, "", "there is no %s of this address; there is %s", cut(r.Method, 20), w.Header().Get("Allow")))
			return
		}
		failed(w, overt.Errorf(overt.NotFound, "", "there is no such address here: %s", cut(r.URL.Path, 100)))
	})
}

// statusOnly hears which status would be written.
type statusOnly struct {
	http.ResponseWriter
	status int
}

func (s *statusOnly) WriteHeader(status int)      { s.status = status }
func (s *statusOnly) Write(p []byte) (int, error) { return len(p), nil }

// Paths are the patterns of what the API answers, for a mux that has other things
// beside it.
func (a *API) Paths() []string { return []string{"/api/v1/", "/api/2/"} }

// Close cancels what is being taken in and waits for its end.
func (a *API) Close() error { return a.jobs.Close() }

// An operation is a route with what answers it.
type operation struct {
	route.Route
	serve func(*call) error
	span  span
}

// A span says how long an operation may take. Those of one span wait for each other
// alone: who reads an export slowly keeps nobody from asking.
type span int

const (
	brief     span = iota
	streaming      // no limit but the asker's patience
	following      // the same, and mostly waits
)

// A call is one request under way.
type call struct {
	*API
	visit gate.Visit
	w     http.ResponseWriter
	r     *http.Request
	op    *operation
}

// served bounds what an operation takes.
func (a *API) served(op *operation) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if op.span == brief {
			var stop context.CancelFunc
			ctx, stop = context.WithTimeout(ctx, patience)
			defer stop()
		}
		visit := visitOf(r)
		leave, err := a.queues[op.span].enter(ctx, visit.Actor.ID)
		if err == nil {
			defer leave()
			if op.span == brief {
				r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
			}
			err = op.serve(&call{a, visit, w, r.WithContext(ctx), op})
		}
		if err != nil {
			failed(w, err)
		}
	})
}

// days are the days that a question is asked about.
type days struct {
	AsOf string `query:"as_of" pattern:"day"` // only what was valid on that day: 2019, 2019-03 or 2019-03-31
	known
}

// known is a day after which nothing was known.
type known struct {
	KnownAt string `query:"known_at" pattern:"day"` // only what sources observed by that day said
}

// on puts days into an act. Errors: invalid.
func (k known) on(a *gate.Act) error {
	a.When = statement.When{KnownAt: k.KnownAt}
	return isDay("known_at", k.KnownAt)
}

func (d days) on(a *gate.Act) error {
	a.AsOf = d.AsOf
	if err := isDay("as_of", d.AsOf); err != nil {
		return err
	}
	return d.known.on(a)
}

// isDay refuses a day that would silently mean no limit.
func isDay(name, day string) error {
	if day != "" && statement.DayOf(day) == statement.NoDay {
		return overt.Errorf(overt.Invalid, name, "%q is not a date; write 2019, 2019-03 or 2019-03-31", cut(day, 40))
	}
	return nil
}

// paging asks for a part of a list.
type paging struct {
	Limit  int    `query:"limit" min:"1" max:"500" default:"20"` // how many at most
	Cursor string `query:"cursor"`                               // next of the part before
}

// A desk is the gate's, with the call it answers.
type desk struct {
	*gate.Desk
	*call
}

// read makes an operation that asks one question. What is asked, and the hash of
// the answer, are recorded before it is released.
func read[Q, A any](path, name, summary string, withGraph bool, act func(*Q) gate.Act, answer func(context.Context, *desk, *Q) (A, error), errs ...overt.Code) operation {
	method, path, _ := strings.Cut(path, " ")
	return operation{
		Route: route.Route{Method: method, Path: path, Name: name, Summary: summary, In: reflect.TypeFor[Q](), Out: reflect.TypeFor[A](), Status: http.StatusOK, Errors: append(errs, overt.Invalid)},
		serve: func(c *call) error {
			q := new(Q)
			if err := route.Read(c.r, q); err != nil {
				return err
			}
			out, err := inquire(c, act(q), q, withGraph, func(ctx context.Context, d *desk) (A, error) { return answer(ctx, d, q) })
			if err != nil {
				return err
			}
			return c.answer(http.StatusOK, out)
		},
	}
}

// inquire answers one question of a call through the gate.
func inquire[A any](c *call, act gate.Act, q any, withGraph bool, answer func(context.Context, *desk) (A, error)) (A, error) {
	var zero A
	if dated, ok := q.(interface{ on(*gate.Act) error }); ok {
		if err := dated.on(&act); err != nil {
			return zero, err
		}
	}
	pass, err := c.cfg.Gate.Open(c.r.Context(), c.visit)
	if err != nil {
		return zero, err
	}
	if some, ok := q.(interface{ withGraph() bool }); ok {
		withGraph = some.withGraph()
	}
	return gate.Ask(c.r.Context(), pass, act, withGraph, func(ctx context.Context, d *gate.Desk) (A, error) {
		return answer(ctx, &desk{d, c})
	})
}

// marshal writes an answer as --json does.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}

// answer writes an answer with its hash, or only that it is the one the asker has.
func (c *call) answer(status int, v any) error {
	raw, err := marshal(v)
	if err != nil {
		return err
	}
	return c.write(status, raw)
}

func (c *call) write(status int, raw []byte) error {
	c.patient()
	h := c.w.Header()
	if c.r.Method == http.MethodGet || c.r.Method == http.MethodHead {
		tag := `"` + sumOf(raw)[:32] + `"`
		h.Set("ETag", tag)
		if slices.ContainsFunc(strings.Split(c.r.Header.Get("If-None-Match"), ","), func(s string) bool {
			return strings.TrimPrefix(strings.TrimSpace(s), "W/") == tag
		}) {
			c.w.WriteHeader(http.StatusNotModified)
			return nil
		}
	}
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(raw)))
	c.w.WriteHeader(status)
	_, _ = c.w.Write(raw) // who asked has gone
	return nil
}

// question is what a cursor belongs to: the request but for where in the list.
func (c *call) question() string {
	q := url.Values{}
	for name, values := range c.r.URL.Query() {
		if name != "cursor" && name != "limit" {
			q[name] = values
		}
	}
	return c.r.URL.EscapedPath() + "?" + q.Encode()
}
