package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// A screen is one that readers look at; path draws an address of it.
type screen struct {
	name  string
	share int // of a hundred pages
	path  func(*reader) string
}

var screens = []screen{
	{"desk", 4, func(*reader) string { return "/" }},
	{"search, two words", 14, func(r *reader) string {
		return "/search?q=" + word(int(r.words.Uint64())) + "+" + word(int(r.words.Uint64()))
	}},
	{"search, a name", 12, func(r *reader) string {
		return "/search?kind=entity&q=" + url.QueryEscape(company(r.IntN(r.companies)))
	}},
	{"entity", 16, func(r *reader) string { return "/e/" + companyID(r.IntN(r.companies)) + "/facts" }},
	{"entity, links", 6, func(r *reader) string { return "/e/" + companyID(r.IntN(r.companies)) + "/links" }},
	{"entity, money", 6, func(r *reader) string { return "/e/" + companyID(r.IntN(r.companies)) + "/money" }},
	{"entity, mentions", 4, func(r *reader) string { return "/e/" + companyID(r.IntN(r.companies)) + "/mentions" }},
	{"document", 14, func(r *reader) string { return r.found("/d/") }},
	{"passage or row", 10, func(r *reader) string { return r.found("/x/") }},
	{"trace, path", 6, func(r *reader) string {
		return fmt.Sprintf("/trace?from=ag-%d&to=%s", r.IntN(agencies), companyID(r.IntN(r.companies)))
	}},
	{"trace, network", 3, func(r *reader) string { return "/trace?view=net&from=" + companyID(r.IntN(r.companies)) }},
	{"sources", 3, func(*reader) string { return "/sources" }},
	{"cases", 2, func(*reader) string { return "/cases" }},
}

// A reader is somebody at the desk.
type reader struct {
	*rand.Rand
	words     *rand.Zipf
	client    *http.Client
	at        string
	companies int
	places    map[string][]string // addresses of documents and of places that pages led to
}

func (j *job) reader(n int, client *http.Client, at string) *reader {
	r := rand.New(rand.NewPCG(uint64(n), 4))
	return &reader{r, rand.NewZipf(r, 1.2, 8, 60_000), client, at, j.entities / perGroup * companiesGroup, map[string][]string{}}
}

var found = regexp.MustCompile(`href="(/(?:d|x)/[^"#]+)`)

// found is an address that a page before led to, else a search that leads to some.
func (r *reader) found(prefix string) string {
	if list := r.places[prefix]; len(list) > 0 {
		return list[r.IntN(len(list))]
	}
	return "/search?kind=passage&q=" + word(int(r.words.Uint64()))
}

// ask asks for one page and remembers where it leads.
func (r *reader) ask(ctx context.Context, path string) (took time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.at+path, nil)
	if err != nil {
		return 0, err
	}
	start := time.Now()
	resp, err := r.client.Do(req)
	if err != nil {
		return 0, err
	}
	body, err := io.ReadAll(resp.Body)
	took = time.Since(start)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return took, err
	}
	if resp.StatusCode != http.StatusOK {
		return took, fmt.Errorf("%s: %s", path, resp.Status)
	}
	for _, m := range found.FindAllStringSubmatch(string(body), 40) {
		to := strings.ReplaceAll(m[1], "&amp;", "&")
		list := append(r.places[to[:3]], to)
		r.places[to[:3]] = list[max(0, len(list)-200):]
	}
	return took, nil
}

// A tally is what was measured of one screen.
type tally struct {
	first  time.Duration
	took   []time.Duration
	failed int
	why    string
}

func (t *tally) at(q float64) time.Duration {
	if len(t.took) == 0 {
		return 0
	}
	return t.took[int(q*float64(len(t.took)-1))]
}

// read lets all readers read, and gives what they saw of each screen.
func (j *job) read(ctx context.Context, client *http.Client, at string, progress io.Writer) ([]tally, error) {
	all := make([]tally, len(screens))
	alone := j.reader(-1, client, at)
	for i, s := range screens { // files are opened by who asks first
		fmt.Fprintf(progress, "desk: first %s…\n", s.name)
		took, err := alone.ask(ctx, s.path(alone))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		all[i].first = took
	}
	fmt.Fprintf(progress, "desk: %d readers for %s…\n", j.readers, j.during)
	until, stop := context.WithTimeout(ctx, j.during)
	defer stop()
	var mu sync.Mutex
	var wg sync.WaitGroup
	for n := range j.readers {
		r := j.reader(n, client, at)
		wg.Go(func() {
			for until.Err() == nil {
				i := drawn(r.IntN(100))
				took, err := r.ask(until, screens[i].path(r))
				if until.Err() != nil {
					return
				}
				mu.Lock()
				if all[i].took = append(all[i].took, took); err != nil {
					all[i].failed, all[i].why = all[i].failed+1, err.Error()
				}
				mu.Unlock()
				select {
				case <-time.After(time.Duration(r.Int64N(int64(j.pause) + 1))):
				case <-until.Done():
				}
			}
		})
	}
	wg.Wait()
	for i := range all {
		slices.Sort(all[i].took)
	}
	return all, ctx.Err()
}

// drawn is the screen of a number below 100.
func drawn(n int) int {
	for i, s := range screens {
		if n -= s.share; n < 0 {
			return i
		}
	}
	return 0
}
