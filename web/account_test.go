package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"overt/account"
	"overt/identity"
	"overt/internal/hometest"
	"overt/policy/engine"
	"overt/web"
	"overt/web/webtest"
)

// ruled lets people come in beside the owner; who has one of the topics is made one with
// another by two people.
func ruled(t *testing.T, h *hometest.Home, people map[string]engine.Person, topics ...string) {
	t.Helper()
	f := engine.Default(h.Actor.ID)
	f.People, f.SecondPerson.Topics = people, topics
	text, err := f.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.Parse("policy.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	*h.Engine = *e
}

// newsroom is a home that Anna reads and somebody looks after.
func newsroom(t *testing.T) *hometest.Home {
	t.Helper()
	h := webtest.Filled(t)
	ruled(t, h, map[string]engine.Person{"person:anna": {Read: []string{"all"}}, "person:it": {Admin: true}, "person:aide": {Admin: true}})
	return h
}

// atLocalhost is a desk at the name localhost, for passkeys, by a clock that is put on.
func atLocalhost(t *testing.T, h *hometest.Home) (s *webtest.Site, late *atomic.Int64) {
	t.Helper()
	late = &atomic.Int64{}
	s = webtest.ServeWith(t, h, func(cfg *web.Config) {
		cfg.Clock = func() time.Time { return h.Clock().Add(time.Duration(late.Load())) }
		cfg.Accounts = account.New(account.Config{Gate: h.Gate, Users: h.Users, Tokens: h.Tokens, Clock: cfg.Clock})
	})
	s.URL = strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	return s, late
}

// invitation is the address that invites somebody.
func invitation(t *testing.T, s *webtest.Site, name string) string {
	t.Helper()
	pass, err := s.Accounts.Manage(t.Context(), s.Actor)
	if err != nil {
		t.Fatal(err)
	}
	made, err := s.Accounts.AddUser(t.Context(), pass, name)
	if err != nil {
		t.Fatal(err)
	}
	return account.EnrolPath + made.Secret
}

// Somebody who was invited enrols a passkey, leaves, and comes in with it; what matters
// asks for it again, and when he is disabled he is out.
func TestPasskey(t *testing.T) {
	h := newsroom(t)
	s, late := atLocalhost(t, h)
	to := invitation(t, s, "anna")
	b := s.Browse(t)
	b.Authenticator()
	b.Open(to)
	for _, line := range b.Axe() {
		t.Errorf("the invitation: %s", line)
	}
	b.Screenshot("enrol")
	laptop := plant("laptop")
	b.Click("#f-label")
	b.Type(laptop)
	b.Click("form[data-passkey] button.primary")
	b.At("/me")
	if page := webtest.Eval[string](b, "document.querySelector('main').textContent"); !strings.Contains(page, laptop) || !strings.Contains(page, "person:anna") {
		t.Errorf("the account: %s", page)
	}
	if r := s.Get(t, to); r.Status != http.StatusForbidden || !strings.Contains(r.Body, "was used") {
		t.Errorf("the invitation again: %d", r.Status)
	}
	b.Open("/session")
	b.Click("form[action='/leave'] button")
	b.Until("document.querySelector('main a[href=\"/login\"]')")
	b.Open("/login")
	b.Screenshot("login")
	before := b.Presses()
	b.Click("form[data-passkey] button.primary")
	b.At("/")
	if n := b.Presses() - before; n != 1 {
		t.Errorf("%d presses to sign in, want 1", n)
	}

	// A token just after; and once the passkey was used too long ago, it is asked again.
	b.Open("/me")
	b.Click("form:has([value=token]) button")
	b.Until(`/overt_[0-9a-f]{12}_/.test(document.querySelector("main").textContent)`)
	b.Open("/me")
	if again := webtest.Eval[bool](b, `/overt_[0-9a-f]{12}_/.test(document.querySelector("main").textContent)`); again {
		t.Error("the secret of the token is shown twice")
	}
	late.Add(int64(6 * time.Minute))
	b.Click("form:has([value=token]) button")
	b.At("/confirm?to=%2Fme")
	for _, line := range b.Axe() {
		t.Errorf("asked for a passkey: %s", line)
	}
	b.Screenshot("confirm")
	b.Click("form[data-passkey] button.primary")
	b.At("/me")
	b.Click("form:has([value=token]) button")
	b.Until(`/overt_[0-9a-f]{12}_/.test(document.querySelector("main").textContent)`)
	b.Screens(map[string]string{"me": "/me", "approvals": "/approvals", "login": "/login", "enrol-used": to, "confirm": "/confirm?to=%2Fme"})

	pass, err := s.Accounts.Manage(t.Context(), s.Actor)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Accounts.Disable(t.Context(), pass, "anna"); err != nil {
		t.Fatal(err)
	}
	all, err := s.Accounts.TokensOf(t.Context(), "person:anna")
	if err != nil || len(all) != 2 || all[0].Revoked.IsZero() || all[1].Revoked.IsZero() {
		t.Errorf("tokens of who is disabled: %v %v", all, err)
	}
	b.Open("/login")
	b.Click("form[data-passkey] button.primary")
	b.Until("document.querySelector('[role=alert] h1')")
	if page := webtest.Eval[string](b, "document.querySelector('main').textContent"); !strings.Contains(page, "not known here") {
		t.Errorf("who is disabled: %s", page)
	}
	for _, line := range b.Wrong() {
		t.Error(line)
	}
}

var routeWord = regexp.MustCompile(`\{[a-z]+\$?\}`)

// Who looks after users reads nothing: every address of the desk that reads refuses, and
// no page has a byte of what is kept.
func TestAdmin(t *testing.T) {
	h := newsroom(t)
	owner := webtest.Serve(t, h)
	owner.Enter(t)
	ice := owner.Entity(t, "ICE")
	c := begun(t, owner, "title", "Harbour question")
	place := owner.Passage(t, "capacity")
	it := enterAs(t, h, identity.Actor{ID: "person:it", Name: "it"})
	own := []string{"/leave", "/session", "/confirm", "/me", "/users", "/approvals", "/enter", "/login", "/enrol", "/login/oidc/{issuer}", "/login/oidc/{issuer}/back", "/a/{name}"}
	for pattern := range it.Desk.Patterns() {
		method, path, _ := strings.Cut(pattern, " ")
		if path == "" {
			method, path = "GET", "/nowhere"
		}
		reads := true
		for _, o := range own {
			reads = reads && o != path
		}
		for _, id := range []string{ice, strings.TrimPrefix(c, "/c/"), "1", "papers", strings.TrimPrefix(place, "/x/")} {
			at := strings.ReplaceAll(strings.ReplaceAll(path, "{view}", "facts"), "{case}", strings.TrimPrefix(c, "/c/"))
			at = strings.ReplaceAll(at, "{$}", "")
			at = routeWord.ReplaceAllString(at, id)
			var r *webtest.Reply
			if method == "POST" {
				if !reads {
					continue
				}
				r = send(t, it, "/users", at, "title", "x", "text", "x")
			} else {
				r = it.Get(t, at)
			}
			if reads && r.Status != http.StatusForbidden && r.Status != http.StatusNotFound {
				t.Errorf("%s %s: %d", method, at, r.Status)
			}
			for _, secret := range []string{"Four Points", "Immigration", "Harbour", "papers<", "task order", "hosting capacity"} {
				if strings.Contains(r.Body, secret) {
					t.Errorf("%s %s tells of %s", method, at, secret)
				}
			}
		}
	}

	// He invites; a second one gives leave, and not he himself.
	r := send(t, it, "/users", "/users", "do", "add", "name", "anna")
	link := regexp.MustCompile(`/enrol\?key=([A-Za-z0-9_-]{43})`).FindString(r.Body)
	if r.Status != http.StatusOK || link == "" || !strings.Contains(r.Body, "under Approvals") {
		t.Fatalf("he does not invite: %d\n%s", r.Status, main(r.Body))
	}
	if strings.Contains(it.Get(t, "/users").Body, link) {
		t.Error("the address is shown twice")
	}
	if r := owner.Get(t, link); r.Status != http.StatusForbidden {
		t.Errorf("it opens without leave: %d", r.Status)
	}
	decide := func(s *webtest.Site, do, reason string) *webtest.Reply {
		return send(t, s, "/users", "/approvals", "kind", "invitation", "id", "anna", "do", do, "reason", reason)
	}
	if r := decide(it, "approve", ""); !strings.Contains(r.Body, "a second person decides") {
		t.Errorf("he gives himself leave: %d", r.Status)
	}
	aide := enterAs(t, h, identity.Actor{ID: "person:aide", Name: "aide"})
	if r := aide.Get(t, "/approvals"); !strings.Contains(r.Body, "anna") || !strings.Contains(r.Body, "person:it") {
		t.Errorf("it does not wait:\n%s", main(r.Body))
	}
	if r := decide(aide, "refuse", ""); !strings.Contains(r.Body, "say why") {
		t.Errorf("refused without a reason: %d", r.Status)
	}
	if r := decide(aide, "approve", ""); r.Path != "/approvals" || strings.Contains(r.Body, "anna") {
		t.Errorf("leave: %d\n%s", r.Status, main(r.Body))
	}
	if r := owner.Get(t, strings.Replace(link, "127.0.0.1", "localhost", 1)); r.Status == http.StatusForbidden {
		t.Error("it does not open with leave")
	}
	if r := send(t, it, "/users", "/users", "do", "disable", "name", "anna"); !strings.Contains(r.Body, ">disabled<") {
		t.Errorf("disabled:\n%s", main(r.Body))
	}
	anna := enterAs(t, h, identity.Actor{ID: "person:anna", Name: "anna"})
	if r := anna.Get(t, "/users"); r.Status != http.StatusForbidden {
		t.Errorf("who reads looks after users: %d", r.Status)
	}
}

// Coming in is bounded, and told in the log.
func TestTries(t *testing.T) {
	h := newsroom(t)
	s := webtest.ServeAt(t, h, func() time.Time { return time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC) })
	last := 0
	for range 30 {
		last = s.Get(t, "/enrol?key=guessed").Status
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("after thirty tries: %d", last)
	}
}
