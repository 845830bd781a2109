package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"overt/internal/hometest"
	"overt/web"
	"overt/web/webtest"
)

// Nobody is shown anything without a session, and a key opens one once.
func TestEnter(t *testing.T) {
	s := webtest.Serve(t, hometest.Memory(t))
	for _, path := range []string{"/", "/search?q=x", "/session", "/nowhere", "/enter?key=guessed", "/enter"} {
		if r := s.Get(t, path); r.Status != http.StatusUnauthorized || strings.Contains(r.Body, "tester") {
			t.Errorf("%s without a session: %d", path, r.Status)
		}
	}
	key := web.EnterPath + s.Desk.Key(s.Actor)
	if r := s.Do(t, http.MethodHead, key, ""); r.Status != http.StatusUnauthorized || r.Header.Get("Set-Cookie") != "" {
		t.Errorf("a look at the address: %d", r.Status)
	}
	if r := s.Get(t, key); r.Status != http.StatusOK || !strings.Contains(r.Body, "tester") || r.Path != "/" {
		t.Fatalf("the key does not open: %d at %s", r.Status, r.Path)
	}
	other := webtest.Serve(t, s.Home)
	other.Desk, other.URL = s.Desk, s.URL
	if r := other.Get(t, key); r.Status != http.StatusUnauthorized {
		t.Errorf("the key opens twice: %d", r.Status)
	}
	if r := s.Get(t, "/nowhere"); r.Status != http.StatusNotFound {
		t.Errorf("an address that is none: %d", r.Status)
	}
}

var token = regexp.MustCompile(`name="token" value="([^"]+)"`)

// A form counts only with the token of its session, and from no other site.
func TestForms(t *testing.T) {
	s := webtest.Serve(t, hometest.Memory(t))
	s.Enter(t)
	page := s.Get(t, "/session").Body
	good := url.Values{"token": {token.FindStringSubmatch(page)[1]}, "purpose": {string(s.Engine.Purposes()[1].ID)}, "language": {"ar"}, "theme": {"dark"}, "keys": {"off"}}
	bad := url.Values{"token": {"guessed"}, "purpose": good["purpose"]}
	for name, r := range map[string]*webtest.Reply{
		"no token":     s.Do(t, "POST", "/session", url.Values{"purpose": good["purpose"]}.Encode()),
		"wrong token":  s.Do(t, "POST", "/session", bad.Encode()),
		"other site":   s.Do(t, "POST", "/session", good.Encode(), "Sec-Fetch-Site", "cross-site"),
		"other origin": s.Do(t, "POST", "/session", good.Encode(), "Origin", "https://example.org"),
		"in a frame":   s.Get(t, "/", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"),
		"by a script":  s.Get(t, "/", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors"),
	} {
		if r.Status != http.StatusForbidden {
			t.Errorf("%s: %d", name, r.Status)
		}
	}
	if r := s.Do(t, "POST", "/session", good.Encode()); r.Status != http.StatusOK || r.Path != "/session" {
		t.Fatalf("the form: %d at %s", r.Status, r.Path)
	}
	page = s.Get(t, "/").Body
	for _, want := range []string{`lang="ar" dir="rtl"`, `data-theme="dark"`, `data-keys="off"`, s.Engine.Purposes()[1].Title} {
		if !strings.Contains(page, want) {
			t.Errorf("after the form the page has no %s", want)
		}
	}
	if strings.Contains(page, "overt-palette") {
		t.Error("keys are off and the palette is there")
	}
	good.Set("purpose", "nothing-of-the-kind")
	if r := s.Do(t, "POST", "/session", good.Encode()); r.Status != http.StatusBadRequest {
		t.Errorf("a purpose that is none: %d", r.Status)
	}
	if r := s.Do(t, "POST", "/leave", good.Encode()); r.Status != http.StatusUnauthorized {
		t.Errorf("after leaving: %d", r.Status)
	}
}

// A session ends by itself.
func TestSessionEnds(t *testing.T) {
	h := hometest.Memory(t)
	late := time.Duration(0)
	s := webtest.ServeAt(t, h, func() time.Time { return h.Clock().Add(late) })
	s.Enter(t)
	for range 20 { // asked for again and again, until the day is over
		late += 25 * time.Minute
		if r := s.Get(t, "/"); r.Status != http.StatusOK {
			if late < 8*time.Hour {
				t.Errorf("ended after %s", late)
			}
			break
		}
	}
	s.Enter(t)
	late += 31 * time.Minute
	if r := s.Get(t, "/"); r.Status != http.StatusUnauthorized {
		t.Errorf("after half an hour of nothing: %d", r.Status)
	}
}

// Every answer tells a browser what it may do with it.
func TestHeaders(t *testing.T) {
	s := webtest.Serve(t, hometest.Memory(t))
	s.Enter(t)
	for _, path := range []string{"/", "/nowhere", "/session"} {
		h := s.Get(t, path).Header
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
		} {
			if got := h.Get(name); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if csp := h.Get("Content-Security-Policy"); strings.Contains(csp, "unsafe") || strings.Contains(csp, "http") {
			t.Errorf("the policy lets more in: %s", csp)
		}
	}
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = "desk.example.org"
	resp, err := s.Client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("a foreign name: %d", resp.StatusCode)
	}
}
