package web_test

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"overt"
	"overt/gate"
	"overt/identity"
	"overt/internal/hometest"
	"overt/policy/engine"
	"overt/web"
	"overt/web/webtest"
)

// send posts a form of a page, with the token that the page has.
func send(t *testing.T, s *webtest.Site, page, to string, pairs ...string) *webtest.Reply {
	t.Helper()
	m := token.FindStringSubmatch(s.Get(t, page).Body)
	if m == nil {
		t.Fatalf("%s has no form", page)
	}
	f := url.Values{"token": {m[1]}}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	return s.Do(t, http.MethodPost, to, f.Encode())
}

// begun begins a case, and gives its address without a view.
func begun(t *testing.T, s *webtest.Site, pairs ...string) string {
	t.Helper()
	if !slices.Contains(pairs, "title") {
		pairs = append(pairs, "title", "Hosting <b>of</b> it")
	}
	r := send(t, s, "/cases", "/cases", pairs...)
	if r.Status != http.StatusOK || !strings.HasSuffix(r.Path, "/board") {
		t.Fatalf("the case is not begun: %d at %s\n%s", r.Status, r.Path, main(r.Body))
	}
	return strings.TrimSuffix(r.Path, "/board")
}

// claimed cites a place into a new claim, and gives the claim's item.
func claimed(t *testing.T, s *webtest.Site, place, into, text string, pairs ...string) string {
	t.Helper()
	r := send(t, s, place, place, append([]string{"into", strings.TrimPrefix(into, "/c/"), "text", text}, pairs...)...)
	_, item, ok := strings.Cut(r.Path, "/claim?i=")
	if r.Status != http.StatusOK || !ok {
		t.Fatalf("it is not cited: %d at %s\n%s", r.Status, r.Path, main(r.Body))
	}
	return item
}

// With lets somebody come in beside the owner, who reads these datasets.
func with(t *testing.T, h *hometest.Home, who string, reads ...string) {
	t.Helper()
	ruled(t, h, map[string]engine.Person{who: {Read: reads}})
}

func enterAs(t *testing.T, h *hometest.Home, who identity.Actor) *webtest.Site {
	t.Helper()
	s := webtest.Serve(t, h)
	if r := s.Get(t, web.EnterPath+s.Desk.Key(who)); r.Status != http.StatusOK {
		t.Fatalf("%s does not come in: %d", who.ID, r.Status)
	}
	return s
}

// A case from its first claim to its history, by forms alone.
func TestCase(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	place := s.Passage(t, "capacity")
	if r := s.Get(t, place); !strings.Contains(r.Body, "You have no case yet") || !strings.Contains(r.Body, "Four Points Technology") {
		t.Errorf("the passage offers no citing:\n%s", main(r.Body))
	}
	if r := send(t, s, place, place, "title", "", "text", "x"); r.Status != http.StatusConflict || !strings.Contains(s.Get(t, "/cases").Body, "No cases yet") {
		t.Errorf("a case without a title: %d", r.Status)
	}
	if r := send(t, s, place, place, "title", "The first", "text", "x"); r.Status != http.StatusOK || !strings.Contains(r.Body, ">same<") || !strings.Contains(r.Body, "The first") {
		t.Errorf("a case that begins with a claim: %d\n%s", r.Status, main(r.Body))
	}
	c := begun(t, s, "template", "procurement-chain")
	four := s.Entity(t, "Four Points Technology")
	item := claimed(t, s, place, c, "The agency pays for hosting", "entity", html.UnescapeString(four))
	claim := c + "/claim?i=" + item
	if body := s.Get(t, claim).Body; !strings.Contains(body, "Four Points Technology") || !strings.Contains(body, ">same<") || !strings.Contains(body, "needs a second source") {
		t.Errorf("the claim:\n%s", main(body))
	}
	if r := send(t, s, place, place, "into", strings.TrimPrefix(c, "/c/")+"/"+item, "text", "other words"); r.Status != http.StatusConflict || !strings.Contains(r.Body, "has its words already") || !strings.Contains(r.Body, "other words") {
		t.Errorf("words for a claim that has some: %d", r.Status)
	}
	for _, tt := range []struct {
		view, deed string
		pairs      []string
		status     int
		want       string
	}{
		{"board", "move", []string{"item", item, "state", "confirmed"}, 409, "a claim that is lead does not become confirmed"},
		{"board", "move", []string{"item", item, "state", "rejected"}, 409, "say why it is rejected"},
		{"board", "move", []string{"item", item, "state", "stated"}, 200, "needs a second reader"},
		{"board", "move", []string{"item", item, "state", "confirmed"}, 409, "second reader"},
		{"board", "claim", []string{"text", ""}, 409, "it has no words"},
		{"board", "claim", []string{"text", "The amount is 5,216,004.00"}, 200, "no source"},
		{"tasks", "task", []string{"text", "Ask the seller", "date", "2026-13-01"}, 409, "Ask the seller"},
		{"tasks", "task", []string{"text", "Ask the seller", "date", "2026-12-31", "person", "local:tester"}, 200, "2026-12-31"},
		{"tasks", "note", []string{"text", "Counsel called"}, 200, "Counsel called"},
		{"timeline", "happened", []string{"date", "soon", "text", "Signed"}, 409, "is no date"},
		{"timeline", "happened", []string{"date", "2022-03~", "text", "The order is signed"}, 200, "<svg"},
		{"exhibits", "subject", []string{"entity", "ICE"}, 200, "Immigration"},
		{"exhibits", "subject", []string{"entity", "nobody at all"}, 409, "nothing of that name"},
		{"people", "member", []string{"person", "ben", "role", "reader"}, 200, "local:ben"},
		{"people", "member", []string{"person", "local:tester", "role", ""}, 409, "the owner stays"},
		{"people", "offer", []string{"person", "local:ben"}, 409, "editor"},
		{"people", "rename", []string{"text", "Who hosts it"}, 200, "Who hosts it"},
		{"check", "nothing", nil, 404, "Nothing here"},
		{"people", "close", []string{"reason", "done"}, 200, "closed on"},
		{"board", "claim", []string{"text", "Too late"}, 409, "the case is closed"},
	} {
		r := send(t, s, "/cases", c+"/"+tt.view+"/"+tt.deed, tt.pairs...)
		if r.Status != tt.status || !strings.Contains(html.UnescapeString(r.Body), tt.want) {
			t.Errorf("%s %v: %d, want %d with %q\n%s", tt.deed, tt.pairs, r.Status, tt.status, tt.want, main(r.Body))
		}
	}
	for view, want := range map[string]string{"history": "took", "check": "All ground stands", "exhibits": "Immigration", "board": "Who hosts it"} {
		if view == "history" {
			want = "wrote a claim"
		}
		if r := s.Get(t, c+"/"+view); r.Status != http.StatusOK || !strings.Contains(r.Body, want) {
			t.Errorf("%s: %d without %q", view, r.Status, want)
		}
	}
	if r := s.Get(t, "/"); !strings.Contains(r.Body, "Who hosts it") || !strings.Contains(r.Body, "you work in it") {
		t.Error("the desk does not list the case")
	}
	if r := s.Do(t, http.MethodPost, c+"/people/reopen", "token=guessed"); r.Status != http.StatusForbidden {
		t.Errorf("a form of elsewhere: %d", r.Status)
	}
}

