package main

import (
	"cmp"
	"fmt"
	"strings"

	"overt/answer"
	"overt/casefile"
)

func caseListPage(p *page, list *answer.CaseList) {
	if len(list.Cases) == 0 {
		p.line("You work on no case. To begin one: overt case new TITLE; templates: %s", templateWords())
		return
	}
	t := &table{heads: []string{"case", "title", "you", ">claims", ">tasks", "last"}}
	for _, c := range list.Cases {
		claims := 0
		for _, n := range c.Claims {
			claims += n
		}
		role := c.Role
		switch {
		case c.Offered:
			role += ", offered to you"
		case c.Closed != "":
			role += ", closed"
		}
		t.add(c.ID, short(oneLine(c.Title), 60), role, count(int64(claims)), count(int64(c.Tasks)), day(c.Last))
	}
	p.table(t)
}

func casePage(p *page, v *casefile.View) {
	p.line("%s  %s", p.bold(oneLine(v.Title)), p.dim(fmt.Sprintf("%s · for %s · owner %s · you are %s", v.ID, v.Purpose, v.Owner, v.Role)))
	if v.Closed != "" {
		p.warning("closed on "+day(v.Closed)+": "+cmp.Or(v.Reason, "no reason given"), "")
	}
	if v.OfferedTo != "" {
		p.line("  %s", p.dim("offered to "+v.OfferedTo))
	}
	for _, m := range v.Members[1:] {
		p.line("  %s", p.dim(m.Person+", "+string(m.Role)))
	}
	subjectLines(p, "  about ", v.Subjects)
	noteLines(p, "  ", v.Notes)
	for i := range v.Claims {
		claimLines(p, &v.Claims[i], i == 0 || v.Claims[i-1].State != v.Claims[i].State)
	}
	heading(p, "contradictions", len(v.Contradictions))
	for _, c := range v.Contradictions {
		p.line("  %s  %s", p.bold(strings.Join(c.Claims, " ")), p.warn(c.Text))
	}
	heading(p, "exhibits", len(v.Exhibits))
	for i := range v.Exhibits {
		x := &v.Exhibits[i]
		if x.Title != "" {
			p.line("  %s", p.safe(oneLine(x.Title)))
		}
		citeLine(p, &x.CiteView)
		noteLines(p, "      ", x.Notes)
	}
	savedLines(p, v.Views)
	heading(p, "timeline", len(v.Timeline))
	for i := range v.Timeline {
		m := &v.Timeline[i]
		p.line("  %s  %s  %s", p.bold(m.Date), p.safe(oneLine(m.Text)), p.dim(m.Item))
		caseCites(p, m.Cites)
		subjectLines(p, "      about ", m.Entities)
		noteLines(p, "      ", m.Notes)
	}
	heading(p, "tasks", len(v.Tasks))
	for _, k := range v.Tasks {
		p.line("  %s  %s  %s", p.dim(k.State), p.safe(oneLine(k.Text)), p.dim(strings.Join(strings.Fields(k.Item+" "+k.Owner+" "+k.Until), " · ")))
		noteLines(p, "      ", k.Notes)
	}
	heading(p, "also in", len(v.Also))
	for _, o := range v.Also {
		p.line("  %s  %s", p.safe(oneLine(o.Title)), p.dim(fmt.Sprintf("%s: the %s of %s is %s there", o.Case, o.What, o.Item, o.There)))
	}
}

func heading(p *page, words string, n int) {
	if n > 0 {
		p.gap()
		p.line("%s", p.bold(words))
	}
}

// savedLines lists the views that the case keeps.
func savedLines(p *page, list []casefile.SavedView) {
	heading(p, "views", len(list))
	for i := range list {
		x := &list[i]
		if x.Saved == nil {
			p.line("  %s  %s", p.dim(casefile.HiddenView), p.dim(x.Item))
			continue
		}
		p.line("  %s  %s", p.safe(oneLine(x.Title)), p.dim(fmt.Sprintf("%s · %s · %s", x.Item, plural(len(x.Saved.Rows), "row", "rows"), x.Saved.Address)))
		for _, t := range x.Told {
			p.line("      %s", p.warn("! "+t.Source+": "+t.Why))
		}
		noteLines(p, "      ", x.Notes)
	}
}

