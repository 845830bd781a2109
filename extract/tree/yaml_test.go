package tree_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/extract"
	"overt/extract/tree"
)

func TestYAML(t *testing.T) {
	tests := []struct {
		name, in, selector string
		want               []string
		err                string
	}{
		{name: "one document", in: "# c\n---\na: 1.50\nb:\n- x\n- {c: yes, d: ~}\n'': 0x1F\n\"k/l\": |\n  two\n  lines\n", want: []string{
			"[] a=1.50 b=x b/*/c=yes ~=0x1F k~1l=two\nlines\n"}},
		{name: "selected", in: "r:\n- a: 1\n- a: 2\n- null\n", selector: "/r/*", want: []string{"[/r/0] a=1", "[/r/1] a=2"}},
		{name: "by name through lists", in: "r:\n- a: [1, 2]\n- a: 3\n", selector: "/r/a", want: []string{"[/r/0/a/0] .=1", "[/r/0/a/1] .=2", "[/r/1/a] .=3"}},
		{name: "list at the top", in: "- a: 1\n- a: 2\n", want: []string{"[/0] a=1", "[/1] a=2"}},
		{name: "several documents", in: "%YAML 1.1\n---\na: 1\n--- # next\n- b: 2\n...\n---\n# nothing but words\n---\nc: '---'\n", want: []string{
			"[row 1] a=1", "[row 2, /0] b=2", "[row 3] c=---"}},
		{name: "anchors and merges", in: "x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}\nz: *x\n", want: []string{"[] x/a=1 x/b=2 y/b=3 y/a=1 z/a=1 z/b=2"}},
		{name: "keys twice and odd keys", in: "a: 1\na: 2\n? [x]\n: 3\n", want: []string{"[] a=1 a=2"}},
		{name: "utf-16", in: "\xff\xfea\x00:\x00 \x00\xfc\x00\n\x00", want: []string{"[] a=ü"}},
		{name: "binary", in: "a: !!binary |\n  aGVs\n  bG8=\n", want: []string{"[] a=aGVsbG8="}},
		{name: "wrong", in: "a: secret\n  b: [\n", err: "read YAML: line 2 of the document"},
		{name: "alias of nothing", in: "a: *secret\n", err: "read YAML: unknown anchor"},
		{name: "wrong in one of several", in: "---\na: 1\n---\nb: [\n---\nc: 3\n", want: []string{"[row 1] a=1", "! row 2: read YAML: line 2 of the document: did not find expected node content", "[row 3] c=3"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := tree.Open(t.Context(), source(tt.in), tree.Options{Format: extract.YAML})
			if err != nil {
				t.Fatal(err)
			}
			got, err := dump(t, r, tt.selector)
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Error(d)
			}
			if tt.err == "" && err != nil || tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "secret") || overt.CodeOf(err) != overt.Invalid) {
				t.Errorf("error %v, want %q", err, tt.err)
			}
		})
	}
}

// TestYAMLHostile: documents that would take much more memory than their bytes.
func TestYAMLHostile(t *testing.T) {
	laughs := "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
	for i := range 9 {
		laughs += fmt.Sprintf("a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i), 10), ","))
	}
	for name, tt := range map[string]struct{ in, want string }{
		"aliases of aliases": {laughs, "the record is too large"},
		"an alias of itself": {"a: &a [*a]\n", ""},
		"deep":               {strings.Repeat("[", 100_000), "YAML"},
		"deep in blocks":     {strings.Repeat("- ", 3000) + "x", "levels"},
		"many small values":  {"[" + strings.Repeat("a,", 1<<20) + "a]", "the document is too large"},
		"a long document":    {"a: " + strings.Repeat("x", 2<<20), "the document is too large"},
		"a long value":       {"a: " + strings.Repeat("x", 1<<20), "a value is too long"},
	} {
		r, err := tree.Open(t.Context(), source(tt.in), tree.Options{Format: extract.YAML, Limits: extract.Limits{Row: 2 << 20, Field: 1 << 19}})
		if err != nil {
			t.Fatal(err)
		}
		for _, err = range r.Records(t.Context(), "") {
		}
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
}

func FuzzYAML(f *testing.F) {
	for _, s := range []string{"a: [1, {b: c}]\n---\n- x\n", "&a a: *a\n", "? {a: b}\n: !!binary aGk=\n<<: [{x: 1}]\n", "...\n%TAG\n--- |\n x"} {
		f.Add(s, "/a/*")
		f.Add(s, "")
	}
	f.Fuzz(func(t *testing.T, in, selector string) { fuzzTree(t, in, selector, extract.YAML) })
}
