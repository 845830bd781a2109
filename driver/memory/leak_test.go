package memory_test

import (
	"context"
	"iter"
	"slices"
	"testing"

	"overt/driver/memory"
	"overt/ftm"
	"overt/policy"
	"overt/policy/policytest"
	"overt/statement"
	"overt/statement/statementtest"
)

// A leaky store answers one kind of question from everything it holds. The
// oracle must catch each.
type leaky struct {
	memory.Store
	leak string
}

func (l *leaky) god(ctx context.Context) policy.Scope {
	labels, err := l.Labels(ctx)
	if err != nil {
		panic(err)
	}
	return policytest.ReadOnly(labels...)
}

func (l *leaky) View(ctx context.Context, scope policy.Scope, when statement.When) (statement.View, error) {
	v, err := l.Store.View(ctx, scope, when)
	if err != nil {
		return nil, err
	}
	whole, err := l.Store.View(ctx, l.god(ctx), when)
	return &leakyView{v, whole, l.leak}, err
}

func (l *leaky) Runs(ctx context.Context, scope policy.Scope) ([]statement.Run, error) {
	runs, err := l.Store.Runs(ctx, scope)
	if err != nil {
		return nil, err
	}
	whole, err := l.Store.Runs(ctx, l.god(ctx))
	if l.leak == "hidden runs" {
		return whole, err
	}
	for i := range runs {
		j := slices.IndexFunc(whole, func(r statement.Run) bool { return r.ID == runs[i].ID })
		switch {
		case j < 0:
		case l.leak == "labels of a run":
			runs[i].Labels = whole[j].Labels
		case l.leak == "count of entities":
			runs[i].Entities = whole[j].Entities
		case l.leak == "count of new ones":
			runs[i].New = whole[j].New
		}
	}
	return runs, err
}

type leakyView struct {
	statement.View
	whole statement.View
	leak  string
}

func (v *leakyView) from(leak string) statement.View {
	if v.leak == leak {
		return v.whole
	}
	return v.View
}

func (v *leakyView) Entity(ctx context.Context, id ftm.EntityID) ([]statement.Statement, error) {
	return v.from("entity").Entity(ctx, id)
}

func (v *leakyView) Entities(ctx context.Context) iter.Seq2[[]statement.Statement, error] {
	return v.from("entities").Entities(ctx)
}

func (v *leakyView) Inbound(ctx context.Context, id ftm.EntityID) iter.Seq2[statement.Ref, error] {
	return v.from("references").Inbound(ctx, id)
}

func (v *leakyView) Lookup(ctx context.Context, key string) ([]ftm.EntityID, error) {
	return v.from("lookup").Lookup(ctx, key)
}

// LookupPrefix with the leak "page end" cuts to the limit before it hides.
func (v *leakyView) LookupPrefix(ctx context.Context, prefix string, limit int) ([]statement.Key, error) {
	if v.leak != "page end" {
		return v.from("prefix").LookupPrefix(ctx, prefix, limit)
	}
	keys, err := v.whole.LookupPrefix(ctx, prefix, limit)
	keys = slices.DeleteFunc(keys, func(k statement.Key) bool {
		ids, err := v.View.Lookup(ctx, k.Key)
		return err != nil || !slices.Contains(ids, k.Entity)
	})
	return keys, err
}

func (v *leakyView) Sight() *statement.Sight { return v.from("sight").Sight() }

func TestOracleCatchesLeaks(t *testing.T) {
	for _, leak := range []string{
		"entity", "entities", "references", "lookup", "prefix", "page end", "sight",
		"hidden runs", "labels of a run", "count of entities", "count of new ones",
	} {
		t.Run(leak, func(t *testing.T) {
			open := func(*testing.T) statement.Store { return &leaky{leak: leak} }
			world, felt := statementtest.Leak(t, open, 500)
			if felt == "" {
				t.Error("the oracle does not feel it in 500 worlds")
			}
			t.Logf("felt in world %d", world)
		})
	}
}

func TestOracleLetsTheTightPass(t *testing.T) {
	open := func(*testing.T) statement.Store { return &leaky{} }
	if world, felt := statementtest.Leak(t, open, 100); felt != "" {
		t.Errorf("world %d: %s", world, felt)
	}
}
