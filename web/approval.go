package web

import (
	"context"
	"time"

	"overt"
	"overt/account"
	"overt/answer"
	"overt/gate"
	"overt/pipeline"
	"overt/resolve/judge"
	"overt/ui"
)

// deciders say what a second person's word does, by what it is about.
var deciders = map[string]func(s *Service, v *visit, a *answer.Approval, yes bool, reason string) error{
	answer.Publication: (*Service).decidePublication,
	answer.OnePerson:   (*Service).decideJudgement,
}

// approvalPage is what waits for a second person.
type approvalPage struct {
	*answer.Approvals
	invitations []account.Line // for who looks after users
	no          string         // what a second person was refused
	actor       string
	reads       bool
}

// count is how many wait.
func (p *approvalPage) count() int { return len(p.Waiting) + len(p.invitations) }

// showApprovals shows what waits for a second person, as far as the reader may see it.
func (s *Service) showApprovals(v *visit) (response, error) {
	return s.approvalScreen(v, &approvalPage{})
}

func (s *Service) approvalScreen(v *visit, p *approvalPage) (response, error) {
	p.Approvals, p.actor, p.reads = &answer.Approvals{}, v.actor.ID, s.cfg.Gate.Reads(v.actor)
	var err error
	if p.reads {
		if p.Approvals, err = ask(s, v, gate.Act{Action: "approval.list"}, false, answer.ListApprovals); err != nil {
			return response{}, err
		}
	}
	if p.invitations, err = s.waitingInvitations(v); err != nil {
		return response{}, err
	}
	return show(ui.Page{Title: v.say("Approvals"), Main: approvalScreen(p), Wide: true})
}

// waitingInvitations are those that who looks after users decides.
func (s *Service) waitingInvitations(v *visit) (out []account.Line, err error) {
	if s.cfg.Accounts == nil || !s.cfg.Gate.Manages(v.actor) {
		return nil, nil
	}
	pass, err := s.cfg.Accounts.Manage(v.Context(), v.actor)
	if err != nil {
		return nil, err
	}
	list, err := s.cfg.Accounts.Users(v.Context(), pass)
	if err != nil {
		return nil, err
	}
	for _, u := range list.Users {
		if u.Waits {
			out = append(out, u)
		}
	}
	return out, nil
}

// decideApproval takes a second person's word. What the rules refuse is told on the page.
func (s *Service) decideApproval(v *visit) (response, error) {
	if !v.fresh(s.cfg.Clock()) {
		return s.mustConfirm("/approvals")
	}
	kind, id, yes, reason := v.field("kind"), v.field("id"), v.field("do") == "approve", v.field("reason")
	err := s.decide(v, kind, id, yes, reason)
	switch overt.CodeOf(err) {
	case "":
		return seeOther("/approvals")
	case overt.Invalid, overt.Denied, overt.Conflict:
		if !s.cfg.Gate.Reads(v.actor) && !s.cfg.Gate.Manages(v.actor) {
			return response{}, err
		}
		return s.approvalScreen(v, &approvalPage{no: err.Error()})
	}
	return response{}, err
}

func (s *Service) decide(v *visit, kind, id string, yes bool, reason string) error {
	if !yes && reason == "" {
		return overt.Errorf(overt.Invalid, "reason", "say why it is refused")
	}
	if kind == "invitation" {
		a, err := s.accounts()
		if err != nil {
			return err
		}
		pass, err := a.Manage(v.Context(), v.actor)
		if err != nil {
			return err
		}
		return a.Leave(v.Context(), pass, id, yes, reason)
	}
	do := deciders[kind]
	if do == nil {
		return overt.Errorf(overt.NotFound, "", "nothing of that kind waits")
	}
	found, err := ask(s, v, gate.Act{Action: "approval.read", Object: id, Query: kind}, false, func(ctx context.Context, d *gate.Desk) (*answer.Approval, error) {
		return answer.FindApproval(ctx, d, kind, id)
	})
	if err != nil {
		return err
	}
	if found.Asked {
		return overt.Errorf(overt.Denied, "", "a second person decides: somebody other than who asks for it")
	}
	return do(s, v, found, yes, reason)
}

func (s *Service) decidePublication(v *visit, a *answer.Approval, yes bool, reason string) error {
	was := v.session
	defer func() { v.session = was }() // the session stays in the case it is in
	pass, err := s.openIn(v, a.Case)
	if err != nil {
		return err
	}
	if yes {
		_, err = answer.ApproveReport(v.Context(), pass, a.ID)
	} else {
		_, err = answer.RefuseReport(v.Context(), pass, a.ID, reason)
	}
	return err
}

// decideJudgement says the same about both entities as who asks, or the contrary: then
// nothing waits any more.
func (s *Service) decideJudgement(v *visit, a *answer.Approval, yes bool, reason string) error {
	pass, err := s.open(v)
	if err != nil {
		return err
	}
	said := judge.Positive
	if !yes {
		said = judge.Negative
	}
	_, err = pipeline.Decide(v.Context(), pass, pipeline.Decision{Left: a.Left.ID, Right: a.Right.ID, Verdict: said, Reason: reason}, s.cfg.Clock)
	return err
}

// minute is a moment as it is written on pages; "" for none.
func minute(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04")
}
