package export

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"overt/ftm"
	"overt/graph"
	"overt/internal/decimal"
	"overt/statement"
)

// edges writes the edges between shown nodes: by source in the order of the
// entities, then by target id.
func (w *weave) edges(ctx context.Context, bare []graph.Node) error {
	var done nodeSet
	for stmts, err := range w.chosen(ctx) {
		if err != nil {
			return err
		}
		n, ok := w.find(stmts[0].Entity)
		if !ok || !w.shown.has(n) || !done.add(n) {
			continue
		}
		if err := w.from(ctx, n); err != nil {
			return err
		}
	}
	for _, n := range bare {
		if done.add(n) {
			if err := w.from(ctx, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// filter lets the chosen kinds of edges pass. An edge that a property makes
// ("Award:supplier") has no schema of its own.
func (w *weave) filter(dir graph.Direction) graph.Filter {
	f := graph.Filter{AsOf: statement.NoDay, Dir: dir}
	if len(w.links) > 0 {
		f.Kinds = func(kind string) bool { return within(w.model, kind, w.links) }
	}
	return f
}

// from writes the edges that start at a node.
func (w *weave) from(ctx context.Context, n graph.Node) error {
	id := w.graph.ID(n)
	targets := map[graph.Node]ftm.EntityID{}
	for e := range w.graph.Edges(n, w.filter(graph.Forward)) {
		if w.canonical(e.Source) != id {
			continue // undirected, and the other end's to write
		}
		if to, ok := w.find(e.Target); ok && w.shown.has(to) {
			targets[to] = w.graph.ID(to)
		}
	}
	order := make([]graph.Node, 0, len(targets))
	for to := range targets {
		order = append(order, to)
	}
	slices.SortFunc(order, func(a, b graph.Node) int { return cmp.Compare(targets[a], targets[b]) })
	for _, to := range order {
		if err := w.between(ctx, n, to); err != nil {
			return err
		}
	}
	return nil
}

// bundleKey is what makes several edges of the graph one link: the same entity
// says them of the same two, be it in other words or with other dates.
type bundleKey struct {
	kind, prop string
	ref        ftm.EntityID
}

// A bundle is one link, told by the edge that was sighted last.
type bundle struct {
	edge    graph.Edge
	last    statement.Day     // when that was
	classes []statement.Class // all that count
}

func (b *bundle) add(w *weave, e graph.Edge) {
	classes := w.classesOf(e)
	if last := w.graph.Sight().Span("", classes).Last; last > b.last {
		b.edge, b.last = e, last
	}
	b.classes = append(b.classes, classes...)
}

// between writes the links from one node to another, each once.
func (w *weave) between(ctx context.Context, from, to graph.Node) error {
	id := w.graph.ID(from)
	bundles := map[bundleKey]*bundle{}
	var order []*bundle
	for e := range w.graph.Between(from, to, w.filter(graph.Forward)) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if w.canonical(e.Source) != id {
			continue
		}
		ok, err := w.holds(ctx, e)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		k := bundleKey{e.Kind, e.Prop, e.Ref}
		if bundles[k] == nil {
			bundles[k] = &bundle{edge: e, last: statement.NoDay}
			order = append(order, bundles[k])
		}
		bundles[k].add(w, e)
	}
	for _, b := range order {
		if err := w.write(ctx, b, id, w.graph.ID(to)); err != nil {
			return err
		}
	}
	return nil
}

// classesOf gives the classes of an edge that count; nil if none does.
func (w *weave) classesOf(e graph.Edge) []statement.Class {
	if w.classes == nil {
		return e.Classes
	}
	var out []statement.Class
	for _, c := range e.Classes {
		if w.classes[c] {
			out = append(out, c)
		}
	}
	return out
}

// holds says whether an edge rests on classes that count. One that others say
// too must be said whole by them: its own entity names both ends. A mention
// rests on more than that entity, and then does not pass.
func (w *weave) holds(ctx context.Context, e graph.Edge) (bool, error) {
	if n := len(w.classesOf(e)); n == 0 || n == len(e.Classes) {
		return n > 0, nil
	}
	stmts, err := w.entity(ctx, e.Ref)
	if err != nil || len(stmts) == 0 {
		return false, err
	}
	names := func(prop string, id ftm.EntityID) bool {
		return slices.ContainsFunc(stmts, func(s statement.Statement) bool { return s.Prop == prop && s.Value == string(id) })
	}
	if schema := w.model.Schema(e.Kind); schema != nil {
		return schema.Edge != nil && names(schema.Edge.Source, e.Source) && names(schema.Edge.Target, e.Target), nil
	}
	return e.Ref == e.Source && names(e.Prop, e.Target), nil
}

func (w *weave) write(ctx context.Context, b *bundle, source, target ftm.EntityID) error {
	slices.Sort(b.classes)
	b.classes = slices.Compact(b.classes)
	e := b.edge
	a := arc{
		source: source, target: target, ref: e.Ref, kind: e.Kind, label: w.label(e.Kind), directed: e.Directed,
		date: e.Start.String(), end: e.End.String(), gone: w.graph.Sight().Span(e.Ref, b.classes).Gone.String(),
		datasets: w.datasetsOf(slices.Values(b.classes)),
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{e.Kind, e.Prop, string(e.Ref), string(source), string(target)}, "\x00")))
	a.id = hex.EncodeToString(sum[:16])
	if err := w.money(ctx, &a, b.classes); err != nil {
		return err
	}
	w.count.Edges++
	return w.out.arc(a)
}

// money adds the amount where the link is an entity that has one: a property
// or a mention carries none, even if the entity it rests on does.
func (w *weave) money(ctx context.Context, a *arc, classes []statement.Class) error {
	schema := w.model.Schema(a.kind)
	if schema == nil || schema.Property("amount") == nil {
		return nil
	}
	stmts, err := w.entity(ctx, a.ref)
	if err != nil {
		return err
	}
	stmts = slices.DeleteFunc(slices.Clone(stmts), func(s statement.Statement) bool { return !slices.Contains(classes, s.Class) })
	d, err := decimal.Parse(w.newest(stmts, "amount"))
	if err != nil {
		return nil // unknown is unknown
	}
	a.amount, a.currency = d.String(), strings.ToUpper(w.newest(stmts, "currency"))
	return nil
}

// newest is the value that the newest run gives; within one run the most
// sighted, then the least.
func (w *weave) newest(stmts []statement.Statement, prop string) string {
	var best *statement.Statement
	for i := range stmts {
		s := &stmts[i]
		if s.Prop != prop || s.Value == "" {
			continue
		}
		if best == nil || w.newer(s, best) || s.Class == best.Class && cmp.Or(s.Sightings()-best.Sightings(), cmp.Compare(best.Value, s.Value)) > 0 {
			best = s
		}
	}
	if best == nil {
		return ""
	}
	return best.Value
}

// label says in words what a link of a kind means, read from its source.
func (w *weave) label(kind string) string {
	name, prop, isProp := strings.Cut(kind, ":")
	schema := w.model.Schema(name)
	switch {
	case schema == nil:
		return kind
	case isProp && schema.Property(prop) != nil:
		return strings.ToLower(schema.Property(prop).Label)
	case !isProp && schema.Edge != nil && schema.Edge.Label != "":
		return schema.Edge.Label
	}
	return schema.Label
}
