package web_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"overt/internal/hometest"
	"overt/web/webtest"
)

// letters is a home with a register of companies, two of one name, and letters that name
// some of them.
func letters(t *testing.T) *hometest.Home {
	t.Helper()
	h := hometest.Memory(t)
	webtest.Entities(t, h, "register",
		`{"id":"r-1","schema":"Company","properties":{"name":["Northmoor Bleaching Ltd"],"jurisdiction":["gb"],"incorporationDate":["1987-03-01"]}}`,
		`{"id":"r-2","schema":"Company","properties":{"name":["Quarrel Holdings"],"jurisdiction":["gb"]}}`,
		`{"id":"r-3","schema":"Company","properties":{"name":["Quarrel Holdings"],"jurisdiction":["mt"]}}`,
		`{"id":"r-4","schema":"Company","properties":{"name":["Harbour <script>planted.push(1)</script> Hosting"]}}`)
	webtest.Documents(t, h, "letters", map[string]string{
		"a.txt": "title First letter\nNorthmoor Bleaching Ltd wrote to Quarrel Holdings.\n\fQuarrel Holdings answered Northmoor Bleaching.",
		"b.txt": "title Second letter\nQuarrel Holdings has moved, it says.",
		"c.txt": "title Third letter\nHarbour <script>planted.push(1)</script> Hosting is closed.",
	})
	return h
}

// namesAll are the names that the queue gives one after the other, skipped.
func namesAll(t *testing.T, s *webtest.Site) []string {
	t.Helper()
	var out []string
	next := regexp.MustCompile(`href="([^"]+)" data-key="s"`)
	for page := s.Get(t, "/review/mentions"); ; {
		name, ok := strings.CutPrefix(regexp.MustCompile(`<h1>Who is meant\? <mark><bdi>[^<]*`).FindString(page.Body), `<h1>Who is meant? <mark><bdi>`)
		if !ok || len(out) > 20 {
			return out
		}
		path, _, _ := strings.Cut(page.Path, "?")
		if at := name + " " + path; len(out) > 0 && at == out[0] {
			return out
		} else {
			out = append(out, at)
		}
		m := next.FindStringSubmatch(page.Body)
		if m == nil {
			return out
		}
		page = s.Get(t, html.UnescapeString(m[1]))
	}
}

// said sends what the form of a name's page would send; pairs come beside.
func said(t *testing.T, s *webtest.Site, page string, pairs ...string) *webtest.Reply {
	t.Helper()
	m := action.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no form in\n%s", page)
	}
	_, form, _ := strings.Cut(page, m[0])
	form, _, _ = strings.Cut(form, "</form>")
	body := url.Values{}
	for _, f := range hiddenField.FindAllStringSubmatch(form, -1) {
		body.Add(f[1], html.UnescapeString(f[2]))
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		body.Set(pairs[i], pairs[i+1])
	}
	return s.Do(t, http.MethodPost, html.UnescapeString(m[1]), body.Encode())
}

// undone sends the form that takes back what was said last.
func undone(t *testing.T, s *webtest.Site, page *webtest.Reply) *webtest.Reply {
	t.Helper()
	_, form, ok := strings.Cut(page.Body, `id="last"`)
	form, _, _ = strings.Cut(form, "</form>")
	body := url.Values{}
	for _, f := range hiddenField.FindAllStringSubmatch(form, -1) {
		body.Set(f[1], html.UnescapeString(f[2]))
	}
	if !ok || body.Get("judgement") == "" {
		t.Fatalf("nothing to take back at %s\n%s", page.Path, page.Body)
	}
	return s.Do(t, http.MethodPost, "/review/mentions/undo", body.Encode())
}

