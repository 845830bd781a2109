//go:build !race

package worker

const withCgo = false
