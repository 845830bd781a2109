//go:build !unix

package sandbox

import (
	"os"
	"syscall"
	"time"
)

func attributes() *syscall.SysProcAttr { return nil }

func isCPU(syscall.Signal) bool { return false }

func cpuTime(int) time.Duration { return 0 }

func memory(int) (now, peak int64) { return 0, 0 }

func spent(s *os.ProcessState) (cpu time.Duration, peak int64) {
	return s.UserTime() + s.SystemTime(), 0
}
