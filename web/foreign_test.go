package web_test

import (
	"encoding/json"
	"html"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"overt/identity"
	"overt/internal/hometest"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
	"overt/web"
	"overt/web/webtest"
)

// A naming is a request that names a thing: %s in its address or form is where. The page
// of a POST is one that has the token of the session.
type naming struct {
	pattern string // of the route
	path    string
	form    []string // pairs, of a POST
	kind    string   // of what is named: a key of things
	status  int      // of the answer, 0 is 404
	// here says that the page tells of something else, which the asker may see, and so
	// is there whatever is named.
	here bool
}

// namings are for each route that takes a name all the places where it takes one. OWN,
// CLAIM and PLACE are a case of the asker's, a claim in it and a place that he may see.
func namings() []naming {
	list := []naming{
		{pattern: "GET /find", path: "/find?name=%s", kind: "entity"},
		{pattern: "GET /find", path: "/find?name=%s", kind: "name"},
		{pattern: "GET /search", path: "/search?q=%s", kind: "name", status: 200},
		{pattern: "GET /search", path: "/search?q=dataset:%s", kind: "dataset", status: 200},
		{pattern: "GET /search", path: "/search?q=owns&dataset=%s", kind: "dataset", status: 200},
		{pattern: "GET /e/{id}/value", path: "/e/%s/value?prop=name&is=Quarrelsome+Holdings", kind: "entity"},
		{pattern: "GET /e/{id}/value", path: "/e/l-1/value?prop=name&is=%s", kind: "name"},
		{pattern: "GET /e/{id}/conflict", path: "/e/%s/conflict?prop=name", kind: "entity"},
		{pattern: "GET /e/{id}/sum", path: "/e/%s/sum", kind: "entity"},
		{pattern: "GET /e/{id}/sum", path: "/e/l-1/sum?with=%s", kind: "entity"},
		{pattern: "GET /e/{id}/sum", path: "/e/l-1/sum?key=%s", kind: "name"},
		{pattern: "GET /x/{blob}", path: "/x/%s", kind: "blob"},
		{pattern: "GET /x/{blob}", path: "/x/%s?ROW", kind: "file"},
		{pattern: "GET /x/{blob}", path: "/x/%s?page=1&chars=0-3", kind: "blob"},
		{pattern: "GET /x/{blob}", path: "/x/%s?cite=overt:%sTAIL", kind: "blob"},
		{pattern: "POST /x/{blob}", path: "/x/%s", form: []string{"into", "OWN", "text", "It says so"}, kind: "blob"},
		{pattern: "POST /x/{blob}", path: "PLACE", form: []string{"into", "%s", "text", "It says so"}, kind: "case", here: true},
		{pattern: "POST /x/{blob}", path: "PLACE", form: []string{"into", "OWN/%s"}, kind: "item", here: true},
		{pattern: "POST /x/{blob}", path: "PLACE", form: []string{"into", "OWN", "text", "It says so", "entity", "%s"}, kind: "entity", here: true},
		{pattern: "GET /c/{case}/{view}", path: "/c/OWN/claim?i=%s", kind: "item"},
		{pattern: "POST /c/{case}/{view}/{deed}", path: "/c/OWN/exhibits/subject", form: []string{"entity", "%s"}, kind: "entity", here: true},
		{pattern: "POST /c/{case}/{view}/{deed}", path: "/c/OWN/exhibits/exhibit", form: []string{"cite", "%s"}, kind: "blob", here: true},
		{pattern: "POST /c/{case}/{view}/{deed}", path: "/c/OWN/board/cite", form: []string{"item", "CLAIM", "cite", "%s"}, kind: "blob", here: true},
		{pattern: "POST /c/{case}/{view}/{deed}", path: "/c/OWN/board/oppose", form: []string{"item", "CLAIM", "other", "%s"}, kind: "item", here: true},
		{pattern: "GET /trace", path: "/trace?from=%s&to=l-1", kind: "entity"},
		{pattern: "GET /trace", path: "/trace?from=l-1&to=%s", kind: "name"},
		{pattern: "GET /trace", path: "/trace?from=%s&to=l-1&view=flow", kind: "entity"},
		{pattern: "GET /trace", path: "/trace?from=%s&view=net", kind: "entity"},
		{pattern: "GET /trace", path: "/trace?from=l-1&view=net&at=%s", kind: "entity", status: 200},
		{pattern: "GET /trace", path: "/trace?from=%s&view=reach", kind: "entity"},
		{pattern: "GET /trace.csv", path: "/trace.csv?from=%s&to=l-1", kind: "entity"},
		{pattern: "GET /trace.csv", path: "/trace.csv?from=l-1&to=%s", kind: "name"},
		{pattern: "GET /d/{id}", path: "/d/%s", kind: "document"},
		{pattern: "GET /d/{id}", path: "/d/%s?p=1&find=a", kind: "document"},
		{pattern: "GET /d/{id}/picture", path: "/d/%s/picture?p=1", kind: "document"},
		{pattern: "GET /d/{id}/cite", path: "/d/%s/cite?p=1&span=0,3", kind: "document"},
		{pattern: "GET /sources/{id}", path: "/sources/%s", kind: "dataset"},
		{pattern: "GET /sources/{id}", path: "/sources/list?view=changes&from=%s&to=1", kind: "run"},
		{pattern: "GET /audit/{seq}", path: "/audit/%s", kind: "record", status: 403},
		{pattern: "GET /audit/{seq}", path: "/audit/%s?proof=1", kind: "record", status: 403},
		{pattern: "GET /c/{case}/view/{item}", path: "/c/%s/view/VIEW", kind: "case"},
		{pattern: "GET /c/{case}/view/{item}", path: "/c/OWN/view/%s", kind: "view"},
		{pattern: "GET /c/{case}/view/{item}/picture", path: "/c/%s/view/VIEW/picture", kind: "case"},
		{pattern: "GET /c/{case}/view/{item}/picture", path: "/c/OWN/view/%s/picture", kind: "view"},
		{pattern: "POST /c/{case}/{view}/{deed}", path: "/c/OWN/exhibits/view", form: []string{"address", "/e/%s/facts"}, kind: "entity", here: true},
		{pattern: "POST /c/{case}/{view}/{deed}", path: "/c/OWN/exhibits/view", form: []string{"address", "/search?q=%s"}, kind: "name", here: true},
		{pattern: "POST /c/{case}/{view}/{deed}", path: "/c/OWN/exhibits/view", form: []string{"address", "/search?q=owns&dataset=%s"}, kind: "dataset", here: true},
		{pattern: "POST /c/{case}/report/preview", path: "/c/%s/report/preview", form: []string{"text", "It is [@SECRET]."}, kind: "case"},
		{pattern: "POST /c/{case}/report/preview", path: "/c/OWN/report/preview", form: []string{"text", "It is [@%s]."}, kind: "item", here: true},
		{pattern: "GET /p/{slug}/{version}", path: "/p/%s.REPORT/1", kind: "case"},
		{pattern: "GET /p/{slug}/{version}/{file...}", path: "/p/%s.REPORT/1/bundle.zip", kind: "case"},
		{pattern: "GET /review/{queue}/{left}/{right}", path: "/review/open/l-1/%s", kind: "entity"},
		{pattern: "GET /review/{queue}/{left}/{right}", path: "/review/open/%s/l-1", kind: "entity"},
		{pattern: "POST /review/{queue}/{left}/{right}", path: "/review/open/l-1/%s", form: []string{"verdict", "positive", "reason", "r"}, kind: "entity"},
		{pattern: "POST /review/{queue}/undo", path: "/review/open/undo", form: []string{"judgement", "%s"}, kind: "judgement"},
		{pattern: "POST /review/judgements", path: "/review/judgements", form: []string{"judgement", "%s", "reason", "r"}, kind: "judgement"},
		{pattern: "GET /review/mentions/{document}/{place}", path: "/review/mentions/%s/1:0-20", kind: "document"},
		{pattern: "POST /review/mentions/{document}/{place}", path: "/review/mentions/%s/1:0-20", form: []string{"as", "o-1"}, kind: "document"},
		{pattern: "POST /review/mentions/{document}/{place}", path: "/review/mentions/%s/1:0-20", form: []string{"verdict", "never"}, kind: "document"},
		{pattern: "POST /review/mentions/{document}/{place}", path: "/review/mentions/LETTER", form: []string{"as", "%s"}, kind: "entity"},
		{pattern: "POST /review/mentions/undo", path: "/review/mentions/undo", form: []string{"judgement", "%s"}, kind: "said"},
		{pattern: "GET /review/mentions", path: "/review/mentions?last=%s", kind: "said", status: 200},
		{pattern: "GET /review/judgements", path: "/review/judgements?of=%s", kind: "entity", status: 200},
		{pattern: "GET /import/{import}", path: "/import/%s", kind: "import"},
		{pattern: "GET /import/{import}/events", path: "/import/%s/events", kind: "import"},
		{pattern: "GET /import/{import}/failures.csv", path: "/import/%s/failures.csv", kind: "import"},
		{pattern: "POST /import/{import}/{deed}", path: "/import/%s/start", form: []string{"dataset", "mine"}, kind: "import"},
		{pattern: "POST /import/{import}/{deed}", path: "/import/%s/drop", form: []string{}, kind: "import"},
		{pattern: "GET /mappings/{name}", path: "/mappings/%s", kind: "mapping"},
		{pattern: "POST /mappings/{name}", path: "/mappings/%s", form: []string{"yaml", "dataset: {name: mine}"}, kind: "mapping"},
		{pattern: "GET /watches/{id}", path: "/watches/%s", kind: "watch"},
		{pattern: "POST /watches/{id}/{deed}", path: "/watches/%s/remove", form: []string{}, kind: "watch"},
		{pattern: "POST /watches/{id}/{deed}", path: "/watches/%s/seen", form: []string{"number", "1"}, kind: "watch"},
		{pattern: "POST /watches", path: "/watches", form: []string{"kind", "entity", "words", "%s"}, kind: "entity", here: true},
		{pattern: "POST /approvals", path: "/approvals", form: []string{"kind", "publication", "id", "%s", "do", "approve"}, kind: "report"},
	}
	for _, view := range []string{"facts", "links", "money", "mentions", "reach", "history"} {
		list = append(list, naming{pattern: "GET /e/{id}/{view}", path: "/e/%s/" + view, kind: "entity"})
	}
	for _, view := range []string{"board", "exhibits", "timeline", "tasks", "check", "people", "history", "claim?i=SECRET"} {
		list = append(list, naming{pattern: "GET /c/{case}/{view}", path: "/c/%s/" + view, kind: "case"})
	}
	for _, deed := range []string{"enter", "claim", "move", "subject", "close", "nothing"} {
		list = append(list, naming{pattern: "POST /c/{case}/{view}/{deed}", path: "/c/%s/board/" + deed, form: []string{"text", "Mine", "item", "CLAIM", "state", "stated", "entity", "l-1"}, kind: "case"})
	}
	for _, deed := range []string{"move", "reword", "assign", "note", "drop", "oppose", "agree", "cite"} {
		list = append(list, naming{pattern: "POST /c/{case}/{view}/{deed}", path: "/c/OWN/board/" + deed, form: []string{"text", "Mine", "state", "stated", "item", "%s", "other", "CLAIM", "cite", "PLACE"}, kind: "item", here: true})
	}
	return list
}

