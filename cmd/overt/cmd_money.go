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
	f.StringVar(&by, "by", string(money.BySupplier), "rows: supplier, contract, year, named, vehicle, parent, payer, country")
	f.BoolVar(&citations, "citations", false, "every citation of every row")
	f.IntVar(&limit, "limit", 25, "rows to print; 0 for all (--json has all)")
	return cmd
}

func (a *app) money(ctx context.Context, from, to string, kind money.Kind, by money.By, citations bool, limit int) error {
	act := gate.Act{Action: "money", Query: fmt.Sprintf("from %q to %q kind %s by %s as of %q", from, to, kind, by, a.asOf)}
	q := answer.MoneyQuestion{From: from, To: to, Kind: kind, By: by}
	if citations {
		q.Citations = -1
	}
	m, err := ask(ctx, a, act, true, func(ctx context.Context, d *gate.Desk) (*answer.Money, error) {
		return answer.FindMoney(ctx, d, q)
	})
	if err != nil {
		return err
	}
	return a.print(m, func(p *page) { moneyPage(p, m, limit, citations) })
}

func moneyPage(p *page, m *answer.Money, limit int, all bool) {
	foundLine(p, "from ", m.From)
	foundLine(p, "to   ", m.To)
	if len(m.Rows) == 0 {
		p.line("%s  nothing here; what is not known is not 0", p.bold(string(m.Kind)))
		for _, o := range m.OtherKinds {
			p.line("  %s", p.dim(fmt.Sprintf("there is money of another kind: %s, --kind %s", plural(o.Count, "item", "items"), o.Kind)))
		}
		warningsPage(p, m)
		return
	}
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
	warningsPage(p, m)
}

func warningsPage(p *page, m *answer.Money) {
	for _, w := range m.Warnings {
		p.warning(w.Message, w.Where)
	}
	remarksPage(p, m.Conflicts)
	notSeenPage(p, m.NotSeen)
}

func repeatText(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s counted once)", plural(n, "exact repeat", "exact repeats"))
}
