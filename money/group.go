package money

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/graph"
	"overt/internal/decimal"
	"overt/statement"
)

type groupKey struct {
	id       ftm.EntityID // "" for years and for what has no entity
	text     string
	currency string
}

// A group gathers the items of one row.
type group struct {
	key         groupKey
	items       []*item
	amount      decimal.Decimal
	negative    decimal.Decimal
	unknown     int
	rates       int
	awards      map[ftm.EntityID]bool
	first, last string
}

func (g *group) add(it *item) {
	g.items = append(g.items, it)
	if it.contract != "" {
		g.awards[it.contract] = true
	}
	if it.date != "" {
		if g.first == "" || it.date < g.first {
			g.first = it.date
		}
		g.last = max(g.last, it.date)
	}
	if it.rate {
		g.rates++
		return
	}
	if !it.known {
		g.unknown++
		return
	}
	g.amount = g.amount.Add(it.amount)
	if it.amount.Sign() < 0 {
		g.negative = g.negative.Add(it.amount)
	}
}

// keys tells in which rows an item counts: one, but for the names in its text,
// of which there may be several or none.
func (s *sum) keys(ctx context.Context, it *item) ([]groupKey, error) {
	one := func(id ftm.EntityID, none string) ([]groupKey, error) {
		if id == "" {
			return []groupKey{{text: none, currency: it.currency}}, nil
		}
		return []groupKey{{id: id, currency: it.currency}}, nil
	}
	switch s.q.By {
	case ByContract:
		return one(it.contract, "(no contract number)")
	case ByYear:
		return []groupKey{{text: s.year(it), currency: it.currency}}, nil
	case ByVehicle:
		id, err := s.vehicle(ctx, it.contract)
		if err != nil {
			return nil, err
		}
		return one(id, "(no vehicle: placed directly)")
	case ByParent:
		return one(s.parent(it), "(recipient withheld or not named)")
	case ByPayer:
		return one(it.payer, "(payer not named)")
	case ByCountry:
		country, err := s.country(ctx, it.payee)
		return []groupKey{{text: country, currency: it.currency}}, err
	case ByNamed:
		named, err := s.named(ctx, it)
		if err != nil {
			return nil, err
		}
		if len(named) == 0 {
			return one("", "(no known name in its text)")
		}
		keys := make([]groupKey, len(named))
		for i, id := range named {
			keys[i] = groupKey{id: id, currency: it.currency}
		}
		return keys, nil
	}
	return one(it.payee, "(recipient withheld or not named)")
}

// year is the fiscal year the source gives, else the calendar year.
func (s *sum) year(it *item) string {
	switch {
	case it.year != "":
		return "FY" + it.year
	case len(it.date) >= 4:
		return it.date[:4]
	}
	return "(no date)"
}

// vehicle is the agreement an order was placed under, "" if none is named.
func (s *sum) vehicle(ctx context.Context, contract ftm.EntityID) (ftm.EntityID, error) {
	if contract == "" {
		return "", nil
	}
	for _, m := range s.members(contract) {
		stmts, err := s.view.Entity(ctx, m)
		if err != nil {
			return "", err
		}
		if v := (reader{s, stmts}).newest("vehicle"); v != nil {
			return s.canonical(ftm.EntityID(v.Value)), nil
		}
	}
	return "", nil
}

// country is the code of the country that a receiver is in, as FollowTheMoney has it.
func (s *sum) country(ctx context.Context, payee ftm.EntityID) (string, error) {
	if payee == "" {
		return "(recipient withheld or not named)", nil
	}
	if known, ok := s.countries[payee]; ok {
		return known, nil
	}
	var newest *statement.Statement
	said := map[string]bool{}
	for _, m := range s.members(payee) {
		stmts, err := s.view.Entity(ctx, m)
		if err != nil {
			return "", err
		}
		for _, prop := range []string{"country", "mainCountry", "jurisdiction"} {
			c := (reader{s, stmts}).newest(prop)
			if c == nil {
				continue
			}
			if newest == nil || s.newer(c.Class, newest.Class) {
				newest = c
				clear(said)
			}
			if !s.newer(newest.Class, c.Class) {
				said[c.Value] = true
			}
			break
		}
	}
	out := "(country not said)"
	if len(said) > 0 {
		out = strings.Join(slices.Sorted(maps.Keys(said)), ", ")
	}
	s.countries[payee] = out
	return out, nil
}

