package mapping_test

import (
	"testing"

	"overt/extract/open"
)

// TestSeriesOf holds that files of one form are told apart by what they say.
func TestSeriesOf(t *testing.T) {
	const entity = "\nentities: {a: {schema: Company, key: id}}"
	for _, tt := range []struct{ yaml, text, want string }{
		{"series: list", "id,act\n1,A\n", "list"},
		{"series: 'list-{{act}}'", "id,act\n1,A\n2,B\n", "list-A"},
		{"series: 'list-{{act}}'", "id,act\n1,\n2, B \n", "list-B"},
		{"series: 'list-{{act}}-{{id}}'", "id,act\n1,\n2,B\n", "list-B-2"},
		{"series: 'list-{{act}}'", "id,other\n1,A\n", ""},
		{"series: 'list-{{act}}'", "id,act\n1,\n", ""},
		{"", "id,act\n1,A\n", ""},
	} {
		m := parse(t, tt.yaml+entity)
		parts, err := open.Open(t.Context(), textSource("x.csv", tt.text), open.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := m.SeriesOf(t.Context(), parts[0].Reader); err != nil || got != tt.want {
			t.Errorf("%s of %q: got %q, %v, want %q", tt.yaml, tt.text, got, err, tt.want)
		}
	}
	if got, err := parse(t, "series: 'a{{b}}'"+entity).SeriesOf(t.Context(), nil); err != nil || got != "" {
		t.Errorf("of no reader: got %q, %v", got, err)
	}
}
