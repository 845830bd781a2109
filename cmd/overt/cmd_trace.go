package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"overt/answer"
	"overt/gate"
	"overt/money"
)

func (a *app) traceCommand() *cobra.Command {
	var from, to string
	var o answer.TraceOptions
	cmd := &cobra.Command{
		Use:   "trace --from A --to B",
		Short: "Find how two entities are linked, hop by hop, each hop cited",
		Long: `Finds the paths between two entities. Each hop says what kind of link it is, what
money is on it, and which cells say so. Entities with very many neighbours are
not passed through; they are named.`,
		Example: `  overt trace --from ICE --to "Amazon Web Services"
  overt trace --from "Palantir Federal Cloud Service" --to "AWS GovCloud" --as-of 2024-06-20
  overt trace --from SEVIS --to ICE --via data`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if from == "" || to == "" {
				return usageError{fmt.Errorf("trace needs --from and --to")}
			}
			o.AsOf, o.Today = a.asOf, a.today()
			act := gate.Act{Action: "trace", Query: fmt.Sprintf("from %q to %q via %q as of %q", from, to, o.Via, a.asOf)}
			t, err := ask(cmd.Context(), a, act, true, func(ctx context.Context, d *gate.Desk) (*answer.Trace, error) {
				return answer.FindTrace(ctx, d, from, to, o)
			})
			if err != nil {
				return err
			}
			return a.print(t, func(p *page) { tracePage(p, t) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "where the path begins")
	f.StringVar(&to, "to", "", "where it ends")
	f.StringVar(&o.Via, "via", "any", "links to follow: money, hosting, data, ownership, mail, any, or kinds such as Obligation,Names")
	f.IntVar(&o.Hops, "hops", 6, "longest path, in hops")
	f.IntVar(&o.Paths, "paths", 5, "how many paths")
	f.BoolVar(&o.Shortest, "shortest", false, "only paths of the fewest hops, all of them up to --paths")
	f.BoolVar(&o.HubsToo, "through-hubs", false, "pass through entities with very many neighbours as well")
	f.IntVar(&o.Edges, "links", 5, "links listed per hop and kind")
	return cmd
}

func tracePage(p *page, t *answer.Trace) {
	foundLine(p, "from", t.From)
	foundLine(p, "to  ", t.To)
	if len(t.Paths) == 0 {
		p.line("No path was found in what is here.")
	}
	for i, path := range t.Paths {
		p.gap()
		p.line("%s", p.bold(fmt.Sprintf("%d. %s", i+1, plural(path.Hops, "hop", "hops"))))
		pathPage(p, "   ", path)
	}
	limitsPage(p, t.Limits)
	notSeenPage(p, t.NotSeen)
}

func pathPage(p *page, indent string, path answer.Path) {
	p.line("%s%s", indent, p.bold(path.Nodes[0].Caption))
	for i, s := range path.Steps {
		labels := make([]string, len(s.Links))
		for k, l := range s.Links {
			labels[k] = l.Label
			if l.Count > 1 {
				labels[k] += fmt.Sprintf(" × %s", count(int64(l.Count)))
			}
			labels[k] += between(l.First, l.Last)
		}
		sum := ""
		if s.Total != nil && (s.Total.Counted > 0 || s.Total.Kind != money.Stated) {
			sum = fmt.Sprintf("  %s %s %s in %s", s.Total.Kind, grouped(s.Total.Amount.StringFixed(2)), s.Total.Currency, count(int64(s.Total.Counted)))
		}
		p.line("%s  %s %s%s", indent, arrow(path, i), p.safe(strings.Join(labels, ", ")), p.bold(sum))
		n := 0
		for _, e := range path.Edges {
			if e.Hop != i+1 {
				continue
			}
			if n++; n > 2 {
				continue
			}
			p.line("%s     %s", indent, p.dim(edgeText(e)))
			for k, c := range e.Citations {
				if k < 2 {
					p.cite(indent+"     ", c)
				}
			}
		}
		if s.Total != nil {
			for _, w := range s.Total.Warnings {
				p.warning(w.Message, w.Where)
			}
		}
		p.line("%s%s  %s", indent, p.bold(path.Nodes[i+1].Caption), p.dim(path.Nodes[i+1].Schema))
	}
}

// arrow shows which way the links of a step point.
func arrow(path answer.Path, i int) string {
	for _, e := range path.Edges {
		if e.Hop == i+1 && e.Source != path.Nodes[i].ID && e.Target == path.Nodes[i].ID {
			return "↑"
		}
	}
	return "↓"
}

func edgeText(e answer.Edge) string {
	var parts []string
	if e.Amount != "" {
		parts = append(parts, grouped(e.Amount)+" "+e.Currency)
	}
	for _, d := range []struct{ word, v string }{{"", e.Detail}, {"", e.Date}, {"until ", e.End}, {"first seen ", e.FirstSeen}, {"gone since ", e.Gone}} {
		if d.v != "" {
			parts = append(parts, d.word+d.v)
		}
	}
	if !e.Valid {
		parts = append(parts, "not valid on that day")
	}
	return strings.Join(append(parts, e.Schema, string(e.ID)), " · ")
}

func limitsPage(p *page, limits []answer.Limit) {
	for _, l := range limits {
		names := make([]string, len(l.Entities))
		for i, e := range l.Entities {
			names[i] = e.Caption
		}
		p.warning(strings.TrimSuffix(l.Text+": "+strings.Join(names, ", "), ": "), "")
	}
}
