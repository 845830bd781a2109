//go:build !race

package main

const withCgo = false
