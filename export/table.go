package export

import (
	"context"
	"encoding/csv"
	"io"
	"maps"
	"slices"
	"strconv"

	"overt/ftm"
	"overt/statement"
)

// longColumns is the header of CSV without a choice of schemata.
var longColumns = []string{"id", "schema", "caption", "property", "value", "dataset", "run", "source", "place", "quote"}

// csv writes a table: wide where the schemata are chosen, long otherwise.
func (x *exporter) csv(ctx context.Context, w io.Writer) error {
	out := csv.NewWriter(w)
	rows := x.longRows
	header := longColumns
	if len(x.opts.Schema) > 0 {
		wide := newWide(x.model, x.opts.Schema)
		header = slices.Concat([]string{"id", "schema", "caption"}, wide.props, []string{otherColumn})
		rows = func(out *csv.Writer, r *record) error { return x.wideRow(out, wide, r) }
	}
	if err := writeInert(out, header); err != nil {
		return err
	}
	for r, err := range x.records(ctx) {
		if err != nil {
			return err
		}
		if err := rows(out, r); err != nil {
			return err
		}
		x.counts(r)
	}
	out.Flush()
	return out.Error()
}

func writeInert(out *csv.Writer, fields []string) error {
	cells := make([]string, len(fields))
	for i, f := range fields {
		cells[i] = inert(f)
	}
	return out.Write(cells)
}

// longRows writes a row for each statement and each file it was read in, with
// all its places there. Values, references too, are as their source has them.
// That an entity exists is a row only if nothing else is said of it.
func (x *exporter) longRows(out *csv.Writer, r *record) error {
	caption := r.Caption()
	bare := !slices.ContainsFunc(slices.Collect(r.statements()), func(s *statement.Statement) bool { return s.Prop != statement.PropID })
	for s := range r.statements() {
		if s.Prop == statement.PropID && !bare {
			continue
		}
		info, _ := x.view.Sight().Info(s.Class)
		value := s.Value
		if s.Prop == statement.PropID && value == "" {
			value = string(s.Entity)
		}
		for _, p := range x.places(s) {
			err := writeInert(out, []string{
				plainID(r.ID), r.Schema, caption, s.Prop, value, info.Label.Dataset,
				strconv.FormatUint(uint64(info.Run.ID), 10), p.source, p.places, p.quote,
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// A cited is one file in which a statement was read.
type cited struct{ source, places, quote string }

// places gathers a statement's places by file; one empty entry for a statement
// that nothing is cited for.
func (x *exporter) places(s *statement.Statement) []cited {
	var out []cited
	for i, p := range s.Places {
		c := x.view.Cite(s.Class, p, s.Quoted())
		if i > 0 && p.Source == s.Places[i-1].Source {
			out[len(out)-1].places += "; " + c.Locator.String()
			continue
		}
		out = append(out, cited{c.Source, c.Locator.String(), c.Quote})
	}
	if out == nil {
		return []cited{{}}
	}
	return out
}

// otherColumn takes the values that have no column: those of properties that
// only a more specific schema has, or a merged entity of another one.
const otherColumn = "other values"

// A wide lays out entities as rows with a column for each property.
type wide struct {
	props  []string
	column map[string]int
}

// newWide has the properties of the schemata, each once, in the order to show
// them.
func newWide(m *ftm.Model, schemata []string) *wide {
	w := &wide{column: map[string]int{}}
	for _, name := range schemata {
		for _, p := range m.Schema(name).SortedProperties() {
			if !p.Stub {
				w.add(p.Name)
			}
		}
	}
	return w
}

func (w *wide) add(prop string) {
	if _, ok := w.column[prop]; !ok {
		w.column[prop] = len(w.props)
		w.props = append(w.props, prop)
	}
}

// cells gives the values of each column, and last those of all others with
// their property.
func (w *wide) cells(e *ftm.Entity) [][]string {
	out := make([][]string, len(w.props)+1)
	for _, prop := range slices.Sorted(maps.Keys(e.Properties)) {
		values := e.Properties[prop]
		if i, ok := w.column[prop]; ok {
			out[i] = values
			continue
		}
		for _, v := range values {
			out[len(w.props)] = append(out[len(w.props)], prop+": "+v)
		}
	}
	return out
}

func (x *exporter) wideRow(out *csv.Writer, w *wide, r *record) error {
	e := x.ftmEntity(r)
	row := []string{plainID(e.ID), e.Schema, e.Caption}
	for _, values := range w.cells(e) {
		row = append(row, joined(values))
	}
	return writeInert(out, row)
}
