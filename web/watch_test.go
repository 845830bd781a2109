package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"overt/answer"
	"overt/identity"
	"overt/internal/hometest"
	"overt/web/webtest"
)

// harbour brings a company in that owns nothing, or, later, has moved and is owned.
func harbour(t *testing.T, h *hometest.Home, dataset, address string, more ...string) {
	t.Helper()
	webtest.Entities(t, h, dataset, append([]string{`{"id":"wa-1","schema":"Company","properties":{"name":["Harbour Watch Ltd"],"address":["` + address + `"]}}`}, more...)...)
}

// asked has everybody's watches asked again, as the service does.
func asked(t *testing.T, h *hometest.Home) {
	t.Helper()
	visits, err := h.Watches.Visits(t.Context())
	if err == nil {
		_, err = answer.RunWatches(t.Context(), h.Gate, visits, h.Clock())
	}
	if err != nil {
		t.Fatal(err)
	}
}

var watchForm = regexp.MustCompile(`(?s)<form method="post" action="/watches" class="watch-it">.*?</form>`)

// pressed presses "Watch this" on a page, and gives the watch's address.
func pressed(t *testing.T, s *webtest.Site, page string) string {
	t.Helper()
	form := watchForm.FindString(s.Get(t, page).Body)
	f := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(form, -1) {
		f.Set(m[1], m[2])
	}
	r := s.Do(t, http.MethodPost, "/watches", f.Encode())
	if r.Status != http.StatusOK || !strings.HasPrefix(r.Path, "/watches/w") || !strings.Contains(r.Body, "Nothing new") {
		t.Fatalf("%s is not watched: %d at %s\n%s", page, r.Status, r.Path, main(r.Body))
	}
	return r.Path
}

// What is watched is told on the desk and on its page, once, with where it stands.
func TestWatches(t *testing.T) {
	h := webtest.Filled(t)
	harbour(t, h, "ports", "1 Mole Street")
	s := webtest.Serve(t, h)
	s.Enter(t)
	if body := s.Get(t, "/watches").Body; !strings.Contains(body, "You watch nothing yet") {
		t.Error("the empty screen teaches nothing")
	}
	if body := s.Get(t, "/").Body; strings.Contains(body, "What changed in what you watch") {
		t.Error("the desk tells of watches where there are none")
	}
	entity, found := pressed(t, s, "/e/wa-1/facts"), pressed(t, s, "/search?q=harbour&kind=entity")
	pressed(t, s, between)
	for _, refused := range []string{"kind=search&words=%28", "kind=mail&words=x", "kind=list&names=x", "kind=trace&words=wa-1&to=wa-1"} {
		token := token.FindStringSubmatch(s.Get(t, "/watches").Body)[1]
		if r := s.Do(t, http.MethodPost, "/watches", refused+"&token="+token); r.Status != http.StatusBadRequest {
			t.Errorf("%s: %d", refused, r.Status)
		}
	}
	if r := send(t, s, "/watches", "/watches", "kind", "list", "names", "Harbour Watch\r\nNobody", "against", "ports"); r.Status != http.StatusOK || !strings.Contains(r.Body, "1 thing found") {
		t.Errorf("names on lists: %d\n%s", r.Status, main(r.Body))
	}
	if body := s.Get(t, "/").Body; !strings.Contains(body, "Nothing new in 4 watches.") {
		t.Error("the desk does not say that nothing is new")
	}
	harbour(t, h, "newer", "2 <script>window.planted.push(1)</script> Quay", `{"id":"wa-2","schema":"Company","properties":{"name":["Harbour Tug Ltd"]}}`)
	asked(t, h)
	asked(t, h)
	if body := s.Get(t, "/").Body; !strings.Contains(body, "2 new · since 20") || strings.Count(body, "1 new") != 2 {
		t.Errorf("the desk:\n%s", main(body))
	}
	news := s.Get(t, entity).Body
	if !strings.Contains(news, "2 &lt;script&gt;") || strings.Contains(news, "1 Mole Street") || !strings.Contains(news, `class="news-item fresh"`) {
		t.Errorf("what is new of the entity:\n%s", main(news))
	}
	chip := regexp.MustCompile(`<a class="chip [^>]*href="([^"]+)"`).FindStringSubmatch(main(news))
	if chip == nil {
		t.Fatal("the news has no source")
	}
	if r := s.Get(t, strings.ReplaceAll(chip[1], "&amp;", "&")); r.Status != http.StatusOK || !strings.Contains(r.Body, `<mark id="quote">`) {
		t.Errorf("the chip leads to %d", r.Status)
	}
	if r := send(t, s, entity, entity+"/seen", "number", "1", "stay", "1"); r.Path != entity || strings.Contains(r.Body, "fresh") {
		t.Errorf("what was seen is new, at %s", r.Path)
	}
	if r := send(t, s, found, found+"/remove"); r.Status != http.StatusOK || strings.Contains(r.Body, found) {
		t.Errorf("a watch that was removed is there: %d", r.Status)
	}
	if r := send(t, s, "/watches", "/watches/look"); r.Status != http.StatusOK || strings.Contains(r.Body, `class="tag new"`) {
		t.Errorf("asked again, something is new: %d\n%s", r.Status, main(r.Body))
	}
}

