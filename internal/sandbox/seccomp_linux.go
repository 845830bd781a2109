//go:build amd64 || arm64

package sandbox

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// A rule lets a system call through. Without alternatives it does so always,
// else where all conditions of one of them hold.
type rule struct {
	nr   uint32
	alts [][]cond
}

// A cond holds where the argument under the mask has the value.
type cond struct {
	arg         uint32
	mask, value uint64
}

const all = ^uint64(0)

func always(nrs ...uint32) []rule {
	out := make([]rule, len(nrs))
	for i, nr := range nrs {
		out[i].nr = nr
	}
	return out
}

func when(nr uint32, alts ...[]cond) rule { return rule{nr, alts} }

// Offsets in struct seccomp_data.
const (
	offNumber = 0
	offArch   = 4
	offArgs   = 16
)

// goRules are the calls that a Go program makes once it runs (src/runtime of Go
// 1.26, which cgo has no part in). Nothing in the list opens, creates, connects,
// starts or signals anything outside this process.
func goRules(executable bool) []rule {
	rules := always(
		// the two pipes
		unix.SYS_READ, unix.SYS_WRITE, unix.SYS_CLOSE,
		// memory; mmap and madvise are below
		unix.SYS_MUNMAP,
		// sleeping and waking of threads, and the clock where the vDSO has none
		unix.SYS_FUTEX, unix.SYS_NANOSLEEP, unix.SYS_SCHED_YIELD, unix.SYS_CLOCK_GETTIME,
		unix.SYS_RESTART_SYSCALL, // the kernel's own, after a stop
		// the scheduler waits for timers in its poller, which is open by now
		unix.SYS_EPOLL_PWAIT,
		// new threads set up their signals; signals interrupt long loops
		unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK,
		unix.SYS_GETTID, unix.SYS_GETPID,
		// seeds of maps and of math/rand
		unix.SYS_GETRANDOM,
		unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
	)
	const anonymous = unix.MAP_PRIVATE | unix.MAP_ANONYMOUS
	private := cond{3, anonymous, anonymous}
	if executable {
		rules = append(rules, when(unix.SYS_MMAP, []cond{private}), rule{nr: unix.SYS_MPROTECT})
	} else {
		rules = append(rules, when(unix.SYS_MMAP, []cond{{2, unix.PROT_EXEC, 0}, private}))
	}
	// What the runtime gives back and how large its pages are. Other advice can
	// take memory from the machine.
	advice := rule{nr: unix.SYS_MADVISE}
	for _, v := range [...]uint64{unix.MADV_DONTNEED, unix.MADV_FREE, unix.MADV_HUGEPAGE, unix.MADV_NOHUGEPAGE, unix.MADV_COLLAPSE} {
		advice.alts = append(advice.alts, []cond{{2, all, v}})
	}
	return append(append(rules, advice), ownRules()...)
}

// ownRules let a process deal with itself: threads, signals to itself, and
// questions for the attestation.
func ownRules() []rule {
	const thread = unix.CLONE_VM | unix.CLONE_FS | unix.CLONE_FILES | unix.CLONE_SIGHAND | unix.CLONE_SYSVSEM | unix.CLONE_THREAD
	return []rule{
		// The flags of the runtime's threads, on amd64 with their local memory, and
		// no others: no process, no namespace.
		when(unix.SYS_CLONE, []cond{{0, all &^ unix.CLONE_SETTLS, thread}}),
		when(unix.SYS_TGKILL, []cond{{0, 0xffffffff, uint64(os.Getpid())}}),
		when(unix.SYS_PRCTL,
			[]cond{{0, all, unix.PR_GET_SECCOMP}},
			[]cond{{0, all, unix.PR_GET_NO_NEW_PRIVS}},
			[]cond{{0, all, unix.PR_GET_DUMPABLE}}),
		when(unix.SYS_PRLIMIT64, []cond{{0, 0xffffffff, 0}, {2, all, 0}}), // of itself, to read
	}
}

