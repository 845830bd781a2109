// Package sheet reads workbooks, those of Excel (Office Open XML, ECMA-376) and
// OpenDocument spreadsheets (ISO 26300), one reader for each sheet, row by row.
//
// It stands below extract, which holds the nouns. Cells come as a reader of the
// sheet would quote them: text as it stands, dates in ISO 8601 where the number
// format shows a date, numbers with their digits and never in scientific form,
// of formulas the value that was stored. Hidden sheets are read and marked.
//
// The package streams the parts of the archive itself, because a row iterator
// that gives strings only cannot tell a date from a number, and because a part
// that breaks off must be an error and not the end of the table.
package sheet

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"path"
	"strings"
	"sync"

	"overt"
	"overt/extract"
	"overt/internal/archive"
)

// Options say what the caller knows; the zero value detects everything.
type Options struct {
	Format extract.Format // XLSX or ODS; XLSX when empty
	Header []string       // names for sheets without a header
	// HeaderRow is the row the header stands on, 0 to detect, -1 for none.
	HeaderRow int
	Prefix    string // member name to put before "!sheet" in Locator.Table
	Limits    extract.Limits
	Scratch   archive.Scratch // for texts that do not fit into memory; nil is a temporary file
}

// workbook is what the sheets of one file share.
type workbook struct {
	name    string
	members map[string]*archive.Member // by lower-case name
	base    int                        // 1 where the epoch is 1904
	formats []Format                   // of each cell style
	lim     extract.Limits
	scratch archive.Scratch

	mu      sync.Mutex
	strings *stringTable // nil until a sheet is read
	strPath string
}

