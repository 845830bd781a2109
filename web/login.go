package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"overt"
	"overt/account"
	"overt/gate"
	"overt/identity"
	"overt/ui"
)

// provedDeeds are deeds in a case that ask for a passkey just used.
var provedDeeds = map[string]bool{"approve": true, "publish": true}

// begin opens a session in the place of the one the browser was in: its word is another
// from then on, so that none that was laid into the browser before is worth anything.
func (s *Service) begin(v *visit, x session) {
	s.sessions.end(s.word(v.Request))
	x.purpose = s.cfg.Purposes[0].ID
	for _, p := range s.cfg.Purposes {
		if d, err := s.cfg.Gate.MayEnter(x.actor, p.ID); err == nil && d.Allow {
			x.purpose = p.ID
			break
		}
	}
	s.setCookie(v.w, s.sessions.begin(x), int(sessionLong.Seconds()))
}

// tell records that somebody came in or left.
func (s *Service) tell(v *visit, who identity.Actor, action, how string) error {
	pass, err := s.cfg.Gate.Open(v.Context(), gate.Visit{Actor: who, Own: true})
	if err == nil {
		_, err = gate.Tell(v.Context(), pass, gate.Act{Action: action, Object: who.ID, Query: how}, func(context.Context) (int, error) { return 0, nil })
	}
	return err
}

// landing is the first page of somebody.
func (s *Service) landing(who identity.Actor) string {
	if !s.cfg.Gate.Reads(who) {
		return "/users"
	}
	return "/"
}

// accounts are those who sign in. Errors: not_found, where nobody does.
func (s *Service) accounts() (*account.Accounts, error) {
	if s.cfg.Accounts == nil {
		return nil, overt.Errorf(overt.NotFound, "", "nobody signs in here")
	}
	return s.cfg.Accounts, nil
}

// origin is the address of the desk as the browser has it; its name was looked at.
func (s *Service) origin(r *http.Request) string {
	if s.cfg.TLS {
		return "https://" + strings.ToLower(r.Host)
	}
	return "http://" + strings.ToLower(r.Host)
}

// The word of a challenge is kept in a cookie of its own. It comes along when an issuer
// sends the browser back, which a cookie of sessions does not.
func (s *Service) challengeCookie() string { return s.cookieName() + "-in" }

const challengeSeconds = 300

func (s *Service) setChallenge(v *visit, word string) {
	age := challengeSeconds
	if word == "" {
		age = -1
	}
	http.SetCookie(v.w, &http.Cookie{
		Name: s.challengeCookie(), Value: word, Path: "/", MaxAge: age,
		HttpOnly: true, Secure: s.cfg.TLS, SameSite: http.SameSiteLaxMode,
	})
}

// challenge is the word that the browser kept; it is taken from it.
func (s *Service) challenge(v *visit) string {
	c, err := v.Cookie(s.challengeCookie())
	if err != nil {
		return ""
	}
	s.setChallenge(v, "")
	return c.Value
}

// A keyForm asks for a passkey: the browser's, by the script of the page.
type keyForm struct {
	action, button string
	options        string // of navigator.credentials, JSON
	create         bool
	hidden         [2]string // name and value
	problem        string    // why there is none; then there is no form
	at             string    // where there would be one
}

// keyForm makes the form of what was begun.
func (s *Service) keyForm(v *visit, f keyForm, c *account.Challenge, err error) (keyForm, error) {
	switch overt.CodeOf(err) {
	case "":
		f.options = c.Options
		s.setChallenge(v, c.Word)
		return f, nil
	case overt.Invalid:
		f.problem = v.say("Passkeys belong to a name, and this address has none.")
		if _, port, ok := strings.Cut(v.Host, ":"); ok && len(s.cfg.Hosts) == 0 {
			f.at = "http://localhost:" + port + v.URL.RequestURI()
		}
		return f, nil
	}
	return f, err
}

// login shows how one comes in.
func (s *Service) login(v *visit) (response, error) {
	a, err := s.accounts()
	if err != nil {
		return response{}, err
	}
	if !s.limit.take(s.client(v.Request)) {
		return s.tooOften(v), nil
	}
	c, err := a.BeginSignIn(s.origin(v.Request))
	f, err := s.keyForm(v, keyForm{action: "/login", button: v.say("Sign in with a passkey")}, c, err)
	if err != nil {
		return response{}, err
	}
	return show(ui.Page{Title: v.say("Sign in"), Main: loginPage(f, a.Issuers()), Wide: true})
}

// signIn takes what a passkey answered.
func (s *Service) signIn(v *visit) (response, error) {
	a, err := s.accounts()
	if err != nil {
		return response{}, err
	}
	if !s.limit.take(s.client(v.Request)) {
		return s.tooOften(v), nil
	}
	u, err := a.SignIn(v.Context(), s.challenge(v), v.PostFormValue("answer"))
	if err != nil {
		return s.notIn(v, err)
	}
	s.signedIn(v, u, true)
	return seeOther(s.landing(u.Who()))
}

// signedIn opens a session for a user.
func (s *Service) signedIn(v *visit, u *identity.User, proved bool) {
	l := account.LookOf(u)
	x := session{actor: u.Who(), user: u.Name, look: look{language: l.Language, theme: l.Theme, compact: l.Compact, noKeys: l.NoKeys}}
	if proved {
		x.proved = s.cfg.Clock()
	}
	s.begin(v, x)
}

