package mapping

import (
	"slices"
	"testing"
)

// Missing names what a table lacks, once each, and follows the same rules of
// equality as reading does.
func TestMissing(t *testing.T) {
	m, err := Parse("m.yaml", []byte(`
name: m
queries:
  - entities:
      a: {schema: Company, key: Firm No, properties: {name: name, alias: {first: [Old Name, Trade name]}, country: Land}}
`))
	if err != nil {
		t.Fatal(err)
	}
	got := m.Queries[0].Missing([]string{"firm_no", "Name", "trade name"})
	if want := []string{"Old Name", "Land"}; !slices.Equal(got, want) {
		t.Errorf("missing %q, want %q", got, want)
	}
}
