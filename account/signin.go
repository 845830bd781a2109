package account

import (
	"context"
	"net/url"

	"overt"
	"overt/gate"
	"overt/identity"
)

// BeginIssuer asks an issuer who is at the browser: the browser goes to the address
// that is given, and comes back to redirect. That a connection is opened is recorded
// before. Errors: not_found (no such issuer), unavailable.
func (a *Accounts) BeginIssuer(ctx context.Context, id, redirect string) (word, address string, err error) {
	i, err := a.issuer(id)
	if err != nil {
		return "", "", err
	}
	c := &ceremony{kind: ask, issuer: i}
	if err := a.connect(ctx, i, "what it says of itself", func(ctx context.Context) error {
		c.asked, err = i.Ask.Begin(ctx, redirect)
		return err
	}); err != nil {
		return "", "", err
	}
	word, err = a.begin(c)
	return word, c.asked.URL, err
}

func (a *Accounts) issuer(id string) (*Issuer, error) {
	for i := range a.cfg.Issuers {
		if a.cfg.Issuers[i].ID == id {
			return &a.cfg.Issuers[i], nil
		}
	}
	return nil, overt.Errorf(overt.NotFound, "", "there is no such issuer")
}

// connect does what opens connections to an issuer, recorded before and after.
func (a *Accounts) connect(ctx context.Context, i *Issuer, what string, do func(context.Context) error) error {
	pass, err := a.Own(ctx, identity.Worker("sign-in"))
	if err != nil {
		return err
	}
	return pass.Do(ctx, gate.Act{Action: "issuer.ask", Object: i.Name, Query: what}, func(ctx context.Context, _ *gate.Bench) (int64, string, error) {
		return 1, "", do(ctx)
	})
}

// SignInIssuer takes the answer that the browser brought back and gives whom the rules
// know by it. Errors: denied (nobody whom the rules know, or the answer does not hold),
// unavailable.
func (a *Accounts) SignInIssuer(ctx context.Context, word, id string, answer url.Values) (*identity.User, error) {
	c, err := a.end(word, ask)
	if err == nil && c.issuer.ID != id {
		err = overt.Errorf(overt.Denied, "", "this is no answer to what was asked")
	}
	if err != nil {
		return nil, a.refused(ctx, "session.begin", "issuer "+id, err)
	}
	var claim string
	err = a.connect(ctx, c.issuer, "who it is", func(ctx context.Context) (err error) {
		claim, err = c.issuer.Ask.Finish(ctx, c.asked, answer)
		return err
	})
	if err != nil {
		return nil, err
	}
	actor := identity.Actor{ID: c.issuer.People[claim]}
	if actor.ID == "" {
		return nil, a.refused(ctx, "session.begin", "issuer "+id+" says "+claim, overt.Errorf(overt.Denied, "", "%s knows you, and this desk does not; ask who looks after it to list you", c.issuer.Title))
	}
	pass, err := a.Own(ctx, actor)
	if err != nil {
		return nil, err
	}
	var u identity.User
	err = pass.Do(ctx, gate.Act{Action: "session.begin", Object: actor.ID, Query: "issuer " + id}, func(ctx context.Context, _ *gate.Bench) (int64, string, error) {
		u, err = a.userOf(ctx, actor)
		if err == nil && !u.Disabled.IsZero() {
			err = overt.Errorf(overt.Denied, "", "this user does not sign in any more")
		}
		return 1, "", err
	})
	return &u, err
}

// userOf finds the user of an actor, or makes one: who signs in by an issuer needs no
// invitation.
func (a *Accounts) userOf(ctx context.Context, who identity.Actor) (identity.User, error) {
	all, err := a.cfg.Users.Users(ctx)
	if err != nil {
		return identity.User{}, err
	}
	for _, u := range all {
		if u.Actor == who.ID {
			return u, nil
		}
	}
	_, name, err := nameOf(who.ID)
	if err != nil {
		return identity.User{}, err
	}
	u := identity.NewUser(name, who, a.cfg.Clock())
	return u, a.cfg.Users.AddUser(ctx, u)
}
