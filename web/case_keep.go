package web

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"overt"
	"overt/answer"
	"overt/casefile"
	"overt/ftm"
	"overt/gate"
	"overt/money"
	"overt/policy"
	"overt/statement"
	"overt/ui"
)

// citesKept is how many places are kept with a row; sums keep each of their parts.
const citesKept = 5

// A shown is what a view shows that can be kept.
type shown struct {
	Said   interface{ Records() int } `json:"said"`
	Labels []policy.Label             `json:"-"`

	table   sheet
	ids     []ftm.EntityID // that it names
	beside  []policy.Label // that it rests on beside those
	left    []string       // what it leaves out
	picture templ.Component
}

// Records counts what the answer releases.
func (a *shown) Records() int { return a.Said.Records() }

// A viewing is the question of an address whose view can be kept.
type viewing struct {
	act     gate.Act
	address string
	ask     func(ctx context.Context, d *gate.Desk) (*shown, error)
}

// keep asks the question of an address of the desk again, and gives what it shows, with
// what it may be called. Errors: invalid (no view that can be kept), those of the view.
func (s *Service) keep(v *visit, pass *gate.Pass, to string) (*casefile.Saved, string, error) {
	w, err := s.viewing(v, to)
	if err != nil {
		return nil, "", err
	}
	ctx := ui.With(v.Context(), s.frame(v))
	a, err := gate.Ask(ctx, pass, w.act, true, func(ctx context.Context, d *gate.Desk) (*shown, error) {
		a, err := w.ask(ctx, d)
		if err == nil {
			a.Labels, err = answer.ShownLabels(ctx, d, a.table.allCites(), a.ids)
			a.Labels = append(a.Labels, a.beside...)
		}
		return a, err
	})
	if err != nil {
		return nil, "", err
	}
	saved := a.table.saved()
	saved.Address, saved.AsOf, saved.Labels, saved.Left = w.address, w.act.AsOf, a.Labels, a.left
	if a.picture != nil {
		var b bytes.Buffer
		if err := a.picture.Render(standing(ctx), &b); err != nil {
			return nil, "", err
		}
		saved.Picture = b.String()
	}
	return saved, clip(a.table.caption), nil
}

// viewing reads an address. Errors: invalid.
func (s *Service) viewing(v *visit, to string) (*viewing, error) {
	u, err := url.Parse(to)
	if err != nil || u.Host != "" || u.Scheme != "" {
		return nil, overt.Errorf(overt.Invalid, "view", "that is no address of the desk")
	}
	if id, ok := strings.CutPrefix(u.Path, "/e/"); ok && strings.HasSuffix(id, "/facts") {
		return s.viewFacts(strings.TrimSuffix(id, "/facts")), nil
	}
	if u.Path == "/search" {
		return viewSearch(readSearching(u.Query()))
	}
	if u.Path != "/trace" {
		return nil, overt.Errorf(overt.Invalid, "view", "views of the trace, of a search and of what is said of an entity are kept in a case")
	}
	q, err := readTrace(u.Query())
	if err != nil {
		return nil, err
	}
	if q.missing() != "" {
		return nil, overt.Errorf(overt.Invalid, "view", "%s", v.say(q.missing()))
	}
	act := gate.Act{Action: "trace." + q.view, Query: clipQuery(u.Query()), AsOf: q.asOf}
	return &viewing{act, q.path(), func(ctx context.Context, d *gate.Desk) (*shown, error) {
		found, err := q.ask(ctx, d, statement.DayAt(s.cfg.Clock()), true)
		if err != nil {
			return nil, err
		}
		p := tracePage{q: q, traceAnswer: found}
		return &shown{Said: found, table: p.sheet(ctx), ids: found.ids(), left: p.left(ctx), picture: p.picture(standing(ctx))}, nil
	}}, nil
}

