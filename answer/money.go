package answer

import (
	"context"

	"overt/ftm"
	"overt/gate"
	"overt/money"
)

// Money is what `money` answers: a sum and whom the words were taken for.
type Money struct {
	From *Found `json:"from,omitempty"`
	To   *Found `json:"to,omitempty"`
	*money.Answer
	// OtherKinds is what there is where nothing is of the kind that was asked for.
	OtherKinds []MoneyKind `json:"other_kinds,omitempty"`
	Conflicts  []Remark    `json:"conflicts"`
	NotSeen    []NotSeen   `json:"not_seen"`
}

// A MoneyKind says how many items of a kind of money there are.
type MoneyKind struct {
	Kind  money.Kind `json:"kind"`
	Count int        `json:"count"`
}

// Records counts what the answer releases.
func (m *Money) Records() int { return m.Count }

// A MoneyQuestion asks for the sum of one kind of money between two that words
// name, either of which may be "", anyone.
type MoneyQuestion struct {
	From, To  string
	Kind      money.Kind
	By        money.By
	Citations int // of each row; 0 means 3, below 0 all
}

// FindMoney sums money as it was on the desk's day. Errors: not_found, invalid.
func FindMoney(ctx context.Context, d *gate.Desk, q MoneyQuestion) (*Money, error) {
	out := &Money{}
	sum := money.Query{Kind: q.Kind, By: q.By, AsOf: d.AsOf, Citations: q.Citations}
	var err error
	for _, side := range []struct {
		words string
		found **Found
		ids   *[]ftm.EntityID
	}{{q.From, &out.From, &sum.From}, {q.To, &out.To, &sum.To}} {
		if side.words == "" {
			continue
		}
		if *side.found, err = Find(ctx, d, side.words); err != nil {
			return nil, err
		}
		*side.ids = (*side.found).Members
	}
	ledger := money.NewLedger(d.View, d.Graph)
	if out.Answer, err = ledger.Sum(ctx, sum); err != nil {
		return nil, err
	}
	if out.Count == 0 {
		if out.OtherKinds, err = otherKinds(ctx, ledger, sum); err != nil {
			return nil, err
		}
	}
	if out.Conflicts, err = Remarks(ctx, d, out.From, out.To); err != nil {
		return nil, err
	}
	out.NotSeen, err = Unseen(ctx, d)
	return out, err
}

// otherKinds counts what the same question finds of the other kinds.
func otherKinds(ctx context.Context, l *money.Ledger, q money.Query) ([]MoneyKind, error) {
	var out []MoneyKind
	for _, k := range money.Kinds {
		if k == q.Kind {
			continue
		}
		m, err := l.Sum(ctx, money.Query{From: q.From, To: q.To, Kind: k, AsOf: q.AsOf})
		if err != nil {
			return nil, err
		}
		if m.Count > 0 {
			out = append(out, MoneyKind{k, m.Count})
		}
	}
	return out, nil
}
