package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt/api"
	"overt/internal/hometest"
	"overt/pipeline"
	"overt/statement"
	"overt/watch"
)

// A foreign request names something hidden; %s is where.
type foreign struct {
	method, target, body string
	hidden, absent       string // what is named
}

// foreigners name a thing of the hidden list by each route that takes a name, and one
// that is not there in the same words. Every route is among them, or takes no name.
func foreigners(blob, run, judgement, job string) []foreign {
	const noBlob, noRun, noJob = "deadbeefdeadbeef", "4000", "0123456789abcdef0123456789abcdef"
	return []foreign{
		{"GET", "/api/v1/entities/%s", "", "o-2", "x-2"},
		{"GET", "/api/v1/entities/%s", "", "Quarrelsome Holdings", "Squabblesome Holdings"},
		{"GET", "/api/v1/entities/%s/mentions", "", "o-2", "x-2"},
		{"GET", "/api/v1/documents/%s/mentions", "", "o-2", "x-2"},
		{"GET", "/api/v1/documents/%s/thread", "", "o-2", "x-2"},
		{"GET", "/api/v1/documents/%s/tree", "", "o-2", "x-2"},
		{"GET", "/api/v1/documents/%s/similar", "", "o-2", "x-2"},
		{"GET", "/api/v1/conflicts?of=%s", "", "o-2", "x-2"},
		{"GET", "/api/v1/conflicts?of=%s", "", "other", "outer"},
		{"GET", "/api/v1/trace?from=l-1&to=%s", "", "o-2", "x-2"},
		{"GET", "/api/v1/trace?from=%s&to=l-1", "", "o-2", "x-2"},
		{"GET", "/api/v1/money?from=%s", "", "o-2", "x-2"},
		{"GET", "/api/v1/money?to=%s", "", "o-2", "x-2"},
		{"GET", "/api/v1/reach?system=%s", "", "o-2", "x-2"},
		{"GET", "/api/v1/passage?document=%s&quote=a", "", "o-2", "x-2"},
		{"GET", "/api/v1/citation?cite=overt:%s", "", blob, noBlob},
		{"GET", "/api/v1/files/%s/cell?row=1", "", blob, noBlob},
		{"GET", "/api/v1/coverage?dataset=%s", "", "other", "outer"},
		{"GET", "/api/v1/runs?dataset=%s", "", "other", "outer"},
		{"GET", "/api/v1/datasets/%s/diff", "", "other", "outer"},
		{"GET", "/api/v1/datasets/list/diff?from=%s&to=1", "", run, noRun},
		{"GET", "/api/v1/why?left=l-1&right=%s", "", "o-1", "x-1"},
		{"GET", "/api/v1/judgements?entity=%s", "", "o-2", "x-2"},
		{"GET", "/api/v1/search?q=%s", "", "quarrelsome", "squabblesome"},
		{"GET", "/api/v1/search?q=dataset:%s", "", "other", "outer"},
		{"GET", "/api/v1/hits?q=%s", "", "quarrelsome", "squabblesome"},
		{"GET", "/api/v1/export/ftm?dataset=%s", "", "other", "outer"},
		{"GET", "/api/v1/export/ftm?entity=%s", "", "o-2", "x-2"},
		{"GET", "/api/v1/imports/%s", "", job, noJob},
		{"GET", "/api/v1/imports/%s/events", "", job, noJob},
		{"GET", "/api/v1/watches/%s", "", strangersWatch, "0123456789abcdef"},
		{"POST", "/api/v1/watches/%s/seen", `{"number":1}`, strangersWatch, "0123456789abcdef"},
		{"POST", "/api/v1/watches/%s/remove", "", strangersWatch, "0123456789abcdef"},
		{"POST", "/api/v1/watches", `{"kind":"entity","words":"%s"}`, "o-2", "x-2"},
		{"GET", "/api/2/collections?filter:foreign_id=%s", "", "other", "outer"},
		{"GET", "/api/2/collections/%s", "", "other", "outer"},
		{"GET", "/api/2/collections/%s/_stream", "", "other", "outer"},
		{"POST", "/api/v1/imports/%s/cancel", "", job, noJob},
		{"POST", "/api/v1/runs/%s/undo", "", run, noRun},
		{"POST", "/api/v1/judgements/%s/retract", `{"reason":"r"}`, judgement, "judgement-00000000000000000000"},
		{"POST", "/api/v1/judgements", `{"left":"l-1","right":"%s","verdict":"same","reason":"r"}`, "o-1", "x-1"},
		{"POST", "/api/v1/mentions/accept", `{"mentions":["%s"],"reason":"r"}`, "doc-" + blob + ":1:0-3", "doc-" + noBlob + ":1:0-3"},
		{"POST", "/api/v1/mentions/reject", `{"mentions":["%s"],"reason":"r"}`, "doc-" + blob + ":1:0-3", "doc-" + noBlob + ":1:0-3"},
		{"POST", "/api/v1/match", `{"queries":[{"schema":"Company","properties":{"name":["%s"]}}]}`, "Quarrelsome Holdings", "Squabblesome Holdings"},
		{"POST", "/api/v1/match", `{"queries":[{"schema":"Company","properties":{"name":["a"]}}],"against":["%s"]}`, "other", "outer"},
	}
}

