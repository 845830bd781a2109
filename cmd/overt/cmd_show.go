package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"overt/answer"
	"overt/gate"
)

func (a *app) showCommand() *cobra.Command {
	var citations bool
	cmd := &cobra.Command{
		Use:   "show ENTITY",
		Short: "Show one entity: values, links and the sources of each",
		Long: `Shows what all sources together say of one entity. ENTITY is an id, an identifier
(UEI, DUNS, contract number), a name, an alias or an acronym; the answer says
which entity was taken and what else it could have been.`,
		Example: `  overt show "Four Points Technology"
  overt show ICE --citations
  overt show 70CTD024FC0000017 --json`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			words := strings.Join(args, " ")
			n := 1
			if citations {
				n = -1
			}
			s, err := ask(cmd.Context(), a, gate.Act{Action: "entity.read", Object: words}, true, func(ctx context.Context, d *gate.Desk) (*answer.Profile, error) {
				return answer.Show(ctx, d, words, n, citations)
			})
			if err != nil {
				return err
			}
			return a.print(s, func(p *page) { showPage(p, s, citations) })
		},
	}
	cmd.Flags().BoolVar(&citations, "citations", false, "every citation of every value")
	return cmd
}

func showPage(p *page, s *answer.Profile, all bool) {
	entityLines(p, s, all)
	valueLines(p, s, all)
	conflictLines(p, s)
	historyLines(p, s, all)
	linkLines(p, s.Links)
}

// entityLines prints which entity it is, and by what its source ids are one.
func entityLines(p *page, s *answer.Profile, all bool) {
	foundLine(p, "taken", s.Found)
	if n := len(s.Found.Members); n > 1 {
		exact, other := splitReasons(s)
		by := ""
		if len(exact) > 0 {
			by = ": " + short(strings.Join(exact, ", "), 120)
		}
		p.line("       %s", p.dim(fmt.Sprintf("%d source ids are this one entity%s", n, by)))
		for _, why := range other {
			p.line("       %s", p.dim(why))
		}
	}
	for _, was := range s.Formerly {
		p.line("       %s", p.dim(fmt.Sprintf("was known as %s until %s: %s", was.ID, was.Until, was.By)))
	}
	if all {
		for _, j := range s.Joins {
			p.line("       %s", p.dim("one by "+j.By))
			for _, side := range j.Sides {
				p.cite("         ", side.Citation)
			}
		}
	}
	p.line("       %s", p.dim("datasets "+strings.Join(s.Entity.Datasets, ", ")))
}

// splitReasons parts the identifiers by which source ids are one from what people
// judged and a resolver found.
func splitReasons(s *answer.Profile) (exact, other []string) {
	n := len(s.Joins)
	return s.SameBy[:n], s.SameBy[n:]
}

// valueLines prints the values with their citations; of many of one property
// the first unless all are wanted.
func valueLines(p *page, s *answer.Profile, all bool) {
	last := ""
	for i, v := range s.Values {
		if v.Prop != last {
			p.line("%s", p.bold(v.Label))
		} else if !all && i > 5 && s.Values[i-5].Prop == v.Prop {
			if i+1 == len(s.Values) || s.Values[i+1].Prop != v.Prop {
				p.line("  %s", p.dim("… more with --citations or --json"))
			}
			continue
		}
		last = v.Prop
		text := v.Value
		if v.Caption != "" {
			text = v.Caption + "  " + v.Value
		}
		notes := ""
		if v.Count > 1 {
			notes = fmt.Sprintf("  × %s", count(int64(v.Count)))
		}
		if v.Gone != "" {
			notes += "  gone since " + v.Gone
		}
		p.line("  %s%s", p.safe(short(text, 160)), p.dim(notes))
		for _, c := range v.Citations {
			p.cite("    ", c)
		}
		if len(v.Citations) == 0 {
			p.line("    %s", p.warn("not cited"))
		}
	}
}

// shownConflicts is how many conflicts stand beside the values.
const shownConflicts = 3

func conflictLines(p *page, s *answer.Profile) {
	for _, c := range s.Conflicts[:min(len(s.Conflicts), shownConflicts)] {
		p.warning(c.Text, "")
	}
	if n := len(s.Conflicts); n > 0 {
		p.line("  %s", p.dim(fmt.Sprintf("%s; see overt conflicts %s", plural(n, "conflict", "conflicts"), quotedWord(string(s.Entity.ID)))))
	}
}

func linkLines(p *page, links []answer.LinkGroup) {
	if len(links) == 0 {
		return
	}
	p.line("%s", p.bold("Links"))
	for _, l := range links {
		names := make([]string, len(l.Others))
		for i, o := range l.Others {
			names[i] = short(o.Caption, 40)
		}
		more := ""
		if l.More > 0 {
			more = fmt.Sprintf(" and %s more", count(int64(l.More)))
		}
		p.line("  %s × %s%s: %s%s", count(int64(l.Count)), p.safe(l.Label), between(l.First, l.Last), p.safe(strings.Join(names, "; ")), more)
	}
}

// between writes the days from first to last; "" when none is known.
func between(first, last string) string {
	switch {
	case first == "":
		return ""
	case first == last:
		return " on " + first
	}
	return " from " + first + " to " + last
}

// shownActions is how many actions of a contract are printed, the latest ones.
const shownActions = 12

// historyLines prints what was done to a contract, and when.
func historyLines(p *page, s *answer.Profile, all bool) {
	if len(s.History) == 0 {
		return
	}
	p.line("%s", p.bold("History"))
	actions := s.History
	if !all && len(actions) > shownActions {
		p.line("  %s", p.dim(fmt.Sprintf("… %s earlier, with --citations or --json", plural(len(actions)-shownActions, "action", "actions"))))
		actions = actions[len(actions)-shownActions:]
	}
	for _, a := range actions {
		parts := []string{a.Type}
		if a.Type == "" {
			parts[0] = "action"
		}
		for _, c := range a.Changes {
			switch {
			case c.By != "":
				parts = append(parts, strings.ToLower(c.Label)+" by "+c.By)
			default:
				parts = append(parts, strings.ToLower(c.Label)+" "+c.Before+" → "+c.After)
			}
		}
		if a.Deleted != "" {
			parts = append(parts, "taken back on "+a.Deleted)
		}
		p.line("  %s  %s  %s  %s", p.safe(a.Date), p.safe(pad(a.Modification, 8)), p.safe(strings.TrimSpace(a.Amount+" "+a.Currency)), p.safe(short(strings.Join(parts, ", "), 160)))
		for _, c := range a.Citations[:min(len(a.Citations), 1)] {
			p.cite("    ", c)
		}
	}
}

// pad fills a short text with blanks.
func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-len(s)))
}
