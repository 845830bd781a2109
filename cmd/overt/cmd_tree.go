package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"overt/answer"
	"overt/gate"
	"overt/ledger"
)

func (a *app) treeCommand() *cobra.Command {
	var limit int
	cmd := &cobra.Command{
		Use:   "tree DOCUMENT",
		Short: "Show what holds a document, and what is inside",
		Long: `Shows the ways from a received file to a document, and all that is inside of it,
level by level: members of archives, messages of mailboxes, attachments, embedded
objects. Of each part it says whether it was read, and why not.`,
		Example: "  overt tree mails.zip\n  overt tree 'Terms of the ferry' --json",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			words := strings.Join(args, " ")
			t, err := ask(cmd.Context(), a, gate.Act{Action: "tree.read", Object: words}, true, func(ctx context.Context, d *gate.Desk) (*answer.Tree, error) {
				return answer.ReadTree(ctx, d, words)
			})
			if err != nil {
				return err
			}
			return a.print(t, func(p *page) { treePage(p, t, limit) })
		},
	}
	cmd.Flags().IntVar(&limit, "limit", 200, "show `N` parts; 0 shows all")
	return cmd
}

func treePage(p *page, t *answer.Tree, limit int) {
	foundLine(p, "taken", t.Taken)
	for _, way := range t.Above {
		names := make([]string, len(way))
		for i, h := range way {
			names[i] = short(h.Name, 40)
		}
		where := "in " + strings.Join(names, " ! ")
		if len(way) == 0 {
			where = "received by itself"
		}
		p.line("       %s", p.dim(where))
	}
	if n := len(t.Parts) - 1; n > 0 {
		again := ""
		if k := n - sumOf(t.Verdicts); k > 0 {
			again = fmt.Sprintf(", %s the same bytes again or not received", count(int64(k)))
		}
		p.line("%s", p.bold(fmt.Sprintf("%s inside: %s read, %s partly, %s failed, %s refused, %s waiting", plural(n, "file", "files"),
			count(int64(t.Verdicts[ledger.Read])), count(int64(t.Verdicts[ledger.Partial])), count(int64(t.Verdicts[ledger.Failed])),
			count(int64(t.Verdicts[ledger.Refused])), count(int64(t.Verdicts[ledger.Waiting])))+again))
	}
	for i, part := range t.Parts {
		if i == limit && limit > 0 {
			p.line("  %s", p.dim(fmt.Sprintf("… %s more with --limit 0", plural(len(t.Parts)-i, "file", "files"))))
			break
		}
		partLine(p, part)
	}
	limitsPage(p, t.Limits)
}

func partLine(p *page, part answer.Part) {
	about := []string{bytesText(part.Size)}
	for _, s := range []string{string(part.Role), part.Type} {
		if s != "" {
			about = append(about, s)
		}
	}
	if part.Again {
		about = append(about, "the same bytes as above")
	}
	verdict := p.dim(string(part.Verdict))
	if part.Verdict != ledger.Read && part.Verdict != "" {
		verdict = p.warn(string(part.Verdict) + ": " + short(part.Reason, 100))
	}
	indent := strings.Repeat("  ", min(part.Depth, deepest)+1)
	p.line("%s%s  %s  %s  %s", indent, p.safe(short(part.Name, 70)), verdict, p.dim(strings.Join(about, " · ")), p.dim(string(part.ID)))
}
