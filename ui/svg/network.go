package svg

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// A Network is who is linked with whom. Links between two nodes are one line that
// says their kinds and how many; where a node has more than is drawn it says so.
// Places come from the ids alone, so that two readers see one picture.
type Network struct {
	Frame
	Nodes []Node
	Edges []Edge
	Kinds [6]string // words for the kinds of nodes; the first is for all others
	Most  int       // nodes drawn, 300 when 0, at most 1,000
}

// A Node is one entity. Its Kind is drawn as a shape: 1 circle, 2 square, 3
// diamond, 4 triangle, 5 hexagon, and 0 a ring for all others.
type Node struct {
	ID, Label, Href string
	Kind            int
	Focus           bool   // what the picture is about: labelled first, never folded
	More            int    // links that it has and Edges does not hold
	MoreHref        string // where they are shown
}

// An Edge is links of one kind between two nodes.
type Edge struct {
	From, To string
	Kind     string // "awarded"
	Count    int    // how many, 1 when 0
	Directed bool
	Href     string
	Sources  int // 0 is drawn as unsourced
}

const (
	mostNodes = 300
	allNodes  = 1000
	mostEdges = 10000
)

func (n Network) check() error {
	if err := n.Frame.check(); err != nil {
		return err
	}
	if n.Most < 0 || n.Most > allNodes {
		return fmt.Errorf("network %s: %d nodes asked for, a picture shows up to %d", n.id(), n.Most, allNodes)
	}
	known := map[string]bool{}
	for _, v := range n.Nodes {
		if v.ID == "" || known[v.ID] {
			return fmt.Errorf("node %q: its id is empty or given twice", cut(v.ID, 60))
		}
		known[v.ID] = true
		if v.Kind < 0 || v.Kind >= len(n.Kinds) || v.More < 0 {
			return fmt.Errorf("node %q: kind %d or %d more links are not known", cut(v.ID, 60), v.Kind, v.More)
		}
		if err := cmp.Or(checkLink(v.Href), checkLink(v.MoreHref)); err != nil {
			return err
		}
	}
	for i, e := range n.Edges {
		if !known[e.From] || !known[e.To] {
			return fmt.Errorf("link %d: %q or %q is no node of the network", i+1, cut(e.From, 60), cut(e.To, 60))
		}
		if e.Count < 0 {
			return fmt.Errorf("link %d: a count of %d", i+1, e.Count)
		}
		if err := checkLink(e.Href); err != nil {
			return err
		}
	}
	return nil
}

// Table gives a row for each edge, and one for each node that has none.
func (n Network) Table() (Table, error) {
	if err := n.check(); err != nil {
		return Table{}, err
	}
	t := Table{Caption: n.Title, Head: heads(n.say("From"), n.say("Link"), n.say("To"), n.say("How many"), n.say("Sources"))}
	nodes, linked := map[string]Node{}, map[string]bool{}
	for _, v := range n.Nodes {
		nodes[v.ID] = v
	}
	cell := func(id string) Cell { return Cell{Text: cmp.Or(nodes[id].Label, id), Href: nodes[id].Href} }
	for _, e := range sortedEdges(n.Edges) {
		linked[e.From], linked[e.To] = true, true
		t.Rows = append(t.Rows, []Cell{cell(e.From), {Text: e.Kind, Href: e.Href}, cell(e.To),
			{Text: n.count(max(e.Count, 1)), Number: true}, {Text: n.sources(e.Sources), Number: true}})
	}
	for _, v := range n.Nodes {
		if v.More > 0 {
			t.Rows = append(t.Rows, []Cell{cell(v.ID), {Text: n.say("more"), Href: v.MoreHref}, {}, {Text: n.count(v.More), Number: true}, {}})
		} else if !linked[v.ID] {
			t.Rows = append(t.Rows, []Cell{cell(v.ID), {}, {}, {}, {}})
		}
	}
	return t, nil
}

func sortedEdges(edges []Edge) []Edge {
	return slices.SortedStableFunc(slices.Values(edges), func(a, b Edge) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Href, b.Href), cmp.Compare(a.Count, b.Count), cmp.Compare(a.Sources, b.Sources))
	})
}

// Render writes the picture. Links between nodes are links too, but not stops of
// the keyboard, for which the table is the shorter way.
func (n Network) Render(ctx context.Context, w io.Writer) error {
	if err := n.check(); err != nil {
		return err
	}
	if len(n.Edges) > mostEdges {
		return &TooMany{"links", len(n.Edges), mostEdges, "ask for fewer kinds or steps, or read the table"}
	}
	g, err := n.gather()
	if err != nil {
		return err
	}
	if err := g.layout(ctx, n.width()); err != nil {
		return err
	}
	desc := n.say("%s parties and %s links between them; the same links stand in the table.", n.count(len(n.Nodes)), n.count(len(n.Edges)))
	return n.render(ctx, w, "net", desc, func(c *canvas) float64 { return g.draw(c) })
}

// A netNode is a node that is drawn.
type netNode struct {
	Node
	near   []int // neighbours, ascending
	folded int   // neighbours that are not drawn
	x, y   float64
}