// Names wait in their order; one decision settles a name in its document, is told in the
// mentions of who is meant, and is taken back.
func TestReviewNames(t *testing.T) {
	s := webtest.Serve(t, letters(t))
	s.Enter(t)
	if r := s.Get(t, "/review"); !strings.Contains(r.Body, "Names in documents") || !strings.Contains(r.Body, "<b>4 names</b>") {
		t.Fatalf("%d: the queue is not listed\n%s", r.Status, r.Body)
	}
	queue := namesAll(t, s)
	var names []string
	for _, n := range queue {
		name, _, _ := strings.Cut(n, " /")
		names = append(names, html.UnescapeString(name))
	}
	if got := strings.Join(names, "; "); got != "Northmoor Bleaching; Harbour <script>planted.push(1)</script> Hosting; Quarrel Holdings; Quarrel Holdings" && !strings.HasPrefix(got, "Northmoor Bleaching Ltd; Harbour <script>") {
		t.Fatalf("names in the order %s", got)
	}
	first := s.Get(t, "/review/mentions")
	for _, want := range []string{"Who is meant?", "a.txt", `<mark id="quote">Northmoor Bleaching`, "written so", "1987-03-01", "on 2 pages", "in 1 document", `data-key="y"`, `data-key="x"`} {
		if !strings.Contains(first.Body, want) {
			t.Errorf("the first name does not tell %q", want)
		}
	}
	second := said(t, s, first.Body, "as", "r-1", "reason", "the letterhead")
	if second.Status != http.StatusOK || second.Path == first.Path || !strings.Contains(second.Body, "<b>means</b>") {
		t.Fatalf("after an answer: %d %s\n%s", second.Status, second.Path, second.Body)
	}
	if r := s.Get(t, "/e/r-1/mentions"); strings.Count(r.Body, ">accepted<") != 2 {
		t.Error("the mentions of who is meant do not tell it on both pages")
	}
	if r := said(t, s, first.Body, "as", "r-1"); r.Status != http.StatusConflict || !strings.Contains(r.Body, "Nothing was changed:") {
		t.Errorf("said twice: %d", r.Status)
	}
	if n := namesAll(t, s); len(n) != 3 {
		t.Errorf("a decided name comes again: %q", n)
	}
	if back := undone(t, s, second); !strings.HasPrefix(first.Path, back.Path) {
		t.Errorf("taken back, %s comes", back.Path)
	}
	if r := undone(t, s, second); r.Status != http.StatusNotFound {
		t.Errorf("taken back twice: %d", r.Status)
	}
	if r := s.Get(t, "/e/r-1/mentions"); strings.Contains(r.Body, ">accepted<") {
		t.Error("what was taken back stands")
	}
	if n := namesAll(t, s); len(n) != 4 || n[0] != queue[0] {
		t.Errorf("taken back, the queue is %q", n)
	}
}

// A name is none of those shown, another of them, or never a name; each can be taken back.
func TestReviewNamesDecided(t *testing.T) {
	s := webtest.Serve(t, letters(t))
	s.Enter(t)
	at := func(letter string) *webtest.Reply {
		for _, n := range namesAll(t, s) {
			if _, path, _ := strings.Cut(n, " /"); strings.HasPrefix(n, "Quarrel") {
				if r := s.Get(t, "/"+path); strings.Contains(r.Body, letter) {
					return r
				}
			}
		}
		t.Fatalf("%s does not wait", letter)
		return nil
	}
	page := at("a.txt")
	if strings.Count(page.Body, `name="as"`) != 2 || !strings.Contains(page.Body, `data-key="2"`) || !strings.Contains(page.Body, "None of these") {
		t.Fatalf("two are called so\n%s", page.Body)
	}
	last := said(t, s, page.Body, "verdict", "nobody")
	if r := s.Get(t, "/e/r-2/mentions"); strings.Contains(r.Body, "a.txt") || !strings.Contains(r.Body, "b.txt") {
		t.Error("the first letter means neither, the second may")
	}
	if !strings.Contains(last.Body, "means none of those") || undone(t, s, last).Status != http.StatusOK {
		t.Error("it is not told, or not taken back")
	}
	last = said(t, s, at("a.txt").Body, "as", "r-3")
	if r := s.Get(t, "/e/r-3/mentions"); strings.Count(r.Body, ">accepted<") != 2 {
		t.Error("another candidate is not taken")
	}
	undone(t, s, last)
	last = said(t, s, at("b.txt").Body, "verdict", "never")
	if n := namesAll(t, s); len(n) != 2 {
		t.Errorf("never a name, and it waits: %q", n)
	}
	if r := s.Get(t, "/review"); !strings.Contains(r.Body, "<b>2 names</b>") {
		t.Error("the list counts what is decided")
	}
	undone(t, s, last)
	if n := namesAll(t, s); len(n) != 4 {
		t.Errorf("taken back: %q", n)
	}
	page = at("a.txt")
	for _, c := range []struct {
		pairs  []string
		status int
	}{{[]string{"verdict", "perhaps"}, 400}, {[]string{"as", "r-1"}, 404}, {[]string{"as", "nobody"}, 404}, {[]string{"verdict", "nobody", "shown", "r-1"}, 404}, {[]string{"verdict", "never", "reason", strings.Repeat("x", 501)}, 400}} {
		if r := said(t, s, page.Body, c.pairs...); r.Status != c.status {
			t.Errorf("%v: %d", c.pairs, r.Status)
		}
	}
	for _, path := range []string{"/review/mentions/doc-1/x", "/review/mentions/doc-1/1:0-4", "/review/mentions/r-1/1:0-4", page.Path + "9"} {
		if r := s.Get(t, path); r.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.Status)
		}
	}
}

