package answer

import (
	"context"
	"slices"

	"overt/ftm"
	"overt/gate"
	"overt/resolve"
	"overt/statement"
)

// How an entity is known that is to come in.
const (
	KnownID         = "id"         // the source entity is kept: what comes in is added to it
	KnownIdentifier = "identifier" // it would be one with another, by a key of By
	KnownName       = "name"       // another is called the same
)

// A Known is an entity that is kept, and what one has to do with it that is not yet.
type Known struct {
	Entity
	How string `json:"how"`
	By  string `json:"by,omitempty"` // "uei:ABC…"
}

// namesakes is how many entities of the same name are told.
const namesakes = 3

// KnownAs tells which entity of the desk's view one would be one with, of which there are
// statements that are not kept yet: that of its own id and those that equal identifiers
// join; where there is none, those that it may be by its name, and whether there may be
// more. It needs no graph and no index. Errors: those of the view.
func KnownAs(ctx context.Context, d *gate.Desk, stmts []statement.Statement) (out []Known, more bool, err error) {
	if len(stmts) == 0 || !statement.ValidID(stmts[0].Entity) {
		return nil, false, nil
	}
	own, err := d.View.Entity(ctx, stmts[0].Entity)
	if err != nil {
		return nil, false, err
	}
	if len(own) > 0 {
		out = append(out, Known{Entity: Entity{ID: stmts[0].Entity}, How: KnownID})
	}
	met, err := resolve.Meet(ctx, d.View, stmts)
	if err != nil {
		return nil, false, err
	}
	for _, m := range met {
		if !slices.ContainsFunc(out, func(k Known) bool { return k.ID == m.ID }) {
			out = append(out, Known{Entity: Entity{ID: m.ID}, How: KnownIdentifier, By: m.Reason})
		}
	}
	if len(out) == 0 {
		ids, others, err := resolve.Namesakes(ctx, d.View, stmts, namesakes)
		if err != nil {
			return nil, false, err
		}
		more = others
		for _, id := range ids {
			out = append(out, Known{Entity: Entity{ID: id}, How: KnownName})
		}
	}
	for i := range out {
		p, err := resolve.ReadProfile(ctx, d.View, []ftm.EntityID{out[i].ID})
		if err != nil {
			return nil, false, err
		}
		out[i].Entity = Entity{p.ID, p.Caption(), p.Schema}
	}
	return out, more, nil
}
