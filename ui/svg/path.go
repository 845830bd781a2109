package svg

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
)

// Paths are chains from one end to another, a row each, in the order given. Who
// is on several stands in one column, and where they follow each other is one
// box, so that it is seen what they share.
type Paths struct {
	Frame
	Nodes  []Node
	Routes []Route
}

// A Route is one chain: a Step from each of Nodes to the next.
type Route struct {
	Nodes []string // ids, one more than steps
	Steps []Step
}

// A Step is one link of a chain.
type Step struct {
	Kind    string // "resells for"
	Href    string
	Sources int  // 0 is drawn as unsourced
	Against bool // the link runs from right to left
}

const (
	mostRoutes = 50
	pathRow    = 64.0
	pathBox    = 138.0
	pathArrow  = 104.0
)

func (p Paths) check() error {
	if err := p.Frame.check(); err != nil {
		return err
	}
	for _, v := range p.Nodes {
		if err := checkLink(v.Href); err != nil {
			return err
		}
	}
	for i, r := range p.Routes {
		if len(r.Nodes) != len(r.Steps)+1 {
			return fmt.Errorf("path %d: %d steps do not lead over %d nodes", i+1, len(r.Steps), len(r.Nodes))
		}
		seen := map[string]bool{}
		for _, id := range r.Nodes {
			if id == "" || seen[id] {
				return fmt.Errorf("path %d: node %q is empty or comes twice", i+1, cut(id, 60))
			}
			seen[id] = true
		}
		for _, s := range r.Steps {
			if err := checkLink(s.Href); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p Paths) node() func(id string) Node {
	nodes := map[string]Node{}
	for _, v := range p.Nodes {
		nodes[v.ID] = v
	}
	return func(id string) Node {
		v := nodes[id]
		v.Label = cmp.Or(v.Label, id)
		return v
	}
}

// Table gives a row for each step of each path.
func (p Paths) Table() (Table, error) {
	if err := p.check(); err != nil {
		return Table{}, err
	}
	t := Table{Caption: p.Title, Head: heads(p.say("Path"), p.say("From"), p.say("Link"), p.say("To"), p.say("Sources"))}
	node := p.node()
	for i, r := range p.Routes {
		for k, s := range r.Steps {
			a, b := node(r.Nodes[k]), node(r.Nodes[k+1])
			if s.Against {
				a, b = b, a
			}
			t.Rows = append(t.Rows, []Cell{{Text: p.count(i + 1), Number: true}, {Text: a.Label, Href: a.Href},
				{Text: s.Kind, Href: s.Href}, {Text: b.Label, Href: b.Href}, {Text: p.sources(s.Sources), Number: true}})
		}
	}
	return t, nil
}

// Render writes the picture.
func (p Paths) Render(ctx context.Context, w io.Writer) error {
	if err := p.check(); err != nil {
		return err
	}
	if len(p.Routes) > mostRoutes {
		return &TooMany{"paths", len(p.Routes), mostRoutes, "ask for fewer, or read the table"}
	}
	columns, depth := p.columns()
	if depth > mostSteps {
		return &TooMany{"steps", depth, mostSteps, "ask for shorter paths, or read the table"}
	}
	desc := p.say("%s paths; the table has their steps.", p.count(len(p.Routes)))
	return p.render(ctx, w, "path", desc, func(c *canvas) float64 { return p.draw(c, columns, depth) })
}

// columns puts each id right of those before it on any path. Where paths go
// against each other it is the first place that counts.
func (p Paths) columns() (map[string]int, int) {
	var flows []Flow
	for _, r := range p.Routes {
		for k := range r.Steps {
			flows = append(flows, Flow{From: r.Nodes[k], To: r.Nodes[k+1], Amount: 1})
		}
		if len(r.Steps) == 0 {
			flows = append(flows, Flow{From: r.Nodes[0], To: r.Nodes[0]})
		}
	}
	m := newMoney(flows)
	m.layer()
	depth := 0
	for _, r := range p.Routes {
		// The ends of a path are what it is about: they stand at the sides.
		last := r.Nodes[len(r.Nodes)-1]
		if !slices.ContainsFunc(p.Routes, func(o Route) bool { return slices.Contains(o.Nodes[:len(o.Nodes)-1], last) }) {
			m.layers[last] = m.depth - 1
		}
		depth = max(depth, m.layers[last]+1)
	}
	if slices.ContainsFunc(p.Routes, func(r Route) bool { return r.meets(m.layers) }) {
		slices.SortStableFunc(m.ids, func(a, b string) int { return cmp.Compare(m.layers[a], m.layers[b]) })
		for i, id := range m.ids {
			m.layers[id] = i // a column each
		}
		return m.layers, len(m.ids)
	}
	return m.layers, max(depth, m.depth)
}

// meets says whether two nodes of a path stand in one column, which can be where
// paths run against each other.
func (r Route) meets(columns map[string]int) bool {
	taken := map[int]bool{}
	for _, id := range r.Nodes {
		if taken[columns[id]] {
			return true
		}
		taken[columns[id]] = true
	}
	return false
}

func (p Paths) draw(c *canvas, columns map[string]int, depth int) float64 {
	if len(p.Routes) == 0 {
		return c.nothing()
	}
	const left = 30.0
	c.width = max(c.width, left+float64(depth)*(pathBox+pathArrow)-pathArrow+10)
	pitch := 0.0
	if depth > 1 {
		pitch = (c.width - left - pathBox - 10) / float64(depth-1)
	}
	at := func(id string) float64 { return left + float64(columns[id])*pitch }
	node := p.node()
	for i, r := range p.Routes {
		y := float64(i)*pathRow + pathRow/2 + 4
		c.text(0, y+4, start, "s", p.count(i+1))
		for k, s := range r.Steps {
			p.step(c, s, node(r.Nodes[k]), node(r.Nodes[k+1]), at(r.Nodes[k]), at(r.Nodes[k+1]), y)
		}
	}
	for i, r := range p.Routes {
		for _, id := range r.Nodes {
			if i > 0 && slices.Contains(p.Routes[i-1].Nodes, id) {
				continue // drawn above
			}
			rows := 1
			for i+rows < len(p.Routes) && slices.Contains(p.Routes[i+rows].Nodes, id) {
				rows++
			}
			p.box(c, node(id), at(id), float64(i)*pathRow+12, float64(rows)*pathRow-16)
		}
	}
	return float64(len(p.Routes))*pathRow + 12
}

// step draws an arrow from box to box. On its way it may pass a column; boxes
// there are drawn over it.
func (p Paths) step(c *canvas, s Step, a, b Node, x0, x1, y float64) {
	if x1 < x0 {
		x0, x1 = x1, x0
		s.Against = !s.Against
	}
	x0 += pathBox
	from, to := a, b
	if s.Against {
		from, to = b, a
	}
	class := "edge"
	if s.Sources == 0 {
		class = "edge bare"
	}
	title := p.say("%s to %s: %s, %s", isolate(from.Label), isolate(to.Label), s.Kind, p.sources(s.Sources))
	c.link(s.Href, "", title, func() {
		c.line(x0+3, y, x1-3, y, class)
		tip, back := x1-3, x1-11
		if s.Against {
			tip, back = x0+3, x0+11
		}
		c.shape("tip", "M", tip, y, "L", back, y-4.5, "L", back, y+4.5, "Z")
		// The words stand by the box they start from: further on may be others.
		mid, room := x0+pathArrow/2, pathArrow-12
		c.text(mid, y-7, middle, "s halo", fit(clean(s.Kind), small, room))
		c.text(mid, y+16, middle, sourceClass(s.Sources), fit(p.sources(s.Sources), small, room))
	})
}

func sourceClass(n int) string {
	if n == 0 {
		return "s halo warn"
	}
	return "s halo"
}

func (p Paths) box(c *canvas, v Node, x, y, h float64) {
	c.link(v.Href, "node", v.Label, func() {
		c.round(x, y, pathBox, h, "card")
		mark(c, v.Kind, x+15, y+h/2, 6)
		lines := wrap(clean(v.Label), size, pathBox-36, 2)
		for i, line := range lines {
			c.text(x+28, y+h/2+4.5+(float64(i)-float64(len(lines)-1)/2)*16, start, "t", line)
		}
	})
}
