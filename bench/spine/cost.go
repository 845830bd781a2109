package main

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A cost is what a piece of work took: time by the clock, and processor time
// of the whole process.
type cost struct{ wall, cpu time.Duration }

// A stopwatch measures costs from one lap to the next.
type stopwatch struct {
	at  time.Time
	cpu time.Duration
}

func start() stopwatch { return stopwatch{time.Now(), cpuTime()} }

// lap gives the cost since the start or the last lap.
func (s *stopwatch) lap() cost {
	now := start()
	c := cost{now.at.Sub(s.at), now.cpu - s.cpu}
	*s = now
	return c
}

func (c cost) plus(d cost) cost  { return cost{c.wall + d.wall, c.cpu + d.cpu} }
func (c cost) minus(d cost) cost { return cost{c.wall - d.wall, c.cpu - d.cpu} }

// over shares a cost among n.
func (c cost) over(n int) cost { return cost{c.wall / time.Duration(n), c.cpu / time.Duration(n)} }

// resetPeak gives unused memory back and lets peak count from here on, where
// the system allows it. Source: proc_pid_clear_refs(5), value 5.
func resetPeak() {
	debug.FreeOSMemory()
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
}

// peak is the largest resident memory the process has had, in bytes; 0 where
// the system does not tell. Source: proc_pid_status(5), VmHWM.
func peak() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
			n, _ := strconv.ParseInt(kb, 10, 64)
			return n << 10
		}
	}
	return 0
}

// diskSize adds up the files below a folder, in bytes.
func diskSize(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}

// forget drops the files below a folder from the page cache, so that the next
// reads go to the disk; ok is false where that cannot be asked of the system.
func forget(dir string) (ok bool, err error) {
	ok = true
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		ok = evict(path) && ok
		return nil
	})
	return ok, err
}

// latencies are times of single calls.
type latencies []time.Duration

// timed calls f n times and keeps how long each took.
func timed(n int, f func(i int) error) (latencies, error) {
	out := make(latencies, 0, n)
	for i := range n {
		begin := time.Now()
		if err := f(i); err != nil {
			return nil, err
		}
		out = append(out, time.Since(begin))
	}
	return out.sorted(), nil
}

func (l latencies) sorted() latencies {
	slices.Sort(l)
	return l
}

// at is the quantile q of sorted latencies.
func (l latencies) at(q float64) time.Duration {
	if len(l) == 0 {
		return 0
	}
	return l[int(q*float64(len(l)-1))]
}

func (l latencies) mean() time.Duration {
	var sum time.Duration
	for _, d := range l {
		sum += d
	}
	return sum / time.Duration(max(len(l), 1))
}

// median is the middle one by processor time.
func median(costs []cost) cost {
	sorted := slices.SortedFunc(slices.Values(costs), func(a, b cost) int { return cmp.Compare(a.cpu, b.cpu) })
	return sorted[len(sorted)/2]
}
