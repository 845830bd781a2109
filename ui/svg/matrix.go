package svg

import (
	"context"
	"fmt"
	"io"
)

// A Matrix is who can reach what: things in rows, parties in columns. A dash says
// that it was looked for and not found, a question mark that it was not looked
// for; their shapes differ, because they are not to be taken for each other.
type Matrix struct {
	Frame
	Rows, Columns []Header
	Cells         [][]Reach // by row, then column; what is missing was not looked for
}

// A Header is the name of a row or column.
type Header struct{ Label, Note, Href string }

// A Reach is one cell.
type Reach struct {
	State   State
	Text    string // "2 hops", for Found
	Href    string
	Sources int // 0 of what was found is drawn as unsourced
}

// A State is what is known of a cell; its zero is the cautious one.
type State int

// The states of a cell.
const (
	NotLooked State = iota
	NotFound
	Found
)

const (
	mostRows    = 200
	mostColumns = 24
)

func (m Matrix) check() error {
	if err := m.Frame.check(); err != nil {
		return err
	}
	for _, h := range append(append([]Header{}, m.Rows...), m.Columns...) {
		if err := checkLink(h.Href); err != nil {
			return err
		}
	}
	if len(m.Cells) > len(m.Rows) {
		return fmt.Errorf("matrix %s: %d rows of cells for %d rows", m.id(), len(m.Cells), len(m.Rows))
	}
	for i, row := range m.Cells {
		if len(row) > len(m.Columns) {
			return fmt.Errorf("matrix %s: row %d has %d cells for %d columns", m.id(), i+1, len(row), len(m.Columns))
		}
		for _, r := range row {
			if r.State < NotLooked || r.State > Found {
				return fmt.Errorf("matrix %s: row %d: state %d is not known", m.id(), i+1, r.State)
			}
			if err := checkLink(r.Href); err != nil {
				return err
			}
		}
	}
	return nil
}

// at gives a cell; one that is missing was not looked for.
func (m Matrix) at(row, column int) Reach {
	if row >= len(m.Cells) || column >= len(m.Cells[row]) {
		return Reach{}
	}
	return m.Cells[row][column]
}

func (m Matrix) words(r Reach) string {
	switch r.State {
	case Found:
		return m.say("%s, %s", r.Text, m.sources(r.Sources))
	case NotFound:
		return m.say("looked for, not found")
	}
	return m.say("not looked for")
}

// Table gives the same rows and columns, with words for the signs.
func (m Matrix) Table() (Table, error) {
	if err := m.check(); err != nil {
		return Table{}, err
	}
	t := Table{Caption: m.Title, Head: heads("")}
	for _, h := range m.Columns {
		t.Head = append(t.Head, Cell{Text: h.Label, Href: h.Href})
	}
	for i, h := range m.Rows {
		row := []Cell{{Text: h.Label, Href: h.Href}}
		for k := range m.Columns {
			r := m.at(i, k)
			row = append(row, Cell{Text: m.words(r), Href: r.Href})
		}
		t.Rows = append(t.Rows, row)
	}
	return t, nil
}

// Render writes the picture.
func (m Matrix) Render(ctx context.Context, w io.Writer) error {
	if err := m.check(); err != nil {
		return err
	}
	if len(m.Rows) > mostRows {
		return &TooMany{"rows", len(m.Rows), mostRows, "ask for fewer, or read the table"}
	}
	if len(m.Columns) > mostColumns {
		return &TooMany{"columns", len(m.Columns), mostColumns, "ask for fewer, or read the table"}
	}
	found := 0
	for _, row := range m.Cells {
		for _, r := range row {
			if r.State == Found {
				found++
			}
		}
	}
	desc := m.say("%s rows and %s columns, %s cells with a chain; the table has all.", m.count(len(m.Rows)), m.count(len(m.Columns)), m.count(found))
	return m.render(ctx, w, "matrix", desc, m.draw)
}

func (m Matrix) draw(c *canvas) float64 {
	if len(m.Rows) == 0 || len(m.Columns) == 0 {
		return c.nothing()
	}
	const row = 46.0
	labels := min(c.width*0.28, 230)
	n := float64(len(m.Columns))
	c.width = max(c.width, labels+n*92)
	column := (c.width - labels) / n
	heads, most := make([][]string, len(m.Columns)), 0
	for k, h := range m.Columns {
		heads[k] = wrap(clean(h.Label), size*1.04, column-10, 3)
		most = max(most, len(heads[k]))
	}
	head := 14 + float64(most)*16
	for k, h := range m.Columns {
		x, lines := labels+(float64(k)+0.5)*column, heads[k]
		c.link(h.Href, "", h.Label, func() {
			for i, line := range lines {
				c.text(x, head-10-float64(len(lines)-1-i)*16, middle, "t b", line)
			}
		})
	}
	for i, h := range m.Rows {
		y := head + float64(i)*row
		c.line(0, y, c.width, y, "rule")
		c.link(h.Href, "", h.Label, func() {
			c.text(0, y+20, start, "t b", fit(clean(h.Label), size*1.04, labels-10))
			c.text(0, y+36, start, "s", fit(clean(h.Note), small, labels-10))
		})
		for k, col := range m.Columns {
			m.cell(c, m.at(i, k), m.say("%s, %s", isolate(h.Label), isolate(col.Label)), labels+float64(k)*column, y, column, row)
		}
	}
	bottom := head + float64(len(m.Rows))*row
	c.line(0, bottom, c.width, bottom, "rule")
	return bottom + 12 + c.legend(0, bottom+12, []legendEntry{
		{m.say("looked for, not found"), func(x, y float64) { dash(c, x+11, y+7) }},
		{m.say("not looked for"), func(x, y float64) { question(c, x+11, y+7) }},
		{m.say("no source"), func(x, y float64) { c.round(x, y, 22, 13, "found bare") }},
	})
}

func (m Matrix) cell(c *canvas, r Reach, where string, x, y, w, h float64) {
	c.link(r.Href, "", m.say("%s: %s", where, m.words(r)), func() {
		switch r.State {
		case NotLooked:
			question(c, x+w/2, y+h/2)
		case NotFound:
			dash(c, x+w/2, y+h/2)
		case Found:
			class, word := "found", "s"
			if r.Sources == 0 {
				class, word = "found bare", "s warn"
			}
			c.round(x+5, y+4, w-10, h-8, class)
			c.text(x+w/2, y+h/2-2, middle, "t", fit(clean(r.Text), size, w-14))
			c.text(x+w/2, y+h/2+13, middle, word, fit(m.sources(r.Sources), small, w-14))
		}
	})
}

func dash(c *canvas, x, y float64) { c.line(x-9, y, x+9, y, "dash") }

func question(c *canvas, x, y float64) {
	c.circle(x, y, 9, "ask")
	c.text(x, y+4, middle, "s", "?")
}
