package pipeline

import (
	"context"
	"fmt"
	"slices"

	"overt/ftm"
	"overt/graph"
	"overt/resolve"
	"overt/statement"
)

// deriveVersion changes whenever the same statements give another graph, so
// that a graph of an older program is built anew.
const deriveVersion = "derive/4"

// Derive builds the graph of everything the view shows and writes it to path.
// dir is for temporary files. It is a pure function of the statements: rebuilt,
// it is the same file.
func Derive(ctx context.Context, view statement.View, epoch uint64, dir, path string) error {
	b := graph.NewBuilder(dir)
	defer func() { _ = b.Close() }()
	w := weaver{model: ftm.Default(), b: b, exact: resolve.NewExact(dir, view.Sight()), names: newMentions(dir, view.Sight())}
	defer func() { _ = w.names.close() }()
	for stmts, err := range view.Entities(ctx) {
		if err != nil {
			return fmt.Errorf("read statements for the graph: %w", err)
		}
		if err := w.entity(stmts); err != nil {
			return err
		}
	}
	if err := w.mentions(ctx, view); err != nil {
		return err
	}
	err := w.exact.Links(func(l resolve.Link) error {
		b.Node(l.Key, "", l.Alternatives)
		b.Same(l.Entity, l.Key, l.Alternatives, l.Reason)
		return nil
	})
	if err != nil {
		return fmt.Errorf("find equal identifiers: %w", err)
	}
	return b.WriteFile(ctx, path, graph.Stamp{Epoch: epoch, Fingerprint: deriveVersion + " " + view.Sight().Fingerprint()})
}

// DeriveStamp is the fingerprint that a graph of this sight must carry to be
// taken as current.
func DeriveStamp(sight *statement.Sight) string { return deriveVersion + " " + sight.Fingerprint() }

// A weaver turns the statements of one entity after the other into nodes,
// edges and identity keys.
type weaver struct {
	model *ftm.Model
	b     *graph.Builder
	exact *resolve.Exact
	names *mentions
	parts []part
}

// A part is what one class says of one entity.
type part struct {
	class  statement.Class
	schema *ftm.Schema
	stmts  []statement.Statement
}

func (w *weaver) entity(stmts []statement.Statement) error {
	w.split(stmts)
	if err := w.exact.Add(stmts); err != nil {
		return err
	}
	edge := false
	for i := range w.parts {
		p := &w.parts[i]
		if p.schema == nil {
			continue
		}
		if p.schema.Edge != nil {
			edge = true
			continue
		}
		w.b.Node(stmts[0].Entity, p.schema.Name, graph.Alternatives{{p.class}})
		w.names.learn(p)
		if err := w.links(p); err != nil {
			return err
		}
		if err := w.correspondence(p); err != nil {
			return err
		}
	}
	if edge {
		return w.edges()
	}
	return nil
}

// split cuts an entity's statements, which come sorted by class, into parts.
func (w *weaver) split(stmts []statement.Statement) {
	w.parts = w.parts[:0]
	for start := 0; start < len(stmts); {
		end := start + 1
		for end < len(stmts) && stmts[end].Class == stmts[start].Class {
			end++
		}
		p := part{class: stmts[start].Class, stmts: stmts[start:end]}
		p.schema = w.schema(p.stmts)
		w.parts = append(w.parts, p)
		start = end
	}
}

// schema is the most specific schema that a part's statements agree on.
func (w *weaver) schema(stmts []statement.Statement) *ftm.Schema {
	name := stmts[0].Schema
	for i := range stmts {
		if stmts[i].Schema == name {
			continue
		}
		common, err := w.model.Common(name, stmts[i].Schema)
		if err != nil {
			continue // the first stands; conflicting schemata are no edge
		}
		name = common
	}
	return w.model.Schema(name)
}

