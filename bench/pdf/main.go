// Command pdf measures the reading of PDF documents in confined workers beside
// pdftotext, on the same files, in turns.
//
//	CGO_ENABLED=0 go run ./bench/pdf FOLDER…
//
// A round reads each file once with either; figures are medians of the rounds. The
// processor time of a reader is that of its process, its start counted for
// pdftotext and not for a worker, which serves many files. It prints Markdown; what
// was measured on our machine stands in docs/benchmarks.md.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"time"

	"overt/extract/document"
	"overt/extract/pdf"
	"overt/extract/worker"
	"overt/internal/sandbox"
)

const pdfType = "application/pdf"

func main() {
	sandbox.Main(worker.Kinds(func(folder []string) (map[string]document.Reader, error) {
		if len(folder) != 1 {
			return nil, errors.New("a worker needs the folder of compiled code")
		}
		engine, err := pdf.Load(context.Background(), pdf.Config{Cache: folder[0]})
		return map[string]document.Reader{pdfType: engine}, err
	}))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "pdf:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("pdf", flag.ContinueOnError)
	rounds := flags.Int("rounds", 5, "how often each file is read")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var files []string
	for _, folder := range flags.Args() {
		some, err := filepath.Glob(filepath.Join(folder, "*.pdf"))
		if err != nil {
			return err
		}
		files = append(files, some...)
	}
	if len(files) == 0 {
		return errors.New("give folders with PDF files")
	}
	peer, err := exec.LookPath("pdftotext")
	if err != nil {
		return fmt.Errorf("pdftotext is compared with: %w", err)
	}
	cache, err := os.MkdirTemp("", "bench-pdf-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(cache) }()
	engine, err := pdf.Load(ctx, pdf.Config{Cache: cache})
	if err != nil {
		return err
	}
	if err := engine.Close(ctx); err != nil {
		return err
	}
	pool := worker.New(sandbox.Config{Workers: 1, Memory: 2 << 30, Arguments: []string{cache}})
	defer func() { _ = pool.Close() }()
	readers := []*reader{
		{name: "our worker: text, boxes, tables", read: func(f string) (cost, error) { return ours(ctx, pool, f) }},
		{name: "pdftotext: text", read: func(f string) (cost, error) { return theirs(ctx, peer, f) }},
		{name: "pdftotext -bbox: text, boxes", read: func(f string) (cost, error) { return theirs(ctx, peer, f, "-bbox") }},
	}
	for range *rounds {
		for _, r := range readers {
			r.rounds = append(r.rounds, cost{})
		}
		for _, f := range files {
			for _, r := range readers {
				c, err := r.read(f)
				if err != nil {
					return fmt.Errorf("%s: %s: %w", r.name, f, err)
				}
				r.rounds[len(r.rounds)-1].add(c)
			}
		}
	}
	fmt.Fprintf(out, "%d files, medians of %d rounds:\n\n| reader | pages | s | cpu-s | pages/s | pages/cpu-s |\n|---|--:|--:|--:|--:|--:|\n", len(files), *rounds)
	for _, r := range readers {
		m := r.median()
		fmt.Fprintf(out, "| %s | %d | %.2f | %.2f | %.0f | %.0f |\n", r.name, m.pages, m.wall.Seconds(), m.cpu.Seconds(), float64(m.pages)/m.wall.Seconds(), float64(m.pages)/m.cpu.Seconds())
	}
	return nil
}

// A cost is what the reading of some pages took.
type cost struct {
	pages     int
	wall, cpu time.Duration
}

func (c *cost) add(o cost) { c.pages, c.wall, c.cpu = c.pages+o.pages, c.wall+o.wall, c.cpu+o.cpu }

type reader struct {
	name   string
	read   func(file string) (cost, error)
	rounds []cost
}

// median takes wall and processor time each by itself.
func (r *reader) median() cost {
	var wall, cpu []time.Duration
	for _, c := range r.rounds {
		wall, cpu = append(wall, c.wall), append(cpu, c.cpu)
	}
	slices.Sort(wall)
	slices.Sort(cpu)
	return cost{r.rounds[0].pages, wall[len(wall)/2], cpu[len(cpu)/2]}
}

func ours(ctx context.Context, pool *worker.Pool, file string) (c cost, err error) {
	f, err := os.Open(file)
	if err != nil {
		return c, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return c, err
	}
	var n counter
	u, err := pool.Read(ctx, "bench", document.Input{ReaderAt: f, Size: info.Size(), Name: filepath.Base(file), Type: pdfType}, &n)
	var refusal *document.Refusal
	if errors.As(err, &refusal) {
		err = nil
	}
	return cost{n.pages, u.Wall, u.CPU}, err
}

func theirs(ctx context.Context, peer, file string, args ...string) (c cost, err error) {
	began := time.Now()
	cmd := exec.CommandContext(ctx, peer, append(args, file, "-")...)
	out, err := cmd.Output()
	if err != nil && cmd.ProcessState == nil {
		return c, err
	}
	pages := max(bytes.Count(out, []byte("\f")), bytes.Count(out, []byte("<page ")))
	return cost{pages, time.Since(began), cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}, nil
}

// A counter is a Sink that counts pages.
type counter struct{ pages int }

func (c *counter) Page(document.Page) error      { c.pages++; return nil }
func (c *counter) Property(string, string) error { return nil }
func (c *counter) Row(document.Row) error        { return nil }
func (c *counter) Image(document.Image) error    { return nil }
func (c *counter) Gap(document.Gap) error        { return nil }
func (c *counter) Note(document.Note) error      { return nil }
func (c *counter) Member(document.Member) (io.WriteCloser, error) {
	return nowhere{}, nil
}

type nowhere struct{}

func (nowhere) Write(p []byte) (int, error) { return len(p), nil }
func (nowhere) Close() error                { return nil }
