package money

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"overt/ftm"
	"overt/internal/decimal"
	"overt/statement"
)

// A form is how one schema tells of money: which properties hold the payer,
// the receiver and the amount.
type form struct {
	schema       string
	payer, payee string
	amount       string
	cumulative   bool // of an award, with the date in valuesAsOf
}

// forms lists what tells of a kind. A later form stands in only for awards
// that no earlier one told of.
var forms = map[Kind][]form{
	Obligated: {
		{schema: "Obligation", payer: "authority", payee: "supplier", amount: "amount"},
		{schema: "Award", payer: "authority", payee: "supplier", amount: "obligatedTotal", cumulative: true},
	},
	Current:   {{schema: "Award", payer: "authority", payee: "supplier", amount: "currentValue", cumulative: true}},
	Potential: {{schema: "Award", payer: "authority", payee: "supplier", amount: "potentialValue", cumulative: true}},
	Subaward:  {{schema: "Subaward", payer: "prime", payee: "subcontractor", amount: "amount"}},
	Outlay: {
		{schema: "Payment", payer: "payer", payee: "beneficiary", amount: "amount"},
		{schema: "Award", payer: "authority", payee: "supplier", amount: "outlayedTotal", cumulative: true},
	},
	Stated: {{schema: "StatedPayment", payer: "payer", payee: "beneficiary", amount: "amount"}},
}

