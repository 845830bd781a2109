//go:build race

package main

// withCgo says that the test program needs the C library, as the race detector does.
const withCgo = true
