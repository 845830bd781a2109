package pipeline

import (
	"encoding/binary"
	"maps"
	"slices"

	"overt/extract"
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

// observe is what the sensors of a run need to know of one record: the one
// place where they look at it. A record that did not change since the run
// before is not mapped again; its observation is kept and comes again, in the
// order of the records.
func observe(_ extract.Record, es []mapping.Entity) []byte {
	var out []byte
	for i := range es {
		out = observeAction(out, &es[i])
	}
	return out
}

// observeAction appends payer, contract, modification and amount of a contract
// action, each with its length before it.
func observeAction(dst []byte, e *mapping.Entity) []byte {
	if e.Schema != "Obligation" {
		return dst
	}
	var told [4]string
	for i := range e.Values {
		v := &e.Values[i]
		switch v.Prop {
		case "authority":
			told[0] = v.Clean
		case "contract":
			told[1] = v.Clean
		case "modificationNumber":
			told[2] = v.Clean
		case "amount":
			told[3] = v.Clean
		}
	}
	for _, s := range told {
		dst = append(binary.AppendUvarint(dst, uint64(len(s))), s...)
	}
	return dst
}

// add takes the observation of the next record in.
func (m *meter) add(observation []byte) {
	for len(observation) > 0 {
		var told [4]string
		for i := range told {
			n, k := binary.Uvarint(observation)
			if k <= 0 || n > uint64(len(observation)-k) {
				return // nothing of ours
			}
			told[i], observation = string(observation[k:k+int(n)]), observation[k+int(n):]
		}
		m.see(told[0], told[1], told[2], told[3])
	}
}

func (m *meter) see(payer, contract, mod, amount string) {
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
