package account

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"overt"
	"overt/gate"
	"overt/identity"
)

// A Line is a user as who looks after users is shown him.
type Line struct {
	Name     string    `json:"name"`
	Actor    string    `json:"actor"`
	Known    bool      `json:"known"` // to the rules
	Passkeys int       `json:"passkeys"`
	Made     time.Time `json:"made"`
	Used     time.Time `json:"used,omitzero"` // when a passkey was, last
	Disabled time.Time `json:"disabled,omitzero"`
	Invited  time.Time `json:"invited_until,omitzero"`
	Waits    bool      `json:"waits,omitempty"` // the invitation, for a second person's leave
	By       string    `json:"invited_by,omitempty"`
}

// A List is all users, by name.
type List struct {
	Users []Line `json:"users"`
}

// Records counts what the answer releases.
func (l *List) Records() int { return len(l.Users) }

// Users lists them.
func (a *Accounts) Users(ctx context.Context, p *gate.Pass) (*List, error) {
	return gate.Tell(ctx, p, gate.Act{Action: "user.list"}, func(ctx context.Context) (*List, error) {
		all, err := a.cfg.Users.Users(ctx)
		out := &List{Users: []Line{}}
		for i := range all {
			out.Users = append(out.Users, a.line(&all[i]))
		}
		return out, err
	})
}

func (a *Accounts) line(u *identity.User) Line {
	now := a.cfg.Clock()
	l := Line{Name: u.Name, Actor: u.Actor, Known: a.cfg.Gate.Knows(u.Who()).Allow, Passkeys: len(u.Passkeys), Made: u.Made, Disabled: u.Disabled, Waits: u.Waits(now)}
	for _, k := range u.Passkeys {
		if k.Used.After(l.Used) {
			l.Used = k.Used
		}
	}
	if i := u.Invitation; i != nil && now.Before(i.Expires) && u.Disabled.IsZero() {
		l.Invited, l.By = i.Expires, i.By
	}
	return l
}

// An Invited is a user with the secret of his invitation, which is shown once.
type Invited struct {
	Line
	Secret string `json:"secret"`
}

// nameOf gives the actor that words name, and the name he signs in under: a name alone
// is that of a person. Errors: invalid.
func nameOf(words string) (identity.Actor, string, error) {
	_, name, other := strings.Cut(words, ":")
	if !other {
		name = words
	}
	who, err := identity.Person(strings.ToLower(name))
	if err == nil && other {
		who.ID = words
	}
	if err == nil && (who.IsWorker() || who.IsAccount()) {
		err = overt.Errorf(overt.Invalid, "name", "%s is not somebody who signs in", words)
	}
	return who, who.Name, err
}

// AddUser lets somebody whom the rules know sign in, and invites him: a name of
// person:NAME, or an id that the rules have. Errors: invalid, denied (the rules do not
// know him), conflict.
func (a *Accounts) AddUser(ctx context.Context, p *gate.Pass, words string) (*Invited, error) {
	who, name, err := nameOf(words)
	if err != nil {
		return nil, err
	}
	if !a.cfg.Gate.Knows(who).Allow {
		return nil, overt.Errorf(overt.Denied, "policy.yaml", "the rules know no %s; who owns the home can write into policy.yaml, under people, the line:  %s: {read: [all]}", who.ID, who.ID)
	}
	u := identity.NewUser(name, who, a.cfg.Clock())
	secret := a.invite(&u, p.Actor())
	err = p.Do(ctx, gate.Act{Action: "user.add", Object: u.Name, Query: u.Actor}, func(ctx context.Context, _ *gate.Bench) (int64, string, error) {
		return 1, "", a.cfg.Users.AddUser(ctx, u)
	})
	return &Invited{a.line(&u), secret}, err
}

// invite invites: who owns the home needs nobody's leave. Anybody else could take the
// link for himself and come in as another, so a second person gives it.
func (a *Accounts) invite(u *identity.User, by identity.Actor) string {
	secret := u.Invite(by, a.cfg.Clock())
	if a.cfg.Gate.Owns(by) {
		u.Invitation.Leave = by.ID
	}
	return secret
}

