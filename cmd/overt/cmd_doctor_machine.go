package main

import (
	"context"

	"overt/extract/records"
	"overt/internal/sandbox"
)

// needs are the programs of others that the reading of documents can use.
var needs = []sandbox.Need{
	{Name: "pdftotext", Package: "poppler-utils", Args: []string{"-v"}, Without: "text of PDF files is not compared with a second reader's"},
	{Name: "tesseract", Package: "tesseract-ocr", Args: []string{"--version"}, Without: "text of scanned pages and pictures is not recognised"},
}

// confinement says what holds of the processes that read foreign files, and which
// tools are there. Nothing here is a fault of the home.
func (d *diagnosis) confinement(ctx context.Context) {
	for _, f := range sandbox.Doctor(ctx, needs, records.Kind) {
		status := checkOK
		if !f.OK {
			status = checkWarn
		}
		d.add(f.Name, status, f.Found, f.Advice)
	}
}
