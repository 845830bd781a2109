package quality

import (
	"overt"
	"overt/extract"
)

// A table is what tells the records of one source and selector from a list
// that was cut off.
type table struct {
	selector string
	header   []string
	n        int64 // records, those that could not be read not among them
	short    int64 // rows without a last cell
	cut      bool  // the last row was short, or could not be read
	last     overt.Locator
}

func (t *table) record(rec extract.Record) {
	t.n++
	t.cut, t.last = false, rec.At()
	if len(t.header) > 1 && rec.Cells(t.header[len(t.header)-1]) == nil {
		t.cut = true
		t.short++
	}
}

func (t *table) unread(where overt.Locator) { t.cut, t.last = true, where }

// cutRow doubts a table whose last row is shorter than all others.
func (w *Watch) cutRow(t *table) {
	if !t.cut || t.n < 10 || t.short > 1 {
		return
	}
	w.warn("cut-in-row", w.placeOf(t.last), "the file ends inside a row: its last row is not whole, while the rows before are; get the file again, what came behind is not here")
}

// Limits of spreadsheets, with and without the line of the header.
var sheetLimits = map[int64]bool{65535: true, 65536: true, 1048575: true, 1048576: true}

// roundCount doubts a table whose number of rows is one that programs stop at.
// Smaller round numbers come up by chance too often; they count only together
// with what the amounts say (statement.Measure).
func (w *Watch) roundCount(t *table) {
	rows := t.n
	switch {
	case sheetLimits[rows]:
		w.warn("round-count", w.source, "%d rows: that is where a spreadsheet program stops; rows may be missing", rows)
	case rows >= 1000 && rows%1000 == 0:
		w.warn("round-count", w.source, "exactly %d rows: interfaces stop at round numbers; compare with the count the publisher gives, rows may be missing", rows)
	}
}
