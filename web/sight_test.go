package web_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/identity"
	"overt/internal/hometest"
	"overt/pipeline"
	"overt/policy"
	"overt/policy/policytest"
	"overt/resolve"
	"overt/resolve/judge"
	"overt/statement"
	"overt/web/webtest"
)

var (
	sightWorlds = flag.Int("sight.worlds", 30, "worlds that TestSight makes")
	sightFirst  = flag.Uint64("sight.first", 0, "number of the first of them")
)

// pagesOfWorld is how many pages one person is shown of a world.
const pagesOfWorld = 90

// A step is something that comes into a home, and the datasets that it is there with.
type step struct {
	rests []string
	runs  bool // it makes an import
	do    func(t *testing.T, h *hometest.Home, runs []overt.RunID) overt.RunID
}

// A world is what a home receives, one after the other; of it some people see parts.
type world struct {
	*rand.Rand
	steps    []step
	datasets []string
	imports  []int // steps whose import can be taken back
	holes    bool  // what is hidden came between what is seen, and not behind it
}

func newWorld(seed uint64) *world {
	w := &world{Rand: rand.New(rand.NewPCG(seed, 0x736967687473)), holes: seed%2 == 0}
	for i := range 3 + w.IntN(2) {
		w.datasets = append(w.datasets, fmt.Sprint("d", i))
	}
	for i := range 5 + w.IntN(4) {
		w.entities(i)
	}
	for i := range 2 + w.IntN(2) {
		w.papers(i)
	}
	for n := range 2 {
		w.judged(n)
		w.doubted()
	}
	return w
}

func (w *world) add(s step) {
	w.steps = append(w.steps, s)
}

func (w *world) id(kind string, n int) string { return fmt.Sprint(kind, "-", 1+w.IntN(n)) }

var (
	firms = []string{"Northmoor Bleaching Ltd", "NORTHMOOR BLEACHING LIMITED", "Harbour Hosting", "Quarrel Holdings", "Harbour Hosting plc"}
	works = []string{"hosting at Harbour Hosting", "bleaching", "carts"}
)

// entities is one import of a dataset, which tells of some of the same few as others do.
func (w *world) entities(n int) {
	dataset := w.datasets[w.IntN(len(w.datasets))]
	pick := func(list []string) string { return list[w.IntN(len(list))] }
	var lines []string
	for range 3 + w.IntN(6) {
		switch w.IntN(6) {
		case 0, 1, 2:
			lines = append(lines, fmt.Sprintf(`{"id":%q,"schema":"Company","properties":{"name":[%q],"leiCode":[%q]}}`, w.id("co", 5), pick(firms), pick([]string{"529900T8BM49AURSDO55", "213800WSGIIZCXF1P572"})))
		case 3:
			lines = append(lines, fmt.Sprintf(`{"id":%q,"schema":"Ownership","properties":{"owner":[%q],"asset":[%q],"startDate":["2020"]}}`, w.id("own", 3), w.id("co", 5), w.id("co", 5)))
		case 4:
			lines = append(lines, fmt.Sprintf(`{"id":%q,"schema":"Agency","properties":{"name":["Harbour Office"],"agencyCode":["70%d"]}}`, w.id("ag", 2), w.IntN(2)))
		default:
			lines = append(lines, fmt.Sprintf(`{"id":%q,"schema":"Obligation","properties":{"authority":[%q],"supplier":[%q],"amount":["%d.50"],"currency":["USD"],"date":["2023-0%d-01"],"description":[%q]}}`,
				w.id("ob", 6), w.id("ag", 2), w.id("co", 5), w.IntN(900), 1+w.IntN(9), pick(works)))
		}
	}
	req := pipeline.Request{
		Dataset: dataset, Observed: fmt.Sprintf("2024-0%d-01", 1+n), Token: fmt.Sprint("t", n), Extent: []statement.Extent{statement.Full, statement.Window}[w.IntN(2)],
		Files: []pipeline.Embedded{{Name: fmt.Sprintf("file-%d.ftm.json", n), Data: []byte(strings.Join(lines, "\n") + "\n")}},
	}
	w.imports = append(w.imports, len(w.steps))
	w.add(step{[]string{dataset}, true, func(t *testing.T, h *hometest.Home, _ []overt.RunID) overt.RunID {
		return h.Import(t, req).Runs[0].Run
	}})
}

