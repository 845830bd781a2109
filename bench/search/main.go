// Command search measures the search index: passages taken in, and questions
// answered under scopes that show one in a hundred of them, half, and all.
//
//	go run ./bench/search                       # a million passages
//	go run ./bench/search -n 100000 -queries 100
//	go run ./bench/search -dir DIR -keep        # answer again from what is there
//	go run ./bench/search -dir DIR -keep -only follow
//
// The text is made from the number of each passage, the same on every machine,
// in words that mean nothing: a vocabulary by Zipf's law, 500 to 1,500 characters
// a passage, with names, amounts and days in it. It prints Markdown; what was
// measured on our machine stands in docs/benchmarks.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"time"

	"overt/driver/inverted"
	"overt/policy"
	"overt/search"
	"overt/statement"
)

type job struct {
	n, queries, batch int
	dir               string
	keep              bool
	profile, only     string
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "search:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var j job
	flags := flag.NewFlagSet("search", flag.ContinueOnError)
	flags.IntVar(&j.n, "n", 1_000_000, "passages")
	flags.IntVar(&j.queries, "queries", 300, "questions of each kind and scope")
	flags.IntVar(&j.batch, "batch", 20_000, "passages written in one step")
	flags.StringVar(&j.dir, "dir", "", "folder of the index (default a temporary one)")
	flags.BoolVar(&j.keep, "keep", false, "leave the index, and do not write it when it is there")
	flags.StringVar(&j.only, "only", "", "ask only questions whose name has this `text` in it")
	flags.StringVar(&j.profile, "cpuprofile", "", "write a CPU profile to this `file`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if j.n < 1000 || j.queries < 10 || j.batch < 1 {
		return errors.New("-n is 1000 or more, -queries 10 or more, -batch 1 or more")
	}
	if j.dir == "" {
		if j.dir, err = os.MkdirTemp("", "search-*"); err != nil {
			return err
		}
	}
	if !j.keep {
		defer func() { err = errors.Join(err, os.RemoveAll(j.dir)) }()
	}
	return j.measure(ctx, out)
}

func (j job) measure(ctx context.Context, out io.Writer) (err error) {
	if j.profile != "" {
		f, err := os.Create(j.profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	dir := filepath.Join(j.dir, "index")
	x, err := inverted.Open(dir, inverted.Config{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	c := newCorpus()
	if x.Stamp().Epoch != uint64(j.n) {
		if err := j.load(ctx, out, x, c); err != nil {
			return err
		}
	}
	return j.ask(ctx, out, x, c)
}

// load writes all passages.
func (j job) load(ctx context.Context, out io.Writer, x *inverted.Index, c *corpus) error {
	scope, err := rights(labels...)
	if err != nil {
		return err
	}
	var text int64
	var made time.Duration
	start, cpu := time.Now(), cpuTime()
	for from := 0; from < j.n; from += j.batch {
		began := cpuTime()
		items := make([]search.Item, 0, j.batch)
		for i := from; i < min(j.n, from+j.batch); i++ {
			it := c.passage(i)
			text += int64(len(it.Text))
			items = append(items, it)
		}
		made += cpuTime() - began
		b := search.Batch{Items: items}
		if from+j.batch >= j.n {
			b.Stamp = &search.Stamp{Epoch: uint64(j.n)}
		}
		if err := x.Write(ctx, scope, b); err != nil {
			return err
		}
	}
	wall, spent := time.Since(start), cpuTime()-cpu-made
	size, err := sizeOf(j.dir)
	if err != nil {
		return err
	}
	mb := float64(text) / 1e6
	fmt.Fprintf(out, "### Index: %d passages, %.0f MB of text\n\n", j.n, mb)
	fmt.Fprintf(out, "%.1f s, %.1f cpu-s (%.1f more to make the text): %.0f passages/s, %.1f MB per cpu-s; %.0f MB on disk, %.2f of the text; peak memory %d MB\n\n",
		wall.Seconds(), spent.Seconds(), made.Seconds(), float64(j.n)/wall.Seconds(), mb/spent.Seconds(), float64(size)/1e6, float64(size)/float64(text), peak()>>20)
	return nil
}

func sizeOf(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}

var labels = []policy.Label{{Dataset: "small"}, {Dataset: "half"}, {Dataset: "rest"}}

// viewOf sees the first n labels.
func viewOf(n int) (search.View, error) {
	scope, err := rights(labels[:n]...)
	if err != nil {
		return search.View{}, err
	}
	var classes []statement.ClassInfo
	run := &statement.Run{ID: 1}
	for i, l := range labels {
		classes = append(classes, statement.ClassInfo{Class: statement.Class(i + 1), Run: run, Label: l})
	}
	return search.NewView(statement.NewSight(scope, statement.When{}, classes)), nil
}
