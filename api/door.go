package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"

	"overt"
	"overt/api/route"
	"overt/gate"
)

// A Who says in whose name and what for a request asks. Errors: a Refusal, or those
// of finding out.
type Who func(r *http.Request) (gate.Visit, error)

// A Refusal is why a request is not let in.
type Refusal struct {
	Status int // of HTTP
	Detail string
}

func (r *Refusal) Error() string { return r.Detail }

// ByToken lets in who shows a token, as who says. Where who is nil none is asked:
// everyone comes as visit, by this machine's own names alone.
func ByToken(who Bearing, visit gate.Visit) Who {
	if who != nil {
		return who.visit
	}
	return func(r *http.Request) (gate.Visit, error) {
		if !loopback(hostOf(r.Host)) {
			return gate.Visit{}, errName
		}
		return visit, nil
	}
}

// loopback says whether a host is this machine alone.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.IsLoopback()
}

func hostOf(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return hostport
}

type visitKey struct{}

// guarded lets in whom who knows, and no page of another site.
func guarded(who Who, next http.Handler) http.Handler {
	own := func(r *http.Request) string { return "http://" + r.Host }
	return fence{base: own}.around(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		visit, err := who(r)
		if err != nil {
			failed(w, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), visitKey{}, visit)))
	}))
}

// visitOf is the visit that guarded found out.
func visitOf(r *http.Request) gate.Visit {
	v, _ := r.Context().Value(visitKey{}).(gate.Visit)
	return v
}

// A queue bounds how many requests are answered at once: of all, and of one actor.
type queue struct {
	waiting, working chan struct{}
	each             int // of one actor, waiting ones included
	mu               sync.Mutex
	of               map[string]int
}

func newQueue(waiting, working, each int) *queue {
	return &queue{waiting: make(chan struct{}, waiting), working: make(chan struct{}, working), each: each, of: map[string]int{}}
}

var errBusy = overt.Errorf(overt.Unavailable, "", "too many requests at once; ask again")

// enter waits for a turn until ctx ends. leave is to be called. Errors: unavailable.
func (q *queue) enter(ctx context.Context, actor string) (leave func(), err error) {
	if !q.count(actor, 1) {
		return nil, errBusy
	}
	select {
	case q.waiting <- struct{}{}:
	default:
		q.count(actor, -1)
		return nil, errBusy
	}
	select {
	case q.working <- struct{}{}:
		return func() { <-q.working; <-q.waiting; q.count(actor, -1) }, nil
	case <-ctx.Done():
		<-q.waiting
		q.count(actor, -1)
		return nil, errBusy
	}
}

// count says whether an actor may have so many more.
func (q *queue) count(actor string, more int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if more > 0 && q.of[actor] >= q.each {
		return false
	}
	if q.of[actor] += more; q.of[actor] == 0 {
		delete(q.of, actor)
	}
	return true
}

// A Problem is RFC 9457's form of an error; yente's clients read detail of it too.
type Problem struct {
	Title  string     `json:"title"`
	Status int        `json:"status"` // of HTTP
	Detail string     `json:"detail"`
	Code   overt.Code `json:"code"`            // for programs
	Where  string     `json:"where,omitempty"` // the field, the place
	// Errors are places of a body that was refused.
	Errors []LineError `json:"errors,omitempty"`
}

// A LineError is what is wrong with one entity of a body.
type LineError struct {
	Line   int    `json:"line"` // its number from 1
	Detail string `json:"detail"`
}

// problemOf tells an error. Of our own failures it tells no more than that.
func problemOf(err error) Problem {
	var large *http.MaxBytesError
	var refusal *Refusal
	var ours *overt.Error
	var lines lineErrors
	p := Problem{Code: overt.CodeOf(err), Detail: overt.Told(err)}
	p.Status = route.Status(p.Code)
	if errors.As(err, &ours) { // a flag of the command is a parameter here
		p.Where = strings.TrimPrefix(ours.Where, "--")
	}
	switch {
	case errors.As(err, &refusal):
		p.Status, p.Code = refusal.Status, overt.Denied
	case errors.As(err, &large):
		p.Status, p.Code, p.Detail = http.StatusRequestEntityTooLarge, overt.Invalid, fmt.Sprintf("a request has %d bytes at most", large.Limit)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		p.Status, p.Code, p.Detail = http.StatusServiceUnavailable, overt.Unavailable, "it took too long; ask for less, or again"
	case errors.As(err, &lines):
		p.Errors = lines
	case p.Status == http.StatusInternalServerError:
		p.Code, p.Detail, p.Where = overt.Internal, "it could not be answered", ""
	}
	p.Title = http.StatusText(p.Status)
	return p
}

// failed writes an error by its code.
func failed(w http.ResponseWriter, err error) {
	p := problemOf(err)
	switch p.Status {
	case http.StatusServiceUnavailable:
		w.Header().Set("Retry-After", "5")
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	writeProblem(w, p)
}

// problem writes an error under a status of its own.
func problem(w http.ResponseWriter, status int, err error) {
	p := problemOf(err)
	p.Status, p.Title = status, http.StatusText(status)
	writeProblem(w, p)
}

func writeProblem(w http.ResponseWriter, p Problem) {
	raw, err := json.Marshal(p)
	if err != nil {
		panic(err) // texts always can be written
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Content-Length", strconv.Itoa(len(raw)))
	w.WriteHeader(p.Status)
	_, _ = w.Write(raw) // who asked has gone
}
