package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"overt/answer"
	"overt/casefile"
	"overt/gate"
	"overt/report"
)

func (a *app) reportCommentCommand() *cobra.Command {
	var on string
	cmd := &cobra.Command{
		Use:   "comment CASE REPORT|COMMENT TEXT",
		Short: "Say something of a report to those who work on the case, or answer; it is never published",
		Long: `Comments on the whole report, or with --on on words of its newest text; said to a
comment it is an answer. The words are kept as they stood; report show tells the line
that they stand in, or that they are not there any more. A comment that nobody settled
is a point of the check list.`,
		Example: `  overt report comment c4k7q2m9xd0 r7c1m4 "which year is this?" --on "takes 1,250.50 a day"
  overt report comment c4k7q2m9xd0 n3k8d2 "2024, as the letter says"`,
		Args: cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.changeWith(cmd.Context(), args[0], func(ctx context.Context, pass *gate.Pass) (*casefile.State, error) {
				return answer.CommentReport(ctx, pass, args[1], on, args[2])
			})
		},
	}
	cmd.Flags().StringVar(&on, "on", "", "the `WORDS` of the report, of one paragraph")
	return cmd
}

func (a *app) reportSettleCommand() *cobra.Command {
	var again bool
	var reason string
	cmd := &cobra.Command{
		Use:   "settle CASE COMMENT",
		Short: "Settle a comment, or open it again",
		Example: `  overt report settle c4k7q2m9xd0 n3k8d2
  overt report settle c4k7q2m9xd0 n3k8d2 --again --reason "the figure is of 2023"`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			state := casefile.Done
			if again {
				state = casefile.Todo
			}
			return a.add(cmd, args[0], casefile.Event{Kind: casefile.Move, Item: args[1], State: state, Reason: reason})
		},
	}
	cmd.Flags().BoolVar(&again, "again", false, "open it again")
	cmd.Flags().StringVar(&reason, "reason", "", "why; one sentence")
	return cmd
}

// commentLines tells what was said of a report.
func commentLines(p *page, r *casefile.ReportView) {
	heading(p, "comments", len(r.Comments))
	text := &report.Text{}
	if n := len(r.Versions); n > 0 {
		text = report.Parse(r.Versions[n-1].Text)
	}
	for _, c := range r.Comments {
		state := "open"
		if c.State == casefile.Done {
			state = "settled"
		}
		p.line("  %s  %s  %s", p.dim(state), p.safe(oneLine(c.Text)), p.dim(c.By+", "+day(c.At)+" "+c.Item))
		if c.Reason != "" {
			p.line("      %s", p.dim("because "+oneLine(c.Reason)))
		}
		if c.On != "" {
			where := fmt.Sprintf("of version %d: the words are not there any more", c.Version)
			if s := text.Find(c.On); s != nil {
				where = fmt.Sprintf("line %d", s.Line)
			}
			p.line("      %s  %s", p.dim("on “"+short(oneLine(c.On), 90)+"”"), p.dim(where))
		}
		noteLines(p, "      ", c.Answers)
	}
}
