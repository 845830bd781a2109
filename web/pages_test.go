package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"overt/web/webtest"
)

// What each page says, and what it does not.
func TestPages(t *testing.T) {
	h := webtest.Filled(t)
	webtest.Entities(t, h, "list",
		`{"id":"l-1","schema":"Company","properties":{"name":["Northmoor Bleaching Ltd"],"registrationNumber":["NM-4471"],"incorporationDate":["2003-05-01"]}}`,
		`{"id":"l-2","schema":"Company","properties":{"name":["Quay Street Holdings"]}}`,
		`{"id":"l-3","schema":"Ownership","properties":{"owner":["l-2"],"asset":["l-1"],"startDate":["2010"],"endDate":["2015"],"percentage":["60"]}}`)
	webtest.Entities(t, h, "register", `{"id":"l-1","schema":"Company","properties":{"incorporationDate":["2011-02-03"]}}`)
	s := webtest.Serve(t, h)
	s.Enter(t)
	ice := s.Entity(t, "ICE")
	for path, tt := range map[string]struct {
		status int
		want   []string
		not    []string
	}{
		"/":                               {200, []string{">papers<", "1 file could not be read", "broken.txt", "it is protected"}, nil},
		"/search":                         {200, []string{"Search every source at once"}, nil},
		"/search?q=capacity":              {200, []string{"<mark>capacity</mark>", "1 passage ·", "page 2", `href="/x/`, "Not searched"}, nil},
		"/search?q=hosting":               {200, []string{"2 passages"}, nil},
		"/search?q=hosting&type=x":        {200, []string{"No hits", "Search everywhere, without narrowing"}, nil},
		"/search?q=northmoor&kind=entity": {200, []string{`href="/e/l-1/facts"`}, []string{"task order"}},
		"/search?q=hosting&after=guessed": {400, nil, nil},
		"/search?q=%28":                   {400, []string{"The query could not be understood"}, nil},
		"/find?name=ICE":                  {200, []string{"U.S. Immigration and Customs Enforcement"}, nil},
		"/find?name=nobody+at+all":        {404, []string{"Nothing here"}, []string{"nobody"}},
		"/find":                           {400, nil, nil},

		"/e/l-1/facts":           {200, []string{"Northmoor Bleaching Ltd", "1 vs 1", "disputed", "not stated by any source here", "from 2 sources"}, nil},
		"/e/l-1/conflict":        {200, []string{"2003-05-01", "2011-02-03"}, nil},
		"/e/l-2/conflict":        {200, []string{"contradicts itself"}, nil},
		"/e/l-1/links":           {200, []string{"Quay Street Holdings", "2010 – 2015", "owners: 60"}, nil},
		"/e/l-1/links?asof=2020": {200, []string{"No links"}, nil},
		"/e/l-1/links?asof=2012": {200, []string{"Quay Street Holdings"}, nil},
		"/e/l-1/links?asof=soon": {400, []string{"is not a date"}, nil},
		"/e/l-1/money":           {200, []string{"No money"}, nil},
		"/e/l-1/mentions":        {200, []string{"No mentions"}, nil},
		"/e/l-1/reach":           {200, []string{"No documented chain", "not looked for"}, nil},
		"/e/l-1/history":         {200, []string{"It is one record"}, nil},
		"/e/l-1/nothing":         {404, nil, nil},
		"/e/l-9/facts":           {404, nil, []string{"l-9"}},
		"/e/l-1/value?prop=name&is=Northmoor+Bleaching+Ltd": {200, []string{"1 place says so", "list.ftm.json"}, nil},
		"/e/l-1/value?prop=name&is=Another":                 {404, nil, nil},
		"/e/l-1/sum?kind=nothing":                           {400, nil, nil},

		"/e/" + ice + "/money":                                  {200, []string{"Paid by it: potential", "Paid by it: stated", "Kinds are never added together"}, []string{"Paid to it"}},
		"/e/" + ice + "/money?way=from&kind=stated&by=supplier": {200, []string{"Four Points Technology", "Σ "}, nil},
		"/e/" + ice + "/sum?way=from&kind=stated&by=supplier":   {200, []string{"payments.csv"}, nil},
		"/e/" + ice + "/mentions":                               {200, []string{"minutes.txt", "Suggestions, until a person accepts one"}, nil},
		"/e/" + ice + "/reach":                                  {200, []string{"What feeds it", "sends data to"}, nil},

		"/x/00000000": {404, nil, nil},
		"/x/" + strings.Repeat("0", 64) + "?row=2":                 {404, nil, nil},
		"/x/" + strings.Repeat("0", 64) + "?row=x":                 {400, nil, nil},
		"/x/" + strings.Repeat("0", 64) + "?page=1&chars=9-3":      {400, nil, nil},
		"/x/" + strings.Repeat("0", 64) + "?cite=overt%3Anonsense": {400, nil, nil},
	} {
		r := s.Get(t, path)
		if r.Status != tt.status {
			t.Errorf("%s: %d, want %d\n%s", path, r.Status, tt.status, main(r.Body))
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(r.Body, want) {
				t.Errorf("%s has no %q:\n%s", path, want, main(r.Body))
			}
		}
		for _, not := range tt.not {
			if strings.Contains(r.Body, not) {
				t.Errorf("%s has %q", path, not)
			}
		}
	}
}

