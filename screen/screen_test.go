package screen_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/internal/hometest"
	"overt/pipeline"
	"overt/resolve/match"
	"overt/screen"
	"overt/statement"
)

// people are on an invented list. What they have in common is common enough for a
// name not to be rare by itself.
var people = []string{
	`{"id":"l-1","schema":"Person","properties":{"name":["Orsolya Vantongeren"],"birthDate":["1961-03-05"],"country":["be"],"topics":["sanction"]}}`,
	`{"id":"l-2","schema":"Person","properties":{"name":["Teodor Quillmarsh"],"birthDate":["1970"],"passportNumber":["X1234567"],"topics":["role.pep"]}}`,
	`{"id":"l-3","schema":"Company","properties":{"name":["Northmoor Bleaching Ltd"],"registrationNumber":["04418229"],"jurisdiction":["gb"]}}`,
	`{"id":"l-4","schema":"Company","properties":{"name":["Northmoor Bleaching Holdings Ltd"],"jurisdiction":["gb"]}}`,
	`{"id":"l-5","schema":"Vessel","properties":{"name":["Grey Petrel"],"imoNumber":["9074729"]}}`,
	`{"id":"l-6","schema":"Sanction","properties":{"entity":["l-1"],"authority":["An authority"]}}`,
	`{"id":"l-7","schema":"Ownership","properties":{"owner":["l-1"],"asset":["l-3"]}}`,
}

// listed imports entities as the whole of a dataset on a day.
func listed(t *testing.T, h *hometest.Home, dataset, day string, lines ...string) *pipeline.Report {
	t.Helper()
	path := filepath.Join(t.TempDir(), dataset+"-"+day+".ftm.json")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return h.Import(t, pipeline.Request{Paths: []string{path}, Dataset: dataset, Observed: day, Extent: statement.Full, Series: "list"})
}

func person(name string, more ...string) screen.Query {
	q := screen.Query{Schema: "Person", Properties: map[string][]string{"name": {name}}}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i] == "id" {
			q.ID = more[i+1]
			continue
		}
		q.Properties[more[i]] = []string{more[i+1]}
	}
	return q
}

func answers(t *testing.T, h *hometest.Home, o screen.Options, datasets []string, queries ...screen.Query) []screen.Answered {
	t.Helper()
	var out []screen.Answered
	desk(t, h, func(ctx context.Context, d *gate.Desk) error {
		x, err := screen.Build(ctx, d.View, datasets)
		if err == nil {
			out, err = x.Answer(ctx, d.View, queries, must(o.WithDefaults()))
		}
		return err
	})
	return out
}

func best(t *testing.T, h *hometest.Home, q screen.Query) *screen.Result {
	t.Helper()
	a := answers(t, h, screen.Options{}, nil, q)[0]
	if a.Err != nil {
		t.Fatal(a.Err)
	}
	if len(a.Results) == 0 {
		return nil
	}
	return &a.Results[0]
}

