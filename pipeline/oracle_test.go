package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/answer"
	"overt/extract/open"
	"overt/ftm"
	"overt/gate"
	"overt/graph"
	"overt/money"
	"overt/policy"
	"overt/policy/policytest"
	"overt/search"
	"overt/statement"
)

// derived builds the graph as a worker who may see everything does.
func (f *filled) derived(t testing.TB, dir string, all policy.Scope, tamper leak) (*graph.Graph, statement.View) {
	t.Helper()
	worker, err := f.store.View(t.Context(), all, statement.When{})
	must(t, err)
	path := filepath.Join(dir, "graph")
	must(t, tamper.derive(t.Context(), worker, f.store.Epoch(), dir, path))
	g, err := graph.Open(path)
	must(t, err)
	must(t, os.Remove(path)) // it stays mapped
	return g, worker
}

// lay does what the gate does for a question.
func (f *filled) lay(t testing.TB, g *graph.Graph, scope policy.Scope, when statement.When) *gate.Desk {
	t.Helper()
	view, err := f.store.View(t.Context(), scope, when)
	must(t, err)
	d := &gate.Desk{View: view, Ledger: &f.ledger, Blobs: &f.blobs, Scope: scope}
	if g != nil {
		d.Graph = g.View(view.Sight())
	}
	if f.index != nil {
		d.Index = func(context.Context) (search.Searcher, error) {
			return search.In(f.index, search.NewView(view.Sight())), nil
		}
	}
	d.Runs, err = f.store.Runs(t.Context(), scope)
	must(t, err)
	return d
}

// A question is asked of a desk; its answer is anything that can be written as
// JSON.
type question struct {
	text string
	ask  func(context.Context, *gate.Desk) (any, error)
}

// questions picks some of everything that can be asked.
func (w *world) questions(n int) []question {
	var out []question
	for range n {
		out = append(out, w.question())
	}
	return append(out,
		question{"coverage", func(ctx context.Context, d *gate.Desk) (any, error) { return answer.ReadCoverage(ctx, d, "", 5) }},
		question{"conflicts", func(ctx context.Context, d *gate.Desk) (any, error) { return answer.FindConflicts(ctx, d, "", "", 2) }},
		question{"known", askKnown},
		question{"runs", func(_ context.Context, d *gate.Desk) (any, error) { return answer.ListRuns(d, ""), nil }},
	)
}

// askKnown asks of everybody of the world, as if he were to come in under another id.
func askKnown(ctx context.Context, d *gate.Desk) (any, error) {
	var out []answer.Known
	for _, x := range words {
		stmts := []statement.Statement{{Entity: ftm.EntityID(x), Schema: "Agency", Prop: "name", Value: x}, {Entity: ftm.EntityID(x), Schema: "Agency", Prop: "uniqueEntityId", Value: x}, {Entity: ftm.EntityID(x), Schema: "Agency", Prop: "dunsCode", Value: x}}
		known, more, err := answer.KnownAs(ctx, d, stmts)
		if err != nil {
			return nil, err
		}
		if more {
			known = append(known, answer.Known{How: "more"})
		}
		out = append(out, known...)
	}
	return out, nil
}

