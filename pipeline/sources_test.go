package pipeline_test

import (
	"cmp"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt/internal/hometest"
	"overt/internal/sharedtest"
	"overt/ledger"
	"overt/pipeline"
)

var update = flag.Bool("update", false, "write docs/sources.md anew")

// sourceTopics are the folders of public data that import takes whole.
var sourceTopics = []string{"companies-and-offshore", "federal-systems", "fedramp", "ftm", "procurement", "watchlists"}

// notRecords are folders beside the data that import is not meant for.
var notRecords = map[string]bool{
	"ftm/schema":                  true, // the model itself
	"ftm/followthemoney-fixtures": true, // tables with a mapping of their own, in TestMapped
	"ftm/nomenklatura-fixtures":   true, // tables that need a user's mapping, in TestGifts
}

const sourcesHead = `# Sources that were read

One line for each public file that our tests import, as it came out. Written by

    go test ./pipeline -run TestSources -update

and compared with it by every full test run where the data is there. Records are
rows of tables and records of trees; those left out stand in the coverage ledger
with place and reason. Entities and values are those of the file's run; files that
are pages of one source share one. The files themselves are not part of this
repository.

| file | read as | records | left out | entities | values | verdict | warnings |
|---|---|--:|--:|--:|--:|---|---|
`

// TestSources imports every folder of public data and wants each file
// accounted for as docs/sources.md says.
func TestSources(t *testing.T) {
	root := sharedtest.Path(t)
	if testing.Short() {
		t.Skip("real data is imported in the full run only")
	}
	var b strings.Builder
	b.WriteString(sourcesHead)
	for _, topic := range sourceTopics {
		h := hometest.Durable(t, t.TempDir())
		h.ImportReference(t)
		for _, folder := range sourceFolders(t, root, topic) {
			rep := h.Import(t, pipeline.Request{Paths: []string{filepath.Join(root, filepath.FromSlash(folder))}, Dataset: topic})
			addsUp(t, h, rep)
			sourceLines(t, &b, folder, rep)
		}
	}
	name := filepath.Join("..", "docs", "sources.md")
	if *update {
		must(t, os.WriteFile(name, []byte(b.String()), 0o644))
		return
	}
	kept, err := os.ReadFile(name)
	must(t, err)
	if string(kept) != b.String() {
		t.Errorf("docs/sources.md is not what the import gives; run go test ./pipeline -run TestSources -update and look at the difference:\n%s", firstDifference(string(kept), b.String()))
	}
}

// sourceFolders lists what a user would import of a topic: its folders and the
// files beside them.
func sourceFolders(t *testing.T, root, topic string) []string {
	t.Helper()
	list, err := os.ReadDir(filepath.Join(root, topic))
	must(t, err)
	var out []string
	for _, e := range list {
		if name := path.Join(topic, e.Name()); !notRecords[name] && !strings.HasSuffix(name, ".md") {
			out = append(out, name)
		}
	}
	return out
}

func sourceLines(t *testing.T, b *strings.Builder, folder string, rep *pipeline.Report) {
	t.Helper()
	runs := map[string]pipeline.RunReport{}
	for _, r := range rep.Runs {
		runs[fmt.Sprint(r.Run)] = r
	}
	pages := map[string]int{}
	for _, f := range rep.Files {
		pages[fmt.Sprint(f.Run)]++
	}
	told := map[string]bool{}
	for _, f := range rep.Files {
		if f.Verdict == ledger.Waiting {
			t.Errorf("%s/%s has no verdict", folder, f.Source)
		}
		if f.Verdict != ledger.Read && f.Reason == "" {
			t.Errorf("%s/%s is %s without a reason", folder, f.Source, f.Verdict)
		}
		run := fmt.Sprint(f.Run)
		if f.Run != 0 && told[run] {
			continue
		}
		told[run] = true
		name, received, left, verdict := path.Join(folder, f.Source), f.Received, f.LeftOut, string(f.Verdict)
		warned := map[string]int64{}
		for _, o := range rep.Files {
			if o.Run != f.Run || f.Run == 0 && o.Source != f.Source {
				continue
			}
			if o.Source != f.Source {
				received, left = received+o.Received, left+o.LeftOut
				verdict = cmp.Or(map[bool]string{true: verdict}[string(o.Verdict) == verdict], "partial")
			}
			for _, w := range o.Warnings {
				warned[w.Code]++
			}
		}
		if path.Base(folder) == f.Source {
			name = folder // a file that stands beside the folders
		}
		if n := pages[run]; f.Run != 0 && n > 1 {
			name += fmt.Sprintf(" and %d more pages", n-1)
		}
		var codes []string
		for c, n := range warned {
			codes = append(codes, fmt.Sprintf("%s × %d", c, n))
		}
		slices.Sort(codes)
		if verdict == string(ledger.Failed) || verdict == string(ledger.Refused) {
			codes = append(codes, f.Reason)
		}
		r := runs[run]
		fmt.Fprintf(b, "| %s | %s | %d | %d | %d | %d | %s | %s |\n", name, cmp.Or(f.Format, "–"), received, left, r.Entities, r.Statements, verdict, strings.ReplaceAll(strings.Join(codes, ", "), "|", "/"))
	}
}

func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range y {
		if i >= len(x) || x[i] != y[i] {
			return fmt.Sprintf("line %d\nkept: %s\n now: %s", i+1, cmp.Or(append(x, "")[min(i, len(x))], "–"), y[i])
		}
	}
	return "the kept page is longer"
}
