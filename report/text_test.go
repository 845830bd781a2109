package report

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
)

// shown writes a text so that tests can compare it.
func shown(t *Text) string {
	var b strings.Builder
	for _, x := range t.Blocks {
		fmt.Fprintf(&b, "%s%d", x.Kind, x.Line)
		for _, s := range x.Sentences {
			fmt.Fprintf(&b, " {%d", s.Line)
			for _, p := range s.Spans {
				switch {
				case p.Claim != "":
					fmt.Fprintf(&b, " @%s", strings.TrimSuffix(p.Claim+"/"+p.Cite, "/"))
				case p.Strong:
					fmt.Fprintf(&b, " strong%q", p.Text)
				case p.Em:
					fmt.Fprintf(&b, " em%q", p.Text)
				default:
					fmt.Fprintf(&b, " %q", p.Text)
				}
			}
			b.WriteString("}")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"# A\ntext\nof two lines", "h21 {1 \"A\"}\np2 {2 \"text of two lines\"}\n"},
		{"One.[@k3f9a2] Two.", "p1 {1 \"One.\" @k3f9a2 \" \"} {1 \"Two.\"}\n"},
		{"It cost 77. [@k3f9a2]", "p1 {1 \"It cost 77. \" @k3f9a2}\n"},
		{"He paid 1.50 e.g. twice.", "p1 {1 \"He paid 1.50 e.g. twice.\"}\n"},
		{"A [@k3f9a2/p7c1m4] b\n\n- c\n- d\n\n> e\n> f", "p1 {1 \"A \" @k3f9a2/p7c1m4 \" b\"}\nli3 {3 \"c\"}\nli4 {4 \"d\"}\nquote6 {6 \"e f\"}\n"},
		{"5 * 3 and **b** *c*", "p1 {1 \"5 * 3 and \" strong\"b\" \" \" em\"c\"}\n"},
		{"[@nothing] [@k3f9a]", "p1 {1 \"[@nothing] [@k3f9a]\"}\n"},
	} {
		if got := shown(Parse(c.text)); got != c.want {
			t.Errorf("%q is\n%swant\n%s", c.text, got, c.want)
		}
	}
}

func TestFind(t *testing.T) {
	text := Parse("# What it *costs*\n\nIt takes **1,250** [@k3f9a2]. It is\nold [@k3f9a2/p7c1m4], they say.\n\n| a | b [@k3f9a2] |\n\n- It is new.")
	for words, line := range map[string]int{
		"what": 0, "What it costs": 1, "# What it *costs*": 1, "takes 1,250.": 3, "takes **1,250** [@k3f9a2].": 3, "1,250. It is old": 3,
		"It is old, they": 3, "is\n old": 3, "a | b": 6, "| a | b |": 6, "new": 8, "say. a": 0, "": 0, "[@k3f9a2]": 0,
	} {
		got := 0
		if s := text.Find(words); s != nil {
			got = s.Line
		}
		if got != line {
			t.Errorf("%q is in line %d, want %d", words, got, line)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("# A\n\nOne.[@k3f9a2] *Two*.\n- x")
	f.Fuzz(func(t *testing.T, text string) {
		for _, s := range Parse(text).sentences() {
			if s.Line < 1 || s.Line > strings.Count(text, "\n")+1 {
				t.Errorf("a sentence in line %d", s.Line)
			}
			if words := s.plain(); Plain(words) == words && words != "" && Parse(text).Find(words) == nil {
				t.Errorf("%q is not found", words)
			}
		}
	})
}

func TestLikeness(t *testing.T) {
	for _, c := range []struct{ number, total, want string }{
		{"1300", "1300", "same"}, {"1300", "1299.5", "rounded"}, {"1300", "1249", "differs"}, {"1.5", "1.46", "rounded"}, {"1301", "1300", "differs"},
	} {
		total, _ := new(big.Rat).SetString(c.total)
		if got := likeness(c.number, total); got != c.want {
			t.Errorf("%s for %s is %s", c.number, c.total, got)
		}
	}
}

func TestDiff(t *testing.T) {
	lines, err := Diff("a\nb\nc", "a\nx\nc\nd")
	if err != nil {
		t.Fatal(err)
	}
	var got string
	for _, l := range lines {
		got += l.Mark + l.Text + ","
	}
	if got != " a,-b,+x, c,+d," {
		t.Error(got)
	}
	if _, err := Diff(strings.Repeat("\n", maxCompared), ""); err == nil {
		t.Error("too long a text is compared")
	}
}

func TestQuotable(t *testing.T) {
	for licence, want := range map[string]bool{
		"CC0-1.0": true, "CC BY 4.0": true, "CC-BY-NC 4.0": false, "Open Government Licence v3.0": true, "U.S. Government Works": true, "all rights reserved": false, "": false,
	} {
		if quotable(licence) != want {
			t.Errorf("%q", licence)
		}
	}
}

// TestSumTakesBack: what a row takes back is taken off.
func TestSumTakesBack(t *testing.T) {
	for _, c := range []struct{ cell, want string }{
		{"-139759.98", "860240.02"}, {"(139,759.98)", "860240.02"}, {"−139,759.98 USD", "860240.02"}, {"$-139,759.98", "860240.02"},
		{"139759.98-", "860240.02"}, {"139759.98", "1139759.98"}, {"USD 139,759.98", "1139759.98"}, {"the fee (139,759.98)", "1139759.98"},
	} {
		passages := []Passage{{Item: "a", Quote: "1000000.0", For: []string{"860,240.02"}}, {Item: "b", Quote: c.cell, For: []string{"860,240.02"}}}
		sums := sumsOf(&Claim{Item: "c", Text: "It comes to 860,240.02", Passages: []string{"a", "b"}}, passages)
		if len(sums) != 1 || sums[0].Total != c.want || (sums[0].How == "same") != (c.want == "860240.02") {
			t.Errorf("with %q: %+v, want %s", c.cell, sums, c.want)
		}
	}
}

func TestWithoutForm(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"NORTHMOOR FERRY, L.L.C.", "northmoor ferry"}, {"Northmoor Ferry Inc.", "northmoor ferry"}, {"Northmoor Ferry Pty Ltd", "northmoor ferry"},
		{"Northmoor Ferry", ""}, {"GmbH Northmoor", ""}, {"", ""},
	} {
		if got := withoutForm(c.name); got != c.want {
			t.Errorf("%q is called %q, want %q", c.name, got, c.want)
		}
	}
}
