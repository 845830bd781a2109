package export

import (
	"cmp"
	"context"
	"slices"

	"overt"
	"overt/ftm"
	"overt/graph"
)

// A vertex is one entity of a network.
type vertex struct {
	id              ftm.EntityID
	caption, schema string
	datasets        []string
}

// An arc is one link of a network. Programs that read networks refuse files
// that mix directed and undirected edges, so every arc is written as directed,
// and directed says whether the direction means anything.
type arc struct {
	id             string
	source, target ftm.EntityID
	ref            ftm.EntityID // the entity that is the link, or whose property it is
	kind, label    string
	amount         string // exact decimal, "" = unknown or none
	currency       string
	date, end      string // as stated
	gone           string // the first full extract without it
	datasets       []string
	directed       bool
}

// A syntax writes a network down: nodes first, then arcs.
type syntax interface {
	begin() error
	node(vertex) error
	arcs() error // after the last node
	arc(arc) error
	end() error
}

// A weave is a network under way. It goes over the entities twice: for the
// nodes, and for the edges.
type weave struct {
	*exporter
	out     syntax
	things  []string // chosen schemata of nodes
	links   []string // chosen schemata of edges
	shown   nodeSet  // nodes of the file
	touched nodeSet  // nodes that statements of the choice name
}

// network writes nodes and edges.
func (x *exporter) network(ctx context.Context, out syntax) error {
	switch {
	case x.graph == nil:
		return overt.Errorf(overt.Invalid, "--format", "a network needs the graph")
	case x.opts.Raw:
		return overt.Errorf(overt.Invalid, "--raw", "the nodes of a network are merged entities; take another format for raw ones")
	}
	w := &weave{exporter: x, out: out}
	w.choose()
	if err := out.begin(); err != nil {
		return err
	}
	bare, err := w.nodes(ctx)
	if err != nil {
		return err
	}
	if err := out.arcs(); err != nil {
		return err
	}
	if err := w.edges(ctx, bare); err != nil {
		return err
	}
	return out.end()
}

// choose parts the chosen schemata into those of nodes and those of edges.
func (w *weave) choose() {
	for _, name := range w.opts.Schema {
		if w.ofEdges(name) {
			w.links = append(w.links, name)
		} else {
			w.things = append(w.things, name)
		}
	}
	w.opts.Schema = w.things
}

// ofEdges says whether a schema chooses edges: it is one, or is there only to
// be extended by them (Interest, which some nodes such as Post extend too).
func (w *weave) ofEdges(name string) bool {
	s := w.model.Schema(name)
	return s.Edge != nil || s.Abstract && !s.IsA("Thing") &&
		slices.ContainsFunc(w.model.Schemata(), func(o *ftm.Schema) bool { return o.Edge != nil && o.IsA(name) })
}

// wholly says whether ends that nothing is said of are shown too.
func (w *weave) wholly() bool { return len(w.things) == 0 && w.entities == nil }

// nodes writes the nodes, and gives those of them that edges lead to while
// nothing in the choice tells of them, ascending by id.
func (w *weave) nodes(ctx context.Context) ([]graph.Node, error) {
	for r, err := range w.records(ctx) {
		if err != nil {
			return nil, err
		}
		if w.wholly() {
			w.touch(r)
		}
		is, err := w.isNode(ctx, r)
		if err != nil {
			return nil, err
		}
		if !is {
			continue
		}
		if err := w.out.node(vertex{r.ID, r.Caption(), r.Schema, w.datasets(r)}); err != nil {
			return nil, err
		}
		w.counts(r)
		if r.linked {
			w.shown.add(r.node)
		}
	}
	return w.bare(ctx)
}

// isNode says whether a record is a node: an edge is one only where another
// edge leads to it. Where edges were chosen and no schemata of nodes, their
// ends are the nodes.
func (w *weave) isNode(ctx context.Context, r *record) (bool, error) {
	if len(w.links) > 0 && w.wholly() {
		if !r.linked {
			return false, nil
		}
		return w.hasEdge(ctx, r.node)
	}
	s := w.model.Schema(r.Schema)
	return r.linked || s == nil || s.Edge == nil, nil
}

// touch notes the entities that a record names.
func (w *weave) touch(r *record) {
	for s := range r.statements() {
		if w.propType(s.Schema, s.Prop) != "entity" {
			continue
		}
		if n, ok := w.find(ftm.EntityID(s.Value)); ok {
			w.touched.add(n)
		}
	}
}

// hasEdge says whether an edge of the choice touches the node.
func (w *weave) hasEdge(ctx context.Context, n graph.Node) (bool, error) {
	for e := range w.graph.Edges(n, w.filter(graph.Either)) {
		if ok, err := w.holds(ctx, e); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

// bare writes the nodes that only edges speak of.
func (w *weave) bare(ctx context.Context) ([]graph.Node, error) {
	if !w.wholly() {
		return nil, nil
	}
	var list []graph.Node
	for word := range w.touched {
		for bit := range 64 {
			n := graph.Node(word*64 + bit)
			if !w.touched.has(n) || w.shown.has(n) {
				continue
			}
			ok, err := w.hasEdge(ctx, n)
			if err != nil {
				return nil, err
			}
			if ok {
				list = append(list, n)
			}
		}
	}
	slices.SortFunc(list, func(a, b graph.Node) int { return cmp.Compare(w.graph.ID(a), w.graph.ID(b)) })
	for _, n := range list {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		id := w.graph.ID(n)
		if err := w.out.node(vertex{id: id, caption: string(id)}); err != nil {
			return nil, err
		}
		w.shown.add(n)
		w.count.Entities++
	}
	return list, nil
}