// links adds an edge for each entity a property names.
func (w *weaver) links(p *part) error {
	for i := range p.stmts {
		s := &p.stmts[i]
		prop := p.schema.Property(s.Prop)
		if prop == nil || prop.Type.Name != "entity" || prop.Stub || s.External {
			continue
		}
		err := w.b.Edge(graph.EdgeSpec{
			Source: s.Entity, Target: ftm.EntityID(s.Value), Kind: prop.QName, Ref: s.Entity, Prop: s.Prop,
			Directed: true, Start: statement.NoDay, End: statement.NoDay, Alternatives: graph.Alternatives{{p.class}},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// CorrespondenceKind is the kind of an edge that says: this one wrote to that one.
const CorrespondenceKind = "Correspondence"

// maxCorrespondence bounds the edges of one message. Those of one with more
// (thousands of senders and of recipients, which is no letter) are linked by the
// message alone.
const maxCorrespondence = 20_000

// correspondence adds an edge for each pair of one who wrote a message and one
// to whom it was written.
func (w *weaver) correspondence(p *part) error {
	if !p.schema.IsA("Email") {
		return nil
	}
	from, to := p.values("emitters"), p.values("recipients")
	if len(from)*len(to) > maxCorrespondence {
		return nil
	}
	for _, source := range from {
		for _, target := range to {
			err := w.b.Edge(graph.EdgeSpec{
				Source: ftm.EntityID(source), Target: ftm.EntityID(target), Kind: CorrespondenceKind, Ref: p.stmts[0].Entity, Prop: "recipients",
				Directed: true, Start: firstDay(p.schema, p), End: statement.NoDay, Alternatives: graph.Alternatives{{p.class}},
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// edges adds what an edge-like entity links: source and target said by one
// class, or by two of which each lacks the other half. Whether a pair counts
// is decided by these two classes alone, so that nothing a reader cannot see
// changes what he sees.
func (w *weaver) edges() error {
	for i := range w.parts {
		for j := range w.parts {
			a, b := &w.parts[i], &w.parts[j]
			if a.schema == nil || b.schema == nil || a.schema.Edge == nil || b.schema.Edge == nil {
				continue
			}
			if i != j && (len(a.values(a.schema.Edge.Target)) > 0 || len(b.values(b.schema.Edge.Source)) > 0) {
				continue
			}
			if err := w.pair(a, b); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *weaver) pair(a, b *part) error {
	schema := a.schema
	if b.schema != schema {
		name, err := w.model.Common(a.schema.Name, b.schema.Name)
		if err != nil {
			return nil
		}
		if schema = w.model.Schema(name); schema.Edge == nil {
			return nil
		}
	}
	classes := []statement.Class{min(a.class, b.class), max(a.class, b.class)}
	spec := graph.EdgeSpec{
		Kind: schema.Name, Ref: a.stmts[0].Entity, Directed: schema.Edge.Directed,
		Start: firstDay(schema, a, b), End: lastDay(schema, a, b),
		Alternatives: graph.Alternatives{slices.Compact(classes)},
	}
	for _, src := range a.values(schema.Edge.Source) {
		for _, dst := range b.values(schema.Edge.Target) {
			spec.Source, spec.Target = ftm.EntityID(src), ftm.EntityID(dst)
			if err := w.b.Edge(spec); err != nil {
				return err
			}
		}
	}
	return nil
}

// values are the sourced (not merely suggested) values of a property.
func (p *part) values(prop string) []string {
	var out []string
	for i := range p.stmts {
		if s := &p.stmts[i]; s.Prop == prop && s.Value != "" && !s.External && (len(out) == 0 || out[len(out)-1] != s.Value) {
			out = append(out, s.Value)
		}
	}
	return out
}

// firstDay is when the link began, by the first of the schema's start
// properties that is filled, the earliest if it has several values.
func firstDay(schema *ftm.Schema, parts ...*part) statement.Day {
	for _, prop := range schema.Start {
		day := statement.NoDay
		for _, p := range parts {
			for _, v := range p.values(prop) {
				if d := statement.DayOf(v); d != statement.NoDay && (day == statement.NoDay || d < day) {
					day = d
				}
			}
		}
		if day != statement.NoDay {
			return day
		}
	}
	return statement.NoDay
}

// lastDay is when the link ended, the latest if it has several values.
func lastDay(schema *ftm.Schema, parts ...*part) statement.Day {
	for _, prop := range schema.End {
		day := statement.NoDay
		for _, p := range parts {
			for _, v := range p.values(prop) {
				day = max(day, statement.LastDayOf(v))
			}
		}
		if day != statement.NoDay {
			return day
		}
	}
	return statement.NoDay
}
