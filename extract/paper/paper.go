// Package paper makes records of what was read of documents: the rows of their
// tables, and the values of forms that stand near printed labels.
//
// It stands between extract/reading, which keeps what a reader said, and mapping,
// which says what a record means. Nothing is read again: a mapping can be applied
// to every document that was ever taken in.
//
// The invariant: every cell says where it stands, a span of a page's text, or row
// and column of a sheet, and Fetch gives what stands there.
package paper

import (
	"slices"
	"strings"

	"overt"
	"overt/extract"
	"overt/extract/document"
	"overt/extract/reading"
)

// A Source opens a reading, as often as it is asked; done gives it back.
type Source func() (r *reading.Reading, done func() error, err error)

// formatOf is what a reading's tables are to a mapping's detection.
func formatOf(mediaType string) extract.Format {
	switch mediaType {
	case "text/csv":
		return extract.CSV
	case "text/tab-separated-values":
		return extract.TSV
	case "application/x-dbf", "application/vnd.dbf":
		return extract.DBF
	case "application/vnd.apache.parquet":
		return extract.Parquet
	case "application/vnd.sqlite3", "application/x-sqlite3":
		return extract.SQLite
	case "application/vnd.oasis.opendocument.spreadsheet":
		return extract.ODS
	case "application/vnd.ms-excel":
		return extract.XLSX
	case "application/pdf":
		return extract.PDF
	case "text/html", "application/xhtml+xml":
		return extract.HTML
	}
	switch {
	case strings.HasPrefix(mediaType, "application/vnd.openxmlformats-officedocument.spreadsheetml"):
		return extract.XLSX
	case strings.HasPrefix(mediaType, "application/vnd.openxmlformats-officedocument.wordprocessingml"):
		return extract.DOCX
	}
	return extract.Text
}

// A record is a row or a form.
type record struct {
	at      overt.Locator
	columns *extract.Columns
	cells   []extract.Cell // by column; those at the end may be left out
}

func (r *record) At() overt.Locator            { return r.at }
func (r *record) Columns() []string            { return r.columns.Names }
func (r *record) Each(string) []extract.Record { return nil }

// Cells gives the cell of a column; none where a form has no such value.
func (r *record) Cells(path string) []extract.Cell {
	i := slices.Index(r.columns.Names, path)
	if i < 0 {
		if n, ok := extract.ColumnNumber(path, len(r.columns.Names)); ok {
			i = n
		}
	}
	if i < 0 || i >= len(r.cells) || r.cells[i].At.IsZero() {
		return nil
	}
	return []extract.Cell{r.cells[i]}
}

// AppendContent writes the texts, each with its length before it.
func (r *record) AppendContent(dst []byte) []byte {
	for _, c := range r.cells {
		dst = extract.AppendText(dst, c.Text)
	}
	return dst
}

// pages gives texts of a reading's pages; it keeps the last one.
type pages struct {
	r      *reading.Reading
	number int
	page   document.Page
	text   []rune
}

// at gives a page, whose text is in runes; an empty one where there is none.
func (p *pages) at(number int) error {
	if number == p.number {
		return nil
	}
	page, err := p.r.Page(number)
	if err != nil && overt.CodeOf(err) != overt.NotFound {
		return err
	}
	p.number, p.page, p.text = number, page, []rune(page.Text)
	return nil
}

// span gives the characters of a page's text; false where it has none such.
func (p *pages) span(number, start, end int) (string, bool, error) {
	if err := p.at(number); err != nil {
		return "", false, err
	}
	if start < 0 || end <= start || end > len(p.text) {
		return "", false, nil
	}
	return string(p.text[start:end]), true, nil
}

// Fetch gives what stands at a place of a reading: what a citation quotes.
// Errors: not_found, when nothing stands there; invalid, when the locator points
// at no single value.
func Fetch(r *reading.Reading, at overt.Locator) (string, error) {
	if at.Page != 0 {
		text, ok, err := (&pages{r: r}).span(at.Page, at.Start, at.End)
		if err == nil && !ok {
			err = overt.Errorf(overt.NotFound, "", "nothing stands at %s", at)
		}
		return text, err
	}
	if at.Row == 0 || at.Column == "" {
		return "", overt.Errorf(overt.Invalid, "", "%q is no value of a table or page", at)
	}
	return fetchRow(r, at)
}