// What may mean somebody of an open case comes first, and says so.
func TestReviewNamesCase(t *testing.T) {
	s := webtest.Serve(t, letters(t))
	s.Enter(t)
	id := s.OpenCase(t, "Quarrels")
	token := html.UnescapeString(hiddenField.FindStringSubmatch(s.Get(t, "/session").Body)[2])
	s.Do(t, http.MethodPost, "/c/"+id+"/board/subject", url.Values{"token": {token}, "entity": {"r-3"}}.Encode())
	r := s.Get(t, "/review/mentions")
	if !strings.Contains(r.Body, "Quarrel Holdings</bdi></mark></h1>") || !strings.Contains(r.Body, "in a case of yours") {
		t.Errorf("it is not first\n%s", r.Body)
	}
	if i, j := strings.Index(r.Body, `/e/r-3/facts`), strings.Index(r.Body, `/e/r-2/facts`); i > j {
		t.Error("who is in the case does not go first")
	}
}

// Hidden documents and entities are in no queue and no count.
func TestReviewNamesHidden(t *testing.T) {
	h := letters(t)
	s := webtest.Serve(t, h)
	s.Enter(t)
	page := s.Get(t, "/review/mentions")
	last := said(t, s, page.Body, "as", "r-1")
	judgement := regexp.MustCompile(`name="judgement" value="([^"]+)"`).FindStringSubmatch(last.Body)[1]
	h.Hide(t, "letters")
	hidden, none := s.Get(t, page.Path), s.Get(t, "/review/mentions/doc-0000000000000000000000000000000000000000/1:0-4")
	if hidden.Status != http.StatusNotFound || hidden.Body != none.Body {
		t.Errorf("hidden %d, not there %d", hidden.Status, none.Status)
	}
	if r := s.Get(t, "/review"); !strings.Contains(r.Body, "<b>0 names</b>") {
		t.Error("what is hidden is counted")
	}
	if r := s.Get(t, "/review/mentions?last="+judgement); !strings.Contains(r.Body, "Nothing is left to decide") || strings.Contains(r.Body, "Northmoor") {
		t.Errorf("what is hidden waits, or is told of\n%s", r.Body)
	}
}

// In a browser a name is one key.
func TestReviewNamesKeys(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser of its own: in the full run only")
	}
	s := webtest.Serve(t, letters(t))
	s.Enter(t)
	b := s.Browse(t)
	b.Open("/review/mentions")
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
	for _, key := range []string{"y", "s", "s", "n", "x"} { // behind the last comes the first that was skipped
		at, _, _ := strings.Cut(b.Path(), "?")
		b.Key(key)
		b.Until(fmt.Sprintf("location.pathname != %q && !document.documentElement.hasAttribute('data-sending')", at))
		b.Wait("#main")
	}
	if r := s.Get(t, "/e/r-1/mentions"); strings.Count(r.Body, ">accepted<") != 2 {
		t.Errorf("it was accepted on two pages:\n%s", r.Body)
	}
	if n := namesAll(t, s); len(n) != 1 || !strings.HasPrefix(n[0], "Quarrel Holdings") {
		t.Errorf("it waits %q", n)
	}
	b.Screens(map[string]string{"names": "/review/mentions", "name": first, "names-refused": "/review/mentions/doc-1/1:0-4"})
}
