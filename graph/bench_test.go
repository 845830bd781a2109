package graph

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"overt/ftm"
	"overt/statement"
)

// Figures: go test ./graph -run '^$' -bench . -benchtime 1x -timeout 20m
// GRAPH_BENCH_EDGES and GRAPH_BENCH_NODES set other sizes than ten and two
// million.

func benchSize(name string, usual int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil && n > 0 {
		return n
	}
	return usual
}

const benchClasses = 200

// benchSight sees three of four classes.
func benchSight() *statement.Sight {
	var sees []statement.Class
	for c := statement.Class(1); c <= benchClasses; c++ {
		if c%4 != 0 {
			sees = append(sees, c)
		}
	}
	return sightOf(rand.New(rand.NewPCG(8, 8)), benchClasses, sees...)
}

// powerLaw picks one of n with probability falling as rank to the power -0.6:
// at 20 million ends the first has some 10,000, and the usual node a handful.
func powerLaw(r *rand.Rand, n int) int {
	return int(float64(n) * math.Pow(r.Float64(), 1/(1-0.6)))
}

func benchID(n int) ftm.EntityID {
	return ftm.EntityID(fmt.Sprintf("dataset-%02d-%016x", n%20, uint64(n)*0x9e3779b97f4a7c15))
}

func feed(b *testing.B, g *Builder, edges, nodes int) {
	r := rand.New(rand.NewPCG(9, 9))
	alts := make([]Alternatives, 2000)
	for i := range alts {
		alts[i] = randomAlts(r, benchClasses)
	}
	for n := range nodes {
		g.Node(benchID(n), "Company", alts[n%len(alts)])
	}
	kinds := []string{"Ownership", "Obligation", "Directorship", "Names", "Hosting"}
	for i := range edges {
		e := EdgeSpec{
			Source: benchID(powerLaw(r, nodes)), Target: benchID(powerLaw(r, nodes)),
			Kind: kinds[r.IntN(len(kinds))], Ref: ftm.EntityID(fmt.Sprintf("action-%09d-%08x", i, r.Uint32())),
			Directed: true, Start: statement.Day(15000 + r.IntN(5000)), End: statement.NoDay,
			Alternatives: alts[r.IntN(len(alts))],
		}
		if err := g.Edge(e); err != nil {
			b.Fatal(err)
		}
	}
	for range nodes / 50 {
		g.Same(benchID(r.IntN(nodes)), benchID(r.IntN(nodes)), alts[r.IntN(len(alts))], "judgement")
	}
}

func benchFile(b *testing.B) string {
	b.Helper()
	dir := b.TempDir()
	g := NewBuilder(dir)
	feed(b, g, benchSize("GRAPH_BENCH_EDGES", 10_000_000), benchSize("GRAPH_BENCH_NODES", 2_000_000))
	path := filepath.Join(dir, "g")
	if err := g.WriteFile(b.Context(), path, Stamp{}); err != nil {
		b.Fatal(err)
	}
	return path
}

func benchGraph(b *testing.B) *Graph {
	b.Helper()
	g, err := Open(benchFile(b))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = g.Close() })
	runtime.GC()
	return g
}

func BenchmarkBuild(b *testing.B) {
	for b.Loop() {
		start := time.Now()
		path := benchFile(b)
		b.ReportMetric(time.Since(start).Seconds(), "s/build")
		if info, err := os.Stat(path); err == nil {
			b.ReportMetric(float64(info.Size())/1e6, "MB/file")
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.Sys)/1e6, "MB/sys")
		start = time.Now()
		g, err := Open(path)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s/open")
		_ = g.Close()
	}
}

func BenchmarkQueries(b *testing.B) {
	g := benchGraph(b)
	s := benchSight()
	b.Run("view", func(b *testing.B) {
		for b.Loop() {
			g.View(s)
		}
	})
	v := g.View(s)
	for _, q := range []struct {
		name string
		opt  Options
	}{
		{"shortest", Options{Filter: Everything}},
		{"forward", Options{Filter: Filter{AsOf: statement.NoDay, Dir: Forward}}},
		{"dated", Options{Filter: Filter{AsOf: 18000}}},
	} {
		b.Run(q.name, func(b *testing.B) { benchPaths(b, v, q.opt) })
	}
}

// benchPaths asks for paths between nodes picked evenly, so that most ends are
// small and some are hubs.
func benchPaths(b *testing.B, v *View, opt Options) {
	r := rand.New(rand.NewPCG(10, 10))
	var times []time.Duration
	var expanded, paths, hops float64
	for b.Loop() {
		for range 2000 {
			from, to := v.anyNode(r), v.anyNode(r)
			start := time.Now()
			res, err := v.ShortestPaths(b.Context(), []Node{from}, []Node{to}, opt)
			times = append(times, time.Since(start))
			if err != nil {
				b.Fatal(err)
			}
			expanded += float64(res.Expanded)
			paths += float64(len(res.Paths))
			if len(res.Paths) > 0 {
				hops += float64(len(res.Paths[0].Hops))
			}
		}
	}
	slices.Sort(times)
	n := float64(len(times))
	at := func(q float64) float64 { return float64(times[int(q*(n-1))].Microseconds()) / 1000 }
	b.ReportMetric(at(0.5), "ms-p50")
	b.ReportMetric(at(0.99), "ms-p99")
	b.ReportMetric(at(1), "ms-max")
	b.ReportMetric(expanded/n, "edges/op")
	b.ReportMetric(paths/n, "paths/op")
	b.ReportMetric(hops/n, "hops/op")
}

func (v *View) anyNode(r *rand.Rand) Node {
	for {
		if n, ok := v.node(Node(r.IntN(v.g.nodes))); ok {
			return Node(n)
		}
	}
}
