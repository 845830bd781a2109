package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"overt"
	"overt/extract/open"
	"overt/extract/records"
	"overt/gate"
	"overt/internal/reference"
	"overt/ledger"
	"overt/pipeline"
	"overt/policy"
	"overt/statement"
)

func (a *app) importCommand() *cobra.Command {
	var req pipeline.Request
	var extent string
	var set, env []string
	cmd := &cobra.Command{
		Use:   "import PATH… --dataset ID",
		Short: "Take tables, databases, JSON, XML and FollowTheMoney files in",
		Long: `Takes files and folders in: CSV, TSV, XLSX, ODS, dBase, Parquet, SQLite, JSON,
JSON lines, XML, YAML, DNS zones and recorded HTTP exchanges (HAR, VCR), each also
as .gz, .bz2, .xz, .zst, .zip or .tar. The format is told by the content. Well-known
sources need no mapping, your own take one (--mapping; docs/adding-a-source.md
shows how).
Each file becomes a run that can be taken back (overt undo). The same file twice
adds nothing.

Where the mapping names a database (PostgreSQL, MySQL, MariaDB, SQLite) and no file
is given, its tables are read in one transaction that changes nothing, and what
they gave is kept as a table of its own, which is cited. User and password are
kept nowhere; give the address with --env, so that it is not seen in the list of
processes.

With --documents, tables and forms are taken out of the documents of a dataset, as
overt ingest read them; none is read again. Files that are named are ingested first.

What could not be read is in the coverage ledger with file and row, the rest
goes in.

Files are read in a process that the system confines: it can open no file and no
connection. Where the system cannot do that, nothing is read without --unconfined,
and what came of it says so.`,
		Example: `  overt import CBP_ICE_FY2024.csv.gz --dataset procurement
  overt import fedramp/ --dataset fedramp            # five snapshots, five runs
  overt import council.xlsx --mapping council.yml --dataset council
  overt import entities.ftm.json --dataset leak --observed 2024-03-01
  overt import register.sqlite --mapping register.yml --dataset register
  overt import --mapping register.yml --env DB_URI --dataset register
  overt import awards/ --as award-form --dataset awards
  overt import --documents leak --mapping invoices.yml --dataset invoices
  overt import --list                                # the sources that need no mapping`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if list, _ := cmd.Flags().GetBool("list"); list {
				return a.listFormats()
			}
			if len(args) == 0 && req.Mapping == "" && req.Documents == "" && req.Format == "" {
				return usageError{fmt.Errorf("say what to import; see overt import --help")}
			}
			var err error
			if len(set)+len(env) > 0 && req.Mapping == "" {
				return usageError{fmt.Errorf("--set and --env say what names in a mapping stand for; give one with --mapping")}
			}
			if req.Env, err = given(set, env); err != nil {
				return usageError{err}
			}
			req.Paths, req.Extent = args, statement.Extent(extent)
			if extent != "" && !slices.Contains([]statement.Extent{statement.Full, statement.Window, statement.Delta}, req.Extent) {
				return usageError{fmt.Errorf("--extent is full, window or delta, not %q", extent)}
			}
			if req.Observed != "" && statement.DayOf(req.Observed) == statement.NoDay {
				return usageError{fmt.Errorf("--observed: %q is not a date; write 2024-03-31", req.Observed)}
			}
			of, err := pipeline.OfDocuments(req)
			if err != nil {
				return err
			}
			if of {
				return a.importDocuments(cmd.Context(), req)
			}
			return a.runImport(cmd.Context(), req)
		},
	}
	f := cmd.Flags()
	f.StringVarP(&req.Dataset, "dataset", "d", "", "name under which this publisher's data is kept (default the format's name)")
	f.StringVar(&req.Format, "as", "", "take the files for this `format` instead of detecting it")
	f.StringVarP(&req.Mapping, "mapping", "m", "", "a mapping `file` that says what the columns mean")
	f.StringVar(&req.Observed, "observed", "", "the `date` on which the source was in this state (default what the source says)")
	f.StringVar(&extent, "extent", "", "full (what is missing is gone), window (a slice) or delta")
	f.StringVar(&req.Series, "series", "", "which of several sources of the dataset this is a state of")
	f.StringVar(&req.Header, "header", "", "a `file` whose one line names the columns (default header.csv beside the table)")
	f.StringVar(&req.Encoding, "encoding", "", "the text's encoding, where detection is wrong")
	f.StringArrayVar(&set, "set", nil, "what ${KEY} in addresses of the mapping stands for, as `KEY=VALUE`")
	f.StringArrayVar(&env, "env", nil, "let ${NAME} in addresses of the mapping be the environment's variable of that `NAME`")
	a.unconfinedFlag(cmd)
	f.StringVar(&req.Documents, "documents", "", "take the tables and forms of the documents of this `dataset`, as they were read")
	f.Bool("list", false, "list the formats that need no mapping")
	return cmd
}

