package quality

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/extract"
)

func TestDeclared(t *testing.T) {
	last := func(n int64) []Declaration { return []Declaration{{"the link to the last page", n, true}} }
	tests := []struct {
		name   string
		format extract.Format
		text   string
		want   []Declaration
	}{
		{"a total beside the list", extract.JSON, `{"meta":{"total":12},"data":[{"total":5}]}`, []Declaration{{"/meta/total", 12, false}}},
		{"OpenSearch", extract.JSON, `{"hits":{"total":{"value":10000,"relation":"gte"},"hits":[]}}`, []Declaration{{"/hits/total/value", 10000, false}}},
		{"a count first", extract.JSON, "\ufeff" + `{"count":2341,"total_pages":118,"results":[]}`, []Declaration{{"/count", 2341, false}}},
		{"in a record only", extract.JSON, `[{"total":5}]`, nil},
		{"not a whole number", extract.JSON, `{"total":12.5,"count":-3}`, nil},
		{"of something else", extract.JSON, `{"metrics":{"total":4},"data":[]}`, nil},
		{"too deep", extract.JSON, `{"meta":{"meta":{"meta":{"total":4}}}}`, nil},
		{"broken", extract.JSON, `{"a":[1,2`, nil},
		{"a feed's last page", extract.XML, `<feed><link rel="last" href="https://f.example/x?s=1&amp;start=130"/><entry/></feed>`, last(131)},
		{"OpenSearch in XML", extract.XML, `<r xmlns:o="u"><o:totalResults> 77 </o:totalResults></r>`, []Declaration{{"totalResults", 77, false}}},
		{"a hostile start", extract.XML, `<feed><link rel="last" href="?start=9223372036854775807"/></feed>`, nil},
		{"a table", extract.CSV, "total\n5\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Declared(extract.Info{Format: tt.format}, strings.NewReader(tt.text))
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

func TestFewerThanDeclared(t *testing.T) {
	for _, tt := range []struct {
		name  string
		count int64
		want  []string
	}{{"as many", 5, nil}, {"more than it says", 3, nil}, {"fewer", 6, []string{"fewer-than-declared"}}} {
		w := watch(t, Config{}, rows(5, func(int) []string { return []string{"a=1", "b=2"} }))
		w.Declare("file.csv", []Declaration{{"/total", tt.count, false}})
		if d := cmp.Diff(tt.want, codes(w)); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
}

// TestDeclaredAgain: a page that came twice does not hide one that is missing.
func TestDeclaredAgain(t *testing.T) {
	w := New(Config{})
	for _, page := range []string{"0.xml", "1.xml", "1 copy.xml"} {
		w.Begin(page, "/entry", extract.Info{}, nil)
		for i := range 10 {
			w.Record(row(i, "a=1"))
		}
		w.End(true)
	}
	w.Declare("0.xml", []Declaration{{"the link to the last page", 21, true}})
	w.Again("1 copy.xml")
	if d := cmp.Diff([]string{"fewer-than-declared"}, codes(w)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func FuzzDeclared(f *testing.F) {
	f.Add("json", `{"meta":{"total":12},"data":[{"total":5}]}`)
	f.Add("xml", `<feed><link rel="last" href="?start=130"/><total>4</total></feed>`)
	f.Fuzz(func(t *testing.T, format, text string) {
		for _, d := range Declared(extract.Info{Format: extract.Format(format)}, strings.NewReader(text)) {
			if d.Count < 0 {
				t.Errorf("%+v", d)
			}
		}
	})
}
