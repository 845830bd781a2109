package svg

import (
	"cmp"
	"math"
	"slices"
)

// ends of a band.
type ends struct{ from, to string }

// A band is what is drawn of flows with the same ends and kind.
type band struct {
	from, to *flowNode
	kind     FlowKind
	back     bool // drawn below, from right to left
	amount   float64
	flows    []Flow
	width    float64
	strands  []*strand // one, or one from column to column
}

// A strand is a band on its way from one column to the next. Where it passes a
// column it has a place there, a node that is not drawn, so that no band runs
// across a node (Sugiyama, Tagawa, Toda 1981).
type strand struct {
	*band
	left, right *flowNode
	y0, y1      float64 // its middle at left's right and at right's left side
}

type flowNode struct {
	id, label, href string
	folded          int // how many nodes "others" stands for
	layer           int
	in, out         []*strand
	passed          bool    // by a band, on its way
	loop            float64 // to itself
	got, gave       float64
	y, h            float64
}

func (n *flowNode) through() float64 { return max(n.got, n.gave) }

// gap is what stays free below: room for a label, less where a band passes.
func (n *flowNode) gap() float64 {
	if n.passed {
		return flowGap / 2
	}
	return flowGap
}

func (n *flowNode) centre() float64 { return n.y + n.h/2 }

// A flowDrawing is a Sankey with its places.
type flowDrawing struct {
	s       Sankey
	parties int
	layers  [][]*flowNode
	bands   []*band
	scale   float64 // pixels of an amount of 1
	height  float64 // of the nodes, without returns
}

const (
	flowNodeWidth = 14
	flowGap       = 22  // between nodes of a column: room for a label
	flowHeight    = 340 // of the money in the fullest column
	flowMargin    = 170 // right of the last column, for its labels
	flowTop       = 8
	mostBands     = 1000
	mostPassing   = 120 // bands that have places in the columns they pass
)

func (s Sankey) layout() (*flowDrawing, error) {
	m := newMoney(s.Flows)
	m.layer()
	if m.depth > mostSteps {
		return nil, &TooMany{"steps", m.depth, mostSteps, "ask for fewer steps, or read the table"}
	}
	d := &flowDrawing{s: s, parties: len(m.ids)}
	d.fold(m)
	if len(d.bands) > mostBands {
		return nil, &TooMany{"bands", len(d.bands), mostBands, "ask for larger amounts, or read the table"}
	}
	d.size()
	if len(d.layers) > 0 {
		d.place()
	}
	return d, nil
}

// fold makes the nodes that are drawn: the largest, and "others" for the rest of
// each column, so that no circle comes of it.
func (d *flowDrawing) fold(m *moneyGraph) {
	labels, hrefs := d.s.labels(), map[string]string{}
	for _, n := range d.s.Nodes {
		hrefs[n.ID] = n.Href
	}
	most := cmp.Or(d.s.Most, 60)
	ids := slices.Clone(m.ids)
	slices.SortFunc(ids, func(a, b string) int {
		return cmp.Or(cmp.Compare(m.through[b], m.through[a]), cmp.Compare(a, b))
	})
	nodes, columns, small := map[string]*flowNode{}, make([][]*flowNode, m.depth), make([][]string, m.depth)
	keep := len(ids)
	if len(ids) > most {
		keep = max(most-m.depth, 1)
	}
	for i, id := range ids {
		l := m.layers[id]
		if i >= keep {
			small[l] = append(small[l], id)
			continue
		}
		nodes[id] = &flowNode{id: id, label: labels[id], href: hrefs[id], layer: l}
		columns[l] = append(columns[l], nodes[id])
	}
	for l, ids := range small {
		if len(ids) == 0 {
			continue
		}
		n := &flowNode{layer: l, folded: len(ids), href: d.s.Others, label: d.s.say("others (%s)", d.s.count(len(ids)))}
		if len(ids) == 1 {
			n.id, n.label, n.href, n.folded = ids[0], labels[ids[0]], hrefs[ids[0]], 0
		}
		for _, id := range ids {
			nodes[id] = n
		}
		columns[l] = append(columns[l], n)
	}
	d.layers = columns
	d.join(m, nodes)
}

// join makes the bands between nodes.
func (d *flowDrawing) join(m *moneyGraph, nodes map[string]*flowNode) {
	type key struct {
		from, to *flowNode
		kind     FlowKind
		back     bool
		returned bool
	}
	bands := map[key]*band{}
	for _, f := range m.flows {
		from, to := nodes[f.From], nodes[f.To]
		if from == to {
			from.loop += f.Amount
			continue
		}
		back := f.Amount < 0 || m.back[ends{f.From, f.To}]
		if f.Amount < 0 {
			from, to = to, from
		}
		k := key{from, to, f.Kind, back, f.Amount < 0}
		if bands[k] == nil {
			bands[k] = &band{from: from, to: to, kind: f.Kind, back: back}
			d.bands = append(d.bands, bands[k])
		}
		bands[k].amount += math.Abs(f.Amount)
		bands[k].flows = append(bands[k].flows, f)
	}
	for _, b := range d.bands {
		b.from.gave += b.amount
		b.to.got += b.amount
	}
	slices.SortStableFunc(d.bands, func(a, b *band) int { return cmp.Compare(b.amount, a.amount) })
	for i, b := range d.bands {
		d.string(b, i < mostPassing && !b.back)
	}
}

