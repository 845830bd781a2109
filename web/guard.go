package web

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// contentPolicy lets a page load what we serve and nothing else, run no script but
// ours, and be shown in no other page.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types overt lit-html"

// guarded says to every answer how a browser is to treat it, and turns away what
// other sites send.
func (s *Service) guarded(next http.Handler) http.Handler {
	sites := http.NewCrossOriginProtection()
	sites.SetDenyHandler(http.HandlerFunc(otherSite))
	next = sites.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for _, kv := range [][2]string{
			{"Content-Security-Policy", contentPolicy}, {"Referrer-Policy", "no-referrer"}, {"X-Content-Type-Options", "nosniff"},
			{"Cross-Origin-Opener-Policy", "same-origin"}, {"Cross-Origin-Resource-Policy", "same-origin"}, {"Cross-Origin-Embedder-Policy", "require-corp"},
			{"Permissions-Policy", "camera=(), geolocation=(), microphone=(), browsing-topics=()"}, {"X-Frame-Options", "DENY"},
			{"Cache-Control", "no-store"}, {"X-Robots-Tag", "noindex"},
		} {
			h.Set(kv[0], kv[1])
		}
		if s.cfg.TLS {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		switch site := r.Header.Get("Sec-Fetch-Site"); {
		case !s.known(r.Host):
			// A page that has its own name lead here would be read by its author.
			http.Error(w, "ask for the address that overt serve printed", http.StatusMisdirectedRequest)
		case (site == "cross-site" || site == "same-site") && (r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document"):
			otherSite(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func otherSite(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "pages of other sites may not ask", http.StatusForbidden)
}

// known says whether the desk is reached by a name of its own.
func (s *Service) known(hostport string) bool {
	host := hostport
	if h, _, err := net.SplitHostPort(hostport); err == nil {
		host = h
	}
	if len(s.cfg.Hosts) > 0 {
		return slices.Contains(s.cfg.Hosts, strings.ToLower(host))
	}
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.IsLoopback()
}
