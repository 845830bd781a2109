package readers

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"overt/extract/document"
	"overt/extract/document/documenttest"
	"overt/internal/figures"
)

// TestAccuracy compares one text in the formats that an office writes with its
// print.
func TestAccuracy(t *testing.T) {
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		t.Skip("pdftotext is not installed: there is nothing to compare with")
	}
	dir := documenttest.Corpus(t, 2, "format-corpus")
	print, err := exec.CommandContext(t.Context(), tool, "-enc", "UTF-8", filepath.Join(dir, "variations__variations__application__pdf__lorem-ipsum.pdf"), "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "variations__*lorem-ipsum*"))
	if err != nil {
		t.Fatal(err)
	}
	s := New(noPDF{})
	f := figures.Figure{What: "words of one text as DOC, DOCX, ODT, HTML, EPUB", Against: "pdftotext of its print"}
	for _, path := range files {
		switch filepath.Ext(path) {
		case ".doc", ".docx", ".odt", ".htm", ".epub":
		default:
			continue
		}
		d := documenttest.ReadFile(t, s, path, document.Input{})
		one := figures.Figure{}
		one.Add(string(print), d.Text())
		t.Logf("%s: recall %.4f, precision %.4f", strings.TrimPrefix(filepath.Base(path), "variations__variations__"), one.Recall(), one.Precision())
		f.Add(string(print), d.Text())
	}
	figures.Hold(t, f, documenttest.Update())
}