// notIn says why somebody did not come in, and leads to where he can try again.
func (s *Service) notIn(v *visit, err error) (response, error) {
	if overt.CodeOf(err) != overt.Denied {
		return response{}, err
	}
	p := ui.Problem{Title: v.say("You are not in"), Sentence: err.Error(), Links: []ui.Link{{Label: v.say("Sign in"), Href: "/login"}}}
	return response{page: ui.Page{Title: p.Title, Main: ui.Failed(p), Wide: true}, status: http.StatusForbidden}, nil
}

// askIssuer sends the browser to an issuer.
func (s *Service) askIssuer(v *visit) (response, error) {
	a, err := s.accounts()
	if err != nil {
		return response{}, err
	}
	if !s.limit.take(s.client(v.Request)) {
		return s.tooOften(v), nil
	}
	id := v.PathValue("issuer")
	word, to, err := a.BeginIssuer(v.Context(), id, s.origin(v.Request)+"/login/oidc/"+url.PathEscape(id)+"/back")
	if err != nil {
		return response{}, err
	}
	s.setChallenge(v, word)
	return seeOther(to)
}

// issuerBack takes what the browser brings from an issuer. The session's cookie does not
// come along with what another site led to, so that the next page is asked for by a page
// of ours.
func (s *Service) issuerBack(v *visit) (response, error) {
	a, err := s.accounts()
	if err != nil {
		return response{}, err
	}
	if !s.limit.take(s.client(v.Request)) {
		return s.tooOften(v), nil
	}
	u, err := a.SignInIssuer(v.Context(), s.challenge(v), v.PathValue("issuer"), v.URL.Query())
	if err != nil {
		return s.notIn(v, err)
	}
	s.signedIn(v, u, false)
	to := s.landing(u.Who())
	v.w.Header().Set("Refresh", "0; url="+to)
	return show(ui.Page{Title: v.say("You are in"), Main: ui.Blank(ui.Problem{Title: v.say("You are in"), Sentence: u.Name, Links: []ui.Link{{Label: v.say("Go on"), Href: to}}}), Wide: true})
}

// showEnrol asks who was invited for his first passkey. Looking uses nothing up.
func (s *Service) showEnrol(v *visit) (response, error) {
	a, err := s.accounts()
	if err != nil {
		return response{}, err
	}
	if !s.limit.take(s.client(v.Request)) {
		return s.tooOften(v), nil
	}
	c, u, err := a.BeginEnrol(v.Context(), v.URL.Query().Get("key"), s.origin(v.Request))
	if overt.CodeOf(err) == overt.Denied {
		return s.notIn(v, err)
	}
	f, err := s.keyForm(v, keyForm{action: "/enrol", button: v.say("Make a passkey"), create: true}, c, err)
	if err != nil {
		return response{}, err
	}
	return show(ui.Page{Title: v.say("Welcome"), Main: enrolPage(f, u), Wide: true})
}

// enrol takes the first passkey of who was invited, and lets him in.
func (s *Service) enrol(v *visit) (response, error) {
	a, err := s.accounts()
	if err != nil {
		return response{}, err
	}
	if !s.limit.take(s.client(v.Request)) {
		return s.tooOften(v), nil
	}
	u, err := a.Enrol(v.Context(), s.challenge(v), v.PostFormValue("answer"), v.PostFormValue("label"))
	if err != nil {
		return s.notIn(v, err)
	}
	if err := s.tell(v, u.Who(), "session.begin", "invitation"); err != nil {
		return response{}, err
	}
	s.signedIn(v, u, true)
	return seeOther("/me")
}

// mustConfirm asks for a passkey before something that matters; to is the page it is on.
func (s *Service) mustConfirm(to string) (response, error) {
	return seeOther(address("/confirm", "to", to))
}

// inside is a path of ours, wherever an address says that it leads.
func inside(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.Contains(u.Path, "\\") {
		return "/"
	}
	return (&url.URL{Path: u.Path, RawQuery: u.RawQuery}).String()
}

// showConfirm asks for a passkey of who is in.
func (s *Service) showConfirm(v *visit) (response, error) {
	a, err := s.accounts()
	if err != nil {
		return response{}, err
	}
	to := inside(v.URL.Query().Get("to"))
	if v.fresh(s.cfg.Clock()) {
		return seeOther(to)
	}
	c, err := a.BeginProof(v.Context(), v.user, s.origin(v.Request))
	f, err := s.keyForm(v, keyForm{action: "/confirm", button: v.say("Use my passkey"), hidden: [2]string{"to", to}}, c, err)
	if err != nil {
		return response{}, err
	}
	return show(ui.Page{Title: v.say("Is it you?"), Main: confirmPage(f), Wide: true})
}

func (s *Service) confirm(v *visit) (response, error) {
	a, err := s.accounts()
	if err != nil {
		return response{}, err
	}
	if err := a.Prove(v.Context(), v.user, s.challenge(v), v.PostFormValue("answer")); err != nil {
		return response{}, err
	}
	s.sessions.change(s.word(v.Request), func(x *session) { x.proved = s.cfg.Clock() })
	return seeOther(inside(v.PostFormValue("to")))
}

// keepLook keeps how pages are drawn for a user; for whom a key let in, the session
// does.
func (s *Service) keepLook(v *visit, l look) error {
	if v.user == "" || s.cfg.Accounts == nil {
		return nil
	}
	return s.cfg.Accounts.SetLook(v.Context(), v.user, account.Look{Language: l.language, Theme: l.theme, Compact: l.compact, NoKeys: l.noKeys})
}

// passkeyKind is what the browser is asked for.
func passkeyKind(f keyForm) string {
	if f.create {
		return "create"
	}
	return "get"
}
