// Package api answers over HTTP what other programs ask of lists, in forms that
// they speak already: yente's matching API and the Reconciliation Service API 0.2.
//
// Every request goes through the gate under the actor and purpose the service was
// started with, and is recorded before it is answered. The service opens no
// connection and lets no page of another site read or send anything.
// docs/format/match-api.md has the forms.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"time"

	"overt"
	"overt/gate"
	"overt/screen"
)

// Bounds of what is asked.
const (
	MaxBody    = 4 << 20 // bytes
	MaxQueries = 100     // of one batch
	maxHeader  = 32 << 10
	maxWaiting = 128 // requests that are answered or wait to be
	patience   = 2 * time.Minute
	goodbye    = 15 * time.Second // for what is being answered when the service ends
)

// Config is what a service stands before.
type Config struct {
	Gate  *gate.Gate
	Visit gate.Visit // whoever asks, asks as this actor for this purpose
	// Who says as whom the bearer of a token asks, instead; nil asks for no token,
	// and then the service is reached from this machine alone. Errors: denied.
	Who     func(ctx context.Context, token string) (gate.Visit, error)
	Version string
	// Public is the address that others know the service by, such as that of a
	// proxy; "" is where a request was sent.
	Public string
	// Origins are those of pages whose scripts may ask, "http://127.0.0.1:3333".
	Origins []string
}

// A Service answers requests. It is safe for concurrent use.
type Service struct {
	cfg     Config
	shelf   *screen.Shelf
	waiting chan struct{}
	working chan struct{}
	nobody  bool // asks: only what is told to everyone
	handler http.Handler
}

// New makes a service.
func New(cfg Config) *Service {
	s := &Service{cfg: cfg, shelf: screen.NewShelf(), waiting: make(chan struct{}, maxWaiting), working: make(chan struct{}, 2*runtime.GOMAXPROCS(0))}
	mux := http.NewServeMux()
	for pattern, h := range map[string]handler{
		"GET /match/{dataset}":                       (*Service).noMatch,
		"POST /match/{dataset}":                      (*Service).match,
		"GET /search/{dataset}":                      (*Service).search,
		"GET /entities/{id}":                         (*Service).entity,
		"GET /entities/{id}/adjacent":                (*Service).adjacent,
		"GET /entities/{id}/adjacent/{property}":     (*Service).adjacent,
		"GET /catalog":                               (*Service).catalog,
		"GET /algorithms":                            (*Service).algorithms,
		"GET /healthz":                               (*Service).health,
		"GET /readyz":                                (*Service).health,
		"GET /reconcile/{dataset}":                   (*Service).reconcile,
		"POST /reconcile/{dataset}":                  (*Service).reconcile,
		"GET /reconcile/{dataset}/suggest/{what}":    (*Service).suggest,
		"GET /reconcile/{dataset}/extend/properties": (*Service).propose,
		"GET /reconcile/{dataset}/preview":           (*Service).preview,
		"GET /reconcile/{dataset}/flyout":            (*Service).flyout,
		"/":                                          (*Service).nothing,
	} {
		mux.Handle(pattern, s.answered(h))
	}
	s.handler = s.guarded(mux)
	return s
}

// ServeHTTP answers one request.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Warm builds what requests against a dataset are compared with; "" is all.
func (s *Service) Warm(ctx context.Context, dataset string) (entities int, err error) {
	return ask(ctx, s, gate.Act{Action: "screen.build", Object: dataset}, false, func(ctx context.Context, d *gate.Desk) (int, error) {
		x, err := s.shelf.Index(ctx, d.View, datasetsOf(dataset))
		if err != nil {
			return 0, err
		}
		return x.Len(), nil
	})
}

