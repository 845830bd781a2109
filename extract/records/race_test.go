//go:build race

package records

// withCgo says that the test program needs the C library, as the race detector does.
const withCgo = true
