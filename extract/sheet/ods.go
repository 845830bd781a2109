package sheet

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"overt"
)

// OpenDocument (ISO 26300) keeps all sheets in one part, and writes rows and
// cells that are alike once with a count. Counts stand for cells that nobody
// filled more often than not: the empty rest of a sheet is one row of 1,048,576.

const (
	odsContent  = "content.xml"
	odsManifest = "META-INF/manifest.xml"
	// maxRows is the height of the largest sheets there are.
	maxRows = 1 << 24
)

var errSealed = errors.New("the spreadsheet is protected with a password; save it without one to read it")

// odf says whether a name is local in one of the namespaces of OpenDocument,
// by the middle of their addresses: "table", "text", "office".
func odf(n xml.Name, space, local string) bool {
	return n.Local == local && strings.Contains(n.Space, ":"+space+":")
}

func odfAttr(e xml.StartElement, space, local string) string {
	for _, a := range e.Attr {
		if odf(a.Name, space, local) {
			return a.Value
		}
	}
	return ""
}

// odsStructure lists the sheets. Their part is their number.
func (wb *workbook) odsStructure() ([]sheetRef, error) {
	if wb.members[strings.ToLower(odsManifest)] != nil {
		err := wb.each(odsManifest, func(_ *xml.Decoder, e xml.StartElement) error {
			if e.Name.Local == "encryption-data" {
				return errSealed
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	d, err := wb.open(odsContent)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	var out []sheetRef
	hidden, style := map[string]bool{}, ""
	for {
		tok, err := d.next()
		if err == io.EOF {
			return out, nil
		}
		if err != nil && len(out) > 0 {
			return out, nil // it comes up again, with its place, when the sheet is read
		}
		if err != nil {
			return nil, err
		}
		e, ok := tok.(xml.StartElement)
		switch {
		case !ok:
		case odf(e.Name, "style", "style"):
			style = odfAttr(e, "style", "name")
		case odf(e.Name, "style", "table-properties") && odfAttr(e, "table", "display") == "false":
			hidden[style] = true
		case odf(e.Name, "table", "table"):
			if len(out) >= wb.lim.Members {
				return nil, fmt.Errorf("more than %d sheets", wb.lim.Members)
			}
			out = append(out, sheetRef{odfAttr(e, "table", "name"), strconv.Itoa(len(out)), hidden[odfAttr(e, "table", "style-name")]})
			if err := passTable(d); err != nil {
				return out, nil // as above
			}
		}
	}
}

// passTable reads on to the end of the element that is open.
func passTable(d *decoder) error {
	for base := d.depth; d.depth >= base; {
		if _, err := d.next(); err != nil {
			return err
		}
	}
	return nil
}

// scanODS is scan for OpenDocument.
func (r *Reader) scanODS(ctx context.Context, f func(row int64, values []string, bad string) error) error {
	d, err := r.wb.open(odsContent)
	if err != nil {
		return overt.Errorf(overt.Invalid, r.wb.name, "sheet %s: %w", r.info.Table, err)
	}
	defer d.Close()
	want, _ := strconv.Atoi(r.part) // written above
	s := odsScan{ctx: ctx, r: r, d: d, f: f}
	for n := 0; ; {
		tok, err := d.next()
		if err != nil {
			return s.broken(err)
		}
		e, ok := tok.(xml.StartElement)
		if !ok || !odf(e.Name, "table", "table") {
			continue
		}
		if n == want {
			return s.table()
		}
		if err := passTable(d); err != nil {
			return s.broken(err)
		}
		n++
	}
}

// odsScan reads one sheet.
type odsScan struct {
	ctx context.Context
	r   *Reader
	d   *decoder
	f   func(row int64, values []string, bad string) error
	row int64 // the last that was read
}

func (s *odsScan) broken(err error) error {
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return overt.Errorf(overt.Invalid, s.r.wb.name, "sheet %s breaks off after row %d: %w", s.r.info.Table, s.row, err)
}

func (s *odsScan) table() error {
	for base := s.d.depth; s.d.depth >= base; {
		tok, err := s.d.next()
		if err != nil {
			return s.broken(err)
		}
		e, ok := tok.(xml.StartElement)
		if !ok || !odf(e.Name, "table", "table-row") {
			continue
		}
		values, bad, err := s.cells()
		if err != nil {
			return s.broken(err)
		}
		if err := s.emit(repeats(odfAttr(e, "table", "number-rows-repeated")), values, bad); err != nil {
			return err
		}
	}
	return nil
}

// emit hands out a row as often as it stands there; the count of empty rows
// costs nothing.
func (s *odsScan) emit(times int64, values []string, bad string) error {
	if len(values) == 0 && bad == "" {
		s.row = min(s.row+times, maxRows)
		return nil
	}
	for range times {
		if s.row++; s.row > maxRows {
			return overt.Errorf(overt.Invalid, s.r.wb.name, "sheet %s has more than %d rows", s.r.info.Table, maxRows)
		}
		if s.row%256 == 0 && s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		if err := s.f(s.row, values, bad); err != nil {
			return err
		}
	}
	return nil
}

// repeats reads a count, at least 1 and at most what no sheet has.
func repeats(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil && n <= 0 {
		return 1 // none, or no number
	}
	return min(max(n, 1), 2*maxRows)
}

// cells reads the cells of the row that is open, up to the last with a value.
func (s *odsScan) cells() (values []string, bad string, err error) {
	lim := s.r.wb.lim
	col, size := int64(0), int64(0)
	for base := s.d.depth; s.d.depth >= base; {
		tok, err := s.d.next()
		if err != nil {
			return nil, "", err
		}
		e, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		covered := odf(e.Name, "table", "covered-table-cell")
		if !covered && !odf(e.Name, "table", "table-cell") {
			continue
		}
		text, over, err := s.cell(e)
		if err != nil {
			return nil, "", err
		}
		times := repeats(odfAttr(e, "table", "number-columns-repeated"))
		if text == "" && !over || covered {
			col += times
			continue
		}
		switch {
		case over:
			bad = "a value is too long"
		case col+times > int64(lim.Columns):
			bad = "the row has too many columns"
		default:
			if size += int64(len(text)) * times; size > lim.Row {
				bad = "the row is too long"
			}
		}
		if bad != "" {
			continue
		}
		for int64(len(values)) < col {
			values = append(values, "")
		}
		for range times {
			values = append(values, text)
		}
		col += times
	}
	return values, bad, nil
}

// cell gives what the cell that is open shows, in the forms that workbooks of
// the other kind have.
func (s *odsScan) cell(e xml.StartElement) (text string, over bool, err error) {
	shown, over, err := s.paragraphs()
	if err != nil {
		return "", false, err
	}
	value := odfAttr(e, "office", "value")
	switch odfAttr(e, "office", "value-type") {
	case "float", "percentage", "currency":
		if value != "" {
			return Number(value), false, nil
		}
	case "date":
		if day := odfAttr(e, "office", "date-value"); day != "" {
			return strings.TrimSuffix(day, "T00:00:00"), false, nil
		}
	case "time":
		if clock, ok := Clock(odfAttr(e, "office", "time-value")); ok {
			return clock, false, nil
		}
	case "boolean":
		if b := odfAttr(e, "office", "boolean-value"); b != "" {
			return strings.ToUpper(b), false, nil
		}
	case "string":
		if v := odfAttr(e, "office", "string-value"); v != "" {
			return v, int64(len(v)) > s.r.wb.lim.Field, nil
		}
	}
	return shown, over, nil
}

// paragraphs gives the text of the cell that is open: its paragraphs, without
// remarks and drawings.
func (s *odsScan) paragraphs() (string, bool, error) {
	var b strings.Builder
	limit := int(s.r.wb.lim.Field)
	over, inside, count := false, 0, 0 // inside: depth of the paragraph, 0 for none
	put := func(text string) {
		if over = over || b.Len()+len(text) > limit; !over {
			b.WriteString(text)
		}
	}
	for base := s.d.depth; s.d.depth >= base; {
		tok, err := s.d.next()
		if err != nil {
			return "", false, err
		}
		switch e := tok.(type) {
		case xml.EndElement:
			if s.d.depth < inside {
				inside = 0
			}
		case xml.CharData:
			if inside > 0 {
				put(collapse(string(e), b.String()))
			}
		case xml.StartElement:
			switch {
			case inside == 0 && odf(e.Name, "text", "p"):
				if count++; count > 1 {
					put("\n")
				}
				inside = s.d.depth
			case inside > 0 && odf(e.Name, "text", "s"):
				n := int(repeats(odfAttr(e, "text", "c")))
				if over = over || b.Len()+n > limit; !over {
					put(strings.Repeat(" ", n))
				}
			case inside > 0 && odf(e.Name, "text", "tab"):
				put("\t")
			case inside > 0 && odf(e.Name, "text", "line-break"):
				put("\n")
			case odf(e.Name, "office", "annotation"), strings.Contains(e.Name.Space, ":drawing:"), odf(e.Name, "text", "ruby-text"),
				odf(e.Name, "table", "table"):
				if err := passTable(s.d); err != nil {
					return "", false, err
				}
			}
		}
	}
	return b.String(), over, nil
}

// collapse makes one blank of each run of blanks, as OpenDocument shows them;
// those at the beginning of a paragraph are none.
func collapse(text, before string) string {
	if !strings.ContainsAny(text, "\t\r\n") && !strings.Contains(text, "  ") && !strings.HasPrefix(text, " ") {
		return text
	}
	var b strings.Builder
	blank := before == "" || strings.HasSuffix(before, " ") || strings.HasSuffix(before, "\n")
	for _, r := range text {
		switch r {
		case ' ', '\t', '\r', '\n':
			if !blank {
				b.WriteByte(' ')
			}
			blank = true
		default:
			b.WriteRune(r)
			blank = false
		}
	}
	return b.String()
}

// Clock writes a duration of ISO 8601 as a time: "PT36H00M00.5S" is "36:00:00.5".
func Clock(s string) (string, bool) {
	rest, ok := strings.CutPrefix(s, "PT")
	if !ok {
		return "", false
	}
	var parts [3]string
	for i, unit := range []string{"H", "M", "S"} {
		before, after, ok := strings.Cut(rest, unit)
		if !ok {
			before, after = "0", rest
		}
		if _, err := strconv.ParseFloat(before, 64); err != nil {
			return "", false
		}
		parts[i], rest = before, after
	}
	seconds, fraction, _ := strings.Cut(strings.Replace(parts[2], ",", ".", 1), ".")
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		fraction = "." + fraction
	}
	return twoDigits(parts[0]) + ":" + twoDigits(parts[1]) + ":" + twoDigits(seconds) + fraction, rest == ""
}

func twoDigits(s string) string { return strings.Repeat("0", max(0, 2-len(s))) + s }
