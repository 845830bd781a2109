package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"overt"
	"overt/extract/document"
	"overt/extract/pdf"
	"overt/extract/readers"
	"overt/extract/recognised"
	"overt/extract/worker"
	"overt/gate"
	"overt/internal/sandbox"
	"overt/ledger"
	"overt/pipeline"
	"overt/policy"
)

// A readingOptions says how documents are read.
type readingOptions struct {
	workers   int
	list      string // a file with a password a line
	languages string // of recognition, between commas; "none" recognises nothing
	time      time.Duration
	memory    int // MiB
	budget    int // times what is usual
}

// usualReading is how documents are read where nothing else is asked for.
var usualReading = readingOptions{languages: "eng", time: 5 * time.Minute, memory: workerMemory, budget: 1}

func (o *readingOptions) flags(cmd *cobra.Command) {
	u := usualReading
	cmd.Flags().IntVar(&o.workers, "workers", 0, "read `N` documents at once (default the processors there are)")
	cmd.Flags().StringVar(&o.list, "passwords", "", "a `file` with a password on each line, tried on protected documents")
	cmd.Flags().StringVar(&o.languages, "languages", u.languages, "`LANGUAGES` of text on pictures, as tesseract names them (eng,deu); none recognises nothing")
	cmd.Flags().DurationVar(&o.time, "time", u.time, "how long the reading of one document may take, and how much processor time on each of two processors")
	cmd.Flags().IntVar(&o.budget, "budget", u.budget, "`N` times what may usually come out of one received file, in files, bytes and processor time")
	cmd.Flags().IntVar(&o.memory, "memory", u.memory, "`MiB` of memory that a reader may have besides its program")
}

func (a *app) ingestCommand() *cobra.Command {
	var dataset string
	var o readingOptions
	var later bool
	cmd := &cobra.Command{
		Use:   "ingest PATH… --dataset ID",
		Short: "Take documents, mailboxes and archives in, and read them",
		Long: `Takes files and folders of any kind in: PDF, office documents, mail and mailboxes,
web pages, text, archives. What is inside of others is read in its turn, and every
file ends in the coverage ledger: read, partly read, failed or refused, with the
reason.

Each document is read in a process of its own that the system confines: it can
open no file and no connection. Where the system cannot do that, nothing is read
without --unconfined, and what came of it says so. What waits survives an interrupt; overt work goes
on with it. The same file twice is one document, found at two places.`,
		Example: `  overt ingest leak/ --dataset leak
  overt ingest mails.pst report.pdf --dataset council
  overt ingest leak/ --dataset leak --later && overt work`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || dataset == "" {
				return usageError{fmt.Errorf("say what to take in, and the dataset; see overt ingest --help")}
			}
			return a.ingest(cmd.Context(), dataset, args, o, later)
		},
	}
	cmd.Flags().StringVarP(&dataset, "dataset", "d", "", "name under which these documents are kept")
	cmd.Flags().BoolVar(&later, "later", false, "only receive; overt work reads")
	o.flags(cmd)
	a.unconfinedFlag(cmd)
	return cmd
}

func (a *app) workCommand() *cobra.Command {
	var o readingOptions
	cmd := &cobra.Command{
		Use:   "work [DATASET…]",
		Short: "Read the documents that wait",
		Long: `Reads what was received and waits, the datasets in turn, until nothing waits or it
is interrupted. What was read is kept every few seconds; what was not waits on.`,
		Example: "  overt work\n  overt work leak --workers 4",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.work(cmd.Context(), args, o)
		},
	}
	o.flags(cmd)
	a.unconfinedFlag(cmd)
	return cmd
}

func (a *app) retryCommand() *cobra.Command {
	var o readingOptions
	var again pipeline.Again
	cmd := &cobra.Command{
		Use:   "retry DATASET [FILE…]",
		Short: "Read documents again that were not read whole",
		Long: `Has documents of a dataset read again: those that failed or were refused or read
partly, or the files named, as the coverage ledger names them. With --all, every
document; with --reason and --format, only those whose reason has these words, or
that are of this format.`,
		Example: `  overt retry leak --reason password --passwords words.txt
  overt retry leak --reason "took too long" --time 30m
  overt retry leak 'mails.zip!a.doc'`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			again.Files = args[1:]
			return a.retry(cmd.Context(), args[0], again, o)
		},
	}
	cmd.Flags().BoolVar(&again.All, "all", false, "also those that were read whole")
	cmd.Flags().StringVar(&again.Reason, "reason", "", "only those whose reason in the coverage ledger has these `WORDS`")
	cmd.Flags().StringVar(&again.Format, "format", "", "only those of this media `TYPE`, or of a family of types (image)")
	o.flags(cmd)
	a.unconfinedFlag(cmd)
	return cmd
}

// An ingestAnswer is what ingest, work and retry say.
type ingestAnswer struct {
	Received *pipeline.Received `json:"received,omitempty"`
	Reopened int                `json:"reopened,omitempty"`
	*pipeline.Work
	// Waiting is how many documents wait still.
	Waiting int `json:"waiting"`
}

