package web

import (
	"context"
	"strconv"

	"overt"
	"overt/answer"
	"overt/casefile"
	"overt/gate"
	"overt/report"
	"overt/ui"
)

const reportView = "report"

// A reportPage is what the templates of a report draw beside its case.
type reportPage struct {
	one   *casefile.ReportView
	check *answer.ReportCheck
	text  *report.Text                                 // of the draft
	on    map[*report.Sentence][]*casefile.CommentView // that are open, by the sentence they are on
	diff  []report.Line
	from  int // version that the diff begins at
	to    int
}

// readReport asks for a report with its check list.
func (p *casePage) readReport(ctx context.Context, d *gate.Desk, id, item string) (*casefile.View, error) {
	c, err := answer.CheckDraft(ctx, d, id, item, "")
	if err != nil {
		return nil, err
	}
	p.rep = &reportPage{one: c.Report, check: c}
	return c.Seen(), nil
}

// shown reads the rest of the address of a report: which versions are compared.
func (p *casePage) shown(v *visit) error {
	if p.rep == nil {
		p.rep = &reportPage{}
		return nil
	}
	r, q := p.rep, v.URL.Query()
	r.read(r.newest())
	all := r.one.Versions
	if q.Get("to") == "" {
		return nil
	}
	r.from, _ = strconv.Atoi(q.Get("from"))
	r.to, _ = strconv.Atoi(q.Get("to"))
	if r.from < 1 || r.to < 1 || r.from > len(all) || r.to > len(all) {
		return overt.Errorf(overt.NotFound, "", "there is no such version")
	}
	var err error
	r.diff, err = report.Diff(all[r.from-1].Text, all[r.to-1].Text)
	return err
}

// read takes a text as the draft.
func (r *reportPage) read(text string) {
	r.text, r.on = report.Parse(text), map[*report.Sentence][]*casefile.CommentView{}
	for i := range r.one.Comments {
		c := &r.one.Comments[i]
		if s := r.text.Find(c.On); s != nil && c.State == casefile.Todo {
			r.on[s] = append(r.on[s], c)
		}
	}
}

// said are the sentences of the draft, for who comments on one.
func (r *reportPage) said() (out []string) {
	for i := range r.text.Blocks {
		b := &r.text.Blocks[i]
		for j := range b.Sentences {
			if words := b.Sentences[j].Words(); words != "" {
				out = append(out, words)
			}
		}
	}
	return out
}

// whyWaived asks why a point is passed over. Comments, and what became of them, stay in
// the case.
func whyWaived(ctx context.Context, f report.Finding) string {
	if f.Comment != "" {
		return ui.T(ctx, "Why")
	}
	return ui.T(ctx, "Why; it is published")
}

// newest is the newest text; "" while there is none.
func (r *reportPage) newest() string {
	if n := len(r.one.Versions); n > 0 {
		return r.one.Versions[n-1].Text
	}
	return ""
}

// draft is what the editor holds: what was refused before, else the newest text.
func (p *casePage) draft() string {
	if was := p.was("edit", p.rep.one.Item, "text"); was != "" {
		return was
	}
	return p.rep.newest()
}

// author is who wrote the newest text.
func (r *reportPage) author() string { return r.one.Versions[len(r.one.Versions)-1].By }

// isOut says whether the newest version is published.
func (r *reportPage) isOut() bool {
	n := len(r.one.Published)
	return n > 0 && r.one.Published[n-1].Version == len(r.one.Versions)
}

// mayApprove says whether who looks is a second person.
func (p *casePage) mayApprove() bool {
	r := p.rep
	return p.writes() && r.one.Requested != "" && r.one.Approved == "" && p.actor != r.one.Requested && p.actor != r.author()
}

// reportDeeds are what forms of a report do, by the last part of their address.
var reportDeeds = map[string]func(*Service, *visit, *gate.Pass) (*casefile.State, error){
	"report": (*Service).beginReport,
	"edit": func(s *Service, v *visit, pass *gate.Pass) (*casefile.State, error) {
		return s.onReport(v, pass, casefile.Event{Kind: casefile.Edit, Text: v.field("text")})
	},
	"comment": func(s *Service, v *visit, pass *gate.Pass) (*casefile.State, error) {
		return answer.CommentReport(v.Context(), pass, v.field("item"), v.field("on"), v.field("text"))
	},
	"reply": func(s *Service, v *visit, pass *gate.Pass) (*casefile.State, error) {
		return s.onReport(v, pass, casefile.Event{Kind: casefile.Reply, Of: v.field("subject"), State: v.field("state"), Date: v.field("date"), Reason: v.field("reason")})
	},
	"waive": func(s *Service, v *visit, pass *gate.Pass) (*casefile.State, error) {
		return s.onReport(v, pass, casefile.Event{Kind: casefile.Waive, State: v.field("check"), Reason: v.field("reason")})
	},
	"request": func(s *Service, v *visit, pass *gate.Pass) (*casefile.State, error) {
		return answer.RequestReport(v.Context(), pass, v.field("item"))
	},
	"approve": func(s *Service, v *visit, pass *gate.Pass) (*casefile.State, error) {
		state, err := answer.ApproveReport(v.Context(), pass, v.field("item"))
		if err != nil || v.field("publish") == "" {
			return state, err
		}
		return answer.PublishReport(v.Context(), pass, v.field("item"))
	},
	"publish": func(s *Service, v *visit, pass *gate.Pass) (*casefile.State, error) {
		return answer.PublishReport(v.Context(), pass, v.field("item"))
	},
	"refuse": func(s *Service, v *visit, pass *gate.Pass) (*casefile.State, error) {
		return answer.RefuseReport(v.Context(), pass, v.field("item"), v.field("reason"))
	},
}

