package inverted_test

import (
	"testing"

	"overt/driver/inverted"
	"overt/search"
	"overt/search/searchtest"
)

func open(t *testing.T, dir string, cfg inverted.Config) search.Index {
	t.Helper()
	x, err := inverted.Open(dir, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func TestOracle(t *testing.T) {
	searchtest.Oracle(t, func(t *testing.T) search.Index { return open(t, "", inverted.Config{}) }, 20_000)
}

// TestOracleMerged merges two segments whenever it can.
func TestOracleMerged(t *testing.T) {
	worlds := 5_000
	if testing.Short() {
		worlds = 100
	}
	searchtest.Oracle(t, func(t *testing.T) search.Index { return open(t, "", inverted.Config{Fanout: 2, Batch: 1}) }, worlds)
}

func TestIndex(t *testing.T) {
	for name, cfg := range map[string]inverted.Config{"plain": {}, "merged": {Fanout: 2, Batch: 1}} {
		t.Run(name, func(t *testing.T) {
			searchtest.Run(t, func(t *testing.T) search.Index { return open(t, t.TempDir(), cfg) })
		})
	}
}
