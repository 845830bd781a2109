package memory_test

import (
	"testing"

	"overt/driver/memory"
	"overt/watch"
	"overt/watch/watchtest"
)

func TestWatches(t *testing.T) {
	watchtest.Run(t, func(*testing.T) watch.Store { return &memory.Watches{} })
}
