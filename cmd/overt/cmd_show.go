package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/ledger"
	"overt/money"
	"overt/statement"
)

func (a *app) listRuns(ctx context.Context, dataset string) error {
	list, err := ask(ctx, a, gate.Act{Action: "run.list", Object: dataset}, false, func(_ context.Context, d *gate.Desk) (*answer.RunList, error) {
		return answer.ListRuns(d, dataset), nil
	})
	if err != nil {
		return err
	}
	return a.print(list, func(p *page) {
		if len(list.Runs) == 0 {
			p.line("Nothing has come in yet. Try: overt demo, or overt import FILE --dataset NAME")
			return
		}
		t := &table{heads: []string{">run", "dataset", "format", "observed", "extent", ">entities", ">values", "sources"}}
		for _, r := range list.Runs {
			names := make([]string, len(r.Sources))
			for i, s := range r.Sources {
				names[i] = s.Name
			}
			src := strings.Join(names, ", ")
			if r.Undone != "" {
				src = "taken back " + r.Undone[:min(10, len(r.Undone))] + " · " + src
			}
			t.add(fmt.Sprint(r.ID), r.Dataset, r.Format, r.Observed[:min(10, len(r.Observed))], string(r.Extent), count(r.Entities), count(r.Statements), short(src, 60))
		}
		p.table(t)
	})
}

func short(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

func (a *app) coverageCommand() *cobra.Command {
	var left int
	cmd := &cobra.Command{
		Use:   "coverage [DATASET]",
		Short: "Say what was read, what was not, and why",
		Long: `The coverage ledger: every file that was received, with its verdict, and every row
or value that was left out, with its reason. Counts always add up to what was
received.`,
		Example: "  overt coverage\n  overt coverage procurement --left 20",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			dataset := strings.Join(args, "")
			c, err := ask(cmd.Context(), a, gate.Act{Action: "coverage", Object: dataset}, false, func(ctx context.Context, d *gate.Desk) (*answer.Coverage, error) {
				return answer.ReadCoverage(ctx, d, dataset, left)
			})
			if err != nil {
				return err
			}
			return a.print(c, func(p *page) { coveragePage(p, c, dataset != "") })
		},
	}
	cmd.Flags().IntVar(&left, "left", 0, "list up to `N` left-out rows of each file")
	cmd.Flags().Lookup("left").NoOptDefVal = "100"
	return cmd
}

func coveragePage(p *page, c *answer.Coverage, one bool) {
	if len(c.Datasets) == 0 {
		p.line("Nothing has been received yet.")
	}
	for _, d := range c.Datasets {
		p.line("%s  %s: %d read, %d partly, %d failed, %d refused, %d waiting", p.bold(d.Dataset), plural(d.Received, "file", "files"),
			d.Read, d.Partial, len(d.Failed), d.Refused, d.Waiting)
		p.line("  %s rows received = %s read + %s left out", count(d.RowsReceived), count(d.RowsRead), count(d.RowsLeft))
		if one {
			t := &table{heads: []string{"file", "verdict", ">rows", ">left out", ">run", "why"}}
			for _, f := range d.Files {
				t.add(short(f.Source, 48), string(f.Verdict), count(f.Received), count(f.LeftOut), runText(f.Run), short(f.Reason, 90))
			}
			p.table(t)
		}
		for _, f := range d.Failed {
			p.warning(f.Where+": "+f.Reason+"; "+f.Retry, "")
		}
		for _, r := range d.Reasons {
			p.line("  %s × %s", count(r.Rows), p.safe(r.Reason))
		}
		for _, l := range d.Left {
			p.line("    %s", p.dim(fmt.Sprintf("%s: %s%s: %s", l.Source, l.Where, columnText(l.Left), l.Reason)))
		}
		seen := map[string]bool{}
		for _, w := range d.Warnings {
			if !seen[w.Message+w.Where] {
				p.warning(w.Message, w.Where)
			}
			seen[w.Message+w.Where] = true
		}
	}
}

func columnText(l ledger.Left) string {
	if l.Column == "" || l.Where.Column == l.Column {
		return ""
	}
	return ", column " + l.Column
}