func (w *world) question() question {
	a, b := pick(w.Rand, words), pick(w.Rand, words)
	dataset := pick(w.Rand, w.labels).Dataset
	switch w.IntN(15) {
	case 12:
		o := w.traceOptions()
		to := pick(w.Rand, []string{"", b})
		return question{fmt.Sprintf("flow %s → %s %+v", a, to, o), func(ctx context.Context, d *gate.Desk) (any, error) { return answer.FindFlow(ctx, d, a, to, o) }}
	case 13:
		o, opening := w.traceOptions(), answer.Opening{ID: ftm.EntityID(b), Kind: pick(w.Rand, []string{"Obligation", "Ownership", "Names"}), Inbound: w.IntN(2) == 0, Count: 3}
		return question{fmt.Sprintf("network %s, %s %+v %+v", a, b, opening, o), func(ctx context.Context, d *gate.Desk) (any, error) {
			return answer.FindNetwork(ctx, d, []string{a, b}[:1+len(o.AsOf)%2], []answer.Opening{opening}, o)
		}}
	case 14:
		o := w.traceOptions()
		who := pick(w.Rand, []string{"", b})
		return question{fmt.Sprintf("matrix %s, %s %+v", a, who, o), func(ctx context.Context, d *gate.Desk) (any, error) { return answer.FindReachMatrix(ctx, d, a, who, o) }}
	case 8:
		words, kind := pick(w.Rand, []string{a, a, dataset}), pick(w.Rand, append([]string{"", ""}, answer.ConflictKinds...))
		return question{fmt.Sprintf("conflicts %s %s", words, kind), func(ctx context.Context, d *gate.Desk) (any, error) {
			return answer.FindConflicts(ctx, d, words, kind, 1)
		}}
	case 0:
		return question{"find " + a, func(ctx context.Context, d *gate.Desk) (any, error) { return answer.Find(ctx, d, a) }}
	case 1, 2:
		n, all := w.IntN(4)-1, w.IntN(2) == 0
		return question{fmt.Sprint("show ", a, n, all), func(ctx context.Context, d *gate.Desk) (any, error) { return answer.Show(ctx, d, a, n, all) }}
	case 3, 4:
		o := w.traceOptions()
		return question{fmt.Sprintf("trace %s → %s %+v", a, b, o), func(ctx context.Context, d *gate.Desk) (any, error) { return answer.FindTrace(ctx, d, a, b, o) }}
	case 5:
		o := w.traceOptions()
		way := pick(w.Rand, []string{"to", "from", "both"})
		return question{fmt.Sprintf("reach %s %s %+v", way, a, o), func(ctx context.Context, d *gate.Desk) (any, error) { return answer.FindReach(ctx, d, a, way, o) }}
	case 6:
		if w.IntN(4) > 0 {
			return w.question()
		}
		blob := string(pick(w.Rand, w.runs).spec.Sources[0].Blob)[:10]
		return question{"cite " + blob, func(ctx context.Context, d *gate.Desk) (any, error) {
			return answer.Cite(ctx, d, open.Here{}, blob, overt.Locator{Row: 2, Column: "a"})
		}}
	case 7:
		return question{"coverage " + dataset, func(ctx context.Context, d *gate.Desk) (any, error) { return answer.ReadCoverage(ctx, d, dataset, 5) }}
	}
	return w.sum(a, b)
}

func (w *world) traceOptions() answer.TraceOptions {
	return answer.TraceOptions{
		Via: pick(w.Rand, []string{"", "any", "money", "hosting", "ownership", "data"}), Hops: w.IntN(7), Paths: 1 + w.IntN(4), Shortest: w.IntN(2) == 0,
		AsOf: pick(w.Rand, []string{"", "", "2023-11-01", "2024-07-01", "2022"}), HubsToo: w.IntN(4) == 0, Edges: w.IntN(4), Today: statement.DayOf("2026-01-01"),
	}
}

func (w *world) sum(from, to string) question {
	q := money.Query{Kind: pick(w.Rand, money.Kinds), By: pick(w.Rand, money.Bys), Citations: w.IntN(4) - 1, AsOf: statement.NoDay}
	if w.IntN(4) == 0 {
		q.AsOf = statement.DayOf("2023-06-01")
	}
	for _, side := range []*string{&from, &to} {
		if w.IntN(3) > 0 {
			*side = ""
		}
	}
	return question{fmt.Sprintf("money %q → %q %+v", from, to, q), func(ctx context.Context, d *gate.Desk) (any, error) {
		q := q
		for _, side := range []struct {
			words string
			ids   *[]ftm.EntityID
		}{{from, &q.From}, {to, &q.To}} {
			if side.words == "" {
				continue
			}
			f, err := answer.Find(ctx, d, side.words)
			if err != nil {
				return nil, err
			}
			*side.ids = f.Members
		}
		return money.NewLedger(d.View, d.Graph).Sum(ctx, q)
	}}
}

