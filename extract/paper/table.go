package paper

import (
	"context"
	"iter"
	"slices"
	"strings"

	"overt"
	"overt/extract"
	"overt/extract/document"
	"overt/extract/reading"
)

// sampleRows is how many rows of a table are looked at to find its header.
const sampleRows = 50

// maxAside is how far, in points, a column may stand from where it stood on the
// page before, for its table to go on.
const maxAside = 8

// A Table is a table of a document with all its pages. It is an extract.Reader.
type Table struct {
	Caption string // the line of text above it
	Page    int    // where it begins, 0 for a sheet
	Rows    int64  // those below its header

	src     Source
	info    extract.Info
	columns *extract.Columns
	pieces  []piece
	tally   extract.Tally
}

// A piece is what stands of a table on one page: a table of a reading, or lines
// of a page's text.
type piece struct {
	name       string
	page       int
	hidden     bool
	rows       int64
	start, end int  // of lines of text, in characters; end is 0 for a table of the reading
	first      bool // nothing that is a table stands before it on its page
	skip       int  // rows at its beginning that are titles and header
}

// all yields the rows of a piece.
func (p *piece) all(text *pages) iter.Seq2[document.Row, error] {
	if p.end == 0 {
		return text.r.Rows(p.name)
	}
	return func(yield func(document.Row, error) bool) {
		if err := text.at(p.page); err != nil {
			yield(document.Row{}, err)
			return
		}
		for row := range tabbed(text.text, p.start, p.end) {
			row.Table, row.Page = p.name, p.page
			if !yield(row, nil) {
				return
			}
		}
	}
}

// Tables lists the tables of a reading. A table that goes on on the next page is
// one, and its header, repeated there, no row.
func Tables(ctx context.Context, src Source) ([]*Table, error) {
	r, done, err := src()
	if err != nil {
		return nil, err
	}
	defer func() { _ = done() }()
	return tablesOf(ctx, r, src)
}

func tablesOf(ctx context.Context, r *reading.Reading, src Source) ([]*Table, error) {
	j := joiner{pages: pages{r: r}, src: src}
	pieces := piecesOf
	if len(r.Tables) == 0 {
		pieces = linesOf // HTML, mails and text have tables as lines with tabs
	}
	for p, err := range pieces(r) {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = j.table(p)
		}
		if err != nil {
			return nil, err
		}
	}
	return j.out, nil
}

// piecesOf yields the tables of a reading.
func piecesOf(r *reading.Reading) iter.Seq2[piece, error] {
	return func(yield func(piece, error) bool) {
		for i := range r.Tables {
			t := &r.Tables[i]
			first := i == 0 || r.Tables[i-1].Page != t.Page
			if !yield(piece{name: t.Name, page: t.Page, hidden: t.Hidden, rows: t.Rows, first: first}, nil) {
				return
			}
		}
	}
}

// A joiner puts the pieces of tables together.
type joiner struct {
	pages  pages
	src    Source
	out    []*Table
	sample [][]string // rows of the last table, below its header
	lefts  []float32  // of the columns of the last piece
}

func (j *joiner) table(p piece) error {
	rows, err := j.head(&p)
	if err != nil || len(rows) == 0 {
		return err
	}
	width := 0
	texts := make([][]string, len(rows))
	for i, row := range rows {
		texts[i] = make([]string, len(row.Cells))
		for k, c := range row.Cells {
			texts[i][k] = strings.Join(strings.Fields(c.Text), " ")
		}
		width = max(width, len(row.Cells))
	}
	lefts, err := j.left(rows, width)
	if err != nil {
		return err
	}
	if last := len(j.out) - 1; p.first && last >= 0 {
		t := j.out[last]
		if skip, ok := j.goesOn(t, p.page, texts, width, lefts); ok {
			p.skip = skip
			t.pieces, t.Rows = append(t.pieces, p), t.Rows+max(0, p.rows-int64(skip))
			j.lefts = lefts
			return nil
		}
	}
	skip := extract.Titles(texts)
	header := extract.HeaderNames(nil, width)
	headerRow := int64(0)
	if extract.GuessHeader(texts[skip:]).Present {
		header, headerRow = extract.HeaderNames(texts[skip], width), rows[skip].Number
		skip++
	} else {
		skip = 0
	}
	caption, err := j.caption(rows)
	if err != nil {
		return err
	}
	p.skip = skip
	j.sample, j.lefts = texts[skip:], lefts
	j.out = append(j.out, &Table{
		Caption: caption, Page: p.page, Rows: max(0, p.rows-int64(skip)), src: j.src, columns: extract.NewColumns(p.name, header), pieces: []piece{p},
		info: extract.Info{Format: formatOf(j.pages.r.Type), Header: header, HeaderRow: headerRow, Table: p.name, Hidden: p.hidden, Sure: 1},
	})
	return nil
}

// head gives the first rows of a piece.
func (j *joiner) head(p *piece) (rows []document.Row, err error) {
	for row, err := range p.all(&j.pages) {
		if err != nil {
			return nil, err
		}
		if rows = append(rows, row); len(rows) == sampleRows {
			break
		}
	}
	return rows, nil
}

