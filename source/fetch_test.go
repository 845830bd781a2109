package source_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"overt"
	"overt/source"
	"overt/source/sourcetest"
)

// entry reads an entry of a test.
func entry(t testing.TB, text string) *source.Entry {
	t.Helper()
	e, err := source.Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return e
}

const head = "id: test\ntitle: a test\npublisher: nobody\n"

// table is a source of one CSV file.
const table = head + "files: [{name: table.csv, expect: csv, address: \"https://data.example.org/table.csv\"}]\n"

// rows makes a table of about n bytes.
func rows(n int) []byte {
	var b bytes.Buffer
	b.WriteString("id,name\n")
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "%d,number %d of many\n", i, i)
	}
	return b.Bytes()
}

// A played server and a fetcher that reaches it.
type played struct {
	*sourcetest.Server
	f *source.Fetcher
}

func play(t testing.TB, h http.HandlerFunc) *played {
	t.Helper()
	p := &played{Server: sourcetest.Serve(t, h)}
	p.f = &source.Fetcher{
		Dir: t.TempDir(), Agent: "overt/test", Clock: time.Now, Network: p.Network(), Random: func() float64 { return 0 },
		Limits: source.Limits{Tries: 4},
	}
	return p
}

func (p *played) fetch(t testing.TB, e *source.Entry, set map[string]string) (*source.Result, error) {
	t.Helper()
	plan, err := e.Plan(set)
	if err != nil {
		t.Fatal(err)
	}
	return p.f.Fetch(t.Context(), plan, false)
}

func must(t testing.TB, r *source.Result, err error) *source.Result {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Data()) == 0 {
		t.Fatal("no data")
	}
	return r
}

// refused holds that a fetch ends with a code and words, and that nothing looks
// like a finished one.
func refused(t testing.TB, p *played, err error, code overt.Code, words ...string) {
	t.Helper()
	if overt.CodeOf(err) != code {
		t.Errorf("code %q of %v, want %q", overt.CodeOf(err), err, code)
	}
	for _, w := range words {
		if !strings.Contains(fmt.Sprint(err), w) {
			t.Errorf("%v does not say %q", err, w)
		}
	}
	list, _ := filepath.Glob(filepath.Join(p.f.Dir, "*", "*"))
	for _, name := range list {
		if !strings.HasSuffix(name, ".part") {
			t.Errorf("%s looks finished", name)
		}
	}
}

func TestFile(t *testing.T) {
	want := rows(100_000)
	var agent, coding string
	p := play(t, func(w http.ResponseWriter, r *http.Request) {
		agent, coding = r.UserAgent(), r.Header.Get("Accept-Encoding")
		w.Header().Set("Last-Modified", "Wed, 05 Jun 2024 10:00:00 GMT")
		w.Header().Set("ETag", `"one"`)
		w.Header().Set("Set-Cookie", "a=b")
		w.Header().Set("Content-Disposition", `attachment; filename="../../evil"`)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(want))
	})
	got, err := p.fetch(t, entry(t, table), nil)
	must(t, got, err)
	data, err := os.ReadFile(got.Data()[0])
	if err != nil || !bytes.Equal(data, want) {
		t.Fatalf("other bytes: %v", err)
	}
	if filepath.Base(got.Data()[0]) != "table.csv" || agent != "overt/test" || coding != "identity" {
		t.Errorf("name %s, agent %s, coding %s", got.Data()[0], agent, coding)
	}
	m, err := source.ReadManifest(got.Dir)
	if err != nil || len(m.Files) != 1 || m.Day() != "2024-06-05" || m.Files[0].Address != "https://data.example.org/table.csv" || m.Files[0].Bytes != int64(len(want)) {
		t.Errorf("manifest %+v, %v", m, err)
	}
	if _, kept := m.Files[0].Headers["set-cookie"]; kept {
		t.Error("a cookie is in the manifest")
	}
	list, _ := os.ReadDir(got.Dir)
	if len(list) != 2 {
		t.Errorf("the folder holds %v", list)
	}

	again, err := p.fetch(t, entry(t, table), nil)
	if must(t, again, err); !again.Unchanged || again.Dir != got.Dir {
		t.Errorf("the second fetch: %+v", again)
	}
}

