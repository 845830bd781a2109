package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"overt/answer"
	"overt/ftm"
	"overt/web/webtest"
)

// foreign are texts of a page, outside what is not our own, that have words of another
// script.
const foreign = `(() => {
	const out = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let n; n = walk.nextNode();)
		if (/[A-Za-z]{3,}/.test(n.data.replace(/\u2068[^\u2069]*\u2069/g, "")) && !n.parentElement.closest("bdi, code, pre, kbd, script, option, textarea, svg, #keys, .brand, [dir=auto]")) out.push(n.data.trim());
	return out;
})()`

// own are words that are the same in every language.
var own = []string{"CSV", "JSON", "SHA-256", "policy.yaml", "UTC", "USD", "c2sp.org", "overt", "Amazon Web Services", "SEVIS", "YAML", "XLSX", "ZIP", "Ctrl-K", "A4", "docs/"}

// modelled are the words of the model, in lower case: FollowTheMoney has them in English.
func modelled() map[string]bool {
	out := map[string]bool{}
	add := func(words ...string) {
		for _, w := range words {
			out[strings.ToLower(w)] = true
		}
	}
	for _, s := range ftm.Default().Schemata() {
		add(s.Label, s.Plural, answer.KindLabel(s.Name, false), answer.KindLabel(s.Name, true))
		for _, p := range s.Properties {
			add(p.Label, p.Type.Name, answer.KindLabel(s.Name+":"+p.Name, false), answer.KindLabel(s.Name+":"+p.Name, true))
		}
	}
	return out
}

// Every page of the desk loads within its budget, and speaks the language of who reads it.
func TestEveryPage(t *testing.T) {
	s, beginnings := work(t, func(place string) string { return "Harbour " + place })
	stops, ways := tour(t, s, beginnings...), newRoam(s)
	stops = slices.DeleteFunc(stops, func(p *stop) bool {
		return !p.page() || strings.HasPrefix(p.asked, "/p/") // what is published is no page of the desk: no script, no font, and the language of its report
	})
	for _, p := range stops {
		if route, _ := ways.route(p.Path); p.Status == http.StatusOK {
			paged[route] = true
		}
	}
	stops = few(stops)
	b := s.Browse(t)
	for _, p := range stops {
		light(t, b, p.asked)
	}
	known = ways
	b.Language("ar")
	model := modelled()
	for _, p := range stops {
		if b.Open(p.asked); webtest.Eval[string](b, "document.documentElement.lang") == "ar" {
			arabic(t, b, p.asked, model)
		} else if !s.Desk.Patterns()[p.route] { // to who has not come in, nobody knows which language he reads
			t.Errorf("%s is not in Arabic", p.asked)
		}
	}
}

// light loads a page as at a first visit, within the budget of bytes, in KB of 1,000: gzip,
// and fonts as they are; and of requests. How long it took is told alone.
func light(t *testing.T, b *webtest.Browser, path string) {
	t.Helper()
	b.Fresh()
	begin := time.Now()
	b.Open(path)
	b.Until(`document.readyState == "complete" && document.fonts.status == "loaded"`)
	all, fonts, requests := b.Loaded()
	if rest := all - fonts; rest > 60_000 || all > 155_000 || fonts == 0 || requests > 12 {
		t.Errorf("%s loads %d bytes and %d of fonts with %d requests; the budget is 60,000, 155,000 with fonts, and 12", path, rest, fonts, requests)
	} else {
		t.Logf("%s loads %d bytes and %d of fonts with %d requests in %v", path, rest, fonts, requests, time.Since(begin).Round(time.Millisecond))
	}
}

// arabic finds what a page says in another tongue than Arabic but for what sources and
// people wrote, which stands apart from the text around it.
func arabic(t *testing.T, b *webtest.Browser, path string, model map[string]bool) {
	t.Helper()
	for _, text := range webtest.Eval[[]string](b, foreign) {
		text, _, _ = strings.Cut(text, " × ") // how many links
		text, _, _ = strings.Cut(text, ", ")  // several kinds
		text, _, _ = strings.Cut(text, " · ") // and what is ours
		if !model[strings.ToLower(text)] && !slices.ContainsFunc(own, func(w string) bool { return strings.Contains(text, w) }) {
			t.Errorf("%s says %q", path, text)
		}
	}
}
