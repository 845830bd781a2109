package web

import (
	"bytes"
	"encoding/csv"
	"testing"

	"overt"
	"overt/ui"
)

// A spreadsheet must not take what a source says for a formula; numbers stay numbers.
func TestHarmless(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "plain": "plain", "-139759.98": "-139759.98", "12": "12", "a=b": "a=b", "'quoted": "'quoted",
		`=HYPERLINK("http://evil.example")`: `'=HYPERLINK("http://evil.example")`, "+1-555": "'+1-555", "-1+cmd|' /C calc'!A0": "'-1+cmd|' /C calc'!A0", "@SUM(A1)": "'@SUM(A1)",
		"\t=1": "'\t=1", "  =1": "'  =1", "\u202e=1": "'\u202e=1", "\u200f=1": "'\u200f=1", "＝1": "'＝1", "\n=1": "'\n=1", "-": "'-",
	} {
		if got := harmless(in); got != want {
			t.Errorf("%q is saved as %q, want %q", in, got, want)
		}
	}
}

// A sheet is saved as it is shown: exact numbers, and where each row stands.
func TestSheetSaved(t *testing.T) {
	cites := []overt.Citation{{Dataset: "awards", Source: "a.csv", Locator: overt.Locator{Row: 7, Column: "amount"}}}
	chip := ui.Chip{Count: 1}
	s := sheet{columns: []ui.Column{{Label: "Who"}, {Label: "Amount", Number: true}, {Label: "Source"}}, rows: [][]entry{
		{said("=evil, \"Ltd\""), amount("-1234567.50"), cited(chip, cites)}, {said("none"), {}, cited(ui.Chip{State: ui.Unsourced}, nil)},
	}}
	var b bytes.Buffer
	if err := s.csv(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"Who", "Amount", "Source"}, {"'=evil, \"Ltd\"", "-1234567.50", "awards: " + cites[0].String()}, {"none", "", ""}}
	for i := range want {
		for k := range want[i] {
			if rows[i][k] != want[i][k] {
				t.Errorf("row %d: %q, want %q", i, rows[i][k], want[i][k])
			}
		}
	}
}

// FuzzHarmless holds that nothing saved begins a formula.
func FuzzHarmless(f *testing.F) {
	for _, s := range []string{"=1", " \t=1", "-1", "\u202e@x", "text"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out := harmless(s)
		if out != s && out != "'"+s {
			t.Fatalf("%q became %q", s, out)
		}
		if out != "" && bytes.ContainsRune([]byte("=+@\t\r\n"), rune(out[0])) {
			t.Fatalf("%q is saved as %q", s, out)
		}
	})
}

// What an address opens is read as it was written, and nothing else is.
func TestOpenings(t *testing.T) {
	for _, bad := range []string{"", "x", "a|b|c", "Names|out|0|id", "Names|out|301|id", "Names|up|3|id", "Names|out|-1|id", "Names|out|99999999999999999999|id"} {
		if o, err := readOpening(bad); err == nil || overt.CodeOf(err) != overt.Invalid {
			t.Errorf("%q is read as %+v, %v", bad, o, err)
		}
	}
	const odd = "Contract:authority|in|25|id|with|bars"
	o, err := readOpening(odd)
	if err != nil || openingWord(o) != odd || o.ID != "id|with|bars" {
		t.Errorf("%q is read as %+v, %v", odd, o, err)
	}
}
