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
	Blank bool // what a row of texts leaves out at its end is an empty value, not none
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

// find gives the index of a column by its name, or by its number ("#3").
func (c *Columns) find(path string) (i int, ok bool) {
	if i, ok = c.index[path]; ok {
		return i, true
	}
	return ColumnNumber(path, len(c.Names))
}

// Texts makes a record of a row that is text alone, in the order of the
// columns. Those at the end may be left out.
func (c *Columns) Texts(row int64, values []string) Record { return &textRow{rowOf{c, row}, values} }

// A Value is what one column of a row holds.
type Value struct {
	Text string
	Raw  string // see Cell.Raw
	None bool   // the row has no value here, not even an empty one
}

// Row makes a record of the values of a row, in the order of the columns. Those
// at the end may be left out.
func (c *Columns) Row(row int64, values []Value) Record { return &valueRow{rowOf{c, row}, values} }

// rowOf is what all rows have.
type rowOf struct {
	columns *Columns
	row     int64
}

func (r *rowOf) At() overt.Locator { return overt.Locator{Table: r.columns.Table, Row: r.row} }

func (r *rowOf) Columns() []string { return r.columns.Names }

func (r *rowOf) Each(string) []Record { return nil }

func (r *rowOf) cell(i int, v Value) []Cell {
	at := overt.Locator{Table: r.columns.Table, Row: r.row, Column: r.columns.Names[i]}
	return []Cell{{Text: v.Text, Raw: v.Raw, At: at}}
}

type textRow struct {
	rowOf
	values []string
}

func (r *textRow) Cells(path string) []Cell {
	i, ok := r.columns.find(path)
	switch {
	case !ok:
		return nil
	case i < len(r.values):
		return r.cell(i, Value{Text: r.values[i]})
	case r.columns.Blank:
		return r.cell(i, Value{})
	}
	return nil
}

// AppendContent writes the texts, each with its length before it.
func (r *textRow) AppendContent(dst []byte) []byte {
	for _, v := range r.values {
		dst = AppendText(dst, v)
	}
	return dst
}

type valueRow struct {
	rowOf
	values []Value
}

func (r *valueRow) Cells(path string) []Cell {
	i, ok := r.columns.find(path)
	if !ok || i >= len(r.values) || r.values[i].None {
		return nil
	}
	return r.cell(i, r.values[i])
}

// AppendContent writes the values, each with its length before it: what there
// is of one, the text, and what stood there where the text is a reading of it.
func (r *valueRow) AppendContent(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(r.values)))
	for _, v := range r.values {
		if v.None {
			dst = append(dst, 0)
			continue
		}
		dst = AppendText(AppendText(append(dst, 1), v.Text), v.Raw)
	}
	return dst
}

// AppendText appends a text with its length before it, as AppendContent does.
func AppendText(dst []byte, s string) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(s))), s...)
}