// told writes an answer, or the words of its refusal. Numbers of runs stand as
// the run's token and numbers of ledger entries not at all: a store that never
// held the hidden runs counts on without them, and that a number is missing
// says no more than that something was imported.
func (f *filled) told(t testing.TB, q question, d *gate.Desk) string {
	t.Helper()
	a, err := q.ask(t.Context(), d)
	if err != nil {
		return fmt.Sprintf("%s: %s", overt.CodeOf(err), err)
	}
	if c, ok := a.(*answer.Coverage); ok {
		for i := range c.Datasets {
			c.Datasets[i].Runs = nil // each file says its own
		}
	}
	raw, err := json.Marshal(a)
	must(t, err)
	return f.masked(string(raw))
}

// masked replaces the numbers behind "run": and "id":.
func (f *filled) masked(s string) string {
	var b strings.Builder
	for {
		i := strings.Index(s, `":`)
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		i += len(`":`)
		b.WriteString(s[:i])
		run, id := strings.HasSuffix(s[:i], `"run":`), strings.HasSuffix(s[:i], `"id":`)
		s = s[i:]
		if n := len(s) - len(strings.TrimLeft(s, "0123456789")); n > 0 && (run || id) {
			token := "0" // an entry's
			if run {
				token = strconv.Quote(f.tokens[s[:n]])
			}
			b.WriteString(token)
			s = s[n:]
		}
	}
}

// worlds is how many a test tries.
func worlds(full, short int) int {
	if testing.Short() {
		return short
	}
	return full
}

// scopes is how many scopes look at one world.
const scopes = 3

// hidden asks one world under some scopes, whole and cut, and tells how a
// hidden thing is felt; "" when it is not.
func hidden(t testing.TB, dir string, seed uint64, tamper leak) string {
	t.Helper()
	w := newWorld(seed)
	all := policytest.ReadOnly(w.labels...)
	whole := w.fill(t, w.order(), func(policy.Label) bool { return true })
	whole.searchable(t, all, inMemory)
	g, worker := whole.derived(t, dir, all, tamper)
	defer func() { must(t, errors.Join(worker.Close(), g.Close())) }()
	for range scopes {
		scope, when := w.scope(), statement.When{KnownAt: pick(w.Rand, []string{"", "", "", "2024-01-01"})}
		got := whole.lay(t, g, scope, when)
		must(t, tamper.desk(t.Context(), got, whole, g, worker, all))
		tamper.searchDesk(got, whole, worker, w)
		cut := w.fill(t, w.order(), scope.Sees)
		cut.searchable(t, all, inMemory)
		small, smallWorker := cut.derived(t, dir, all, "")
		want := cut.lay(t, small, scope, when)
		felt := ""
		questions := w.searches(2)
		if !slices.Contains(searchLeaks, tamper) {
			questions = append(questions, w.questions(12)...)
		}
		for _, q := range questions {
			if g, c := whole.told(t, q, got), cut.told(t, q, want); g != c {
				felt = fmt.Sprintf("%s\n%s", q.text, differ(c, g))
				break
			}
		}
		must(t, errors.Join(got.View.Close(), want.View.Close(), small.Close(), smallWorker.Close()))
		if felt != "" {
			return felt
		}
	}
	return ""
}

// differ shows two JSON texts against each other.
func differ(want, got string) string {
	var a, b any
	if json.Unmarshal([]byte(want), &a) != nil || json.Unmarshal([]byte(got), &b) != nil {
		return fmt.Sprintf("-%s\n+%s", want, got)
	}
	return cmp.Diff(a, b)
}

// TestOracle holds rule 2 of the design through the whole stack: what is
// answered over everything under a scope is what is answered over a store that
// holds only what the scope shows.
func TestOracle(t *testing.T) {
	n, start := worlds(2_500, 60), time.Now()
	dir := memoryDir(t)
	for seed := range n {
		if felt := hidden(t, dir, uint64(seed), ""); felt != "" {
			t.Fatalf("world %d: a hidden thing is felt (-as if absent +with it):\n%s", seed, felt)
		}
	}
	t.Logf("%d worlds under %d scopes each in %v", n, scopes, time.Since(start).Round(time.Millisecond))
}

