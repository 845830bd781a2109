package pipeline

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/graph"
	"overt/policy"
	"overt/policy/policytest"
	"overt/resolve"
	"overt/resolve/judge"
	"overt/statement"
)

// namesakes adds registers of companies and people to a world, some of them the
// same, and what people judged about them: under one label, or in two halves.
func (w *world) namesakes(t testing.TB) {
	names := []string{"Northmoor Ferry Company Limited", "Northmoor Ferry Co Ltd", "Harbour Trust Ltd", "The Harbour Trust", "Quay Chandlers Limited", "Quay Chandlers Ltd"}
	var ids []ftm.EntityID
	var of []policy.Label
	for i := range 3 {
		label := pick(w.Rand, w.labels)
		r := worldRun{spec: statement.RunSpec{Dataset: label.Dataset, Format: "ftm", Token: fmt.Sprint("names", i), Observed: "2024-01-01", Imported: "2026-01-02T03:04:05Z", Extent: statement.Window, Series: "names"}, undone: w.IntN(8) == 0}
		for range 4 {
			id := ftm.EntityID(w.ref("co", 9))
			say := []string{"name", pick(w.Rand, names), "jurisdiction", "gb", "registrationNumber", pick(w.Rand, []string{"04411223", "05512345", "06613456"}), "phone", pick(w.Rand, []string{"+441632960001", "+441632960002"})}
			r.adds = append(r.adds, worldAdd{label, id, w.statements("Company", string(id), say)})
			ids, of = append(ids, id), append(of, label)
		}
		r.spec.Sources = w.runs[0].spec.Sources
		w.runs = append(w.runs, r)
	}
	for i := range 3 {
		a, b := w.IntN(len(ids)), w.IntN(len(ids))
		if ids[a] == ids[b] {
			continue
		}
		if ids[a] > ids[b] {
			a, b = b, a
		}
		j := judge.Judgement{
			ID: fmt.Sprint("judgement-", i), Left: ids[a], Right: ids[b], Verdict: pick(w.Rand, []judge.Verdict{judge.Positive, judge.Positive, judge.Negative}),
			Author: "local:tester", At: time.Date(2026, 1, 2+i, 0, 0, 0, 0, time.UTC), Reason: "so it is",
		}
		adds := []worldAdd{{of[a], ftm.EntityID(j.ID), resolve.JudgementStatements(&j)}}
		if of[a].Key() != of[b].Key() {
			left, right, err := resolve.JudgementShares(&j)
			must(t, err)
			adds = []worldAdd{{of[a], ftm.EntityID(j.ID), left}, {of[b], ftm.EntityID(j.ID), right}}
		}
		undone := w.IntN(5) == 0
		for k, add := range adds {
			w.runs = append(w.runs, worldRun{adds: []worldAdd{add}, undone: undone, spec: statement.RunSpec{
				Dataset: add.label.Dataset, Format: resolve.JudgementFormat, Token: fmt.Sprint("judged", i, k), Observed: "2026-01-02", Imported: "2026-01-02T03:04:05Z",
				Extent: statement.Window, Series: "judgements of local:tester",
			}})
		}
	}
}

// resolved resolves what a desk shows, as overt resolve does, and lays the desk
// with it; spread stands for a resolver that sees more than the desk.
func (f *filled) resolved(t testing.TB, d *gate.Desk, g *graph.Graph, spread *gate.Desk) []string {
	t.Helper()
	known, err := resolve.JudgedIdentity(t.Context(), d.View, d.View.Sight(), nil)
	must(t, err)
	d.Lay(g, known)
	of := d
	if spread != nil {
		of = spread
	}
	kept := resolve.NewKept(filepath.Join(t.TempDir(), "resolved"))
	d.Kept, of.Kept = kept, kept
	r, err := NewResolver(t.Context(), of, Resolution{Threads: 1})
	must(t, err)
	result, err := r.Resolve(t.Context(), time.Time{})
	must(t, err)
	if spread != nil {
		result.Head = resolve.HeadOf(d.View.Sight())
	}
	must(t, kept.Put(result))
	must(t, r.keep())
	id, err := resolve.ReadIdentity(t.Context(), d.View, d.Scope, nil, kept)
	must(t, err)
	d.Lay(g, id)
	var out []string
	for _, group := range id.Groups() {
		out = append(out, fmt.Sprint(group))
	}
	return out
}

