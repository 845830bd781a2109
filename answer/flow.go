package answer

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/graph"
	"overt/internal/decimal"
	"overt/money"
)

// Flow is money between entities, as far as records tell of it.
type Flow struct {
	From     *Found          `json:"from,omitempty"`
	To       *Found          `json:"to,omitempty"`
	AsOf     string          `json:"as_of,omitempty"`
	Nodes    []Entity        `json:"nodes"`
	Bands    []Band          `json:"bands"` // by kind, then the largest first
	Warnings []money.Warning `json:"warnings"`
	Limits   []Limit         `json:"limits"`
	NotSeen  []NotSeen       `json:"not_seen"`
}

// Records counts what the answer releases.
func (f *Flow) Records() int {
	n := 0
	for i := range f.Bands {
		n += f.Bands[i].Count
	}
	return n
}

// A Band is the money of one kind from one entity to another.
type Band struct {
	From ftm.EntityID `json:"from"`
	To   ftm.EntityID `json:"to"`
	Kind money.Kind   `json:"kind"`
	// Named says that texts of the actions name To, and no more: it is part of
	// what Payer obligated to From, and no payment to To.
	Named bool         `json:"named,omitempty"`
	Payer ftm.EntityID `json:"payer,omitempty"` // of a named band; "" for all of them
	// Others says how many parties that are smaller than those with a band of their
	// own stand together where From or To is ""; 0 for one that is not named.
	Others   int              `json:"others,omitempty"`
	Amount   decimal.Decimal  `json:"amount"`
	Negative *decimal.Decimal `json:"negative,omitempty"` // the part that was taken back
	Currency string           `json:"currency"`
	Count    int              `json:"count"`
	Unknown  int              `json:"unknown,omitempty"` // without an amount: unknown, not 0
	Rates    int              `json:"rates,omitempty"`   // stated per month, year or day: not summed
	Repeats  int              `json:"repeats,omitempty"` // counted once, where that is known of the band
	First    string           `json:"first,omitempty"`
	Last     string           `json:"last,omitempty"`

	Citations []overt.Citation `json:"citations"`
	Parts     []money.Part     `json:"parts,omitempty"` // that add up to Amount, where they were asked for
}

// Summed says that an amount is known; else it is unknown, and not 0.
func (b *Band) Summed() bool { return b.Count > b.Unknown+b.Rates }

// Bounds of one flow. Others are said to be left out.
const (
	flowParties = 40 // that an entity pays, and that pay it, each
	flowNamed   = 12 // of these, through whom money is followed on
)

// flowKinds are the kinds that a flow tells of. Values that are cumulative per award
// stand for the same money once more.
var flowKinds = []money.Kind{money.Obligated, money.Subaward, money.Outlay, money.Stated}

// FindFlow gives the money around one entity, if from or to is "", or between two:
// what one pays the other, and what it pays those whose contracts name the other or
// who hand money on to it. Errors: not_found; invalid (neither is given, or they are
// one entity).
func FindFlow(ctx context.Context, d *gate.Desk, from, to string, o TraceOptions) (*Flow, error) {
	f := &flower{teller: newTeller(d, o), parts: o.Parts, out: &Flow{AsOf: o.AsOf, Nodes: []Entity{}, Bands: []Band{}, Warnings: []money.Warning{}, Limits: []Limit{}}}
	for _, side := range []struct {
		words string
		found **Found
	}{{from, &f.out.From}, {to, &f.out.To}} {
		if side.words == "" {
			continue
		}
		var err error
		if *side.found, err = Find(ctx, d, side.words); err != nil {
			return nil, err
		}
	}
	a, b := f.out.From, f.out.To
	var err error
	switch {
	case a == nil && b == nil:
		return nil, overt.Errorf(overt.Invalid, "", "say whose money: an id, a name, an acronym or an identifier")
	case a != nil && b != nil && a.ID == b.ID:
		return nil, overt.Errorf(overt.Invalid, "", "%q and %q are one entity here: %s", from, to, a.Caption)
	case a != nil && b != nil:
		err = f.between(ctx, a.ID, b.ID)
	default:
		err = f.around(ctx, cmp.Or(a, b).ID)
	}
	if err != nil {
		return nil, err
	}
	return f.out, f.finish(ctx)
}

// A flower gathers bands, each once.
type flower struct {
	*teller
	out   *Flow
	parts bool
}

// around takes what an entity pays and gets, and whom the contracts of those it pays
// name.
func (f *flower) around(ctx context.Context, id ftm.EntityID) error {
	for _, kind := range flowKinds {
		paid, err := f.paid(ctx, id, kind)
		if err != nil {
			return err
		}
		got, err := f.sum(ctx, money.Query{To: f.members(id), Kind: kind, By: money.ByPayer})
		if err != nil {
			return err
		}
		f.take(got, func(r money.Row) Band { return Band{From: r.ID, To: id} })
		if kind != money.Obligated {
			continue
		}
		for _, r := range paid.Rows[:min(len(paid.Rows), flowNamed)] {
			if err := f.named(ctx, id, r.ID, ""); err != nil {
				return err
			}
			if r.ID == "" {
				continue
			}
			if _, err := f.paid(ctx, r.ID, money.Subaward); err != nil {
				return err
			}
		}
		if len(got.Rows) > 0 {
			if err := f.named(ctx, "", id, ""); err != nil {
				return err
			}
		}
	}
	through := f.through(id, "Names")
	for _, via := range through[:min(len(through), flowNamed)] {
		if err := f.named(ctx, "", via, id); err != nil {
			return err
		}
	}
	f.leftOut(len(through)-flowNamed, "%d more suppliers have contracts that name it")
	return nil
}

