package web

import (
	"context"
	"encoding/json"
	"io"
	"strconv"

	"github.com/a-h/templ"

	"overt/answer"
	"overt/ftm"
	"overt/ui"
	"overt/ui/svg"
)

// netSizes are how many entities a network may have; those above the first are drawn
// by the browser.
var netSizes = []int{answer.NetNodes, 1000, 5000, answer.NetMost}

func (t traceQuestion) large() bool { return t.view == "net" && t.most > answer.NetNodes }

// sizes are the sizes that this network can be asked for in; none where all there is
// fits the smallest.
func (p tracePage) sizes() []ui.Link {
	others := 0
	for i := range p.Net.Nodes {
		if n := &p.Net.Nodes[i]; n.Focus {
			for _, g := range n.Groups {
				others += g.Others
			}
		}
	}
	var out []ui.Link
	for i, size := range netSizes {
		if i > 0 && others < netSizes[i-1] && !p.q.large() {
			break
		}
		q := p.q
		q.most = size
		out = append(out, ui.Link{Label: ui.Number(size), Href: q.path(), Here: size == p.q.most})
	}
	if len(out) == 1 {
		return nil
	}
	return out
}

// part are the rows of a table that a page shows: all, but of a large network some.
func (p tracePage) part(s sheet) (part sheet, before, next string) {
	if !p.q.large() {
		return s, "", ""
	}
	first := min(p.q.row, len(s.rows))
	last := min(first+largeRows, len(s.rows))
	if first > 0 {
		before = p.q.path() + "#table"
	}
	if last < len(s.rows) {
		next = p.q.path("row", strconv.Itoa(last)) + "#table"
	}
	s.rows = s.rows[first:last]
	return s, before, next
}

// A largeNode is a node as the browser draws it: label, address, kind, x, y, links,
// focus. A largeLink is from, to (by place in the nodes), how many.
type (
	largeNode [7]any
	largeLink [3]int
)

// largePicture gives a network to the browser to draw, laid out. Without script, the
// table is what there is.
func largePicture(ctx context.Context, n *answer.Network, q traceQuestion) templ.Component {
	title := ui.T(ctx, "Who is linked with whom")
	p := svg.Network{Frame: pictureFrame(ctx, "net", title)}
	for i := range n.Nodes {
		p.Nodes = append(p.Nodes, svg.Node{ID: string(n.Nodes[i].ID)})
	}
	for i := range n.Links {
		p.Edges = append(p.Edges, svg.Edge{From: string(n.Links[i].From), To: string(n.Links[i].To)})
	}
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if alone(ctx) {
			return nil // a browser would have to draw it; its table has all
		}
		spots, err := p.Spots(ctx)
		if err != nil {
			return tooMany(ctx, w, err)
		}
		out := struct {
			Nodes []largeNode `json:"nodes"`
			Links []largeLink `json:"links"`
		}{Links: []largeLink{}}
		place := map[ftm.EntityID]int{}
		for i := range n.Nodes {
			v := &n.Nodes[i]
			place[v.ID] = i
			at := spots[string(v.ID)]
			out.Nodes = append(out.Nodes, largeNode{v.Caption, q.entity(v.ID), shapeOf(v.Schema), at.X, -at.Y, v.Links, v.Focus})
		}
		for i := range n.Links {
			l := &n.Links[i]
			out.Links = append(out.Links, largeLink{place[l.From], place[l.To], l.Count})
		}
		data, err := json.Marshal(out)
		if err != nil {
			return err
		}
		return traceLarge(title, string(data), len(n.Nodes), len(n.Links)).Render(ctx, w)
	})
}