// strangersWatch is the id of a watch of somebody else.
const strangersWatch = "fedcba9876543210"

// nameless routes take no name of anything.
var nameless = []string{
	"GET /api/v1/watches", "GET /api/v1/similar", "GET /api/v1/datasets", "GET /api/v1/formats", "GET /api/v1/mentions/unknown", "GET /api/v1/imports", "GET /api/v1/openapi.json",
	"GET /api/2/entities/_stream", "POST /api/v1/imports", "POST /api/2/collections", "POST /api/2/collections/{collection}/_bulk",
}

// TestForeign: by no route does a name of something hidden give anything else than a
// name of what is not there, for one who may not see it; and each of them gives
// something else for one who may.
func TestForeign(t *testing.T) {
	h, a := v1(t)
	see := []string{"X-Purpose", "verification"}
	sources := read[api.RunPage](t, do(t, a, "GET", "/api/v1/runs?dataset=other", ""))
	blob, run := string(sources.Runs[0].Sources[0].Blob), fmt.Sprint(sources.Runs[0].ID)
	h.Hide(t, "other") // there for verification alone
	word := `{"left":"o-1","right":"o-2","verdict":"unsure","reason":"r"}`
	judgement := read[pipeline.Decided](t, do(t, a, "POST", "/api/v1/judgements", word, see...)).Judgements[0].ID
	body, kind := form(t, "dataset", "other", "b.ftm.json", other[0])
	job := read[api.Job](t, do(t, a, "POST", "/api/v1/imports", body, append(see, "Content-Type", kind)...)).ID
	if last, _ := finishedAs(t, a, job, see...); last.State != "done" {
		t.Fatalf("%+v", last)
	}
	if err := h.Watches.Add(t.Context(), watch.Watch{ID: strangersWatch, Actor: "local:stranger", Purpose: "investigation", Question: watch.Question{Kind: watch.Entity, Words: "l-1"}, Made: "2026-12-01T00:00:00Z"}, &watch.State{}); err != nil {
		t.Fatal(err)
	}
	list := foreigners(blob, run, judgement, job)
	for _, f := range list {
		ask := func(name string, pairs ...string) (int, string) {
			escaped := strings.ReplaceAll(name, " ", "%20")
			w := do(t, a, f.method, strings.Replace(f.target, "%s", escaped, 1), strings.Replace(f.body, "%s", name, 1), pairs...)
			return w.Code, blank(w.Body.String(), name)
		}
		code, got := ask(f.hidden)
		wantCode, want := ask(f.absent)
		if code != wantCode || got != want {
			t.Errorf("%s %s %s\nhidden: %d %s\nabsent: %d %s", f.method, f.target, f.body, code, got, wantCode, want)
		}
	}
	for _, r := range api.Surface("").Routes {
		if !slices.Contains(nameless, r.Pattern()) && !slices.ContainsFunc(list, func(f foreign) bool {
			at, _, _ := strings.Cut(f.target, "?")
			return f.method == r.Method && fitsPath(r.Path, at)
		}) {
			t.Errorf("%s is asked for nothing hidden", r.Pattern())
		}
	}
	// Who may see it is told other things: the names are right.
	for _, f := range list {
		if f.method != "GET" || strings.Contains(f.target, "/documents/") || strings.Contains(f.target, "citation") || strings.Contains(f.target, "passage") || strings.Contains(f.target, "mentions") || strings.Contains(f.target, "list/diff") || strings.Contains(f.target, "watches") {
			continue // there are no documents here, no other list has that run, and the watch is of somebody else
		}
		at := func(name string) string {
			w := do(t, a, f.method, strings.Replace(f.target, "%s", strings.ReplaceAll(name, " ", "%20"), 1), "", see...)
			return fmt.Sprint(w.Code, blank(w.Body.String(), name))
		}
		if at(f.hidden) == at(f.absent) {
			t.Errorf("%s of %s tells nothing to one who may see it", f.target, f.hidden)
		}
	}
}

// blank takes a name out of a text, as JSON and addresses write it.
func blank(text, name string) string {
	document, _, _ := strings.Cut(name, ":") // of a mention
	for _, one := range []string{name, document, strings.ReplaceAll(name, " ", "%20"), strings.ReplaceAll(name, " ", "+")} {
		text = strings.ReplaceAll(text, one, "NAME")
	}
	return text
}

// worlds are lists of which parts are hidden in one home and missing in another.
var worlds = []struct {
	name   string
	shown  []string
	hidden []string
}{
	{"a namesake", list, other},
	{"an owner", list[:4], []string{list[4], other[1], `{"id":"h-1","schema":"Ownership","properties":{"owner":["o-2"],"asset":["l-3"]}}`}},
	{"another saying of one", list, []string{`{"id":"l-1","schema":"Person","properties":{"name":["Orsolya V."],"birthDate":["1962"],"nationality":["nl"]}}`, `{"id":"l-2","schema":"Person","properties":{"alias":["Teo"]}}`}},
	{"who joins two", append(slices.Clone(list), `{"id":"l-9","schema":"Company","properties":{"name":["Bleaching of Northmoor"],"leiCode":["529900T8BM49AURSDO55"]}}`), []string{`{"id":"l-3","schema":"Company","properties":{"leiCode":["529900T8BM49AURSDO55"]}}`}},
}

