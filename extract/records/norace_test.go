//go:build !race

package records

const withCgo = false
