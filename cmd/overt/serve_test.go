package main

import (
	"context"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// A growing text is written by one and read by another.
type growing struct {
	mu sync.Mutex
	b  strings.Builder
}

func (g *growing) Write(p []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.b.Write(p)
}

func (g *growing) String() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.b.String()
}

// serving runs a verb that serves until ctx ends, and gives where it says it does.
func serving(ctx context.Context, t *testing.T, says string, args ...string) (at string, errs *growing, done chan int) {
	t.Helper()
	errs, done = &growing{}, make(chan int, 1)
	go func() { done <- run(ctx, args, streams{strings.NewReader(""), io.Discard, errs}) }()
	address := regexp.MustCompile(says)
	for range 600 {
		if found := address.FindStringSubmatch(errs.String()); found != nil {
			return found[1], errs, done
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("it does not answer: %s", errs.String())
	return "", nil, nil
}

// issued lets an account read datasets of a home, and gives a token of it.
func issued(t *testing.T, home, datasets string) string {
	t.Helper()
	rules, err := os.OpenFile(filepath.Join(home, "policy.yaml"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rules.WriteString("people: {account:crm: {purposes: [verification], read: [" + datasets + "]}}\n"); err != nil || rules.Close() != nil {
		t.Fatal(err)
	}
	code, out, errs := overtIn(t, home, "--purpose", "verification", "token", "add", "crm")
	if code != exitOK {
		t.Fatal(errs)
	}
	secret, _, _ := strings.Cut(out, "\n")
	return secret
}

// TestServeTokens: a program asks under the name of its account, until its token is
// revoked.
func TestServeTokens(t *testing.T) {
	dir := t.TempDir()
	home, list := filepath.Join(dir, "home"), filepath.Join(dir, "list.ftm.json")
	if err := os.WriteFile(list, []byte(`{"id":"l-1","schema":"Company","properties":{"name":["Northmoor Bleaching Ltd"]}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	verb := func(args ...string) string {
		t.Helper()
		code, out, errs := overtIn(t, home, args...)
		if code != exitOK {
			t.Fatalf("%v: %s", args, errs)
		}
		return out
	}
	verb("import", list, "--dataset", "list")
	secret := issued(t, home, "list")
	ask := func(want int) {
		t.Helper()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		base, _, done := serving(ctx, t, `answering at (http://\S+);`, "--home", home, "serve", "--only", "match", "--listen", "127.0.0.1:0", "--tokens")
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/entities/l-1", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+secret)
		resp, err := (&http.Client{Timeout: time.Minute}).Do(req)
		if err != nil || resp.Body.Close() != nil || resp.StatusCode != want {
			t.Errorf("%v %v, want %d", resp, err, want)
		}
		stop()
		<-done
	}
	ask(http.StatusOK)
	if out := verb("audit", "show", "--json"); !strings.Contains(out, `"actor":"account:crm","purpose":"verification"`) {
		t.Errorf("not recorded under the account: %s", out)
	}
	verb("token", "revoke", strings.Split(secret, "_")[1])
	ask(http.StatusUnauthorized)
}

// TestServe starts the service, asks it, and stops it as Ctrl-C does.
func TestServe(t *testing.T) {
	dir := t.TempDir()
	home, list := filepath.Join(dir, "home"), filepath.Join(dir, "list.ftm.json")
	if err := os.WriteFile(list, []byte(`{"id":"l-1","schema":"Company","properties":{"name":["Northmoor Bleaching Ltd"],"jurisdiction":["gb"]}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs := overtIn(t, home, "import", list, "--dataset", "list"); code != exitOK {
		t.Fatal(errs)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	at, errs, done := serving(ctx, t, `answering at (http://\S+);`, "--home", home, "serve", "--only", "match", "--listen", "127.0.0.1:0", "--against", "list")
	client := &http.Client{Timeout: time.Minute}
	for _, tt := range []struct{ method, path, body, want string }{
		{"POST", "/match/list", `{"queries":{"q":{"schema":"Company","properties":{"name":["Northmoor Bleaching Limited"]}}}}`, `"id":"l-1"`},
		{"GET", "/search/list?q=northmoor&schema=LegalEntity", "", `"id":"l-1"`},
		{"GET", "/search/default?q=nowhere", "", `"results":[]`},
		{"GET", "/search/list?q=northmoor&countries=gb&filter=jurisdiction:gb&facets=countries", "", `"facets":{"countries":{"label":"Countries","values":[{"name":"gb","label":"United Kingdom","count":1}]}}`},
		{"GET", "/entities/l-1", "", `"referents":["l-1"]`},
		{"GET", "/catalog", "", `"name":"list"`},
	} {
		req, err := http.NewRequestWithContext(ctx, tt.method, at+tt.path, strings.NewReader(tt.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/json")
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.Body.Close() != nil || resp.StatusCode != 200 || !strings.Contains(string(body), tt.want) {
			t.Errorf("%s: %d %s %v, want %s", tt.path, resp.StatusCode, body, err, tt.want)
		}
	}
	stop()
	if code := <-done; code != exitOK {
		t.Errorf("it ended with %d: %s", code, errs.String())
	}
	if code, out, errs := overtIn(t, home, "audit", "show"); code != exitOK || !strings.Contains(out, "list 1 requests, sha256") {
		t.Errorf("what was asked is not in the log: %s%s", out, errs)
	}
}

// TestServeDesk opens the desk by the address that is printed, asks programs' service
// beside it, and ends both.
func TestServeDesk(t *testing.T) {
	dir := t.TempDir()
	home := filepath.Join(dir, "home")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	at, errs, done := serving(ctx, t, `(http://\S+)`, "--home", home, "demo", "--serve", "--listen", "127.0.0.1:0", "--unconfined")
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Timeout: time.Minute, Jar: jar}
	get := func(url string) (int, string) {
		req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(body)
	}
	host := at[:strings.Index(at, "/enter")]
	if code, body := get(host + "/find?name=ICE"); code != 401 {
		t.Errorf("before the address was opened: %d %s", code, body)
	}
	if code, body := get(at); code != 200 || !strings.Contains(body, "demo") {
		t.Errorf("the desk: %d %s", code, body)
	}
	if code, body := get(host + "/find?name=ICE"); code != 200 || !strings.Contains(body, "U.S. Immigration and Customs Enforcement") {
		t.Errorf("an entity: %d %s", code, body)
	}
	if code, body := get(host + "/search?q=cloud"); code != 200 || !strings.Contains(body, "class=\"hit\"") {
		t.Errorf("a search: %d %s", code, body)
	}
	if code, _ := get(host + "/match/default"); code != 404 {
		t.Errorf("programs are answered without a token: %d", code)
	}
	stop()
	if code := <-done; code != exitOK {
		t.Errorf("it ended with %d: %s", code, errs.String())
	}
	if code, out, errs := overtIn(t, home, "audit", "show", "--last", "40"); code != exitOK || !strings.Contains(out, "entity.find") || !strings.Contains(out, "desk.read") {
		t.Errorf("what was asked is not in the log: %s%s", out, errs)
	}

	secret := issued(t, home, "all")
	ctx, stop = context.WithCancel(t.Context())
	defer stop()
	at, _, done = serving(ctx, t, `(http://\S+)`, "--home", home, "serve", "--listen", "127.0.0.1:0", "--tokens")
	host = at[:strings.Index(at, "/enter")]
	if code, _ := get(host + "/catalog"); code != 401 {
		t.Errorf("programs without the token: %d", code)
	}
	req, err := http.NewRequestWithContext(ctx, "GET", host+"/catalog", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if resp.Body.Close() != nil || resp.StatusCode != 200 {
		t.Errorf("programs with the token: %d", resp.StatusCode)
	}
	stop()
	<-done
	if code, _, errs := overtIn(t, home, "serve", "--listen", "0.0.0.0:0"); code == exitOK || !strings.Contains(errs, "read along") {
		t.Errorf("the desk opens to others: %d %s", code, errs)
	}
}
