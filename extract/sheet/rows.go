package sheet

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"overt"
	"overt/extract"
)

// scan calls f with each row that has a value, in order, or with the reason
// why it cannot be given.
func (r *Reader) scan(ctx context.Context, f func(row int64, values []string, bad string) error) error {
	if r.info.Format == extract.ODS {
		return r.scanODS(ctx, f)
	}
	if err := r.wb.needStrings(ctx); err != nil {
		return overt.Errorf(overt.Invalid, r.wb.name, "read shared strings: %w", err)
	}
	d, err := r.wb.open(r.part)
	if err != nil {
		return overt.Errorf(overt.Invalid, r.wb.name, "sheet %s: %w", r.info.Table, err)
	}
	defer d.Close()
	row, inData := int64(0), false
	for {
		tok, err := d.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return overt.Errorf(overt.Invalid, r.wb.name, "sheet %s breaks off after row %d: %w", r.info.Table, row, err)
		}
		switch e := tok.(type) {
		case xml.EndElement:
			inData = inData && e.Name.Local != "sheetData"
		case xml.StartElement:
			if e.Name.Local == "sheetData" {
				inData = true
			}
			if !inData || e.Name.Local != "row" {
				continue
			}
			before := row
			row++
			if n, err := strconv.ParseInt(attr(e, "r"), 10, 64); err == nil && n >= row {
				row = n
			}
			values, bad, err := r.row(d)
			if err != nil {
				return overt.Errorf(overt.Invalid, r.wb.name, "sheet %s breaks off after row %d: %w", r.info.Table, before, err)
			}
			if row%256 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if len(values) == 0 && bad == "" {
				continue
			}
			if err := f(row, values, bad); err != nil {
				return err
			}
		}
	}
}

// row reads the cells of the row that is open, up to the last with a value.
func (r *Reader) row(d *decoder) (values []string, bad string, err error) {
	col, size := -1, int64(0)
	for base := d.depth; d.depth >= base; {
		tok, err := d.next()
		if err != nil {
			return nil, "", err
		}
		e, ok := tok.(xml.StartElement)
		if !ok || e.Name.Local != "c" {
			continue
		}
		col++
		if n := Column(attr(e, "r")); n >= 0 {
			col = n
		}
		text, over, err := r.cell(d, e)
		switch size += int64(len(text)); {
		case err != nil:
			return nil, "", err
		case over:
			bad = "a value is too long"
		case size > r.wb.lim.Row:
			bad = "the row is too long"
		case col >= r.wb.lim.Columns:
			bad = "the row has too many columns"
		}
		if text == "" || bad != "" {
			continue
		}
		for len(values) <= col {
			values = append(values, "")
		}
		values[col] = text
	}
	return values, bad, nil
}

// Column gives the column of a cell name, "C7" is 2; -1 when it has none.
func Column(ref string) int {
	n := 0
	for i := 0; i < len(ref) && i < 7; i++ {
		c := ref[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1
}

// cell gives what the cell that is open shows.
func (r *Reader) cell(d *decoder, start xml.StartElement) (text string, over bool, err error) {
	kind, style := attr(start, "t"), attr(start, "s")
	for base := d.depth; d.depth >= base; {
		tok, err := d.next()
		if err != nil {
			return "", false, err
		}
		e, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		long := false
		switch e.Name.Local {
		case "v":
			text, long, err = d.text()
		case "is":
			text, long, err = d.strung()
		}
		if err != nil {
			return "", false, err
		}
		over = over || long
	}
	if over {
		return "", true, nil
	}
	text, err = r.show(kind, style, text)
	return text, false, err
}

// show turns the stored value into the shown one.
func (r *Reader) show(kind, style, v string) (string, error) {
	if v == "" {
		return "", nil
	}
	switch kind {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(v))
		if err != nil {
			return "", fmt.Errorf("a cell points at shared string %.20q", v)
		}
		return r.wb.strings.get(n)
	case "b":
		if isTrue(strings.TrimSpace(v)) {
			return "TRUE", nil
		}
		return "FALSE", nil
	case "str":
		return Unescape(v), nil
	case "inlineStr", "e", "d":
		return v, nil
	}
	f := Format{}
	if n, err := strconv.Atoi(style); err == nil && n >= 0 && n < len(r.wb.formats) {
		f = r.wb.formats[n]
	}
	return f.Show(v, r.wb.base == 1), nil
}
