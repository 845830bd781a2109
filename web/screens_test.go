package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"overt/web/webtest"
)

// Every screen holds in both directions, themes and widths.
func TestScreens(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	id := s.Entity(t, "ICE")
	webtest.Documents(t, s.Home, "scans", map[string]string{"scan.tif": scanned})
	doc := s.Entity(t, "Task order 0017")
	value := unescaped(strings.TrimPrefix(regexp.MustCompile(`href="/e/[^"]+/value[^"]+`).FindString(s.Get(t, "/e/"+id+"/facts").Body), `href="`))
	b := s.Browse(t)
	b.Screens(map[string]string{
		"desk": "/", "search": "/search?q=hosting", "search-empty": "/search", "search-none": "/search?q=nowhere", "search-mistake": "/search?q=%28",
		"facts": "/e/" + id + "/facts", "links": "/e/" + id + "/links", "money": "/e/" + id + "/money", "mentions": "/e/" + id + "/mentions", "reach": "/e/" + id + "/reach", "history": "/e/" + id + "/history",
		"document": "/e/" + doc + "/facts", "no-mentions": "/e/" + doc + "/mentions", "passage": s.Passage(t, "capacity"),
		"read": "/d/" + doc + "?p=2&find=the", "scan": "/d/" + s.Entity(t, "scan.tif") + "?p=1&span=4,9", "text": "/d/" + doc + "?view=text", "row": s.Row(t, id),
		"session": "/session", "nothing": "/nowhere", "conflict": "/e/" + id + "/conflict?prop=name", "sum": "/e/" + id + "/sum?way=from&kind=stated&by=supplier", "value": value,
	})
}

// A screen says the same about what is hidden as about what is not there.
func TestHidden(t *testing.T) {
	h := webtest.Filled(t)
	webtest.Entities(t, h, "secret", `{"id":"hid-1","schema":"Company","properties":{"name":["Hidden Harbour Ltd"]}}`)
	s := webtest.Serve(t, h)
	s.Enter(t)
	shown := s.Get(t, "/e/hid-1/facts")
	if shown.Status != http.StatusOK || !strings.Contains(shown.Body, "Hidden Harbour") {
		t.Fatalf("before it is hidden: %d", shown.Status)
	}
	row := s.Row(t, "hid-1")
	h.Hide(t, "secret")
	for _, view := range []string{"facts", "links", "money", "mentions", "reach", "history", "value?prop=name&is=Hidden+Harbour+Ltd", "conflict", "sum?kind=obligated&by=year&way=to"} {
		hidden, none := s.Get(t, "/e/hid-1/"+view), s.Get(t, "/e/hid-2/"+view)
		if hidden.Status != http.StatusNotFound || hidden.Body != none.Body || none.Status != hidden.Status {
			t.Errorf("%s: hidden %d, not there %d, bodies alike: %v", view, hidden.Status, none.Status, hidden.Body == none.Body)
		}
	}
	other := strings.Replace(row, row[3:11], "00000000", 1)
	if hidden, none := s.Get(t, row), s.Get(t, other); hidden.Status != http.StatusNotFound || hidden.Body != none.Body {
		t.Errorf("a place: hidden %d, not there %d", hidden.Status, none.Status)
	}
	if r := s.Get(t, "/search?q=Harbour"); strings.Contains(r.Body, "Hidden") || strings.Contains(r.Body, "secret") {
		t.Error("search tells of what is hidden")
	}
	if r := s.Get(t, "/"); strings.Contains(r.Body, "secret") {
		t.Error("the desk tells of what is hidden")
	}
}
