package extract

import (
	"encoding/binary"

	"overt"
)

// Columns are what the rows of one table share: its name for locators, and the
// names of its columns in source order, without duplicates.
type Columns struct {
	Table string
	Names []string
	index map[string]int
}

// NewColumns gives the columns of a table; names must be unique.
func NewColumns(table string, names []string) *Columns {
	c := &Columns{Table: table, Names: names, index: make(map[string]int, len(names))}
	for i, n := range names {
		c.index[n] = i
	}
	return c
}

// A Value is what one column of a row holds.
type Value struct {
	Text string
	Raw  string // see Cell.Raw
	None bool   // the row has no value here, not even an empty one
}

// Row makes a record of the values of a row, in the order of the columns. Those
// at the end may be left out.
func (c *Columns) Row(row int64, values []Value) Record { return &tableRow{c, row, values} }

type tableRow struct {
	columns *Columns
	row     int64
	values  []Value
}

func (r *tableRow) At() overt.Locator { return overt.Locator{Table: r.columns.Table, Row: r.row} }

func (r *tableRow) Columns() []string { return r.columns.Names }

func (r *tableRow) Each(string) []Record { return nil }

func (r *tableRow) Cells(path string) []Cell {
	i, ok := r.columns.index[path]
	if !ok {
		i, ok = ColumnNumber(path, len(r.columns.Names))
	}
	if !ok || i >= len(r.values) || r.values[i].None {
		return nil
	}
	at := r.At()
	at.Column = r.columns.Names[i]
	return []Cell{{Text: r.values[i].Text, Raw: r.values[i].Raw, At: at}}
}

// AppendContent writes the values, each with its length before it: what there
// is of one, the text, and what stood there where the text is a reading of it.
func (r *tableRow) AppendContent(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(r.values)))
	for _, v := range r.values {
		if v.None {
			dst = append(dst, 0)
			continue
		}
		dst = append(dst, 1)
		for _, s := range []string{v.Text, v.Raw} {
			dst = append(binary.AppendUvarint(dst, uint64(len(s))), s...)
		}
	}
	return dst
}
