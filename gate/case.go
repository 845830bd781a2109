package gate

import (
	"context"
	"errors"
	"maps"
	"slices"

	"overt"
	"overt/casefile"
	"overt/policy"
)

// Case is the case that the pass was opened in, "" for none.
func (p *Pass) Case() string { return p.caseID }

// cases tells what is known of the visitor's cases, and their labels.
func (g *Gate) cases(ctx context.Context, v Visit) (policy.Cases, []policy.Label, error) {
	if g.cfg.Cases == nil || v.Actor.IsWorker() {
		return policy.Cases{}, nil, nil
	}
	roles, err := g.cfg.Cases.Roles(ctx, v.Actor.ID)
	if err != nil {
		return policy.Cases{}, nil, err
	}
	for _, l := range v.Writes {
		if l.Case == "" || l.Key() != policy.CaseLabel(l.Case).Key() {
			continue
		}
		there, err := g.cfg.Cases.Has(ctx, l.Case)
		if err != nil {
			return policy.Cases{}, nil, err
		}
		if !there {
			roles[l.Case] = policy.Owner
		}
	}
	labels := []policy.Label{}
	for _, id := range slices.Sorted(maps.Keys(roles)) {
		labels = append(labels, policy.CaseLabel(id))
	}
	return policy.Cases{Roles: roles, Visited: v.Case}, labels, nil
}

// enterCase reads the visited case: without a purpose of the visit, its purpose is
// taken. It gives the labels of what the case cites.
func (p *Pass) enterCase(ctx context.Context, v Visit, cases policy.Cases) ([]policy.Label, error) {
	e := p.gate.cfg.Engine
	scope, _ := e.Scope(v.Actor, p.purpose, cases, []policy.Label{policy.CaseLabel(v.Case)})
	events, err := p.gate.cfg.Cases.Events(ctx, scope, v.Case)
	if err != nil {
		return nil, err
	}
	if v.Purpose == "" {
		p.purpose, err = e.Purpose(policy.Purpose(events[0].Purpose))
	}
	return casefile.LabelsOf(events), err
}

// Casework adds events to a case, all or none, if its rules allow them. At, Actor and
// Seq of the events are given here. When somebody else adds to the case in between, the
// rules are asked again. Errors: those of casefile.State.Apply and casefile.Store,
// unavailable (no cases are kept here, or the log).
func (p *Pass) Casework(ctx context.Context, id string, events ...casefile.Event) (s *casefile.State, err error) {
	store := p.gate.cfg.Cases
	if store == nil || len(events) == 0 {
		return nil, overt.Errorf(overt.Unavailable, id, "no cases are kept here")
	}
	act := Act{Action: "case." + string(events[0].Kind), Object: id, Query: events[0].Item}
	err = p.Do(ctx, act, func(ctx context.Context, _ *Bench) (int64, string, error) {
		for {
			s, err = p.appendTo(ctx, store, id, events)
			switch {
			case err == nil:
				return int64(len(events)), s.Digest(events[len(events)-1]), nil
			case !errors.Is(err, casefile.ErrBehind) || ctx.Err() != nil:
				return 0, "", err
			}
		}
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (p *Pass) appendTo(ctx context.Context, store casefile.Store, id string, events []casefile.Event) (*casefile.State, error) {
	there, err := store.Events(ctx, p.scope, id)
	if err != nil && overt.CodeOf(err) != overt.NotFound {
		return nil, err
	}
	s, err := casefile.Fold(id, there)
	if err != nil {
		return nil, err
	}
	last, at := s.Last, p.gate.cfg.Clock().UTC().Format("2006-01-02T15:04:05.000Z")
	for i := range events {
		e := &events[i]
		e.At, e.Actor, e.Seq = at, p.actor.ID, s.Last+1
		if err := e.Check(); err != nil {
			return nil, err
		}
		if err := s.Apply(*e); err != nil {
			return nil, err
		}
	}
	return s, store.Append(ctx, p.scope, id, last, events)
}
