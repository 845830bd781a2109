package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"overt/account"
	"overt/answer"
	"overt/casefile"
	"overt/gate"
	"overt/identity"
	"overt/identity/oidc"
	"overt/identity/oidc/oidctest"
	"overt/internal/hometest"
	"overt/pipeline"
	"overt/policy"
	"overt/policy/engine"
	"overt/resolve/judge"
	"overt/web"
	"overt/web/webtest"
)

var anna = identity.Actor{ID: "person:anna", Name: "anna"}

// twoPeople is a home where a list is made one only by two people.
func twoPeople(t *testing.T) *hometest.Home {
	t.Helper()
	h := webtest.Filled(t)
	ruled(t, h, map[string]engine.Person{anna.ID: {Read: []string{"all"}, Write: []string{"north", "south"}}, "person:ben": {Read: []string{"papers"}}, "person:it": {Admin: true}}, "sanction")
	webtest.Entities(t, h, "north", `{"id":"n-2","schema":"Company","properties":{"name":["Harbour Trust Limited"],"topics":["sanction"]}}`)
	webtest.Entities(t, h, "south", `{"id":"s-2","schema":"Company","properties":{"name":["Harbour Trust Ltd <script>window.planted.push(1)</script>"]}}`)
	return h
}

// What waits for a second person is on one page, for those who may see what it is about;
// who asked does not decide, and a refusal has a reason.
func TestApprovals(t *testing.T) {
	h := twoPeople(t)
	judged := func(who identity.Actor) {
		t.Helper()
		pass, err := h.Gate.Open(t.Context(), gate.Visit{Actor: who})
		if err != nil {
			t.Fatal(err)
		}
		d, err := pipeline.Decide(t.Context(), pass, pipeline.Decision{Left: "n-2", Right: "s-2", Verdict: judge.Positive, Reason: "one trust"}, h.Clock)
		if err != nil || !d.Judgements[0].Waiting {
			t.Fatalf("it does not wait: %v %v", d, err)
		}
	}
	judged(anna)
	owner, asks := webtest.Serve(t, h), enterAs(t, h, anna)
	owner.Enter(t)
	waiting := owner.Get(t, "/approvals").Body
	if !strings.Contains(waiting, "Harbour Trust Limited") || !strings.Contains(waiting, "one trust") || !strings.Contains(waiting, "person:anna") {
		t.Fatalf("it does not wait:\n%s", main(waiting))
	}
	if desk := owner.Get(t, "/").Body; !strings.Contains(desk, "1 decision waits for a second person") {
		t.Errorf("the desk does not say it:\n%s", main(desk))
	}
	if own := asks.Get(t, "/approvals").Body; !strings.Contains(own, "somebody else decides") || strings.Contains(own, `value="approve"`) {
		t.Errorf("who asked decides:\n%s", main(own))
	}
	for _, who := range []string{"person:ben", "person:it"} {
		s := enterAs(t, h, identity.Actor{ID: who, Name: who})
		if body := s.Get(t, "/approvals").Body; strings.Contains(body, "Harbour") || !strings.Contains(body, "Nothing waits for you") {
			t.Errorf("%s is told:\n%s", who, main(body))
		}
	}
	id := cut(t, waiting, `name="id" value="`, `"`)
	say := func(s *webtest.Site, do, reason string) *webtest.Reply {
		return send(t, s, "/session", "/approvals", "kind", answer.OnePerson, "id", id, "do", do, "reason", reason)
	}
	if r := say(asks, "approve", ""); !strings.Contains(r.Body, "a second person decides") {
		t.Errorf("who asked approves: %d", r.Status)
	}
	if r := say(enterAs(t, h, identity.Actor{ID: "person:ben", Name: "ben"}), "approve", ""); r.Status != http.StatusNotFound || strings.Contains(r.Body, "Harbour") {
		t.Errorf("who does not see it approves: %d", r.Status)
	}
	if r := say(owner, "refuse", ""); !strings.Contains(r.Body, "say why") || !strings.Contains(r.Body, "Harbour") {
		t.Errorf("refused without a reason: %d", r.Status)
	}
	if r := say(owner, "refuse", "they are two"); r.Path != "/approvals" || !strings.Contains(r.Body, "Nothing waits") {
		t.Errorf("refused: %d\n%s", r.Status, main(r.Body))
	}
}

