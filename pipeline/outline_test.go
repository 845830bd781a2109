package pipeline

import (
	"strings"
	"testing"

	"overt/extract"
)

func TestOutline(t *testing.T) {
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
		{"text", extract.YAML, "a: 1", ""},
	}
	for _, tt := range tests {
		if got := strings.Join(outline(tt.format, []byte(tt.in)), " "); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

func FuzzOutline(f *testing.F) {
	f.Add([]byte(`{"a": [{"b": 1}, ["c"]]}`))
	f.Add([]byte(`<a b="c"><d>e</d></a>`))
	f.Fuzz(func(t *testing.T, in []byte) {
		for _, format := range []extract.Format{extract.JSON, extract.XML} {
			if n := len(outline(format, in)); n > 2*maxPaths {
				t.Errorf("%d paths", n)
			}
		}
	})
}
