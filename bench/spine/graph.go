package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"overt/ftm"
	"overt/graph"
	"overt/pipeline"
	"overt/policy"
	"overt/statement"
)

// derive links the big store into a graph, as the worker of a home does.
func derive(ctx context.Context, j job) ([]table, error) {
	s, err := openStore(ctx, storeDir(j))
	if err != nil {
		return nil, err
	}
	defer func() { _ = s.Close() }()
	v, err := s.view(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = v.Close() }()
	path := filepath.Join(j.dir, "derived.og")
	watch := start()
	if err := pipeline.Derive(ctx, v, s.Epoch(), j.dir, path); err != nil {
		return nil, err
	}
	made, high := watch.lap(), peak()
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	watch.lap()
	g, err := graph.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = g.Close() }()
	opened := watch.lap()
	nodes, edges, same := g.Size()
	t := table{
		Title: fmt.Sprintf("Derive: the graph of %s statements", count(j.n)),
		Head:  []string{"step", "s", "cpu-s", "statements/s", "statements/cpu-s"},
	}
	t.add("read, link, sort, write", seconds(made.wall), seconds(made.cpu), rate(j.n, made.wall), rate(j.n, made.cpu))
	t.add("open: map and verify", seconds(opened.wall), seconds(opened.cpu), "", "")
	t.note("%s nodes, %s edges, %s links of identity; file %s MB; peak memory %s MB.",
		count(nodes), count(edges), count(same), megabytes(info.Size()), megabytes(high))
	return []table{t}, nil
}

// The made-up network: as graph's own benchmark has it.
const (
	networkClasses = 200
	networkQueries = 2000
)

// paths builds a network whose degrees fall off as a power law, and asks it
// for paths under a scope that sees three of four classes.
func paths(ctx context.Context, j job) ([]table, error) {
	edges, nodes := j.n, j.n/5
	sight, err := networkSight()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(j.dir, "network.og")
	watch := start()
	if err := weave(ctx, j.dir, path, edges, nodes); err != nil {
		return nil, err
	}
	made, high := watch.lap(), peak()
	g, err := graph.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = g.Close() }()
	opened := watch.lap()
	v := g.View(sight)
	viewed := watch.lap()
	t := table{
		Title: fmt.Sprintf("Paths in a network of %s edges and %s nodes, %d classes of which a scope sees %d", count(edges), count(nodes), networkClasses, len(sight.Classes())),
		Head:  []string{"what", "n", "p50 ms", "p99 ms", "max ms", "edges looked at", "paths found"},
	}
	t.add("build the file", "1", millis(made.wall), "", "", "", "")
	t.add("open and verify", "1", millis(opened.wall), "", "", "", "")
	t.add("view under the scope", "1", millis(viewed.wall), "", "", "", "")
	for _, q := range []struct {
		name string
		opt  graph.Options
	}{
		{"shortest paths, at most 6 hops", graph.Options{Filter: graph.Everything}},
		{"the same, with edges' direction", graph.Options{Filter: graph.Filter{AsOf: statement.NoDay, Dir: graph.Forward}}},
		{"the same, valid on one day", graph.Options{Filter: graph.Filter{AsOf: 18000}}},
	} {
		if err := ask(ctx, &t, v, q.name, q.opt, nodes); err != nil {
			return nil, err
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	t.note("File %s MB; peak memory while building %s MB.", megabytes(info.Size()), megabytes(high))
	return []table{t}, nil
}

// ask adds a row of questions between nodes picked evenly, so that most ends
// are small and some are hubs.
func ask(ctx context.Context, t *table, v *graph.View, name string, opt graph.Options, nodes int) error {
	r := rand.New(rand.NewPCG(10, 10))
	var looked, found int
	l, err := timedApart(networkQueries, func() func() error {
		from, to := anyNode(r, v, nodes), anyNode(r, v, nodes)
		return func() error {
			res, err := v.ShortestPaths(ctx, []graph.Node{from}, []graph.Node{to}, opt)
			looked += res.Expanded
			if len(res.Paths) > 0 {
				found++
			}
			return err
		}
	})
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	t.add(name, count(networkQueries), millis(l.at(0.5)), millis(l.at(0.99)), millis(l.at(1)),
		count(looked/networkQueries), fmt.Sprintf("%d %%", 100*found/networkQueries))
	return nil
}

func anyNode(r *rand.Rand, v *graph.View, nodes int) graph.Node {
	for {
		if n, ok := v.Find(nodeID(r.IntN(nodes))); ok {
			return n
		}
	}
}

func nodeID(n int) ftm.EntityID {
	id := make([]byte, 0, 32)
	id = append(id, "dataset-"...)
	id = strconv.AppendInt(id, int64(n%20), 10)
	id = append(id, '-')
	return ftm.EntityID(strconv.AppendUint(id, mix(uint64(n)), 16))
}

// powerLaw picks one of n with a probability that falls as rank to the power
// of -0.6: at 20 million ends the first has some 10,000.
func powerLaw(r *rand.Rand, n int) int { return int(float64(n) * math.Pow(r.Float64(), 1/(1-0.6))) }

// networkSight sees three of four classes, each a run of its own dataset.
func networkSight() (*statement.Sight, error) {
	var infos []statement.ClassInfo
	var seen []policy.Label
	for c := statement.Class(1); c <= networkClasses; c++ {
		run := &statement.Run{ID: 1, RunSpec: statement.RunSpec{Dataset: fmt.Sprintf("d%03d", c), Observed: day(int(c)), Extent: statement.Window}}
		info := statement.ClassInfo{Class: c, Run: run, Label: policy.Label{Dataset: run.Dataset}}
		if infos = append(infos, info); c%4 != 0 {
			seen = append(seen, info.Label)
		}
	}
	scope, err := rights(seen...)
	if err != nil {
		return nil, err
	}
	return statement.NewSight(scope, statement.When{}, infos), nil
}

// weave writes the network's file.
func weave(ctx context.Context, dir, path string, edges, nodes int) error {
	b := graph.NewBuilder(dir)
	defer func() { _ = b.Close() }()
	r := rand.New(rand.NewPCG(9, 9))
	alts := make([]graph.Alternatives, 2000)
	for i := range alts {
		for range 1 + r.IntN(2) {
			alts[i] = append(alts[i], []statement.Class{statement.Class(1 + r.IntN(networkClasses))})
		}
	}
	for n := range nodes {
		b.Node(nodeID(n), "Company", alts[n%len(alts)])
	}
	kinds := []string{"Ownership", "Obligation", "Directorship", "Names", "Hosting"}
	for i := range edges {
		err := b.Edge(graph.EdgeSpec{
			Source: nodeID(powerLaw(r, nodes)), Target: nodeID(powerLaw(r, nodes)), Kind: kinds[r.IntN(len(kinds))],
			Ref:      ftm.EntityID("action-" + strconv.Itoa(i) + "-" + strconv.FormatUint(uint64(r.Uint32()), 16)),
			Directed: true, Start: statement.Day(15000 + r.IntN(5000)), End: statement.NoDay, Alternatives: alts[r.IntN(len(alts))],
		})
		if err != nil {
			return err
		}
	}
	return b.WriteFile(ctx, path, graph.Stamp{Fingerprint: "made up"})
}

// timedApart is timed for calls whose making is not to be measured.
func timedApart(n int, prepare func() func() error) (latencies, error) {
	out := make(latencies, 0, n)
	for range n {
		f := prepare()
		begin := time.Now()
		if err := f(); err != nil {
			return nil, err
		}
		out = append(out, time.Since(begin))
	}
	return out.sorted(), nil
}