// clusterQuestions ask who is who, in several ways.
func (w *world) clusterQuestions() []question {
	var out []question
	for i := range 9 {
		id := fmt.Sprint("co", 1+i)
		out = append(out, question{"show " + id, func(ctx context.Context, d *gate.Desk) (any, error) { return answer.Show(ctx, d, id, 1, true) }})
	}
	a, b := ftm.EntityID(w.ref("co", 4)), ftm.EntityID("co"+fmt.Sprint(5+w.IntN(5)))
	out = append(out, question{fmt.Sprint("why ", a, b), func(ctx context.Context, d *gate.Desk) (any, error) { return FindWhy(ctx, d, a, b) }})
	return append(out, question{"judgements", func(ctx context.Context, d *gate.Desk) (any, error) {
		return answer.ReadJudgements(ctx, d, answer.JudgementsOf{Lines: true})
	}})
}

// feltClusters asks one world whole and cut, and tells how a hidden thing is felt.
func feltClusters(t testing.TB, dir string, seed uint64, leaky bool) (felt string, groups int) {
	t.Helper()
	w := newWorld(seed)
	w.namesakes(t)
	all := policytest.ReadOnly(w.labels...)
	whole := w.fill(t, w.order(), func(policy.Label) bool { return true })
	g, worker := whole.derived(t, dir, all, "")
	defer func() { must(t, errors.Join(worker.Close(), g.Close())) }()
	scope := w.scope()
	got := whole.lay(t, g, scope, statement.When{})
	var spread *gate.Desk
	if leaky {
		spread = whole.lay(t, g, all, statement.When{})
		known, err := resolve.JudgedIdentity(t.Context(), spread.View, spread.View.Sight(), nil)
		must(t, err)
		spread.Lay(g, known)
		defer func() { must(t, spread.View.Close()) }()
	}
	is := whole.resolved(t, got, g, spread)
	cut := w.fill(t, w.order(), scope.Sees)
	small, smallWorker := cut.derived(t, dir, all, "")
	want := cut.lay(t, small, scope, statement.When{})
	should := cut.resolved(t, want, small, nil)
	defer func() { must(t, errors.Join(got.View.Close(), want.View.Close(), smallWorker.Close(), small.Close())) }()
	if !slices.Equal(is, should) {
		return fmt.Sprintf("clusters %v, if the rest were absent %v", is, should), len(is)
	}
	for _, q := range w.clusterQuestions() {
		if a, b := whole.told(t, q, got), cut.told(t, q, want); a != b {
			return q.text + "\n" + differ(b, a), len(is)
		}
	}
	return "", len(is)
}

// TestResolveOracle: clusters, reasons, explanations and judgements under a scope
// are those over a store that holds only what the scope shows.
func TestResolveOracle(t *testing.T) {
	dir, groups := memoryDir(t), 0
	for seed := range worlds(40, 10) {
		felt, n := feltClusters(t, dir, uint64(seed), false)
		if groups += n; felt != "" {
			t.Fatalf("world %d: a hidden thing is felt:\n%s", seed, felt)
		}
	}
	if groups == 0 {
		t.Error("nothing was found to be one in any world")
	}
	t.Logf("%d clusters", groups)
}

// TestResolveOracleFeels: the oracle would feel a resolver that sees all.
func TestResolveOracleFeels(t *testing.T) {
	dir := memoryDir(t)
	for seed := range 40 {
		if felt, _ := feltClusters(t, dir, uint64(seed), true); felt != "" {
			return
		}
	}
	t.Error("a resolver that sees everything is not felt in 40 worlds")
}
