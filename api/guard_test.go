package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"overt/api"
	"overt/driver/memory"
	"overt/gate"
	"overt/identity"
	"overt/pipeline"
	"overt/statement"
)

// raw sends a request and gives all of the answer.
func raw(s http.Handler, c call) *httptest.ResponseRecorder {
	r := httptest.NewRequest(c.method, "http://127.0.0.1:8400"+c.target, strings.NewReader(c.body))
	for k, v := range c.header {
		r.Header.Set(k, v)
	}
	if c.kind != "" {
		r.Header.Set("Content-Type", c.kind)
	}
	if h := c.header["Host"]; h != "" {
		r.Host = h
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// TestTokens: whoever shows a token sees what its account sees, and is recorded
// under its name; all that opens nothing is refused in the same words.
func TestTokens(t *testing.T) {
	ctx, now := t.Context(), time.Date(2024, 5, 17, 0, 0, 0, 0, time.UTC)
	tokens := &memory.Tokens{}
	h, s := service(t, func(c *api.Config) {
		c.Who = func(ctx context.Context, secret string) (gate.Visit, error) {
			tok, err := identity.Bearer(ctx, tokens, secret, now)
			return gate.Visit{Actor: identity.Actor{ID: tok.Actor}, Purpose: tok.Purpose}, err
		}
	})
	path := write(t, `{"id":"h-1","schema":"Person","properties":{"name":["Orsolya Vantongeren"]}}`)
	h.Import(t, pipeline.Request{Paths: []string{path}, Dataset: "leak", Observed: "2024-01-01", Extent: statement.Full})
	h.Admit(t, "account:crm", "list")
	issue := func(name string, expires time.Time) (identity.Token, string) {
		who, err := identity.Account(name)
		if err != nil {
			t.Fatal(err)
		}
		tok, secret := identity.NewToken(who, "investigation", now, expires)
		if err := tokens.AddToken(ctx, tok); err != nil {
			t.Fatal(err)
		}
		return tok, secret
	}
	_, good := issue("crm", now.Add(time.Hour))
	_, expired := issue("crm", now)
	_, stranger := issue("stranger", now.Add(time.Hour))
	revoked, gone := issue("crm", now.Add(time.Hour))
	if err := tokens.RevokeToken(ctx, revoked.ID, now); err != nil {
		t.Fatal(err)
	}
	ask := func(auth string) *httptest.ResponseRecorder {
		return raw(s, call{"POST", "/match/default", jsonKind, `{"queries":{"q":{"schema":"Person","properties":{"name":["Orsolya Vantongeren"]}}}}`, map[string]string{"Authorization": auth, "Host": "lists.example"}})
	}
	refused := ask("").Body.String()
	for _, auth := range []string{"Bearer wrong", good, "Basic " + good, "Bearer " + expired, "Bearer " + gone, "Bearer " + good + "x"} {
		if w := ask(auth); w.Code != http.StatusUnauthorized || w.Body.String() != refused || w.Header().Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%.20s: %d %s", auth, w.Code, w.Body)
		}
	}
	for _, auth := range []string{"Bearer " + good, "ApiKey " + good, "bearer " + good} {
		w := ask(auth)
		if body := w.Body.String(); w.Code != 200 || !strings.Contains(body, `"l-1"`) || strings.Contains(body, "h-1") || strings.Contains(body, "leak") {
			t.Errorf("%.20s: %d %s", auth, w.Code, body)
		}
	}
	if w := ask("Bearer " + stranger); w.Code != http.StatusForbidden {
		t.Errorf("an account the policy does not know: %d %s", w.Code, w.Body)
	}
	if w := raw(s, call{"GET", "/entities/h-1", "", "", map[string]string{"Authorization": "Bearer " + good}}); w.Code != http.StatusNotFound {
		t.Errorf("what the account does not see: %d %s", w.Code, w.Body)
	}
	if w := raw(s, call{"GET", "/healthz", "", "", nil}); w.Code != 200 {
		t.Errorf("health: %d", w.Code)
	}
	found := false
	for r, err := range h.Log.Records(ctx, 0, h.Log.Size()) {
		if err != nil {
			t.Fatal(err)
		}
		found = found || r.Actor == "account:crm" && r.Action == "screen" && r.Purpose == "investigation"
		if strings.Contains(r.Query+r.Object, good) {
			t.Error("the log has a secret")
		}
	}
	if !found {
		t.Error("no record under the account")
	}
}

// TestOrigins: scripts of pages that are listed may ask; no others.
func TestOrigins(t *testing.T) {
	const refine = "http://127.0.0.1:3333"
	_, s := service(t, func(c *api.Config) { c.Origins = []string{refine}; c.Public = "http://localhost:9000/lists" })
	w := raw(s, call{"GET", "/reconcile/list", "", "", map[string]string{"Origin": refine, "Sec-Fetch-Site": "same-site"}})
	if w.Code != 200 || w.Header().Get("Access-Control-Allow-Origin") != refine || w.Header().Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("manifest: %d %v", w.Code, w.Header())
	}
	if !strings.Contains(w.Body.String(), `"http://localhost:9000/lists/reconcile/list"`) {
		t.Errorf("not under the public address: %s", w.Body)
	}
	w = raw(s, call{"OPTIONS", "/match/list", "", "", map[string]string{"Origin": refine, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}})
	if w.Code != http.StatusNoContent || w.Header().Get("Access-Control-Allow-Headers") == "" || w.Header().Get("Access-Control-Allow-Origin") != refine {
		t.Errorf("preflight: %d %v", w.Code, w.Header())
	}
	for name, header := range map[string]map[string]string{
		"another origin": {"Origin": "http://127.0.0.1:3334"}, "none": {"Origin": "null"}, "a longer one": {"Origin": refine + ".evil.example"},
		"a script": {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Referer": refine + "/"}, "a frame elsewhere": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Referer": "https://evil.example/"},
	} {
		for _, method := range []string{"GET", "POST", "OPTIONS"} {
			header["Access-Control-Request-Method"] = "POST"
			if w := raw(s, call{method, "/reconcile/list", "", "", header}); w.Code != http.StatusForbidden || w.Header().Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s by %s: %d %v", name, method, w.Code, w.Header())
			}
		}
	}
	if w := raw(s, call{"GET", "/entities/l-1", "", "", map[string]string{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Referer": refine + "/project?project=1"}}); w.Code != 200 {
		t.Errorf("a link that was followed: %d", w.Code)
	}
}

func TestValidate(t *testing.T) {
	who := func(context.Context, string) (gate.Visit, error) { return gate.Visit{}, nil }
	for name, tt := range map[string]struct {
		cfg  api.Config
		good bool
	}{
		"nothing": {api.Config{}, true}, "public": {api.Config{Public: "https://lists.example", Who: who}, true}, "public without tokens": {api.Config{Public: "https://lists.example"}, false},
		"own": {api.Config{Public: "http://localhost:9000"}, true}, "words": {api.Config{Public: "lists.example", Who: who}, false}, "user": {api.Config{Public: "https://a:b@lists.example", Who: who}, false},
		"slash": {api.Config{Public: "https://lists.example/", Who: who}, false}, "origin": {api.Config{Origins: []string{"http://127.0.0.1:3333"}}, true},
		"path": {api.Config{Origins: []string{"http://127.0.0.1:3333/"}}, false}, "any": {api.Config{Origins: []string{"*"}}, false},
	} {
		if err := tt.cfg.Validate(); (err == nil) != tt.good {
			t.Errorf("%s: %v", name, err)
		}
	}
}