// TestSight: what one is told over everything is what he is told over only what he
// may see, byte for byte, by each route that reads.
func TestSight(t *testing.T) {
	targets := []string{
		"/api/v1/hits?q=*", "/api/v1/export/ftm", "/api/v1/export/statements", "/api/v1/export/passages", "/api/v1/export/graphml", "/api/2/entities/_stream", "/api/2/collections",
		"/api/v1/search?q=*&facet=dataset&facet=schema&facet=year&limit=2", "/api/v1/trace?from=l-1&to=l-3", "/api/v1/trace?from=l-1&to=l-2", "/api/v1/entities/l-2", "/api/v1/entities/l-3?statements=true&citations=-1",
	}
	for _, r := range reads {
		if !strings.Contains(r.target, "o-1") && !strings.Contains(r.target, "other") {
			targets = append(targets, r.target)
		}
	}
	slices.Sort(targets)
	for _, w := range worlds {
		told := map[bool]map[string]string{}
		for _, whole := range []bool{true, false} {
			h := hometest.Memory(t)
			in(t, h, "list", w.shown)
			if whole {
				in(t, h, "other", w.hidden)
				h.Hide(t, "other")
			}
			a := serving(t, config(t, h))
			told[whole] = map[string]string{}
			for _, target := range targets {
				r := do(t, a, "GET", target, "")
				told[whole][target] = fmt.Sprint(r.Code, r.Header().Get("ETag"), masked(r.Body.String()))
			}
			m := do(t, a, "POST", "/api/v1/match", `{"queries":[{"schema":"Person","properties":{"name":["Orsolya Vantongeren"]}}]}`)
			told[whole]["match"] = fmt.Sprint(m.Code, m.Body)
		}
		for _, target := range slices.Sorted(maps.Keys(told[true])) {
			if told[true][target] != told[false][target] {
				t.Errorf("%s: %s\nof all:  %s\nof what is seen: %s", w.name, target, told[true][target], told[false][target])
			}
		}
	}
}

// in brings a list under the same file name whatever home it is.
func in(t *testing.T, h *hometest.Home, dataset string, lines []string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.ftm.json")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	h.Import(t, pipeline.Request{Paths: []string{path}, Dataset: dataset, Observed: "2024-01-01", Extent: statement.Full, Token: dataset})
}

// masked is an answer without the moment it was written.
func masked(body string) string {
	var v map[string]json.RawMessage
	if json.Unmarshal([]byte(body), &v) == nil {
		return body
	}
	var out []string
	for line := range strings.Lines(body) {
		if !strings.Contains(line, "2026-12-01T") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}

// TestActors: another actor is told nothing, by any route, whatever he names; nor is
// who looks after users.
func TestActors(t *testing.T) {
	h, a := v1(t)
	h.Admin(t, "person:it")
	for who, told := range map[string]string{"local:stranger": "this home belongs to", "person:it": "reads nothing of what is kept"} {
		t.Run(who, func(t *testing.T) { toldNothing(t, a, who, told) })
	}
}

func toldNothing(t *testing.T, a *api.API, who, told string) {
	for _, r := range api.Surface("").Routes {
		target := strings.NewReplacer("{entity}", "l-1", "{document}", "l-1", "{dataset}", "list", "{blob}", "deadbeef", "{collection}", "list", "{format}", "ftm", "{run}", "1", "{judgement}", "j", "{import}", "i", "{watch}", "w").Replace(r.Path)
		target += map[string]string{"trace": "?from=l-1&to=l-2", "reach": "?system=l-3", "why": "?left=l-1&right=l-2", "citePassage": "?document=l-1", "openCitation": "?cite=overt:x"}[r.Name]
		body := map[string]string{
			"match": `{"queries":[{"schema":"Person","properties":{"name":["a"]}}]}`, "judge": `{"left":"l-1","right":"l-2","verdict":"same","reason":"r"}`, "retractJudgement": `{"reason":"r"}`,
			"acceptMentions": `{"mentions":["m"],"reason":"r"}`, "rejectMentions": `{"mentions":["m"],"reason":"r"}`, "addWatch": `{"kind":"entity","words":"l-1"}`, "seeWatch": `{"number":1}`, "createCollection": `{"foreign_id":"d"}`, "bulkEntities": `[]`,
		}[r.Name]
		pairs := []string{"X-Actor", who}
		if r.Name == "beginImport" {
			sent, kind := form(t, "dataset", "d", "a.json", "{}")
			body, pairs = sent, append(pairs, "Content-Type", kind)
		}
		w := do(t, a, r.Method, target, body, pairs...)
		if r.Name == "openapi" { // it tells of no home
			continue
		}
		if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), told) {
			t.Errorf("%s: %d %s", r.Pattern(), w.Code, w.Body)
		}
	}
}
