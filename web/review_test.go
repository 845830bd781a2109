package web_test

import (
	"encoding/csv"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"overt/identity"
	"overt/internal/hometest"
	"overt/web/webtest"
)

// likeness is a home with two registers of companies that are like each other, some
// of them one: n pairs to decide, in two scripts.
func likeness(t *testing.T, n int) *hometest.Home {
	t.Helper()
	h := hometest.Memory(t)
	var north, south []string
	for i := range n {
		place := []string{"Harbour", "Quarry", "Meadow", "Orchard", "Foundry", "Lantern", "Saddler", "Thistle", "Willow", "Anchor", "Beacon", "Cinder"}[i%12]
		kind := []string{"Trading", "Shipping", "Works", "Supply"}[i/12%4]
		north = append(north, fmt.Sprintf(`{"id":"n-%02d","schema":"Company","properties":{"name":["Old %s %s Limited"],"jurisdiction":["gb"],"incorporationDate":["20%02d-03-01"]}}`, i, place, kind, i%20))
		south = append(south, fmt.Sprintf(`{"id":"s-%02d","schema":"Company","properties":{"name":["Old %s %s Ltd"],"jurisdiction":["gb"],"incorporationDate":["20%02d-04-01"]}}`, i, place, kind, (i+1)%20))
	}
	north = append(north, `{"id":"n-x","schema":"Company","properties":{"name":["Северный <script>planted.push(1)</script> Причал"],"jurisdiction":["ru"]}}`)
	south = append(south, `{"id":"s-x","schema":"Company","properties":{"name":["Severny Prichal"],"jurisdiction":["ru"]}}`)
	webtest.Entities(t, h, "north", north...)
	webtest.Entities(t, h, "south", south...)
	return h
}

var action = regexp.MustCompile(`<form class="verdicts" method="post" action="([^"]+)"`)
var hiddenField = regexp.MustCompile(`<input type="hidden" name="([a-z]+)" value="([^"]*)"`)

// answered sends what the form of a pair's page would send.
func decided(t *testing.T, s *webtest.Site, page, verdict string) *webtest.Reply {
	t.Helper()
	m := action.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no form in\n%s", page)
	}
	_, form, _ := strings.Cut(page, m[0])
	form, _, _ = strings.Cut(form, "</form>")
	body := url.Values{"verdict": {verdict}}
	for _, f := range hiddenField.FindAllStringSubmatch(form, -1) {
		body.Set(f[1], html.UnescapeString(f[2]))
	}
	return s.Do(t, http.MethodPost, html.UnescapeString(m[1]), body.Encode())
}

// Without a script, an answer is kept, leads to the next pair, is taken back there, and
// the queue goes on where it was left.
func TestReviewForms(t *testing.T) {
	s := webtest.Serve(t, likeness(t, 6))
	s.Enter(t)
	list := s.Get(t, "/review")
	if list.Status != http.StatusOK || !strings.Contains(list.Body, "Pairs that wait for a person") {
		t.Fatalf("%d\n%s", list.Status, list.Body)
	}
	first := s.Get(t, "/review/open")
	for _, want := range []string{"One or two?", "<svg", "odds before", "If one:", `data-key="y"`, `data-key="z"`} {
		if strings.Contains(first.Body, want) == (want == `data-key="z"`) {
			t.Errorf("the first pair: %q is there or is not, and should be otherwise", want)
		}
	}
	second := decided(t, s, first.Body, "negative")
	if second.Status != http.StatusOK || second.Path == first.Path || !strings.Contains(second.Body, ": <b>two</b>") || !strings.Contains(second.Body, `data-key="z"`) {
		t.Fatalf("after an answer: %d %s\n%s", second.Status, second.Path, second.Body)
	}
	if again := s.Get(t, "/review/open"); again.Path == first.Path {
		t.Error("a decided pair comes again")
	}
	if r := s.Get(t, first.Path); !strings.Contains(r.Body, "earlier:") {
		t.Error("the earlier answer is not told")
	}
	_, undo, _ := strings.Cut(second.Body, `id="last"`)
	undo, _, _ = strings.Cut(undo, "</form>")
	body := url.Values{}
	for _, f := range hiddenField.FindAllStringSubmatch(undo, -1) {
		body.Set(f[1], html.UnescapeString(f[2]))
	}
	if back := s.Do(t, http.MethodPost, "/review/open/undo", body.Encode()); back.Path != first.Path {
		t.Errorf("taken back, %s comes", back.Path)
	}
	if r := s.Get(t, "/review/open"); r.Path != first.Path {
		t.Errorf("taken back, the queue goes on at %s", r.Path)
	}
	if r := s.Get(t, "/review/judgements"); !strings.Contains(r.Body, "Nobody has judged") {
		t.Error("what was taken back stands")
	}
	if r := decided(t, s, first.Body, "perhaps"); r.Status != http.StatusBadRequest {
		t.Errorf("no verdict: %d", r.Status)
	}
}