// toolRules are the calls of a C or C++ program with shared libraries that reads
// its standard input and files, and writes its standard output. What files, says
// Landlock.
func toolRules(path uintptr) []rule {
	const write = unix.O_ACCMODE | unix.O_CREAT | unix.O_TRUNC | unix.O_TMPFILE&^unix.O_DIRECTORY
	rules := always(
		unix.SYS_READV, unix.SYS_PREAD64, unix.SYS_WRITEV, unix.SYS_LSEEK, unix.SYS_FADVISE64,
		unix.SYS_FSTAT, unix.SYS_STATX, unix.SYS_STATFS, unix.SYS_FACCESSAT, unix.SYS_FACCESSAT2,
		unix.SYS_READLINKAT, unix.SYS_GETDENTS64, unix.SYS_GETCWD,
		unix.SYS_DUP, unix.SYS_FCNTL,
		unix.SYS_MMAP, unix.SYS_MPROTECT, unix.SYS_MREMAP, unix.SYS_BRK,
		unix.SYS_SET_TID_ADDRESS, unix.SYS_SET_ROBUST_LIST, unix.SYS_RSEQ,
		unix.SYS_CLOCK_GETRES, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_GETTIMEOFDAY, unix.SYS_TIMES, unix.SYS_GETRUSAGE,
		unix.SYS_GETUID, unix.SYS_GETEUID, unix.SYS_GETGID, unix.SYS_GETEGID, unix.SYS_GETPPID,
		unix.SYS_UNAME, unix.SYS_SYSINFO, unix.SYS_SCHED_GETAFFINITY,
	)
	rules = append(rules, always(archToolCalls...)...)
	return append(rules,
		when(unix.SYS_OPENAT, []cond{{2, write, unix.O_RDONLY}}),
		// Once: the path stands in memory that the new program does not have.
		when(unix.SYS_EXECVE, []cond{{0, all, uint64(path)}}),
	)
}

// program assembles the filter: what no rule lets through gives EPERM, another
// architecture's calls end the process.
func program(rules []rule) ([]unix.SockFilter, error) {
	const kill, allow = unix.SECCOMP_RET_KILL_PROCESS, unix.SECCOMP_RET_ALLOW
	code := []bpf.Instruction{
		bpf.LoadAbsolute{Off: offArch, Size: 4},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: auditArch, SkipTrue: 1},
		bpf.RetConstant{Val: kill},
		bpf.LoadAbsolute{Off: offNumber, Size: 4},
	}
	if x32Bit != 0 { // the other interface of the same machine
		code = append(code, bpf.JumpIf{Cond: bpf.JumpGreaterOrEqual, Val: x32Bit, SkipFalse: 1}, bpf.RetConstant{Val: kill})
	}
	errno := func(e unix.Errno) bpf.Instruction { return bpf.RetConstant{Val: unix.SECCOMP_RET_ERRNO | uint32(e)} }
	for _, r := range rules {
		var body []bpf.Instruction
		for _, alt := range r.alts {
			body = append(body, alternative(alt)...)
		}
		last := errno(unix.EPERM)
		if len(r.alts) == 0 {
			last = bpf.RetConstant{Val: allow}
		}
		body = append(body, last)
		if len(body) > 255 {
			return nil, fmt.Errorf("the rule for system call %d is too long", r.nr)
		}
		code = append(code, bpf.JumpIf{Cond: bpf.JumpEqual, Val: r.nr, SkipFalse: uint8(len(body))})
		code = append(code, body...)
	}
	// The C library asks for clone3 first, and takes clone when there is none.
	code = append(code, bpf.JumpIf{Cond: bpf.JumpEqual, Val: unix.SYS_CLONE3, SkipFalse: 1}, errno(unix.ENOSYS), errno(unix.EPERM))
	raw, err := bpf.Assemble(code)
	if err != nil {
		return nil, err
	}
	out := make([]unix.SockFilter, len(raw))
	for i, in := range raw {
		out[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	return out, nil
}

// alternative allows the call where all conditions hold, else goes on behind
// itself.
func alternative(conds []cond) []bpf.Instruction {
	type half struct {
		off, mask, value uint32
	}
	var halves []half
	for _, c := range conds {
		for i, shift := range [...]uint{0, 32} { // both machines are little-endian
			if m := uint32(c.mask >> shift); m != 0 {
				halves = append(halves, half{offArgs + 8*c.arg + 4*uint32(i), m, uint32(c.value >> shift)})
			}
		}
	}
	var out []bpf.Instruction
	for i, h := range halves {
		rest := 3*(len(halves)-i-1) + 1
		out = append(out,
			bpf.LoadAbsolute{Off: h.off, Size: 4},
			bpf.ALUOpConstant{Op: bpf.ALUOpAnd, Val: h.mask},
			bpf.JumpIf{Cond: bpf.JumpEqual, Val: h.value, SkipFalse: uint8(rest)})
	}
	return append(out, bpf.RetConstant{Val: unix.SECCOMP_RET_ALLOW})
}

// filter puts the filter on all threads of the process.
func filter(rules []rule) error {
	code, err := program(rules)
	if err != nil {
		return err
	}
	return install(code)
}

func install(code []unix.SockFilter) error {
	prog := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	r, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&prog)))
	runtime.KeepAlive(code)
	switch {
	case errno != 0:
		return errno
	case r != 0:
		return errors.New("a thread did not take the filter")
	}
	return nil
}
