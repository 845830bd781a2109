package mapping_test

import (
	"strings"
	"testing"

	"overt/extract"
	"overt/extract/open"
	"overt/mapping"
)

func TestExpected(t *testing.T) {
	const rest = "\nentities: {a: {schema: Company, key: id}}"
	const last = `expects: {rows: /feed/link, when: {column: "@rel", is: last}, column: "@href", pattern: 'start=(\d+)', plus: 1}`
	for _, tt := range []struct {
		name, yaml, text string
		want             int64
	}{
		{"the last page", last, `<feed><link rel="next" href="?start=70"/><link rel="last" href="?start=50"/></feed>`, 51},
		{"the greatest counts", last, `<feed><link rel="last" href="?start=5"/><link rel="last" href="?start=7"/></feed>`, 8},
		{"no such link", last, `<feed><link rel="next" href="?start=70"/></feed>`, 0},
		{"not a number", last, `<feed><link rel="last" href="?start=x"/></feed>`, 0},
		{"a number that is no count", last, `<feed><link rel="last" href="?start=99999999999999999999"/></feed>`, 0},
		{"a mapping that does not say", "pages: folder", `<feed><link rel="last" href="?start=5"/></feed>`, 0},
		{"a count", `expects: {rows: /meta, column: total}`, `{"meta":{"total":12}}`, 12},
	} {
		name := "x.xml"
		if strings.HasPrefix(tt.text, "{") {
			name = "x.json"
		}
		m := parse(t, tt.yaml+rest)
		parts, err := open.Open(t.Context(), textSource(name, tt.text), open.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := m.Expected(t.Context(), parts[0].Reader); err != nil || got != tt.want {
			t.Errorf("%s: got %d, %v, want %d", tt.name, got, err, tt.want)
		}
	}
}

func TestPagesRefused(t *testing.T) {
	const rest = "\nentities: {a: {schema: Company, key: id}}"
	for text, want := range map[string]string{
		"pages: archive" + rest:                              "pages must be folder",
		"expects: {rows: /a}" + rest:                         "a value needs column",
		"expects: {column: a, plus: -1}" + rest:              "plus",
		"expects: {column: a, key: b}" + rest:                `unknown key "key"`,
		"detect: {contains: ['(']}" + rest:                   "contains",
		"detect: {top: [a], contains: ['(a)(b)']}" + rest:    "one group",
		"expects: {column: a, when: {column: x}}" + rest:     "a test needs",
		"expects: {column: a, pattern: '(a)(b)'}" + rest:     "one group",
		"pages: folder\npages: folder" + rest:                "pages",
		"expects: {column: a, lookup: no_such_table}" + rest: "no_such_table",
	} {
		if _, err := mapping.Parse("m.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", text, err, want)
		}
	}
	if m := parse(t, "pages: folder"+rest); !m.Pages {
		t.Error("pages: folder is not told")
	}
}

func TestDetectTop(t *testing.T) {
	m := parse(t, "detect: {top: [ocid, tag]}\nentities: {a: {schema: Company, key: id}}")
	for text, want := range map[string]bool{
		`{"ocid":"1","x":{"y":[1,{"z":2}]},"tag":["a"]}`: true,
		`[{"ocid":"1","tag":[]}]`:                        true,
		"\ufeff" + `{"tag":1,"ocid":2}`:                  true,
		`{"releases":[{"ocid":"1","tag":[]}]}`:           false,
		`{"ocid":"tag"}`:                                 false,
		`[{"a":1},{"ocid":"1","tag":[]}]`:                false,
		`{"ocid":1,"tag":`:                               true, // the head ends there
		``:                                               false,
		`[[[[`:                                           false,
		`{"ocid":[{"tag":1}]}`:                           false,
	} {
		got := mapping.DetectAmong([]*mapping.Mapping{m}, mapping.Head{Info: extract.Info{Format: extract.JSON}, Bytes: []byte(text)})
		if (len(got) == 1) != want {
			t.Errorf("%s: got %v, want %v", text, got, want)
		}
	}
}

// FuzzTopKeys holds that no head of a file breaks the detection.
func FuzzTopKeys(f *testing.F) {
	f.Add([]byte(`{"ocid":"1","tag":[{"a":{}}]}`))
	f.Add([]byte(`[{"ocid":1}]`))
	m, err := mapping.Parse("m.yaml", []byte("detect: {top: [ocid], contains: ['a+']}\nentities: {a: {schema: Company, key: id}}"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, head []byte) {
		mapping.DetectAmong([]*mapping.Mapping{m}, mapping.Head{Info: extract.Info{Format: extract.JSON}, Bytes: head})
	})
}
