package web_test

import (
	"encoding/csv"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/internal/hometest"
	"overt/web/webtest"
)

const between = "/trace?from=ICE&to=Amazon+Web+Services"

// Every view of a trace holds in both directions, themes and widths: full, empty, and
// where nobody is called so.
func TestTraceScreens(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	b := s.Browse(t)
	b.Screens(map[string]string{
		"trace-empty": "/trace", "trace-path": between, "trace-flow": between + "&view=flow", "trace-net": between + "&view=net", "trace-reach": "/trace?from=SEVIS&view=reach", "trace-none": "/trace?from=Nobody+at+all&to=ICE",
	})
}

// A trace says what it found in words, with its sources, without a script.
func TestTraceViews(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	for path, want := range map[string][]string{
		"/trace":                         {"Say where the path begins", "How ICE and Amazon Web Services are linked", "Who can reach what SEVIS holds"},
		between:                          {"<svg", "Four Points", "all cited", "Save as CSV", `aria-current="page" data-key="p"`},
		between + "&view=table":          {"Links of the paths", "chip"},
		between + "&view=flow":           {"<svg", "stated, no payment record", "Kinds of money are never added", "Σ "},
		between + "&view=net":            {"<svg", "Who is linked with whom", "names"},
		"/trace?from=ICE&view=net":       {"Show more"},
		"/trace?from=ICE&view=flow":      {"Money of"},
		"/trace?from=SEVIS&view=reach":   {"<svg", `id="chain"`, "Goes by", "What was looked for"},
		"/trace?from=SEVIS&view=path":    {"Say where the path begins"},
		between + "&hops=1":              {"No path was found"},
		between + "&view=flow&asof=1999": {"No money"},
	} {
		r := s.Get(t, path)
		if r.Status != http.StatusOK {
			t.Errorf("%s: %d", path, r.Status)
		}
		for _, w := range want {
			if !strings.Contains(r.Body, w) {
				t.Errorf("%s does not say %q", path, w)
			}
		}
	}
	for path, status := range map[string]int{
		"/trace?from=Nobody+at+all&to=ICE": 404, "/trace?from=ICE&to=ICE": 400, "/trace?view=upside": 404, between + "&hops=99": 400, between + "&hops=x": 400,
		between + "&asof=yesterday": 400, between + "&via=magic": 400, between + "&view=net&open=x": 400, "/trace.csv": 400, "/trace.csv?from=Nobody&to=ICE": 404,
	} {
		if r := s.Get(t, path); r.Status != status {
			t.Errorf("%s: %d, want %d", path, r.Status, status)
		}
	}
}

// A band of money leads to just the rows it is made of.
func TestBandRows(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	ice, fp := s.Entity(t, "ICE"), s.Entity(t, "Four Points Technology")
	one := s.Get(t, "/e/"+ice+"/sum?way=from&kind=stated&with="+fp).Body
	back := s.Get(t, "/e/"+fp+"/sum?way=to&kind=stated&with="+ice).Body
	all := s.Get(t, "/e/"+ice+"/sum?way=from&kind=stated").Body
	if part(t, one) != part(t, back) || part(t, one) == part(t, all) {
		t.Errorf("from one side %q, from the other %q, of all %q", part(t, one), part(t, back), part(t, all))
	}
	if r := s.Get(t, "/e/"+ice+"/sum?way=from&kind=stated&with=nobody"); r.Status != http.StatusNotFound {
		t.Errorf("with nobody: %d", r.Status)
	}
}

// part is the sum that a page of parts says.
func part(t *testing.T, page string) string {
	t.Helper()
	_, rest, found := strings.Cut(page, `<b class="num">`)
	sum, _, closed := strings.Cut(rest, "</b>")
	if !found || !closed {
		t.Fatalf("no sum in %s", page)
	}
	return sum
}

// A network grows by kind and count, and the last step is taken back.
func TestNetOpened(t *testing.T) {
	h := hometest.Memory(t)
	lines := []string{`{"id":"holder","schema":"Company","properties":{"name":["Holder"]}}`}
	for i := range 30 {
		lines = append(lines, fmt.Sprintf(`{"id":"c%02d","schema":"Company","properties":{"name":["Held %d"]}}`, i, i),
			fmt.Sprintf(`{"id":"o%02d","schema":"Ownership","properties":{"owner":["holder"],"asset":["c%02d"]}}`, i, i))
	}
	webtest.Entities(t, h, "holdings", lines...)
	s := webtest.Serve(t, h)
	s.Enter(t)
	rows := func(page string) int { return strings.Count(page, "<tr data-item") }
	first := s.Get(t, "/trace?view=net&from=holder").Body
	more := regexp.MustCompile(`class="tag" href="([^"]+)"><?[^<]*10 / 30`).FindStringSubmatch(first)
	if rows(first) != 10 || more == nil {
		t.Fatalf("%d links first, and no way to more:\n%s", rows(first), first)
	}
	wider := s.Get(t, html.UnescapeString(more[1])).Body
	if rows(wider) != 30 || !strings.Contains(wider, "All their links are shown") {
		t.Errorf("%d links when opened", rows(wider))
	}
	// A neighbour whose other links are not shown is opened in its place.
	around := s.Get(t, "/trace?view=net&from=c01").Body
	on := regexp.MustCompile(`href="([^"]*open=[^"]*holder[^"]*)"`).FindStringSubmatch(around)
	if on == nil || rows(around) != 1 || rows(s.Get(t, html.UnescapeString(on[1])).Body) != 10 {
		t.Errorf("%d links around one that is held, opened by %v", rows(around), on)
	}
	back := regexp.MustCompile(`href="([^"]+)" data-key="z"`).FindStringSubmatch(wider)
	if back == nil || rows(s.Get(t, html.UnescapeString(back[1])).Body) != 10 {
		t.Errorf("it is not taken back: %v", back)
	}
}

