// Package tabular reads tables as documents: their rows, and a text of them.
//
// It serves files that hold nothing but tables and come among documents rather
// than as a source: a CSV attached to a message, the database of a program. The
// formats are those of extract (CSV, dBase, Parquet), and SQLite, whose pages are
// read here: its library wants a file system.
//
// The invariant: each row that can be read is said once, in its order, and what
// cannot is a Gap.
package tabular

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"overt"
	"overt/extract"
	"overt/extract/dbf"
	"overt/extract/document"
	"overt/extract/parquet"
	"overt/extract/table"
	"overt/internal/archive"
)

// A Reader reads tables. The zero Reader is ready for use.
type Reader struct{}

var _ document.Reader = Reader{}

// Types are the media types that Reader reads.
func Types() []string {
	return []string{"text/csv", "text/tab-separated-values", "application/x-dbf", "application/vnd.apache.parquet", "application/vnd.sqlite3"}
}

// Read reads a table, or the tables of a database.
func (Reader) Read(ctx context.Context, in document.Input, out document.Sink) error {
	in.Limits = in.Limits.WithDefaults()
	t := &tables{ctx: ctx, in: in, out: out}
	kind, _, _ := strings.Cut(in.Type, ";")
	src := extract.Source{Name: in.Name, Size: in.Size, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.NewSectionReader(in, 0, in.Size)), nil
	}}
	limits := extract.Limits{Field: in.Limits.PageText, Row: 4 * in.Limits.PageText}
	var r extract.Reader
	var err error
	switch kind = strings.TrimSpace(kind); kind {
	case "text/csv", "text/tab-separated-values":
		r, err = table.Open(ctx, src, table.Options{Encoding: in.Charset, Limits: limits})
	case "application/x-dbf":
		r, err = dbf.Open(ctx, src, dbf.Options{Limits: limits})
	case "application/vnd.apache.parquet":
		r, err = parquet.Open(in.Name, &archive.Spool{ReaderAt: in, Size: in.Size}, parquet.Options{Limits: limits})
	case "application/vnd.sqlite3":
		return t.sqlite()
	default:
		return &document.Refusal{Code: document.Unknown, Reason: "tables of this kind are not read", Retry: "write it out as CSV"}
	}
	if err != nil {
		return err
	}
	return t.records(r)
}

// tables are those of one document being read.
type tables struct {
	ctx context.Context
	in  document.Input
	out document.Sink

	page  int
	cells int64
	bytes int64
	gaps  int

	name string
	text strings.Builder
	more bool // rows that the text of the table has no room for
}

// maxText bounds the text of one table, in bytes: it is for reading into it, all
// rows are said as rows.
const maxText = 256 << 10

// errFull ends a document of which no more is read; the gap was said.
var errFull = errors.New("past a limit")

// records says the rows of a reader of extract.
func (t *tables) records(r extract.Reader) error {
	info := r.Info()
	t.begin(info.Table)
	header := info.Header
	first, shift := info.HeaderRow, int64(0)
	if first == 0 && info.Format != extract.CSV && info.Format != extract.TSV && len(header) > 0 {
		// The file has names apart from its rows; they stand above, as a
		// spreadsheet program shows them.
		first, shift = 1, 1
	}
	if first > 0 {
		if err := t.row(first, header); err != nil {
			return t.full(err)
		}
	}
	if err := t.each(r, header, shift); err != nil {
		if err = t.full(err); err != nil {
			return err
		}
	}
	if err := t.end(); err != nil {
		return err
	}
	info = r.Info()
	if info.Encoding != "" {
		if err := t.out.Property("encoding", info.Encoding); err != nil {
			return err
		}
	}
	for _, w := range info.Warnings {
		if err := t.out.Note(document.Note{Code: clip(w.Code, 60), Message: clip(w.Message, 1000)}); err != nil {
			return err
		}
	}
	return nil
}

