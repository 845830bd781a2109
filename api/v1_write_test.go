package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"overt/api"
	"overt/gate"
	"overt/internal/hometest"
	"overt/pipeline"
)

// TestJudge: a person's word is kept, counts, is taken back, and its run is undone.
func TestJudge(t *testing.T) {
	_, a := v1(t)
	one := func() bool {
		return read[struct{ One bool }](t, do(t, a, "GET", "/api/v1/why?left=l-1&right=o-1", "")).One
	}
	word := `{"left":"l-1","right":"o-1","verdict":"same","reason":"same birthday"}`
	w := do(t, a, "POST", "/api/v1/judgements", word)
	conforms(t, "POST", "/api/v1/judgements", w)
	first := read[pipeline.Decided](t, w)
	if w.Code != http.StatusCreated || len(first.Judgements) != 1 || !one() {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	w = do(t, a, "POST", "/api/v1/judgements/"+first.Judgements[0].ID+"/retract", `{"reason":"a slip"}`)
	conforms(t, "POST", "/api/v1/judgements/x/retract", w)
	retracted := read[pipeline.Decided](t, w)
	if one() || len(retracted.Runs) == 0 {
		t.Errorf("taken back: %s", w.Body)
	}
	for _, run := range retracted.Runs {
		w = do(t, a, "POST", fmt.Sprintf("/api/v1/runs/%d/undo", run), "")
		conforms(t, "POST", "/api/v1/runs/1/undo", w)
	}
	if !one() {
		t.Error("what was taken back by runs that were undone does not stand")
	}
}

// TestOnce: a change that is sent again under its key is not made again.
func TestOnce(t *testing.T) {
	h, a := v1(t)
	runs := func() int {
		return len(read[api.RunPage](t, do(t, a, "GET", "/api/v1/runs", "")).Runs)
	}
	word := `{"left":"l-1","right":"o-1","verdict":"unsure","reason":"no papers"}`
	first := do(t, a, "POST", "/api/v1/judgements", word, "Idempotency-Key", "k1")
	n, before := runs(), h.Log.Size()
	again := do(t, a, "POST", "/api/v1/judgements", word, "Idempotency-Key", "k1")
	if first.Code != 201 || again.Code != 201 || again.Body.String() != first.Body.String() || runs() != n {
		t.Errorf("sent again: %d %s, first %d %s", again.Code, again.Body, first.Code, first.Body)
	}
	if h.Log.Size() == before {
		t.Error("the answer given again left no record")
	}
	if w := do(t, a, "POST", "/api/v1/judgements", strings.Replace(word, "no", "some", 1), "Idempotency-Key", "k1"); w.Code != 409 {
		t.Errorf("another request under the key: %d %s", w.Code, w.Body)
	}
	if w := do(t, a, "POST", "/api/v1/judgements", word, "Idempotency-Key", "k1", "X-Purpose", "verification"); w.Code != 201 || w.Body.String() == first.Body.String() {
		t.Errorf("for another purpose the key is another: %d %s", w.Code, w.Body)
	}
	wrong := strings.Replace(word, "l-1", "l-99", 1)
	for range 2 { // a failure is not remembered
		if w := do(t, a, "POST", "/api/v1/judgements", wrong, "Idempotency-Key", "k2"); w.Code != 404 {
			t.Errorf("nobody: %d %s", w.Code, w.Body)
		}
	}
}

// finished follows an import to its end and gives its last event, and how many came.
func finished(t *testing.T, a http.Handler, id string) (last api.Job, events int) {
	t.Helper()
	return finishedAs(t, a, id)
}

func finishedAs(t *testing.T, a http.Handler, id string, pairs ...string) (last api.Job, events int) {
	t.Helper()
	server := httptest.NewServer(a)
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/api/v1/imports/"+id+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Actor", hometest.Owner.ID)
	for i := 0; i < len(pairs); i += 2 {
		r.Header.Set(pairs[i], pairs[i+1])
	}
	resp, err := server.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	lines := bufio.NewScanner(resp.Body)
	for lines.Scan() {
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
			events++
			if err := json.Unmarshal([]byte(data), &last); err != nil {
				t.Fatal(err)
			}
		}
	}
	if lines.Err() != nil || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("%v %s", lines.Err(), resp.Header)
	}
	return last, events
}