// viewFacts is what is said of an entity.
func (s *Service) viewFacts(id string) *viewing {
	e := entityQuestion{id: ftm.EntityID(id), view: "facts"}
	return &viewing{gate.Act{Action: "entity.read", Object: id, Query: e.view}, entityPath(e.id, e.view), func(ctx context.Context, d *gate.Desk) (*shown, error) {
		a, err := s.readView(ctx, d, e)
		if err != nil {
			return nil, err
		}
		t := sheet{caption: ui.T(ctx, "What is said of %s", a.Profile.Found.Caption), columns: columns(ctx, "Field", "Value", "Source")}
		for i := range a.Profile.Values {
			x := &a.Profile.Values[i]
			said := said(cmp.Or(x.Caption, x.Value))
			if x.Gone != "" {
				said.text += " (" + ui.T(ctx, "gone by %s", x.Gone) + ")"
			}
			t.rows = append(t.rows, []entry{{text: x.Label}, said, cited(citesChip(x.Label, x.Citations, x.Count), x.Citations)})
		}
		return &shown{Said: a, table: t, ids: a.named(), left: a.Profile.Notes}, nil
	}}
}

// named are the entity and those that its values name.
func (a *entityAnswer) named() []ftm.EntityID {
	out := []ftm.EntityID{a.Profile.Found.ID}
	for i := range a.Profile.Values {
		if x := &a.Profile.Values[i]; x.Caption != "" {
			out = append(out, ftm.EntityID(x.Value))
		}
	}
	return out
}

// ids are the entities that an answer names.
func (a *traceAnswer) ids() (out []ftm.EntityID) {
	of := func(list ...answer.Entity) {
		for _, e := range list {
			out = append(out, e.ID)
		}
	}
	switch {
	case a.Flow != nil:
		of(a.Flow.Nodes...)
	case a.Net != nil:
		for i := range a.Net.Nodes {
			of(a.Net.Nodes[i].Entity)
		}
	case a.Trace != nil:
		for i := range a.Trace.Paths {
			of(a.Trace.Paths[i].Nodes...)
		}
	case a.Reach != nil:
		of(a.Reach.Columns...)
		for _, r := range a.Reach.Rows {
			of(r.Entity)
			for _, c := range r.Cells {
				if c.Holder != nil {
					of(c.Holder.Chain.Nodes...)
				}
			}
		}
	}
	return out
}

// left says what a view leaves out, and what is doubtful in it.
func (p tracePage) left(ctx context.Context) (out []string) {
	for _, l := range p.limits() {
		out = append(out, l.Text)
	}
	var doubts []money.Warning
	if p.Flow != nil {
		doubts = p.Flow.Warnings
	} else if p.Trace != nil {
		doubts = p.warnings()
	}
	for _, w := range doubts {
		out = append(out, w.Message)
	}
	if n := len(p.unseen()); n > 0 {
		out = append(out, ui.N(ctx, "%s file could hold more and was not seen whole", "%s files could hold more and were not seen whole", n))
	}
	return out
}

// allCites are the citations of a sheet.
func (s sheet) allCites() (out []overt.Citation) {
	for _, row := range s.rows {
		for _, e := range row {
			out = append(out, e.cites...)
			for _, p := range e.parts {
				if p.Citation != nil {
					out = append(out, *p.Citation)
				}
			}
		}
	}
	return out
}

// saved is the sheet as a case keeps it: its words, and each source once.
func (s sheet) saved() *casefile.Saved {
	out, at := &casefile.Saved{Rows: []casefile.SavedRow{}, Sources: []casefile.SavedSource{}}, map[overt.BlobID]int{}
	cite := func(c *overt.Citation) casefile.SavedCite {
		i, ok := at[c.Blob]
		if !ok {
			i = len(out.Sources)
			at[c.Blob] = i
			out.Sources = append(out.Sources, casefile.SavedSource{Blob: c.Blob, Name: c.Source, Dataset: c.Dataset, Run: c.Run})
		}
		return casefile.SavedCite{Source: i, Place: c.Locator, Quote: clipQuote(c.Quote)}
	}
	for i, row := range s.rows {
		var r casefile.SavedRow
		for k, e := range row {
			if e.chip != nil {
				for j := range e.cites[:min(len(e.cites), citesKept)] {
					r.Cites = append(r.Cites, cite(&e.cites[j]))
				}
				if e.uri != "" {
					r.Cites[len(r.Cites)-1].URI = e.uri
				}
				r.More = max(e.chip.Count, len(e.cites)) - len(r.Cites)
				continue
			}
			if len(e.parts) > 0 {
				r.Sum = &casefile.SavedSum{Column: len(r.Cells), Amount: e.saved}
				for _, p := range e.parts {
					part := casefile.SavedPart{Amount: p.Amount.String()}
					if p.Citation != nil {
						c := cite(p.Citation)
						part.Cite = &c
					}
					r.Sum.Parts = append(r.Sum.Parts, part)
				}
			}
			if i == 0 {
				out.Columns = append(out.Columns, casefile.SavedColumn{Label: s.columns[k].Label, Number: s.columns[k].Number})
			}
			r.Cells = append(r.Cells, e.text)
		}
		out.Rows = append(out.Rows, r)
	}
	return out
}