// Open reads the structure of a workbook and gives a reader for each worksheet,
// in the workbook's order. Errors: invalid, when the bytes are no workbook.
func Open(ctx context.Context, name string, bytes *archive.Spool, opts Options) ([]*Reader, error) {
	opts.Limits = opts.Limits.WithDefaults()
	wb := &workbook{name: name, members: map[string]*archive.Member{}, lim: opts.Limits, scratch: opts.Scratch}
	list, err := archive.Members(bytes, archiveLimits(opts.Limits))
	if err != nil {
		return nil, overt.Errorf(overt.Invalid, name, "open workbook: %w", err)
	}
	for i := range list {
		wb.members[strings.ToLower(list[i].Name)] = &list[i]
	}
	format, structure := extract.XLSX, wb.structure
	if opts.Format == extract.ODS {
		format, structure = extract.ODS, wb.odsStructure
	}
	sheets, err := structure()
	if err != nil {
		return nil, overt.Errorf(overt.Invalid, name, "open workbook: %w", err)
	}
	var out []*Reader
	for _, s := range sheets {
		r := &Reader{wb: wb, part: s.part, opts: opts}
		table := s.name
		if opts.Prefix != "" {
			table = opts.Prefix + "!" + s.name
		}
		r.info = extract.Info{Format: format, Encoding: "utf-8", Table: table, Hidden: s.hidden, Sure: 1}
		if s.hidden {
			r.note("the sheet is hidden")
		}
		if err := r.detect(ctx); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	if len(out) == 0 {
		return nil, overt.Errorf(overt.Invalid, name, "the workbook has no worksheet")
	}
	return out, nil
}

func archiveLimits(l extract.Limits) archive.Limits {
	return archive.Limits{Total: l.Total, Ratio: l.Ratio, RatioFrom: l.RatioFrom, Members: l.Members}
}

// Reader reads one worksheet.
type Reader struct {
	wb      *workbook
	part    string
	opts    Options
	info    extract.Info
	columns *extract.Columns
	tally   extract.Tally

	titles int // rows above the header
}

var _ extract.Reader = (*Reader)(nil)

// Info says what was detected, and the warnings so far.
func (r *Reader) Info() extract.Info {
	info := r.info
	info.Warnings = r.tally.Warnings()
	return info
}

func (r *Reader) note(s string) { r.info.Notes = append(r.info.Notes, s) }

// sampleRows is how many rows are looked at to find the header.
const sampleRows = 100

// detect finds header and width. A sheet that breaks off early is still given:
// reading it says so again.
func (r *Reader) detect(ctx context.Context) error {
	var rows [][]string
	var at []int64 // where they stand
	err := r.scan(ctx, func(row int64, values []string, bad string) error {
		if bad != "" || row < int64(r.opts.HeaderRow) {
			return nil
		}
		at = append(at, row)
		if rows = append(rows, values); len(rows) == sampleRows {
			return errStop
		}
		return nil
	})
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil && !errors.Is(err, errStop) {
		r.note(err.Error())
	}
	r.setHeader(rows, at)
	return nil
}

func (r *Reader) setHeader(rows [][]string, at []int64) {
	width := 0
	for _, row := range rows {
		width = max(width, len(row))
	}
	var names []string
	switch {
	case r.opts.Header != nil:
		names = extract.HeaderNames(r.opts.Header, 0)
		if r.opts.HeaderRow > 0 && len(at) > 0 {
			r.info.HeaderRow = at[0]
		}
		r.note("the caller names the columns")
	case len(rows) == 0:
		r.note("the sheet has no cells")
	case r.opts.HeaderRow != 0:
		if r.opts.HeaderRow > 0 {
			names, r.info.HeaderRow = rows[0], at[0]
		}
		names = extract.HeaderNames(names, width)
		r.note("the caller says where the header is")
	default:
		k := extract.Titles(rows)
		r.titles = k
		g := extract.GuessHeader(rows[k:])
		r.note(g.Why)
		r.info.Sure = g.Sure
		if g.Present {
			names, r.info.HeaderRow = rows[k], at[k]
		}
		names = extract.HeaderNames(names, width)
	}
	r.info.Header = names
	r.columns = extract.NewColumns(r.info.Table, names)
	r.columns.Blank = true // blank cells within the table
}

var errStop = errors.New("stop")

// Records yields the rows below the header that have a value. selector must be "".
func (r *Reader) Records(ctx context.Context, selector string) iter.Seq2[extract.Record, error] {
	return func(yield func(extract.Record, error) bool) {
		if err := extract.NoSelector(r.wb.name, selector); err != nil {
			yield(nil, err)
			return
		}
		r.tally = extract.Tally{}
		r.tally.AddTitles(r.titles, overt.Locator{Table: r.info.Table, Row: r.info.HeaderRow})
		err := r.scan(ctx, func(row int64, values []string, bad string) error {
			if row <= r.info.HeaderRow {
				return nil
			}
			where := overt.Locator{Table: r.info.Table, Row: row}
			width := len(r.info.Header)
			if bad == "" && len(values) > width {
				bad = fmt.Sprintf("the row has %d values for %d columns", len(values), width)
			}
			more := true
			if bad != "" {
				more = yield(nil, &extract.RowError{Where: where, Reason: bad, Raw: extract.Raw(strings.Join(values, "\t"))})
			} else {
				more = yield(r.columns.Texts(row, values), nil)
			}
			if !more {
				return errStop
			}
			return nil
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(nil, err)
		}
	}
}

// sheetRef is a worksheet as the workbook lists it.
type sheetRef struct {
	name   string
	part   string
	hidden bool
}

// structure follows the relations from the archive's root to the worksheets.
func (wb *workbook) structure() ([]sheetRef, error) {
	main := "xl/workbook.xml"
	root, err := wb.relations("")
	if err != nil {
		return nil, err
	}
	for _, r := range root {
		if strings.HasSuffix(r.kind, "/officeDocument") {
			main = r.target
		}
	}
	rels, err := wb.relations(main)
	if err != nil {
		return nil, err
	}
	for _, r := range rels {
		switch {
		case strings.HasSuffix(r.kind, "/sharedStrings"):
			wb.strPath = r.target
		case strings.HasSuffix(r.kind, "/styles"):
			if err := wb.readStyles(r.target); err != nil {
				return nil, err
			}
		}
	}
	var out []sheetRef
	err = wb.each(main, func(_ *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			if isTrue(attr(e, "date1904")) {
				wb.base = 1
			}
		case "sheet":
			rel, ok := rels[attr(e, "id")]
			if ok && strings.HasSuffix(rel.kind, "/worksheet") {
				state := attr(e, "state")
				out = append(out, sheetRef{attr(e, "name"), rel.target, state != "" && state != "visible"})
			}
		}
		return nil
	})
	return out, err
}

type relation struct{ kind, target string }

// relations reads which parts a part points at; none is no error.
func (wb *workbook) relations(part string) (map[string]relation, error) {
	dir, file := path.Split(part)
	list := dir + "_rels/" + file + ".rels"
	out := map[string]relation{}
	if wb.members[strings.ToLower(list)] == nil {
		return out, nil
	}
	err := wb.each(list, func(_ *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local != "Relationship" {
			return nil
		}
		target := attr(e, "Target")
		if !strings.HasPrefix(target, "/") {
			target = dir + target
		}
		out[attr(e, "Id")] = relation{attr(e, "Type"), strings.TrimPrefix(path.Clean("/"+target), "/")}
		return nil
	})
	return out, err
}

// open gives a decoder over a part, whose tokens are bounded.
func (wb *workbook) open(part string) (*decoder, error) {
	m := wb.members[strings.ToLower(part)]
	if m == nil {
		return nil, fmt.Errorf("the workbook has no part %s", part)
	}
	rc, err := m.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", part, err)
	}
	return newDecoder(part, rc, wb.lim), nil
}

// each calls f with every element of a part.
func (wb *workbook) each(part string, f func(*xml.Decoder, xml.StartElement) error) error {
	d, err := wb.open(part)
	if err != nil {
		return err
	}
	defer d.Close()
	for {
		tok, err := d.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := tok.(xml.StartElement); ok {
			if err := f(d.xml, e); err != nil {
				return err
			}
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func isTrue(s string) bool { return s == "1" || s == "true" || s == "on" }
