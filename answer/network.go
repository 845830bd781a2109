package answer

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/graph"
	"overt/statement"
)

// A Network is who is linked with whom, around some entities.
type Network struct {
	Around  []*Found  `json:"around"`
	AsOf    string    `json:"as_of,omitempty"`
	Nodes   []NetNode `json:"nodes"` // by id
	Links   []NetLink `json:"links"` // by ends and kind
	Limits  []Limit   `json:"limits"`
	NotSeen []NotSeen `json:"not_seen"`
}

// Records counts what the answer releases.
func (n *Network) Records() int { return len(n.Links) }

// A NetNode is one entity of a network. Groups are the kinds of its links, of those
// that were looked at; the first and those that were opened are.
type NetNode struct {
	Entity
	Focus  bool       `json:"focus,omitempty"`
	Links  int        `json:"links"` // all that it has
	Groups []NetGroup `json:"groups,omitempty"`
}

// A NetGroup is whom links of one kind and direction lead to.
type NetGroup struct {
	Kind    string `json:"kind"`
	Label   string `json:"label"`
	Inbound bool   `json:"inbound"`
	Others  int    `json:"others"` // distinct ones
	Shown   int    `json:"shown"`
}

// A NetLink is all links of one kind from one node to another.
type NetLink struct {
	From      ftm.EntityID     `json:"from"`
	To        ftm.EntityID     `json:"to"`
	Kind      string           `json:"kind"`
	Label     string           `json:"label"`
	Directed  bool             `json:"directed"`
	Count     int              `json:"count"`
	Detail    string           `json:"detail,omitempty"`
	First     string           `json:"first,omitempty"` // days on which they begin
	Last      string           `json:"last,omitempty"`
	Citations []overt.Citation `json:"citations"` // of the first of them
}

// An Opening asks for so many neighbours of an entity by one kind of link; without a
// kind, for so many by each.
type Opening struct {
	ID      ftm.EntityID
	Kind    string
	Inbound bool
	Count   int
}

// Bounds of a network.
const (
	NetNodes  = 300   // when nothing is said
	NetMost   = 20000 // asked for at most
	NetFirst  = 10    // of each group of the entities that are asked about
	netHub    = 5000  // links beyond which what leads on from a neighbour is not looked at
	netRoutes = 3     // paths that are put in between two
)

// FindNetwork gives the neighbours of entities, those with the most links first, with
// all links between those it gives; and between two of them who stands between.
// Openings say whose links of which kind are to be shown beyond the first. A network
// larger than NetNodes has all neighbours, and theirs. Errors: not_found; invalid.
func FindNetwork(ctx context.Context, d *gate.Desk, words []string, open []Opening, o TraceOptions) (*Network, error) {
	opt, err := o.graph()
	if err != nil {
		return nil, err
	}
	most, first := cmp.Or(o.Most, NetNodes), NetFirst
	if most < 1 || most > NetMost {
		return nil, overt.Errorf(overt.Invalid, "most", "a network shows from 1 to %d", NetMost)
	}
	if most > NetNodes {
		first = most // who asks for a large one asks for all neighbours
	}
	w := &netter{teller: newTeller(d, o), opt: opt, most: most, open: open, at: map[ftm.EntityID]*NetNode{}, links: map[netKey]*netBundle{},
		out: &Network{AsOf: o.AsOf, Around: []*Found{}, Limits: []Limit{}}}
	for _, word := range words {
		f, err := Find(ctx, d, word)
		if err != nil {
			return nil, err
		}
		if w.at[f.ID] == nil {
			w.out.Around = append(w.out.Around, f)
			w.at[f.ID] = &NetNode{Focus: true}
		}
	}
	if len(w.out.Around) == 2 {
		if err := w.routes(ctx); err != nil {
			return nil, err
		}
	}
	for _, f := range w.out.Around {
		w.neighbours(f.ID, first)
	}
	if most > NetNodes {
		w.ring(most)
	}
	for _, x := range open {
		id := Canonical(d.Graph, x.ID)
		if n := w.at[id]; n != nil && !n.Focus && n.Groups == nil {
			w.neighbours(id, w.opening(id, "", false))
		}
	}
	w.between()
	return w.out, w.finish(ctx)
}

type netKey struct {
	from, to ftm.EntityID
	kind     string
}

type netBundle struct {
	first       graph.Edge
	count       int
	start, last statement.Day
}

type netter struct {
	*teller
	opt   graph.Options
	most  int // nodes
	open  []Opening
	at    map[ftm.EntityID]*NetNode
	links map[netKey]*netBundle
	full  int // neighbours that there was no place for
	out   *Network
}

// routes puts in who stands between two.
func (w *netter) routes(ctx context.Context) error {
	a, b := w.out.Around[0], w.out.Around[1]
	res, err := w.d.Graph.BestPaths(ctx, a.Node(w.d.Graph), b.Node(w.d.Graph), netRoutes, w.opt)
	if err != nil {
		return err
	}
	for _, p := range res.Paths {
		for _, n := range p.Nodes {
			w.put(w.d.Graph.ID(n))
		}
	}
	w.out.Limits, err = w.limits(ctx, res.Limits)
	return err
}

// put makes place for a node, if there is any.
func (w *netter) put(id ftm.EntityID) bool {
	if w.at[id] != nil {
		return true
	}
	if len(w.at) >= w.most {
		return false
	}
	w.at[id] = &NetNode{}
	return true
}

