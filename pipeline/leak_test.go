package pipeline

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"

	"overt/ftm"
	"overt/gate"
	"overt/graph"
	"overt/policy"
	"overt/resolve"
	"overt/statement"
)

// A leak names one way to over-show that the oracle must feel; "" is none.
type leak string

// The leaks: the first group is in the derived graph, the second at the desk.
const (
	namesByText     leak = "a name in a text is shown by the text alone"
	namesByName     leak = "a name in a text is shown by the name alone"
	longerHides     leak = "a longer name hides a shorter one of another class"
	keyByEither     leak = "equal identifiers are shown by one side"
	noAnchor        leak = "an agency's name joins without the reference list"
	graphOfAll      leak = "the graph shows everybody's edges"
	findUnscoped    leak = "names are looked up in everything"
	prefixUnscoped  leak = "beginnings of names are looked up in everything"
	entityUnscoped  leak = "entities are read from everything"
	inboundUnscoped leak = "who names an entity is asked of everything"
	sightOfAll      leak = "runs behind a sum are looked up in everything"
	runsOfAll       leak = "all runs are listed"
	ledgerOfAll     leak = "the ledger is read for everybody"
)

var leaks = []leak{
	namesByText, namesByName, longerHides, keyByEither, noAnchor, graphOfAll, findUnscoped, prefixUnscoped,
	entityUnscoped, inboundUnscoped, sightOfAll, runsOfAll, ledgerOfAll,
}

// derive is Derive with the leak's hook.
func (l leak) derive(ctx context.Context, view statement.View, epoch uint64, dir, path string) error {
	if !slices.Contains([]leak{namesByText, namesByName, longerHides, keyByEither, noAnchor}, l) {
		return Derive(ctx, view, epoch, dir, path)
	}
	b := graph.NewBuilder(dir)
	defer func() { _ = b.Close() }()
	w := weaver{model: ftm.Default(), b: b, exact: resolve.NewExact(dir, view.Sight()), names: newMentions(dir, view.Sight())}
	defer func() { _ = w.names.close() }()
	for stmts, err := range view.Entities(ctx) {
		if err != nil {
			return err
		}
		if err := w.entity(stmts); err != nil {
			return err
		}
	}
	if err := l.mentions(ctx, &w, view); err != nil {
		return err
	}
	if err := l.links(&w); err != nil {
		return err
	}
	return b.WriteFile(ctx, path, graph.Stamp{Epoch: epoch, Fingerprint: "leaky"})
}

// links are those of Exact, some under less evidence than they need.
func (l leak) links(w *weaver) error {
	var links []resolve.Link
	either := map[ftm.EntityID][][]statement.Class{} // by key: the evidence of all who have it
	err := w.exact.Links(func(k resolve.Link) error {
		links = append(links, k)
		either[k.Key] = append(either[k.Key], k.Alternatives...)
		return nil
	})
	for _, k := range links {
		named := strings.HasPrefix(k.Reason, "agency name:")
		switch {
		case l == keyByEither && !named:
			k.Alternatives = either[k.Key]
		case l == noAnchor && named:
			k.Alternatives = eachClass(k.Alternatives)
		}
		w.b.Node(k.Key, "", k.Alternatives)
		w.b.Same(k.Entity, k.Key, k.Alternatives, k.Reason)
	}
	return err
}

func eachClass(alts [][]statement.Class) [][]statement.Class {
	var out [][]statement.Class
	for _, all := range alts {
		for _, c := range all {
			out = append(out, []statement.Class{c})
		}
	}
	return out
}