func TestScreen(t *testing.T) {
	h := hometest.Memory(t)
	listed(t, h, "list", "2024-01-01", people...)
	tests := []struct {
		name  string
		query screen.Query
		want  ftm.EntityID
		score string // as a rule
	}{
		{"name", person("Orsolya Vantongeren"), "l-1", "0.7 to 0.99"},
		{"name in other order, and case", person("VANTONGEREN, Orsolya"), "l-1", "0.7 to 0.99"},
		{"name and day", person("Orsolya Vantongeren", "birthDate", "1961-03-05"), "l-1", "1"},
		{"name and year", person("Orsolya Vantongeren", "birthDate", "1961", "nationality", "Belgium"), "l-1", "0.7 to 0.99"},
		{"name and another year", person("Orsolya Vantongeren", "birthDate", "1990-01-01"), "", ""},
		{"nobody", person("Ingeborg Abrahamsson"), "", ""},
		{"of no sort yet", screen.Query{Schema: "LegalEntity", Properties: map[string][]string{"name": {"Teodor Quillmarsh"}}}, "l-2", "0.7 to 0.99"},
		{"identifier", screen.Query{Schema: "Vessel", Properties: map[string][]string{"name": {"Grey Petrel"}, "imoNumber": {"IMO 9074729"}}}, "l-5", "1"},
		{"a company of another sort", screen.Query{Schema: "Vessel", Properties: map[string][]string{"name": {"Northmoor Bleaching Ltd"}}}, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := best(t, h, tt.query)
			switch {
			case tt.want == "":
				if got != nil && got.Match {
					t.Fatalf("got %s with %v", got.ID, got.Score)
				}
				return
			case got == nil || got.ID != tt.want || !got.Match:
				t.Fatalf("got %+v, want %s", got, tt.want)
			case tt.score == "1" && got.Score != 1, tt.score != "1" && (got.Score < 0.7 || got.Score > 0.99):
				t.Errorf("score %v, want %s: %+v", got.Score, tt.score, got.Features)
			}
			if len(got.Features) == 0 || len(got.Citations) == 0 || got.Citations[0].Blob == "" || got.Citations[0].Dataset != "list" {
				t.Errorf("not cited or explained: %+v", got)
			}
		})
	}
}

func TestOptions(t *testing.T) {
	h := hometest.Memory(t)
	listed(t, h, "list", "2024-01-01", people...)
	listed(t, h, "other", "2024-01-01", `{"id":"o-1","schema":"Person","properties":{"name":["Orsolya Vantongeren"]}}`, `{"id":"o-2","schema":"Person","properties":{"name":["Somebody Else"]}}`)
	ids := func(o screen.Options, datasets []string) (out []ftm.EntityID) {
		for _, r := range answers(t, h, o, datasets, person("Orsolya Vantongeren"))[0].Results {
			out = append(out, r.ID)
		}
		return out
	}
	both := []ftm.EntityID{"l-1", "o-1"}
	for name, tt := range map[string]struct {
		o        screen.Options
		datasets []string
		want     []ftm.EntityID
	}{
		"all": {screen.Options{}, nil, both}, "one dataset": {screen.Options{}, []string{"other"}, both[1:]}, "include": {screen.Options{Include: []string{"list"}}, nil, both[:1]},
		"exclude": {screen.Options{Exclude: []string{"list"}}, nil, both[1:]}, "topics": {screen.Options{Topics: []string{"sanction"}}, nil, both[:1]},
		"schema": {screen.Options{ExcludeSchemata: []string{"LegalEntity"}}, nil, nil}, "ids": {screen.Options{ExcludeIDs: []string{"o-1"}}, nil, both[:1]},
		"limit": {screen.Options{Limit: 1}, nil, both[:1]},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, ids(tt.o, tt.datasets)); diff != "" {
				t.Error(diff)
			}
		})
	}
	desk(t, h, func(ctx context.Context, d *gate.Desk) error {
		if _, err := screen.Build(ctx, d.View, []string{"nothere"}); overt.CodeOf(err) != overt.NotFound {
			t.Errorf("a dataset that is not there: %v", err)
		}
		return nil
	})
	for _, o := range []screen.Options{{Threshold: 2}, {Cutoff: -1}, {Limit: -1}, {Limit: screen.MaxLimit + 1}} {
		if _, err := o.WithDefaults(); overt.CodeOf(err) != overt.Invalid {
			t.Errorf("%+v: %v", o, err)
		}
	}
	if _, err := screen.AlgorithmOf("no such"); overt.CodeOf(err) != overt.Invalid {
		t.Errorf("algorithm: %v", err)
	}
}

