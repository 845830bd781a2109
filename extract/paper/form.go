package paper

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"

	"overt"
	"overt/extract"
	"overt/extract/reading"
	"overt/mapping"
)

// maxFormPages is how many pages of one form are looked at.
const maxFormPages = 40

// maxWarned is of how many forms of a document it is said which labels they
// have not.
const maxWarned = 100

// What stands more often than this is no form, whatever its words say.
const (
	maxSightings = 50 // of the labels of one field in one form
	maxBegins    = 20 // of forms on one page
)

// A Form finds the forms of one kind in a document: a record for each, whose
// columns are its fields. It is an extract.Reader.
type Form struct {
	src     Source
	form    *mapping.Form
	ends    []string // printed words with which forms of any kind begin
	info    extract.Info
	columns *extract.Columns
	warned  []extract.Warning
}

// NewForm gives the reader of forms of one kind. Where one of all begins,
// another ends.
func NewForm(src Source, name string, form *mapping.Form, all []*mapping.Form) *Form {
	f := &Form{src: src, form: form}
	for _, other := range all {
		f.ends = append(f.ends, other.Begins...)
	}
	names := make([]string, len(form.Fields))
	for i := range form.Fields {
		names[i] = form.Fields[i].Name
	}
	f.columns = extract.NewColumns(name, names)
	f.info = extract.Info{Format: extract.Text, Header: names, Table: name, Sure: 1}
	return f
}

// Info says what was found out.
func (f *Form) Info() extract.Info {
	info := f.info
	info.Warnings = slices.Clone(f.warned)
	return info
}

// A begun form is a place where one may begin.
type begun struct {
	page, line int
	ours       bool // of the kind that is looked for
	at         overt.Locator
}

// Records yields the forms in their order. One that begins and lacks a required
// field is a *extract.RowError.
func (f *Form) Records(ctx context.Context, selector string) iter.Seq2[extract.Record, error] {
	return func(yield func(extract.Record, error) bool) {
		if selector != "" {
			yield(nil, extract.NoSelector(f.info.Table, selector))
			return
		}
		r, done, err := f.src()
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = done() }()
		f.warned = nil
		begins, err := f.begins(ctx, r)
		if err != nil {
			yield(nil, err)
			return
		}
		f.forms(ctx, r, begins, yield)
	}
}

// begins finds where forms begin. Words that stand again where the form goes on,
// at the head of each page, are told apart later.
func (f *Form) begins(ctx context.Context, r *reading.Reading) ([]begun, error) {
	if len(f.form.Begins) == 0 {
		if len(r.Pages) == 0 {
			return nil, nil
		}
		return []begun{{page: r.Pages[0].Number, ours: true}}, nil
	}
	var out []begun
	for page, err := range r.Text() {
		if err = cmp.Or(err, ctx.Err()); err != nil {
			return nil, err
		}
		if !f.mayBegin(page.Text) {
			continue
		}
		l := layOut(page)
		var here []begun
		for _, words := range f.ends {
			for _, s := range l.find(mapping.FoldLabel(words)) {
				if s.cost != float32(int(s.cost)) {
					continue // in the middle of other words
				}
				b := begun{page: l.number, line: s.line, at: s.locator(), ours: slices.Contains(f.form.Begins, words)}
				if i := slices.IndexFunc(here, func(h begun) bool { return h.line == b.line }); i >= 0 {
					here[i].ours = here[i].ours || b.ours
					continue
				}
				here = append(here, b)
			}
		}
		slices.SortFunc(here, func(a, b begun) int { return a.line - b.line })
		if len(here) > maxBegins {
			f.warn("too-many-forms", fmt.Sprintf("more than %d forms begin on the page; they are not told apart from there on", maxBegins), here[maxBegins].at)
			here = here[:maxBegins]
		}
		out = append(out, here...)
	}
	return out, nil
}

// mayBegin says whether a text has the letters of a beginning: most pages of
// most documents do not, and need no further look.
func (f *Form) mayBegin(text string) bool {
	folded := mapping.FoldLabel(text)
	for _, words := range f.form.Begins {
		w := mapping.FoldLabel(words)
		if strings.Contains(folded, w) {
			return true
		}
		// A label with some characters wrong has most of its parts right.
		parts, found := 0, 0
		for i := 0; i+4 <= len(w); i += 4 {
			parts++
			if strings.Contains(folded, w[i:i+4]) {
				found++
			}
		}
		if parts > 2 && 2*found >= parts {
			return true
		}
	}
	return false
}

func (s *sighting) locator() overt.Locator {
	words := s.page.lines[s.line][s.first:]
	if s.last == s.line {
		words = s.page.lines[s.line][s.first:s.end]
	}
	at := overt.Locator{Page: s.page.number, Start: words[0].start, End: words[0].end}
	for _, w := range words {
		at.Start, at.End = min(at.Start, w.start), max(at.End, w.end)
	}
	return at
}

// forms yields the form that stands from each of our beginnings to the next.
func (f *Form) forms(ctx context.Context, r *reading.Reading, begins []begun, yield func(extract.Record, error) bool) {
	for i, b := range begins {
		if !b.ours {
			continue
		}
		scope, err := f.scope(ctx, r, begins, i)
		if err != nil {
			yield(nil, err)
			return
		}
		rec, lacks, some := f.record(scope, b)
		switch {
		case len(lacks) > 0 && !some:
			continue // the words alone: a title that stands on each page, or a mention of it
		case len(lacks) > 0:
			err := &extract.RowError{Where: b.at, Reason: "the form has no value for " + strings.Join(lacks, ", ")}
			if !yield(nil, err) {
				return
			}
		default:
			if !yield(rec, nil) {
				return
			}
		}
	}
}