// papers are documents of a dataset that name firms; one cannot be read.
func (w *world) papers(n int) {
	dataset := w.datasets[w.IntN(len(w.datasets))]
	texts := map[string]string{
		fmt.Sprintf("paper %d.tif", n): fmt.Sprintf("title Paper %d\n%s asked.\n\f%s answered, and the sum is $%d.00.", n, firms[w.IntN(len(firms))], firms[w.IntN(len(firms))], w.IntN(5000)),
		fmt.Sprintf("copy %d.txt", n):  fmt.Sprintf("title Copy\n%s asked.", firms[w.IntN(2)]),
	}
	if w.IntN(2) == 0 {
		texts[fmt.Sprintf("broken %d.txt", n)] = "refuse"
	}
	w.add(step{[]string{dataset}, true, func(t *testing.T, h *hometest.Home, _ []overt.RunID) overt.RunID {
		webtest.Documents(t, h, dataset, texts)
		return 0
	}})
}

// judged is an import of two companies, and the owner's word on them.
func (w *world) judged(n int) {
	dataset := w.datasets[w.IntN(len(w.datasets))]
	left, right := fmt.Sprintf("%s-j%d", dataset, n), fmt.Sprintf("%s-k%d", dataset, n)
	label := policy.Label{Dataset: dataset}
	j := judge.Judgement{
		ID: fmt.Sprintf("judgement-%020d", n), Left: ftm.EntityID(left), Right: ftm.EntityID(right), Verdict: []judge.Verdict{judge.Positive, judge.Negative, judge.Unsure}[w.IntN(3)],
		Author: "local:tester", At: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Reason: "the letter says so",
	}
	lines := []string{fmt.Sprintf(`{"id":%q,"schema":"Company","properties":{"name":[%q]}}`, left, firms[w.IntN(len(firms))]), fmt.Sprintf(`{"id":%q,"schema":"Company","properties":{"name":[%q]}}`, right, firms[w.IntN(len(firms))])}
	w.add(step{[]string{dataset}, true, func(t *testing.T, h *hometest.Home, _ []overt.RunID) overt.RunID {
		webtest.Entities(t, h, dataset, lines...)
		return 0
	}})
	w.add(step{[]string{dataset}, true, func(t *testing.T, h *hometest.Home, _ []overt.RunID) overt.RunID {
		pass, err := h.Pass(t.Context(), label)
		if err != nil {
			t.Fatal(err)
		}
		var run statement.Run
		err = pass.Do(t.Context(), gate.Act{Action: "entity.judge"}, func(ctx context.Context, b *gate.Bench) (int64, string, error) {
			in, err := b.Statements.Begin(ctx, b.Scope, statement.RunSpec{
				Dataset: dataset, Format: resolve.JudgementFormat, Mapping: strings.Repeat("0", 64), Token: j.ID, Actor: b.Actor, Observed: "2026-01-02", Imported: "2026-01-02T03:04:05Z",
				Extent: statement.Window, Series: "judgements of " + b.Actor,
			})
			if err != nil {
				return 0, "", err
			}
			if err = in.Add(label, ftm.EntityID(j.ID), resolve.JudgementStatements(&j)); err == nil {
				run, err = in.Commit(ctx)
			}
			return 1, "", errors.Join(err, in.Abort())
		})
		if err != nil {
			t.Fatal(err)
		}
		return run.ID
	}})
}

