package pipeline_test

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"overt/export"
	"overt/ftm"
	"overt/gate"
	"overt/graph"
	"overt/internal/hometest"
	"overt/internal/sharedtest"
	"overt/ledger"
	"overt/pipeline"
	"overt/resolve"
	"overt/statement"
)

// written exports all of a home.
func written(t testing.TB, h *hometest.Home, f export.Format, opts export.Options) string {
	t.Helper()
	return hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (string, error) {
		var out bytes.Buffer
		opts.Dir = t.TempDir()
		_, err := export.Write(ctx, &out, f, d.View, d.Graph, opts)
		return out.String(), err
	})
}

// text imports texts, each by its file name.
func text(t testing.TB, h *hometest.Home, req pipeline.Request, files ...string) *pipeline.Report {
	t.Helper()
	for i := 0; i < len(files); i += 2 {
		req.Files = append(req.Files, pipeline.Embedded{Name: files[i], Data: []byte(files[i+1])})
	}
	return h.Import(t, req)
}

// objects reads JSON lines by the id of each, values of properties sorted: a
// property has a set of them.
func objects(t testing.TB, lines string) map[string]map[string]any {
	t.Helper()
	out := map[string]map[string]any{}
	for line := range strings.Lines(lines) {
		var o map[string]any
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			t.Fatalf("%v: %.200s", err, line)
		}
		props, _ := o["properties"].(map[string]any)
		for name, v := range props {
			list, ok := v.([]any)
			if !ok {
				list = []any{v}
			}
			props[name] = sortedSet(list)
		}
		for _, key := range []string{"referents", "datasets"} {
			if list, ok := o[key].([]any); ok {
				o[key] = sortedSet(list)
			}
		}
		out[o["id"].(string)] = o
	}
	return out
}

