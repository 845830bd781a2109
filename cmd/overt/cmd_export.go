package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"overt"
	"overt/export"
	"overt/ftm"
	"overt/gate"
	"overt/graph"
	"overt/statement"
)

func (a *app) exportCommand() *cobra.Command {
	var x exportOrder
	names := make([]string, len(export.Formats))
	for i, f := range export.Formats {
		names[i] = string(f)
	}
	cmd := &cobra.Command{
		Use:   "export --format FORMAT",
		Short: "Write entities, statements, tables or networks for other programs",
		Long: `Writes what is here as a file: FollowTheMoney entities (ftm) and statements,
which lose nothing, ownership statements (bods), CSV and XLSX for spreadsheets,
GraphML and GEXF for network programs, and contracts as open contracting data
(ocds), a release package of OCDS 1.1 that ends with a list of what it has no place
for. With statements a second file, FILE.passages.csv, holds the place each
value was read at.

The file appears under its name only when it is whole; --out - writes to
standard output. What leaves is recorded before it does.`,
		Example: `  overt export --format ftm --out all.ftm.json
  overt export --format xlsx --schema Company,Award --dataset procurement --out awards.xlsx
  overt export --format statements --out leak.csv     # and leak.csv.passages.csv
  overt export --format csv --schema Company --out - | head
  overt export --format ocds --dataset procurement --out contracts.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := x.check(a, names); err != nil {
				return err
			}
			return a.export(cmd.Context(), x)
		},
	}
	f := cmd.Flags()
	f.StringVar(&x.format, "format", "", "kind of file: "+strings.Join(names, ", "))
	f.StringSliceVar(&x.schemata, "schema", nil, "only entities of these schemata")
	f.StringSliceVar(&x.datasets, "dataset", nil, "only what these datasets say")
	f.StringSliceVar(&x.entities, "entity", nil, "only the entities of these ids")
	f.BoolVar(&x.raw, "raw", false, "one entity for each source id, nothing merged")
	f.StringVar(&x.out, "out", "-", "the `file`; - is standard output")
	f.BoolVar(&x.force, "force", false, "replace the file if it is there")
	return cmd
}

// An exportOrder is the command line.
type exportOrder struct {
	format                       string
	schemata, datasets, entities []string
	raw, force                   bool
	out                          string
}

func (x *exportOrder) check(a *app, formats []string) error {
	switch {
	case x.format == "":
		return usageError{fmt.Errorf("say --format: %s", strings.Join(formats, ", "))}
	case !slices.Contains(formats, x.format):
		return usageError{fmt.Errorf("--format: %q is none of %s", x.format, strings.Join(formats, ", "))}
	case x.out == "-" && a.json:
		return usageError{fmt.Errorf("--json needs --out FILE: standard output takes one of the two")}
	case x.out == "-" && x.format == string(export.XLSX) && isTerminal(a.out):
		return usageError{fmt.Errorf("a workbook is nothing for a terminal; give --out FILE")}
	case a.asOf != "":
		return usageError{fmt.Errorf("export writes all dates; use --known-at to leave out what was learnt later")}
	}
	return nil
}

func (x *exportOrder) options(a *app, dir string) export.Options {
	ids := make([]ftm.EntityID, len(x.entities))
	for i, id := range x.entities {
		ids[i] = ftm.EntityID(id)
	}
	return export.Options{
		Schema: x.schemata, Datasets: x.datasets, Entities: ids, Raw: x.raw,
		Now: a.clock().UTC().Format("2006-01-02T15:04:05Z"), Dir: dir,
	}
}

// query is the order in the words of the audit log.
func (x *exportOrder) query() string {
	q := x.format
	for _, part := range []struct {
		word string
		list []string
	}{{"schema", x.schemata}, {"dataset", x.datasets}, {"entity", x.entities}} {
		if len(part.list) > 0 {
			q += " " + part.word + " " + strings.Join(part.list, ",")
		}
	}
	if x.raw {
		q += " raw"
	}
	return q
}

// An exportReport is what `overt export` answers.
type exportReport struct {
	Format     string `json:"format"`
	File       string `json:"file"`
	SHA256     string `json:"sha256"`
	Passages   string `json:"passages,omitempty"` // the side table's file
	Entities   int64  `json:"entities"`
	Statements int64  `json:"statements"`
	Edges      int64  `json:"edges"`
	// Left is what the format has no place for.
	Left []export.Left `json:"left,omitempty"`
}

func (a *app) export(ctx context.Context, x exportOrder) error {
	if err := a.checkDates(); err != nil {
		return err
	}
	h, err := a.openExisting(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	if x.out != "-" {
		if inside(h.dir, x.out) {
			return overt.Errorf(overt.Invalid, x.out, "the home takes no other files; name one elsewhere")
		}
		if err := checkTarget(x.out, x.force); err != nil {
			return err
		}
	}
	pass, err := h.gate.Open(ctx, a.visit(h))
	if err != nil {
		return err
	}
	g, err := h.graph(ctx, a)
	if err != nil {
		return err
	}
	rep := &exportReport{Format: x.format, File: x.out}
	act := gate.Act{Action: "export", Object: x.out, Query: x.query()}
	err = pass.Do(ctx, act, func(ctx context.Context, b *gate.Bench) (int64, string, error) {
		view, err := b.Statements.View(ctx, b.Scope, statement.When{KnownAt: a.knownAt})
		if err != nil {
			return 0, "", err
		}
		defer func() { _ = view.Close() }()
		e := exporting{x: x, view: view, graph: g.View(view.Sight()), opts: x.options(a, filepath.Join(h.dir, "derived")), rep: rep}
		e.opts.Left = func(left []export.Left) { rep.Left = left }
		stop := a.working("writing " + x.format)
		defer stop()
		n, err := e.write(ctx, a.out)
		return n, rep.SHA256, err
	})
	if err != nil {
		return err
	}
	links := ""
	if rep.Edges > 0 {
		links = ", " + plural(int(rep.Edges), "link", "links")
	}
	fmt.Fprintf(a.err, "%s: %s, %s values%s\n", x.format, plural(int(rep.Entities), "entity", "entities"), count(rep.Statements), links)
	for _, l := range rep.Left {
		what := l.Schema
		if l.Prop != "" {
			what += " " + l.Prop
		}
		fmt.Fprintf(a.err, "left out: %s × %s: %s\n", count(l.Count), what, l.Reason)
	}
	if x.out == "-" {
		return nil
	}
	return a.print(rep, func(*page) {})
}

// exporting is one export under way.
type exporting struct {
	x     exportOrder
	view  statement.View
	graph *graph.View
	opts  export.Options
	rep   *exportReport
}

// write writes the file, or to out, and gives the number of records released.
func (e *exporting) write(ctx context.Context, out io.Writer) (int64, error) {
	format := export.Format(e.x.format)
	if e.x.out == "-" {
		w := &hashing{w: out, h: sha256.New()}
		n, err := export.Write(ctx, w, format, e.view, e.graph, e.opts)
		e.count(n, hex.EncodeToString(w.h.Sum(nil)))
		return int64(n.Records()), err
	}
	f, err := createNew(e.x.out)
	if err != nil {
		return 0, err
	}
	defer f.drop()
	n, err := export.Write(ctx, f, format, e.view, e.graph, e.opts)
	if err == nil {
		err = f.ready()
	}
	if err != nil {
		return 0, err
	}
	if format == export.Statements {
		if err := e.passages(ctx); err != nil {
			return 0, err
		}
	}
	e.count(n, f.SHA256)
	return int64(n.Records()), f.name()
}

func (e *exporting) count(n export.Count, sum string) {
	e.rep.Entities, e.rep.Statements, e.rep.Edges, e.rep.SHA256 = n.Entities, n.Statements, n.Edges, sum
}

// passages writes the side table first, so that no statement file stands
// without it.
func (e *exporting) passages(ctx context.Context) error {
	name := e.x.out + ".passages.csv"
	if err := checkTarget(name, e.x.force); err != nil {
		return err
	}
	f, err := createNew(name)
	if err != nil {
		return err
	}
	defer f.drop()
	if _, err := export.Passages(ctx, f, e.view, e.graph, e.opts); err != nil {
		return err
	}
	if err := f.ready(); err != nil {
		return err
	}
	e.rep.Passages = name
	return f.name()
}

// hashing keeps the hash of what goes through it.
type hashing struct {
	w io.Writer
	h hash.Hash
}

func (h *hashing) Write(p []byte) (int, error) {
	n, err := h.w.Write(p)
	h.h.Write(p[:n])
	return n, err
}
