//go:build !unix

package main

import "time"

// cpuTime is not told here; rates per processor second print as a dash.
func cpuTime() time.Duration { return 0 }
