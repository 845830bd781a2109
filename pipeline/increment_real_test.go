package pipeline_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"overt/internal/hometest"
	"overt/internal/sharedtest"
	"overt/pipeline"
	"overt/statement"
)

// Five snapshots of the FedRAMP marketplace say the same whether each is taken
// in whole or as what changed since the one before.
func TestRealIncrement(t *testing.T) {
	dir := sharedtest.Path(t, "fedramp")
	if testing.Short() {
		t.Skip("real data is imported in the full run only")
	}
	grown, whole := hometest.Durable(t, t.TempDir()), hometest.Durable(t, t.TempDir())
	whole.Whole = true
	rested := 0
	for i, s := range snapshots {
		req := pipeline.Request{Dataset: "staff", Paths: []string{filepath.Join(dir, "data."+s.day+".json.gz")}, Extent: statement.Full}
		grown.Import(t, req)
		whole.Import(t, req)
		if generation(t, grown, i+1) > 0 {
			rested++
		}
	}
	last := filepath.Join(dir, "data."+snapshots[len(snapshots)-1].day+".json.gz")
	for i, text := range edited(t, last) {
		req := pipeline.Request{Dataset: "staff", Format: "fedramp-marketplace", Observed: fmt.Sprintf("2025-10-0%d", i+1), Extent: statement.Full, Files: []pipeline.Embedded{{Name: fmt.Sprint(i, ".json"), Data: text}}}
		grown.Import(t, req)
		whole.Import(t, req)
	}
	if n := generation(t, grown, len(snapshots)+2); n == 0 {
		t.Error("a snapshot with few changes was taken in whole")
	}
	compareHomes(t, "five snapshots and two that we edited", grown, whole)
	cited(t, grown, 500)
	// Months lie between them, and counts of use stand in most records.
	t.Logf("%d of %d runs rested on another", rested, len(snapshots))
}

// edited is a snapshot as we write it, and the same with products gone, moved
// and changed.
func edited(t *testing.T, path string) [][]byte {
	t.Helper()
	f, err := os.Open(path)
	must(t, err)
	z, err := gzip.NewReader(f)
	must(t, err)
	var doc map[string]any
	d := json.NewDecoder(z)
	d.UseNumber()
	must(t, d.Decode(&doc))
	must(t, f.Close())
	first, err := json.Marshal(doc)
	must(t, err)
	products := doc["data"].(map[string]any)["Products"].([]any)
	products[20].(map[string]any)["cso"] = "Renamed by us"
	products = append(slices.Delete(products, 3, 9), products[1])
	products[30], products[40] = products[40], products[30]
	doc["data"].(map[string]any)["Products"] = products
	second, err := json.Marshal(doc)
	must(t, err)
	return [][]byte{first, second}
}
