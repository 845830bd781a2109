package web

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"overt"
	"overt/answer"
	"overt/ftm"
	"overt/money"
	"overt/ui"
	"overt/ui/svg"
)

// pathPicture draws the paths of a trace.
func pathPicture(ctx context.Context, t *answer.Trace, asOf string) templ.Component {
	title := ui.T(ctx, "Paths from %s to %s", t.From.Caption, t.To.Caption)
	p := svg.Paths{Frame: pictureFrame(ctx, "paths", title)}
	seen := map[ftm.EntityID]bool{}
	for i := range t.Paths {
		path := &t.Paths[i]
		r := svg.Route{}
		for _, n := range path.Nodes {
			r.Nodes = append(r.Nodes, string(n.ID))
			if !seen[n.ID] {
				seen[n.ID] = true
				p.Nodes = append(p.Nodes, svg.Node{ID: string(n.ID), Label: n.Caption, Href: entityPath(n.ID, "facts", "asof", asOf), Kind: shapeOf(n.Schema)})
			}
		}
		for k, s := range path.Steps {
			chip := hopChip(path, k, asOf)
			r.Steps = append(r.Steps, svg.Step{Kind: stepWords(s), Href: chip.Href, Sources: chip.Count, Against: against(path, k)})
		}
		p.Routes = append(p.Routes, r)
	}
	return drawn(p, title)
}

// stepWords says which links a step has, and how many.
func stepWords(s answer.Step) string {
	var parts []string
	for _, l := range s.Links {
		text := l.Label
		if l.Count > 1 {
			text += " × " + ui.Number(l.Count)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// against says whether the links of a step lead from its end to its beginning.
func against(path *answer.Path, step int) bool {
	for _, e := range path.Edges {
		if e.Hop == step+1 && e.Source != path.Nodes[step].ID && e.Target == path.Nodes[step].ID {
			return true
		}
	}
	return false
}

// hopChip is the chip of a step: of money its sum with all parts, else what is cited.
func hopChip(path *answer.Path, step int, asOf string) ui.Chip {
	s := path.Steps[step]
	if s.Total == nil || s.Total.Counted+s.Total.LeftOut == 0 {
		return stepChip(*path, step+1)
	}
	from, to := s.From, s.To
	if against(path, step) {
		from, to = to, from
	}
	return ui.Chip{State: ui.Computed, Count: s.Total.Counted, Of: stepWords(s), Href: sumPath(from, to, s.Total.Kind, asOf)}
}

// sumPath is where the parts of the money from one to another are listed.
func sumPath(from, to ftm.EntityID, kind money.Kind, asOf string) string {
	return entityPath(from, "sum", "way", "from", "kind", string(kind), "with", string(to), "asof", asOf)
}

// stepSum is the money of a step in words; "" for none.
func stepSum(ctx context.Context, t *answer.Total) string {
	if t == nil || t.Counted == 0 {
		return ""
	}
	return ui.T(ctx, string(t.Kind)) + " " + grouped(t.Amount.StringFixed(2)) + " " + t.Currency
}

// uncited counts the steps of a path without any source.
func uncited(path *answer.Path) int {
	n := 0
	for i := range path.Steps {
		if stepChip(*path, i+1).State == ui.Unsourced {
			n++
		}
	}
	return n
}

// pathSheet lists every link of the paths that is told of.
func pathSheet(ctx context.Context, t *answer.Trace, asOf string) sheet {
	s := sheet{caption: ui.T(ctx, "Links of the paths"), columns: columns(ctx, "#Path", "#Hop", "From", "How", "To", "@When", "#Amount", "What", "Source")}
	for i := range t.Paths {
		path := &t.Paths[i]
		names := map[int][2]answer.Entity{}
		for k := range path.Steps {
			names[k+1] = [2]answer.Entity{path.Nodes[k], path.Nodes[k+1]}
		}
		for k := range path.Edges {
			e := &path.Edges[k]
			ends := names[e.Hop]
			if against(path, e.Hop-1) {
				ends[0], ends[1] = ends[1], ends[0]
			}
			money := entry{}
			if e.Amount != "" {
				money = entry{text: grouped(e.Amount) + " " + e.Currency, saved: e.Amount}
			}
			what := strings.TrimPrefix(e.Detail+"; "+e.Basis, "; ")
			s.rows = append(s.rows, []entry{
				count(i + 1), count(e.Hop), named(ends[0], asOf), said(e.Label), named(ends[1], asOf), said(period(e.Date, e.End)), money,
				said(strings.TrimSuffix(what, "; ")), cited(edgeChip(e), e.Citations),
			})
		}
	}
	return s
}

// named is an entry that leads to an entity.
func named(e answer.Entity, asOf string) entry {
	if e.ID == "" {
		return said(e.Caption)
	}
	return entry{text: e.Caption, href: entityPath(e.ID, "facts", "asof", asOf)}
}

// hopCites is all that the links of a step cite.
func hopCites(path *answer.Path, step int) []overt.Citation {
	var out []overt.Citation
	for _, e := range path.Edges {
		if e.Hop == step+1 {
			out = append(out, e.Citations...)
		}
	}
	return out
}