// Blind, neither the score nor earlier answers are in the page, and none is kept; they
// are told once it is answered.
func TestReviewBlind(t *testing.T) {
	s := webtest.Serve(t, likeness(t, 6))
	s.Enter(t)
	page := s.Get(t, "/review/label")
	if page.Status != http.StatusOK || strings.Contains(page.Body, "<svg") || strings.Contains(page.Body, "odds before") || strings.Contains(page.Body, "<b>p ") {
		t.Fatalf("%d: it sways\n%s", page.Status, page.Body)
	}
	if r := decided(t, s, page.Body, "positive"); !strings.Contains(r.Body, "the resolver: p ") {
		t.Errorf("answered, the score is not told\n%s", r.Body)
	}
	rows, err := csv.NewReader(strings.NewReader(s.Get(t, "/review/judgements.csv").Body)).ReadAll()
	if err != nil || len(rows) != 2 || rows[1][4] != "positive" || rows[1][8] != "" || rows[1][9] == "" || len(rows[1][11]) != 64 {
		t.Errorf("kept %v, %v", rows, err)
	}
	if r := s.Get(t, page.Path); !strings.Contains(r.Body, "1 earlier answer, hidden") {
		t.Error("an earlier answer sways")
	}
	if r := s.Get(t, "/bench"); !strings.Contains(r.Body, "by 1 random pair of those") || !strings.Contains(r.Body, "Calibration") {
		t.Errorf("the bench does not count it\n%s", r.Body)
	}
}

// Pairs are decided alike only after those drawn were looked at, and none failed.
func TestReviewBatch(t *testing.T) {
	s := webtest.Serve(t, likeness(t, 30))
	s.Enter(t)
	const at = "/review/open/batch?from=0.1&to=1&as=negative"
	token := hiddenField.FindStringSubmatch(s.Get(t, "/session").Body)[2]
	body := url.Values{"token": {html.UnescapeString(token)}}.Encode()
	page := s.Get(t, at)
	drawn := regexp.MustCompile(`href="(/review/open/[^"]+blind=1)"`).FindAllStringSubmatch(page.Body, -1)
	if len(drawn) < 2 || strings.Contains(page.Body, "Decide ") && strings.Contains(page.Body, "pairs so") {
		t.Fatalf("%d drawn, ready at once\n%s", len(drawn), page.Body)
	}
	if r := s.Do(t, http.MethodPost, at, body); r.Status != http.StatusForbidden {
		t.Errorf("not looked at: %d", r.Status)
	}
	for _, d := range drawn {
		decided(t, s, s.Get(t, html.UnescapeString(d[1])).Body, "negative")
	}
	if r := s.Do(t, http.MethodPost, strings.Replace(at, "negative", "positive", 1), body); r.Status != http.StatusForbidden {
		t.Errorf("those drawn are two, the rest was to be one: %d", r.Status)
	}
	r := s.Do(t, http.MethodPost, at, body)
	if r.Status != http.StatusOK || !strings.Contains(r.Body, "pairs decided:") {
		t.Errorf("looked at: %d\n%s", r.Status, r.Body)
	}
	if r := s.Get(t, at); !strings.Contains(r.Body, "No open pair") {
		t.Error("they are open still")
	}
}

