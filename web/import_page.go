package web

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/gate"
	"overt/mapping"
	"overt/pipeline"
	"overt/statement"
	"overt/ui"
)

// A draftPage is what the templates of an import draw that nobody began.
type draftPage struct {
	*importDraft
	j        pipeline.Job
	no       string // why a form was refused
	sight    *pipeline.Sight
	part     *pipeline.SeenPart
	trial    *pipeline.Trial
	untried  string // why nothing could be tried
	row      int
	known    knownThings // what is kept already of the row that is shown
	purposes []string    // for which the dataset is there
	actor    string
}

// draftPage tries what the draft says on the first rows.
func (s *Service) draftPage(v *visit, j pipeline.Job, d *importDraft) (*draftPage, error) {
	p := &draftPage{importDraft: d, j: j, row: 1, actor: v.actor.Name}
	if n, err := strconv.Atoi(v.URL.Query().Get("row")); err == nil && n > 0 && n <= pipeline.TrialSize {
		p.row = n
	}
	p.sight, p.part = d.mapped()
	var err error
	p.known, err = ask(s, v, gate.Act{Action: "import.look", Object: clip(j.ID)}, false, func(ctx context.Context, desk *gate.Desk) (knownThings, error) {
		for _, x := range desk.Purposes(d.Name) {
			p.purposes = append(p.purposes, string(x))
		}
		if err := p.try(ctx, s); err != nil || p.trial == nil {
			return nil, err
		}
		return p.meet(ctx, desk)
	})
	return p, err
}

// knownThings are what is kept already of the things of a row.
type knownThings map[ftm.EntityID]knownThing

type knownThing struct {
	As   []answer.Known `json:"as"`
	More bool           `json:"more,omitempty"` // of the same name
}

// Records counts what the answer releases.
func (k knownThings) Records() (n int) {
	for _, t := range k {
		n += len(t.As)
	}
	return n
}

// meet finds what the things of the shown row meet that is kept already.
func (p *draftPage) meet(ctx context.Context, desk *gate.Desk) (knownThings, error) {
	out := knownThings{}
	for _, e := range p.trial.Shown.Entities {
		if isLink(e.Schema) {
			continue
		}
		stmts := []statement.Statement{{Entity: e.ID, Schema: e.Schema, Prop: statement.PropID, Value: string(e.ID)}}
		for _, v := range e.Values {
			stmts = append(stmts, statement.Statement{Entity: e.ID, Schema: e.Schema, Prop: v.Prop, Value: v.Clean})
		}
		as, more, err := answer.KnownAs(ctx, desk, stmts)
		if err != nil {
			return nil, err
		}
		if len(as) > 0 {
			out[e.ID] = knownThing{as, more}
		}
	}
	return out, nil
}

func (p *draftPage) try(ctx context.Context, s *Service) error {
	if p.sight == nil {
		return nil
	}
	m, err := s.chosen(p.importDraft)
	if err == nil && m != nil {
		p.trial, err = pipeline.Try(ctx, s.cfg.Records, p.j.Path(p.sight.Name), p.partNumber(), m, p.row)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		p.untried = err.Error()
	}
	if p.trial != nil {
		p.row = max(1, p.trial.Shown.Number)
	}
	return nil
}

func (p *draftPage) partNumber() int {
	for i := range p.sight.Parts {
		if &p.sight.Parts[i] == p.part {
			return i
		}
	}
	return 0
}

// to is where a deed of the import is asked for.
func (p *draftPage) to(deed string, pairs ...string) string {
	return within(p.j.ID, deed, append(pairs, "row", strconv.Itoa(p.row))...)
}

// at is the page with another row shown.
func (p *draftPage) at(row int) string { return importPath(p.j.ID, "row", strconv.Itoa(row)) }

// rows are the things of the form, with an empty one to be filled.
func (p *draftPage) rows() []mapping.DraftThing {
	return append(slices.Clone(p.Things), make([]mapping.DraftThing, min(1, maxThings-len(p.Things)))...)
}

// seen is how a column looks.
func (p *draftPage) seen(column string) pipeline.SeenColumn {
	if p.part != nil {
		for _, c := range p.part.Columns {
			if c.Name == column {
				return c
			}
		}
	}
	return pipeline.SeenColumn{Name: column}
}

// typeOf is the type of what a column becomes, in words.
func (p *draftPage) typeOf(c mapping.DraftColumn) string {
	if pr := p.property(c); pr != nil {
		return pr.Type.Name
	}
	return ""
}

func (p *draftPage) property(c mapping.DraftColumn) *ftm.Property {
	for _, t := range p.Things {
		if s := ftm.Default().Schema(t.Schema); t.Name == c.Thing && s != nil {
			return s.Property(c.Prop)
		}
	}
	return nil
}

// becomes are all that a column can become.
func (p *draftPage) becomes() (out []ui.Choice) {
	for _, t := range p.Things {
		s := ftm.Default().Schema(t.Schema)
		if s == nil {
			continue
		}
		for _, pr := range s.SortedProperties() {
			if !pr.Stub && !pr.Hidden && !pr.Deprecated && pr.Type.Name != "entity" {
				out = append(out, ui.Choice{Value: t.Name + "." + pr.Name, Label: pr.Label})
			}
		}
	}
	return out
}

