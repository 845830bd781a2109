package web_test

import (
	"archive/zip"
	"bytes"
	"context"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"overt"
	"overt/gate"
	"overt/identity"
	"overt/internal/hometest"
	"overt/report"
	"overt/web/webtest"
)

var (
	openCheck = regexp.MustCompile(`name="check" value="([^"]+)"`)
	keptItem  = regexp.MustCompile(`\[@([a-z0-9]{6}) table\]`)
	textField = regexp.MustCompile(`(?s)<textarea id="text"[^>]*>(.*?)</textarea>`)
)

// confirmed begins a case of two people with one claim that is confirmed.
func confirmed(t *testing.T, h *hometest.Home) (anna, ben *webtest.Site, c, item string) {
	t.Helper()
	datasets := hometest.Known(t, h, func(_ context.Context, d *gate.Desk) (out []string, err error) {
		for _, r := range d.Runs {
			out = append(out, r.Dataset)
		}
		return out, nil
	})
	with(t, h, "local:ben", datasets...)
	anna = webtest.Serve(t, h)
	anna.Enter(t)
	c = begun(t, anna)
	send(t, anna, "/cases", c+"/people/member", "person", "ben", "role", "editor")
	item = claimed(t, anna, anna.Passage(t, "capacity"), c, "The agency pays for hosting")
	for _, state := range []string{"stated", "confirmed"} {
		if r := send(t, anna, "/cases", c+"/board/move", "item", item, "state", state); r.Status != http.StatusOK || !strings.Contains(r.Body, state) {
			t.Fatalf("it is not %s: %d\n%s", state, r.Status, main(r.Body))
		}
	}
	return anna, enterAs(t, h, identity.Actor{ID: "local:ben", Name: "ben"}), c, item
}

// waived passes over all that can be.
func waived(t *testing.T, s *webtest.Site, page string) {
	t.Helper()
	for _, m := range openCheck.FindAllStringSubmatch(s.Get(t, page).Body, -1) {
		_, item, _ := strings.Cut(page, "?i=")
		to := strings.Replace(page, "?", "/waive?", 1)
		if r := send(t, s, page, to, "item", item, "check", m[1], "reason", "public records of the agency"); r.Status != http.StatusOK {
			t.Fatalf("%s is not passed over: %d\n%s", m[1], r.Status, main(r.Body))
		}
	}
}

