package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"overt/answer"
	"overt/gate"
	"overt/pipeline"
)

func (a *app) acceptCommand() *cobra.Command {
	var as string
	var j pipeline.Judgement
	cmd := &cobra.Command{
		Use:   "accept MENTION… --reason TEXT",
		Short: "Say that a document means an entity by a name",
		Long: `Makes a link of a suggestion: this document names that entity. MENTION is the id
that overt mentions prints (doc-…:3:120-131); what is said of it holds for the name
in the whole document. Who may be meant by it is told with --as, where that is not
clear. The link cites the passage, and says no more than that the entity is named.

Your word is kept as an import of its own, with your name, the day and the reason;
overt undo takes it back.`,
		Example: `  overt accept doc-3f2a91c04be7:3:120-142 --reason "read the page; it is the carrier"
  overt accept doc-3f2a91c04be7:3:120-123 --as "Amazon Web Services" --reason "said on page 2"`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			j.Mentions = args
			return a.judge(cmd.Context(), j, as)
		},
	}
	cmd.Flags().StringVar(&as, "as", "", "the `ENTITY` that is meant")
	cmd.Flags().StringVar(&j.Reason, "reason", "", "why; one sentence")
	return cmd
}

func (a *app) rejectCommand() *cobra.Command {
	var as string
	j := pipeline.Judgement{Reject: true}
	cmd := &cobra.Command{
		Use:   "reject MENTION… --reason TEXT",
		Short: "Say that a document does not mean an entity by a name, or means none",
		Long: `Has a name suggested no more in a document: for one entity (--as), for none, or,
with --everywhere, in no document at all. overt undo takes it back.`,
		Example: `  overt reject doc-3f2a91c04be7:3:120-123 --as "Apple Inc" --reason "the fruit"
  overt reject doc-3f2a91c04be7:1:0-14 --everywhere --reason "a heading, no organisation"`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if as != "" && j.Everywhere {
				return usageError{fmt.Errorf("--as and --everywhere exclude each other")}
			}
			j.Mentions = args
			return a.judge(cmd.Context(), j, as)
		},
	}
	cmd.Flags().StringVar(&as, "as", "", "the `ENTITY` that is not meant")
	cmd.Flags().BoolVar(&j.Everywhere, "everywhere", false, "in every document")
	cmd.Flags().StringVar(&j.Reason, "reason", "", "why; one sentence")
	return cmd
}

func (a *app) judge(ctx context.Context, j pipeline.Judgement, as string) error {
	if j.Reason == "" {
		return usageError{fmt.Errorf("say why, with --reason")}
	}
	h, pass, err := a.enter(ctx)
	if err != nil {
		return err
	}
	defer h.close(a)
	if as != "" {
		found, err := gate.Ask(ctx, pass, gate.Act{Action: "entity.read", Object: as}, true, func(ctx context.Context, d *gate.Desk) (*answer.Found, error) {
			return answer.Find(ctx, d, as)
		})
		if err != nil {
			return err
		}
		j.As = found.Members
	}
	done, err := pipeline.Judge(ctx, pass, j, a.clock)
	if err != nil {
		return err
	}
	return a.print(done, func(p *page) {
		for _, m := range done.Mentions {
			word := "rejected"
			if m.Accepted {
				word = "accepted"
			}
			of := ""
			if m.Entity != "" {
				of = " as " + string(m.Entity)
			}
			p.line("%s %s%s  %s", word, p.bold(short(oneLine(m.Text), 70)), p.safe(of), p.dim(m.ID))
		}
		runs := make([]string, len(done.Runs))
		for i, id := range done.Runs {
			runs[i] = fmt.Sprint(id)
		}
		p.line("%s", p.dim("to take it back: overt undo "+strings.Join(runs, " ")))
	})
}