var inMain = regexp.MustCompile(`(?s)<main.*</main>`)

func main(body string) string { return inMain.FindString(body) }

// Every value, edge and sum leads to its source: a chip that is a link, or says that
// there is none.
func TestEveryValueHasItsSource(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	for _, view := range []string{"facts", "links", "money", "history"} {
		page := s.Get(t, "/e/"+s.Entity(t, "ICE")+"/"+view).Body
		if view == "facts" {
			if values, chips := strings.Count(page, `class="value`), strings.Count(page, `class="chip `); values == 0 || values != chips {
				t.Errorf("%d values have %d chips", values, chips)
			}
		}
		for _, m := range regexp.MustCompile(`<a class="chip [^>]*href="([^"]+)"`).FindAllStringSubmatch(page, 60) {
			if r := s.Get(t, strings.ReplaceAll(m[1], "&amp;", "&")); r.Status != http.StatusOK || !strings.Contains(r.Body, `<mark id="quote">`) && !strings.Contains(r.Body, `<li class="note"`) {
				t.Errorf("%s: a chip leads to %s: %d", view, m[1], r.Status)
			}
		}
	}
}

// Passages keep their address when the document is read again, and pages turn.
func TestPaging(t *testing.T) {
	h := webtest.Filled(t)
	var lines []string
	for i := range 45 {
		lines = append(lines, strings.Replace(`{"id":"q-#","schema":"Company","properties":{"name":["Quarry # Ltd"]}}`, "#", string(rune('a'+i/26))+string(rune('a'+i%26)), 2))
	}
	webtest.Entities(t, h, "quarries", lines...)
	s := webtest.Serve(t, h)
	s.Enter(t)
	seen, path, pages := map[string]bool{}, "/search?q=quarry", 0
	next := regexp.MustCompile(`rel="next" href="([^"]+)"`)
	for path != "" && pages < 9 {
		r := s.Get(t, path)
		for _, m := range regexp.MustCompile(`<h2><a href="(/e/q-[^"]+)"`).FindAllStringSubmatch(r.Body, -1) {
			if seen[m[1]] {
				t.Errorf("%s comes twice", m[1])
			}
			seen[m[1]] = true
		}
		pages++
		path = ""
		if m := next.FindStringSubmatch(r.Body); m != nil {
			path = strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	if len(seen) != 45 || pages != 3 {
		t.Errorf("%d hits on %d pages, want 45 on 3", len(seen), pages)
	}
}

// Every page below a screen of the navigation says which.
func TestSections(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	id := s.Entity(t, "Four Points Technology")
	for path, want := range map[string]string{
		"/": `href="/" data-key="g d" aria-current="page"`, "/import": `"/import" data-key="g i" aria-current="page"`,
		"/e/" + id + "/facts": `"/search" data-key="g s" aria-current="true"`, "/bench": `"/review" data-key="g r" aria-current="true"`,
		"/c/nobody/board": `"/cases" data-key="g c" aria-current="true"`, "/import/nothing": `"/import" data-key="g i" aria-current="true"`, "/session": "",
	} {
		nav, _, _ := strings.Cut(s.Get(t, path).Body, "</nav>")
		if !strings.Contains(nav, want) || strings.Count(nav, `aria-current="page"`)+strings.Count(nav, `aria-current="true"`) != min(1, len(want)) {
			t.Errorf("%s: %s", path, nav[strings.Index(nav, "<nav"):])
		}
	}
}