// To who is no member a case is not there, in the same bytes; a member who may not open
// a source is told that there is one, and no more.
func TestCaseOfOthers(t *testing.T) {
	h := webtest.Filled(t)
	with(t, h, "local:ben", "demo")
	s := webtest.Serve(t, h)
	s.Enter(t)
	c := begun(t, s)
	item := claimed(t, s, s.Passage(t, "capacity"), c, "The agency pays for hosting")
	ben := enterAs(t, h, identity.Actor{ID: "local:ben", Name: "ben"})
	none := "/c/c" + strings.Repeat("0", len(c)-len("/c/c"))
	views := []string{"/board", "/exhibits", "/timeline", "/tasks", "/check", "/people", "/history", "/claim?i=" + item, "/nothing"}
	for _, v := range views {
		a, b := ben.Get(t, c+v), ben.Get(t, none+v)
		if a.Status != http.StatusNotFound || a.Body != b.Body {
			t.Errorf("%s: %d, bodies alike: %v", v, a.Status, a.Body == b.Body)
		}
	}
	for _, deed := range []string{"/board/claim", "/board/enter", "/people/member", "/people/accept", "/board/nothing"} {
		a, b := send(t, ben, "/cases", c+deed, "text", "x", "person", "ben", "role", "editor"), send(t, ben, "/cases", none+deed, "text", "x", "person", "ben", "role", "editor")
		if a.Status != http.StatusNotFound || a.Body != b.Body {
			t.Errorf("%s: %d, bodies alike: %v", deed, a.Status, a.Body == b.Body)
		}
	}
	if r := ben.Get(t, "/cases"); strings.Contains(r.Body, "Hosting") {
		t.Error("the list tells of another's case")
	}
	send(t, s, "/cases", c+"/people/member", "person", "ben", "role", "reader")
	for _, v := range views[:len(views)-1] {
		r := ben.Get(t, c+v)
		if r.Status != http.StatusOK {
			t.Errorf("%s for a member: %d", v, r.Status)
		}
		for _, not := range []string{"shall provide", "papers", "Task order", "overt:", "capacity"} {
			if strings.Contains(r.Body, not) {
				t.Errorf("%s tells of a source that he may not open: %q", v, not)
			}
		}
		if strings.HasPrefix(v, "/claim") && !strings.Contains(r.Body, "a source you may not open") {
			t.Errorf("the cite is not told:\n%s", main(r.Body))
		}
	}
	if r := send(t, ben, "/cases", c+"/board/claim", "text", "x"); r.Status != http.StatusConflict || !strings.Contains(r.Body, "you may read this case") {
		t.Errorf("a reader writes: %d", r.Status)
	}
	// Who works in a case, and is a member no more, goes on without it.
	send(t, ben, "/cases", c+"/board/enter")
	if r := ben.Get(t, "/"); !strings.Contains(r.Body, "you work in it") {
		t.Error("the session is not in the case")
	}
	send(t, s, "/cases", c+"/people/member", "person", "local:ben", "role", "")
	if r := ben.Get(t, "/"); r.Status != http.StatusOK || strings.Contains(r.Body, "Hosting") {
		t.Errorf("after he was taken out: %d\n%s", r.Status, main(r.Body))
	}
}

