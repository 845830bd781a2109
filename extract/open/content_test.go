package open

import (
	"io"
	"strings"
	"testing"

	"overt/extract"
)

// contents writes what each record of a text holds.
func contents(t *testing.T, text, selector string) (out []string) {
	t.Helper()
	src := extract.Source{Name: "x", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }}
	parts, err := Open(t.Context(), src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for rec, err := range parts[0].Reader.Records(t.Context(), selector) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(rec.(extract.Contenter).AppendContent(nil)))
	}
	return out
}

// What two records hold is written alike exactly when only their places differ.
func TestContent(t *testing.T) {
	for _, c := range []struct{ name, text, selector, same string }{
		{"rows", "id,name,n\n1,ab,c\n1,a,bc\n1,ab,c\n\n1,ab,\n1,ab,c\n", "", "ab.aca"},
		{"names", "$TTL 3600\na.example. IN NS n.example.\nb.example. IN NS n.example.\na.example. IN NS n.example.\n", "", "aba"},
		{"objects", `[{"a":1,"b":[{}]},{"a":1,"b":[]},{"b":[{}],"a":1},{"a":1,"b":[{}]},{"a":"1","b":[{}]},{"a":null,"b":[{}]}]`, "", "abcaad"},
		{"lists", `{"d":[{"x":[1,[2]]},{"x":[[1],2]},{"x":[null,1,[2]]},{"x":[1,[2]]}]}`, "/d/*", "abca"},
		{"elements", `<f><e k="1">t<a/></e><e><k>1</k>t<a/></e><e k="1">t<a/></e><e k="1"><a>t</a></e></f>`, "/f/e", "abac"},
	} {
		seen, got := map[string]byte{}, ""
		for _, text := range contents(t, c.text, c.selector) {
			if seen[text] == 0 {
				seen[text] = byte('a' + len(seen))
			}
			got += string(seen[text])
		}
		if want := strings.ReplaceAll(c.same, ".", ""); got != want {
			t.Errorf("%s: %s are alike, want %s", c.name, got, want)
		}
	}
}