// nameless routes take no name of anything.
var nameless = []string{"POST /session", "POST /leave", "GET /session", "GET /{$}", "GET /cases", "POST /cases", "POST /cases/none", "GET /sources", "GET /audit", "/",
	"GET /review", "GET /review/{queue}", "GET /review/{queue}/batch", "POST /review/{queue}/batch", "GET /review/judgements.csv", "GET /bench", "GET /bench.csv",
	"GET /import", "POST /import", "GET /watches", "POST /watches/look", "GET /approvals", "GET /users", "POST /users", "GET /me", "POST /me", "GET /confirm", "POST /confirm"}

// A named thing is there and hidden; beside it are names as long as its own of what is
// not there, and of what nothing can be called.
type named struct{ hidden, absent, bad string }

// like makes names beside that of a hidden thing.
func like(hidden string) named {
	last := map[bool]string{true: "1", false: "0"}[strings.HasSuffix(hidden, "0")]
	return named{hidden, hidden[:len(hidden)-1] + last, strings.Repeat("~", len(hidden))}
}

// A divided home has a part that a stranger may see, who works on a case of his own, and
// a part that he may not.
type divided struct {
	*hometest.Home
	owner, stranger *webtest.Site
	words           *strings.Replacer // OWN, CLAIM, PLACE
	things          map[string]named
	cases           []string
}

