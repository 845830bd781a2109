//go:build !race

package sandbox

const withCgo = false
