package money

import (
	"context"
	"strings"

	"overt"
	"overt/ftm"
	"overt/statement"
)

// settle decides what counts: each action once, each award's cumulative value
// once, no vehicle beside its orders.
func (s *sum) settle(ctx context.Context) error {
	groups := map[string][]*item{}
	var order []string
	for _, it := range s.items {
		key := it.action
		if key == "" {
			key = "one\x1f" + string(it.id)
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], it)
	}
	acted := map[ftm.EntityID]bool{} // awards with actions of their own
	for _, it := range s.items {
		if it.contract != "" && !strings.HasPrefix(it.action, "award\x1f") {
			acted[it.contract] = true
		}
	}
	totals := 0
	for _, key := range order {
		items := groups[key]
		cumulative := strings.HasPrefix(key, "award\x1f")
		if cumulative && acted[items[0].contract] {
			continue
		}
		if cumulative {
			s.settleAward(items)
			totals++
			continue
		}
		s.settleAction(items)
	}
	if totals > 0 && s.q.Kind == Obligated {
		s.warn("award-totals", "", "%d awards are counted by the total their source states, for their actions are not here", totals)
	}
	if s.q.Kind == Current || s.q.Kind == Potential {
		if err := s.dropVehicles(ctx); err != nil {
			return err
		}
	}
	if s.q.Kind == Stated {
		s.dropRates()
	}
	return nil
}

// settleAction counts the tellings of one contract action. Rows of one run are
// separate amounts, for the source lists them separately; of several runs the
// newest counts.
func (s *sum) settleAction(items []*item) {
	newest := items[0]
	for _, it := range items[1:] {
		if s.newer(it.class, newest.class) {
			newest = it
		}
	}
	for _, it := range items {
		if it.class == newest.class {
			s.counted = append(s.counted, it)
		}
	}
	first := s.counted[len(s.counted)-1]
	for _, it := range items {
		if it.class == newest.class {
			continue
		}
		first.others = append(first.others, it)
		if it.known && first.known && it.amount.Cmp(first.amount) != 0 {
			s.warn("amounts-differ", s.place(it), "the same action has %s here and %s in %s; the newer counts",
				it.amount.StringFixed(2), first.amount.StringFixed(2), s.place(first))
		}
	}
}

// settleAward counts the latest telling of an award's cumulative value.
func (s *sum) settleAward(items []*item) {
	best := items[0]
	for _, it := range items[1:] {
		if it.date > best.date || it.date == best.date && s.newer(it.class, best.class) {
			best = it
		}
	}
	best.sightings = 1 // other states of the value are no repeats of it
	s.counted = append(s.counted, best)
}

// dropVehicles leaves out agreements under which orders are placed: what they
// hold is the ceiling of the orders.
func (s *sum) dropVehicles(ctx context.Context) error {
	kept := s.counted[:0]
	for _, it := range s.counted {
		vehicle, err := s.isVehicle(ctx, it.contract)
		if err != nil {
			return err
		}
		if !vehicle {
			kept = append(kept, it)
		}
	}
	if dropped := len(s.counted) - len(kept); dropped > 0 {
		s.warn("vehicles-left-out", "", "%d vehicles are left out: their value is the ceiling of their orders, not money beside it", dropped)
	}
	s.counted = kept
	return nil
}

// dropRates leaves recurring amounts out of a sum: 600,000 a month is no total.
func (s *sum) dropRates() {
	dropped := 0
	for _, it := range s.counted {
		if it.period != "" && it.period != "total" && it.known {
			it.rate = true
			dropped++
		}
	}
	s.answered.Rates = dropped
	switch dropped {
	case 0:
	case 1:
		s.warn("rates-not-summed", "", "1 amount is stated per month, year or day; it is listed and not summed")
	default:
		s.warn("rates-not-summed", "", "%d amounts are stated per month, year or day; they are listed and not summed", dropped)
	}
	for _, it := range s.counted {
		if it.precision != "" && it.precision != "exact" {
			s.warn("imprecise", s.place(it), "the source says %s %s", it.precision, text(it.says))
		}
	}
}

// isVehicle says whether orders are placed under the contract, by its key or
// because an order says so.
func (s *sum) isVehicle(ctx context.Context, id ftm.EntityID) (bool, error) {
	for _, m := range s.members(id) {
		stmts, err := s.view.Entity(ctx, m)
		if err != nil {
			return false, err
		}
		for i := range stmts {
			if stmts[i].Prop == "awardKey" && strings.HasPrefix(stmts[i].Value, "CONT_IDV_") {
				return true, nil
			}
		}
		for ref, err := range s.view.Inbound(ctx, m) {
			if err != nil {
				return false, err
			}
			if ref.Prop == "vehicle" {
				return true, nil
			}
		}
	}
	return false, nil
}

// place tells where an item's amount stands.
func (s *sum) place(it *item) string {
	if c := s.cite(it, 1); len(c) > 0 {
		return c[0].String()
	}
	return string(it.id)
}

// usedRuns are the runs whose statements count.
func (s *sum) usedRuns() map[overt.RunID]*statement.Run {
	runs := map[overt.RunID]*statement.Run{}
	for _, it := range s.counted {
		if info, ok := s.view.Sight().Info(it.class); ok {
			runs[info.Run.ID] = info.Run
		}
	}
	return runs
}
