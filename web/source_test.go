package web_test

import (
	"net/http"
	"strings"
	"testing"

	"overt/identity"
	"overt/internal/hometest"
	"overt/pipeline"
	"overt/web"
	"overt/web/webtest"
)

// stated takes in a state of a list; a newer one is told from an older by its day.
func stated(t *testing.T, h *hometest.Home, day string, rows ...string) {
	t.Helper()
	req := pipeline.Request{Dataset: "register", Observed: day, Extent: "full", Files: []pipeline.Embedded{{Name: "register.ftm.json", Data: []byte(strings.Join(rows, "\n") + "\n")}}}
	if rep := h.Import(t, req); len(rep.Files) != 1 || rep.Files[0].Run == 0 {
		t.Fatalf("%+v", rep.Files)
	}
}

func filled(t *testing.T) *hometest.Home {
	t.Helper()
	h := webtest.Filled(t)
	stated(t, h, "2025-01-01",
		`{"id":"r-1","schema":"Company","properties":{"name":["Old Quay Ltd"]}}`,
		`{"id":"r-2","schema":"Company","properties":{"name":["Harbour Light"]}}`)
	stated(t, h, "2026-01-01",
		`{"id":"r-1","schema":"Company","properties":{"name":["New Quay Ltd"]}}`,
		`{"id":"r-3","schema":"Company","properties":{"name":["Third Wharf"]}}`,
		`{"id":"r-4","schema":"Ownership","properties":{"owner":["r-1"],"asset":["r-3"]}}`)
	return h
}

func holds(t *testing.T, s *webtest.Site, path string, status int, want ...string) string {
	t.Helper()
	r := s.Get(t, path)
	if r.Status != status {
		t.Fatalf("%s: %d, want %d\n%s", path, r.Status, status, main(r.Body))
	}
	for _, w := range want {
		if !strings.Contains(r.Body, w) {
			t.Errorf("%s has no %q:\n%s", path, w, main(r.Body))
		}
	}
	return r.Body
}

func TestSources(t *testing.T) {
	s := webtest.Serve(t, filled(t))
	s.Enter(t)
	holds(t, s, "/sources", 200, `href="/sources/papers"`, `href="/sources/register"`, "every purpose", `href="/search?dataset=papers"`)
	holds(t, s, "/sources/register", 200, "2026-01-01", "2025-01-01", "nobody said", "against import ", "/audit?about=register")
	holds(t, s, "/sources/papers?view=files", 200, "1 file could not be read", "broken.txt", "it is protected", "give its password", "minutes.txt")
	if page := holds(t, s, "/sources/papers?view=files&verdict=failed", 200, "broken.txt"); strings.Contains(page, "minutes.txt") {
		t.Error("the outcome narrows nothing")
	}
	holds(t, s, "/sources/register?view=left", 200, "Nothing was left out")
	holds(t, s, "/sources/register?view=changes", 200, "Third Wharf", "Harbour Light", "New Quay Ltd", "Old Quay Ltd", "New Quay Ltd → Third Wharf", `href="/x/`)
	holds(t, s, "/sources/papers?view=changes", 200, "Only one state")
	holds(t, s, "/sources/register?view=changes&from=1&to=9999", 404)
	holds(t, s, "/sources/register?view=nothing", 400)
	holds(t, s, "/sources/register?after=x", 400)
	holds(t, s, "/sources/nothing", 404)
}

// What is hidden is told as what is not there.
func TestSourceHidden(t *testing.T) {
	h := filled(t)
	s := webtest.Serve(t, h)
	s.Enter(t)
	before := strings.Count(holds(t, s, "/sources", 200), "<tr")
	h.Hide(t, "register")
	page := holds(t, s, "/sources", 200)
	if strings.Contains(page, "register") || strings.Count(page, "<tr") != before-1 {
		t.Error("the list tells of a hidden source")
	}
	for _, view := range []string{"", "?view=files", "?view=left", "?view=changes", "?view=changes&from=1&to=2"} {
		hidden, none := s.Get(t, "/sources/register"+view), s.Get(t, "/sources/nowhere"+view)
		if hidden.Status != http.StatusNotFound || hidden.Status != none.Status || hidden.Body != none.Body {
			t.Errorf("%s: hidden %d, not there %d, alike: %v", view, hidden.Status, none.Status, hidden.Body == none.Body)
		}
	}
	// Another purpose sees it, and is told what it is there for.
	s.Do(t, http.MethodPost, "/session", "purpose=verification&token="+token.FindStringSubmatch(s.Get(t, "/session").Body)[1], "Origin", s.URL)
	if page := main(holds(t, s, "/sources/register", 200, "verification")); strings.Contains(page, "every purpose") {
		t.Error("a narrowed source is open to all")
	}
}

