package web_test

import (
	"context"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"overt/answer"
	"overt/gate"
	"overt/identity"
	"overt/internal/hometest"
	"overt/search"
	"overt/web/webtest"
)

var commentItem = regexp.MustCompile(`id="i-([a-z0-9]{6})"`)

// Comments stand beside the sentence they are on, are answered and settled, and stay
// in the case.
func TestReportComments(t *testing.T) {
	h := webtest.Filled(t)
	anna, ben, c, item := confirmed(t, h)
	page := send(t, anna, c+"/report", c+"/report/report", "outline", "1").Path
	_, id, _ := strings.Cut(page, "?i=")
	on := func(s *webtest.Site, deed string, pairs ...string) *webtest.Reply {
		t.Helper()
		return send(t, s, page, strings.Replace(page, "?", "/"+deed+"?", 1), pairs...)
	}
	holds := func(r *webtest.Reply, words ...string) {
		t.Helper()
		for _, w := range words {
			if r.Status != http.StatusOK || !strings.Contains(html.UnescapeString(r.Body), w) {
				t.Fatalf("%d, without %q:\n%s", r.Status, w, main(r.Body))
			}
		}
	}
	if r := on(ben, "comment", "item", id, "on", "the moon", "text", "which <b>moon</b>?"); r.Status != http.StatusConflict || !strings.Contains(html.UnescapeString(r.Body), "do not stand in one paragraph") || !strings.Contains(r.Body, "which &lt;b&gt;moon&lt;/b&gt;?</textarea>") {
		t.Errorf("words that are not there: %d\n%s", r.Status, main(r.Body))
	}
	r := on(ben, "comment", "item", id, "on", "agency pays for hosting. [@"+item+"]", "text", "since <b>when</b>?")
	holds(r, "a comment is not settled", `<q><bdi>agency pays for hosting.</bdi></q>`, `class="remark"`, "commented", `<option value="The agency pays for hosting.">`)
	if strings.Contains(r.Body, "<b>when") {
		t.Error("a comment is no mark-up")
	}
	m := commentItem.FindStringSubmatch(r.Body)
	if m == nil {
		t.Fatalf("no comment:\n%s", main(r.Body))
	}
	holds(on(anna, "note", "item", m[1], "text", "since 2021"), "since 2021")
	holds(on(anna, "preview", "item", id, "text", "Nothing."), "a comment is not settled")
	r = on(anna, "edit", "item", id, "text", "The agency hosts. [@"+item+"]")
	holds(r, "the words are not there any more", "a comment is not settled")
	if strings.Contains(r.Body, `class="remark"`) {
		t.Error("it stands beside a sentence that it is not on")
	}
	if r := on(anna, "request", "item", id); r.Status != http.StatusConflict {
		t.Errorf("asked with an open comment: %d", r.Status)
	}
	r = on(anna, "move", "item", m[1], "state", "done")
	holds(r, "settled")
	if strings.Contains(r.Body, "a comment is not settled") {
		t.Error("it is still a point of the check list")
	}
	holds(on(anna, "move", "item", m[1], "state", "open"), "a comment is not settled")
	holds(ben.Get(t, c+"/history"), "agency pays for hosting.", "since 2021")

	waived(t, anna, page) // the comment too
	on(anna, "request", "item", id)
	r = on(ben, "approve", "item", id, "publish", "1")
	out := "/p/" + strings.TrimPrefix(c, "/c/") + "." + id + "/2/"
	holds(r, out)
	for _, name := range []string{"", "edition.json"} {
		r := anna.Get(t, out+name)
		if r.Status != http.StatusOK || strings.Contains(r.Body, "comment") || strings.Contains(r.Body, "since 2021") || strings.Contains(r.Body, "when") {
			t.Errorf("%q has the comment: %d\n%s", name, r.Status, r.Body)
		}
	}
}

// A search is kept with its first hits, each with its place, and opened again as it was.
func TestKeptSearch(t *testing.T) {
	h := webtest.Filled(t)
	anna, _, c, item := confirmed(t, h)
	if r := anna.Get(t, "/search?q=hosting"); !strings.Contains(r.Body, "Add the view to the case") {
		t.Errorf("a search cannot be kept:\n%s", main(r.Body))
	}
	kept := func(address string) string {
		t.Helper()
		r := send(t, anna, "/cases", c+"/exhibits/view", "address", address)
		all := keptItem.FindAllStringSubmatch(r.Body, -1)
		if r.Status != http.StatusOK || len(all) == 0 {
			t.Fatalf("%s is not kept: %d\n%s", address, r.Status, main(r.Body))
		}
		return all[len(all)-1][1]
	}
	passages := kept("/search?q=capacity&kind=passage&after=guessed")
	r := anna.Get(t, c+"/view/"+passages)
	for _, want := range []string{"Search for capacity", "<table", `href="/x/`, "cite=overt%3A", "could have it"} {
		if r.Status != http.StatusOK || !strings.Contains(r.Body, want) {
			t.Errorf("the kept search lacks %q:\n%s", want, main(r.Body))
		}
	}
	entities := kept("/search?q=technology&kind=entity")
	if r := anna.Get(t, c+"/view/"+entities); !strings.Contains(r.Body, "Four Points Technology") || strings.Contains(r.Body, "no source") {
		t.Errorf("entities without a place:\n%s", main(r.Body))
	}
	hits := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (*answer.Hits, error) {
		return answer.PlaceHits(ctx, d, search.Query{Text: "hosting"}, 1)
	})
	if len(hits.List) != 1 || !hits.More || len(hits.IDs) != 2 || hits.Unread != 1 || len(hits.Labels) != 1 {
		t.Errorf("one of two hits is %+v", hits)
	}
	page := send(t, anna, c+"/report", c+"/report/report", "outline", "1").Path
	_, id, _ := strings.Cut(page, "?i=")
	r = send(t, anna, page, strings.Replace(page, "?", "/edit?", 1), "item", id, "text", "The agency pays. [@"+item+"]\n\n[@"+passages+" table]")
	if !strings.Contains(r.Body, "Search for capacity") || strings.Contains(html.UnescapeString(r.Body), "no source is told") {
		t.Errorf("it is not placed:\n%s", main(r.Body))
	}
	with(t, h, "local:ben", "nothing")
	ben := enterAs(t, h, identity.Actor{ID: "local:ben", Name: "ben"})
	if r := ben.Get(t, c+"/exhibits"); strings.Contains(r.Body, "capacity") || !strings.Contains(r.Body, "a view of sources you may not all open") {
		t.Errorf("told to who does not see its sources: %d\n%s", r.Status, main(r.Body))
	}
}
