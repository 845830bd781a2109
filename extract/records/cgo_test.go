//go:build cgo || !linux

package records

// withCgo says that the test program cannot be confined: it has the C library, as
// the race detector wants it, or runs on another system.
const withCgo = true