// Who read a document, and why, is one press from it; only the owner is told.
func TestAudit(t *testing.T) {
	h := filled(t)
	s := webtest.Serve(t, h)
	s.Enter(t)
	holds(t, s, s.Passage(t, "capacity"), 200)
	doc := s.Entity(t, "Task order 0017")
	page := holds(t, s, "/d/"+doc, 200, "who read it")
	link := page[strings.Index(page, `href="/audit?about=`)+len(`href="`):]
	link = link[:strings.Index(link, `"`)]
	holds(t, s, link, 200, "page.read", "passage.read", h.Actor.ID, "investigation")

	holds(t, s, "/audit", 200, "Records of all that was asked", "audit.read", "page.read")
	if page := main(holds(t, s, "/audit?did=audit&about=all+that", 200, "that did audit about all that")); strings.Contains(page, ">page.read<") {
		t.Error("the filter takes what it should not")
	}
	holds(t, s, "/audit?who=nobody&since=2026-12-01&until=2026-12-31", 200, "No record matches", "by nobody from 2026-12-01 on up to 2026-12-31")
	holds(t, s, "/audit?since=soon", 400)
	holds(t, s, "/audit?before=x", 400)
	holds(t, s, "/audit?before=1", 200, `href="/audit/0"`)
	holds(t, s, "/audit/0", 200, "proved", "c2sp.org/tlog-proof@v1", h.Log.Key()[:20])
	if r := s.Get(t, "/audit/0?proof=1"); !strings.HasPrefix(r.Body, "c2sp.org/tlog-proof@v1\nindex 0\n") {
		t.Errorf("the proof is %q", r.Body)
	}
	holds(t, s, "/audit/99999999", 404)
	holds(t, s, "/audit/-1", 404)
	holds(t, s, "/audit/x", 404)

	h.Admit(t, "local:ben", "papers")
	ben := identity.Actor{ID: "local:ben", Name: "Ben"}
	if r := s.Do(t, http.MethodPost, "/leave", "token="+token.FindStringSubmatch(s.Get(t, "/session").Body)[1], "Origin", s.URL); r.Status >= 500 {
		t.Fatal(r.Status)
	}
	holds(t, s, web.EnterPath+s.Desk.Key(ben), 200)
	refused := holds(t, s, "/audit", 403, "only the owner of the home does that")
	if main(refused) != main(holds(t, s, "/audit/0", 403)) || main(refused) != main(holds(t, s, "/audit?who=nobody", 403)) {
		t.Error("refusals differ")
	}
	if page := holds(t, s, "/sources", 200, "papers"); strings.Contains(page, "register") {
		t.Error("Ben is told of what he may not see")
	}
}

// The log is read back in pages, each record once.
func TestAuditPages(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	for range 60 {
		s.Get(t, "/sources/nothing")
	}
	seen, path := 0, "/audit?about=nothing&did=source"
	for path != "" && seen < 100 {
		page := holds(t, s, path, 200)
		seen += strings.Count(main(page), ">source.read<")
		path = ""
		if _, rest, ok := strings.Cut(page, `rel="next" href="`); ok {
			path, _, _ = strings.Cut(rest, `"`)
			path = strings.ReplaceAll(path, "&amp;", "&")
		}
	}
	if seen != 60 {
		t.Errorf("%d records, want 60", seen)
	}
}

func TestSourceScreens(t *testing.T) {
	s := webtest.Serve(t, filled(t))
	s.Enter(t)
	b := s.Browse(t)
	b.Screens(map[string]string{
		"sources": "/sources", "source": "/sources/register", "source-files": "/sources/papers?view=files", "source-changes": "/sources/register?view=changes",
		"audit": "/audit", "audit-none": "/audit?who=nobody", "audit-record": "/audit/3",
	})
}
