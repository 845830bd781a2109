package web

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"overt"
	"overt/answer"
	"overt/casefile"
	"overt/gate"
	"overt/ui"
	"overt/ui/svg"
)

// caseViews are the pages of a case; that of one claim is reached from the board.
var caseViews = []ui.Link{
	{Label: "Board", Href: "board", Key: "b"}, {Label: "Report", Href: reportView, Key: "r"}, {Label: "Exhibits", Href: "exhibits", Key: "x"}, {Label: "Timeline", Href: "timeline", Key: "t"},
	{Label: "Tasks and notes", Href: "tasks", Key: "a"}, {Label: "Check", Href: "check", Key: "e"},
	{Label: "People", Href: "people", Key: "m"}, {Label: "History", Href: "history", Key: "h"},
}

const claimView = "claim"

// casePage is what the templates of a case draw.
type casePage struct {
	*casefile.View
	view    string
	actor   string // id of who looks
	inIt    bool   // the session works in the case
	claim   *casefile.ClaimView
	picture *svg.Timeline
	rep     *reportPage         // of the report view
	touched map[string][]string // why the ground of claims changed, but contradictions, by item
	// What was asked for and not done: why, which deed, and what its form said.
	no   string
	deed string
	said url.Values
}

// showCase shows one view of a case.
func (s *Service) showCase(v *visit) (response, error) {
	return s.caseScreen(v, &casePage{})
}

// caseScreen shows the view of a case that the address names; p says what was refused
// before, if something was.
func (s *Service) caseScreen(v *visit, p *casePage) (response, error) {
	id, item := v.PathValue("case"), v.URL.Query().Get("i")
	p.view, p.actor, p.inIt = v.PathValue("view"), v.actor.ID, v.caseID == id
	if !isCaseView(p.view) {
		return s.nothing(v)
	}
	pass, err := s.openIn(v, id)
	if err != nil {
		return response{}, err
	}
	act := gate.Act{Action: "case.read", Object: id, Query: p.view}
	p.View, err = gate.Ask(v.Context(), pass, act, true, func(ctx context.Context, d *gate.Desk) (*casefile.View, error) {
		if p.view == reportView && item != "" {
			return p.readReport(ctx, d, id, item)
		}
		return answer.ReadCase(ctx, d, id, p.view == "check")
	})
	if err != nil {
		return response{}, err
	}
	v.title = p.Title
	p.touched = map[string][]string{}
	for _, t := range p.Touched() {
		if !slices.ContainsFunc(p.against(t.Claim), func(x casefile.Contradiction) bool { return t.Cite == "" && x.Text == t.Why }) {
			p.touched[t.Claim] = append(p.touched[t.Claim], t.Why)
		}
	}
	title := p.Title
	switch p.view {
	case claimView:
		i := slices.IndexFunc(p.Claims, func(c casefile.ClaimView) bool { return c.Item == item })
		if i < 0 {
			return s.nothing(v)
		}
		p.claim = &p.Claims[i]
		title = p.claim.Text
	case reportView:
		if err := p.shown(v); err != nil {
			return response{}, err
		}
	case "timeline":
		p.picture = timeline(v, p.View)
	}
	res := response{page: ui.Page{Title: clip(title), Main: caseScreen(p), Wide: p.view == "history" || p.view == "people"}}
	if p.no != "" {
		res.status = http.StatusConflict
	}
	return res, nil
}

func isCaseView(view string) bool {
	return view == claimView || slices.ContainsFunc(caseViews, func(l ui.Link) bool { return l.Href == view })
}

// path is a view of the case.
func (p *casePage) path(view string, pairs ...string) string { return casePath(p.ID, view, pairs...) }

// to is where a form of the page is sent.
func (p *casePage) to(deed string) string {
	switch {
	case p.claim != nil:
		return p.path(claimView+"/"+deed, "i", p.claim.Item)
	case p.rep != nil && p.rep.one != nil:
		return p.path(reportView+"/"+deed, "i", p.rep.one.Item)
	}
	return p.path(p.view + "/" + deed)
}

// writes says whether who looks may add to the case now.
func (p *casePage) writes() bool { return p.Role.Writes() && p.Closed == "" }

// was is what a form said that was refused, so that nobody writes it twice.
func (p *casePage) was(deed, item, field string) string {
	if p.deed != deed || p.said.Get("item") != item {
		return ""
	}
	return p.said.Get(field)
}

// tabs lead between the views of the case.
func (p *casePage) tabs(say func(string) string) []ui.Link {
	out := slices.Clone(caseViews)
	for i := range out {
		out[i].Here = out[i].Href == p.view || out[i].Href == "board" && p.view == claimView
		out[i].Label, out[i].Href = say(out[i].Label), p.path(out[i].Href)
	}
	return out
}