// Serve answers at an address until ctx ends; what is being answered then is
// answered still. ready is told where. Errors: invalid (an address that others
// reach, and no token), unavailable (the address is taken).
func (s *Service) Serve(ctx context.Context, address string, ready func(at string)) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return overt.Errorf(overt.Invalid, "--listen", "%q is no address; write 127.0.0.1:8400", address)
	}
	if s.cfg.Who == nil && !loopback(host) {
		return overt.Errorf(overt.Invalid, "--listen", "others could reach %s; ask for tokens, with --tokens", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return &overt.Error{Code: overt.Unavailable, Op: "listen", Where: address, Err: err}
	}
	server := &http.Server{
		Handler: s, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: patience + time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: maxHeader, ErrorLog: log.New(io.Discard, "", 0),
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	ready(l.Addr().String())
	select {
	case err = <-done:
		return &overt.Error{Code: overt.Unavailable, Op: "serve", Where: address, Err: err}
	case <-ctx.Done():
	}
	late, stop := context.WithTimeout(context.WithoutCancel(ctx), goodbye)
	defer stop()
	if err := server.Shutdown(late); err != nil {
		return errors.Join(&overt.Error{Code: overt.Unavailable, Op: "end the service", Message: "some requests were not answered", Err: err}, server.Close())
	}
	return nil
}

// A handler gives what is answered. A nil answer says that all was written.
type handler func(s *Service, w http.ResponseWriter, r *http.Request) (any, error)

// answered finds out who asks, bounds what a handler takes, and writes what it gives.
func (s *Service) answered(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, err := s.asked(r)
		if err != nil {
			failed(w, err)
			return
		}
		select {
		case s.waiting <- struct{}{}:
			defer func() { <-s.waiting }()
		default:
			w.Header().Set("Retry-After", "1")
			problem(w, http.StatusServiceUnavailable, "too many requests at once; ask again")
			return
		}
		ctx, stop := context.WithTimeout(r.Context(), patience)
		defer stop()
		select {
		case s.working <- struct{}{}:
			defer func() { <-s.working }()
		case <-ctx.Done():
			problem(w, http.StatusServiceUnavailable, "too many requests at once; ask again")
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
		out, err := h(s, w, r.WithContext(ctx))
		if err == nil {
			raw, isMarkup := out.(markup)
			kind := "text/html; charset=utf-8"
			if !isMarkup {
				kind = "application/json"
				raw, err = json.Marshal(out)
			}
			if err == nil {
				w.Header().Set("Content-Type", kind)
				w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
				_, _ = w.Write(raw) // who asked has gone
				return
			}
		}
		failed(w, err)
	})
}

// failed writes an error by its code. Of our own failures it tells no more than that.
func failed(w http.ResponseWriter, err error) {
	var large *http.MaxBytesError
	switch code := overt.CodeOf(err); {
	case errors.Is(err, errToken):
		w.Header().Set("WWW-Authenticate", "Bearer")
		problem(w, http.StatusUnauthorized, err.Error())
	case errors.As(err, &large):
		problem(w, http.StatusRequestEntityTooLarge, "a request has "+strconv.Itoa(MaxBody)+" bytes at most")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		w.Header().Set("Retry-After", "5")
		problem(w, http.StatusServiceUnavailable, "it took too long; ask for less, or again")
	case code == overt.Invalid:
		problem(w, http.StatusBadRequest, err.Error())
	case code == overt.NotFound:
		problem(w, http.StatusNotFound, err.Error())
	case code == overt.Denied:
		problem(w, http.StatusForbidden, err.Error())
	case code == overt.Unavailable:
		problem(w, http.StatusServiceUnavailable, err.Error())
	default:
		problem(w, http.StatusInternalServerError, "it could not be answered")
	}
}

// problem writes RFC 9457's form; yente's clients read detail of it too.
func problem(w http.ResponseWriter, status int, detail string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"title": http.StatusText(status), "status": status, "detail": detail})
}

// ask answers one request through the gate.
func ask[T any](ctx context.Context, s *Service, act gate.Act, withGraph bool, answer func(context.Context, *gate.Desk) (T, error)) (T, error) {
	pass, err := s.cfg.Gate.Open(ctx, s.cfg.Visit)
	if err != nil {
		var zero T
		return zero, err
	}
	return gate.Ask(ctx, pass, act, withGraph, answer)
}

// datasetsOf reads the dataset of a path; nil is all.
func datasetsOf(name string) []string {
	switch name {
	case "", "default", "all":
		return nil
	}
	return []string{name}
}

func (s *Service) health(http.ResponseWriter, *http.Request) (any, error) {
	return map[string]string{"status": "ok"}, nil
}

func (s *Service) nothing(_ http.ResponseWriter, r *http.Request) (any, error) {
	return nil, overt.Errorf(overt.NotFound, "", "there is no such address here: %s", cut(r.URL.Path, 100))
}

func cut(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:n], "") + "…"
	}
	return s
}
