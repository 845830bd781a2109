package source_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/source"
)

// examples gives each parameter its example, so that an entry makes a plan.
func examples(e *source.Entry) map[string]string {
	set := map[string]string{}
	for _, p := range e.Parameters {
		if p.Default == "" {
			set[p.Name] = p.Example
		}
	}
	return set
}

// TestCatalogue: our entries are whole, and their examples work.
func TestCatalogue(t *testing.T) {
	all, err := source.Load("")
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 14 {
		t.Errorf("only %d entries", len(all))
	}
	for _, e := range all {
		if e.Licence == "" || e.About == "" || e.Extent == "" || e.Own {
			t.Errorf("%s: licence, page or extent is missing", e.ID)
		}
		for _, p := range e.Parameters {
			if p.Default == "" && p.Example == "" {
				t.Errorf("%s: %s has no example", e.ID, p.Name)
			}
		}
		p, err := e.Plan(examples(e))
		if err != nil {
			t.Errorf("%s: %v", e.ID, err)
			continue
		}
		if len(p.Hosts()) == 0 || strings.Contains(fmt.Sprint(p.Asks, p.Dataset()), "{") && e.ID == "" {
			t.Errorf("%s: %+v", e.ID, p)
		}
		for _, a := range p.Asks {
			if strings.ContainsAny(a.Address+a.Name, "{}") {
				t.Errorf("%s: %+v is not filled in", e.ID, a)
			}
		}
	}
}

