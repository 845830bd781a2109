package graph

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt"
	"overt/ftm"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

var one = Alternatives{{1}}

func link(source, target, kind, ref string, alts Alternatives) EdgeSpec {
	return EdgeSpec{
		Source: ftm.EntityID(source), Target: ftm.EntityID(target), Kind: kind, Ref: ftm.EntityID(ref),
		Directed: true, Start: statement.NoDay, End: statement.NoDay, Alternatives: alts,
	}
}

// affair is small and invented: an office pays a reseller, whose order names a
// cloud that a second record knows under another id.
func affair() world {
	w := world{
		nodes: []nodeDecl{
			{"office", "PublicBody", one}, {"reseller", "Company", one}, {"cloud-a", "Company", one},
			{"cloud-b", "Company", Alternatives{{2}}}, {"cloud-b", "Organization", Alternatives{{3}}},
			{"system", "System", Alternatives{{2}}},
		},
		same: []sameDecl{{"cloud-b", "cloud-a", Alternatives{{1, 2}}, "judgement"}},
	}
	for i := range 40 {
		e := link("office", "reseller", "Obligation", fmt.Sprintf("action-%02d", i), one)
		e.Start = day("2021-01-01") + statement.Day(i)
		e.End = e.Start + 100
		w.edges = append(w.edges, e)
	}
	names := link("reseller", "cloud-a", "Names", "reseller", one)
	names.Prop, names.Directed = "description", false
	w.edges = append(w.edges,
		names,
		link("system", "cloud-b", "Hosting", "hosting-1", Alternatives{{2}}),
		link("office", "system", "Contract:authority", "system", Alternatives{{3}}),
	)
	return w
}

// fixedSight sees the given classes of four, each of its own dataset.
func fixedSight(sees ...statement.Class) *statement.Sight {
	var infos []statement.ClassInfo
	var names []string
	for c := statement.Class(1); c <= 4; c++ {
		name := fmt.Sprintf("d%d", c)
		infos = append(infos, statement.ClassInfo{
			Class: c, Label: policy.Label{Dataset: name},
			Run: &statement.Run{RunSpec: statement.RunSpec{Dataset: name, Extent: statement.Full, Observed: "2020-06-01"}},
		})
		if slices.Contains(sees, c) {
			names = append(names, name)
		}
	}
	return statement.NewSight(policytest.Datasets(names...), statement.When{}, infos)
}

func find(t *testing.T, v *View, ids ...string) (out []Node) {
	t.Helper()
	for _, id := range ids {
		n, ok := v.Find(ftm.EntityID(id))
		if !ok {
			t.Fatalf("%s is not there", id)
		}
		out = append(out, n)
	}
	return out
}

func TestFileRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "links.graph")
	b := NewBuilder(t.TempDir())
	w := affair()
	for _, n := range w.nodes {
		b.Node(n.id, n.schema, n.alts)
	}
	for _, e := range w.edges {
		if err := b.Edge(e); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range w.same {
		b.Same(s.a, s.b, s.alts, s.reason)
	}
	stamp := Stamp{Epoch: 7, Fingerprint: "f"}
	if err := b.WriteFile(t.Context(), path, stamp); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, w.encoded(t, nil)) {
		t.Error("the file differs from the bytes encoded in memory")
	}
	if left, _ := filepath.Glob(filepath.Dir(path) + "/*"); len(left) != 1 {
		t.Errorf("files left behind: %v", left)
	}
	if left, _ := filepath.Glob(b.dir + "/*"); len(left) != 0 {
		t.Errorf("spills left behind: %v", left)
	}
	g, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if g.Stamp() != stamp {
		t.Errorf("stamp %+v, want %+v", g.Stamp(), stamp)
	}
	if nodes, edges, same := g.Size(); nodes != 5 || edges != 43 || same != 1 {
		t.Errorf("size %d nodes, %d edges, %d same; want 5, 43, 1", nodes, edges, same)
	}
	v := g.View(fixedSight(1, 2, 3))
	res, err := v.ShortestPaths(t.Context(), find(t, v, "office"), find(t, v, "cloud-a"), Options{Filter: Everything})
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, p := range res.Paths {
		paths = append(paths, fmt.Sprint(pathIDs(v, p)))
	}
	if want := []string{"[office reseller cloud-a]", "[office system cloud-a]"}; !slices.Equal(paths, want) {
		t.Errorf("paths %v, want %v", paths, want)
	}
	if h := res.Paths[0].Hops[0]; h.Total != 40 || len(h.Edges) != 32 || h.Edges[0].Ref != "action-00" {
		t.Errorf("first hop has %d edges, %d listed, first %+v", h.Total, len(h.Edges), h.Edges[0])
	}
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestViewShowsOnlyWhatIsSeen(t *testing.T) {
	g := affair().graph(t, nil)
	for _, tc := range []struct {
		name    string
		sees    []statement.Class
		id      string
		found   bool
		canon   string
		members string
		schemas string
	}{
		{"nothing", nil, "office", false, "", "[]", "[]"},
		{"own mark", []statement.Class{1}, "cloud-a", true, "cloud-a", "[cloud-a]", "[Company]"},
		{"other class", []statement.Class{1}, "cloud-b", false, "", "[]", "[]"},
		{"link needs both classes", []statement.Class{2}, "cloud-b", true, "cloud-b", "[cloud-b]", "[Company]"},
		{"joined", []statement.Class{1, 2}, "cloud-b", true, "cloud-a", "[cloud-a cloud-b]", "[Company]"},
		{"joined, more schemata", []statement.Class{1, 2, 3}, "cloud-b", true, "cloud-a", "[cloud-a cloud-b]", "[Company Organization]"},
		{"by an edge alone", []statement.Class{3}, "office", true, "office", "[office]", "[]"},
		{"no such id", []statement.Class{1, 2, 3}, "cloud", false, "", "[]", "[]"},
	} {
		v := g.View(fixedSight(tc.sees...))
		n, ok := v.Find(ftm.EntityID(tc.id))
		if ok != tc.found {
			t.Errorf("%s: found is %v", tc.name, ok)
		}
		if !ok {
			continue
		}
		if got := v.ID(n); string(got) != tc.canon {
			t.Errorf("%s: canonical %q, want %q", tc.name, got, tc.canon)
		}
		if got := fmt.Sprint(v.Members(n)); got != tc.members {
			t.Errorf("%s: members %s, want %s", tc.name, got, tc.members)
		}
		if got := fmt.Sprint(v.Schemas(n)); got != tc.schemas {
			t.Errorf("%s: schemata %s, want %s", tc.name, got, tc.schemas)
		}
	}
}

func TestHiddenAndForeignNodes(t *testing.T) {
	g := affair().graph(t, nil)
	all, none := g.View(fixedSight(1, 2, 3)), g.View(nil)
	for _, n := range []Node{find(t, all, "office")[0], 1 << 31, 5} {
		if none.ID(n) != "" || none.Members(n) != nil || none.Schemas(n) != nil || none.Same(n) != nil ||
			(none.Degree(n, Everything) != Degree{}) {
			t.Errorf("the nil sight is told of node %d", n)
		}
		res, err := none.ShortestPaths(t.Context(), []Node{n}, []Node{n}, Options{Filter: Everything})
		if err != nil || len(res.Paths)+len(res.Limits)+res.Expanded != 0 {
			t.Errorf("the nil sight gets %+v, %v", res, err)
		}
	}
	if k := none.Kinds(); k != nil {
		t.Errorf("the nil sight is told of kinds %v", k)
	}
}

func TestSameTellsWhy(t *testing.T) {
	v := affair().graph(t, nil).View(fixedSight(1, 2))
	got := v.Same(find(t, v, "cloud-b")[0])
	if len(got) != 1 || got[0].A != "cloud-a" || got[0].B != "cloud-b" || got[0].Reason != "judgement" ||
		!slices.Equal(got[0].Classes, []statement.Class{1, 2}) {
		t.Errorf("same links %+v", got)
	}
}

