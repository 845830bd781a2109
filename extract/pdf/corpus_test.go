package pdf

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/internal/figures"
)

// corpusFiles are the shared PDF files that end on .pdf, by folder and name.
func corpusFiles(t testing.TB) []string {
	t.Helper()
	root := filepath.Dir(documenttest.Corpus(t, 2, "pdfjs"))
	files, err := filepath.Glob(filepath.Join(root, "*", "*.pdf"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no PDF files below %s: %v", root, err)
	}
	return files
}

// printed is the text that stands on the pages themselves.
func printed(d *documenttest.Doc) string {
	var b strings.Builder
	for _, p := range d.Pages {
		text, _, _ := strings.Cut(p.Text, "\nAnnotations:\n")
		b.WriteString(text + "\n")
	}
	return b.String()
}

// TestCorpus reads every shared PDF: each ends in time with pages, gaps or an
// error that says why; its words are those that pdftotext finds.
func TestCorpus(t *testing.T) {
	if testing.Short() {
		t.Skip("reads some 350 files: in the full run only")
	}
	files := corpusFiles(t)
	peer, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Log("pdftotext is not installed: the words are not compared")
	}
	e := engine(t)
	type score struct {
		file              string
		recall, precision float64
		words             int
	}
	var scores []score
	var both, ours, theirs int
	for _, f := range files {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		d := documenttest.Read(ctx, e, data, document.Input{Name: filepath.Base(f)})
		cancel()
		name := filepath.Base(filepath.Dir(f)) + "/" + filepath.Base(f)
		if took := time.Since(begin); took > 5*time.Second {
			t.Logf("%s took %v", name, took)
		}
		if d.Err == nil && len(d.Pages)+len(d.Gaps) == 0 {
			t.Errorf("%s: neither pages nor gaps nor an error", name)
		}
		if d.Err != nil {
			t.Logf("%s: %v", name, d.Err)
		}
		for _, g := range d.Gaps {
			t.Logf("%s: gap %+v", name, g)
		}
		if peer == "" {
			continue
		}
		out, err := exec.CommandContext(t.Context(), peer, "-enc", "UTF-8", f, "-").Output()
		if err != nil && len(bytes.TrimSpace(out)) == 0 && d.Err == nil && strings.TrimSpace(d.Text()) == "" {
			continue
		}
		a, b := figures.Words(string(out)), figures.Words(printed(d))
		n, inTheirs, inOurs := figures.Common(a, b)
		if inTheirs+inOurs < 20 {
			continue
		}
		both, ours, theirs = both+n, ours+inOurs, theirs+inTheirs
		scores = append(scores, score{name, float64(n) / float64(max(inTheirs, 1)), float64(n) / float64(max(inOurs, 1)), inTheirs})
	}
	if peer == "" {
		return
	}
	slices.SortFunc(scores, func(a, b score) int { return cmp.Compare(a.recall+a.precision, b.recall+b.precision) })
	figures.Hold(t, figures.Figure{What: "words of PDF documents", Against: fmt.Sprintf("pdftotext, %d files with 20 words or more", len(scores)), Of: theirs, Found: ours, Right: both}, documenttest.Update())
	if middle := scores[len(scores)/2]; middle.recall < 0.99 || middle.precision < 0.99 {
		t.Errorf("the median file has recall %.4f and precision %.4f: both were 1", middle.recall, middle.precision)
	}
	for _, s := range scores[:min(len(scores), 10)] {
		t.Logf("    %.3f %.3f %6d %s", s.recall, s.precision, s.words, s.file)
	}
}

// TestDeclaration reads the Declaration of Human Rights in German, whose text
// lies beside it.
func TestDeclaration(t *testing.T) {
	dir := documenttest.Corpus(t, 2, "ingest-file")
	want, err := os.ReadFile(filepath.Join(dir, "udhr_ger.txt"))
	if err != nil {
		t.Fatal(err)
	}
	d := documenttest.ReadFile(t, engine(t), filepath.Join(dir, "udhr_ger.pdf"), document.Input{})
	f := figures.Figure{What: "words of a PDF of six pages", Against: "its text"}
	f.Add(string(want), d.Text())
	figures.Hold(t, f, documenttest.Update())
	if len(d.Pages) != 6 {
		t.Errorf("%d pages, want 6", len(d.Pages))
	}
}

// TestScans holds that pages which are pictures ask for recognition, and that a
// page with a layer of recognised text, or with nothing, does not.
func TestScans(t *testing.T) {
	dir := documenttest.Corpus(t, 2, "ocrmypdf")
	tests := map[string]bool{
		"2400dpi.pdf": true, "c02-22.pdf": true, "cardinal.pdf": true, "enormous.pdf": true, "jbig2.pdf": true, "vector.pdf": true,
		"truetype_font_nomapping.pdf": true, "type3_font_nomapping.pdf": true, "graph_ocred.pdf": false, "blank.pdf": false,
	}
	for file, want := range tests {
		d := documenttest.ReadFile(t, engine(t), filepath.Join(dir, file), document.Input{})
		if d.Err != nil || len(d.Pages) == 0 || d.Pages[0].Sparse != want {
			t.Errorf("%s: %v, want sparse %v; %v", file, d.Pages, want, d.Err)
		}
	}
}