// A claim lights up when the import that it rests on is taken back.
func TestCaseWithdrawn(t *testing.T) {
	h := webtest.Filled(t)
	webtest.Entities(t, h, "list", `{"id":"l-1","schema":"Company","properties":{"name":["Northmoor Bleaching Ltd"]}}`)
	s := webtest.Serve(t, h)
	s.Enter(t)
	c := begun(t, s)
	row := s.Row(t, "l-1")
	claimed(t, s, row, c, "There is such a company")
	pass, err := h.Pass(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	run := hometest.Known(t, h, func(_ context.Context, d *gate.Desk) (overt.RunID, error) { return d.Runs[len(d.Runs)-1].ID, nil })
	if err := pass.Undo(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	for _, v := range []string{"/board", "/check"} {
		if r := s.Get(t, c+v); !strings.Contains(r.Body, "was taken back") {
			t.Errorf("%s does not light up:\n%s", v, main(r.Body))
		}
	}
}

var cardOf = regexp.MustCompile(`id="i-([a-z0-9]{6})"`)

// From an opened document to a claim with its passage and whom it names: three presses.
// And the board goes by keys and by dragging.
func TestCiteIntoClaim(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	c := begun(t, s)
	b := s.Browse(t)
	b.Open("/d/" + s.Entity(t, "Task order 0017") + "?p=2&span=16,38")
	before := b.Presses()
	b.Key("c")
	b.Wait("html[data-ready] #into-text")
	b.Key("c")
	b.Until(`document.activeElement.id == "into-text"`)
	b.Type("Four Points is the contractor")
	b.Click(`button[value="claim"]`)
	b.Wait("html[data-ready] [data-claim] h1")
	if n := b.Presses() - before; n > 3 {
		t.Errorf("%d presses from a document to a claim, 3 are the most", n)
	}
	if r := s.Get(t, c+"/board"); !strings.Contains(r.Body, ">same<") || !strings.Contains(r.Body, "Four Points is the contractor") {
		t.Errorf("the board:\n%s", main(r.Body))
	}
	item := cardOf.FindStringSubmatch(s.Get(t, c+"/board").Body)[1]
	b.Open(c + "/board")
	b.Key("2") // it is at no claim
	b.Key("j")
	b.Key("2")
	b.Wait(`html[data-ready] [data-state="stated"] #i-` + item)
	drag := `(() => { const dt = new DataTransfer(), on = (q, n) => document.querySelector(q).dispatchEvent(new DragEvent(n, {bubbles: true, cancelable: true, dataTransfer: dt}));
		on("#i-` + item + `", "dragstart"); on("[data-state=%]", "dragover"); on("[data-state=%]", "drop"); return true; })()`
	webtest.Eval[bool](b, strings.ReplaceAll(drag, "%", "rejected"))
	b.Until(`document.activeElement.name == "reason"`)
	webtest.Eval[bool](b, strings.ReplaceAll(drag, "%", "confirmed"))
	b.Wait(`html[data-ready] [data-state="confirmed"] #i-` + item)
	for _, line := range b.Wrong() {
		t.Error(line)
	}
}

// Every view of a case holds in both directions, themes and widths.
func TestCaseScreens(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	empty := begun(t, s)
	c := begun(t, s, "template", "procurement-chain")
	item := claimed(t, s, s.Passage(t, "capacity"), c, "The agency pays for hosting")
	claimed(t, s, s.Row(t, s.Entity(t, "ICE")), c, "It has a name")
	send(t, s, "/cases", c+"/board/move", "item", item, "state", "stated")
	send(t, s, "/cases", c+"/board/oppose", "item", item, "other", claimed(t, s, s.Passage(t, "moved"), c, "Nobody pays"))
	send(t, s, "/cases", c+"/timeline/happened", "date", "2019-03/2020~", "text", "It is hosted elsewhere")
	send(t, s, "/cases", c+"/timeline/happened", "date", "2022-03-01", "text", "The order is signed")
	send(t, s, s.Passage(t, "capacity"), s.Passage(t, "capacity"), "into", strings.TrimPrefix(c, "/c/"), "text", "The order", "as", "exhibit")
	paths := map[string]string{"case-none": empty + "/board", "case-refused": empty + "x/board", "claim": c + "/claim?i=" + item, "cases": "/cases", "cite-into": s.Passage(t, "capacity"), "desk-cases": "/"}
	for _, v := range []string{"board", "exhibits", "timeline", "tasks", "check", "people", "history"} {
		paths["case-"+v] = c + "/" + v
	}
	s.Browse(t).Screens(paths)
}
