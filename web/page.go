package web

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"runtime/debug"
	"strconv"

	"overt"
	"overt/gate"
	"overt/policy"
	"overt/ui"
	"overt/ui/text"
)

// A visit is one request of one session.
type visit struct {
	*http.Request
	session
	w http.ResponseWriter
}

// A handler gives what a browser is shown. The visit's session is empty where the
// route is open.
type handler func(v *visit) (response, error)

// A response is a page, or where the browser is to go.
type response struct {
	page   ui.Page
	status int    // 0 is 200
	to     string // address to go to instead
	done   bool   // all was written
}

// show is a page.
func show(p ui.Page) (response, error) { return response{page: p}, nil }

// seeOther sends the browser to where the outcome of its form is shown.
func seeOther(to string) (response, error) { return response{to: to}, nil }

// fragment says whether only what stands in the page is asked for, not its frame.
func (v *visit) fragment() bool { return v.Header.Get("HX-Request") == "true" }

// language is that of the session.
func (v *visit) language() *text.Language { return text.In(v.look.language) }

// say says a text of ours in the reader's language.
func (v *visit) say(english string, values ...any) string {
	return v.language().Say(english, values...)
}

// ask answers a question of a page through the gate.
func ask[T any](s *Service, v *visit, act gate.Act, withGraph bool, answer func(context.Context, *gate.Desk) (T, error)) (T, error) {
	pass, err := s.open(v)
	if err != nil {
		var zero T
		return zero, err
	}
	return gate.Ask(v.Context(), pass, act, withGraph, answer)
}

// askAs is ask on a visit of another kind.
func askAs[T any](s *Service, v *visit, as gate.Visit, act gate.Act, withGraph bool, answer func(context.Context, *gate.Desk) (T, error)) (T, error) {
	pass, err := s.cfg.Gate.Open(v.Context(), as)
	if err != nil {
		var zero T
		return zero, err
	}
	return gate.Ask(v.Context(), pass, act, withGraph, answer)
}

// open comes in at the gate. Who is no member of the session's case any more goes on
// without it.
func (s *Service) open(v *visit) (*gate.Pass, error) {
	pass, err := s.cfg.Gate.Open(v.Context(), v.visit())
	if v.caseID == "" || overt.CodeOf(err) != overt.NotFound {
		return pass, err
	}
	s.leaveCase(v, v.caseID)
	v.caseID, v.title = "", ""
	return s.cfg.Gate.Open(v.Context(), v.visit())
}

// openIn comes in at the gate in a case, which the visit is in from then on.
func (s *Service) openIn(v *visit, id string, writes ...policy.Label) (*gate.Pass, error) {
	in := v.session
	in.caseID = id
	pass, err := s.cfg.Gate.Open(v.Context(), in.visit(writes...))
	if err != nil {
		return nil, err
	}
	v.caseID = id
	return pass, nil
}

// leaveCase takes the session out of a case, if it is in it.
func (s *Service) leaveCase(v *visit, id string) {
	s.sessions.change(s.word(v.Request), func(x *session) {
		if x.caseID == id {
			x.caseID, x.title = "", ""
		}
	})
}

// answered bounds what a route takes, and writes what it gives.
func (s *Service) answered(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if !rt.stream {
			var stop context.CancelFunc
			ctx, stop = context.WithTimeout(ctx, patience)
			defer stop()
			r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		}
		v := &visit{Request: r.WithContext(ctx), w: w}
		res, err := s.answer(v, rt)
		if err != nil {
			res = s.problem(v, err)
		}
		s.write(v, res)
	})
}

// answer runs a route, in its turn. A panic in it is an error of ours, told as any.
func (s *Service) answer(v *visit, rt route) (res response, err error) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so
				panic(p)
			}
			s.cfg.Log.Error("a page could not be made", "route", rt.pattern, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			res, err = response{}, overt.Errorf(overt.Internal, rt.pattern, "it could not be answered")
		}
	}()
	if !rt.open {
		var ok bool
		if v.session, ok = s.sessions.find(s.word(v.Request)); !ok {
			return s.outside(v), nil
		}
		if v.Method == http.MethodPost && !rt.stream && !v.sent(v.PostFormValue("token")) {
			return response{}, notOfSession()
		}
		if !rt.apart && !s.cfg.Gate.Reads(v.actor) { // the gate says and records why
			_, err := s.cfg.Gate.Open(v.Context(), v.visit())
			return response{}, cmp.Or(err, error(overt.Errorf(overt.Denied, "", "there is nothing here for you")))
		}
		if v.Method == http.MethodPost && provedDeeds[v.PathValue("deed")] && !v.fresh(s.cfg.Clock()) {
			return s.mustConfirm(address(path.Dir(v.URL.Path), "i", v.URL.Query().Get("i")))
		}
	}
	select {
	case s.waiting <- struct{}{}:
		defer func() { <-s.waiting }()
	default:
		return response{}, overt.Errorf(overt.Unavailable, "", "too many requests at once; ask again")
	}
	if rt.stream { // it mostly waits
		return rt.handle(v)
	}
	select {
	case s.working <- struct{}{}:
		defer func() { <-s.working }()
	case <-v.Context().Done():
		return response{}, v.Context().Err()
	}
	return rt.handle(v)
}

