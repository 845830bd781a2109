package office_test

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"overt"
	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/extract/office"
)

var family = regexp.MustCompile(`(?i)\.(do[ct][xm]|xl[st][xmb]|xlam|pp[tsa][xm]|pot[xm]|od[tspgf]|ot[tsp]|fod[tspg]|epub|vs[dst][xm]|xps|pages|numbers|key)$`)

// TestCorpus: every file ends with text, or with a stated gap or refusal.
func TestCorpus(t *testing.T) {
	for _, folder := range []string{"tika", "format-corpus", "ingest-file"} {
		dir := documenttest.Corpus(t, 2, folder)
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !family.MatchString(f.Name()) {
				continue
			}
			t.Run(f.Name(), func(t *testing.T) {
				d := documenttest.ReadFile(t, office.Reader{}, filepath.Join(dir, f.Name()), document.Input{Passwords: []string{"tika"}})
				if d.Err != nil {
					var refusal *document.Refusal
					if !errors.As(d.Err, &refusal) && overt.CodeOf(d.Err) != overt.Invalid {
						t.Fatalf("an error of another kind: %v", d.Err)
					}
					t.Log(d.Err)
				}
				for _, g := range d.Gaps {
					t.Log(g)
				}
				if len(d.Pages) == 0 && len(d.Members) == 0 && len(d.Gaps) == 0 && d.Err == nil {
					t.Errorf("nothing came out, and nothing was said")
				}
				for _, m := range d.Members {
					if !m.Whole {
						t.Errorf("member %s is not whole", m.Path)
					}
				}
			})
		}
	}
}
