//go:build !unix

package pipeline_test

import (
	"testing"
	"time"
)

var began = time.Now()

// processorTime is the time since the beginning, for want of a better one.
func processorTime(testing.TB) time.Duration { return time.Since(began) }
