package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"overt"
	"overt/answer"
	"overt/gate"
)

func (a *app) reachCommand() *cobra.Command {
	var o answer.TraceOptions
	var from, to bool
	cmd := &cobra.Command{
		Use:   "reach SYSTEM",
		Short: "Say what feeds a system, and who can get what it holds",
		Long: `Follows documented data flows, hosting and platforms from one system, both ways:
what feeds it (--from), and who gets what it holds and where it stands (--to).
Each holder comes with one shortest documented chain, and on what it rests. A chain
is a documented possibility, not a proof that a certain record travelled it.

Beside the chains stand the notices that cover the system, what took the place of
what, recipients that are stated without a name, the name service of the operator's
domains (which is not where the system stands), and which kinds of source were
looked through and held nothing, apart from those that this home does not have.`,
		Example: "  overt reach IDENT\n  overt reach SEVIS --to\n  overt reach \"AWS GovCloud\" --from --as-of 2024-06",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			words, direction := strings.Join(args, " "), "both"
			switch {
			case from && !to:
				direction = "from"
			case to && !from:
				direction = "to"
			}
			o.AsOf, o.Today, o.Edges = a.asOf, a.today(), 3
			act := gate.Act{Action: "reach", Object: words, Query: direction + " as of " + a.asOf}
			r, err := ask(cmd.Context(), a, act, true, func(ctx context.Context, d *gate.Desk) (*answer.Reach, error) {
				return answer.FindReach(ctx, d, words, direction, o)
			})
			if err != nil {
				return err
			}
			return a.print(r, func(p *page) { reachPage(p, r) })
		},
	}
	f := cmd.Flags()
	f.BoolVar(&from, "from", false, "what feeds the system")
	f.BoolVar(&to, "to", false, "who gets what it holds, and where it stands")
	f.StringVar(&o.Via, "via", "", "other links to follow: data, hosting, or kinds")
	f.IntVar(&o.Hops, "hops", 6, "longest chain, in hops")
	return cmd
}

func reachPage(p *page, r *answer.Reach) {
	foundLine(p, "system", r.System)
	for _, way := range []struct{ dir, title string }{{"from", "What feeds it"}, {"to", "Who gets what it holds, and where it stands"}} {
		if r.Direction != "both" && r.Direction != way.dir {
			continue
		}
		holders := slices.DeleteFunc(slices.Clone(r.Holders), func(h answer.Holder) bool { return h.Direction != way.dir })
		p.gap()
		p.line("%s  %s", p.bold(way.title), p.dim(plural(len(holders), "entity", "entities")))
		for _, h := range holders {
			chain := make([]string, len(h.Chain.Nodes))
			for i, n := range h.Chain.Nodes {
				chain[i] = n.Caption
				if i > 0 {
					chain[i] = stepWord(h.Chain.Steps[i-1], way.dir) + " " + n.Caption
				}
			}
			p.line("  %s  %s", p.bold(h.Caption), p.dim(h.Schema))
			p.line("     %s", p.safe(strings.Join(chain, " ")))
			if b := bases(h); b != "" {
				p.line("     %s", p.dim(b))
			}
			for _, e := range h.Chain.Edges {
				if len(e.Citations) > 0 && e.Hop == h.Hops {
					p.cite("     ", e.Citations[0])
					break
				}
			}
		}
	}
	besidePage(p, r)
	limitsPage(p, r.Limits)
	notSeenPage(p, r.NotSeen)
}

// besidePage shows what is said of the system beside who holds what it holds.
func besidePage(p *page, r *answer.Reach) {
	title := func(n int, text, one, many string) bool {
		if n == 0 {
			return false
		}
		p.gap()
		p.line("%s  %s", p.bold(text), p.dim(plural(n, one, many)))
		return true
	}
	if title(len(r.Notices), "Notices that cover it", "notice", "notices") {
		for _, n := range r.Notices {
			p.line("  %s  %s  %s", orUndated(n.Date), p.bold(n.Caption), p.dim(strings.TrimSpace(n.Action+" "+n.Covers.Caption)))
			firstCite(p, n.Citations)
		}
	}
	if title(len(r.Successions), "What took the place of what", "succession", "successions") {
		for _, s := range r.Successions {
			p.line("  %s  %s → %s", orUndated(s.Date), p.safe(s.Predecessor.Caption), p.bold(s.Successor.Caption))
			firstCite(p, s.Citations)
		}
	}
	if title(len(r.Unnamed), "Stated without a name", "possible recipient", "possible recipients") {
		for _, u := range r.Unnamed {
			p.line("  %s  %s", p.bold(u.Class), p.dim(u.System.Caption))
			firstCite(p, u.Citations)
		}
	}
	if title(len(r.NameService), "Name service of its operator's domains; not where it stands", "link", "links") {
		for _, s := range r.NameService {
			p.line("  %s → %s  %s", p.safe(s.Domain.Caption), p.bold(s.Provider.Caption), p.dim(s.Basis))
			firstCite(p, s.Citations)
		}
	}
	soughtPage(p, r.Sought)
}

// soughtPage tells apart what was looked for and not found, and what was not
// looked for.
func soughtPage(p *page, sought []answer.Sought) {
	for _, part := range []struct{ state, title string }{{answer.SoughtNot, "Looked for and not found"}, {answer.NotSought, "Not looked for"}} {
		first := true
		for _, s := range sought {
			if s.State != part.state {
				continue
			}
			if first {
				p.gap()
				p.line("%s", p.bold(part.title))
				first = false
			}
			p.line("  %s: %s", p.safe(s.Kind), p.safe(s.Text))
		}
	}
}

func firstCite(p *page, c []overt.Citation) {
	if len(c) > 0 {
		p.cite("     ", c[0])
	}
}

func orUndated(date string) string {
	if date == "" {
		return "undated   "
	}
	return fmt.Sprintf("%-10s", date)
}

// bases says on what a chain rests and when: each basis once, in the order of
// the hops, with the first date there is.
func bases(h answer.Holder) string {
	var out []string
	for _, e := range h.Chain.Edges {
		b := e.Basis
		if b != "" && e.Date != "" {
			b += " " + e.Date
		}
		if b != "" && !slices.Contains(out, b) {
			out = append(out, b)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return "basis: " + strings.Join(out, "; ")
}

func stepWord(s answer.Step, dir string) string {
	if len(s.Links) == 0 {
		return "—"
	}
	if dir == "from" {
		return "← " + s.Links[0].Label + " ←"
	}
	return "→ " + s.Links[0].Label + " →"
}
