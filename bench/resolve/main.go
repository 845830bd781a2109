// Command resolve measures resolution on made-up registers of any size, with copies
// whose entity is known, and on records made to do harm.
//
//	go run ./bench/resolve -data ../shared/data -n 1000000 [-organisations] [-again] [-more 10000] [-seed 1] [-requests 20000]
//	go run ./bench/resolve -hostile near|generic|long|bridge
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
	harm := flag.String("hostile", "", "records that do harm instead: near, generic, long or bridge")
	repeat := flag.Bool("again", false, "resolve once more, of what was kept")
	more := flag.Int("more", 0, "records that come to them: resolve again, of what was kept and of nothing")
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
	ctx, cfg := context.Background(), match.Config{Threads: *threads}
	if *harm != "" {
		records, ok := hostile[*harm]
		if !ok {
			return fmt.Errorf("no records that do harm are called %q", *harm)
		}
		_, err := measure(ctx, records, cfg)
		return err
	}
	g, err := newRegister(*data, *seed, *organisations)
	if err != nil {
		return err
	}
	var first []match.Record
	m, err := measure(ctx, func(yield func(match.Record) error) error {
		return g.make(*n, func(r match.Record) error {
			if len(first) < 2000 {
				first = append(first, r)
			}
			return yield(r)
		})
	}, cfg)
	if err == nil && *repeat {
		err = again(m, cfg, first)
	}
	if err == nil && *more > 0 {
		err = grown(cfg, m, func(yield func(match.Record) error) error {
			g, err := newRegister(*data, *seed, *organisations)
			if err != nil {
				return err
			}
			return g.make(*n+*more, yield)
		})
	}
	if err != nil {
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