// each says the records; shift is added to their row.
func (t *tables) each(r extract.Reader, header []string, shift int64) error {
	n := int64(0)
	for rec, err := range r.Records(t.ctx, "") {
		n++
		var bad *extract.RowError
		switch {
		case errors.As(err, &bad):
			if err := t.lost(fmt.Sprintf("row %d", bad.Where.Row), document.Damaged, bad.Reason); err != nil {
				return err
			}
			continue
		case err != nil && t.ctx.Err() == nil && overt.CodeOf(err) == overt.Invalid:
			return t.lost("the rest of the table", document.Damaged, err.Error())
		case err != nil:
			return err
		}
		columns := header
		if len(columns) == 0 {
			columns = rec.Columns()
		}
		values := make([]string, len(columns))
		for i, c := range columns {
			var all []string
			for _, cell := range rec.Cells(c) {
				all = append(all, cell.Text)
			}
			values[i] = strings.Join(all, "; ")
		}
		number := rec.At().Row
		if number < 1 {
			number = n
		}
		if err := t.row(number+shift, values); err != nil {
			return err
		}
	}
	return nil
}

func (t *tables) begin(name string) {
	t.name, t.more = clip(clean(name), 1000), false
	t.text.Reset()
}

// row says one row. Errors: errFull past a limit, which was said; those of the
// sink.
func (t *tables) row(number int64, values []string) error {
	if t.cells += int64(len(values)) + 1; t.cells > t.in.Limits.Cells {
		return t.toomuch(fmt.Sprintf("cells than the %d that are read", t.in.Limits.Cells))
	}
	row := document.Row{Table: t.name, Number: number, Cells: make([]document.Cell, len(values))}
	line := make([]string, len(values))
	for i, v := range values {
		v = strings.ToValidUTF8(v, "\ufffd")
		if int64(len(v)) > t.in.Limits.PageText {
			v = clip(v, int(t.in.Limits.PageText)-4)
		}
		row.Cells[i].Text = v
		line[i] = clean(v)
		t.bytes += int64(len(v))
	}
	if t.bytes > t.in.Limits.Text*3/4 { // the rest is for the texts of tables
		return t.toomuch(fmt.Sprintf("text than the %d bytes that are read", t.in.Limits.Text))
	}
	s := strings.TrimRight(strings.Join(line, "\t"), "\t")
	if room := min(maxText, t.in.Limits.PageText, t.in.Limits.Text/4-int64(t.page)*maxText); !t.more && int64(t.text.Len()+len(s)+1) <= room {
		t.text.WriteString(s)
		t.text.WriteByte('\n')
	} else {
		t.more = true
	}
	return t.out.Row(row)
}

func (t *tables) toomuch(what string) error {
	if err := t.out.Gap(document.Gap{Where: "the rest of the tables", Code: document.TooMuch, Reason: "there are more " + what}); err != nil {
		return err
	}
	return errFull
}

// full is an error, but that of a limit, which was said.
func (t *tables) full(err error) error {
	if errors.Is(err, errFull) {
		return nil
	}
	return err
}

// lost says that something was not read; past a thousand times only that there is
// more.
func (t *tables) lost(where, code, reason string) error {
	if t.gaps++; t.gaps > 1000 {
		return nil
	}
	if t.gaps == 1000 {
		where, reason = "more rows", "more rows were not read; they are not listed"
	}
	return t.out.Gap(document.Gap{Where: clip(where, 1000), Code: code, Reason: clip(clean(reason), 1000)})
}

// end says the text of a table as a page.
func (t *tables) end() error {
	if t.more {
		if err := t.out.Note(document.Note{Code: "rows", Message: "the text of the table " + t.name + " has the first rows alone; all are in the table"}); err != nil {
			return err
		}
	}
	if t.page++; t.page > t.in.Limits.Pages {
		return nil
	}
	return t.out.Page(document.Page{Number: t.page, Label: t.name, Text: strings.TrimRight(t.text.String(), "\n"), Origin: document.Letters})
}

// clean gives a value as it may stand on a line of a page.
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd")))
}

func clip(s string, n int) string {
	if len(s) > n {
		return strings.ToValidUTF8(s[:max(n, 0)], "") + "…"
	}
	return s
}
