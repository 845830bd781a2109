//go:build amd64 || arm64

package sandbox

import (
	"strconv"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// toolFiles is how many descriptors a tool may have at once; a worker gets none
// besides those it has.
const toolFiles = 64

// firstFile is the first descriptor that is none of the three pipes.
const firstFile = 3

// few descriptors are looked at one by one; higher ones are closed unseen.
const few = 1024

// confine gives up all that a worker needs not, for all threads and for good,
// and says what holds. omit is 0 but in tests.
//
// The order matters: descriptors are needed to name files to Landlock, and the
// filter refuses all that comes before it.
func confine(b bounds, omit layer) Attestation {
	a := attestation()
	a.Executable = b.executable
	if _, _, errno := syscall.AllThreadsSyscall(unix.SYS_GETPID, 0, 0, 0); errno == unix.ENOTSUP {
		// The C library makes threads that Go knows nothing of: none of it would hold.
		a.Failures = append(a.Failures, "this program was built with cgo")
		a.ask()
		return a
	}
	step := func(l layer, what string, do func() error) {
		if omit&l != 0 {
			return
		}
		if err := do(); err != nil {
			a.Failures = append(a.Failures, what+": "+err.Error())
		}
	}
	step(layerFiles, "close descriptors", closeFiles)
	time.Sleep(time.Nanosecond) // the first timer makes the runtime open its poller, which is refused later
	step(layerRlimits, "limits", func() error { return limit(b) })
	step(layerPrivs, "capabilities", dropCapabilities)
	step(layerPrivs, "no_new_privs", func() error {
		if _, _, errno := syscall.AllThreadsSyscall6(unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0); errno != 0 {
			return errno
		}
		return nil
	})
	step(layerPrivs, "close memory to others", func() error { return unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) })
	step(layerLandlock, "Landlock", func() (err error) {
		a.Landlock, err = landlock(b)
		if err == nil && a.Landlock > 0 && !b.tool {
			a.tryLandlock()
		}
		return err
	})
	step(layerRlimits, "limit of descriptors", func() error {
		if b.tool {
			return setLimit(unix.RLIMIT_NOFILE, toolFiles)
		}
		return setLimit(unix.RLIMIT_NOFILE, 0)
	})
	for fd := firstFile; fd < few; fd++ {
		if foreign(fd) {
			a.Files++
		}
	}
	parent := unix.Getppid()
	a.Capabilities = capabilities()
	filtered := false
	step(layerSeccomp, "seccomp", func() error {
		rules := goRules(b.executable)
		if b.tool {
			rules = append(toolRules(b.path), rules...) // the first rule of a call decides
		}
		err := filter(rules)
		filtered = err == nil
		return err
	})
	a.ask()
	if !filtered {
		a.Seccomp = 0 // a filter that is here is the host's, not ours
	}
	a.try(b, parent)
	return a
}

// ask asks the kernel what holds.
func (a *Attestation) ask() {
	get := func(option int) int {
		v, _, errno := unix.RawSyscall6(unix.SYS_PRCTL, uintptr(option), 0, 0, 0, 0, 0)
		if errno != 0 {
			return -1
		}
		return int(v)
	}
	a.Seccomp = get(unix.PR_GET_SECCOMP)
	a.NoNewPrivs = get(unix.PR_GET_NO_NEW_PRIVS) == 1
	a.Dumpable = get(unix.PR_GET_DUMPABLE) != 0
	a.Limits = map[string]uint64{}
	for name, which := range map[string]int{
		"as": unix.RLIMIT_AS, "cpu": unix.RLIMIT_CPU, "fsize": unix.RLIMIT_FSIZE, "core": unix.RLIMIT_CORE, "nofile": unix.RLIMIT_NOFILE,
	} {
		var l unix.Rlimit
		if _, _, errno := unix.RawSyscall6(unix.SYS_PRLIMIT64, 0, uintptr(which), 0, uintptr(unsafe.Pointer(&l)), 0, 0); errno == 0 {
			a.Limits[name] = l.Max
		}
	}
}

// closeFiles closes what the parent left open by mistake. The runtime's own
// poller stays: an anonymous inode, which has no type of file.
func closeFiles() error {
	for fd := firstFile; fd < few; fd++ {
		if foreign(fd) {
			_ = unix.Close(fd)
		}
	}
	if err := unix.CloseRange(few, ^uint(0)>>1, 0); err != nil && err != unix.ENOSYS {
		return err
	}
	return nil
}

func foreign(fd int) bool {
	var st unix.Stat_t
	return unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT != 0
}

// dropCapabilities takes from root what makes it root, from all threads.
func dropCapabilities() error {
	head, none := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, [2]unix.CapUserData{}
	_, _, errno := syscall.AllThreadsSyscall(unix.SYS_CAPSET, uintptr(unsafe.Pointer(&head)), uintptr(unsafe.Pointer(&none)), 0)
	if errno != 0 {
		return errno
	}
	return nil
}

