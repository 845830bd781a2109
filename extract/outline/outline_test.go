package outline

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"overt"
	"overt/extract"
)

func of(t testing.TB, format extract.Format, text string, s extract.Sought) extract.Outline {
	t.Helper()
	o, err := Of(format, []byte(text), s)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Check(s); err != nil {
		t.Errorf("an outline that would be refused: %v", err)
	}
	return o
}

// TestSought: of the words sought those are told that are there, in the order
// sought.
func TestSought(t *testing.T) {
	words := []string{"a", "b", "c"}
	all := extract.Sought{Keys: words, Top: words, Elements: words, Patterns: []string{"c$", "^.a"}}
	for _, tt := range []struct {
		name   string
		format extract.Format
		text   string
		want   [4]string // keys, top, elements, patterns
	}{
		{"an object", extract.JSON, `{"b":{"a":1},"c":[]}`, [4]string{"a b c", "b c", "", ""}},
		{"a list", extract.JSON, "\ufeff" + `[{"a":"b","c":{}},{"b":1}]`, [4]string{"a b c", "a c", "", ""}},
		{"cut off", extract.JSON, `{"a":1,"b`, [4]string{"a", "a", "", ""}},
		{"elements", extract.XML, `<x:a n="b"/><b >c</b><cc/> c`, [4]string{"b", "", "a b", "c$"}},
		{"no elements", extract.JSON, `<a><b>`, [4]string{"", "", "", "^.a"}},
		{"in YAML", extract.YAML, "a: 1\n\"b\": 2\nc\n", [4]string{"a b", "", "", ""}},
		{"nothing", extract.Empty, "", [4]string{}},
	} {
		o := of(t, tt.format, tt.text, all)
		got := [4]string{strings.Join(o.Keys, " "), strings.Join(o.Top, " "), strings.Join(o.Elements, " "), strings.Join(o.Patterns, " ")}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	if _, err := Of(extract.JSON, nil, extract.Sought{Patterns: []string{"("}}); overt.CodeOf(err) != overt.Internal {
		t.Errorf("a pattern that is none gives %v", err)
	}
}

func TestFirst(t *testing.T) {
	s := extract.Sought{Fields: []string{"id", "o", "x"}}
	fields := map[string]extract.Field{"id": {Kind: extract.TextField, Text: "ä"}}
	for _, tt := range []struct {
		name, text string
		want       *extract.First
	}{
		{"lines", "\ufeff {\"id\":\"ä\",\"y\":1}\n{", &extract.First{Fields: fields}},
		{"a list", `[{"id":"ä"},7]`, &extract.First{Listed: true, Fields: fields}},
		{"an answer", `{"total":{"a":1},"results":[{"id":"ä"}`, &extract.First{Rows: "/results/*", Listed: true, Fields: fields}},
		{"answers", `{"responses":{"q":{"results":[{"id":"ä"}]}}}`, &extract.First{Rows: "/responses/*/results/*", Listed: true, Fields: fields}},
		{"kinds", `{"id":null,"o":{"a":"b","c":"d"},"x":[1]}`, &extract.First{Fields: map[string]extract.Field{
			"id": {Kind: extract.NullField}, "o": {Kind: extract.ObjectField, Texts: 2}, "x": {Kind: extract.OtherField},
		}}},
		{"not all texts", `{"o":{"a":1}}`, &extract.First{Fields: map[string]extract.Field{"o": {Kind: extract.ObjectField, Texts: -1}}}},
		{"cut off", `{"id":"a`, nil}, {"a list of nothing", `[]`, nil}, {"a number", `7`, nil}, {"none", ``, nil},
	} {
		if d := cmp.Diff(tt.want, of(t, extract.JSON, tt.text, s).First); d != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, d)
		}
	}
}

