package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt"
	"overt/answer"
	"overt/api"
	"overt/extract/open"
	"overt/gate"
	"overt/identity"
	"overt/internal/hometest"
	"overt/pipeline"
	"overt/policy"
	"overt/statement"
)

// other is a second list, which can be hidden.
var other = []string{
	`{"id":"o-1","schema":"Person","properties":{"name":["Orsolya Vantongeren"],"birthDate":["1961-03-05"],"nationality":["be"]}}`,
	`{"id":"o-2","schema":"Company","properties":{"name":["Quarrelsome Holdings"],"registrationNumber":["04418229"]}}`,
	`{"id":"o-3","schema":"Ownership","properties":{"owner":["o-1"],"asset":["o-2"]}}`,
}

// bySaying takes actor, purpose and case from headers, as a server's sessions would
// know them.
func bySaying(r *http.Request) (gate.Visit, error) {
	who := r.Header.Get("X-Actor")
	if who == "" {
		return gate.Visit{}, &api.Refusal{Status: http.StatusUnauthorized, Detail: "say who asks"}
	}
	return gate.Visit{Actor: identity.Actor{ID: who, Name: who}, Purpose: policy.Purpose(r.Header.Get("X-Purpose")), Case: r.Header.Get("X-Case")}, nil
}

// importer imports as whoever asks.
func importer(h *hometest.Home) func(context.Context, gate.Visit, pipeline.Request, pipeline.Progress) (*pipeline.Report, error) {
	return func(ctx context.Context, v gate.Visit, req pipeline.Request, told pipeline.Progress) (*pipeline.Report, error) {
		im := h.Importer()
		im.Progress = told
		im.Open = func(ctx context.Context, labels []policy.Label) (*gate.Pass, error) {
			v.Writes = labels
			return h.Gate.Open(ctx, v)
		}
		return im.Import(ctx, req)
	}
}

func bring(t testing.TB, h *hometest.Home, dataset string, lines []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), dataset+".ftm.json")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	h.Import(t, pipeline.Request{Paths: []string{path}, Dataset: dataset, Observed: "2024-01-01", Extent: statement.Full})
}