func claimLines(p *page, c *casefile.ClaimView, first bool) {
	if first {
		heading(p, c.State, 1)
	}
	by := c.Item + " · " + c.By
	if c.Confirmed != "" {
		by += " · confirmed by " + c.Confirmed
	}
	p.line("  %s  %s", p.safe(oneLine(c.Text)), p.dim(by))
	if c.Reason != "" {
		p.line("      %s", p.dim("because "+oneLine(c.Reason)))
	}
	caseCites(p, c.Cites)
	if len(c.Cites) == 0 && c.State != casefile.Rejected {
		p.line("      %s", p.warn("no source"))
	} else if len(c.Uncited) > 0 {
		p.line("      %s", p.warn("! no cite has "+strings.Join(c.Uncited, ", ")))
	}
	subjectLines(p, "      about ", c.About)
	noteLines(p, "      ", c.Notes)
}

func caseCites(p *page, cites []casefile.CiteView) {
	for i := range cites {
		citeLine(p, &cites[i])
	}
}

// citeLine writes one cite: where it stands, its words, and what became of it.
func citeLine(p *page, c *casefile.CiteView) {
	if c.Status == casefile.Restricted {
		p.line("      %s", p.dim("↳ "+c.Text+"  "+c.Item))
		return
	}
	p.line("      %s", p.dim(fmt.Sprintf("↳ %s  “%s”  %s", oneLine(c.Source), short(oneLine(c.Quote), 90), c.Item)))
	if c.Status != casefile.Same {
		p.line("        %s", p.warn("! "+string(c.Status)+": "+c.Text))
	}
	if c.Now != "" {
		p.line("        %s", p.dim("now: “"+short(oneLine(c.Now), 90)+"”"))
	}
	for _, why := range []string{c.Doubt, c.Apart, c.Failed} {
		if why != "" {
			p.line("        %s", p.warn("! "+why))
		}
	}
}

func subjectLines(p *page, lead string, list []casefile.SubjectView) {
	for _, s := range list {
		p.line("%s%s  %s", lead, p.safe(oneLine(s.Caption)), p.dim(strings.Join(strings.Fields(s.Schema+" "+string(s.ID)+" "+s.Item), " · ")))
		noteLines(p, lead[:len(lead)-len(strings.TrimLeft(lead, " "))]+"  ", s.Notes)
	}
}

func noteLines(p *page, lead string, list []casefile.NoteView) {
	for _, n := range list {
		p.line("%s%s  %s", lead, p.dim("“"+oneLine(n.Text)+"”"), p.dim(n.By+", "+day(n.At)+" "+n.Item))
	}
}

func caseHistoryPage(p *page, h *caseHistory) {
	t := &table{heads: []string{">", "time", "who", "did", "what", "words"}}
	for _, e := range h.Events {
		what := strings.TrimSpace(e.Item + " " + e.Of)
		words := strings.Join(strings.Fields(strings.Join([]string{e.Person, e.State, e.Text, on(e.On), e.Reason}, " ")), " ")
		t.add(count(e.Seq), e.At, e.Actor, string(e.Kind), what, short(words, 80))
	}
	p.table(t)
}

// on tells the words that a comment is on.
func on(words string) string {
	if words == "" {
		return ""
	}
	return "on “" + words + "”"
}

func caseCheckPage(p *page, c *answer.CaseCheck) {
	if len(c.Touched) == 0 {
		p.line("%s  %s", p.bold(oneLine(c.Title)), p.dim(fmt.Sprintf("%d claims, %d cites: nothing changed", c.Claims, c.Cites)))
		return
	}
	p.line("%s  %s", p.bold(oneLine(c.Title)), p.dim(fmt.Sprintf("%d claims, %d cites", c.Claims, c.Cites)))
	last := ""
	for _, x := range c.Touched {
		if of := x.Claim + x.View; of != last {
			p.line("  %s  %s", p.safe(oneLine(x.Text)), p.dim(x.State+" · "+of))
			last = of
		}
		which := x.Cite
		if x.Run != 0 {
			which += fmt.Sprintf(" · import %d", x.Run)
		}
		p.line("      %s  %s", p.warn("! "+x.Why), p.dim(which))
	}
}
