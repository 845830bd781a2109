package web_test

import (
	"bytes"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"overt/gate"
	"overt/identity"
	"overt/internal/hometest"
	"overt/web"
	"overt/web/webtest"
)

// awards is a table of two kinds of thing and one link, and a column that may not be kept.
const awards = `award id,recipient name,recipient uei,awarding agency,obligation,action date
A1,Halden Integrators LLC,K7QXN3M5RGJ8,Border Services Directorate,"$5,216,004.00",2022-03-01
A2,Northmoor Quays Ltd,,Border Services Directorate,"$1,250.50",2022-04-11
A3,Halden Integrators LLC,K7QXN3M5RGJ8,Port Authority,a lot,2022-05-30
`

// sendFiles uploads files, by name, and gives where they are prepared.
func sendFiles(t *testing.T, s *webtest.Site, files ...string) *webtest.Reply {
	t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	must(t, form.WriteField("token", tokenOf(t, s)))
	for i := 0; i < len(files); i += 2 {
		w, err := form.CreateFormFile("file", files[i])
		must(t, err)
		_, err = io.WriteString(w, files[i+1])
		must(t, err)
	}
	must(t, form.Close())
	return s.Do(t, http.MethodPost, "/import", b.String(), "Content-Type", form.FormDataContentType(), "Origin", s.URL)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var tokenIn = regexp.MustCompile(`name="token" value="([^"]+)"`)

func tokenOf(t *testing.T, s *webtest.Site) string {
	t.Helper()
	m := tokenIn.FindStringSubmatch(s.Get(t, "/import").Body)
	if m == nil {
		t.Fatal("the page has no form")
	}
	return m[1]
}

// press sends a form of a page, with all its fields, as its button says; pairs replace
// fields.
func press(t *testing.T, s *webtest.Site, page *webtest.Reply, deed string, pairs ...string) *webtest.Reply {
	t.Helper()
	q := fields(page.Body)
	q.Set("token", tokenOf(t, s))
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	at, _, _ := strings.Cut(page.Path, "?")
	return s.Do(t, http.MethodPost, at+"/"+deed, q.Encode(), "Origin", s.URL)
}

var (
	inputField  = regexp.MustCompile(`<input type="(text|hidden|checkbox)"[^>]*>`)
	attribute   = regexp.MustCompile(` (?:(name|value)="([^"]*)"|(checked))`)
	selectField = regexp.MustCompile(`(?s)<select[^>]*name="([^"]+)".*?</select>`)
	chosen      = regexp.MustCompile(`<option value="([^"]*)" selected`)
)

func fields(page string) url.Values {
	q := url.Values{}
	for _, m := range inputField.FindAllStringSubmatch(page, -1) {
		var name, value string
		on := m[1] != "checkbox"
		for _, a := range attribute.FindAllStringSubmatch(m[0], -1) {
			switch a[1] + a[3] {
			case "name":
				name = a[2]
			case "value":
				value = a[2]
			case "checked":
				on = true
			}
		}
		if on {
			q.Set(name, html.UnescapeString(value))
		}
	}
	for _, m := range selectField.FindAllStringSubmatch(page, -1) {
		if v := chosen.FindStringSubmatch(m[0]); v != nil {
			q.Set(m[1], v[1])
		}
	}
	return q
}

func has(t *testing.T, r *webtest.Reply, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(r.Body, w) {
			t.Errorf("%s (%d) has no %q:\n%s", r.Path, r.Status, w, main(r.Body))
		}
	}
}

// ended waits for the end of an import.
func ended(t *testing.T, s *webtest.Site, at string) *webtest.Reply {
	t.Helper()
	path, _, _ := strings.Cut(at, "?")
	events := s.Get(t, path+"/events")
	if !strings.Contains(events.Body, "event: over") {
		t.Fatalf("%s: %d %s", path, events.Status, events.Body)
	}
	return s.Get(t, path)
}

