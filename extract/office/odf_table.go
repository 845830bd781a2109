package office

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"overt/extract/page"
	"overt/extract/sheet"
)

func (o *odf) tableNode(e xml.StartElement) error {
	switch e.Name.Local {
	case "table":
		if o.sheets && o.cells == 0 && o.words == 0 {
			return o.sheet(e)
		}
		return o.table()
	case "dde-links", "tracked-changes", "named-expressions", "database-ranges", "content-validations", "calculation-settings", "label-ranges":
		if e.Name.Local == "dde-links" {
			o.r.note("dde", "the document asks another program for data; nothing was asked")
		}
		return nil
	case "data-pilot-tables", "consolidation", "scenario":
		return nil
	}
	return o.deeper()
}

// table reads a table of a text.
func (o *odf) table() error {
	name := ""
	if o.cells == 0 && o.r.page.Aside() == 0 {
		o.r.tables++
		name = fmt.Sprintf("table %d", o.r.tables)
	}
	number := int64(0)
	words := o.words
	o.words = 0
	defer func() { o.words = words }()
	return o.rows(func(e xml.StartElement) error {
		var cells []string
		o.cells++
		err := o.d.each(func(e xml.StartElement) error {
			if e.Name.Local != "table-cell" && e.Name.Local != "covered-table-cell" {
				return nil
			}
			text, err := o.away(o.inside)
			times := int(min(repeats(e, "number-columns-repeated"), 64))
			if o.row += (len(text) + 1) * times; int64(o.row) > o.r.lim.PageText {
				return errTooMuch
			}
			for range times {
				if len(cells) >= maxCells {
					return errTooMuch
				}
				cells = append(cells, text)
			}
			return err
		}, nil)
		o.cells--
		if err != nil {
			return err
		}
		for range min(repeats(e, "number-rows-repeated"), 1000) {
			number++
			o.r.page.Row(name, number, cells)
		}
		if o.cells > 0 || o.r.page.Aside() > 0 {
			return nil
		}
		o.row = 0
		o.unbox()
		if o.breaks {
			o.breaks = false
			return o.r.page.End()
		}
		return o.r.page.Full()
	}, nil)
}

// rows calls f with each row of the table that is open, and other with what else
// is in it.
func (o *odf) rows(f, other func(e xml.StartElement) error) error {
	var node func(e xml.StartElement) error
	node = func(e xml.StartElement) error {
		switch e.Name.Local {
		case "table-row":
			return f(e)
		case "table-header-rows", "table-rows", "table-row-group", "table-header-columns", "table-columns", "table-column-group":
			return o.d.each(node, nil)
		}
		if other != nil {
			return other(e)
		}
		return nil
	}
	return o.d.each(node, nil)
}

// repeats reads a count, at least 1 and at most what no sheet has.
func repeats(e xml.StartElement, name string) int64 {
	n, err := strconv.ParseInt(attr(e, name), 10, 64)
	if err != nil && n <= 0 {
		return 1 // none, or no number
	}
	return min(max(n, 1), 2*maxRow)
}

// sheet reads a sheet of a spreadsheet.
func (o *odf) sheet(e xml.StartElement) error {
	name := attr(e, "name")
	if err := o.r.page.Begin(name, true); err != nil {
		return err
	}
	if o.styles[attr(e, "style-name")].hidden {
		o.r.note("hidden-sheet", "the sheet %s is hidden", page.OneLine(name))
	}
	g := &grid{r: o.r, name: name}
	row, column := int64(0), int64(1)
	err := o.rows(func(e xml.StartElement) error {
		o.cells++
		cells, err := o.values(row + 1)
		o.cells--
		times := repeats(e, "number-rows-repeated")
		if err != nil || len(cells) == 0 {
			row = min(row+times, maxRow)
			return err
		}
		hidden := attr(e, "visibility") == "collapse" || attr(e, "visibility") == "filter"
		for range times {
			if row++; row > maxRow {
				return fmt.Errorf("%w: the sheet has more than %d rows", errTooMuch, maxRow)
			}
			if err := g.row(row, hidden, cells); err != nil {
				return err
			}
		}
		return nil
	}, func(e xml.StartElement) error {
		switch e.Name.Local {
		case "table-column":
			times := repeats(e, "number-columns-repeated")
			if attr(e, "visibility") == "collapse" || attr(e, "visibility") == "filter" {
				g.hiddenColumns(strconv.FormatInt(column, 10), strconv.FormatInt(min(column+times-1, maxColumns), 10))
			}
			column += times
		case "table-source":
			o.r.note("external", "the sheet %s is copied from elsewhere, which was not fetched: %s", page.OneLine(name), page.OneLine(attr(e, "href")))
		case "shapes":
			text, err := o.away(o.inside)
			o.box(text)
			return err
		}
		return nil
	})
	g.end()
	o.unbox()
	return err
}

// values reads the cells of the row that is open, up to the last with a value.
func (o *odf) values(row int64) ([]string, error) {
	var cells []string
	col, size := int64(0), int64(0)
	err := o.d.each(func(e xml.StartElement) error {
		if e.Name.Local != "table-cell" && e.Name.Local != "covered-table-cell" {
			return nil
		}
		text, err := o.value(e, row, col)
		times := repeats(e, "number-columns-repeated")
		switch {
		case err != nil:
			return err
		case text == "" || e.Name.Local == "covered-table-cell":
			col = min(col+times, maxColumns)
			return nil
		case col+times > maxColumns:
			return fmt.Errorf("%w: a row has more than %d columns", errTooMuch, maxColumns)
		}
		if size += int64(len(text)) * times; size > o.r.lim.PageText {
			return fmt.Errorf("%w: a row is too long", errTooMuch)
		}
		for int64(len(cells)) < col {
			cells = append(cells, "")
		}
		for range times {
			cells = append(cells, text)
		}
		col += times
		return nil
	}, nil)
	return cells, err
}

// value gives what a cell shows, in the forms that workbooks of the other kind
// have. What is drawn in a cell comes after the rows.
func (o *odf) value(e xml.StartElement, row, col int64) (string, error) {
	shown, err := o.away(func() error {
		return o.d.each(func(e xml.StartElement) error {
			switch {
			case in(e.Name, "text"):
				return o.node(e)
			case e.Name.Local == "annotation":
				return o.annotation(" on " + columnName(strconv.FormatInt(col+1, 10)) + strconv.FormatInt(row, 10))
			}
			text, err := o.away(func() error { return o.node(e) })
			o.box(text)
			return err
		}, nil)
	})
	if err != nil {
		return "", err
	}
	if f := strings.ToUpper(attr(e, "formula")); strings.Contains(f, "DDE(") || strings.Contains(f, "WEBSERVICE(") {
		o.r.note("dde", "a formula asks for something outside the document: %s", page.OneLine(page.Shorten(attr(e, "formula"), 500)))
	}
	value := attrIn(e, ":office:", "value")
	switch attr(e, "value-type") {
	case "float", "percentage", "currency":
		if value != "" {
			return sheet.Number(value), nil
		}
	case "date":
		if day := attr(e, "date-value"); day != "" {
			return strings.TrimSuffix(day, "T00:00:00"), nil
		}
	case "time":
		if clock, ok := sheet.Clock(attr(e, "time-value")); ok {
			return clock, nil
		}
	case "boolean":
		if b := attr(e, "boolean-value"); b != "" {
			return strings.ToUpper(b), nil
		}
	case "string":
		if s := attr(e, "string-value"); s != "" {
			return s, nil
		}
	}
	return shown, nil
}