// capabilities are those this thread has, all of them where that is not told.
func capabilities() uint64 {
	head, data := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, [2]unix.CapUserData{}
	if err := unix.Capget(&head, &data[0]); err != nil {
		return ^uint64(0)
	}
	return uint64(data[0].Permitted|data[0].Effective) | uint64(data[1].Permitted|data[1].Effective)<<32
}

func setLimit(which int, n uint64) error {
	l := unix.Rlimit{Cur: n, Max: n}
	return unix.Prlimit(0, which, &l, nil)
}

// limit sets the limits of the process that need no order. One on processes is
// not among them: it counts those of the user on the whole machine, and root's
// not at all. The filter refuses them one and all.
func limit(b bounds) error {
	memory := uint64(b.Memory)
	if !b.tool {
		memory += ownSpace()
	}
	for _, l := range [...]struct {
		which int
		n     uint64
	}{{unix.RLIMIT_CORE, 0}, {unix.RLIMIT_FSIZE, 0}, {unix.RLIMIT_CPU, max(b.CPU, 1)}, {unix.RLIMIT_AS, memory}} {
		var now unix.Rlimit
		if err := unix.Prlimit(0, l.which, nil, &now); err != nil {
			return err
		}
		if err := setLimit(l.which, min(l.n, now.Max)); err != nil {
			return err
		}
	}
	return nil
}

// ownSpace is the address space that the runtime has reserved already, most of
// it never used. Without /proc it is taken for more than any was seen to be.
func ownSpace() uint64 {
	const guess = 2 << 30
	fd, err := unix.Open("/proc/self/statm", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return guess
	}
	defer unix.Close(fd)
	var buf [128]byte
	n, err := unix.Read(fd, buf[:])
	if err != nil {
		return guess
	}
	first, _, _ := strings.Cut(string(buf[:n]), " ")
	pages, err := strconv.ParseUint(first, 10, 40)
	if err != nil {
		return guess
	}
	return pages * uint64(unix.Getpagesize())
}

// Memory that the kernel reads during tries does not move.
var (
	rootPath = [...]byte{'/', 0}
	noArgs   [1]uintptr
)

const cwd = ^uintptr(99) // AT_FDCWD

// try tries what must be refused. The filter's own answer is EPERM, for the
// files of a tool Landlock's EACCES; any other answer means that the kernel
// thought about it.
func (a *Attestation) try(b bounds, parent int) {
	say := func(what string, errno, want unix.Errno) {
		switch errno {
		case want:
			a.Tried[what] = "denied"
		case 0:
			a.Tried[what] = "done"
		default:
			a.Tried[what] = errno.Error()
		}
	}
	path := uintptr(unsafe.Pointer(&rootPath))
	files := unix.EPERM
	if b.tool {
		files = unix.EACCES
	}
	_, _, errno := unix.RawSyscall6(unix.SYS_OPENAT, cwd, path, unix.O_RDONLY|unix.O_CLOEXEC, 0, 0, 0)
	say("open", errno, files)
	_, _, errno = unix.RawSyscall(unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	say("socket", errno, unix.EPERM)
	_, _, errno = unix.RawSyscall(unix.SYS_SOCKET, unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	say("unix socket", errno, unix.EPERM)
	_, _, errno = unix.RawSyscall(unix.SYS_KILL, uintptr(parent), 0, 0)
	say("signal", errno, unix.EPERM)
	say("fork", tryFork(), unix.EPERM)
	if b.tool {
		return
	}
	_, _, errno = unix.RawSyscall(unix.SYS_EXECVE, path, uintptr(unsafe.Pointer(&noArgs)), uintptr(unsafe.Pointer(&noArgs)))
	say("exec", errno, unix.EPERM)
	if !b.executable {
		_, _, errno = unix.RawSyscall6(unix.SYS_MMAP, 0, 4096, unix.PROT_READ|unix.PROT_EXEC, unix.MAP_PRIVATE|unix.MAP_ANONYMOUS, ^uintptr(0), 0)
		say("executable memory", errno, unix.EPERM)
	}
}

// tryLandlock opens a folder while no filter stands before it.
func (a *Attestation) tryLandlock() {
	_, _, errno := unix.RawSyscall6(unix.SYS_OPENAT, cwd, uintptr(unsafe.Pointer(&rootPath)), unix.O_RDONLY|unix.O_CLOEXEC, 0, 0, 0)
	if errno != unix.EACCES {
		a.Failures = append(a.Failures, "Landlock: a folder could be opened")
		a.Landlock = 0
	}
}

// tryFork makes a process that ends at once, where that is possible.
func tryFork() unix.Errno {
	pid, _, errno := unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
	if errno != 0 {
		return errno
	}
	if pid == 0 {
		for {
			_, _, _ = unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
		}
	}
	_, _, _ = unix.RawSyscall6(unix.SYS_WAIT4, pid, 0, 0, 0, 0, 0)
	return 0
}
