package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/statement"
)

func (a *app) listRuns(ctx context.Context, dataset string) error {
	list, err := ask(ctx, a, gate.Act{Action: "run.list", Object: dataset}, false, func(_ context.Context, d *gate.Desk) (*answer.RunList, error) {
		return answer.ListRuns(d, dataset), nil
	})
	if err != nil {
		return err
	}
	return a.print(list, func(p *page) {
		if len(list.Runs) == 0 {
			p.line("Nothing has come in yet. Try: overt demo, or overt import FILE --dataset NAME")
			return
		}
		t := &table{heads: []string{">run", "dataset", "format", "observed", "extent", ">entities", ">values", "sources"}}
		for _, r := range list.Runs {
			names := make([]string, len(r.Sources))
			for i, s := range r.Sources {
				names[i] = s.Name
			}
			src := strings.Join(names, ", ")
			if r.Undone != "" {
				src = "taken back " + r.Undone[:min(10, len(r.Undone))] + " · " + src
			}
			if said := r.Doubt(); said != "" {
				src = said + " · " + src
			}
			t.add(fmt.Sprint(r.ID), r.Dataset, r.Format, ftm.CutDay(r.Observed), extentOf(r.Run), count(r.Entities), count(r.Statements), short(src, 60))
		}
		p.table(t)
	})
}

// extentOf says how much of its source a run is, and whether anyone said so.
func extentOf(r statement.Run) string {
	if r.Assumed {
		return string(r.Extent) + " (assumed)"
	}
	return string(r.Extent)
}

func (a *app) runsCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "runs [DATASET]",
		Short:   "List what came in, run by run",
		Example: "  overt runs\n  overt runs fedramp --json",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dataset := strings.Join(args, "")
			return a.listRuns(cmd.Context(), dataset)
		},
	}
}

func (a *app) undoCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "undo RUN…",
		Short: "Take runs back",
		Long: `Takes runs back: from now on nothing shows what only they said. What another run
says too stays. The bytes and the record of the run are kept.`,
		Example: "  overt undo 7\n  overt undo 7 8 9",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, err := runIDs(args)
			if err != nil {
				return err
			}
			return a.undo(cmd.Context(), ids)
		},
	}
}

// runIDs reads numbers of runs.
func runIDs(args []string) ([]overt.RunID, error) {
	ids := make([]overt.RunID, len(args))
	for i, s := range args {
		n, err := strconv.ParseUint(s, 10, 32)
		if err != nil || n == 0 {
			return nil, usageError{fmt.Errorf("%q is not the number of a run; see overt runs", s)}
		}
		ids[i] = overt.RunID(n)
	}
	return ids, nil
}

func (a *app) undo(ctx context.Context, ids []overt.RunID) error {
	h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	for _, id := range ids {
		pass, err := h.gate.Open(ctx, a.visit(h))
		if err != nil {
			return err
		}
		if err := pass.Undo(ctx, id); err != nil {
			return err
		}
	}
	return a.print(map[string]any{"undone": ids}, func(p *page) {
		for _, id := range ids {
			p.line("run %d is taken back", id)
		}
	})
}
