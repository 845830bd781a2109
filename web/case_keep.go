package web

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"strconv"

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

// A keptAnswer is what is asked when a view is put into a case.
type keptAnswer struct {
	Answer *traceAnswer   `json:"answer"`
	Labels []policy.Label `json:"-"`
}

// Records counts what the answer releases.
func (a *keptAnswer) Records() int { return a.Answer.Records() }

// keep asks the question of an address of the desk again, and gives what it shows, with
// what it may be called. Errors: invalid (no view that can be kept), those of the view.
func (s *Service) keep(v *visit, pass *gate.Pass, to string) (*casefile.Saved, string, error) {
	u, err := url.Parse(to)
	if err != nil || u.Path != "/trace" || u.Host != "" || u.Scheme != "" {
		return nil, "", overt.Errorf(overt.Invalid, "view", "only views of the trace are kept in a case")
	}
	q, err := readTrace(u.Query())
	if err != nil {
		return nil, "", err
	}
	if q.missing() != "" {
		return nil, "", overt.Errorf(overt.Invalid, "view", "%s", v.say(q.missing()))
	}
	var p tracePage
	var table sheet
	ctx := ui.With(v.Context(), s.frame(v))
	act := gate.Act{Action: "trace." + q.view, Object: pass.Case(), Query: clipQuery(u.Query()), AsOf: q.asOf}
	a, err := gate.Ask(ctx, pass, act, true, func(ctx context.Context, d *gate.Desk) (*keptAnswer, error) {
		found, err := q.ask(ctx, d, statement.DayAt(s.cfg.Clock()), true)
		if err != nil {
			return nil, err
		}
		p = tracePage{q: q, traceAnswer: found}
		table = p.sheet(ctx)
		labels, err := answer.ShownLabels(ctx, d, table.allCites(), found.ids())
		return &keptAnswer{found, labels}, err
	})
	if err != nil {
		return nil, "", err
	}
	saved := table.saved()
	saved.Address, saved.AsOf, saved.Labels, saved.Left = q.path(), q.asOf, a.Labels, p.left(ctx)
	if picture := p.picture(standing(ctx)); picture != nil {
		var b bytes.Buffer
		if err := picture.Render(standing(ctx), &b); err != nil {
			return nil, "", err
		}
		saved.Picture = b.String()
	}
	return saved, clip(table.caption), nil
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
	t := ui.Table{Caption: x.Title}
	for _, c := range x.Saved.Columns {
		t.Columns = append(t.Columns, ui.Column{Label: c.Label, Number: c.Number})
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
		}
		if r.Sum != nil {
			chip.State, chip.Count = ui.Computed, len(r.Sum.Parts)
		}
		t.Rows = append(t.Rows, append(row, ui.SourceChip(chip)))
	}
	return t
}