func (a *app) ingest(ctx context.Context, dataset string, paths []string, o readingOptions, later bool) error {
	return a.withIngester(ctx, o, func(h *home, in *pipeline.Ingester) error {
		if err := a.importReference(ctx, h); err != nil {
			return err
		}
		out := &ingestAnswer{Work: &pipeline.Work{}}
		var err error
		if out.Received, err = in.Receive(ctx, dataset, paths); err != nil {
			return err
		}
		if !later {
			out.Work, err = in.Work(ctx, []string{dataset})
		}
		return a.ingested(ctx, h, out, err)
	})
}

func (a *app) work(ctx context.Context, datasets []string, o readingOptions) error {
	return a.withIngester(ctx, o, func(h *home, in *pipeline.Ingester) error {
		if len(datasets) == 0 {
			var err error
			if datasets, err = h.ledger.Names(ctx); err != nil {
				return err
			}
		}
		work, err := in.Work(ctx, datasets)
		return a.ingested(ctx, h, &ingestAnswer{Work: work}, err)
	})
}

func (a *app) retry(ctx context.Context, dataset string, again pipeline.Again, o readingOptions) error {
	return a.withIngester(ctx, o, func(h *home, in *pipeline.Ingester) error {
		n, err := in.Reopen(ctx, dataset, again)
		if err != nil {
			return err
		}
		work, err := in.Work(ctx, []string{dataset})
		return a.ingested(ctx, h, &ingestAnswer{Work: work, Reopened: n}, err)
	})
}

// withIngester opens the home and the workers, and closes both.
func (a *app) withIngester(ctx context.Context, o readingOptions, do func(*home, *pipeline.Ingester) error) error {
	if err := o.check(); err != nil {
		return err
	}
	if err := a.confines(ctx); err != nil {
		return err
	}
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	m := a.meter()
	defer m.end()
	told := func(r pipeline.Rate) {
		m.show("%s read, %s waiting, %s pages, %.1f files/s · %s", count(r.Done), count(r.Waiting), count(r.Pages), m.rate("", r.Done), r.File)
	}
	return a.withWorkers(ctx, h, o, a.visit(h), told, func(in *pipeline.Ingester) error { return do(h, in) })
}

// withWorkers has documents read for a visit, by workers that end with it.
func (a *app) withWorkers(ctx context.Context, h *home, o readingOptions, v gate.Visit, told func(pipeline.Rate), do func(*pipeline.Ingester) error) (err error) {
	passwords, err := o.read()
	if err != nil {
		return err
	}
	if o.workers == 0 {
		o.workers = runtime.GOMAXPROCS(0)
	}
	pool, err := a.workers(ctx, h, o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pool.Close()) }()
	languages, recognise, err := o.recognise()
	if err != nil {
		return err
	}
	return do(&pipeline.Ingester{
		Languages: languages, Recognise: recognise,
		Clock: a.clock, Workers: o.workers, Passwords: passwords, Budget: func(size int64) ledger.Spent { return pipeline.Budget(size, o.budget) }, Version: readers.New(nil).Version,
		Open: func(ctx context.Context, labels []policy.Label) (*gate.Pass, error) {
			v.Writes = labels
			return h.gate.Open(ctx, v)
		},
		Reader: func(dataset string) document.Reader { return typed{pool.Reader(dataset)} }, Unconfined: pool.Unconfined,
		Progress: told,
	})
}

// typed asks a worker for the reader of what nobody has looked at yet.
type typed struct{ worker.Reader }

func (t typed) Read(ctx context.Context, in document.Input, out document.Sink) error {
	_, err := t.Measured(ctx, in, out)
	return err
}

func (t typed) Measured(ctx context.Context, in document.Input, out document.Sink) (sandbox.Usage, error) {
	in.Type = anyType
	return t.Reader.Measured(ctx, in, out)
}

// workerMemory is the address space of a worker in MiB: of the PDF engine, twice
// for the moment when a fresh one takes the place of another, and of what is read.
const workerMemory = 2 << 10

// workers makes the pool of confined processes. What they run is compiled
// before the first of them starts, by this process, from what it carries.
func (a *app) workers(ctx context.Context, h *home, o readingOptions) (*worker.Pool, error) {
	folder := filepath.Join(h.dir, "derived", "compiled")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, &overt.Error{Code: overt.Unavailable, Where: folder, Err: err}
	}
	engine, err := pdf.Load(ctx, pdf.Config{Cache: folder})
	if err != nil {
		return nil, err
	}
	if err := engine.Close(ctx); err != nil {
		return nil, err
	}
	return worker.New(sandbox.Config{Workers: o.workers, Memory: int64(o.memory) << 20, Deadline: o.time, Arguments: []string{folder}, Bare: a.unconfined}), nil
}

