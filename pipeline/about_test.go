package pipeline_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"overt/gate"
	"overt/internal/hometest"
	"overt/ledger"
	"overt/pipeline"
)

// What mappings say of a dataset reaches the ledger: once, whatever comes again, and
// behind what a person says.
func TestAbout(t *testing.T) {
	h := hometest.Memory(t)
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const rest = "queries: [{entities: {a: {schema: Company, keys: [id], properties: {name: name}}}}]\n"
	first := write("first.yml", "name: ferries\ntitle: Ferries\npublisher: Port of Northmoor\nlicence: CC0\n"+rest)
	second := write("second.yml", "name: more\ntitle: More ferries\nlicence: CC BY-NC 4.0\naddress: https://example.org/more\n"+rest)
	bare := write("bare.yml", "name: bare\n"+rest)
	table := write("a.csv", "id,name\n1,Northmoor Ferry\n")
	other := write("b.csv", "id,name\n2,Eastmoor Ferry\n")
	for _, step := range []struct {
		name    string
		req     pipeline.Request
		dataset ledger.Dataset
	}{
		{"nothing is said", pipeline.Request{Paths: []string{other}, Mapping: bare}, ledger.Dataset{}},
		{"a mapping says it", pipeline.Request{Paths: []string{table}, Mapping: first}, ledger.Dataset{Name: "d", Title: "Ferries", Publisher: "Port of Northmoor", Licence: "CC0"}},
		{"and again", pipeline.Request{Paths: []string{table}, Mapping: first}, ledger.Dataset{Name: "d", Title: "Ferries", Publisher: "Port of Northmoor", Licence: "CC0"}},
		{"another adds to it", pipeline.Request{Paths: []string{other}, Mapping: second}, ledger.Dataset{Name: "d", Title: "Ferries", Publisher: "Port of Northmoor", Licence: "CC0 · CC BY-NC 4.0", Address: "https://example.org/more"}},
		{"the first again", pipeline.Request{Paths: []string{table}, Mapping: first}, ledger.Dataset{Name: "d", Title: "Ferries", Publisher: "Port of Northmoor", Licence: "CC0 · CC BY-NC 4.0", Address: "https://example.org/more"}},
		{"a person says it", pipeline.Request{Paths: []string{table}, Mapping: first, About: ledger.Dataset{Title: "Harbour", Licence: "CC BY 4.0"}}, ledger.Dataset{Name: "d", Title: "Harbour", Publisher: "Port of Northmoor", Licence: "CC BY 4.0", Address: "https://example.org/more"}},
	} {
		step.req.Dataset = "d"
		h.Import(t, step.req)
		said := hometest.Known(t, h, func(ctx context.Context, d *gate.Desk) ([]ledger.Dataset, error) {
			return d.Ledger.Datasets(ctx, d.Scope)
		})
		if got := slices.Concat(said, []ledger.Dataset{{}})[0]; got != step.dataset {
			t.Errorf("%s: %+v; want %+v", step.name, got, step.dataset)
		}
	}
}
