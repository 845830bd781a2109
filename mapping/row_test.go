package mapping_test

import (
	"fmt"

	"overt"
	"overt/extract"
)

// A row is a record of a table for tests.
type row struct {
	header []string
	values []string
	number int64
}

func (r *row) At() overt.Locator            { return overt.Locator{Row: r.number} }
func (r *row) Columns() []string            { return r.header }
func (r *row) Each(string) []extract.Record { return nil }
func (r *row) Cells(name string) []extract.Cell {
	for i, h := range r.header {
		if (h == name || fmt.Sprintf("#%d", i+1) == name) && i < len(r.values) {
			return []extract.Cell{{Text: r.values[i], At: overt.Locator{Row: r.number, Column: h}}}
		}
	}
	return nil
}