// paid takes what an entity pays, of one kind. Sub-awards under the contracts of an
// authority are paid by its suppliers, and are theirs.
func (f *flower) paid(ctx context.Context, id ftm.EntityID, kind money.Kind) (*money.Answer, error) {
	q := money.Query{From: f.members(id), Kind: kind, By: money.BySupplier}
	if kind == money.Subaward {
		payers, err := f.sum(ctx, money.Query{From: q.From, Kind: kind, By: money.ByPayer})
		if err != nil || !slices.ContainsFunc(payers.Rows, func(r money.Row) bool { return r.ID == id }) || len(payers.Rows) > 1 {
			return payers, err
		}
	}
	m, err := f.sum(ctx, q)
	if err != nil {
		return nil, err
	}
	f.take(m, func(r money.Row) Band { return Band{From: id, To: r.ID} })
	return m, nil
}

// between takes what one pays the other, directly and through others.
func (f *flower) between(ctx context.Context, from, to ftm.EntityID) error {
	if err := f.pair(ctx, from, to); err != nil {
		return err
	}
	pays := map[ftm.EntityID]bool{}
	for _, kind := range []money.Kind{money.Obligated, money.Outlay, money.Stated} {
		m, err := f.sums.Sum(ctx, money.Query{From: f.members(from), Kind: kind, By: money.BySupplier, AsOf: f.asOf()})
		if err != nil {
			return err
		}
		for _, r := range m.Rows {
			pays[r.ID] = true
		}
	}
	through := slices.DeleteFunc(f.through(to, "Names", "Subaward", "Obligation", "Payment", "StatedPayment"), func(via ftm.EntityID) bool { return via == from || !pays[via] })
	for _, via := range through[:min(len(through), flowParties)] {
		before := len(f.out.Bands)
		if err := f.named(ctx, from, via, to); err != nil {
			return err
		}
		if err := f.pair(ctx, via, to); err != nil {
			return err
		}
		if len(f.out.Bands) == before {
			continue
		}
		if err := f.pair(ctx, from, via); err != nil {
			return err
		}
	}
	f.leftOut(len(through)-flowParties, "%d more suppliers could lie between")
	return nil
}

// pair takes all kinds of money from one entity to another.
func (f *flower) pair(ctx context.Context, from, to ftm.EntityID) error {
	for _, kind := range flowKinds {
		q := money.Query{From: f.members(from), To: f.members(to), Kind: kind, By: money.BySupplier}
		if kind == money.Subaward {
			q.By = money.ByPayer
		}
		m, err := f.sum(ctx, q)
		if err != nil {
			return err
		}
		m.Rows = slices.DeleteFunc(m.Rows, func(r money.Row) bool { return q.By == money.ByPayer && r.ID != from })
		f.take(m, func(money.Row) Band { return Band{From: from, To: to} })
	}
	return nil
}

// named takes whom the texts of the actions between a payer, or all of them, and a
// supplier name: only, or all that they name.
func (f *flower) named(ctx context.Context, payer, supplier, only ftm.EntityID) error {
	if supplier == "" {
		return nil
	}
	q := money.Query{To: f.members(supplier), Kind: money.Obligated, By: money.ByNamed}
	if payer != "" {
		q.From = f.members(payer)
	}
	m, err := f.sum(ctx, q)
	if err != nil {
		return err
	}
	m.Rows = slices.DeleteFunc(m.Rows, func(r money.Row) bool {
		return r.ID == "" || r.ID == supplier || r.ID == payer || only != "" && r.ID != only
	})
	f.take(m, func(r money.Row) Band { return Band{From: supplier, To: r.ID, Named: true, Payer: payer} })
	return nil
}

