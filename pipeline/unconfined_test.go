package pipeline_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overt/extract/open"
	"overt/gate"
	"overt/internal/hometest"
	"overt/ledger"
	"overt/pipeline"
	"overt/statement"
)

// bare opens here, and says that nothing confined it.
type bare struct{ open.Here }

func (bare) Unconfined() bool { return true }

// TestUnconfined: what was read by a process that nothing confined says so, in the
// run, in what rests on it, and in the ledger; what the program carries does not.
func TestUnconfined(t *testing.T) {
	h := hometest.Memory(t)
	im := h.Importer()
	im.Records = bare{}
	dir := t.TempDir()
	path, mapping := filepath.Join(dir, "a.csv"), filepath.Join(dir, "m.yml")
	for name, text := range map[string]string{
		path:    "name\nAda\n",
		mapping: "m:\n  queries:\n    - entities:\n        p: {schema: Person, keys: [name], properties: {name: {column: name}}}\n",
	} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rep, err := im.Import(t.Context(), pipeline.Request{Paths: []string{path}, Mapping: mapping, Dataset: "x"})
	if err != nil || len(rep.Runs) != 1 {
		t.Fatalf("%+v, %v", rep, err)
	}
	unconfined := func(w ledger.Warning) bool { return w.Code == statement.Unconfined }
	if w := rep.Files[0].Warnings; len(w) != 1 || !unconfined(w[0]) {
		t.Errorf("warnings %+v", w)
	}
	carried, err := im.Import(t.Context(), pipeline.Request{
		Files: []pipeline.Embedded{{Name: "b.csv", Data: []byte("name\nEve\n")}}, Mapping: mapping, Dataset: "y",
	})
	if err != nil || len(carried.Files[0].Warnings) != 0 {
		t.Errorf("%+v, %v", carried, err)
	}
	for _, r := range hometest.Known(t, h, func(_ context.Context, d *gate.Desk) ([]statement.Run, error) { return d.Runs, nil }) {
		doubts := r.Doubts()
		if got := r.Dataset == "x"; got != r.Unconfined || got != (len(doubts) == 1) || got != strings.Contains(r.Doubt(), "did not confine") {
			t.Errorf("run of %s: %v %+v", r.Dataset, r.Unconfined, doubts)
		}
	}
}