func TestParseRefuses(t *testing.T) {
	file := func(s string) string {
		return head + "files: [{name: a.csv, address: \"https://a.example.org/\"" + s + "}]"
	}
	for name, c := range map[string]struct{ text, words string }{
		"empty":             {"", "empty"},
		"unknown key":       {head + "file: x", "line 4: field file not found"},
		"no files":          {head, "between 1 and 64 files"},
		"no title":          {"id: x\nfiles: []", "title"},
		"id":                {strings.Replace(file(""), "test", "../x", 1), "id:"},
		"id is a host":      {strings.Replace(file(""), "id: test", "id: a.example", 1), "id:"},
		"two documents":     {file("") + "\n---\nid: b\n", "more behind it"},
		"http":              {strings.Replace(file(""), "https", "http", 1), "only https"},
		"number":            {strings.Replace(file(""), "a.example.org", "10.0.0.1", 1), "names no host"},
		"number in decimal": {strings.Replace(file(""), "a.example.org", "2130706433", 1), "names no host"},
		"password":          {strings.Replace(file(""), "a.example.org", "a:b@a.example.org", 1), "password"},
		"host by parameter": {strings.Replace(file(""), "a.example.org", "{x}.example.org", 1) + "\nparameters: [{name: x, title: x}]", "not of the host"},
		"path in name":      {strings.Replace(file(""), "a.csv", "a-../../x", 1), "name:"},
		"hidden name":       {strings.Replace(file(""), "a.csv", ".a", 1), "name:"},
		"device":            {strings.Replace(file(""), "a.csv", "con", 1), "name:"},
		"body of a GET":     {file(", body: {a: 1}"), "only POST"},
		"expect":            {file(", expect: exe"), "expect"},
		"placeholder":       {file(", method: POST, body: {a: \"{b}\"}"), "{b} is no parameter"},
		"two follow":        {file(", pages: {rows: /a, more: /b}, job: {status: /a, state: /b, file: /c, done: [d]}"), "only one of"},
		"pointer":           {file(", pages: {rows: a, more: /b}"), "no JSON pointer"},
		"more and next":     {file(", pages: {rows: /a, more: /b, next: /c}"), "one of more and next"},
		"pattern":           {file("") + "\nparameters: [{name: x, title: x, pattern: '('}]", "pattern"},
		"default":           {file("") + "\nparameters: [{name: x, title: x, kind: number, default: y}]", "not a whole number"},
		"hosts":             {file("") + "\nhosts: ['*.example.org']", "hosts"},
		"alias bomb":        {"a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c,*c]", "read the source"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := source.Parse("x.yaml", []byte(c.text)); overt.CodeOf(err) != overt.Invalid || !strings.Contains(fmt.Sprint(err), "x.yaml") || !strings.Contains(fmt.Sprint(err), c.words) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestOwn: entries of a home stand beside ours and cannot take their place.
func TestOwn(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "mine.yaml"), table)
	put(t, filepath.Join(dir, "notes.txt"), "not looked at")
	all, err := source.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if e, err := all.Find("test"); err != nil || !e.Own {
		t.Errorf("%+v, %v", e, err)
	}
	put(t, filepath.Join(dir, "theirs.yaml"), strings.Replace(table, "id: test", "id: ofac-sdn", 1))
	if _, err := source.Load(dir); overt.CodeOf(err) != overt.Invalid || !strings.Contains(err.Error(), "theirs.yaml") {
		t.Errorf("an entry took the place of ours: %v", err)
	}
}

func TestValues(t *testing.T) {
	e := entry(t, head+`parameters:
  - {name: text, title: t, optional: true}
  - {name: n, title: t, kind: number, default: "007"}
  - {name: year, title: t, kind: us_fiscal_year, default: "2024"}
files:
  - name: a-{n}.json
    address: "https://a.example.org/{n}/{year}"
    method: POST
    body: {n: "{n}", mixed: "n {n}", from: "{year.start}", to: "{year.end}", list: ["{text}", "x"], gone: [{a: "{text}", b: 1}], deep: {keep: 1, in: {t: "{text}"}}}
`)
	for _, tt := range []struct {
		set        map[string]string
		body, name string
	}{
		{nil, `{"deep":{"keep":1},"from":"2023-10-01","list":["x"],"mixed":"n 7","n":7,"to":"2024-09-30"}`, "a-7.json"},
		{map[string]string{"text": `"},{"x":"`}, `{"deep":{"in":{"t":"\"},{\"x\":\""},"keep":1},"from":"2023-10-01","gone":[{"a":"\"},{\"x\":\"","b":1}],"list":["\"},{\"x\":\"","x"],"mixed":"n 7","n":7,"to":"2024-09-30"}`, "a-7.json"},
	} {
		p, err := e.Plan(tt.set)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.body, p.Asks[0].Body); diff != "" {
			t.Errorf("body (-want +got):\n%s", diff)
		}
		if p.Asks[0].Name != tt.name {
			t.Errorf("name %s", p.Asks[0].Name)
		}
	}
	free := entry(t, head+"parameters: [{name: x, title: t}]\nfiles: [{name: \"a-{x}.csv\", expect: csv, address: \"https://a.example.org/{x}?q={x}\"}]")
	for in, want := range map[string]string{
		"a b":         "a%20b",
		"../../x":     "..%2F..%2Fx",
		"..":          "%2E%2E",
		"a?b&c=d#e":   "a%3Fb%26c%3Dd%23e",
		"x@evil.org/": "x%40evil.org%2F",
	} {
		p, err := free.Plan(map[string]string{"x": in})
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Asks[0].Address; got != "https://a.example.org/"+want+"?q="+want {
			t.Errorf("%q gives %s", in, got)
		}
		if strings.ContainsAny(p.Asks[0].Name, "/\\?:@ ") || strings.Contains(p.Asks[0].Name, "..") {
			t.Errorf("%q gives the name %s", in, p.Asks[0].Name)
		}
	}
	for _, bad := range []string{"a\x00b", "a\nb", strings.Repeat("a", 3000)} {
		if _, err := free.Plan(map[string]string{"x": bad}); overt.CodeOf(err) != overt.Invalid {
			t.Errorf("%.10q was taken", bad)
		}
	}
}

const ordered = head + `hosts: [files.example.org]
files:
  - name: data.zip
    address: https://api.example.org/order
    method: POST
    expect: csv
    body: {year: 2024}
    job: {status: /status_url, state: /status, done: [finished], wait: [ready, running], message: /message, file: /file_url, every: 1s, for: 1h}
`

