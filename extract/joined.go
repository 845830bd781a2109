package extract

import (
	"encoding/binary"

	"overt"
)

// Joined are the columns of rows whose cells stand in one table or several, each
// with rows of its own.
type Joined struct {
	Tables []string // as locators name them
	Names  []string // of the columns, unique
	Of     []int    // by column: which table it stands in
	Shown  []string // by column: its name in locators
	// Single says that the rows are those of one table: they can be compared with
	// rows of a later state. Of a join the cells move each for itself.
	Single bool
	index  map[string]int
}

// Index makes columns ready for use, once its fields are set.
func (j *Joined) Index() *Joined {
	j.index = make(map[string]int, len(j.Names))
	for i, n := range j.Names {
		j.index[n] = i
	}
	return j
}

// At gives the place of a column in a row, whose numbers are by table.
func (j *Joined) At(numbers []int64, column int) overt.Locator {
	t := j.Of[column]
	return overt.Locator{Table: j.Tables[t], Row: numbers[t], Column: j.Shown[column]}
}

// Row makes a record of the numbers of its rows, by table, and of its values, by
// column.
func (j *Joined) Row(numbers []int64, values []Value) Record {
	r := &joinedRow{j, numbers, values}
	if j.Single {
		return wholeRow{r}
	}
	return r
}

type joinedRow struct {
	columns *Joined
	numbers []int64
	values  []Value
}

// At gives the row of the first table.
func (r *joinedRow) At() overt.Locator {
	return overt.Locator{Table: r.columns.Tables[0], Row: r.numbers[0]}
}

func (r *joinedRow) Columns() []string { return r.columns.Names }

func (r *joinedRow) Each(string) []Record { return nil }

func (r *joinedRow) Cells(path string) []Cell {
	i, ok := r.columns.index[path]
	if !ok {
		i, ok = ColumnNumber(path, len(r.values))
	}
	if !ok || r.values[i].None {
		return nil
	}
	return []Cell{{Text: r.values[i].Text, At: r.columns.At(r.numbers, i)}}
}

// A wholeRow is a row of one table, which can be compared.
type wholeRow struct{ *joinedRow }

// AppendContent writes the values, each with one more than its length before
// it, and 0 for NULL.
func (r wholeRow) AppendContent(dst []byte) []byte {
	for _, v := range r.values {
		if v.None {
			dst = append(dst, 0)
			continue
		}
		dst = append(binary.AppendUvarint(dst, uint64(len(v.Text))+1), v.Text...)
	}
	return dst
}
