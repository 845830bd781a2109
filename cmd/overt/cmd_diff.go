package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"overt/answer"
	"overt/ftm"
	"overt/gate"
)

func (a *app) diffCommand() *cobra.Command {
	var all bool
	var schema string
	cmd := &cobra.Command{
		Use:   "diff DATASET [RUN RUN]",
		Short: "What a newer state of a source says otherwise",
		Long: `Compares two runs of one source: what is new, came back, changed or is gone, value
by value, each cited in the run that has it. Without runs, the newest two states
are compared. Only a full extract can tell that something is gone; what a window
or a delta does not speak of is counted as unsaid.`,
		Example: `  overt diff fedramp
  overt diff fedramp 4 6 --schema CloudProduct --all
  overt diff fedramp 4 6 --json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 && len(args) != 3 {
				return usageError{fmt.Errorf("say a dataset, or a dataset and two runs; see overt runs")}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o := answer.DiffOptions{Limit: 5, Schema: schema}
			if len(args) == 3 {
				ids, err := runIDs(args[1:])
				if err != nil {
					return err
				}
				o.From, o.To = ids[0], ids[1]
			}
			if all || a.json {
				o.Limit = -1
			}
			act := gate.Act{Action: "run.diff", Object: args[0], Query: strings.Join(args[1:], " ")}
			d, err := ask(cmd.Context(), a, act, true, func(ctx context.Context, d *gate.Desk) (*answer.Diff, error) {
				return answer.FindDiff(ctx, d, args[0], o)
			})
			if err != nil {
				return err
			}
			return a.print(d, func(p *page) { diffPage(p, d) })
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "list every entity, not the first five of each kind")
	cmd.Flags().StringVar(&schema, "schema", "", "only entities of this `schema`, such as CloudProduct")
	return cmd
}

func diffPage(p *page, d *answer.Diff) {
	for _, side := range []struct {
		word string
		r    answer.DiffRun
	}{{"from", d.From}, {"to  ", d.To}} {
		p.line("%s   run %d  %s", p.dim(side.word), side.r.Run, p.dim(fmt.Sprintf("%s · %s as of %s · %s entities",
			side.r.Source, side.r.Extent, ftm.CutDay(side.r.Observed), count(int64(side.r.Entities)))))
		if side.r.Doubt != "" {
			p.warning(side.r.Doubt, "")
		}
	}
	t := &table{heads: []string{"schema", ">new", ">back", ">changed", ">gone", ">unsaid", ">same"}}
	row := func(name string, n answer.DiffCounts) {
		cells := []string{name}
		for _, v := range []int{n.New, n.Back, n.Changed, n.Gone, n.Unsaid, n.Same} {
			cells = append(cells, count(int64(v)))
		}
		t.add(cells...)
	}
	for _, s := range d.Schemata {
		row(s.Schema, s.DiffCounts)
	}
	row("all", d.Counts)
	p.table(t)
	last := ""
	for _, e := range d.Entities {
		if e.Change != last {
			p.line("%s", p.bold(e.Change))
		}
		last = e.Change
		p.line("  %s  %s", p.safe(short(e.Caption, 100)), p.dim(e.Schema+" · "+string(e.ID)))
		if e.Change == answer.Changed {
			diffValues(p, e.Values)
		} else if len(e.Values) > 0 {
			p.cite("    ", e.Values[0].Citation)
		}
	}
	for _, l := range d.Limits {
		p.line("%s", p.dim(l.Text))
	}
}

// shownDiffs is how many values of one changed entity the page shows.
const shownDiffs = 8

func diffValues(p *page, values []answer.ValueDiff) {
	for i, v := range values {
		if i == shownDiffs {
			p.line("    %s", p.dim(fmt.Sprintf("… and %d more values, with --json", len(values)-i)))
			return
		}
		sign := "+"
		if v.In == "from" {
			sign = "−"
		}
		text := v.Value
		if v.Caption != "" {
			text = v.Caption + "  " + v.Value
		}
		p.line("    %s %s: %s", sign, p.dim(v.Label), p.safe(short(text, 120)))
		p.cite("      ", v.Citation)
	}
}
