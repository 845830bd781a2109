package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"overt"
	"overt/answer"
	"overt/gate"
	"overt/ledger"
)

func (a *app) coverageCommand() *cobra.Command {
	var left int
	cmd := &cobra.Command{
		Use:   "coverage [DATASET]",
		Short: "Say what was read, what was not, and why",
		Long: `The coverage ledger: every file that was received, with its verdict, and what was
left out, with its reason: rows and values of tables, pages and parts of documents.
Counts always add up to what was received.`,
		Example: "  overt coverage\n  overt coverage procurement --left 20",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dataset := strings.Join(args, "")
			c, err := ask(cmd.Context(), a, gate.Act{Action: "coverage", Object: dataset}, false, func(ctx context.Context, d *gate.Desk) (*answer.Coverage, error) {
				return answer.ReadCoverage(ctx, d, dataset, left)
			})
			if err != nil {
				return err
			}
			return a.print(c, func(p *page) { coveragePage(p, c, dataset != "") })
		},
	}
	cmd.Flags().IntVar(&left, "left", 0, "list up to `N` rows, pages or parts of each file that were left out")
	cmd.Flags().Lookup("left").NoOptDefVal = "100"
	return cmd
}

func coveragePage(p *page, c *answer.Coverage, one bool) {
	if len(c.Datasets) == 0 {
		p.line("Nothing has been received yet.")
	}
	for _, d := range c.Datasets {
		p.line("%s  %s: %d read, %d partly, %d failed, %d refused, %d waiting", p.bold(d.Dataset), plural(d.Received, "file", "files"),
			d.Read, d.Partial, len(d.Failed), d.Refused, d.Waiting)
		amounts(p, d)
		if one {
			filesTable(p, d, false)
			filesTable(p, d, true)
		}
		for _, f := range d.Failed {
			p.warning(f.Where+": "+bare(f.Reason, f.Where)+"; "+f.Retry, "")
		}
		for _, r := range d.Reasons {
			p.line("  %s × %s", count(r.Rows), p.safe(r.Reason))
		}
		for _, l := range d.Left {
			p.line("    %s", p.dim(fmt.Sprintf("%s: %s: %s", l.Source, placeText(l.Left), l.Reason)))
		}
		seen := map[string]bool{}
		for _, w := range d.Warnings {
			if !seen[w.Message+w.Where] {
				p.warning(w.Message, w.Where)
			}
			seen[w.Message+w.Where] = true
		}
	}
}

// amounts says how much of tables and of documents was read. A dataset may have
// both.
func amounts(p *page, d answer.DatasetCoverage) {
	documents := slices.ContainsFunc(d.Files, isDocument)
	if d.RowsReceived > 0 || !documents {
		p.line("  %s rows received = %s read + %s left out", count(d.RowsReceived), count(d.RowsRead), count(d.RowsLeft))
	}
	if !documents {
		return
	}
	parts := ""
	if d.PartsLeft > 0 {
		parts = "; and " + plural(int(d.PartsLeft), "part", "parts") + " not read"
	}
	p.line("  %s pages = %s read + %s not read%s", count(d.Pages), count(d.PagesRead), count(d.PagesLeft), parts)
}

func isDocument(e ledger.Entry) bool { return e.Document }

// filesTable lists the documents of a dataset, or its other files.
func filesTable(p *page, d answer.DatasetCoverage, documents bool) {
	t := &table{heads: []string{"file", "verdict", ">rows", ">left out", ">run", "why"}}
	if documents {
		t.heads[0], t.heads[2], t.heads[3] = "document", ">pages", ">not read"
	}
	for _, f := range d.Files {
		if f.Document == documents {
			t.add(short(f.Source, 48), string(f.Verdict), count(f.Received), count(f.LeftOut), runText(f.Run), short(f.Reason, 90))
		}
	}
	if len(t.rows) > 0 {
		p.table(t)
	}
}

// placeText says where something was left out: a row and column, a page, or the
// part of a document that its reader named.
func placeText(l ledger.Left) string {
	place, named := l.Where.String(), l.Column
	switch {
	case named == "" || l.Where.Column == named || l.Where.Pointer == named:
		return place
	case place == "":
		return named
	case l.Where.Page > 0:
		return place + ", " + named
	}
	return place + ", column " + named
}

func runText(id overt.RunID) string {
	if id == 0 {
		return "–"
	}
	return fmt.Sprint(id)
}
