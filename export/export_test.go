package export_test

import (
	"archive/zip"
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overt"
	"overt/driver/memory"
	"overt/export"
	"overt/ftm"
	"overt/graph"
	"overt/pipeline"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// A batch is what one run says, by entity.
type batch struct {
	dataset, observed string
	says              []statement.Statement
}

func say(id, schema, prop, value string) statement.Statement {
	return statement.Statement{Entity: ftm.EntityID(id), Schema: schema, Prop: prop, Value: value}
}

// of says several values of one entity, in pairs of property and value.
func of(id, schema string, pairs ...string) (out []statement.Statement) {
	out = append(out, say(id, schema, statement.PropID, id))
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, say(id, schema, pairs[i], pairs[i+1]))
	}
	return out
}

func join(lists ...[]statement.Statement) (out []statement.Statement) {
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

const lei = "5299000J2N45DDNE4Y28"

// town is small and invented: a ministry obligates money to a company that two
// sources know, twice told with different dates; a hidden source knows it too,
// under an id that was there before all others.
func town() []batch {
	suggested := say("reg-acme", "Company", "country", "de")
	suggested.External = true
	spelled := say("led-acme", "Company", "phone", "+4930123456")
	spelled.Original, spelled.Lang, spelled.Origin = "030 / 123456", "deu", "cleaner"
	payment := []string{
		"authority", "reg-ministry", "supplier", "led-acme", "amount", "-120.50", "currency", "usd", "contract", "led-contract",
	}
	return []batch{
		{"registry", "2024-01-01", join(
			of("reg-ministry", "PublicBody", "name", "Ministry of Lanterns"),
			of("reg-acme", "Company", "name", "Acme <Lanterns> & \"Sons\"", "leiCode", lei, "incorporationDate", "1999"),
			of("reg-owner", "Person", "name", "=HYPERLINK(\"http://example.org\")\u202e"),
			of("own-1", "Ownership", "owner", "reg-owner", "asset", "reg-acme", "percentage", "51", "startDate", "2001-04"),
			of("fam-1", "Family", "person", "reg-owner", "relative", "reg-absent", "relationship", "sibling"),
			[]statement.Statement{suggested},
		)},
		{"ledger", "2024-03-01", join(
			of("led-acme", "Company", "name", "ACME LANTERNS", "leiCode", lei),
			[]statement.Statement{spelled},
			of("pay-1", "Obligation", append(payment, "date", "2023-05-01")...),
			of("odd\x01 id", "Person", "name", "Tab\there\x02", "notes", "one\r\ntwo, \"three\""),
		)},
		{"ledger", "2025-03-01", join(
			of("led-acme", "Company", "name", "ACME LANTERNS", "leiCode", lei),
			of("pay-1", "Obligation", append(payment, "date", "2023-05-02")...),
			of("led-contract", "Contract", "title", "Lamps", "authority", "reg-ministry"),
		)},
		{"secret", "2023-06-01", join(
			of("aaa-acme", "Company", "name", "Shadow Lanterns", "leiCode", lei, "country", "pa"),
			of("own-2", "Ownership", "owner", "aaa-acme", "asset", "reg-ministry"),
			of("pay-1", "Obligation", "amount", "999999"),
		)},
	}
}

// A home is a store with its graph.
type home struct {
	store *memory.Store
	graph *graph.Graph
}

var datasets = []string{"registry", "ledger", "secret"}

func fill(t *testing.T, batches []batch) home {
	t.Helper()
	h := home{store: &memory.Store{}}
	all := policytest.Datasets(datasets...)
	for _, b := range batches {
		w, err := h.store.Begin(t.Context(), all, statement.RunSpec{
			Dataset: b.dataset, Extent: statement.Full, Observed: b.observed, Imported: b.observed + "T08:00:00Z",
			Sources: []statement.Source{{Name: b.dataset + ".csv", Blob: "00ff", Size: 12}},
		})
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range b.says {
			if s.Places == nil {
				s.Places = []statement.Place{
					{Locator: overt.Locator{Row: int64(i + 2), Column: s.Prop}},
					{Locator: overt.Locator{Row: int64(i + 100), Column: s.Prop}},
				}
			}
			if err := w.Add(policy.Label{Dataset: b.dataset}, s.Entity, []statement.Statement{s}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := w.Commit(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "links.graph")
	view := h.view(t, datasets...)
	if err := pipeline.Derive(t.Context(), view, h.store.Epoch(), t.TempDir(), path); err != nil {
		t.Fatal(err)
	}
	g, err := graph.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.Close() })
	h.graph = g
	return h
}

func (h home) view(t *testing.T, names ...string) statement.View {
	t.Helper()
	v, err := h.store.View(t.Context(), policytest.Datasets(names...), statement.When{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = v.Close() })
	return v
}

func (h home) write(t *testing.T, f export.Format, opts export.Options, names ...string) (string, export.Count) {
	t.Helper()
	v := h.view(t, names...)
	var out bytes.Buffer
	opts.Dir = t.TempDir()
	n, err := export.Write(t.Context(), &out, f, v, h.graph.View(v.Sight()), opts)
	if err != nil {
		t.Fatalf("write %s: %v", f, err)
	}
	if left, _ := filepath.Glob(opts.Dir + "/*"); len(left) != 0 {
		t.Errorf("%s left files behind: %v", f, left)
	}
	return out.String(), n
}

var open = []string{"registry", "ledger"}

func TestGolden(t *testing.T) {
	h := fill(t, town())
	tests := []struct {
		file   string
		format export.Format
		opts   export.Options
		want   export.Count
	}{
		{"merged.ftm.json", export.FTM, export.Options{}, export.Count{Entities: 8, Statements: 44}},
		{"raw.ftm.json", export.FTM, export.Options{Raw: true}, export.Count{Entities: 9, Statements: 44}},
		{"statements.csv", export.Statements, export.Options{}, export.Count{Entities: 8, Statements: 36}},
		{"long.csv", export.CSV, export.Options{}, export.Count{Entities: 8, Statements: 44}},
		{"wide.csv", export.CSV, export.Options{Schema: []string{"Ownership", "PublicBody"}}, export.Count{Entities: 2, Statements: 7}},
		{"all.graphml", export.GraphML, export.Options{}, export.Count{Entities: 6, Statements: 21, Edges: 4}},
		{"all.gexf", export.GEXF, export.Options{Now: "2026-01-02T03:04:05Z"}, export.Count{Entities: 6, Statements: 21, Edges: 4}},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			got, n := h.write(t, tt.format, tt.opts, open...)
			if n != tt.want {
				t.Errorf("counts %+v, want %+v", n, tt.want)
			}
			golden(t, tt.file, got)
		})
	}
	t.Run("passages.csv", func(t *testing.T) {
		v := h.view(t, open...)
		var out bytes.Buffer
		if _, err := export.Passages(t.Context(), &out, v, h.graph.View(v.Sight()), export.Options{Schema: []string{"Company"}}); err != nil {
			t.Fatal(err)
		}
		golden(t, "passages.csv", out.String())
	})
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

// TestScope: an export under a scope equals one of a home that never had
// anything else, where no run numbers stand in the file.
func TestScope(t *testing.T) {
	all := fill(t, town())
	cut := fill(t, town()[:3])
	for _, f := range []export.Format{export.FTM, export.Statements, export.CSV, export.XLSX, export.GraphML, export.GEXF} {
		got, _ := all.write(t, f, export.Options{}, open...)
		want, _ := cut.write(t, f, export.Options{}, open...)
		if got != want {
			t.Errorf("%s: what is hidden shows:\n%s", f, cmp.Diff(want, got))
		}
		wider, _ := all.write(t, f, export.Options{}, datasets...)
		none, n := all.write(t, f, export.Options{})
		if f == export.XLSX {
			got, wider, none = unzipped(t, got), unzipped(t, wider), unzipped(t, none)
		}
		if strings.Contains(got, "aaa-acme") || strings.Contains(got, "Shadow") || strings.Contains(got, "999999") {
			t.Errorf("%s holds what the scope does not show", f)
		}
		if !strings.Contains(wider, "aaa-acme") {
			t.Errorf("%s lacks what the wider scope shows", f)
		}
		if n != (export.Count{}) || strings.Contains(none, "reg-") {
			t.Errorf("%s shows something to a scope of nothing: %+v", f, n)
		}
	}
}

// TestDatasets: what only another dataset says is left out, edges too.
func TestDatasets(t *testing.T) {
	h := fill(t, town())
	for _, f := range export.Formats {
		got, _ := h.write(t, f, export.Options{Datasets: []string{"ledger"}}, datasets...)
		if f == export.XLSX {
			got = unzipped(t, got)
		}
		for _, word := range []string{"Shadow", "Ministry", "own-1", "own-2", "999999", "1999"} {
			if strings.Contains(got, word) {
				t.Errorf("%s of the ledger alone has %s", f, word)
			}
		}
		if !strings.Contains(got, "ACME LANTERNS") && f != export.OCDS { // where no contract names it
			t.Errorf("%s of the ledger lacks what the ledger says", f)
		}
	}
}

// unzipped joins the members of an archive.
func unzipped(t *testing.T, s string) string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(s), int64(len(s)))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&out, r); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

