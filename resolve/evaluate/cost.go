package evaluate

import (
	"runtime"
	"time"
)

// A Stopwatch measures what a run takes.
type Stopwatch struct {
	start time.Time
	cpu   time.Duration
}

// Start starts a Stopwatch.
func Start() Stopwatch { return Stopwatch{time.Now(), cpuTime()} }

// Stop gives what was taken since the start, by as many threads, 0 for all
// processors, for as many pairs that were compared.
func (s Stopwatch) Stop(pairs, threads int) Cost {
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	c := Cost{Seconds: time.Since(s.start).Seconds(), CPU: (cpuTime() - s.cpu).Seconds(), PeakMB: peak() / (1 << 20), Threads: threads}
	if c.Seconds > 0 {
		c.PairsPerSec = float64(pairs) / c.Seconds
	}
	return c
}