// TestCut cuts answers at many places; the file comes out whole, and what was
// there is not sent again.
func TestCut(t *testing.T) {
	want := rows(200_000)
	for _, cut := range []int{1, 4096, 65536, 131072, 199_999} {
		t.Run(fmt.Sprint(cut), func(t *testing.T) {
			sent, first := 0, true
			p := play(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("ETag", `"one"`)
				if first {
					first = false
					w.Header().Set("Content-Length", fmt.Sprint(len(want)))
					n, _ := w.Write(want[:cut])
					sent += n
					_ = http.NewResponseController(w).Flush()
					panic(http.ErrAbortHandler)
				}
				if r.Header.Get("If-Range") != `"one"` {
					t.Errorf("If-Range is %q", r.Header.Get("If-Range"))
				}
				http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(want))
			})
			got, err := p.fetch(t, entry(t, table), nil)
			must(t, got, err)
			data, _ := os.ReadFile(got.Data()[0])
			if !bytes.Equal(data, want) || got.Manifest.Files[0].Resumed != 1 {
				t.Errorf("%d bytes of %d, resumed %d times", len(data), len(want), got.Manifest.Files[0].Resumed)
			}
		})
	}
}

// pagesOf serves rows in pages of two, by number.
func pagesOf(n int, seen func(page int)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var ask struct{ Page, Limit int }
		_ = json.NewDecoder(r.Body).Decode(&ask)
		seen(ask.Page)
		var rows []int
		for i := (ask.Page - 1) * ask.Limit; i < min(n, ask.Page*ask.Limit); i++ {
			rows = append(rows, i)
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"page": ask.Page, "results": rows, "more": ask.Page*ask.Limit < n})
	}
}

const paged = head + `files:
  - name: rows.json
    address: https://api.example.org/search
    method: POST
    body: {page: "{page}", limit: "{limit}"}
    pages: {rows: /results, more: /more, limit: 2}
`

func TestPages(t *testing.T) {
	var seen []int
	stop := 3
	serve := pagesOf(9, func(n int) { seen = append(seen, n) })
	p := play(t, func(w http.ResponseWriter, r *http.Request) {
		if stop == 0 {
			http.Error(w, "down", http.StatusNotFound)
			return
		}
		stop--
		serve(w, r)
	})
	_, err := p.fetch(t, entry(t, paged), nil)
	refused(t, p, err, overt.NotFound, "404")
	stop = 100
	got, err := p.fetch(t, entry(t, paged), nil)
	must(t, got, err)
	if fmt.Sprint(seen) != "[1 2 3 4 5]" || len(got.Data()) != 5 {
		t.Errorf("pages asked for: %v; %d files", seen, len(got.Data()))
	}
	var total int64
	for _, f := range got.Manifest.Files {
		total += f.Rows
	}
	if total != 9 {
		t.Errorf("%d rows", total)
	}
}

// TestCarry: what a page hands on stands in the next request, and in the first
// there is nothing of it.
func TestCarry(t *testing.T) {
	var asked []string
	p := play(t, func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		asked = append(asked, string(raw))
		n := len(asked)
		fmt.Fprintf(w, `{"results":[%d],"meta":{"more":%v,"id":%d0000000001}}`, n, n < 3, n)
	})
	got, err := p.fetch(t, entry(t, head+`files:
  - name: rows.json
    address: https://api.example.org/search
    method: POST
    body: {page: "{page}", after: "{last}", filters: {a: 1}}
    pages: {rows: /results, more: /meta/more, carry: {last: /meta/id}}
`), nil)
	must(t, got, err)
	want := `{"filters":{"a":1},"page":1} {"after":10000000001,"filters":{"a":1},"page":2} {"after":20000000001,"filters":{"a":1},"page":3}`
	if strings.Join(asked, " ") != want {
		t.Errorf("asked %v", asked)
	}
}
