package quality

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"

	"overt/ftm"
	"overt/internal/decimal"
	"overt/statement"
)

// Bounds of what is kept apart. A run with more is judged by the first ones.
const (
	maxAwards = 5_000_000
	maxSteps  = 3_000_000
	maxTwins  = 1_000_000
	maxPayers = 100_000
)

// An action is one contract action, as an observation has it.
type action struct {
	payer, piid, mod, date, currency string
	contract, supplier               uint64 // hashes, 0 for none
	contractText                     string
	amount                           decimal.Decimal
	known                            bool
	current                          string // the award's current value in the same record
}

func newAction(f []string) *action {
	a := &action{payer: f[0], piid: f[2], mod: strings.TrimSpace(f[3]), date: f[6], currency: f[8], current: f[9], contractText: f[1]}
	if f[1] != "" {
		a.contract = hash(f[1])
	}
	if f[5] != "" {
		a.supplier = hash(f[5])
	}
	d, err := decimal.Parse(f[7])
	a.amount, a.known = d, err == nil
	return a
}

// first says whether the action is the award itself and not a modification.
func (a *action) first() bool { return strings.Trim(a.mod, "0") == "" }

// actions watches contract actions: what tells a list that was cut off from a
// whole one, differences from cumulative values, and one action from two.
type actions struct {
	payers map[string]*payer
	awards map[uint64][]step // of all payers
	steps  int
	twins  map[uint64]twin
	twice  evidence
	sum    map[string]decimal.Decimal // told twice, by currency
	// Modifications beside whose amount the award's current value stands, and
	// those of which both are equal.
	beside, equal int64
	equals        evidence
}

type payer struct {
	statement.Measure
	last   decimal.Decimal
	awards map[uint64]actionCount
}

// actionCount counts an award's actions; first says whether the first is there.
type actionCount struct {
	n     uint32
	first bool
}

// A step is one action in the life of an award.
type step struct {
	day    statement.Day
	mod    int32
	amount float64
}

// A twin is an action that another may be told again under.
type twin struct {
	contract uint64
	piid     string
}

func newActions() actions {
	return actions{map[string]*payer{}, map[uint64][]step{}, 0, map[uint64]twin{}, evidence{}, map[string]decimal.Decimal{}, 0, 0, evidence{}}
}

func (s *actions) add(w *Watch, a *action) {
	if a.payer == "" || !a.known {
		return
	}
	w.repeats.money(a.currency, a.amount)
	s.measure(a)
	s.step(a)
	s.twin(w, a)
	if c, err := decimal.Parse(a.current); err == nil && !a.first() && !a.amount.IsZero() {
		s.beside++
		if c.Cmp(a.amount) == 0 {
			s.equal++
			s.equals.add(w.place())
		}
	}
}

func (s *actions) measure(a *action) {
	p := s.payers[a.payer]
	if p == nil {
		if len(s.payers) >= maxPayers {
			return
		}
		p = &payer{Measure: statement.Measure{Authority: ftm.EntityID(a.payer), Sorted: true}, last: a.amount, awards: map[uint64]actionCount{}}
		s.payers[a.payer] = p
	}
	p.Rows++
	if a.amount.Sign() < 0 {
		p.Negative++
	}
	if a.amount.Cmp(p.last) > 0 {
		p.Sorted = false
	}
	p.last = a.amount
	if len(p.awards) < maxAwards && a.contract != 0 {
		c := p.awards[a.contract]
		c.n++
		c.first = c.first || a.first()
		p.awards[a.contract] = c
	}
}

// measures gives what was seen, by payer.
func (s *actions) measures() []statement.Measure {
	var out []statement.Measure
	for _, id := range slices.Sorted(maps.Keys(s.payers)) {
		m := s.payers[id].Measure
		for _, a := range s.payers[id].awards {
			m.Awards++
			if a.n == 1 && !a.first {
				m.Latest++
			}
		}
		out = append(out, m)
	}
	return out
}

// step keeps an amount in the life of its award.
func (s *actions) step(a *action) {
	if a.contract == 0 || a.amount.IsZero() || s.steps >= maxSteps {
		return
	}
	f, err := strconv.ParseFloat(a.amount.String(), 64)
	if err != nil {
		return
	}
	s.steps++
	s.awards[a.contract] = append(s.awards[a.contract], step{statement.DayOf(a.date), modOrder(a.mod), f})
}

// modOrder is the number of a modification, "P00012" and "12" alike.
func modOrder(mod string) int32 {
	n, err := strconv.ParseInt(strings.TrimLeft(mod, "PA0"), 10, 32)
	if err != nil {
		return 0
	}
	return int32(n)
}

// twin notes an action that stands in the run under two award numbers of
// which one is, or ends in, the other: the order by itself, and behind the
// number of its vehicle.
func (s *actions) twin(w *Watch, a *action) {
	if a.contract == 0 || a.supplier == 0 || a.date == "" || a.piid == "" || a.amount.IsZero() {
		return
	}
	key := hash(a.payer, strconv.FormatUint(a.supplier, 16), a.date, strings.Trim(a.mod, "0"), a.amount.StringFixed(4))
	t, known := s.twins[key]
	if !known {
		if len(s.twins) < maxTwins {
			s.twins[key] = twin{a.contract, strings.Clone(a.piid)}
		}
		return
	}
	if t.contract != a.contract && sameNumber(t.piid, a.piid) {
		s.twice.add(w.place())
		s.sum[a.currency] = s.sum[a.currency].Add(a.amount)
	}
}

