// Command resolve measures resolution on made-up registers of any size, with copies
// whose entity is known.
//
//	go run ./bench/resolve -data ../shared/data -n 1000000 [-organisations] [-seed 1] [-requests 20000]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"overt/resolve/evaluate"
	"overt/resolve/match"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "resolve:", err)
		os.Exit(1)
	}
}

func run() error {
	data := flag.String("data", "../shared/data", "folder of the data")
	n := flag.Int("n", 100_000, "records")
	organisations := flag.Bool("organisations", false, "make organisations, not persons")
	seed := flag.Uint64("seed", 1, "of the register")
	requests := flag.Int("requests", 20_000, "requests to screen")
	threads := flag.Int("threads", 0, "threads; 0 is all processors")
	profile := flag.String("cpuprofile", "", "write a profile")
	flag.Parse()
	debug.SetGCPercent(40)
	if *profile != "" {
		f, err := os.Create(*profile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	g, err := newRegister(*data, *seed, *organisations)
	if err != nil {
		return err
	}
	set := evaluate.Set{Name: fmt.Sprintf("register of %d", *n)}
	err = g.make(*n, func(r match.Record, entity int) error {
		set.Records = append(set.Records, r)
		set.Entity = append(set.Entity, entity)
		return nil
	})
	if err != nil {
		return err
	}
	report, m, err := evaluate.Measure(context.Background(), set, evaluate.Config{Match: match.Config{Threads: *threads}})
	if err != nil {
		return err
	}
	if err := evaluate.Write(os.Stdout, []*evaluate.Report{report}); err != nil {
		return err
	}
	fmt.Printf("keys %d, joined %d, values %d, patterns %d, %s\n", report.Counts.Keys, report.Counts.Joined, report.Counts.Values, report.Counts.Patterns, report.Counts.Times)
	if err := again(m, match.Config{Threads: *threads}, set.Records); err != nil {
		return err
	}
	return screen(m, g, *requests)
}

// screen asks for damaged copies of records that are there, from all processors.
func screen(m *match.Matcher, g *register, n int) error {
	var asked []match.Record
	for range n {
		asked = append(asked, g.record("request", g.damage(g.entity())))
	}
	times := make([]time.Duration, n)
	var next atomic.Int64
	var all sync.WaitGroup
	var failed atomic.Value
	start := time.Now()
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				begin := time.Now()
				if _, err := m.Screen(asked[i], 10); err != nil {
					failed.Store(err)
				}
				times[i] = time.Since(begin)
			}
		})
	}
	all.Wait()
	if err, ok := failed.Load().(error); ok {
		return err
	}
	took := time.Since(start)
	slices.Sort(times)
	if n > 0 {
		fmt.Printf("screening: %.0f requests/s on %d processors, p50 %s, p99 %s\n", float64(n)/took.Seconds(), runtime.GOMAXPROCS(0), times[n/2], times[n*99/100])
	}
	return nil
}