// Columns are mapped by confirmed guesses, and nothing is written before the start.
func TestImportColumns(t *testing.T) {
	h := hometest.Memory(t)
	s := webtest.Serve(t, h)
	s.Enter(t)
	page := sendFiles(t, s, "awards 2024.csv", awards)
	has(t, page, `value="recipient.name"`, `value="agency.name"`, `value="link.amount"`, `value="awards-2024"`, "Accept 6 guesses",
		"Halden Integrators LLC", "row 2", "5216004", "1 reason why something is left out", "utf-8, comma")
	if list := s.Get(t, "/sources"); strings.Contains(list.Body, "awards-2024") {
		t.Error("something was written before the start")
	}
	has(t, press(t, s, page, "start"), "what the columns become is guessed")
	page = press(t, s, page, "accept", "publisher", "City of Northmoor", "licence", "CC0")
	if strings.Contains(page.Body, "guess</span>") {
		t.Error("guesses stay")
	}
	has(t, s.Get(t, strings.Replace(page.Path, "row=1", "row=3", 1)), "Port Authority", "Payment:amount")
	has(t, press(t, s, page, "map", "c0", "nobody.name"), "none of the things above")
	has(t, press(t, s, page, "map", "n1", "", "n2", ""), "none of the things above")
	has(t, press(t, s, page, "start", "observed", "soon"), "is not a date")
	page = press(t, s, page, "start", "title", "Awards of Northmoor")
	page = ended(t, s, page.Path)
	has(t, page, "done", "7 things", "failures.csv", "Take it back")
	has(t, s.Get(t, "/sources/awards-2024"), "City of Northmoor", "CC0", "Awards of Northmoor")
	at, _, _ := strings.Cut(page.Path, "?")
	if csv := s.Get(t, at+"/failures.csv"); csv.Status != 200 || !strings.Contains(csv.Body, "Payment:amount") || strings.Contains(csv.Body, "a lot") {
		t.Errorf("failures: %d %s", csv.Status, csv.Body)
	}
	run := regexp.MustCompile(`name="run" value="(\d+)"`).FindStringSubmatch(page.Body)
	if r := press(t, s, page, "undo", "run", "999"); r.Status != 404 {
		t.Errorf("a run of no import: %d", r.Status)
	}
	has(t, press(t, s, page, "undo", "run", run[1]), "taken back")
	// The mapping that was made knows the next file of its kind, and is edited as it is written.
	has(t, s.Get(t, "/import"), `href="/mappings/awards-2024"`)
	has(t, s.Get(t, "/mappings/awards-2024"), "key_literal")
	bad := s.Do(t, http.MethodPost, "/mappings/awards-2024", url.Values{"token": {tokenOf(t, s)}, "yaml": {"name: x\nqueries: no"}}.Encode(), "Origin", s.URL)
	has(t, bad, "queries: no", "awards-2024.yaml")
	page = sendFiles(t, s, "next.csv", awards)
	has(t, page, "detected", "template?name=awards-2024")
	page = press(t, s, page, "template?name=awards-2024")
	has(t, page, "its template is used")
	has(t, ended(t, s, press(t, s, page, "start").Path), "done", "7 things")
}

// A format that is known needs no mapping; documents go by the same door.
func TestImportKnown(t *testing.T) {
	h := hometest.Memory(t)
	s := webtest.Serve(t, h)
	s.Enter(t)
	page := sendFiles(t, s, "dotgov.csv", "Domain name,Domain type,Organization name,Suborganization name,City,State,Security contact email\nNORTHMOOR.GOV,City,City of Northmoor,,Northmoor,ME,a@northmoor.gov\n", "letter.txt", "title Letter\nThe ferry takes 1,250.50 a day.\n")
	has(t, page, "detected", "Use its template", "read as a document", "Domains under .gov")
	page = press(t, s, page, "template?name=dotgov-domains", "dataset", "gov")
	has(t, page, "its template is used", "CC0", "northmoor.gov")
	page = ended(t, s, press(t, s, page, "start").Path)
	has(t, page, "done", "dotgov.csv", "1 page read")
	has(t, s.Get(t, "/search?q=ferry"), "letter.txt")
	has(t, s.Get(t, "/sources/gov"), "Cybersecurity")
}

