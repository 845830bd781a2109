package graph

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"overt/ftm"
	"overt/statement"
)

const testClasses = 6

// A question holds the arguments that all queries of one round share.
type question struct {
	from, to []ftm.EntityID
	opt      Options
	k        int
}

func randomQuestion(r *rand.Rand) question {
	ids := func() (out []ftm.EntityID) {
		for range 1 + r.IntN(5)/4 {
			out = append(out, ftm.EntityID(fmt.Sprintf("n%02d", r.IntN(12))))
		}
		return out
	}
	q := question{from: ids(), to: ids(), k: 1 + r.IntN(6)}
	q.opt = Options{
		MaxHops: r.IntN(7), MaxPaths: 1 + r.IntN(12), HubDegree: r.IntN(7) - 1, MaxEdges: 1 + r.IntN(3),
		Slack: r.IntN(4) - 1, Filter: Filter{AsOf: statement.NoDay, Dir: Direction(r.IntN(3)), SkipSelf: r.IntN(2) == 0},
	}
	if r.IntN(2) == 0 {
		q.opt.AsOf = day("2020-01-01") + statement.Day(r.IntN(24))
	}
	if r.IntN(3) == 0 {
		q.opt.Kinds = KindSet("Ownership", "Obligation")
	}
	if r.IntN(3) == 0 {
		q.opt.Weight = func(kind string, n int) float64 { return float64(len(kind)) * math.Sqrt(float64(n)) }
	}
	return q
}

func (q question) nodes(v *View, ids []ftm.EntityID) (out []Node) {
	for _, id := range ids {
		if n, ok := v.Find(id); ok {
			out = append(out, n)
		}
	}
	return out
}

// transcript writes down everything a view answers, without node numbers.
func transcript(t testing.TB, v *View, q question) string {
	t.Helper()
	var b strings.Builder
	say := func(what string, args ...any) { fmt.Fprintf(&b, what+"\n", args...) }
	var first Node
	for i := range 12 {
		n, ok := v.Find(ftm.EntityID(fmt.Sprintf("n%02d", i)))
		if !ok {
			say("%d -", i)
			continue
		}
		first = n
		say("%d %s %v %v %v %v", i, v.ID(n), v.Members(n), v.Schemas(n), v.Degree(n, q.opt.Filter), v.Same(n))
	}
	say("kinds %v", v.Kinds())
	from, to := q.nodes(v, q.from), q.nodes(v, q.to)
	sp, err := v.ShortestPaths(t.Context(), from, to, q.opt)
	sayResult(say, v, "shortest", sp, err)
	bp, err := v.BestPaths(t.Context(), from, to, q.k, q.opt)
	sayResult(say, v, "best", bp, err)
	if len(from) > 0 {
		first = from[0]
	}
	c, err := v.Cycles(t.Context(), first, q.opt)
	sayResult(say, v, "cycles", c, err)
	x, err := v.Expand(t.Context(), from, 2, q.opt)
	say("expand %v %d", err, x.Expanded)
	for _, n := range x.Nodes {
		say(" %s %d", v.ID(n.Node), n.Dist)
	}
	for _, h := range x.Hops {
		sayHop(say, v, h)
	}
	sayLimits(say, v, x.Limits)
	tree, err := v.Reach(t.Context(), from, q.opt)
	if err != nil {
		t.Fatal(err)
	}
	say("reach %d", tree.Expanded)
	for _, n := range tree.Nodes {
		p, ok := tree.Path(n.Node)
		say(" %s %d %v", v.ID(n.Node), n.Dist, ok)
		sayPath(say, v, p)
	}
	sayLimits(say, v, tree.Limits)
	return b.String()
}

func sayResult(say func(string, ...any), v *View, name string, r Result, err error) {
	say("%s %v %d", name, err, r.Expanded)
	for _, p := range r.Paths {
		sayPath(say, v, p)
	}
	sayLimits(say, v, r.Limits)
}

func sayPath(say func(string, ...any), v *View, p Path) {
	say(" path %v", pathIDs(v, p))
	for _, h := range p.Hops {
		sayHop(say, v, h)
	}
}

func sayHop(say func(string, ...any), v *View, h Hop) {
	say("  hop %s %s %d %v %+v", v.ID(h.From), v.ID(h.To), h.Total, h.Kinds, h.Edges)
}