// sameNumber says whether one award number is the other, or ends in it.
func sameNumber(a, b string) bool {
	fold := func(s string) string {
		return strings.ToUpper(strings.Map(func(r rune) rune {
			if r == '-' || r == ' ' || r == '_' || r == '/' {
				return -1
			}
			return r
		}, s))
	}
	a, b = fold(a), fold(b)
	return len(min(a, b)) > 0 && len(a) >= 4 && len(b) >= 4 && (strings.HasSuffix(a, b) || strings.HasSuffix(b, a))
}

func (s *actions) judge(w *Watch) {
	if s.twice.n > 0 {
		w.warn("told-twice", s.twice.where(), "%d contract actions stand here under two award numbers of one family, with equal date, modification and amount; %s would be counted twice", s.twice.n, moneyText(s.sum))
	}
	if s.beside >= 20 && s.equal*2 >= s.beside {
		w.warn("cumulative-amounts", s.equals.where(), "in %d of %d modifications the amount equals the current value of the whole award: the column is cumulative and must not be summed; map the difference of the action instead", s.equal, s.beside)
		return
	}
	judged, rising := 0, 0
	for _, steps := range s.awards {
		if len(steps) >= 3 {
			judged++
			if neverFalls(steps) {
				rising++
			}
		}
	}
	if judged >= 20 && rising*5 >= judged*3 {
		w.warn("cumulative-amounts", w.source, "of %d awards with three actions or more, the amounts of %d never fall from one action to the next: the column looks cumulative and must not be summed; compare it with the award's current value", judged, rising)
	}
}

// neverFalls says whether an award's amounts only rise, and do.
func neverFalls(steps []step) bool {
	steps = slices.Clone(steps)
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Or(cmp.Compare(a.day, b.day), cmp.Compare(a.mod, b.mod)) })
	for i := range steps {
		if steps[i].amount < 0 || i > 0 && steps[i].amount < steps[i-1].amount {
			return false
		}
	}
	return steps[len(steps)-1].amount > steps[0].amount
}

// moneyText writes sums by currency: "1,250.00 USD and 3.00 EUR" in full digits.
func moneyText(sums map[string]decimal.Decimal) string {
	var parts []string
	for _, c := range slices.Sorted(maps.Keys(sums)) {
		parts = append(parts, strings.TrimSpace(sums[c].StringFixed(2)+" "+c))
	}
	return strings.Join(parts, " and ")
}

// repeats counts rows that stand in the source more than once, and the money
// that rests on them.
type repeats struct {
	evidence
	rows  int64
	at    map[string]decimal.Decimal // of the record at hand
	total map[string]decimal.Decimal
}

func (r *repeats) begin() { clear(r.at) }

func (r *repeats) money(currency string, amount decimal.Decimal) {
	if r.at == nil {
		r.at = map[string]decimal.Decimal{}
	}
	r.at[currency] = r.at[currency].Add(amount)
}

func (r *repeats) again(w *Watch) {
	r.add(w.place())
	for c, d := range r.at {
		if r.total == nil {
			r.total = map[string]decimal.Decimal{}
		}
		r.total[c] = r.total[c].Add(d.Abs())
	}
}

// judge says nothing of a few repeats without money: they are in the ledger.
func (r *repeats) judge(w *Watch) {
	money := map[string]decimal.Decimal{}
	for c, d := range r.total {
		if !d.IsZero() {
			money[c] = d
		}
	}
	switch {
	case len(money) > 0:
		w.warn("exact-repeats", r.where(), "%d of %d rows are exact repeats of others, with amounts of %s; each is counted once, which is wrong where the source means two", r.n, r.rows, moneyText(money))
	case r.n*100 >= r.rows && r.n >= 10:
		w.warn("exact-repeats", r.where(), "%d of %d rows are exact repeats of others; each is counted once", r.n, r.rows)
	}
}

// subawards tells reports of one sub-award under two numbers.
type subawards struct {
	seen  map[uint64]uint64 // parties, day and amount → number and report
	twice evidence
	sum   map[string]decimal.Decimal
}

func newSubawards() subawards {
	return subawards{map[uint64]uint64{}, evidence{}, map[string]decimal.Decimal{}}
}

func (s *subawards) add(w *Watch, f []string) {
	d, err := decimal.Parse(f[3])
	if err != nil {
		return
	}
	w.repeats.money(f[4], d)
	if f[0] == "" || f[1] == "" || f[2] == "" || d.IsZero() {
		return
	}
	key, id := hash(f[0], f[1], f[2], d.StringFixed(4)), hash(f[5])
	first, known := s.seen[key]
	switch {
	case !known && len(s.seen) < maxTwins:
		s.seen[key] = id
	case known && first != id:
		s.twice.add(w.place())
		s.sum[f[4]] = s.sum[f[4]].Add(d)
	}
}

func (s *subawards) judge(w *Watch) {
	if s.twice.n > 0 {
		w.warn("told-twice", s.twice.where(), "%d sub-awards stand here again under another number or report, with equal parties, date and amount; %s may be counted twice", s.twice.n, moneyText(s.sum))
	}
}
