package answer

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"overt/ftm"
	"overt/internal/decimal"
	"overt/money"
	"overt/statement"
)

// A portion is one part of an award: a contract action or a sub-award.
type portion struct {
	amount decimal.Decimal
	number string // modification and transaction, or the entity's own id
	mod    string
	date   string
	says   statement.Statement
}

// totals sets an award's own figures against the sums of its parts.
func (s *subject) totals(ctx context.Context) error {
	if !s.isA("Award") || len(s.words("obligatedTotal", "currentValue", "potentialValue")) == 0 {
		return nil
	}
	actions, subs, err := s.portions(ctx)
	if err != nil || len(actions)+len(subs) == 0 {
		return err
	}
	total, ok := s.stated("obligatedTotal")
	if ok && complete(actions, total.Date) {
		if side := s.sumOf(actions, "sum of %d actions, all up to that day"); disagree("number", side.Value, total.Value) {
			s.conflict(ConflictTotal, "obligatedTotal", fmt.Sprintf("the award's total is %s, its actions add up to %s", total.Value, side.Value), []Side{total, side})
		}
	}
	s.above(subs)
	return nil
}

// above tells sub-awards that add up to more than any figure of their award.
func (s *subject) above(subs []portion) {
	if len(subs) == 0 {
		return
	}
	var most Side
	var limit decimal.Decimal
	for _, prop := range []string{"obligatedTotal", "currentValue", "potentialValue"} {
		if side, ok := s.stated(prop); ok {
			if d, err := decimal.Parse(side.Value); err == nil && (most.Value == "" || d.Cmp(limit) > 0) {
				most, limit = side, d
			}
		}
	}
	side := s.sumOf(subs, "sum of %d sub-awards")
	if d, err := decimal.Parse(side.Value); most.Value != "" && err == nil && d.Cmp(limit) > 0 {
		s.conflict(ConflictTotal, "amount", fmt.Sprintf("sub-awards of %s stand under an award of %s at most", side.Value, most.Value), []Side{most, side})
	}
}

// stated is the award's newest figure of a property.
func (s *subject) stated(prop string) (Side, bool) {
	best, found := Side{}, false
	for _, v := range s.p.Get(prop) {
		if v.Value == "" || v.Span.Gone != statement.NoDay {
			continue
		}
		side := s.side(v.Value, s.label(prop), v.Statements)
		if dates := s.asOf(v.Statements); len(dates) > 0 {
			side.Date = dates[len(dates)-1]
		}
		if !found || cmp.Or(cmp.Compare(side.Date, best.Date), cmp.Compare(side.Observed, best.Observed), cmp.Compare(side.Value, best.Value)) > 0 {
			best, found = side, true
		}
	}
	return best, found
}

// sumOf adds the parts up and cites them.
func (s *subject) sumOf(parts []portion, what string) Side {
	var sum decimal.Decimal
	stmts := make([]statement.Statement, len(parts))
	last := ""
	for i, p := range parts {
		sum = sum.Add(p.amount)
		stmts[i], last = p.says, max(last, p.date)
	}
	side := s.side(sum.String(), fmt.Sprintf(what, len(parts)), stmts)
	side.Date = last
	return side
}

// maxPortions bounds the parts of one award; one with more is not compared.
const maxPortions = 100_000