// What may not be kept is named, and its values are not shown.
func TestImportRefused(t *testing.T) {
	s := webtest.Serve(t, hometest.Memory(t))
	s.Enter(t)
	page := sendFiles(t, s, "people.csv", "name,fingerprint template,note\nAna Ruiz,SECRETVALUE,\"<img src=x onerror=planted.push(1)>\"\n")
	has(t, page, "refused", "biometric", "&lt;img src=x")
	if strings.Contains(page.Body, "SECRETVALUE") {
		t.Error("a refused value is shown")
	}
}

// YAML is written by hand where the form is too small.
func TestImportYAML(t *testing.T) {
	s := webtest.Serve(t, hometest.Memory(t))
	s.Enter(t)
	page := press(t, s, sendFiles(t, s, "a.csv", awards), "yaml")
	has(t, page, `<textarea id="yaml"`, "key_literal")
	has(t, press(t, s, page, "map", "yaml", "name: a\nqueries: [{entities: {c: {schema: Compny}}}]"), "Compny")
	const written = "name: a\nqueries: [{entities: {c: {schema: Company, keys: [recipient name], properties: {name: recipient name}}}}]"
	page = press(t, s, page, "map", "yaml", written)
	has(t, page, "Halden Integrators LLC", "Nothing of them is left out")
	has(t, ended(t, s, press(t, s, page, "start", "yaml", written).Path), "done", "2 things")
}

// An import is its owner's: to others, and for another purpose, it is not there. What is
// dropped is removed.
func TestImportHidden(t *testing.T) {
	h := hometest.Memory(t)
	h.Admit(t, "local:ben")
	s := webtest.Serve(t, h)
	s.Enter(t)
	page := sendFiles(t, s, "a.csv", awards)
	at, _, _ := strings.Cut(page.Path, "?")
	folder := uploads(t, s)
	if got := len(list(t, folder)); got != 1 {
		t.Fatalf("%d folders of uploads", got)
	}
	jar, err := cookiejar.New(nil)
	must(t, err)
	theirs := *s
	other := &theirs
	other.Client = &http.Client{Jar: jar}
	other.Get(t, web.EnterPath+s.Desk.Key(identity.Actor{ID: "local:ben", Name: "ben"}))
	for _, path := range []string{at, at + "/events", at + "/failures.csv"} {
		hidden, none := other.Get(t, path), other.Get(t, strings.Replace(path, at, "/import/0123", 1))
		if hidden.Status != 404 || none.Status != 404 || main(hidden.Body) != main(none.Body) {
			t.Errorf("%s: %d, not there %d", path, hidden.Status, none.Status)
		}
	}
	for _, deed := range []string{"start", "accept", "drop"} {
		if r := press(t, other, page, deed); r.Status != 404 {
			t.Errorf("%s of another: %d", deed, r.Status)
		}
	}
	if r := s.Do(t, http.MethodPost, at+"/drop", url.Values{"token": {"guessed"}}.Encode(), "Origin", s.URL); r.Status != 403 {
		t.Errorf("without its token: %d", r.Status)
	}
	if r := press(t, s, page, "drop"); r.Path != "/import" {
		t.Errorf("dropped: %s", r.Path)
	}
	if got := list(t, folder); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	w, err := form.CreateFormFile("file", "a.csv")
	must(t, err)
	_, err = io.WriteString(w, awards)
	must(t, err)
	must(t, form.Close())
	if r := s.Do(t, http.MethodPost, "/import", b.String(), "Content-Type", form.FormDataContentType(), "Origin", s.URL); r.Status != 403 {
		t.Errorf("an upload without its token: %d", r.Status)
	}
	if got := list(t, folder); len(got) != 0 {
		t.Errorf("left of it: %v", got)
	}
}

