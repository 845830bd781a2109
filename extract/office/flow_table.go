package office

import (
	"encoding/xml"
	"fmt"
	"strconv"
)

func (f *flow) tableOf() error {
	if f.cells > 0 || f.r.page.Aside() > 0 {
		return f.rows("") // a table inside a cell or a box is text
	}
	f.r.tables++
	return f.rows(fmt.Sprintf("table %d", f.r.tables))
}

// rows reads the rows of the table that is open.
func (f *flow) rows(name string) error {
	number := int64(0)
	var row func(e xml.StartElement) error
	row = func(e xml.StartElement) error {
		switch e.Name.Local {
		case "tr":
		case "sdt", "sdtContent", "ins", "del", "customXml", "moveTo", "moveFrom":
			return f.d.each(row, nil)
		default:
			return nil
		}
		number++
		var cells []string
		f.cells++
		err := f.d.each(func(e xml.StartElement) error { return f.cell(e, &cells) }, nil)
		f.cells--
		f.r.page.Row(name, number, cells)
		if f.cells > 0 || err != nil {
			return err
		}
		f.row = 0
		f.unbox()
		if f.breaks {
			f.breaks = false
			return f.r.page.End()
		}
		return f.r.page.Full()
	}
	return f.d.each(row, nil)
}

// maxCells bounds the cells of one row of a table in a text.
const maxCells = 16384

func (f *flow) cell(e xml.StartElement, cells *[]string) error {
	switch e.Name.Local {
	case "tc":
	case "sdt", "sdtContent", "customXml":
		return f.d.each(func(e xml.StartElement) error { return f.cell(e, cells) }, nil)
	default:
		return nil
	}
	span, _ := strconv.Atoi(attr(e, "gridSpan")) // of DrawingML
	text, err := f.r.page.Away(func() error {
		return f.d.each(func(e xml.StartElement) error {
			if e.Name.Local != "tcPr" {
				return f.node(e)
			}
			return f.d.each(func(e xml.StartElement) error {
				if e.Name.Local == "gridSpan" {
					span, _ = strconv.Atoi(attr(e, "val"))
				}
				return nil
			}, nil)
		}, nil)
	})
	if f.row += len(text) + 1; len(*cells) >= maxCells || int64(f.row) > f.r.lim.PageText {
		return errTooMuch
	}
	*cells = append(*cells, text)
	for n := min(span, 63) - 1; n > 0 && isWordSpan(e); n-- {
		*cells = append(*cells, "")
	}
	return err
}

// isWordSpan says whether the cells that a wide one covers are not written: in
// DrawingML they are.
func isWordSpan(e xml.StartElement) bool { return isWord(e) }
