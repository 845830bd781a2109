// Package api answers over HTTP what other programs ask. Service speaks forms that
// they know already, of lists: yente's matching API and the Reconciliation Service API
// 0.2 (docs/format/match-api.md). API speaks /api/v1, which has every question and
// change of the verbs, and beside it Aleph's routes (docs/api.md).
//
// Every request goes through the gate, in the name and for the purpose that its Who
// finds out, and is recorded before it is answered. Nothing here opens a connection or
// lets a page of another site read or send anything.
package api

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"runtime"
	"slices"
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
	Who     Bearing
	Version string
	// Public is the address that others know the service by, such as that of a
	// proxy; "" is where a request was sent.
	Public string
	// Origins are those of pages whose scripts may ask, "http://127.0.0.1:3333".
	Origins []string
}

// atOnce is how many requests are worked on at a time.
func atOnce() int { return 2 * runtime.GOMAXPROCS(0) }

// A Service answers requests. It is safe for concurrent use.
type Service struct {
	cfg     Config
	shelf   *screen.Shelf
	queue   *queue
	nobody  bool // asks: only what is told to everyone
	handler http.Handler
}

// New makes a service.
func New(cfg Config) *Service {
	s := &Service{cfg: cfg, shelf: screen.NewShelf(), queue: newQueue(maxWaiting, atOnce(), maxWaiting)}
	mux := http.NewServeMux()
	for pattern, h := range handlers {
		mux.Handle(pattern, s.answered(h))
	}
	mux.Handle("/", s.answered((*Service).nothing))
	s.handler = fence{local: cfg.Who == nil, origins: cfg.Origins, base: s.base}.around(mux)
	return s
}

// handlers are what is answered, by patterns of http.ServeMux.
var handlers = map[string]handler{
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
}

// Paths are what the service answers, by any method, for a mux that has other things
// beside it.
func (s *Service) Paths() []string {
	var out []string
	for pattern := range handlers {
		_, path, _ := strings.Cut(pattern, " ")
		out = append(out, path)
	}
	slices.Sort(out)
	return slices.Compact(out)
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
// answered still; over TLS, where secure is not nil. ready is told where. Errors: invalid
// (an address that others reach, and no token), unavailable (the address is taken).
func (s *Service) Serve(ctx context.Context, address string, secure *tls.Config, ready func(at string)) error {
	if s.cfg.Who == nil && !Loopback(address) {
		return overt.Errorf(overt.Invalid, "--listen", "others could reach %s; ask for tokens, with --tokens", address)
	}
	return Serve(ctx, address, secure, s, ready)
}

// Serve has h answer at an address until ctx ends, as Service.Serve does.
func Serve(ctx context.Context, address string, secure *tls.Config, h http.Handler, ready func(at string)) error {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return overt.Errorf(overt.Invalid, "--listen", "%q is no address; write 127.0.0.1:8400", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return &overt.Error{Code: overt.Unavailable, Op: "listen", Where: address, Err: err}
	}
	if secure != nil {
		secure = secure.Clone()
		secure.NextProtos = []string{"h2", "http/1.1"}
		l = tls.NewListener(l, secure)
	}
	server := &http.Server{
		Handler: h, TLSConfig: secure, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: patience + time.Minute, IdleTimeout: 2 * time.Minute,
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

// Loopback says whether an address is reached from this machine alone. One that is
// none passes: it is refused where it is listened at.
func Loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err != nil || loopback(host)
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
		ctx, stop := context.WithTimeout(r.Context(), patience)
		defer stop()
		leave, err := s.queue.enter(ctx, s.cfg.Visit.Actor.ID)
		if err != nil {
			failed(w, err)
			return
		}
		defer leave()
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
