package screen

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"overt"
	"overt/ftm"
	"overt/mention"
	"overt/policy"
	"overt/statement"
)

// A Clearing is a person's word that a hit is somebody else. It is kept under the
// name that Hit.Deciding gives to what was compared: once the list or the asker
// says something else that decides, there is no clearing of that name, and the hit
// comes back. Of the query it keeps nothing but that hash.
type Clearing struct {
	Hit      ftm.EntityID
	Deciding ftm.EntityID
	Reason   string
}

// Cleared is a clearing as it is kept.
type Cleared struct {
	By     string      `json:"by"`
	On     string      `json:"on"` // ISO 8601 date
	Reason string      `json:"reason"`
	Run    overt.RunID `json:"run"` // undone, it is taken back
}

// maxReason bounds the words of a reason in bytes.
const maxReason = 4096

// ReadCleared gives the newest clearing of that name which the view shows; nil if
// there is none. Errors: those of the view.
func ReadCleared(ctx context.Context, view statement.View, deciding ftm.EntityID) (*Cleared, error) {
	stmts, err := view.Entity(ctx, deciding)
	if err != nil {
		return nil, err
	}
	var out *Cleared
	for i := range stmts {
		st := &stmts[i]
		info, ok := view.Sight().Info(st.Class)
		// Only runs that people made count: a list cannot clear itself.
		if !ok || st.Schema != "Clearing" || st.Prop != "summary" || st.Origin != statement.OriginPerson || info.Run.Format != mention.JudgementFormat {
			continue
		}
		if out == nil || info.Run.ID > out.Run {
			out = &Cleared{By: info.Run.Actor, On: info.Run.Observed, Reason: st.Value, Run: info.Run.ID}
		}
	}
	return out, nil
}

// Label finds the label under which a clearing is kept: one of the entity's own,
// so that whoever does not see the entity does not see that it was cleared.
// Errors: not_found.
func (c *Clearing) Label(ctx context.Context, view statement.View, writes func(policy.Label) bool) (policy.Label, error) {
	stmts, err := view.Entity(ctx, c.Hit)
	if err != nil {
		return policy.Label{}, err
	}
	var labels []policy.Label
	for i := range stmts {
		if info, ok := view.Sight().Info(stmts[i].Class); ok && writes(info.Label) {
			labels = append(labels, info.Label)
		}
	}
	if len(labels) == 0 {
		return policy.Label{}, overt.Errorf(overt.NotFound, string(c.Hit), "there is no such entity to which you may add")
	}
	return slices.MinFunc(labels, func(a, b policy.Label) int { return strings.Compare(a.Key(), b.Key()) }), nil
}

// Write keeps a clearing as a run of its own. Errors: invalid (no reason), those
// of the store.
func (c *Clearing) Write(ctx context.Context, store statement.Store, scope policy.Scope, actor string, label policy.Label, at time.Time) (overt.RunID, error) {
	if c.Reason == "" || len(c.Reason) > maxReason {
		return 0, overt.Errorf(overt.Invalid, "--reason", "say why, in %d bytes at most", maxReason)
	}
	at = at.UTC()
	none := sha256.Sum256(nil)
	w, err := store.Begin(ctx, scope, statement.RunSpec{
		Dataset: label.Dataset, Format: mention.JudgementFormat, Mapping: hex.EncodeToString(none[:]), Extent: statement.Window,
		Series: "clearings of " + actor, Actor: actor, Observed: at.Format(time.DateOnly), Imported: at.Format(time.RFC3339),
		Token: fmt.Sprintf("clearing-%s-%s", at.Format("20060102T150405.000000000"), label.Key()),
	})
	if err != nil {
		return 0, err
	}
	defer func() { _ = w.Abort() }()
	var stmts []statement.Statement
	for _, v := range []struct{ prop, value string }{{statement.PropID, string(c.Deciding)}, {"listed", string(c.Hit)}, {"summary", c.Reason}} {
		stmts = append(stmts, statement.Statement{Schema: "Clearing", Prop: v.prop, Value: v.value, Origin: statement.OriginPerson})
	}
	if err := w.Add(label, c.Deciding, stmts); err != nil {
		return 0, err
	}
	run, err := w.Commit(ctx)
	return run.ID, err
}
