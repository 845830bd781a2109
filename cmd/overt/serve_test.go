package main

import (
	"context"
	"io"
	"net/http"
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

// serving starts the service and gives its address, what it ends with, and what it
// says meanwhile.
func serving(t *testing.T, ctx context.Context, home string, args ...string) (base string, done chan int, errs *growing) {
	t.Helper()
	done, errs = make(chan int, 1), new(growing)
	go func() {
		done <- run(ctx, append([]string{"--home", home, "serve", "--only", "match", "--listen", "127.0.0.1:0"}, args...), streams{strings.NewReader(""), io.Discard, errs})
	}()
	at := regexp.MustCompile(`answering at (http://\S+);`)
	for range 600 {
		if found := at.FindStringSubmatch(errs.String()); found != nil {
			return found[1], done, errs
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("it does not answer: %s", errs.String())
	return
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
	rules, err := os.OpenFile(filepath.Join(home, "policy.yaml"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rules.WriteString("readers: {account:crm: {purposes: [verification], datasets: [list]}}\n"); err != nil || rules.Close() != nil {
		t.Fatal(err)
	}
	secret, _, _ := strings.Cut(verb("--purpose", "verification", "token", "add", "crm"), "\n")
	ask := func(want int) {
		t.Helper()
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		base, done, _ := serving(t, ctx, home, "--tokens")
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
	base, done, errs := serving(t, ctx, home, "--against", "list")
	client := &http.Client{Timeout: time.Minute}
	for _, tt := range []struct{ method, path, body, want string }{
		{"POST", "/match/list", `{"queries":{"q":{"schema":"Company","properties":{"name":["Northmoor Bleaching Limited"]}}}}`, `"id":"l-1"`},
		{"GET", "/search/list?q=northmoor&schema=LegalEntity", "", `"id":"l-1"`},
		{"GET", "/search/default?q=nowhere", "", `"results":[]`},
		{"GET", "/search/list?q=northmoor&countries=gb&filter=jurisdiction:gb&facets=countries", "", `"facets":{"countries":{"label":"Countries","values":[{"name":"gb","label":"United Kingdom","count":1}]}}`},
		{"GET", "/entities/l-1", "", `"referents":["l-1"]`},
		{"GET", "/catalog", "", `"name":"list"`},
	} {
		req, err := http.NewRequestWithContext(ctx, tt.method, base+tt.path, strings.NewReader(tt.body))
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