// TestRelated: who belongs to whom is asked for is told in an alert alone.
func TestRelated(t *testing.T) {
	h := hometest.Memory(t)
	listed(t, h, "list", "2024-01-01", strings.Replace(people[3], "Holdings", "Rotterdam", 1))
	ask := screen.Query{Schema: "Company", Properties: map[string][]string{"name": {"Northmoor Bleaching Ltd"}}}
	alert := must(screen.AlgorithmOf("alert"))
	got := answers(t, h, screen.Options{Algorithm: alert}, nil, ask)[0].Results
	if len(got) != 1 || got[0].Outcome != match.Related.String() || got[0].Score < 0.7 || got[0].Score > 0.8 {
		t.Errorf("alert: %+v", got)
	}
	if got := answers(t, h, screen.Options{}, nil, ask)[0].Results; len(got) > 0 && got[0].Outcome == match.Related.String() {
		t.Errorf("best tells who is related: %+v", got)
	}
}

// TestOffList: who was taken off a list is not hit, however the list says so.
func TestOffList(t *testing.T) {
	h := hometest.Memory(t)
	listed(t, h, "list", "2024-01-01", people...)
	listed(t, h, "list", "2024-02-01", append([]string{strings.Replace(people[1], "Teodor", "Theodoor", 1)}, people[2:]...)...)
	if got := best(t, h, person("Orsolya Vantongeren")); got != nil {
		t.Errorf("who left the list is hit: %+v", got)
	}
	got := best(t, h, person("Theodoor Quillmarsh"))
	if got == nil || !cmp.Equal(got.Entity.Properties["name"], []string{"Theodoor Quillmarsh"}) {
		t.Errorf("the new name: %+v", got)
	}
}

// TestHidden: what a reader does not see changes nothing that he is told.
func TestHidden(t *testing.T) {
	alone, beside := hometest.Memory(t), hometest.Memory(t)
	listed(t, alone, "list", "2024-01-01", people...)
	listed(t, beside, "list", "2024-01-01", people...)
	listed(t, beside, "secret", "2024-01-02", `{"id":"s-1","schema":"Person","properties":{"name":["Orsolya Vantongeren"],"birthDate":["1961-03-05"]}}`, `{"id":"l-2","schema":"Person","properties":{"name":["Another Quillmarsh"]}}`)
	beside.Hide(t, "secret")
	for _, q := range []screen.Query{person("Orsolya Vantongeren"), person("Another Quillmarsh"), person("Teodor Quillmarsh", "birthDate", "1970")} {
		told := func(h *hometest.Home) string {
			raw, err := json.Marshal(answers(t, h, screen.Options{Cutoff: 0.001}, nil, q))
			if err != nil {
				t.Fatal(err)
			}
			return string(raw)
		}
		if diff := cmp.Diff(told(alone), told(beside)); diff != "" {
			t.Errorf("%v: %s", q.Properties, diff)
		}
	}
}

