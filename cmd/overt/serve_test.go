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
	var errs growing
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"--home", home, "serve", "--only", "match", "--listen", "127.0.0.1:0", "--against", "list"}, streams{strings.NewReader(""), io.Discard, &errs})
	}()
	at := regexp.MustCompile(`answering at (http://\S+);`)
	for range 600 {
		if at.MatchString(errs.String()) {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	found := at.FindStringSubmatch(errs.String())
	if found == nil {
		t.Fatalf("it does not answer: %s", errs.String())
	}
	client := &http.Client{Timeout: time.Minute}
	for _, tt := range []struct{ method, path, body, want string }{
		{"POST", "/match/list", `{"queries":{"q":{"schema":"Company","properties":{"name":["Northmoor Bleaching Limited"]}}}}`, `"id":"l-1"`},
		{"GET", "/search/list?q=northmoor&schema=LegalEntity", "", `"id":"l-1"`},
		{"GET", "/search/default?q=nowhere", "", `"results":[]`},
		{"GET", "/entities/l-1", "", `"referents":["l-1"]`},
		{"GET", "/catalog", "", `"name":"list"`},
	} {
		req, err := http.NewRequestWithContext(ctx, tt.method, found[1]+tt.path, strings.NewReader(tt.body))
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
