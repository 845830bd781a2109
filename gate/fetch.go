package gate

import (
	"context"

	"overt"
	"overt/audit"
)

// A Fetch is what is meant to be got from the network.
type Fetch struct {
	Source string   // id of the entry
	Fixed  []string // hosts that the entry names
	Given  []string // hosts of addresses that the asker gave
	Query  string   // what will be asked for, for the audit log
}

// MayFetch says whether Fetch would be allowed, and if not, what is missing.
func (p *Pass) MayFetch(f Fetch) (allowed bool, reason string) {
	d := p.gate.cfg.Engine.Fetch(p.actor, f.Source, f.Fixed, f.Given)
	return d.Allow, d.Reason
}

// Fetch runs an act that opens connections: the rules are asked, the intent is
// recorded before the first byte leaves, the outcome behind it. A refusal is
// recorded as well. Errors: denied, those of the act, unavailable (the log).
func (p *Pass) Fetch(ctx context.Context, f Fetch, get func(context.Context, *Bench) (count int64, result string, err error)) error {
	act := Act{Action: "source.fetch", Object: f.Source, Query: f.Query}
	if allowed, reason := p.MayFetch(f); !allowed {
		event := audit.Event{Action: act.Action, Object: act.Object, Query: act.Query, Decision: "deny", Reasons: []string{reason}}
		if _, err := p.record(ctx, event); err != nil {
			return err
		}
		return overt.Errorf(overt.Denied, "", "%s", reason)
	}
	return p.Do(ctx, act, get)
}