func TestPaths(t *testing.T) {
	tests := []struct {
		name   string
		format extract.Format
		in     string
		want   string
	}{
		{"object", extract.JSON, "\xef\xbb\xbf" + `{"meta": {"on": "2024"}, "firms": [{"no": 1, "staff": [{"ref": null}, {"ref": 2, "old": true}]}]}`,
			"/meta/on /firms/*/no /firms/*/staff/*/ref /firms/*/staff/*/old"},
		{"list", extract.JSON, `[{"a": "b", "c": "d"}, {"a": {}, "e": [1, [2]]}]`, "/*/a /*/c /*/e/* /*/e/*/*"},
		{"cut off", extract.JSON, `{"a": 1, "b": {"c": "d`, "/a"},
		{"no JSON", extract.JSON, `}`, ""},
		{"bare value", extract.JSON, `7`, ""},
		{"deep", extract.JSON, strings.Repeat(`{"a":`, 1000), ""},
		{"xml", extract.XML, `<x:list xmlns:x="u"><firm no="1"><name>A</name></firm><firm no="2"><name>B</name><x:on>C</x:on></firm>`,
			"/list/firm/@no /list/firm/name /list/firm/on"},
		{"hostile xml", extract.XML, `</a></b><!DOCTYPE x [<!ENTITY a "b">]><c>d</c>`, "/c"},
		{"in another encoding", extract.XML, `<?xml version="1.0" encoding="ISO-8859-1"?><a>b</a>`, "/a"},
		{"long names", extract.JSON, `{"` + strings.Repeat("ä", extract.MaxNamed) + `":1}`, "/" + strings.Repeat("ä", extract.MaxNamed/2-3)},
		{"text", extract.YAML, "a: 1", ""},
	}
	for _, tt := range tests {
		if got := strings.Join(of(t, tt.format, tt.in, extract.Sought{Paths: true}).Paths, " "); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func TestDeclared(t *testing.T) {
	last := func(n int64) []extract.Declared {
		return []extract.Declared{{Name: "the link to the last page", Count: n, AtLeast: true}}
	}
	tests := []struct {
		name   string
		format extract.Format
		text   string
		want   []extract.Declared
	}{
		{"a total beside the list", extract.JSON, `{"meta":{"total":12},"data":[{"total":5}]}`, []extract.Declared{{Name: "/meta/total", Count: 12}}},
		{"OpenSearch", extract.JSON, `{"hits":{"total":{"value":10000,"relation":"gte"},"hits":[]}}`, []extract.Declared{{Name: "/hits/total/value", Count: 10000}}},
		{"a count first", extract.JSON, "\ufeff" + `{"count":2341,"total_pages":118,"results":[]}`, []extract.Declared{{Name: "/count", Count: 2341}}},
		{"in a record only", extract.JSON, `[{"total":5}]`, nil},
		{"not a whole number", extract.JSON, `{"total":12.5,"count":-3}`, nil},
		{"of something else", extract.JSON, `{"metrics":{"total":4},"data":[]}`, nil},
		{"too deep", extract.JSON, `{"meta":{"meta":{"meta":{"total":4}}}}`, nil},
		{"broken", extract.JSON, `{"a":[1,2`, nil},
		{"a feed's last page", extract.XML, `<feed><link rel="last" href="https://f.example/x?s=1&amp;start=130"/><entry/></feed>`, last(131)},
		{"OpenSearch in XML", extract.XML, `<r xmlns:o="u"><o:totalResults> 77 </o:totalResults></r>`, []extract.Declared{{Name: "totalResults", Count: 77}}},
		{"a hostile start", extract.XML, `<feed><link rel="last" href="?start=9223372036854775807"/></feed>`, nil},
		{"a table", extract.CSV, "total\n5\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if d := cmp.Diff(tt.want, of(t, tt.format, tt.text, extract.Sought{Declared: true}).Declared); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// TestCheck: an outline of another process holds what was sought and no more.
func TestCheck(t *testing.T) {
	s := extract.Sought{Keys: []string{"a", "b"}, Fields: []string{"f"}, Paths: true, Declared: true}
	field := func(name string, f extract.Field) *extract.First {
		return &extract.First{Fields: map[string]extract.Field{name: f}}
	}
	for name, o := range map[string]extract.Outline{
		"a key not sought": {Keys: []string{"c"}}, "twice": {Keys: []string{"a", "a"}}, "another list": {Top: []string{"a"}},
		"many paths": {Paths: make([]string, extract.MaxPaths+1)}, "many totals": {Declared: make([]extract.Declared, extract.MaxDeclared+1)},
		"less than none": {Declared: []extract.Declared{{Count: -1}}}, "no text": {Paths: []string{"\xff"}},
		"a long text":        {First: field("f", extract.Field{Text: strings.Repeat("x", extract.MaxNamed+1)})},
		"a field not sought": {First: field("g", extract.Field{})}, "members": {First: field("f", extract.Field{Texts: -2})},
		"rows": {First: &extract.First{Rows: strings.Repeat("/", extract.MaxNamed+1)}},
	} {
		if o.Check(s) == nil {
			t.Errorf("%s is taken", name)
		}
	}
	unasked := extract.Outline{Paths: []string{"/x"}}
	if unasked.Check(extract.Sought{}) == nil {
		t.Error("paths that were not sought are taken")
	}
	good := extract.Outline{Keys: []string{"a", "b"}, First: field("f", extract.Field{Kind: extract.TextField, Text: "x"}), Paths: []string{"/x"}}
	if err := good.Check(s); err != nil {
		t.Error(err)
	}
}

// FuzzOutline: whatever the bytes are, what is told of them is within the bounds.
func FuzzOutline(f *testing.F) {
	for _, text := range []string{`{"a": [{"b": 1}, ["c"]], "total": 7}`, `<a b="c"><d>e</d><link rel="last" href="?start=5"/></a>`, `[{"id":"x","o":{"a":"b"}}]`, "a: 1"} {
		f.Add([]byte(text))
	}
	s := extract.Sought{Keys: []string{"a"}, Top: []string{"a"}, Elements: []string{"a", "d"}, Patterns: []string{"a+"}, Fields: []string{"id", "o"}, Paths: true, Declared: true}
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, format := range []extract.Format{extract.JSON, extract.XML, extract.YAML, extract.CSV} {
			of(t, format, string(in), s)
		}
	})
}