// What one may not see is in no queue, and told like what is not there.
func TestReviewHidden(t *testing.T) {
	h := likeness(t, 4)
	s := webtest.Serve(t, h)
	s.Enter(t)
	page := s.Get(t, "/review/open")
	decided(t, s, page.Body, "negative")
	h.Hide(t, "south")
	for _, path := range []string{page.Path, "/review/open/n-00/s-00"} {
		hidden, none := s.Get(t, path), s.Get(t, "/review/open/n-00/nobody")
		if hidden.Status != http.StatusNotFound || hidden.Body != none.Body || none.Status != hidden.Status {
			t.Errorf("%s: hidden %d, not there %d", path, hidden.Status, none.Status)
		}
	}
	for _, path := range []string{"/review", "/review/open", "/review/judgements", "/review/judgements.csv", "/bench", "/review/open/batch?from=0.1"} {
		if r := s.Get(t, path); r.Status != http.StatusOK || strings.Contains(r.Body, "s-0") || strings.Contains(r.Body, "south") || strings.Contains(r.Body, "1 judgement<") {
			t.Errorf("%s: %d, or it tells of what is hidden", path, r.Status)
		}
	}
	for path, status := range map[string]int{"/review/all": 404, "/review/open/n-00/n-00": 404, "/review/label/batch": 404, "/review/open/batch?from=x": 400, "/review/open/batch?from=1&to=0.5": 400, "/bench.csv?table=none": 404, "/review/judgements?after=x": 400} {
		if r := s.Get(t, path); r.Status != status {
			t.Errorf("%s: %d, want %d", path, r.Status, status)
		}
	}
}

// A pair tells which of the asker's cases it touches, and a value its source.
func TestReviewImpact(t *testing.T) {
	s := webtest.Serve(t, likeness(t, 3))
	s.Enter(t)
	page := s.Get(t, "/review/open/n-00/s-00")
	for _, want := range []string{"in 0 cases of yours", "5 values, 0 links", "= same", "≠ differs", "alike", `href="/x/`} {
		if strings.Contains(page.Body, want) == (want == "alike") {
			t.Errorf("%q is there or is not, and should be otherwise", want)
		}
	}
	id := s.OpenCase(t, "Harbours")
	token := html.UnescapeString(hiddenField.FindStringSubmatch(s.Get(t, "/session").Body)[2])
	if r := s.Do(t, http.MethodPost, "/c/"+id+"/board/subject", url.Values{"token": {token}, "entity": {"s-00"}}.Encode()); r.Status != http.StatusOK {
		t.Fatalf("a subject: %d\n%s", r.Status, r.Body)
	}
	if r := s.Get(t, page.Path); !strings.Contains(r.Body, "in 1 case of yours, 0 published reports") {
		t.Error("the case it touches is not told")
	}
	if r := s.Get(t, "/review/open/n-01/s-00"); !strings.Contains(r.Body, "in 1 case of yours") {
		t.Error("a pair that nothing likens does not tell its case")
	}
}

// In a browser a pair is one key: the next one shows at once, fetched before; what was
// said stands beside, and is taken back by another key. Nothing is lost when keys come
// as fast as pairs.
func TestReviewKeys(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser of its own: in the full run only")
	}
	s := webtest.Serve(t, likeness(t, 12))
	s.Enter(t)
	b := s.Browse(t)
	b.Open("/review/open")
	first := b.Path()
	b.Until(`document.querySelector("form.verdicts").dataset.ahead.split(" ").length == 3`)
	before := b.Presses()
	b.Key("y")
	b.Until(`document.querySelector("#last form")`)
	if n := b.Presses() - before; n != 1 || b.Path() == first {
		t.Errorf("%d presses, and it is at %s", n, b.Path())
	}
	b.Key("z")
	b.At(first)
	for _, key := range []string{"n", "n", "n", "u", "s"} {
		at, _, _ := strings.Cut(b.Path(), "?")
		b.Key(key)
		b.Until(fmt.Sprintf("location.pathname != %q", at))
	}
	b.Until(`!document.documentElement.hasAttribute("data-sending") && document.querySelector("#last form")`)
	b.Open("/review/judgements")
	if n := webtest.Eval[int](b, `document.querySelectorAll(".hit").length`); n != 4 {
		t.Errorf("of 4 answers %d were kept", n)
	}
	b.Open("/review/open/n-x/s-x")
	b.Key("l")
	b.At("/review/open/n-x/s-x?latin=1")
	if text := webtest.Eval[string](b, `document.querySelector("table.pair").innerText`); !strings.Contains(text, "prichal") {
		t.Errorf("it is not in Latin letters: %s", text)
	}
	b.Screens(map[string]string{
		"review": "/review", "review-pair": "/review/open/n-x/s-x", "review-blind": "/review/label", "review-batch": "/review/open/batch?from=0.1&to=1",
		"review-none": "/review/second", "review-judgements": "/review/judgements", "bench": "/bench", "review-refused": "/review/open/n-x/nobody",
	})
}