// portions reads the contract actions and sub-awards of an award. Of one
// action that several runs tell, the newest telling counts.
func (s *subject) portions(ctx context.Context) (actions, subs []portion, err error) {
	ids := map[ftm.EntityID]bool{}
	for _, m := range s.p.Referents {
		for ref, err := range s.d.View.Inbound(ctx, m) {
			if err != nil {
				return nil, nil, err
			}
			if ref.Prop == "contract" {
				ids[ref.Source] = true
			}
		}
	}
	if len(ids) > maxPortions {
		return nil, nil, nil
	}
	byAction := map[string]int{}
	for id := range ids {
		stmts, err := s.d.View.Entity(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		p, schema, ok := s.portion(stmts)
		switch {
		case !ok:
		case schema == "Subaward":
			subs = append(subs, p)
		case schema == "Obligation":
			i, known := byAction[p.number]
			if !known {
				byAction[p.number] = len(actions)
				actions = append(actions, p)
			} else if older := actions[i]; cmp.Or(s.d.View.Sight().Age(p.says.Class, older.says.Class), cmp.Compare(p.says.Entity, older.says.Entity)) > 0 {
				actions[i] = p
			}
		}
	}
	for _, list := range [][]portion{actions, subs} {
		slices.SortFunc(list, func(a, b portion) int {
			return cmp.Or(cmp.Compare(a.date, b.date), cmp.Compare(a.number, b.number), cmp.Compare(a.says.Entity, b.says.Entity))
		})
	}
	return actions, subs, nil
}

// portion reads one part. One whose amount is unknown, or told in two ways,
// is none: nothing can be concluded from a sum over it.
func (s *subject) portion(stmts []statement.Statement) (p portion, schema string, ok bool) {
	var mod, txn string
	for i := range stmts {
		st := &stmts[i]
		if st.External || st.Value == "" {
			continue
		}
		if st.Schema == "Obligation" || st.Schema == "Subaward" {
			schema = st.Schema
		}
		switch st.Prop {
		case "amount":
			d, err := decimal.Parse(st.Value)
			if err != nil {
				return p, schema, false
			}
			if !ok || s.d.View.Sight().Age(st.Class, p.says.Class) > 0 {
				p.amount, p.says, ok = d, *st, true
			}
		case "modificationNumber":
			mod = max(mod, st.Value)
		case "transactionNumber":
			txn = max(txn, st.Value)
		case "date":
			p.date = max(p.date, ftm.CutDay(st.Value))
		}
	}
	p.mod = strings.ToUpper(strings.TrimSpace(mod))
	p.number = strings.TrimLeft(p.mod, "0") + "\x1f" + strings.TrimLeft(txn, "0")
	return p, schema, ok
}

// complete says whether the actions are all up to the day of a total: their
// numbers leave no gap from the award itself on, and the last is of that day.
// Of a list of one year neither can be said.
func complete(actions []portion, asOf string) bool {
	base, last := false, ""
	var numbers []int
	for _, a := range actions {
		last = max(last, a.date)
		n, err := strconv.Atoi(cmp.Or(strings.TrimLeft(a.mod, "PA"), "0"))
		if err != nil {
			return false
		}
		if base = base || n == 0; n > 0 {
			numbers = append(numbers, n)
		}
	}
	numbers = unique(numbers)
	return base && asOf != "" && last == asOf && (len(numbers) == 0 || numbers[0] == 1 && numbers[len(numbers)-1] == len(numbers))
}

// forms sets a stated payment beside what contract rows obligate between the
// same parties. The two are not of one kind: neither proves the other wrong.
func (s *subject) forms(ctx context.Context) error {
	if s.p.Schema != "StatedPayment" {
		return nil
	}
	from, to, amounts := s.p.Get("payer"), s.p.Get("beneficiary"), s.p.Get("amount")
	if len(from) == 0 || len(to) == 0 || len(amounts) == 0 {
		return nil
	}
	q := money.Query{Kind: money.Obligated, By: money.ByYear, AsOf: s.d.AsOf, Citations: max(s.cites, 1)}
	for _, v := range from {
		q.From = append(q.From, Members(s.d.Graph, ftm.EntityID(v.Value))...)
	}
	for _, v := range to {
		q.To = append(q.To, Members(s.d.Graph, ftm.EntityID(v.Value))...)
	}
	a, err := money.NewLedger(s.d.View, s.d.Graph).Sum(ctx, q)
	if err != nil || a.Count == 0 {
		return err
	}
	var sides []Side
	for _, v := range amounts {
		side := s.side(v.Value, strings.TrimSpace("stated "+strings.Join(s.words("precision", "period"), ", ")), v.Statements)
		side.Date = strings.Join(s.words("date", "startDate", "endDate"), ", ")
		sides = append(sides, side)
	}
	total := a.Total.String()
	sides = append(sides, s.accounted(a, total))
	s.conflict(ConflictForm, "amount", fmt.Sprintf("stated %s, and %s obligated by contract rows between the same parties: kinds that cannot be compared, shown beside each other", listed(sides[:len(sides)-1]), total), sides)
	return nil
}

// accounted is the side of the contract rows, year by year.
func (s *subject) accounted(a *money.Answer, total string) Side {
	side := Side{Value: total, What: fmt.Sprintf("obligated in %d actions", a.Count), Datasets: []string{}}
	var years []string
	for _, r := range a.Rows {
		years = append(years, fmt.Sprintf("%s %s", r.Key, r.Amount.StringFixed(2)))
		for _, c := range r.Citations {
			if !slices.Contains(side.Datasets, c.Dataset) {
				side.Datasets = append(side.Datasets, c.Dataset)
			}
			if len(side.Citations) < max(s.cites, 1) || s.cites < 0 {
				side.Citations = append(side.Citations, c)
			}
		}
	}
	slices.Sort(side.Datasets)
	side.Date = strings.Join(years, ", ")
	return side
}

// words are the values of some properties, in their order.
func (s *subject) words(props ...string) []string {
	var out []string
	for _, prop := range props {
		for _, v := range s.p.Get(prop) {
			if v.Value != "" && v.Value != "exact" {
				out = append(out, v.Value)
			}
		}
	}
	return out
}
