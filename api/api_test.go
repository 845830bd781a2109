package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"overt/api"
	"overt/gate"
	"overt/internal/hometest"
	"overt/pipeline"
	"overt/statement"
)

var list = []string{
	`{"id":"l-1","schema":"Person","properties":{"name":["Orsolya Vantongeren"],"birthDate":["1961-03-05"],"country":["be"],"topics":["sanction"]}}`,
	`{"id":"l-2","schema":"Person","properties":{"name":["Teodor Quillmarsh"],"birthDate":["1970"]}}`,
	`{"id":"l-3","schema":"Company","properties":{"name":["Northmoor Bleaching Ltd"],"registrationNumber":["04418229"],"jurisdiction":["gb"]}}`,
	`{"id":"l-6","schema":"Sanction","properties":{"entity":["l-1"],"authority":["An authority"]}}`,
	`{"id":"l-7","schema":"Ownership","properties":{"owner":["l-1"],"asset":["l-3"],"percentage":["51"]}}`,
}

func service(t testing.TB, change ...func(*api.Config)) (*hometest.Home, *api.Service) {
	t.Helper()
	h := hometest.Memory(t)
	path := write(t, list...)
	h.Import(t, pipeline.Request{Paths: []string{path}, Dataset: "list", Observed: "2024-01-01", Extent: statement.Full})
	cfg := api.Config{Gate: h.Gate, Visit: gate.Visit{Actor: h.Actor}, Version: "test"}
	for _, f := range change {
		f(&cfg)
	}
	if err := cfg.Validate(); err != nil {
		t.Fatal(err)
	}
	return h, api.New(cfg)
}

// write makes a file of lines.
func write(t testing.TB, lines ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "list.ftm.json")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

type call struct {
	method, target, kind, body string
	header                     map[string]string
}

// send gives the status, and the body as any JSON.
func send(t *testing.T, s http.Handler, c call) (int, map[string]any) {
	t.Helper()
	w := raw(s, c)
	out := map[string]any{}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("%s %s: %d %s: %v", c.method, c.target, w.Code, w.Body, err)
	}
	return w.Code, out
}

func unmarshal(t *testing.T, text string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// dig follows keys and indexes between dots.
func dig(t *testing.T, v any, path string) any {
	t.Helper()
	for _, key := range strings.Split(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			next, ok := at[key]
			if !ok {
				t.Fatalf("%s: there is no %q in %v", path, key, at)
			}
			v = next
		case []any:
			var i int
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(at) {
				t.Fatalf("%s: there is no element %q of %d", path, key, len(at))
			}
			v = at[i]
		default:
			t.Fatalf("%s: %q is asked of %v", path, key, v)
		}
	}
	return v
}

const (
	jsonKind = "application/json"
	formKind = "application/x-www-form-urlencoded"
)

// A request as yente's Python example sends it: the properties of one a text, of the
// other lists, and the key in the header that its hosted service takes.
const yenteBatch = `{"queries": {"entity1": {"schema": "Person", "properties": {"name": ["Orsolya Vantongeren"], "birthDate": ["1961-03-05"], "nationality": ["be"]}},
 "entity2": {"id": "v-9", "schema": "Company", "properties": {"name": "Northmoor Bleaching Limited", "jurisdiction": "gb"}},
 "entity3": {"schema": "Person", "properties": {"name": ["Somebody Elsewhere"]}}}}`