// given gathers what names in a mapping stand for. A mapping reads no variable
// of the environment that the user has not named.
func given(set, env []string) (map[string]string, error) {
	out := map[string]string{}
	for _, s := range set {
		key, value, ok := strings.Cut(s, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("--set is written KEY=VALUE")
		}
		out[key] = value
	}
	for _, name := range env {
		value, ok := os.LookupEnv(name)
		if !ok {
			return nil, fmt.Errorf("--env: the environment has no variable %q", name)
		}
		out[name] = value
	}
	return out, nil
}

func (a *app) runImport(ctx context.Context, req pipeline.Request) error {
	if err := a.confines(ctx); err != nil {
		return err
	}
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	if err := a.importReference(ctx, h); err != nil {
		return err
	}
	rep, err := a.importInto(ctx, h, req)
	if err != nil && rep == nil {
		return err
	}
	if printErr := a.print(rep, func(p *page) { importPage(p, rep) }); printErr != nil {
		return printErr
	}
	if err != nil {
		return err
	}
	return failures(req, rep)
}

// failures makes an error of files that could not be taken in: of any that was
// named, here or by the mapping, and of a folder when nothing of it was.
func failures(req pipeline.Request, rep *pipeline.Report) error {
	failed := 0
	for _, f := range rep.Files {
		if f.Verdict != ledger.Failed && f.Verdict != ledger.Refused {
			continue
		}
		failed++
		if len(req.Paths) == 0 || slices.ContainsFunc(req.Paths, func(p string) bool { return filepath.Base(p) == f.Source }) {
			return overt.Errorf(overt.Invalid, f.Source, "it could not be taken in: %s", strings.TrimPrefix(f.Reason, f.Source+": "))
		}
	}
	if failed == len(rep.Files) && failed > 0 {
		return overt.Errorf(overt.Invalid, strings.Join(req.Paths, " "), "nothing could be taken in; overt coverage says why")
	}
	return nil
}

// importInto runs one import through the gate.
func (a *app) importInto(ctx context.Context, h *home, req pipeline.Request) (rep *pipeline.Report, err error) {
	m := a.meter()
	defer m.end()
	// One dataset is read in one worker; where the files themselves tell which, each
	// has its own.
	key := cmp.Or(req.Dataset, req.Format, req.Mapping)
	err = a.withRecords(func(pool *records.Pool) error {
		im := a.importer(h, pool.Opener(key), a.visit(h), func(file string, rows, statements int64) {
			m.show("%s: %s rows, %s values, %.0f rows/s", file, count(rows), count(statements), m.rate(file, rows))
		})
		var err error
		rep, err = im.Import(ctx, req)
		return err
	})
	return rep, err
}

// importer imports for a visit.
func (a *app) importer(h *home, from open.Opener, v gate.Visit, told pipeline.Progress) *pipeline.Importer {
	return &pipeline.Importer{
		Clock: a.clock, Derived: filepath.Join(h.dir, "derived"), Records: from, Progress: told,
		Open: func(ctx context.Context, labels []policy.Label) (*gate.Pass, error) {
			v.Writes = labels
			return h.gate.Open(ctx, v)
		},
	}
}