// collect reads every item that fits the query.
func (s *sum) collect(ctx context.Context) error {
	for _, f := range forms[s.q.Kind] {
		ids, err := s.candidates(ctx, f)
		if err != nil {
			return err
		}
		if ids == nil {
			err = s.collectAll(ctx, f)
		} else {
			err = s.collectSome(ctx, f, ids)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// candidates are the ids of entities that name the payer and the receiver of
// the query, as far as it has them; nil if it has neither. References are read
// by key alone, so that a supplier's twenty actions are not looked for among
// an agency's ten thousand.
func (s *sum) candidates(ctx context.Context, f form) ([]ftm.EntityID, error) {
	payees, err := s.namingAny(ctx, s.to, f.payee)
	if err != nil || s.from == nil {
		return payees, err
	}
	ids, err := s.payerSide(ctx, f)
	if err != nil || s.to == nil {
		return ids, err
	}
	return slices.DeleteFunc(ids, func(id ftm.EntityID) bool {
		_, both := slices.BinarySearch(payees, id)
		return !both
	}), nil
}

// namingAny lists, ascending, who names one of the entities in a property; nil
// for anyone.
func (s *sum) namingAny(ctx context.Context, side map[ftm.EntityID]bool, prop string) ([]ftm.EntityID, error) {
	if side == nil {
		return nil, nil
	}
	ids := []ftm.EntityID{}
	for id := range side {
		found, err := s.naming(ctx, id, prop)
		if err != nil {
			return nil, err
		}
		ids = append(ids, found...)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// payerSide lists who names the payer, and for sub-awards also those under the
// payer's contracts.
func (s *sum) payerSide(ctx context.Context, f form) ([]ftm.EntityID, error) {
	ids, err := s.namingAny(ctx, s.from, f.payer)
	if err != nil {
		return nil, err
	}
	if f.schema == "Subaward" {
		// An agency's sub-awards hang on its contracts, not on itself.
		for id := range s.from {
			contracts, err := s.naming(ctx, id, "authority")
			if err != nil {
				return nil, err
			}
			for _, c := range contracts {
				for _, m := range s.members(c) {
					found, err := s.naming(ctx, m, "contract")
					if err != nil {
						return nil, err
					}
					ids = append(ids, found...)
				}
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// naming lists who names any source id of an entity in one of the properties.
func (s *sum) naming(ctx context.Context, id ftm.EntityID, props ...string) ([]ftm.EntityID, error) {
	var out []ftm.EntityID
	for _, m := range s.members(id) {
		for ref, err := range s.view.Inbound(ctx, m) {
			if err != nil {
				return nil, err
			}
			if slices.Contains(props, ref.Prop) && (len(out) == 0 || out[len(out)-1] != ref.Source) {
				out = append(out, ref.Source)
			}
		}
	}
	return out, nil
}

func (s *sum) collectSome(ctx context.Context, f form, ids []ftm.EntityID) error {
	if b, ok := s.view.(statement.Batcher); ok {
		for stmts, err := range b.Batch(ctx, ids) {
			if err != nil {
				return err
			}
			if err := s.take(ctx, f, stmts); err != nil {
				return err
			}
		}
		return nil
	}
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return err
		}
		stmts, err := s.view.Entity(ctx, id)
		if err != nil {
			return err
		}
		if err := s.take(ctx, f, stmts); err != nil {
			return err
		}
	}
	return nil
}

func (s *sum) collectAll(ctx context.Context, f form) error {
	for stmts, err := range s.view.Entities(ctx) {
		if err != nil {
			return err
		}
		if err := s.take(ctx, f, stmts); err != nil {
			return err
		}
	}
	return nil
}

// take makes an item of an entity's statements if they fit the form and the
// query.
func (s *sum) take(ctx context.Context, f form, stmts []statement.Statement) error {
	if len(stmts) == 0 || !s.isForm(f, stmts) {
		return nil
	}
	r := reader{s: s, stmts: stmts}
	it := &item{
		id: ftm.EntityID(strings.Clone(string(stmts[0].Entity))), payer: s.canonicalOf(r.newest(f.payer)), payee: s.canonicalOf(r.newest(f.payee)),
		currency: s.intern(strings.ToUpper(text(r.newest("currency")))), date: cmp.Or(text(r.newest("date")), text(r.newest("startDate"))), year: s.intern(text(r.newest("fiscalYear"))),
		period: text(r.newest("period")), precision: text(r.newest("precision")),
	}
	if f.schema == "Award" {
		it.contract = s.canonical(it.id)
	} else {
		it.contract = s.canonicalOf(r.newest("contract"))
	}
	if ok, err := s.fits(ctx, it, f); !ok {
		return err
	}
	if f.cumulative {
		it.says, it.date = r.latest(f.amount, "valuesAsOf")
	} else {
		it.says = r.newest(f.amount)
	}
	if it.says == nil && f.cumulative {
		return nil // this award's source says nothing of this value
	}
	if it.says != nil {
		if d, err := decimal.Parse(it.says.Value); err == nil {
			it.amount, it.known = d, true
		}
		it.class, it.sightings = it.says.Class, it.says.Sightings()
		it.says = alone(it.says)
	}
	if it.currency == "" && f.schema == "Award" {
		it.currency = "USD" // US procurement columns state dollars and no currency
	}
	if f.schema == "Obligation" && s.deleted(r, it) {
		return nil
	}
	if it.date != "" && s.q.AsOf != statement.NoDay && statement.DayOf(it.date) > s.q.AsOf {
		return nil
	}
	if f.schema == "Obligation" && it.contract != "" {
		it.action = strings.Join([]string{
			string(it.contract), modification(text(r.newest("modificationNumber"))), transaction(text(r.newest("transactionNumber"))),
		}, "\x1f")
	}
	if f.cumulative {
		it.action = "award\x1f" + string(it.contract)
	}
	s.items = append(s.items, it)
	if it.says != nil && !f.cumulative {
		s.alternatives(it, r.rivals(f.amount, it.says))
	}
	return nil
}

// alternatives adds an item for each further amount that the same run gives
// the same action: the source lists them as rows of their own, so none is
// dropped, and the doubt is said.
func (s *sum) alternatives(it *item, rivals []*statement.Statement) {
	for _, st := range rivals {
		other := *it
		other.says, other.sightings, other.others = alone(st), st.Sightings(), nil
		d, err := decimal.Parse(st.Value)
		other.amount, other.known = d, err == nil
		s.items = append(s.items, &other)
		s.warn("several-amounts", s.place(&other), "one action number stands on rows with different amounts; each row is counted")
	}
}

// isForm says whether any statement is of the form's schema. Payment is not
// asked of its own child: what is merely stated is not an outlay.
func (s *sum) isForm(f form, stmts []statement.Statement) bool {
	return slices.ContainsFunc(stmts, func(st statement.Statement) bool { return st.Schema == f.schema })
}

// deleted says whether the source took an action back, and no newer run tells
// of it again.
func (s *sum) deleted(r reader, it *item) bool {
	gone := r.newest("deletedDate")
	if gone == nil || it.says != nil && s.newer(it.says.Class, gone.Class) {
		return false
	}
	if s.q.AsOf != statement.NoDay && statement.DayOf(gone.Value) > s.q.AsOf {
		return false
	}
	s.warn("deleted-actions", "", "actions that the source took back later are not counted")
	return true
}

// fits says whether payer and receiver are those of the query. An agency's
// sub-awards are those under its contracts.
func (s *sum) fits(ctx context.Context, it *item, f form) (bool, error) {
	if s.to != nil && !s.to[it.payee] {
		return false, nil
	}
	if s.from == nil || s.from[it.payer] {
		return true, nil
	}
	if f.schema != "Subaward" || it.contract == "" {
		return false, nil
	}
	for _, m := range s.members(it.contract) {
		stmts, err := s.view.Entity(ctx, m)
		if err != nil {
			return false, err
		}
		if s.from[s.canonicalOf(reader{s: s, stmts: stmts}.newest("authority"))] {
			return true, nil
		}
	}
	return false, nil
}

// alone copies what a citation needs of a statement, so that a million actions
// do not keep all statements about them in memory.
func alone(st *statement.Statement) *statement.Statement {
	c := &statement.Statement{
		Value: strings.Clone(st.Value), Original: strings.Clone(st.Original), Quote: strings.Clone(st.Quote),
		Origin: strings.Clone(st.Origin), Count: st.Count, Class: st.Class, Places: slices.Clone(st.Places),
	}
	for i := range c.Places {
		c.Places[i].Locator.Pointer = strings.Clone(c.Places[i].Locator.Pointer)
	}
	return c
}

func (s *sum) canonicalOf(st *statement.Statement) ftm.EntityID {
	if st == nil || st.Value == "" {
		return ""
	}
	return s.canonical(ftm.EntityID(st.Value))
}

// text is a copy of a value, so that a short one does not keep the whole row.
func text(st *statement.Statement) string {
	if st == nil {
		return ""
	}
	return strings.Clone(st.Value)
}

// modification writes a modification number one way: "P00002", "0" for the
// award itself.
func modification(s string) string {
	s = strings.ToUpper(strings.TrimSpace(s))
	if strings.Trim(s, "0") == "" {
		return "0"
	}
	return s
}

func transaction(s string) string {
	if s = strings.TrimLeft(strings.TrimSpace(s), "0"); s == "" {
		return "0"
	}
	return s
}
