package resolve

import (
	"context"
	"slices"
	"strings"

	"overt/ftm"
	"overt/statement"
)

// maxHolders is how many entities that have a key are looked at.
const maxHolders = 200

// A Meeting is an entity of a view that another would be one with.
type Meeting struct {
	ID     ftm.EntityID
	Reason string // as in Link
}

// Meet says which entities of a view one that is not kept yet would be one with, by the
// keys that its statements give it: of those that have a key, which are one already, one.
// Keys that are kept of its own id are passed over. Errors: those of the view.
func Meet(ctx context.Context, view statement.View, stmts []statement.Statement) (out []Meeting, err error) {
	if len(stmts) == 0 {
		return nil, nil
	}
	own, err := view.Entity(ctx, stmts[0].Entity)
	if err != nil {
		return nil, err
	}
	model, keyer := ftm.Default(), statement.NewKeyer()
	met := map[string]bool{}
	for i := range stmts {
		s := &stmts[i]
		key := identity(model, s)
		if key == "" || met[key] || len(givers(model, view.Sight(), own, key)) > 0 {
			continue
		}
		met[key] = true
		id, err := holderOf(ctx, view, keyer.Key(s.Schema, s.Prop, s.Value), s.Entity, key)
		if err != nil {
			return nil, err
		}
		if id != "" {
			reason, _, _ := strings.Cut(key, "\x1f")
			out = append(out, Meeting{id, reason})
		}
	}
	return out, nil
}

// holderOf gives an entity of a view that has a key, beside one; "" for none. It is looked
// for under what its value is looked up by.
func holderOf(ctx context.Context, view statement.View, lookup string, beside ftm.EntityID, key string) (ftm.EntityID, error) {
	ids, err := view.Lookup(ctx, lookup)
	if err != nil {
		return "", err
	}
	model, sight := ftm.Default(), view.Sight()
	for _, id := range ids[:min(len(ids), maxHolders)] {
		if id == beside {
			continue
		}
		stmts, err := view.Entity(ctx, id)
		if err != nil {
			return "", err
		}
		if from := givers(model, sight, stmts, key); len(from) > 0 && (!strings.HasPrefix(key, agencyName) || anyReference(sight, from)) {
			return id, nil
		}
	}
	return "", nil
}

// givers are the classes by which statements of one entity give it a key; none where the
// source that did has gone on without it, as a graph asks before it joins.
func givers(model *ftm.Model, sight *statement.Sight, stmts []statement.Statement, key string) (out []statement.Class) {
	var all []statement.Class
	for i := range stmts {
		all = append(all, stmts[i].Class)
		if identity(model, &stmts[i]) == key {
			out = append(out, stmts[i].Class)
		}
	}
	gone := sight.Span("", out).Gone
	if gone != statement.NoDay && sight.Span("", all).Last >= gone {
		return nil
	}
	return out
}

// anyReference says whether a class is of the reference list.
func anyReference(sight *statement.Sight, classes []statement.Class) bool {
	return slices.ContainsFunc(classes, func(c statement.Class) bool {
		info, ok := sight.Info(c)
		return ok && info.Label.Dataset == ReferenceDataset
	})
}

// Namesakes gives the first entities of a view, most at most, that have a name of one
// that is not kept yet and could be of its kind, and whether there may be more. Of those
// that share a key the first stands for all. Errors: those of the view.
func Namesakes(ctx context.Context, view statement.View, stmts []statement.Statement, most int) (out []ftm.EntityID, more bool, err error) {
	model, keyer := ftm.Default(), statement.NewKeyer()
	all := map[ftm.EntityID][]statement.Statement{}
	var order []ftm.EntityID
	for i := range stmts {
		s := &stmts[i]
		schema := model.Schema(s.Schema)
		if schema == nil || schema.Property(s.Prop) == nil || schema.Property(s.Prop).Type.Name != "name" {
			continue
		}
		ids, err := view.Lookup(ctx, keyer.Key(s.Schema, s.Prop, s.Value))
		if err != nil {
			return nil, false, err
		}
		more = more || len(ids) > maxHolders
		for _, id := range ids[:min(len(ids), maxHolders)] {
			if all[id] != nil || id == s.Entity {
				continue
			}
			said, err := view.Entity(ctx, id)
			if err != nil {
				return nil, false, err
			}
			if len(said) > 0 && alike(schema, model.Schema(said[0].Schema)) {
				all[id], order = said, append(order, id)
			}
		}
	}
	listed, taken := map[string]bool{}, map[string]bool{}
	for _, said := range all {
		for key, from := range keysOf(model, view.Sight(), said) {
			listed[key] = listed[key] || anyReference(view.Sight(), from)
		}
	}
	for _, id := range order {
		same := false
		for key := range keysOf(model, view.Sight(), all[id]) {
			if listed[key] || !strings.HasPrefix(key, agencyName) {
				same, taken[key] = same || taken[key], true
			}
		}
		if same {
			continue
		}
		if len(out) == most {
			return out, true, nil
		}
		out = append(out, id)
	}
	return out, more, nil
}

// keysOf are the keys that statements of one entity give it, each with its givers.
func keysOf(model *ftm.Model, sight *statement.Sight, stmts []statement.Statement) map[string][]statement.Class {
	out := map[string][]statement.Class{}
	for i := range stmts {
		key := identity(model, &stmts[i])
		if key == "" || out[key] != nil {
			continue
		}
		if from := givers(model, sight, stmts, key); len(from) > 0 {
			out[key] = from
		}
	}
	return out
}

// alike says whether a thing of one schema could be one of another.
func alike(a, b *ftm.Schema) bool {
	return a != nil && b != nil && (family(a) == family(b) || a.IsA(b.Name) || b.IsA(a.Name))
}
