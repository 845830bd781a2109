package memory

import (
	"testing"

	"overt/mention"
	"overt/mention/mentiontest"
)

func TestSorted(t *testing.T) {
	mentiontest.Run(t, func(*testing.T) mention.Sorted { return &Sorted{} })
}
