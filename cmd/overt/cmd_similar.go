package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"overt/answer"
	"overt/gate"
)

func (a *app) similarCommand() *cobra.Command {
	var share float64
	var limit int
	cmd := &cobra.Command{
		Use:   "similar [DOCUMENT]",
		Short: "Find documents that say nearly the same",
		Long: `Finds versions of a document, copies with another header or with the noise of a
scan, answers that quote it, and says by what they differ. Without a document, groups
all near copies that there are.

Two documents are as similar as the share of pairs of neighbouring words, long ones
in pieces of six letters, that both have. A document that you may not see joins no others.`,
		Example: "  overt similar terms.txt\n  overt similar --share 0.8 --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			if share < 0.2 || share > 1 {
				return usageError{fmt.Errorf("--share is a number from 0.2 to 1, not %g", share)}
			}
			if len(args) == 0 {
				return a.similarGroups(cmd.Context(), share, limit)
			}
			words := strings.Join(args, " ")
			s, err := ask(cmd.Context(), a, gate.Act{Action: "similar.read", Object: words}, true, func(ctx context.Context, d *gate.Desk) (*answer.Similars, error) {
				return answer.FindSimilar(ctx, d, words, share)
			})
			if err != nil {
				return err
			}
			return a.print(s, func(p *page) { similarPage(p, s) })
		},
	}
	cmd.Flags().Float64Var(&share, "share", answer.NearCopy, "from which `SHARE` on documents are near copies, 0.2 to 1")
	cmd.Flags().IntVar(&limit, "limit", 20, "show `N` groups; 0 shows all")
	return cmd
}

func (a *app) similarGroups(ctx context.Context, share float64, limit int) error {
	g, err := ask(ctx, a, gate.Act{Action: "similar.read"}, false, func(ctx context.Context, d *gate.Desk) (*answer.SimilarGroups, error) {
		return answer.GroupSimilar(ctx, d, share, limit)
	})
	if err != nil {
		return err
	}
	return a.print(g, func(p *page) {
		p.line("%s", p.bold(fmt.Sprintf("%s of near copies among %s", plural(len(g.Groups)+g.More, "group", "groups"), plural(g.Documents, "document", "documents"))))
		for _, group := range g.Groups {
			p.line("%s", p.bold(plural(len(group.Documents), "document", "documents")))
			for i, m := range group.Documents {
				if i == 10 {
					p.line("  %s", p.dim(fmt.Sprintf("… and %d more with --json", len(group.Documents)-i)))
					break
				}
				p.line("  %s  %s  %s", percent(m.Similarity), p.safe(short(m.Caption, 70)), p.dim(fmt.Sprintf("%s · %s", m.Schema, m.ID)))
			}
		}
		if g.More > 0 {
			p.line("%s", p.dim(fmt.Sprintf("… and %s more with --limit", plural(g.More, "group", "groups"))))
		}
	})
}

func percent(share float64) string { return fmt.Sprintf("%3.0f %%", 100*share) }

func similarPage(p *page, s *answer.Similars) {
	foundLine(p, "taken", s.Taken)
	p.line("%s", p.bold(plural(len(s.Similar), "similar document", "similar documents")))
	for _, o := range s.Similar {
		p.line("%s  %s  %s", percent(o.Similarity), p.bold(short(o.Caption, 70)), p.dim(fmt.Sprintf("%s · %s · %s", o.Relation, o.Schema, o.ID)))
		if o.Added+o.Removed == 0 {
			p.line("       %s", p.dim("the same lines"))
			continue
		}
		p.line("       %s", p.dim(fmt.Sprintf("%s more, %s fewer", plural(o.Added, "line", "lines"), count(int64(o.Removed)))))
		for _, side := range []struct {
			sign string
			at   *answer.Excerpt
		}{{"-", o.FirstRemoved}, {"+", o.FirstAdded}} {
			if side.at != nil {
				p.line("       %s %s  %s", side.sign, p.safe(short(oneLine(side.at.Quote), 80)), p.dim(fmt.Sprintf("page %d, characters %d to %d", side.at.Page, side.at.Start, side.at.End)))
			}
		}
	}
	limitsPage(p, s.Limits)
}
