package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"overt"
	"overt/export"
	"overt/extract/records"
	"overt/ftm"
	"overt/gate"
	"overt/screen"
)

func (a *app) screenCommand() *cobra.Command {
	s := screening{}
	var mappingPath, out string
	var asCSV, force bool
	var query, hit, reason string
	cmd := &cobra.Command{
		Use:   "screen FILE",
		Short: "Compare a table of people and companies with the lists",
		Long: `Compares each row of a table with every entity of the home, or of some datasets, as
overt match does one. Columns are taken for the properties that are called like them
(name, birthDate or "Birth date", country, registrationNumber, …); id is your own
number of the row, schema says what it is. Other columns need a --mapping, written
as for overt import.

What you have decided is remembered: --clear says that a hit is somebody else, and
why. It is then told as cleared, and is no match. It holds for the row's id and
for as long as what was compared stays the same on both sides: once a newer list
says something else that decides, the hit comes back. overt undo takes it back.`,
		Example: `  overt screen customers.csv --against us-ofac-sdn,eu-journal
  overt screen vendors.xlsx --schema Company --cutoff 0.5 --csv --out hits.csv
  overt screen customers.csv --clear 1042 --hit ofac-306 --reason "born 1990; passport seen"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case asCSV && a.json:
				return usageError{errors.New("--csv or --json, not both")}
			case !asCSV && (out != "-" || force):
				return usageError{errors.New("--out and --force go with --csv")}
			case (query == "") != (hit == "") || query == "" && reason != "" || query != "" && reason == "":
				return usageError{errors.New("to clear a hit say --clear QUERY, --hit HIT and --reason TEXT")}
			}
			if err := s.check(); err != nil {
				return err
			}
			m, err := readMapping(mappingPath)
			if err != nil {
				return err
			}
			r := &requestFile{schema: s.schema, mapping: m}
			if err := a.confines(cmd.Context()); err != nil {
				return err
			}
			if err := a.withRecords(func(pool *records.Pool) error { return r.read(cmd.Context(), pool.Opener(""), args[0]) }); err != nil {
				return err
			}
			if query != "" {
				return a.clearHit(cmd.Context(), &s, r, query, screen.Clearing{Hit: ftm.EntityID(hit), Reason: reason})
			}
			return a.screenFile(cmd.Context(), &s, r, asCSV, out, force)
		},
	}
	s.flags(cmd, screen.DefaultLimit, screen.DefaultThreshold)
	f := cmd.Flags()
	f.StringVarP(&mappingPath, "mapping", "m", "", "a mapping `file` that says what the columns mean")
	f.BoolVar(&asCSV, "csv", false, "write a table, a line for each hit")
	f.StringVar(&out, "out", "-", "with --csv: the `file`; - is standard output")
	f.BoolVar(&force, "force", false, "replace the file if it is there")
	f.StringVar(&query, "clear", "", "clear a hit of the `QUERY` with this id")
	f.StringVar(&hit, "hit", "", "the entity that it is not, with --clear")
	f.StringVar(&reason, "reason", "", "why, with --clear; one sentence")
	a.unconfinedFlag(cmd)
	return cmd
}

func (a *app) screenFile(ctx context.Context, s *screening, r *requestFile, asCSV bool, target string, force bool) error {
	if target != "-" {
		if dir, err := a.homeDir(); err != nil {
			return err
		} else if inside(dir, target) {
			return overt.Errorf(overt.Invalid, target, "the home takes no other files; name one elsewhere")
		}
		if err := checkTarget(target, force); err != nil {
			return err
		}
	}
	out, err := ask(ctx, a, r.act(s), false, func(ctx context.Context, d *gate.Desk) (*screen.Screened, error) {
		out, err := screenAll(ctx, d, s, r.queries, r.places)
		if err == nil {
			out.Unread = r.unread
		}
		return out, err
	})
	if err != nil {
		return err
	}
	beside := &page{w: a.err}
	if len(r.unread) > 0 {
		beside.warning("columns that were not compared: "+strings.Join(r.unread, ", "), "")
	}
	for _, p := range r.failed {
		beside.warning(strings.TrimSpace(p.Property)+": "+p.Reason, r.name)
	}
	if !asCSV {
		return a.print(out, func(p *page) { screenedPage(p, out) })
	}
	return a.screenedTable(out, target)
}

// act is what the log says of a screening: the file by its hash.
func (r *requestFile) act(s *screening) gate.Act {
	return gate.Act{Action: "screen", Object: strings.Join(s.against, " "),
		Query: fmt.Sprintf("%d requests of %s, sha256 %s, %s from %v", len(r.queries), short(r.name, 200), r.sha256, s.options.Algorithm.Name, s.options.Threshold)}
}

func (a *app) screenedTable(s *screen.Screened, target string) error {
	if target == "-" {
		a.printed = true
		w := bufio.NewWriter(a.out)
		return errors.Join(screenedCSV(w, s), w.Flush())
	}
	f, err := createNew(target)
	if err != nil {
		return err
	}
	defer f.drop()
	if err := screenedCSV(f, s); err != nil {
		return err
	}
	if err := f.ready(); err != nil {
		return err
	}
	if err := f.name(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.err, "%s written\n", plural(s.Records(), "hit", "hits"))
	return err
}

// screenedCSV writes a line for each hit, and one for each request that could not
// be compared.
func screenedCSV(out io.Writer, s *screen.Screened) error {
	w := csv.NewWriter(out)
	if err := w.Write([]string{"place", "query", "name", "hit", "caption", "schema", "datasets", "score", "match", "outcome", "why", "cleared", "source", "where", "error"}); err != nil {
		return err
	}
	for i := range s.Rows {
		row := &s.Rows[i]
		begin := []string{row.Place, row.Query.ID, row.Query.Caption()}
		if row.Err != nil {
			if err := w.Write(cells(begin, make([]string, 11), []string{row.Error})); err != nil {
				return err
			}
		}
		for j := range row.Results {
			r := &row.Results[j]
			var why []string
			for _, f := range r.Features {
				why = append(why, f.Name+" "+f.Level)
			}
			cleared, source, where := "", "", ""
			if r.Cleared != nil {
				cleared = r.Cleared.On + " " + r.Cleared.By + ": " + r.Cleared.Reason
			}
			if len(r.Citations) > 0 {
				source, where = r.Citations[0].Source, r.Citations[0].Locator.String()
			}
			line := []string{string(r.ID), r.Entity.Caption, r.Entity.Schema, strings.Join(r.Entity.Datasets, ";"), strconv.FormatFloat(r.Score, 'f', 3, 64),
				strconv.FormatBool(r.Match), r.Outcome, strings.Join(why, "; "), cleared, source, where}
			if err := w.Write(cells(begin, line, []string{""})); err != nil {
				return err
			}
		}
	}
	w.Flush()
	return w.Error()
}

// cells joins fields and has none taken for a formula.
func cells(parts ...[]string) []string {
	out := slices.Concat(parts...)
	for i := range out {
		out[i] = export.Cell(out[i])
	}
	return out
}

// A ClearedHit is what --clear answers.
type ClearedHit struct {
	Query    string       `json:"query"`
	Hit      ftm.EntityID `json:"hit"`
	Deciding ftm.EntityID `json:"deciding"`
	Run      overt.RunID  `json:"run"`
}

// clearHit screens one row again, and keeps that a hit of it is somebody else.
func (a *app) clearHit(ctx context.Context, s *screening, r *requestFile, query string, c screen.Clearing) error {
	at := slices.IndexFunc(r.queries, func(q screen.Query) bool { return q.ID == query })
	if at < 0 {
		return overt.Errorf(overt.NotFound, r.name, "no row has the id %q", query)
	}
	if slices.IndexFunc(r.queries[at+1:], func(q screen.Query) bool { return q.ID == query }) >= 0 {
		return overt.Errorf(overt.Invalid, r.name, "more than one row has the id %q", query)
	}
	h, pass, err := a.enter(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	s.options.Cutoff, s.options.Limit = 0, screen.MaxLimit
	act := r.act(s)
	act.Query = "row " + short(query, 200) + " of " + act.Query
	out, err := gate.Ask(ctx, pass, act, false, func(ctx context.Context, d *gate.Desk) (*screen.Screened, error) {
		return screenAll(ctx, d, s, r.queries[at:at+1], r.places[at:at+1])
	})
	if err != nil {
		return err
	}
	if out.Rows[0].Err != nil {
		return out.Rows[0].Err
	}
	i := slices.IndexFunc(out.Rows[0].Results, func(r screen.Result) bool { return r.ID == c.Hit })
	switch {
	case i < 0:
		return overt.Errorf(overt.NotFound, string(c.Hit), "it is no hit of %q", short(query, 80))
	case out.Rows[0].Results[i].Cleared != nil:
		return overt.Errorf(overt.Conflict, string(c.Hit), "it is cleared; take run %d back first, with overt undo", out.Rows[0].Results[i].Cleared.Run)
	}
	c.Deciding = out.Rows[0].Results[i].Deciding
	done := ClearedHit{Query: query, Hit: c.Hit, Deciding: c.Deciding}
	if done.Run, err = writeClearing(ctx, a, pass, &c); err != nil {
		return err
	}
	return a.print(done, func(p *page) {
		p.line("cleared: %s is not %s  %s", p.bold(query), p.bold(string(c.Hit)), p.dim(fmt.Sprintf("to take it back: overt undo %d", done.Run)))
	})
}

func writeClearing(ctx context.Context, a *app, pass *gate.Pass, c *screen.Clearing) (run overt.RunID, err error) {
	act := gate.Act{Action: "screen.clear", Object: string(c.Hit), Query: string(c.Deciding) + ": " + short(c.Reason, 1000)}
	err = pass.Do(ctx, act, func(ctx context.Context, b *gate.Bench) (int64, string, error) {
		view, err := b.Statements.View(ctx, b.Scope, act.When)
		if err != nil {
			return 0, "", err
		}
		label, err := c.Label(ctx, view, b.Scope.Writes)
		if err = errors.Join(err, view.Close()); err != nil {
			return 0, "", err
		}
		run, err = c.Write(ctx, b.Statements, b.Scope, b.Actor, label, a.clock())
		return 1, "", err
	})
	return run, err
}
