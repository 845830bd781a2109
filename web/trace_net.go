package web

import (
	"context"

	"github.com/a-h/templ"

	"overt/answer"
	"overt/ftm"
	"overt/ui"
	"overt/ui/svg"
)

// netPicture draws who is linked with whom.
func netPicture(ctx context.Context, n *answer.Network, q traceQuestion) templ.Component {
	title := ui.T(ctx, "Who is linked with whom")
	p := svg.Network{Frame: pictureFrame(ctx, "net", title), Kinds: shapeWords(ctx)}
	shown := map[ftm.EntityID]int{}
	for i := range n.Links {
		l := &n.Links[i]
		shown[l.From] += l.Count
		shown[l.To] += l.Count
		chip := citesChip(l.Label, l.Citations, 0)
		p.Edges = append(p.Edges, svg.Edge{From: string(l.From), To: string(l.To), Kind: l.Label, Count: l.Count, Directed: l.Directed, Href: chip.Href, Sources: len(l.Citations)})
	}
	for i := range n.Nodes {
		v := &n.Nodes[i]
		node := svg.Node{ID: string(v.ID), Label: v.Caption, Href: q.entity(v.ID), Kind: shapeOf(v.Schema), Focus: v.Focus}
		if more := v.Links - shown[v.ID]; more > 0 {
			node.More, node.MoreHref = more, entityPath(v.ID, "links", "asof", q.asOf)
			if o := (answer.Opening{ID: v.ID, Count: answer.NetFirst}); !v.Focus && v.Groups == nil && q.opens(o) {
				node.MoreHref = q.opened(o).path()
			}
		}
		p.Nodes = append(p.Nodes, node)
	}
	return drawn(p, title)
}

func (t traceQuestion) entity(id ftm.EntityID) string { return entityPath(id, "links", "asof", t.asOf) }

// openings lead to more of a network: of each kind of link of those whose links were
// looked at, how many there are and how many are shown.
func (p tracePage) openings(n *answer.NetNode) []ui.Link {
	var out []ui.Link
	for _, g := range n.Groups {
		o := answer.Opening{ID: n.ID, Kind: g.Kind, Inbound: g.Inbound, Count: min(g.Shown+openingSteps, g.Others, answer.NetNodes)}
		if g.Shown < g.Others && p.q.opens(o) {
			out = append(out, ui.Link{Label: g.Label + " " + ui.Number(g.Shown) + " / " + ui.Number(g.Others), Href: p.q.opened(o).path()})
		}
	}
	return out
}

// grown are the nodes whose kinds of link can be opened further.
func (p tracePage) grown() []*answer.NetNode {
	var out []*answer.NetNode
	for i := range p.Net.Nodes {
		if n := &p.Net.Nodes[i]; (n.Focus || !p.q.large()) && len(p.openings(n)) > 0 {
			out = append(out, n)
		}
	}
	return out
}

// netSheet lists the links of a network.
func netSheet(ctx context.Context, n *answer.Network, asOf string) sheet {
	s := sheet{caption: ui.T(ctx, "Who is linked with whom"), columns: columns(ctx, "From", "How", "To", "#How many", "@When", "What", "Source")}
	at := map[ftm.EntityID]answer.Entity{}
	for _, v := range n.Nodes {
		at[v.ID] = v.Entity
	}
	for i := range n.Links {
		l := &n.Links[i]
		s.rows = append(s.rows, []entry{
			named(at[l.From], asOf), said(l.Label), named(at[l.To], asOf), count(l.Count), said(period(l.First, l.Last)), said(l.Detail),
			cited(citesChip(l.Label, l.Citations, 0), l.Citations),
		})
	}
	return s
}