func sayLimits(say func(string, ...any), v *View, limits []Limit) {
	for _, l := range limits {
		var ids []ftm.EntityID
		for _, n := range l.Nodes {
			ids = append(ids, v.ID(n))
		}
		say(" limit %s %v %d %s", l.Kind, ids, l.Count, l.Text)
	}
}

func pathIDs(v *View, p Path) (out []ftm.EntityID) {
	for _, n := range p.Nodes {
		out = append(out, v.ID(n))
	}
	return out
}

func worlds(t *testing.T) int {
	if testing.Short() {
		return 300
	}
	return 3000
}

// What a sight sees of everything is what there would be without the rest:
// also when budgets bind.
func TestNoninterference(t *testing.T) {
	for seed := range worlds(t) {
		r := rand.New(rand.NewPCG(uint64(seed), 1))
		w, s := randomWorld(r, testClasses), randomSight(r, testClasses)
		who := randomIdentity(r)
		all, seen := w.graph(t, r).ViewAs(s, who), w.cut(s).graph(t, r).ViewAs(s, who)
		for range 3 {
			q := randomQuestion(r)
			if r.IntN(3) == 0 {
				q.opt.Budget = 1 + r.IntN(30)
				q.opt.MaxNodes = 1 + r.IntN(8)
			}
			got, want := transcript(t, all, q), transcript(t, seen, q)
			if got != want {
				t.Fatalf("seed %d, %+v: over everything\n%s\nover what is seen\n%s", seed, q, got, want)
			}
		}
	}
}

// Paths, cycles, distances and clusters are what trying everything finds.
func TestOracle(t *testing.T) {
	found := 0
	for seed := range worlds(t) {
		r := rand.New(rand.NewPCG(uint64(seed), 2))
		w, s := randomWorld(r, testClasses), randomSight(r, testClasses)
		who := randomIdentity(r)
		v, o := w.graph(t, r).ViewAs(s, who), newOracle(w, s, who)
		checkClusters(t, v, o)
		for range 3 {
			q := randomQuestion(r)
			o.ask()
			found += checkPaths(t, seed, v, o, q)
			checkDistances(t, seed, v, o, q)
		}
	}
	if found < worlds(t) {
		t.Errorf("only %d paths in all worlds: the test has rotted", found)
	}
}

func checkClusters(t *testing.T, v *View, o *oracle) {
	t.Helper()
	for i := range 12 {
		id := ftm.EntityID(fmt.Sprintf("n%02d", i))
		n, ok := v.Find(id)
		want, wantOK := o.canon[id]
		if ok != wantOK || (ok && v.ID(n) != want) {
			t.Fatalf("%s is %q (%v), want %q (%v)", id, v.ID(n), ok, want, wantOK)
		}
		var members []ftm.EntityID
		for m, c := range o.canon {
			if ok && c == want {
				members = append(members, m)
			}
		}
		slices.Sort(members)
		if ok && !slices.Equal(v.Members(n), members) {
			t.Fatalf("%s has members %v, want %v", id, v.Members(n), members)
		}
	}
}

func checkPaths(t *testing.T, seed int, v *View, o *oracle, q question) int {
	t.Helper()
	from, to := q.nodes(v, q.from), q.nodes(v, q.to)
	full := q.opt.withDefaults()

	got, err := v.ShortestPaths(t.Context(), from, to, q.opt)
	opt := full
	opt.Slack, opt.Weight = -1, nil
	comparePaths(t, seed, "shortest", v, o, got, err, o.paths(q.from, q.to, opt, false), opt, false)

	got, err = v.BestPaths(t.Context(), from, to, q.k, q.opt)
	opt = full
	opt.MaxPaths = q.k
	comparePaths(t, seed, "best", v, o, got, err, o.paths(q.from, q.to, opt, false), opt, false)
	n := len(got.Paths)

	if len(from) > 0 {
		got, err = v.Cycles(t.Context(), from[0], q.opt)
		opt = full
		if opt.Dir == Either {
			opt.Dir = Forward
		}
		id := []ftm.EntityID{v.ID(from[0])}
		comparePaths(t, seed, "cycles", v, o, got, err, o.paths(id, id, opt, true), opt, true)
		n += len(got.Paths)
	}
	return n
}

