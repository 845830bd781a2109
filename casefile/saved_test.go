package casefile

import (
	"strings"
	"testing"

	"overt"
	"overt/policy"
)

func kept() *Saved {
	return &Saved{
		Address: "/trace?from=a", Labels: []policy.Label{{Dataset: "fares"}}, Columns: []SavedColumn{{Label: "Amount", Number: true}},
		Sources: []SavedSource{{Blob: overt.BlobID(strings.Repeat("ab", 32)), Name: "fares.csv"}},
		Rows:    []SavedRow{{Cells: []string{"1"}, Cites: []SavedCite{{}}, Sum: &SavedSum{Amount: "1", Parts: []SavedPart{{Amount: "1"}}}}},
	}
}

// What is no view of the desk, or too much, is not kept.
func TestSavedCheck(t *testing.T) {
	if err := kept().Check(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Saved){
		"elsewhere":   func(s *Saved) { s.Address = "https://example.org" },
		"another":     func(s *Saved) { s.Address = "//example.org" },
		"backslash":   func(s *Saved) { s.Address = `/\example.org` },
		"no columns":  func(s *Saved) { s.Columns = nil },
		"cells":       func(s *Saved) { s.Rows[0].Cells = nil },
		"column":      func(s *Saved) { s.Rows[0].Sum.Column = 1 },
		"source":      func(s *Saved) { s.Rows[0].Cites[0].Source = 1 },
		"part source": func(s *Saved) { s.Rows[0].Sum.Parts[0].Cite = &SavedCite{Source: -1} },
		"no text":     func(s *Saved) { s.Rows[0].Cells[0] = "\xff" },
		"hash":        func(s *Saved) { s.Sources[0].Blob = "ab" },
		"size":        func(s *Saved) { s.Picture = strings.Repeat("x", MaxSaved) },
		"rows":        func(s *Saved) { s.Rows = make([]SavedRow, MaxSavedRows+1) },
		"parts":       func(s *Saved) { s.Rows[0].Sum.Parts = make([]SavedPart, MaxParts+1) },
	} {
		s := kept()
		change(s)
		if err := s.Check(); overt.CodeOf(err) != overt.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	e := Event{Seq: 1, At: "2026-01-01T00:00:00Z", Actor: "local:anna", Kind: Keep, Item: "aaaaaa", Text: "Money", Saved: kept()}
	if err := e.Check(); err != nil {
		t.Error(err)
	}
	if e.Saved.Labels = nil; overt.CodeOf(e.Check()) != overt.Invalid {
		t.Error("a view without labels is kept")
	}
}
