package svg

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
)

const (
	nodeRadius = 8.0
	mostSaid   = 80 // lines up to which their kinds are written beside them
)

// A box is a place taken in a picture.
type box struct{ x0, y0, x1, y1 float64 }

func (b box) meets(o box) bool { return b.x0 < o.x1 && o.x0 < b.x1 && b.y0 < o.y1 && o.y0 < b.y1 }

// A caption is the label of a node: where it stands, if it has room.
type caption struct {
	text string
	x, y float64
	a    anchor
	ok   bool
}

func (g *netGraph) draw(c *canvas) float64 {
	if len(g.nodes) == 0 {
		return c.nothing()
	}
	c.width = g.width
	captions, taken := g.captions()
	for _, t := range g.ties {
		g.line(c, t)
	}
	for i := range g.nodes {
		g.node(c, &g.nodes[i], captions[i])
	}
	for _, t := range g.ties {
		if len(g.ties) <= mostSaid {
			g.say(c, t, &taken)
		}
	}
	return g.height + g.legend(c, g.height)
}

// captions gives each label a side where it lies on nothing, what matters most
// first; hubs may lie on marks. The others are shown when their node is
// pointed at or focused.
func (g *netGraph) captions() ([]caption, []box) {
	var marks, labels []box
	order := make([]int, len(g.nodes))
	for i, v := range g.nodes {
		order[i] = i
		r := nodeRadius + 1
		marks = append(marks, box{v.x - r, v.y - r, v.x + r, v.y + r})
		if text := g.more(&v); text != "" {
			labels = append(labels, box{v.x, v.y + 8, v.x + nodeRadius + 4 + widthOf(text, small), v.y + 20})
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		x, y := &g.nodes[a], &g.nodes[b]
		if x.Focus != y.Focus {
			return map[bool]int{true: -1, false: 1}[x.Focus]
		}
		return cmp.Compare(len(y.near)+y.folded+y.More, len(x.near)+x.folded+x.More)
	})
	out := make([]caption, len(g.nodes))
	for rank, i := range order {
		v := &g.nodes[i]
		text := fit(clean(cmp.Or(v.Label, v.ID)), size, 170)
		w, gap := widthOf(text, size), nodeRadius+4
		out[i] = caption{text: text, x: v.x + gap, y: v.y + 4, a: start}
		places := []caption{
			{text, v.x + gap, v.y + 4, start, true}, {text, v.x - gap, v.y + 4, end, true},
			{text, v.x, v.y + gap + 10, middle, true}, {text, v.x, v.y - gap - 2, middle, true},
		}
		if v.Focus || rank < 12 && len(v.near) > 3 {
			places = append(places, places...)
		}
		for k, p := range places {
			b := box{p.x - w*float64(p.a)/2, p.y - 11, p.x + w - w*float64(p.a)/2, p.y + 4}
			if b.x0 < 0 || b.x1 > g.width || slices.ContainsFunc(labels, b.meets) || k < 4 && slices.ContainsFunc(marks, b.meets) {
				continue
			}
			out[i], labels = p, append(labels, b)
			break
		}
	}
	return out, append(labels, marks...)
}

// more says how much of a node's links is not drawn, "" when all are.
func (g *netGraph) more(v *netNode) string {
	if n := v.folded + v.More; n > 0 {
		return g.n.say("+ %s more", g.n.count(n))
	}
	return ""
}

func (t *tie) words(g *netGraph) string {
	counts, kinds := map[string]int{}, []string{}
	for _, e := range t.edges {
		if counts[e.Kind] == 0 {
			kinds = append(kinds, e.Kind)
		}
		counts[e.Kind] += max(e.Count, 1)
	}
	for i, k := range kinds {
		if counts[k] > 1 {
			kinds[i] = g.n.say("%s (%s)", clean(k), g.n.count(counts[k]))
		}
	}
	return strings.Join(kinds, " · ")
}

// line draws a tie, with a head where all goes one way.
func (g *netGraph) line(c *canvas, t *tie) {
	a, b := &g.nodes[t.a], &g.nodes[t.b]
	href, class := t.edges[0].Href, "edge"
	for _, e := range t.edges {
		if e.Href != href {
			href = "" // several, each in the table
		}
	}
	if t.unsrc > 0 {
		class = "edge bare"
	}
	name := func(v *netNode) string { return isolate(cmp.Or(v.Label, v.ID)) }
	title := g.n.say("%s and %s: %s", name(a), name(b), t.words(g))
	if t.back && !t.there {
		a, b = b, a
	}
	c.linkQuiet(href, title, func() {
		if a == b {
			c.shape(class, "M", a.x-5, a.y-5, "C", a.x-24, a.y-30, a.x+24, a.y-30, a.x+5, a.y-5)
			return
		}
		c.el("line", "class", class, "x1", c.x(a.x), "y1", a.y, "x2", c.x(b.x), "y2", b.y,
			"stroke-width", min(1.2+math.Log2(float64(t.count))*0.4, 4))
		if t.there != t.back {
			head(c, a, b)
		}
	})
}

