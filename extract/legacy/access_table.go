package legacy

import (
	"fmt"
	"slices"
)

// A table of a database.
type table struct {
	d        *database
	name     string
	page     int64
	columns  []column
	variable int   // how many columns have no fixed size
	used     int64 // pointer to the map of its pages
	given    int64 // rows so far
}

type column struct {
	name   string
	kind   int
	number int // in the rows' map of what is there
	fixed  bool
	at     int // in the fixed part
	nth    int // of those without a fixed size
	size   int
	scale  int
}

// A layout is where things stand in the definition of a table.
type layout struct {
	columns, keys, used, start, keySize, columnSize    int
	number, variable, scale, flags, fixed, size, count int
}

var (
	layoutOld = layout{25, 31, 35, 43, 8, 18, 1, 3, 10, 13, 14, 16, 23}
	layoutNew = layout{45, 51, 55, 63, 12, 25, 5, 7, 12, 15, 21, 23, 43}
)

const (
	maxTableDef = 4 << 20 // bytes
	maxColumns  = 4096
)

// definition reads the pages of a table's definition.
func (d *database) definition(n int64) ([]byte, error) {
	var b []byte
	for first := true; n != 0; first = false {
		page, err := d.load(n)
		if err != nil {
			return nil, err
		}
		if page[0] != pageTable {
			return nil, bad("page %d does not define a table", n)
		}
		if n = u32(page, 4); first {
			b = append(b, page...)
		} else {
			b = append(b, page[8:]...)
		}
		if len(b) > maxTableDef {
			return nil, errTooMuch
		}
	}
	return b, nil
}

// table reads the definition of a table.
func (d *database) table(name string, page int64) (*table, error) {
	b, err := d.definition(page)
	if err != nil {
		return nil, err
	}
	l := layoutNew
	if d.old {
		l = layoutOld
	}
	n, keys := u16(b, l.columns), u32(b, l.keys)
	at := int64(l.start) + keys*int64(l.keySize)
	names := at + int64(n*l.columnSize)
	if n > maxColumns || names > int64(len(b)) {
		return nil, bad("the definition of the table is cut short")
	}
	t := &table{d: d, name: name, page: page, used: u32(b, l.used), variable: u16(b, l.count)}
	rest := b[names:]
	for i := range n {
		c := b[int(at)+i*l.columnSize:]
		col := column{kind: int(c[0]), number: u16(c, l.number), nth: u16(c, l.variable), fixed: c[l.flags]&1 != 0, at: u16(c, l.fixed), size: u16(c, l.size), scale: int(c[l.scale])}
		size, from := u16(rest, 0), 2
		if d.old && len(rest) > 0 {
			size, from = int(rest[0]), 1
		}
		if from+size > len(rest) {
			return nil, bad("the names of the columns are cut short")
		}
		if d.old {
			col.name = d.r.decoder(d.code)(string(rest[from : from+size]))
		} else {
			col.name = wide(rest[from : from+size])
		}
		rest = rest[from+size:]
		t.columns = append(t.columns, col)
	}
	slices.SortStableFunc(t.columns, func(a, b column) int { return a.number - b.number })
	return t, nil
}

// pages lists the pages of data of a table, by its map; where that is damaged,
// those that say that they are the table's.
func (t *table) pages() ([]int64, error) {
	list, err := t.d.usage(t.used)
	if err == nil {
		return list, nil
	}
	if over := t.d.r.over(); over != nil {
		return nil, over
	}
	t.d.r.note("map", "the map of the table's pages is damaged; its pages were looked for")
	if t.d.scans == nil {
		if err := t.d.scan(); err != nil {
			return nil, err
		}
	}
	return t.d.scans[t.page], nil
}

func (d *database) scan() error {
	d.scans = map[int64][]int64{}
	for n := int64(1); n < d.pages; n++ {
		if err := d.r.tick(); err != nil {
			return err
		}
		page, err := d.load(n)
		if err != nil {
			return err
		}
		if page[0] == pageData {
			of := u32(page, 4)
			d.scans[of] = append(d.scans[of], n)
		}
	}
	return nil
}

