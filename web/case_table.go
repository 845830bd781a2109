package web

import (
	"context"
	"slices"

	"github.com/a-h/templ"

	"overt/answer"
	"overt/casefile"
	"overt/ui"
)

// moveWords are the words on the buttons that move a claim.
var moveWords = map[string]string{casefile.Lead: "Back to lead", casefile.Stated: "State it", casefile.Confirmed: "Confirm it", casefile.Rejected: "Reject it"}

func mayGo(from, to string) bool { return slices.Contains(casefile.Ways(from), to) }

// did says what an event of each kind did.
var did = map[casefile.Kind]string{
	casefile.Open: "began the case", casefile.Rename: "gave the case another title", casefile.Member: "gave a role", casefile.Offer: "offered the case",
	casefile.Decline: "declined the offer", casefile.Accept: "took the case over", casefile.Subject: "said whom it is about", casefile.Exhibit: "kept an exhibit",
	casefile.Claim: "wrote a claim", casefile.Reword: "worded it anew", casefile.Move: "moved it", casefile.CiteKind: "cited", casefile.Oppose: "said that it contradicts another",
	casefile.Agree: "said that they agree", casefile.Task: "wrote a task", casefile.Assign: "gave the task to somebody", casefile.Note: "noted",
	casefile.Happened: "dated what happened", casefile.Drop: "took it out", casefile.Close: "closed the case", casefile.Reopen: "opened the case again",
	casefile.Keep: "kept a view", casefile.ReportKind: "began a report", casefile.Edit: "wrote its text", casefile.Reply: "said whether somebody was asked",
	casefile.Waive: "passed over a point of the check list", casefile.Request: "asked that it is published", casefile.Approve: "approved it",
	casefile.Publish: "published it", casefile.Refuse: "refused it",
}

// historyTable tells who did what, the newest first.
func historyTable(ctx context.Context, lines []casefile.HistoryLine) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "Who did what, the newest first"), Columns: []ui.Column{
		{Label: "#", Number: true}, {Label: ui.T(ctx, "When"), Whole: true}, {Label: ui.T(ctx, "Who")}, {Label: ui.T(ctx, "Did")}, {Label: ui.T(ctx, "What")}, {Label: ui.T(ctx, "Why")},
	}}
	for _, h := range slices.Backward(lines) {
		what := h.Text
		if h.On != "" {
			what = "“" + h.On + "”: " + what
		}
		for _, s := range []string{name(h.Person), h.State} {
			if s != "" && what != "" {
				what += ", "
			}
			what += s
		}
		t.Rows = append(t.Rows, []templ.Component{
			ui.Bdi(ui.Number(h.Seq)), ui.Bdi(moment(h.At)), ui.Bdi(name(h.Actor)), ui.Bdi(ui.T(ctx, did[h.Kind])), ui.Bdi(what), ui.Bdi(h.Reason),
		})
	}
	return t
}

// moment is a time to the minute.
func moment(at string) string {
	if len(at) < len("2006-01-02T15:04") {
		return at
	}
	return at[:10] + " " + at[11:16]
}

// momentTable is the timeline as rows.
func momentTable(ctx context.Context, p *casePage) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "What happened, as precisely as it is known"), Columns: []ui.Column{
		{Label: ui.T(ctx, "Date"), Whole: true}, {Label: ui.T(ctx, "Known to the")}, {Label: ui.T(ctx, "What")}, {Label: ui.T(ctx, "Rests on")}, {Label: ui.T(ctx, "Who")},
	}}
	for i := range p.Timeline {
		m := &p.Timeline[i]
		known := ui.T(ctx, m.Precision)
		if m.About {
			known += ", " + ui.T(ctx, "about")
		}
		t.Rows = append(t.Rows, []templ.Component{ui.Bdi(m.Date), ui.Bdi(known), anchor("i-"+m.Item, m.Text), cites(p, m.Cites, true), ui.Bdi(name(m.By))})
	}
	return t
}

// touchedTable are the claims whose ground changed.
func touchedTable(ctx context.Context, p *casePage) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "Claims whose ground changed, and why"), Columns: []ui.Column{
		{Label: ui.T(ctx, "Claim")}, {Label: ui.T(ctx, "State")}, {Label: ui.T(ctx, "Why")}, {Label: ui.T(ctx, "Import"), Number: true},
	}}
	for _, x := range p.Touched() {
		run := ""
		if x.Run > 0 {
			run = ui.Number(int(x.Run))
		}
		t.Rows = append(t.Rows, []templ.Component{link(x.Text, p.groundPath(x)), ui.Bdi(ui.T(ctx, x.State)), ui.Bdi(ui.T(ctx, x.Why)), ui.Bdi(run)})
	}
	return t
}

// groundPath is where the claim or the view is whose ground changed.
func (p *casePage) groundPath(x casefile.Touched) string {
	if x.View != "" {
		return p.path("exhibits") + "#i-" + x.View
	}
	return p.path(claimView, "i", x.Claim)
}

// casesTable lists cases.
func casesTable(ctx context.Context, cases []answer.CaseLine) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "Your cases, the newest change first"), Columns: []ui.Column{{Label: ui.T(ctx, "Case")}, {Label: ui.T(ctx, "Role")}}}
	for _, s := range casefile.ClaimStates {
		t.Columns = append(t.Columns, ui.Column{Label: ui.T(ctx, s), Number: true})
	}
	t.Columns = append(t.Columns, ui.Column{Label: ui.T(ctx, "Open tasks"), Number: true}, ui.Column{Label: ui.T(ctx, "Last change"), Whole: true})
	for _, c := range cases {
		role := ui.T(ctx, c.Role)
		if c.Offered {
			role += ", " + ui.T(ctx, "it is offered to you")
		}
		if c.Closed != "" {
			role += ", " + ui.T(ctx, "closed")
		}
		row := []templ.Component{link(c.Title, casePath(c.ID, "board")), ui.Bdi(role)}
		for _, s := range casefile.ClaimStates {
			row = append(row, ui.Bdi(ui.Number(c.Claims[s])))
		}
		t.Rows = append(t.Rows, append(row, ui.Bdi(ui.Number(c.Tasks)), ui.Bdi(day(c.Last))))
	}
	return t
}

// templateChoices are what a case can begin with; the empty one is chosen.
func templateChoices(list []casefile.Template) (out []ui.Choice) {
	for _, t := range list {
		out = append(out, ui.Choice{Value: t.ID, Label: t.Title, Note: t.About, On: t.ID == "empty"})
	}
	return out
}