// goesOn says whether a piece goes on with a table: it is the first on the page
// after, has its columns, and begins with its header, whose rows are skipped, or
// with a row like those of the table.
func (j *joiner) goesOn(t *Table, page int, texts [][]string, width int, lefts []float32) (skip int, ok bool) {
	last := t.pieces[len(t.pieces)-1]
	if page == 0 || page != last.page+1 || width != len(t.columns.Names) {
		return 0, false
	}
	for k := range min(len(texts), 3) {
		if slices.Equal(extract.HeaderNames(texts[k], width), t.columns.Names) {
			return k + 1, true
		}
	}
	beside := 0
	for i, x := range lefts {
		if x >= 0 && j.lefts[i] >= 0 && (x-j.lefts[i] > maxAside || j.lefts[i]-x > maxAside) {
			beside++
		}
	}
	if 3*beside > width {
		return 0, false
	}
	guess := extract.GuessHeader(append([][]string{texts[0]}, j.sample...))
	return 0, !guess.Present || guess.Sure <= 0.6
}

// left gives where columns stand, -1 where that is not known.
func (j *joiner) left(rows []document.Row, width int) ([]float32, error) {
	out := make([]float32, width)
	for i := range out {
		out[i] = -1
	}
	if rows[0].Page == 0 {
		return out, nil
	}
	if err := j.pages.at(rows[0].Page); err != nil {
		return nil, err
	}
	boxes := j.pages.page.Boxes
	for _, row := range rows {
		for i, c := range row.Cells {
			if c.End <= c.Start {
				continue
			}
			at, found := slices.BinarySearchFunc(boxes, c.Start, func(b document.Box, start int) int { return b.Start - start })
			if found && (out[i] < 0 || boxes[at].Left < out[i]) {
				out[i] = boxes[at].Left
			}
		}
	}
	return out, nil
}

// caption is the line of text above the first cell.
func (j *joiner) caption(rows []document.Row) (string, error) {
	start, page := -1, rows[0].Page
	for _, c := range rows[0].Cells {
		if c.End > c.Start && (start < 0 || c.Start < start) {
			start = c.Start
		}
	}
	if page == 0 || start <= 0 {
		return "", nil
	}
	if err := j.pages.at(page); err != nil {
		return "", err
	}
	above := strings.TrimSpace(string(j.pages.text[:min(start, len(j.pages.text))]))
	return above[strings.LastIndexByte(above, '\n')+1:], nil
}

// Info says what was found out about the table.
func (t *Table) Info() extract.Info {
	info := t.info
	info.Warnings = t.tally.Warnings()
	return info
}

// Records yields the rows below the header.
func (t *Table) Records(ctx context.Context, selector string) iter.Seq2[extract.Record, error] {
	return func(yield func(extract.Record, error) bool) {
		if selector != "" {
			yield(nil, extract.NoSelector(t.info.Table, selector))
			return
		}
		r, done, err := t.src()
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = done() }()
		text := &pages{r: r}
		for i := range t.pieces {
			p, n := &t.pieces[i], 0
			for row, err := range p.all(text) {
				if n++; err == nil && n <= p.skip {
					continue
				}
				if err == nil {
					err = ctx.Err()
				}
				var rec extract.Record
				if err == nil {
					rec, err = t.record(text, row)
				}
				if !yield(rec, err) || err != nil {
					return
				}
			}
		}
	}
}

// record makes a record of a row. A cell that stands in a page's text is cited
// there, as what is written there; any other by row and column.
func (t *Table) record(text *pages, row document.Row) (extract.Record, error) {
	rec := &record{columns: t.columns, at: overt.Locator{Table: row.Table, Row: row.Number}}
	start, end := -1, 0
	for i, c := range row.Cells {
		if i >= len(t.columns.Names) {
			if c.Text != "" { // wider than any of the rows that were looked at
				t.tally.Add("wide-rows", "rows have values beyond the last column of the table, which were left out", rec.at)
			}
			continue
		}
		cell := extract.Cell{Text: c.Text, At: overt.Locator{Table: row.Table, Row: row.Number, Column: t.columns.Names[i]}}
		if row.Page > 0 && c.End > c.Start {
			there, ok, err := text.span(row.Page, c.Start, c.End)
			if err != nil {
				return nil, err
			}
			if ok {
				cell.At = overt.Locator{Page: row.Page, Start: c.Start, End: c.End}
				if there != c.Text {
					cell.Raw = there
				}
				if start < 0 || c.Start < start {
					start = c.Start
				}
				end = max(end, c.End)
			}
		}
		rec.cells = append(rec.cells, cell)
	}
	if start >= 0 {
		rec.at = overt.Locator{Page: row.Page, Start: start, End: end}
	}
	return rec, nil
}

// fetchRow gives a cell by row and column.
func fetchRow(r *reading.Reading, at overt.Locator) (string, error) {
	tables, err := tablesOf(context.Background(), r, func() (*reading.Reading, func() error, error) { return r, func() error { return nil }, nil })
	if err != nil {
		return "", err
	}
	text := &pages{r: r}
	for _, t := range tables {
		column := slices.Index(t.columns.Names, at.Column)
		i := slices.IndexFunc(t.pieces, func(p piece) bool { return p.name == at.Table })
		if i < 0 || column < 0 {
			continue
		}
		for row, err := range t.pieces[i].all(text) {
			if err != nil {
				return "", err
			}
			if row.Number == at.Row && column < len(row.Cells) {
				return row.Cells[column].Text, nil
			}
		}
	}
	return "", overt.Errorf(overt.NotFound, "", "nothing stands at %s", at)
}
