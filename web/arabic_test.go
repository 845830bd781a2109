package web_test

import (
	"slices"
	"strings"
	"testing"

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
var own = []string{"CSV", "JSON", "SHA-256", "policy.yaml", "UTC", "USD", "c2sp.org", "overt", "Amazon Web Services", "SEVIS"}

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
			add(p.Label, answer.KindLabel(s.Name+":"+p.Name, false), answer.KindLabel(s.Name+":"+p.Name, true))
		}
	}
	return out
}

// In Arabic a page says nothing in another tongue but what sources and people wrote, and
// that stands apart from the text around it.
func TestPagesInArabic(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	ice, order, c := s.Entity(t, "ICE"), s.Entity(t, "Task order 0017"), begun(t, s, "template", "procurement-chain")
	item := claimed(t, s, s.Passage(t, "capacity"), c, "1")
	paths := []string{"/", "/search", "/search?q=hosting", "/search?q=nowhere", "/d/" + order + "?p=2", s.Row(t, ice), s.Passage(t, "capacity"), "/trace", "/cases", c + "/claim?i=" + item, "/sources", "/sources/papers", "/sources/papers?view=files", "/audit", "/audit/1", "/session", "/nowhere"}
	for _, v := range []string{"facts", "links", "money", "mentions", "reach", "history", "conflict"} {
		paths = append(paths, "/e/"+ice+"/"+v)
	}
	for _, v := range []string{"path", "flow", "net", "table", "reach"} {
		paths = append(paths, "/trace?from=ICE&to=Amazon+Web+Services&view="+v)
	}
	for _, v := range []string{"board", "exhibits", "timeline", "tasks", "check", "people", "history"} {
		paths = append(paths, c+"/"+v)
	}
	b, model := s.Browse(t), modelled()
	b.Language("ar")
	for _, p := range paths {
		b.Open(p)
		for _, text := range webtest.Eval[[]string](b, foreign) {
			text, _, _ = strings.Cut(text, " × ") // how many links
			text, _, _ = strings.Cut(text, ", ")  // several kinds
			text, _, _ = strings.Cut(text, " · ") // and what is ours
			if !model[strings.ToLower(text)] && !slices.ContainsFunc(own, func(w string) bool { return strings.Contains(text, w) }) {
				t.Errorf("%s says %q", p, text)
			}
		}
	}
}
