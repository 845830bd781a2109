//go:build !unix

package evaluate

import (
	"runtime"
	"time"
)

// cpuTime is not told apart from the time that went by.
func cpuTime() time.Duration { return 0 }

// peak is the memory the runtime has from the system, in bytes.
func peak() float64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.Sys)
}
