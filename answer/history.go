package answer

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/internal/decimal"
	"overt/statement"
)

// An Action is one step in the life of a contract: its signing, or a
// modification.
type Action struct {
	ID           ftm.EntityID     `json:"id"`
	Date         string           `json:"date,omitempty"`
	Modification string           `json:"modification,omitempty"`
	Amount       string           `json:"amount,omitempty"` // obligated by this action, may be negative
	Currency     string           `json:"currency,omitempty"`
	Type         string           `json:"type,omitempty"`    // what the source calls it
	Changes      []Change         `json:"changes,omitempty"` // against the action before
	Deleted      string           `json:"deleted,omitempty"` // the day the source took it back
	Citations    []overt.Citation `json:"citations"`
}

// A Change is what an action made different: an amount that it adds, or a value
// that replaces the one of the action before.
type Change struct {
	Prop   string `json:"prop"`
	Label  string `json:"label"`
	By     string `json:"by,omitempty"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// history lists the actions that name one of the ids as their contract, by
// date, then as the source numbers them.
func history(ctx context.Context, d *gate.Desk, members []ftm.EntityID) ([]Action, error) {
	var ids []ftm.EntityID
	for _, id := range members {
		for ref, err := range d.View.Inbound(ctx, id) {
			if err != nil {
				return nil, err
			}
			if ref.Prop == "contract" {
				ids = append(ids, ref.Source)
			}
		}
	}
	slices.Sort(ids)
	h := historian{d: d}
	for _, id := range slices.Compact(ids) {
		if err := h.take(ctx, id); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(h.steps, func(a, b step) int {
		return cmp.Or(cmp.Compare(a.Date, b.Date), compareNumbers(a.Modification, b.Modification), cmp.Compare(a.ID, b.ID))
	})
	out := make([]Action, 0, len(h.steps))
	for i := range h.steps {
		h.changes(i)
		out = append(out, h.steps[i].Action)
	}
	return out, nil
}

// compareNumbers puts "9" before "10" and "P00002" after both.
func compareNumbers(a, b string) int {
	plain := func(s string) int {
		if strings.Trim(s, "0123456789") == "" {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(plain(a), plain(b)), cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// A historian gathers the actions of one contract.
type historian struct {
	d     *gate.Desk
	steps []step
}

type step struct {
	Action
	stmts []statement.Statement
}

// take reads one action if it is one.
func (h *historian) take(ctx context.Context, id ftm.EntityID) error {
	stmts, err := h.d.View.Entity(ctx, id)
	if err != nil {
		return err
	}
	stmts = slices.DeleteFunc(slices.Clone(stmts), func(s statement.Statement) bool { return s.External })
	if !slices.ContainsFunc(stmts, func(s statement.Statement) bool { return s.Schema == "Obligation" }) {
		return nil
	}
	slices.SortStableFunc(stmts, func(a, b statement.Statement) int {
		return cmp.Or(h.d.View.Sight().Age(a.Class, b.Class), cmp.Compare(a.Value, b.Value))
	})
	s := step{stmts: stmts}
	s.Action = Action{
		ID: id, Date: latest(stmts, "date"), Modification: latest(stmts, "modificationNumber"), Amount: latest(stmts, "amount"),
		Currency: strings.ToUpper(latest(stmts, "currency")), Type: latest(stmts, "actionType"), Deleted: latest(stmts, "deletedDate"),
	}
	if day := h.d.AsOf; day != statement.NoDay && s.Date != "" && statement.DayOf(s.Date) > day {
		return nil
	}
	var says []statement.Statement
	for _, prop := range []string{"date", "amount"} { // cite takes the last first
		says = append(says, slices.DeleteFunc(slices.Clone(stmts), func(st statement.Statement) bool { return st.Prop != prop })...)
	}
	s.Citations = cite(h.d.View, says, 2)
	h.steps = append(h.steps, s)
	return nil
}

// replaced lists the properties of an action whose value takes the place of the
// one before.
var replaced = []string{"completionDate", "supplier"}

// changes tells what the i-th action made different.
func (h *historian) changes(i int) {
	s := &h.steps[i]
	schema := ftm.Default().Schema("Obligation")
	for _, prop := range []string{"currentChange", "potentialChange"} {
		if v := latest(s.stmts, prop); v != "" && !isZero(v) {
			s.Changes = append(s.Changes, Change{Prop: prop, Label: schema.Property(prop).Label, By: v})
		}
	}
	for _, prop := range replaced {
		before, after := "", latest(s.stmts, prop)
		for j := i - 1; j >= 0 && before == ""; j-- {
			before = latest(h.steps[j].stmts, prop)
		}
		if schema.Property(prop).Type.Name == "entity" {
			before, after = h.name(before), h.name(after)
		}
		if before != "" && after != "" && before != after {
			s.Changes = append(s.Changes, Change{Prop: prop, Label: schema.Property(prop).Label, Before: before, After: after})
		}
	}
}

// name is the id that stands for an entity in this view.
func (h *historian) name(id string) string {
	if id == "" {
		return ""
	}
	return string(Canonical(h.d.Graph, ftm.EntityID(id)))
}

func isZero(amount string) bool {
	d, err := decimal.Parse(amount)
	return err == nil && d.Cmp(decimal.Decimal{}) == 0
}
