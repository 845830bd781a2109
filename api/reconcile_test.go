package api_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/api"
	"overt/gate"
	"overt/pipeline"
	"overt/statement"
)

// kept says what breaks the rules of version 0.2, and gives the answer.
func kept(t *testing.T, s http.Handler, kind string, c call) map[string]any {
	t.Helper()
	status, out := send(t, s, c)
	if status != 200 {
		t.Fatalf("%s: %d %v", c.target, status, out)
	}
	if problems := breaches(kind, out); len(problems) > 0 {
		t.Errorf("%s: %v", c.target, problems)
	}
	return out
}

func TestManifest(t *testing.T) {
	_, s := service(t)
	m := kept(t, s, "manifest", call{"GET", "/reconcile/list", "", "", nil})
	for path, want := range map[string]string{"view.url": "http://127.0.0.1:8400/entities/{{id}}", "serviceVersion": "test"} {
		if got := fmt.Sprint(dig(t, m, path)); got != want {
			t.Errorf("%s: %s", path, got)
		}
	}
	follow := func(path string) string { // what two parts of the manifest lead to
		u, err := url.Parse(fmt.Sprint(dig(t, m, path+".service_url")) + fmt.Sprint(dig(t, m, path+".service_path")))
		if err != nil {
			t.Fatal(err)
		}
		return u.Path
	}
	for what, prefix := range map[string]string{"entity": "Orsol", "property": "birth", "type": "Comp"} {
		kind := map[string]string{"entity": "entities", "property": "properties", "type": "types"}[what]
		at := follow("suggest."+what) + "?prefix=" + prefix
		first := dig(t, kept(t, s, kind, call{"GET", at, "", "", nil}), "result").([]any)
		if len(first) == 0 {
			t.Errorf("suggest %s: nothing", what)
			continue
		}
		rest := dig(t, kept(t, s, kind, call{"GET", at + "&cursor=1", "", "", nil}), "result").([]any)
		if diff := cmp.Diff(first[1:], rest[:len(first)-1]); diff != "" {
			t.Errorf("suggest %s, behind the first: %s", what, diff)
		}
	}
	if got := dig(t, kept(t, s, "entities", call{"GET", follow("suggest.entity") + "?prefix=l-3", "", "", nil}), "result.0.id"); got != "l-3" {
		t.Errorf("by its id: %v", got)
	}
	out := kept(t, s, "properties", call{"GET", "/reconcile/list/suggest/property?prefix=zzz", "", "", nil})
	if len(out["result"].([]any)) != 0 {
		t.Errorf("no such property: %v", out)
	}
	_, out = send(t, s, call{"GET", follow("extend.propose_properties") + "?type=Vessel&limit=3", "", "", nil})
	if list := out["properties"].([]any); len(list) != 3 || dig(t, out, "type") != "Vessel" || dig(t, out, "properties.0.id") != "name" {
		t.Errorf("properties to extend by: %v", out)
	}
}

// TestManifestOfStrangers: without a token the manifest says how to ask, and nothing
// of what is there.
func TestManifestOfStrangers(t *testing.T) {
	h, s := service(t, func(c *api.Config) {
		c.Who = func(context.Context, string) (gate.Visit, error) {
			return gate.Visit{}, overt.Errorf(overt.Denied, "", "no")
		}
	})
	before := h.Log.Size()
	m := kept(t, s, "manifest", call{"GET", "/reconcile/list", "", "", nil})
	if dig(t, m, "authentication.name") != "Authorization" || m["preview"] != nil {
		t.Errorf("manifest: %v", m)
	}
	other := raw(s, call{"GET", "/reconcile/liar", "", "", nil})
	if got := strings.ReplaceAll(other.Body.String(), "liar", "list"); other.Code != 200 || got != raw(s, call{"GET", "/reconcile/list", "", "", nil}).Body.String() {
		t.Errorf("a dataset that is not there: %d %s", other.Code, got)
	}
	for _, c := range []call{
		{"GET", "/reconcile/list?queries=%7B%7D", "", "", nil}, {"POST", "/reconcile/list", formKind, "queries=%7B%7D", nil}, {"GET", "/reconcile/list/suggest/entity?prefix=O", "", "", nil},
		{"GET", "/reconcile/list", "", "", map[string]string{"Authorization": "Bearer wrong"}}, {"GET", "/algorithms", "", "", nil},
	} {
		if w := raw(s, c); w.Code != http.StatusUnauthorized {
			t.Errorf("%s %s: %d", c.method, c.target, w.Code)
		}
	}
	if h.Log.Size() != before {
		t.Error("what told nothing left a record")
	}
}