// From the confirmed claims of a board to a page that proves itself, with a kept view,
// by forms alone.
func TestReport(t *testing.T) {
	h := webtest.Filled(t)
	anna, ben, c, item := confirmed(t, h)
	if r := anna.Get(t, c+"/report"); !strings.Contains(r.Body, "No report yet") {
		t.Errorf("the empty page:\n%s", main(r.Body))
	}
	r := send(t, anna, c+"/report", c+"/report/report", "title", "Who <b>hosts</b> it", "outline", "1")
	page := r.Path
	if m := textField.FindStringSubmatch(r.Body); m == nil || m[1] != "The agency pays for hosting. [@"+item+"]" {
		t.Fatalf("the outline: %v\n%s", m, main(r.Body))
	}
	_, id, _ := strings.Cut(page, "?i=")
	on := func(s *webtest.Site, deed string, pairs ...string) *webtest.Reply {
		t.Helper()
		return send(t, s, page, strings.Replace(page, "?", "/"+deed+"?", 1), append([]string{"item", id}, pairs...)...)
	}
	// A view is kept as it is, and placed.
	r = send(t, anna, "/cases", c+"/exhibits/view", "address", between+"&view=flow")
	m := keptItem.FindStringSubmatch(r.Body)
	if r.Status != http.StatusOK || m == nil || !strings.Contains(r.Body, "Money from") {
		t.Fatalf("the view is not kept: %d\n%s", r.Status, main(r.Body))
	}
	kept := strings.TrimSuffix(c, "/") + "/view/" + m[1]
	if r := anna.Get(t, kept); !strings.Contains(r.Body, "Σ ") || !strings.Contains(r.Body, "<img") || !strings.Contains(r.Body, "as it is today") {
		t.Errorf("the kept view:\n%s", main(r.Body))
	}
	if r := anna.Get(t, kept+"/picture"); r.Status != http.StatusOK || !strings.HasPrefix(r.Body, "<svg") || strings.Contains(r.Body, "href=") || !strings.Contains(r.Body, "<style") {
		t.Errorf("the picture does not stand alone: %d %.300s", r.Status, r.Body)
	}
	for _, bad := range []string{"https://example.org/trace?from=ICE", "/audit", "/trace", "/e/nobody/facts", "/search", "/search?q=nowhere", "/search?q=%28", "//example.org/trace?from=ICE", "/trace?from=nobody+at+all&view=flow"} {
		if r := send(t, anna, "/cases", c+"/exhibits/view", "address", bad); r.Status != http.StatusConflict {
			t.Errorf("%s is kept: %d", bad, r.Status)
		}
	}
	r = send(t, anna, "/cases", c+"/exhibits/view", "address", "/e/"+anna.Entity(t, "Four Points Technology")+"/facts")
	if r.Status != http.StatusOK || !strings.Contains(r.Body, "What is said of Four Points") {
		t.Errorf("what is said of an entity is not kept: %d\n%s", r.Status, main(r.Body))
	}
	text := "# <i>Hosting</i>\n\nThe agency pays for hosting. [@" + item + "]\n\nIt cost 77 million.\n\n> capacity of nobody [@" + item + "]\n\n| who | what |\n|---|---|\n| the agency | pays [@" + item + "] |\n\n[@" + m[1] + " table]\n\n[@" + m[1] + " picture]"
	r = on(anna, "edit", "text", text)
	for _, want := range []string{"the number 77 has no cite", "do not stand in what it cites", "no licence is known", `href="#line-5"`, `id="line-5"`, "version 2", "<img"} {
		if !strings.Contains(html.UnescapeString(r.Body), want) {
			t.Errorf("the report lacks %q:\n%s", want, main(r.Body))
		}
	}
	if r := on(anna, "request"); r.Status != http.StatusConflict || !strings.Contains(r.Body, "open points") {
		t.Errorf("asked with open points: %d", r.Status)
	}
	if r := anna.Get(t, page+"&from=1&to=2"); !strings.Contains(r.Body, "<ins") || anna.Get(t, page+"&from=1&to=9").Status != http.StatusNotFound {
		t.Errorf("the versions:\n%s", main(r.Body))
	}
	if r := on(anna, "preview", "text", "It cost 78 million."); r.Status != http.StatusOK || !strings.Contains(r.Body, "number 78") || strings.Contains(anna.Get(t, page).Body, "78 million") {
		t.Errorf("the preview: %d\n%s", r.Status, main(r.Body))
	}
	waived(t, anna, page)
	if r := on(anna, "request"); r.Status != http.StatusOK || !strings.Contains(r.Body, "A second person approves it") {
		t.Fatalf("not asked: %d\n%s", r.Status, main(r.Body))
	}
	if r := on(anna, "approve", "publish", "1"); r.Status != http.StatusConflict {
		t.Errorf("who wrote it approves: %d", r.Status)
	}
	if r := on(ben, "refuse"); r.Status != http.StatusConflict || !strings.Contains(r.Body, "say why") {
		t.Errorf("refused without a reason: %d", r.Status)
	}
	if r := on(ben, "refuse", "reason", "read it again"); !strings.Contains(r.Body, "refused by") || !strings.Contains(r.Body, "read it again") {
		t.Errorf("not refused: %d\n%s", r.Status, main(r.Body))
	}
	on(anna, "request")
	r = on(ben, "approve", "publish", "1")
	out := "/p/" + strings.TrimPrefix(c, "/c/") + "." + id + "/2/"
	if r.Status != http.StatusOK || !strings.Contains(r.Body, `href="`+out) {
		t.Fatalf("not published: %d\n%s", r.Status, main(r.Body))
	}
	published(t, h, anna, out, item)

	// What was taken back lights up the view; what was published stays.
	pass, err := h.Pass(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	runs := hometest.Known(t, h, func(_ context.Context, d *gate.Desk) (out []overt.RunID, err error) {
		for _, r := range d.Runs {
			out = append(out, r.ID)
		}
		return out, nil
	})
	for _, run := range runs {
		if err := pass.Undo(t.Context(), run); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range []string{"/exhibits", "/check", strings.TrimPrefix(page, c)} {
		if r := anna.Get(t, c+v); !strings.Contains(r.Body, "was taken back") {
			t.Errorf("%s does not light up:\n%s", v, main(r.Body))
		}
	}
	if r := anna.Get(t, out); r.Status != http.StatusOK {
		t.Errorf("what was published: %d", r.Status)
	}
}

// published looks at the page that everybody gets, and proves its bundle.
func published(t *testing.T, h *hometest.Home, s *webtest.Site, out, item string) {
	t.Helper()
	r := s.Get(t, strings.TrimSuffix(out, "/"))
	for _, want := range []string{"Who &lt;b&gt;hosts", `id="note-1"`, "<table", "<img src=\"views/", "&lt;i&gt;Hosting"} {
		if !strings.Contains(r.Body, want) {
			t.Errorf("the page lacks %q:\n%s", want, r.Body)
		}
	}
	if strings.Contains(r.Body, "<script") || r.Path != out {
		t.Errorf("the page has a script, or is at %s", r.Path)
	}
	for _, name := range []string{"style.css", "edition.json", "MANIFEST", "sums.json"} {
		if r := s.Get(t, out+name); r.Status != http.StatusOK || r.Body == "" {
			t.Errorf("%s: %d", name, r.Status)
		}
	}
	raw := []byte(s.Get(t, out+"bundle.zip").Body)
	in, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	v, err := report.Verify(t.Context(), in, report.Expect{})
	if err != nil || len(v.Problems) > 0 || v.Sums == 0 || v.ApprovedBy != "local:ben" {
		t.Errorf("the bundle does not hold: %+v, %v", v, err)
	}
	t.Run("looked at", func(t *testing.T) { s.Browse(t).Screens(map[string]string{"published": out}) })
	with(t, h, "local:dora", "demo")
	cut := enterAs(t, h, identity.Actor{ID: "local:dora", Name: "dora"})
	for _, name := range []string{"", "bundle.zip", "edition.json"} {
		a, b := cut.Get(t, out+name), cut.Get(t, strings.Replace(out, "/p/c", "/p/c0", 1)+name)
		if a.Status != http.StatusNotFound || a.Body != b.Body {
			t.Errorf("%q for a stranger: %d, alike: %v", name, a.Status, a.Body == b.Body)
		}
	}
	for _, bad := range []string{out + "none", strings.Replace(out, "/2/", "/1/", 1), strings.Replace(out, "/2/", "/x/", 1), "/p/none/1/"} {
		if r := s.Get(t, bad); r.Status != http.StatusNotFound {
			t.Errorf("%s: %d", bad, r.Status)
		}
	}
}

// From the board to a report that waits for a second person: three presses. And Ctrl-K
// cites where the cursor is, the preview follows, and a point leads to its place.
func TestReportPresses(t *testing.T) {
	h := webtest.Filled(t)
	anna, ben, c, item := confirmed(t, h)
	b := anna.Browse(t)
	r := send(t, anna, c+"/report", c+"/report/report", "outline", "1") // what is known of sources is looked through once
	waived(t, anna, r.Path)
	text := textField.FindStringSubmatch(r.Body)[1]
	// The points of another report of the same words have the same names.
	b.Open(c + "/board")
	before := b.Presses()
	b.Key("r")
	b.Wait("html[data-ready] [data-key=n]")
	b.Key("n")
	b.Wait("html[data-ready] [data-report]")
	mine := strings.TrimPrefix(b.Path(), c+"/report?i=")
	waived(t, anna, c+"/report?i="+mine) // whatever there is to pass over is a decision, not a press
	b.Open(c + "/report?i=" + mine)
	b.Key("q")
	b.Until(`document.querySelector("[data-report]")?.textContent.includes("A second person approves it")`)
	if n := b.Presses() - before; n > 3 {
		t.Errorf("%d presses to a report that waits for a second person, 3 are the most", n)
	}
	if !strings.Contains(text, item) {
		t.Errorf("the outline: %s", text)
	}
	ben.Actor = identity.Actor{ID: "local:ben", Name: "ben"}
	second := ben.Browse(t)
	second.Open(c + "/report?i=" + mine)
	second.Key("y")
	second.Wait("html[data-ready] [data-report] a[download]")
	if n := second.Presses(); n != 1 {
		t.Errorf("%d presses of the second person", n)
	}

	b.Open(r.Path)
	webtest.Eval[bool](b, `(() => { const t = document.querySelector("#text"); t.focus(); t.setSelectionRange(t.value.length, t.value.length); return true; })()`)
	b.Type("\n\nIt cost 77 million")
	b.Until(`document.querySelector("#draft").textContent.includes("the number 77 has no cite")`)
	b.Ctrl("k")
	b.Until(`document.activeElement.classList.contains("find") && !document.querySelector("overt-palette dialog[open]")`)
	b.Type("agency pays")
	b.Key("Enter")
	b.Until(`document.activeElement.id == "text" && document.activeElement.value.endsWith("77 million [@` + item + `]")`)
	b.Until(`document.querySelector("#draft").textContent.includes("no claim that the sentence cites has the number 77")`)
	b.Click(`#draft a[data-line="3"]`)
	b.Until(`(t => t.value.slice(t.selectionStart, t.selectionEnd).startsWith("It cost 77 million"))(document.querySelector("#text"))`)
	for _, line := range append(b.Wrong(), second.Wrong()...) {
		t.Error(line)
	}
}

// Reports and kept views hold in both directions, themes and widths.
func TestReportScreens(t *testing.T) {
	h := webtest.Filled(t)
	anna, _, c, item := confirmed(t, h)
	r := send(t, anna, "/cases", c+"/exhibits/view", "address", between+"&view=flow")
	m := keptItem.FindStringSubmatch(r.Body)
	if m == nil {
		t.Fatal("no view is kept")
	}
	empty := begun(t, anna)
	page := send(t, anna, c+"/report", c+"/report/report", "outline", "1").Path
	_, id, _ := strings.Cut(page, "?i=")
	text := "# Who pays\n\nThe agency pays. [@" + item + "] It cost 77 million.\n\n> a quotation\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n[@" + m[1] + " table]\n\n[@" + m[1] + " picture]"
	send(t, anna, page, strings.Replace(page, "?", "/edit?", 1), "item", id, "text", text)
	for _, on := range []string{"The agency pays.", ""} {
		send(t, anna, page, strings.Replace(page, "?", "/comment?", 1), "item", id, "on", on, "text", "Since when, and who says so?")
	}
	anna.Browse(t).Screens(map[string]string{
		"report": page + "&from=1&to=2", "reports": c + "/report", "report-none": empty + "/report", "kept-view": c + "/view/" + m[1],
	})
}

// Who may not see all that a view shows is told that there is one, and no more; a stranger
// not even that.
func TestKeptViewOfOthers(t *testing.T) {
	h := webtest.Filled(t)
	anna, ben, c, _ := confirmed(t, h)
	r := send(t, anna, "/cases", c+"/exhibits/view", "address", between+"&view=flow")
	m := keptItem.FindStringSubmatch(r.Body)
	if m == nil {
		t.Fatal("no view is kept")
	}
	kept := c + "/view/" + m[1]
	if r := ben.Get(t, kept); r.Status != http.StatusOK {
		t.Errorf("a member who sees its sources: %d", r.Status)
	}
	with(t, h, "local:ben", "papers")
	ben = enterAs(t, h, identity.Actor{ID: "local:ben", Name: "ben"})
	for _, v := range []string{"/exhibits", "/history", "/report", "/check"} {
		r := ben.Get(t, c+v)
		for _, not := range []string{"Amazon", "Immigration", "Money from"} {
			if r.Status != http.StatusOK || strings.Contains(r.Body, not) {
				t.Errorf("%s tells of a view that he may not see: %d %q", v, r.Status, not)
			}
		}
	}
	if r := ben.Get(t, c+"/exhibits"); !strings.Contains(r.Body, "a view of sources you may not all open") {
		t.Errorf("the view is not told:\n%s", main(r.Body))
	}
	none := c + "/view/" + strings.Repeat("0", 6)
	for _, end := range []string{"", "/picture"} {
		a, b := ben.Get(t, kept+end), ben.Get(t, none+end)
		if a.Status != http.StatusNotFound || a.Body != b.Body {
			t.Errorf("%q: %d, bodies alike: %v", end, a.Status, a.Body == b.Body)
		}
	}
}