// jobs are imports whose files lie in a folder.
func jobs(t testing.TB, h *hometest.Home, folder string, do func(context.Context, gate.Visit, pipeline.Request, pipeline.Progress) (*pipeline.Report, error)) *pipeline.Jobs {
	t.Helper()
	j, err := pipeline.NewJobs(pipeline.JobsConfig{Clock: h.Clock, Folder: folder, Import: do})
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func config(t testing.TB, h *hometest.Home) api.V1Config {
	return api.V1Config{
		Gate: h.Gate, Who: bySaying, Clock: h.Clock, Version: "test", Key: []byte("a secret of the test's own home."), Jobs: jobs(t, h, t.TempDir(), importer(h)),
		Cell: func(ctx context.Context, d *gate.Desk, blob string, where overt.Locator) (*answer.Cited, error) {
			return answer.Cite(ctx, d, open.Here{}, blob, where)
		},
	}
}

// v1 is a home with two lists, and the API before it.
func v1(t testing.TB) (*hometest.Home, *api.API) {
	t.Helper()
	h := hometest.Memory(t)
	bring(t, h, "list", list)
	bring(t, h, "other", other)
	return h, serving(t, config(t, h))
}

func serving(t testing.TB, cfg api.V1Config) *api.API {
	t.Helper()
	a, err := api.V1(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// do sends a request, as the owner where headers do not say otherwise; pairs are
// headers.
func do(t testing.TB, a http.Handler, method, target, body string, pairs ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, "http://127.0.0.1"+target, strings.NewReader(body))
	r.Header.Set("X-Actor", hometest.Owner.ID)
	if body != "" {
		r.Header.Set("Content-Type", jsonKind)
	}
	for i := 0; i < len(pairs); i += 2 {
		r.Header.Set(pairs[i], pairs[i+1])
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	return w
}

// read gives the answer of a request that must have one.
func read[T any](t testing.TB, w *httptest.ResponseRecorder) T {
	t.Helper()
	var out T
	if w.Code >= 300 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return out
}

// reads are a request of each route that only reads JSON, with a path into its
// answer and what stands there.
var reads = []struct{ target, path, want string }{
	{"/api/v1/search?q=orsolya&in=entity", "total", "2"},
	{"/api/v1/entities/l-3", "taken.caption", "Northmoor Bleaching Ltd"},
	{"/api/v1/entities/l-1?citations=-1&statements=true", "taken.id", "l-1"},
	{"/api/v1/conflicts", "conflicts", "[]"},
	{"/api/v1/trace?from=l-1&to=l-3", "paths.0.hops", "1"},
	{"/api/v1/money?from=l-1", "kind", "obligated"},
	{"/api/v1/reach?system=l-3", "direction", "both"},
	{"/api/v1/similar", "documents", "0"},
	{"/api/v1/datasets", "datasets.1.dataset", "other"},
	{"/api/v1/coverage?dataset=list", "datasets.0.rows_read", "5"},
	{"/api/v1/runs?dataset=other", "runs.0.dataset", "other"},
	{"/api/v1/formats", "formats.0.name", "ai-use-cases-2023"},
	{"/api/v1/entities/l-1/mentions", "entity.id", "l-1"},
	{"/api/v1/mentions/unknown", "names", "[]"},
	{"/api/v1/why?left=l-1&right=o-1", "left.id", "l-1"},
	{"/api/v1/judgements", "judgements", "[]"},
	{"/api/v1/imports", "imports", "[]"},
	{"/api/v1/openapi.json", "openapi", "3.1.0"},
	{"/api/2/collections?filter:foreign_id=list", "results.0.foreign_id", "list"},
	{"/api/2/collections/other", "label", "other"},
}

// TestReads: each question has its answer, as the document describes it.
func TestReads(t *testing.T) {
	h, a := v1(t)
	for _, c := range reads {
		before := h.Log.Size()
		w := do(t, a, "GET", c.target, "")
		out := read[map[string]any](t, w)
		if got := fmt.Sprint(dig(t, out, c.path)); got != c.want {
			t.Errorf("%s: %s is %s, want %s", c.target, c.path, got, c.want)
		}
		conforms(t, "GET", c.target, w)
		if h.Log.Size() == before && !strings.HasSuffix(c.target, "openapi.json") {
			t.Errorf("%s left no record", c.target)
		}
		tag := w.Header().Get("ETag")
		before = h.Log.Size()
		again := do(t, a, "GET", c.target, "", "If-None-Match", `"x", W/`+tag)
		if again.Code != http.StatusNotModified || again.Body.Len() > 0 {
			t.Errorf("%s: asked again: %d %s", c.target, again.Code, again.Body)
		}
		if h.Log.Size() == before && !strings.HasSuffix(c.target, "openapi.json") {
			t.Errorf("%s: asked again, it left no record", c.target)
		}
	}
	m := do(t, a, "POST", "/api/v1/match", `{"queries":[{"schema":"Person","properties":{"name":["Orsolya Vantongeren"],"birthDate":["1961-03-05"]}}],"against":["list"]}`)
	if got := fmt.Sprint(dig(t, read[map[string]any](t, m), "rows.0.results.0.id")); got != "l-1" {
		t.Errorf("match: %s", got)
	}
	conforms(t, "POST", "/api/v1/match", m)
}

// TestCell: the citation of a value opens the very place.
func TestCell(t *testing.T) {
	_, a := v1(t)
	out := read[map[string]any](t, do(t, a, "GET", "/api/v1/entities/l-3", ""))
	values := out["values"].([]any)
	i := slices.IndexFunc(values, func(v any) bool { return v.(map[string]any)["prop"] == "name" })
	cite := dig(t, values[i], "citations.0").(map[string]any)
	at := cite["locator"].(map[string]any)
	w := do(t, a, "GET", fmt.Sprintf("/api/v1/files/%s/cell?row=%v&pointer=%v", cite["blob"], at["row"], at["pointer"]), "")
	if got := read[answer.Cited](t, w); got.Quote != "Northmoor Bleaching Ltd" {
		t.Errorf("the cell has %q", got.Quote)
	}
	conforms(t, "GET", "/api/v1/files/x/cell", w)
}

// TestWrong: what is asked wrongly is refused, with the field and the code.
func TestWrong(t *testing.T) {
	_, a := v1(t)
	for _, c := range []struct {
		method, target, body string
		status               int
		code, where          string
	}{
		{"GET", "/api/v1/search?q=a&limt=5", "", 400, "invalid", "limt"},
		{"GET", "/api/v1/search?q=a&limit=0", "", 400, "invalid", "limit"},
		{"GET", "/api/v1/search?q=a&limit=5&limit=6", "", 400, "invalid", "limit"},
		{"GET", "/api/v1/search?q=a&in=nothing", "", 400, "invalid", "in"},
		{"GET", "/api/v1/trace?to=l-1", "", 400, "invalid", "from"},
		{"GET", "/api/v1/money?as_of=soon", "", 400, "invalid", "as_of"},
		{"GET", "/api/v1/search?q=a&cursor=AAAA", "", 400, "invalid", "cursor"},
		{"GET", "/api/v1/entities/nobody", "", 404, "not_found", ""},
		{"GET", "/api/v1/nothing", "", 404, "not_found", ""},
		{"GET", "/api/v1/export/doc", "", 400, "invalid", "format"},
		{"POST", "/api/v1/judgements", `{"left":"l-1","right":"o-1","verdict":"same"}`, 400, "invalid", "reason"},
		{"POST", "/api/v1/judgements", `{"left":"l-1","rihgt":"o-1"}`, 400, "invalid", ""},
		{"POST", "/api/v1/judgements", `{`, 400, "invalid", ""},
		{"POST", "/api/v1/runs/0/undo", "", 400, "invalid", "run"},
		{"POST", "/api/v1/runs/4000/undo", "", 404, "not_found", ""},
		{"POST", "/api/v1/match", `{"queries":[]}`, 400, "invalid", "queries"},
		{"POST", "/api/v1/imports", "", 400, "invalid", ""},
	} {
		w := do(t, a, c.method, c.target, c.body)
		var p api.Problem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
			t.Fatalf("%s: %v %s", c.target, err, w.Body)
		}
		if w.Code != c.status || string(p.Code) != c.code || p.Status != c.status || p.Detail == "" || c.where != "" && p.Where != c.where {
			t.Errorf("%s: %d %+v", c.target, w.Code, p)
		}
		if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
			t.Errorf("%s: an error as %s", c.target, got)
		}
	}
	if w := do(t, a, "POST", "/api/v1/judgements", strings.Repeat(" ", api.MaxBody+2)); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a body without end: %d", w.Code)
	}
}