func TestValidity(t *testing.T) {
	no := statement.NoDay
	for _, tc := range []struct {
		name       string
		start, end statement.Day
		span       statement.Span
		at         statement.Day
		want       bool
	}{
		{"nothing known", no, no, statement.Span{First: no, Last: no, Gone: no}, 100, true},
		{"nothing asked", 200, 300, statement.Span{First: no, Last: no, Gone: no}, no, true},
		{"before its start", 100, no, statement.Span{First: 10, Last: 90, Gone: no}, 99, false},
		{"on its start", 100, no, statement.Span{First: 200, Last: 210, Gone: no}, 100, true},
		{"on its end", no, 100, statement.Span{First: 1, Last: 5, Gone: 150}, 100, true},
		{"gone before its stated end", no, 100, statement.Span{First: 1, Last: 5, Gone: 50}, 60, false},
		{"after its end", no, 100, statement.Span{First: 1, Last: 5, Gone: no}, 101, false},
		{"before the first sighting", no, no, statement.Span{First: 50, Last: 60, Gone: no}, 49, false},
		{"the day before gone", no, no, statement.Span{First: 50, Last: 60, Gone: 70}, 69, true},
		{"gone", no, no, statement.Span{First: 50, Last: 60, Gone: 70}, 70, false},
		{"day 0 is a day", 1, no, statement.Span{First: no, Last: no, Gone: no}, 0, false},
	} {
		e := Edge{Start: tc.start, End: tc.end, Span: tc.span}
		if got := e.Valid(tc.at); got != tc.want {
			t.Errorf("%s: valid is %v", tc.name, got)
		}
	}
}

func TestBetweenAndDegree(t *testing.T) {
	v := affair().graph(t, nil).View(fixedSight(1, 2, 3))
	n := find(t, v, "office", "reseller", "cloud-b")
	count := func(a, b Node, f Filter) (c int) {
		for range v.Between(a, b, f) {
			c++
		}
		return c
	}
	forward, backward := Everything, Everything
	forward.Dir, backward.Dir = Forward, Backward
	day1 := Everything
	day1.AsOf = day("2021-01-03")
	for _, tc := range []struct {
		name string
		got  int
		want int
	}{
		{"either", count(n[0], n[1], Everything), 40},
		{"forward", count(n[0], n[1], forward), 40},
		{"against", count(n[1], n[0], forward), 0},
		{"backward", count(n[1], n[0], backward), 40},
		{"undirected", count(n[2], n[1], forward), 1},
		{"on a day", count(n[0], n[1], day1), 3},
		{"degree, edges", v.Degree(n[0], Everything).Edges, 41},
		{"degree, neighbours", v.Degree(n[0], Everything).Neighbours, 2},
		{"degree of a cluster", v.Degree(n[2], Everything).Neighbours, 2},
		{"degree, forward", v.Degree(n[2], forward).Neighbours, 1},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, tc.got, tc.want)
		}
	}
}

func TestHubsAreNamedNotPassed(t *testing.T) {
	var w world
	for i := range 30 {
		w.edges = append(w.edges, link(fmt.Sprintf("n%02d", i), "hub", "Directorship", fmt.Sprintf("e%d", i), one))
	}
	v := w.graph(t, nil).View(fixedSight(1))
	opt := Options{Filter: Everything, HubDegree: 29}
	res, err := v.ShortestPaths(t.Context(), find(t, v, "n01"), find(t, v, "n02"), opt)
	if err != nil || len(res.Paths) != 0 {
		t.Fatalf("paths through the hub: %v, %v", res.Paths, err)
	}
	if len(res.Limits) != 1 || res.Limits[0].Kind != LimitHub || v.ID(res.Limits[0].Nodes[0]) != "hub" {
		t.Errorf("limits %+v", res.Limits)
	}
	res, err = v.ShortestPaths(t.Context(), find(t, v, "n01"), find(t, v, "hub"), opt)
	if err != nil || len(res.Paths) != 1 || len(res.Limits) != 0 {
		t.Errorf("to the hub itself: %+v, %v", res, err)
	}
	opt.HubDegree = -1
	res, err = v.ShortestPaths(t.Context(), find(t, v, "n01"), find(t, v, "n02"), opt)
	if err != nil || len(res.Paths) != 1 {
		t.Errorf("without the rule: %+v, %v", res, err)
	}
}

