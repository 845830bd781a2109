package pdf

import (
	"slices"
	"strings"
	"testing"

	"overt/extract/document"
	"overt/extract/document/documenttest"
)

// TestAwards finds in four award forms what the data's README names: number,
// modification, vendor and amount, each with its place on the page.
func TestAwards(t *testing.T) {
	dir := documenttest.Corpus(t, 2, "ice-award-pdfs")
	tests := []struct{ file, award, modification, vendor, amount string }{
		{"akima-contract.pdf", "70CDCR24FG0000001", "0", "AKIMA INFRASTRUCTURE PROTECTIO", "$836,492.80"},
		{"cottage-grove-contract.pdf", "70CDCR20P00000069", "P00005", "COTTAGE GROVE, CITY OF (INC)", "$89,964.50"},
		{"stratasys_contract.pdf", "70CMSD24P00000041", "0", "STRATASYS, INC", "$20,608.00"},
		{"umn_firearms_contract.pdf", "70CDCR24P00000013", "0", "REGENTS OF UNIVERSITY OF MINNES", "$18,867.00"},
	}
	for _, tt := range tests {
		d := documenttest.ReadFile(t, engine(t), dir+"/"+tt.file, document.Input{})
		if d.Err != nil || len(d.Pages) == 0 {
			t.Fatalf("%s: %v", tt.file, d.Err)
		}
		p := d.Pages[0]
		for _, want := range []string{tt.award, tt.vendor, tt.amount} {
			if !strings.Contains(p.Text, want) {
				t.Errorf("%s: %q is not in\n%s", tt.file, want, p.Text)
			}
		}
		award, amount := wordBox(p, tt.award), wordBox(p, tt.amount)
		if award == nil || amount == nil {
			t.Errorf("%s: no boxes for %q (%v) and %q (%v)", tt.file, tt.award, award, tt.amount, amount)
			continue
		}
		modification := slices.ContainsFunc(p.Boxes, func(b document.Box) bool { // right of the number, in its line
			return slice(p, b) == tt.modification && b.Left > award.Right && b.Top < award.Bottom && b.Bottom > award.Top
		})
		if !modification || amount.Top < award.Bottom || amount.Left < p.Width/2 || amount.Right > p.Width || amount.Bottom-amount.Top > 15 {
			t.Errorf("%s: award %v, amount %v, modification found: %v", tt.file, award, amount, modification)
		}
	}
}

// wordBox is the first box of a word.
func wordBox(p document.Page, word string) *document.Box {
	for i, b := range p.Boxes {
		if slice(p, b) == word {
			return &p.Boxes[i]
		}
	}
	return nil
}

func slice(p document.Page, b document.Box) string { return string([]rune(p.Text)[b.Start:b.End]) }