// importReference keeps the program's own reference list in every home: the
// names by which agencies are one, and the vendors that texts name.
func (a *app) importReference(ctx context.Context, h *home) error {
	req, err := embedded(reference.Files(), reference.Mapping, reference.Dataset)
	if err != nil {
		return err
	}
	sum := sha256.New()
	for _, f := range req.Files {
		sum.Write(f.Data)
	}
	sum.Write(req.Text)
	req.Token = "reference-" + hex.EncodeToString(sum.Sum(nil))
	if _, in := h.store.RunOf(req.Token); in {
		return nil // or it was, and the user took it back
	}
	rep, err := a.importInto(ctx, h, req)
	if err != nil {
		return err
	}
	for _, f := range rep.Files {
		if f.Verdict == ledger.Failed {
			return overt.Errorf(overt.Internal, f.Source, "the program's own reference list cannot be read: %s", f.Reason)
		}
	}
	return nil
}

// embedded makes a request of files that the program carries.
func embedded(files fs.FS, mappingName, dataset string) (pipeline.Request, error) {
	req := pipeline.Request{Dataset: dataset, Mapping: mappingName, Extent: statement.Window}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if path.Base(name) == mappingName {
			req.Text = data
			return nil
		}
		if strings.HasSuffix(name, ".csv") {
			req.Files = append(req.Files, pipeline.Embedded{Name: path.Base(name), Data: data})
		}
		return nil
	})
	return req, err
}

func importPage(p *page, rep *pipeline.Report) {
	for _, f := range rep.Files {
		what := plural(int(f.Received), "row", "rows")
		switch {
		case f.Already:
			what = f.Reason
		case f.Verdict == ledger.Failed || f.Verdict == ledger.Refused:
			what = bare(f.Reason, f.Source)
		case f.LeftOut > 0:
			what += fmt.Sprintf(", %s left out", count(f.LeftOut))
		}
		if f.Repeats > 0 {
			what += ", " + plural(int(f.Repeats), "exact repeat", "exact repeats")
		}
		verdict := string(f.Verdict)
		if f.Format != "" {
			verdict += " · " + f.Format
		}
		p.line("%s  %s  %s", p.bold(f.Source), p.dim(verdict), p.safe(what))
		if f.Verdict == ledger.Failed && f.Retry != "" {
			p.line("    %s", p.dim(f.Retry))
		}
		for i, r := range f.Reasons {
			if i == 5 {
				p.line("    %s", p.dim(fmt.Sprintf("… and %d more reasons; overt coverage %s --left", len(f.Reasons)-5, f.Dataset)))
				break
			}
			p.line("    %s × %s", count(r.Rows), p.safe(r.Reason))
		}
		for i, w := range f.Warnings {
			if i == 8 {
				p.line("    %s", p.dim(fmt.Sprintf("… and %d more warnings; overt coverage %s", len(f.Warnings)-8, f.Dataset)))
				break
			}
			p.warning(w.Message, w.Where)
		}
	}
	if d := rep.Papers; d != nil {
		p.line("%s looked through: %s, %s; %d in already, %d without any", plural(d.Documents, "document", "documents"),
			plural(d.Forms, "form", "forms"), plural(d.Tables, "table", "tables"), d.Before, d.Without)
		if d.Passed > 0 {
			p.line("    %s", p.dim(plural(d.Passed, "table was not chosen", "tables were not chosen")))
		}
	}
	for _, r := range rep.Runs {
		p.line("run %d  %s  %s", r.Run, p.bold(r.Dataset), p.dim(fmt.Sprintf("%s entities (%s new or changed), %s values · %s as of %s",
			count(r.Entities), count(r.New), count(r.Statements), r.Extent, r.Observed)))
		for _, n := range r.Notes {
			p.line("    %s", p.dim(n))
		}
	}
}

func (a *app) listFormats() error {
	list := pipeline.Formats()
	return a.print(map[string]any{"formats": list}, func(p *page) {
		t := &table{heads: []string{"format", "what", "extent"}}
		for _, f := range list {
			t.add(f.Name, f.Title, f.Extent)
		}
		p.table(t)
	})
}
