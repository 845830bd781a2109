package answer

import (
	"context"
	"slices"

	"overt"
	"overt/ftm"
	"overt/gate"
	"overt/policy"
	"overt/resolve"
	"overt/statement"
)

// ShownLabels are the labels of all that a view shows: of the sources it cites, and of
// all that is said of the entities it names, for their names and that they are one come
// from any of it. Each once, in a fixed order.
func ShownLabels(ctx context.Context, d *gate.Desk, cites []overt.Citation, ids []ftm.EntityID) ([]policy.Label, error) {
	by := map[string]policy.Label{}
	add := func(l policy.Label) { by[l.Key()] = l }
	for _, c := range cites {
		if i := slices.IndexFunc(d.Runs, func(r statement.Run) bool { return r.ID == c.Run }); i >= 0 {
			add(labelOf(d, &d.Runs[i]))
			for _, l := range d.Runs[i].Labels { // which of them a place has is not told here
				if d.Scope.Sees(l) {
					add(l)
				}
			}
		}
	}
	seen, sight := map[ftm.EntityID]bool{}, d.View.Sight()
	for _, id := range ids {
		if id == "" || seen[id] {
			continue
		}
		seen[id] = true
		p, err := resolve.ReadProfile(ctx, d.View, Members(d.Graph, id))
		if err != nil {
			return nil, err
		}
		for i := range p.Values {
			for _, s := range p.Values[i].Statements {
				if info, ok := sight.Info(s.Class); ok {
					add(info.Label)
				}
			}
		}
	}
	out := make([]policy.Label, 0, len(by))
	for _, l := range by {
		out = append(out, l)
	}
	slices.SortFunc(out, func(a, b policy.Label) int { return slices.Compare([]byte(a.Key()), []byte(b.Key())) })
	return out, nil
}
