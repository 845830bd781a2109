package main

import (
	"context"
	"fmt"
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
		Long: `The coverage ledger: every file that was received, with its verdict, and every row
or value that was left out, with its reason. Counts always add up to what was
received.`,
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
	cmd.Flags().IntVar(&left, "left", 0, "list up to `N` left-out rows of each file")
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
		p.line("  %s rows received = %s read + %s left out", count(d.RowsReceived), count(d.RowsRead), count(d.RowsLeft))
		if one {
			t := &table{heads: []string{"file", "verdict", ">rows", ">left out", ">run", "why"}}
			for _, f := range d.Files {
				t.add(short(f.Source, 48), string(f.Verdict), count(f.Received), count(f.LeftOut), runText(f.Run), short(f.Reason, 90))
			}
			p.table(t)
		}
		for _, f := range d.Failed {
			p.warning(f.Where+": "+bare(f.Reason, f.Where)+"; "+f.Retry, "")
		}
		for _, r := range d.Reasons {
			p.line("  %s × %s", count(r.Rows), p.safe(r.Reason))
		}
		for _, l := range d.Left {
			p.line("    %s", p.dim(fmt.Sprintf("%s: %s%s: %s", l.Source, l.Where, columnText(l.Left), l.Reason)))
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

func columnText(l ledger.Left) string {
	if l.Column == "" || l.Where.Column == l.Column || l.Where.Pointer == l.Column {
		return ""
	}
	return ", column " + l.Column
}

func runText(id overt.RunID) string {
	if id == 0 {
		return "–"
	}
	return fmt.Sprint(id)
}
