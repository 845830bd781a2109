package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"overt/resolve/evaluate"
	"overt/resolve/match"
)

// grown measures what it costs to resolve more records, of what was kept of fewer, and
// whether the same comes of it as of all anew.
func grown(cfg match.Config, before *match.Matcher, each records) error {
	saved, err := before.Save()
	if err != nil {
		return err
	}
	var results [2]*match.Result
	for i, how := range []string{"from nothing", "of what was kept"} {
		m, err := match.New(cfg)
		if err != nil {
			return err
		}
		if err := each(m.Add); err != nil {
			return err
		}
		clock := evaluate.Start()
		if i == 1 {
			if err := m.Reuse(saved); err != nil {
				return err
			}
		}
		if results[i], err = m.Run(context.Background(), match.Constraints{}); err != nil {
			return err
		}
		c := &results[i].Counts
		cost := clock.Stop(c.Compared, cfg.Threads)
		fmt.Printf("%d records %s: %.1f s, %.1f cpu-s; %d of %d pairs compared, and %d drawn at random; %s\n", c.Records, how, cost.Seconds, cost.CPU, c.Compared, c.Pairs, c.Drawn, c.Times)
	}
	if a, b := results[0], results[1]; !reflect.DeepEqual(a.Clusters, b.Clusters) || !reflect.DeepEqual(a.Edges, b.Edges) || !reflect.DeepEqual(a.Model, b.Model) {
		return errors.New("of what was kept comes another result")
	}
	return nil
}

// again measures what it costs to resolve the same records once more, after a
// judgement, and to explain a pair of them, from what was kept.
func again(m *match.Matcher, cfg match.Config, records []match.Record) error {
	if _, err := m.Run(context.Background(), match.Constraints{}); err != nil {
		return err
	}
	start := time.Now()
	saved, err := m.Save()
	if err != nil {
		return err
	}
	kept := time.Since(start)
	start = time.Now()
	loaded, err := match.Load(cfg, saved)
	if err != nil {
		return err
	}
	read := time.Since(start)
	start = time.Now()
	cs := match.Constraints{Bound: [][2]string{{records[0].ID, records[len(records)/2].ID}}}
	res, err := loaded.Run(context.Background(), cs)
	if err != nil {
		return err
	}
	ran := time.Since(start)
	const pairs = 1000
	start = time.Now()
	for i := range pairs {
		if _, err := loaded.Between(records[i%len(records)], records[(i*7+1)%len(records)]); err != nil {
			return err
		}
	}
	fmt.Printf("again: kept in %v, %d MB; read in %v; resolved after a judgement in %v, %d sets divided, none compared; a pair explained in %v\n",
		kept, len(saved)>>20, read, ran, res.Counts.Divided, time.Since(start)/pairs)
	return nil
}
