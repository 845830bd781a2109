// Command spine measures the way of material through the program: statements
// loaded, looked up, loaded again, linked into a graph, recorded, summed and
// imported, each beside the peer it could be compared with.
//
//	go run ./bench/spine                          # everything, ten million statements
//	go run ./bench/spine -n 1000000 -only load,lookup
//	go run ./bench/spine -only load -cpuprofile load.prof
//
// The data is made by the program itself from the number of each entity: the
// same on every machine, in words that mean nothing. Each part runs as a
// process of its own, so that peaks of memory do not mix, and prints Markdown.
// What was measured on our machine stands in docs/benchmarks.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"overt/extract/records"
	"overt/internal/sandbox"
)

// A part is one thing that is measured.
type part struct {
	name string
	run  func(context.Context, job) ([]table, error)
	// store says that the part reads the store that load makes.
	store bool
}

// parts lists them in the order in which they run. What comes after "again"
// finds a store with two runs, so "again" is the last to use it.
var parts = []part{
	{"load", load, false},
	{"lookup", lookup, true},
	{"graph", derive, true},
	{"again", again, true},
	{"paths", paths, false},
	{"audit", record, false},
	{"money", sums, false},
	{"import", imports, false},
	{"newer", newer, false},
	{"peers", peers, false},
}

// A job says how much a part does, and where.
type job struct {
	n       int    // statements of the big store; the other sizes follow from it
	dir     string // for what is written
	profile string // file for a CPU profile, "" for none
}

func main() {
	sandbox.Main(records.Kinds())
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "spine:", err)
		os.Exit(1)
	}
}

func run(args []string, out, progress io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var j job
	flags := flag.NewFlagSet("spine", flag.ContinueOnError)
	flags.IntVar(&j.n, "n", 10_000_000, "statements to load; other sizes keep their proportion to it")
	flags.StringVar(&j.dir, "dir", "", "folder for what is written, kept (default a temporary one, removed)")
	flags.StringVar(&j.profile, "cpuprofile", "", "write a CPU profile of the one part chosen to this `file`")
	only := flags.String("only", "", "parts to run, by commas: "+names()+" (default all)")
	child := flags.String("child", "", "used by the program itself: run one part in this process")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if j.n < minimum {
		return fmt.Errorf("-n %d is too small to measure anything; it must be %d or more", j.n, minimum)
	}
	if *child != "" {
		return runChild(ctx, *child, j, out)
	}
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	if j.profile != "" && len(chosen) != 1 {
		return errors.New("-cpuprofile needs one part: name it with -only")
	}
	if j.dir == "" {
		if j.dir, err = os.MkdirTemp("", "spine-*"); err != nil {
			return fmt.Errorf("make a folder to work in: %w", err)
		}
		defer func() { _ = os.RemoveAll(j.dir) }()
	}
	return runAll(ctx, j, chosen, out, progress)
}

// minimum keeps every derived size above nothing.
const minimum = 10_000

func names() string {
	var list []string
	for _, p := range parts {
		list = append(list, p.name)
	}
	return strings.Join(list, ",")
}

// choose picks the parts, and puts load first where a part needs its store.
func choose(only string) ([]part, error) {
	if only == "" {
		return parts, nil
	}
	var chosen []part
	for _, name := range strings.Split(only, ",") {
		i := slices.IndexFunc(parts, func(p part) bool { return p.name == name })
		if i < 0 {
			return nil, fmt.Errorf("-only: %q is no part; the parts are %s", name, names())
		}
		chosen = append(chosen, parts[i])
	}
	return chosen, nil
}
