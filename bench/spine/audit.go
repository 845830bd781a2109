package main

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"overt/audit"
)

// record measures durable records of who asked what, and the check of the
// whole log afterwards.
func record(ctx context.Context, j job) ([]table, error) {
	t := table{
		Title: "Audit: durable records",
		Head:  []string{"callers at once", "records", "records/s", "p50 ms", "p99 ms", "max ms", "cpu µs/record"},
	}
	verify := table{Title: "Audit: verify the whole log", Head: []string{"records", "s", "records/s", "records/cpu-s"}}
	n := j.n / 500
	for _, callers := range []int{1, 16, 64} {
		dir := filepath.Join(j.dir, fmt.Sprintf("audit-%d-%d", callers, time.Now().UnixNano()))
		l, err := audit.Open(ctx, dir, audit.Options{})
		if err != nil {
			return nil, err
		}
		watch := start()
		took, err := together(callers, n, func(i int) error {
			_, err := l.Append(ctx, audit.Event{
				Actor: "local:bench", Purpose: "investigation", Action: "entity.read", Object: fmt.Sprintf("northmoor-company:%016x", i),
				Query: "show", Decision: "allow", Reasons: []string{"owner, for a purpose of the dataset"}, Count: 1,
			})
			return err
		})
		if err != nil {
			return nil, err
		}
		c := watch.lap()
		t.add(fmt.Sprint(callers), count(n), rate(n, c.wall), millis(took.at(0.5)), millis(took.at(0.99)), millis(took.at(1)), micros(c.over(n).cpu))
		if err := l.Close(); err != nil {
			return nil, err
		}
		if callers != 64 {
			continue
		}
		watch.lap()
		report, err := audit.Verify(ctx, dir, audit.VerifyOptions{})
		if err != nil {
			return nil, err
		}
		if len(report.Problems) > 0 || report.Size != int64(n) {
			return nil, fmt.Errorf("the log of %d records reads as %d, with %v", n, report.Size, report.Problems)
		}
		c = watch.lap()
		verify.add(count(n), seconds(c.wall), rate(n, c.wall), rate(n, c.cpu))
	}
	t.note("Each record was synced to the disk before its caller went on; callers at once share a sync.")
	return []table{t, verify}, nil
}

// together shares n calls among callers and gives all their times, sorted.
func together(callers, n int, f func(i int) error) (latencies, error) {
	took, errs := make([]latencies, callers), make([]error, callers)
	var wg sync.WaitGroup
	for c := range callers {
		wg.Go(func() {
			for i := c; i < n && errs[c] == nil; i += callers {
				begin := time.Now()
				errs[c] = f(i)
				took[c] = append(took[c], time.Since(begin))
			}
		})
	}
	wg.Wait()
	var all latencies
	for c := range callers {
		if errs[c] != nil {
			return nil, errs[c]
		}
		all = append(all, took[c]...)
	}
	return all.sorted(), nil
}
