package evaluate

import (
	"cmp"
	"context"
	"slices"
	"time"

	"overt/resolve/match"
)

// decide measures labelled pairs: nothing is searched for or joined.
func (r *Report) decide(ctx context.Context, data *data, cfg Config) error {
	clock := Start()
	m, err := matcher(data.records, cfg.Match)
	if err != nil {
		return err
	}
	if err := m.Build(ctx); err != nil {
		return err
	}
	groups := map[string]*[4]float64{} // right, found, wanted, all
	var scored []decided
	var total [4]float64
	correct := 0
	for _, l := range data.labelled {
		e, err := m.Judge(l.a, l.b)
		if err != nil {
			return err
		}
		yes := e.Outcome == match.Same
		if yes == l.match {
			correct++
		} else if len(r.Errors) < cfg.Errors {
			r.Errors = append(r.Errors, Mistake{map[bool]string{true: "missed", false: "joined"}[l.match], e})
		}
		if groups[l.group] == nil {
			groups[l.group] = &[4]float64{}
		}
		for _, g := range []*[4]float64{&total, groups[l.group]} {
			g[0] += number(yes && l.match)
			g[1] += number(yes)
			g[2] += number(l.match)
			g[3]++
		}
		scored = append(scored, decided{e.P, l.match})
	}
	r.Truth = int(total[2])
	decision := rates(total[0], total[1], total[2])
	r.Decision, r.Accuracy = &decision, float64(correct)/max(1, total[3])
	r.curve(scored, r.Truth)
	for name, g := range groups {
		if len(groups) > 1 {
			r.By = append(r.By, Slice{"group", name, int(g[3]), rates(g[0], g[1], g[2])})
		}
	}
	slices.SortFunc(r.By, func(a, b Slice) int { return cmp.Compare(a.Of, b.Of) })
	r.Cost = clock.Stop(len(data.labelled), cfg.Match.Threads)
	return nil
}

// screen measures requests against records.
func (r *Report) screen(ctx context.Context, data *data, cfg Config) error {
	entity := data.entities()
	var listed []match.Record
	entityOf, known := map[string]int{}, map[int]bool{}
	for i, rec := range data.records {
		if !data.requests[rec.Source] {
			listed = append(listed, rec)
			entityOf[rec.ID] = entity[i]
			known[entity[i]] = true
		}
	}
	clock := Start()
	m, err := matcher(listed, cfg.Match)
	if err != nil {
		return err
	}
	if err := m.Build(ctx); err != nil {
		return err
	}
	s := &Screening{}
	var times []time.Duration
	for i, rec := range data.records {
		if !data.requests[rec.Source] {
			continue
		}
		start := time.Now()
		hits, err := m.Screen(rec, 10)
		if err != nil {
			return err
		}
		times = append(times, time.Since(start))
		s.count(hits, entity[i], known[entity[i]], entityOf)
		if n := len(r.Errors); n < cfg.Errors && len(hits) > 0 && (hits[0].Outcome == match.Same) != known[entity[i]] {
			r.Errors = append(r.Errors, Mistake{map[bool]string{true: "missed", false: "alarm"}[known[entity[i]]], hits[0].Explanation})
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	var sum time.Duration
	for _, t := range times {
		sum += t
	}
	slices.Sort(times)
	if s.Requests = len(times); s.Requests > 0 {
		s.P50, s.P99 = times[len(times)/2], times[len(times)*99/100]
		s.PerSec = float64(len(times)) / sum.Seconds()
	}
	r.Screening = s
	r.Truth = s.Found + s.Missed
	r.Cost = clock.Stop(0, cfg.Match.Threads)
	return nil
}

func (s *Screening) count(hits []match.Hit, entity int, known bool, of map[string]int) {
	alarm, found := false, false
	for i, h := range hits {
		if of[h.ID] == entity {
			if i == 0 {
				s.First++
			}
			found = found || h.Outcome == match.Same
		} else {
			alarm = alarm || h.Outcome == match.Same
		}
	}
	switch {
	case found:
		s.Found++
	case known:
		s.Missed++
	}
	if alarm && !known {
		s.Alarms++
	}
	s.Hits += len(hits)
}