func list(t *testing.T, dir string) (out []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func uploads(t *testing.T, s *webtest.Site) string {
	t.Helper()
	jobs := s.Jobs.Of(gate.Visit{Actor: s.Actor, Purpose: s.Engine.Purposes()[0].ID})
	if len(jobs) != 1 {
		t.Fatalf("%d imports", len(jobs))
	}
	return filepath.Dir(jobs[0].Folder)
}

// A table of six columns, two kinds and one link is taken in with eight presses at most,
// a known format with three, and with the keyboard.
func TestImportPresses(t *testing.T) {
	s := webtest.Serve(t, hometest.Memory(t))
	s.Enter(t)
	b := s.Browse(t)
	dir := t.TempDir()
	table, known := filepath.Join(dir, "awards.csv"), filepath.Join(dir, "dotgov.csv")
	must(t, os.WriteFile(table, []byte(awards), 0o600))
	must(t, os.WriteFile(known, []byte("Domain name,Domain type,Organization name,Suborganization name,City,State,Security contact email\nNORTHMOOR.GOV,City,City of Northmoor,,Northmoor,ME,a@northmoor.gov\n"), 0o600))
	for _, c := range []struct {
		file, key string
		most      int
	}{{table, "a", 8}, {known, "t", 3}} {
		b.Open("/")
		before := b.Presses()
		b.Choose("#file", c.file) // one press
		b.Until(`document.documentElement?.hasAttribute("data-ready") && document.querySelector("form.import")`)
		b.Key(c.key)
		b.Until(`document.documentElement?.hasAttribute("data-ready") && document.querySelector("form.import") && !document.querySelector("[data-key='` + c.key + `']")`)
		b.Screenshot("import-" + c.key)
		b.Key("s")
		b.Until(`document.querySelector("#job .tag.agree")`)
		if n := b.Presses() - before; n > c.most {
			t.Errorf("%s: %d presses, at most %d", c.file, n, c.most)
		} else {
			t.Logf("%s: %d presses", filepath.Base(c.file), n)
		}
	}
	// T1, from a document on disk to a first finding with its source, in an empty home.
	paper := filepath.Join(dir, "letter.txt")
	must(t, os.WriteFile(paper, []byte("title A letter\nNorthmoor Bleaching Ltd shall bleach."), 0o600))
	b.Open("/")
	before := b.Presses()
	b.Choose("#file", paper)
	b.Until(`document.documentElement?.hasAttribute("data-ready") && document.querySelector("form.import")`)
	b.Key("s")
	b.Wait(`#job a[data-key="o"]`)
	b.Key("o")
	b.Wait("html[data-ready] .text span, html[data-ready] pre")
	b.Drag(".text span, pre", "shall bleach")
	b.Until(`document.querySelector("input[name=span]").value`)
	b.Key("c")
	b.Wait("html[data-ready] #into-text")
	webtest.Eval[string](b, `document.querySelector("#into-case").value = "Who bleaches"`)
	webtest.Eval[string](b, `document.querySelector("#into-text").value = "Northmoor has to bleach"`)
	b.Click(`button[value="claim"]`)
	b.Wait("html[data-ready] [data-claim] h1")
	if n := b.Presses() - before; n > 6 {
		t.Errorf("%d presses from a document on disk to a finding, 6 are the most", n)
	}
	draft := sendFiles(t, s, "awards.csv", awards)
	yaml := press(t, s, sendFiles(t, s, "awards.csv", awards), "yaml")
	failed := ended(t, s, press(t, s, press(t, s, sendFiles(t, s, "empty.csv", "a,b\n"+planted[0]+",1\n"), "accept"), "start").Path)
	saved := s.Get(t, "/mappings/awards")
	if saved.Status != 200 {
		t.Fatalf("%d", saved.Status)
	}
	b.Screens(map[string]string{"import": "/import", "import-draft": draft.Path, "import-yaml": yaml.Path, "import-ended": failed.Path, "mapping": "/mappings/awards"})
}
