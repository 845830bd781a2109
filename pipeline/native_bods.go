package pipeline

import (
	"context"

	"overt/bods"
	"overt/extract"
	"overt/ftm"
	"overt/statement"
)

// history reads a file of ownership statements once to know which of them say
// earlier ones anew. What cannot be read is told when they are taken in.
func history(ctx context.Context, r extract.Reader, rows string) (*bods.History, error) {
	h := &bods.History{}
	for rec, err := range r.Records(ctx, rows) {
		if extract.IsRowError(err) {
			continue
		}
		if err != nil {
			break
		}
		h.See(rec)
	}
	return h, ctx.Err()
}

// ownership takes one ownership statement in. Its date is that of its values.
func (n *native) ownership(h *bods.History, rec extract.Record) (reason string, err error) {
	entities, problems, reason := h.Read(rec)
	if reason != "" {
		return reason, nil
	}
	for _, e := range entities {
		if !statement.ValidID(e.ID) {
			return "its record id, or one that it names, cannot be kept", nil
		}
	}
	for _, p := range problems {
		n.odd.add(p.At, "%s; the statement is kept whole", p.Reason)
	}
	for i := range entities {
		if err := n.ownershipEntity(&entities[i], rec); err != nil {
			return "", err
		}
	}
	return "", nil
}

func (n *native) ownershipEntity(e *bods.Entity, rec extract.Record) error {
	base := n.says(e.Schema, statement.PropID, string(e.ID), rec.At())
	base.Origin = statement.OriginMapping
	stmts := []statement.Statement{base}
	for _, v := range e.Values {
		if v.Prop != bods.Statement && n.isRef(e.Schema, v.Prop) && !statement.ValidID(ftm.EntityID(v.Text)) {
			continue // the first entity is one of the two ends, and was looked at
		}
		s := n.says(e.Schema, v.Prop, v.Text, v.At)
		s.Original, s.Quote = v.Original, v.Quote
		if v.Made {
			s.Origin = statement.OriginMapping
		}
		stmts = append(stmts, s)
	}
	for i := range stmts {
		if !statement.IsContext(stmts[i].Prop) {
			stmts[i].FirstSeen, stmts[i].LastSeen = e.Date, e.Date
		}
	}
	n.u.said += int64(len(stmts))
	return n.u.w.Add(n.u.label, e.ID, stmts)
}

func (n *native) isRef(schema, prop string) bool {
	p := n.model.Schema(schema).Property(prop)
	return p != nil && p.Type.Name == "entity"
}
