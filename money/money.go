// Package money sums what public records say was obligated, paid, promised or
// stated, without adding what must not be added.
//
// Money has a kind, and kinds never meet in one sum. Deltas per contract
// action are added; values that are cumulative per award are taken once, the
// latest; a vehicle's own value is never added to its orders; the same action
// told by two files counts once. What a sum could not see, and why it may be
// wrong, stands beside it.
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
	"overt/resolve"
	"overt/statement"
)

// A Kind says what an amount means.
type Kind string

// The kinds.
const (
	Obligated Kind = "obligated" // a difference per contract action
	Current   Kind = "current"   // cumulative per award: what is ordered so far
	Potential Kind = "potential" // cumulative per award: with all options
	Subaward  Kind = "subaward"  // from a supplier to its subcontractor
	Outlay    Kind = "outlay"    // paid out
	Stated    Kind = "stated"    // said by a text, without a ledger behind it
)

// Kinds lists them in the order of help texts.
var Kinds = []Kind{Obligated, Current, Potential, Subaward, Outlay, Stated}

// By says what the rows of an answer stand for.
type By string

// The groupings. Named groups contract actions by whom their own text names, Country
// by where the receiver is, as its newest source says.
const (
	BySupplier By = "supplier"
	ByContract By = "contract"
	ByYear     By = "year"
	ByNamed    By = "named"
	ByVehicle  By = "vehicle"
	ByParent   By = "parent"
	ByPayer    By = "payer"
	ByCountry  By = "country"
)

// Bys lists them in the order of help texts.
var Bys = []By{BySupplier, ByContract, ByYear, ByNamed, ByVehicle, ByParent, ByPayer, ByCountry}

// A Query asks for a sum. From pays, To receives; either may be empty (anyone),
// given as source ids of one entity. AsOf leaves out what is dated later.
type Query struct {
	From, To []ftm.EntityID
	Kind     Kind
	By       By
	AsOf     statement.Day
	// Parts asks each row for all that it is made of.
	Parts bool
	// Citations is how many citations each row carries; 0 means 3, below 0 all.
	Citations int
}

// An Answer is a sum with its parts. Amounts are exact decimals.
type Answer struct {
	Kind     Kind            `json:"kind"`
	By       By              `json:"by"`
	Currency string          `json:"currency"`
	Rows     []Row           `json:"rows"`
	Total    decimal.Decimal `json:"total"`
	Count    int             `json:"count"`
	Awards   int             `json:"awards"`
	Unknown  int             `json:"unknown"`         // actions without an amount: unknown, not 0
	Rates    int             `json:"rates,omitempty"` // stated per month, year or day: listed, not summed
	Others   []Total         `json:"other_currencies,omitempty"`
	Warnings []Warning       `json:"warnings"`
	// Repeats counts rows beyond the first that the counted file, or another
	// source under another id, has of one action.
	Repeats  int      `json:"repeats"`
	Repeated []Repeat `json:"repeated,omitempty"`
}

// A Total is a sum in another currency; currencies are not converted.
type Total struct {
	Currency string          `json:"currency"`
	Amount   decimal.Decimal `json:"amount"`
	Count    int             `json:"count"`
}

// A Part is one amount that a row adds up.
type Part struct {
	Amount   decimal.Decimal `json:"amount"`
	Citation *overt.Citation `json:"citation,omitempty"` // nil where no place is told
}

// A Row is one group of the answer.
type Row struct {
	Key       string           `json:"key"`
	ID        ftm.EntityID     `json:"id,omitempty"`
	Amount    decimal.Decimal  `json:"amount"`
	Currency  string           `json:"currency"`
	Count     int              `json:"count"`
	Awards    int              `json:"awards"`
	Unknown   int              `json:"unknown,omitempty"`
	Rates     int              `json:"rates,omitempty"`
	Negative  *decimal.Decimal `json:"negative,omitempty"` // the part that was taken back
	InAwards  *Total           `json:"in_awards,omitempty"`
	First     string           `json:"first,omitempty"`
	Last      string           `json:"last,omitempty"`
	Citations []overt.Citation `json:"citations"`
	Warnings  []Warning        `json:"warnings"`
	Parts     []Part           `json:"parts,omitempty"` // that add up to Amount, where they were asked for
}

// A Warning is a doubt about a sum, with its evidence.
type Warning struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Where   string `json:"where,omitempty"`
}