func cut(t *testing.T, text, from, to string) string {
	t.Helper()
	_, rest, ok := strings.Cut(text, from)
	found, _, end := strings.Cut(rest, to)
	if !ok || !end {
		t.Fatalf("no %s in\n%s", from, text)
	}
	return found
}

// requested is a case of Anna's, in which she asked for a report to be published; the
// owner works in it too.
func requested(t *testing.T, h *hometest.Home) (in *gate.Pass, report string) {
	t.Helper()
	s := enterAs(t, h, anna)
	c := begun(t, s, "title", "Harbour")
	item := claimed(t, s, s.Passage(t, "capacity"), c, "The agency pays for hosting")
	for _, state := range []string{casefile.Stated, casefile.Confirmed} {
		if r := send(t, s, c+"/claim?i="+item, c+"/claim/move?i="+item, "item", item, "state", state); r.Status != http.StatusOK {
			t.Fatalf("%s: %d\n%s", state, r.Status, main(r.Body))
		}
	}
	in, err := h.Gate.Open(t.Context(), gate.Visit{Actor: anna, Case: strings.TrimPrefix(c, "/c/")})
	if err != nil {
		t.Fatal(err)
	}
	report = casefile.NewItem()
	add := func(e ...casefile.Event) {
		t.Helper()
		if _, err := in.Casework(t.Context(), in.Case(), e...); err != nil {
			t.Fatal(err)
		}
	}
	add(casefile.Event{Kind: casefile.Member, Person: h.Actor.ID, Role: policy.Editor},
		casefile.Event{Kind: casefile.ReportKind, Item: report, Text: "Who owns the harbour"},
		casefile.Event{Kind: casefile.Edit, Item: report, Text: "# Harbour\n\nThe agency pays for hosting. [@" + item + "]"})
	found, err := gate.Ask(t.Context(), in, gate.Act{Action: "report.check"}, true, func(ctx context.Context, d *gate.Desk) (*answer.ReportCheck, error) {
		return answer.CheckReport(ctx, d, in.Case(), report)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found.Findings {
		add(casefile.Event{Kind: casefile.Waive, Item: report, State: f.ID, Reason: "it is so"})
	}
	if _, err := answer.RequestReport(t.Context(), in, report); err != nil {
		t.Fatal(err)
	}
	return in, report
}

// By keys alone: the first that waits, approved; and a report whose publication was
// asked for.
func TestApprovalKeys(t *testing.T) {
	h := twoPeople(t)
	pass, err := h.Gate.Open(t.Context(), gate.Visit{Actor: anna})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pipeline.Decide(t.Context(), pass, pipeline.Decision{Left: "n-2", Right: "s-2", Verdict: judge.Positive}, h.Clock); err != nil {
		t.Fatal(err)
	}
	in, item := requested(t, h)
	s := webtest.Serve(t, h)
	s.Enter(t)
	b := s.Browse(t)
	b.Screens(map[string]string{"approvals-full": "/approvals", "users": "/users"})
	b.Language("en")
	b.Open("/approvals")
	before := b.Presses()
	for _, key := range []string{"j", "a"} {
		b.Key(key)
	}
	b.Until(`document.querySelectorAll("[data-item]").length == 1`)
	b.Open("/approvals")
	for _, key := range []string{"j", "a"} {
		b.Key(key)
	}
	b.Until(`document.querySelector(".blank")`)
	if n := b.Presses() - before; n != 4 {
		t.Errorf("%d presses for two decisions, want 4", n)
	}
	v, err := gate.Ask(t.Context(), in, gate.Act{Action: "case.read"}, false, func(ctx context.Context, d *gate.Desk) (*casefile.View, error) {
		return answer.ReadCase(ctx, d, in.Case(), false)
	})
	if err != nil {
		t.Fatal(err)
	}
	if r, err := v.Report(item); err != nil || r.Approved != h.Actor.ID {
		t.Errorf("the publication is not approved: %v", err)
	}
	for _, line := range b.Wrong() {
		t.Error(line)
	}
}

// An issuer that the rules list says who somebody is; whom they do not know is told so.
func TestIssuerSignIn(t *testing.T) {
	h := newsroom(t)
	issuer := oidctest.New(t, "desk")
	issuer.Now = h.Clock()
	s := webtest.ServeWith(t, h, func(cfg *web.Config) {
		cfg.Accounts = account.New(account.Config{Gate: h.Gate, Users: h.Users, Tokens: h.Tokens, Clock: h.Clock, Issuers: []account.Issuer{{
			ID: "news", Title: "News & Co", People: map[string]string{"u-1": anna.ID}, Name: issuer.URL,
			Ask: oidc.New(oidc.Config{Issuer: issuer.URL, Client: "desk", TLS: issuer.TLS(), Clock: h.Clock}),
		}}})
	})
	if r := s.Get(t, "/login"); !strings.Contains(r.Body, "News &amp; Co") || !strings.Contains(r.Body, "/login/oidc/news") || !strings.Contains(r.Body, "localhost") {
		t.Errorf("signing in:\n%s", main(r.Body))
	}
	follow := s.Client.CheckRedirect
	asks := func() *url.URL {
		s.Client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		defer func() { s.Client.CheckRedirect = follow }()
		r := s.Get(t, "/login/oidc/news")
		if r.Status != http.StatusSeeOther {
			t.Fatalf("it does not ask: %d\n%s", r.Status, main(r.Body))
		}
		return issuer.Visit(t, r.Header.Get("Location"))
	}
	issuer.Claims = map[string]any{"sub": "u-2"}
	if r := s.Get(t, asks().RequestURI()); r.Status != http.StatusForbidden || !strings.Contains(r.Body, "News &amp; Co knows you, and this desk does not") {
		t.Errorf("somebody unknown: %d\n%s", r.Status, main(r.Body))
	}
	issuer.Claims = nil
	back := asks()
	jar := s.Client.Jar
	s.Client.Jar = nil // another browser, which was led here
	if r := s.Get(t, back.RequestURI()); r.Status != http.StatusForbidden {
		t.Errorf("another browser: %d", r.Status)
	}
	s.Client.Jar = jar
	r := s.Get(t, back.RequestURI(), "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document")
	if r.Status != http.StatusOK || r.Header.Get("Refresh") != "0; url=/" {
		t.Fatalf("anna: %d\n%s", r.Status, main(r.Body))
	}
	if r := s.Get(t, "/me"); !strings.Contains(r.Body, anna.ID) || !strings.Contains(r.Body, "None yet") {
		t.Errorf("her account: %d\n%s", r.Status, main(r.Body))
	}
	if r := s.Get(t, back.RequestURI()); r.Status != http.StatusForbidden {
		t.Errorf("the same answer again: %d", r.Status)
	}
	if r := s.Get(t, "/login/oidc/other"); r.Status != http.StatusNotFound {
		t.Errorf("an issuer that is not listed: %d", r.Status)
	}
	// The connection is recorded before it is opened; who came in, under her name.
	var said []string
	for r, err := range h.Log.Records(t.Context(), 0, -1) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Action == "issuer.ask" || r.Action == "session.begin" {
			said = append(said, strings.TrimSuffix(r.Action+" "+r.Actor+" "+map[bool]string{true: "before", false: ""}[r.Intent]+strings.Join(r.Reasons, ""), " "))
		}
	}
	all := strings.Join(said, "\n")
	for _, want := range []string{"issuer.ask worker:sign-in before\nissuer.ask worker:sign-in", "session.begin worker:sign-in no answer: denied", "session.begin person:anna before\nsession.begin person:anna"} {
		if !strings.Contains(all, want) {
			t.Errorf("the log has not %q:\n%s", want, all)
		}
	}
	// When the rules change, who signed in under those before is out.
	ruled(t, h, map[string]engine.Person{anna.ID: {Read: []string{"papers"}}})
	if r := s.Get(t, "/me"); r.Status != http.StatusUnauthorized {
		t.Errorf("after the rules changed: %d", r.Status)
	}
}
