package answer

import (
	"context"
	"slices"

	"overt/gate"
	"overt/graph"
)

// A Reach is what `reach` answers: who can obtain what a system holds, or what
// it can obtain, over which documented chain.
type Reach struct {
	System    *Found   `json:"system"`
	Direction string   `json:"direction"` // to, from or both
	AsOf      string   `json:"as_of,omitempty"`
	Holders   []Holder `json:"holders"`

	Notices     []Covering   `json:"notices"`      // that cover it, or the system of records it belongs to
	Successions []Succession `json:"successions"`  // of systems of records
	Unnamed     []Unnamed    `json:"unnamed"`      // recipients stated without a name
	NameService []Serving    `json:"name_service"` // of its operators' domains: not where it stands
	Sought      []Sought     `json:"sought"`       // which kinds of source were looked through

	Limits  []Limit   `json:"limits"`
	NotSeen []NotSeen `json:"not_seen"`
}

// Records counts what the answer releases.
func (r *Reach) Records() int {
	return len(r.Holders) + len(r.Notices) + len(r.Successions) + len(r.Unnamed) + len(r.NameService)
}

// A Holder is one entity that is reached, by one shortest documented chain.
type Holder struct {
	Entity
	// Direction: "to" when the chain leads from the system to the holder,
	// "from" when it leads from the holder to the system.
	Direction string `json:"direction"`
	Hops      int    `json:"hops"`
	Chain     Path   `json:"chain"`
}

// reachKinds are the links over which data, or the machines that hold it, can
// be reached.
var reachKinds = []string{"DataFlow", "Hosting", "Leverages", "CloudAuthorization"}

// holderKinds say whose a system or product is, and who built it. Who operates it
// holds what it holds; but that an agency sends data somewhere does not mean data of each of
// its systems, so a chain ends at the operator and never leads on.
var holderKinds = []string{"System:operator", "System:builder", "CloudProduct:provider"}

// systemSchemata are what is meant first when somebody asks for the reach of a name.
var systemSchemata = []string{"System", "CloudProduct", "UseCase"}

// FindReach follows data, hosting and platforms from one system: "to" with the
// flow (who gets what it holds, and where it stands), "from" against it (what
// feeds it), "both" one after the other.
func FindReach(ctx context.Context, d *gate.Desk, system, direction string, o TraceOptions) (*Reach, error) {
	r := &Reach{AsOf: o.AsOf, Direction: direction, Holders: []Holder{}, Limits: []Limit{},
		Notices: []Covering{}, Successions: []Succession{}, Unnamed: []Unnamed{}, NameService: []Serving{}}
	var err error
	if r.System, err = find(ctx, d, system, systemSchemata); err != nil {
		return nil, err
	}
	opt, err := o.graph()
	if err != nil {
		return nil, err
	}
	if opt.Kinds == nil {
		opt.Kinds = graph.KindSet(reachKinds...)
	}
	teller := newTeller(d, o)
	for _, way := range []struct {
		name string
		dir  graph.Direction
	}{{"from", graph.Backward}, {"to", graph.Forward}} {
		if direction != "both" && direction != way.name {
			continue
		}
		opt.Dir = way.dir
		if err := teller.reach(ctx, r, way.name, opt); err != nil {
			return nil, err
		}
	}
	if err := teller.beside(ctx, r, opt.Filter); err != nil {
		return nil, err
	}
	r.NotSeen, err = Unseen(ctx, d)
	return r, err
}

func (t *teller) reach(ctx context.Context, r *Reach, direction string, opt graph.Options) error {
	tree, err := t.d.Graph.Reach(ctx, r.System.Node(t.d.Graph), opt)
	if err != nil {
		return err
	}
	paths := map[graph.Node]graph.Path{}
	var order []graph.Node
	for _, n := range tree.Nodes {
		if p, ok := tree.Path(n.Node); ok {
			paths[n.Node] = p
			order = append(order, n.Node)
		}
	}
	if direction == "to" {
		order = t.operators(order, paths, opt)
	}
	slices.SortStableFunc(order, func(a, b graph.Node) int { return len(paths[a].Hops) - len(paths[b].Hops) })
	for _, n := range order {
		p := paths[n]
		if len(p.Hops) == 0 {
			continue
		}
		h := Holder{Hops: len(p.Hops), Direction: direction}
		if h.Entity, err = t.name(ctx, t.d.Graph.ID(n)); err != nil {
			return err
		}
		if h.Chain, err = t.path(ctx, p); err != nil {
			return err
		}
		r.Holders = append(r.Holders, h)
	}
	limits, err := t.limits(ctx, tree.Limits)
	r.Limits = append(r.Limits, limits...)
	return err
}

// operators adds to the reached nodes who operates or provides each of them,
// by the shortest chain.
func (t *teller) operators(order []graph.Node, paths map[graph.Node]graph.Path, opt graph.Options) []graph.Node {
	f := opt.Filter
	f.Kinds, f.Dir = graph.KindSet(holderKinds...), graph.Forward
	for _, n := range slices.Clone(order) {
		for e := range t.d.Graph.Edges(n, f) {
			who, ok := t.d.Graph.Find(e.Target)
			if !ok {
				continue
			}
			who, _ = t.d.Graph.Find(t.d.Graph.ID(who))
			old, known := paths[who]
			if known && len(old.Hops) <= len(paths[n].Hops)+1 {
				continue
			}
			if !known {
				order = append(order, who)
			}
			paths[who] = longer(paths[n], who, t.hop(n, who, f))
		}
	}
	return order
}

func longer(p graph.Path, n graph.Node, h graph.Hop) graph.Path {
	return graph.Path{Nodes: append(slices.Clip(p.Nodes), n), Hops: append(slices.Clip(p.Hops), h)}
}

// hop gathers all links of a kind from one node to another.
func (t *teller) hop(from, to graph.Node, f graph.Filter) graph.Hop {
	h := graph.Hop{From: from, To: to}
	for e := range t.d.Graph.Between(from, to, f) {
		h.Total++
		h.Edges = append(h.Edges, e)
		i := slices.IndexFunc(h.Kinds, func(k graph.KindCount) bool { return k.Kind == e.Kind })
		if i < 0 {
			i = len(h.Kinds)
			h.Kinds = append(h.Kinds, graph.KindCount{Kind: e.Kind})
		}
		h.Kinds[i].Count++
	}
	return h
}