// A Repeat is one action that was sighted more than once and counted once.
type Repeat struct {
	ID        ftm.EntityID     `json:"id"`
	Amount    decimal.Decimal  `json:"amount"`
	Times     int              `json:"times"`
	Citations []overt.Citation `json:"citations"`
}

// A Ledger answers questions about money over one view.
type Ledger struct {
	view     statement.View
	graph    *graph.View
	captions map[ftm.EntityID]string
	canon    map[ftm.EntityID]ftm.EntityID
}

// NewLedger makes a Ledger over a view and the graph as that view sees it.
func NewLedger(view statement.View, g *graph.View) *Ledger {
	return &Ledger{view, g, map[ftm.EntityID]string{}, map[ftm.EntityID]ftm.EntityID{}}
}

// Sum answers a query. Errors: invalid (a kind or grouping that is none, or
// that do not go together).
func (l *Ledger) Sum(ctx context.Context, q Query) (*Answer, error) {
	if q.Kind == "" {
		q.Kind = Obligated
	}
	if q.By == "" {
		q.By = BySupplier
	}
	if !slices.Contains(Kinds, q.Kind) {
		return nil, overt.Errorf(overt.Invalid, "--kind", "%q is no kind of money; the kinds are %s", q.Kind, list(Kinds))
	}
	if !slices.Contains(Bys, q.By) {
		return nil, overt.Errorf(overt.Invalid, "--by", "%q is no grouping; the groupings are %s", q.By, list(Bys))
	}
	if q.Citations == 0 {
		q.Citations = 3
	}
	s := &sum{Ledger: l, q: q, from: l.set(q.From), to: l.set(q.To), countries: map[ftm.EntityID]string{}}
	if err := s.collect(ctx); err != nil {
		return nil, err
	}
	if err := s.settle(ctx); err != nil {
		return nil, err
	}
	return s.answer(ctx)
}

func list[T ~string](all []T) string {
	parts := make([]string, len(all))
	for i, v := range all {
		parts[i] = string(v)
	}
	return strings.Join(parts, ", ")
}

// intern gives one copy of a text that many items share.
func (s *sum) intern(text string) string {
	if known, ok := s.words[text]; ok {
		return known
	}
	if s.words == nil {
		s.words = map[string]string{}
	}
	s.words[text] = text
	return text
}

// canonical is the id that stands for a source id's entity in this view.
func (l *Ledger) canonical(id ftm.EntityID) ftm.EntityID {
	if c, ok := l.canon[id]; ok {
		return c
	}
	c := ftm.EntityID(strings.Clone(string(id))) // an id from a row would keep the row
	id = c
	if n, ok := l.graph.Find(id); ok {
		c = l.graph.ID(n)
	}
	l.canon[id] = c
	return c
}

// members are the source ids of an entity.
func (l *Ledger) members(id ftm.EntityID) []ftm.EntityID {
	n, ok := l.graph.Find(id)
	if !ok {
		return []ftm.EntityID{id}
	}
	return slices.DeleteFunc(slices.Clone(l.graph.Members(n)), resolve.IsKey)
}

// caption is what to call an entity.
func (l *Ledger) caption(ctx context.Context, id ftm.EntityID) (string, error) {
	if c, ok := l.captions[id]; ok {
		return c, nil
	}
	p, err := resolve.ReadProfile(ctx, l.view, append([]ftm.EntityID{id}, l.members(id)...))
	if err != nil {
		return "", err
	}
	l.captions[id] = p.Caption()
	return l.captions[id], nil
}

// set is the canonical ids of a side of the query; nil for anyone.
func (l *Ledger) set(ids []ftm.EntityID) map[ftm.EntityID]bool {
	if len(ids) == 0 {
		return nil
	}
	m := map[ftm.EntityID]bool{}
	for _, id := range ids {
		m[l.canonical(id)] = true
	}
	return m
}

// A sum is one question being answered.
type sum struct {
	*Ledger
	q        Query
	from, to map[ftm.EntityID]bool
	items    []*item // all that fit, before settling
	counted  []*item
	answered Answer
	words    map[string]string // short texts that many items share
	// countries are where receivers are that were looked at
	countries map[ftm.EntityID]string
}