// Where there is nothing to compare, each screen says what to do.
func TestReviewEmpty(t *testing.T) {
	s := webtest.Serve(t, hometest.Memory(t))
	s.Enter(t)
	for path, want := range map[string]string{"/review": "Nothing to compare yet", "/review/open": "Nothing is left to decide", "/review/judgements": "Nobody has judged", "/bench": "Label 200 pairs to see error bars"} {
		if r := s.Get(t, path); r.Status != http.StatusOK || !strings.Contains(r.Body, want) {
			t.Errorf("%s: %d, or it does not say %q", path, r.Status, want)
		}
	}
	for _, table := range []string{"thresholds", "groups", "calibration", "evaluations", "published"} {
		rows, err := csv.NewReader(strings.NewReader(s.Get(t, "/bench.csv?table="+table).Body)).ReadAll()
		if err != nil || len(rows) == 0 || (table == "published") != (len(rows) > 5) {
			t.Errorf("%s: %d rows, %v", table, len(rows), err)
		}
	}
}

// Where two people are asked for, the word of one is shown as waiting, and the queue of
// the second has it for the other.
func TestReviewSecond(t *testing.T) {
	h := likeness(t, 4)
	h.AskSecond(t, "local:second", "south", "north")
	s := webtest.Serve(t, h)
	s.Enter(t)
	page := s.Get(t, "/review/open")
	if !strings.Contains(page.Body, "needs two people") {
		t.Error("it is not said that two people are asked for")
	}
	if r := decided(t, s, page.Body, "positive"); !strings.Contains(r.Body, "waits for a second person") {
		t.Errorf("the word of one counts at once\n%s", r.Body)
	}
	if r := s.Get(t, "/review/second"); !strings.Contains(r.Body, "Nothing is left to decide") {
		t.Error("who said so is asked to say it again")
	}
	mine := s.Get(t, page.Path)
	if mine.Status != http.StatusOK || !strings.Contains(mine.Body, "You said so already.") {
		t.Errorf("%d: who said so is not told", mine.Status)
	}
	if r := decided(t, s, mine.Body, "positive"); r.Status != http.StatusConflict || !strings.Contains(r.Body, "you said so already") {
		t.Errorf("said twice by one: %d", r.Status)
	}
	if r := s.Get(t, "/review/judgements?waiting=1"); !strings.Contains(r.Body, "1 judgement<") {
		t.Error("what waits is not listed")
	}
	s.Actor = identity.Actor{ID: "local:second", Name: "second"}
	s.Enter(t)
	theirs := s.Get(t, "/review/second")
	if r := decided(t, s, theirs.Body, "positive"); r.Status != http.StatusOK || !strings.Contains(r.Body, "Nothing is left to decide") {
		t.Errorf("the second says the same: %d\n%s", r.Status, r.Body)
	}
	if r := s.Get(t, "/bench"); !strings.Contains(r.Body, "Two people said the same of 1 of 1 pairs") && !strings.Contains(r.Body, "Label 200") {
		t.Error("the bench does not count what two said")
	}
	if r := s.Get(t, "/review"); !strings.Contains(r.Body, "two people said the same of 1 of 1 pairs") {
		t.Error("agreement is not told")
	}
}