func runText(id overt.RunID) string {
	if id == 0 {
		return "–"
	}
	return fmt.Sprint(id)
}

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
	foundLine(p, "taken", s.Found)
	if n := len(s.Found.Members); n > 1 {
		p.line("       %s", p.dim(fmt.Sprintf("%d source ids are this one entity: %s", n, short(strings.Join(s.SameBy, ", "), 120))))
	}
	p.line("       %s", p.dim("datasets "+strings.Join(s.Entity.Datasets, ", ")))
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
	for _, c := range s.Conflicts {
		p.warning(fmt.Sprintf("sources disagree on %s: %s", c.Prop, strings.Join(c.Values, " | ")), "")
	}
	if len(s.Links) > 0 {
		p.line("%s", p.bold("Links"))
		for _, l := range s.Links {
			names := make([]string, len(l.Others))
			for i, o := range l.Others {
				names[i] = short(o.Caption, 40)
			}
			more := ""
			if l.More > 0 {
				more = fmt.Sprintf(" and %s more", count(int64(l.More)))
			}
			p.line("  %s × %s: %s%s", count(int64(l.Count)), p.safe(l.Label), p.safe(strings.Join(names, "; ")), more)
		}
	}
}

func (a *app) moneyCommand() *cobra.Command {
	var from, to, kind, by string
	var citations bool
	var limit int
	kinds := make([]string, len(money.Kinds))
	for i, k := range money.Kinds {
		kinds[i] = string(k)
	}
	cmd := &cobra.Command{
		Use:   "money [--from A] [--to B]",
		Short: "Sum money between institutions, by kind, without double counting",
		Long: `Sums one kind of money. Kinds are never added together: obligated (a difference
per contract action), current and potential (cumulative per award, the latest
counts), subaward, outlay, stated. Exact repeats count once and are listed;
an amount the source does not give is unknown, not 0; a list that looks cut off
warns in every total that rests on it.

--by named groups contract actions by whom their own text names. A name in a
text is not a payment: beside it stands the sum of the awards in which any
action names the same.`,
		Example: `  overt money --from ICE --to "Four Points Technology"
  overt money --from ICE --to "Four Points Technology" --by named
  overt money --from CBP --by year
  overt money --to Palantir --by vehicle --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.money(cmd.Context(), from, to, money.Kind(kind), money.By(by), citations, limit)
		},
	}
	f := cmd.Flags()
	f.StringVar(&from, "from", "", "who pays")
	f.StringVar(&to, "to", "", "who receives")
	f.StringVar(&kind, "kind", string(money.Obligated), "kind of money: "+strings.Join(kinds, ", "))
	f.StringVar(&by, "by", string(money.BySupplier), "rows: supplier, contract, year, named, vehicle, parent")
	f.BoolVar(&citations, "citations", false, "every citation of every row")
	f.IntVar(&limit, "limit", 25, "rows to print; 0 for all (--json has all)")
	return cmd
}

// A moneyAnswer is a sum and whom the words were taken for.
type moneyAnswer struct {
	From *answer.Found `json:"from,omitempty"`
	To   *answer.Found `json:"to,omitempty"`
	*money.Answer
	NotSeen []answer.NotSeen `json:"not_seen"`
}

// Records counts what the answer releases.
func (m *moneyAnswer) Records() int { return m.Count }

func (a *app) money(ctx context.Context, from, to string, kind money.Kind, by money.By, citations bool, limit int) error {
	act := gate.Act{Action: "money", Query: fmt.Sprintf("from %q to %q kind %s by %s as of %q", from, to, kind, by, a.asOf)}
	m, err := ask(ctx, a, act, true, func(ctx context.Context, d *gate.Desk) (*moneyAnswer, error) {
		out := &moneyAnswer{}
		q := money.Query{Kind: kind, By: by, AsOf: statement.NoDay}
		if a.asOf != "" {
			q.AsOf = statement.LastDayOf(a.asOf)
		}
		if citations {
			q.Citations = -1
		}
		var err error
		for _, side := range []struct {
			words string
			found **answer.Found
			ids   *[]ftm.EntityID
		}{{from, &out.From, &q.From}, {to, &out.To, &q.To}} {
			if side.words == "" {
				continue
			}
			if *side.found, err = answer.Find(ctx, d, side.words); err != nil {
				return nil, err
			}
			*side.ids = (*side.found).Members
		}
		if out.Answer, err = money.NewLedger(d.View, d.Graph).Sum(ctx, q); err != nil {
			return nil, err
		}
		out.NotSeen, err = answer.Unseen(ctx, d)
		return out, err
	})
	if err != nil {
		return err
	}
	return a.print(m, func(p *page) { moneyPage(p, m, limit, citations) })
}

func moneyPage(p *page, m *moneyAnswer, limit int, all bool) {
	foundLine(p, "from ", m.From)
	foundLine(p, "to   ", m.To)
	p.line("%s  %s %s in %s%s, %s", p.bold(string(m.Kind)), p.bold(grouped(m.Total.StringFixed(2))), m.Currency,
		plural(m.Count, "item", "items"), repeatText(m.Repeats), plural(m.Awards, "award", "awards"))
	for _, o := range m.Others {
		p.line("  and %s %s in %d", grouped(o.Amount.StringFixed(2)), o.Currency, o.Count)
	}
	heads := []string{string(m.By), ">amount", "", ">items", ">awards", "from", "to"}
	if m.By == money.ByNamed {
		heads = append(heads, ">awards that name it, whole")
	}
	t := &table{heads: heads}
	rows := m.Rows
	if limit > 0 && len(rows) > limit {
		rows = rows[:limit]
	}
	for _, r := range rows {
		cells := []string{short(r.Key, 50), grouped(r.Amount.StringFixed(2)), r.Currency, count(int64(r.Count)), count(int64(r.Awards)), r.First, r.Last}
		if m.By == money.ByNamed {
			whole := ""
			if r.InAwards != nil {
				whole = fmt.Sprintf("%s in %s", grouped(r.InAwards.Amount.StringFixed(2)), count(int64(r.InAwards.Count)))
			}
			cells = append(cells, whole)
		}
		t.add(cells...)
	}
	p.table(t)
	if n := len(m.Rows) - len(rows); n > 0 {
		p.line("  %s", p.dim(fmt.Sprintf("… and %s more rows (--limit 0)", count(int64(n)))))
	}
	if m.By == money.ByNamed {
		p.line("  %s", p.dim("one action may name several, so these rows do not add up to the total; a name is not a payment"))
	}
	for i, r := range rows {
		for k, c := range r.Citations {
			if all || i < 3 && k == 0 {
				p.cite("  "+short(r.Key, 30)+" ", c)
			}
		}
	}
	for _, w := range m.Warnings {
		p.warning(w.Message, w.Where)
	}
	notSeenPage(p, m.NotSeen)
}

func repeatText(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s counted once)", plural(n, "exact repeat", "exact repeats"))
}

func notSeenPage(p *page, list []answer.NotSeen) {
	for i, n := range list {
		if i == 5 {
			p.line("  %s", p.dim(fmt.Sprintf("… and %d more files that were not seen; overt coverage", len(list)-5)))
			return
		}
		p.warning(fmt.Sprintf("not seen: %s (%s)", n.Source, n.Verdict), strings.TrimPrefix(n.Reason, n.Source+": "))
	}
}

func (a *app) citeCommand() *cobra.Command {
	var where overt.Locator
	cmd := &cobra.Command{
		Use:   "cite BLOB",
		Short: "Open the source again and print what a citation points at",
		Long: `Reads the kept bytes of a source again and prints the exact text at a place, so
that a quote can be checked against what was received. BLOB is the hash in a
citation, or its first 8 digits or more.`,
		Example: `  overt cite 3f2a91c04be7 --row 212 --column "Transaction Description"
  overt cite 3f2a91c04be7 --pointer /data/Products/3/csp`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			act := gate.Act{Action: "blob.read", Object: args[0], Query: where.String()}
			c, err := ask(cmd.Context(), a, act, false, func(ctx context.Context, d *gate.Desk) (*overt.Citation, error) {
				return answer.Cite(ctx, d, args[0], where)
			})
			if err != nil {
				return err
			}
			return a.print(c, func(p *page) {
				p.line("%s", p.dim(fmt.Sprintf("%s · run %d · sha256 %s", c.String(), c.Run, c.Blob)))
				p.line("%s", p.safe(c.Quote))
			})
		},
	}
	f := cmd.Flags()
	f.Int64Var(&where.Row, "row", 0, "row, as a spreadsheet counts")
	f.StringVar(&where.Column, "column", "", "column")
	f.StringVar(&where.Pointer, "pointer", "", "JSON pointer or XML path")
	f.StringVar(&where.Table, "table", "", "sheet, or member of an archive")
	return cmd
}

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
	f.StringVar(&o.Via, "via", "any", "links to follow: money, hosting, data, ownership, any, or kinds such as Obligation,Names")
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
