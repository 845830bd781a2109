package sandbox

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"syscall"
)

// What went wrong with a worker or a tool.
type What string

// The ways to fail. After each of them the process is gone.
const (
	NotStarted  What = "not-started"  // the system did not start it, or it did not attest in time
	NotConfined What = "not-confined" // a mandatory layer does not hold
	OverTime    What = "time"         // past its deadline, or its processor time
	OverMemory  What = "memory"       // it asked for more memory than it may have
	OverOutput  What = "output"       // it said more than it may
	TooLarge    What = "message"      // one message larger than a frame
	Garbled     What = "garbled"      // it said what is no frame, or what was not asked
	Crashed     What = "crashed"      // it ended before its answer
	Killed      What = "killed"       // something outside ended it: it can be tried again
)

// A Failure says why a worker or tool did not do its work. Its text holds
// nothing of what was read.
type Failure struct {
	What   What
	Reason string // one sentence, lower case
	// Stderr is the beginning of what it wrote there, for operators; it can hold
	// contents of what was read.
	Stderr string
}

// Error gives what and why.
func (f *Failure) Error() string { return "worker: " + string(f.What) + ": " + f.Reason }

func garbled(format string, args ...any) error {
	return &Failure{What: Garbled, Reason: fmt.Sprintf("it said "+format, args...)}
}

// ended is the failure of a pipe: the other end is gone.
func ended(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &Failure{What: Crashed, Reason: "it ended in the middle of a frame"}
	}
	return &Failure{What: Crashed, Reason: "it ended before its answer"}
}

// A head keeps the first bytes that are written to it.
type head struct {
	mu   sync.Mutex
	most int
	text []byte
}

// Write keeps what fits, and takes the rest.
func (h *head) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.text = append(h.text, p[:min(len(p), h.most-len(h.text))]...)
	return len(p), nil
}

func (h *head) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return string(h.text)
}

// scarce are the words with which the Go runtime, C++ and others end for want of
// memory.
var scarce = []string{
	"out of memory", "cannot allocate memory", "failed to create new OS thread",
	"stack exceeds", "std::bad_alloc", "Out of memory", "Cannot allocate memory",
}

// obituary says why a process that ended by itself did so.
func obituary(f *Failure, status syscall.WaitStatus, stderr string) *Failure {
	f.Stderr = stderr
	short := func(s string) bool { return strings.Contains(stderr, s) }
	switch {
	case anyOf(scarce, short):
		f.What, f.Reason = OverMemory, "it needed more memory than it may have"
	case status.Signaled() && isCPU(status.Signal()):
		f.What, f.Reason = OverTime, "it used up its processor time"
	case status.Signaled() && status.Signal() == syscall.SIGKILL:
		f.What, f.Reason = Killed, "something outside killed it"
	case status.Signaled():
		f.Reason += fmt.Sprintf(" (%v)", status.Signal())
	default:
		f.Reason += fmt.Sprintf(" (exit status %d)", status.ExitStatus())
	}
	return f
}

func anyOf(list []string, f func(string) bool) bool {
	for _, s := range list {
		if f(s) {
			return true
		}
	}
	return false
}
