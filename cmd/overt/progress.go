package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	"overt/audit"
)

func randomID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// A meter shows how far a long task is, on a terminal only, and only once it
// takes more than a second.
type meter struct {
	a     *app
	began time.Time
	shown bool
	mu    sync.Mutex
	file  string // the file being read, and since when
	since time.Time
}

func (a *app) meter() *meter { return &meter{a: a, began: time.Now()} }

// show replaces the line.
func (m *meter) show(format string, args ...any) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !isTerminal(m.a.err) || time.Since(m.began) < time.Second {
		return
	}
	m.shown = true
	fmt.Fprintf(m.a.err, "\r\x1b[K%s", audit.Safe(fmt.Sprintf(format, args...)))
}

// rate is rows a second since the file began.
func (m *meter) rate(file string, rows int64) float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	if file != m.file {
		m.file, m.since = file, time.Now()
	}
	return float64(rows) / max(time.Since(m.since).Seconds(), 0.001)
}

// end clears the line.
func (m *meter) end() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.shown {
		fmt.Fprint(m.a.err, "\r\x1b[K")
	}
}

// working says what is going on if it takes longer than a second.
func (a *app) working(what string) (stop func()) {
	m := a.meter()
	t := time.NewTicker(time.Second)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-t.C:
				m.show("%s … %ds", what, int(time.Since(m.began).Seconds()))
			case <-done:
				return
			}
		}
	}()
	return func() {
		t.Stop()
		close(done)
		m.end()
	}
}