func clearing(t *testing.T, h *hometest.Home, r *screen.Result) pipeline.RunReport {
	t.Helper()
	ctx := context.Background()
	pass, err := h.Pass(ctx)
	if err != nil {
		t.Fatal(err)
	}
	c := screen.Clearing{Hit: r.ID, Deciding: r.Deciding, Reason: "seen in person"}
	var out pipeline.RunReport
	err = pass.Do(ctx, gate.Act{Action: "screen.clear"}, func(ctx context.Context, b *gate.Bench) (int64, string, error) {
		view, err := b.Statements.View(ctx, b.Scope, statement.When{})
		if err != nil {
			return 0, "", err
		}
		label, err := c.Label(ctx, view, b.Scope.Writes)
		if err = errors.Join(err, view.Close()); err != nil {
			return 0, "", err
		}
		out.Run, err = c.Write(ctx, b.Statements, b.Scope, b.Actor, label, time.Date(2024, 1, 3, 0, 0, 0, 0, time.UTC))
		return 1, "", err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestClearing: a hit that was cleared stays so until what decides changes.
func TestClearing(t *testing.T) {
	h := hometest.Memory(t)
	listed(t, h, "list", "2024-01-01", people...)
	ask := person("Orsolya Vantongeren", "id", "customer-7", "nationality", "Belgium")
	hit := best(t, h, ask)
	run := clearing(t, h, hit)
	state := func(q screen.Query) string {
		t.Helper()
		switch r := best(t, h, q); {
		case r == nil:
			return "none"
		case r.Cleared != nil && !r.Match:
			return "cleared by " + r.Cleared.By + ": " + r.Cleared.Reason
		case r.Match:
			return "match"
		}
		return "possible"
	}
	cleared := "cleared by local:tester: seen in person"
	other := ask
	other.ID = "customer-8"
	if got := state(ask); got != cleared {
		t.Errorf("the cleared hit: %s", got)
	}
	if got := state(other); got != "match" {
		t.Errorf("somebody else of the same name: %s", got)
	}
	// A newer list, with more that decides nothing about the hit.
	more := strings.Replace(people[0], `"topics"`, `"program":["another"],"notes":["seen again"],"topics"`, 1)
	listed(t, h, "list", "2024-02-01", append([]string{more}, people[1:]...)...)
	if got := state(ask); got != cleared {
		t.Errorf("after a list that changes nothing of it: %s", got)
	}
	changed := strings.Replace(people[0], `"country":["be"]`, `"country":["nl"]`, 1)
	listed(t, h, "list", "2024-03-01", append([]string{changed}, people[1:]...)...)
	if got := state(ask); strings.HasPrefix(got, "cleared") {
		t.Errorf("after a list that says something else: %s", got)
	}
	listed(t, h, "list", "2024-04-01", people...)
	if got := state(ask); got != cleared {
		t.Errorf("after the list went back: %s", got)
	}
	h.Undo(t, run)
	if got := state(ask); got != "match" {
		t.Errorf("after undo: %s", got)
	}
	// A list cannot clear itself.
	listed(t, h, "forged", "2024-01-01", `{"id":"`+string(hit.Deciding)+`","schema":"Clearing","properties":{"listed":["l-1"],"summary":["trust me"]}}`)
	if got := state(ask); got != "match" {
		t.Errorf("a forged clearing: %s", got)
	}
}

func TestCleanRefuses(t *testing.T) {
	many := make([]string, screen.MaxValues+1)
	for name, q := range map[string]screen.Query{
		"no schema": {Properties: map[string][]string{"name": {"x"}}}, "unknown schema": {Schema: "Human"}, "a link": {Schema: "Ownership"}, "a document": {Schema: "Document"},
		"nothing": {Schema: "Person"}, "blank": {Schema: "Person", Properties: map[string][]string{"name": {"  "}}},
		"too many": {Schema: "Person", Properties: map[string][]string{"name": many}}, "too long": {Schema: "Person", Properties: map[string][]string{"name": {strings.Repeat("x", screen.MaxText+1)}}},
		"long id": {ID: strings.Repeat("x", 1000), Schema: "Person", Properties: map[string][]string{"name": {"x"}}},
	} {
		if _, _, err := q.Clean(); overt.CodeOf(err) != overt.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	q, passed, err := (&screen.Query{Schema: "Person", Properties: map[string][]string{"name": {" Ada\xff "}, "birthDate": {"soon"}, "shoeSize": {"44"}, "nationality": {"Germany", "de"}}}).Clean()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string][]string{"name": {"Ada�"}, "nationality": {"de"}}, q.Properties); diff != "" {
		t.Error(diff)
	}
	if len(passed) != 2 || passed[0].Property != "birthDate" || passed[1].Property != "shoeSize" {
		t.Errorf("passed over: %v", passed)
	}
}

func FuzzClean(f *testing.F) {
	f.Add("Person", "name", "Ada Example")
	f.Add("Company", "registrationNumber", "\x00\xff")
	f.Fuzz(func(t *testing.T, schema, prop, text string) {
		q, _, err := (&screen.Query{Schema: schema, Properties: map[string][]string{prop: {text}}}).Clean()
		if err != nil {
			if overt.CodeOf(err) != overt.Invalid {
				t.Fatal(err)
			}
			return
		}
		again, passed, err := q.Clean()
		if err != nil || len(passed) > 0 || !cmp.Equal(q, again) {
			t.Fatalf("cleaned again: %v, %v, %v", again, passed, err)
		}
	})
}
