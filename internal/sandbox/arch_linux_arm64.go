package sandbox

import "golang.org/x/sys/unix"

const (
	auditArch = unix.AUDIT_ARCH_AARCH64
	x32Bit    = 0 // there is none
)

// archToolCalls are what C programs make here besides.
var archToolCalls = []uint32{unix.SYS_FSTATAT, unix.SYS_DUP3}
