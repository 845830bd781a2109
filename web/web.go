// Package web is the desk: pages, rendered here, on which sources are searched,
// followed and cited. Every page is a question at the gate, asked by the person of
// the session, for the session's purpose and case; nothing here reads a store.
//
// A screen is a file with its handler and a .templ with what it looks like;
// README.md says how to add one. The list of addresses is in routes.go.
package web

import (
	"log/slog"
	"net/http"
	"runtime"
	"time"

	"overt/account"
	"overt/answer"
	"overt/extract/open"
	"overt/gate"
	"overt/pipeline"
	"overt/policy"
	"overt/resolve/evaluate"
)

//go:generate go run github.com/a-h/templ/cmd/templ@v0.3.977 generate

// A Purpose is one that a session can be for.
type Purpose struct {
	ID    policy.Purpose
	Label string
}

// Config is what the desk stands before. Gate, Purposes and Records are required.
type Config struct {
	Gate     *gate.Gate
	Purposes []Purpose   // the first is that of a new session
	Records  open.Opener // opens sources again, to show what a citation points at
	Beside   []Beside
	// Draw draws a page of a document in a confined process; nil where pages are
	// shown as text alone.
	Draw answer.Draw
	// Evaluations are results of overt evaluate that the home's owner keeps; nil for
	// none.
	Evaluations func() ([]evaluate.Kept, error)
	// Jobs are the imports; nil where nothing is taken in. Mappings is the folder of
	// those that people made.
	Jobs     *pipeline.Jobs
	Mappings string
	// Hosts are the names the desk is reached by; none means this machine alone.
	Hosts []string
	TLS   bool // browsers reach it over TLS alone
	// BehindProxy says that a proxy stands in front, which says whom it asks for.
	BehindProxy bool
	// Accounts are those who sign in; nil where nobody does.
	Accounts *account.Accounts
	Clock    func() time.Time
	Log      *slog.Logger // what went wrong that is our fault
}

// Beside is another service at the same address. It is asked without a session, by
// programs that say a token, and guards itself.
type Beside struct {
	Paths   []string // patterns of http.ServeMux
	Handler http.Handler
}

// Bounds of what is asked.
const (
	maxForm    = 1 << 20 // bytes of a form
	maxWaiting = 256
	patience   = 2 * time.Minute
)

// A Service answers requests of browsers. It is safe for concurrent use.
type Service struct {
	cfg      Config
	sessions *sessions
	drafts   drafts
	limit    *limit
	assets   map[string]asset
	reviews  pipeline.Reviews
	names    pipeline.Names
	working  chan struct{}
	waiting  chan struct{}
	handler  http.Handler
}

// New makes the desk.
func New(cfg Config) *Service {
	if cfg.Clock == nil {
		cfg.Clock = time.Now
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	s := &Service{
		cfg: cfg, sessions: newSessions(cfg.Clock, cfg.Gate.Rules), assets: assets(), limit: newLimit(cfg.Clock),
		working: make(chan struct{}, 2*runtime.GOMAXPROCS(0)), waiting: make(chan struct{}, maxWaiting),
	}
	pages := http.NewServeMux()
	for _, r := range s.routes() {
		pages.Handle(r.pattern, s.answered(r))
	}
	mux := http.NewServeMux()
	mux.Handle("/", s.guarded(pages))
	for _, b := range cfg.Beside {
		for _, p := range b.Paths {
			mux.Handle(p, b.Handler)
		}
	}
	s.handler = mux
	return s
}

// ServeHTTP answers one request.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }
