package main

import (
	"context"
	"fmt"
	"time"

	"overt/resolve/match"
)

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
