//go:build race

package worker

// withCgo says that the test program needs the C library, as the race detector does.
const withCgo = true
