package pipeline_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"overt/answer"
	"overt/gate"
	"overt/internal/hometest"
	"overt/ledger"
	"overt/pipeline"
)

// TestSumCoverage: the sums say what the files say, of those that failed and were mended
// too.
func TestSumCoverage(t *testing.T) {
	h := hometest.Memory(t)
	file := func(name, text string) pipeline.Embedded { return pipeline.Embedded{Name: name, Data: []byte(text)} }
	good := `{"id":"a","schema":"Company","properties":{"name":["Northmoor Ferry"]}}` + "\n"
	for dataset, files := range map[string][]pipeline.Embedded{
		"north": {file("a.ftm.json", good), file("b.ftm.json", good+"{\n"), file("c.bin", "\x00\x01\x02"), file("same.ftm.json", good)},
		"south": {file("d.ftm.json", "{}\n"), file("empty.csv", "")},
	} {
		_, _ = h.Importer().Import(t.Context(), pipeline.Request{Dataset: dataset, Files: files}) // some of them fail
	}
	var rows strings.Builder
	for i := range 1_000 { // as many as a list has that was cut off
		fmt.Fprintf(&rows, "Northmoor Ferry %d\n", i)
	}
	dir := folder(t, map[string]string{
		"ferries.csv": "who\n" + rows.String(),
		"ferries.yml": "name: ferries\nqueries: [{entities: {a: {schema: Company, keys: [who], properties: {name: who}}}}]\n",
	})
	for _, mapping := range []string{"", filepath.Join(dir, "ferries.yml")} { // it fails, and is mended
		_, _ = h.Importer().Import(t.Context(), pipeline.Request{Dataset: "ferries", Paths: []string{filepath.Join(dir, "ferries.csv")}, Mapping: mapping})
	}
	both, err := gate.Ask(t.Context(), enterHome(t, h), gate.Act{Action: "coverage"}, false, func(ctx context.Context, d *gate.Desk) ([2]*answer.Coverage, error) {
		whole, err := answer.ReadCoverage(ctx, d, "", 0)
		if err != nil {
			return [2]*answer.Coverage{}, err
		}
		sums, err := answer.SumCoverage(ctx, d)
		return [2]*answer.Coverage{whole, sums}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	ofFiles := cmpopts.IgnoreFields(answer.DatasetCoverage{}, "Files", "Runs", "Reasons", "PartsLeft")
	order := cmpopts.SortSlices(func(a, b ledger.Warning) bool { return a.Message+a.Where < b.Message+b.Where })
	if d := cmp.Diff(both[0], both[1], ofFiles, order, cmpopts.EquateEmpty()); d != "" {
		t.Errorf("files and sums (-files +sums):\n%s", d)
	}
	failed, warned, mended := 0, 0, 0
	for _, c := range both[1].Datasets {
		failed, warned, mended = failed+len(c.Failed), warned+len(c.Warnings), mended+c.Mended
	}
	if len(both[1].Datasets) != 3 || failed == 0 || warned == 0 || mended == 0 {
		t.Errorf("%d datasets, %d files failed, %d mended, %d warnings: they show nothing", len(both[1].Datasets), failed, mended, warned)
	}
}
