package api

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"overt"
)

// loopback says whether a host is this machine alone.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.IsLoopback()
}

func hostOf(hostport string) string {
	if host, _, err := net.SplitHostPort(hostport); err == nil {
		return host
	}
	return hostport
}

// Validate checks the addresses of a config. Errors: invalid.
func (c *Config) Validate() error {
	if c.Public != "" {
		u, err := url.Parse(c.Public)
		switch {
		case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.HasSuffix(u.Path, "/"):
			return overt.Errorf(overt.Invalid, "--public-url", "%q is no address; write https://lists.example.org", c.Public)
		case c.Who == nil && !loopback(u.Hostname()):
			return overt.Errorf(overt.Invalid, "--public-url", "others could reach %s; ask for tokens, with --tokens", c.Public)
		}
	}
	for _, o := range c.Origins {
		if originOf(o) != o {
			return overt.Errorf(overt.Invalid, "--allow-origin", "%q is no origin; write http://127.0.0.1:3333", o)
		}
	}
	return nil
}

// originOf gives the origin of an address; "" if it has none.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// guarded lets in requests of programs, and those of pages that are listed.
func (s *Service) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Add("Vary", "Origin")
		origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
		if origin == "" && r.Header.Get("Sec-Fetch-Mode") == "navigate" {
			origin = originOf(r.Header.Get("Referer")) // a link that was followed, or a frame
		}
		switch {
		case s.cfg.Who == nil && !loopback(hostOf(r.Host)):
			// A page that has its own name lead here would be read by its author.
			problem(w, http.StatusMisdirectedRequest, "ask for 127.0.0.1 or localhost")
			return
		case origin != "" && slices.Contains(s.cfg.Origins, origin):
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Expose-Headers", "X-Batch-Size, Retry-After")
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				h.Set("Access-Control-Allow-Methods", "GET, POST")
				h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
				h.Set("Access-Control-Max-Age", "600")
				w.WriteHeader(http.StatusNoContent)
				return
			}
		case origin != "" && origin != s.base(r), site == "cross-site", site == "same-site":
			problem(w, http.StatusForbidden, "pages of other sites may not ask; --allow-origin lists those that may")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// base is the address that whoever asks knows the service by.
func (s *Service) base(r *http.Request) string {
	if s.cfg.Public != "" {
		return s.cfg.Public
	}
	return "http://" + r.Host
}

// errToken is answered with 401.
var errToken = errors.New("say a token that holds: Authorization: Bearer …")

// asked gives the service as whoever asks a request has it: under his name and for
// his purpose. Errors: errToken, those of Config.Who.
func (s *Service) asked(r *http.Request) (*Service, error) {
	if s.cfg.Who == nil {
		return s, nil
	}
	as := *s
	if r.Header.Get("Authorization") == "" && forEveryone(r) {
		as.nobody, as.cfg.Gate = true, nil
		return &as, nil
	}
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Bearer") && !strings.EqualFold(kind, "ApiKey") {
		return nil, errToken
	}
	visit, err := s.cfg.Who(r.Context(), strings.TrimSpace(token))
	if overt.CodeOf(err) == overt.Denied {
		return nil, errToken
	}
	if err != nil {
		return nil, err
	}
	as.cfg.Visit = visit
	return &as, nil
}

// forEveryone says whether a request is answered without a token: whether the
// service is there, and how it is asked.
func forEveryone(r *http.Request) bool {
	switch r.Pattern {
	case "GET /healthz", "GET /readyz":
		return true
	case "GET /reconcile/{dataset}":
		return r.URL.RawQuery == ""
	}
	return false
}
