//go:build unix && !linux

package sandbox

import (
	"os"
	"syscall"
	"time"
)

// attributes: a process group of its own, so that a key pressed in the terminal
// is not for it.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

func isCPU(s syscall.Signal) bool { return s == syscall.SIGXCPU }

func cpuTime(int) time.Duration { return 0 }

func memory(int) (now, peak int64) { return 0, 0 }

func spent(s *os.ProcessState) (cpu time.Duration, peak int64) {
	return s.UserTime() + s.SystemTime(), 0
}
