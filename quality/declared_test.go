package quality

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt/extract"
)

func TestFewerThanDeclared(t *testing.T) {
	for _, tt := range []struct {
		name  string
		count int64
		want  []string
	}{{"as many", 5, nil}, {"more than it says", 3, nil}, {"fewer", 6, []string{"fewer-than-declared"}}} {
		w := watch(t, Config{}, rows(5, func(int) []string { return []string{"a=1", "b=2"} }))
		w.Declare("file.csv", []extract.Declared{{Name: "/total", Count: tt.count}})
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
	w.Declare("0.xml", []extract.Declared{{Name: "the link to the last page", Count: 21, AtLeast: true}})
	w.Again("1 copy.xml")
	if d := cmp.Diff([]string{"fewer-than-declared"}, codes(w)); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}
