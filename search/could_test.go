package search

import "testing"

// TestCould: what is known of a file that was not read speaks against a query, and
// nothing else does.
func TestCould(t *testing.T) {
	scan := Unread{Dataset: "leak", Document: "doc-1", Type: "pdf", Schema: "Pages", Pages: []int{3, 7}}
	blank := Unread{Dataset: "leak"}
	for _, c := range []struct {
		query       string
		scan, blank bool
	}{
		{"*", true, true}, {"ferry", true, true}, {"-ferry", true, true}, {"title:x AND name:y", true, true},
		{"dataset:leak", true, true}, {"dataset:other", false, false}, {"-dataset:leak", false, false}, {"-dataset:other", true, true},
		{"ferry dataset:other", false, false}, {"ferry OR dataset:other", true, true}, {"dataset:other OR dataset:none", false, false},
		{"type:pdf", true, true}, {"type:PDF", true, true}, {"type:mail", false, true}, {"-type:pdf", false, true}, {"NOT (ferry type:mail)", true, true},
		{"schema:pages", true, true}, {"schema:email", false, true},
		{"page:3", true, true}, {"page:4..6", false, true}, {"page:4..7", true, true}, {"-page:3", true, true},
		{"id:doc-1", true, true}, {"id:doc-1/3/0", true, true}, {"id:doc-2", false, true}, {"id:m-17", true, true},
		{"date:2019", true, true}, {"language:deu", true, true}, {"entity:e", true, true}, {`"dataset:other"`, true, true},
	} {
		plan, err := Query{Text: c.query}.Compile()
		if err != nil {
			t.Fatalf("%s: %v", c.query, err)
		}
		if got := plan.Could(scan); got != c.scan {
			t.Errorf("%s in a scan: %v", c.query, got)
		}
		if got := plan.Could(blank); got != c.blank {
			t.Errorf("%s in a file of which nothing is known: %v", c.query, got)
		}
	}
}

func TestMistake(t *testing.T) {
	for query, want := range map[string]int{"(": 2, "Fähre (a": 7, "a )": 3, "colour:x": 1, "ferry": 0, "page:x": 6} {
		_, err := Query{Text: query}.Compile()
		if n, ok := Mistake(err); n != want || ok != (want > 0) {
			t.Errorf("%s: character %d, %v; want %d", query, n, ok, want)
		}
	}
}