func (l leak) mentions(ctx context.Context, w *weaver, view statement.View) error {
	if l != namesByText && l != namesByName && l != longerHides {
		return w.mentions(ctx, view)
	}
	if err := w.names.ready(); err != nil || w.names.set == nil {
		return err
	}
	for stmts, err := range view.Entities(ctx) {
		if err != nil {
			return err
		}
		w.split(stmts)
		for i := range w.parts {
			p := &w.parts[i]
			if p.schema == nil {
				continue
			}
			for k := range p.stmts {
				if s := &p.stmts[k]; slices.Contains(texts[p.schema.Name], s.Prop) {
					if err := l.name(w, p, s); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

func (l leak) name(w *weaver, p *part, s *statement.Statement) error {
	found := w.names.find(p, s.Value)
	if l == longerHides {
		all := w.names.scan(s.Value)
		for id := range found {
			if !slices.ContainsFunc(all, func(m naming) bool {
				return !insideAny(m, all) && slices.ContainsFunc(m.targets, func(n int) bool { return w.names.targets[n].id == id })
			}) {
				delete(found, id)
			}
		}
		return w.name(p, s, found)
	}
	sources := []string{string(s.Entity)}
	if p.schema.Edge != nil {
		sources = p.values("contract")
	}
	for id, classes := range found {
		var alts graph.Alternatives
		for _, c := range classes {
			if l == namesByText {
				c = p.class
			}
			alts = append(alts, []statement.Class{c})
		}
		for _, src := range sources {
			if src == string(id) {
				continue
			}
			err := w.b.Edge(graph.EdgeSpec{
				Source: ftm.EntityID(src), Target: id, Kind: NamesKind, Ref: s.Entity, Prop: s.Prop, Directed: true,
				Start: firstDay(p.schema, p), End: statement.NoDay, Alternatives: alts,
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func insideAny(m naming, all []naming) bool {
	return slices.ContainsFunc(all, func(o naming) bool {
		return o.start <= m.start && o.end >= m.end && o.end-o.start > m.end-m.start
	})
}

// desk over-shows what lies on the desk.
func (l leak) desk(ctx context.Context, d *gate.Desk, f *filled, g *graph.Graph, whole statement.View, all policy.Scope) (err error) {
	switch l {
	case graphOfAll:
		d.Graph = g.View(whole.Sight())
	case runsOfAll:
		d.Runs, err = f.store.Runs(ctx, all)
	case ledgerOfAll:
		d.Scope = all
	case findUnscoped, prefixUnscoped, entityUnscoped, inboundUnscoped, sightOfAll:
		d.View = &leakyView{d.View, whole, l}
	}
	return err
}

// A leakyView answers one kind of question from the whole.
type leakyView struct {
	statement.View
	whole statement.View
	leak  leak
}

func (v *leakyView) from(l leak) statement.View {
	if v.leak == l {
		return v.whole
	}
	return v.View
}

func (v *leakyView) Entity(ctx context.Context, id ftm.EntityID) ([]statement.Statement, error) {
	return v.from(entityUnscoped).Entity(ctx, id)
}

func (v *leakyView) Entities(ctx context.Context) iter.Seq2[[]statement.Statement, error] {
	return v.from(entityUnscoped).Entities(ctx)
}

func (v *leakyView) Inbound(ctx context.Context, id ftm.EntityID) iter.Seq2[statement.Ref, error] {
	return v.from(inboundUnscoped).Inbound(ctx, id)
}

func (v *leakyView) Lookup(ctx context.Context, key string) ([]ftm.EntityID, error) {
	return v.from(findUnscoped).Lookup(ctx, key)
}

func (v *leakyView) LookupPrefix(ctx context.Context, prefix string, limit int) ([]statement.Key, error) {
	return v.from(prefixUnscoped).LookupPrefix(ctx, prefix, limit)
}

func (v *leakyView) Sight() *statement.Sight { return v.from(sightOfAll).Sight() }

// begin spares the search for a leak that few worlds show.
var begin = map[leak]uint64{longerHides: 165}

// TestOracleCatchesLeaks is the test of the oracle: each leak must be felt.
func TestOracleCatchesLeaks(t *testing.T) {
	dir := memoryDir(t)
	for _, l := range leaks {
		t.Run(string(l), func(t *testing.T) {
			for seed := range uint64(1_000) {
				if seed += begin[l]; hidden(t, dir, seed, l) != "" {
					t.Logf("felt in world %d", seed)
					return
				}
			}
			t.Error("not felt in 1000 worlds")
		})
	}
}