// clipQuote bounds what is kept of a place.
func clipQuote(s string) string {
	if r := []rune(s); len(r) > 200 {
		return string(r[:200])
	}
	return s
}

// savedView asks for a view that a case keeps.
func (s *Service) savedView(v *visit) (*casefile.SavedView, error) {
	id := v.PathValue("case")
	pass, err := s.openIn(v, id)
	if err != nil {
		return nil, err
	}
	item := v.PathValue("item")
	return gate.Ask(v.Context(), pass, gate.Act{Action: "case.read", Object: id, Query: clip(item)}, true, func(ctx context.Context, d *gate.Desk) (*casefile.SavedView, error) {
		c, err := answer.ReadCase(ctx, d, id, false)
		if err != nil {
			return nil, err
		}
		if x := c.SavedView(item); x != nil && x.Saved != nil {
			return x, nil
		}
		return nil, overt.Errorf(overt.NotFound, clip(item), "there is no such view in the case")
	})
}

// showSaved shows a view that a case keeps, as it was.
func (s *Service) showSaved(v *visit) (response, error) {
	x, err := s.savedView(v)
	if err != nil {
		return response{}, err
	}
	return show(ui.Page{Title: clip(x.Title), Main: savedScreen(v.PathValue("case"), x)})
}

// savedPicture gives the picture of such a view.
func (s *Service) savedPicture(v *visit) (response, error) {
	x, err := s.savedView(v)
	if err == nil && x.Saved.Picture == "" {
		err = overt.Errorf(overt.NotFound, "", "there is no such picture")
	}
	if err != nil {
		return response{}, err
	}
	writePicture(v.w, x.Saved.Picture)
	return response{done: true}, nil
}

// writePicture writes an SVG as a picture and no more: opened by itself it runs nothing.
func writePicture(w http.ResponseWriter, picture string) {
	h := w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	h.Set("Content-Length", strconv.Itoa(len(picture)))
	_, _ = w.Write([]byte(picture)) // who asked has gone
}

// savedTable is the table of a view with a chip for each row.
func savedTable(ctx context.Context, x *casefile.SavedView) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "%s", x.Title)}
	for _, c := range x.Saved.Columns {
		t.Columns = append(t.Columns, ui.Column{Label: ui.T(ctx, c.Label), Number: c.Number})
	}
	t.Columns = append(t.Columns, ui.Column{Label: ui.T(ctx, "Source")})
	for i := range x.Saved.Rows {
		r := &x.Saved.Rows[i]
		var row []templ.Component
		for _, c := range r.Cells {
			row = append(row, ui.Bdi(c))
		}
		chip := ui.Chip{State: ui.Unsourced, Of: x.Title}
		if len(r.Cites) > 0 {
			c := &r.Cites[0]
			chip = ui.Chip{State: citeShape(x.Status), Count: len(r.Cites) + r.More, Of: x.Title, Href: citationPath(overt.Citation{Blob: x.Saved.Sources[c.Source].Blob, Locator: c.Place})}
			if c.URI != "" {
				chip.Href = passagePath(c.URI)
			}
		}
		if r.Sum != nil {
			chip.State, chip.Count = ui.Computed, len(r.Sum.Parts)
		}
		t.Rows = append(t.Rows, append(row, ui.SourceChip(chip)))
	}
	return t
}
