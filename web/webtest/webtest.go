// Package webtest opens the desk over a home of a test, as overt serve does, for
// requests and for a browser.
package webtest

import (
	"context"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"overt/account"
	"overt/extract/open"
	"overt/gate"
	"overt/internal/hometest"
	"overt/pipeline"
	"overt/web"
)

// A Site is a desk that answers, and one browser's worth of cookies.
type Site struct {
	*hometest.Home
	Desk     *web.Service
	Jobs     *pipeline.Jobs
	Accounts *account.Accounts
	URL      string // without a slash at its end
	Client   *http.Client
}

// Serve opens the desk over a home.
func Serve(t testing.TB, h *hometest.Home) *Site {
	t.Helper()
	return ServeAt(t, h, h.Clock)
}

// ServeAt is Serve by another clock.
func ServeAt(t testing.TB, h *hometest.Home, clock func() time.Time) *Site {
	t.Helper()
	return ServeWith(t, h, func(cfg *web.Config) { cfg.Clock = clock })
}

// ServeWith is Serve with something configured otherwise.
func ServeWith(t testing.TB, h *hometest.Home, change func(*web.Config)) *Site {
	t.Helper()
	cfg := web.Config{
		Gate: h.Gate, Clock: h.Clock, Records: open.Here{}, Draw: drawn,
		Accounts: account.New(account.Config{Gate: h.Gate, Users: h.Users, Tokens: h.Tokens, Clock: h.Clock}),
	}
	jobs := Jobs(t, h)
	cfg.Jobs, cfg.Mappings = jobs, t.TempDir()
	change(&cfg)
	for _, p := range h.Engine.Purposes() {
		cfg.Purposes = append(cfg.Purposes, web.Purpose{ID: p.ID, Label: p.Title})
	}
	desk := web.New(cfg)
	server := httptest.NewServer(desk)
	t.Cleanup(server.Close)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Site{h, desk, jobs, cfg.Accounts, server.URL, &http.Client{Jar: jar}}
}

// Jobs are imports into a home, of records and of the texts of Documents. They end with
// the test.
func Jobs(t testing.TB, h *hometest.Home) *pipeline.Jobs {
	t.Helper()
	jobs, err := pipeline.NewJobs(pipeline.JobsConfig{
		Clock: h.Clock, Folder: t.TempDir(),
		Import: func(ctx context.Context, v gate.Visit, req pipeline.Request, told pipeline.Progress) (*pipeline.Report, error) {
			im := h.Importer()
			im.Progress = told
			return im.Import(ctx, req)
		},
		Ingest: func(ctx context.Context, v gate.Visit, dataset string, paths []string, told func(pipeline.Rate)) (*pipeline.Ingested, error) {
			return ingest(ctx, h, dataset, paths, told)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = jobs.Close() })
	return jobs
}

// Enter opens a session for the home's owner.
func (s *Site) Enter(t testing.TB) {
	t.Helper()
	if r := s.Get(t, web.EnterPath+s.Desk.Key(s.Actor)); r.Status != http.StatusOK {
		t.Fatalf("the desk does not open: %d\n%s", r.Status, r.Body)
	}
}

// A Reply is what the desk answered.
type Reply struct {
	Status int
	Header http.Header
	Body   string
	Path   string // where redirects led
}

// Get asks for a path.
func (s *Site) Get(t testing.TB, path string, headers ...string) *Reply {
	t.Helper()
	return s.Do(t, http.MethodGet, path, "", headers...)
}

// Do asks with a body, as forms send it; headers are names and values in turn.
func (s *Site) Do(t testing.TB, method, path, body string, headers ...string) *Reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := s.Client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return &Reply{resp.StatusCode, resp.Header, string(raw), resp.Request.URL.RequestURI()}
}

// Entity is the id, as it stands in addresses, of whom words name.
func (s *Site) Entity(t testing.TB, words string) string {
	t.Helper()
	r := s.Get(t, "/find?name="+url.QueryEscape(words))
	if r.Status != http.StatusOK {
		t.Fatalf("%s: %d\n%s", words, r.Status, r.Body)
	}
	return strings.TrimSuffix(strings.TrimPrefix(r.Path, "/e/"), "/facts")
}

var places = regexp.MustCompile(`href="(/x/[^"]+)"`)

// place is the first place that a page leads to and that has some word in its address.
func (s *Site) place(t testing.TB, path, word string) string {
	t.Helper()
	page := s.Get(t, path).Body
	for _, m := range places.FindAllStringSubmatch(page, -1) {
		if at := html.UnescapeString(m[1]); strings.Contains(at, word) {
			return at
		}
	}
	t.Fatalf("%s leads to no place:\n%s", path, page)
	return ""
}

// Passage is the address of the first passage that a search for some words finds.
func (s *Site) Passage(t testing.TB, words string) string {
	t.Helper()
	return s.place(t, "/search?kind=passage&q="+url.QueryEscape(words), "cite=")
}

// Row is the address of the first row that something of an entity was read from.
func (s *Site) Row(t testing.TB, id string) string {
	t.Helper()
	return s.place(t, "/e/"+id+"/facts", "?")
}
