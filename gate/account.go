package gate

import (
	"context"

	"overt"
	"overt/identity"
	"overt/policy"
)

// decide says whether a visit comes in at all.
func (g *Gate) decide(v Visit) policy.Decision {
	e := g.cfg.Engine
	switch {
	case v.Manages:
		return e.Manage(v.Actor)
	case v.Own:
		return e.Known(v.Actor)
	}
	d := e.Admit(v.Actor)
	if v.Governs && d.Allow {
		return e.Govern(v.Actor)
	}
	return d
}

func errApart() error {
	return overt.Errorf(overt.Denied, "", "a visit for accounts is shown nothing of what is kept")
}

// Tell is Ask about accounts, which are no part of what is kept under labels: there is
// no desk. Errors: denied, unless the visit is of that kind; those of answer and of the
// log.
func Tell[T any](ctx context.Context, p *Pass, act Act, answer func(context.Context) (T, error)) (T, error) {
	if !p.apart {
		var zero T
		return zero, overt.Errorf(overt.Denied, act.Object, "accounts are looked after in a visit of their own")
	}
	return told(ctx, p, act, answer)
}

// Rules identifies the rules that hold: hexadecimal SHA-256.
func (g *Gate) Rules() string { return g.cfg.Engine.Hash() }

// Knows says whether the rules know somebody: whether there is anything he may do.
func (g *Gate) Knows(who identity.Actor) policy.Decision { return g.cfg.Engine.Known(who) }

// Reads says whether somebody may come in to what is kept. Who looks after users alone
// may not.
func (g *Gate) Reads(who identity.Actor) bool { return g.cfg.Engine.Admit(who).Allow }

// Manages says whether somebody looks after users.
func (g *Gate) Manages(who identity.Actor) bool { return g.cfg.Engine.Manage(who).Allow }

// Owns says whether somebody owns the home.
func (g *Gate) Owns(who identity.Actor) bool { return g.cfg.Engine.Govern(who).Allow }

// MayEnter says whether somebody may come in for a purpose; if not, the reason has what
// the owner would have to write. Errors: invalid (the purpose).
func (g *Gate) MayEnter(who identity.Actor, purpose policy.Purpose) (policy.Decision, error) {
	return g.cfg.Engine.MayEnter(who, purpose)
}

// Logged is how many records the audit log has.
func (p *Pass) Logged() int64 { return p.gate.cfg.Log.Size() }
