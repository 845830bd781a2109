package web

import (
	"context"

	"github.com/a-h/templ"

	"overt"
	"overt/account"
	"overt/gate"
	"overt/ui"
)

// usersPage is what who looks after users sees.
type usersPage struct {
	*account.List
	made     *invited // shown once
	no       string
	sessions int
	records  int64 // of the audit log
}

// An invited user, with the address for him.
type invited struct {
	*account.Invited
	address string
}

// showUsers shows users to who looks after them.
func (s *Service) showUsers(v *visit) (response, error) { return s.usersScreen(v, "") }

func (s *Service) usersScreen(v *visit, no string) (response, error) {
	a, pass, err := s.managing(v)
	if err != nil {
		return response{}, err
	}
	p := &usersPage{no: no, sessions: s.sessions.count(), records: pass.Logged()}
	if p.List, err = a.Users(v.Context(), pass); err != nil {
		return response{}, err
	}
	s.sessions.change(s.word(v.Request), func(x *session) {
		if made, ok := x.once.(*invited); ok {
			p.made, x.once = made, nil
		}
	})
	return show(ui.Page{Title: v.say("Users"), Main: usersScreen(p), Wide: true})
}

func (s *Service) managing(v *visit) (*account.Accounts, *gate.Pass, error) {
	a, err := s.accounts()
	if err != nil {
		return nil, nil, err
	}
	pass, err := a.Manage(v.Context(), v.actor)
	return a, pass, err
}

// changeUsers adds, invites or disables a user.
func (s *Service) changeUsers(v *visit) (response, error) {
	a, pass, err := s.managing(v)
	if err != nil {
		return response{}, err
	}
	if !v.fresh(s.cfg.Clock()) {
		return s.mustConfirm("/users")
	}
	name := v.field("name")
	var made *account.Invited
	switch v.field("do") {
	case "add":
		made, err = a.AddUser(v.Context(), pass, name)
	case "invite":
		made, err = a.Invite(v.Context(), pass, name)
	case "disable":
		if _, err = a.Disable(v.Context(), pass, name); err == nil {
			s.sessions.endThose(func(_ string, x *session) bool { return x.user == name })
		}
	default:
		err = overt.Errorf(overt.NotFound, "", "there is no such form")
	}
	switch overt.CodeOf(err) {
	case "":
		if made != nil {
			s.sessions.change(s.word(v.Request), func(x *session) {
				x.once = &invited{made, s.origin(v.Request) + account.EnrolPath + made.Secret}
			})
		}
		return seeOther("/users")
	case overt.Invalid, overt.Denied, overt.Conflict:
		return s.usersScreen(v, err.Error())
	}
	return response{}, err
}

func (p *usersPage) table(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "Users"), Headed: true, Columns: columns(ctx, "Name", "In the rules", "#Passkeys", "@Used last (UTC)", "State", "Change")}
	for _, u := range p.Users {
		t.Rows = append(t.Rows, []templ.Component{ui.Bdi(u.Name), ui.Mono(u.Actor), ui.Bdi(ui.Number(u.Passkeys)), ui.Bdi(minute(u.Used)), userState(u), userButtons(u)})
	}
	return t
}
