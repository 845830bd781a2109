package main

import (
	"cmp"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"overt/internal/sandbox"
	"overt/internal/sharedtest"
)

var update = flag.Bool("update", false, "write docs/formats.md anew")

const formatsHead = `# Formats of documents that were read

What became of the documents of our test data, those inside others counted, by the
kind that their content has. Written by

    CGO_ENABLED=0 go test ./cmd/overt -run TestFormats -update

and compared with it by every full test run where the data and tesseract are there.
Partly read and failed documents stand in the coverage ledger with the reason. Of
drawings (EMF, WMF) the words are read, of sound and film what is written about
them. The files themselves are not part of this repository.

| kind | documents | read | partly | failed | refused | pages |
|---|--:|--:|--:|--:|--:|--:|
`

// TestFormats takes all documents of the test data in: each ends in a verdict, as
// docs/formats.md says.
func TestFormats(t *testing.T) {
	root := sharedtest.Path(t, "documents")
	switch all := sandbox.Doctor(t.Context(), nil); {
	case testing.Short():
		t.Skip("real documents are read in the full run only")
	case len(all) == 0 || !all[0].OK:
		t.Skip("this program, or this machine, confines no reader: build with CGO_ENABLED=0")
	}
	if _, err := exec.LookPath("tesseract"); err != nil {
		t.Skip("tesseract is not installed: what pictures say cannot be compared")
	}
	home := filepath.Join(t.TempDir(), "home")
	if code, _, errs := overtIn(t, home, "ingest", root, "--dataset", "documents"); code != exitOK {
		t.Fatalf("ingest: exit %d %s", code, errs)
	}
	code, out, errs := overtIn(t, home, "--json", "coverage", "documents")
	if code != exitOK {
		t.Fatalf("coverage: exit %d %s", code, errs)
	}
	type file struct {
		Source, Format, Verdict, Reason, Retry string
		Received, Read                         int64 `json:",omitempty"`
	}
	var c struct{ Datasets []struct{ Files []file } }
	if err := json.Unmarshal([]byte(out), &c); err != nil || len(c.Datasets) != 1 {
		t.Fatalf("coverage: %v", err)
	}
	type count struct {
		verdicts map[string]int
		pages    int64
		n        int
	}
	kinds := map[string]*count{}
	total := &count{verdicts: map[string]int{}}
	for _, f := range c.Datasets[0].Files {
		if f.Verdict != "read" && (f.Reason == "" || f.Retry == "") || f.Verdict == "waiting" {
			t.Errorf("%s ended as %s without a reason or what to do", f.Source, f.Verdict)
		}
		kind := cmp.Or(f.Format, "no kind that is known")
		if kinds[kind] == nil {
			kinds[kind] = &count{verdicts: map[string]int{}}
		}
		for _, k := range []*count{kinds[kind], total} {
			k.n++
			k.verdicts[f.Verdict]++
			k.pages += f.Read
		}
	}
	line := func(name string, k *count) string {
		return fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %d |\n", name, k.n, k.verdicts["read"], k.verdicts["partial"], k.verdicts["failed"], k.verdicts["refused"], k.pages)
	}
	var lines []string
	for name, k := range kinds {
		lines = append(lines, line(name, k))
	}
	slices.Sort(lines)
	got := formatsHead + strings.Join(lines, "") + line("**all**", total)
	path := filepath.Join("..", "..", "docs", "formats.md")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("docs/formats.md differs; run with -update and look at the difference\n%s", got)
	}
}
