package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"overt/answer"
	"overt/gate"
)

func (a *app) threadCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "thread MESSAGE",
		Short: "Show the conversation that a mail belongs to",
		Long: `Puts together the messages that answer each other: who wrote when to whom, what is
attached, and which messages are answered and not here. MESSAGE is an id, a subject,
a file name or a Message-ID.

The ids that messages give decide; one that gives none is joined by its subject, and
marked as a guess.`,
		Example: "  overt thread 'Terms of the ferry'\n  overt thread '<terms-1@council.example.org>' --json",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			words := strings.Join(args, " ")
			c, err := ask(cmd.Context(), a, gate.Act{Action: "thread.read", Object: words}, true, func(ctx context.Context, d *gate.Desk) (*answer.Conversation, error) {
				return answer.ReadThread(ctx, d, words)
			})
			if err != nil {
				return err
			}
			return a.print(c, func(p *page) { threadPage(p, c) })
		},
	}
}

// deepest is how far answers are set in; what lies deeper stands below each other.
const deepest = 12

func threadPage(p *page, c *answer.Conversation) {
	foundLine(p, "taken", c.Taken)
	here := 0
	for _, m := range c.Messages {
		if m.Document != nil {
			here++
		}
	}
	line := plural(here, "message", "messages") + between(day(c.First), day(c.Last))
	if c.Missing > 0 {
		line += fmt.Sprintf(", %d missing", c.Missing)
	}
	p.line("%s", p.bold(line))
	for _, m := range c.Messages {
		indent := strings.Repeat("  ", min(m.Depth, deepest)+1)
		if m.Document == nil {
			p.line("%s%s", indent, p.warn(missingText(m.Missing)))
			continue
		}
		messageLines(p, indent, m)
	}
	if len(c.Participants) > 0 {
		p.line("%s", p.bold("Took part"))
		t := &table{heads: []string{"", ">sent", ">received"}}
		for i, who := range c.Participants {
			if i == 20 {
				break
			}
			t.add(short(who.Caption, 40)+"  "+string(who.ID), count(int64(who.Sent)), count(int64(who.Received)))
		}
		p.table(t)
		if n := len(c.Participants) - 20; n > 0 {
			p.line("  %s", p.dim(fmt.Sprintf("… and %d more with --json", n)))
		}
	}
	limitsPage(p, c.Limits)
}

func messageLines(p *page, indent string, m answer.Message) {
	mark := ""
	if m.Guess {
		mark = "  (a guess, by its subject)"
	}
	if m.Twice {
		mark += "  (another message has the same id)"
	}
	to := append(append(append([]string{}, m.To...), m.Cc...), m.Bcc...)
	p.line("%s%s  %s → %s%s", indent, p.bold(strings.Replace(m.Date, "T", " ", 1)), p.safe(short(strings.Join(m.From, ", "), 60)), p.safe(short(strings.Join(to, ", "), 80)), p.warn(mark))
	p.line("%s  %s  %s", indent, p.safe(short(m.Document.Caption, 80)), p.dim(string(m.Document.ID)))
	for _, c := range m.Copies {
		p.line("%s  %s", indent, p.dim("the same message: "+string(c.ID)))
	}
	for _, f := range m.Attachments {
		p.line("%s  + %s  %s", indent, p.safe(short(f.Caption, 60)), p.dim(fmt.Sprintf("%s · %s", f.Schema, f.ID)))
	}
}

func missingText(ids []string) string {
	if len(ids) == 1 {
		return "missing: <" + short(ids[0], 80) + ">"
	}
	return fmt.Sprintf("%d missing: <%s> … <%s>", len(ids), short(ids[0], 60), short(ids[len(ids)-1], 60))
}

// day is the date of a moment.
func day(moment string) string { return moment[:min(len(moment), len("2006-01-02"))] }
