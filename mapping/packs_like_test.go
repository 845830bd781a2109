package mapping

import (
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestUnder(t *testing.T) {
	for _, tt := range []struct{ name, in, want, err string }{
		{
			name: "places", in: `
under: [{rows: /a/*}, {rows: /b/*, each: [x, y], versions: v}]
queries: [&one {name: n, each: p, fields: {f: c}}, {<<: *one, each: [p, q]}, {name: m}]`,
			want: `
queries:
  - {name: n, each: p, fields: {f: c}, rows: /a/*}
  - {name: n, each: [p, q], fields: {f: c}, rows: /a/*}
  - {name: m, rows: /a/*}
  - {name: n, each: [x, y, p], fields: {f: c}, rows: /b/*, versions: v}
  - {name: n, each: [x, y, p, q], fields: {f: c}, rows: /b/*, versions: v}
  - {name: m, each: [x, y], rows: /b/*, versions: v}`,
		},
		{name: "none", in: "queries: [{name: n}]", want: "queries: [{name: n}]"},
		{name: "a key of both", in: "{under: [{rows: a}], queries: [{rows: b}]}", err: `a query that has a key "rows" itself`},
		{name: "no list", in: "{under: {rows: a}, queries: [{name: n}]}", err: "not a list of places for queries"},
		{name: "no queries", in: "under: [{rows: a}]", err: "not a list of places for queries"},
		{name: "no mapping", in: "{under: [a], queries: [{name: n}]}", err: "a place or a query that is not a mapping"},
	} {
		top, err := topOf([]byte(tt.in))
		if err != nil {
			t.Fatal(err)
		}
		err = under(top)
		if tt.err != "" {
			if err == nil || err.Error() != tt.err {
				t.Errorf("%s: %v, want %s", tt.name, err, tt.err)
			}
			continue
		}
		if got, want := plain(t, top), plainText(t, tt.want); err != nil || got != want {
			t.Errorf("%s: %v\n%s\nwant\n%s", tt.name, err, got, want)
		}
	}
}

// plain writes a node anew, without anchors.
func plain(t *testing.T, n *yaml.Node) string {
	t.Helper()
	text, err := yaml.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	return plainText(t, string(text))
}

func plainText(t *testing.T, text string) string {
	t.Helper()
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	out, err := yaml.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
