package sandbox

import "golang.org/x/sys/unix"

const (
	auditArch = unix.AUDIT_ARCH_X86_64
	x32Bit    = 0x40000000 // __X32_SYSCALL_BIT
)

// archToolCalls are what C programs make here besides: older forms of calls, and
// the register of thread-local memory.
var archToolCalls = []uint32{
	unix.SYS_ARCH_PRCTL, unix.SYS_ACCESS, unix.SYS_STAT, unix.SYS_LSTAT, unix.SYS_NEWFSTATAT,
	unix.SYS_READLINK, unix.SYS_TIME, unix.SYS_DUP2,
}