// usage reads a map of pages: bits from a first page on, or pages full of bits.
func (d *database) usage(pointer int64) ([]int64, error) {
	b, err := d.row(pointer)
	if err != nil {
		return nil, err
	}
	var list []int64
	bits := func(b []byte, first int64) {
		for i, c := range b {
			for bit := range int64(8) {
				if n := first + int64(i)*8 + bit; c>>bit&1 != 0 && n < d.pages {
					list = append(list, n)
				}
			}
		}
	}
	switch {
	case b[0] == 0 && len(b) >= 5:
		bits(b[5:], u32(b, 1))
		return list, nil
	case b[0] != 1:
		return nil, bad("a map of pages of an unknown kind")
	}
	per := (d.size - 4) * 8
	for i := int64(0); 1+4*i+4 <= int64(len(b)) && i*per < d.pages; i++ {
		n := u32(b, int(1+4*i))
		if n == 0 {
			continue
		}
		page, err := d.load(n)
		if err != nil {
			return nil, err
		}
		if page[0] != pageUsage {
			return nil, bad("page %d maps no pages", n)
		}
		bits(page[4:], i*per)
	}
	return list, nil
}

// rows calls f with the values of each row, in the order of the columns.
func (t *table) rows(f func([]value) error) error {
	pages, err := t.pages()
	if err != nil {
		return err
	}
	lost := 0
	for _, n := range pages {
		if err := t.d.r.tick(); err != nil {
			return err
		}
		page, err := t.d.load(n)
		if err != nil {
			return err
		}
		if page[0] != pageData || u32(page, 4) != t.page {
			continue
		}
		page = slices.Clone(page) // values lead to other pages
		for _, s := range t.d.rowsOf(page) {
			if s.deleted {
				continue
			}
			b := page[s.from:s.to]
			if s.moved {
				if b, err = t.d.row(u32(b, 0)); err != nil {
					lost++
					continue
				}
			}
			values, err := t.values(b)
			if err != nil {
				lost++
				continue
			}
			if err := f(values); err != nil {
				return err
			}
		}
	}
	if lost > 0 {
		return fmt.Errorf("%d rows of it are damaged", lost)
	}
	return nil
}

// values takes a row apart: the fixed values, those of other sizes, where they
// begin, and a bit for each column that has a value.
func (t *table) values(b []byte) ([]value, error) {
	head := 2
	if t.d.old {
		head = 1
	}
	if len(b) < head+1 {
		return nil, bad("a row of %d bytes", len(b))
	}
	columns := u16(b, 0)
	if t.d.old {
		columns = int(b[0])
	}
	mask := (columns + 7) / 8
	if mask+head > len(b) {
		return nil, bad("a row with more columns than bytes")
	}
	there := b[len(b)-mask:]
	var starts []int
	if t.variable > 0 {
		var err error
		if starts, err = t.starts(b, len(b)-mask); err != nil {
			return nil, err
		}
	}
	values := make([]value, len(t.columns))
	for i, c := range t.columns {
		has := c.number < columns && there[c.number/8]>>(c.number%8)&1 != 0
		if c.kind == 1 {
			values[i] = value{text: map[bool]string{true: "true", false: "false"}[has]}
			continue
		}
		if !has {
			continue
		}
		raw := b[:0]
		switch {
		case c.fixed:
			size := c.size
			if s := fixedSizes[c.kind]; s > 0 {
				size = s
			}
			if head+c.at+size > len(b)-mask {
				return nil, bad("a value outside of its row")
			}
			raw = b[head+c.at : head+c.at+size]
		case c.nth+1 < len(starts):
			from, to := starts[c.nth], starts[c.nth+1]
			if from < 0 || to < from || to > len(b)-mask {
				return nil, bad("a value outside of its row")
			}
			raw = b[from:to]
		}
		values[i] = t.d.value(c, raw)
	}
	return values, nil
}

// starts gives where the values without a fixed size begin, and where the last
// one ends; end is where the bits of what is there begin.
func (t *table) starts(b []byte, end int) ([]int, error) {
	if !t.d.old {
		n := u16(b, end-2)
		if end-2-2*(n+1) < 2 {
			return nil, bad("a row with more values than bytes")
		}
		starts := make([]int, n+1)
		for i := range starts {
			starts[i] = u16(b, end-4-2*i)
		}
		return starts, nil
	}
	// Places have one byte; jumps say from which value on they are 256 further.
	n := int(b[end-1])
	jumps := (len(b) - 1) / 256
	at := end - 2 - jumps
	if at >= 0 && (at-n)/256 < jumps {
		jumps--
		at++
	}
	if at-n < 1 {
		return nil, bad("a row with more values than bytes")
	}
	starts := make([]int, n+1)
	used := 0
	for i := range starts {
		for used < jumps && i == int(b[end-2-used]) {
			used++
		}
		starts[i] = int(b[at-i]) + 256*used
	}
	return starts, nil
}
