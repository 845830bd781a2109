package sandboxtest

import (
	"fmt"
	"runtime"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	cwd    = -100 // AT_FDCWD
	kernel = 3    // SYSLOG_ACTION_READ_ALL
)

// Probes are the ways out, for a child of the parent: the sixteen of the threat
// model but one, which is that the runtime still works, and those that were
// found since. Each does no harm where it is not refused.
func Probes(parent int) []Probe {
	zeros := string(make([]byte, 128))
	return []Probe{
		{"read a system file", unix.SYS_OPENAT, []any{cwd, "/etc/passwd", unix.O_RDONLY, 0}},
		{"read the parent's environment", unix.SYS_OPENAT, []any{cwd, fmt.Sprintf("/proc/%d/environ", parent), unix.O_RDONLY, 0}},
		{"write", unix.SYS_OPENAT, []any{cwd, "/tmp", unix.O_WRONLY | unix.O_TMPFILE, 0o600}},
		{"list", unix.SYS_OPENAT, []any{cwd, "/", unix.O_RDONLY | unix.O_DIRECTORY, 0}},
		{"TCP", unix.SYS_SOCKET, []any{unix.AF_INET, unix.SOCK_STREAM, 0}},
		{"UDP", unix.SYS_SOCKET, []any{unix.AF_INET, unix.SOCK_DGRAM, 0}},
		{"abstract unix socket", unix.SYS_SOCKET, []any{unix.AF_UNIX, unix.SOCK_STREAM, 0}},
		{"exec", unix.SYS_EXECVE, []any{"/bin/true", 0, 0}},
		{"signal the parent", unix.SYS_KILL, []any{parent, 0}},
		{"ptrace", unix.SYS_PTRACE, []any{unix.PTRACE_PEEKDATA, parent, 0, zeros}},
		{"io_uring", unix.SYS_IO_URING_SETUP, []any{1, zeros}},
		{"user namespace", unix.SYS_UNSHARE, []any{unix.CLONE_NEWUSER}},
		{"bpf", unix.SYS_BPF, []any{unix.BPF_PROG_LOAD, zeros, len(zeros)}},
		{"keyctl", unix.SYS_KEYCTL, []any{unix.KEYCTL_GET_KEYRING_ID, unix.KEY_SPEC_PROCESS_KEYRING, 1}},
		{"kernel log", unix.SYS_SYSLOG, []any{kernel, zeros, 0}},

		{"netlink", unix.SYS_SOCKET, []any{unix.AF_NETLINK, unix.SOCK_RAW, 0}},
		{"pair of sockets", unix.SYS_SOCKETPAIR, []any{unix.AF_UNIX, unix.SOCK_STREAM, 0, zeros}},
		{"file in memory", unix.SYS_MEMFD_CREATE, []any{"x", 0}},
		{"memory of the parent", unix.SYS_PROCESS_VM_READV, []any{parent, zeros, 0, zeros, 0, 0}},
		{"handle of the parent", unix.SYS_PIDFD_OPEN, []any{parent, 0}},
		{"process by clone3", unix.SYS_CLONE3, []any{0, 0}},
		{"page faults", unix.SYS_USERFAULTFD, []any{0}},
		{"performance counters", unix.SYS_PERF_EVENT_OPEN, []any{zeros, 0, -1, -1, 0}},
		{"another root", unix.SYS_CHROOT, []any{"/"}},
		{"mount", unix.SYS_MOUNT, []any{"x", "/overt-none", "tmpfs", 0, 0}},
		{"remove", unix.SYS_UNLINKAT, []any{cwd, "/tmp/overt-none", 0}},
		{"rename", unix.SYS_RENAMEAT2, []any{cwd, "/tmp/overt-none", cwd, "/tmp/overt-none-2", 0}},
		{"raise a limit", unix.SYS_PRLIMIT64, []any{0, unix.RLIMIT_CORE, "\x01" + zeros, 0}},
		{"become dumpable", unix.SYS_PRCTL, []any{unix.PR_SET_DUMPABLE, 1, 0, 0, 0}},
		{"outlive the parent", unix.SYS_PRCTL, []any{unix.PR_SET_PDEATHSIG, 0, 0, 0, 0}},
	}
}

func (p Probe) run() string {
	var raw [6]uintptr
	var pin runtime.Pinner
	defer pin.Unpin()
	for i, a := range p.Args {
		switch a := a.(type) {
		case int:
			raw[i] = uintptr(a)
		case string:
			b := append([]byte(a), 0)
			pin.Pin(&b[0])
			raw[i] = uintptr(unsafe.Pointer(&b[0]))
		}
	}
	_, _, errno := unix.RawSyscall6(p.Call, raw[0], raw[1], raw[2], raw[3], raw[4], raw[5])
	switch errno {
	case unix.EPERM, unix.EACCES, unix.ENOSYS:
		return Denied
	case 0:
		return "done"
	}
	return "reached the kernel: " + errno.Error()
}