// write writes a page, whole or as a fragment.
func (s *Service) write(v *visit, res response) {
	switch {
	case res.done:
		return
	case res.to != "":
		http.Redirect(v.w, v.Request, res.to, http.StatusSeeOther)
		return
	}
	ctx := ui.With(v.Context(), s.frame(v))
	what := ui.Layout(res.page)
	if v.fragment() {
		what = res.page.Main
	}
	var b bytes.Buffer
	if err := what.Render(ctx, &b); err != nil {
		s.cfg.Log.Error("a page could not be written", "path", v.URL.Path, "error", err)
		http.Error(v.w, "it could not be answered", http.StatusInternalServerError)
		return
	}
	h, data := v.w.Header(), b.Bytes()
	h.Set("Content-Type", "text/html; charset=utf-8")
	// How well a page packs tells of the token beside words that somebody else put into
	// the address; nobody else can ask, as the cookie goes with no request of another site.
	if v.packs() {
		data = packed(data, gzip.DefaultCompression)
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(data)))
	h.Set("Vary", "HX-Request, Accept-Encoding")
	if res.status != 0 {
		v.w.WriteHeader(res.status)
	}
	_, _ = v.w.Write(data) // who asked has gone
}

// frame is what all pages of the session have in common.
func (s *Service) frame(v *visit) *ui.Frame {
	f := &ui.Frame{
		Language: v.language(), Theme: v.look.theme, Compact: v.look.compact, NoKeys: v.look.noKeys, Token: v.token,
		Actor: v.actor.Name, Case: cmp.Or(v.title, v.caseID), Here: v.URL.RequestURI(), Inside: v.token != "",
	}
	for _, p := range s.cfg.Purposes {
		if p.ID == v.purpose {
			f.Purpose = p.Label
		}
	}
	list := screens
	if f.Inside && !s.cfg.Gate.Reads(v.actor) {
		list = adminScreens
	}
	for _, l := range list {
		f.Nav = append(f.Nav, ui.Link{Label: v.say(l.Label), Href: l.Href, Key: l.Key, Here: l.Href == v.URL.Path, Above: l.Href == sectionOf(v.URL.Path)})
	}
	if v.URL.Path == "/search" {
		f.Query = v.URL.Query().Get("q")
	}
	return f
}

// problem is the page of an error. What is hidden and what is not there are told in
// the same bytes; of our own failures no more than that.
func (s *Service) problem(v *visit, err error) response {
	p, status := ui.Problem{Links: []ui.Link{{Label: v.say("Desk"), Href: "/"}}}, http.StatusInternalServerError
	if v.token != "" && !s.cfg.Gate.Reads(v.actor) {
		p.Links = []ui.Link{{Label: v.say("Users"), Href: "/users"}}
	}
	var large *http.MaxBytesError
	switch code := overt.CodeOf(err); {
	case errors.As(err, &large):
		status, p.Title, p.Sentence = http.StatusRequestEntityTooLarge, v.say("That is too large"), v.say("A form has one megabyte at most.")
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		status, p.Title, p.Sentence = http.StatusServiceUnavailable, v.say("It took too long"), v.say("Ask for less, or again.")
	case code == overt.NotFound:
		status, p.Title, p.Sentence = http.StatusNotFound, v.say("Nothing here"), v.say("There is nothing of that name, or nothing that you may see.")
	case code == overt.Invalid:
		status, p.Title, p.Sentence = http.StatusBadRequest, v.say("That could not be read"), overt.Told(err)
	case code == overt.Conflict:
		status, p.Title, p.Sentence = http.StatusConflict, v.say("That contradicts what stands"), overt.Told(err)
	case code == overt.Denied:
		status, p.Title, p.Sentence = http.StatusForbidden, v.say("Refused"), overt.Told(err)
	case code == overt.Unavailable:
		status, p.Title, p.Sentence = http.StatusServiceUnavailable, v.say("Not now"), overt.Told(err)
	default:
		s.cfg.Log.Error("a page failed", "path", v.URL.Path, "error", err)
		p.Title, p.Sentence = v.say("It could not be answered"), v.say("This is our fault; the log of the service says more.")
	}
	return response{page: ui.Page{Title: p.Title, Main: ui.Failed(p), Wide: true}, status: status}
}

func (s *Service) nothing(*visit) (response, error) {
	return response{}, overt.Errorf(overt.NotFound, "", "there is no such address")
}
