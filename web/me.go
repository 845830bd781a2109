package web

import (
	"context"
	"encoding/base64"
	"time"

	"github.com/a-h/templ"

	"overt"
	"overt/account"
	"overt/gate"
	"overt/identity"
	"overt/policy"
	"overt/ui"
)

// mePage is somebody's own account.
type mePage struct {
	user     *identity.User // nil for whom a key of this machine let in
	actor    identity.Actor
	tokens   []identity.Token
	sessions []sessionLine
	purposes []ui.Choice // that a token can be for; none for who reads nothing
	add      keyForm
	made     *account.NewToken // shown once
	now      time.Time
	no       string
	manages  bool
}

// showMe shows somebody his own account.
func (s *Service) showMe(v *visit) (response, error) { return s.meScreen(v, "") }

func (s *Service) meScreen(v *visit, no string) (response, error) {
	a, err := s.accounts()
	if err != nil {
		return response{}, err
	}
	pass, err := a.Own(v.Context(), v.actor)
	if err != nil {
		return response{}, err
	}
	p := &mePage{actor: v.actor, manages: s.cfg.Gate.Manages(v.actor), now: s.cfg.Clock(), no: no, sessions: s.sessions.of(v.actor, s.word(v.Request))}
	p.tokens, err = gate.Tell(v.Context(), pass, gate.Act{Action: "account.read", Object: v.actor.ID}, func(ctx context.Context) ([]identity.Token, error) {
		return a.TokensOf(ctx, v.actor.ID)
	})
	if err != nil {
		return response{}, err
	}
	for _, x := range s.cfg.Purposes {
		if d, err := s.cfg.Gate.MayEnter(v.actor, x.ID); err == nil && d.Allow {
			p.purposes = append(p.purposes, ui.Choice{Value: string(x.ID), Label: x.Label, On: len(p.purposes) == 0})
		}
	}
	if v.user != "" {
		if p.user, err = a.User(v.Context(), v.user); err != nil {
			return response{}, err
		}
		if s.mayAddKey(v, p.user) {
			c, err := a.BeginPasskey(v.Context(), v.user, s.origin(v.Request))
			if p.add, err = s.keyForm(v, keyForm{action: "/me", button: v.say("Add a passkey"), create: true, hidden: [2]string{"do", "add"}}, c, err); err != nil {
				return response{}, err
			}
		}
	}
	s.sessions.change(s.word(v.Request), func(x *session) {
		if made, ok := x.once.(*account.NewToken); ok {
			p.made, x.once = made, nil
		}
	})
	return show(ui.Page{Title: v.say("Account"), Main: meScreen(p), Wide: true})
}

// mayAddKey says whether a passkey may be added now: after one that was just used; or,
// where there is none yet, after an issuer just said who it is.
func (s *Service) mayAddKey(v *visit, u *identity.User) bool {
	now := s.cfg.Clock()
	return v.fresh(now) || len(u.Passkeys) == 0 && now.Sub(v.begun) <= proofHolds
}

// changeMe changes something of somebody's own account.
func (s *Service) changeMe(v *visit) (response, error) {
	a, err := s.accounts()
	if err != nil {
		return response{}, err
	}
	do := map[string]func(*Service, *visit, *account.Accounts) error{
		"add": (*Service).addPasskey, "remove": (*Service).removePasskey, "token": (*Service).addToken, "revoke": (*Service).revokeToken, "end": (*Service).endSession,
	}[v.field("do")]
	if do == nil {
		return response{}, overt.Errorf(overt.NotFound, "", "there is no such form")
	}
	if what := v.field("do"); (what == "remove" || what == "token") && !v.fresh(s.cfg.Clock()) {
		return s.mustConfirm("/me")
	}
	switch err := do(s, v, a); overt.CodeOf(err) {
	case "":
		return seeOther("/me")
	case overt.Invalid, overt.Denied, overt.Conflict:
		return s.meScreen(v, err.Error())
	default:
		return response{}, err
	}
}

func (s *Service) addPasskey(v *visit, a *account.Accounts) error {
	u, err := a.User(v.Context(), v.user)
	if err == nil && !s.mayAddKey(v, u) {
		err = overt.Errorf(overt.Denied, "", "use a passkey that you have first")
	}
	if err != nil {
		return err
	}
	return a.AddPasskey(v.Context(), v.user, s.challenge(v), v.PostFormValue("answer"), v.PostFormValue("label"))
}

func (s *Service) removePasskey(v *visit, a *account.Accounts) error {
	u, err := a.User(v.Context(), v.user)
	if err != nil {
		return err
	}
	id, err := base64.RawURLEncoding.DecodeString(v.field("id"))
	if err != nil {
		return overt.Errorf(overt.NotFound, "", "there is no such passkey")
	}
	if err := a.RemovePasskey(v.Context(), u, id); err != nil {
		return err
	}
	here := sessionID(hashOf(s.word(v.Request))) // what was begun with a device that is lost ends with it
	s.sessions.endThose(func(id string, x *session) bool { return x.user == u.Name && id != here })
	return nil
}

func (s *Service) addToken(v *visit, a *account.Accounts) error {
	until, err := account.TokenEnd(v.field("expires"), s.cfg.Clock())
	if err != nil {
		return err
	}
	pass, err := a.Own(v.Context(), v.actor)
	if err != nil {
		return err
	}
	made, err := a.AddToken(v.Context(), pass, v.actor, policy.Purpose(v.field("purpose")), until)
	if err == nil {
		s.sessions.change(s.word(v.Request), func(x *session) { x.once = made })
	}
	return err
}

func (s *Service) revokeToken(v *visit, a *account.Accounts) error {
	pass, err := a.Own(v.Context(), v.actor)
	if err == nil {
		_, err = a.RevokeToken(v.Context(), pass, v.actor.ID, v.field("id"))
	}
	return err
}

// endSession ends one of somebody's own sessions.
func (s *Service) endSession(v *visit, _ *account.Accounts) error {
	if err := s.tell(v, v.actor, "session.end", v.field("id")); err != nil {
		return err
	}
	s.sessions.endThose(func(id string, x *session) bool { return x.actor.ID == v.actor.ID && id == v.field("id") })
	return nil
}

func keyID(k *identity.Passkey) string { return base64.RawURLEncoding.EncodeToString(k.ID) }

func (p *mePage) tokenTable(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "Tokens"), Headed: true, Columns: columns(ctx, "Number", "What for", "@Holds until", "State")}
	for _, x := range p.tokens {
		t.Rows = append(t.Rows, []templ.Component{ui.Mono(x.ID), ui.Bdi(string(x.Purpose)), ui.Bdi(minute(x.Expires)), tokenState(x, p.now)})
	}
	return t
}

func (p *mePage) sessionTable(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "Sessions"), Headed: true, Columns: columns(ctx, "@Begun (UTC)", "@Used last (UTC)", "State")}
	for _, x := range p.sessions {
		t.Rows = append(t.Rows, []templ.Component{ui.Bdi(minute(x.begun)), ui.Bdi(minute(x.used)), sessionState(x)})
	}
	return t
}

func (p *mePage) keyTable(ctx context.Context) ui.Table {
	t := ui.Table{Caption: ui.T(ctx, "Passkeys"), Headed: true, Columns: columns(ctx, "Device", "@Made (UTC)", "@Used last (UTC)", "State")}
	for i := range p.user.Passkeys {
		k := &p.user.Passkeys[i]
		t.Rows = append(t.Rows, []templ.Component{ui.Bdi(k.Label), ui.Bdi(minute(k.Made)), ui.Bdi(minute(k.Used)), keyState(keyID(k))})
	}
	return t
}