// kinds are the schemata that a thing, or a link, can be of.
func kinds(links bool) (out []*ftm.Schema) {
	for _, s := range ftm.Default().Schemata() {
		if !s.Abstract && !s.Generated && !s.Deprecated && !s.IsA("Document") && (s.Edge != nil) == links && (links || s.IsA("Thing")) {
			out = append(out, s)
		}
	}
	return out
}

func isLink(schema string) bool {
	s := ftm.Default().Schema(schema)
	return s != nil && s.Edge != nil
}

// unused and guesses count columns.
func (p *draftPage) unused() (n int) {
	for _, c := range p.Columns {
		if c.Thing == "" && p.seen(c.Column).Refused == "" {
			n++
		}
	}
	return n
}

func (p *draftPage) guesses() (n int) {
	for _, c := range p.Columns {
		if c.Thing != "" && !p.accepted {
			n++
		}
	}
	return n
}

// bytesOf writes a size.
func bytesOf(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d B", n)
	case n < 1000*1000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1000*1000*1000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

// kindOf says what a part of a file is.
func kindOf(ctx context.Context, x *pipeline.SeenPart) string {
	said := []string{strings.ToUpper(string(x.Info.Format))}
	if x.Info.Encoding != "" {
		said = append(said, x.Info.Encoding)
	}
	switch x.Info.Delimiter {
	case ",":
		said = append(said, ui.T(ctx, "comma"))
	case ";":
		said = append(said, ui.T(ctx, "semicolon"))
	case "\t":
		said = append(said, ui.T(ctx, "tab"))
	}
	if x.More {
		said = append(said, ui.T(ctx, "more than %s rows", ui.Number(x.Records)))
	} else if x.Records > 0 {
		said = append(said, ui.N(ctx, "%s row", "%s rows", x.Records))
	}
	if n := len(x.Columns); n > 0 {
		said = append(said, ui.N(ctx, "%s column", "%s columns", n))
	}
	return strings.Join(said, ", ")
}

// A shownThing is an entity of the preview.
type shownThing struct {
	mapping.Entity
	caption string
	link    bool
	ends    [2]string // captions of what a link links
}

// place is where the shown row stands, as its citations have it.
func (p *draftPage) place(ctx context.Context) string {
	at := p.trial.Shown.At
	if at == (overt.Locator{Row: at.Row}) && at.Row > 0 {
		return ui.T(ctx, "Row %s", ui.Number(int(at.Row)))
	}
	return at.String()
}

// shown are the things that the row gives, links last.
func (p *draftPage) shown() (out []shownThing) {
	captions := map[string]string{}
	model := ftm.Default()
	for _, e := range p.trial.Shown.Entities {
		props := map[string][]string{}
		for _, v := range e.Values {
			props[v.Prop] = append(props[v.Prop], v.Clean)
		}
		captions[string(e.ID)] = model.Caption(e.Schema, props)
	}
	for _, links := range []bool{false, true} {
		for _, e := range p.trial.Shown.Entities {
			s := model.Schema(e.Schema)
			if s == nil || (s.Edge != nil) != links {
				continue
			}
			t := shownThing{Entity: e, caption: captions[string(e.ID)], link: links}
			if links {
				for i, end := range []string{s.Edge.Source, s.Edge.Target} {
					for _, v := range e.Values {
						if v.Prop == end {
							t.ends[i] = captions[v.Clean]
						}
					}
				}
			}
			out = append(out, t)
		}
	}
	return out
}

// facts are the values of a thing, without those that are things themselves.
func (t shownThing) facts() (out []mapping.Value) {
	s := ftm.Default().Schema(t.Schema)
	for _, v := range t.Values {
		if pr := s.Property(v.Prop); pr != nil && pr.Type.Name != "entity" {
			out = append(out, v)
		}
	}
	return out
}

// label is what a property of the thing is called.
func (t shownThing) label(prop string) string {
	if pr := ftm.Default().Schema(t.Schema).Property(prop); pr != nil {
		return pr.Label
	}
	return prop
}

// citing is the place of a value, as a citation of the import will have it.
func citing(ctx context.Context, v mapping.Value) string {
	var out []string
	for _, c := range v.Cells {
		if c.Text == "" { // the mapping itself says it
			return ui.T(ctx, "the mapping says so")
		}
		out = append(out, c.At.String())
	}
	return ui.T(ctx, "cited at %s", strings.Join(out, "; "))
}

// places writes where something went wrong.
func places(list []overt.Locator) string {
	out := make([]string, len(list))
	for i, l := range list {
		out[i] = l.String()
	}
	return strings.Join(out, "; ")
}

// paperOnly says whether all files are documents.
func (p *draftPage) paperOnly() bool { return p.sight == nil }

// within is a path inside the import, its id escaped.
func within(id, rest string, pairs ...string) string {
	return address("/import/"+url.PathEscape(id)+"/"+rest, pairs...)
}

// candidateTitle is what a format that fits is called.
func candidateTitle(c *mapping.Candidate) string {
	m := cmp.Or(c.Mapping, c.Pack)
	return cmp.Or(m.Title, m.Name)
}

// written shows a layout of dates by a day.
func written(layout string) string {
	return strings.NewReplacer("%d", "31", "%m", "03", "%Y", "2024", "%y", "24", "%B", "March", "%b", "Mar").Replace(layout)
}