// scope lays out the pages of one form, without the lines of its neighbours.
func (f *Form) scope(ctx context.Context, r *reading.Reading, begins []begun, i int) ([]*layout, error) {
	b := begins[i]
	end := begun{page: -1}
	for _, next := range begins[i+1:] {
		// What our own words begin again on a later page may be the same form: it is
		// cut there all the same, so that no value is of two.
		if end = next; next.page != b.page || next.line > b.line {
			break
		}
	}
	var out []*layout
	for _, info := range r.Pages {
		if info.Number < b.page || len(out) == maxFormPages || end.page >= 0 && info.Number > end.page {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p, err := r.Page(info.Number)
		if err != nil {
			return nil, err
		}
		l := layOut(p)
		from, to := 0, len(l.lines)
		if info.Number == b.page && i > 0 && begins[i-1].page == b.page {
			from = b.line
		}
		if info.Number == end.page {
			if to = end.line; info.Number > b.page {
				continue // the next form begins on this page
			}
		}
		if l.cut {
			f.warn("too-many-words", fmt.Sprintf("the page has more than %d words; the form was looked for in the first of them", maxWords), overt.Locator{Page: l.number})
		}
		l.lines = l.lines[min(from, to):to]
		out = append(out, l)
	}
	return out, nil
}

// record fills the fields of one form. lacks are the required ones that have no
// value; some says that it is such a form all the same: the label of the first
// required field is there, or most of them have values.
func (f *Form) record(scope []*layout, b begun) (rec *record, lacks []string, some bool) {
	seen := make([][]sighting, len(f.form.Fields))
	for i := range f.form.Fields {
		seen[i] = f.sightings(scope, f.form.Fields[i].Labels)
	}
	for i := range seen {
		seen[i] = slices.DeleteFunc(seen[i], func(s sighting) bool { return within(s, seen) })
	}
	for i := range seen {
		for k := range seen[i] {
			if seen[i][k].cost == float32(int(seen[i][k].cost)) {
				seen[i][k].mark()
			}
		}
	}
	var unlabelled []string
	filled := 0 // required ones that have a value
	rec = &record{at: b.at, columns: f.columns, cells: make([]extract.Cell, len(f.form.Fields))}
	for i := range f.form.Fields {
		field := &f.form.Fields[i]
		cell, ok := f.value(scope, field, seen[i])
		switch {
		case ok:
			rec.cells[i] = cell
			if field.Required {
				filled++
				some = some || len(lacks)+filled == 1
			}
			if rec.at.IsZero() {
				rec.at = cell.At
			}
		case field.Required:
			if lacks = append(lacks, fmt.Sprintf("%q", field.Name)); len(lacks)+filled == 1 {
				some = slices.ContainsFunc(seen[i], func(s sighting) bool { return s.cost == float32(int(s.cost)) })
			}
		case len(seen[i]) == 0 && !field.Optional:
			unlabelled = append(unlabelled, fmt.Sprintf("%q", field.Name))
		}
	}
	if len(lacks) > 0 {
		return nil, lacks, some && filled > 0 || filled > len(lacks)
	}
	if len(unlabelled) > 0 {
		f.warn("label-not-found", "the form has no label for "+strings.Join(unlabelled, ", "), rec.at)
	}
	return rec, nil, true
}

func (f *Form) warn(code, message string, at overt.Locator) {
	if len(f.warned) < maxWarned {
		f.warned = append(f.warned, extract.Warning{Code: code, Message: message, Count: 1, First: []overt.Locator{at}})
	}
}

// within says whether a label stands at the end of another one's words: "CODE" in
// "CAGE CODE".
func within(s sighting, all [][]sighting) bool {
	for _, list := range all {
		for _, o := range list {
			if o.page == s.page && o.line <= s.line && o.last >= s.last && o.left < s.left-1 && o.right >= s.right-1 && s.top > o.top-1 {
				return true
			}
		}
	}
	return false
}

// sightings gives where a field's labels stand, the likeliest first.
func (f *Form) sightings(scope []*layout, labels []string) []sighting {
	var out []sighting
	for _, label := range labels {
		folded := mapping.FoldLabel(label)
		for _, l := range scope {
			out = append(out, l.find(folded)...)
		}
	}
	slices.SortStableFunc(out, func(a, b sighting) int {
		return cmp.Or(cmp.Compare(a.cost, b.cost), a.page.number-b.page.number, a.line-b.line)
	})
	return out[:min(len(out), maxSightings)]
}

// value gives the value of a field: of the likeliest label that has one.
func (f *Form) value(scope []*layout, field *mapping.FormField, seen []sighting) (extract.Cell, bool) {
	var headings []sighting
	if len(field.Under) > 0 {
		headings = f.sightings(scope, field.Under)
	}
	for i := range seen {
		s := &seen[i]
		for _, side := range field.Sides {
			var words [][]word
			switch {
			case len(field.Under) > 0:
				words = s.under(headings)
			case side == mapping.Right:
				words = s.beside()
			default:
				words = s.beneath(field)
			}
			if cell, ok := cellOf(s.page, words, field); ok {
				return cell, true
			}
		}
	}
	return extract.Cell{}, false
}
