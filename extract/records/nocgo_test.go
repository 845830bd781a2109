//go:build !cgo && linux

package records

const withCgo = false
