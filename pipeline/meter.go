package pipeline

import (
	"maps"
	"slices"

	"overt/ftm"
	"overt/internal/decimal"
	"overt/mapping"
	"overt/statement"
)

// maxMetered bounds the awards a meter keeps apart; a run with more is not
// judged by them.
const maxMetered = 5_000_000

// A meter watches the contract actions of a run go by, in the order of the
// source, for what tells a list that was cut off from a whole one.
type meter struct {
	payers map[ftm.EntityID]*metered
}

type metered struct {
	statement.Measure
	last   decimal.Decimal
	awards map[string]actions
}

// actions counts an award's actions; first says whether the first is there.
type actions struct {
	n     uint32
	first bool
}

func newMeter() *meter { return &meter{map[ftm.EntityID]*metered{}} }

func (m *meter) see(e *mapping.Entity) {
	if e.Schema != "Obligation" {
		return
	}
	var payer, contract, mod, amount string
	for i := range e.Values {
		v := &e.Values[i]
		switch v.Prop {
		case "authority":
			payer = v.Clean
		case "contract":
			contract = v.Clean
		case "modificationNumber":
			mod = v.Clean
		case "amount":
			amount = v.Clean
		}
	}
	d, err := decimal.Parse(amount)
	if payer == "" || err != nil {
		return
	}
	p := m.payers[ftm.EntityID(payer)]
	if p == nil {
		p = &metered{Measure: statement.Measure{Authority: ftm.EntityID(payer), Sorted: true}, last: d, awards: map[string]actions{}}
		m.payers[ftm.EntityID(payer)] = p
	}
	p.Rows++
	if d.Sign() < 0 {
		p.Negative++
	}
	if d.Cmp(p.last) > 0 {
		p.Sorted = false
	}
	p.last = d
	if len(p.awards) < maxMetered && contract != "" {
		a := p.awards[contract]
		a.n++
		a.first = a.first || mod == "0" || mod == ""
		p.awards[contract] = a
	}
}

// measures gives what was seen, by payer.
func (m *meter) measures() []statement.Measure {
	var out []statement.Measure
	for _, id := range slices.Sorted(maps.Keys(m.payers)) {
		p := m.payers[id]
		for _, a := range p.awards {
			p.Awards++
			if a.n == 1 && !a.first {
				p.Latest++
			}
		}
		p.awards = nil
		out = append(out, p.Measure)
	}
	return out
}
