package web_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"overt/web/webtest"
)

// A roam goes from page to page by the links in them, and knows of which route each is.
type roam struct {
	mux   *http.ServeMux
	queue []string
	seen  map[string]bool
}

// newRoam begins at addresses, and then at those of all routes that take no name.
func newRoam(s *webtest.Site, beginnings ...string) *roam {
	r := &roam{mux: http.NewServeMux(), queue: slices.Clone(beginnings), seen: map[string]bool{}}
	for _, pattern := range slices.Sorted(maps.Keys(s.Desk.Patterns())) {
		r.mux.Handle(pattern, http.NotFoundHandler())
		if path, ok := strings.CutPrefix(strings.Replace(pattern, "{$}", "", 1), "GET "); ok && !strings.Contains(path, "{") && !s.Desk.Patterns()[pattern] {
			r.queue = append(r.queue, path)
		}
	}
	return r
}

// next takes an address out of those that wait.
func (r *roam) next(at int) string {
	path := r.queue[at]
	r.seen[path] = true
	r.queue = slices.Delete(r.queue, at, at+1)
	return path
}

// route is that of an address.
func (r *roam) route(path string) (pattern string, u *url.URL) {
	u, err := url.Parse(path)
	if err != nil {
		return "", nil
	}
	_, pattern = r.mux.Handler(&http.Request{Method: http.MethodGet, URL: u, Host: "desk"})
	return pattern, u
}

// follow has those addresses wait that a page leads to and that were not met.
func (r *roam) follow(body string) {
	for _, m := range links.FindAllStringSubmatch(body, -1) {
		if to := unescaped(m[1]); !r.seen[to] && !strings.HasPrefix(to, "/a/") {
			r.seen[to] = true
			r.queue = append(r.queue, to)
			if d, _, _ := strings.Cut(to, "?"); strings.HasPrefix(d, "/d/") && strings.Count(d, "/") == 2 && !r.seen[d] {
				r.seen[d] = true
				r.queue = append(r.queue, d+"/cite?p=1&span=0,5")
			}
		}
	}
}

// A stop is one page of a tour.
type stop struct {
	route string
	*webtest.Reply
	asked string // its address, before redirects
}

// page says whether it is a page of the desk, and not a file, a part or an answer to a
// program.
func (s *stop) page() bool {
	return strings.HasPrefix(s.Header.Get("Content-Type"), "text/html") && strings.Contains(s.Body, "<main")
}

// few are all stops of a tour, or in short tests the first of each route.
func few(stops []*stop) []*stop {
	met := map[string]bool{}
	return slices.DeleteFunc(slices.Clone(stops), func(p *stop) bool {
		again := met[p.route]
		met[p.route] = true
		return testing.Short() && again
	})
}

// abroad are routes that lead to the issuer who is asked, and back from him.
var abroad = []string{"GET /login/oidc/{issuer}", "GET /login/oidc/{issuer}/back"}

// tour goes through the desk by its links: to where it begins, and to one page of each
// route, of each view of it and of each of its tables. It fails the test for a route that
// it does not come to.
func tour(t *testing.T, s *webtest.Site, beginnings ...string) []*stop {
	t.Helper()
	r, met := newRoam(s, beginnings...), map[string]bool{}
	var out []*stop
	for len(r.queue) > 0 {
		path := r.next(0)
		route, u := r.route(path)
		kind := route
		if u != nil {
			q := u.Query()
			kind += " " + q.Get("view") + " " + q.Get("table")
			if strings.Contains(route, "/{view}") || strings.Contains(route, "{file...}") {
				kind += u.Path[strings.LastIndex(u.Path, "/"):]
			}
			if strings.HasPrefix(route, "GET /x/") && len(q) > 0 {
				kind += " " + slices.Sorted(maps.Keys(q))[0]
			}
		}
		first := slices.Contains(beginnings, path)
		if met[kind] && !first || slices.Contains(abroad, route) {
			continue
		}
		reply := s.Get(t, path)
		if reply.Status >= 500 {
			t.Errorf("%s: %d", path, reply.Status)
		}
		r.follow(reply.Body)
		if reply.Status == http.StatusOK || first { // where names are refused, another may lead on
			met[kind], met[route] = true, true
			out = append(out, &stop{route, reply, path})
		}
	}
	for pattern := range s.Desk.Patterns() {
		if strings.HasPrefix(pattern, "GET ") && !met[pattern] && !slices.Contains(abroad, pattern) {
			t.Errorf("no link leads to route %s: let work (work_test.go) make what it shows", pattern)
		}
	}
	return out
}
