//go:build !cgo && linux

package main

const withCgo = false