func TestEndedContext(t *testing.T) {
	v := affair().graph(t, nil).View(fixedSight(1, 2, 3))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := v.ShortestPaths(ctx, find(t, v, "office"), find(t, v, "cloud-a"), Options{Filter: Everything})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	b := NewBuilder(t.TempDir())
	path := filepath.Join(t.TempDir(), "g")
	if err := b.WriteFile(ctx, path, Stamp{}); !errors.Is(err, context.Canceled) {
		t.Errorf("write gives %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file was left: %v", err)
	}
}

func TestBuilderRefuses(t *testing.T) {
	long := strings.Repeat("x", MaxID+1)
	for _, tc := range []struct {
		name string
		feed func(*Builder)
	}{
		{"empty source", func(b *Builder) { _ = b.Edge(link("", "b", "K", "r", one)) }},
		{"empty target", func(b *Builder) { _ = b.Edge(link("a", "", "K", "r", one)) }},
		{"no kind", func(b *Builder) { _ = b.Edge(link("a", "b", "", "r", one)) }},
		{"long ref", func(b *Builder) { _ = b.Edge(link("a", "b", "K", long, one)) }},
		{"edge for everyone", func(b *Builder) { _ = b.Edge(link("a", "b", "K", "r", Alternatives{{}})) }},
		{"node for everyone", func(b *Builder) { b.Node("a", "Company", Alternatives{{1}, {}}) }},
		{"empty node", func(b *Builder) { b.Node("", "Company", one) }},
		{"same for everyone", func(b *Builder) { b.Same("a", "b", Alternatives{{}}, "") }},
		{"long same", func(b *Builder) { b.Same("a", ftm.EntityID(long), one, "") }},
	} {
		b := NewBuilder(t.TempDir())
		tc.feed(b)
		err := b.WriteFile(t.Context(), filepath.Join(t.TempDir(), "g"), Stamp{})
		if overt.CodeOf(err) != overt.Invalid {
			t.Errorf("%s: error %v", tc.name, err)
		}
	}
}

func TestNothingForNobody(t *testing.T) {
	b := NewBuilder(t.TempDir())
	b.Node("a", "Company", nil)
	b.Same("a", "b", nil, "")
	b.Same("a", "a", one, "")
	if err := b.Edge(link("a", "b", "K", "r", nil)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "g")
	if err := b.WriteFile(t.Context(), path, Stamp{}); err != nil {
		t.Fatal(err)
	}
	if err := b.WriteFile(t.Context(), path, Stamp{}); err == nil {
		t.Error("a builder was used twice")
	}
	g, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = g.Close() }()
	if nodes, edges, same := g.Size(); nodes+edges+same != 0 {
		t.Errorf("%d nodes, %d edges, %d same", nodes, edges, same)
	}
	if _, ok := g.View(fixedSight(1)).Find("a"); ok {
		t.Error("found a node in an empty graph")
	}
}

func TestStringTable(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	ids := newInterner()
	for range 3000 {
		s := strings.Repeat("prefix-", r.IntN(4)) + strings.Repeat("\x00", r.IntN(10)) + fmt.Sprint(r.IntN(500))
		ids.add(s)
	}
	ids.add("")
	var data []byte
	w := &stringWriter{emit: func(b []byte) { data = append(data, b...) }}
	var want []string
	for _, n := range ids.sorted() {
		w.add(ids.at(n))
		want = append(want, string(ids.at(n)))
	}
	if !slices.IsSorted(want) {
		t.Fatal("interned strings are not sorted")
	}
	table, err := newStringTable(len(want), w.offsets(), data)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range want {
		at, ok := table.find(s)
		if table.get(i) != s || !ok || at != i {
			t.Fatalf("string %d is %q at %d, want %q", i, table.get(i), at, s)
		}
		if _, ok := table.find(s + "\x01"); ok {
			t.Fatalf("found %q, which is not there", s+"\x01")
		}
	}
}
