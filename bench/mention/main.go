// Command mention measures how known names are found in text: package mention
// beside libraries that look for many patterns at once.
//
//	cd bench/mention && go run .                 # a million names, 100 MB of text
//	cd bench/mention && go run . -names 100000 -only overt,vellum
//
// It is a module of its own, so that those libraries are no dependency of the
// program. Names and text are made from a seed: names of two and three words,
// text of everyday words with a name planted in every fortieth place. The text
// is in small letters without marks, the form that all the peers need; package
// mention takes any. Each engine runs as a process of its own and prints
// processor time, so that peaks of memory and other work on the machine do not
// mix in. Memory is without the text; while building, the names are in it.
package main

import (
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"
)

// A job is what every engine gets.
type job struct {
	names []string
	text  string
}

// An engine builds from names, and then finds them at word boundaries.
type engine struct {
	name  string
	build func(dir string, names []string) (func(text string) (found int), error)
}

var engines = []engine{
	{"overt", overtNames},
	{"petar-dambovaliev/aho-corasick", ahoCorasick},
	{"blevesearch/vellum", fst},
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "mention:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	flags := flag.NewFlagSet("mention", flag.ContinueOnError)
	names := flags.Int("names", 1_000_000, "names to look for")
	size := flags.Int("mb", 100, "megabytes of text")
	only := flags.String("only", "", "engines to run, by commas (default all)")
	child := flags.String("child", "", "used by the program itself: run one engine in this process")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *names < 1 || *size < 1 {
		return fmt.Errorf("-names %d and -mb %d must be 1 or more", *names, *size)
	}
	if *child != "" {
		return measure(*child, *names, *size)
	}
	fmt.Printf("%d names, %d MB of text\n\n| engine | build, CPU s | rate, MB per CPU s | names found | peak while building, MB | peak while searching, MB |\n|---|--:|--:|--:|--:|--:|\n", *names, *size)
	for _, e := range engines {
		if *only != "" && !slices.ContainsFunc(strings.Split(*only, ","), func(s string) bool { return strings.Contains(e.name, s) }) {
			continue
		}
		cmd := exec.Command(os.Args[0], "-child", e.name, "-names", fmt.Sprint(*names), "-mb", fmt.Sprint(*size))
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("%s: %w", e.name, err)
		}
		if _, err := io.WriteString(os.Stdout, string(out)); err != nil {
			return err
		}
	}
	return nil
}

func measure(name string, names, size int) error {
	i := slices.IndexFunc(engines, func(e engine) bool { return e.name == name })
	if i < 0 {
		return fmt.Errorf("no engine %q", name)
	}
	dir, err := os.MkdirTemp("", "bench-mention-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	j := makeJob(names, size<<20)
	before := cpu()
	find, err := engines[i].build(dir, j.names)
	if err != nil {
		return err
	}
	build := cpu() - before
	built := peak() - int64(len(j.text))
	j.names = nil
	debug.FreeOSMemory()
	forgetPeak()
	before = cpu()
	found := find(j.text)
	scan := cpu() - before
	fmt.Printf("| %s | %.1f | %.1f | %d | %d | %d |\n", name, build, float64(len(j.text))/1e6/scan, found, built>>20, (peak()-int64(len(j.text)))>>20)
	return nil
}

const everyday = `the of contract and for services agreement company under section with payment to a records information office plan in is by or
	that any be shall this from as on not are an at it was which has other have may no such all their been its will were they who under more
	state law public report data system person use order government national service development research health security program support`

func makeJob(n, size int) job {
	r := rand.New(rand.NewPCG(1, 2))
	vocabulary := make([]string, 200_000)
	for i := range vocabulary {
		var w strings.Builder
		for range 3 + r.IntN(2) {
			w.WriteByte("bcdfghjklmnpqrstvwxz"[r.IntN(20)])
			w.WriteByte("aeiouy"[r.IntN(6)])
		}
		vocabulary[i] = w.String()
	}
	names := make([]string, n)
	for i := range names {
		names[i] = vocabulary[r.IntN(len(vocabulary))] + " " + vocabulary[r.IntN(len(vocabulary))]
		if i%2 == 0 {
			names[i] += " " + vocabulary[r.IntN(len(vocabulary))]
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	words := strings.Fields(everyday)
	var text strings.Builder
	text.Grow(size + 64)
	for text.Len() < size {
		switch k := r.IntN(40); {
		case k == 0:
			text.WriteString(names[r.IntN(len(names))])
		case k < 8:
			text.WriteString(vocabulary[r.IntN(len(vocabulary))])
		default:
			text.WriteString(words[r.IntN(len(words))])
		}
		text.WriteByte(' ')
	}
	return job{names, text.String()[:size]}
}