func (s *Service) onReport(v *visit, pass *gate.Pass, e casefile.Event) (*casefile.State, error) {
	e.Item, e.Seen = v.field("item"), seen(v)
	return pass.Casework(v.Context(), pass.Case(), e)
}

// beginReport begins a report, with the outline of the confirmed claims or empty.
func (s *Service) beginReport(v *visit, pass *gate.Pass) (*casefile.State, error) {
	o, err := gate.Ask(v.Context(), pass, gate.Act{Action: "case.read", Object: pass.Case(), Query: "outline"}, true, func(ctx context.Context, d *gate.Desk) (*answer.Outlined, error) {
		return answer.OutlineReport(ctx, d, pass.Case())
	})
	if err != nil {
		return nil, err
	}
	if title := v.field("title"); title != "" {
		o.Title = title
	}
	item := casefile.NewItem()
	events := []casefile.Event{{Kind: casefile.ReportKind, Item: item, Text: o.Title}}
	if v.field("outline") != "" && o.Text != "" {
		events = append(events, casefile.Event{Kind: casefile.Edit, Item: item, Text: o.Text})
	}
	return pass.Casework(v.Context(), pass.Case(), events...)
}

// previewReport shows a draft as it would read, with its check list. It changes nothing,
// and is sent as a form for a text is longer than an address.
func (s *Service) previewReport(v *visit) (response, error) {
	id, item := v.PathValue("case"), v.URL.Query().Get("i")
	pass, err := s.openIn(v, id)
	if err != nil {
		return response{}, err
	}
	draft := v.field("text")
	c, err := gate.Ask(v.Context(), pass, gate.Act{Action: "report.check", Object: id, Query: clip(item)}, true, func(ctx context.Context, d *gate.Desk) (*answer.ReportCheck, error) {
		return answer.CheckDraft(ctx, d, id, item, draft)
	})
	if err != nil {
		return response{}, err
	}
	p := &casePage{View: c.Seen(), view: reportView, actor: v.actor.ID, rep: &reportPage{one: c.Report, check: c}}
	p.rep.read(draft)
	return show(ui.Page{Title: clip(c.Report.Title), Main: reportDraft(p), Wide: true})
}

// citeChips lead to what a cite of the text rests on.
func (p *casePage) citeChips(s report.Span) (out []ui.Chip) {
	for i := range p.Claims {
		c := &p.Claims[i]
		if c.Item != s.Claim {
			continue
		}
		for k := range c.Cites {
			if x := &c.Cites[k]; s.Cite == "" || x.Item == s.Cite {
				out = append(out, ui.Chip{State: citeShape(x.Status), Count: 1, Href: citeHref(x), Of: c.Text})
			}
		}
	}
	if len(out) == 0 {
		out = append(out, ui.Chip{State: ui.Unsourced, Of: s.Claim})
	}
	return out
}

// A token is something that the text of a report can cite or place.
type token struct {
	word, label, note string
}

// tokens are what can be cited: claims but the rejected, each with its cites, and views.
func (p *casePage) tokens(say func(string, ...any) string) (out []token) {
	for i := range p.Claims {
		c := &p.Claims[i]
		if c.State == casefile.Rejected {
			continue
		}
		out = append(out, token{"[@" + c.Item + "]", c.Text, say(c.State)})
		for k := range c.Cites {
			if x := &c.Cites[k]; x.Cite != nil && len(c.Cites) > 1 {
				out = append(out, token{"[@" + c.Item + "/" + x.Item + "]", clip(x.Quote), x.Source})
			}
		}
	}
	for i := range p.Views {
		x := &p.Views[i]
		if x.Saved == nil {
			continue
		}
		out = append(out, token{"[@" + x.Item + " table]", x.Title, say("table")})
		if x.Saved.Picture != "" {
			out = append(out, token{"[@" + x.Item + " picture]", x.Title, say("picture")})
		}
	}
	return out
}

// replies are those whom the check list may ask about, each once.
func (p *casePage) replies() (out []casefile.SubjectView) {
	seen := map[string]bool{}
	add := func(list []casefile.SubjectView) {
		for _, s := range list {
			if s.ID != "" && !seen[string(s.ID)] {
				seen[string(s.ID)] = true
				out = append(out, s)
			}
		}
	}
	add(p.Subjects)
	for i := range p.Claims {
		add(p.Claims[i].About)
	}
	return out
}