// TestLetIn: nobody unknown, nobody the policy does not admit, and no page of another site.
func TestLetIn(t *testing.T) {
	_, a := v1(t)
	for _, c := range []struct {
		name   string
		method string
		pairs  []string
		status int
	}{
		{"unknown", "GET", []string{"X-Actor", ""}, 401},
		{"somebody else", "GET", []string{"X-Actor", "local:stranger"}, 403},
		{"no purpose of the home", "GET", []string{"X-Purpose", "curiosity"}, 400},
		{"a page of another site", "GET", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"a form of another site", "POST", []string{"Origin", "https://elsewhere.example"}, 403},
		{"the owner", "GET", nil, 200},
	} {
		target := map[string]string{"GET": "/api/v1/datasets", "POST": "/api/v1/runs/1/undo"}[c.method]
		if w := do(t, a, c.method, target, "", c.pairs...); w.Code != c.status {
			t.Errorf("%s: %d %s, want %d", c.name, w.Code, w.Body, c.status)
		}
	}
	asked := api.ByToken(nil, gate.Visit{Actor: hometest.Owner})
	r := httptest.NewRequest("GET", "http://elsewhere.example/", nil)
	if _, err := asked(r); err == nil {
		t.Error("without a token it answers to another name")
	}
}

// form writes a form of fields and files; a name with a dot is that of a file.
func form(t *testing.T, pairs ...string) (body, kind string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		var err error
		if name := pairs[i]; strings.Contains(name, ".") {
			part, partErr := w.CreateFormFile("file", name)
			if err = partErr; err == nil {
				_, err = part.Write([]byte(pairs[i+1]))
			}
		} else {
			err = w.WriteField(name, pairs[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.FormDataContentType()
}

// empty fails when a folder has anything left in it.
func empty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left in the folder: %v %v", left, err)
	}
}

// walk reads a list part by part, and gives what is asked of each.
func walk(t *testing.T, a http.Handler, target string, of func(map[string]any)) (cursors []string) {
	t.Helper()
	cursor := ""
	for range 100 {
		out := read[map[string]any](t, do(t, a, "GET", target+"&cursor="+cursor, ""))
		of(out)
		if cursor, _ = out["next"].(string); cursor == "" {
			return cursors
		}
		cursors = append(cursors, cursor)
	}
	t.Fatalf("%s has no end", target)
	return nil
}

// TestParts: a list that is read part by part is the whole list, each thing once, also
// when more comes in meanwhile; a cursor is of one asker, purpose, case, sight and
// question, and whatever is wrong with one is told in the same words.
func TestParts(t *testing.T) {
	h, a := v1(t)
	for i := range 5 {
		bring(t, h, "list", append(list, fmt.Sprintf(`{"id":"more-%d","schema":"Person","properties":{"name":["Vantongeren %d"]}}`, i, i)))
	}
	var ids []string
	cursors := walk(t, a, "/api/v1/search?q=vantongeren&limit=2", func(out map[string]any) {
		for _, hit := range out["hits"].([]any) {
			ids = append(ids, fmt.Sprint(dig(t, hit, "id"), dig(t, hit, "run")))
		}
	})
	whole := read[answer.SearchAnswer](t, do(t, a, "GET", "/api/v1/search?q=vantongeren&limit=500", ""))
	var want []string
	for _, hit := range whole.Hits {
		want = append(want, fmt.Sprint(hit.ID, hit.Run))
	}
	if len(want) < 5 || !slices.Equal(ids, want) {
		t.Errorf("in parts\n%v\nwhole\n%v", ids, want)
	}
	var runs []overt.RunID
	walk(t, a, "/api/v1/runs?limit=2", func(out map[string]any) {
		for _, r := range out["runs"].([]any) {
			runs = append(runs, overt.RunID(dig(t, r, "id").(float64)))
		}
		if len(runs) == 2 {
			bring(t, h, "list", list[:4])
		}
	})
	if !slices.IsSorted(runs) || len(slices.Compact(slices.Clone(runs))) != len(runs) || len(runs) != 8 {
		t.Errorf("runs, of which one came meanwhile: %v", runs)
	}
	c := cursors[0]
	same := do(t, a, "GET", "/api/v1/search?limit=3&q=vantongeren&cursor="+c, "")
	if same.Code != 200 {
		t.Fatalf("the same question: %d %s", same.Code, same.Body)
	}
	foreign := map[string]*httptest.ResponseRecorder{
		"another question": do(t, a, "GET", "/api/v1/search?q=orsolya&cursor="+c, ""),
		"another list":     do(t, a, "GET", "/api/v1/runs?cursor="+c, ""),
		"another purpose":  do(t, a, "GET", "/api/v1/search?q=vantongeren&cursor="+c, "", "X-Purpose", "verification"),
		"another case":     do(t, a, "GET", "/api/v1/search?q=vantongeren&cursor="+c, "", "X-Case", h.OpenCase(t, "Chains")),
		"another letter":   do(t, a, "GET", "/api/v1/search?q=vantongeren&cursor="+c[:30]+"AA"+c[32:], ""),
		"cut off":          do(t, a, "GET", "/api/v1/search?q=vantongeren&cursor="+c[:30], ""),
		"none":             do(t, a, "GET", "/api/v1/search?q=vantongeren&cursor=!", ""),
		"another home":     do(t, serving(t, api.V1Config{Gate: h.Gate, Who: bySaying, Clock: h.Clock}), "GET", "/api/v1/search?q=vantongeren&cursor="+c, ""),
	}
	h.Hide(t, "other")
	foreign["another sight"] = do(t, a, "GET", "/api/v1/search?q=vantongeren&cursor="+c, "")
	for name, w := range foreign {
		if w.Code != 400 || w.Body.String() != foreign["none"].Body.String() {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}
