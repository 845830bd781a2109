package office

import (
	"fmt"
	"strconv"
	"strings"

	"overt/extract/document"
	"overt/extract/page"
)

const (
	maxRow     = 1 << 24 // the height of the largest sheets there are
	maxColumns = 16384
	maxCell    = 1 << 20 // bytes
)

// A grid takes the rows of a sheet, as text and as a table. In the text the
// cells that have a value stand beside each other; in the table each keeps its
// column.
type grid struct {
	r      *reading
	name   string
	hidden int64 // rows
	lost   int64 // cells that point at a text that is not there
	covers []string
}

func (g *grid) hiddenColumns(first, last string) {
	if len(g.covers) < 100 {
		g.covers = append(g.covers, columnName(first)+" to "+columnName(last))
	}
}

// columnName gives the letters of a column by its number, from 1.
func columnName(s string) string {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxColumns {
		return "?"
	}
	name := ""
	for ; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

// row takes one row; one without a value is left out.
func (g *grid) row(number int64, hidden bool, values []string) error {
	row := document.Row{Table: page.Short(page.OneLine(g.name)), Number: number, Hidden: hidden}
	var text []string
	for _, v := range values {
		v = page.Clean(v)
		if v = strings.TrimRight(v, "\n"); v != "" {
			text = append(text, strings.ReplaceAll(v, "\n", " "))
		}
		row.Cells = append(row.Cells, document.Cell{Text: v})
	}
	if len(text) == 0 {
		return g.r.over()
	}
	if hidden {
		g.hidden++
	}
	if err := g.r.out.Row(row); err != nil {
		return err
	}
	g.r.page.Put(strings.Join(text, "\t"))
	g.r.page.Line()
	return g.r.page.Full()
}

// end says what of the sheet is hidden, and what is lost.
func (g *grid) end() {
	if g.hidden > 0 {
		g.r.note("hidden-rows", "%d rows of the sheet %s are hidden; they are part of the text", g.hidden, page.OneLine(g.name))
	}
	if len(g.covers) > 0 {
		g.r.note("hidden-columns", "columns of the sheet %s are hidden (%s); they are part of the text", page.OneLine(g.name), strings.Join(g.covers, ", "))
	}
	if g.lost > 0 && g.r.over() == nil {
		reason := fmt.Sprintf("%d cells point at a text that is not there; they are empty", g.lost)
		_ = g.r.out.Gap(document.Gap{Page: g.r.page.At(), Where: page.Short("sheet " + g.name), Code: document.Damaged, Reason: reason}) // kept by the tap
	}
}

// texts are the strings that cells point at, by number, in blocks: one large
// slice would be copied again and again as it grows.
type texts struct {
	blocks [][]byte
	at     []textAt
	size   int64
}

type textAt struct{ block, from, to uint32 }

const (
	textBlock = 1 << 20
	maxTexts  = 10_000_000
)

// add keeps one more string. Errors: errTooMuch past limit bytes in all.
func (t *texts) add(s string, limit int64) error {
	if t.size += int64(len(s)); t.size > limit || len(t.at) >= maxTexts {
		return errTooMuch
	}
	n := len(t.blocks)
	if n == 0 || len(t.blocks[n-1])+len(s) > textBlock {
		t.blocks = append(t.blocks, make([]byte, 0, max(textBlock, len(s))))
		n++
	}
	b := t.blocks[n-1]
	t.blocks[n-1] = append(b, s...)
	t.at = append(t.at, textAt{uint32(n - 1), uint32(len(b)), uint32(len(b) + len(s))})
	return nil
}

// get gives a string by its number as it is written in a cell.
func (t *texts) get(number string) (string, bool) {
	n, err := strconv.Atoi(strings.TrimSpace(number))
	if err != nil || n < 0 || n >= len(t.at) {
		return "", false
	}
	at := t.at[n]
	return string(t.blocks[at.block][at.from:at.to]), true
}