// in are the claims in a state.
func (p *casePage) in(state string) (out []*casefile.ClaimView) {
	for i := range p.Claims {
		if p.Claims[i].State == state {
			out = append(out, &p.Claims[i])
		}
	}
	return out
}

// needs says what a claim lacks to be confirmed.
func (p *casePage) needs(c *casefile.ClaimView) (out []string) {
	if c.State == casefile.Rejected || c.State == casefile.Confirmed {
		return nil
	}
	blobs, hidden := map[overt.BlobID]bool{}, false
	for i := range c.Cites {
		if x := c.Cites[i].Cite; x != nil {
			blobs[x.Blob()] = true
		} else {
			hidden = true
		}
	}
	switch {
	case len(c.Cites) == 0:
		out = append(out, "needs a source")
	case len(blobs) == 1 && !hidden:
		out = append(out, "needs a second source")
	}
	if p.SecondReader && c.State == casefile.Stated {
		out = append(out, "needs a second reader")
	}
	return out
}

// against are the contradictions that a claim is in.
func (p *casePage) against(claim string) (out []casefile.Contradiction) {
	for _, x := range p.Contradictions {
		if slices.Contains(x.Claims, claim) {
			out = append(out, x)
		}
	}
	return out
}

// textOf gives the words of a claim.
func (p *casePage) textOf(item string) string {
	for i := range p.Claims {
		if p.Claims[i].Item == item {
			return p.Claims[i].Text
		}
	}
	return item
}

// also are the asker's other cases with the evidence of any of some items.
func (p *casePage) also(items ...string) (out []casefile.AlsoIn) {
	for _, a := range p.Also {
		if slices.Contains(items, a.Item) && !slices.ContainsFunc(out, func(x casefile.AlsoIn) bool { return x.Case == a.Case && x.What == a.What }) {
			out = append(out, a)
		}
	}
	return out
}

// itemsOf are a claim and all that belongs to it.
func itemsOf(c *casefile.ClaimView) []string {
	out := []string{c.Item}
	for _, x := range c.Cites {
		out = append(out, x.Item)
	}
	for _, x := range c.About {
		out = append(out, x.Item)
	}
	return out
}

// lines are those of the history that tell of a claim.
func (p *casePage) lines(c *casefile.ClaimView) (out []casefile.HistoryLine) {
	items := itemsOf(c)
	for _, h := range p.History {
		if slices.Contains(items, h.Item) || slices.Contains(items, h.Of) {
			out = append(out, h)
		}
	}
	return out
}

// citeHref is where a cite leads, "" where there is nothing to open.
func citeHref(c *casefile.CiteView) string {
	switch {
	case c.Cite == nil || c.Status == casefile.Withdrawn || c.Run == 0:
		return ""
	case c.Cite.URI != "":
		return passagePath(c.Cite.URI)
	case c.Cite.Place.Locator.IsZero():
		return ""
	}
	return citationPath(*c.Cite.Place)
}

// citeShape is how a cite's chip looks: by its shape, as its word says.
func citeShape(s casefile.Status) ui.State {
	switch s {
	case casefile.Same:
		return ui.Sourced
	case casefile.Moved:
		return ui.Doubted
	case casefile.Changed:
		return ui.Disputed
	}
	return ui.Unsourced
}

// timeline draws what happened; nil where it cannot be drawn, and the table tells it.
func timeline(v *visit, view *casefile.View) *svg.Timeline {
	lane := svg.Lane{Label: v.say("What happened")}
	for _, m := range view.Timeline {
		from, to, stretch := strings.Cut(strings.TrimSuffix(m.Date, "~"), "/")
		e := svg.Event{Label: m.Text, Href: "#i-" + m.Item, Start: from, Lasts: stretch, Sources: len(m.Cites)}
		if to != ".." {
			e.End = to
		}
		if m.About {
			e.Label = v.say("about") + ": " + e.Label
		}
		lane.Events = append(lane.Events, e)
	}
	t := &svg.Timeline{Lanes: []svg.Lane{lane}, Frame: svg.Frame{
		ID: "timeline", Title: v.say("Timeline"), RTL: v.language().RTL,
		Say: func(phrase string, args ...string) string {
			values := make([]any, len(args))
			for i, a := range args {
				values[i] = a
			}
			return v.say(phrase, values...)
		},
	}}
	if len(lane.Events) == 0 || t.Render(v.Context(), io.Discard) != nil {
		return nil
	}
	return t
}

// name is what a person is called: somebody of this machine by the bare name.
func name(actor string) string { return cmp.Or(strings.TrimPrefix(actor, "local:"), actor) }
