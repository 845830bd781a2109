package web

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/money"
	"overt/statement"
	"overt/ui"
)

// A sumAnswer is a sum, or one row of it, with every place it is made of.
type sumAnswer struct {
	Taken     *answer.Found    `json:"taken"`
	Kind      money.Kind       `json:"kind"`
	Out       bool             `json:"out"`
	Key       string           `json:"key,omitempty"`
	ID        ftm.EntityID     `json:"id,omitempty"` // of the row, where an entity is what it is of
	Amount    string           `json:"amount"`
	Currency  string           `json:"currency"`
	Count     int              `json:"count"`
	Unknown   int              `json:"unknown,omitempty"`
	Warnings  []money.Warning  `json:"warnings"`
	Citations []overt.Citation `json:"citations"`
	More      int              `json:"more,omitempty"` // citations that are not listed
}

// Records counts what the answer releases.
func (a *sumAnswer) Records() int { return len(a.Citations) }

// partsShown is how many parts of a sum are listed.
const partsShown = 200

// sum lists the parts of a sum.
func (s *Service) sum(v *visit) (response, error) {
	q, err := readEntity(v)
	if err != nil {
		return response{}, err
	}
	values := v.URL.Query()
	row, with := rowKey{values.Get("key"), ftm.EntityID(values.Get("id")), values.Get("currency")}, ftm.EntityID(values.Get("with"))
	a, err := ask(s, v, gate.Act{Action: "money", Object: string(q.id), Query: fmt.Sprintf("parts of kind %s by %s", clip(q.kind), clip(string(q.by))), AsOf: q.asOf}, true, func(ctx context.Context, d *gate.Desk) (*sumAnswer, error) {
		if err := known(ctx, d, q.id); err != nil {
			return nil, err
		}
		f, err := answer.Find(ctx, d, string(q.id))
		if err != nil {
			return nil, err
		}
		mq := sumOf(f.Members, q.pays, money.Query{Kind: money.Kind(q.kind), By: q.by, AsOf: statement.LastDayOf(q.asOf), Citations: -1})
		if with != "" {
			if err := known(ctx, d, with); err != nil {
				return nil, err
			}
			mq = sumOf(answer.Members(d.Graph, with), !q.pays, mq)
		}
		m, err := money.NewLedger(d.View, d.Graph).Sum(ctx, mq)
		if err != nil {
			return nil, err
		}
		return partsOf(f, m, row, q.pays)
	})
	if err != nil {
		return response{}, err
	}
	return show(ui.Page{Title: v.say("Parts of a sum") + " · " + a.Taken.Caption, Main: sumScreen(a, v.fragment()), Wide: true})
}

// A rowKey says which row of a sum: that of an entity, else that of a word. A currency
// need not be said where one leads.
type rowKey struct {
	word     string
	id       ftm.EntityID
	currency string
}

func (k rowKey) is(r money.Row, currency string) bool {
	if r.Currency != cmp.Or(k.currency, currency) || k.id != r.ID {
		return false
	}
	return k.id != "" || k.word == r.Key
}

// partsOf takes a row out of a sum; without a key all of it.
func partsOf(f *answer.Found, m *money.Answer, key rowKey, out bool) (*sumAnswer, error) {
	a := &sumAnswer{Taken: f, Kind: m.Kind, Out: out, Currency: m.Currency, Amount: m.Total.String(), Count: m.Count, Unknown: m.Unknown, Warnings: m.Warnings}
	rows := m.Rows
	if key != (rowKey{}) {
		i := slices.IndexFunc(m.Rows, func(r money.Row) bool { return key.is(r, m.Currency) })
		if i < 0 {
			return nil, overt.Errorf(overt.NotFound, "", "the sum has no such row")
		}
		r := m.Rows[i]
		a.Key, a.ID, a.Currency = r.Key, r.ID, r.Currency
		rows, a.Amount, a.Count, a.Unknown, a.Warnings = m.Rows[i:i+1], r.Amount.String(), r.Count, r.Unknown, r.Warnings
	}
	for _, r := range rows {
		a.Citations = append(a.Citations, r.Citations...)
	}
	a.More = max(0, len(a.Citations)-partsShown)
	a.Citations = a.Citations[:len(a.Citations)-a.More]
	return a, nil
}

// find takes words for an entity and goes there, as verbs take them.
func (s *Service) find(v *visit) (response, error) {
	words := v.URL.Query().Get("name")
	f, err := ask(s, v, gate.Act{Action: "entity.find", Object: clip(words)}, true, func(ctx context.Context, d *gate.Desk) (*answer.Found, error) {
		return answer.Find(ctx, d, words)
	})
	if err != nil {
		return response{}, err
	}
	return seeOther(entityPath(f.ID, "facts"))
}
