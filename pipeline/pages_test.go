package pipeline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overt/internal/hometest"
	"overt/ledger"
	"overt/pipeline"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
)

const feedPages = `name: feed
pages: folder
observed: {pointer: /day}
queries:
  - rows: /list/*
    entities:
      company:
        schema: Company
        id_column: id
        required: true
        properties: {name: name}
`

// TestPages imports two folders of pages and a file beside them: three
// sources, each page's records cited in the page they stand on.
func TestPages(t *testing.T) {
	dir := t.TempDir()
	page := func(name, day string, ids ...string) {
		var list []string
		for _, id := range ids {
			list = append(list, fmt.Sprintf(`{"id":%q,"name":"Company %s"}`, id, id))
		}
		path := filepath.Join(dir, name)
		must(t, os.MkdirAll(filepath.Dir(path), 0o700))
		must(t, os.WriteFile(path, []byte(`{"day":"`+day+`","list":[`+strings.Join(list, ",")+`]}`), 0o600))
	}
	for i := range 12 {
		page(fmt.Sprintf("a/page-%d.json", i), fmt.Sprintf("2024-01-%02d", i+1), fmt.Sprint("a", i), "both")
	}
	page("b/page-0.json", "2024-02-01", "b0", "both")
	page("alone.json", "2024-03-01", "x")
	must(t, os.WriteFile(filepath.Join(dir, "a", "page-5b.json"), []byte(`{"day":`), 0o600))
	h := hometest.Memory(t)
	rep := h.Import(t, pipeline.Request{Paths: []string{dir}, Dataset: "d", Mapping: mappingFile(t, feedPages)})
	if len(rep.Runs) != 3 {
		t.Fatalf("%d runs, want one for each folder and one for the file", len(rep.Runs))
	}
	runs, err := h.Statements.Runs(t.Context(), policytest.Scope(policy.Label{Dataset: "d"}))
	must(t, err)
	var first *statement.Run
	for i := range runs {
		if len(runs[i].Sources) > 2 {
			first = &runs[i]
		}
	}
	if first == nil {
		t.Fatal("the pages of a are no run")
	}
	var names []string
	for _, s := range first.Sources {
		names = append(names, s.Name)
	}
	if len(names) != 13 || names[2] != "a/page-2.json" || names[12] != "a/page-11.json" {
		t.Errorf("pages in the order %v", names)
	}
	if first.Observed != "2024-01-12" || first.Entities != 13 {
		t.Errorf("observed %s, %d entities", first.Observed, first.Entities)
	}
	for _, f := range rep.Files {
		if bad := f.Source == "a/page-5b.json"; bad != (f.Verdict != ledger.Read) {
			t.Errorf("%s is %s: %s", f.Source, f.Verdict, f.Reason)
		}
	}
	again := h.Import(t, pipeline.Request{Paths: []string{filepath.Join(dir, "a")}, Dataset: "d", Mapping: mappingFile(t, feedPages)})
	if len(again.Runs) != 0 {
		t.Error("the same pages made another run")
	}
}

// TestExtentAssumed wants it said that nobody declared an extent, and what
// speaks for one; and a full extract that shrank to be doubted.
func TestExtentAssumed(t *testing.T) {
	h := hometest.Memory(t)
	table := func(n int, extent statement.Extent, day string) *pipeline.Report {
		var b strings.Builder
		b.WriteString("id,name\n")
		for i := range n {
			fmt.Fprintf(&b, "%d,Company %d\n", i, i)
		}
		path := filepath.Join(t.TempDir(), "list.csv")
		must(t, os.WriteFile(path, []byte(b.String()+"x,"+day+"\n"), 0o600))
		return h.Import(t, pipeline.Request{Paths: []string{path}, Dataset: "d", Observed: day, Extent: extent, Mapping: mappingFile(t, `name: list
queries:
  - entities:
      company:
        schema: Company
        id_column: id
        properties: {name: name}
`)})
	}
	notes := func(r *pipeline.Report) string { return strings.Join(r.Runs[0].Notes, " ") }
	if n := notes(table(40, "", "2024-01-01")); !strings.Contains(n, "taken as a window") || strings.Contains(n, "--extent") {
		t.Errorf("of the first: %q", n)
	}
	if n := notes(table(44, "", "2024-02-01")); !strings.Contains(n, "97 %") || !strings.Contains(n, "--extent full") {
		t.Errorf("of a newer one with nearly all of it: %q", n)
	}
	if n := notes(table(40, statement.Full, "2024-03-01")); n != "" {
		t.Errorf("of a declared one: %q", n)
	}
	doubts := func(r *pipeline.Report) (codes []string) {
		for _, w := range r.Files[0].Warnings {
			codes = append(codes, w.Code)
		}
		return codes
	}
	if c := doubts(table(25, statement.Full, "2024-04-01")); len(c) != 0 {
		t.Errorf("a full extract of 26 after 41 is doubted: %v", c)
	}
	rep := table(5, statement.Full, "2024-05-01")
	if c := doubts(rep); len(c) != 1 || c[0] != "shrunk" {
		t.Errorf("a full extract of 6 after 26 is taken as it is: %v", c)
	}
}

// TestPageTwice: of two pages of the same bytes one is doubted, and its records
// do not stand in for those of a page that is missing.
func TestPageTwice(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"0.json":   `{"total":4,"day":"2024-01-01","list":[{"id":"a","name":"A"},{"id":"b","name":"B"}]}`,
		"0 b.json": `{"total":4,"day":"2024-01-01","list":[{"id":"a","name":"A"},{"id":"b","name":"B"}]}`,
	} {
		must(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	h := hometest.Memory(t)
	rep := h.Import(t, pipeline.Request{Paths: []string{dir}, Dataset: "d", Mapping: mappingFile(t, feedPages)})
	var codes []string
	for _, f := range rep.Files {
		for _, w := range f.Warnings {
			codes = append(codes, w.Code)
		}
	}
	if got := strings.Join(codes, " "); !strings.Contains(got, "fewer-than-declared") || !strings.Contains(got, "same-file") {
		t.Errorf("warnings: %q", got)
	}
}