// TestDerivedAgain: a graph built anew is the same file.
func TestDerivedAgain(t *testing.T) {
	dir := memoryDir(t)
	for seed := range worlds(200, 20) {
		w := newWorld(uint64(seed))
		all := policytest.ReadOnly(w.labels...)
		f := w.fill(t, w.order(), func(policy.Label) bool { return true })
		var files [2][]byte
		for i := range files {
			view, err := f.store.View(t.Context(), all, statement.When{})
			must(t, err)
			path := filepath.Join(dir, fmt.Sprint("g", i))
			must(t, Derive(t.Context(), view, 7, dir, path))
			must(t, view.Close())
			files[i], err = os.ReadFile(path)
			must(t, err)
		}
		if !slices.Equal(files[0], files[1]) {
			t.Fatalf("world %d: the graph built again differs", seed)
		}
	}
}

func (w *world) order() []int {
	out := make([]int, len(w.runs))
	for i := range out {
		out[i] = i
	}
	return out
}

// TestOrderOfImports: what is answered does not depend on which run came in
// first, so long as each was observed on a day of its own. (Of two runs of one
// day the later import is the newer; that is the only order there is.)
func TestOrderOfImports(t *testing.T) {
	dir := memoryDir(t)
	for seed := range worlds(150, 15) {
		w := newWorld(uint64(seed))
		for i := range w.runs {
			w.runs[i].spec.Observed = fmt.Sprintf("2024-01-%02d", 1+i)
		}
		all := policytest.ReadOnly(w.labels...)
		questions := w.questions(25)
		var answers [2][]string
		for i, order := range [][]int{w.order(), w.Perm(len(w.runs))} {
			f := w.fill(t, order, func(policy.Label) bool { return true })
			g, worker := f.derived(t, dir, all, "")
			d := f.lay(t, g, all, statement.When{})
			for _, q := range questions {
				answers[i] = append(answers[i], sorted(t, f.told(t, q, d)))
			}
			must(t, errors.Join(d.View.Close(), worker.Close(), g.Close()))
		}
		for i, q := range questions {
			if answers[0][i] != answers[1][i] {
				t.Fatalf("world %d, %s (-in order +in another):\n%s", seed, q.text, differ(answers[0][i], answers[1][i]))
			}
		}
	}
}

// sorted leaves out how much was new when a run came in, which is the order
// itself, and puts the citations of each value, the files of a ledger, and lists of
// runs and statements into an order that does not come from numbers of runs.
func sorted(t testing.TB, text string) string {
	t.Helper()
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return text
	}
	raw, err := json.Marshal(inOrder(v, ""))
	must(t, err)
	return string(raw)
}

func inOrder(v any, key string) any {
	switch v := v.(type) {
	case map[string]any:
		delete(v, "new")
		for k := range v {
			v[k] = inOrder(v[k], k)
		}
	case []any:
		for i := range v {
			v[i] = inOrder(v[i], key)
		}
		if slices.Contains([]string{"citations", "files", "failed", "left", "runs", "statements", "not_seen", "warnings", "repeated", "reasons"}, key) {
			slices.SortFunc(v, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		}
	}
	return v
}

// TestWorldsDisagree: the worlds that the oracle asks hold conflicts of every
// kind, so that it would feel one that tells of hidden things.
func TestWorldsDisagree(t *testing.T) {
	dir, found := memoryDir(t), map[string]int{}
	for seed := range 150 {
		w := newWorld(uint64(seed))
		all := policytest.ReadOnly(w.labels...)
		f := w.fill(t, w.order(), func(policy.Label) bool { return true })
		g, worker := f.derived(t, dir, all, "")
		d := f.lay(t, g, all, statement.When{})
		c, err := answer.FindConflicts(t.Context(), d, "", "", 1)
		must(t, err)
		for kind, n := range c.Counts {
			found[kind] += n
		}
		must(t, errors.Join(d.View.Close(), worker.Close(), g.Close()))
	}
	t.Logf("%v", found)
	for _, kind := range answer.ConflictKinds {
		if found[kind] == 0 {
			t.Errorf("no conflict of %s in 150 worlds", kind)
		}
	}
}
