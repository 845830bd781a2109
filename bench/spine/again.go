package main

import (
	"context"
	"fmt"
	"os"
)

// again takes the same data in once more, one value of one entity in a hundred
// changed: what a full extract of a later day costs.
func again(ctx context.Context, j job) ([]table, error) {
	// Whatever happens from here on, the store is no longer what load left.
	if err := os.Remove(readyFile(j)); err != nil {
		return nil, fmt.Errorf("mark the store as used: %w", err)
	}
	before, err := diskSize(storeDir(j))
	if err != nil {
		return nil, fmt.Errorf("measure the store: %w", err)
	}
	s, err := openStore(ctx, storeDir(j))
	if err != nil {
		return nil, err
	}
	m := newMaker(j.n / perEntity)
	m.round = 1
	l, err := s.take(ctx, m, day(30))
	if err != nil {
		return nil, err
	}
	closing := start()
	if err := s.Close(); err != nil {
		return nil, err
	}
	rest := closing.lap()
	after, err := diskSize(storeDir(j))
	if err != nil {
		return nil, fmt.Errorf("measure the store: %w", err)
	}
	t := loadTable(l, j.n)
	t.Title = "Second full run: " + t.Title
	t.note("The store counts %s of %s entities as new or changed; it grew from %s to %s MB; peak memory %s MB; closing took %s s.",
		count(l.run.New), count(l.run.Entities), megabytes(before), megabytes(after), megabytes(peak()), seconds(rest.wall))
	return []table{t}, nil
}