// TestExtend: values of entities that are shown; of others none, as of those that are
// not there.
func TestExtend(t *testing.T) {
	h, s := service(t)
	ask := func() map[string]any {
		q := `{"ids":["l-1","l-7","gone"],"properties":[{"id":"Person:birthDate"},{"id":"owner"},{"id":"topics","settings":{"limit":0}}]}`
		return kept(t, s, "extension", call{"POST", "/reconcile/default", formKind, url.Values{"extend": {q}}.Encode(), nil})
	}
	out := ask()
	for path, want := range map[string]string{
		"meta.0.id": "Person:birthDate", "meta.1.type.id": "LegalEntity", "rows.l-1.Person:birthDate.0.str": "1961-03-05", "rows.l-1.owner": "[]",
		"rows.l-7.owner.0.name": "Orsolya Vantongeren", "rows.gone.topics": "[]", "rows.l-1.topics.0.str": "sanction",
	} {
		if got := fmt.Sprint(dig(t, out, path)); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	h.Hide(t, "list")
	out = ask()
	if diff := cmp.Diff(dig(t, out, "rows.gone"), dig(t, out, "rows.l-1")); diff != "" {
		t.Errorf("what is hidden: %s", diff)
	}
}

// TestPreview: what a list says is text on the page, whatever it is.
func TestPreview(t *testing.T) {
	h, s := service(t, func(c *api.Config) { c.Origins = []string{"http://127.0.0.1:3333"} })
	h.Import(t, pipeline.Request{Paths: []string{write(t, `{"id":"x-1","schema":"Person","properties":{"name":["<script>alert(1)</script>"],"notes":["\"><img src=x onerror=alert(1)>"]}}`)}, Dataset: "odd", Observed: "2024-01-01", Extent: statement.Full})
	w := raw(s, call{"GET", "/reconcile/odd/preview?id=x-1", "", "", map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Referer": "http://127.0.0.1:3333/project"}})
	policy := w.Header().Get("Content-Security-Policy")
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/html; charset=utf-8" || !strings.Contains(policy, "default-src 'none'") || !strings.HasSuffix(policy, "frame-ancestors 'self' http://127.0.0.1:3333") {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	_, fly := send(t, s, call{"GET", "/reconcile/odd/flyout?id=x-1", "", "", nil})
	for what, html := range map[string]string{"page": w.Body.String(), "flyout": fmt.Sprint(fly["html"])} {
		if strings.Contains(html, "<script") || strings.Contains(html, "<img") || !strings.Contains(html, "&lt;script&gt;alert(1)") {
			t.Errorf("%s: %s", what, html)
		}
	}
	sum := sha256.Sum256([]byte(regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(w.Body.String())[1]))
	if !strings.Contains(policy, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'") {
		t.Errorf("its own style is not let in: %s", policy)
	}
}

// openRefine is a batch as OpenRefine 3 sends it: a form, with types as texts or
// lists, numbers for values, and a value that was reconciled before.
const openRefine = `{"q0":{"query":"Orsolya Vantongeren","type":"Person","type_strict":"should","limit":3,"properties":[{"pid":"birthDate","v":"1961-03-05"},{"pid":"Person:nationality","v":{"id":"Q31","name":"Belgium"}}]},` +
	`"q1":{"query":"Northmoor Bleaching","type":["Company"],"properties":[{"pid":"registrationNumber","v":["04418229"]}]},` +
	`"q2":{"query":"Nobody Here","limit":2.0},"q4":{"query":" l-3 ","type":"Person"},"q5":{"query":"Orsolya Vantongeren","properties":[{"pid":"birthDate","v":"1961-03-05"}]},"q6":{"query":"Northmoor Bleaching","type":["Company","LegalEntity"]},"q3":{"properties":[{"pid":"name","v":"Teodor Quillmarsh"},{"pid":"birthDate","v":1970}]}}`

func TestReconcile(t *testing.T) {
	_, s := service(t)
	queries := url.Values{"queries": {openRefine}}.Encode()
	byForm, out := send(t, s, call{"POST", "/reconcile/list", formKind, queries, nil})
	byURL, same := send(t, s, call{"GET", "/reconcile/list?" + queries, "", "", nil})
	if byForm != 200 || byURL != 200 || fmt.Sprint(out) != fmt.Sprint(same) {
		t.Fatalf("%d %v\n%d %v", byForm, out, byURL, same)
	}
	want := map[string]string{"q0": "l-1", "q1": "l-3", "q2": "", "q3": "l-2", "q4": "l-3", "q5": "l-1", "q6": "l-3"}
	if problems := breaches("results", out); len(problems) > 0 {
		t.Error(problems)
	}
	if len(out) != len(want) {
		t.Errorf("answered %d of %d", len(out), len(want))
	}
	for key, id := range want {
		list, ok := dig(t, out, key).(map[string]any)["result"].([]any)
		if !ok {
			t.Fatalf("%s has no result", key)
		}
		switch {
		case id == "":
			if len(list) > 0 && dig(t, out, key+".result.0.match") == true {
				t.Errorf("%s is certain of %v", key, list)
			}
		case len(list) == 0 || dig(t, out, key+".result.0.id") != id || dig(t, out, key+".result.0.match") != true:
			t.Errorf("%s: got %v, want %s", key, list, id)
		}
	}
}