func divide(t *testing.T) *divided {
	t.Helper()
	h := hometest.Memory(t)
	webtest.Entities(t, h, "list", `{"id":"l-1","schema":"Company","properties":{"name":["Northmoor Bleaching Ltd"]}}`, `{"id":"l-2","schema":"Person","properties":{"name":["Ada Example"]}}`)
	webtest.Documents(t, h, "letters", map[string]string{"letter.txt": "title A letter\nNorthmoor Bleaching Ltd bleaches."})
	webtest.Entities(t, h, "grudges", `{"id":"o-1","schema":"Company","properties":{"name":["Quarrelsome Holdings"]}}`, `{"id":"o-2","schema":"Ownership","properties":{"owner":["o-1"],"asset":["l-1"]}}`)
	webtest.Documents(t, h, "vault", map[string]string{"memo.tif": "title A memo\nQuarrelsome Holdings owns it."})
	who := identity.Actor{ID: "local:ben", Name: "ben"}
	with(t, h, who.ID, "list", "letters")
	mappings := t.TempDir()
	if err := os.WriteFile(filepath.Join(mappings, "grudges.yaml"), []byte("dataset: {name: grudges}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d := &divided{Home: h, owner: webtest.ServeWith(t, h, func(cfg *web.Config) { cfg.Mappings = mappings })}
	d.owner.Enter(t)
	d.stranger = another(t, d.owner, who)
	secret := begun(t, d.owner)
	hiddenPlace := d.owner.Passage(t, "owns")
	secretClaim := claimed(t, d.owner, hiddenPlace, secret, "Somebody owns it")
	watches := regexp.MustCompile(`^/watches/(\w+)`).FindStringSubmatch(send(t, d.owner, "/session", "/watches", "kind", "entity", "words", "o-1").Path)
	decided(t, d.owner, d.owner.Get(t, "/review/open/l-1/o-1").Body, "negative")
	judgement := regexp.MustCompile(`judgement-[0-9a-z]+`).FindString(d.owner.Get(t, "/review/judgements").Body)
	meant := said(t, d.owner, d.owner.Get(t, "/review/mentions/"+html.UnescapeString(d.owner.Entity(t, "A memo"))+"/1:0-20").Body, "as", "o-1")
	naming := regexp.MustCompile(`name="judgement" value="([^"]+)"`).FindStringSubmatch(meant.Body)
	upload := sendFiles(t, d.owner, "a.csv", "name,city\nQuarrelsome Holdings,Oslo\n")
	imported := regexp.MustCompile(`/import/([0-9a-f]+)`).FindStringSubmatch(upload.Path)
	send(t, d.owner, secret+"/exhibits", secret+"/exhibits/view", "address", "/trace?from=o-1&to=l-1")
	view := regexp.MustCompile(`/view/([0-9a-z]+)"`).FindStringSubmatch(d.owner.Get(t, secret+"/exhibits").Body)
	report := regexp.MustCompile(`i=([0-9a-z]+)`).FindStringSubmatch(send(t, d.owner, secret+"/report", secret+"/report/report", "title", "A report").Path)
	if naming == nil || watches == nil || judgement == "" || imported == nil || view == nil || report == nil {
		t.Fatalf("what is to be hidden is not there: %v %q %v %v %v", watches, judgement, imported, view, report)
	}
	own, place := begun(t, d.stranger), d.stranger.Passage(t, "bleaches")
	claim := claimed(t, d.stranger, place, own, "It bleaches")
	blob, _, _ := strings.Cut(strings.TrimPrefix(hiddenPlace, "/x/"), "?")
	d.cases = []string{strings.TrimPrefix(secret, "/c/"), strings.TrimPrefix(own, "/c/")}
	file, row, _ := strings.Cut(strings.TrimPrefix(d.owner.Row(t, "o-1"), "/x/"), "?")
	_, tail, _ := strings.Cut(hiddenPlace, "%2F") // of the citation, behind its hash
	d.words = strings.NewReplacer("OWN", d.cases[1], "CLAIM", claim, "PLACE", place, "TAIL", "%2F"+tail, "ROW", row, "SECRET", secretClaim, "VIEW", view[1], "REPORT", report[1], "LETTER", html.UnescapeString(d.owner.Entity(t, "A letter"))+"/1:0-23")
	d.things = map[string]named{
		"entity": like("o-1"), "name": {"Quarrelsome Holdings", "Quarrelless Holdings", ""}, "dataset": like("vault"), "blob": like(blob), "file": like(file),
		"document": like(html.UnescapeString(d.owner.Entity(t, "A memo"))), "case": like(d.cases[0]), "item": like(secretClaim),
		"watch": like(watches[1]), "judgement": like(judgement), "said": like(naming[1]), "import": like(imported[1]), "view": like(view[1]), "report": like(report[1]), "mapping": like("grudges"),
		"run": {"003", "009", ""}, "record": {"000020", "090000", ""},
	}
	return d
}

// ask sends one request that names something, and gives the answer without the name.
func (d *divided) ask(t *testing.T, s *webtest.Site, n *naming, name string, headers ...string) (status int, got string) {
	t.Helper()
	put := func(text string) string {
		return strings.ReplaceAll(d.words.Replace(text), "%s", url.QueryEscape(name))
	}
	var r *webtest.Reply
	if n.form == nil {
		r = s.Get(t, put(n.path), headers...)
	} else {
		pairs := slices.Clone(n.form)
		for i := range pairs {
			pairs[i] = strings.ReplaceAll(d.words.Replace(pairs[i]), "%s", name)
		}
		r = send(t, s, "/session", put(n.path), pairs...)
	}
	r.Header.Del("Date")
	head, err := json.Marshal(r.Header)
	if err != nil {
		t.Fatal(err)
	}
	text := r.Path + r.Body
	for _, x := range []string{name, url.QueryEscape(name), url.PathEscape(name), html.EscapeString(url.QueryEscape(name))} {
		text = strings.ReplaceAll(text, x, "NAME")
	}
	return r.Status, string(head) + text
}

// another opens a browser of somebody else at the same desk.
func another(t *testing.T, s *webtest.Site, who identity.Actor) *webtest.Site {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := *s
	c.Client = &http.Client{Jar: jar}
	if r := c.Get(t, web.EnterPath+s.Desk.Key(who)); r.Status != http.StatusOK {
		t.Fatalf("%s does not come in: %d", who.ID, r.Status)
	}
	return &c
}

// state is all that a POST could change.
func (d *divided) state(t *testing.T) string {
	t.Helper()
	all := struct {
		Epoch any
		Runs  []statement.Run
		Cases []any
	}{Epoch: d.Statements.Epoch()}
	var err error
	if all.Runs, err = d.Statements.Runs(t.Context(), policytest.Datasets("list", "letters", "grudges", "vault")); err != nil {
		t.Fatal(err)
	}
	for _, id := range d.cases {
		events, err := d.Cases.Events(t.Context(), policytest.Scope(policy.CaseLabel(id)), id)
		if err != nil {
			t.Fatal(err)
		}
		all.Cases = append(all.Cases, events)
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestForeign: by no route does the name of something hidden give anything else than
// the name of what is not there, or of what nothing can be called; and no form with one
// changes anything. Each route is asked, or takes no name.
func TestForeign(t *testing.T) {
	d := divide(t)
	list, before := namings(), d.state(t)
	for i := range list {
		n := &list[i]
		for _, headers := range [][]string{nil, {"HX-Request", "true"}} {
			if headers != nil && n.form != nil {
				continue
			}
			x := d.things[n.kind]
			status, got := d.ask(t, d.stranger, n, x.hidden, headers...)
			if want := n.status; !n.here && status != map[bool]int{true: want, false: http.StatusNotFound}[want > 0] {
				t.Errorf("%s %v of %s: %d", n.path, n.form, x.hidden, status)
			}
			for _, other := range []string{x.absent, x.bad} {
				if other == "" || n.here && other == x.bad { // the form says what is wrong with it
					continue
				}
				s, want := d.ask(t, d.stranger, n, other, headers...)
				if other == x.bad && s == http.StatusBadRequest {
					continue // it says what is wrong with it, whatever is there
				}
				if s != status || got != want {
					t.Errorf("%s %v: hidden %d, %s %d\n%s", n.path, n.form, status, other, s, firstDifference(got, want))
				}
			}
		}
	}
	if after := d.state(t); after != before {
		t.Errorf("a form that names what is hidden changed something:\n%s", firstDifference(after, before))
	}
	// Who may see it is told other things: the names are right.
	for i := range list {
		n := &list[i]
		if n.form != nil || n.kind == "item" || n.kind == "run" || strings.Contains(n.path, "OWN") || strings.Contains(n.path, "conflict") || strings.Contains(n.path, "cite=") || strings.Contains(n.path, "l-1/") || strings.Contains(n.path, "at=") || strings.Contains(n.path, "events") || strings.HasPrefix(n.path, "/p/") {
			continue
		}
		x := d.things[n.kind]
		if _, got := d.ask(t, d.owner, n, x.hidden); got == second(d.ask(t, d.owner, n, x.absent)) {
			t.Errorf("%s of %s tells nothing to one who may see it", n.path, x.hidden)
		}
	}
	for _, pattern := range slices.Sorted(maps.Keys(d.owner.Desk.Patterns())) {
		if open := d.owner.Desk.Patterns()[pattern]; open || slices.Contains(nameless, pattern) {
			continue
		}
		if !slices.ContainsFunc(list, func(n naming) bool { return n.pattern == pattern }) {
			t.Errorf("route %s has no example: add one to namings in foreign_test.go, or to nameless if it takes no name", pattern)
		}
	}
	mux := http.NewServeMux()
	for pattern := range d.owner.Desk.Patterns() {
		mux.Handle(pattern, http.NotFoundHandler())
	}
	for _, n := range list {
		method, _, _ := strings.Cut(n.pattern, " ")
		r, err := http.NewRequestWithContext(t.Context(), method, "http://desk"+strings.ReplaceAll(d.words.Replace(n.path), "%s", "x"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, got := mux.Handler(r); got != n.pattern {
			t.Errorf("%s is of %s, and not of %s", n.path, got, n.pattern)
		}
	}
}

func second(_ int, text string) string { return text }

// firstDifference shows where two texts part.
func firstDifference(got, want string) string {
	n := 0
	for n < min(len(got), len(want)) && got[n] == want[n] {
		n++
	}
	from := max(0, n-120)
	return "  one   …" + got[from:min(len(got), n+200)] + "…\n  other …" + want[from:min(len(want), n+200)] + "…"
}