func (o *readingOptions) check() error {
	const least, most = workerMemory / 4, 1 << 20
	switch {
	case o.time < time.Second:
		return usageError{errors.New("--time is at least 1s")}
	case o.memory < least || o.memory > most:
		return usageError{fmt.Errorf("--memory is %d to %d MiB", least, most)}
	case o.budget < 1 || o.budget > pipeline.MaxTimes:
		return usageError{fmt.Errorf("--budget is 1 to %d times what is usual", pipeline.MaxTimes)}
	case o.workers < 0:
		return usageError{errors.New("--workers is not below zero")}
	}
	return nil
}

// read gives the passwords of the list.
func (o *readingOptions) read() ([]string, error) {
	if o.list == "" {
		return nil, nil
	}
	text, err := os.ReadFile(o.list)
	if err != nil {
		return nil, &overt.Error{Code: overt.NotFound, Where: o.list, Message: "the list of passwords cannot be read", Err: err}
	}
	var out []string
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimRight(line, "\r\n"); line != "" {
			out = append(out, line)
		}
	}
	return out, nil
}

// ingested prints what was done, also when it was cut short.
func (a *app) ingested(ctx context.Context, h *home, out *ingestAnswer, err error) error {
	if out.Work == nil {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	pass, openErr := h.gate.Open(ctx, a.visit(h))
	if openErr != nil {
		return errors.Join(err, openErr)
	}
	n, askErr := gate.Ask(ctx, pass, gate.Act{Action: "coverage"}, false, func(ctx context.Context, d *gate.Desk) (int, error) {
		n := 0
		for e, err := range d.Ledger.Entries(ctx, d.Scope, "") {
			if err != nil {
				return 0, err
			}
			if e.Document && e.Verdict == ledger.Waiting {
				n++
			}
		}
		return n, nil
	})
	out.Waiting = n
	if err := errors.Join(askErr, a.print(out, func(p *page) { ingestPage(p, out) })); err != nil {
		return err
	}
	return err
}

func ingestPage(p *page, out *ingestAnswer) {
	if r := out.Received; r != nil {
		p.line("%s  %s received, %s", p.bold(r.Dataset), plural(r.Files+len(r.Failed), "file", "files"), bytesText(r.Bytes))
		for _, f := range r.Failed {
			p.warning(f.Source+": "+bare(f.Reason, f.Source)+"; "+f.Retry, "")
		}
	}
	if out.Reopened > 0 {
		p.line("%s to be read again", plural(out.Reopened, "document", "documents"))
	}
	if total := sumOf(out.Verdicts); total > 0 {
		p.line("%s settled: %s read, %s partly, %s failed, %s refused · %s", plural(total, "document", "documents"),
			count(int64(out.Verdicts[ledger.Read])), count(int64(out.Verdicts[ledger.Partial])), count(int64(out.Verdicts[ledger.Failed])),
			count(int64(out.Verdicts[ledger.Refused])), plural(int(out.Pages), "page", "pages"))
	}
	for i, f := range out.Files {
		if i == 20 {
			p.line("  %s", p.dim(fmt.Sprintf("… and %d more that were not read whole; overt coverage", len(out.Files)-20)))
			break
		}
		p.line("  %s  %s  %s", p.bold(short(f.Source, 60)), p.dim(string(f.Verdict)), p.safe(bare(f.Reason, f.Source)))
		if f.Retry != "" {
			p.line("      %s", p.dim(f.Retry))
		}
	}
	if out.Waiting > 0 {
		p.line("%s; overt work reads on", plural(out.Waiting, "document waits", "documents wait"))
	}
}

func sumOf(counts map[ledger.Verdict]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}

// recognise gives what reads text on pictures, if its program is installed.
func (o *readingOptions) recognise() (languages []string, how pipeline.Recognise, err error) {
	path, missing := exec.LookPath("tesseract")
	if missing != nil || o.languages == "none" || o.languages == "" {
		return nil, nil, nil
	}
	languages = strings.Split(o.languages, ",")
	if _, err := recognised.Args(languages, 0); err != nil {
		return nil, nil, usageError{fmt.Errorf("--languages: %w", err)}
	}
	return languages, func(ctx context.Context, p document.Page, i document.Image) (document.Page, error) {
		args, err := recognised.Args(languages, i.DPI)
		if err != nil {
			return p, err
		}
		var table bytes.Buffer
		run, err := sandbox.Tool(ctx, sandbox.ToolSpec{
			Path: path, Args: args, Stdin: bytes.NewReader(i.PNG), Stdout: &table, Deadline: 2 * time.Minute,
			ReadOnly: []string{"/usr/share/tesseract-ocr", "/usr/share/tessdata"},
		})
		switch {
		case err != nil:
			return p, err
		case run.Exit != 0:
			return p, overt.Errorf(overt.Invalid, "", "tesseract could not read the picture of the page (exit %d; are its languages %s installed?)", run.Exit, o.languages)
		}
		return recognised.Page(&table, p, i, document.Limits{})
	}, nil
}