// Whoever did not set a watch is told what he is told of none; and of what one may not see
// any more, nothing is told.
func TestWatchesOfOthers(t *testing.T) {
	h := webtest.Filled(t)
	harbour(t, h, "ports", "1 Mole Street")
	harbour(t, h, "secret", "9 Hidden Steps")
	with(t, h, "local:ben", "ports")
	s := webtest.Serve(t, h)
	s.Enter(t)
	mine := pressed(t, s, "/e/wa-1/facts")
	ben := enterAs(t, h, identity.Actor{ID: "local:ben", Name: "ben"})
	his := pressed(t, ben, "/e/wa-1/facts")
	webtest.Entities(t, h, "secret", `{"id":"wa-1","schema":"Company","properties":{"name":["Harbour Watch Ltd"],"address":["10 Hidden Steps"]}}`)
	asked(t, h)
	if body := s.Get(t, mine).Body; !strings.Contains(body, "10 Hidden Steps") {
		t.Errorf("the owner is not told:\n%s", main(body))
	}
	if body := ben.Get(t, his).Body + ben.Get(t, "/").Body + ben.Get(t, "/watches").Body; strings.Contains(body, "Hidden") || strings.Contains(body, "secret") {
		t.Error("Ben is told what he may not see")
	}
	for _, deed := range []string{"", "/seen", "/remove"} {
		foreign, none := ben.Get(t, mine), ben.Get(t, "/watches/w000000000")
		if deed != "" {
			foreign, none = send(t, ben, "/watches", mine+deed), send(t, ben, "/watches", "/watches/w000000000"+deed)
		}
		if foreign.Status != http.StatusNotFound || foreign.Body != none.Body || none.Status != foreign.Status {
			t.Errorf("%q of a watch of somebody else: %d, of none: %d, bodies alike: %v", deed, foreign.Status, none.Status, foreign.Body == none.Body)
		}
	}
	h.Hide(t, "secret")
	if body := s.Get(t, mine).Body; strings.Contains(body, "Hidden") || !strings.Contains(body, "you may not see any more") {
		t.Errorf("news of what is hidden is shown:\n%s", main(body))
	}
	asked(t, h)
	if body := s.Get(t, mine).Body; strings.Contains(body, "Hidden") || strings.Contains(body, "gone") {
		t.Errorf("that something is hidden is told:\n%s", main(body))
	}
}

// The screens of watches hold in both directions, themes and widths; one press watches,
// and nothing that a source says is run.
func TestWatchScreens(t *testing.T) {
	h := webtest.Filled(t)
	harbour(t, h, "ports", "1 Mole Street")
	s := webtest.Serve(t, h)
	s.Enter(t)
	b := s.Browse(t)
	b.Screens(map[string]string{"watches-empty": "/watches"})
	b.Language("en")
	b.Open("/e/wa-1/facts")
	before := b.Presses()
	b.Key("v")
	b.Wait(".blank")
	if n := b.Presses() - before; n != 1 || !strings.HasPrefix(b.Path(), "/watches/w") {
		t.Fatalf("%d presses lead to %s", n, b.Path())
	}
	watch := b.Path()
	harbour(t, h, "newer", "2 <img src=x onerror=window.planted.push(1)> Quay")
	asked(t, h)
	b.Screens(map[string]string{"watches": "/watches", "news": watch, "desk-news": "/"})
}