func TestNarrowed(t *testing.T) {
	h := fill(t, town())
	tests := []struct {
		name   string
		format export.Format
		opts   export.Options
		want   export.Count
	}{
		{"schema takes those that extend it", export.FTM, export.Options{Schema: []string{"LegalEntity"}}, export.Count{Entities: 4, Statements: 18}},
		{"entity by any of its ids", export.FTM, export.Options{Entities: []ftm.EntityID{"reg-acme", "led-acme"}}, export.Count{Entities: 1, Statements: 11}},
		{"entity raw", export.FTM, export.Options{Entities: []ftm.EntityID{"led-acme"}, Raw: true}, export.Count{Entities: 2, Statements: 11}},
		{"edges among chosen", export.GEXF, export.Options{Entities: []ftm.EntityID{"reg-acme", "reg-ministry"}}, export.Count{Entities: 2, Statements: 13, Edges: 1}},
		{"nodes of a schema", export.GraphML, export.Options{Schema: []string{"Organization"}}, export.Count{Entities: 2, Statements: 13, Edges: 1}},
		{"ends of an edge schema", export.GraphML, export.Options{Schema: []string{"Ownership"}}, export.Count{Entities: 2, Statements: 13, Edges: 1}},
		{"ends of an abstract one", export.GraphML, export.Options{Schema: []string{"Interest"}}, export.Count{Entities: 2, Statements: 13, Edges: 1}},
		{"an end that nothing is said of", export.GraphML, export.Options{Schema: []string{"Family"}}, export.Count{Entities: 2, Statements: 2, Edges: 1}},
		{"nodes and edges chosen", export.GraphML, export.Options{Schema: []string{"Thing", "Ownership"}}, export.Count{Entities: 5, Statements: 21, Edges: 1}},
		{"a dataset's own nodes", export.GraphML, export.Options{Datasets: []string{"registry"}}, export.Count{Entities: 4, Statements: 8, Edges: 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, n := h.write(t, tt.format, tt.opts, open...)
			if n != tt.want {
				t.Errorf("counts %+v, want %+v\n%s", n, tt.want, got)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	h := fill(t, town())
	v := h.view(t, open...)
	tests := []struct {
		name   string
		format export.Format
		opts   export.Options
		graph  *graph.View
		want   overt.Code
	}{
		{"no such format", "pdf", export.Options{}, h.graph.View(v.Sight()), overt.Invalid},
		{"no such schema", export.FTM, export.Options{Schema: []string{"Wizard"}}, nil, overt.Invalid},
		{"a hidden dataset", export.FTM, export.Options{Datasets: []string{"secret"}}, nil, overt.NotFound},
		{"a hidden entity", export.FTM, export.Options{Entities: []ftm.EntityID{"aaa-acme"}}, nil, overt.NotFound},
		{"a raw network", export.GEXF, export.Options{Raw: true}, h.graph.View(v.Sight()), overt.Invalid},
		{"a network without links", export.GraphML, export.Options{}, nil, overt.Invalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			_, err := export.Write(t.Context(), &out, tt.format, v, tt.graph, tt.opts)
			if got := overt.CodeOf(err); got != tt.want {
				t.Errorf("%v is %s, want %s", err, got, tt.want)
			}
		})
	}
}

// A full is a writer that takes no more after some bytes.
type full int

func (f *full) Write(b []byte) (int, error) {
	if *f -= full(len(b)); *f < 0 {
		return 0, os.ErrClosed
	}
	return len(b), nil
}

func TestFullDisk(t *testing.T) {
	h := fill(t, town())
	v := h.view(t, open...)
	for _, f := range export.Formats {
		w := full(100)
		_, err := export.Write(t.Context(), &w, f, v, h.graph.View(v.Sight()), export.Options{Dir: t.TempDir()})
		if overt.CodeOf(err) != overt.Unavailable {
			t.Errorf("%s onto a full disk: %v", f, err)
		}
	}
	w := full(100)
	if _, err := export.Passages(t.Context(), &w, v, h.graph.View(v.Sight()), export.Options{}); overt.CodeOf(err) != overt.Unavailable {
		t.Errorf("passages onto a full disk: %v", err)
	}
}
