package export

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"overt/statement"
)

// otherSheet takes entities of schemata that the model does not know.
const otherSheet = "Other"

// fixedColumns stand before the properties on each sheet of entities.
var fixedColumns = []string{"id", "caption", "schema", "datasets", "first_seen", "last_seen"}

// A page is the sheet of one schema while it is written.
type page struct {
	wide
	used   map[string]bool
	others bool // some value has no column
	rows   []*sheetRows
}

// workbook writes a sheet for each schema. It goes over the entities twice:
// first to see which properties they use, then to write them.
func (x *exporter) workbook(ctx context.Context, w io.Writer) error {
	pages, err := x.pages(ctx)
	if err != nil {
		return err
	}
	book := newBook(w, x.opts.Dir)
	defer book.close()
	for r, err := range x.records(ctx) {
		if err != nil {
			return err
		}
		if err := x.entityRow(book, pages[x.sheetOf(r)], r); err != nil {
			return err
		}
		x.counts(r)
	}
	if err := book.table("About", []string{"About this file", ""}, x.about(book)); err != nil {
		return err
	}
	if err := book.table("Sources", sourceColumns, x.sources()); err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(pages)) {
		pages[name].bind(book, name)
	}
	return book.finish()
}

func (x *exporter) sheetOf(r *record) string {
	if x.model.Schema(r.Schema) == nil {
		return otherSheet
	}
	return r.Schema
}

// pages sees what columns each sheet needs.
func (x *exporter) pages(ctx context.Context) (map[string]*page, error) {
	pages := map[string]*page{}
	for r, err := range x.records(ctx) {
		if err != nil {
			return nil, err
		}
		name := x.sheetOf(r)
		p := pages[name]
		if p == nil {
			p = &page{used: map[string]bool{}}
			pages[name] = p
		}
		schema := x.model.Schema(r.Schema)
		for i := range r.Values {
			prop := r.Values[i].Prop
			if schema != nil && schema.Property(prop) != nil {
				p.used[prop] = true
			} else if prop != statement.PropID {
				p.others = true
			}
		}
	}
	for name, p := range pages {
		p.wide = wide{column: map[string]int{}}
		if schema := x.model.Schema(name); schema != nil {
			for _, prop := range schema.SortedProperties() {
				if p.used[prop.Name] {
					p.add(prop.Name)
				}
			}
		}
	}
	return pages, nil
}

func (p *page) header() []string {
	h := slices.Concat(fixedColumns, p.props)
	if p.others {
		h = append(h, otherColumn)
	}
	return h
}

func (x *exporter) entityRow(book *book, p *page, r *record) error {
	e := x.ftmEntity(r)
	row := []cell{
		text(plainID(e.ID)), text(e.Caption), text(e.Schema), text(joined(e.Datasets)), text(e.FirstSeen), text(e.LastSeen),
	}
	for i, values := range p.cells(e) {
		switch {
		case i < len(p.props) && len(values) == 1 && x.propType(e.Schema, p.props[i]) == "number":
			row = append(row, number(values[0]))
		case i < len(p.props) || p.others:
			row = append(row, text(joined(values)))
		}
	}
	return p.append(book, row)
}

// append puts a row on the page's last sheet, or on a new one if that is full.
func (p *page) append(book *book, row []cell) error {
	n := len(p.rows)
	if n == 0 || p.rows[n-1].full() {
		rows, err := book.rows()
		if err != nil {
			return err
		}
		p.rows = append(p.rows, rows)
		n++
	}
	return p.rows[n-1].add(row)
}

// bind puts the page's sheets into the book: "Company", "Company (2)".
func (p *page) bind(book *book, name string) {
	for i, rows := range p.rows {
		title := name
		if i > 0 {
			title = fmt.Sprintf("%s (%d)", name, i+1)
		}
		book.sheets = append(book.sheets, bookSheet{title, p.header(), rows})
	}
}

// about says what the file is and how to read it.
func (x *exporter) about(b *book) [][]cell {
	var out [][]cell
	say := func(what, is string) { out = append(out, []cell{text(what), text(is)}) }
	say("What", "Entities exported by Overt: one sheet for each schema of the FollowTheMoney model, one row for each entity.")
	if x.opts.Now != "" {
		say("Made", x.opts.Now)
	}
	say("Datasets", joined(x.datasetsOf(slices.Values(x.view.Sight().Classes()))))
	if len(x.opts.Schema) > 0 {
		say("Only schemata", joined(x.opts.Schema))
	}
	if len(x.opts.Entities) > 0 {
		say("Only chosen entities", strconv.Itoa(len(x.entities)))
	}
	say("Entities", strconv.FormatInt(x.count.Entities, 10))
	say("Statements behind them", strconv.FormatInt(x.count.Statements, 10))
	if x.opts.Raw {
		say("Identity", "Nothing is merged: each row is one entity as one source id names it.")
	} else {
		say("Identity", "A row may stand for several source ids that count as one entity; references name rows by their id.")
	}
	say("Several values", "Values in one cell are joined by \"; \". What a source no longer says is kept.")
	say("Money", "Amounts are those of single records, of several kinds. A column's sum can count the same money twice; use the money command for sums.")
	say("Not in here", "What the export's reader may not see, and suggestions that no person has accepted.")
	say("Licence", "Each dataset keeps the licence of its publisher. Look it up before you pass this file on; names of persons may be protected besides.")
	if b.cut > 0 {
		say("Cut", fmt.Sprintf("%d cells were longer than a spreadsheet holds (%d characters) and end with …", b.cut, maxCell))
	}
	return out
}

var sourceColumns = []string{"dataset", "run", "observed", "imported", "covers", "file", "bytes", "sha256", "warnings"}

// sources lists the files of every run that the export may rest on.
func (x *exporter) sources() [][]cell {
	type key struct {
		dataset string
		run     *statement.Run
	}
	seen := map[uint32]bool{}
	var runs []key
	for _, c := range x.view.Sight().Classes() {
		info, _ := x.view.Sight().Info(c)
		if id := uint32(info.Run.ID); !seen[id] && (x.classes == nil || x.classes[c]) {
			seen[id] = true
			runs = append(runs, key{info.Label.Dataset, info.Run})
		}
	}
	slices.SortStableFunc(runs, func(a, b key) int {
		return cmp.Or(cmp.Compare(a.dataset, b.dataset), cmp.Compare(a.run.ID, b.run.ID))
	})
	var out [][]cell
	for _, k := range runs {
		var warnings []string
		for _, w := range k.run.Doubts() {
			warnings = append(warnings, w.Message)
		}
		for _, s := range k.run.Sources {
			out = append(out, []cell{
				text(k.dataset), number(strconv.FormatUint(uint64(k.run.ID), 10)), text(k.run.Observed), text(k.run.Imported),
				text(string(k.run.Extent)), text(s.Name), number(strconv.FormatInt(s.Size, 10)), text(string(s.Blob)), text(joined(warnings)),
			})
		}
	}
	return out
}