// string lays a band from column to column, if it is among the largest; a return
// goes below all of them.
func (d *flowDrawing) string(b *band, place bool) {
	left := b.from
	for l := b.from.layer + 1; l < b.to.layer && place; l++ {
		n := &flowNode{id: b.from.id, layer: l, passed: true}
		d.layers[l] = append(d.layers[l], n)
		b.lead(left, n)
		left = n
	}
	b.lead(left, b.to)
}

func (b *band) lead(left, right *flowNode) {
	s := &strand{band: b, left: left, right: right}
	b.strands = append(b.strands, s)
	left.out, right.in = append(left.out, s), append(right.in, s)
}

// size fits the fullest column into flowHeight.
func (d *flowDrawing) size() {
	fullest := 0.0
	for _, column := range d.layers {
		sum := 0.0
		for _, n := range column {
			sum += n.through()
		}
		fullest = max(fullest, sum)
	}
	if fullest > 0 {
		d.scale = flowHeight / fullest
	}
	for _, b := range d.bands {
		b.width = max(b.amount*d.scale, 1)
	}
	for _, column := range d.layers {
		sum := 0.0
		for _, n := range column {
			n.h = max(thick(n.in), thick(n.out))
			if !n.passed {
				n.h = max(n.h, 4)
			}
			sum += n.h + n.gap()
		}
		d.height = max(d.height, sum)
	}
}

func thick(bands []*strand) float64 {
	sum := 0.0
	for _, b := range bands {
		sum += b.width
	}
	return sum
}

// place finds the order within columns and the heights: nodes are drawn towards
// the middle of those they deal with, forth and back, as d3-sankey does it.
func (d *flowDrawing) place() {
	for _, column := range d.layers {
		spread(column, d.height)
	}
	for range 24 {
		for _, column := range d.layers[1:] {
			d.pull(column, func(n *flowNode) []*strand { return n.in }, func(s *strand) *flowNode { return s.left })
		}
		for _, column := range slices.Backward(d.layers[:len(d.layers)-1]) {
			d.pull(column, func(n *flowNode) []*strand { return n.out }, func(s *strand) *flowNode { return s.right })
		}
	}
	d.ports()
}

// pull moves the nodes of a column to the mean of their neighbours on one side.
func (d *flowDrawing) pull(column []*flowNode, strands func(*flowNode) []*strand, other func(*strand) *flowNode) {
	for _, n := range column {
		sum, weight := 0.0, 0.0
		for _, s := range strands(n) {
			if s.back {
				continue
			}
			sum += other(s).centre() * s.width
			weight += s.width
		}
		if weight > 0 {
			n.y = sum/weight - n.h/2
		}
	}
	slices.SortStableFunc(column, func(a, b *flowNode) int { return cmp.Compare(a.centre(), b.centre()) })
	part(column, d.height)
}

// spread lays a column out in its order, about the middle.
func spread(column []*flowNode, height float64) {
	sum := 0.0
	for _, n := range column {
		sum += n.h + n.gap()
	}
	y := (height - sum) / 2
	for _, n := range column {
		n.y = y
		y += n.h + n.gap()
	}
}

// part pushes nodes that overlap apart, down and, at the end, up again.
func part(column []*flowNode, height float64) {
	y := 0.0
	for _, n := range column {
		n.y = max(n.y, y)
		y = n.y + n.h + n.gap()
	}
	y = height
	for _, n := range slices.Backward(column) {
		n.y = min(n.y, y-n.h-n.gap())
		y = n.y
	}
}

// ports orders the bands at each node by where they lead; returns are last,
// because they leave downwards.
func (d *flowDrawing) ports() {
	order := func(strands []*strand, other func(*strand) float64) {
		slices.SortStableFunc(strands, func(a, b *strand) int {
			if a.back != b.back {
				if a.back {
					return 1
				}
				return -1
			}
			return cmp.Or(cmp.Compare(other(a), other(b)), cmp.Compare(a.kind, b.kind))
		})
	}
	for _, column := range d.layers {
		for _, n := range column {
			order(n.in, func(s *strand) float64 { return s.left.centre() })
			order(n.out, func(s *strand) float64 { return s.right.centre() })
			y := n.y
			for _, s := range n.out {
				s.y0 = y + s.width/2
				y += s.width
			}
			y = n.y
			for _, s := range n.in {
				s.y1 = y + s.width/2
				y += s.width
			}
		}
	}
}