// doubted takes an import back, or has its publisher withdraw it.
func (w *world) doubted() {
	at, undo := w.imports[w.IntN(len(w.imports))], w.IntN(2) == 0
	w.add(step{w.steps[at].rests, false, func(t *testing.T, h *hometest.Home, runs []overt.RunID) overt.RunID {
		pass, err := h.Pass(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if undo {
			err = pass.Undo(t.Context(), runs[at])
		} else {
			err = pass.Note(t.Context(), runs[at], statement.Notice{Kind: statement.Withdrawn, On: "2025-01-01", Reason: "withdrawn by its publisher"})
		}
		if code := overt.CodeOf(err); err != nil && code != overt.Conflict && code != overt.NotFound && code != overt.Invalid { // done before
			t.Fatal(err)
		}
		return 0
	}})
}

// home has those steps that somebody sees. Where what is hidden came between, something
// else that is hidden stands in its place, so that imports have the same numbers.
func (w *world) home(t *testing.T, whole bool, reads []string) *hometest.Home {
	t.Helper()
	h := hometest.Memory(t)
	runs := make([]overt.RunID, len(w.steps))
	sees := func(s *step) bool {
		return !slices.ContainsFunc(s.rests, func(d string) bool { return !slices.Contains(reads, d) })
	}
	for _, seen := range []bool{true, false} {
		for i := range w.steps {
			switch s := &w.steps[i]; {
			case !w.holes && sees(s) != seen, w.holes && !seen:
			case whole || sees(s):
				runs[i] = s.do(t, h, runs)
			case w.holes && s.runs:
				webtest.Entities(t, h, "placeholder", fmt.Sprintf(`{"id":"p-%d","schema":"Person","properties":{"name":["P"]}}`, i))
			}
		}
	}
	return h
}

// casework is a case of the owner with somebody else in it, which cites what he may see
// and what he may not, and one that the other does not know of.
func (w *world) casework(t *testing.T, h *hometest.Home, who string) (shared string) {
	t.Helper()
	s := webtest.Serve(t, h)
	s.Enter(t)
	for _, word := range []string{"harbour", "northmoor"} {
		c := begun(t, s)
		if word == "harbour" {
			shared = strings.TrimPrefix(c, "/c/")
			send(t, s, "/cases", c+"/people/member", "person", who, "role", []string{"reader", "editor"}[w.IntN(2)])
		}
		for i, m := range slices.Compact(hits.FindAllString(s.Get(t, "/search?q="+word).Body, 8)) {
			place := unescaped(strings.TrimSuffix(strings.TrimPrefix(m, `href="`), `"`))
			if strings.HasPrefix(place, "/e/") {
				place = unescaped(places.FindString(s.Get(t, place).Body))
				place = strings.TrimSuffix(strings.TrimPrefix(place, `href="`), `"`)
			}
			if place == "" || !token.MatchString(s.Get(t, place).Body) {
				continue
			}
			item := claimed(t, s, place, c, fmt.Sprint("They ask, as place ", i, " says"))
			send(t, s, "/cases", c+"/board/move", "item", item, "state", "stated")
		}
		send(t, s, "/cases", c+"/exhibits/subject", "entity", "co-1")
		send(t, s, "/cases", c+"/timeline/happened", "date", "2020~", "text", "It began")
	}
	return shared
}

var (
	hits   = regexp.MustCompile(`href="/(?:x/[^"]+cite=[^"]+|e/[^"]+/facts)"`)
	places = regexp.MustCompile(`href="/x/[^"]+"`)
	links  = regexp.MustCompile(`(?:href|src)="(/[^"#]*)`)
	// volatile is what differs between two homes whatever they hold: tokens of sessions
	// and times of the clock.
	volatile = regexp.MustCompile(`name="token" value="[^"]*"|2026-12-01(?:[T ,]+\d\d:\d\d(?::\d\d)?Z?)?`)
)

func unescaped(s string) string { return strings.ReplaceAll(s, "&amp;", "&") }

// shown is what a page tells.
func shown(r *webtest.Reply) string {
	return fmt.Sprint(r.Status, r.Header["Content-Type"], r.Path, volatile.ReplaceAllString(r.Body, ""))
}

// beginnings are where somebody begins who knows names of things that are there and that
// are not, seen or hidden.
func (w *world) beginnings(shared string) []string {
	out := []string{
		"/audit/1", "/search?q=harbour", "/search?q=asked&kind=passage", "/search?q=*", "/nowhere", "/find?name=Northmoor+Bleaching",
		"/trace?from=co-1&to=co-2", "/trace.csv?from=co-1&to=co-2", "/trace?from=ag-1&to=co-1&view=flow", "/trace?from=co-1&view=net", "/trace?from=co-1&view=reach", "/e/co-1/value?prop=name&is=Harbour+Hosting",
		"/e/co-1/conflict?prop=name", "/e/ag-1/sum", "/e/co-1/sum", "/review/open", "/review/label", "/review/second", "/review/mentions", "/review/open/batch", "/review/open/co-1/co-2",
	}
	for _, v := range []string{"board", "exhibits", "timeline", "tasks", "check", "people", "history"} {
		out = append(out, "/c/"+shared+"/"+v)
	}
	for _, d := range w.datasets {
		out = append(out, "/sources/"+d, "/sources/"+d+"?view=changes")
	}
	for range 12 {
		out = append(out, "/e/"+w.id([]string{"co", "ag", "own", "ob"}[w.IntN(4)], 5)+"/"+[]string{"facts", "links", "money", "mentions", "reach", "history"}[w.IntN(6)])
	}
	return out
}

// felt compares what one person is shown over all with what he is shown over a home
// that holds only what he may see, "" when it is the same. wide lets him see all in the
// first: that must be felt.
func (w *world) felt(t *testing.T, wide bool, met map[string]bool) string {
	t.Helper()
	who := identity.Actor{ID: "local:ben", Name: "ben"}
	var reads []string
	for _, d := range w.datasets {
		if w.IntN(3) > 0 {
			reads = append(reads, d)
		}
	}
	whole, cut := w.home(t, true, reads), w.home(t, false, reads)
	with(t, whole, who.ID, reads...)
	shared := w.casework(t, whole, who.ID)
	scope := policytest.Scope(policy.CaseLabel(shared))
	events, err := whole.Cases.Events(t.Context(), scope, shared)
	if err == nil {
		err = cut.Cases.Append(t.Context(), scope, shared, 0, events)
	}
	if err != nil {
		t.Fatal(err)
	}
	with(t, cut, who.ID, reads...)
	if wide {
		with(t, whole, who.ID, w.datasets...)
	}
	one, other := enterAs(t, whole, who), enterAs(t, cut, who)
	r := newRoam(one, w.beginnings(shared)...)
	for n := 0; len(r.queue) > 0 && n < pagesOfWorld; n++ {
		// Somebody reads here and there, and first what he began with.
		at := 0
		if n > 50 {
			at = w.IntN(len(r.queue))
		}
		path := r.next(at)
		a, b := one.Get(t, path), other.Get(t, path)
		if got, want := shown(a), shown(b); got != want {
			return fmt.Sprintf("%s, who reads %v\n%s", path, reads, firstDifference(got, want))
		}
		pattern, _ := r.route(path)
		met[pattern] = met[pattern] || a.Status == http.StatusOK || a.Status == http.StatusForbidden
		r.follow(a.Body)
	}
	return ""
}

// ofOne are pages of what the reader began himself, or of what two people published.
// TestForeign asks for those of others.
var ofOne = []string{
	"GET /import/{import}", "GET /import/{import}/events", "GET /import/{import}/failures.csv", "GET /mappings/{name}", "GET /watches/{id}", "GET /users", "GET /confirm",
	"GET /p/{slug}/{version}", "GET /p/{slug}/{version}/{file...}", "GET /c/{case}/view/{item}", "GET /c/{case}/view/{item}/picture",
}

// TestSight: each screen over all is, byte for byte, what it is over a home that holds
// only what the reader may see; whatever he reads, by whatever names.
func TestSight(t *testing.T) {
	met := map[string]bool{}
	worlds := *sightWorlds
	if testing.Short() {
		worlds = min(worlds, 4)
	}
	for seed := *sightFirst; seed < *sightFirst+uint64(worlds); seed++ {
		if felt := newWorld(seed).felt(t, false, met); felt != "" {
			t.Errorf("world %d: what is hidden is felt: %s", seed, felt)
		}
	}
	if testing.Short() || *sightWorlds < 20 {
		return
	}
	blind := true
	for seed := uint64(0); seed < 10 && blind; seed++ {
		blind = newWorld(seed).felt(t, true, map[string]bool{}) == ""
	}
	if blind {
		t.Error("one who sees all is not felt in ten worlds")
	}
	probe := webtest.Serve(t, hometest.Memory(t))
	for pattern, open := range probe.Desk.Patterns() {
		if !open && strings.HasPrefix(pattern, "GET ") && !met[pattern] && !slices.Contains(ofOne, pattern) {
			t.Errorf("no world leads to route %s: add an address to beginnings in sight_test.go", pattern)
		}
	}
}