func TestMatch(t *testing.T) {
	_, s := service(t)
	status, out := send(t, s, call{"POST", "/match/default?threshold=0.7&limit=5&algorithm=logic-v1", jsonKind, yenteBatch, map[string]string{"Authorization": "ApiKey abc", "User-Agent": "python-requests/2.31"}})
	if status != 200 {
		t.Fatal(status, out)
	}
	for path, want := range map[string]string{
		"limit": "5", "responses.entity1.status": "200", "responses.entity1.total.value": "1", "responses.entity1.total.relation": "eq",
		"responses.entity1.query.schema": "Person", "responses.entity1.query.properties.name.0": "Orsolya Vantongeren",
		"responses.entity1.results.0.id": "l-1", "responses.entity1.results.0.caption": "Orsolya Vantongeren", "responses.entity1.results.0.schema": "Person",
		"responses.entity1.results.0.score": "1", "responses.entity1.results.0.match": "true", "responses.entity1.results.0.target": "true",
		"responses.entity1.results.0.datasets.0": "list", "responses.entity1.results.0.referents.0": "l-1", "responses.entity1.results.0.properties.birthDate.0": "1961-03-05",
		"responses.entity1.results.0.explanations.name.candidate": "Orsolya Vantongeren", "responses.entity1.results.0.citations.0.dataset": "list",
		"responses.entity2.query.id": "v-9", "responses.entity2.results.0.id": "l-3", "responses.entity2.results.0.match": "true",
		"responses.entity3.total.value": "0",
	} {
		if got := fmt.Sprint(dig(t, out, path)); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	if list := dig(t, out, "responses.entity3.results").([]any); len(list) != 0 {
		t.Errorf("who is on no list: %v", list)
	}
	for _, key := range []string{"score", "detail", "query", "candidate", "weight"} {
		dig(t, out, "responses.entity1.results.0.explanations.date."+key)
	}
}

func TestFilters(t *testing.T) {
	_, s := service(t)
	body := `{"queries":{"q":{"schema":"Person","properties":{"name":["Orsolya Vantongeren"]}}}}`
	for params, want := range map[string]string{
		"": "1", "exclude_dataset=list": "0", "include_dataset=list": "1", "exclude_schema=Person": "0", "topics=sanction": "1", "topics=role.pep": "0",
		"exclude_entity_ids=l-1": "0", "changed_since=2024-01-01": "1", "changed_since=2023-12-31T10:00": "1", "changed_since=2024-01-02": "0", "algorithm=LOGIC-V2": "1", "threshold=0.99&cutoff=0.99": "0",
	} {
		status, out := send(t, s, call{"POST", "/match/list?" + params, jsonKind, body, nil})
		if status != 200 || fmt.Sprint(dig(t, out, "responses.q.total.value")) != want {
			t.Errorf("%s: %d, %v", params, status, out)
		}
	}
}

func TestRefused(t *testing.T) {
	_, s := service(t)
	many := map[string]any{}
	for i := range api.MaxQueries + 1 {
		many[fmt.Sprint(i)] = map[string]any{"schema": "Person", "properties": map[string]string{"name": "x"}}
	}
	tooMany, err := json.Marshal(map[string]any{"queries": many})
	if err != nil {
		t.Fatal(err)
	}
	one := `{"queries":{"q":{"schema":"Person","properties":{"name":["x"]}}}}`
	for name, tt := range map[string]struct {
		call
		want int
	}{
		"no such dataset":     {call{"POST", "/match/nothere", jsonKind, one, nil}, 404},
		"no queries":          {call{"POST", "/match/list", jsonKind, `{}`, nil}, 400},
		"too many queries":    {call{"POST", "/match/list", jsonKind, string(tooMany), nil}, 400},
		"no JSON":             {call{"POST", "/match/list", jsonKind, `{"queries":`, nil}, 400},
		"objects for values":  {call{"POST", "/match/list", jsonKind, `{"queries":{"q":{"schema":"Person","properties":{"name":[{"a":1}]}}}}`, nil}, 400},
		"a form":              {call{"POST", "/match/list", "text/plain", one, nil}, 400},
		"unknown schema":      {call{"POST", "/match/list", jsonKind, `{"queries":{"q":{"schema":"Human","properties":{"name":["x"]}}}}`, nil}, 400},
		"nothing to compare":  {call{"POST", "/match/list", jsonKind, `{"queries":{"q":{"schema":"Person","properties":{}}}}`, nil}, 400},
		"weights":             {call{"POST", "/match/list", jsonKind, strings.TrimSuffix(one, "}") + `,"weights":{"name":1}}`, nil}, 400},
		"unknown algorithm":   {call{"POST", "/match/list?algorithm=magic", jsonKind, one, nil}, 400},
		"threshold":           {call{"POST", "/match/list?threshold=NaN", jsonKind, one, nil}, 400},
		"limit":               {call{"POST", "/match/list?limit=-1", jsonKind, one, nil}, 400},
		"changed since":       {call{"POST", "/match/list?changed_since=lately", jsonKind, one, nil}, 400},
		"too long":            {call{"POST", "/match/list", jsonKind, `{"queries":"` + strings.Repeat("x", api.MaxBody) + `"}`, nil}, 413},
		"by GET":              {call{"GET", "/match/list", "", "", nil}, 400},
		"another name leads":  {call{"GET", "/catalog", "", "", map[string]string{"Host": "rebound.example:8400"}}, 421},
		"another site's page": {call{"GET", "/catalog", "", "", map[string]string{"Sec-Fetch-Site": "cross-site"}}, 403},
		"no entity":           {call{"GET", "/entities/nobody", "", "", nil}, 404},
		"no property":         {call{"GET", "/entities/l-1/adjacent/shoes", "", "", nil}, 404},
		"no such facet":       {call{"GET", "/search/list?q=x&facets=shoes", "", "", nil}, 400},
		"no such filter":      {call{"GET", "/search/list?q=x&filter=shoes:44", "", "", nil}, 400},
		"filter of nothing":   {call{"GET", "/search/list?q=x&filter=sanction", "", "", nil}, 400},
		"odd operator":        {call{"GET", "/search/list?q=x&filter_op=XOR", "", "", nil}, 400},
		"sort":                {call{"GET", "/search/list?q=x&sort=caption:asc", "", "", nil}, 400},
		"neither":             {call{"GET", "/entities/l-1?nested=perhaps", "", "", nil}, 400},
		"no link":             {call{"GET", "/entities/l-1/adjacent/birthDate", "", "", nil}, 404},
		"JSONP":               {call{"GET", "/reconcile/list?callback=go", "", "", nil}, 400},
		"extend by nothing":   {call{"POST", "/reconcile/list", formKind, "extend=" + url.QueryEscape(`{"ids":["l-1"],"properties":[{"id":"shoes"}]}`), nil}, 400},
		"extend too many":     {call{"POST", "/reconcile/list", formKind, "extend=" + url.QueryEscape(`{"ids":[`+strings.Repeat(`"x",`, api.MaxQueries)+`"x"],"properties":[]}`), nil}, 400},
		"properties of none":  {call{"GET", "/reconcile/list/extend/properties?type=Human", "", "", nil}, 404},
		"preview of nobody":   {call{"GET", "/reconcile/list/preview?id=nobody", "", "", nil}, 404},
		"flyout elsewhere":    {call{"GET", "/reconcile/reference/flyout?id=l-1", "", "", nil}, 404},
		"cursor too far":      {call{"GET", "/reconcile/list/suggest/type?prefix=C&cursor=1000", "", "", nil}, 400},
		"nothing there":       {call{"GET", "/admin", "", "", nil}, 404},
		"extend":              {call{"POST", "/reconcile/list", formKind, "extend=%7B", nil}, 400},
		"another site sends":  {call{"POST", "/reconcile/list", formKind, "queries=%7B%7D", map[string]string{"Origin": "https://evil.example"}}, 403},
		"no recon queries":    {call{"POST", "/reconcile/list", formKind, "queries=", nil}, 400},
		"broken recon":        {call{"POST", "/reconcile/list", formKind, "queries=%7B", nil}, 400},
		"null recon":          {call{"POST", "/reconcile/list", formKind, "queries=" + url.QueryEscape(`{"q":null}`), nil}, 400},
		"manifest of nothing": {call{"GET", "/reconcile/nothere", "", "", nil}, 404},
	} {
		t.Run(name, func(t *testing.T) {
			status, out := send(t, s, tt.call)
			if status != tt.want {
				t.Errorf("got %d %v, want %d", status, out, tt.want)
			}
			if detail, _ := out["detail"].(string); detail == "" || len(detail) > 400 {
				t.Errorf("detail %q", detail)
			}
		})
	}
}

func TestEntities(t *testing.T) {
	_, s := service(t)
	get := func(target string) map[string]any {
		status, out := send(t, s, call{"GET", target, "", "", nil})
		if status != 200 {
			t.Fatalf("%s: %d %v", target, status, out)
		}
		return out
	}
	e := get("/entities/l-1")
	for path, want := range map[string]string{"id": "l-1", "caption": "Orsolya Vantongeren", "properties.sanctions.0.id": "l-6", "properties.ownershipOwner.0.properties.asset.0.caption": "Northmoor Bleaching Ltd"} {
		if got := fmt.Sprint(dig(t, e, path)); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	if flat := get("/entities/l-1?nested=false"); dig(t, flat, "properties").(map[string]any)["sanctions"] != nil {
		t.Error("neighbours are nested, though nobody wants them")
	}
	a := get("/entities/l-1/adjacent?limit=5")
	for path, want := range map[string]string{"entity.id": "l-1", "adjacent.sanctions.total.value": "1", "adjacent.sanctions.results.0.id": "l-6", "adjacent.sanctions.limit": "5", "adjacent.sanctions.offset": "0"} {
		if got := fmt.Sprint(dig(t, a, path)); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	p := get("/entities/l-1/adjacent/ownershipOwner")
	if fmt.Sprint(dig(t, p, "results.0.id")) != "l-7" || fmt.Sprint(dig(t, p, "total.relation")) != "eq" {
		t.Errorf("one property: %v", p)
	}
	c := get("/catalog")
	if fmt.Sprint(dig(t, c, "datasets.0.name")) != "list" || fmt.Sprint(dig(t, c, "current.0")) != "list" {
		t.Errorf("catalog: %v", c)
	}
	al := get("/algorithms")
	if fmt.Sprint(dig(t, al, "best")) != "best" || fmt.Sprint(dig(t, al, "algorithms.0.name")) != "best" {
		t.Errorf("algorithms: %v", al)
	}
	dig(t, al, "algorithms.0.features.name.description")
	if got := fmt.Sprint(get("/healthz")["status"]); got != "ok" {
		t.Errorf("health: %s", got)
	}
}

// TestHidden: what the actor does not see is told like what is not there.
func TestHidden(t *testing.T) {
	h, s := service(t)
	h.Hide(t, "list")
	for _, c := range []call{
		{"GET", "/entities/l-1", "", "", nil}, {"GET", "/reconcile/list", "", "", nil}, {"POST", "/match/list", jsonKind, yenteBatch, nil},
	} {
		status, out := send(t, s, c)
		there := strings.NewReplacer("l-1", "l-x", "/list", "/liar").Replace(c.target)
		not, want := send(t, s, call{c.method, there, c.kind, c.body, nil})
		got := strings.NewReplacer("l-1", "l-x", "list:", "liar:").Replace(fmt.Sprint(out["detail"]))
		if status != 404 || status != not || got != fmt.Sprint(want["detail"]) {
			t.Errorf("%s: %d %v; what is not there: %d %v", c.target, status, out, not, want)
		}
	}
}

// TestRecorded: each request is in the log, with its words.
func TestRecorded(t *testing.T) {
	h, s := service(t)
	before := h.Log.Size()
	send(t, s, call{"POST", "/match/list", jsonKind, yenteBatch, nil})
	if h.Log.Size() == before {
		t.Error("a request left no record")
	}
}

// TestServe: the service begins, answers, and ends when it is told to; it does not
// listen where others reach it unless it asks a token.
func TestServe(t *testing.T) {
	_, s := service(t)
	if err := s.Serve(t.Context(), "0.0.0.0:0", nil, func(string) { t.Error("it listens") }); err == nil || !strings.Contains(err.Error(), "--tokens") {
		t.Errorf("open to others: %v", err)
	}
	if err := s.Serve(t.Context(), "nonsense", nil, nil); err == nil {
		t.Error("an address that is none")
	}
	ctx, stop := context.WithCancel(t.Context())
	at, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- s.Serve(ctx, "127.0.0.1:0", nil, func(a string) { at <- a }) }()
	client := &http.Client{Timeout: 20 * time.Second}
	resp, err := client.Post("http://"+<-at+"/match/list", jsonKind, bytes.NewReader([]byte(yenteBatch)))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.Body.Close() != nil || resp.StatusCode != 200 || !bytes.Contains(body, []byte(`"l-1"`)) {
		t.Errorf("%d %s %v", resp.StatusCode, body, err)
	}
	stop()
	if err := <-done; err != nil {
		t.Errorf("it ended with %v", err)
	}
}
