package pipeline_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"overt/driver/memory"
	"overt/gate"
	"overt/internal/hometest"
	"overt/pipeline"
	"overt/search"
)

func follow(t *testing.T, h *hometest.Home, x search.Index) {
	t.Helper()
	hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (int, error) {
		return 0, pipeline.Follow(ctx, d, x, h.Statements.Epoch())
	})
}

// hitsOf is all that an index shows of a home, a hit a line.
func hitsOf(t *testing.T, h *hometest.Home, x search.Index, query string) string {
	t.Helper()
	return hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) (string, error) {
		var lines []string
		for hit, err := range x.All(ctx, search.NewView(d.View.Sight()), search.Query{Text: query}) {
			if err != nil {
				return "", err
			}
			var said []string
			for _, s := range hit.Snippets {
				said = append(said, s.Text)
			}
			lines = append(lines, fmt.Sprintf("%s %s run %d page %d+%d %.6f %s", hit.Kind, hit.Document, hit.Run, hit.Page, hit.Start, hit.Score, strings.Join(said, "|")))
		}
		slices.Sort(lines)
		return strings.Join(lines, "\n"), nil
	})
}

// An index that followed run by run is one that was made at the end; what was
// taken back cannot be followed and is not found.
func TestFollow(t *testing.T) {
	h := hometest.Memory(t)
	in := ingester(h, &script{reads: map[string]int{}})
	x := &memory.Index{}
	var runs []pipeline.RunReport
	for i, files := range []map[string]string{
		{"a.txt": "title Harbour report\npage the ferry sails\npage at seven", "b.txt": "page the ferry sleeps"},
		{"copy of a.txt": "title Harbour report\npage the ferry sails\npage at seven", "c.zip": "inside d.txt;page another ferry"},
		{"e.txt": "page nothing of it\ngap\npage but a ferry"},
	} {
		dataset := []string{"leak", "leak", "other"}[i]
		runs = append(runs, ingest(t, in, dataset, folder(t, files)).Runs...)
		follow(t, h, x)
	}
	whole := &memory.Index{}
	follow(t, h, whole)
	for _, query := range []string{"*", "ferry", "harbour", "dataset:other", `"the ferry"`, "page:2", "name:copy"} {
		got, want := hitsOf(t, h, x, query), hitsOf(t, h, whole, query)
		if got != want || got == "" {
			t.Errorf("%s: followed\n%s\nmade at once\n%s", query, got, want)
		}
	}
	if got := hitsOf(t, h, x, "sails"); strings.Count(got, "passage") != 1 {
		t.Errorf("a text that two runs brought is found\n%s", got)
	}
	if got := hitsOf(t, h, x, "harbour"); strings.Count(got, "\n") != 0 || !strings.Contains(got, "entity") {
		t.Errorf("a title is found\n%s", got)
	}
	sight := func() bool {
		return hometest.Known(t, h, func(_ context.Context, d *gate.Desk) (bool, error) {
			return pipeline.CanFollow(x.Stamp().Rule, d.View.Sight()), nil
		})
	}
	if !sight() {
		t.Error("an index of this moment cannot follow it")
	}
	h.Undo(t, runs[0])
	if sight() {
		t.Error("an index that has a run which was taken back follows")
	}
	if got := hitsOf(t, h, x, "sleeps"); got != "" {
		t.Errorf("taken back, it is found\n%s", got)
	}
	again := &memory.Index{}
	follow(t, h, again)
	if got := hitsOf(t, h, again, "sails"); strings.Count(got, "passage") != 1 {
		t.Errorf("what another run still says is found\n%s", got)
	}
}
