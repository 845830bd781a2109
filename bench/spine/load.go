package main

import (
	"context"
	"fmt"
	"os"
	"time"
)

// load takes the big store in and leaves it for the other parts.
func load(ctx context.Context, j job) ([]table, error) {
	for _, old := range []string{storeDir(j), readyFile(j)} {
		if err := os.RemoveAll(old); err != nil {
			return nil, fmt.Errorf("clear the folder: %w", err)
		}
	}
	s, err := openStore(ctx, storeDir(j))
	if err != nil {
		return nil, err
	}
	l, err := s.take(ctx, newMaker(j.n/perEntity), day(0))
	if err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	size, err := diskSize(storeDir(j))
	if err != nil {
		return nil, fmt.Errorf("measure the store: %w", err)
	}
	t := loadTable(l, j.n)
	t.note("On disk %s MB, %.1f bytes for each statement; peak memory %s MB.", megabytes(size), float64(size)/float64(l.run.Statements), megabytes(peak()))
	return []table{t}, markReady(j)
}

func loadTable(l *loading, n int) table {
	t := table{
		Title: fmt.Sprintf("Load: %s statements, ids in no order, %d to an entity", count(l.run.Statements), perEntity),
		Head:  []string{"step", "s", "cpu-s", "statements/s", "statements/cpu-s"},
	}
	row := func(name string, c cost) {
		if c.wall < 100*time.Millisecond { // a rate of next to nothing says nothing
			t.add(name, seconds(c.wall), seconds(c.cpu), "", "")
			return
		}
		t.add(name, seconds(c.wall), seconds(c.cpu), rate(n, c.wall), rate(n, c.cpu))
	}
	row("make the data (not counted below)", l.generate)
	row("add: check, pack, spill sorted", l.add)
	row("merge and write tables", l.write)
	row("ingest", l.in)
	row("drop the scratch files", l.closed)
	row("**load**", l.total())
	return t
}