// parent is the topmost owner of the receiver on the day, the receiver itself
// if none is known.
func (s *sum) parent(it *item) ftm.EntityID {
	id := it.payee
	seen := map[ftm.EntityID]bool{}
	for id != "" && !seen[id] {
		seen[id] = true
		n, ok := s.graph.Find(id)
		if !ok {
			break
		}
		owner := s.owner(n, statement.DayOf(it.date))
		if owner == "" {
			break
		}
		id = owner
	}
	return id
}

// owner is who owns the entity by the last word before or on the day; where
// nothing is said before it, by the first word after it.
func (s *sum) owner(n graph.Node, day statement.Day) ftm.EntityID {
	var owner ftm.EntityID
	best := statement.NoDay
	f := graph.Everything
	f.Kinds, f.Dir = graph.KindSet("Ownership"), graph.Backward
	for e := range s.graph.Edges(n, f) {
		if e.End != statement.NoDay && day != statement.NoDay && e.End < day {
			continue
		}
		who := s.canonical(e.Source)
		if who == s.graph.ID(n) {
			continue
		}
		better := owner == "" || nearer(e.Start, best, day) || e.Start == best && who < owner
		if better {
			owner, best = who, e.Start
		}
	}
	return owner
}

// nearer says whether start a tells better than b who owned on the day: the
// latest not after it, else the earliest after it.
func nearer(a, b, day statement.Day) bool {
	switch {
	case a <= day && b <= day:
		return a > b
	case a > day && b > day:
		return a < b
	}
	return a <= day
}

// named lists whom the action's own text names.
func (s *sum) named(_ context.Context, it *item) ([]ftm.EntityID, error) {
	n, ok := s.graph.Find(it.contract)
	if !ok {
		return nil, nil
	}
	f := graph.Everything
	f.Kinds, f.Dir = graph.KindSet("Names"), graph.Forward
	var out []ftm.EntityID
	for e := range s.graph.Edges(n, f) {
		who := s.canonical(e.Target)
		if e.Ref == it.id && !slices.Contains(out, who) {
			out = append(out, who)
		}
	}
	slices.Sort(out)
	return out, nil
}

// inAwards puts beside each named row the whole of the awards in which any
// action names that one: the money that may have gone to it, as against the
// money whose own text says so.
func (s *sum) inAwards(groups map[groupKey]*group) {
	for i := range s.answered.Rows {
		row := &s.answered.Rows[i]
		if row.ID == "" {
			continue
		}
		g := groups[groupKey{id: row.ID, currency: row.Currency}]
		t := &Total{Currency: row.Currency}
		for _, it := range s.counted {
			if it.known && it.currency == row.Currency && g.awards[it.contract] {
				t.Amount, t.Count = t.Amount.Add(it.amount), t.Count+1
			}
		}
		row.InAwards = t
	}
}

func (s *sum) row(ctx context.Context, g *group) (Row, error) {
	r := Row{
		Key: g.key.text, ID: g.key.id, Amount: g.amount, Currency: g.key.currency, Count: len(g.items),
		Awards: len(g.awards), Unknown: g.unknown, Rates: g.rates, First: g.first, Last: g.last,
		Citations: []overt.Citation{}, Warnings: []Warning{},
	}
	if g.negative.Sign() < 0 {
		r.Negative = &g.negative
	}
	if r.ID != "" {
		name, err := s.caption(ctx, r.ID)
		if err != nil {
			return Row{}, fmt.Errorf("name %s: %w", r.ID, err)
		}
		r.Key = name
	}
	slices.SortFunc(g.items, func(a, b *item) int {
		if d := b.amount.Abs().Cmp(a.amount.Abs()); d != 0 {
			return d
		}
		return compare(a.id, b.id)
	})
	for _, it := range g.items {
		if s.q.Parts && it.known && !it.rate {
			p := Part{Amount: it.amount}
			if c := s.cite(it, 1); len(c) > 0 {
				p.Citation = &c[0]
			}
			r.Parts = append(r.Parts, p)
		}
	}
	for _, it := range g.items {
		n := s.q.Citations - len(r.Citations)
		if s.q.Citations < 0 {
			n = -1
		} else if n <= 0 {
			break
		}
		r.Citations = append(r.Citations, s.cite(it, min(n, 1))...)
	}
	return r, nil
}

func compare(a, b ftm.EntityID) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
