package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

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
Each holder comes with one shortest documented chain. A chain is a documented
possibility, not a proof that a certain record travelled it.`,
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
			for _, e := range h.Chain.Edges {
				if len(e.Citations) > 0 && e.Hop == h.Hops {
					p.cite("     ", e.Citations[0])
					break
				}
			}
		}
	}
	limitsPage(p, r.Limits)
	notSeenPage(p, r.NotSeen)
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
