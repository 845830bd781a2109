package pipeline_test

import (
	"path/filepath"
	"testing"

	"overt/internal/hometest"
	"overt/pipeline"
	"overt/statement"
)

// Five snapshots of the FedRAMP marketplace say the same whether each is taken
// in whole or as what changed since the one before.
func TestRealIncrement(t *testing.T) {
	dir := data(t, "fedramp")
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
	compareHomes(t, "five snapshots", grown, whole)
	cited(t, grown, 500)
	t.Logf("%d of %d runs rested on another", rested, len(snapshots))
}