// An item is one amount: a contract action, an award's value, a payment.
type item struct {
	id        ftm.EntityID
	payer     ftm.EntityID // canonical, as the following
	payee     ftm.EntityID
	contract  ftm.EntityID
	action    string // identity of a contract action: award, modification, transaction
	amount    decimal.Decimal
	known     bool
	rate      bool // an amount per month or year: listed, not summed
	currency  string
	date      string
	year      string
	sightings int
	class     statement.Class // newest that says the amount
	says      *statement.Statement
	others    []*item // tellings of the same action that were not counted
	period    string
	precision string
}

func (s *sum) warn(code, where, format string, args ...any) {
	w := Warning{code, fmt.Sprintf(format, args...), where}
	if !slices.Contains(s.answered.Warnings, w) {
		s.answered.Warnings = append(s.answered.Warnings, w)
	}
}

// answer groups what counts into rows.
func (s *sum) answer(ctx context.Context) (*Answer, error) {
	a := &s.answered
	a.Kind, a.By, a.Rows = s.q.Kind, s.q.By, []Row{}
	if a.Warnings == nil {
		a.Warnings = []Warning{}
	}
	groups := map[groupKey]*group{}
	for _, it := range s.counted {
		keys, err := s.keys(ctx, it)
		if err != nil {
			return nil, err
		}
		for _, k := range keys {
			g := groups[k]
			if g == nil {
				g = &group{key: k, awards: map[ftm.EntityID]bool{}}
				groups[k] = g
			}
			g.add(it)
		}
	}
	s.totals()
	for _, g := range groups {
		row, err := s.row(ctx, g)
		if err != nil {
			return nil, err
		}
		a.Rows = append(a.Rows, row)
	}
	slices.SortFunc(a.Rows, s.compareRows)
	if s.q.By == ByNamed {
		s.inAwards(groups)
	}
	s.repeats()
	s.sensors(ctx)
	return a, nil
}

func (s *sum) compareRows(x, y Row) int {
	if s.q.By == ByYear && x.Key != y.Key {
		return strings.Compare(x.Key, y.Key)
	}
	if d := y.Amount.Cmp(x.Amount); d != 0 {
		return d
	}
	if d := strings.Compare(x.Key, y.Key); d != 0 {
		return d
	}
	if d := strings.Compare(string(x.ID), string(y.ID)); d != 0 {
		return d
	}
	return strings.Compare(x.Currency, y.Currency)
}

// totals adds up each currency; the one with most items leads.
func (s *sum) totals() {
	per := map[string]*Total{}
	awards := map[ftm.EntityID]bool{}
	for _, it := range s.counted {
		s.answered.Count++
		if it.contract != "" {
			awards[it.contract] = true
		}
		if it.rate {
			continue
		}
		if !it.known {
			s.answered.Unknown++
			continue
		}
		t := per[it.currency]
		if t == nil {
			t = &Total{Currency: it.currency}
			per[it.currency] = t
		}
		t.Amount, t.Count = t.Amount.Add(it.amount), t.Count+1
	}
	s.answered.Awards = len(awards)
	all := slices.SortedFunc(maps.Values(per), func(a, b *Total) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Currency, b.Currency)
	})
	for i, t := range all {
		if i == 0 {
			s.answered.Currency, s.answered.Total = t.Currency, t.Amount
			continue
		}
		s.answered.Others = append(s.answered.Others, *t)
	}
	if s.answered.Unknown > 0 {
		s.warn("unknown-amount", "", "%d of %d have no amount in the source; they are unknown, not 0", s.answered.Unknown, s.answered.Count)
	}
}

// repeats lists what was sighted more often than it was counted.
func (s *sum) repeats() {
	for _, it := range s.counted {
		times := it.sightings
		cites := s.cite(it, -1)
		for _, o := range it.others {
			if o.amount.Cmp(it.amount) == 0 {
				times += o.sightings
				cites = append(cites, s.cite(o, -1)...)
			}
		}
		if times > 1 {
			s.answered.Repeats += times - 1
			s.answered.Repeated = append(s.answered.Repeated, Repeat{it.id, it.amount, times, cites})
		}
	}
}

// cite gives up to n citations of an item's amount, all if n is below 0.
func (s *sum) cite(it *item, n int) []overt.Citation {
	if it.says == nil {
		return nil
	}
	var out []overt.Citation
	for _, p := range it.says.Places {
		if n >= 0 && len(out) == n {
			break
		}
		out = append(out, s.view.Cite(it.says.Class, p, it.says.Quoted()))
	}
	return out
}