// A tie is all edges between two nodes.
type tie struct {
	a, b         int
	edges        []Edge
	there, back  bool // directed from a to b, from b to a
	count, unsrc int
}

type netGraph struct {
	n             Network
	nodes         []netNode // by id
	ties          []*tie
	width, height float64
}

// gather groups edges by their ends and folds what hangs on hubs.
func (n Network) gather() (*netGraph, error) {
	sorted, near := n.sorted(), map[string]map[string]bool{}
	for _, v := range sorted {
		near[v.ID] = map[string]bool{}
	}
	for _, e := range n.Edges {
		if e.From != e.To {
			near[e.From][e.To], near[e.To][e.From] = true, true
		}
	}
	gone, err := n.fold(sorted, near)
	if err != nil {
		return nil, err
	}
	return n.graph(sorted, gone), nil
}

// graph is the network without those that are gone.
func (n Network) graph(sorted []Node, gone map[string]string) *netGraph {
	g, at := &netGraph{n: n}, map[string]int{}
	for _, v := range sorted {
		if _, ok := gone[v.ID]; !ok {
			at[v.ID] = len(g.nodes)
			g.nodes = append(g.nodes, netNode{Node: v})
		}
	}
	for _, hub := range gone {
		g.nodes[at[hub]].folded++
	}
	g.tie(at)
	return g
}

// sorted are the nodes by id.
func (n Network) sorted() []Node {
	return slices.SortedFunc(slices.Values(n.Nodes), func(a, b Node) int { return strings.Compare(a.ID, b.ID) })
}

// Most nodes and links of a network that is laid out for another to draw.
const (
	MostPlaced = 20000
	mostLinks  = 100000
)

// A Spot is where a node of a network lies, in pixels; y goes down.
type Spot struct{ X, Y int }

// Spots lays out a network that is too large for a picture, for another to draw: no
// node is folded. It gives the place of each node by id. Errors: TooMany above
// MostPlaced nodes; what ctx ends with.
func (n Network) Spots(ctx context.Context) (map[string]Spot, error) {
	if err := n.check(); err != nil {
		return nil, err
	}
	if len(n.Nodes) > MostPlaced {
		return nil, &TooMany{"nodes", len(n.Nodes), MostPlaced, "ask for fewer kinds or steps, or read the table"}
	}
	if len(n.Edges) > mostLinks {
		return nil, &TooMany{"links", len(n.Edges), mostLinks, "ask for fewer kinds or steps, or read the table"}
	}
	g := n.graph(n.sorted(), nil)
	if err := g.layout(ctx, n.width()); err != nil {
		return nil, err
	}
	out := make(map[string]Spot, len(g.nodes))
	for i := range g.nodes {
		out[g.nodes[i].ID] = Spot{int(math.Round(g.nodes[i].x)), int(math.Round(g.nodes[i].y))}
	}
	return out, nil
}

// fold gives, of a network that is too large, the nodes with a single neighbour
// that are not drawn, and whose they are: of each hub as many are kept as of any
// other, until the rest fits.
func (n Network) fold(sorted []Node, near map[string]map[string]bool) (map[string]string, error) {
	most := cmp.Or(n.Most, mostNodes)
	leaves, hubs := map[string][]string{}, []string{}
	for _, v := range sorted {
		if len(near[v.ID]) != 1 || v.Focus {
			continue
		}
		for hub := range near[v.ID] {
			if len(near[hub]) > 1 {
				if leaves[hub] == nil {
					hubs = append(hubs, hub)
				}
				leaves[hub] = append(leaves[hub], v.ID)
			}
		}
	}
	left, keep := len(sorted), len(sorted)
	for left > most && keep > 0 {
		keep = min(keep-1, most)
		left = len(sorted)
		for _, hub := range hubs {
			left -= max(len(leaves[hub])-keep, 0)
		}
	}
	if left > most {
		return nil, &TooMany{"nodes", left, most, "ask for fewer kinds or steps, or read the table"}
	}
	gone := map[string]string{}
	for _, hub := range hubs {
		for _, leaf := range leaves[hub][min(keep, len(leaves[hub])):] {
			gone[leaf] = hub
		}
	}
	return gone, nil
}

func (g *netGraph) tie(at map[string]int) {
	ties := map[[2]int]*tie{}
	for _, e := range sortedEdges(g.n.Edges) {
		a, ok := at[e.From]
		b, there := at[e.To]
		if !ok || !there {
			continue
		}
		forth := a <= b
		if !forth {
			a, b = b, a
		}
		t := ties[[2]int{a, b}]
		if t == nil {
			t = &tie{a: a, b: b}
			ties[[2]int{a, b}] = t
			g.ties = append(g.ties, t)
			if a != b {
				g.nodes[a].near = append(g.nodes[a].near, b)
				g.nodes[b].near = append(g.nodes[b].near, a)
			}
		}
		t.edges = append(t.edges, e)
		t.count += max(e.Count, 1)
		t.there = t.there || e.Directed && forth
		t.back = t.back || e.Directed && !forth
		if e.Sources == 0 {
			t.unsrc++
		}
	}
	for i := range g.nodes {
		slices.Sort(g.nodes[i].near)
	}
}
