package web

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"overt"
	"overt/policy"
	"overt/ui"
	"overt/ui/text"
)

// screens are where the navigation leads; their labels are texts of the catalogue.
var screens = []ui.Link{
	{Label: "Desk", Href: "/", Key: "g d"},
	{Label: "Search", Href: "/search", Key: "g s"},
	{Label: "Cases", Href: "/cases", Key: "g c"},
	{Label: "Trace", Href: "/trace", Key: "g t"},
	{Label: "Review", Href: "/review", Key: "g r"},
	{Label: "Sources", Href: "/sources", Key: "g o"},
	{Label: "Import", Href: "/import", Key: "g i"},
	{Label: "Audit", Href: "/audit", Key: "g a"},
	{Label: "Watches", Href: "/watches", Key: "g w"},
	{Label: "Approvals", Href: "/approvals", Key: "g p"},
	{Label: "Account", Href: "/me", Key: "g m"},
}

// adminScreens are those of who looks after users.
var adminScreens = []ui.Link{
	{Label: "Users", Href: "/users", Key: "g u"},
	{Label: "Approvals", Href: "/approvals", Key: "g p"},
	{Label: "Account", Href: "/me", Key: "g m"},
}

// sections are the screens to which pages belong whose address begins otherwise.
var sections = map[string]string{
	"/e": "/search", "/d": "/search", "/x": "/search",
	"/c": "/cases", "/p": "/cases",
	"/mappings": "/import", "/bench": "/review", "/confirm": "/me",
}

// sectionOf is the screen of the navigation to which a page belongs.
func sectionOf(at string) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(at, "/"), "/")
	return cmp.Or(sections["/"+first], "/"+first)
}

// enter opens a session for whom the key was made for. A key works once: what stays
// in the browser's history opens nothing.
func (s *Service) enter(v *visit) (response, error) {
	if v.Method != http.MethodGet { // what only looks whether the address is there takes no key
		return s.outside(v), nil
	}
	if !s.limit.take(s.client(v.Request)) {
		return s.tooOften(v), nil
	}
	who, ok := s.sessions.use(v.URL.Query().Get("key"))
	if !ok {
		if _, inside := s.sessions.find(s.word(v.Request)); inside {
			return seeOther("/")
		}
		return s.outside(v), nil
	}
	if err := s.tell(v, who, "session.begin", "key"); err != nil {
		return response{}, err
	}
	s.begin(v, session{actor: who})
	return seeOther(s.landing(who))
}

// outside is what somebody is shown who is in no session. A browser says none when
// a page of another site led here; a press on a page of ours says it again.
func (s *Service) outside(v *visit) response {
	v.session = session{}
	p := ui.Problem{Title: v.say("Who is asking?"), Sentence: v.say("Open the address that overt serve printed; it opens the desk once. If you came by a link from elsewhere, go on from here.")}
	if s.cfg.Accounts != nil && !v.fragment() {
		p.Links = []ui.Link{{Label: v.say("Sign in"), Href: "/login"}}
	}
	if v.Method == http.MethodGet && !v.fragment() && v.URL.Path != "/enter" {
		p.Links = append([]ui.Link{{Label: v.say("Go on"), Href: v.URL.RequestURI()}}, p.Links...)
	}
	return response{page: ui.Page{Title: p.Title, Main: ui.Failed(p), Wide: true}, status: http.StatusUnauthorized}
}

func (s *Service) leave(v *visit) (response, error) {
	if err := s.tell(v, v.actor, "session.end", ""); err != nil {
		return response{}, err
	}
	s.sessions.end(s.word(v.Request))
	s.setCookie(v.w, "", -1)
	return seeOther("/")
}

// showSession shows what the session is for and how pages look.
func (s *Service) showSession(v *visit) (response, error) {
	var f sessionForm
	for _, p := range s.cfg.Purposes {
		f.purposes = append(f.purposes, ui.Choice{Value: string(p.ID), Label: p.Label, On: p.ID == v.purpose})
	}
	for _, l := range text.Languages() {
		f.languages = append(f.languages, ui.Choice{Value: l.Tag, Label: l.Name, Lang: l.Tag, On: l == v.language()})
	}
	for _, t := range []struct{ value, label string }{{"", "as the system"}, {"light", "light"}, {"dark", "dark"}} {
		f.themes = append(f.themes, ui.Choice{Value: t.value, Label: v.say(t.label), On: v.look.theme == t.value})
	}
	f.keys = []ui.Choice{{Value: "on", Label: v.say("on"), On: !v.look.noKeys}, {Value: "off", Label: v.say("off"), On: v.look.noKeys}}
	f.density = []ui.Choice{{Value: "comfortable", Label: v.say("comfortable"), On: !v.look.compact}, {Value: "compact", Label: v.say("compact"), On: v.look.compact}}
	f.caseID = v.caseID
	return show(ui.Page{Title: v.say("Purpose, language, look"), Main: sessionPage(f), Wide: true})
}

// sessionForm is what showSession offers.
type sessionForm struct {
	purposes, languages, themes, keys, density []ui.Choice
	caseID                                     string
}

// setSession takes the form of showSession.
func (s *Service) setSession(v *visit) (response, error) {
	purpose := policy.Purpose(v.PostFormValue("purpose"))
	if !slices.ContainsFunc(s.cfg.Purposes, func(p Purpose) bool { return p.ID == purpose }) {
		return response{}, overt.Errorf(overt.Invalid, "purpose", "this home has no purpose of that name")
	}
	theme := v.PostFormValue("theme")
	if theme != "light" && theme != "dark" {
		theme = ""
	}
	l := look{
		language: text.In(v.PostFormValue("language")).Tag, theme: theme,
		compact: v.PostFormValue("density") == "compact", noKeys: v.PostFormValue("keys") == "off",
	}
	if err := s.keepLook(v, l); err != nil {
		return response{}, err
	}
	s.sessions.change(s.word(v.Request), func(x *session) { x.purpose, x.look = purpose, l })
	return seeOther("/session")
}
