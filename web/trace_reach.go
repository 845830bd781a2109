package web

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"overt"
	"overt/answer"
	"overt/ui"
	"overt/ui/svg"
)

// reachPicture draws who can reach what.
func reachPicture(ctx context.Context, m *answer.ReachMatrix, q traceQuestion) templ.Component {
	title := ui.T(ctx, "Who can reach what %s holds", m.Reach.System.Caption)
	p := svg.Matrix{Frame: pictureFrame(ctx, "reach", title)}
	for _, c := range m.Columns {
		p.Columns = append(p.Columns, svg.Header{Label: c.Caption, Href: entityPath(c.ID, "facts", "asof", q.asOf)})
	}
	for _, r := range m.Rows {
		p.Rows = append(p.Rows, svg.Header{Label: r.Caption, Href: entityPath(r.ID, "reach", "asof", q.asOf)})
		var cells []svg.Reach
		for i, c := range r.Cells {
			cell := svg.Reach{State: reachState(c)}
			if c.Holder != nil {
				cell.Text, cell.Sources = ui.N(ctx, "%s hop", "%s hops", c.Holder.Hops), len(chainCites(c.Holder))
				cell.Href = q.path("at", cellWord(r, m.Columns[i])) + "#chain"
			}
			cells = append(cells, cell)
		}
		p.Cells = append(p.Cells, cells)
	}
	return drawn(p, title)
}

func reachState(c answer.ReachCell) svg.State {
	switch c.State {
	case answer.SoughtFound:
		return svg.Found
	case answer.SoughtNot:
		return svg.NotFound
	}
	return svg.NotLooked
}

func chainCites(h *answer.Holder) []overt.Citation {
	var out []overt.Citation
	for _, e := range h.Chain.Edges {
		out = append(out, e.Citations...)
	}
	return out
}

// cellWord names a cell of the matrix in an address.
func cellWord(r answer.ReachRow, column answer.Entity) string {
	return string(r.ID) + "|" + string(column.ID)
}

// A pickedChain is the chain that is written out below the matrix.
type pickedChain struct {
	row, column answer.Entity
	holder      *answer.Holder
}

// picked is the chain that the address asks for, else the first.
func (p tracePage) picked() *pickedChain {
	var first *pickedChain
	for _, r := range p.Reach.Rows {
		for i, c := range r.Cells {
			if c.Holder == nil {
				continue
			}
			chain := &pickedChain{r.Entity, p.Reach.Columns[i], c.Holder}
			if cellWord(r, p.Reach.Columns[i]) == p.q.at {
				return chain
			}
			if first == nil {
				first = chain
			}
		}
	}
	return first
}

// basis says what a link of a chain goes by: its details, and how sure that is.
func basis(e *answer.Edge) string {
	return strings.Trim(e.Detail+"; "+e.Basis, "; ")
}

// reachSheet lists the matrix cell by cell.
func reachSheet(ctx context.Context, m *answer.ReachMatrix, q traceQuestion) sheet {
	s := sheet{caption: ui.T(ctx, "Who can reach what %s holds", m.Reach.System.Caption), columns: columns(ctx, "Data of", "Party", "State", "#Hops", "Chain", "What it goes by", "Source")}
	for _, r := range m.Rows {
		for i, c := range r.Cells {
			row := []entry{named(r.Entity, q.asOf), named(m.Columns[i], q.asOf), said(ui.T(ctx, c.State)), {}, {}, {}, {}}
			if c.Holder != nil {
				var names, by []string
				for _, n := range c.Holder.Chain.Nodes {
					names = append(names, n.Caption)
				}
				for k := range c.Holder.Chain.Edges {
					if b := basis(&c.Holder.Chain.Edges[k]); b != "" {
						by = append(by, b)
					}
				}
				cites := chainCites(c.Holder)
				row[3], row[4], row[5] = count(c.Holder.Hops), said(strings.Join(names, " → ")), said(strings.Join(by, " · "))
				row[6] = cited(citesChip(m.Columns[i].Caption, cites, 0), cites)
			}
			s.rows = append(s.rows, row)
		}
	}
	return s
}
