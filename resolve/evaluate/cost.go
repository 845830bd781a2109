package evaluate

import (
	"runtime"
	"time"
)

// A stopwatch measures what a run takes.
type stopwatch struct {
	start time.Time
	cpu   time.Duration
}

func startClock() stopwatch { return stopwatch{time.Now(), cpuTime()} }

func (s stopwatch) stop(pairs, threads int) Cost {
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	c := Cost{Seconds: time.Since(s.start).Seconds(), CPU: (cpuTime() - s.cpu).Seconds(), PeakMB: peak() / (1 << 20), Threads: threads}
	if c.Seconds > 0 {
		c.PairsPerSec = float64(pairs) / c.Seconds
	}
	return c
}
