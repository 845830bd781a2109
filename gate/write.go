package gate

import (
	"context"
	"fmt"

	"overt"
	"overt/audit"
	"overt/blob"
	"overt/ledger"
	"overt/policy"
	"overt/statement"
	"overt/watch"
)

// A Bench is what a writing act works on.
type Bench struct {
	Statements statement.Store
	Ledger     ledger.Store
	Blobs      blob.Store
	Scope      policy.Scope
	Actor      string
	Watches    watch.Store // nil where there is none
}

// Do runs an act that changes what is kept: its intent is recorded before it
// begins, its outcome when it has ended, both under one reference, so that a
// change without a record cannot be. The act says how many records it wrote.
func (p *Pass) Do(ctx context.Context, act Act, change func(context.Context, *Bench) (count int64, result string, err error)) error {
	cfg := &p.gate.cfg
	bench := &Bench{cfg.Statements, cfg.Ledger, cfg.Blobs, p.scope, p.actor.ID, cfg.Watches}
	if p.apart {
		bench = &Bench{Scope: p.scope, Actor: p.actor.ID}
	}
	ref := fmt.Sprintf("%s#%d", cfg.Clock().UTC().Format("20060102T150405.000000000"), p.gate.ref.Add(1))
	event := audit.Event{Action: act.Action, Object: act.Object, Query: act.Query, Intent: true, Ref: ref}
	if _, err := p.record(ctx, event); err != nil {
		return err
	}
	count, result, err := change(ctx, bench)
	event.Intent, event.Count, event.Result = false, count, result
	if err != nil {
		event.Reasons = []string{"not done: " + string(overt.CodeOf(err))}
	}
	// The outcome is recorded even when the act was interrupted.
	if _, logErr := p.record(context.WithoutCancel(ctx), event); logErr != nil && err == nil {
		return logErr
	}
	return err
}

// Undo takes a run back.
func (p *Pass) Undo(ctx context.Context, id overt.RunID) error {
	act := Act{Action: "run.undo", Object: fmt.Sprintf("run %d", id)}
	return p.Do(ctx, act, func(ctx context.Context, b *Bench) (int64, string, error) {
		at := p.gate.cfg.Clock().UTC().Format("2006-01-02T15:04:05Z")
		if err := b.Statements.Undo(ctx, b.Scope, id, at); err != nil {
			return 0, "", err
		}
		return 1, "", b.Ledger.Undone(ctx, id, at)
	})
}

// Note records what became known of a run after it came in. At and Actor of
// the notice are given here. Errors: those of statement.Store.Note.
func (p *Pass) Note(ctx context.Context, id overt.RunID, n statement.Notice) error {
	act := Act{Action: "run.note", Object: fmt.Sprintf("run %d", id), Query: n.Kind + " on " + n.On + ": " + n.Reason}
	return p.Do(ctx, act, func(ctx context.Context, b *Bench) (int64, string, error) {
		n.At, n.Actor = p.gate.cfg.Clock().UTC().Format("2006-01-02T15:04:05Z"), b.Actor
		return 1, "", b.Statements.Note(ctx, b.Scope, id, n)
	})
}