// head draws the head of an arrow short of b.
func head(c *canvas, a, b *netNode) {
	dx, dy := b.x-a.x, b.y-a.y
	mag := math.Hypot(dx, dy)
	if mag < 3*nodeRadius {
		return
	}
	dx, dy = dx/mag, dy/mag
	x, y := b.x-dx*(nodeRadius+3), b.y-dy*(nodeRadius+3)
	c.shape("tip", "M", x, y, "L", x-dx*8-dy*4, y-dy*8+dx*4, "L", x-dx*8+dy*4, y-dy*8-dx*4, "Z")
}

// say writes the kinds of a tie at its middle, where there is room.
func (g *netGraph) say(c *canvas, t *tie, taken *[]box) {
	a, b := &g.nodes[t.a], &g.nodes[t.b]
	text := fit(t.words(g), small, math.Hypot(a.x-b.x, a.y-b.y)+20)
	w, x, y := widthOf(text, small), (a.x+b.x)/2, (a.y+b.y)/2
	at := box{x - w/2, y - 6, x + w/2, y + 8}
	if text == "" || t.a == t.b || slices.ContainsFunc(*taken, at.meets) {
		return
	}
	*taken = append(*taken, at)
	c.text(x, y+4, middle, "s halo", text)
}

func (g *netGraph) node(c *canvas, v *netNode, label caption) {
	name := cmp.Or(v.Label, v.ID)
	title := g.n.say("%s: %s links", isolate(name), g.n.count(len(v.near)+v.folded+v.More))
	if kind := g.n.Kinds[v.Kind]; kind != "" {
		title = g.n.say("%s, %s", title, kind)
	}
	class := "node"
	if v.Focus {
		class = "node focus"
	}
	c.link(v.Href, class, title, func() {
		mark(c, v.Kind, v.x, v.y, nodeRadius)
		textClass := "t halo"
		if !label.ok {
			textClass = "t halo thin"
		}
		c.text(label.x, label.y, label.a, textClass, label.text)
	})
	if text := g.more(v); text != "" {
		c.link(v.MoreHref, "", g.n.say("%s: %s", isolate(name), text), func() {
			c.text(v.x+nodeRadius+4, v.y+17, start, "s halo", text)
		})
	}
}

// mark draws the shape of a kind, of about the same area each.
func mark(c *canvas, kind int, x, y, r float64) {
	class := fmt.Sprintf("mark k%d", kind)
	switch kind {
	case 1:
		c.circle(x, y, r, class)
	case 2:
		c.rect(x-r*0.9, y-r*0.9, r*1.8, r*1.8, class)
	case 3:
		c.shape(class, "M", x, y-r*1.2, "L", x+r*1.2, y, "L", x, y+r*1.2, "L", x-r*1.2, y, "Z")
	case 4:
		c.shape(class, "M", x, y-r*1.2, "L", x+r*1.2, y+r*0.9, "L", x-r*1.2, y+r*0.9, "Z")
	case 5:
		c.shape(class, "M", x-r*1.1, y, "L", x-r*0.55, y-r*0.95, "L", x+r*0.55, y-r*0.95, "L", x+r*1.1, y,
			"L", x+r*0.55, y+r*0.95, "L", x-r*0.55, y+r*0.95, "Z")
	default:
		c.circle(x, y, r*0.8, class)
	}
}

func (g *netGraph) legend(c *canvas, y float64) float64 {
	var entries []legendEntry
	for kind, word := range g.n.Kinds {
		if word != "" && slices.ContainsFunc(g.nodes, func(v netNode) bool { return v.Kind == kind }) {
			entries = append(entries, legendEntry{word, func(x, y float64) { mark(c, kind, x+12, y+7, 7) }})
		}
	}
	if slices.ContainsFunc(g.ties, func(t *tie) bool { return t.unsrc > 0 }) {
		entries = append(entries, legendEntry{g.n.say("no source"), func(x, y float64) { c.line(x, y+7, x+22, y+7, "edge bare") }})
	}
	return c.legend(netEdge, y, entries)
}