// TestJob: a file is ordered once, waited for and fetched; an attempt that was
// cut short waits for the same order.
func TestJob(t *testing.T) {
	orders, looks, fail, down := 0, 0, false, true
	p := play(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/order":
			orders++
			_, _ = io.WriteString(w, `{"status_url":"https://api.example.org/status?f=1","file_name":"../../x"}`)
		case "/status":
			looks++
			state := "running"
			if looks > 2 {
				state = "finished"
			}
			if fail {
				state = "failed"
			}
			_ = json.NewEncoder(w).Encode(map[string]any{"status": state, "file_url": "https://files.example.org/made.zip", "message": "too many rows"})
		case "/made.zip":
			if r.Host != "files.example.org" {
				t.Errorf("the file is asked of %s", r.Host)
			}
			if down {
				http.NotFound(w, r)
				return
			}
			_, _ = w.Write(rows(1000))
		}
	})
	_, err := p.fetch(t, entry(t, ordered), nil)
	refused(t, p, err, overt.NotFound, "data.zip")
	down = false
	got, err := p.fetch(t, entry(t, ordered), nil)
	must(t, got, err)
	if orders != 1 || looks != 3 || len(got.Data()) != 1 || filepath.Base(got.Data()[0]) != "data.zip" {
		t.Errorf("%d orders, %d looks, %v", orders, looks, got.Data())
	}
	fail = true
	_, err = p.fetch(t, entry(t, ordered), nil)
	if overt.CodeOf(err) != overt.Invalid || !strings.Contains(err.Error(), "too many rows") {
		t.Errorf("a failed order: %v", err)
	}
	fail = false
	if _, err = p.fetch(t, entry(t, ordered), nil); err != nil || orders != 3 {
		t.Errorf("after it failed: %v, %d orders", err, orders)
	}
}

// TestIndex: what an index names is checked against what it says.
func TestIndex(t *testing.T) {
	const indexed = head + `files:
  - name: data.csv
    address: https://api.example.org/index.json
    observed: /updated
    index: {list: /files, where: {kind: table}, address: url, checksum: sum, size: size, expect: csv}
`
	data := rows(1000)
	index := func(sum string, size int) string {
		return fmt.Sprintf(`{"updated":"2024-05-28T14:47:29Z","files":[{"kind":"words","url":"/x"},{"kind":"table","url":"/a.csv","sum":%q,"size":%d}]}`, sum, size)
	}
	for name, c := range map[string]struct{ index, words string }{
		"good":       {index("", len(data)), ""},
		"size":       {index("", len(data)+1), "the index says"},
		"checksum":   {index(strings.Repeat("0", 40), len(data)), "checksum is not"},
		"odd sum":    {index("abc", len(data)), "neither SHA-1 nor SHA-256"},
		"not listed": {`{"files":[]}`, "does not list"},
		"no list":    {`{"items":[]}`, "no list at /files"},
		"away":       {`{"files":[{"kind":"table","url":"https://evil.example.net/"}]}`, "evil.example.net"},
	} {
		t.Run(name, func(t *testing.T) {
			p := play(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/index.json" {
					_, _ = io.WriteString(w, c.index)
					return
				}
				_, _ = w.Write(data)
			})
			got, err := p.fetch(t, entry(t, indexed), nil)
			if c.words == "" {
				if must(t, got, err); got.Manifest.Day() != "2024-05-28" || len(got.Data()) != 1 || len(got.Manifest.Files) != 2 {
					t.Errorf("got %+v", got.Manifest)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.words) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// FuzzParse: no file makes the reader fall over, and what it takes makes plans
// whose names stay in their folder and whose addresses are of listed hosts.
func FuzzParse(f *testing.F) {
	f.Add([]byte(table), "x")
	f.Add([]byte(paged), "../..")
	f.Add([]byte(ordered), "https://a.example.org")
	list, _ := filepath.Glob("catalogue/*.yaml")
	for _, name := range list {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, "https://a.example.org/x")
	}
	f.Fuzz(func(t *testing.T, text []byte, value string) {
		e, err := source.Parse("fuzz.yaml", text)
		if err != nil {
			return
		}
		set := examples(e)
		for k := range set {
			set[k] = value
		}
		p, err := e.Plan(set)
		if err != nil {
			return
		}
		hosts := " " + strings.Join(p.Hosts(), " ") + " "
		for _, a := range p.Asks {
			if filepath.Base(a.Name) != a.Name || !filepath.IsLocal(a.Name) {
				t.Errorf("the name %q leaves its folder", a.Name)
			}
			host, _, _ := strings.Cut(strings.TrimPrefix(a.Address, "https://"), "/")
			host, _, _ = strings.Cut(host, "?")
			if !strings.Contains(hosts, " "+host+" ") {
				t.Errorf("%s is not of %s", a.Address, hosts)
			}
		}
	})
}