// through lists, ascending, who has links of some kinds to an entity; of contracts
// whose text names it the suppliers.
func (f *flower) through(id ftm.EntityID, kinds ...string) []ftm.EntityID {
	g := f.d.Graph
	n, ok := g.Find(id)
	if !ok {
		return nil
	}
	var out []ftm.EntityID
	in, on := graph.Everything, graph.Everything
	in.Dir, in.Kinds, in.AsOf = graph.Backward, graph.KindSet(kinds...), f.asOf()
	on.Dir, on.Kinds, on.AsOf = graph.Forward, graph.KindSet("Award:supplier"), f.asOf()
	for e := range g.Edges(n, in) {
		if e.Kind != "Names" {
			out = append(out, Canonical(g, e.Source))
			continue
		}
		award, ok := g.Find(e.Source)
		if !ok {
			continue
		}
		for by := range g.Edges(award, on) {
			out = append(out, Canonical(g, by.Target))
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(x ftm.EntityID) bool { return x == id })
}

func (f *flower) members(id ftm.EntityID) []ftm.EntityID { return Members(f.d.Graph, id) }

// sum asks for a sum and keeps its warnings.
func (f *flower) sum(ctx context.Context, q money.Query) (*money.Answer, error) {
	q.AsOf, q.Parts = f.asOf(), f.parts
	m, err := f.sums.Sum(ctx, q)
	if err != nil {
		return nil, err
	}
	for _, w := range m.Warnings {
		if !slices.Contains(f.out.Warnings, w) {
			f.out.Warnings = append(f.out.Warnings, w)
		}
	}
	return m, nil
}

// take makes bands of the rows of a sum: of the largest one each, and one of all others
// together. What several names in one text share cannot be put together.
func (f *flower) take(m *money.Answer, ends func(money.Row) Band) {
	rows := slices.Clone(m.Rows)
	slices.SortStableFunc(rows, func(a, b money.Row) int { return b.Amount.Abs().Cmp(a.Amount.Abs()) })
	for i, r := range rows {
		b := ends(r)
		b.Kind, b.Amount, b.Negative, b.Currency = m.Kind, r.Amount, r.Negative, r.Currency
		b.Count, b.Unknown, b.Rates, b.First, b.Last, b.Citations = r.Count, r.Unknown, r.Rates, r.First, r.Last, r.Citations
		b.Parts = r.Parts
		if len(rows) == 1 {
			b.Repeats = m.Repeats
		}
		if i >= flowParties {
			if b.Named {
				break
			}
			if b.Others = 1; m.By == money.ByPayer {
				b.From = ""
			} else {
				b.To = ""
			}
		}
		f.add(b)
	}
	if len(rows) > 0 && ends(rows[0]).Named {
		f.leftOut(len(rows)-flowParties, "%d more that texts of contracts name are not drawn")
	}
}

// add puts a band beside the others, once; what is of others goes to those.
func (f *flower) add(b Band) {
	at := slices.IndexFunc(f.out.Bands, func(x Band) bool {
		return x.From == b.From && x.To == b.To && x.Kind == b.Kind && x.Named == b.Named && x.Currency == b.Currency && x.Payer == b.Payer && (x.Others > 0) == (b.Others > 0)
	})
	switch {
	case at < 0:
		f.out.Bands = append(f.out.Bands, b)
	case b.Others > 0:
		f.out.Bands[at].join(&b)
	}
}

// join adds the money of another of the others.
func (b *Band) join(x *Band) {
	b.Others += x.Others
	b.Parts = append(b.Parts, x.Parts...)
	b.Amount = b.Amount.Add(x.Amount)
	if x.Negative != nil {
		sum := *x.Negative
		if b.Negative != nil {
			sum = sum.Add(*b.Negative)
		}
		b.Negative = &sum
	}
	b.Count, b.Unknown, b.Rates = b.Count+x.Count, b.Unknown+x.Unknown, b.Rates+x.Rates
	if x.First != "" && (b.First == "" || x.First < b.First) {
		b.First = x.First
	}
	b.Last = max(b.Last, x.Last)
}

// leftOut says once how many were left out.
func (f *flower) leftOut(n int, text string) {
	l := Limit{Kind: "bands", Text: fmt.Sprintf(text, n)}
	if n > 0 && !slices.ContainsFunc(f.out.Limits, func(x Limit) bool { return x.Text == l.Text }) {
		f.out.Limits = append(f.out.Limits, l)
	}
}

// finish names who is in the flow, and puts the bands into order.
func (f *flower) finish(ctx context.Context) error {
	seen := map[ftm.EntityID]bool{}
	for i := range f.out.Bands {
		for _, id := range []ftm.EntityID{f.out.Bands[i].From, f.out.Bands[i].To} {
			if id == "" || seen[id] {
				continue
			}
			seen[id] = true
			e, err := f.name(ctx, id)
			if err != nil {
				return err
			}
			f.out.Nodes = append(f.out.Nodes, e)
		}
	}
	slices.SortFunc(f.out.Nodes, func(a, b Entity) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortStableFunc(f.out.Bands, func(a, b Band) int {
		named := 0
		if a.Named != b.Named {
			if named = 1; b.Named {
				named = -1
			}
		}
		return cmp.Or(cmp.Compare(slices.Index(flowKinds, a.Kind), slices.Index(flowKinds, b.Kind)), cmp.Compare(a.Currency, b.Currency), named,
			b.Amount.Abs().Cmp(a.Amount.Abs()), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	var err error
	f.out.NotSeen, err = Unseen(ctx, f.d)
	return err
}

// Caption is what somebody in the flow is called.
func (f *Flow) Caption(id ftm.EntityID) string {
	for _, n := range f.Nodes {
		if n.ID == id {
			return n.Caption
		}
	}
	return string(id)
}
