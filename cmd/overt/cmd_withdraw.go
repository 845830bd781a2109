package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"overt"
	"overt/statement"
)

func (a *app) withdrawCommand() *cobra.Command {
	var n statement.Notice
	var by string
	var reissued bool
	cmd := &cobra.Command{
		Use:   "withdraw RUN --reason TEXT",
		Short: "Mark all that rests on a source its publisher withdrew or corrected",
		Long: `Marks a run whose publisher does not stand by it any more, or has put another in
its place (--corrected-by). Nothing is hidden: each value, link and sum that rests
on it says so from now on, with the reason. To make what a run said disappear, use
overt undo. --reissued takes an earlier mark back; both stay on record.`,
		Example: `  overt withdraw 7 --on 2024-05-01 --reason "taken down, notice on the agency's page"
  overt withdraw 7 --corrected-by 12 --reason "erratum of 3 June: sums of 2023 were doubled"
  overt withdraw 7 --reissued --reason "republished unchanged"`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ids, err := runIDs(args)
			if err != nil {
				return err
			}
			if n.Reason == "" {
				return usageError{fmt.Errorf("say why, with --reason")}
			}
			switch n.Kind = statement.Withdrawn; {
			case reissued && by != "":
				return usageError{fmt.Errorf("--reissued and --corrected-by exclude each other")}
			case reissued:
				n.Kind = statement.Reissued
			case by != "":
				other, err := runIDs([]string{by})
				if err != nil {
					return err
				}
				n.Kind, n.By = statement.Corrected, other[0]
			}
			if n.On == "" {
				n.On = a.clock().UTC().Format("2006-01-02")
			}
			return a.withdraw(cmd.Context(), ids[0], n)
		},
	}
	f := cmd.Flags()
	f.StringVar(&n.Reason, "reason", "", "why, with the source of it; one sentence")
	f.StringVar(&n.On, "on", "", "the `date` of the publisher's word (default today)")
	f.StringVar(&by, "corrected-by", "", "the `run` that stands in its place")
	f.BoolVar(&reissued, "reissued", false, "an earlier mark holds no more")
	return cmd
}

func (a *app) withdraw(ctx context.Context, id overt.RunID, n statement.Notice) error {
	h, pass, err := a.enter(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	if err := pass.Note(ctx, id, n); err != nil {
		return err
	}
	h.noted = true
	return a.print(map[string]any{"run": id, "kind": n.Kind, "on": n.On, "reason": n.Reason, "by": n.By}, func(p *page) {
		p.line("run %d is marked as %s on %s; what rests on it says so", id, n.Kind, n.On)
	})
}
