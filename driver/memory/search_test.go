package memory_test

import (
	"testing"

	"overt/driver/memory"
	"overt/search"
	"overt/search/searchtest"
)

func TestSearchOracle(t *testing.T) {
	searchtest.Oracle(t, func(*testing.T) search.Index { return &memory.Index{} }, 2_000)
}

func TestSearch(t *testing.T) {
	searchtest.Run(t, func(*testing.T) search.Index { return &memory.Index{} })
}
