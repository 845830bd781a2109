package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// typewriter is the story command "pdf TEXT FILE": it prints a text as a typewriter
// would, a form feed between pages.
func typewriter(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: pdf TEXT FILE")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), printed(strings.Split(ts.ReadFile(args[0]), "\f")), 0o600))
}

// printed is a PDF of pages in a fixed font, a character 5 points wide, a line 10
// high.
func printed(pages []string) []byte {
	objects := []string{"<</Type /Catalog /Pages 2 0 R>>", "", "<</Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding>>"}
	var kids []string
	escape := strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`)
	for _, page := range pages {
		var text strings.Builder
		for i, line := range strings.Split(page, "\n") {
			if strings.TrimSpace(line) != "" {
				fmt.Fprintf(&text, "BT /F1 8.333 Tf 1 0 0 1 20 %d Tm (%s) Tj ET\n", 760-10*i, escape.Replace(line))
			}
		}
		objects = append(objects, fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", text.Len(), text.String()))
		objects = append(objects, fmt.Sprintf("<</Type /Page /Parent 2 0 R /MediaBox [0 0 792 792] /Resources <</Font <</F1 3 0 R>>>> /Contents %d 0 R>>", len(objects)))
		kids = append(kids, fmt.Sprintf("%d 0 R", len(objects)))
	}
	objects[1] = fmt.Sprintf("<</Type /Pages /Kids [%s] /Count %d>>", strings.Join(kids, " "), len(kids))
	return pdfFile(objects).bytes("")
}
