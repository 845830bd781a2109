package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"overt/answer"
	"overt/gate"
)

func (a *app) conflictsCommand() *cobra.Command {
	var kind string
	var limit int
	var citations bool
	cmd := &cobra.Command{
		Use:   "conflicts [DATASET|ENTITY]",
		Short: "Say where sources contradict each other, or themselves",
		Long: `Lists what sources say that cannot all be so, with what each of them says, when,
and where it stands. Nothing is decided: the sums and links of other verbs say
which side they follow.

Kinds: value (a property that has one value at a time has several), count (a
published count beside the list it counts), total (an award's figures beside the
sum of its actions or sub-awards), form (what a text states beside what contract
rows account for: kinds that cannot be compared), identity (one identifier on
unlike entities, two owners at one time). Values of different days are history
and no conflict, and so is a date that is only less precise.

About one entity, what names it is compared too: a supplier's awards and actions.`,
		Example: `  overt conflicts
  overt conflicts fedramp-marketplace --kind count
  overt conflicts "Four Points Technology" --json`,
		RunE: func(cmd *cobra.Command, args []string) error {
			words := strings.Join(args, " ")
			n := 1
			if citations {
				n = -1
			}
			act := gate.Act{Action: "conflicts", Object: words, Query: "kind " + kind}
			c, err := ask(cmd.Context(), a, act, true, func(ctx context.Context, d *gate.Desk) (*answer.Conflicts, error) {
				return answer.FindConflicts(ctx, d, words, kind, n)
			})
			if err != nil {
				return err
			}
			return a.print(c, func(p *page) { conflictsPage(p, c, limit) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&kind, "kind", "", "only one kind: "+strings.Join(answer.ConflictKinds, ", "))
	f.BoolVar(&citations, "citations", false, "every citation of every side")
	f.IntVar(&limit, "limit", 25, "conflicts to print; 0 for all (--json has all)")
	return cmd
}

func conflictsPage(p *page, c *answer.Conflicts, limit int) {
	foundLine(p, "taken", c.Taken)
	all := len(c.Conflicts) + c.More
	p.line("%s%s", p.bold(plural(all, "conflict", "conflicts")), p.dim(kindsText(c.Counts)))
	list := c.Conflicts
	if limit > 0 && len(list) > limit {
		list = list[:limit]
	}
	for _, x := range list {
		p.line("%s  %s  %s", p.warn(x.Kind), p.bold(p.safe(short(x.Entity.Caption, 60))), p.dim(p.safe(string(x.Entity.ID))))
		p.line("  %s", p.safe(short(x.Text, 200)))
		for _, s := range x.Sides {
			notes := []string{s.What}
			if s.Date != "" {
				notes = append(notes, "of "+short(s.Date, 60))
			}
			if s.Observed != "" {
				notes = append(notes, "seen "+s.Observed)
			}
			p.line("    %s  %s", p.safe(short(s.Value, 80)), p.dim(p.safe(strings.Join(append(notes, s.Datasets...), " · "))))
			for _, cite := range s.Citations {
				p.cite("      ", cite)
			}
		}
	}
	if n := all - len(list); n > 0 {
		p.line("  %s", p.dim(fmt.Sprintf("… and %s more (--limit 0)", count(int64(n)))))
	}
	notSeenPage(p, c.NotSeen)
}

func kindsText(counts map[string]int) string {
	var parts []string
	for _, k := range answer.ConflictKinds {
		if counts[k] > 0 {
			parts = append(parts, fmt.Sprintf("%s %s", count(int64(counts[k])), k))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return ": " + strings.Join(parts, ", ")
}

// remarksPage says, one line each, which entities of an answer have conflicts.
func remarksPage(p *page, remarks []answer.Remark) {
	for _, r := range remarks {
		p.line("%s", p.dim(p.safe(fmt.Sprintf("sources disagree on %s (%s); see overt conflicts %s", r.Caption, strings.TrimPrefix(kindsText(r.Kinds), ": "), quotedWord(string(r.ID))))))
	}
}

// quotedWord writes an id as a shell takes it.
func quotedWord(s string) string {
	if slices.ContainsFunc([]rune(s), func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:", r)
	}) {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}
