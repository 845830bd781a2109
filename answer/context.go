package answer

import (
	"context"
	"errors"
	"io"
	"unicode/utf8"

	"overt"
	"overt/extract"
	"overt/extract/open"
	"overt/extract/reading"
	"overt/gate"
)

// A RowCell is one cell of the row that a citation points into.
type RowCell struct {
	Column string `json:"column"`
	Text   string `json:"text"`
	Cited  bool   `json:"cited,omitempty"`
}

// A CitedRow is a citation opened again with the whole row around it.
type CitedRow struct {
	*Cited
	Cells []RowCell `json:"cells,omitempty"`
	More  int       `json:"more,omitempty"` // cells that are not in Cells
	// Far says that the row lies too deep in its table to be looked for again.
	Far bool `json:"far,omitempty"`
}

// Bounds of what stands around a citation.
const (
	deepRow   = 200_000 // rows that are read to find one again
	rowCells  = 300
	cellRunes = 2000
	around    = 700 // characters on each side of a passage
)

// CiteRow is Cite, with the row that the place is in where it is in a table.
func CiteRow(ctx context.Context, d *gate.Desk, records open.Opener, blob string, where overt.Locator) (*CitedRow, error) {
	c, err := Cite(ctx, d, records, blob, where)
	if err != nil {
		return nil, err
	}
	out := &CitedRow{Cited: c}
	if where.Row == 0 || where.Pointer != "" || where.Page != 0 || c.Reading != "" {
		return out, nil
	}
	if where.Row > deepRow {
		out.Far = true
		return out, nil
	}
	for _, r := range d.Runs {
		for _, s := range r.Sources {
			if r.ID == c.Run && s.Blob == c.Blob && r.Format != "documents" {
				src := extract.Source{Name: s.Name, Size: s.Size, Open: func() (io.ReadCloser, error) { return d.Blobs.Open(ctx, s.Blob) }}
				return out, out.row(ctx, records, src, open.Options{Header: s.Header, Encoding: s.Encoding})
			}
		}
	}
	return out, nil
}

// row reads the record that the citation points into. What of the table cannot be
// read on the way there is nothing to the cell, which was.
func (c *CitedRow) row(ctx context.Context, records open.Opener, src extract.Source, opts open.Options) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	parts, err := records.Open(ctx, src, opts)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if p.Reader.Info().Table != c.Locator.Table {
			continue
		}
		for rec, err := range p.Reader.Records(ctx, "") {
			var bad *extract.RowError
			if errors.As(err, &bad) {
				continue
			}
			if err != nil {
				return err
			}
			if rec.At().Row == c.Locator.Row {
				c.take(rec)
				return nil
			}
		}
	}
	return nil
}

func (c *CitedRow) take(rec extract.Record) {
	for _, column := range rec.Columns() {
		for _, cell := range rec.Cells(column) {
			cited := cell.At.Column == c.Locator.Column && cell.At.Pointer == ""
			if len(c.Cells) >= rowCells && !cited {
				c.More++
				continue
			}
			c.Cells = append(c.Cells, RowCell{cell.At.Column, clipTo(cell.Quote(), cellRunes), cited})
		}
	}
}

// clipTo is text of so many characters at most.
func clipTo(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n]) + "…"
}

// A Surrounded is a passage with what stands around it on its page.
type Surrounded struct {
	*Passage
	Leading  string `json:"leading"` // up to 700 characters before the quote
	Trailing string `json:"trailing"`
	Pages    int    `json:"pages"`
}

// OpenSurrounded is OpenPassage, with more of the page.
func OpenSurrounded(ctx context.Context, d *gate.Desk, uri string) (*Surrounded, error) {
	p, err := OpenPassage(ctx, d, uri)
	if err != nil {
		return nil, err
	}
	return surround(ctx, d, p)
}

// CiteSurrounded is CitePassage, with more of the page.
func CiteSurrounded(ctx context.Context, d *gate.Desk, doc string, q PassageQuestion) (*Surrounded, error) {
	p, err := CitePassage(ctx, d, doc, q)
	if err != nil {
		return nil, err
	}
	return surround(ctx, d, p)
}

func surround(ctx context.Context, d *gate.Desk, p *Passage) (*Surrounded, error) {
	out := &Surrounded{Passage: p}
	if p.State == reading.Lost {
		return out, nil
	}
	return out, withReading(ctx, d, p.Document, func(r *reading.Reading) error {
		page, err := r.Page(p.Page)
		if err != nil {
			return err
		}
		text := []rune(page.Text)
		if p.Start < 0 || p.End > len(text) || p.Start > p.End {
			return overt.Errorf(overt.Internal, string(p.ID), "the passage lies outside of its page")
		}
		out.Leading, out.Trailing = string(text[max(0, p.Start-around):p.Start]), string(text[p.End:min(len(text), p.End+around)])
		out.Pages = len(r.Pages)
		return nil
	})
}
