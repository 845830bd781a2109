package legacy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"overt/extract/document"
	"overt/extract/document/documenttest"
)

// endings are those of the formats that this package reads.
var endings = map[string]bool{
	".doc": true, ".dot": true, ".xls": true, ".xlt": true, ".ppt": true, ".pps": true, ".rtf": true, ".mdb": true, ".accdb": true,
	".pub": true, ".vsd": true, ".wps": true,
}

// corpus calls f with each file of the shared documents that is of our formats.
func corpus(t *testing.T, f func(t *testing.T, path string, d *documenttest.Doc)) {
	t.Helper()
	for _, folder := range []string{"tika", "format-corpus", "ingest-file"} {
		dir := documenttest.Corpus(t, 2, folder)
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if !endings[strings.ToLower(filepath.Ext(file.Name()))] {
				continue
			}
			t.Run(file.Name(), func(t *testing.T) {
				path := filepath.Join(dir, file.Name())
				f(t, path, documenttest.ReadFile(t, Reader{}, path, document.Input{Passwords: []string{"tika", "secret"}}))
			})
		}
	}
}

func TestCorpusDump(t *testing.T) {
	out := os.Getenv("LEGACY_DUMP")
	if out == "" {
		t.Skip("no folder to dump to")
	}
	corpus(t, func(t *testing.T, path string, d *documenttest.Doc) {
		if err := os.WriteFile(filepath.Join(out, filepath.Base(path)+".out"), []byte(d.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		text := d.Text()
		for _, r := range d.Rows {
			if len(d.Pages) > 0 {
				break
			}
			for _, c := range r.Cells {
				text += c.Text + "\n"
			}
		}
		if err := os.WriteFile(filepath.Join(out, filepath.Base(path)+".txt"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	})
}