// All that an institution paid is in the flow: who got little stands with the others,
// what went back beside, what is not known is not 0, and each amount once.
func TestFlowWhole(t *testing.T) {
	h := hometest.Memory(t)
	lines := []string{`{"id":"office","schema":"PublicBody","properties":{"name":["Harbour Office"]}}`}
	pay := func(id, to, amount string) {
		lines = append(lines, fmt.Sprintf(`{"id":%q,"schema":"Payment","properties":{"payer":["office"],"beneficiary":[%q],"amount":[%q],"currency":["USD"],"date":["2024-01-02"]}}`, id, to, amount))
	}
	total := 0
	for i := range 46 {
		lines = append(lines, fmt.Sprintf(`{"id":"c%02d","schema":"Company","properties":{"name":["Supplier %02d"]}}`, i, i))
		pay(fmt.Sprintf("p%02d", i), fmt.Sprintf("c%02d", i), strconv.Itoa(1000-i))
		total += 1000 - i
	}
	pay("back", "c00", "-300")
	lines = append(lines, `{"id":"x","schema":"Company","properties":{"name":["Nobody knows"]}}`, `{"id":"px","schema":"Payment","properties":{"payer":["office"],"beneficiary":["x"],"date":["2024-01-02"]}}`)
	webtest.Entities(t, h, "payments", lines...)
	s := webtest.Serve(t, h)
	s.Enter(t)
	rows, err := csv.NewReader(strings.NewReader(s.Get(t, "/trace.csv?view=flow&from=office").Body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	sum, said := 0, map[string][]string{}
	for _, r := range rows[1:] {
		said[r[1]] = r
		if n, err := strconv.Atoi(r[4]); err == nil {
			sum += n
		}
	}
	if sum != total-300 || len(rows) != 43 {
		t.Errorf("%d rows that sum to %d, want 43 and %d", len(rows), sum, total-300)
	}
	if r := said["6 others"]; r == nil || r[6] != "-300" || r[7] != "7" {
		t.Errorf("what went back: %v", r)
	}
	if r := said["1 other"]; r == nil || r[4] != "not known" {
		t.Errorf("an amount that is not known: %v", r)
	}
	page := s.Get(t, "/e/office/money").Body
	if !strings.Contains(page, "6 others") || !strings.Contains(page, "<svg") {
		t.Error("the page of the office does not draw them")
	}
	if r := s.Get(t, "/trace.csv?view=flow&from=office&to=x"); !strings.Contains(r.Body, "not known") {
		t.Errorf("what is not known: %s", r.Body)
	}
}

// Whom the text of a contract names is followed on to from the supplier, as no payment;
// what the supplier hands on is its own money, not the agency's.
func TestFlowNamed(t *testing.T) {
	h := hometest.Memory(t)
	action := func(id, amount, text string) string {
		return fmt.Sprintf(`{"id":%q,"schema":"Obligation","properties":{"contract":["a1"],"authority":["office"],"supplier":["acme"],"amount":[%q],"currency":["USD"],"date":["2024-01-02"],"description":[%q]}}`, id, amount, text)
	}
	webtest.Entities(t, h, "awards",
		`{"id":"office","schema":"PublicBody","properties":{"name":["Harbour Office"]}}`, `{"id":"acme","schema":"Company","properties":{"name":["Acme Resale Works"]}}`,
		`{"id":"north","schema":"Company","properties":{"name":["Northgate Cloud Hosting"]}}`, `{"id":"sub","schema":"Company","properties":{"name":["Bolt and Daughters"]}}`,
		`{"id":"a1","schema":"Award","properties":{"title":["K1"],"authority":["office"],"supplier":["acme"]}}`,
		action("o1", "1000.50", "CAPACITY OF NORTHGATE CLOUD HOSTING"), action("o2", "-200", "LESS OF NORTHGATE CLOUD HOSTING"), action("o3", "70", "OTHER THINGS"),
		`{"id":"s1","schema":"Subaward","properties":{"prime":["acme"],"subcontractor":["sub"],"contract":["a1"],"amount":["33"],"currency":["USD"],"date":["2024-02-02"]}}`)
	s := webtest.Serve(t, h)
	s.Enter(t)
	for path, want := range map[string][]string{
		"from=office&to=north": {"Harbour Office,Acme Resale Works,obligated,870.50", "Acme Resale Works,Northgate Cloud Hosting,named in the text of the contract; not a payment,800.50"},
		"from=office":          {"Harbour Office,Acme Resale Works,obligated,870.50", "Acme Resale Works,Northgate Cloud Hosting,named in the text of the contract; not a payment,800.50", "Acme Resale Works,Bolt and Daughters,subaward,33"},
		"from=sub":             {"Acme Resale Works,Bolt and Daughters,subaward,33"},
		"from=north":           {"Acme Resale Works,Northgate Cloud Hosting,named in the text of the contract; not a payment,800.50"},
		"from=office&to=sub":   {"Harbour Office,Acme Resale Works,obligated,870.50", "Acme Resale Works,Bolt and Daughters,subaward,33"},
	} {
		rows, err := csv.NewReader(strings.NewReader(s.Get(t, "/trace.csv?view=flow&"+path).Body)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range rows[1:] {
			got = append(got, strings.Join([]string{r[0], r[1], r[2], r[4]}, ","))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	// The band leads to the two actions that it is of.
	page := s.Get(t, "/trace?view=flow&from=office&to=north").Body
	for _, m := range regexp.MustCompile(`href="(/e/acme/sum[^"]+)"`).FindAllStringSubmatch(page, 1) {
		if got := part(t, s.Get(t, html.UnescapeString(m[1])).Body); !strings.Contains(got, "800.50 USD") {
			t.Errorf("the rows of the band sum to %s", got)
		}
	}
}

// What is saved is the table of the view, and recorded as an export before it leaves.
func TestTraceSaved(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	for _, view := range []string{"path", "flow", "net", "table"} {
		r := s.Get(t, "/trace.csv"+strings.TrimPrefix(between, "/trace")+"&view="+view)
		if r.Status != http.StatusOK || r.Header.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(r.Header.Get("Content-Disposition"), "trace-"+view+".csv") {
			t.Errorf("%s: %d %v", view, r.Status, r.Header)
		}
		page := s.Get(t, between+"&view="+view).Body
		if rows, shown := strings.Count(r.Body, "\r\n")-1, strings.Count(page, "<tr data-item"); rows != shown || rows < 2 {
			t.Errorf("%s: %d rows are saved, %d are shown", view, rows, shown)
		}
	}
}

// Who is hidden is told as who is not there, and leads to nothing.
func TestTraceHidden(t *testing.T) {
	h := webtest.Filled(t)
	webtest.Entities(t, h, "secret",
		`{"id":"hid-1","schema":"Company","properties":{"name":["Hidden Harbour Ltd"]}}`,
		`{"id":"hid-own","schema":"Ownership","properties":{"owner":["hid-1"],"asset":["us-ice"]}}`)
	s := webtest.Serve(t, h)
	s.Enter(t)
	views := []string{"path", "flow", "net", "table", "reach"}
	before := map[string]string{}
	if r := s.Get(t, "/trace?view=net&from=hid-1"); !strings.Contains(r.Body, "Hidden Harbour") {
		t.Fatal("before it is hidden it is not shown")
	}
	h.Hide(t, "secret")
	for _, v := range views {
		before[v] = s.Get(t, "/trace?from=ICE&to=Amazon+Web+Services&view="+v).Body
		if strings.Contains(before[v], "Hidden") || strings.Contains(before[v], "hid-") {
			t.Errorf("%s tells of what is hidden", v)
		}
		hidden, none := s.Get(t, "/trace?to=ICE&from=hid-1&view="+v), s.Get(t, "/trace?to=ICE&from=hid-2&view="+v)
		if hidden.Status != none.Status || hidden.Status != http.StatusNotFound || strings.ReplaceAll(hidden.Body, "hid-1", "hid-2") != none.Body {
			t.Errorf("%s: hidden %d, not there %d", v, hidden.Status, none.Status)
		}
	}
}

// The views of a trace go by their keys.
func TestTraceKeys(t *testing.T) {
	s := webtest.Serve(t, webtest.Filled(t))
	s.Enter(t)
	b := s.Browse(t)
	for _, key := range []string{"f", "g", "t", "p"} {
		b.Open(between + "&view=reach")
		b.Key(key)
		b.Wait(`html[data-ready] .tabs a[aria-current="page"][data-key="` + key + `"]`)
	}
	for _, line := range b.Wrong() {
		t.Error(line)
	}
}
