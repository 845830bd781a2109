// Package sandboxtest tries to break out of a confined process: each probe is a
// system call that must be refused there. Tests run it inside every kind of
// worker, and in tools.
package sandboxtest

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Probe is one system call that a confined process must not be able to make.
type Probe struct {
	Name string
	Call uintptr
	// Args are numbers (int) and memory (string).
	Args []any
}

// Denied is what a probe says when it was refused.
const Denied = "denied"

// Run makes all probes, on several threads of this process, and then sees
// whether the Go runtime still works. It gives one line for each: its name, a
// tab, and what became of it. Those whose success leaves nobody to tell can be
// skipped.
func Run(parent int, skip ...string) []string {
	const threads = 4
	said := make([][]string, threads)
	var wg sync.WaitGroup
	for i := range threads {
		wg.Go(func() {
			runtime.LockOSThread() // and the thread ends with the goroutine
			for _, p := range Probes(parent) {
				if slices.Contains(skip, p.Name) {
					continue
				}
				said[i] = append(said[i], p.Name+"\t"+p.run())
			}
		})
	}
	wg.Wait()
	out := slices.Concat(said...)
	slices.Sort(out)
	out = slices.Compact(out)
	result := Denied
	if err := runtimeWorks(); err != nil {
		result = err.Error()
	}
	return append(out, "runtime\t"+result)
}

// Escapes gives the lines of probes that were not refused, and the names of
// those that say nothing.
func Escapes(lines []string, parent int) []string {
	var out []string
	said := map[string]bool{}
	for _, line := range lines {
		name, result, _ := strings.Cut(line, "\t")
		said[name] = true
		if result != Denied {
			out = append(out, line)
		}
	}
	for _, p := range Probes(parent) {
		if !said[p.Name] {
			out = append(out, p.Name+"\tdid not answer")
		}
	}
	return out
}

// runtimeWorks starts threads, collects garbage, sleeps, and interrupts a loop
// that never yields.
func runtimeWorks() error {
	const threads = 16
	sums := make(chan int, threads)
	for range threads {
		go func() {
			runtime.LockOSThread()
			var kept [][]byte
			for i := range 200 {
				kept = append(kept, make([]byte, 1<<10+i))
			}
			time.Sleep(time.Millisecond)
			sums <- len(kept)
		}()
	}
	runtime.GC()
	total := 0
	for range threads {
		total += <-sums
	}
	stop := make(chan struct{})
	spun := make(chan int)
	go func() {
		n := 0
		for range 1 << 26 { // no call in it: only a signal interrupts it
			n++
		}
		select {
		case <-stop:
		default:
		}
		spun <- n
	}()
	runtime.Gosched()
	runtime.GC()
	close(stop)
	if n := <-spun; total != threads*200 || n != 1<<26 {
		return fmt.Errorf("the runtime lost something: %d, %d", total, n)
	}
	if time.Now().Before(time.Unix(1, 0)) {
		return errors.New("the clock does not go")
	}
	return nil
}