// TestImport: a file is sent, taken in, followed, and can be asked for; nothing of
// the upload is left behind.
func TestImport(t *testing.T) {
	h := hometest.Memory(t)
	cfg, uploads := config(t, h), t.TempDir()
	cfg.Jobs = jobs(t, h, uploads, importer(h))
	a := serving(t, cfg)
	body, kind := form(t, "dataset", "sent", "observed", "2024-02-01", "extent", "full", "../../e vil?.ftm.json", strings.Join(list, "\n"))
	w := do(t, a, "POST", "/api/v1/imports", body, "Content-Type", kind, "Idempotency-Key", "up")
	conforms(t, "POST", "/api/v1/imports", w)
	begun := read[api.Job](t, w)
	if w.Code != http.StatusAccepted || begun.Files[0] != "e vil_.ftm.json" {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	last, _ := finished(t, a, begun.ID)
	if last.State != "done" || last.Report == nil || len(last.Report.Runs) != 1 || last.Report.Runs[0].Entities != 5 {
		t.Fatalf("it ended as %+v", last)
	}
	w = do(t, a, "GET", "/api/v1/imports/"+begun.ID, "")
	conforms(t, "GET", "/api/v1/imports/x", w)
	if got := read[api.Job](t, w); got.State != "done" {
		t.Errorf("it is %s", got.State)
	}
	if w := do(t, a, "GET", "/api/v1/entities/l-3", ""); w.Code != 200 || !strings.Contains(w.Body.String(), "e vil_.ftm.json") {
		t.Errorf("what was taken in: %d %s", w.Code, w.Body)
	}
	again := read[api.Job](t, do(t, a, "POST", "/api/v1/imports", body, "Content-Type", kind, "Idempotency-Key", "up"))
	if again.ID != begun.ID {
		t.Error("sent again under its key it is another import")
	}
	empty(t, uploads)
	for _, c := range []struct{ name, body, kind, where string }{
		{"no file", first(form(t, "dataset", "d")), kind, ""},
		{"no form", "x", "text/plain", ""},
	} {
		if w := do(t, a, "POST", "/api/v1/imports", c.body, "Content-Type", c.kind); w.Code != 400 {
			t.Errorf("%s: %d %s", c.name, w.Code, w.Body)
		}
	}
	for _, pairs := range [][]string{{"dataset", "d", "extent", "some", "a.json", "{}"}, {"a.json", "{}", "dataset", "d"}, {"colour", "red", "a.json", "{}"}, {"dataset", "d", "observed", "soon", "a.json", "{}"}, {"dataset", "d"}} {
		body, kind := form(t, pairs...)
		if w := do(t, a, "POST", "/api/v1/imports", body, "Content-Type", kind); w.Code != 400 {
			t.Errorf("%v: %d %s", pairs, w.Code, w.Body)
		}
		if w := do(t, a, "POST", "/api/v1/imports", body[:len(body)-30], "Content-Type", kind); w.Code != 400 {
			t.Errorf("%v cut off: %d %s", pairs, w.Code, w.Body)
		}
	}
	empty(t, uploads)
}

func first(body, _ string) string { return body }

// TestCancel: an import ends when it is told to, and nobody else can tell it.
func TestCancel(t *testing.T) {
	h := hometest.Memory(t)
	cfg, uploads := config(t, h), t.TempDir()
	begun := make(chan struct{})
	cfg.Jobs = jobs(t, h, uploads, func(ctx context.Context, _ gate.Visit, _ pipeline.Request, told pipeline.Progress) (*pipeline.Report, error) {
		told("a.json", 7, 9)
		close(begun)
		<-ctx.Done()
		return nil, fmt.Errorf("import: %w", context.Cause(ctx))
	})
	a := serving(t, cfg)
	body, kind := form(t, "dataset", "d", "a.json", "{}")
	id := read[api.Job](t, do(t, a, "POST", "/api/v1/imports", body, "Content-Type", kind)).ID
	waits := read[api.Job](t, do(t, a, "POST", "/api/v1/imports", body, "Content-Type", kind)).ID
	<-begun
	if got := read[api.Job](t, do(t, a, "GET", "/api/v1/imports/"+id, "")); got.State != "running" || got.Rows != 7 {
		t.Errorf("under way: %+v", got)
	}
	if got := read[api.Job](t, do(t, a, "GET", "/api/v1/imports/"+waits, "")); got.State != "waiting" {
		t.Errorf("the second one: %+v", got)
	}
	for _, target := range []string{"/cancel", "", "/events"} {
		method := "GET"
		if target == "/cancel" {
			method = "POST"
		}
		theirs := do(t, a, method, "/api/v1/imports/"+id+target, "", "X-Purpose", "verification")
		absent := do(t, a, method, "/api/v1/imports/0123456789abcdef0123456789abcdef"+target, "", "X-Purpose", "verification")
		if theirs.Code != 404 || theirs.Body.String() != absent.Body.String() {
			t.Errorf("%s of another: %d %s; of none %s", target, theirs.Code, theirs.Body, absent.Body)
		}
	}
	for _, one := range []string{waits, id} {
		if w := do(t, a, "POST", "/api/v1/imports/"+one+"/cancel", ""); w.Code != 200 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	for _, one := range []string{waits, id} {
		if last, _ := finished(t, a, one); last.State != "cancelled" {
			t.Errorf("it ended as %+v", last)
		}
	}
	empty(t, uploads)
}

// TestBulk: entities as Aleph's programs send them: all, or none with what is wrong.
func TestBulk(t *testing.T) {
	h := hometest.Memory(t)
	cfg, uploads := config(t, h), t.TempDir()
	cfg.Jobs = jobs(t, h, uploads, importer(h))
	a := serving(t, cfg)
	const at = "/api/2/collections/leak/_bulk"
	named := read[api.Collection](t, do(t, a, "POST", "/api/2/collections", `{"foreign_id":"leak","label":"A leak"}`))
	if named.CollectionID != "leak" {
		t.Fatalf("%+v", named)
	}
	w := do(t, a, "POST", at+"?unsafe=False&clean=True", "["+strings.Join(list, ",")+`,{"id":"d-1","schema":"Document","properties":{"title":["Minutes"],"contentHash":["0123456789012345678901234567890123456789"]}}]`)
	conforms(t, "POST", at, w)
	if got := read[api.Bulk](t, w); got.Status != "ok" || len(got.Runs) != 1 || got.LeftOut != 0 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if body := do(t, a, "GET", "/api/v1/entities/d-1", "").Body.String(); strings.Contains(body, "contentHash") || !strings.Contains(body, "Minutes") {
		t.Errorf("it names a file by its hash: %s", body)
	}
	w = do(t, a, "POST", at, `[{"id":"n-1","schema":"Person"},{"schema":"Person"},{"id":"n-2","schema":"Prson"},{"id":"n-3","schema":"Thing","properties":{"name":["a"]}},7]`)
	var p api.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != 400 || len(p.Errors) < 3 || p.Errors[0].Line != 2 || p.Errors[1].Line != 3 {
		t.Errorf("wrong entities: %d %s", w.Code, w.Body)
	}
	if w := do(t, a, "GET", "/api/v1/entities/n-1", ""); w.Code != 404 {
		t.Error("of a list with a wrong entity another one was taken in")
	}
	for target, body := range map[string]string{at + "?unsafe=true": "[]", at + "?safe=false": "[]", at + "?entityset_id=3": "[]", at: `{"id":"n-1"}`, at + "?sync=true": `[{"id":"n-1","schema":"Person"}`} {
		if w := do(t, a, "POST", target, body); w.Code != 400 && w.Code != 403 {
			t.Errorf("%s %s: %d %s", target, body, w.Code, w.Body)
		}
	}
	empty(t, uploads)
	w = do(t, a, "GET", "/api/2/collections/leak/_stream?schema=Company&include=properties", "")
	if lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n"); len(lines) != 1 || !strings.Contains(lines[0], `"l-3"`) {
		t.Errorf("its companies: %s", w.Body)
	}
	if w := do(t, a, "GET", "/api/2/collections/none/_stream", ""); w.Code != 404 {
		t.Errorf("a stream of nothing: %d", w.Code)
	}
}

// TestExport: what leaves is recorded before the first byte and with its hash behind
// the last, which the trailer has too.
func TestExport(t *testing.T) {
	h, a := v1(t)
	for format, want := range map[string]string{"ftm": `"l-3"`, "statements": "canonical_id", "passages": "list.ftm.json", "csv": "Quillmarsh", "graphml": "<graphml", "gexf": "<gexf", "bods": "entity", "ocds": "releases", "xlsx": "PK"} {
		before := h.Log.Size()
		w := do(t, a, "GET", "/api/v1/export/"+format+"?dataset=list", "")
		digest := w.Result().Trailer.Get("Repr-Digest")
		if w.Code != 200 || !strings.Contains(w.Body.String(), want) || digest == "" || strings.Contains(w.Body.String(), "Quarrelsome") {
			t.Errorf("%s: %d %q %.300s", format, w.Code, digest, w.Body)
		}
		var said []string
		for r, err := range h.Log.Records(t.Context(), before, h.Log.Size()) {
			if err != nil {
				t.Fatal(err)
			}
			if r.Event.Action == "export" {
				said = append(said, fmt.Sprint(r.Event.Intent, r.Event.Result != ""))
			}
		}
		if strings.Join(said, " ") != "true false false true" {
			t.Errorf("%s: the log has %v", format, said)
		}
	}
	if w := do(t, a, "GET", "/api/v1/export/ftm?dataset=none", ""); w.Code != 404 {
		t.Errorf("of a dataset that is not there: %d", w.Code)
	}
	w := do(t, a, "GET", "/api/v1/hits?q=vantongeren", "")
	if lines := strings.Split(strings.TrimSpace(w.Body.String()), "\n"); len(lines) != 2 || !json.Valid([]byte(lines[0])) {
		t.Errorf("hits: %s", w.Body)
	}
	if w := do(t, a, "GET", "/api/v1/hits?q=%22", ""); w.Code != 400 {
		t.Errorf("a wrong query: %d %s", w.Code, w.Body)
	}
}

// TestBroken: an answer that fails in its midst breaks the connection.
func TestBroken(t *testing.T) {
	_, a := v1(t)
	defer func() {
		if err, _ := recover().(error); !errors.Is(err, http.ErrAbortHandler) {
			t.Errorf("it ended with %v", err)
		}
	}()
	r := httptest.NewRequest("GET", "http://127.0.0.1/api/v1/export/ftm", nil)
	r.Header.Set("X-Actor", hometest.Owner.ID)
	a.ServeHTTP(&halfway{httptest.NewRecorder()}, r)
	t.Error("half an answer passes for a whole one")
}

// halfway is a connection that is lost behind the first bytes.
type halfway struct{ *httptest.ResponseRecorder }

func (h *halfway) Write([]byte) (int, error) { return 0, errors.New("the connection is lost") }
