package sandbox

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// attributes: a process group of its own, so that a key pressed in the terminal
// is not for it, and an end with its parent, however that ends.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

func isCPU(s syscall.Signal) bool { return s == syscall.SIGXCPU }

// cpuTime is the processor time of a running process of ours.
func cpuTime(pid int) time.Duration {
	var t unix.Timespec
	clock := int32(^uint32(pid)<<3 | 2) // CPUCLOCK_SCHED of the process, see clock_getcpuclockid(3)
	if unix.ClockGettime(clock, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

// memory is what a running process has in memory now, and had at most, in bytes;
// 0 where the system does not say.
func memory(pid int) (now, peak int64) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0, 0
	}
	for line := range strings.Lines(string(text)) {
		name, value, _ := strings.Cut(line, ":")
		kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "kB")), 10, 40)
		switch {
		case err != nil:
		case name == "VmRSS":
			now = kib << 10
		case name == "VmHWM":
			peak = kib << 10
		}
	}
	return now, peak
}

// spent is what an ended process used.
func spent(s *os.ProcessState) (cpu time.Duration, peak int64) {
	if r, ok := s.SysUsage().(*syscall.Rusage); ok {
		peak = int64(r.Maxrss) << 10
	}
	return s.UserTime() + s.SystemTime(), peak
}