// neighbours puts in whom links of a node lead to: first of each kind, or as many as
// an opening says.
func (w *netter) neighbours(id ftm.EntityID, first int) {
	n, ok := w.d.Graph.Find(id)
	if !ok {
		return
	}
	type side struct {
		kind string
		in   bool
	}
	counts := map[side]map[ftm.EntityID]int{}
	for e := range w.d.Graph.Edges(n, w.opt.Filter) {
		s, other := side{e.Kind, false}, Canonical(w.d.Graph, e.Target)
		if Canonical(w.d.Graph, e.Source) != id {
			s.in, other = true, Canonical(w.d.Graph, e.Source)
		}
		if counts[s] == nil {
			counts[s] = map[ftm.EntityID]int{}
		}
		counts[s][other]++
	}
	node := w.at[id]
	for s, others := range counts {
		node.Groups = append(node.Groups, NetGroup{Kind: s.kind, Label: KindLabel(s.kind, s.in), Inbound: s.in, Others: len(others)})
	}
	slices.SortFunc(node.Groups, func(a, b NetGroup) int {
		return cmp.Or(cmp.Compare(b.Others, a.Others), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Label, b.Label))
	})
	for i := range node.Groups {
		g := &node.Groups[i]
		others, want := counts[side{g.Kind, g.Inbound}], max(first, w.opening(id, g.Kind, g.Inbound))
		for _, x := range w.open {
			if Canonical(w.d.Graph, x.ID) == id && x.Kind == g.Kind && x.Inbound == g.Inbound {
				want = max(want, x.Count)
			}
		}
		for _, other := range most(others)[:min(len(others), want)] {
			if !w.put(other) {
				w.full++
			}
		}
		for other := range others {
			if w.at[other] != nil {
				g.Shown++
			}
		}
	}
}

// ring puts in the neighbours of those that are in, by id, while there is place. What
// leads on from one with very many links is not looked at.
func (w *netter) ring(most int) {
	ids := slices.Sorted(maps.Keys(w.at))
	for _, id := range ids {
		n, ok := w.d.Graph.Find(id)
		if ok && !w.at[id].Focus && w.d.Graph.Degree(n, w.opt.Filter).Edges <= netHub {
			w.neighbours(id, most)
		}
	}
}

// opening is how many neighbours are asked for by a kind of link.
func (w *netter) opening(id ftm.EntityID, kind string, inbound bool) int {
	n := 0
	for _, x := range w.open {
		if x.Kind == kind && x.Inbound == inbound && Canonical(w.d.Graph, x.ID) == id {
			n = max(n, x.Count)
		}
	}
	return n
}

// most are the keys with the greatest counts first, then by id.
func most(counts map[ftm.EntityID]int) []ftm.EntityID {
	out := make([]ftm.EntityID, 0, len(counts))
	for id := range counts {
		out = append(out, id)
	}
	slices.SortFunc(out, func(a, b ftm.EntityID) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	return out
}

// between gathers the links between those that are in. Of one with very many links
// only those that another's side tells of are found.
func (w *netter) between() {
	g, hubs := w.d.Graph, map[ftm.EntityID]bool{}
	for id := range w.at {
		if n, ok := g.Find(id); ok {
			w.at[id].Links = g.Degree(n, w.opt.Filter).Edges
			hubs[id] = w.at[id].Links > netHub
		}
	}
	for id, node := range w.at {
		n, ok := g.Find(id)
		if !ok || hubs[id] && !node.Focus {
			continue
		}
		for e := range g.Edges(n, w.opt.Filter) {
			from, to := Canonical(g, e.Source), Canonical(g, e.Target)
			told := from == id || hubs[from] && !w.focus(from)
			if told && w.at[from] != nil && w.at[to] != nil {
				w.bundle(netKey{from, to, e.Kind}, e)
			}
		}
	}
}

func (w *netter) focus(id ftm.EntityID) bool { return w.at[id] != nil && w.at[id].Focus }

func (w *netter) bundle(k netKey, e graph.Edge) {
	b := w.links[k]
	if b == nil {
		b = &netBundle{first: e, start: statement.NoDay, last: statement.NoDay}
		w.links[k] = b
	}
	b.count++
	b.start, b.last = span(b.start, b.last, e.Start)
}

// finish names the nodes and cites the links.
func (w *netter) finish(ctx context.Context) error {
	hubs := 0
	for id, n := range w.at {
		var err error
		if n.Entity, err = w.name(ctx, id); err != nil {
			return err
		}
		if n.Links > netHub && !n.Focus {
			hubs++
		}
		w.out.Nodes = append(w.out.Nodes, *n)
	}
	slices.SortFunc(w.out.Nodes, func(a, b NetNode) int { return cmp.Compare(a.ID, b.ID) })
	if w.full > 0 {
		w.out.Limits = append(w.out.Limits, Limit{Kind: graph.LimitNodes, Text: fmt.Sprintf("this network shows up to %d; %d more had no place", w.most, w.full)})
	}
	if hubs > 1 {
		w.out.Limits = append(w.out.Limits, Limit{Kind: "between", Text: fmt.Sprintf("links between the %d that have more than %d links each are not shown", hubs, netHub)})
	}
	for k, b := range w.links {
		e, err := w.edge(ctx, b.first)
		if err != nil {
			return err
		}
		first, last := b.start.String(), b.last.String()
		if b.start == b.last {
			first, last = e.Date, e.Date
		}
		w.out.Links = append(w.out.Links, NetLink{
			From: k.from, To: k.to, Kind: k.kind, Label: e.Label, Directed: b.first.Directed, Count: b.count, Detail: e.Detail,
			First: first, Last: last, Citations: e.Citations,
		})
	}
	slices.SortFunc(w.out.Links, func(a, b NetLink) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Kind, b.Kind))
	})
	var err error
	w.out.NotSeen, err = Unseen(ctx, w.d)
	return err
}
