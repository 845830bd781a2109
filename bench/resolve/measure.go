package main

import (
	"context"
	"fmt"

	"overt/resolve/evaluate"
	"overt/resolve/match"
)

// records gives records, those of one entity behind each other. The id of a record
// begins with its entity, as idOf writes it.
type records func(yield func(match.Record) error) error

func idOf(entity uint32, more any) string { return fmt.Sprintf("%08x-%v", entity, more) }

func entityOf(id string) string { return id[:8] }

// measure runs records through a matcher, holding nothing of them itself, and tells
// what it cost and how much was right.
func measure(ctx context.Context, each records, cfg match.Config) (*match.Matcher, error) {
	m, err := match.New(cfg)
	if err != nil {
		return nil, err
	}
	clock := evaluate.Start()
	truth, run, last := 0, 0, ""
	err = each(func(r match.Record) error {
		if e := entityOf(r.ID); e != last {
			run, last = 0, e
		}
		truth += run // it makes a pair with each before it
		run++
		return m.Add(r)
	})
	if err != nil {
		return nil, err
	}
	res, err := m.Run(ctx, match.Constraints{})
	if err != nil {
		return nil, err
	}
	cost := clock.Stop(res.Counts.Pairs, cfg.Threads)
	compared := 0
	for e := range m.Compared() {
		if entityOf(e.A) == entityOf(e.B) {
			compared++
		}
	}
	found, right, largest := 0, 0, 0
	for _, c := range res.Clusters {
		n := len(c.Members)
		found, largest = found+n*(n-1)/2, max(largest, n)
		run = 0
		for i, id := range c.Members { // in order, so that those of an entity meet
			if i > 0 && entityOf(id) != entityOf(c.Members[i-1]) {
				run = 0
			}
			right += run
			run++
		}
	}
	fmt.Printf("%d records, %d pairs of one entity: %d pairs compared, %.4f of the true ones among them\n",
		res.Counts.Records, truth, res.Counts.Pairs, share(compared, truth))
	p, r := share(right, found), share(right, truth)
	fmt.Printf("clusters %d, the largest of %d; precision %.4f, recall %.4f, F1 %.4f\n", len(res.Clusters), largest, p, r, 2*p*r/max(p+r, 1e-9))
	fmt.Printf("%.1f s, %.1f cpu-s, %.0f MB at most, %.0f pairs/s compared; keys %d, joined %d, values %d, patterns %d; %s\n",
		cost.Seconds, cost.CPU, cost.PeakMB, cost.PairsPerSec, res.Counts.Keys, res.Counts.Joined, res.Counts.Values, res.Counts.Patterns, res.Counts.Times)
	return m, nil
}

func share(part, all int) float64 {
	if all == 0 {
		return 1
	}
	return float64(part) / float64(all)
}
