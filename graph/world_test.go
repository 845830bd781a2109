package graph

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"overt/ftm"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

// A world is what a caller would read from the statements.
type world struct {
	nodes []nodeDecl
	edges []EdgeSpec
	same  []sameDecl
}

type nodeDecl struct {
	id     ftm.EntityID
	schema string
	alts   Alternatives
}

type sameDecl struct {
	a, b   ftm.EntityID
	alts   Alternatives
	reason string
}

// memFile is an outFile in memory.
type memFile struct{ b []byte }

func (f *memFile) Write(p []byte) (int, error) {
	f.b = append(f.b, p...)
	return len(p), nil
}

func (f *memFile) WriteAt(p []byte, off int64) (int, error) { return copy(f.b[off:], p), nil }

// encoded builds the world, in an order that r picks, into the bytes of a file.
func (w world) encoded(t testing.TB, r *rand.Rand) []byte {
	t.Helper()
	b := NewBuilder("") // emptied by Close; a directory for each world would cost more than the world
	defer func() { _ = b.Close() }()
	var calls []func()
	for _, n := range w.nodes {
		calls = append(calls, func() { b.Node(n.id, n.schema, n.alts) })
	}
	for _, e := range w.edges {
		calls = append(calls, func() {
			if err := b.Edge(e); err != nil {
				t.Fatal(err)
			}
		})
	}
	for _, s := range w.same {
		calls = append(calls, func() { b.Same(s.a, s.b, s.alts, s.reason) })
	}
	if r != nil {
		r.Shuffle(len(calls), func(i, j int) { calls[i], calls[j] = calls[j], calls[i] })
	}
	for _, c := range calls {
		c()
	}
	if b.err != nil {
		t.Fatal(b.err)
	}
	g, release, err := b.settle(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	f := &memFile{}
	if err := g.encode(f, Stamp{Epoch: 7, Fingerprint: "f"}); err != nil {
		t.Fatal(err)
	}
	return f.b
}

func (w world) graph(t testing.TB, r *rand.Rand) *Graph {
	t.Helper()
	g, err := decode(w.encoded(t, r))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// cut keeps what a sight sees, and nothing else.
func (w world) cut(s *statement.Sight) world {
	keep := func(a Alternatives) (out Alternatives) {
		for _, all := range a {
			if seesAll(s, all) {
				out = append(out, all)
			}
		}
		return out
	}
	var out world
	for _, n := range w.nodes {
		if n.alts = keep(n.alts); n.alts != nil {
			out.nodes = append(out.nodes, n)
		}
	}
	for _, e := range w.edges {
		if e.Alternatives = keep(e.Alternatives); e.Alternatives != nil {
			out.edges = append(out.edges, e)
		}
	}
	for _, l := range w.same {
		if l.alts = keep(l.alts); l.alts != nil {
			out.same = append(out.same, l)
		}
	}
	return out
}

// sightOf sees the given classes out of all; class c is the run of a dataset
// of its own, or of one that it shares with its neighbour.
func sightOf(r *rand.Rand, classes int, sees ...statement.Class) *statement.Sight {
	var infos []statement.ClassInfo
	var labels []policy.Label
	for c := statement.Class(1); int(c) <= classes; c++ {
		run := &statement.Run{RunSpec: statement.RunSpec{
			Dataset: fmt.Sprintf("d%d", c/2), Extent: statement.Full,
			Observed: fmt.Sprintf("2020-01-%02d", 1+r.IntN(20)),
		}}
		if r.IntN(4) == 0 {
			run.Extent = statement.Window
		}
		label := policy.Label{Dataset: run.Dataset}
		if r.IntN(3) == 0 {
			label.Marks = []string{fmt.Sprintf("m%d", c)}
		}
		infos = append(infos, statement.ClassInfo{Class: c, Run: run, Label: label})
		if slices.Contains(sees, c) {
			labels = append(labels, label)
		}
	}
	return statement.NewSight(policytest.Scope(labels...), statement.When{}, infos)
}

func day(s string) statement.Day { return statement.DayOf(s) }

func randomAlts(r *rand.Rand, classes int) Alternatives {
	out := make(Alternatives, 1+r.IntN(2))
	for i := range out {
		for range 1 + r.IntN(2) {
			out[i] = append(out[i], statement.Class(1+r.IntN(classes)))
		}
	}
	return out
}

func randomDay(r *rand.Rand) statement.Day {
	if r.IntN(2) == 0 {
		return statement.NoDay
	}
	return day("2020-01-01") + statement.Day(r.IntN(24))
}

func randomWorld(r *rand.Rand, classes int) world {
	var w world
	n := 2 + r.IntN(11)
	id := func() ftm.EntityID { return ftm.EntityID(fmt.Sprintf("n%02d", r.IntN(n))) }
	for range r.IntN(n + 1) {
		w.nodes = append(w.nodes, nodeDecl{id(), []string{"Company", "Person"}[r.IntN(2)], randomAlts(r, classes)})
	}
	kinds := []string{"Ownership", "Obligation", "Contract:authority"}
	for i := range n + r.IntN(3*n) {
		e := EdgeSpec{
			Source: id(), Target: id(), Kind: kinds[r.IntN(3)], Directed: r.IntN(3) > 0,
			Start: randomDay(r), End: randomDay(r), Alternatives: randomAlts(r, classes),
		}
		switch r.IntN(4) {
		case 0:
			e.Ref, e.Prop = e.Source, "authority"
		case 1:
			e.Ref = e.Target
		default:
			e.Ref = ftm.EntityID(fmt.Sprintf("e%d", i))
		}
		w.edges = append(w.edges, e)
		if r.IntN(6) == 0 {
			e.Alternatives = randomAlts(r, classes)
			w.edges = append(w.edges, e)
		}
	}
	if r.IntN(2) == 0 {
		for range r.IntN(5) {
			w.same = append(w.same, sameDecl{id(), id(), randomAlts(r, classes), []string{"judged", "number"}[r.IntN(2)]})
		}
	}
	return w
}

// randomIdentity says of some ids, visible or not, who is who; mostly nothing.
func randomIdentity(r *rand.Rand) (who Identity) {
	if r.IntN(3) > 0 {
		return Identity{}
	}
	id := func() ftm.EntityID { return ftm.EntityID(fmt.Sprintf("n%02d", r.IntN(13))) }
	for range r.IntN(3) {
		who.Must = append(who.Must, [2]ftm.EntityID{id(), id()})
	}
	for range r.IntN(4) {
		who.Cannot = append(who.Cannot, [2]ftm.EntityID{id(), id()})
	}
	for range r.IntN(3) {
		var group []ftm.EntityID
		for range 2 + r.IntN(3) {
			group = append(group, id())
		}
		who.Same = append(who.Same, group)
	}
	return who
}

func randomSight(r *rand.Rand, classes int) *statement.Sight {
	var sees []statement.Class
	for c := 1; c <= classes; c++ {
		if r.IntN(6) > 0 {
			sees = append(sees, statement.Class(c))
		}
	}
	return sightOf(r, classes, sees...)
}

func writeTemp(t testing.TB, b []byte) string {
	t.Helper()
	path := t.TempDir() + "/g"
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
