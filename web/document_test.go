package web_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"overt/web/webtest"
)

// scanned is the text of a scan: words to mark, letters beyond the first plane, two pages.
const scanned = "The ferry sails at seven.\nA 𝔽erry of U.S. Immigration and Customs Enforcement\f\nNothing but the ferry."

// A page is read beside its picture, words are found in all pages, and what is cited
// leads back to the page with the words marked.
func TestDocument(t *testing.T) {
	h := webtest.Filled(t)
	webtest.Documents(t, h, "scans", map[string]string{"scan.tif": scanned})
	s := webtest.Serve(t, h)
	s.Enter(t)
	doc := "/d/" + s.Entity(t, "scan.tif")
	has := func(path string, want ...string) string {
		t.Helper()
		r := s.Get(t, path)
		if r.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, r.Status, r.Body)
		}
		for _, w := range want {
			if !strings.Contains(r.Body, w) {
				t.Errorf("%s has no %q:\n%s", path, w, r.Body)
			}
		}
		return r.Body
	}
	// The second word: over the picture at its box, in the text as a mark.
	has(doc+"?span=4,9", fmt.Sprintf(`<rect class="quote" x="%d.00" y="0.00" width="%d.00" height="%d.00">`, 4*webtest.Pitch, 5*webtest.Pitch, webtest.Line),
		`id="quote-here" data-start="4">ferry</mark>`, `<textarea id="quote" name="quote" rows="3" dir="auto" maxlength="2000">ferry</textarea>`, "90 % certainty", "U.S. Immigration and Customs Enforcement</bdi></a>")
	// Characters are counted as the reader of the document does, beyond the first plane too.
	has(doc+"?find=erry+of", `id="found" data-start="29">erry of</mark>`, "1/1")
	has(doc+"?find=ferry", "1/2", `class="at"`, `p=2`, "1 place")
	has(doc+"?find=ferry&p=2", "2/2", "Nothing but the ")
	if body := has(doc + "?find=ferry&p=2&at=1"); strings.Contains(body, `data-key="n"`) {
		t.Error("there is a next behind the last place")
	}
	has(doc+"?find=zebra", "not in what was read of it")
	if body := has(doc + "?view=text"); strings.Contains(body, "<img") {
		t.Error("the view of the text draws the page")
	}
	if r := s.Get(t, doc+"/picture?p=2"); r.Status != http.StatusOK || r.Header.Get("Content-Type") != "image/png" || !strings.HasPrefix(r.Body, "\x89PNG") || r.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("the picture: %d %v", r.Status, r.Header)
	}
	// Cited by characters, and by words; the page of the passage leads back.
	for _, q := range []string{"p=1&span=4,9", "p=1&quote=ferry+sails"} {
		r := s.Get(t, doc+"/cite?"+q)
		if r.Status != http.StatusOK || !strings.HasPrefix(r.Path, "/x/") || !strings.Contains(r.Body, `<mark id="quote">ferry`) || !strings.Contains(r.Body, doc+"?p=1&amp;span=4%2C") {
			t.Errorf("%s: %d at %s\n%s", q, r.Status, r.Path, r.Body)
		}
	}
	for path, want := range map[string]int{
		"?p=3": 404, "?span=0,9999": 404, "?span=9,4": 400, "?p=x": 400, "?p=-1": 400, "/picture": 404,
		"/cite?p=1": 400, "/cite?p=1&quote=no+such+words": 404, "/cite?p=1&span=3,3": 400,
	} {
		if r := s.Get(t, doc+path); r.Status != want {
			t.Errorf("%s: %d, want %d", path, r.Status, want)
		}
	}
	text := "/d/" + s.Entity(t, "Task order 0017")
	if r := s.Get(t, text+"/picture?p=1"); r.Status != http.StatusNotFound {
		t.Errorf("a picture of a text: %d", r.Status)
	}
	h.Hide(t, "scans")
	for _, path := range []string{"", "?p=1&find=ferry", "/picture?p=1", "/cite?p=1&quote=ferry"} {
		hidden, none := s.Get(t, doc+path), s.Get(t, "/d/doc-0000000000000000000000000000000000000000"+path)
		if hidden.Status != http.StatusNotFound || hidden.Body != none.Body {
			t.Errorf("%s: hidden %d, not there %d", path, hidden.Status, none.Status)
		}
	}
	for r, err := range h.Log.Records(t.Context(), 0, h.Log.Size()) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(r.Query+r.Object, "ferry") {
			t.Errorf("the log has words of the document: %s %s", r.Action, r.Query)
		}
	}
}

// What is selected on the page, or over its picture, is cited by one key.
func TestCiteSelected(t *testing.T) {
	h := webtest.Filled(t)
	webtest.Documents(t, h, "scans", map[string]string{"scan.tif": scanned})
	s := webtest.Serve(t, h)
	s.Enter(t)
	b := s.Browse(t)
	for name, from := range map[string]string{"text": ".text span, .text mark", "picture": ".paper text"} {
		b.Open("/d/" + s.Entity(t, "scan.tif"))
		webtest.Eval[bool](b, `(() => {
			const at = (want) => { for (const e of document.querySelectorAll("`+from+`")) { const i = e.textContent.indexOf(want); if (i >= 0) return [e.firstChild, i]; } };
			const r = document.createRange(), [a, i] = at("erry"), s = at("seven");
			r.setStart(a, i - 1); r.setEnd(s[0], s[1] + 5);
			getSelection().removeAllRanges(); getSelection().addRange(r);
			return true;
		})()`)
		b.Until(`document.querySelector("input[name=span]").value === "4,24"`)
		before := b.Presses()
		b.Key("c")
		b.Wait("mark#quote")
		if got := webtest.Eval[string](b, `document.querySelector("mark#quote").textContent`); got != "ferry sails at seven" || b.Presses()-before != 1 {
			t.Errorf("over the %s: %q is cited, with %d presses", name, got, b.Presses()-before)
		}
	}
	for _, line := range b.Wrong() {
		t.Error(line)
	}
}
