package export

import (
	"cmp"
	"context"
	"encoding/csv"
	"io"
	"maps"
	"slices"
	"strconv"

	"overt/ftm"
	"overt/graph"
	"overt/statement"
)

// A saying is one row of a statement file, and the statements of all runs of
// its dataset that say it, oldest run first.
type saying struct {
	row ftm.Statement
	by  []*statement.Statement
}

// sayingKey is what makes two statements one row: what the id is made of, and
// the id.
type sayingKey struct {
	dataset, prop, value, lang, id string
	entity                         ftm.EntityID
	external                       bool
}

// statementRows writes statement CSV.
func (x *exporter) statementRows(ctx context.Context, w io.Writer) error {
	rows := ftm.NewStatementWriter(w)
	for r, err := range x.records(ctx) {
		if err != nil {
			return err
		}
		x.count.Entities++
		for _, s := range x.sayings(r) {
			if err := rows.Write(&s.row); err != nil {
				return err
			}
			x.count.Statements++
		}
	}
	return rows.Flush()
}

// passageColumns is the header of the side table.
var passageColumns = []string{
	"statement_id", "run", "source", "blob", "table", "row", "column", "pointer", "page", "start", "end", "quote",
}

// Passages writes the side table of a statement file made with the same
// options: CSV with one row for each place a statement was read at, joined by
// the statement's id. Texts are exact. It gives the number of rows.
// Errors: as those of Write.
func Passages(ctx context.Context, w io.Writer, view statement.View, g *graph.View, opts Options) (int64, error) {
	x, err := newExporter(ctx, view, g, opts)
	if err != nil {
		return 0, err
	}
	x.external = true
	out := csv.NewWriter(w)
	rows, err := x.passageRows(ctx, out)
	if err == nil {
		out.Flush()
		err = out.Error()
	}
	return rows, told(ctx, err)
}

func (x *exporter) passageRows(ctx context.Context, out *csv.Writer) (rows int64, err error) {
	if err := out.Write(passageColumns); err != nil {
		return 0, err
	}
	for r, err := range x.records(ctx) {
		if err != nil {
			return rows, err
		}
		for _, s := range x.sayings(r) {
			n, err := x.passages(out, s)
			rows += n
			if err != nil {
				return rows, err
			}
		}
	}
	return rows, nil
}

func (x *exporter) passages(out *csv.Writer, s *saying) (rows int64, err error) {
	number := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	for _, st := range s.by {
		for _, p := range st.Places {
			c := x.view.Cite(st.Class, p, st.Quoted())
			l := c.Locator
			start, end := "", ""
			if l.Page != 0 {
				start, end = strconv.Itoa(l.Start), strconv.Itoa(l.End)
			}
			err := out.Write([]string{
				s.row.ID, number(int64(c.Run)), c.Source, string(c.Blob), l.Table, number(l.Row), l.Column, l.Pointer,
				number(int64(l.Page)), start, end, c.Quote,
			})
			if err != nil {
				return rows, err
			}
			rows++
		}
	}
	return rows, nil
}

// sayings are the rows of a record, by entity id, property, value, language,
// dataset.
func (x *exporter) sayings(r *record) []*saying {
	canon := x.canonicalRow(r)
	byKey := map[sayingKey]*saying{}
	own := x.beside(r).schema()
	for st := range r.sayings() {
		row := x.row(st, r.merged, canon)
		if own != "" && row.Schema == unknownSchema {
			row.Schema = own
		}
		k := sayingKey{row.Dataset, row.Prop, row.Value, row.Lang, row.ID, row.EntityID, row.External}
		if byKey[k] == nil {
			byKey[k] = &saying{row: row}
		}
		byKey[k].add(x, st, row)
	}
	return slices.SortedFunc(maps.Values(byKey), func(a, b *saying) int { return compareRows(&a.row, &b.row) })
}

// add takes one more statement of the row: the newest run's words stand, and
// the days are those of all.
func (s *saying) add(x *exporter, st *statement.Statement, row ftm.Statement) {
	first, last := earlier(s.row.FirstSeen, row.FirstSeen), max(s.row.LastSeen, row.LastSeen)
	at := len(s.by)
	for at > 0 && x.newer(s.by[at-1], st) {
		at--
	}
	if at == len(s.by) {
		s.row = row
	}
	s.by = slices.Insert(s.by, at, st)
	s.row.FirstSeen, s.row.LastSeen = first, last
}

func compareRows(a, b *ftm.Statement) int {
	external := func(s *ftm.Statement) int {
		if s.External {
			return 1
		}
		return 0
	}
	return cmp.Or(
		cmp.Compare(a.EntityID, b.EntityID), cmp.Compare(a.Prop, b.Prop), cmp.Compare(a.Value, b.Value), cmp.Compare(a.Lang, b.Lang),
		cmp.Compare(a.Dataset, b.Dataset), cmp.Compare(external(a), external(b)), cmp.Compare(a.ID, b.ID),
	)
}

// canonicalRow is the canonical id to write for a record: what its source
// calls it, so that a file that came with judgements leaves with them; the
// least such id where several meet; else ours.
func (x *exporter) canonicalRow(r *record) ftm.EntityID {
	own := ftm.EntityID("")
	for s := range r.statements() {
		if c := s.Canonical; c != "" && (own == "" || c < own) {
			own = c
		}
	}
	return cmp.Or(own, r.ID)
}

// row is a statement as one run says it. What we merged shares one canonical
// id; an entity that stands alone keeps what each statement says.
func (x *exporter) row(st *statement.Statement, merged bool, canon ftm.EntityID) ftm.Statement {
	info, _ := x.view.Sight().Info(st.Class)
	row := ftm.Statement{
		ID: st.SourceID, EntityID: st.Entity, CanonicalID: canon, Prop: st.Prop, PropType: x.propType(st.Schema, st.Prop),
		Schema: st.Schema, Value: st.Value, Dataset: info.Label.Dataset, Origin: st.Origin, Lang: st.Lang,
		OriginalValue: st.Original, External: st.External,
		FirstSeen: st.FirstSeen, LastSeen: st.LastSeen,
	}
	if !x.statementFile(st.Class) {
		row.FirstSeen, row.LastSeen = cmp.Or(st.FirstSeen, info.Run.Observed), cmp.Or(st.LastSeen, info.Run.Observed)
	}
	if !merged {
		row.CanonicalID = cmp.Or(st.Canonical, st.Entity)
	}
	if st.Prop == statement.PropID {
		row.PropType, row.Value = ftm.BaseProp, cmp.Or(st.Value, string(st.Entity))
	}
	if row.ID == "" {
		row.ID = row.MakeID()
	}
	return row
}

// newer says whether a stands in a run observed after that of b, and among
// those of one day in a later one.
func (x *exporter) newer(a, b *statement.Statement) bool {
	if d := cmp.Compare(x.observed(a.Class), x.observed(b.Class)); d != 0 {
		return d > 0
	}
	return a.Class > b.Class
}