func comparePaths(t *testing.T, seed int, what string, v *View, o *oracle, got Result, err error, all []oraclePath, opt Options, cycle bool) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	want, more := first(all, opt)
	var a, b []string
	for _, p := range got.Paths {
		a = append(a, fmt.Sprint(pathIDs(v, p)))
	}
	for _, p := range want {
		b = append(b, fmt.Sprint(p.ids))
	}
	if !slices.Equal(a, b) {
		t.Fatalf("seed %d: %s paths %v, want %v; %+v", seed, what, a, b, opt)
	}
	if limited(got.Limits, LimitPaths) != more {
		t.Fatalf("seed %d: %s paths say more is %v, want %v", seed, what, !more, more)
	}
	for _, p := range got.Paths {
		for _, h := range p.Hops {
			want := o.refs(v.ID(h.From), v.ID(h.To), opt.Filter, cycle)
			checkHop(t, v, h, want, opt)
		}
	}
}

func checkHop(t *testing.T, v *View, h Hop, want []string, opt Options) {
	t.Helper()
	counts := map[string]int{}
	for _, r := range want {
		_, kind, _ := cutLast(r)
		counts[kind]++
	}
	listed := 0
	for _, k := range h.Kinds {
		if counts[k.Kind] != k.Count {
			t.Fatalf("hop has %v, want %v", h.Kinds, counts)
		}
		listed += min(k.Count, opt.MaxEdges)
	}
	if h.Total != len(want) || len(h.Kinds) != len(counts) || len(h.Edges) != listed {
		t.Fatalf("hop of %d edges, %d listed, %v; want %v", h.Total, len(h.Edges), h.Kinds, want)
	}
	for _, e := range h.Edges {
		if !slices.Contains(want, string(e.Ref)+" "+e.Kind) || !e.Valid(opt.AsOf) {
			t.Fatalf("hop has edge %+v, want among %v", e, want)
		}
	}
}

func limited(limits []Limit, kind string) bool {
	return slices.ContainsFunc(limits, func(l Limit) bool { return l.Kind == kind })
}

func checkDistances(t *testing.T, seed int, v *View, o *oracle, q question) {
	t.Helper()
	opt := q.opt.withDefaults()
	opt.MaxHops = 2
	want := o.distances(q.from, opt)
	x, err := v.Expand(t.Context(), q.nodes(v, q.from), 2, q.opt)
	if err != nil {
		t.Fatal(err)
	}
	compareDistances(t, seed, v, x.Nodes, want)
	for _, h := range x.Hops {
		checkHop(t, v, h, o.refs(v.ID(h.From), v.ID(h.To), opt.Filter, false), opt)
	}
	opt = q.opt.withDefaults()
	want = o.distances(q.from, opt)
	tree, err := v.Reach(t.Context(), q.nodes(v, q.from), q.opt)
	if err != nil {
		t.Fatal(err)
	}
	compareDistances(t, seed, v, tree.Nodes, want)
	for _, n := range tree.Nodes {
		p, ok := tree.Path(n.Node)
		if !ok || len(p.Hops) != n.Dist {
			t.Fatalf("seed %d: chain to %s has %d hops, want %d", seed, v.ID(n.Node), len(p.Hops), n.Dist)
		}
		for _, h := range p.Hops {
			checkHop(t, v, h, o.refs(v.ID(h.From), v.ID(h.To), opt.Filter, false), opt)
		}
	}
}

func compareDistances(t *testing.T, seed int, v *View, got []Reached, want map[ftm.EntityID]int) {
	t.Helper()
	for _, n := range got {
		if d, ok := want[v.ID(n.Node)]; !ok || d != n.Dist {
			t.Fatalf("seed %d: %s is %d hops away, want %d", seed, v.ID(n.Node), n.Dist, d)
		}
	}
	if len(got) != len(want) {
		t.Fatalf("seed %d: %d nodes reached, want %d", seed, len(got), len(want))
	}
}

func TestOrderOfInputDoesNotMatter(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		w := randomWorld(r, testClasses)
		if !bytes.Equal(w.encoded(t, r), w.encoded(t, r)) {
			t.Fatalf("seed %d: two orders, two files", seed)
		}
	}
}
