package audit

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"
)

// BenchmarkAppend measures durable appends on the real disk.
//
//	go test -run '^$' -bench Append -benchtime 20000x ./audit
func BenchmarkAppend(b *testing.B) {
	for _, clients := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			l := mustOpen(b, b.TempDir(), Options{})
			took := make([][]time.Duration, clients)
			var wg sync.WaitGroup
			b.ResetTimer()
			for c := range clients {
				wg.Go(func() {
					for i := c; i < b.N; i += clients {
						start := time.Now()
						if _, err := l.Append(context.Background(), event(i)); err != nil {
							b.Error(err)
							return
						}
						took[c] = append(took[c], time.Since(start))
					}
				})
			}
			wg.Wait()
			b.StopTimer()
			all := slices.Concat(took...)
			slices.Sort(all)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
			b.ReportMetric(float64(all[len(all)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-µs")
		})
	}
}

// BenchmarkVerify measures reading and checking a whole log.
func BenchmarkVerify(b *testing.B) {
	dir := b.TempDir()
	l := mustOpen(b, dir, fastOptions())
	fillFast(b, l, 50_000)
	mustClose(b, l)
	b.ResetTimer()
	for range b.N {
		wantSound(b, dir, 50_000)
	}
	b.ReportMetric(50_000*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// BenchmarkInclusion measures building one proof in a log of 50,000 records.
func BenchmarkInclusion(b *testing.B) {
	l := mustOpen(b, b.TempDir(), fastOptions())
	fillFast(b, l, 50_000)
	b.ResetTimer()
	for i := range b.N {
		if _, err := l.Inclusion(int64(i)%50_000, 50_000); err != nil {
			b.Fatal(err)
		}
	}
}