// Invite invites a user anew, who lost his passkeys; those he has stay. Errors:
// not_found, conflict (he is disabled).
func (a *Accounts) Invite(ctx context.Context, p *gate.Pass, name string) (*Invited, error) {
	out := &Invited{}
	return out, a.change(ctx, p, "user.invite", name, func(u *identity.User) error {
		if !u.Disabled.IsZero() {
			return overt.Errorf(overt.Conflict, "user", "%s is disabled", name)
		}
		out.Secret = a.invite(u, p.Actor())
		out.Line = a.line(u)
		return nil
	})
}

// Leave lets an invitation hold that somebody else made, or takes it back. Errors:
// not_found (none waits), denied (one's own).
func (a *Accounts) Leave(ctx context.Context, p *gate.Pass, name string, give bool, reason string) error {
	action := "user.allow"
	if !give {
		action = "user.refuse"
	}
	return a.changeFor(ctx, p, gate.Act{Action: action, Object: name, Query: reason}, name, func(u *identity.User) error {
		switch {
		case !u.Waits(a.cfg.Clock()):
			return overt.Errorf(overt.NotFound, "", "no such invitation waits")
		case u.Invitation.By == p.Actor().ID:
			return overt.Errorf(overt.Denied, "", "a second person decides: somebody other than who invited")
		case u.Actor == p.Actor().ID:
			return overt.Errorf(overt.Denied, "", "nobody decides about his own invitation")
		case give:
			u.Invitation.Leave = p.Actor().ID
		default:
			u.Invitation = nil
		}
		return nil
	})
}

// Disable keeps a user from signing in, and ends his tokens; the caller ends his
// sessions. Errors: not_found.
func (a *Accounts) Disable(ctx context.Context, p *gate.Pass, name string) (Line, error) {
	var out Line
	err := a.change(ctx, p, "user.disable", name, func(u *identity.User) error {
		if u.Disabled.IsZero() {
			u.Disabled = a.cfg.Clock().UTC().Truncate(time.Second)
		}
		u.Invitation = nil
		out = a.line(u)
		return nil
	})
	if err != nil {
		return out, err
	}
	all, err := a.cfg.Tokens.Tokens(ctx)
	for _, t := range all {
		if err == nil && t.Actor == out.Actor && t.Revoked.IsZero() {
			err = a.cfg.Tokens.RevokeToken(ctx, t.ID, a.cfg.Clock())
		}
	}
	return out, err
}

func (a *Accounts) change(ctx context.Context, p *gate.Pass, action, name string, change func(*identity.User) error) error {
	return a.changeFor(ctx, p, gate.Act{Action: action, Object: name}, name, change)
}

func (a *Accounts) changeFor(ctx context.Context, p *gate.Pass, act gate.Act, name string, change func(*identity.User) error) error {
	return p.Do(ctx, act, func(ctx context.Context, _ *gate.Bench) (int64, string, error) {
		return 1, "", a.cfg.Users.ChangeUser(ctx, name, change)
	})
}

// User gives one by his name, for himself. Errors: not_found.
func (a *Accounts) User(ctx context.Context, name string) (*identity.User, error) {
	u, err := a.cfg.Users.User(ctx, name)
	return &u, err
}

// A Look is how pages are drawn for a user.
type Look struct {
	Language string `json:"language,omitempty"`
	Theme    string `json:"theme,omitempty"`
	Compact  bool   `json:"compact,omitempty"`
	NoKeys   bool   `json:"no_keys,omitempty"`
}

// LookOf is how pages are drawn for a user; as for anybody, where nothing is kept.
func LookOf(u *identity.User) (l Look) {
	_ = json.Unmarshal(u.Look, &l) // what cannot be read is not kept
	return l
}

// SetLook keeps how pages are drawn for a user.
func (a *Accounts) SetLook(ctx context.Context, name string, l Look) error {
	raw, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return a.cfg.Users.ChangeUser(ctx, name, func(u *identity.User) error { u.Look = raw; return nil })
}
