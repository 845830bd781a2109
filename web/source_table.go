package web

import (
	"cmp"
	"context"
	"strconv"

	"github.com/a-h/templ"

	"overt"
	"overt/answer"
	"overt/ledger"
	"overt/ui"
)

// columns are headings; those that begin with # are of numbers, with @ of days.
func columns(ctx context.Context, labels ...string) []ui.Column {
	out := make([]ui.Column, len(labels))
	for i, l := range labels {
		switch l[0] {
		case '#':
			out[i].Number, l = true, l[1:]
		case '@':
			out[i].Whole, l = true, l[1:]
		}
		out[i].Label = ui.T(ctx, l)
	}
	return out
}

// numbers are cells.
func numbers(list ...int64) []templ.Component {
	out := make([]templ.Component, len(list))
	for i, n := range list {
		if out[i] = ui.Bdi(ui.Number(n)); n == 0 {
			out[i] = zero()
		}
	}
	return out
}

// sourceTable has a row for each source.
func (s *Service) sourceTable(v *visit, a *answer.Sources) ui.Table {
	ctx := ui.With(v.Context(), s.frame(v))
	t := ui.Table{Caption: ui.T(ctx, "Sources, and what was read of them"), Headed: true, Columns: columns(ctx,
		"Source", "@As of", "#Imports", "#Files", "#Not read", "#Rows", "#Rows left out", "#Pages", "#Pages left out", "#Doubts", "Open to", "Search")}
	for _, src := range a.Sources {
		p, c := sourcePage{sourceAnswer: &sourceAnswer{Source: src}}, &src.Coverage
		row := []templ.Component{sourceName(src), ui.Bdi(day(src.AsOf))}
		row = append(row, numbers(int64(len(src.Runs)), int64(c.Received), int64(len(c.Failed)+c.Refused), c.RowsReceived, c.RowsLeft, c.Pages, c.PagesLeft, int64(len(p.doubts())))...)
		t.Rows = append(t.Rows, append(row, ui.Bdi(s.openTo(v, src)), searchIn(src)))
	}
	return t
}

// runTable has a row for each import, the newest first.
func (p *sourcePage) runTable(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "Imports"), Headed: true, Columns: columns(ctx,
		"#Import", "@As of", "@Came in", "How much of it", "#Entities", "#New or changed", "#Values", "From", "Remarks", "Changes")}
	for i := range p.Runs {
		r := &p.Runs[i]
		extent := ui.T(ctx, string(r.Extent))
		if r.Assumed {
			extent += " " + ui.T(ctx, "(assumed)")
		}
		row := append(numbers(int64(r.ID)), ui.Bdi(day(r.Observed)), ui.Bdi(day(r.Imported)), ui.Bdi(extent))
		row = append(row, numbers(r.Entities, r.New, r.Statements)...)
		t.Rows = append(t.Rows, append(row, runFrom(r), runRemarks(r), runChanges(p.Name, p.Before(&r.Run), r.ID)))
	}
	return t
}

// noticeTable has what publishers said of imports after they came in.
func (p *sourcePage) noticeTable(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "Notices"), Headed: true, Columns: columns(ctx, "#Import", "What", "@On", "Why", "Entered by")}
	for _, n := range p.notices() {
		t.Rows = append(t.Rows, append(numbers(int64(n.run)), ui.Bdi(ui.T(ctx, n.Kind)), ui.Bdi(n.On), ui.Bdi(n.Reason), ui.Bdi(n.Actor)))
	}
	return t
}

// failTable has the files of which nothing is kept, and what to do about each.
func (p *sourcePage) failTable(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.N(ctx, "%s file could not be read", "%s files could not be read", len(p.Coverage.Failed)), Headed: true, Columns: columns(ctx, "File", "Why", "What to do")}
	for _, f := range p.Coverage.Failed[:min(len(p.Coverage.Failed), filesShown)] {
		t.Rows = append(t.Rows, []templ.Component{ui.Bdi(f.Where), ui.Bdi(f.Reason), ui.Bdi(f.Retry)})
	}
	return t
}

// fileTable has a row for each file that was received.
func (p *sourcePage) fileTable(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "Files"), Headed: true, Columns: columns(ctx,
		"File", "@Came in", "Outcome", "#Import", "#Rows or pages", "#Read", "#Left out", "Why", "What to do", "SHA-256")}
	list, _ := p.files()
	for i := range list {
		e := &list[i]
		row := append([]templ.Component{ui.Bdi(e.Source), ui.Bdi(day(e.At)), verdictTag(e)}, ui.Bdi(numeral(int(e.Run))))
		row = append(row, numbers(e.Received, e.Read, e.LeftOut)...)
		t.Rows = append(t.Rows, append(row, ui.Bdi(e.Reason), ui.Bdi(e.Retry), ui.Mono(short(string(e.Blob)))))
	}
	return t
}

// short is the beginning of a hash.
func short(hash string) string { return hash[:min(len(hash), 12)] }

// reasonTable counts why rows, values, pages and parts were left out.
func (p *sourcePage) reasonTable(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "Why something was left out"), Headed: true, Columns: columns(ctx, "Why", "#How often", "#Nothing of the row or page is kept")}
	for _, r := range p.Coverage.Reasons {
		t.Rows = append(t.Rows, append([]templ.Component{ui.Bdi(r.Reason)}, numbers(r.Rows, r.Fatal)...))
	}
	return t
}

// leftTable has the first places that were left out.
func (p *sourcePage) leftTable(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "Places"), Headed: true, Columns: columns(ctx, "File", "Where", "Column", "Why", "Kept")}
	for _, l := range p.Coverage.Left[:min(len(p.Coverage.Left), leftShown)] {
		kept := "the rest of it"
		if l.Fatal {
			kept = "nothing"
		}
		t.Rows = append(t.Rows, []templ.Component{ui.Bdi(l.Source), ui.Bdi(l.Where.String()), ui.Bdi(l.Column), ui.Bdi(l.Reason), ui.Bdi(ui.T(ctx, kept))})
	}
	return t
}

// countTable says what became of the entities of each kind.
func (p *sourcePage) countTable(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "Entities of both states"), Headed: true, Columns: columns(ctx, "Kind", "#New", "#Back", "#Changed", "#Gone", "#Not spoken of", "#The same")}
	row := func(label string, n answer.DiffCounts) []templ.Component {
		return append([]templ.Component{ui.Bdi(label)}, numbers(int64(n.New), int64(n.Back), int64(n.Changed), int64(n.Gone), int64(n.Unsaid), int64(n.Same))...)
	}
	for _, s := range p.Diff.Schemata {
		t.Rows = append(t.Rows, row(schemaLabel(s.Schema), s.DiffCounts))
	}
	t.Foot = row(ui.T(ctx, "all"), p.Diff.Counts)
	return t
}

// mended says whether a file failed at first and was read since.
func mended(e *ledger.Entry) bool { return e.Verdict == ledger.Failed && e.Retry == "" }

// runName is a run with its number.
func runName(ctx context.Context, r answer.DiffRun) string {
	return ui.T(ctx, "import %s of %s", strconv.Itoa(int(r.Run)), day(r.Observed))
}

// valuesShown is how many values of one changed entity are listed.
const valuesShown = 12

// shownValue is the value, or whom it names.
func shownValue(v answer.ValueDiff) string { return cmp.Or(v.Caption, v.Value) }

// citesOf is where a value stands; none where it has no source.
func citesOf(v answer.ValueDiff) []overt.Citation {
	if v.Citation.Blob == "" {
		return nil
	}
	return []overt.Citation{v.Citation}
}