func sortedSet(list []any) []any {
	slices.SortFunc(list, func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
	return slices.Compact(list)
}

func file(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestEntitiesComeBack: what an export without merging gives is what the files
// said, to the last key, and nothing else.
func TestEntitiesComeBack(t *testing.T) {
	for name, count := range map[string]int{
		"yente-fixtures/zala.entities.ftm.json": 91, "yente-fixtures/parteispenden.entities.ftm.json": 475, "yente-fixtures/t1.entities.ftm.json": 7,
		"ftmq-fixtures/donations.ijson": 474, "ftmq-fixtures/eu_authorities.ftm.json": 151,
	} {
		t.Run(filepath.Base(name), func(t *testing.T) {
			path := sharedtest.Path(t, "ftm", name)
			h := hometest.Memory(t)
			rep := take(t, h, path)
			if f := rep.Files[0]; f.Verdict != ledger.Read || f.Received != int64(count) || f.LeftOut != 0 {
				t.Errorf("%s: %d received, %d left out, want %d read: %v", f.Verdict, f.Received, f.LeftOut, count, f.Warnings)
			}
			cited(t, h, 300)
			want, got := objects(t, file(t, path)), objects(t, written(t, h, export.FTM, export.Options{Raw: true}))
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("what came and what left differ (-came +left):\n%.4000s", diff)
			}
		})
	}
}

const odd = `{"id":"a","schema":"Person","properties":{"name":["Ann <A>","Ann"],"shoeSize":[42,"43"],"weight":80},"caption":"A","datasets":["x","y"],"referents":["old-a"],"first_seen":"2020-01-01","last_change":"2021","target":true,"score":0.90,"note":null,"features":{"f/1":[1,{"b":false}]}}
{"id":"t","schema":"Starship","properties":{"name":["Far"],"warp":["9"]}}
{"id":"o","schema":"Ownership","properties":{"owner":[{"id":"n","schema":"Person","properties":{"name":["Nested"],"addressEntity":{"id":"ad","schema":"Address","properties":{"full":["Road 1"]}}}}],"asset":["absent"]}}
{"id":"stub","schema":"Company"}
{"id":"a","schema":"Person","properties":{"name":["Anna"]}}
`

// TestOddEntities: entities inside entities become entities, unknown words are
// kept and told, and lines of one id are one entity.
func TestOddEntities(t *testing.T) {
	h := hometest.Memory(t)
	rep := text(t, h, pipeline.Request{Dataset: "odd"}, "odd.json", odd)
	if f := rep.Files[0]; f.Verdict != ledger.Read || f.Format != "ftm" || len(f.Warnings) != 2 {
		t.Errorf("%s as %s: %+v", f.Verdict, f.Format, f)
	}
	want := objects(t, `{"id":"a","schema":"Person","properties":{"name":["Ann <A>","Ann","Anna"],"shoeSize":["42","43"],"weight":["80"]},"caption":"A","datasets":["x","y"],"referents":["old-a"],"first_seen":"2020-01-01","last_change":"2021","target":true,"score":0.90,"note":null,"features":{"f/1":[1,{"b":false}]}}
{"id":"t","schema":"Starship","properties":{"name":["Far"],"warp":["9"]}}
{"id":"o","schema":"Ownership","properties":{"owner":["n"],"asset":["absent"]}}
{"id":"n","schema":"Person","properties":{"name":["Nested"],"addressEntity":["ad"]}}
{"id":"ad","schema":"Address","properties":{"full":["Road 1"]}}
{"id":"stub","schema":"Company","properties":{}}
`)
	got := written(t, h, export.FTM, export.Options{Raw: true})
	if diff := gocmp.Diff(want, objects(t, got)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if !strings.Contains(got, `"score":0.90`) {
		t.Error("a number lost its digits")
	}
	merged := objects(t, written(t, h, export.FTM, export.Options{}))
	if diff := gocmp.Diff([]any{"odd"}, merged["n"]["datasets"]); diff != "" {
		t.Errorf("where the source names no dataset, ours stands:\n%s", diff)
	}
}

// TestEntityPackages: entities come in lists, packages and answers too.
func TestEntityPackages(t *testing.T) {
	const one = `{"id":"a","properties":{"name":["Ann"]},"schema":"Person"}`
	for name, doc := range map[string]string{
		"list": "[" + one + "]", "package": `{"limit":5,"entities":[` + one + `],"more":{}}`, "search": `{"facets":{"results":[]},"results":[` + one + `]}`,
		"match": `{"responses":{"q1":{"status":200,"results":[` + one + `]},"q2":{"results":[]}},"limit":5}`, "single": one,
		"line break inside": "{\n\"id\":\"a\",\"schema\":\"Person\",\n\"properties\":{\"name\":[\"Ann\"]}}",
	} {
		h := hometest.Memory(t)
		rep := text(t, h, pipeline.Request{Dataset: "d"}, "answer.json", doc)
		got := written(t, h, export.FTM, export.Options{Raw: true})
		if rep.Files[0].Verdict != ledger.Read || got != one+"\n" {
			t.Errorf("%s: %s (%s) gives %s", name, rep.Files[0].Verdict, rep.Files[0].Reason, got)
		}
	}
}

// TestBadEntities: what cannot be kept is told with its place.
func TestBadEntities(t *testing.T) {
	for doc, reason := range map[string]string{
		`{"id":"ok","schema":"Person","properties":{}}` + "\n" + `{"schema":"Person"}`:                                            "it has no id, or one that cannot be kept",
		`{"id":"ok","schema":"Person","properties":{}}` + "\n" + `{"id":"a"}`:                                                     "it has no schema",
		`{"id":"o","schema":"Ownership","properties":{"owner":["a\u0000b"]}}` + "\n":                                              "Ownership:owner names something that cannot be an entity id",
		`{"id":"o","schema":"Ownership","properties":{"owner":[{"x":1}]}}` + "\n":                                                 `a value of "properties/owner" that is neither text nor entity: it has no id, or one that cannot be kept`,
		`{"id":"p","schema":"Person","properties":{"name":[{"id":"q","schema":"Person"}]}}` + "\n":                                `Thing:name takes texts; the entity "q" in it is kept by itself`,
		`{"op":"ADD","entity":{"id":"a","schema":"Person"}}` + "\n" + `{"op":"BLA","entity":{"id":"a","schema":"Person"}}` + "\n": "its op is none of ADD, MOD, DEL",
		`{"op":"DEL","entity":{"id":"a"}}` + "\n" + `{"op":"DEL","entity":{}}` + "\n":                                             "its entity has no id, or one that cannot be kept",
		`{"op":"DEL","entity":{"id":"a"}}` + "\n" + `{"op":"DEL","entity":[]}` + "\n":                                             "it has no entity, or several",
		strings.Repeat(`{"id":"p","schema":"Person","properties":{"parent":[`, 40) + strings.Repeat("]}}", 40):                    "",
	} {
		h := hometest.Memory(t)
		f := text(t, h, pipeline.Request{Dataset: "d"}, "x.json", doc).Files[0]
		if reason == "" && f.Verdict != ledger.Partial || reason != "" && (len(f.Reasons) != 1 || f.Reasons[0].Reason != reason) {
			t.Errorf("%.80s: %s, %+v, want %q", doc, f.Verdict, f.Reasons, reason)
		}
	}
}

// holds is what a home says still holds: values without those that are gone.
func holds(t testing.TB, h *hometest.Home) map[string]map[string][]string {
	t.Helper()
	return hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (map[string]map[string][]string, error) {
		out := map[string]map[string][]string{}
		for stmts, err := range d.View.Entities(ctx) {
			if err != nil {
				return nil, err
			}
			p, err := resolve.ReadProfile(ctx, d.View, []ftm.EntityID{stmts[0].Entity})
			if err != nil {
				return nil, err
			}
			props := map[string][]string{}
			for _, v := range p.Values {
				if v.Span.Gone == statement.NoDay {
					props[v.Prop] = append(props[v.Prop], v.Value)
				}
			}
			for _, values := range props {
				slices.Sort(values)
			}
			if len(props) > 0 {
				out[string(p.ID)] = props
			}
		}
		return out, nil
	})
}

// state is what a list of changes comes to, worked out by hand.
func state(t testing.TB, lists ...string) map[string]map[string][]string {
	t.Helper()
	out := map[string]map[string][]string{}
	for _, list := range lists {
		for line := range strings.Lines(list) {
			var c struct {
				Op     string          `json:"op"`
				Entity json.RawMessage `json:"entity"`
			}
			if err := json.Unmarshal([]byte(line), &c); err != nil {
				t.Fatal(err)
			}
			e := new(ftm.Entity)
			if err := json.Unmarshal(c.Entity, e); err != nil && c.Op != "DEL" {
				t.Fatal(err)
			}
			if c.Op == "DEL" {
				var stub struct{ ID string }
				_ = json.Unmarshal(c.Entity, &stub)
				delete(out, stub.ID)
				continue
			}
			props := map[string][]string{"id": {string(e.ID)}}
			for name, values := range e.Properties {
				props[name] = slices.Compact(slices.Sorted(slices.Values(values)))
			}
			out[string(e.ID)] = props
		}
	}
	return out
}

// TestDeltaFeed takes a feed in as it lies on disk: its folders are in order,
// and what holds after the last is the state it describes.
func TestDeltaFeed(t *testing.T) {
	dir := sharedtest.Path(t, "ftm", "yente-fixtures", "delta", "t2")
	parts, err := filepath.Glob(filepath.Join(dir, "*", "entities.delta.json"))
	if err != nil || len(parts) != 5 {
		t.Fatalf("%d files of changes, %v", len(parts), err)
	}
	var lists []string
	for _, p := range parts {
		lists = append(lists, file(t, p))
	}
	h := hometest.Durable(t, t.TempDir())
	rep := h.Import(t, pipeline.Request{Paths: []string{dir}, Dataset: "feed"})
	for _, f := range rep.Files {
		if f.Verdict != ledger.Read {
			t.Errorf("%s is %s as %s: %s", f.Source, f.Verdict, f.Format, f.Reason)
		}
	}
	if len(rep.Runs) != 6 || rep.Runs[1].Observed != "2024-05-27T19:47:02Z" || rep.Runs[1].Extent != statement.Delta || rep.Runs[0].Statements != 0 {
		t.Errorf("runs are %+v", rep.Runs)
	}
	want := state(t, lists...)
	if diff := gocmp.Diff(want, holds(t, h)); diff != "" || len(want) != 3 {
		t.Errorf("%d entities; what holds differs (-want +got):\n%.3000s", len(want), diff)
	}
	again := h.Import(t, pipeline.Request{Paths: []string{dir}, Dataset: "feed"})
	if len(again.Runs) != 0 {
		t.Errorf("the same feed again makes runs: %+v", again.Runs)
	}
	if diff := gocmp.Diff(want, holds(t, h)); diff != "" {
		t.Errorf("the same feed again changes what holds:\n%.3000s", diff)
	}
}

// TestDeltas: changes over a whole list, in files that nothing but the request
// dates.
func TestDeltas(t *testing.T) {
	h := hometest.Memory(t)
	take := func(day, name, doc string) *pipeline.Report {
		extent := statement.Extent("")
		if !strings.Contains(name, "delta") {
			extent = statement.Full
		}
		rep := text(t, h, pipeline.Request{Dataset: "d", Observed: day, Extent: extent}, name, doc)
		if rep.Files[0].Verdict != ledger.Read {
			t.Fatalf("%s: %+v", name, rep.Files[0])
		}
		return rep
	}
	const del = `{"op":"DEL","entity":{"id":"b"}}` + "\n"
	const add = `{"op":"ADD","entity":{"id":"b","schema":"Person","properties":{"name":["Bo"]}}}` + "\n"
	take("2024-01-01", "all.json", `{"id":"a","schema":"Person","properties":{"name":["Ann"],"country":["de"]}}
{"id":"b","schema":"Person","properties":{"name":["Bob"]}}
{"id":"o","schema":"Ownership","properties":{"owner":["b"],"asset":["c"]}}
`)
	take("2024-02-01", "1.delta.json", `{"op":"MOD","entity":{"id":"a","schema":"Person","properties":{"name":["Anna"],"country":["de"]}}}`+"\n")
	removed := take("2024-03-01", "2.delta.json", del)
	take("2024-03-02", "3.delta.json", "")
	take("2024-04-01", "4.delta.json", add)
	if n := len(take("2024-05-01", "5.delta.json", del).Runs); n != 1 {
		t.Fatalf("the same change on a later day makes %d runs", n)
	}
	a := map[string][]string{"id": {"a"}, "name": {"Anna"}, "country": {"de"}}
	o := map[string][]string{"id": {"o"}, "owner": {"b"}, "asset": {"c"}}
	if diff := gocmp.Diff(map[string]map[string][]string{"a": a, "o": o}, holds(t, h)); diff != "" {
		t.Errorf("what holds differs (-want +got):\n%s", diff)
	}
	// History stays: the old name is there, gone since the change.
	p := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (*resolve.Profile, error) {
		return resolve.ReadProfile(ctx, d.View, []ftm.EntityID{"a"})
	})
	gone := map[string]string{}
	for _, v := range p.Get("name") {
		gone[v.Value] = v.Span.Gone.String()
	}
	if want := map[string]string{"Ann": "2024-02-01", "Anna": ""}; !maps.Equal(gone, want) {
		t.Errorf("names are gone %v, want %v", gone, want)
	}
	h.Undo(t, removed.Runs[0])
	if n := len(holds(t, h)["b"]); n != 0 {
		t.Error("b is back, though a later change took it out again")
	}
}

