// Command desk measures the desk under readers: a home of made documents and entities is
// filled by overt itself, overt serve answers, and readers go from screen to screen.
//
//	go run ./bench/desk                                   # a million passages, three million entities
//	go run ./bench/desk -passages 20000 -entities 60000 -for 20s
//	go run ./bench/desk -home DIR -keep                   # again over what is there
//
// It builds the program, imports and ingests into the home, has what is derived made,
// serves it, asks each screen once, then lets -readers readers ask for -for, each
// pausing up to -pause between two pages. The service is ended as a person ends it, and
// the audit log, which has a record of each page, is verified. It prints Markdown; what
// was measured on our machine stands in docs/benchmarks.md.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

type job struct {
	passages, entities, readers int
	during, pause               time.Duration
	home, program               string
	keep                        bool
}

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "desk:", err)
		os.Exit(1)
	}
}

func run(args []string, out, progress io.Writer) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var j job
	flags := flag.NewFlagSet("desk", flag.ContinueOnError)
	flags.IntVar(&j.passages, "passages", 1_000_000, "pages of documents")
	flags.IntVar(&j.entities, "entities", 3_000_000, "entities: companies, what they own, and contract actions")
	flags.IntVar(&j.readers, "readers", 50, "readers at once")
	flags.DurationVar(&j.during, "for", time.Minute, "how long they read")
	flags.DurationVar(&j.pause, "pause", 2*time.Second, "the longest that a reader looks at a page")
	flags.StringVar(&j.home, "home", "", "folder of the home and its files (default a temporary one)")
	flags.StringVar(&j.program, "overt", "", "the program; without it, it is built")
	flags.BoolVar(&j.keep, "keep", false, "leave the home, and do not fill it when it is there")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if j.passages < pagesOfFile || j.entities < perGroup*10 || j.readers < 1 {
		return fmt.Errorf("-passages is %d or more, -entities %d or more, -readers 1 or more", pagesOfFile, perGroup*10)
	}
	if j.home == "" {
		if j.home, err = os.MkdirTemp("", "desk-*"); err != nil {
			return err
		}
	}
	if !j.keep {
		defer func() { err = errors.Join(err, os.RemoveAll(j.home)) }()
	}
	if j.program == "" {
		if j.program, err = build(ctx, j.home, progress); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "%s, %d cores, %d passages, %d entities, %d readers, %s\n", runtime.Version(), runtime.NumCPU(), j.passages, j.entities, j.readers, time.Now().UTC().Format("2006-01-02 15:04 MST"))
	if err := j.fill(ctx, out, progress); err != nil {
		return err
	}
	return j.measure(ctx, out, progress)
}

// build makes the program as it ships.
func build(ctx context.Context, dir string, progress io.Writer) (string, error) {
	name := filepath.Join(dir, "overt")
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", name, "overt/cmd/overt")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stdout, cmd.Stderr = progress, progress
	return name, cmd.Run()
}

// overt runs one verb on the home.
func (j *job) overt(ctx context.Context, out io.Writer, args ...string) error {
	cmd := exec.CommandContext(ctx, j.program, append([]string{"--home", filepath.Join(j.home, "home")}, args...)...)
	var errs strings.Builder
	cmd.Stdout, cmd.Stderr = out, &errs
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("overt %s: %w\n%s", args[0], err, errs.String())
	}
	return nil
}

// fill makes the files and takes them in, unless a home of this size is there.
func (j *job) fill(ctx context.Context, out, progress io.Writer) error {
	ready, size := filepath.Join(j.home, "ready"), fmt.Sprintf("%d %d", j.passages, j.entities)
	if have, err := os.ReadFile(ready); err == nil {
		if string(have) != size {
			return fmt.Errorf("%s holds another home, of %s passages and entities", j.home, have)
		}
		return nil
	}
	files := filepath.Join(j.home, "files")
	fmt.Fprintln(progress, "desk: making the files…")
	if err := j.makeFiles(files); err != nil {
		return err
	}
	for _, s := range []struct {
		what string
		args []string
	}{
		{"import of the entities", []string{"import", filepath.Join(files, "entities"), "--dataset", "northmoor", "--observed", "2024-01-01"}},
		{"ingest of the documents", []string{"ingest", filepath.Join(files, "papers"), "--dataset", "papers"}},
		{"the graph", []string{"show", companyID(0)}},
		{"the index of passages and names", []string{"search", word(1), "--limit", "1"}},
		{"the layer of mentions", []string{"mentions", "--of", companyID(0), "--limit", "1"}},
	} {
		fmt.Fprintf(progress, "desk: %s…\n", s.what)
		start := time.Now()
		if err := j.overt(ctx, io.Discard, s.args...); err != nil {
			return err
		}
		fmt.Fprintf(out, "%s: %.0f s\n", s.what, time.Since(start).Seconds())
	}
	if err := os.RemoveAll(files); err != nil {
		return err
	}
	return os.WriteFile(ready, []byte(size), 0o600)
}
