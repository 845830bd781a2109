package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"overt"
	"overt/gate"
)

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

// A fence keeps pages of other sites from what is behind it.
type fence struct {
	local   bool                       // only this machine's own names are answered to
	origins []string                   // of pages whose scripts may ask
	base    func(*http.Request) string // the address that whoever asks knows the service by
}

var (
	errName = &Refusal{http.StatusMisdirectedRequest, "ask for 127.0.0.1 or localhost"}
	errSite = &Refusal{http.StatusForbidden, "pages of other sites may not ask; --allow-origin lists those that may"}
)

// around lets in requests of programs, and those of pages that are listed.
func (f fence) around(next http.Handler) http.Handler {
	frames := "'none'"
	if len(f.origins) > 0 {
		frames = strings.Join(f.origins, " ")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors "+frames)
		h.Add("Vary", "Origin")
		origin, site := r.Header.Get("Origin"), r.Header.Get("Sec-Fetch-Site")
		if origin == "" && r.Header.Get("Sec-Fetch-Mode") == "navigate" {
			origin = originOf(r.Header.Get("Referer")) // a link that was followed, or a frame
		}
		switch {
		case f.local && !loopback(hostOf(r.Host)):
			// A page that has its own name lead here would be read by its author.
			failed(w, errName)
			return
		case origin != "" && slices.Contains(f.origins, origin):
			h.Set("Access-Control-Allow-Origin", origin)
			h.Set("Access-Control-Expose-Headers", "X-Batch-Size, Retry-After")
			if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
				h.Set("Access-Control-Allow-Methods", "GET, POST")
				h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type")
				h.Set("Access-Control-Max-Age", "600")
				w.WriteHeader(http.StatusNoContent)
				return
			}
		case origin != "" && origin != originOf(f.base(r)), site == "cross-site", site == "same-site":
			failed(w, errSite)
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

// errToken is answered where no token opens anything.
var errToken = &Refusal{http.StatusUnauthorized, "say a token that holds: Authorization: Bearer …"}

// A Bearing says as whom the bearer of a token asks. Errors: denied.
type Bearing func(ctx context.Context, token string) (gate.Visit, error)

// visit finds out who shows the token of a request. Errors: errToken, unavailable.
func (who Bearing) visit(r *http.Request) (gate.Visit, error) {
	kind, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Bearer") && !strings.EqualFold(kind, "ApiKey") {
		return gate.Visit{}, errToken
	}
	v, err := who(r.Context(), strings.TrimSpace(token))
	if overt.CodeOf(err) == overt.Denied {
		return gate.Visit{}, errToken
	}
	return v, err
}

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
	visit, err := s.cfg.Who.visit(r)
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