// TestEndedLink: a link that a change takes out is over from that day on, for
// networks as for paths.
func TestEndedLink(t *testing.T) {
	h := hometest.Memory(t)
	text(t, h, pipeline.Request{Dataset: "d", Observed: "2024-01-01", Extent: statement.Full}, "all.json", `{"id":"a","schema":"Person","properties":{"name":["Ann"]}}
{"id":"c","schema":"Company","properties":{"name":["Lamps"]}}
{"id":"o","schema":"Ownership","properties":{"owner":["a"],"asset":["c"]}}
{"id":"m","schema":"Directorship","properties":{"director":["a"],"organization":["c"]}}
`)
	text(t, h, pipeline.Request{Dataset: "d", Observed: "2024-02-01"}, "1.delta.json", `{"op":"DEL","entity":{"id":"o"}}`+"\n")
	for day, want := range map[string]int{"2024-01-15": 2, "2024-02-15": 1} {
		got := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (int, error) {
			from, _ := d.Graph.Find("a")
			to, _ := d.Graph.Find("c")
			n := 0
			for range d.Graph.Between(from, to, graph.Filter{AsOf: statement.DayOf(day)}) {
				n++
			}
			return n, nil
		})
		if got != want {
			t.Errorf("on %s %d links hold, want %d", day, got, want)
		}
	}
}
